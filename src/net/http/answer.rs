//! Requests -> answers (RFC 9110): which one, its head, its body. Writes into a buffer; a file is
//! left to the caller to fetch. Knows no socket.

use std::cell::RefCell;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::{BufMut, BytesMut};
use tokio::time::Instant;

use super::date::imf_fixdate;
use super::files::{self, Missing, Opened};
use super::incoming::{Asked, Kept};
use super::page::{WELCOME, Words, page};
use super::way::Way;
use crate::model::http::{Answer, Version};
use crate::model::size::Size;
use crate::wire::http1;
use crate::wire::part::part;

/// The methods that have a meaning here.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const ALL: &str = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
/// What one can do with a file.
const READING: &str = "GET, HEAD, OPTIONS";

const HTML: &str = "text/html; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

/// The interim answer to `Expect: 100-continue` (RFC 9110 §10.1.1).
pub(super) const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// A file that is to be fetched for an answer.
#[derive(Debug)]
pub(super) enum Fetch {
    /// This one.
    Page(PathBuf),
    /// What path and query of a target name in this folder.
    In(PathBuf, Vec<u8>, Vec<u8>),
}

impl Fetch {
    /// Opens it; blocks.
    pub(super) fn open(self) -> Result<Opened, Missing> {
        match self {
            Fetch::Page(path) => files::page(&path),
            Fetch::In(folder, path, query) => files::within(&folder, &path, &query),
        }
    }
}

/// One answer to be written.
#[derive(Debug)]
pub(super) struct Answering<'a> {
    pub(super) way: &'a Way,
    pub(super) asked: &'a Asked,
    /// The connection is closed after it.
    pub(super) close: bool,
    pub(super) now: Instant,
    pub(super) out: &'a mut BytesMut,
}

/// What a head says besides the fields that every answer has.
#[derive(Debug)]
struct Head<'a> {
    status: u16,
    kind: &'a str,
    len: u64,
    /// One more field, if any.
    extra: Option<(&'a str, &'a str)>,
}

impl Answering<'_> {
    /// Writes the answer; or says which file must be fetched for it first.
    pub(super) fn begin(&mut self) -> Option<Fetch> {
        let request = &self.asked.request;
        let method = request.method.as_str();
        let known = METHODS.contains(&method);
        let options = (method == "OPTIONS").then_some(("Allow", ALL));
        match &self.way.serving.answer {
            Answer::Raw(bytes) => self.out.extend_from_slice(bytes),
            Answer::Echo => self.echo(options),
            Answer::BuiltIn | Answer::Page(_) if !known => self.not_allowed(ALL),
            Answer::BuiltIn => {
                let body = page(WELCOME, &self.asked.kept);
                self.whole(200, HTML, options, body.as_bytes());
            }
            Answer::Page(path) => match self.way.copy.look(path, self.now) {
                Some(page) => {
                    self.fetched(&page);
                }
                None => return Some(Fetch::Page(path.clone())),
            },
            Answer::Dir(folder) => match method {
                "GET" | "HEAD" => {
                    let target = &request.target;
                    let path_len = target.iter().take_while(|&&b| b != b'?').count();
                    let query = part(target, path_len..);
                    let path = http1::path(target).to_vec();
                    return Some(Fetch::In(folder.clone(), path, query.to_vec()));
                }
                "OPTIONS" => self.whole(204, TEXT, Some(("Allow", READING)), b""),
                _ => self.not_allowed(READING),
            },
        }
        None
    }

    /// Writes the answer of a file that was fetched, up to the end of its first part; whether the
    /// rest is to follow.
    pub(super) fn fetched(&mut self, opened: &Opened) -> bool {
        let head = Head {
            status: 200,
            kind: opened.kind,
            len: opened.len,
            extra: None,
        };
        self.out.reserve(ROOM + opened.first.len());
        let body = self.head(&head);
        if body {
            self.out.extend_from_slice(&opened.first);
        }
        body
    }

    /// Writes the answer when there is no file.
    pub(super) fn missing(&mut self, missing: &Missing) {
        match missing {
            Missing::Moved(location) => {
                let body = format!("this folder is at {location}\n");
                self.whole(301, TEXT, Some(("Location", location)), body.as_bytes());
            }
            Missing::Unreadable(why) => self.say(400, why),
            Missing::NotFound(why) => {
                let words = Words {
                    title: "404 Not Found",
                    lead: &format!("What you asked for is not here: {why}."),
                };
                let body = page(words, &self.asked.kept);
                self.whole(404, HTML, None, body.as_bytes());
            }
            Missing::Broken(_, error) if error.kind() == std::io::ErrorKind::NotFound => {
                self.say(404, "what this server was told to send is not there");
            }
            Missing::Broken(..) => {
                self.say(500, "what this server was told to send cannot be read");
            }
        }
    }

    fn echo(&mut self, extra: Option<(&str, &str)>) {
        let Kept { bytes, more } = &self.asked.kept;
        let rest = match more {
            0 => String::new(),
            more => format!("\r\n... and {} more\r\n", Size(*more)),
        };
        let head = Head {
            status: 200,
            kind: TEXT,
            len: (bytes.len() + rest.len()) as u64,
            extra,
        };
        if self.head(&head) {
            self.out.extend_from_slice(bytes);
            self.out.extend_from_slice(rest.as_bytes());
        }
    }

    fn not_allowed(&mut self, allow: &str) {
        let body = text(405, "this method has no meaning here (RFC 9110 §15.5.6)");
        self.whole(405, TEXT, Some(("Allow", allow)), body.as_bytes());
    }

    fn say(&mut self, status: u16, why: &str) {
        self.whole(status, TEXT, None, text(status, why).as_bytes());
    }

    fn whole(&mut self, status: u16, kind: &str, extra: Option<(&str, &str)>, body: &[u8]) {
        let head = Head {
            status,
            kind,
            len: body.len() as u64,
            extra,
        };
        self.out.reserve(ROOM + body.len());
        if self.head(&head) {
            self.out.extend_from_slice(body);
        }
    }

    /// Writes a head; whether a body follows it (RFC 9110 §6.4.1).
    fn head(&mut self, head: &Head) -> bool {
        let serving = &self.way.serving;
        let status = match (head.status, serving.status) {
            (200, Some(other)) => other,
            (usual, _) => usual,
        };
        let bodiless = status < 200 || matches!(status, 204 | 304);
        status_line(self.out, status);
        if !self.way.has("Date") {
            date(self.out, self.now);
        }
        if !bodiless {
            self.field("Content-Type", head.kind);
            if !self.way.has("Content-Length") {
                length(self.out, head.len);
            }
        }
        if let Some((name, value)) = head.extra {
            self.field(name, value);
        }
        if self.close {
            self.field("Connection", "close");
        } else if self.asked.request.message.version < Version::HTTP_11 {
            self.field("Connection", "keep-alive");
        }
        for (name, value) in &serving.fields {
            field(self.out, name, value);
        }
        self.out.put_slice(b"\r\n");
        !bodiless && self.asked.request.method != "HEAD"
    }

    /// Writes a field, unless the user gave one of that name.
    fn field(&mut self, name: &str, value: &str) {
        if !self.way.has(name) {
            field(self.out, name, value);
        }
    }
}

/// What a head takes, in bytes, generously.
const ROOM: usize = 256;

/// Writes the answer to what is refused: the reason as text, and the end of the connection.
pub(super) fn refuse(out: &mut BytesMut, now: Instant, status: u16, why: &str, body: bool) {
    let text = text(status, why);
    status_line(out, status);
    date(out, now);
    field(out, "Content-Type", TEXT);
    length(out, text.len() as u64);
    if status == 405 {
        field(out, "Allow", ALL);
    }
    field(out, "Connection", "close");
    out.put_slice(b"\r\n");
    if body {
        out.put_slice(text.as_bytes());
    }
}

fn text(status: u16, why: &str) -> String {
    format!("{status} {}\n\n{why}\n", reason(status))
}

fn status_line(out: &mut BytesMut, status: u16) {
    out.reserve(ROOM);
    out.extend_from_slice(b"HTTP/1.1 ");
    number(out, status.into());
    out.put_u8(b' ');
    out.extend_from_slice(reason(status).as_bytes());
    out.extend_from_slice(b"\r\n");
}

fn length(out: &mut BytesMut, len: u64) {
    out.extend_from_slice(b"Content-Length: ");
    number(out, len);
    out.extend_from_slice(b"\r\n");
}

/// Writes a number in digits. To format it would cost more than all the rest of a head.
fn number(out: &mut BytesMut, number: u64) {
    let digits = number.checked_ilog10().unwrap_or(0);
    for place in (0..=digits).rev() {
        out.put_u8(b'0' + (number / 10_u64.pow(place) % 10) as u8);
    }
}

fn field(out: &mut BytesMut, name: &str, value: &str) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    out.extend_from_slice(value.as_bytes());
    out.extend_from_slice(b"\r\n");
}

thread_local! {
    /// The date as it was last written, and until when it holds: the next one is mostly the same.
    static DATE: RefCell<Option<(Instant, String)>> = const { RefCell::new(None) };
}

fn date(out: &mut BytesMut, now: Instant) {
    DATE.with_borrow_mut(|date| {
        let (_, text) = match date {
            Some(holds) if now < holds.0 => holds,
            _ => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH);
                let since = since.unwrap_or_default();
                let left = Duration::from_nanos((1_000_000_000 - since.subsec_nanos()).into());
                date.insert((now + left, imf_fixdate(since.as_secs())))
            }
        };
        field(out, "Date", text);
    });
}

/// The reason phrase that belongs to a status (RFC 9110 §15); empty for one that has none.
fn reason(status: u16) -> &'static str {
    match status {
        100 => "Continue",
        101 => "Switching Protocols",
        103 => "Early Hints",
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        203 => "Non-Authoritative Information",
        204 => "No Content",
        205 => "Reset Content",
        206 => "Partial Content",
        300 => "Multiple Choices",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone",
        411 => "Length Required",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        414 => "URI Too Long",
        415 => "Unsupported Media Type",
        416 => "Range Not Satisfiable",
        417 => "Expectation Failed",
        418 => "I'm a teapot",
        421 => "Misdirected Request",
        422 => "Unprocessable Content",
        425 => "Too Early",
        426 => "Upgrade Required",
        428 => "Precondition Required",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        451 => "Unavailable For Legal Reasons",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        505 => "HTTP Version Not Supported",
        511 => "Network Authentication Required",
        _ => "",
    }
}
