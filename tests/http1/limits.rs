//! The limits: what just fits is read, one byte more is refused, and the refusal says where.

use netplay::wire::http1::limits::{
    MAX_BODY, MAX_EXTENSION, MAX_EXTENSIONS, MAX_FIELDS, MAX_HEAD, MAX_LINE, MAX_TRAILERS,
};
use netplay::wire::http1::{Broken, Item, Place, Reader, Verdict};

use crate::pieces::{read, read_in_every_way, reader, summary};

fn refusal(text: &[u8]) -> Broken {
    read_in_every_way(None, text)
        .into_iter()
        .find_map(|item| match item {
            Item::Broken(broken) => Some(broken),
            _ => None,
        })
        .expect("refused")
}

fn is_read(text: &[u8]) -> bool {
    let items = read_in_every_way(None, text);
    matches!(items.last(), Some(Item::End(end)) if end.span.end == text.len() as u64)
}

fn request(fields: &[u8]) -> Vec<u8> {
    [b"GET / HTTP/1.1\r\nHost: a\r\n", fields, b"\r\n"].concat()
}

#[test]
fn a_request_line_over_the_limit_has_too_long_a_target() {
    let line = |len: usize| {
        let path = "x".repeat(len - "GET / HTTP/1.1\r\n".len());
        format!("GET /{path} HTTP/1.1\r\nHost: a\r\n\r\n").into_bytes()
    };
    assert!(is_read(&line(MAX_LINE)));
    let broken = refusal(&line(MAX_LINE + 1));
    assert_eq!(broken.verdict, Verdict::TargetTooLong);
    assert_eq!(broken.status(), Some(414));
    assert_eq!(broken.at, MAX_LINE as u64);
    // Without a blank there is no target that could be too long.
    let broken = refusal(&vec![b'x'; MAX_LINE + 1]);
    assert_eq!(broken.verdict, Verdict::NotARequest);
}

#[test]
fn a_field_line_over_the_limit_is_refused() {
    let field = |len: usize| {
        let value = "x".repeat(len - "X: \r\n".len());
        request(format!("X: {value}\r\n").as_bytes())
    };
    assert!(is_read(&field(MAX_LINE)));
    let broken = refusal(&field(MAX_LINE + 1));
    assert_eq!(broken.verdict, Verdict::LineTooLong);
    assert_eq!(broken.status(), Some(431));
    let column = MAX_LINE as u32 + 1;
    assert_eq!(broken.place, Some(Place { line: 3, column }));
}

#[test]
fn a_status_line_over_the_limit_is_refused() {
    let line = format!("HTTP/1.1 200 {}\r\n", "x".repeat(MAX_LINE));
    let items = read_in_every_way(Some("GET"), line.as_bytes());
    let got = summary(&items, line.as_bytes());
    assert_eq!(got, "431 LineTooLong 1:16385 | +15");
}

#[test]
fn a_head_over_the_limit_is_refused() {
    let head = |len: usize| {
        let filler = format!("X: {}\r\n", "x".repeat(8000 - 5));
        let mut fields = filler.repeat(8);
        let rest = len - request(fields.as_bytes()).len();
        fields.extend(["Y: ", &"y".repeat(rest - 5), "\r\n"]);
        request(fields.as_bytes())
    };
    assert_eq!(head(MAX_HEAD).len(), MAX_HEAD);
    assert!(is_read(&head(MAX_HEAD)));
    let broken = refusal(&head(MAX_HEAD + 1));
    assert_eq!(broken.verdict, Verdict::HeadTooLong);
    assert_eq!(broken.status(), Some(431));
    assert_eq!(broken.at, MAX_HEAD as u64);
    // The empty lines before it count, so that nobody can send them for ever.
    let empty = [b"\r\n".repeat(MAX_HEAD / 2), b"G".to_vec()].concat();
    assert_eq!(refusal(&empty).verdict, Verdict::HeadTooLong);
}

#[test]
fn one_field_over_the_limit_is_refused() {
    let fields = |count: usize| request("X: y\r\n".repeat(count - 1).as_bytes());
    assert!(is_read(&fields(MAX_FIELDS)));
    let broken = refusal(&fields(MAX_FIELDS + 1));
    assert_eq!(broken.verdict, Verdict::TooManyFields);
    assert_eq!(broken.status(), Some(431));
    let line = MAX_FIELDS as u32 + 2;
    assert_eq!(broken.place, Some(Place { line, column: 1 }));
}

fn chunked(body: &[u8]) -> Vec<u8> {
    [
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
        body,
    ]
    .concat()
}

#[test]
fn chunk_extensions_over_the_limits_are_refused() {
    let chunk = |len: usize| format!("1;{}\r\nx\r\n", "e".repeat(len - 1));
    let body = |chunks: &str| chunked(format!("{chunks}0\r\n\r\n").as_bytes());
    assert!(is_read(&body(&chunk(MAX_EXTENSION))));
    let broken = refusal(&body(&chunk(MAX_EXTENSION + 1)));
    assert_eq!(broken.verdict, Verdict::ExtensionTooLong);
    assert_eq!(broken.status(), Some(400));
    // Also when the line never ends.
    let broken = refusal(&chunked(&[b"1;", &[b'e'; 6000][..]].concat()));
    assert_eq!(broken.verdict, Verdict::ExtensionTooLong);

    let full = chunk(MAX_EXTENSION).repeat(MAX_EXTENSIONS / MAX_EXTENSION);
    assert!(is_read(&body(&full).repeat(2)), "they count per message");
    let broken = refusal(&body(&(full + "1;\r\nx\r\n")));
    assert_eq!(broken.verdict, Verdict::ExtensionsTooLong);
    assert_eq!(broken.status(), Some(400));
}

#[test]
fn trailers_over_the_limits_are_refused() {
    let trailers = |len: usize| {
        let filler = format!("X: {}\r\n", "x".repeat(8000 - 5));
        let mut section = filler.repeat(8);
        let rest = len - section.len() - 2;
        section.extend(["Y: ", &"y".repeat(rest - 5), "\r\n\r\n"]);
        chunked(format!("0\r\n{section}").as_bytes())
    };
    assert!(is_read(&trailers(MAX_TRAILERS)));
    let broken = refusal(&trailers(MAX_TRAILERS + 1));
    assert_eq!(broken.verdict, Verdict::TrailersTooLong);
    assert_eq!(broken.status(), Some(431));

    let line = format!("0\r\nX: {}\r\n\r\n", "x".repeat(MAX_LINE));
    assert_eq!(
        refusal(&chunked(line.as_bytes())).verdict,
        Verdict::LineTooLong
    );
    let many = format!("0\r\n{}\r\n", "X: y\r\n".repeat(MAX_FIELDS + 1));
    assert_eq!(
        refusal(&chunked(many.as_bytes())).verdict,
        Verdict::TooManyFields
    );
}

#[test]
fn a_chunked_body_over_the_limit_is_refused_when_the_chunk_is_announced() {
    let mut reader = Reader::requests();
    let block = vec![b'x'; 1 << 20];
    let mut pieces = vec![chunked(b"")];
    for _ in 0..MAX_BODY >> 20 {
        pieces.push(b"100000\r\n".to_vec());
        pieces.push(block.clone());
        pieces.push(b"\r\n".to_vec());
    }
    pieces.push(b"1\r\n".to_vec());
    let items = read(&mut reader, pieces.iter().map(Vec::as_slice));
    let Some(Item::Broken(broken)) = items.last() else {
        panic!("refused: {:?}", items.last());
    };
    assert_eq!(broken.verdict, Verdict::BodyTooLarge(MAX_BODY + 1));
    assert_eq!(broken.status(), Some(413));
}

#[test]
fn a_response_may_be_larger_than_a_request() {
    let mut reader = reader(Some("GET"));
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", 20 << 20);
    let block = vec![b'x'; 1 << 20];
    let pieces = std::iter::once(head.as_bytes()).chain(std::iter::repeat_n(&block[..], 20));
    let items = read(&mut reader, pieces);
    assert!(matches!(items.last(), Some(Item::End(end)) if end.body_len == 20 << 20));
}
