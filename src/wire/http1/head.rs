//! Whole heads, and the questions that a session asks them. Plain data: everything here was
//! checked by the reader before.

use super::fields::Fields;
use super::grammar::scheme_len;
use super::span::Span;
use crate::model::http::Version;
use crate::wire::part::part;

/// Reads `HTTP/1.1`; also `HTTP/2` and `HTTP/3`, as which later versions call themselves
/// (RFC 9112 §2.3).
pub(super) fn read_version(text: &[u8]) -> Option<Version> {
    let (major, minor) = match *text.strip_prefix(b"HTTP/")? {
        [major, b'.', minor] => (major, minor),
        [major @ b'2'..=b'9'] => (major, b'0'),
        _ => return None,
    };
    (major.is_ascii_digit() && minor.is_ascii_digit()).then(|| Version {
        major: major - b'0',
        minor: minor - b'0',
    })
}

/// How the end of a body is found (RFC 9112 §6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// There is no body.
    None,
    /// It has this many bytes.
    Length(u64),
    /// It comes in chunks.
    Chunked,
    /// It ends when the connection does (responses only).
    UntilClose,
    /// The connection now carries something else, after a 101 or a 2xx to CONNECT (responses
    /// only): everything after the head is [`super::Item::Rest`].
    Tunnel,
}

/// A start line that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StartLine {
    /// A request line (RFC 9112 §3).
    Request {
        /// The method: a token, so ASCII.
        method: String,
        /// The target as it was written; may hold bytes above 0x7F.
        target: Vec<u8>,
        /// The version.
        version: Version,
    },
    /// A status line (RFC 9112 §4).
    Response {
        /// The status, 100 to 999.
        status: u16,
        /// The reason as it was written; may be empty or hold bytes above 0x7F.
        reason: Vec<u8>,
        /// The version.
        version: Version,
    },
}

impl StartLine {
    /// The version at its end or beginning.
    #[must_use]
    pub fn version(&self) -> Version {
        match *self {
            StartLine::Request { version, .. } | StartLine::Response { version, .. } => version,
        }
    }
}

/// The head of a request that was accepted: it has the Host that its version asks for, and its
/// lengths are unambiguous.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestHead {
    /// The method: a token, so ASCII. Methods are told apart by case (RFC 9110 §9.1).
    pub method: String,
    /// The target as it was written: a path, `http://…`, or `*`; may hold bytes above 0x7F.
    pub target: Vec<u8>,
    /// HTTP/1.0 to 1.9.
    pub version: Version,
    /// The fields.
    pub fields: Fields,
    /// Where the body ends: `None`, `Length` of at most [`super::limits::MAX_BODY`], or `Chunked`.
    pub framing: Framing,
    /// Whether the client leaves the connection open for more (RFC 9112 §9.3).
    pub keep_alive: bool,
    /// The head with its empty line, as offsets into what the connection received.
    pub span: Span,
}

impl RequestHead {
    /// Whom the request is for: the authority of an absolute target, otherwise the Host line
    /// (RFC 9112 §3.2.2). `None` in HTTP/1.0 without either.
    #[must_use]
    pub fn host(&self) -> Option<&[u8]> {
        let (authority, _) = parts(&self.target);
        authority.or_else(|| self.fields.get("Host"))
    }

    /// The path of the target, see [`path`].
    #[must_use]
    pub fn path(&self) -> &[u8] {
        path(&self.target)
    }

    /// Whether the client waits for a 100 before it sends the body (RFC 9110 §10.1.1): it says so,
    /// there is a body, and it is not HTTP/1.0.
    #[must_use]
    pub fn expects_continue(&self) -> bool {
        self.version >= Version::HTTP_11
            && !matches!(self.framing, Framing::None | Framing::Length(0))
            && self.fields.has_token("Expect", "100-continue")
    }
}

/// The path of a target, as it was written, without query and fragment; `/` when an absolute target
/// has none, `*` for that target.
#[must_use]
pub fn path(target: &[u8]) -> &[u8] {
    let (_, rest) = parts(target);
    let end = rest.iter().position(|&b| matches!(b, b'?' | b'#'));
    match part(rest, ..end.unwrap_or(rest.len())) {
        [] => b"/",
        path => path,
    }
}

/// The authority of an absolute target, and the target without scheme and authority.
fn parts(target: &[u8]) -> (Option<&[u8]>, &[u8]) {
    let scheme = scheme_len(target);
    if scheme == 0 {
        return (None, target);
    }
    let rest = part(target, scheme..);
    let end = rest.iter().position(|&b| matches!(b, b'/' | b'?' | b'#'));
    let (authority, path) = rest.split_at(end.unwrap_or(rest.len()));
    (Some(authority), path)
}

/// The head of a response that was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseHead {
    /// The status, 100 to 999.
    pub status: u16,
    /// The reason as it was written; may be empty or hold bytes above 0x7F.
    pub reason: Vec<u8>,
    /// HTTP/1.0 to 1.9.
    pub version: Version,
    /// The fields.
    pub fields: Fields,
    /// Where the body ends.
    pub framing: Framing,
    /// Whether the server leaves the connection open for more (RFC 9112 §9.3).
    pub keep_alive: bool,
    /// The head with its empty line, as offsets into what the connection received.
    pub span: Span,
}

impl ResponseHead {
    /// Whether another response to the same request follows (RFC 9110 §15.2): 1xx but 101.
    #[must_use]
    pub fn is_interim(&self) -> bool {
        is_interim(self.status)
    }

    /// The Content-Length as the server gave it, also where there is no body (HEAD, 304).
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        super::grammar::decimal(self.fields.get("Content-Length")?).ok()
    }
}

/// Whether a status announces another response to the same request.
pub(super) fn is_interim(status: u16) -> bool {
    status / 100 == 1 && status != 101
}

/// Whether the connection stays open after a message, by its version and Connection lines
/// (RFC 9112 §9.3).
pub(super) fn keep_alive(version: Version, fields: &Fields) -> bool {
    if fields.has_token("Connection", "close") {
        return false;
    }
    version >= Version::HTTP_11 || fields.has_token("Connection", "keep-alive")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_strictly() {
        assert_eq!(read_version(b"HTTP/1.1"), Some(Version::HTTP_11));
        assert_eq!(read_version(b"HTTP/1.0"), Some(Version::HTTP_10));
        let two = Version { major: 2, minor: 0 };
        assert_eq!(read_version(b"HTTP/2"), Some(two));
        assert_eq!(two.to_string(), "HTTP/2.0");
        for none in [
            &b"HTTP/1"[..],
            b"http/1.1",
            b"HTTP/1.10",
            b"HTTP/1.1 ",
            b"HTTP/a.b",
            b"HTTP1.1",
        ] {
            assert_eq!(read_version(none), None, "{}", none.escape_ascii());
        }
    }
}
