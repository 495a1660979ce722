//! Both ends in one window: the entries of two logs as rows across a wire. What was sent by one
//! end and received by the other stands in one row where the order of both ends allows it. Rows
//! are made as events come, O(1) each; nothing is drawn level that was not seen to belong together.

use std::collections::VecDeque;
use std::net::SocketAddr;

use bytes::Bytes;

use crate::model::event::{By, ConnId, Event, EventKind};
use crate::model::log::{EntryId, Log};
use crate::model::spec::{Protocol, Side};

/// One row: an entry of the server's log, of the client's, or both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// The entry on the server's side.
    pub server: Option<EntryId>,
    /// The entry on the client's side.
    pub client: Option<EntryId>,
}

impl Row {
    /// The entry of one side.
    #[must_use]
    pub fn get(&self, side: Side) -> Option<EntryId> {
        match side {
            Side::Server => self.server,
            Side::Client => self.client,
        }
    }

    fn set(&mut self, side: Side, entry: EntryId) {
        match side {
            Side::Server => self.server = Some(entry),
            Side::Client => self.client = Some(entry),
        }
    }
}

/// What an event on one end can be recognised by on the other. `client` is the client's address.
#[derive(Clone, Debug, PartialEq)]
enum Mark {
    /// The connection opened.
    Opened { client: SocketAddr },
    /// One side finished sending.
    Finished { client: SocketAddr, by: Side },
    /// Bytes of a stream, from this side, as one write or one read.
    Bytes {
        client: SocketAddr,
        from: Side,
        is_write: bool,
        start: u64,
        end: u64,
    },
    /// A datagram, from this side.
    Datagram {
        client: SocketAddr,
        from: Side,
        data: Bytes,
    },
}

impl Mark {
    /// Whether two events, one from each end, are the two ends of one thing. Of a stream: a write
    /// and the read that ended within its bytes.
    fn meets(&self, other: &Mark) -> bool {
        let key = |mark: &Mark| match *mark {
            Mark::Bytes {
                client,
                from,
                is_write,
                start,
                end,
            } => Some((client, from, is_write, start, end)),
            _ => None,
        };
        let (Some(one), Some(two)) = (key(self), key(other)) else {
            return self == other;
        };
        let (write, read) = if one.2 { (one, two) } else { (two, one) };
        let same_stream = write.0 == read.0 && write.1 == read.1 && write.2 != read.2;
        same_stream && write.3 < read.4 && read.4 <= write.4
    }
}

/// An entry whose other end has not been seen yet.
#[derive(Clone, Debug)]
struct Pending {
    row: u64,
    mark: Mark,
}

/// How many unmatched entries of a side are remembered; older ones stay alone.
const PENDING: usize = 64;
/// How far from the end an entry may still be moved down to its other end.
const MOVABLE: u64 = 4;

/// One connection's place in its streams, in bytes.
#[derive(Clone, Copy, Debug)]
struct Streams {
    conn: ConnId,
    client: SocketAddr,
    sent: u64,
    received: u64,
}

/// The rows, and what is needed to place the next event.
#[derive(Clone, Debug, Default)]
pub struct Ladder {
    rows: VecDeque<Row>,
    first: u64,
    /// The row that the latest entry took away from above others.
    moved: Option<u64>,
    /// The first row in which each side's next entry may stand.
    free: [u64; 2],
    pending: [VecDeque<Pending>; 2],
    client: Option<Streams>,
    /// The server's connections that may be the client's, newest last.
    server: VecDeque<Streams>,
}

impl Ladder {
    /// The ladder of two logs, in the order of their stamps.
    #[must_use]
    pub fn of(protocol: Protocol, server: &Log, client: &Log) -> Ladder {
        let mut ladder = Ladder::default();
        let (mut s, mut c) = (server.start(), client.start());
        loop {
            let (left, right) = (server.get(s), client.get(c));
            match (left, right) {
                (Some(event), other) if other.is_none_or(|o| event.at <= o.at) => {
                    ladder.push(protocol, Side::Server, s, event);
                    s = EntryId(s.0 + 1);
                }
                (_, Some(event)) => {
                    ladder.push(protocol, Side::Client, c, event);
                    c = EntryId(c.0 + 1);
                }
                _ => return ladder,
            }
        }
    }

    /// Takes note of a client's own address, or of one more connection of the server.
    fn note_connection(&mut self, side: Side, conn: ConnId, client: SocketAddr) {
        let streams = Streams {
            conn,
            client,
            sent: 0,
            received: 0,
        };
        match side {
            Side::Client => {
                if self.client.is_none_or(|known| known.client != client) {
                    self.client = Some(streams);
                }
                self.server.retain(|s| s.client == client);
            }
            // Once the client's address is known, no other connection matters.
            Side::Server if self.client.is_some_and(|known| known.client != client) => {}
            Side::Server => {
                if self.server.len() == PENDING {
                    self.server.pop_front();
                }
                self.server.push_back(streams);
            }
        }
    }

    fn mark(&mut self, protocol: Protocol, side: Side, kind: &EventKind) -> Option<Mark> {
        match kind {
            EventKind::Connecting { .. } | EventKind::Stopped { .. } if side == Side::Client => {
                self.client = None;
            }
            EventKind::Ready { local, .. } => self.note_connection(side, ConnId(1), *local),
            EventKind::Opened { conn, peer, local } => {
                self.note_connection(
                    side,
                    *conn,
                    if side == Side::Client { *local } else { *peer },
                );
            }
            _ => {}
        }
        let conn = kind.conn()?;
        let streams = match side {
            Side::Client => self.client.as_mut()?,
            Side::Server => self.server.iter_mut().rev().find(|s| s.conn == conn)?,
        };
        let client = streams.client;
        let datagrams = protocol == Protocol::Udp;
        Some(match kind {
            EventKind::Opened { .. } if !datagrams => Mark::Opened { client },
            EventKind::Finished { by, .. } => Mark::Finished {
                client,
                by: if *by == By::Us { side } else { side.other() },
            },
            EventKind::Sent { data, .. } if datagrams => Mark::Datagram {
                client,
                from: side,
                data: data.clone(),
            },
            EventKind::Received { data, cut: 0, .. } if datagrams => Mark::Datagram {
                client,
                from: side.other(),
                data: data.clone(),
            },
            EventKind::Sent { data, .. } => {
                let start = streams.sent;
                streams.sent += data.len() as u64;
                Mark::Bytes {
                    client,
                    from: side,
                    is_write: true,
                    start,
                    end: streams.sent,
                }
            }
            EventKind::Received { data, .. } if !datagrams => {
                let start = streams.received;
                streams.received += data.len() as u64;
                Mark::Bytes {
                    client,
                    from: side.other(),
                    is_write: false,
                    start,
                    end: streams.received,
                }
            }
            _ => return None,
        })
    }

    fn row_mut(&mut self, row: u64) -> Option<&mut Row> {
        let index = row.checked_sub(self.first)?;
        self.rows.get_mut(usize::try_from(index).ok()?)
    }

    /// The row of the other end of `mark`, if `side` may still place an entry there.
    fn partner(&mut self, side: Side, mark: &Mark) -> Option<u64> {
        let other = side.other() as usize;
        let free = self.free[side as usize];
        // What lies above the last rows of this side can neither be met nor moved any more.
        while self.pending[other]
            .front()
            .is_some_and(|p| p.row + MOVABLE < free)
        {
            self.pending[other].pop_front();
        }
        let at = self.pending[other]
            .iter()
            .position(|p| p.mark.meets(mark))?;
        let row = self.pending[other].remove(at)?.row;
        if row >= free {
            return Some(row);
        }
        let is_last_of_its_side = self.free[other] == row + 1;
        (is_last_of_its_side && self.end() - row <= MOVABLE)
            .then(|| self.move_to_end(row, side.other()))?
    }

    /// Moves the only entry of a row, the latest of its side, into a new row at the end.
    fn move_to_end(&mut self, row: u64, side: Side) -> Option<u64> {
        let index = usize::try_from(row.checked_sub(self.first)?).ok()?;
        let moved = self.rows.remove(index)?;
        self.moved = Some(row);
        for pending in self.pending.iter_mut().flatten().filter(|p| p.row > row) {
            pending.row -= 1;
        }
        self.rows.push_back(moved);
        let end = self.end();
        self.free = [end - 1; 2];
        self.free[side as usize] = end;
        Some(end - 1)
    }

    /// Places the next entry of one side's log. Returns the first row that is not as it was.
    pub fn push(&mut self, protocol: Protocol, side: Side, entry: EntryId, event: &Event) -> u64 {
        self.moved = None;
        let mark = self.mark(protocol, side, &event.kind);
        let partner = mark.as_ref().and_then(|mark| self.partner(side, mark));
        let row = partner.unwrap_or_else(|| {
            self.rows.push_back(Row::default());
            self.end() - 1
        });
        if let Some(row) = self.row_mut(row) {
            row.set(side, entry);
        }
        self.free[side as usize] = row + 1;
        if let (None, Some(mark)) = (partner, mark) {
            let pending = &mut self.pending[side as usize];
            if pending.len() == PENDING {
                pending.pop_front();
            }
            pending.push_back(Pending { row, mark });
        }
        self.moved.unwrap_or(row)
    }

    /// Drops the rows whose entries are gone from both logs.
    pub fn trim(&mut self, server: EntryId, client: EntryId) {
        while let Some(row) = self.rows.front() {
            if row.server.is_some_and(|id| id >= server)
                || row.client.is_some_and(|id| id >= client)
            {
                break;
            }
            self.rows.pop_front();
            self.first += 1;
        }
    }

    /// Forgets every row; their numbers are not used again.
    pub fn clear(&mut self) {
        self.first = self.end();
        self.rows.clear();
        self.pending.iter_mut().for_each(VecDeque::clear);
        self.free = [self.first; 2];
    }

    /// The number of the oldest row.
    #[must_use]
    pub fn first(&self) -> u64 {
        self.first
    }

    /// The number that the next row will have.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.first + self.rows.len() as u64
    }

    /// One row.
    #[must_use]
    pub fn get(&self, row: u64) -> Option<Row> {
        let index = row.checked_sub(self.first)?;
        self.rows.get(usize::try_from(index).ok()?).copied()
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::time::Duration;

    use super::*;
    use crate::model::time::Stamp;

    const SERVER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 1000);
    const CLIENT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 2000);
    const C1: ConnId = ConnId(1);

    /// Events by side, in the order they are seen; gives each row as `server | client`.
    fn ladder(protocol: Protocol, events: Vec<(Side, EventKind)>) -> Vec<String> {
        let mut logs = [Log::new(1 << 20), Log::new(1 << 20)];
        let mut ladder = Ladder::default();
        for (n, (side, kind)) in events.into_iter().enumerate() {
            let event = Event {
                at: Stamp(Duration::from_millis(n as u64)),
                kind,
            };
            let id = logs[side as usize].push(event.clone());
            ladder.push(protocol, side, id, &event);
        }
        let word = |side: Side, id: Option<EntryId>| {
            id.and_then(|id| logs[side as usize].get(id))
                .map_or(String::new(), |e| {
                    let data = e.kind.data().map_or(String::new(), |d| {
                        format!(" {}", String::from_utf8_lossy(d))
                    });
                    format!("{}{data}", e.kind.word())
                })
        };
        (ladder.first()..ladder.end())
            .filter_map(|n| ladder.get(n))
            .map(|row| {
                format!(
                    "{} | {}",
                    word(Side::Server, row.server),
                    word(Side::Client, row.client)
                )
            })
            .collect()
    }

    fn opened(side: Side) -> (Side, EventKind) {
        let (peer, local) = if side == Side::Server {
            (CLIENT, SERVER)
        } else {
            (SERVER, CLIENT)
        };
        (
            side,
            EventKind::Opened {
                conn: C1,
                peer,
                local,
            },
        )
    }

    fn sent(side: Side, text: &'static str) -> (Side, EventKind) {
        (
            side,
            EventKind::Sent {
                conn: C1,
                peer: SERVER,
                data: Bytes::from(text),
            },
        )
    }

    fn received(side: Side, text: &'static str) -> (Side, EventKind) {
        (
            side,
            EventKind::Received {
                conn: C1,
                peer: SERVER,
                data: Bytes::from(text),
                cut: 0,
            },
        )
    }

    #[test]
    fn what_belongs_together_stands_level() {
        let rows = ladder(
            Protocol::Tcp,
            vec![
                (Side::Server, EventKind::Listening { local: SERVER }),
                opened(Side::Server),
                opened(Side::Client),
                sent(Side::Client, "hi"),
                received(Side::Server, "hi"),
                sent(Side::Server, "yo"),
                received(Side::Client, "yo"),
            ],
        );
        assert_eq!(
            rows,
            [
                "listening | ",
                "opened | opened",
                "received hi | sent hi",
                "sent yo | received yo"
            ]
        );
    }

    #[test]
    fn a_read_that_is_seen_before_its_write_still_stands_level() {
        let rows = ladder(
            Protocol::Tcp,
            vec![
                opened(Side::Client),
                opened(Side::Server),
                received(Side::Server, "hi"),
                sent(Side::Client, "hi"),
            ],
        );
        assert_eq!(rows, ["opened | opened", "received hi | sent hi"]);
    }

    #[test]
    fn two_writes_glued_into_one_read_stand_level_at_the_second() {
        let rows = ladder(
            Protocol::Tcp,
            vec![
                opened(Side::Client),
                opened(Side::Server),
                sent(Side::Client, "ab"),
                sent(Side::Client, "cd"),
                received(Side::Server, "abcd"),
            ],
        );
        assert_eq!(
            rows,
            ["opened | opened", " | sent ab", "received abcd | sent cd"]
        );
    }

    #[test]
    fn one_write_cut_into_two_reads_stands_level_with_the_first() {
        let rows = ladder(
            Protocol::Tcp,
            vec![
                opened(Side::Client),
                opened(Side::Server),
                sent(Side::Client, "abcd"),
                received(Side::Server, "ab"),
                received(Side::Server, "cd"),
            ],
        );
        assert_eq!(
            rows,
            [
                "opened | opened",
                "received ab | sent abcd",
                "received cd | "
            ]
        );
    }

    #[test]
    fn crossing_messages_keep_the_order_of_both_ends() {
        let rows = ladder(
            Protocol::Tcp,
            vec![
                opened(Side::Client),
                opened(Side::Server),
                sent(Side::Client, "c"),
                sent(Side::Server, "s"),
                received(Side::Server, "c"),
                received(Side::Client, "s"),
            ],
        );
        assert_eq!(
            rows,
            [
                "opened | opened",
                "sent s | ",
                "received c | sent c",
                " | received s"
            ]
        );
    }

    #[test]
    fn a_lost_datagram_stands_alone() {
        let ready = (
            Side::Client,
            EventKind::Ready {
                local: CLIENT,
                peer: SERVER,
            },
        );
        let rows = ladder(
            Protocol::Udp,
            vec![
                ready,
                sent(Side::Client, "a"),
                sent(Side::Client, "b"),
                opened(Side::Server),
                received(Side::Server, "b"),
            ],
        );
        assert_eq!(
            rows,
            [" | ready", " | sent a", "opened | ", "received b | sent b"]
        );
    }

    #[test]
    fn rows_go_when_both_entries_are_gone() {
        let mut ladder = Ladder::default();
        for n in 0..10 {
            let event = Event {
                at: Stamp::default(),
                kind: EventKind::Listening { local: SERVER },
            };
            ladder.push(Protocol::Tcp, Side::Server, EntryId(n), &event);
        }
        ladder.trim(EntryId(4), EntryId(0));
        assert_eq!((ladder.first(), ladder.end()), (4, 10));
    }
}
