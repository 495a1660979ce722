//! UDP sessions (RFC 768): a server with the peers it has heard, a client with the one it sends
//! to. Each is one task whose arms never wait, so that receiving goes on whatever else happens: a
//! datagram that nobody fetches in time is lost.

pub(super) mod client;
mod outgoing;
pub(super) mod server;

use std::io;
use std::net::SocketAddr;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use tokio::net::UdpSocket;
use tokio::time::Instant;

use super::session::Session;
use super::{fault, platform, socket};
use crate::model::event::{By, ConnId, EventKind, How};
use crate::wire::part::part;
use crate::wire::scene::Cause;

/// The longest payload over IPv4: a packet of 65,535 bytes less 20 of IP and 8 of UDP.
const LONGEST_V4: usize = 65_507;
/// The longest payload over IPv6: its own header does not count to the 65,535 (RFC 8200 section 3).
const LONGEST_V6: usize = 65_527;
/// The buffer given to each receive call; longer than any datagram, so that the system never cuts
/// one unseen (and never fails one, as Windows does).
const BUFFER: usize = 65_536;
/// How many datagrams are received or sent before others get their turn.
const IN_A_ROW: usize = 64;
/// How often the kernel is asked what it dropped, while there is traffic.
const LOOK: Duration = Duration::from_secs(1);

/// The longest payload that can be sent there.
fn longest(peer: SocketAddr) -> usize {
    match socket::plain(peer) {
        SocketAddr::V4(_) => LONGEST_V4,
        SocketAddr::V6(_) => LONGEST_V6,
    }
}

/// Waits until one of the sockets may have something to read; which one.
async fn readable(sockets: &[UdpSocket]) -> usize {
    std::future::poll_fn(|context| {
        for (index, socket) in sockets.iter().enumerate() {
            if socket.poll_recv_ready(context).is_ready() {
                return Poll::Ready(index);
            }
        }
        Poll::Pending
    })
    .await
}

/// Waits until then; for ever when there is no such time.
async fn reach(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// Datagrams that were not kept, until that is told.
#[derive(Debug)]
struct Losses {
    why: &'static str,
    count: u64,
    bytes: u64,
}

impl Losses {
    fn new(why: &'static str) -> Losses {
        Losses {
            why,
            count: 0,
            bytes: 0,
        }
    }

    fn add(&mut self, bytes: usize) {
        self.count += 1;
        self.bytes += bytes as u64;
    }

    fn any(&self) -> bool {
        self.count > 0
    }

    /// Tells of all of them at once.
    fn tell(&mut self, session: &Session, conn: Option<ConnId>) {
        session.lose(conn, self.why, (self.count, self.bytes));
        *self = Losses::new(self.why);
    }
}

/// Where datagrams come in: the buffer, and the count of what could not be kept.
#[derive(Debug)]
struct Intake {
    buffer: Vec<u8>,
    unkept: Losses,
    drops: Vec<platform::Drops>,
    look: Option<Instant>,
    /// The last look failed, which has been told.
    blind: bool,
}

impl Intake {
    fn new(sockets: &[UdpSocket]) -> Intake {
        Intake {
            buffer: vec![0; BUFFER],
            unkept: Losses::new("came faster than they could be shown"),
            drops: sockets.iter().filter_map(platform::Drops::of).collect(),
            look: None,
            blind: false,
        }
    }

    /// Receives one datagram into the buffer: its length and where it came from.
    fn receive(&mut self, socket: &UdpSocket) -> io::Result<(usize, SocketAddr)> {
        let received = socket.try_recv_from(&mut self.buffer)?;
        if self.look.is_none() && !self.drops.is_empty() {
            self.look = Some(Instant::now() + LOOK);
        }
        Ok(received)
    }

    /// The received datagram of this length as a payload, cut to `--recv-size`, and how much was
    /// cut; `None` when there is no room to keep it, which is counted.
    fn keep(
        &mut self,
        session: &Session,
        conn: Option<ConnId>,
        len: usize,
    ) -> Option<(Bytes, u32)> {
        if !session.emitter.has_place() {
            self.unkept.add(len);
            return None;
        }
        self.tell_unkept(session, conn);
        let kept = len.min(session.spec.recv_size);
        session.count_received(kept);
        Some((
            Bytes::copy_from_slice(part(&self.buffer, ..kept)),
            (len - kept) as u32,
        ))
    }

    fn tell_unkept(&mut self, session: &Session, conn: Option<ConnId>) {
        self.unkept.tell(session, conn);
    }

    /// Asks the kernel what it dropped since the last look, and tells. Where it does not say, that
    /// is told, once until it does.
    fn look(&mut self, session: &Session) {
        self.look = None;
        let (mut new, mut wrong) = (0, None);
        for drops in &mut self.drops {
            match drops.new_ones() {
                Ok(more) => new += more,
                Err(error) => wrong = Some(error),
            }
        }
        session.lose(
            None,
            "dropped by the system: its receive buffer was full",
            (new, 0),
        );
        if let Some(error) = &wrong
            && !self.blind
        {
            session.fail(None, fault::drops_unknown(error));
        }
        self.blind = wrong.is_some();
    }
}

/// How a peer is told to be gone.
fn how(cause: Cause) -> (How, By) {
    let how = match cause {
        Cause::NoFarewell | Cause::NoAnswer => How::Timeout,
        Cause::Ordered => How::Stopped,
        Cause::PeerFinished | Cause::Farewell | Cause::Exchanged | Cause::Rejected => How::Finished,
    };
    (how, By::Us)
}

/// The bytes that went to and fro with one peer.
#[derive(Clone, Copy, Debug, Default)]
struct Totals {
    received: u64,
    sent: u64,
}

fn tell_closed(session: &Session, conn: ConnId, totals: Totals, (how, by): (How, By)) {
    session.emit(EventKind::Closed {
        conn,
        how,
        by,
        received: totals.received,
        sent: totals.sent,
    });
}
