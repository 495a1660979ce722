//! The HTTP reader: whole, byte by byte and in pieces it says the same, and what it says covers
//! every byte. What is written from a request is the request.

use bytes::Bytes;
use netplay::model::address::Address;
use netplay::model::http::Asking;
use netplay::wire::http_message::{Asked, read_request, request};

use crate::reading::{check_spans, ends_in, read, reader};

/// What was asked before the responses came, for the first byte.
const ASKED: [Option<&str>; 5] = [
    None,
    Some("GET GET GET GET"),
    Some("HEAD GET"),
    Some("CONNECT"),
    Some(""),
];

/// The first byte says which direction is read, the second the size of the pieces.
pub fn check(input: &[u8]) {
    let [direction, size, text @ ..] = input else {
        return;
    };
    let asked = ASKED[usize::from(*direction) % ASKED.len()];
    let whole = read(&mut reader(asked), [text]);
    check_spans(&whole, text);
    let size = usize::from(*size).max(1);
    let (first, second) = text.split_at(size.min(text.len()));
    for (how, items) in [
        ("byte by byte", read(&mut reader(asked), text.chunks(1))),
        ("in pieces", read(&mut reader(asked), text.chunks(size))),
        ("in two", read(&mut reader(asked), [first, second])),
    ] {
        assert_eq!(items, whole, "{how}, {size}: {}", text.escape_ascii());
    }

    // Twice, so that something comes again.
    let twice = text.repeat(2);
    let ends = |remembers| ends_in(&mut reader(asked), &twice, size, remembers).0;
    assert_eq!(ends(true), ends(false), "{}", twice.escape_ascii());

    let raw = Bytes::copy_from_slice(text);
    let address = Address::loopback(8080);
    let asking = read_request(&raw, &address, &Asking::default());
    assert_eq!(request(&asking, &address), raw);
    let _ = Asked::of(text).is_idempotent();
}
