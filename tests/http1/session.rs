//! The reader as a session uses it: what it reports while bytes arrive, what it can be asked, and
//! that every verdict is reached and speaks.

use std::collections::BTreeSet;

use netplay::wire::http1::{
    Ending, Framing, Item, Note, Part, Progress, Reader, RequestHead, ResponseHead, StartLine,
    Version,
};

use crate::pieces::{read, reader};

fn all(reader: &mut Reader, bytes: &[u8]) -> Vec<Item> {
    let mut input = bytes;
    std::iter::from_fn(|| reader.next(&mut input)).collect()
}

fn request(text: &str) -> RequestHead {
    all(&mut Reader::requests(), text.as_bytes())
        .into_iter()
        .find_map(|item| match item {
            Item::Request(head) => Some(*head),
            _ => None,
        })
        .expect("a request")
}

fn response(method: &str, text: &str) -> ResponseHead {
    all(&mut reader(Some(method)), text.as_bytes())
        .into_iter()
        .find_map(|item| match item {
            Item::Response(head) => Some(*head),
            _ => None,
        })
        .expect("a response")
}

#[test]
fn lines_are_reported_when_they_are_complete() {
    let mut reader = Reader::requests();
    assert_eq!(reader.progress(), Progress::Idle);
    assert_eq!(all(&mut reader, b"\r\nGET /x HTTP/1.1\r"), {
        let mut empty = Reader::requests();
        all(&mut empty, b"\r\n")
    });
    assert_eq!(reader.progress(), Progress::Head { at: 2, got: 16 });
    assert_eq!(reader.start_line(), None);

    let items = all(&mut reader, b"\nHost: a\nX");
    let [Item::Line(start), Item::Line(host)] = items[..] else {
        panic!("two lines: {items:?}");
    };
    assert_eq!((start.part, start.ending), (Part::Start, Ending::CrLf));
    assert_eq!((start.span.start, start.span.end), (2, 19));
    assert_eq!((start.text().start, start.text().end), (2, 17));
    assert!(start.notes.is_empty());
    assert_eq!((host.part, host.ending), (Part::Field, Ending::Lf));
    assert!(host.notes.contains(Note::BareLf));
    assert_eq!(
        reader.start_line(),
        Some(&StartLine::Request {
            method: "GET".to_owned(),
            target: b"/x".to_vec(),
            version: Version::HTTP_11,
        })
    );
    assert_eq!(reader.offset(), 28);
}

#[test]
fn a_message_that_ends_with_the_input_is_reported_with_it() {
    let mut reader = Reader::requests();
    let items = all(&mut reader, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(matches!(
        items[..],
        [
            Item::Line(_),
            Item::Line(_),
            Item::Line(_),
            Item::Request(_),
            Item::End(_)
        ]
    ));
    assert_eq!(reader.progress(), Progress::Idle);
    assert_eq!(reader.finish(), None);
    assert_eq!(reader.progress(), Progress::Over);
}

#[test]
fn the_progress_of_a_body_is_told() {
    let mut reader = Reader::requests();
    all(
        &mut reader,
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 40\r\n\r\nchoice=B&why",
    );
    let (got, of) = (12, Some(40));
    assert_eq!(reader.progress(), Progress::Body { at: 0, got, of });

    let mut reader = Reader::requests();
    all(
        &mut reader,
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
    );
    let (got, of) = (3, None);
    assert_eq!(reader.progress(), Progress::Body { at: 0, got, of });
}

#[test]
fn a_caller_may_stop_between_two_messages() {
    let mut reader = Reader::requests();
    let text = b"GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n";
    let mut input = &text[..];
    while let Some(item) = reader.next(&mut input) {
        if matches!(item, Item::End(_)) {
            break;
        }
    }
    assert_eq!(input.len(), 28, "the second request was not looked at");
    let rest = all(&mut reader, input);
    assert!(matches!(rest.last(), Some(Item::End(end)) if end.span.start == 28));
}

#[test]
fn answers_are_awaited_one_by_one_on_a_kept_connection() {
    let mut reader = Reader::responses();
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
    for round in 0..3 {
        reader.expect("GET");
        let items = all(&mut reader, answer);
        let Some(Item::End(end)) = items.last() else {
            panic!("{items:?}");
        };
        assert_eq!(end.span.start, round * answer.len() as u64);
        assert!(end.keep_alive);
    }
    assert!(matches!(all(&mut reader, b"x")[..], [Item::Rest(_)]));
    reader.expect("GET");
    let late = all(&mut reader, answer);
    assert!(
        matches!(late[..], [Item::Rest(_)]),
        "after surplus nothing can be told apart: {late:?}"
    );
}

#[test]
fn a_refused_head_keeps_its_request_line() {
    let mut reader = Reader::requests();
    all(&mut reader, b"HEAD /x HTTP/1.1\r\nHost : a\r\n");
    assert!(matches!(
        reader.start_line(),
        Some(StartLine::Request { method, .. }) if method == "HEAD"
    ));
}

#[test]
fn a_request_head_knows_its_host_and_path() {
    let head = request("GET /a/b?c=d HTTP/1.1\r\nhost: me:80\r\n\r\n");
    assert_eq!(head.host(), Some(&b"me:80"[..]));
    assert_eq!(head.path(), b"/a/b");
    let head = request("GET http://you:81/x?y HTTP/1.1\r\nHost: me\r\n\r\n");
    assert_eq!(head.host(), Some(&b"you:81"[..]));
    assert_eq!(head.path(), b"/x");
    let head = request("GET http://you?y HTTP/1.1\r\nHost: me\r\n\r\n");
    assert_eq!((head.host(), head.path()), (Some(&b"you"[..]), &b"/"[..]));
    let head = request("OPTIONS * HTTP/1.1\r\nHost: me\r\n\r\n");
    assert_eq!(head.path(), b"*");
    let head = request("GET /#f HTTP/1.0\r\n\r\n");
    assert_eq!((head.host(), head.path()), (None, &b"/"[..]));
}

#[test]
fn a_client_waits_for_100_only_with_a_body_and_not_in_http_1_0() {
    let wants = |start: &str, fields: &str| {
        request(&format!("{start}\r\nHost: a\r\n{fields}\r\n")).expects_continue()
    };
    let expect = "Expect: 100-Continue\r\n";
    let length = "Content-Length: 5\r\n";
    assert!(wants("PUT / HTTP/1.1", &format!("{expect}{length}")));
    assert!(wants(
        "PUT / HTTP/1.1",
        &format!("{expect}Transfer-Encoding: chunked\r\n")
    ));
    assert!(!wants("PUT / HTTP/1.1", length));
    assert!(!wants("PUT / HTTP/1.1", expect));
    assert!(!wants(
        "PUT / HTTP/1.1",
        &format!("{expect}Content-Length: 0\r\n")
    ));
    assert!(!wants("PUT / HTTP/1.0", &format!("{expect}{length}")));
}

#[test]
fn fields_are_found_by_name_in_any_case_and_keep_their_bytes() {
    let text = "GET / HTTP/1.1\r\nHost: a\r\nX-Y:  one \r\nx-y: two\r\nList: a, B ,c\r\n\r\n";
    let head = request(text);
    assert_eq!(head.fields.len(), 4);
    assert!(!head.fields.is_empty());
    assert_eq!(head.fields.get("x-Y"), Some(&b"one"[..]));
    assert!(head.fields.all("X-Y").eq([&b"one"[..], b"two"]));
    assert_eq!(head.fields.get("X"), None);
    assert!(head.fields.has_token("list", "b"));
    assert!(!head.fields.has_token("list", "a, B"));
    let third = head.fields.iter().nth(2).expect("four fields");
    assert_eq!((third.name, third.value), ("x-y", &b"two"[..]));
    assert!(text[third.at as usize..].starts_with("x-y: two"));
}

#[test]
fn a_response_head_tells_the_length_that_it_does_not_send() {
    let head = response("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n");
    assert_eq!(
        (head.framing, head.content_length()),
        (Framing::None, Some(7))
    );
    let head = response("GET", "HTTP/1.1 103 Early Hints\r\n\r\n");
    assert!(head.is_interim());
    let head = response("GET", "HTTP/1.1 101 Switching Protocols\r\n\r\n");
    assert!(!head.is_interim());
    assert_eq!(head.framing, Framing::Tunnel);
    let head = response("GET", "HTTP/1.1 200 OK\r\nX: a \r\n  b\r\n\r\n");
    assert_eq!(head.fields.get("X"), Some(&b"a     b"[..]));
}

#[test]
fn every_line_has_its_part() {
    let text = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nA\r\n0123456789\r\n0\r\nT: u\r\n\r\n";
    let parts: Vec<Part> = read(&mut Reader::requests(), [&text[..]])
        .into_iter()
        .filter_map(|item| match item {
            Item::Line(line) => Some(line.part),
            _ => None,
        })
        .collect();
    assert_eq!(
        parts,
        [
            Part::Start,
            Part::Field,
            Part::Field,
            Part::HeadEnd,
            Part::ChunkSize(10),
            Part::ChunkEnd,
            Part::ChunkSize(0),
            Part::Trailer,
            Part::TrailerEnd,
        ]
    );
}

/// The names of an enum's variants, from its source.
fn variants(source: &str, name: &str) -> BTreeSet<String> {
    let body = source
        .split_once(&format!("pub enum {name} {{"))
        .and_then(|(_, rest)| rest.split_once("\n}"))
        .expect("the enum")
        .0;
    body.lines()
        .filter_map(|line| line.strip_prefix("    "))
        .filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()))
        .map(|line| {
            line.chars()
                .take_while(char::is_ascii_alphanumeric)
                .collect()
        })
        .collect()
}

#[test]
fn the_tables_reach_every_verdict_and_every_note() {
    let tables = [
        include_str!("bodies.rs"),
        include_str!("requests.rs"),
        include_str!("responses.rs"),
        include_str!("limits.rs"),
    ]
    .concat();
    let words: BTreeSet<&str> = tables.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let verdicts = include_str!("../../src/wire/http1/verdict.rs");
    let notes = include_str!("../../src/wire/http1/note.rs");
    let foreign = include_str!("../../src/wire/http1/foreign.rs");
    for (source, name) in [(verdicts, "Verdict"), (notes, "Note"), (foreign, "Foreign")] {
        let variants = variants(source, name);
        assert!(variants.len() > 10, "{name}: {variants:?}");
        for variant in variants {
            assert!(words.contains(variant.as_str()), "{name}::{variant}");
        }
    }
}
