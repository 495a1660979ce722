//! Answers of every kind, each with what becomes of it.

use std::fmt::Write as _;
use std::time::Duration;

use netplay::model::event::EventKind;

use crate::server::Then::{self, Close, Reset, Wait};
use crate::server::outcome;

/// Method, answer, what the server does then, what becomes of it, and what the failure or the
/// refusal says.
type Row = (&'static str, &'static str, Then, &'static str, &'static str);

#[rustfmt::skip]
const GOOD: &[Row] = &[
    // Lengths.
    ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", Wait, "200/5 done", ""),
    ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", Close, "200/5 done", ""),
    ("GET", "HTTP/1.1 200 OK\r\ncontent-length:5\r\n\r\nhello", Wait, "200/5 done", ""),
    ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", Wait, "200/0 done", ""),
    ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 005\r\n\r\nhello", Wait, "200/5 done", ""),
    ("GET", "HTTP/1.1 200 OK\r\n\r\nhello", Close, "200/5 done", ""),
    ("GET", "HTTP/1.1 200 OK\r\n\r\n", Close, "200/0 done", ""),
    ("GET", "HTTP/1.0 200 OK\r\n\r\nhello", Close, "200/5 done", ""),
    ("GET", "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", Wait, "200/5 done", ""),
    ("GET", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello", Close, "200/5 done", ""),
    ("POST", "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok", Wait, "201/2 done", ""),
    // Chunks.
    ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", Wait, "200/5 done", ""),
    ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", Close, "200/5 done", ""),
    ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: CHUNKED\r\n\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n", Wait, "200/10 done", ""),
    ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", Wait, "200/0 done", ""),
    ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-Sum: 1\r\n\r\n", Wait, "200/1 done", ""),
    ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello", Close, "200/5 done", ""),
    ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", Wait, "200/1 done", ""),
    // Without a body, whatever is said of one.
    ("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n", Wait, "200/0 done", ""),
    ("HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", Wait, "200/0 done", ""),
    ("HEAD", "HTTP/1.1 404 Not Found\r\n\r\n", Wait, "404/0 done", ""),
    ("GET", "HTTP/1.1 204 No Content\r\n\r\n", Wait, "204/0 done", ""),
    ("DELETE", "HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n", Wait, "204/0 done", ""),
    ("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", Wait, "304/0 done", ""),
    ("OPTIONS", "HTTP/1.1 200 OK\r\nAllow: GET\r\nContent-Length: 0\r\n\r\n", Wait, "200/0 done", ""),
    // Interim answers.
    ("GET", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", Wait, "100/0 200/1 done", ""),
    ("GET", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", Wait, "103/0 200/1 done", ""),
    ("HEAD", "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n", Wait, "103/0 200/0 done", ""),
    ("GET", "HTTP/1.1 102 Processing\r\nConnection: close\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", Wait, "102/0 204/0 done", ""),
    // Tunnels: the connection is something else from here on.
    ("GET", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", Wait, "101/0 done", ""),
    ("GET", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n\0\x01\x02", Wait, "101/0 done", ""),
    ("CONNECT", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", Wait, "200/0 done", ""),
    ("CONNECT", "HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno", Wait, "403/2 done", ""),
    // Every status is an answer.
    ("GET", "HTTP/1.1 301 Moved Permanently\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", Wait, "301/0 done", ""),
    ("GET", "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno", Wait, "404/2 done", ""),
    ("GET", "HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\nno", Wait, "500/2 done", ""),
    ("GET", "HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n", Wait, "999/0 done", ""),
    // What is tolerated.
    ("GET", "HTTP/1.1 200 OK\n\nhello", Close, "200/5 done", ""),
    ("GET", "HTTP/1.0 200 OK\nContent-Type: text/html\n\n<p>hi", Close, "200/5 done", ""),
    ("GET", "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", Wait, "200/5 done", ""),
    ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\n\n1\nx\n0\n\n", Wait, "200/1 done", ""),
    ("GET", "\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", Wait, "200/0 done", ""),
    ("GET", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", Wait, "200/0 done", ""),
    ("GET", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", Wait, "200/0 done", ""),
    ("GET", "HTTP/1.1 200 \u{e9}\u{1f600}\r\nContent-Length: 0\r\n\r\n", Wait, "200/0 done", ""),
    ("GET", "HTTP/1.3 200 OK\r\nContent-Length: 0\r\n\r\n", Wait, "200/0 done", ""),
    ("GET", "HTTP/1.1 200 OK\r\nX-A: one\r\n two\r\nContent-Length: 0\r\n\r\n", Wait, "200/0 done", ""),
    ("GET", "HTTP/1.1 200 OK\r\nX-A:\r\nX-A: \u{e9}\r\nContent-Length: 0\r\n\r\n", Wait, "200/0 done", ""),
    ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n\0\x1b\x7f", Wait, "200/3 done", ""),
    // More than was asked for.
    ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokmore", Wait, "200/2 !40 done", "4 bytes after the response"),
    ("GET", "HTTP/1.1 204 No Content\r\n\r\nx", Wait, "204/0 !27 done", "1 byte after the response"),
    ("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", Wait, "200/0 !38 done", "2 bytes after"),
    ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", Close, "200/0 !38 done", "19 bytes after"),
    ("GET", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\nx", Close, "200/0 !57 done", "1 byte after"),
    ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n\r\n", Wait, "200/0 !52 done", "2 bytes after"),
];

#[rustfmt::skip]
const BAD: &[Row] = &[
    // The stream ends too early.
    ("GET", "", Close, "cut-short", "closed without an answer"),
    ("GET", "H", Close, "cut-short", "1 byte of a head, then closed"),
    ("GET", "HTTP/1.1 200 OK", Close, "cut-short", "15 bytes of a head"),
    ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", Close, "cut-short", "36 bytes of a head"),
    ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", Close, "cut-short", "5 of 50 bytes, then closed"),
    ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n", Close, "cut-short", "0 of 50 bytes, then closed"),
    ("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n", Close, "cut-short", "of a head"),
    ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", Close, "cut-short", "3 bytes in chunks"),
    ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", Close, "cut-short", "before the last chunk"),
    ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", Close, "cut-short", "inside the trailers"),
    ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n", Close, "cut-short", "inside the trailers"),
    ("GET", "HTTP/1.1 100 Continue\r\n\r\n", Close, "100/0 cut-short", "closed without an answer"),
    ("GET", "HTTP/1.1 100 Continue\r\n\r\nHTTP", Close, "100/0 cut-short", "4 bytes of a head"),
    ("GET", "\r\n", Close, "cut-short", "closed without an answer"),
    // A reset.
    ("GET", "", Reset, "reset", "reset the connection"),
    ("GET", "HTTP/1.1 200 OK\r\nContent-", Reset, "reset", "reset the connection"),
    ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", Reset, "reset", "reset the connection"),
    ("GET", "HTTP/1.1 200 OK\r\n\r\nhello", Reset, "reset", "reset the connection"),
    // Start lines that are none.
    ("GET", "hello\r\n", Wait, "!0 malformed", "the answer is no HTTP"),
    ("GET", "HTTP/1.1 abc\r\n\r\n", Wait, "!9 malformed", "status of three digits"),
    ("GET", "HTTP/1.1 20 OK\r\n\r\n", Wait, "!9 malformed", "status of three digits"),
    ("GET", "HTTP/1.1 099 OK\r\n\r\n", Wait, "!9 malformed", "status of three digits"),
    ("GET", "HTTP/1.1\r\n\r\n", Wait, "!9 malformed", "status of three digits"),
    ("GET", "HTTP/2 200\r\n\r\n", Wait, "!0 malformed", "only HTTP/1.x"),
    ("GET", "HTTP/x.y 200 OK\r\n\r\n", Wait, "!0 malformed", "malformed at byte 0"),
    ("GET", "HTTP/1.1  200 OK\r\n\r\n", Wait, "!9 malformed", "status of three digits"),
    // Fields that are none.
    ("GET", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", Wait, "!19 malformed", "line 2, column 3"),
    ("GET", "HTTP/1.1 200 OK\r\nA : b\r\n\r\n", Wait, "!18 malformed", "between a field name and its colon"),
    ("GET", "HTTP/1.1 200 OK\r\n: b\r\n\r\n", Wait, "!17 malformed", "no name"),
    ("GET", "HTTP/1.1 200 OK\r\nA: b\0\r\n\r\n", Wait, "!21 malformed", "0x00"),
    ("GET", "HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n", Wait, "!21 malformed", "a CR stands alone"),
    ("GET", "HTTP/1.1 200 OK\r\n A: b\r\n\r\n", Wait, "!17 malformed", "begins with a blank"),
    // Lengths that are none.
    ("GET", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", Wait, "!33 malformed", "a number in digits"),
    ("GET", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", Wait, "!33 malformed", "a number in digits"),
    ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", Wait, "!33 malformed", "64 bits"),
    ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", Wait, "!36 malformed", "second Content-Length"),
    ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", Wait, "!36 malformed", "came together"),
    ("GET", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", Wait, "!17 malformed", "HTTP/1.0 has no"),
    ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", Wait, "!47 malformed", "size in hexadecimal"),
    ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy", Wait, "!51 malformed", "instead of the line end"),
    ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", Wait, "!47 malformed", "no chunk size"),
    ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n11111111111111111\r\n", Wait, "!63 malformed", "digits"),
    // Other protocols.
    ("GET", "\x15\x03\x01\0\x02\x02\x46", Close, "!0 malformed", "this port speaks https"),
    ("GET", "\x15\x03\x03\0\x02\x02\x32", Wait, "!0 malformed", "this port speaks https"),
    ("GET", "SSH-2.0-OpenSSH_9.6\r\n", Wait, "!0 malformed", "speaks SSH"),
    ("GET", "220 mail.example ESMTP\r\n", Wait, "!0 malformed", "mail or FTP"),
    ("GET", "+OK POP3\r\n", Wait, "!0 malformed", "mailbox"),
    ("GET", "-ERR unknown command\r\n", Wait, "!0 malformed", "Redis"),
    ("GET", "<html>hello</html>", Close, "!0 malformed", "no HTTP"),
];

#[rustfmt::skip]
const LATE: &[Row] = &[
    ("GET", "", Wait, "timeout", "no answer: nothing for 60ms"),
    ("GET", "HTTP/1.1 2", Wait, "timeout", "10 B of a head, then nothing for 60ms"),
    ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", Wait, "timeout", "5 of 50 bytes, then nothing"),
    ("GET", "HTTP/1.1 200 OK\r\n\r\nhello", Wait, "timeout", "5 B of a body, then nothing"),
    ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", Wait, "timeout", "5 B of a body, then nothing"),
    ("GET", "HTTP/1.1 100 Continue\r\n\r\n", Wait, "100/0 timeout", "no answer: nothing"),
    ("POST", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b", Wait, "timeout", "then nothing"),
];

/// Checks a row: what becomes of the answer, and that the words are said.
async fn check((method, answer, then, want, says): Row, patience: Duration) {
    let (line, watch) = outcome(method, answer.as_bytes(), then, |spec| {
        spec.asking.patience = patience;
    })
    .await;
    let row = format!("{method} {answer:?} {then:?}");
    assert_eq!(line, want, "{row}: {:#?}", watch.events);
    let mut said = String::new();
    for event in &watch.events {
        match &event.kind {
            EventKind::Failed { failure, .. } => {
                assert!(failure.message.chars().count() <= 80, "{failure:?}");
                let _ = write!(said, "{} | {} | ", failure.message, failure.hint);
            }
            EventKind::Malformed { why, .. } => said += why,
            _ => {}
        }
    }
    assert!(said.contains(says), "{row}: {says:?} not in {said:?}");
    let words = watch.words();
    let opened = words.iter().filter(|word| **word == "opened").count();
    let closed = words.iter().filter(|word| **word == "closed").count();
    assert_eq!((opened, closed), (1, 1), "{row}");
}

const LONG: Duration = Duration::from_secs(8);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_comes_whole_is_done_whatever_its_status() {
    for row in GOOD {
        check(*row, LONG).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_none_fails_and_says_why() {
    for row in BAD {
        check(*row, LONG).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_stands_still_fails_when_patience_is_over() {
    for row in LATE {
        check(*row, Duration::from_millis(60)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_over_a_limit_fails_as_such() {
    let head = |fields: &str| format!("HTTP/1.1 200 OK\r\n{fields}");
    let line = |n: usize| format!("A: {}\r\n", "x".repeat(n));
    for (answer, says) in [
        (head(&line(17_000)), "16384 bytes"),
        (head(&line(16_000).repeat(5)), "65536 bytes"),
        (head(&"A: b\r\n".repeat(101)), "100 fields"),
        (
            format!("HTTP/1.1 200 {}", "x".repeat(17_000)),
            "16384 bytes",
        ),
        (
            head(&format!(
                "Transfer-Encoding: chunked\r\n\r\n1;{}",
                "x".repeat(5000)
            )),
            "4096 bytes",
        ),
        (
            head(&format!(
                "Transfer-Encoding: chunked\r\n\r\n0\r\n{}",
                line(16_000).repeat(5)
            )),
            "65536 bytes",
        ),
        ("HTTP/1.1 103 x\r\n\r\n".repeat(9), "more than 8 interim"),
    ] {
        let (line, watch) = outcome("GET", answer.as_bytes(), Close, |_| {}).await;
        assert!(line.ends_with(" limit"), "{line}");
        let failure = watch.events.iter().find_map(|event| match &event.kind {
            EventKind::Failed { failure, .. } => Some(failure.clone()),
            _ => None,
        });
        let failure = failure.expect("it failed");
        let said = format!("{} {}", failure.message, failure.hint);
        assert!(said.contains(says), "{says:?} not in {said:?}");
    }
    let eight = "HTTP/1.1 103 x\r\n\r\n".repeat(8) + "HTTP/1.1 204 x\r\n\r\n";
    let (line, _) = outcome("GET", eight.as_bytes(), Wait, |_| {}).await;
    assert_eq!(line, "103/0 ".repeat(8) + "204/0 done");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_response_is_told_with_its_fields_and_its_place() {
    let answer = "HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 200 Fine \u{e9}\r\nX-A: 1\r\nx-a: \u{e9}\r\n\
                  Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n";
    let (_, mut watch) = outcome("GET", answer.as_bytes(), Wait, |_| {}).await;
    let event = watch.nth("response", 2, |kind| kind.word() == "response");
    let EventKind::Response {
        offset, response, ..
    } = event.await.kind
    else {
        panic!("{:#?}", watch.events);
    };
    assert_eq!(response.status, 200);
    assert_eq!(response.reason, "Fine \u{e9}");
    let message = response.message;
    assert_eq!(message.version.to_string(), "HTTP/1.1");
    let fields = [
        ("X-A", "1"),
        ("x-a", "\u{e9}"),
        ("Transfer-Encoding", "chunked"),
    ];
    assert_eq!(message.fields, fields.into_iter().collect());
    let first = "HTTP/1.1 103 Hints\r\n\r\n".len() as u64;
    assert_eq!((offset, message.body_len), (first, 2));
    assert_eq!(message.raw_len, answer.len() as u64 - first);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_size_of_one_changes_nothing_but_the_pieces() {
    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    let (line, watch) = outcome("GET", answer.as_bytes(), Wait, |spec| spec.recv_size = 1).await;
    assert_eq!(line, "200/2 done");
    assert_eq!(watch.pieces().len(), answer.len());
}
