//! The HTTP messages of a session: each request with its answer, as raw bytes, derived from the
//! session's events alone. Where a message ends is what the session found ([`EventKind::Request`],
//! [`EventKind::Response`]); what is shown of it is read anew when it is drawn.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;

use super::raw::Raw;
use crate::model::event::{ConnId, Event, EventKind};
use crate::model::http::Response;
use crate::model::spec::Side;
use crate::model::time::Stamp;
use crate::wire::http1::{Item, Reader};

/// One request and its answer.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Its number in the list, from 1.
    pub number: u64,
    /// Its connection.
    pub conn: ConnId,
    /// When its first byte came or went.
    pub began: Stamp,
    /// How long its connection took to be established; only with the first one of a client's.
    pub connect: Option<Duration>,
    /// When the answer's first byte went or came.
    pub answered: Option<Stamp>,
    /// When the last byte of both was seen.
    pub ended: Option<Stamp>,
    /// The method, once the request is whole.
    pub method: String,
    /// The target, once the request is whole.
    pub target: Bytes,
    /// The status of the answer.
    pub status: Option<u16>,
    /// The words behind the status.
    pub reason: Bytes,
    /// How long the decoded body of the answer is, once that is whole.
    pub body_len: Option<u64>,
    /// The request as it came or went.
    pub request: Raw,
    /// The answer as it went or came.
    pub response: Raw,
    /// The connection is closed; nothing more can come.
    pub closed: bool,
}

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

/// The exchanges of a session within a byte budget, and its open connections.
#[derive(Clone, Debug)]
pub struct Exchanges {
    list: VecDeque<Exchange>,
    first: u64,
    bytes: u64,
    budget: u64,
    lines: BTreeMap<ConnId, Line>,
    /// When a client last began to dial.
    dialled: Option<Stamp>,
    /// How many requests there have been.
    pub requests: u64,
    /// The oldest one that has changed since it was asked.
    changed: Option<u64>,
}

/// What an exchange costs besides its bytes.
const OVERHEAD: u64 = 512;

impl Exchanges {
    /// None yet; at most `budget` bytes are kept, and always the newest.
    #[must_use]
    pub fn new(budget: usize) -> Exchanges {
        Exchanges {
            list: VecDeque::new(),
            first: 1,
            bytes: 0,
            budget: budget as u64,
            lines: BTreeMap::new(),
            dialled: None,
            requests: 0,
            changed: None,
        }
    }

    /// The oldest exchange that has changed since the last call.
    pub fn take_changed(&mut self) -> Option<u64> {
        self.changed.take()
    }

    /// Takes note of an event of this side's session.
    pub fn record(&mut self, side: Side, event: &Event) {
        let at = event.at;
        match &event.kind {
            EventKind::Connecting { .. } => self.dialled = Some(at),
            EventKind::Opened { conn, peer, .. } => self.open(at, *conn, *peer),
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
            EventKind::Request { conn, request } => {
                let message = &request.message;
                let end = message.offset.saturating_add(message.raw_len);
                self.request_is_whole(at, *conn, end, &request.method, &request.target);
            }
            EventKind::Response { conn, response } => self.answer_is_whole(at, *conn, response),
            EventKind::Malformed {
                conn, rule, why, ..
            } => self.refuse(at, side, *conn, (rule, why)),
            EventKind::Closed { conn, .. } => self.close(at, *conn),
            EventKind::Stopped { .. } => {
                let open: Vec<ConnId> = self.lines.keys().copied().collect();
                for conn in open {
                    self.close(at, conn);
                }
            }
            _ => {}
        }
        self.trim();
    }

    fn open(&mut self, at: Stamp, conn: ConnId, peer: SocketAddr) {
        let line = Line {
            peer,
            opened: at,
            queued: false,
            connect: self.dialled.take().map(|since| at.since(since)),
            used: false,
            assigned: 0,
            open: VecDeque::new(),
            refused: None,
            answers: Reader::responses(),
        };
        self.lines.insert(conn, line);
    }

    fn close(&mut self, at: Stamp, conn: ConnId) {
        let Some(line) = self.lines.remove(&conn) else {
            return;
        };
        for number in line.open {
            self.change(number, |exchange| {
                exchange.closed = true;
                exchange.ended.get_or_insert(at);
            });
        }
    }

    fn begin(&mut self, at: Stamp, conn: ConnId) -> u64 {
        let number = self.end();
        let mut exchange = Exchange::new(number, conn, at);
        if let Some(line) = self.lines.get_mut(&conn) {
            line.open.push_back(number);
            line.queued = false;
            line.used = true;
            exchange.connect = line.connect.take();
        }
        self.list.push_back(exchange);
        self.bytes += OVERHEAD;
        number
    }

    /// Changes an exchange, if it is still there, and keeps count of what it holds.
    fn change<T>(&mut self, number: u64, change: impl FnOnce(&mut Exchange) -> T) -> Option<T> {
        let index = usize::try_from(number.checked_sub(self.first)?).ok()?;
        let exchange = self.list.get_mut(index)?;
        let before = exchange.kept();
        self.changed = Some(self.changed.map_or(number, |oldest| oldest.min(number)));
        let result = change(exchange);
        self.bytes = self.bytes + exchange.kept() - before;
        Some(result)
    }

    fn newest_of(&self, conn: ConnId) -> Option<u64> {
        self.lines.get(&conn)?.open.back().copied()
    }

    /// The exchange of a connection whose request is not whole, begun now if need be.
    fn arriving(&mut self, at: Stamp, conn: ConnId) -> u64 {
        self.newest_of(conn)
            .filter(|number| self.get(*number).is_some_and(|one| !one.request.whole))
            .unwrap_or_else(|| self.begin(at, conn))
    }

    fn take_request(&mut self, at: Stamp, conn: ConnId, data: Bytes) {
        let refused = self.lines.get(&conn).and_then(|line| line.refused);
        let number = refused.unwrap_or_else(|| self.arriving(at, conn));
        self.change(number, |exchange| exchange.request.push(data));
    }

    /// The request ends at `end` of what the connection received; what came behind is the next one.
    fn request_is_whole(
        &mut self,
        at: Stamp,
        conn: ConnId,
        end: u64,
        method: &str,
        target: &Bytes,
    ) {
        self.requests += 1;
        let number = self.arriving(at, conn);
        let Some(line) = self.lines.get_mut(&conn) else {
            return;
        };
        line.answers.expect(method);
        let len = end.saturating_sub(line.assigned);
        line.assigned = end;
        let surplus = self.change(number, |exchange| {
            method.clone_into(&mut exchange.method);
            exchange.target = target.clone();
            exchange.request.whole = true;
            exchange.request.split_off(len)
        });
        let surplus = surplus.unwrap_or_default();
        if !surplus.is_empty() {
            let next = self.begin(at, conn);
            self.change(next, |exchange| {
                for piece in surplus {
                    exchange.request.push(piece);
                }
            });
        }
    }

    fn refuse(&mut self, at: Stamp, side: Side, conn: ConnId, (rule, why): (&'static str, &str)) {
        let number = if side == Side::Server {
            let number = self.arriving(at, conn);
            if let Some(line) = self.lines.get_mut(&conn) {
                // What is said to it is an answer like any other.
                line.answers.expect("GET");
                line.refused = Some(number);
            }
            Some(number)
        } else {
            self.newest_of(conn)
        };
        let Some(number) = number else { return };
        self.change(number, |exchange| {
            let raw = match side {
                Side::Server => &mut exchange.request,
                Side::Client => &mut exchange.response,
            };
            if raw.verdict.is_none() {
                raw.verdict = Some(why.to_owned());
                raw.rule = rule;
            }
        });
    }

    /// A server's answer: our own bytes, read to tell where one answer ends.
    fn take_answer(&mut self, at: Stamp, conn: ConnId, data: &Bytes) {
        let mut rest = &data[..];
        let mut from = 0;
        loop {
            let Some(line) = self.lines.get_mut(&conn) else {
                return;
            };
            let Some(number) = line.open.front().copied() else {
                return;
            };
            let item = line.answers.next(&mut rest);
            let upto = data.len() - rest.len();
            let (is_over, mut head, mut end) = (item.is_none(), None, None);
            match item {
                Some(Item::Response(response)) => {
                    head = Some((response.status, response.reason));
                    line.answers.reuse(response.fields);
                }
                Some(Item::End(message)) => end = Some(message.body_len),
                Some(_) => continue,
                None => {}
            }
            let piece = (end.is_some() || is_over).then(|| data.slice(from..upto));
            if piece.is_some() {
                from = upto;
            }
            let is_final = self.change(number, |exchange| {
                if let Some((status, reason)) = head {
                    exchange.status = Some(status);
                    exchange.reason = reason.into();
                }
                if let Some(piece) = piece {
                    exchange.answered.get_or_insert(at);
                    exchange.response.push(piece);
                }
                let is_final = end.is_some() && exchange.status.is_none_or(is_final);
                if is_final {
                    exchange.end(at, end);
                }
                is_final
            });
            if is_final.unwrap_or(end.is_some())
                && let Some(line) = self.lines.get_mut(&conn)
            {
                line.open.pop_front();
            }
            if is_over {
                return;
            }
        }
    }

    fn give_request(&mut self, at: Stamp, conn: ConnId, data: Bytes) {
        let number = self.newest_of(conn).unwrap_or_else(|| self.begin(at, conn));
        let begins = self.change(number, |exchange| {
            let begins = exchange.request.is_empty();
            if begins {
                let mut words = data.split(u8::is_ascii_whitespace);
                let method = words.next().unwrap_or_default();
                exchange.method = String::from_utf8_lossy(method).into_owned();
                exchange.target = data.slice_ref(words.next().unwrap_or_default());
            }
            exchange.request.push(data);
            begins
        });
        self.requests += u64::from(begins == Some(true));
    }

    fn receive_answer(&mut self, at: Stamp, conn: ConnId, data: Bytes) {
        let Some(number) = self.newest_of(conn) else {
            return;
        };
        self.change(number, |exchange| {
            exchange.request.whole = true;
            exchange.answered.get_or_insert(at);
            exchange.response.push(data);
        });
    }

    fn answer_is_whole(&mut self, at: Stamp, conn: ConnId, response: &Response) {
        let Some(number) = self.newest_of(conn) else {
            return;
        };
        let ended = self.change(number, |exchange| {
            exchange.status = Some(response.status);
            exchange.reason = response.reason.clone();
            let ended = is_final(response.status);
            if ended {
                exchange.end(at, Some(response.message.body_len));
            }
            ended
        });
        if ended == Some(true)
            && let Some(line) = self.lines.get_mut(&conn)
        {
            line.open.pop_back();
        }
    }

    /// Drops the oldest until the rest fits the budget.
    fn trim(&mut self) {
        while self.bytes > self.budget && self.list.len() > 1 {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        if let Some(old) = self.list.pop_front() {
            self.bytes -= OVERHEAD + old.kept();
            self.first += 1;
        }
    }

    /// The number of the oldest exchange kept.
    #[must_use]
    pub fn start(&self) -> u64 {
        self.first
    }

    /// The number that the next exchange will have.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.first + self.list.len() as u64
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, number: u64) -> Option<&Exchange> {
        let index = number.checked_sub(self.first)?;
        self.list.get(usize::try_from(index).ok()?)
    }

    /// The newest.
    #[must_use]
    pub fn newest(&self) -> Option<&Exchange> {
        self.list.back()
    }

    /// Whether a connection is open.
    #[must_use]
    pub fn is_open(&self, conn: ConnId) -> bool {
        self.lines.contains_key(&conn)
    }

    /// Whether this is the last exchange so far of a connection that is still open.
    #[must_use]
    pub fn is_latest(&self, exchange: &Exchange) -> bool {
        let newest = self.list.iter().rev().find(|one| one.conn == exchange.conn);
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
        while self.list.front().is_some_and(|one| one.ended.is_some()) {
            self.drop_oldest();
        }
    }
}

/// Whether an answer with this status is the last to its request (RFC 9110 section 15.2). After a
/// 101 no more HTTP comes.
fn is_final(status: u16) -> bool {
    status >= 200 || status == 101
}

impl Exchange {
    /// One of which nothing is known yet.
    #[must_use]
    pub fn new(number: u64, conn: ConnId, began: Stamp) -> Exchange {
        Exchange {
            number,
            conn,
            began,
            connect: None,
            answered: None,
            ended: None,
            method: String::new(),
            target: Bytes::new(),
            status: None,
            reason: Bytes::new(),
            body_len: None,
            request: Raw::default(),
            response: Raw::default(),
            closed: false,
        }
    }

    fn kept(&self) -> u64 {
        self.request.kept() + self.response.kept()
    }

    fn end(&mut self, at: Stamp, body_len: Option<u64>) {
        self.request.whole = true;
        self.response.whole = true;
        self.body_len = body_len;
        self.ended = Some(at);
    }
}

#[cfg(test)]
mod tests;
