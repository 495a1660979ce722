//! Events in words: the sentence that the screen and the headless lines share. Payloads are not
//! here; addresses and numbers only.

use super::text::{one_line_string, safe};
use crate::model::event::{By, EventKind, FileEnd, How, Outcome};
use crate::model::size::Size;
use crate::model::spec::{Protocol, Side};

/// The one-cell mark of an event: `←` received, `→` sent, `◆` opened, `◇` closed, `!` fault.
#[must_use]
pub fn mark(kind: &EventKind) -> char {
    match kind {
        EventKind::Received { .. } => '←',
        EventKind::Sent { .. } => '→',
        EventKind::Listening { .. }
        | EventKind::Ready { .. }
        | EventKind::Opened { .. }
        | EventKind::Request { .. }
        | EventKind::Response { .. } => '◆',
        EventKind::Finished { .. } | EventKind::Closed { .. } | EventKind::Stopped { .. } => '◇',
        EventKind::Tried { .. }
        | EventKind::Malformed { .. }
        | EventKind::Lost { .. }
        | EventKind::Failed { .. } => '!',
        EventKind::Connecting { .. }
        | EventKind::Waiting { .. }
        | EventKind::Queued { .. }
        | EventKind::FileStarted { .. }
        | EventKind::FileEnded { .. } => '·',
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

/// The largest payload of a UDP datagram that one Ethernet frame carries over IPv4, in bytes: 1,500
/// less 20 for IP and 8 for UDP. Larger ones travel in fragments (RFC 791 section 3.2).
pub const WHOLE_DATAGRAM: usize = 1472;

/// What happened, in one sentence without its full stop. `Received` and `Sent` give only a note on
/// their payload (a cut, an empty datagram), or nothing.
#[must_use]
pub fn sentence(kind: &EventKind, protocol: Protocol, side: Side) -> String {
    let udp = protocol == Protocol::Udp;
    match kind {
        EventKind::Connecting { to } => format!("connecting to {}", safe(to)),
        EventKind::Tried { failure, .. } | EventKind::Failed { failure, .. } => {
            safe(&failure.message).into_owned()
        }
        EventKind::Waiting { to } => format!("waiting for a server at {}", safe(to)),
        EventKind::Listening { local } => format!("listening on {local}"),
        EventKind::Ready { local, peer } => format!("ready to send to {peer} from {local}"),
        EventKind::Opened { peer, local, .. } => match (udp, side) {
            (true, _) => format!("first heard from {peer}"),
            (false, Side::Server) => format!("opened by {peer}"),
            (false, Side::Client) => format!("connected; our end is {local}"),
        },
        EventKind::Received { cut: cut @ 1.., .. } => {
            format!(
                "{} more did not fit into the read size",
                Size(u64::from(*cut))
            )
        }
        EventKind::Received { data, .. } | EventKind::Sent { data, .. }
            if udp && data.is_empty() =>
        {
            "(an empty datagram)".to_owned()
        }
        EventKind::Sent { data, .. } if udp && data.len() > WHOLE_DATAGRAM => {
            format!("more than {WHOLE_DATAGRAM} bytes: Ethernet carries it in fragments")
        }
        EventKind::Received { .. } | EventKind::Sent { .. } => String::new(),
        EventKind::FileStarted { name, len, .. } => {
            format!("sending the file {}, {}", safe(name), Size(*len))
        }
        EventKind::FileEnded {
            name,
            len,
            sent,
            how,
            ..
        } => file_ended(&safe(name), *len, *sent, *how, udp),
        EventKind::Request { request, .. } => format!(
            "request {} {}, body {}",
            safe(&request.method),
            one_line_string(&request.target),
            Size(request.message.body_len)
        ),
        EventKind::Response { response, .. } => format!(
            "response {} {}, body {}",
            response.status,
            one_line_string(&response.reason),
            Size(response.message.body_len)
        ),
        EventKind::Malformed { why, offset, .. } => {
            format!("no HTTP at byte {offset}: {}", safe(why))
        }
        EventKind::Queued { .. } => "waits until the one before it is done".to_owned(),
        EventKind::Finished { by: By::Peer, .. } => {
            "finished sending (it can still read)".to_owned()
        }
        EventKind::Finished { by: By::Us, .. } => {
            "we finished sending (it can still send)".to_owned()
        }
        EventKind::Closed {
            how,
            by,
            received,
            sent,
            ..
        } => {
            format!(
                "{}, in {}, out {}",
                closed(*how, *by, udp),
                Size(*received),
                Size(*sent)
            )
        }
        // How many bytes the system dropped is not always known.
        EventKind::Lost {
            why,
            count,
            bytes: 0,
            ..
        } => format!("{} ({count} lost)", safe(why)),
        EventKind::Lost {
            why, count, bytes, ..
        } => format!("{} ({count} lost, {})", safe(why), Size(*bytes)),
        EventKind::Stopped {
            outcome: Outcome::Failed,
            ..
        } => "ended by the failure above".to_owned(),
        EventKind::Stopped {
            received,
            sent,
            connections,
            ..
        } => format!(
            "stopped, in {}, out {}, {connections} {}",
            Size(*received),
            Size(*sent),
            ends(*connections, udp)
        ),
    }
}

fn ends(count: u64, udp: bool) -> &'static str {
    match (udp, count) {
        (true, 1) => "peer",
        (true, _) => "peers",
        (false, 1) => "connection",
        (false, _) => "connections",
    }
}

fn file_ended(name: &str, len: u64, sent: u64, how: FileEnd, udp: bool) -> String {
    let (sent, len) = (Size(sent), Size(len));
    match how {
        FileEnd::Whole if udp => format!("all of {name} went out, {len}; UDP confirms nothing"),
        FileEnd::Whole => format!("all of {name} is sent, {len}"),
        FileEnd::Cancelled => format!("cancelled: {sent} of {name} are sent, of {len}"),
        FileEnd::Failed => format!("broken off: {sent} of {name} are sent, of {len}"),
    }
}

fn closed(how: How, by: By, udp: bool) -> &'static str {
    match (how, by) {
        (How::Reset, By::Peer) => "reset by the peer",
        (How::Reset, By::Us) => "reset by us",
        (How::Timeout, _) if udp => "forgotten: it was silent for the longest",
        (How::Timeout, _) => "timed out",
        (How::Failed, _) => "broken",
        // A UDP peer has nothing to close: we only stop to remember it.
        (How::Finished | How::Stopped, By::Us) if udp => "forgotten",
        (How::Finished | How::Stopped, By::Us) => "closed by us",
        (How::Finished | How::Stopped, By::Peer) => "closed by the peer",
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};

    use bytes::Bytes;

    use super::*;
    use crate::model::event::ConnId;

    #[test]
    fn a_datagram_that_needs_fragments_is_told() {
        let sent = |len: usize| EventKind::Sent {
            conn: ConnId(1),
            peer: SocketAddr::from((Ipv4Addr::LOCALHOST, 1)),
            data: Bytes::from(vec![0; len]),
        };
        let words = |len, protocol| sentence(&sent(len), protocol, Side::Client);
        assert_eq!(words(1472, Protocol::Udp), "");
        assert!(words(1473, Protocol::Udp).contains("fragments"));
        assert_eq!(words(1473, Protocol::Tcp), "");
    }

    #[test]
    fn the_end_of_a_file_says_how_much_of_it_went_and_udp_promises_nothing() {
        let ended = |sent, how, protocol| {
            let kind = EventKind::FileEnded {
                conn: ConnId(1),
                name: "a\u{1b}b".to_owned(),
                len: 2048,
                sent,
                how,
            };
            sentence(&kind, protocol, Side::Client)
        };
        for (words, sent, how, protocol) in [
            (
                "all of a\\x1bb is sent, 2.0 KiB",
                2048,
                FileEnd::Whole,
                Protocol::Tcp,
            ),
            (
                "all of a\\x1bb went out, 2.0 KiB; UDP confirms nothing",
                2048,
                FileEnd::Whole,
                Protocol::Udp,
            ),
            (
                "cancelled: 10 B of a\\x1bb are sent, of 2.0 KiB",
                10,
                FileEnd::Cancelled,
                Protocol::Tcp,
            ),
            (
                "broken off: 0 B of a\\x1bb are sent, of 2.0 KiB",
                0,
                FileEnd::Failed,
                Protocol::Udp,
            ),
        ] {
            assert_eq!(ended(sent, how, protocol), words);
        }
    }
}
