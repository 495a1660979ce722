use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::app::http::raw::Raw;
use crate::model::event::{By, How};
use crate::model::http::{FieldLines, Message, Request, Version};

const PEER: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 50_000);

/// A session's exchanges, fed with events a millisecond apart.
struct Told {
    exchanges: Exchanges,
    side: Side,
    at: u64,
}

impl Told {
    fn new(side: Side) -> Told {
        Told {
            exchanges: Exchanges::new(1 << 20),
            side,
            at: 0,
        }
    }

    fn tell(&mut self, kind: EventKind) {
        self.at += 1;
        let at = Stamp(Duration::from_millis(self.at));
        self.exchanges.record(self.side, &Event { at, kind });
    }

    fn opened(&mut self, conn: u32) {
        self.tell(EventKind::Opened {
            conn: ConnId(conn),
            peer: PEER,
            local: PEER,
        });
    }

    fn received(&mut self, conn: u32, data: &str) {
        self.tell(EventKind::Received {
            conn: ConnId(conn),
            peer: PEER,
            data: Bytes::copy_from_slice(data.as_bytes()),
            cut: 0,
        });
    }

    fn sent(&mut self, conn: u32, data: &str) {
        self.tell(EventKind::Sent {
            conn: ConnId(conn),
            peer: PEER,
            data: Bytes::copy_from_slice(data.as_bytes()),
        });
    }

    fn request(&mut self, conn: u32, method: &str, offset: u64, raw_len: usize) {
        self.tell(EventKind::Request {
            conn: ConnId(conn),
            offset,
            request: Arc::new(Request {
                method: method.to_owned(),
                target: Bytes::from_static(b"/"),
                message: message(raw_len as u64),
            }),
        });
    }

    fn response(&mut self, conn: u32, status: u16) {
        self.tell(EventKind::Response {
            conn: ConnId(conn),
            offset: 0,
            response: Box::new(Response {
                status,
                reason: Bytes::new(),
                message: message(0),
            }),
        });
    }

    fn closed(&mut self, conn: u32) {
        self.tell(EventKind::Closed {
            conn: ConnId(conn),
            how: How::Finished,
            by: By::Peer,
            received: 0,
            sent: 0,
        });
    }

    fn request_text(&self, number: u64) -> String {
        text(&self.exchanges.get(number).unwrap().request)
    }

    fn response_text(&self, number: u64) -> String {
        text(&self.exchanges.get(number).unwrap().response)
    }

    fn status(&self, number: u64) -> Option<u16> {
        self.exchanges.get(number).unwrap().status
    }
}

fn message(raw_len: u64) -> Message {
    Message {
        version: Version::HTTP_11,
        fields: FieldLines::default(),
        body_len: 0,
        raw_len,
    }
}

fn text(raw: &Raw) -> String {
    String::from_utf8(raw.start(usize::MAX)).unwrap()
}

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const MISSING: &str = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";

#[test]
fn a_request_in_pieces_is_one_text() {
    let mut told = Told::new(Side::Server);
    told.opened(1);
    for piece in ["GET / HT", "TP/1.1\r", "\nHost: a\r\n\r\n"] {
        told.received(1, piece);
    }
    assert_eq!(told.request_text(1), GET);
    assert!(!told.exchanges.get(1).unwrap().request.whole);
    told.request(1, "GET", 0, GET.len());
    assert!(told.exchanges.get(1).unwrap().request.whole);
    assert_eq!(told.exchanges.requests, 1);
}

#[test]
fn pipelined_requests_in_one_read_are_taken_apart_and_answered_in_order() {
    let mut told = Told::new(Side::Server);
    told.opened(1);
    told.received(1, &format!("{GET}{GET}GET /half"));
    told.request(1, "GET", 0, GET.len());
    told.request(1, "GET", GET.len() as u64, GET.len());
    // Both answers in one write, and the second in two.
    told.sent(1, &format!("{OK}{}", &MISSING[..10]));
    told.sent(1, &MISSING[10..]);
    assert_eq!(told.exchanges.end(), 4);
    assert_eq!([told.request_text(1), told.request_text(2)], [GET, GET]);
    assert_eq!(told.request_text(3), "GET /half");
    assert_eq!(
        [told.response_text(1), told.response_text(2)],
        [OK, MISSING]
    );
    assert_eq!([told.status(1), told.status(2)], [Some(200), Some(404)]);
    assert_eq!(told.exchanges.get(1).unwrap().body_len, Some(2));
}

#[test]
fn an_answer_has_not_begun_before_its_first_byte() {
    let mut told = Told::new(Side::Server);
    told.opened(1);
    told.received(1, &GET.repeat(2));
    told.request(1, "GET", 0, GET.len());
    told.request(1, "GET", GET.len() as u64, GET.len());
    told.sent(1, OK);
    let answered = |told: &Told, number| told.exchanges.get(number).unwrap().answered;
    assert!(answered(&told, 1).is_some());
    assert_eq!(answered(&told, 2), None);
    told.sent(1, OK);
    assert!(answered(&told, 2) > answered(&told, 1));
}

#[test]
fn an_answer_like_the_one_before_is_told_like_it() {
    let mut told = Told::new(Side::Server);
    for (n, answer) in [OK, OK, MISSING, OK, OK].into_iter().enumerate() {
        let (conn, number) = (n as u32 + 1, n as u64 + 1);
        told.opened(conn);
        told.received(conn, GET);
        told.request(conn, "GET", 0, GET.len());
        told.sent(conn, answer);
        let exchange = told.exchanges.get(number).unwrap();
        let (status, reason, len) = match answer {
            OK => (200, "OK", 2),
            _ => (404, "Not Found", 0),
        };
        assert_eq!(exchange.status, Some(status));
        assert_eq!(
            (&exchange.reason[..], exchange.body_len),
            (reason.as_bytes(), Some(len))
        );
        assert!(exchange.ended.is_some() && exchange.answered.is_some());
        assert_eq!(told.response_text(number), answer);
    }
}

#[test]
fn the_answer_to_head_has_no_body() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n";
    let mut told = Told::new(Side::Server);
    told.opened(1);
    for n in 0..2 {
        told.received(1, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
        told.request(1, "HEAD", n * 28, 28);
        told.sent(1, head);
    }
    assert_eq!([told.response_text(1), told.response_text(2)], [head, head]);
}

#[test]
fn interim_answers_belong_to_the_answer() {
    let interim = "HTTP/1.1 100 Continue\r\n\r\n";
    let mut told = Told::new(Side::Server);
    told.opened(1);
    told.received(1, GET);
    told.request(1, "GET", 0, GET.len());
    told.sent(1, interim);
    assert_eq!(told.status(1), Some(100));
    assert!(!told.exchanges.get(1).unwrap().response.whole);
    told.sent(1, OK);
    assert_eq!(told.status(1), Some(200));
    assert_eq!(told.response_text(1), format!("{interim}{OK}"));
}

#[test]
fn a_refused_request_has_its_reason_and_its_answer() {
    let refusal = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
    let mut told = Told::new(Side::Server);
    told.opened(1);
    told.received(1, "GET\r\n");
    told.tell(EventKind::Malformed {
        conn: ConnId(1),
        rule: "not-a-request",
        why: "no request line".to_owned(),
        offset: 0,
    });
    told.sent(1, refusal);
    told.received(1, "and more");
    told.closed(1);
    let exchange = told.exchanges.get(1).unwrap();
    assert_eq!(
        exchange.request.refusal(),
        Some(("not-a-request", "no request line"))
    );
    assert_eq!(exchange.status, Some(400));
    assert_eq!(told.response_text(1), refusal);
    assert_eq!(told.exchanges.end(), 2);
}

#[test]
fn a_silent_connection_is_told_until_it_says_something_or_goes() {
    let mut told = Told::new(Side::Server);
    for conn in 1..=3 {
        told.opened(conn);
    }
    told.tell(EventKind::Queued { conn: ConnId(2) });
    let silent = |told: &Told| {
        told.exchanges
            .silent()
            .map(|(id, _)| id.0)
            .collect::<Vec<_>>()
    };
    assert_eq!(silent(&told), [1, 2, 3]);
    assert_eq!(told.exchanges.waits_for(ConnId(2)), Some(ConnId(1)));
    assert_eq!(told.exchanges.waits_for(ConnId(3)), None);
    told.closed(1);
    assert_eq!(told.exchanges.waits_for(ConnId(2)), None);
    told.received(2, "G");
    assert_eq!(silent(&told), [3]);
    told.closed(3);
    assert_eq!(silent(&told), [0; 0]);
}

#[test]
fn what_a_closed_connection_left_unfinished_is_over() {
    let mut told = Told::new(Side::Server);
    told.opened(1);
    told.received(1, "GET / HT");
    told.closed(1);
    let exchange = told.exchanges.get(1).unwrap();
    assert!(exchange.closed && exchange.ended.is_some() && !exchange.request.whole);
}

#[test]
fn a_client_asks_again_over_the_same_connection() {
    let mut told = Told::new(Side::Client);
    told.tell(EventKind::Connecting { to: "a".to_owned() });
    told.opened(1);
    told.sent(1, &GET[..7]);
    told.sent(1, &GET[7..]);
    told.received(1, &OK[..20]);
    told.received(1, &OK[20..]);
    told.response(1, 200);
    told.sent(1, "HEAD /x HTTP/1.1\r\n\r\n");
    told.response(1, 404);
    assert_eq!([told.request_text(1), told.response_text(1)], [GET, OK]);
    let (first, second) = (
        told.exchanges.get(1).unwrap(),
        told.exchanges.get(2).unwrap(),
    );
    assert_eq!(
        (&*first.method(), first.connect),
        ("GET", Some(Duration::from_millis(1)))
    );
    assert_eq!(
        (&*second.method(), &*second.target(), second.connect),
        ("HEAD", &b"/x"[..], None)
    );
    assert_eq!([told.status(1), told.status(2)], [Some(200), Some(404)]);
    assert_eq!(told.exchanges.requests, 2);
}

#[test]
fn the_oldest_go_when_the_budget_is_full_and_the_newest_stays() {
    let mut told = Told::new(Side::Server);
    told.exchanges = Exchanges::new(10 << 10);
    told.opened(1);
    let big = format!("{GET}{}", "x".repeat(3 << 10));
    for n in 0..10 {
        told.received(1, &big);
        told.request(1, "GET", n * big.len() as u64, big.len());
        told.sent(1, OK);
    }
    assert!(told.exchanges.ring.bytes() <= 10 << 10);
    assert_eq!((told.exchanges.start(), told.exchanges.end()), (9, 11));
    assert_eq!(told.response_text(10), OK);
    told.exchanges.clear();
    assert!(told.exchanges.is_empty() && told.exchanges.ring.bytes() == 0);
}

#[test]
fn a_request_that_claims_to_end_behind_all_that_can_be_counted_takes_what_came() {
    let mut told = Told::new(Side::Server);
    told.opened(1);
    told.received(1, "GET / HTTP/1.1\r\n\r\n");
    told.request(1, "GET", u64::MAX, 18);
    let exchange = told.exchanges.get(1).expect("it came");
    assert!(exchange.request.whole);
    assert_eq!(exchange.request.kept(), 18);
}
