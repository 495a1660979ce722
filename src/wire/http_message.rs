//! HTTP messages between their three shapes: what a form holds ([`Asking`]), the bytes that go out,
//! and what an event tells. Pure; reading what a peer sends is `http1`'s matter.

use std::collections::HashSet;

use bytes::Bytes;

use super::http1::{End, Fields, Item, Reader, RequestHead, ResponseHead, Version};
use super::part::part;
use crate::model::address::Address;
use crate::model::http::{Asking, Field, Message, Request, Response};
use crate::model::url::HTTP_PORT;

/// What a request says about who sends it (RFC 9110 section 10.1.5).
const USER_AGENT: &str = concat!("netplay/", env!("CARGO_PKG_VERSION"));
const VERSION: &str = "HTTP/1.1";

/// The bytes of a request to this address: `asking.raw` where there is one, byte for byte,
/// otherwise a request line, our fields with the user's in place of those of the same name, the
/// user's other fields in their order, and the body. Whatever the user gave goes out unchanged:
/// nothing is checked, since mistakes are for learning.
///
/// Content-Length is ours to add only where the user gave neither it nor a Transfer-Encoding
/// (RFC 9112 section 6.2).
#[must_use]
pub fn request(asking: &Asking, address: &Address) -> Bytes {
    if let Some(raw) = &asking.raw {
        return raw.clone();
    }
    let mut out = Vec::with_capacity(256 + asking.body.len());
    for part in [&asking.method, " ", &asking.target, " ", VERSION, "\r\n"] {
        out.extend_from_slice(part.as_bytes());
    }
    let ours = own_fields(asking, address);
    let replaced = |name: &str| ours.iter().any(|(own, _)| own.eq_ignore_ascii_case(name));
    for own in &ours {
        let mut given = named(&asking.fields, &own.0).peekable();
        if given.peek().is_none() {
            field(&mut out, own);
        }
        given.for_each(|one| field(&mut out, one));
    }
    for one in asking.fields.iter().filter(|(name, _)| !replaced(name)) {
        field(&mut out, one);
    }
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(&asking.body);
    out.into()
}

fn named<'a>(fields: &'a [Field], name: &'a str) -> impl Iterator<Item = &'a Field> {
    fields
        .iter()
        .filter(move |(given, _)| given.eq_ignore_ascii_case(name))
}

fn field(out: &mut Vec<u8>, (name, value): &Field) {
    let colon = if value.is_empty() { ":" } else { ": " };
    for part in [name, colon, value, "\r\n"] {
        out.extend_from_slice(part.as_bytes());
    }
}

/// The fields that a request has by itself, in their order.
fn own_fields(asking: &Asking, address: &Address) -> Vec<Field> {
    let mut fields = vec![
        ("Host", host(address)),
        ("User-Agent", USER_AGENT.to_owned()),
        ("Accept", "*/*".to_owned()),
    ];
    if asking.close {
        fields.push(("Connection", "close".to_owned()));
    }
    // A body of length 0 is said where one is expected (RFC 9110 section 8.6).
    let expects_body = matches!(asking.method.as_str(), "POST" | "PUT" | "PATCH");
    let coded = named(&asking.fields, "Transfer-Encoding").next().is_some();
    if (expects_body || !asking.body.is_empty()) && !coded {
        fields.push(("Content-Length", asking.body.len().to_string()));
    }
    let owned = |(name, value): (&str, String)| (name.to_owned(), value);
    fields.into_iter().map(owned).collect()
}

/// The value of Host: the port only where it is not that of `http://` (RFC 9110 section 7.2). A
/// zone means something only on this machine, and is left out (RFC 6874 section 3).
fn host(address: &Address) -> String {
    let (host, _) = address.host.split_once('%').unwrap_or((&address.host, ""));
    let host = if host.contains(':') {
        format!("[{host}]")
    } else {
        host.to_owned()
    };
    match address.port {
        HTTP_PORT => host,
        port => format!("{host}:{port}"),
    }
}

/// The way back, as far as the text can be read: the form's fields that give these bytes when sent
/// to `address`. What does not fit into the form (an unusual order, a missing line end, bytes that
/// are no text, mistakes) stays in `raw`, beside fields that come as near as they can; then `raw`
/// is what goes out. Patience is that of `was`.
#[must_use]
pub fn read_request(raw: &Bytes, address: &Address, was: &Asking) -> Asking {
    let (lines, body) = split_head(raw);
    let mut lines = lines.into_iter();
    let (method, target) = read_start(lines.next().unwrap_or_default());
    let mut asking = Asking {
        method,
        target,
        fields: lines.map(read_field).collect(),
        body: raw.slice(body..),
        raw: None,
        close: false,
        patience: was.patience,
    };
    let is_close =
        |(name, value): &Field| name.eq_ignore_ascii_case("Connection") && value == "close";
    asking.close = asking.fields.iter().any(is_close);
    // What we would say by ourselves is not the user's.
    let mut ours: HashSet<Field> = own_fields(&asking, address).into_iter().collect();
    asking.fields.retain(|one| !ours.remove(one));
    if request(&asking, address) != *raw {
        asking.raw = Some(raw.clone());
    }
    asking
}

/// The lines up to the first empty one, without their line ends (CR LF or LF), and where the body
/// begins.
fn split_head(raw: &[u8]) -> (Vec<&[u8]>, usize) {
    let mut lines = Vec::new();
    let mut at = 0;
    while at < raw.len() {
        let end = memchr::memchr(b'\n', part(raw, at..)).map_or(raw.len(), |lf| at + lf);
        let line = part(raw, at..end);
        at = (end + 1).min(raw.len());
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            break;
        }
        lines.push(line);
    }
    (lines, at)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn read_start(line: &[u8]) -> (String, String) {
    let mut words = line.splitn(2, |&b| b == b' ');
    let method = words.next().unwrap_or_default();
    let rest = words.next().unwrap_or_default();
    let target = match rest.iter().rposition(|&b| b == b' ') {
        Some(blank) if part(rest, blank + 1..).starts_with(b"HTTP/") => part(rest, ..blank),
        _ => rest,
    };
    (text(method), text(target))
}

fn read_field(line: &[u8]) -> Field {
    let mut parts = line.splitn(2, |&b| b == b':');
    let name = parts.next().unwrap_or_default();
    let value = parts.next().unwrap_or_default();
    (text(name), text(value.trim_ascii()))
}

/// What of a request, whatever its bytes are, decides how its answer is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The method: the first word.
    pub method: String,
    /// Whether the request leaves the connection open for more (RFC 9112 section 9.3); true for
    /// one that cannot be read.
    pub keep_alive: bool,
}

impl Asked {
    /// Looks at the beginning of a request.
    #[must_use]
    pub fn of(raw: &[u8]) -> Asked {
        let mut reader = Reader::requests();
        let mut input = raw;
        while let Some(item) = reader.next(&mut input) {
            match item {
                Item::Line(_) => {}
                Item::Request(head) => {
                    return Asked {
                        method: head.method,
                        keep_alive: head.keep_alive,
                    };
                }
                _ => break,
            }
        }
        let word = raw.trim_ascii_start();
        let method = word.split(u8::is_ascii_whitespace).next();
        Asked {
            method: text(method.unwrap_or_default()),
            keep_alive: true,
        }
    }

    /// Whether asking twice means no more than asking once (RFC 9110 section 9.2.2), so that the
    /// request may be sent again over another connection.
    #[must_use]
    pub fn is_idempotent(&self) -> bool {
        matches!(
            self.method.as_str(),
            "GET" | "HEAD" | "OPTIONS" | "TRACE" | "PUT" | "DELETE"
        )
    }
}

/// A complete request, as its event tells it.
#[must_use]
pub fn told_request(head: RequestHead, end: &End) -> Request {
    Request {
        method: head.method,
        target: head.target.into(),
        message: message(head.version, head.fields, end),
    }
}

/// A complete response, as its event tells it.
#[must_use]
pub fn told_response(head: ResponseHead, end: &End) -> Response {
    Response {
        status: head.status,
        reason: head.reason.into(),
        message: message(head.version, head.fields, end),
    }
}

fn message(version: Version, fields: Fields, end: &End) -> Message {
    Message {
        version,
        fields: fields.into_lines(),
        body_len: end.body_len,
        raw_len: end.raw_len(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn address() -> Address {
        Address::loopback(8080)
    }

    fn written(asking: &Asking) -> String {
        String::from_utf8(request(asking, &address()).to_vec()).expect("text in, text out")
    }

    fn own(name: &str, value: &str) -> Field {
        (name.to_owned(), value.to_owned())
    }

    const USUAL: &str = concat!(
        "Host: 127.0.0.1:8080\r\nUser-Agent: netplay/",
        env!("CARGO_PKG_VERSION"),
        "\r\nAccept: */*\r\n"
    );

    #[test]
    fn a_request_has_the_fields_that_it_needs_and_no_more() {
        let get = Asking::default();
        assert_eq!(written(&get), format!("GET / HTTP/1.1\r\n{USUAL}\r\n"));
        let post = Asking {
            method: "POST".into(),
            target: "/x?y".into(),
            body: "a=b".into(),
            close: true,
            ..get.clone()
        };
        assert_eq!(
            written(&post),
            format!(
                "POST /x?y HTTP/1.1\r\n{USUAL}Connection: close\r\nContent-Length: 3\r\n\r\na=b"
            )
        );
        let empty = Asking {
            method: "PUT".into(),
            ..get
        };
        assert!(written(&empty).ends_with("Content-Length: 0\r\n\r\n"));
    }

    #[test]
    fn a_field_of_the_user_takes_the_place_of_ours_and_others_follow() {
        let asking = Asking {
            fields: vec![
                own("X-A", "1"),
                own("host", "a"),
                own("host", "b"),
                own("X-Empty", ""),
            ],
            ..Asking::default()
        };
        let text = written(&asking);
        assert!(
            text.starts_with("GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\nUser-Agent: "),
            "{text}"
        );
        assert!(
            text.ends_with("Accept: */*\r\nX-A: 1\r\nX-Empty:\r\n\r\n"),
            "{text}"
        );
    }

    #[test]
    fn no_length_is_added_beside_a_transfer_coding() {
        let asking = Asking {
            method: "POST".into(),
            fields: vec![own("transfer-encoding", "chunked")],
            body: "0\r\n\r\n".into(),
            ..Asking::default()
        };
        assert!(!written(&asking).contains("Content-Length"));
        assert!(written(&asking).ends_with("transfer-encoding: chunked\r\n\r\n0\r\n\r\n"));
    }

    #[test]
    fn the_host_line_names_the_port_unless_it_is_80_and_no_zone() {
        for (name, port, want) in [
            ("a", 80, "a"),
            ("a", 81, "a:81"),
            ("::1", 80, "[::1]"),
            ("fe80::1%eth0", 81, "[fe80::1]:81"),
        ] {
            let address = Address {
                host: name.to_owned(),
                port,
            };
            assert_eq!(host(&address), want);
        }
    }

    #[test]
    fn text_that_no_form_gives_stays_raw_and_is_read_as_far_as_it_goes() {
        for (raw, method, target, fields, body) in [
            ("", "", "", 0, ""),
            ("GET", "GET", "", 0, ""),
            ("GET /", "GET", "/", 0, ""),
            ("GET /a b HTTP/1.1\r\n\r\n", "GET", "/a b", 0, ""),
            ("GET / HTTP/1.1\n\nx", "GET", "/", 0, "x"),
            (
                "POST / HTTP/1.1\r\nX y\r\nA:b\r\n\r\nx",
                "POST",
                "/",
                2,
                "x",
            ),
            (
                "\r\nGET / HTTP/1.1\r\n\r\n",
                "",
                "",
                0,
                "GET / HTTP/1.1\r\n\r\n",
            ),
        ] {
            let raw = Bytes::from(raw);
            let read = read_request(&raw, &address(), &Asking::default());
            assert_eq!(read.raw, Some(raw.clone()), "{raw:?}");
            assert_eq!((&*read.method, &*read.target), (method, target), "{raw:?}");
            assert_eq!(
                (read.fields.len(), &read.body[..]),
                (fields, body.as_bytes())
            );
        }
    }

    #[test]
    fn only_a_duplicate_of_our_own_field_is_the_users() {
        let text = format!("GET / HTTP/1.1\r\n{USUAL}\r\n").replace("Accept", "Host: a\r\nAccept");
        let read = read_request(&Bytes::from(text), &address(), &Asking::default());
        assert_eq!(read.fields, [own("Host", "a")]);
        assert!(read.raw.is_some());
    }

    #[test]
    fn the_first_word_of_any_bytes_is_the_method() {
        for (raw, method, keep_alive) in [
            ("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD", true),
            (
                "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                "GET",
                false,
            ),
            ("\r\nHEAD / HTTP/1.0\r\n\r\n", "HEAD", false),
            ("HEAD /\r\n", "HEAD", true),
            ("HEAD", "HEAD", true),
            ("", "", true),
            ("\u{1}\u{2} x", "\u{1}\u{2}", true),
        ] {
            let asked = Asked::of(raw.as_bytes());
            assert_eq!(
                (&*asked.method, asked.keep_alive),
                (method, keep_alive),
                "{raw:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_form_written_out_and_read_back_gives_the_same_bytes_without_raw(
            method in "[A-Z]{1,7}",
            target in "/[a-z0-9/?=&%]{0,20}",
            fields in prop::collection::vec(("X-[A-Za-z]{1,5}", "([a-z]([a-z ,]{0,8}[a-z])?)?"), 0..4),
            body in prop::collection::vec(any::<u8>(), 0..20),
            close in any::<bool>(),
        ) {
            let asking = Asking { method, target, fields, body: body.into(), close, ..Asking::default() };
            let raw = request(&asking, &address());
            prop_assert_eq!(read_request(&raw, &address(), &Asking::default()), asking);
        }

        #[test]
        fn whatever_is_read_gives_the_same_bytes_again(
            raw in "(GET|POST|x)?[ -~\r\n\u{e9}]{0,80}",
        ) {
            let raw = Bytes::from(raw);
            let read = read_request(&raw, &address(), &Asking::default());
            prop_assert_eq!(request(&read, &address()), raw);
        }
    }
}
