//! What the reader says when it refuses: a [`Verdict`], one sentence with the section of the RFC
//! that it comes from, and as [`Broken`] where it stands.

use std::fmt;

use super::foreign::Foreign;
use super::limits::{
    MAX_BODY, MAX_EXTENSION, MAX_EXTENSIONS, MAX_FIELDS, MAX_HEAD, MAX_LINE, MAX_SIZE_DIGITS,
    MAX_TRAILERS,
};

/// Why the reader refuses a message. `Display` gives one sentence; [`Verdict::status`] what a
/// server answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Verdict {
    /// The first bytes belong to another protocol.
    #[error("{0}")]
    Foreign(Foreign),
    /// After a complete message came something that begins no other one.
    #[error(
        "after a complete message came bytes that begin no other one; is its Content-Length too small? (RFC 9112 §6.3)"
    )]
    Surplus,

    /// A control byte other than HTAB in a line.
    #[error("{} may not stand in a line (RFC 9110 §5.5)", ByteName(*.0))]
    ControlByte(u8),
    /// CR without LF behind it.
    #[error("a CR stands alone here, it may only come right before LF (RFC 9112 §2.2)")]
    BareCr,
    /// A start line that begins with a blank.
    #[error("the request line begins with a blank (RFC 9112 §3)")]
    LeadingBlank,

    /// No request line.
    #[error("this is no request line: it reads METHOD target HTTP/1.1 (RFC 9112 §3)")]
    NotARequest,
    /// A byte that cannot be in a method.
    #[error("{} may not stand in a method (RFC 9110 §5.6.2)", ByteName(*.0))]
    BadMethod(u8),
    /// A request line that ends behind the target.
    #[error(
        "the request line has no version: that was HTTP/0.9, today HTTP/1.1 belongs at its end (RFC 9112 §2.3)"
    )]
    NoVersion,
    /// A version that is none, or something behind it.
    #[error("here must stand HTTP/1.1 or HTTP/1.0 and nothing else (RFC 9112 §2.3)")]
    BadVersion,
    /// A major version other than 1.
    #[error("this is HTTP/{0}.{1}, and only HTTP/1.x is spoken here (RFC 9110 §15.6.6)")]
    OtherVersion(u8, u8),
    /// More than one word between method and version.
    #[error("a target may hold no blank, write it as %20 (RFC 9112 §3.2)")]
    BlankInTarget,
    /// A target of none of the four forms.
    #[error("this is no target: it begins with / or http://, or is * for OPTIONS (RFC 9112 §3.2)")]
    BadTarget,
    /// CONNECT.
    #[error("CONNECT asks for a tunnel, and this is no proxy (RFC 9110 §9.3.6)")]
    Tunnel,

    /// No status line.
    #[error("this is no status line: an answer begins with HTTP/1.1 (RFC 9112 §4)")]
    NotAResponse,
    /// No status code of three digits.
    #[error("here must stand a status of three digits from 100 on (RFC 9112 §4)")]
    BadStatus,

    /// A field line that begins with a blank, in a request or at the beginning.
    #[error("this line begins with a blank: lines may no longer be folded (RFC 9112 §5.2)")]
    FoldedLine,
    /// A field line without a colon.
    #[error("this line has no colon: a field line reads Name: value (RFC 9112 §5)")]
    NoColon,
    /// A field line that begins with the colon.
    #[error("no name stands before the colon (RFC 9112 §5)")]
    NoName,
    /// A blank between the name and the colon.
    #[error("no blank may stand between a field name and its colon (RFC 9112 §5.1)")]
    BlankBeforeColon,
    /// A byte that cannot be in a field name.
    #[error("{} may not stand in a field name (RFC 9110 §5.1)", ByteName(*.0))]
    BadName(u8),

    /// HTTP/1.1 without a Host line.
    #[error("no Host line came; HTTP/1.1 asks for exactly one (RFC 9112 §3.2)")]
    NoHost,
    /// A second Host line.
    #[error("this is a second Host line; exactly one may come (RFC 9112 §3.2)")]
    SecondHost,
    /// A Host value that is no host.
    #[error("a Host line holds a name or an address and perhaps a port (RFC 9112 §3.2)")]
    BadHost,
    /// An expectation other than `100-continue`.
    #[error("the only expectation known is 100-continue (RFC 9110 §10.1.1)")]
    UnknownExpectation,

    /// A Content-Length that is no number.
    #[error("a Content-Length is a number in digits, nothing else (RFC 9110 §8.6)")]
    BadLength,
    /// A Content-Length over 64 bits.
    #[error("this Content-Length is larger than 64 bits can hold (RFC 9110 §8.6)")]
    LengthTooLarge,
    /// A second Content-Length line.
    #[error("this is a second Content-Length line; only one may come (RFC 9112 §6.3)")]
    SecondLength,
    /// Content-Length and Transfer-Encoding.
    #[error(
        "Content-Length and Transfer-Encoding came together, which is how requests are smuggled (RFC 9112 §6.1)"
    )]
    BothLengths,
    /// A transfer coding other than chunked.
    #[error("the only transfer coding known is chunked, alone and once (RFC 9112 §6.1)")]
    UnknownCoding,
    /// Transfer-Encoding in HTTP/1.0.
    #[error("HTTP/1.0 has no Transfer-Encoding (RFC 9112 §6.1)")]
    CodingIn10,
    /// A request body over the limit, declared or, when chunked, on the way.
    #[error(
        "a body of {0} bytes is over the limit of {limit} (RFC 9110 §15.5.14)",
        limit = MAX_BODY
    )]
    BodyTooLarge(u64),

    /// A line over the limit.
    #[error("this line is longer than {limit} bytes (RFC 6585 §5)", limit = MAX_LINE)]
    LineTooLong,
    /// A request line over the limit, by its target.
    #[error("the request line is longer than {limit} bytes (RFC 9110 §15.5.15)", limit = MAX_LINE)]
    TargetTooLong,
    /// A head over the limit.
    #[error("the head is longer than {limit} bytes (RFC 6585 §5)", limit = MAX_HEAD)]
    HeadTooLong,
    /// More field lines than the limit.
    #[error("this is one line more than the {limit} fields allowed (RFC 6585 §5)", limit = MAX_FIELDS)]
    TooManyFields,

    /// A chunk size that is no hexadecimal number, or something behind it.
    #[error("{} may not stand here: a chunk begins with its size in hexadecimal (RFC 9112 §7.1)", ByteName(*.0))]
    BadChunkSize(u8),
    /// A chunk-size line without a size.
    #[error(
        "no chunk size stands here: a chunk begins with its size in hexadecimal (RFC 9112 §7.1)"
    )]
    NoChunkSize,
    /// A chunk size of too many digits.
    #[error("a chunk size of more than {limit} digits (RFC 9112 §7.1)", limit = MAX_SIZE_DIGITS)]
    ChunkTooLarge,
    /// Chunk data that does not end where its size says.
    #[error("{} instead of the line end behind a chunk: its size is wrong (RFC 9112 §7.1)", ByteName(*.0))]
    NoChunkEnd(u8),
    /// A chunk extension over the limit.
    #[error("this chunk extension is longer than {limit} bytes (RFC 9112 §7.1.1)", limit = MAX_EXTENSION)]
    ExtensionTooLong,
    /// All chunk extensions together over the limit.
    #[error(
        "all chunk extensions together are longer than {limit} bytes (RFC 9112 §7.1.1)",
        limit = MAX_EXTENSIONS
    )]
    ExtensionsTooLong,
    /// A trailer section over the limit.
    #[error("the trailers are longer than {limit} bytes (RFC 6585 §5)", limit = MAX_TRAILERS)]
    TrailersTooLong,

    /// The stream ended inside a head of which this many bytes came.
    #[error("the stream ended after {0} bytes of a head (RFC 9112 §8)")]
    StoppedInHead(u64),
    /// The stream ended inside a body of known length.
    #[error("the stream ended after {got} of {of} bytes of the body (RFC 9112 §8)")]
    StoppedInBody {
        /// How many came.
        got: u64,
        /// How many were declared.
        of: u64,
    },
    /// The stream ended inside a chunked body of which this many decoded bytes came.
    #[error(
        "the stream ended after {0} bytes of a chunked body, before its last chunk (RFC 9112 §8)"
    )]
    StoppedInChunks(u64),
    /// The stream ended behind the last chunk, before the empty line.
    #[error("the stream ended inside the trailers of a chunked body (RFC 9112 §8)")]
    StoppedInTrailers,
    /// The stream ended although an answer was due.
    #[error("the connection was closed before an answer came (RFC 9112 §9.6)")]
    NoAnswer,
}

impl Verdict {
    /// The status to answer a request with; `None` when no answer helps, since the peer would not
    /// read it as HTTP. For responses it means nothing.
    #[must_use]
    pub fn status(self) -> Option<u16> {
        match self {
            Verdict::Foreign(foreign) => foreign.status(),
            Verdict::Tunnel => Some(405),
            Verdict::BodyTooLarge(_) => Some(413),
            Verdict::TargetTooLong => Some(414),
            Verdict::UnknownExpectation => Some(417),
            Verdict::LineTooLong
            | Verdict::HeadTooLong
            | Verdict::TooManyFields
            | Verdict::TrailersTooLong => Some(431),
            Verdict::UnknownCoding => Some(501),
            Verdict::OtherVersion(..) => Some(505),
            _ => Some(400),
        }
    }

    /// A word of fixed spelling for the rule that was broken.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Foreign(foreign) => foreign.name(),
            Verdict::Surplus => "surplus",
            Verdict::ControlByte(..) => "control-byte",
            Verdict::BareCr => "bare-cr",
            Verdict::LeadingBlank => "leading-blank",
            Verdict::NotARequest => "not-a-request",
            Verdict::BadMethod(..) => "bad-method",
            Verdict::NoVersion => "no-version",
            Verdict::BadVersion => "bad-version",
            Verdict::OtherVersion(..) => "other-version",
            Verdict::BlankInTarget => "blank-in-target",
            Verdict::BadTarget => "bad-target",
            Verdict::Tunnel => "tunnel",
            Verdict::NotAResponse => "not-a-response",
            Verdict::BadStatus => "bad-status",
            Verdict::FoldedLine => "folded-line",
            Verdict::NoColon => "no-colon",
            Verdict::NoName => "no-name",
            Verdict::BlankBeforeColon => "blank-before-colon",
            Verdict::BadName(..) => "bad-name",
            Verdict::NoHost => "no-host",
            Verdict::SecondHost => "second-host",
            Verdict::BadHost => "bad-host",
            Verdict::UnknownExpectation => "unknown-expectation",
            Verdict::BadLength => "bad-length",
            Verdict::LengthTooLarge => "length-too-large",
            Verdict::SecondLength => "second-length",
            Verdict::BothLengths => "both-lengths",
            Verdict::UnknownCoding => "unknown-coding",
            Verdict::CodingIn10 => "coding-in-10",
            Verdict::BodyTooLarge(..) => "body-too-large",
            Verdict::LineTooLong => "line-too-long",
            Verdict::TargetTooLong => "target-too-long",
            Verdict::HeadTooLong => "head-too-long",
            Verdict::TooManyFields => "too-many-fields",
            Verdict::BadChunkSize(..) => "bad-chunk-size",
            Verdict::NoChunkSize => "no-chunk-size",
            Verdict::ChunkTooLarge => "chunk-too-large",
            Verdict::NoChunkEnd(..) => "no-chunk-end",
            Verdict::ExtensionTooLong => "extension-too-long",
            Verdict::ExtensionsTooLong => "extensions-too-long",
            Verdict::TrailersTooLong => "trailers-too-long",
            Verdict::StoppedInHead(..) => "stopped-in-head",
            Verdict::StoppedInBody { .. } => "stopped-in-body",
            Verdict::StoppedInChunks(..) => "stopped-in-chunks",
            Verdict::StoppedInTrailers => "stopped-in-trailers",
            Verdict::NoAnswer => "no-answer",
        }
    }

    /// The sentence: what is wrong, and the section that says so.
    #[must_use]
    pub fn text(self) -> String {
        self.to_string()
    }

    /// Whether it means that no message begins here at all, rather than a broken one.
    pub(super) fn is_no_message(self) -> bool {
        matches!(
            self,
            Verdict::NotARequest
                | Verdict::NotAResponse
                | Verdict::BadMethod(_)
                | Verdict::LeadingBlank
                | Verdict::ControlByte(_)
                | Verdict::BareCr
        )
    }
}

/// A byte as a sentence names it: `"x"` or `the byte 0x00`.
struct ByteName(u8);

impl fmt::Display for ByteName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            b' ' => f.write_str("a blank"),
            b'"' => f.write_str("a double quote"),
            byte @ b'!'..=b'~' => write!(f, "\"{}\"", char::from(byte)),
            byte => write!(f, "the byte 0x{byte:02x}"),
        }
    }
}

/// Where in a head something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line of the head, from 1 for the start line.
    pub line: u32,
    /// The byte within the line, from 1.
    pub column: u32,
}

/// A refusal and where it stands. The reader stops at it; what follows is [`super::Item::Rest`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Why.
    pub verdict: Verdict,
    /// The byte that it is about, as an offset into what the connection received; for the end of
    /// the stream, how much was received.
    pub at: u64,
    /// The line and column of that byte when it stands in a head.
    pub place: Option<Place>,
    /// Where the refused message began, as an offset.
    pub message_at: u64,
}

impl Broken {
    /// The status to answer a request with, as [`Verdict::status`].
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.verdict.status()
    }

    /// The sentence with the place before it: `line 2, column 5: …` or `byte 1234: …`.
    #[must_use]
    pub fn text(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.verdict, self.place) {
            (
                Verdict::Foreign(_)
                | Verdict::StoppedInHead(_)
                | Verdict::StoppedInBody { .. }
                | Verdict::StoppedInChunks(_)
                | Verdict::StoppedInTrailers
                | Verdict::NoAnswer,
                _,
            ) => write!(f, "{}", self.verdict),
            (_, Some(Place { line, column })) => {
                write!(f, "line {line}, column {column}: {}", self.verdict)
            }
            (_, None) => write!(f, "byte {}: {}", self.at, self.verdict),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_its_place() {
        let broken = Broken {
            verdict: Verdict::BadName(b'('),
            at: 20,
            place: Some(Place { line: 2, column: 5 }),
            message_at: 0,
        };
        assert_eq!(
            broken.text(),
            "line 2, column 5: \"(\" may not stand in a field name (RFC 9110 §5.1)"
        );
        let chunk = Broken {
            verdict: Verdict::NoChunkEnd(0),
            place: None,
            ..broken
        };
        assert_eq!(
            chunk.text(),
            "byte 20: the byte 0x00 instead of the line end behind a chunk: its size is wrong (RFC 9112 §7.1)"
        );
        let stopped = Broken {
            verdict: Verdict::StoppedInBody { got: 5, of: 50 },
            ..broken
        };
        assert_eq!(
            stopped.text(),
            "the stream ended after 5 of 50 bytes of the body (RFC 9112 §8)"
        );
    }
}
