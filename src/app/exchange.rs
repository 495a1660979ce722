//! The HTTP messages of a session: each request with its answer, as raw bytes, derived from the
//! session's events alone. Where a message ends is what the session found ([`EventKind::Request`],
//! [`EventKind::Response`]); what is shown of it is read anew when it is drawn.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;

use bytes::Bytes;

use crate::model::event::{ConnId, Event, EventKind};
use crate::model::spec::Side;
use crate::model::time::Stamp;
use crate::wire::http1::{Item, Reader};

/// The bytes of one message, as they came or went.
#[derive(Clone, Debug, Default)]
pub struct Raw {
    pieces: Vec<Bytes>,
    /// How many bytes.
    pub len: u64,
    /// The message is whole.
    pub whole: bool,
    /// Why it is none.
    pub verdict: Option<String>,
}

impl Raw {
    fn push(&mut self, bytes: Bytes) {
        if !bytes.is_empty() {
            self.len += bytes.len() as u64;
            self.pieces.push(bytes);
        }
    }

    /// The first `most` bytes in one piece.
    #[must_use]
    pub fn head(&self, most: usize) -> Vec<u8> {
        let mut out = Vec::with_capacity(most.min(usize::try_from(self.len).unwrap_or(most)));
        for piece in &self.pieces {
            let room = most - out.len();
            out.extend_from_slice(&piece[..piece.len().min(room)]);
            if out.len() == most {
                break;
            }
        }
        out
    }

    /// Whether nothing has come or gone.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

/// One request and its answer.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Its number in the list, from 1.
    pub number: u64,
    /// Its connection.
    pub conn: ConnId,
    /// When its first byte came or went.
    pub began: Stamp,
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
    /// It waits until those before it are done.
    pub queued: bool,
    /// Bytes received that are already in an exchange.
    assigned: u64,
    /// Exchanges whose request is not whole (the last one), or whose answer is not, oldest first.
    open: VecDeque<u64>,
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
    /// How many requests there have been.
    pub requests: u64,
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
            requests: 0,
        }
    }

    /// Takes note of an event of this side's session.
    pub fn record(&mut self, side: Side, event: &Event) {
        let at = event.at;
        match &event.kind {
            EventKind::Opened { conn, peer, .. } => {
                let line = Line {
                    peer: *peer,
                    opened: at,
                    queued: false,
                    assigned: 0,
                    open: VecDeque::new(),
                    answers: Reader::responses(),
                };
                self.lines.insert(*conn, line);
            }
            EventKind::Queued { conn } => {
                if let Some(line) = self.lines.get_mut(conn) {
                    line.queued = true;
                }
            }
            EventKind::Received { conn, data, .. } if side == Side::Server => {
                self.take_request(at, *conn, data.clone())
            }
            EventKind::Sent { conn, data, .. } if side == Side::Server => {
                self.take_answer(at, *conn, data)
            }
            EventKind::Sent { conn, data, .. } => self.give_request(at, *conn, data.clone()),
            EventKind::Received { conn, data, .. } => self.receive_answer(at, *conn, data.clone()),
            EventKind::Request { conn, request } => {
                let end = request.message.offset + request.message.raw_len;
                self.requests += 1;
                self.request_is_whole(at, *conn, end, |exchange| {
                    exchange.method.clone_from(&request.method);
                    exchange.target = request.target.clone();
                });
            }
            EventKind::Response { conn, response } => {
                let status = response.status;
                self.with_current(*conn, |exchange| {
                    exchange.status = Some(status);
                    if status >= 200 || status == 101 {
                        exchange.response.whole = true;
                        exchange.ended = Some(at);
                    }
                });
            }
            EventKind::Malformed { conn, why, .. } => {
                self.with_current(*conn, |exchange| {
                    let raw = if side == Side::Server {
                        &mut exchange.request
                    } else {
                        &mut exchange.response
                    };
                    raw.verdict.get_or_insert_with(|| why.clone());
                });
            }
            EventKind::Closed { conn, .. } => self.close(at, *conn),
            EventKind::Stopped { .. } => {
                let open: Vec<ConnId> = self.lines.keys().copied().collect();
                open.into_iter().for_each(|conn| self.close(at, conn));
            }
            _ => {}
        }
        self.trim();
    }

    fn close(&mut self, at: Stamp, conn: ConnId) {
        let Some(line) = self.lines.remove(&conn) else {
            return;
        };
        for number in line.open {
            if let Some(exchange) = self.get_mut(number) {
                exchange.closed = true;
                exchange.ended.get_or_insert(at);
            }
        }
    }

    fn begin(&mut self, at: Stamp, conn: ConnId) -> u64 {
        let number = self.end();
        self.list.push_back(Exchange {
            number,
            conn,
            began: at,
            answered: None,
            ended: None,
            method: String::new(),
            target: Bytes::new(),
            status: None,
            request: Raw::default(),
            response: Raw::default(),
            closed: false,
        });
        self.bytes += OVERHEAD;
        if let Some(line) = self.lines.get_mut(&conn) {
            line.open.push_back(number);
            line.queued = false;
        }
        number
    }

    /// The newest exchange of a connection whose request is not whole, begun now if need be.
    fn arriving(&mut self, at: Stamp, conn: ConnId) -> u64 {
        let newest = self
            .lines
            .get(&conn)
            .and_then(|line| line.open.back().copied());
        newest
            .filter(|number| {
                self.get(*number)
                    .is_some_and(|exchange| !exchange.request.whole)
            })
            .unwrap_or_else(|| self.begin(at, conn))
    }

    fn take_request(&mut self, at: Stamp, conn: ConnId, data: Bytes) {
        let number = self.arriving(at, conn);
        self.bytes += data.len() as u64;
        if let Some(exchange) = self.get_mut(number) {
            exchange.request.push(data);
        }
    }

    /// The request ends at `end` of what the connection received; what came behind is the next one.
    fn request_is_whole(
        &mut self,
        at: Stamp,
        conn: ConnId,
        end: u64,
        fill: impl FnOnce(&mut Exchange),
    ) {
        let number = self.arriving(at, conn);
        let Some(line) = self.lines.get_mut(&conn) else {
            return;
        };
        let len = end.saturating_sub(line.assigned);
        line.assigned = end;
        let Some(exchange) = self.get_mut(number) else {
            return;
        };
        let surplus = exchange.request.split_off(len);
        exchange.request.whole = true;
        fill(exchange);
        if let Some(line) = self.lines.get_mut(&conn)
            && let Some(exchange) = self
                .list
                .iter()
                .rev()
                .find(|exchange| exchange.number == number)
        {
            line.answers.expect(&exchange.method);
        }
        if !surplus.is_empty() {
            let next = self.begin(at, conn);
            if let Some(exchange) = self.get_mut(next) {
                surplus
                    .into_iter()
                    .for_each(|piece| exchange.request.push(piece));
            }
        }
    }

    /// A server's answer: our own bytes, read to tell where one answer ends.
    fn take_answer(&mut self, at: Stamp, conn: ConnId, data: &Bytes) {
        self.bytes += data.len() as u64;
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
            let ended = matches!(item, Some(Item::End(_)));
            let status = match &item {
                Some(Item::Response(head)) => Some(head.status),
                _ => None,
            };
            let is_final = ended
                && self
                    .get(number)
                    .and_then(|e| e.status)
                    .is_none_or(|s| s >= 200);
            if let Some(exchange) = self.get_mut(number) {
                exchange.status = status.or(exchange.status);
                if ended || item.is_none() {
                    exchange.answered.get_or_insert(at);
                    exchange.response.push(data.slice(from..upto));
                }
                if is_final {
                    exchange.response.whole = true;
                    exchange.ended = Some(at);
                }
            }
            if ended || item.is_none() {
                from = upto;
            }
            if is_final && let Some(line) = self.lines.get_mut(&conn) {
                line.open.pop_front();
            }
            if item.is_none() {
                return;
            }
        }
    }

    fn give_request(&mut self, at: Stamp, conn: ConnId, data: Bytes) {
        let current = self
            .lines
            .get(&conn)
            .and_then(|line| line.open.back().copied());
        let number = current
            .filter(|number| {
                self.get(*number)
                    .is_some_and(|exchange| exchange.ended.is_none())
            })
            .unwrap_or_else(|| self.begin(at, conn));
        self.bytes += data.len() as u64;
        if let Some(exchange) = self.get_mut(number) {
            if exchange.request.is_empty() {
                let mut words =
                    data.split(|byte| *byte == b' ' || *byte == b'\r' || *byte == b'\n');
                exchange.method =
                    String::from_utf8_lossy(words.next().unwrap_or_default()).into_owned();
                exchange.target = Bytes::copy_from_slice(words.next().unwrap_or_default());
            }
            exchange.request.push(data);
        }
    }

    fn receive_answer(&mut self, at: Stamp, conn: ConnId, data: Bytes) {
        self.bytes += data.len() as u64;
        self.with_current(conn, |exchange| {
            exchange.answered.get_or_insert(at);
            exchange.response.push(data);
        });
    }

    fn with_current(&mut self, conn: ConnId, change: impl FnOnce(&mut Exchange)) {
        let number = self
            .lines
            .get(&conn)
            .and_then(|line| line.open.back().copied());
        if let Some(exchange) = number.and_then(|number| self.get_mut(number)) {
            change(exchange);
        }
    }

    /// Drops the oldest until the rest fits the budget.
    fn trim(&mut self) {
        while self.bytes > self.budget && self.list.len() > 1 {
            if let Some(old) = self.list.pop_front() {
                self.bytes = self
                    .bytes
                    .saturating_sub(OVERHEAD + old.request.len + old.response.len);
                self.first += 1;
            }
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

    /// One of them.
    #[must_use]
    pub fn get(&self, number: u64) -> Option<&Exchange> {
        let index = number.checked_sub(self.first)?;
        self.list.get(usize::try_from(index).ok()?)
    }

    fn get_mut(&mut self, number: u64) -> Option<&mut Exchange> {
        let index = number.checked_sub(self.first)?;
        self.list.get_mut(usize::try_from(index).ok()?)
    }

    /// The open connections on which nothing is going on: they have sent nothing yet, or wait.
    pub fn silent(&self) -> impl Iterator<Item = (ConnId, &Line)> {
        self.lines
            .iter()
            .filter(|(_, line)| line.assigned == 0 && line.open.is_empty())
            .map(|(id, line)| (*id, line))
    }

    /// Forgets what is over; what is going on stays.
    pub fn clear(&mut self) {
        while self
            .list
            .front()
            .is_some_and(|exchange| exchange.ended.is_some())
        {
            if let Some(old) = self.list.pop_front() {
                self.bytes = self
                    .bytes
                    .saturating_sub(OVERHEAD + old.request.len + old.response.len);
                self.first += 1;
            }
        }
    }
}

impl Raw {
    /// Keeps the first `len` bytes and returns the rest.
    fn split_off(&mut self, len: u64) -> Vec<Bytes> {
        let mut seen = 0;
        for n in 0..self.pieces.len() {
            let piece = self.pieces[n].len() as u64;
            if seen + piece > len {
                let cut = (len - seen) as usize;
                let mut rest = self.pieces.split_off(n);
                let kept = rest[0].split_to(cut);
                if !kept.is_empty() {
                    self.pieces.push(kept);
                }
                self.len = len;
                return rest;
            }
            seen += piece;
        }
        Vec::new()
    }
}
