//! JSON lines: 7-bit ASCII, one line an event, and all that a stranger sent comes back exactly.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use netplay::model::event::{ConnId, Event, EventKind};
use netplay::model::failure::{Failure, FailureKind, What};
use netplay::model::http::{Message, Request, Response, Version};
use netplay::model::spec::{Protocol, Side};
use netplay::model::time::{Origin, Stamp};
use netplay::store::json::Encoder;
use serde_json::Value;

/// Where what is well-formed text stands as it is, and anything else in base64.
fn bytes_of(value: &Value) -> Vec<u8> {
    match (&value["text"], &value["data"]) {
        (Value::String(text), Value::Null) => text.clone().into_bytes(),
        (Value::Null, Value::String(data)) => STANDARD.decode(data).expect("it is base64"),
        both => panic!("exactly one of text and data: {both:?}"),
    }
}

pub fn check(input: &[u8]) {
    let (first, data) = input.split_at(input.len().min(8));
    let seed = first.iter().fold(0_u64, |n, b| n << 8 | u64::from(*b));
    let peer = SocketAddr::from(([127, 0, 0, 1], seed as u16));
    let conn = ConnId(seed as u32);
    let bytes = Bytes::copy_from_slice(data);
    let text = String::from_utf8_lossy(data).into_owned();
    let origin = Origin(SystemTime::UNIX_EPOCH + Duration::from_secs(seed & 0xff_ffff_ffff));
    let mut encoder = Encoder::new(Protocol::Http, Side::Server, origin, Stamp::default());
    let mut line = |kind: EventKind| {
        let at = Stamp(Duration::from_micros(seed >> 16));
        let mut out = Vec::new();
        encoder.encode(&Event { at, kind }, &mut out);
        assert!(out.ends_with(b"\n"));
        let plain = |b: &u8| (0x20..0x7f).contains(b);
        assert!(
            out[..out.len() - 1].iter().all(plain),
            "{}",
            out.escape_ascii()
        );
        let value: Value = serde_json::from_slice(&out).expect("it is JSON");
        assert!(value["at"].is_string() && value["t"].is_number() && value["event"].is_string());
        value
    };

    let cut = first.first().copied().unwrap_or_default().into();
    let received = line(EventKind::Received {
        conn,
        peer,
        data: bytes.clone(),
        cut,
    });
    assert_eq!(bytes_of(&received), data);
    assert_eq!(received["len"], data.len());
    let sent = line(EventKind::Sent {
        conn,
        peer,
        data: bytes.clone(),
    });
    assert_eq!(bytes_of(&sent), data);

    let half = data.len() / 2;
    let message = Message {
        version: Version::HTTP_11,
        fields: [("X-Field", bytes.slice(half..))].into_iter().collect(),
        body_len: seed,
        raw_len: seed,
    };
    let head = line(EventKind::Request {
        conn,
        offset: seed,
        request: Arc::new(Request {
            method: "GET".to_owned(),
            target: bytes.slice(..half),
            message: message.clone(),
        }),
    });
    assert_eq!(head["headers"][0][0], "X-Field");
    check_latin(&head["target"], &data[..half]);
    check_latin(&head["headers"][0][1], &data[half..]);
    let head = line(EventKind::Response {
        conn,
        offset: seed,
        response: Box::new(Response {
            status: seed as u16,
            reason: bytes.slice(..half),
            message,
        }),
    });
    check_latin(&head["reason"], &data[..half]);

    let failure = Failure {
        what: What::Receive,
        kind: FailureKind::Other,
        message: text.clone(),
        hint: text.clone(),
        holder: None,
    };
    let failed = line(EventKind::Failed {
        conn: Some(conn),
        failure: Box::new(failure),
    });
    assert_eq!(failed["message"], text);
    let why = text.clone();
    let offset = seed;
    assert_eq!(
        line(EventKind::Malformed {
            conn,
            rule: "no-colon",
            why,
            offset
        })["why"],
        text
    );
    assert_eq!(line(EventKind::Connecting { to: text.clone() })["to"], text);
}

/// A string of what may be no text.
fn check_latin(value: &Value, bytes: &[u8]) {
    let shown = value.as_str().expect("a string");
    if let Ok(text) = str::from_utf8(bytes) {
        assert_eq!(shown, text);
    }
}
