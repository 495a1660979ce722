//! The open connections of a session (for UDP, the peers heard), derived from its events alone.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use crate::model::command::Target;
use crate::model::event::{By, ConnId, EventKind};
use crate::model::time::Stamp;

/// Which directions of a connection are still open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Both.
    Open,
    /// The peer has finished sending; it can still read.
    PeerFinished,
    /// We have finished sending; we can still read.
    WeFinished,
}

/// One open connection.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The other end.
    pub peer: SocketAddr,
    /// Our end.
    pub local: SocketAddr,
    /// When it opened.
    pub opened: Stamp,
    /// When bytes last came.
    pub heard: Stamp,
    /// Bytes received over it.
    pub received: u64,
    /// Bytes sent over it.
    pub sent: u64,
    /// Bytes handed over for sending that no write call has taken yet.
    pub waiting: u64,
    /// What is sent now is of a file: what waits goes after it.
    sends_file: bool,
    /// Its directions.
    pub flow: Flow,
    /// In turn-taking scenes: whether it is our turn.
    pub our_turn: bool,
}

/// The open connections, by number.
#[derive(Clone, Debug, Default)]
pub struct Connections {
    open: BTreeMap<ConnId, Connection>,
    /// The one that is sent to; none means all.
    picked: Option<ConnId>,
    /// Where the list was turned to, until one is picked.
    turned: Option<ConnId>,
    /// Something was sent to a UDP peer that has not been heard yet.
    sent_unheard: bool,
}

impl Connections {
    /// Takes note of an event. `first_turn` says who begins in turn-taking scenes.
    pub fn record(&mut self, at: Stamp, kind: &EventKind, first_turn: bool) {
        match kind {
            EventKind::Opened { conn, peer, local } => {
                self.open.insert(
                    *conn,
                    Connection {
                        peer: *peer,
                        local: *local,
                        opened: at,
                        heard: at,
                        received: 0,
                        sent: 0,
                        waiting: 0,
                        sends_file: false,
                        flow: Flow::Open,
                        our_turn: first_turn,
                    },
                );
            }
            EventKind::Received { conn, data, .. } => {
                if let Some(c) = self.open.get_mut(conn) {
                    c.received += data.len() as u64;
                    c.heard = at;
                    c.our_turn = true;
                }
            }
            EventKind::Sent { conn, data, .. } => {
                if let Some(c) = self.open.get_mut(conn) {
                    c.sent += data.len() as u64;
                    if !c.sends_file {
                        c.waiting = c.waiting.saturating_sub(data.len() as u64);
                    }
                    c.our_turn = false;
                } else {
                    self.sent_unheard = true;
                }
            }
            EventKind::FileStarted { conn, .. } | EventKind::FileEnded { conn, .. } => {
                if let Some(c) = self.open.get_mut(conn) {
                    c.sends_file = matches!(kind, EventKind::FileStarted { .. });
                }
            }
            EventKind::Finished { conn, by } => {
                if let Some(c) = self.open.get_mut(conn) {
                    c.flow = if *by == By::Peer {
                        Flow::PeerFinished
                    } else {
                        Flow::WeFinished
                    };
                }
            }
            EventKind::Closed { conn, .. } => {
                self.open.remove(conn);
                if self.picked == Some(*conn) {
                    self.picked = None;
                }
            }
            EventKind::Stopped { .. } => self.clear(),
            _ => {}
        }
    }

    /// Forgets all of them.
    pub fn clear(&mut self) {
        *self = Connections::default();
    }

    /// The one that is sent to; none means all.
    #[must_use]
    pub fn picked(&self) -> Option<ConnId> {
        self.picked
    }

    /// How many are open.
    #[must_use]
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// Whether none is open.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, conn: ConnId) -> Option<&Connection> {
        self.open.get(&conn)
    }

    /// All of them from the one with number `from` on, in the order of their numbers.
    pub fn iter_from(&self, from: ConnId) -> impl Iterator<Item = (ConnId, &Connection)> {
        self.open.range(from..).map(|(id, c)| (*id, c))
    }

    /// To whom the box sends.
    #[must_use]
    pub fn target(&self) -> Target {
        self.picked.map_or(Target::All, Target::One)
    }

    /// Those that the box sends to.
    pub fn targets(&self) -> impl Iterator<Item = &Connection> {
        self.open
            .iter()
            .filter(|(id, _)| self.picked.is_none_or(|p| p == **id))
            .map(|(_, c)| c)
    }

    /// In turn-taking scenes: whether it is our turn with any of the targets.
    #[must_use]
    pub fn has_turn(&self) -> bool {
        if self.is_empty() {
            !self.sent_unheard
        } else {
            self.targets().any(|c| c.our_turn)
        }
    }

    /// The one that closing and half-closing act on: the picked one, or the only one.
    #[must_use]
    pub fn selected(&self) -> Option<ConnId> {
        self.picked.or_else(|| {
            (self.open.len() == 1)
                .then(|| self.open.keys().next().copied())
                .flatten()
        })
    }

    fn addressed(&mut self, to: Target) -> impl Iterator<Item = &mut Connection> {
        let meant = move |id: ConnId| match to {
            Target::All => true,
            Target::One(one) => one == id,
        };
        let open = self.open.iter_mut();
        open.filter(move |(id, _)| meant(**id)).map(|(_, c)| c)
    }

    /// Counts bytes on their way.
    pub fn note_waiting(&mut self, to: Target, bytes: u64) {
        self.addressed(to).for_each(|c| c.waiting += bytes);
    }

    /// Takes back what was counted on its way but was refused.
    pub fn forget_waiting(&mut self, to: Target, bytes: u64) {
        let forget = |c: &mut Connection| c.waiting = c.waiting.saturating_sub(bytes);
        self.addressed(to).for_each(forget);
    }

    /// Picks the next connection; the first when all were meant.
    pub fn pick_next(&mut self) {
        let next = match self.picked {
            None => self.open.keys().next(),
            Some(p) => self
                .open
                .range(ConnId(p.0 + 1)..)
                .map(|(id, _)| id)
                .next()
                .or(self.picked.as_ref()),
        };
        self.show(next.copied());
    }

    /// Picks the previous connection; above the first: all.
    pub fn pick_previous(&mut self) {
        let before = |p| self.open.range(..p).next_back().map(|(id, _)| *id);
        self.show(self.picked.and_then(before));
    }

    /// Picks none: all are sent to.
    pub fn pick_all(&mut self) {
        self.show(None);
    }

    fn show(&mut self, picked: Option<ConnId>) {
        self.picked = picked;
        self.turned = None;
    }

    /// Turns a list of `rows` rows by some rows; who is sent to stays.
    pub fn turn(&mut self, up: bool, by: usize, rows: usize) {
        let from = self.list_from(rows);
        let mut above = self.open.range(..from).rev();
        let mut below = self.open.range(from..);
        let to = if up {
            above.by_ref().take(by).last()
        } else {
            below.by_ref().take(by + 1).last()
        };
        if let Some((id, _)) = to {
            self.turned = Some((*id).min(self.last_from(rows)));
        }
    }

    /// The first of the last `rows` connections.
    fn last_from(&self, rows: usize) -> ConnId {
        let first = self.open.len().saturating_sub(rows);
        self.open.keys().nth(first).copied().unwrap_or(ConnId(1))
    }

    /// Picks the last connection.
    pub fn pick_last(&mut self) {
        self.show(self.open.keys().next_back().copied());
    }

    /// Picks a connection, if it is open. Returns whether it was picked already.
    pub fn pick(&mut self, conn: ConnId) -> bool {
        let was = self.picked == Some(conn);
        if self.open.contains_key(&conn) {
            self.show(Some(conn));
        }
        was
    }

    /// The number of the first connection of a list of `rows` rows in which the picked one shows.
    #[must_use]
    pub fn list_from(&self, rows: usize) -> ConnId {
        let first = self.open.keys().next().copied().unwrap_or(ConnId(1));
        if let Some(turned) = self.turned {
            return turned.min(self.last_from(rows)).max(first);
        }
        let Some(picked) = self.picked else {
            return first;
        };
        if self.open.range(..=picked).take(rows + 1).count() <= rows {
            return first;
        }
        self.open
            .range(..=picked)
            .rev()
            .take(rows)
            .last()
            .map_or(first, |(id, _)| *id)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use bytes::Bytes;

    use super::*;
    use crate::model::event::FileEnd;

    #[test]
    fn what_was_refused_is_forgotten_only_where_it_was_counted() {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
        let mut connections = Connections::default();
        for conn in [ConnId(1), ConnId(2)] {
            let kind = EventKind::Opened {
                conn,
                peer: address,
                local: address,
            };
            connections.record(Stamp::default(), &kind, false);
        }
        connections.note_waiting(Target::All, 10);
        connections.note_waiting(Target::One(ConnId(2)), 5);
        connections.forget_waiting(Target::One(ConnId(2)), 5);
        let waiting = |conn| connections.get(conn).map(|c| c.waiting);
        assert_eq!(waiting(ConnId(1)), Some(10));
        assert_eq!(waiting(ConnId(2)), Some(10));
    }

    #[test]
    fn text_that_waits_behind_a_file_waits_until_the_file_has_ended() {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
        let conn = ConnId(1);
        let mut connections = Connections::default();
        let tell = |connections: &mut Connections, kind| {
            connections.record(Stamp::default(), &kind, true);
            connections.get(conn).map(|c| c.waiting)
        };
        let sent = || EventKind::Sent {
            conn,
            peer: address,
            data: Bytes::from_static(b"12345"),
        };
        let (peer, local, name) = (address, address, String::new());
        tell(&mut connections, EventKind::Opened { conn, peer, local });
        let len = 5;
        tell(
            &mut connections,
            EventKind::FileStarted {
                conn,
                name: name.clone(),
                len,
            },
        );
        connections.note_waiting(Target::All, 5);
        assert_eq!(tell(&mut connections, sent()), Some(5));
        let (sent_of_it, how) = (5, FileEnd::Whole);
        tell(
            &mut connections,
            EventKind::FileEnded {
                conn,
                name,
                len,
                sent: sent_of_it,
                how,
            },
        );
        assert_eq!(tell(&mut connections, sent()), Some(0));
    }
}
