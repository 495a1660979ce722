//! Every place of the screen where something of a stranger is shown, as a story with the payload
//! in it. Where the program holds text, the payload comes as text.

use std::sync::Arc;

use bytes::Bytes;
use netplay::app::Message;
use netplay::model::event::{ConnId, EventKind};
use netplay::model::failure::{Failure, FailureKind, Holder, What};
use netplay::model::http::{self, Request, Response};
use netplay::model::spec::Side::{Client, Server};

use crate::story::Story;

type Size = (u16, u16);
/// A place, by name.
pub type Place = (&'static str, fn(&[u8], Size) -> Story);

/// All of them.
pub const PLACES: &[Place] = &[
    ("log", log),
    ("both ends", both_ends),
    ("one entry, in hex", hex),
    ("raw request", raw_request),
    ("list of requests", list),
    ("raw response", raw_response),
    ("body of a response", body),
    ("redirect", redirect),
    ("malformed", malformed),
    ("header", header),
    ("hint", hint),
    ("error", error),
    ("holder of an address", holder),
    ("card of a failure", failure_card),
    ("card of a rule", rule_card),
    ("loss", loss),
    ("refused command", refused),
    ("chat box", chat_box),
    ("form", form),
    ("raw editor", editor),
    ("log in hex", log_in_hex),
    ("log in unwrapped lines", unwrapped),
    ("raw request in hex", request_in_hex),
    ("what is looked for", looked_for),
    ("what is shown only", filtered),
    ("name of a file", file_name),
    ("list of actions", actions),
    ("copy menu", copy_menu),
    ("present", present),
];

const TCP: &str = "127.0.0.1:23456";
const HTTP: &str = "127.0.0.1:8080";
const GUEST: &str = "127.0.0.1:51334";

fn text(payload: &[u8]) -> String {
    String::from_utf8_lossy(payload).into_owned()
}

fn raw(payload: &[u8]) -> Bytes {
    Bytes::copy_from_slice(payload)
}

fn tcp_server(size: Size) -> Story {
    let mut s = Story::of("tcp server", size);
    s.listening(TCP).opened(Server, 1, GUEST, TCP);
    s
}

pub fn log(payload: &[u8], size: Size) -> Story {
    let mut s = tcp_server(size);
    if !payload.is_empty() {
        s.received(Server, 1, raw(payload))
            .sent(Server, 1, raw(payload));
    }
    s
}

fn both_ends(payload: &[u8], size: Size) -> Story {
    let mut s = Story::of("tcp both", (size.0.max(110), size.1));
    s.listening(TCP)
        .opened(Client, 1, TCP, GUEST)
        .opened(Server, 1, GUEST, TCP);
    s.sent(Client, 1, raw(payload))
        .received(Server, 1, raw(payload));
    s
}

/// The newest entry, byte by byte.
pub fn hex(payload: &[u8], size: Size) -> Story {
    let mut s = tcp_server(size);
    s.received(Server, 1, raw(payload))
        .keys("Esc BackTab G Enter");
    s
}

fn http_server(size: Size) -> Story {
    let mut s = Story::of("http server", size);
    s.listening(HTTP).opened(Server, 1, GUEST, HTTP);
    s
}

/// A request in these pieces, as its raw text.
pub fn raw_in_pieces(pieces: &[&[u8]], size: Size) -> Story {
    let mut s = http_server(size);
    for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
        s.received(Server, 1, raw(piece));
    }
    s
}

fn raw_request(payload: &[u8], size: Size) -> Story {
    let head = [
        b"POST /",
        payload,
        b" HTTP/1.1\r\nX-",
        payload,
        b": ",
        payload,
        b"\r\n\r\n",
    ];
    raw_in_pieces(&[&head.concat(), payload], size)
}

fn message(payload: &[u8]) -> http::Message {
    http::Message {
        version: http::Version::HTTP_11,
        fields: [(text(payload), payload)].into_iter().collect(),
        body_len: 1,
        raw_len: 2,
    }
}

fn list(payload: &[u8], size: Size) -> Story {
    let mut s = http_server(size);
    let line = [
        payload,
        b" ",
        payload,
        b" HTTP/1.1\r\nHost: ",
        payload,
        b"\r\n\r\n",
    ]
    .concat();
    s.received(Server, 1, line);
    let request = Request {
        method: text(payload),
        target: raw(payload),
        message: message(payload),
    };
    let (conn, request) = (ConnId(1), Arc::new(request));
    s.event(
        Server,
        EventKind::Request {
            conn,
            offset: 0,
            request,
        },
    );
    s
}

fn http_client(head: &[&[u8]], payload: &[u8], size: Size) -> Story {
    let mut s = Story::of("http client", size);
    s.connecting(HTTP).opened(Client, 1, HTTP, GUEST);
    s.sent(Client, 1, "GET / HTTP/1.1\r\nHost: me\r\n\r\n");
    s.received(Client, 1, head.concat());
    let response = Response {
        status: 301,
        reason: raw(payload),
        message: message(payload),
    };
    let (conn, response) = (ConnId(1), Box::new(response));
    s.event(
        Client,
        EventKind::Response {
            conn,
            offset: 0,
            response,
        },
    );
    s
}

fn raw_response(payload: &[u8], size: Size) -> Story {
    let head = [
        b"HTTP/1.1 200 ",
        payload,
        b"\r\nX: ",
        payload,
        b"\r\n\r\n",
        payload,
    ];
    http_client(&head, payload, size)
}

fn body(payload: &[u8], size: Size) -> Story {
    let length = payload.len().to_string();
    let head = [
        b"HTTP/1.1 200 OK\r\nContent-Length: ",
        length.as_bytes(),
        b"\r\n\r\n",
        payload,
    ];
    let mut s = http_client(&head, payload, size);
    s.keys("v");
    s
}

fn redirect(payload: &[u8], size: Size) -> Story {
    let head = [
        b"HTTP/1.1 301 Gone\r\nLocation: http://a/",
        payload,
        b"\r\nContent-Length: 0\r\n\r\n",
    ];
    http_client(&head, payload, size)
}

fn refusal(payload: &[u8], size: Size) -> Story {
    let mut s = http_server(size);
    s.received(Server, 1, raw(payload));
    let (conn, rule, why, offset) = (ConnId(1), "no-colon", text(payload), 0);
    s.event(
        Server,
        EventKind::Malformed {
            conn,
            rule,
            why,
            offset,
        },
    );
    s
}

fn malformed(payload: &[u8], size: Size) -> Story {
    let mut s = refusal(payload, size);
    s.keys("v v");
    s
}

fn rule_card(payload: &[u8], size: Size) -> Story {
    let mut s = refusal(payload, size);
    s.keys(".");
    s
}

fn failure_card(payload: &[u8], size: Size) -> Story {
    let mut s = holder(payload, size);
    s.keys(".");
    s
}

/// The name that a client dials.
pub fn header(payload: &[u8], size: Size) -> Story {
    let mut s = Story::of("tcp client", size);
    s.connecting(&text(payload));
    s
}

fn failure(message: String, hint: String, holder: Option<Holder>) -> Failure {
    Failure {
        what: What::Bind,
        kind: FailureKind::AddressInUse,
        message,
        hint,
        holder,
    }
}

fn hint(payload: &[u8], size: Size) -> Story {
    let mut s = Story::of("tcp client", size);
    s.failed(Client, failure("why".to_owned(), text(payload), None));
    s
}

fn error(payload: &[u8], size: Size) -> Story {
    let mut s = Story::of("udp server", size);
    s.failed(Server, failure(text(payload), text(payload), None));
    s
}

fn holder(payload: &[u8], size: Size) -> Story {
    let mut s = Story::of("tcp server", size);
    let name = text(payload);
    let holder = Holder::Other { name, pid: 7 };
    s.failed(
        Server,
        failure("why".to_owned(), "what".to_owned(), Some(holder)),
    );
    s
}

fn loss(payload: &[u8], size: Size) -> Story {
    let mut s = tcp_server(size);
    let (conn, why) = (Some(ConnId(1)), text(payload));
    let (count, bytes) = (1, 2);
    s.event(
        Server,
        EventKind::Lost {
            conn,
            why,
            count,
            bytes,
        },
    );
    s
}

fn refused(payload: &[u8], size: Size) -> Story {
    let mut s = tcp_server(size);
    let session = s.app.tab().get(Server).session.expect("it runs");
    let command = netplay::model::command::Command::EndOfInput;
    let why = text(payload);
    s.update(Message::Refused {
        session,
        command,
        why,
    });
    s
}

fn chat_box(payload: &[u8], size: Size) -> Story {
    let mut s = tcp_server(size);
    s.pastes(&text(payload));
    s
}

fn form(payload: &[u8], size: Size) -> Story {
    let mut s = Story::of("tcp", size);
    s.keys("i").pastes(&text(payload)).keys("Enter");
    s
}

fn editor(payload: &[u8], size: Size) -> Story {
    let mut s = http_server(size);
    s.keys("e").pastes(&text(payload));
    s
}

fn log_in_hex(payload: &[u8], size: Size) -> Story {
    let mut s = log(payload, size);
    s.keys("Esc v");
    s
}

fn unwrapped(payload: &[u8], size: Size) -> Story {
    let mut s = log(payload, size);
    s.keys("Esc W Right Right Right");
    s
}

fn request_in_hex(payload: &[u8], size: Size) -> Story {
    let mut s = raw_request(payload, size);
    s.keys("H");
    s
}

fn looked_for(payload: &[u8], size: Size) -> Story {
    let mut s = log(payload, size);
    s.keys("Esc /").pastes(&text(payload)).keys("Enter n N");
    s
}

fn filtered(payload: &[u8], size: Size) -> Story {
    let mut s = log(payload, size);
    s.keys("Esc &").pastes(&text(payload)).keys("Enter");
    s
}

fn file_name(payload: &[u8], size: Size) -> Story {
    let mut s = log(payload, size);
    s.keys("Esc S").pastes(&text(payload));
    s
}

fn actions(payload: &[u8], size: Size) -> Story {
    let mut s = log(payload, size);
    s.keys("Esc :").pastes(&text(payload));
    s
}

fn copy_menu(payload: &[u8], size: Size) -> Story {
    let mut s = log(payload, size);
    s.keys("Esc y");
    s
}

fn present(payload: &[u8], size: Size) -> Story {
    let mut s = raw_request(payload, size);
    s.keys("p z");
    s
}
