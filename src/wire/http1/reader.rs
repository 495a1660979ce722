//! The reader itself: which section of a message comes next, and what is reported when. It owns
//! no socket and no clock, and keeps nothing but the current head, chunk-size line or trailers.

use std::collections::VecDeque;

use super::chunked;
use super::direction::{Asked, Direction, Early, Judgement};
use super::fields::Flaw;
use super::foreign::Guess;
use super::grammar::is_blank;
use super::head::{Framing, RequestHead, ResponseHead, StartLine};
use super::item::{End, Ending, Item, Part, Progress};
use super::limits::{MAX_CHUNK_LINE, MAX_EXTENSIONS, MAX_FIELDS, MAX_HEAD, MAX_LINE, MAX_TRAILERS};
use super::section::{Section, Taken};
use super::span::Span;
use super::verdict::{Broken, Note, Notes, Verdict};

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
    /// So many bytes of a chunk.
    ChunkData(u64),
    /// The line end behind a chunk.
    ChunkEnd,
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
#[derive(Debug)]
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
            State::Strange(broken) => self.strange(input, broken),
            State::Refused(broken) => Some(self.refuse(broken)),
            State::HeadRead(judgement) => self.give_head(judgement),
            State::Length(left) => self.data(input, left, State::Length, State::Done),
            State::ChunkData(left) => self.data(input, left, State::ChunkData, State::ChunkEnd),
            State::UntilClose => self.data(input, u64::MAX, |_| State::UntilClose, State::Done),
            State::ChunkSize => self.chunk_size(input),
            State::ChunkEnd => self.chunk_end(input),
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
            place: matches!(self.state, State::Head).then(|| self.section.place(flaw.index)),
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

    fn head(&mut self, input: &mut &[u8]) -> Option<Item> {
        let section = &mut self.section;
        if self.start.is_none() && section.line_len() == 0 && !input.is_empty() {
            if !self.direction.awaits_message() {
                self.state = State::Over;
                return self.rest(input);
            }
            section.fields.at = self.offset;
            self.message_at = self.offset;
        }
        let room = (MAX_LINE - section.line_len()).min(MAX_HEAD - section.len());
        let first = self.start.is_none();
        let taken = section.take(input, room, |line, seen| {
            if first {
                self.direction.early(line, seen)
            } else {
                Early::Settled
            }
        });
        match taken {
            Taken::More => None,
            Taken::Full => Some(self.head_too_long()),
            Taken::Bad(flaw) => self.bad_line(flaw),
            Taken::Line(end, ending) => self.head_line(end, ending),
        }
    }

    fn head_too_long(&mut self) -> Item {
        let verdict = if self.section.len() == MAX_HEAD {
            Verdict::HeadTooLong
        } else if self.start.is_some() {
            Verdict::LineTooLong
        } else if self.section.settled {
            self.direction.start_too_long()
        } else {
            // As long as a line may be, and not one blank: that is no method.
            Verdict::NotARequest
        };
        self.refuse_flaw(Flaw::new(verdict, self.section.fields.text.len()))
    }

    fn head_line(&mut self, end: usize, ending: Ending) -> Option<Item> {
        let line = self.section.line;
        let (part, notes) = match (&self.start, end == line) {
            (None, true) => {
                let notes = Notes::NONE.and(Note::EmptyLine, true);
                let line = self.section.end_line(Part::Empty, ending, notes);
                self.section.drop_text();
                return Some(Item::Line(line));
            }
            (None, false) => match self.direction.read(&self.section.fields.text[..end]) {
                Ok((start, notes)) => {
                    self.start = Some(start);
                    (Part::Start, notes)
                }
                Err(flaw) => return self.bad_line(flaw),
            },
            (Some(_), false) => match self.field_line(end) {
                Ok(read) => read,
                Err(flaw) => return self.bad_line(flaw),
            },
            (Some(start), true) => match self.direction.judge(start, &self.section.fields, end) {
                Ok(judgement) => {
                    self.state = State::HeadRead(judgement);
                    (Part::HeadEnd, judgement.notes)
                }
                Err(flaw) => {
                    self.state = State::Refused(self.broken(flaw));
                    (Part::HeadEnd, Notes::NONE)
                }
            },
        };
        Some(Item::Line(self.section.end_line(part, ending, notes)))
    }

    /// Reads the current line, which ends at `end` and is not empty, as a field line.
    fn field_line(&mut self, end: usize) -> Result<(Part, Notes), Flaw> {
        let line = self.section.line;
        let fields = &mut self.section.fields;
        if is_blank(fields.text[line]) {
            if fields.is_empty() || !self.direction.folds() {
                return Err(Flaw::new(Verdict::FoldedLine, line));
            }
            return Ok((Part::Fold, fields.fold(line, end)));
        }
        if fields.len() == MAX_FIELDS {
            return Err(Flaw::new(Verdict::TooManyFields, line));
        }
        Ok((Part::Field, fields.read(line, end)?))
    }

    /// Refuses a line of a head; where no message begins, tries to say what it is instead.
    fn bad_line(&mut self, flaw: Flaw) -> Option<Item> {
        if self.start.is_some() || !flaw.verdict.is_no_message() {
            return Some(self.refuse_flaw(flaw));
        }
        if self.experienced {
            return Some(self.refuse_flaw(Flaw::new(Verdict::Surplus, 0)));
        }
        self.name(self.broken(flaw))
    }

    /// Takes bytes as long as they may tell what the peer speaks.
    fn strange(&mut self, input: &mut &[u8], broken: Broken) -> Option<Item> {
        while let Some((&byte, rest)) = input.split_first() {
            *input = rest;
            self.section.fields.text.push(byte);
            if let Some(item) = self.name(broken) {
                return Some(item);
            }
        }
        None
    }

    fn name(&mut self, broken: Broken) -> Option<Item> {
        let fields = &self.section.fields;
        match self.direction.guess(fields.at, &fields.text) {
            Guess::Known(foreign) => {
                Some(self.refuse_flaw(Flaw::new(Verdict::Foreign(foreign), 0)))
            }
            Guess::Unknown => Some(self.refuse(broken)),
            Guess::Unsure => {
                self.state = State::Strange(broken);
                None
            }
        }
    }

    fn give_head(&mut self, judgement: Judgement) -> Option<Item> {
        let Judgement {
            framing,
            keep_alive,
            ..
        } = judgement;
        self.keep_alive = keep_alive;
        self.state = match framing {
            Framing::None | Framing::Length(0) | Framing::Tunnel => State::Done,
            Framing::Length(n) => State::Length(n),
            Framing::Chunked => State::ChunkSize,
            Framing::UntilClose => State::UntilClose,
        };
        let span = Span {
            start: self.message_at,
            end: self.offset,
        };
        let fields = self.section.finish();
        self.start.take().map(|start| match start {
            StartLine::Request {
                method,
                target,
                version,
            } => Item::Request(RequestHead {
                method,
                target,
                version,
                fields,
                framing,
                keep_alive,
                span,
            }),
            StartLine::Response {
                status,
                reason,
                version,
            } => Item::Response(ResponseHead {
                status,
                reason,
                version,
                fields,
                framing,
                keep_alive,
                span,
            }),
        })
    }

    /// Takes at most `left` bytes of a body; `more` is the state while some are left.
    fn data(
        &mut self,
        input: &mut &[u8],
        left: u64,
        more: impl FnOnce(u64) -> State,
        then: State,
    ) -> Option<Item> {
        if input.is_empty() {
            return None;
        }
        let n = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
        *input = &input[n..];
        let n = n as u64;
        self.body_len += n;
        self.state = if n == left { then } else { more(left - n) };
        Some(Item::Data(self.span_of(n)))
    }

    /// Begins a section at the next byte unless one is being read.
    fn begin_section(&mut self) {
        if self.section.fields.text.is_empty() {
            self.section.fields.at = self.offset;
        }
    }

    fn chunk_size(&mut self, input: &mut &[u8]) -> Option<Item> {
        self.begin_section();
        let room = MAX_CHUNK_LINE - self.section.line_len();
        let end_and_ending = match self.section.take(input, room, chunked::early) {
            Taken::More => return None,
            Taken::Full => {
                let end = self.section.fields.text.len();
                Err(Flaw::new(Verdict::ExtensionTooLong, end))
            }
            Taken::Bad(flaw) => Err(flaw),
            Taken::Line(end, ending) => Ok((end, ending)),
        };
        let read = end_and_ending.and_then(|(end, ending)| {
            let (size, extension) = chunked::read(&self.section.fields.text[..end])?;
            self.count_chunk(size, extension)?;
            Ok((size, extension, ending))
        });
        let (size, extension, ending) = match read {
            Ok(read) => read,
            Err(flaw) => return Some(self.refuse_flaw(flaw)),
        };
        let notes = Notes::NONE.and(Note::Extension, extension > 0);
        let line = self.section.end_line(Part::ChunkSize(size), ending, notes);
        self.section.drop_text();
        self.section.dropped = 0;
        self.state = match size {
            0 => State::Trailers,
            _ => State::ChunkData(size),
        };
        Some(Item::Line(line))
    }

    /// Holds a chunk against the limits of the whole message.
    fn count_chunk(&mut self, size: u64, extension: usize) -> Result<(), Flaw> {
        self.extensions += extension;
        if self.extensions > MAX_EXTENSIONS {
            return Err(Flaw::new(Verdict::ExtensionsTooLong, 0));
        }
        let Some(total) = self.body_len.checked_add(size) else {
            return Err(Flaw::new(Verdict::ChunkTooLarge, 0));
        };
        if total > self.direction.max_body() {
            return Err(Flaw::new(Verdict::BodyTooLarge(total), 0));
        }
        Ok(())
    }

    fn chunk_end(&mut self, input: &mut &[u8]) -> Option<Item> {
        self.begin_section();
        let bad = |line: &[u8], _| match line.first() {
            Some(&byte) => Early::Bad(Flaw::new(Verdict::NoChunkEnd(byte), 0)),
            None => Early::Open,
        };
        match self.section.take(input, 2, bad) {
            Taken::More => None,
            Taken::Line(_, ending) => {
                let line = self.section.end_line(Part::ChunkEnd, ending, Notes::NONE);
                self.section.drop_text();
                self.section.dropped = 0;
                self.state = State::ChunkSize;
                Some(Item::Line(line))
            }
            // A control is no worse than any other byte here.
            Taken::Bad(_) | Taken::Full => {
                let byte = self.section.fields.text[0];
                Some(self.refuse_flaw(Flaw::new(Verdict::NoChunkEnd(byte), 0)))
            }
        }
    }

    fn trailers(&mut self, input: &mut &[u8]) -> Option<Item> {
        self.begin_section();
        let section = &mut self.section;
        let room = (MAX_LINE - section.line_len()).min(MAX_TRAILERS - section.len());
        let taken = section.take(input, room, |_, _| Early::Settled);
        let (end, ending) = match taken {
            Taken::More => return None,
            Taken::Full => {
                let verdict = if section.len() == MAX_TRAILERS {
                    Verdict::TrailersTooLong
                } else {
                    Verdict::LineTooLong
                };
                let end = section.fields.text.len();
                return Some(self.refuse_flaw(Flaw::new(verdict, end)));
            }
            Taken::Bad(flaw) => return Some(self.refuse_flaw(flaw)),
            Taken::Line(end, ending) => (end, ending),
        };
        let (part, notes) = if end == self.section.line {
            self.state = State::TrailersRead;
            (Part::TrailerEnd, Notes::NONE)
        } else {
            match self.field_line(end) {
                Ok((Part::Field, notes)) => (Part::Trailer, notes),
                Ok(read) => read,
                Err(flaw) => return Some(self.refuse_flaw(flaw)),
            }
        };
        Some(Item::Line(self.section.end_line(part, ending, notes)))
    }

    fn done(&mut self) -> Item {
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
        Item::End(end)
    }
}
