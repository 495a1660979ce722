//! The answers of one connection, put together from what the reader reports. Knows no socket.

use crate::model::http::Response;
use crate::wire::http_message::told_response;
use crate::wire::http1::{Broken, Framing, Item, Progress, Reader, ResponseHead, Span};

/// What was found in the bytes of a connection.
pub(super) enum Found {
    /// An answer that announces another one (RFC 9110 section 15.2), and where it begins.
    Interim(u64, Box<Response>),
    /// The answer, and where it begins.
    Final(u64, Box<Response>),
    /// What came is no answer, or the stream ended inside it.
    Broken(Broken),
    /// Bytes that nobody asked for.
    Surplus(Span),
}

/// See the module.
pub(super) struct Answers {
    reader: Reader,
    head: Option<Box<ResponseHead>>,
    tunnel: bool,
    open: bool,
}

impl Answers {
    pub(super) fn new() -> Answers {
        Answers {
            reader: Reader::responses(),
            head: None,
            tunnel: false,
            open: true,
        }
    }

    /// A request with this method was sent.
    pub(super) fn expect(&mut self, method: &str) {
        self.reader.expect(method);
    }

    /// Takes input up to the next thing found; `None` when all of it is taken.
    pub(super) fn next(&mut self, input: &mut &[u8]) -> Option<Found> {
        loop {
            let item = self.reader.next(input)?;
            if let Some(found) = self.found(item) {
                return Some(found);
            }
        }
    }

    /// The stream has ended in order.
    pub(super) fn finish(&mut self) -> Option<Found> {
        self.open = false;
        let item = self.reader.finish()?;
        self.found(item)
    }

    /// How far the answer is.
    pub(super) fn progress(&self) -> Progress {
        self.reader.progress()
    }

    /// Whether the connection can carry another answer.
    pub(super) fn open(&self) -> bool {
        self.open
    }

    fn found(&mut self, item: Item) -> Option<Found> {
        match item {
            Item::Response(head) => {
                self.tunnel = head.framing == Framing::Tunnel;
                self.head = Some(head);
                None
            }
            Item::End(end) => {
                let head = self.head.take()?;
                self.open &= end.keep_alive;
                let interim = head.is_interim();
                let response = Box::new(told_response(*head, &end));
                Some(if interim {
                    Found::Interim(end.span.start, response)
                } else {
                    Found::Final(end.span.start, response)
                })
            }
            Item::Broken(broken) => {
                self.open = false;
                Some(Found::Broken(broken))
            }
            // What a tunnel carries is no surplus.
            Item::Rest(span) if !self.tunnel => {
                self.open = false;
                Some(Found::Surplus(span))
            }
            _ => None,
        }
    }
}
