//! The HTTP messages of a session: each request with its answer, as raw bytes, derived from the
//! session's events alone. Where a message ends is what the session found ([`EventKind::Request`],
//! [`EventKind::Response`]).

mod ring;

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;

use super::exchange::Exchange;
use crate::model::event::{ConnId, Event, EventKind};
use crate::model::http::{Request, Response};
use crate::model::spec::Side;
use crate::model::time::Stamp;
use crate::wire::http1::{Item, Known, Reader};
use ring::Ring;

/// A connection and what belongs to no complete message yet.
#[derive(Clone, Debug)]
pub struct Line {
    /// The other end.
    pub peer: SocketAddr,
    /// When it opened.
    pub opened: Stamp,
    /// It was told to wait until those before it are done.
    pub queued: bool,
    /// How long it took to be established, until its first exchange tells it.
    connect: Option<Duration>,
    /// Something was sent over it.
    used: bool,
    /// Bytes received that are already in an exchange.
    assigned: u64,
    /// Exchanges whose request is not whole (the last one), or whose answer is not, oldest first.
    open: VecDeque<u64>,
    /// The exchange whose request was refused: all that follows is no HTTP and goes with it.
    refused: Option<u64>,
    /// Reads our own answers, to tell where one ends and the next begins.
    answers: Reader,
}

impl Line {
    fn new(peer: SocketAddr, opened: Stamp, connect: Option<Duration>) -> Line {
        Line {
            peer,
            opened,
            queued: false,
            connect,
            used: false,
            assigned: 0,
            open: VecDeque::new(),
            refused: None,
            answers: Reader::responses(),
        }
    }
}

/// The exchanges of a session within a byte budget, and its open connections.
#[derive(Clone, Debug)]
pub struct Exchanges {
    ring: Ring,
    lines: BTreeMap<ConnId, Line>,
    /// When a client last began to dial.
    dialled: Option<Stamp>,
    /// How many requests there have been.
    pub requests: u64,
    /// The answer of ours that was read last: status and reason. The next one is mostly the same.
    usual: Option<Known<(u16, Bytes)>>,
}

impl Exchanges {
    /// None yet; at most `budget` bytes are kept, and always the newest.
    #[must_use]
    pub fn new(budget: usize) -> Exchanges {
        Exchanges {
            ring: Ring::new(budget as u64),
            lines: BTreeMap::new(),
            dialled: None,
            requests: 0,
            usual: None,
        }
    }

    /// The oldest exchange that has changed since the last call.
    pub fn take_changed(&mut self) -> Option<u64> {
        self.ring.take_changed()
    }

    /// Takes note of an event of this side's session.
    pub fn record(&mut self, side: Side, event: &Event) {
        let at = event.at;
        match &event.kind {
            EventKind::Connecting { .. } => self.dialled = Some(at),
            EventKind::Opened { conn, peer, .. } => {
                let connect = self.dialled.take().map(|since| at.since(since));
                self.lines.insert(*conn, Line::new(*peer, at, connect));
            }
            EventKind::Queued { conn } => {
                if let Some(line) = self.lines.get_mut(conn) {
                    line.queued = true;
                }
            }
            EventKind::Received { conn, data, .. } if side == Side::Server => {
                self.take_request(at, *conn, data.clone());
            }
            EventKind::Sent { conn, data, .. } if side == Side::Server => {
                self.take_answer(at, *conn, data);
            }
            EventKind::Sent { conn, data, .. } => self.give_request(at, *conn, data.clone()),
            EventKind::Received { conn, data, .. } => self.receive_answer(at, *conn, data.clone()),
            EventKind::Request {
                conn,
                offset,
                request,
            } => self.request_is_whole(at, *conn, *offset, request),
            EventKind::Response { conn, response, .. } => self.answer_is_whole(at, *conn, response),
            EventKind::Malformed {
                conn, rule, why, ..
            } => self.refuse(at, side, *conn, (rule, why)),
            EventKind::Closed { conn, .. } => self.close(at, *conn),
            EventKind::Stopped { .. } => {
                while let Some((&conn, _)) = self.lines.first_key_value() {
                    self.close(at, conn);
                }
            }
            _ => {}
        }
        self.ring.trim();
    }

    fn close(&mut self, at: Stamp, conn: ConnId) {
        let Some(line) = self.lines.remove(&conn) else {
            return;
        };
        for number in line.open {
            self.ring.change(number, |exchange| {
                exchange.closed = true;
                exchange.ended.get_or_insert(at);
            });
        }
    }

    fn take_request(&mut self, at: Stamp, conn: ConnId, data: Bytes) {
        let line = self.lines.get_mut(&conn);
        let refused = line.as_ref().and_then(|line| line.refused);
        let number = refused.unwrap_or_else(|| arriving(&mut self.ring, line, at, conn));
        self.ring
            .change(number, |exchange| exchange.request.push(data));
    }

    /// The request that began at `offset` of what the connection received; what came behind it is
    /// the next one.
    fn request_is_whole(&mut self, at: Stamp, conn: ConnId, offset: u64, request: &Request) {
        self.requests += 1;
        let mut line = self.lines.get_mut(&conn);
        let number = arriving(&mut self.ring, line.as_deref_mut(), at, conn);
        let Some(line) = line else { return };
        line.answers.expect(&request.method);
        let end = offset.saturating_add(request.message.raw_len);
        let len = end.saturating_sub(line.assigned);
        line.assigned = end;
        let surplus = self.ring.change(number, |exchange| {
            exchange.begun = true;
            exchange.request.whole = true;
            exchange.request.split_off(len)
        });
        let surplus = surplus.unwrap_or_default();
        if !surplus.is_empty() {
            let next = begin(&mut self.ring, Some(line), at, conn);
            self.ring.change(next, |exchange| {
                for piece in surplus {
                    exchange.request.push(piece);
                }
            });
        }
    }

    fn refuse(&mut self, at: Stamp, side: Side, conn: ConnId, (rule, why): (&'static str, &str)) {
        let mut line = self.lines.get_mut(&conn);
        let number = if side == Side::Server {
            let number = arriving(&mut self.ring, line.as_deref_mut(), at, conn);
            if let Some(line) = line {
                // What is said to it is an answer like any other.
                line.answers.expect("GET");
                line.refused = Some(number);
            }
            Some(number)
        } else {
            line.and_then(|line| line.open.back().copied())
        };
        let Some(number) = number else { return };
        self.ring.change(number, |exchange| {
            let raw = match side {
                Side::Server => &mut exchange.request,
                Side::Client => &mut exchange.response,
            };
            raw.refuse(rule, why);
        });
    }

    /// A server's answer: our own bytes, read to tell where one answer ends.
    fn take_answer(&mut self, at: Stamp, conn: ConnId, data: &Bytes) {
        let Exchanges {
            ring, lines, usual, ..
        } = self;
        let Some(line) = lines.get_mut(&conn) else {
            return;
        };
        let mut rest = &data[..];
        while let Some(&number) = line.open.front() {
            let from = data.len() - rest.len();
            if let Some(usual) = usual
                && let Some(end) = line.answers.recognize(usual, &mut rest)
            {
                let piece = data.slice(from..data.len() - rest.len());
                let (status, reason) = &usual.told;
                ring.change(number, |exchange| {
                    exchange.status = Some(*status);
                    exchange.reason = reason.clone();
                    exchange.answer(at, piece);
                    exchange.end(at, end.body_len)
                });
                line.open.pop_front();
                continue;
            }
            let mut head = None;
            let end = loop {
                match line.answers.next(&mut rest) {
                    Some(Item::Response(response)) => {
                        head = Some((response.status, Bytes::from(response.reason)));
                        line.answers.reuse(response.fields);
                    }
                    Some(Item::End(end)) => break Some(end),
                    Some(_) => {}
                    None => break None,
                }
            };
            let piece = data.slice(from..data.len() - rest.len());
            if piece.is_empty() && end.is_none() {
                return;
            }
            let is_over = ring.change(number, |exchange| {
                if let Some((status, reason)) = head.clone() {
                    exchange.status = Some(status);
                    exchange.reason = reason;
                }
                exchange.answer(at, piece.clone());
                end.is_some_and(|end| exchange.end(at, end.body_len))
            });
            let Some(end) = end else { return };
            if let Some(head) = head
                && let Some(known) = line.answers.known(&piece, &end, head)
            {
                *usual = Some(known);
            }
            if is_over != Some(false) {
                line.open.pop_front();
            }
        }
    }

    fn give_request(&mut self, at: Stamp, conn: ConnId, data: Bytes) {
        let line = self.lines.get_mut(&conn);
        let newest = line.as_ref().and_then(|line| line.open.back().copied());
        let number = newest.unwrap_or_else(|| begin(&mut self.ring, line, at, conn));
        let begins = self.ring.change(number, |exchange| {
            let begins = exchange.request.is_empty();
            exchange.begun = true;
            exchange.request.push(data);
            begins
        });
        self.requests += u64::from(begins == Some(true));
    }

    fn receive_answer(&mut self, at: Stamp, conn: ConnId, data: Bytes) {
        let Some(&number) = self.lines.get(&conn).and_then(|line| line.open.back()) else {
            return;
        };
        self.ring.change(number, |exchange| {
            exchange.request.whole = true;
            exchange.answer(at, data);
        });
    }

    fn answer_is_whole(&mut self, at: Stamp, conn: ConnId, response: &Response) {
        let Some(line) = self.lines.get_mut(&conn) else {
            return;
        };
        let Some(&number) = line.open.back() else {
            return;
        };
        let is_over = self.ring.change(number, |exchange| {
            exchange.status = Some(response.status);
            exchange.reason = response.reason.clone();
            exchange.end(at, response.message.body_len)
        });
        if is_over == Some(true) {
            line.open.pop_back();
        }
    }

    /// The number of the oldest exchange kept.
    #[must_use]
    pub fn start(&self) -> u64 {
        self.ring.start()
    }

    /// The number that the next exchange will have.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.ring.end()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.start() == self.end()
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, number: u64) -> Option<&Exchange> {
        self.ring.get(number)
    }

    /// The newest.
    #[must_use]
    pub fn newest(&self) -> Option<&Exchange> {
        self.ring.iter().next_back()
    }

    /// Whether a connection is open.
    #[must_use]
    pub fn is_open(&self, conn: ConnId) -> bool {
        self.lines.contains_key(&conn)
    }

    /// Whether this is the last exchange so far of a connection that is still open.
    #[must_use]
    pub fn is_latest(&self, exchange: &Exchange) -> bool {
        let newest = self.ring.iter().rev().find(|one| one.conn == exchange.conn);
        self.lines.contains_key(&exchange.conn)
            && newest.is_some_and(|one| one.number == exchange.number)
    }

    /// The open connections on which nothing was sent yet.
    pub fn silent(&self) -> impl Iterator<Item = (ConnId, &Line)> {
        self.lines
            .iter()
            .filter(|(_, line)| !line.used)
            .map(|(id, line)| (*id, line))
    }

    /// The connection that a queued one waits for: the oldest that is open before it. `None` when
    /// it is its turn.
    #[must_use]
    pub fn waits_for(&self, conn: ConnId) -> Option<ConnId> {
        let line = self.lines.get(&conn).filter(|line| line.queued)?;
        let first = self.lines.keys().next().copied();
        first.filter(|first| line.queued && *first < conn)
    }

    /// Forgets what is over; what is going on stays.
    pub fn clear(&mut self) {
        self.ring.drop_ended();
    }
}

/// The exchange of a connection whose request is not whole, begun now if need be.
fn arriving(ring: &mut Ring, line: Option<&mut Line>, at: Stamp, conn: ConnId) -> u64 {
    let newest = line.as_ref().and_then(|line| line.open.back().copied());
    newest
        .filter(|number| ring.get(*number).is_some_and(|one| !one.request.whole))
        .unwrap_or_else(|| begin(ring, line, at, conn))
}

fn begin(ring: &mut Ring, line: Option<&mut Line>, at: Stamp, conn: ConnId) -> u64 {
    let number = ring.begin(at, conn);
    if let Some(line) = line {
        line.open.push_back(number);
        line.queued = false;
        line.used = true;
        let connect = line.connect.take();
        if connect.is_some() {
            ring.change(number, |exchange| exchange.connect = connect);
        }
    }
    number
}

#[cfg(test)]
mod tests;
