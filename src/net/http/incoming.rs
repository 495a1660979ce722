//! What a connection received, as requests and refusals: runs the wire reader, keeps the beginning
//! of each request as it was received, and knows since when a message is on its way. Knows no
//! socket.

use std::cell::RefCell;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use tokio::time::Instant;

use crate::model::http::Request;
use crate::wire::http_message::told_request;
use crate::wire::http1::{
    Broken, End, Item, Known, Part, Progress, Reader, RequestHead, StartLine,
};

/// How much of a request is kept to be shown in its answer, in bytes. Whole requests of browsers
/// and pupils fit; what many connections can hold stays bounded.
pub(super) const KEPT: usize = 256 << 10;

/// The beginning of a request as it was received.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) bytes: Bytes,
    /// How many more bytes came.
    pub(super) more: u64,
}

impl Kept {
    /// Takes what came next. What came in one piece is not copied.
    fn push(&mut self, mut bytes: Bytes) {
        let fits = bytes.len().min(KEPT - self.bytes.len());
        self.more += (bytes.len() - fits) as u64;
        bytes.truncate(fits);
        if self.bytes.is_empty() {
            self.bytes = bytes;
        } else if fits > 0 {
            let mut longer = BytesMut::from(std::mem::take(&mut self.bytes));
            longer.extend_from_slice(&bytes);
            self.bytes = longer.freeze();
        }
    }
}

/// A whole request.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) request: Arc<Request>,
    /// Where it began in what the connection received, in bytes.
    pub(super) offset: u64,
    /// The client leaves the connection open for more.
    pub(super) keep_alive: bool,
    pub(super) kept: Kept,
}

/// What was found.
#[derive(Debug)]
pub(super) enum Found {
    Request(Asked),
    /// Nothing is found after this.
    Broken(Broken),
}

thread_local! {
    /// The request that was last read on this thread: the next one is often the same.
    static USUAL: RefCell<Option<Known<Arc<Request>>>> = const { RefCell::new(None) };
}

/// See the module.
#[derive(Debug)]
pub(super) struct Incoming {
    reader: Reader,
    /// Received and not looked at yet.
    left: Bytes,
    head: Option<Box<RequestHead>>,
    kept: Kept,
    /// Where the message on its way began, and when.
    began: Option<(u64, Instant)>,
    /// The client waits for a 100 before it sends the body.
    awaits_continue: bool,
}

impl Incoming {
    pub(super) fn new() -> Incoming {
        Incoming {
            reader: Reader::requests(),
            left: Bytes::new(),
            head: None,
            kept: Kept::default(),
            began: None,
            awaits_continue: false,
        }
    }

    /// Takes what was received next. What was before must have been looked at.
    pub(super) fn push(&mut self, data: Bytes) {
        self.left = data;
    }

    /// Whether all that was received has been looked at.
    pub(super) fn is_drained(&self) -> bool {
        self.left.is_empty()
    }

    /// Forgets what was not looked at yet.
    pub(super) fn clear(&mut self) {
        self.left = Bytes::new();
        self.began = None;
        self.awaits_continue = false;
    }

    /// The next request or refusal; `None` when there is none before more is received.
    pub(super) fn next(&mut self, now: Instant) -> Option<Found> {
        let chunk = std::mem::take(&mut self.left);
        let mut input = &chunk[..];
        if let Some((end, request)) = self.recognize(&mut input) {
            let at = chunk.len() - input.len();
            let mut bytes = chunk;
            self.left = bytes.split_off(at);
            self.began = None;
            return Some(Found::Request(Asked {
                request,
                offset: end.span.start,
                keep_alive: end.keep_alive,
                kept: Kept { bytes, more: 0 },
            }));
        }
        // Where the part of the chunk begins that belongs to the message and is not kept yet.
        let mut from = 0;
        let found = loop {
            let item = self.reader.next(&mut input);
            let at = chunk.len() - input.len();
            match item {
                Some(Item::Request(head)) => {
                    self.awaits_continue = head.expects_continue();
                    self.head = Some(head);
                }
                Some(Item::Line(line)) if line.part == Part::Empty => {
                    self.kept = Kept::default();
                    from = at;
                }
                // The body is on its way without having waited.
                Some(Item::Data(_) | Item::Line(_)) => self.awaits_continue = false,
                Some(Item::End(end)) => {
                    self.kept.push(chunk.slice(from..at));
                    from = at;
                    let kept = std::mem::take(&mut self.kept);
                    self.awaits_continue = false;
                    if let Some(head) = self.head.take() {
                        self.left = chunk.slice(at..);
                        let keep_alive = head.keep_alive;
                        let request = Arc::new(told_request(*head, &end));
                        self.remember(&kept, &end, &request);
                        break Some(Found::Request(Asked {
                            request,
                            offset: end.span.start,
                            keep_alive,
                            kept,
                        }));
                    }
                }
                Some(Item::Broken(broken)) => {
                    self.clear();
                    break Some(Found::Broken(broken));
                }
                Some(Item::Rest(_)) => from = at,
                Some(Item::Response(_) | Item::Trailers(_)) => {}
                None => {
                    if !matches!(self.reader.progress(), Progress::Over) {
                        self.kept.push(chunk.slice(from..));
                    }
                    break None;
                }
            }
        };
        self.note_beginning(now);
        found
    }

    fn recognize(&mut self, input: &mut &[u8]) -> Option<(End, Arc<Request>)> {
        USUAL.with_borrow(|usual| {
            let usual = usual.as_ref()?;
            let end = self.reader.recognize(usual, input)?;
            Some((end, usual.told.clone()))
        })
    }

    fn remember(&self, kept: &Kept, end: &End, request: &Arc<Request>) {
        if let Some(known) = self.reader.known(&kept.bytes, end, request.clone()) {
            USUAL.set(Some(known));
        }
    }

    /// The stream has ended: the refusal of what stopped in the middle.
    pub(super) fn finish(&mut self) -> Option<Broken> {
        self.began = None;
        match self.reader.finish() {
            Some(Item::Broken(broken)) => Some(broken),
            _ => None,
        }
    }

    fn note_beginning(&mut self, now: Instant) {
        self.began = match self.reader.progress() {
            Progress::Idle | Progress::Over => None,
            Progress::Head { at, .. } | Progress::Body { at, .. } => match self.began {
                Some(began) if began.0 == at => Some(began),
                _ => Some((at, now)),
            },
        };
    }

    /// Since when a message is on its way, if one is.
    pub(super) fn began(&self) -> Option<Instant> {
        self.began.map(|(_, when)| when)
    }

    /// The message on its way was held up by us until now.
    pub(super) fn resumed(&mut self, now: Instant) {
        if let Some((_, when)) = &mut self.began {
            *when = now;
        }
    }

    /// Whether the client waits for a 100 now; it does so no more after this.
    pub(super) fn take_continue(&mut self) -> bool {
        std::mem::take(&mut self.awaits_continue)
    }

    /// How many bytes were looked at.
    pub(super) fn offset(&self) -> u64 {
        self.reader.offset()
    }

    /// How far the message on its way is.
    pub(super) fn progress(&self) -> Progress {
        self.reader.progress()
    }

    /// Whether the message on its way, or the refused one, has no body in its answer.
    pub(super) fn is_head(&self) -> bool {
        let head = self.head.as_ref().map(|head| head.method.as_str());
        let start = match self.reader.start_line() {
            Some(StartLine::Request { method, .. }) => Some(method.as_str()),
            _ => None,
        };
        head.or(start) == Some("HEAD")
    }
}
