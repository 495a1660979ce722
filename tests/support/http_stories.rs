//! The stories of the HTTP tab: requests that arrive, answers, and what is written by hand.

use std::sync::Arc;

use bytes::Bytes;
use netplay::model::event::{By, ConnId, EventKind, How};
use netplay::model::http::{FieldLines, Message, Request, Response, Version};
use netplay::model::spec::Side;

use crate::stories::{Size, Told};
use crate::story::Story;
use Side::{Client, Server};

/// All of them.
pub const HTTP: &[Told] = &[
    ("http_listening", listening),
    ("http_vote_arriving", vote_arriving),
    ("http_picked", picked),
    ("http_malformed", malformed),
    ("why_malformed", why_malformed),
    ("why_not_found", why_not_found),
    ("http_hostile_request", hostile),
    ("http_stuck_browser", stuck_browser),
    ("http_many_silent", many_silent),
    ("http_answer_being_edited", editing),
    ("http_answer_with_a_wrong_escape", wrong_escape),
    ("http_answer_edited", edited),
    ("http_answer_view", answer_view),
    ("http_log_view", log_view),
    ("http_cut_off", cut_off),
    ("http_client_idle", client_idle),
    ("http_client_answered", client_answered),
    ("http_client_body", client_body),
    ("http_client_redirected", client_redirected),
    ("http_client_unsent", client_unsent),
    ("http_client_bad_url", client_bad_url),
    ("http_both", both),
    ("http_help", help),
];

const LOCAL: &str = "127.0.0.1:8080";
const GUEST: &str = "127.0.0.1:51334";
const GET: &str =
    "GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n\r\n";
const VOTE: [&str; 3] = [
    "POST /vote HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nContent-Ty",
    "pe: application/x-www-form-urlencoded\r\nContent-Length: 40\r\n\r\n",
    "choice=B&why=",
];

fn message(raw_len: usize, body_len: u64) -> Message {
    Message {
        version: Version::HTTP_11,
        fields: FieldLines::default(),
        body_len,
        raw_len: raw_len as u64,
    }
}

fn answer(status: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A request that came whole, in one read.
fn asked(s: &mut Story, conn: u32, raw: &str) {
    s.received(Server, conn, Bytes::copy_from_slice(raw.as_bytes()));
    let mut words = raw.split(' ');
    let request = Request {
        method: words.next().unwrap_or_default().to_owned(),
        target: Bytes::copy_from_slice(words.next().unwrap_or_default().as_bytes()),
        message: message(raw.len(), 0),
    };
    s.event(
        Server,
        EventKind::Request {
            conn: ConnId(conn),
            offset: 0,
            request: Arc::new(request),
        },
    );
}

fn responded(s: &mut Story, status: u16, reason: &'static str, body_len: u64) {
    let response = Response {
        status,
        reason: Bytes::from_static(reason.as_bytes()),
        message: message(0, body_len),
    };
    s.event(
        Client,
        EventKind::Response {
            conn: ConnId(1),
            offset: 0,
            response: Box::new(response),
        },
    );
}

fn listening(size: Size) -> Story {
    let mut s = Story::of("http server", size);
    s.wait(4).listening(LOCAL);
    s
}

/// Two requests of a browser, answered.
fn answered(size: Size) -> Story {
    let mut s = listening(size);
    s.wait(2000).opened(Server, 1, GUEST, LOCAL);
    s.wait(1);
    asked(&mut s, 1, GET);
    s.wait(2);
    s.sent(Server, 1, answer("200 OK", "<h1>It works!</h1>\n"));
    s.wait(1)
        .closed(Server, 1, (How::Finished, By::Peer), (81, 99));
    s.wait(40).opened(Server, 2, GUEST, LOCAL);
    asked(&mut s, 2, &GET.replace("GET / ", "GET /favicon.ico "));
    s.wait(1);
    s.sent(Server, 2, answer("404 Not Found", ""));
    s
}

fn vote_arriving(size: Size) -> Story {
    let mut s = answered(size);
    s.wait(500).opened(Server, 3, GUEST, LOCAL);
    s.wait(700).opened(Server, 4, GUEST, LOCAL);
    for piece in VOTE {
        s.wait(400).received(Server, 4, piece);
    }
    s.wait(3000);
    s
}

fn picked(size: Size) -> Story {
    let mut s = vote_arriving(size);
    s.keys("Up Up");
    s
}

fn malformed(size: Size) -> Story {
    let mut s = listening(size);
    s.wait(10).opened(Server, 1, GUEST, LOCAL);
    s.received(Server, 1, "GET /a HTTP/1.1\nHost: a\r\nno colon\r\n\r\n");
    s.event(
        Server,
        EventKind::Malformed {
            conn: ConnId(1),
            rule: "no-colon",
            why: "line 3, column 3: this line has no colon: a field line reads Name: value (RFC 9112 §5)".to_owned(),
            offset: 28,
        },
    );
    s.sent(Server, 1, answer("400 Bad Request", ""));
    s.wait(2)
        .closed(Server, 1, (How::Finished, By::Us), (39, 90));
    s
}

fn why_malformed(size: Size) -> Story {
    let mut s = malformed(size);
    s.keys(".");
    s
}

fn why_not_found(size: Size) -> Story {
    let mut s = answered(size);
    s.keys(".");
    s
}

fn hostile(size: Size) -> Story {
    let mut s = answered(size);
    s.opened(Server, 3, GUEST, LOCAL);
    s.received(
        Server,
        3,
        &b"GET /\xc3\xa4\xff\x1b[2J\xe2\x80\xae HTTP/1.1\r\n\x00\x07\t\xf0\x9f\x91\xa8\xe2\x80\x8d\r"[..],
    );
    s.wait(5);
    s
}

fn stuck_browser(size: Size) -> Story {
    let mut s = Story::of("http server --one-at-a-time", size);
    s.wait(4).listening(LOCAL);
    s.wait(100).opened(Server, 1, GUEST, LOCAL);
    s.wait(5000).opened(Server, 2, GUEST, LOCAL);
    s.event(Server, EventKind::Queued { conn: ConnId(2) });
    s.wait(7000);
    s
}

fn many_silent(size: Size) -> Story {
    let mut s = answered(size);
    for conn in 3..40 {
        s.wait(10).opened(Server, conn, GUEST, LOCAL);
    }
    s
}

fn editing(size: Size) -> Story {
    let mut s = answered(size);
    s.keys("e Down Down").types("X-By-Hand: yes").keys("Enter");
    s
}

fn wrong_escape(size: Size) -> Story {
    let mut s = editing(size);
    s.types("\\q").keys("Esc");
    s
}

fn edited(size: Size) -> Story {
    let mut s = editing(size);
    s.keys("Esc a");
    s.keys("f f");
    s
}

fn answer_view(size: Size) -> Story {
    let mut s = answered(size);
    s.keys("Up v");
    s
}

fn log_view(size: Size) -> Story {
    let mut s = answered(size);
    s.keys("v v");
    s
}

fn cut_off(size: Size) -> Story {
    let mut s = vote_arriving(size);
    s.closed(Server, 4, (How::Reset, By::Peer), (120, 0));
    s
}

fn client_idle(size: Size) -> Story {
    let mut s = Story::of("http", size);
    s.keys("Tab");
    s
}

/// A client whose answer comes in two reads.
fn client_asked(line: &str, raw: &'static str, size: Size) -> Story {
    let mut s = Story::of(line, size);
    s.connecting(LOCAL);
    s.wait(2).opened(Client, 1, LOCAL, GUEST);
    s.sent(Client, 1, raw);
    s.wait(3);
    s
}

fn client_answered(size: Size) -> Story {
    let mut s = client_asked("http client", GET, size);
    let raw = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n<h1>Hi\r\n6\r\n!</h1>\r\n0\r\n\r\n";
    s.received(Client, 1, &raw.as_bytes()[..60]);
    s.wait(400).received(Client, 1, &raw.as_bytes()[60..]);
    responded(&mut s, 200, "OK", 12);
    s
}

fn client_body(size: Size) -> Story {
    let mut s = client_answered(size);
    s.keys("v");
    s
}

fn client_redirected(size: Size) -> Story {
    let raw = "GET /sub HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: netplay/0.1.0\r\nAccept: */*\r\n\r\n";
    let mut s = client_asked("http client http://127.0.0.1:8080/sub", raw, size);
    s.received(
        Client,
        1,
        "HTTP/1.1 301 Moved Permanently\r\nLocation: /sub/\r\nContent-Length: 0\r\n\r\n",
    );
    responded(&mut s, 301, "Moved Permanently", 0);
    s
}

fn client_unsent(size: Size) -> Story {
    let mut s = client_answered(size);
    s.keys("e End Backspace").types("7").keys("Esc");
    s
}

fn client_bad_url(size: Size) -> Story {
    let mut s = client_idle(size);
    s.keys("i Ctrl+c")
        .types("https://example.com/")
        .keys("Enter");
    s
}

fn both(size: Size) -> Story {
    let mut s = Story::of("http both", size);
    s.wait(4).listening(LOCAL);
    s.connecting(LOCAL);
    s.wait(1).opened(Client, 1, LOCAL, GUEST);
    s.opened(Server, 1, GUEST, LOCAL);
    s.sent(Client, 1, GET);
    asked(&mut s, 1, GET);
    let raw = answer("200 OK", "<h1>It works!</h1>\n");
    s.wait(1).sent(Server, 1, raw.clone());
    s.received(Client, 1, raw);
    responded(&mut s, 200, "OK", 19);
    s
}

fn help(size: Size) -> Story {
    let mut s = answered(size);
    s.keys("?");
    s
}
