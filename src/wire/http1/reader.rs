//! The reader itself: which section of a message comes next, and what is reported when. It owns
//! no socket and no clock, and keeps nothing but the current head, chunk-size line or trailers.

mod before;
mod body;
mod known;

use std::collections::VecDeque;

pub use known::Known;

use super::direction::{Asked, Direction, Judgement};
use super::fields::{Fields, Flaw};
use super::head::StartLine;
use super::item::{End, Ending, Item, Progress};
use super::section::Section;
use super::span::Span;
use super::verdict::{Broken, Verdict};

/// What is expected next.
#[derive(Clone, Copy, Debug)]
enum State {
    /// Lines of a head, or the beginning of one.
    Head,
    /// Bytes that are no HTTP and may tell what they are.
    Strange(Broken),
    /// Nothing: the head is complete and refused.
    Refused(Broken),
    /// Nothing: the head is complete.
    HeadRead(Judgement),
    /// So many bytes of a body.
    Length(u64),
    /// Body until the end of the stream.
    UntilClose,
    /// A chunk-size line.
    ChunkSize,
    /// So many bytes of a chunk whose size line ended in this way.
    ChunkData(u64, Ending),
    /// The line end behind a chunk whose size line ended in this way.
    ChunkEnd(Ending),
    /// Lines of trailers.
    Trailers,
    /// Nothing: the trailers are complete.
    TrailersRead,
    /// Nothing: the message is complete.
    Done,
    /// Nothing more is read as HTTP.
    Over,
}

/// Reads the messages of one direction of one connection, from its first byte.
///
/// Give it what was received, in pieces of any size, and take items until there is none:
///
/// ```
/// use netplay::wire::http1::{Item, Reader};
///
/// let mut reader = Reader::requests();
/// let mut input = &b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"[..];
/// while let Some(item) = reader.next(&mut input) {
///     if let Item::Request(head) = item {
///         assert_eq!((head.method.as_str(), head.path()), ("GET", &b"/"[..]));
///     }
/// }
/// assert!(input.is_empty());
/// ```
///
/// The items are the same however the input is cut, but for where `Data` and `Rest` are cut.
#[derive(Clone, Debug)]
pub struct Reader {
    direction: Direction,
    state: State,
    /// How much was taken from the connection.
    offset: u64,
    /// The head, chunk-size line or trailers being read.
    section: Section,
    start: Option<StartLine>,
    message_at: u64,
    /// Whether a message of this connection is complete.
    experienced: bool,
    body_len: u64,
    extensions: usize,
    keep_alive: bool,
    /// Nothing but the bytes of the last message tells how it is read.
    usual: bool,
}

impl Reader {
    fn new(direction: Direction) -> Reader {
        Reader {
            direction,
            state: State::Head,
            offset: 0,
            section: Section::default(),
            start: None,
            message_at: 0,
            experienced: false,
            body_len: 0,
            extensions: 0,
            keep_alive: true,
            usual: false,
        }
    }

    /// A reader of what a server receives.
    #[must_use]
    pub fn requests() -> Reader {
        Reader::new(Direction::Requests)
    }

    /// A reader of what a client receives. It must be told what was asked, with
    /// [`Reader::expect`], before the answer comes; what nobody asked for is [`Item::Rest`].
    #[must_use]
    pub fn responses() -> Reader {
        Reader::new(Direction::Responses(VecDeque::new()))
    }

    /// Tells a reader of responses that a request with this method was sent: its answer comes
    /// after those of earlier ones. Means nothing to a reader of requests.
    pub fn expect(&mut self, method: &str) {
        if let Direction::Responses(waiting) = &mut self.direction {
            waiting.push_back(match method {
                "HEAD" => Asked::Head,
                "CONNECT" => Asked::Connect,
                _ => Asked::Other,
            });
        }
    }

    /// Takes bytes from the front of `input`, in the order in which they were received, up to the
    /// next thing to report. `None` means that all of the input is taken and nothing is left to
    /// report before there is more. Between two calls the caller may wait or stop; what is left in
    /// `input` was not looked at.
    pub fn next(&mut self, input: &mut &[u8]) -> Option<Item> {
        let before = input.len();
        let item = match self.state {
            State::Head => self.head(input),
            State::Strange(_) => self.strange(input),
            State::Refused(broken) => Some(self.refuse(broken)),
            State::HeadRead(judgement) => self.give_head(judgement),
            State::Length(left) => self.data(input, left, State::Length, State::Done),
            State::ChunkData(left, ending) => self.data(
                input,
                left,
                |left| State::ChunkData(left, ending),
                State::ChunkEnd(ending),
            ),
            State::UntilClose => self.data(input, u64::MAX, |_| State::UntilClose, State::Done),
            State::ChunkSize => self.chunk_size(input),
            State::ChunkEnd(ending) => self.chunk_end(input, ending),
            State::Trailers => self.trailers(input),
            State::TrailersRead => {
                self.state = State::Done;
                let fields = self.section.finish();
                if fields.is_empty() {
                    Some(self.done())
                } else {
                    Some(Item::Trailers(fields))
                }
            }
            State::Done => Some(self.done()),
            State::Over => self.rest(input),
        };
        self.offset += (before - input.len()) as u64;
        item
    }

    /// Says that the stream has ended in order. Call it when [`Reader::next`] gave `None`: gives
    /// the end of a response that lasts until then, or the refusal of what stopped inside a
    /// message, or of an answer that never came; `None` between messages. The reader is over
    /// by that.
    pub fn finish(&mut self) -> Option<Item> {
        let got = self.offset - self.message_at;
        let verdict = match self.progress() {
            Progress::Over => return None,
            Progress::Idle if self.awaits_answer() => Verdict::NoAnswer,
            Progress::Idle => {
                self.state = State::Over;
                return None;
            }
            Progress::Head { .. } => match self.state {
                State::Strange(broken) => return Some(self.refuse(broken)),
                _ => Verdict::StoppedInHead(got),
            },
            Progress::Body { got, .. } => match self.state {
                State::UntilClose => return Some(self.done()),
                State::Length(left) => Verdict::StoppedInBody {
                    got,
                    of: got + left,
                },
                State::Trailers => Verdict::StoppedInTrailers,
                _ => Verdict::StoppedInChunks(got),
            },
        };
        Some(self.refuse(Broken {
            verdict,
            at: self.offset,
            place: None,
            message_at: self.message_at,
        }))
    }

    /// How far the reader is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let at = self.message_at;
        let body = |of| Progress::Body {
            at,
            got: self.body_len,
            of,
        };
        match self.state {
            State::Head if self.start.is_none() && self.section.line_len() == 0 => Progress::Idle,
            State::Head | State::Strange(_) | State::Refused(_) | State::HeadRead(_) => {
                Progress::Head {
                    at,
                    got: self.offset - at,
                }
            }
            State::Length(left) => body(Some(self.body_len + left)),
            State::Done => body(Some(self.body_len)),
            State::Over => Progress::Over,
            _ => body(None),
        }
    }

    /// The start line of the head being read, as soon as it is complete; after a refusal that of
    /// the refused head. `None` once the head was given, which then holds it.
    #[must_use]
    pub fn start_line(&self) -> Option<&StartLine> {
        self.start.as_ref()
    }

    /// Takes back the fields of a head that nobody needs any more: their memory serves the next head.
    pub fn reuse(&mut self, fields: Fields) {
        self.section.reuse(fields);
    }

    /// How many bytes were taken so far: the offset of the next one.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    fn awaits_answer(&self) -> bool {
        matches!(self.direction, Direction::Responses(_)) && self.direction.awaits_message()
    }

    fn refuse(&mut self, broken: Broken) -> Item {
        self.state = State::Over;
        Item::Broken(broken)
    }

    /// A refusal of something in the section being read.
    fn broken(&self, flaw: Flaw) -> Broken {
        Broken {
            verdict: flaw.verdict,
            at: self.section.fields.at + flaw.index as u64,
            place: matches!(self.state, State::Head | State::Strange(_))
                .then(|| self.section.place(flaw.index)),
            message_at: self.message_at,
        }
    }

    fn refuse_flaw(&mut self, flaw: Flaw) -> Item {
        let broken = self.broken(flaw);
        self.refuse(broken)
    }

    fn rest(&mut self, input: &mut &[u8]) -> Option<Item> {
        let taken = std::mem::take(input);
        (!taken.is_empty()).then(|| Item::Rest(self.span_of(taken.len() as u64)))
    }

    fn span_of(&self, len: u64) -> Span {
        Span {
            start: self.offset,
            end: self.offset + len,
        }
    }

    fn done(&mut self) -> Item {
        Item::End(self.end())
    }

    fn end(&mut self) -> End {
        let end = End {
            span: Span {
                start: self.message_at,
                end: self.offset,
            },
            body_len: self.body_len,
            keep_alive: self.keep_alive,
        };
        self.state = if self.keep_alive {
            State::Head
        } else {
            State::Over
        };
        self.message_at = self.offset;
        self.experienced = true;
        self.body_len = 0;
        self.extensions = 0;
        end
    }
}
