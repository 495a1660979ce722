//! What the reader reports, in the order of the bytes.

use super::fields::Fields;
use super::head::{RequestHead, ResponseHead};
use super::note::Notes;
use super::span::Span;
use super::verdict::Broken;

/// One thing that the reader found. All offsets count what the connection received from its first
/// byte; the bytes themselves stay with the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A line is complete and accepted.
    Line(Line),
    /// A request's head is complete and accepted; its `Line`s came before.
    Request(Box<RequestHead>),
    /// A response's head is complete and accepted; its `Line`s came before.
    Response(Box<ResponseHead>),
    /// Bytes of the body, without chunk framing. How a body is cut into these depends on how the
    /// input was cut; nothing else does.
    Data(Span),
    /// The trailers of a chunked body, when there are any (RFC 9112 §7.1.2).
    Trailers(Fields),
    /// The message is complete.
    End(End),
    /// The message is refused, or the stream ended inside it. Only `Rest` follows.
    Broken(Broken),
    /// Bytes that are not read as HTTP: those after `Broken`, after the last message of a
    /// connection, or in a tunnel.
    Rest(Span),
}

/// A complete line of a head, of chunk framing or of trailers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// What kind of line.
    pub part: Part,
    /// The line with its line end.
    pub span: Span,
    /// How it ends.
    pub ending: Ending,
    /// What was tolerated in it.
    pub notes: Notes,
}

impl Line {
    /// The line without its line end.
    #[must_use]
    pub fn text(&self) -> Span {
        let ending = match self.ending {
            Ending::CrLf => 2,
            Ending::Lf => 1,
        };
        Span {
            start: self.span.start,
            end: self.span.end - ending,
        }
    }
}

/// How a line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// CR LF.
    CrLf,
    /// LF alone.
    Lf,
}

/// The kinds of line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// An empty line before the message; belongs to no message.
    Empty,
    /// The request line or status line.
    Start,
    /// A field line.
    Field,
    /// The continuation of a field line (responses only).
    Fold,
    /// The empty line that ends a head. Its notes are about the whole head.
    HeadEnd,
    /// The size of a chunk, decoded; 0 for the last.
    ChunkSize(u64),
    /// The line end behind the data of a chunk.
    ChunkEnd,
    /// A field line behind the last chunk.
    Trailer,
    /// The empty line that ends a chunked body.
    TrailerEnd,
}

/// The end of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// The whole message on the wire; its length is `raw_len`.
    pub span: Span,
    /// The length of the body without chunk framing, in bytes.
    pub body_len: u64,
    /// Whether another message may follow; otherwise all that follows is `Rest`.
    pub keep_alive: bool,
}

impl End {
    /// The length of the whole message on the wire, in bytes.
    #[must_use]
    pub fn raw_len(&self) -> u64 {
        self.span.len()
    }
}

/// How far a reader is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Between messages: nothing has come, or only empty lines.
    Idle,
    /// Inside a head.
    Head {
        /// Where the message began, as an offset.
        at: u64,
        /// How many bytes of it came.
        got: u64,
    },
    /// Inside a body.
    Body {
        /// Where the message began, as an offset.
        at: u64,
        /// How many decoded bytes came.
        got: u64,
        /// How many will come, when that is known.
        of: Option<u64>,
    },
    /// Nothing more is read as HTTP.
    Over,
}
