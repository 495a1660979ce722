//! Held against httparse: a head that both accept is the same head.

use netplay::wire::http1::{Item, RequestHead, ResponseHead};
use proptest::prelude::*;

use crate::pieces::{read, reader};

fn our_request(text: &[u8]) -> Option<RequestHead> {
    let items = read(&mut reader(None), [text]);
    items.into_iter().find_map(|item| match item {
        Item::Request(head) => Some(*head),
        _ => None,
    })
}

fn our_response(text: &[u8]) -> Option<ResponseHead> {
    let items = read(&mut reader(Some("GET")), [text]);
    items.into_iter().find_map(|item| match item {
        Item::Response(head) => Some(*head),
        _ => None,
    })
}

fn fields_agree<'a>(
    ours: impl Iterator<Item = netplay::wire::http1::Field<'a>>,
    theirs: &[httparse::Header<'_>],
) {
    let ours: Vec<_> = ours.map(|field| (field.name, field.value)).collect();
    let theirs: Vec<_> = theirs.iter().map(|h| (h.name, h.value)).collect();
    assert_eq!(ours, theirs);
}

/// Whether both accepted the head, which then must be the same.
fn requests_agree(text: &[u8]) -> bool {
    let mut headers = [httparse::EMPTY_HEADER; 128];
    let mut theirs = httparse::Request::new(&mut headers);
    let Ok(httparse::Status::Complete(len)) = theirs.parse(text) else {
        return false;
    };
    let Some(ours) = our_request(text) else {
        return false;
    };
    assert_eq!(Some(ours.method.as_str()), theirs.method);
    assert_eq!(Some(&ours.target[..]), theirs.path.map(str::as_bytes));
    assert_eq!(Some(ours.version.minor.min(1)), theirs.version);
    assert_eq!(ours.span.end, len as u64);
    fields_agree(ours.fields.iter(), theirs.headers);
    true
}

fn responses_agree(text: &[u8]) -> bool {
    let mut headers = [httparse::EMPTY_HEADER; 128];
    let mut theirs = httparse::Response::new(&mut headers);
    let Ok(httparse::Status::Complete(len)) = theirs.parse(text) else {
        return false;
    };
    let Some(ours) = our_response(text) else {
        return false;
    };
    assert_eq!(Some(ours.status), theirs.code);
    // httparse gives an empty reason for one that is not ASCII.
    if ours.reason.is_ascii() {
        assert_eq!(Some(&ours.reason[..]), theirs.reason.map(str::as_bytes));
    }
    assert_eq!(ours.span.end, len as u64);
    fields_agree(ours.fields.iter(), theirs.headers);
    true
}

#[test]
fn what_programs_send_is_read_as_httparse_reads_it() {
    let requests: [&[u8]; 5] = [
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n\r\n",
        b"PUT /f HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n",
        b"GET /x HTTP/1.0\r\nUser-Agent: Wget/1.21\r\nAccept-Encoding: identity\r\n\r\n",
        b"GET /f HTTP/1.1\r\nHost: localhost:8080\r\nConnection: keep-alive\r\nsec-ch-ua: \"Chromium\";v=\"130\", \"Not?A_Brand\";v=\"99\"\r\nCookie: a=b; c=d\r\n\r\n",
        b"POST / HTTP/1.1\nHost: a\nContent-Length: 0\n\n",
    ];
    for text in requests {
        assert!(requests_agree(text), "{}", text.escape_ascii());
    }
    let responses: [&[u8]; 4] = [
        b"HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\nServer: SimpleHTTP/0.6 Python/3.12.3\r\nContent-type: text/html\r\n\r\nhi",
        b"HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n",
        b"HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n",
    ];
    for text in responses {
        assert!(responses_agree(text), "{}", text.escape_ascii());
    }
}

/// Lines that are good, and lines that are good for some readers at most.
const GOOD: &[&str] = &[
    "X: y",
    "X:\t y \t",
    "Empty:",
    "High: \u{fc}",
    "Colons: a:b:c",
    "Connection: close",
    "!#$%&'*+-.^_`|~: token",
];
const ODD: &[&str] = &[
    "host:b:80",
    "Content-Length: 3",
    "Transfer-Encoding: chunked",
    " folded",
    "Bad Name: x",
    "X : y",
    "none",
    ": none",
    "Ctl: \u{1}",
];

type Lines = &'static [&'static str];

/// Text that is nearly a head: mostly good lines behind a start line.
fn nearly(good: Lines, odd: Lines) -> impl Strategy<Value = Vec<u8>> {
    let mostly = |good: Lines, odd: Lines| prop_oneof![9 => prop::sample::select(good), 1 => prop::sample::select(odd)];
    let start = mostly(good, odd);
    let line = mostly(GOOD, ODD);
    let ending = prop_oneof![20 => Just("\r\n"), 4 => Just("\n"), 1 => Just("\r")];
    let fields = prop::collection::vec((line, ending.clone()), 0..6);
    (start, ending, fields).prop_map(|(start, ending, fields)| {
        let mut text = format!("{start}{ending}Host: a\r\n");
        for (line, ending) in fields {
            text += line;
            text += ending;
        }
        text += "\r\n";
        text.into_bytes()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_request_head_that_both_accept_is_the_same(text in nearly(
        &["GET / HTTP/1.1", "POST /a?b HTTP/1.0", "OPTIONS * HTTP/1.1", "x http://a/b HTTP/1.1"],
        &["\r\nGET / HTTP/1.1", "GET /\u{fc} HTTP/1.1", "GET  / HTTP/1.1", "GET / HTTP/1.1 "],
    )) {
        requests_agree(&text);
    }

    #[test]
    fn a_response_head_that_both_accept_is_the_same(text in nearly(
        &["HTTP/1.1 200 OK", "HTTP/1.0 404 Not Found", "HTTP/1.1 200 ", "HTTP/1.1 999 x"],
        &["HTTP/1.1 200", "HTTP/1.1 20 OK", "HTTP/1.1 200 \u{fc}", "HTTP/1.1  200 OK"],
    )) {
        responses_agree(&text);
    }
}
