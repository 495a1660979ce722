//! The one JSON encoder: an event as one line of 7-bit ASCII. Written by hand, because this is the
//! hot path of a run without a screen: runs of plain text are copied at once, and what repeats
//! from line to line (date, session, peer) is formatted once.

mod escape;

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::net::SocketAddr;
use std::time::{Duration, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::tz::Offset;

use self::escape::{push_if_text, push_text};
use crate::model::event::{Event, EventKind};
use crate::model::failure::Failure;
use crate::model::http::{Message, Request, Response};
use crate::model::spec::{Protocol, Side};
use crate::model::time::{Origin, Stamp};

/// Encodes the events of one session.
///
/// Every line is an object with `at` (RFC 3339, UTC, microseconds), `t` (seconds since the session
/// began), `protocol`, `side`, `event` and the fields of that event. Payloads are `text` when they
/// are well-formed UTF-8, otherwise `data` in base64 (RFC 4648 section 4): the exact bytes either
/// way.
#[derive(Clone, Debug)]
pub struct Encoder {
    origin: Duration,
    began: Stamp,
    session: String,
    second: Second,
    peer: Peer,
}

impl Encoder {
    /// An encoder for the session of this protocol and side that began at `began`.
    #[must_use]
    pub fn new(protocol: Protocol, side: Side, origin: Origin, began: Stamp) -> Encoder {
        Encoder {
            // A wall clock before 1970 is wrong in any case.
            origin: origin.0.duration_since(UNIX_EPOCH).unwrap_or_default(),
            began,
            session: format!(
                r#","protocol":"{}","side":"{}","event":""#,
                protocol.word(),
                side.word()
            ),
            second: Second::default(),
            peer: Peer::default(),
        }
    }

    /// Appends the event to `out` as one line with its line feed.
    pub fn encode(&mut self, event: &Event, out: &mut Vec<u8>) {
        out.reserve(256 + event.kind.data().map_or(0, bytes::Bytes::len));
        let wall = self.origin + event.at.0;
        out.extend_from_slice(br#"{"at":""#);
        out.extend_from_slice(self.second.text(wall.as_secs()));
        out.push(b'.');
        push_micros(out, wall);
        out.extend_from_slice(br#"Z","t":"#);
        let t = event.at.since(self.began);
        push_number(out, t.as_secs());
        out.push(b'.');
        push_micros(out, t);
        out.extend_from_slice(self.session.as_bytes());
        out.extend_from_slice(event.kind.word().as_bytes());
        out.push(b'"');
        self.fields(&event.kind, out);
        out.extend_from_slice(b"}\n");
    }

    fn payload(&mut self, out: &mut Vec<u8>, peer: SocketAddr, data: &[u8]) {
        self.peer.push(out, peer);
        payload(out, data);
    }

    fn fields(&mut self, kind: &EventKind, out: &mut Vec<u8>) {
        if let Some(conn) = kind.conn() {
            number_field(out, "conn", u64::from(conn.0));
        }
        match kind {
            EventKind::Connecting { to } | EventKind::Waiting { to } => text_field(out, "to", to),
            EventKind::Tried { address, failure } => {
                shown_field(out, "address", address);
                text_field(out, "kind", failure.kind.word());
                text_field(out, "message", &failure.message);
            }
            EventKind::Listening { local } => shown_field(out, "local", local),
            EventKind::Ready { local, peer } => {
                shown_field(out, "local", local);
                self.peer.push(out, *peer);
            }
            EventKind::Opened { peer, local, .. } => {
                self.peer.push(out, *peer);
                shown_field(out, "local", local);
            }
            EventKind::Received {
                peer, data, cut, ..
            } => {
                self.payload(out, *peer, data);
                if *cut > 0 {
                    number_field(out, "cut", u64::from(*cut));
                }
            }
            EventKind::Sent { peer, data, .. } => self.payload(out, *peer, data),
            EventKind::FileStarted { name, len, .. } => file_fields(out, name, *len),
            EventKind::FileEnded {
                name,
                len,
                sent,
                how,
                ..
            } => {
                file_fields(out, name, *len);
                number_field(out, "sent", *sent);
                text_field(out, "how", how.word());
            }
            EventKind::Request {
                offset, request, ..
            } => request_fields(out, request, *offset),
            EventKind::Response {
                offset, response, ..
            } => response_fields(out, response, *offset),
            EventKind::Malformed {
                rule, why, offset, ..
            } => malformed_fields(out, rule, why, *offset),
            EventKind::Finished { .. } | EventKind::Queued { .. } => {}
            EventKind::Closed {
                how,
                by,
                received,
                sent,
                ..
            } => {
                text_field(out, "how", how.word());
                text_field(out, "by", by.word());
                total_fields(out, *received, *sent);
            }
            EventKind::Lost {
                why, count, bytes, ..
            } => {
                text_field(out, "why", why);
                number_field(out, "count", *count);
                number_field(out, "bytes", *bytes);
            }
            EventKind::Failed { failure, .. } => failure_fields(out, failure),
            EventKind::Stopped {
                received,
                sent,
                connections,
                outcome: _,
            } => {
                total_fields(out, *received, *sent);
                number_field(out, "connections", *connections);
            }
        }
    }
}

fn file_fields(out: &mut Vec<u8>, name: &str, len: u64) {
    text_field(out, "name", name);
    number_field(out, "len", len);
}

fn total_fields(out: &mut Vec<u8>, received: u64, sent: u64) {
    number_field(out, "received", received);
    number_field(out, "sent", sent);
}

fn request_fields(out: &mut Vec<u8>, request: &Request, offset: u64) {
    text_field(out, "method", &request.method);
    bytes_field(out, "target", &request.target);
    message_fields(out, &request.message, offset);
}

fn response_fields(out: &mut Vec<u8>, response: &Response, offset: u64) {
    number_field(out, "status", u64::from(response.status));
    bytes_field(out, "reason", &response.reason);
    message_fields(out, &response.message, offset);
}

fn message_fields(out: &mut Vec<u8>, message: &Message, offset: u64) {
    shown_field(out, "version", message.version);
    name(out, "headers");
    out.push(b'[');
    for (n, (field, value)) in message.fields.iter().enumerate() {
        out.extend_from_slice(if n == 0 { b"[" } else { b",[" });
        push_text(out, field);
        out.push(b',');
        push_text(out, &as_text(value));
        out.push(b']');
    }
    out.push(b']');
    number_field(out, "body_len", message.body_len);
    number_field(out, "raw_len", message.raw_len);
    number_field(out, "offset", offset);
}

/// Bytes of a head as text: UTF-8, otherwise ISO-8859-1, which is what they were meant to be before
/// there was UTF-8 (RFC 9110 section 5.5). The exact bytes are in the `received` events.
fn as_text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => bytes
            .iter()
            .map(|byte| char::from(*byte))
            .collect::<String>()
            .into(),
    }
}

fn bytes_field(out: &mut Vec<u8>, key: &str, bytes: &[u8]) {
    text_field(out, key, &as_text(bytes));
}

fn malformed_fields(out: &mut Vec<u8>, rule: &str, why: &str, offset: u64) {
    text_field(out, "rule", rule);
    text_field(out, "why", why);
    number_field(out, "offset", offset);
}

fn failure_fields(out: &mut Vec<u8>, failure: &Failure) {
    text_field(out, "what", failure.what.word());
    text_field(out, "kind", failure.kind.word());
    text_field(out, "message", &failure.message);
    text_field(out, "hint", &failure.hint);
}

fn payload(out: &mut Vec<u8>, data: &[u8]) {
    number_field(out, "len", data.len() as u64);
    let start = out.len();
    name(out, "text");
    if !push_if_text(out, data) {
        out.truncate(start);
        name(out, "data");
        out.push(b'"');
        let start = out.len();
        // Four letters for three bytes, the last group padded.
        out.resize(start + data.len().div_ceil(3) * 4, 0);
        STANDARD
            .encode_slice(data, &mut out[start..])
            .expect("the slice has exactly the size of the padded encoding");
        out.push(b'"');
    }
}

fn name(out: &mut Vec<u8>, name: &str) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

fn number_field(out: &mut Vec<u8>, key: &str, value: u64) {
    name(out, key);
    push_number(out, value);
}

fn text_field(out: &mut Vec<u8>, key: &str, value: &str) {
    name(out, key);
    push_text(out, value);
}

fn shown_field(out: &mut Vec<u8>, key: &str, value: impl fmt::Display) {
    text_field(out, key, &value.to_string());
}

/// The date and time of the last second seen, which the next event very likely shares.
#[derive(Clone, Debug, Default)]
struct Second {
    number: u64,
    text: String,
}

impl Second {
    fn text(&mut self, number: u64) -> &[u8] {
        if self.number != number || self.text.is_empty() {
            let at = i64::try_from(number)
                .ok()
                .and_then(|seconds| Timestamp::from_second(seconds).ok())
                .unwrap_or(Timestamp::MAX);
            self.number = number;
            self.text = Offset::UTC
                .to_datetime(at)
                .strftime("%Y-%m-%dT%H:%M:%S")
                .to_string();
        }
        self.text.as_bytes()
    }
}

/// The last peer seen, which the next event very likely shares.
#[derive(Clone, Debug, Default)]
struct Peer {
    address: Option<SocketAddr>,
    field: String,
}

impl Peer {
    fn push(&mut self, out: &mut Vec<u8>, address: SocketAddr) {
        if self.address != Some(address) {
            self.address = Some(address);
            self.field.clear();
            // Writing to a String cannot fail; an address has nothing to escape.
            let _ = write!(self.field, r#","peer":"{address}""#);
        }
        out.extend_from_slice(self.field.as_bytes());
    }
}

fn push_number(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0; 20];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[start..]);
}

/// The part below a second, as six digits.
fn push_micros(out: &mut Vec<u8>, time: Duration) {
    let mut digits = [0; 6];
    let mut micros = time.subsec_micros();
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (micros % 10) as u8;
        micros /= 10;
    }
    out.extend_from_slice(&digits);
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};
    use std::time::SystemTime;

    use bytes::Bytes;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::model::event::{By, ConnId, FileEnd, How, Outcome};
    use crate::model::failure::{FailureKind, What};

    const BEGAN: Stamp = Stamp(Duration::from_millis(250));

    fn encoder() -> Encoder {
        let origin = UNIX_EPOCH + Duration::from_micros(1_709_251_199_900_007);
        Encoder::new(Protocol::Tcp, Side::Server, Origin(origin), BEGAN)
    }

    fn peer() -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, 51334))
    }

    fn local() -> SocketAddr {
        SocketAddr::from((Ipv6Addr::LOCALHOST, 23456))
    }

    fn received(data: impl Into<Bytes>) -> EventKind {
        EventKind::Received {
            conn: ConnId(1),
            peer: peer(),
            data: data.into(),
            cut: 0,
        }
    }

    fn line(kind: EventKind) -> String {
        let mut out = Vec::new();
        encoder().encode(&Event { at: BEGAN, kind }, &mut out);
        String::from_utf8(out).expect("a line is ASCII")
    }

    /// The fields behind `event`, in order.
    fn fields(kind: EventKind) -> String {
        let line = line(kind);
        let (_, fields) = line.split_once(r#""event":"#).expect("every line has it");
        fields
            .strip_suffix("}\n")
            .expect("every line ends so")
            .to_owned()
    }

    fn failure() -> Failure {
        Failure {
            what: What::Bind,
            kind: FailureKind::AddressInUse,
            message: "taken \u{2013} by \"x\"".into(),
            hint: "another".into(),
            holder: None,
        }
    }

    #[test]
    fn a_line_has_time_session_and_fields_in_the_order_of_the_contract() {
        let mut out = Vec::new();
        encoder().encode(
            &Event {
                at: Stamp(Duration::from_micros(1_250_042)),
                kind: received("hi\r\n"),
            },
            &mut out,
        );
        assert_eq!(
            String::from_utf8(out).unwrap(),
            concat!(
                r#"{"at":"2024-03-01T00:00:01.150049Z","t":1.000042,"#,
                r#""protocol":"tcp","side":"server","event":"received","#,
                r#""conn":1,"peer":"127.0.0.1:51334","len":4,"text":"hi\r\n"}"#,
                "\n"
            )
        );
    }

    #[test]
    fn the_date_follows_the_clock_over_seconds_days_and_back() {
        let mut encoder = encoder();
        for (micros, at) in [
            (99_992, "2024-02-29T23:59:59.999999Z"),
            (99_993, "2024-03-01T00:00:00.000000Z"),
            (86_400_000_000, "2024-03-01T23:59:59.900007Z"),
            (0, "2024-02-29T23:59:59.900007Z"),
        ] {
            let mut out = Vec::new();
            let event = Event {
                at: Stamp(Duration::from_micros(micros)),
                kind: received(""),
            };
            encoder.encode(&event, &mut out);
            let value: Value = serde_json::from_slice(&out).unwrap();
            assert_eq!(value["at"], at);
        }
    }

    #[test]
    fn what_happened_before_the_session_began_has_time_zero() {
        let mut out = Vec::new();
        let event = Event {
            at: Stamp::default(),
            kind: received(""),
        };
        encoder().encode(&event, &mut out);
        let value: Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(value["t"], json!(0.0));
    }

    #[test]
    fn clocks_beyond_every_calendar_do_no_harm() {
        let far = SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 40);
        let before = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
        for origin in [far, before] {
            let mut encoder = Encoder::new(Protocol::Udp, Side::Client, Origin(origin), BEGAN);
            let mut out = Vec::new();
            let kind = received("");
            encoder.encode(&Event { at: BEGAN, kind }, &mut out);
            serde_json::from_slice::<Value>(&out).unwrap();
        }
    }

    #[test]
    fn every_event_of_a_session_has_its_fields() {
        let address = peer();
        for (kind, want) in [
            (
                EventKind::Connecting { to: "a:1".into() },
                r#""connecting","to":"a:1""#,
            ),
            (
                EventKind::Tried {
                    address,
                    failure: Box::new(failure()),
                },
                r#""tried","address":"127.0.0.1:51334","kind":"address-in-use","message":"taken \u2013 by \"x\"""#,
            ),
            (
                EventKind::Waiting { to: "a:1".into() },
                r#""waiting","to":"a:1""#,
            ),
            (
                EventKind::Listening { local: local() },
                r#""listening","local":"[::1]:23456""#,
            ),
            (
                EventKind::Ready {
                    local: local(),
                    peer: peer(),
                },
                r#""ready","local":"[::1]:23456","peer":"127.0.0.1:51334""#,
            ),
            (
                EventKind::Lost {
                    conn: None,
                    why: "full".into(),
                    count: 2,
                    bytes: 10,
                },
                r#""lost","why":"full","count":2,"bytes":10"#,
            ),
            (
                EventKind::Failed {
                    conn: None,
                    failure: Box::new(failure()),
                },
                r#""failed","what":"bind","kind":"address-in-use","message":"taken \u2013 by \"x\"","hint":"another""#,
            ),
            (
                EventKind::Stopped {
                    received: 1,
                    sent: 2,
                    connections: 3,
                    outcome: Outcome::Failed,
                },
                r#""stopped","received":1,"sent":2,"connections":3"#,
            ),
        ] {
            assert_eq!(fields(kind), want);
        }
    }

    #[test]
    fn every_event_of_a_connection_has_its_fields() {
        let conn = ConnId(7);
        for (kind, want) in [
            (
                EventKind::Opened {
                    conn,
                    peer: peer(),
                    local: local(),
                },
                r#""opened","conn":7,"peer":"127.0.0.1:51334","local":"[::1]:23456""#,
            ),
            (
                EventKind::Received {
                    conn,
                    peer: peer(),
                    data: Bytes::from_static(b"\xff\0"),
                    cut: 3,
                },
                r#""received","conn":7,"peer":"127.0.0.1:51334","len":2,"data":"/wA=","cut":3"#,
            ),
            (
                EventKind::Sent {
                    conn,
                    peer: peer(),
                    data: Bytes::new(),
                },
                r#""sent","conn":7,"peer":"127.0.0.1:51334","len":0,"text":"""#,
            ),
            (
                EventKind::FileStarted {
                    conn,
                    name: "\u{e9}".into(),
                    len: 10,
                },
                r#""file-started","conn":7,"name":"\u00e9","len":10"#,
            ),
            (
                EventKind::FileEnded {
                    conn,
                    name: "f".into(),
                    len: 10,
                    sent: 4,
                    how: FileEnd::Cancelled,
                },
                r#""file-ended","conn":7,"name":"f","len":10,"sent":4,"how":"cancelled""#,
            ),
            (
                EventKind::Finished { conn, by: By::Peer },
                r#""finished","conn":7"#,
            ),
            (
                EventKind::Finished { conn, by: By::Us },
                r#""finished-sending","conn":7"#,
            ),
            (
                EventKind::Closed {
                    conn,
                    how: How::Reset,
                    by: By::Peer,
                    received: 18,
                    sent: u64::MAX,
                },
                r#""closed","conn":7,"how":"reset","by":"peer","received":18,"sent":18446744073709551615"#,
            ),
            (
                EventKind::Lost {
                    conn: Some(conn),
                    why: "full".into(),
                    count: 2,
                    bytes: 10,
                },
                r#""lost","conn":7,"why":"full","count":2,"bytes":10"#,
            ),
            (
                EventKind::Failed {
                    conn: Some(conn),
                    failure: Box::new(failure()),
                },
                r#""failed","conn":7,"what":"bind","kind":"address-in-use","message":"taken \u2013 by \"x\"","hint":"another""#,
            ),
        ] {
            assert_eq!(fields(kind), want);
        }
    }

    /// The bytes that a line's reader gets back.
    fn read_back(line: &str) -> Vec<u8> {
        let value: Value = serde_json::from_str(line).unwrap();
        match (&value["text"], &value["data"]) {
            (Value::String(text), Value::Null) => text.clone().into_bytes(),
            (Value::Null, Value::String(data)) => STANDARD.decode(data).unwrap(),
            both => panic!("exactly one of text and data: {both:?}"),
        }
    }

    fn assert_exact(data: &[u8]) {
        let line = line(received(data.to_vec()));
        assert!(
            line.bytes()
                .all(|b| (0x20..0x7F).contains(&b) || b == b'\n')
        );
        assert_eq!(line.matches('\n').count(), 1);
        assert_eq!(read_back(&line), data);
        let value: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(value["len"], json!(data.len()));
        assert_eq!(value["text"].is_string(), std::str::from_utf8(data).is_ok());
    }

    #[test]
    fn every_single_byte_comes_back() {
        for byte in 0..=255 {
            assert_exact(&[byte]);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_come_back(data in proptest::collection::vec(any::<u8>(), 0..200)) {
            assert_exact(&data);
        }

        #[test]
        fn any_text_comes_back_as_text(text in any::<String>()) {
            assert_exact(text.as_bytes());
        }

        #[test]
        fn mostly_plain_text_comes_back(text in "[ -~]{0,80}[\\x00-\u{ffff}]{0,2}[ -~]{0,80}") {
            assert_exact(text.as_bytes());
        }

        #[test]
        fn any_words_of_a_failure_come_back(message in any::<String>(), hint in any::<String>()) {
            let failure = Failure { message: message.clone(), hint: hint.clone(), ..failure() };
            let kind = EventKind::Failed { conn: None, failure: Box::new(failure) };
            let line = line(kind);
            prop_assert!(line.is_ascii());
            let value: Value = serde_json::from_str(&line).unwrap();
            prop_assert_eq!(&value["message"], &json!(message));
            prop_assert_eq!(&value["hint"], &json!(hint));
        }
    }
}
