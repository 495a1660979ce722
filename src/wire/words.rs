//! Events in words: the sentence that the screen and the headless lines share. Payloads are not
//! here; addresses and numbers only.

use std::fmt::Write as _;
use std::net::SocketAddr;

use super::text::safe;
use crate::model::event::{By, EventKind, How, Outcome};
use crate::model::size::Size;
use crate::model::spec::{Protocol, Side};

/// The one-cell mark of an event: `←` received, `→` sent, `◆` opened, `◇` closed, `!` fault.
#[must_use]
pub fn mark(kind: &EventKind) -> char {
    match kind {
        EventKind::Received { .. } => '←',
        EventKind::Sent { .. } => '→',
        EventKind::Listening { .. } | EventKind::Ready { .. } | EventKind::Opened { .. } => '◆',
        EventKind::Finished { .. } | EventKind::Closed { .. } | EventKind::Stopped { .. } => '◇',
        EventKind::Tried { .. } | EventKind::Lost { .. } | EventKind::Failed { .. } => '!',
        EventKind::Connecting { .. } | EventKind::Waiting { .. } => '·',
    }
}

/// The same mark in ASCII.
#[must_use]
pub fn ascii_mark(kind: &EventKind) -> char {
    match mark(kind) {
        '←' => '<',
        '→' => '>',
        '◆' => '*',
        '◇' => 'o',
        '·' => '-',
        mark => mark,
    }
}

fn plural(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// What happened, in one sentence without its full stop. `Received` and `Sent` give their note
/// only (a cut, an empty datagram), or nothing.
#[must_use]
pub fn sentence(kind: &EventKind, protocol: Protocol, side: Side) -> String {
    let udp = protocol == Protocol::Udp;
    match kind {
        EventKind::Connecting { to } => format!("connecting to {} ...", safe(to)),
        EventKind::Tried { address, failure } => format!("{address}: {}", safe(&failure.message)),
        EventKind::Waiting { to } => {
            format!("nobody listens at {} yet; waiting for the server", safe(to))
        }
        EventKind::Listening { local } => format!("listening on {local}"),
        EventKind::Ready { local, peer } => format!("ready to send to {peer} from {local}"),
        EventKind::Opened { peer, local, .. } => opened(*peer, *local, udp, side),
        EventKind::Received { data, cut, .. } => received(data.len(), *cut, udp),
        EventKind::Sent { data, .. } if udp && data.is_empty() => "(an empty datagram)".to_owned(),
        EventKind::Sent { .. } => String::new(),
        EventKind::Finished { by: By::Peer, .. } => {
            "the peer has finished sending; it can still read".to_owned()
        }
        EventKind::Finished { by: By::Us, .. } => {
            "we have finished sending; we can still read".to_owned()
        }
        EventKind::Closed {
            how,
            by,
            received,
            sent,
            ..
        } => {
            format!(
                "{}; in {}, out {}",
                closed(*how, *by, udp),
                Size(*received),
                Size(*sent)
            )
        }
        EventKind::Lost {
            why, count, bytes, ..
        } => {
            let mut text = format!(
                "{} lost",
                plural(
                    *count,
                    if udp { "datagram" } else { "message" },
                    if udp { "datagrams" } else { "messages" }
                )
            );
            if *bytes > 0 {
                // Writing to a String cannot fail.
                let _ = write!(text, " ({})", Size(*bytes));
            }
            format!("{text}: {}", safe(why))
        }
        EventKind::Failed { failure, .. } => safe(&failure.message).into_owned(),
        EventKind::Stopped {
            received,
            sent,
            connections,
            outcome,
        } => {
            let who = if udp {
                plural(*connections, "peer", "peers")
            } else {
                plural(*connections, "connection", "connections")
            };
            let end = if *outcome == Outcome::Done {
                "stopped"
            } else {
                "ended by the failure above"
            };
            if *connections == 0 {
                return end.to_owned();
            }
            format!("{end}; {who}, in {}, out {}", Size(*received), Size(*sent))
        }
    }
}

fn opened(peer: SocketAddr, local: SocketAddr, udp: bool, side: Side) -> String {
    match (udp, side) {
        (true, _) => format!("first datagram from {peer}"),
        (false, Side::Server) => format!("opened by {peer}"),
        (false, Side::Client) => format!("connected; our end is {local}"),
    }
}

fn received(len: usize, cut: u32, udp: bool) -> String {
    if cut > 0 {
        format!(
            "(cut: {} did not fit into the read size)",
            plural(cut.into(), "byte", "bytes")
        )
    } else if udp && len == 0 {
        "(an empty datagram)".to_owned()
    } else {
        String::new()
    }
}

fn closed(how: How, by: By, udp: bool) -> &'static str {
    match (udp, how, by) {
        (true, How::Timeout, _) => "forgotten: silent for the longest",
        (true, ..) => "forgotten",
        (false, How::Finished, By::Peer) => "closed; the peer finished first",
        (false, How::Finished, By::Us) => "closed; we finished first",
        (false, How::Reset, By::Peer) => "reset by the peer",
        (false, How::Reset, By::Us) => "reset by us",
        (false, How::Timeout, _) => "closed: a time limit ran out",
        (false, How::Stopped, _) => "closed by us",
        (false, How::Failed, _) => "closed by a failure",
    }
}
