//! One request with its answer, as raw bytes. What they say is read from them when it is drawn.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;

use super::raw::Raw;
use crate::model::event::ConnId;
use crate::model::time::Stamp;

/// How much of a request is looked at for its first line, in bytes: no line is longer.
const LINE: usize = 64 << 10;

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
    /// The first line of the request may be read: it is known for one.
    pub begun: bool,
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
            begun: false,
            status: None,
            reason: Bytes::new(),
            body_len: None,
            request: Raw::default(),
            response: Raw::default(),
            closed: false,
        }
    }

    /// The method, once it is known; otherwise empty.
    #[must_use]
    pub fn method(&self) -> Cow<'_, str> {
        match self.word(0) {
            Cow::Borrowed(word) => String::from_utf8_lossy(word),
            Cow::Owned(word) => Cow::Owned(String::from_utf8_lossy(&word).into_owned()),
        }
    }

    /// The target (may be any bytes), once it is known; otherwise empty.
    #[must_use]
    pub fn target(&self) -> Cow<'_, [u8]> {
        self.word(1)
    }

    fn word(&self, index: usize) -> Cow<'_, [u8]> {
        fn of(line: &[u8], index: usize) -> &[u8] {
            let mut words = line.split(u8::is_ascii_whitespace);
            words.nth(index).unwrap_or_default()
        }
        match self.request.first_line(LINE) {
            _ if !self.begun => Cow::default(),
            Cow::Borrowed(line) => Cow::Borrowed(of(line, index)),
            Cow::Owned(line) => Cow::Owned(of(&line, index).to_vec()),
        }
    }

    /// How many of its bytes are held in memory.
    #[must_use]
    pub fn kept(&self) -> u64 {
        self.request.kept() + self.response.kept()
    }

    /// Takes the next bytes of the answer.
    pub(super) fn answer(&mut self, at: Stamp, bytes: Bytes) {
        self.answered.get_or_insert(at);
        self.response.push(bytes);
    }

    /// The answer is whole; with it the exchange, unless that is an interim one.
    pub(super) fn end(&mut self, at: Stamp, body_len: u64) -> bool {
        let is_final = self.status.is_none_or(is_final);
        if is_final {
            self.request.whole = true;
            self.response.whole = true;
            self.body_len = Some(body_len);
            self.ended = Some(at);
        }
        is_final
    }
}

/// Whether an answer with this status is the last to its request (RFC 9110 section 15.2). After a
/// 101 no more HTTP comes.
fn is_final(status: u16) -> bool {
    status >= 200 || status == 101
}
