//! What the HTTP tab does with keys: which commands come of them, byte for byte. No network is
//! behind it; sessions are told by events.

#[path = "support/story.rs"]
mod story;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use netplay::app::tab::Pane;
use netplay::app::{App, Effect, Machine, Message as AppMessage};
use netplay::cli;
use netplay::model::command::Command;
use netplay::model::event::{ConnId, Event, EventKind, Outcome, SessionId};
use netplay::model::http::{Answer, FieldLines, Message, Request, Response, Version};
use netplay::model::launch::Launch;
use netplay::model::spec::Side;
use netplay::model::time::{Origin, Stamp};
use story::{key, socket};

const REQUEST: &str = "GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n";

struct Screen {
    app: App,
    at: u64,
    started: Vec<Effect>,
    /// How much the server's connection has received.
    offset: u64,
}

impl Screen {
    fn of(line: &str) -> Screen {
        let words = std::iter::once("netplay").chain(line.split_whitespace());
        let Ok(Launch::Screen(launch)) = cli::parse(words, false) else {
            panic!("{line:?} opens no screen");
        };
        let machine = Machine {
            origin: Origin(SystemTime::UNIX_EPOCH),
            utc_offset: 0,
            addresses: Vec::new(),
            can_suspend: false,
        };
        let (app, started) = App::new(*launch, machine, (80, 24), Stamp::default());
        Screen {
            app,
            at: 0,
            started,
            offset: 0,
        }
    }

    /// A server that listens.
    fn server() -> Screen {
        let mut screen = Screen::of("http server");
        let local = socket("127.0.0.1:8080");
        screen.event(Side::Server, EventKind::Listening { local });
        screen.opened(Side::Server);
        screen
    }

    /// A client whose request has been sent.
    fn client(line: &str) -> Screen {
        let mut screen = Screen::of(line);
        screen.opened(Side::Client);
        screen.sent(Side::Client, REQUEST);
        screen
    }

    fn update(&mut self, message: AppMessage) -> Vec<Effect> {
        self.app.update(message)
    }

    fn keys(&mut self, words: &str) -> Vec<Effect> {
        let keys = words.split_whitespace();
        keys.flat_map(|word| self.update(AppMessage::Key(key(word))))
            .collect()
    }

    fn types(&mut self, text: &str) {
        for c in text.chars() {
            let event = KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE);
            assert_eq!(self.update(AppMessage::Key(event)), []);
        }
    }

    fn event(&mut self, side: Side, kind: EventKind) -> Vec<Effect> {
        self.at += 1;
        let at = Stamp(Duration::from_millis(self.at));
        let session = self.app.tab().get(side).session.expect("a session runs");
        self.update(AppMessage::Event(session, Event { at, kind }))
    }

    fn opened(&mut self, side: Side) {
        let (conn, peer) = (ConnId(1), socket("127.0.0.1:9"));
        let local = peer;
        self.event(side, EventKind::Opened { conn, peer, local });
    }

    fn sent(&mut self, side: Side, data: &str) {
        let (conn, peer) = (ConnId(1), socket("127.0.0.1:9"));
        let data = Bytes::copy_from_slice(data.as_bytes());
        self.event(side, EventKind::Sent { conn, peer, data });
    }

    fn received(&mut self, side: Side, data: &str) {
        let (conn, peer) = (ConnId(1), socket("127.0.0.1:9"));
        let data = Bytes::copy_from_slice(data.as_bytes());
        let cut = 0;
        let kind = EventKind::Received {
            conn,
            peer,
            data,
            cut,
        };
        self.event(side, kind);
    }

    /// A request that is whole, and its answer.
    fn exchange(&mut self, answer: &str) {
        self.received(Side::Server, REQUEST);
        let request = Request {
            method: "GET".to_owned(),
            target: Bytes::from_static(b"/"),
            message: message(REQUEST.len()),
        };
        let offset = self.offset;
        self.offset += REQUEST.len() as u64;
        let request = Arc::new(request);
        let conn = ConnId(1);
        self.event(
            Side::Server,
            EventKind::Request {
                conn,
                offset,
                request,
            },
        );
        self.sent(Side::Server, answer);
    }

    /// The answer to a client, whole.
    fn answered(&mut self, status: u16, raw: &str) {
        self.received(Side::Client, raw);
        let response = Response {
            status,
            reason: Bytes::new(),
            message: message(raw.len()),
        };
        let response = Box::new(response);
        let conn = ConnId(1);
        self.event(
            Side::Client,
            EventKind::Response {
                conn,
                offset: 0,
                response,
            },
        );
    }

    fn stopped(&mut self, side: Side) -> Vec<Effect> {
        self.event(
            side,
            EventKind::Stopped {
                received: 0,
                sent: 0,
                connections: 1,
                outcome: Outcome::Done,
            },
        )
    }

    fn session(&self, side: Side) -> SessionId {
        self.app.tab().get(side).session.expect("a session runs")
    }
}

fn message(raw_len: usize) -> Message {
    Message {
        version: Version::HTTP_11,
        fields: FieldLines::default(),
        body_len: 0,
        raw_len: raw_len as u64,
    }
}

fn asked(effects: &[Effect]) -> &[u8] {
    match effects {
        [Effect::Command(_, Command::Request(bytes))] => bytes,
        other => panic!("no request: {other:?}"),
    }
}

#[test]
fn a_server_starts_in_keys_on_its_list() {
    let screen = Screen::server();
    assert!(matches!(&screen.started[..], [Effect::Start(..)]));
    assert_eq!(screen.app.tab().pane(), Pane::Requests);
    assert!(!screen.app.context().is_typing());
}

#[test]
fn an_answer_edited_by_hand_goes_out_as_written_and_back_to_normal() {
    let mut screen = Screen::server();
    screen.exchange("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    let session = screen.session(Side::Server);
    assert_eq!(screen.keys("e Down"), []);
    screen.types("X: \\x00 ");
    let wanted = b"HTTP/1.1 200 OK\r\nX: \0 Content-Length: 2\r\n\r\nok";
    let raw = Answer::Raw(Bytes::from_static(wanted));
    assert_eq!(
        screen.keys("Esc"),
        [Effect::Command(session, Command::Answer(raw))]
    );
    let normal = Command::Answer(Answer::BuiltIn);
    assert_eq!(screen.keys("r"), [Effect::Command(session, normal)]);
    assert_eq!(screen.keys("r"), []);
}

#[test]
fn an_answer_that_cannot_be_read_is_not_used_and_not_forgotten() {
    let mut screen = Screen::server();
    screen.keys("e");
    screen.types("\\q");
    assert_eq!(screen.keys("Esc"), []);
    assert!(screen.app.context().is_typing(), "it says what is wrong");
    assert_eq!(screen.keys("Esc"), []);
    assert!(!screen.app.context().is_typing());
    screen.keys("e Right Right Backspace Backspace");
    assert!(
        matches!(&screen.keys("Esc")[..], [Effect::Command(_, Command::Answer(Answer::Raw(raw)))]
            if raw.starts_with(b"HTTP/1.1 200 OK\r\n"))
    );
}

#[test]
fn one_at_a_time_is_switched_while_it_runs() {
    let mut screen = Screen::server();
    let session = screen.session(Side::Server);
    for on in [true, false] {
        let command = Command::OneAtATime(on);
        assert_eq!(screen.keys("a"), [Effect::Command(session, command)]);
    }
}

#[test]
fn the_picked_request_stays_while_others_come() {
    let mut screen = Screen::server();
    for _ in 0..3 {
        screen.exchange("HTTP/1.1 204 No Content\r\n\r\n");
    }
    let shown = |screen: &Screen| {
        let http = &screen.app.tab().focused().http;
        http.shown().map(|exchange| exchange.number)
    };
    assert_eq!(shown(&screen), Some(3));
    screen.keys("Up Up");
    assert_eq!(shown(&screen), Some(1));
    screen.exchange("HTTP/1.1 204 No Content\r\n\r\n");
    assert_eq!(shown(&screen), Some(1));
    screen.keys("f");
    assert_eq!(shown(&screen), Some(4));
}

#[test]
fn close_closes_the_connection_of_the_request_that_is_looked_at() {
    let mut screen = Screen::server();
    screen.received(Side::Server, "GET / HT");
    let session = screen.session(Side::Server);
    let close = Command::Close { conn: ConnId(1) };
    assert_eq!(screen.keys("d"), [Effect::Command(session, close)]);
}

#[test]
fn a_request_is_sent_again_over_the_running_session() {
    let mut screen = Screen::client("http client");
    screen.answered(200, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let effects = screen.keys("R");
    assert!(asked(&effects).starts_with(b"GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"));
}

#[test]
fn a_broken_request_written_by_hand_goes_out_byte_for_byte() {
    let mut screen = Screen::client("http client");
    screen.answered(200, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    screen.keys("e End");
    screen.types("\\n\\xff");
    assert_eq!(screen.keys("Esc"), []);
    let effects = screen.keys("R");
    assert!(asked(&effects).starts_with(b"GET / HTTP/1.1\n\xff\r\nHost: "));
    // What was sent is what is sent again, and what the editor holds.
    let again = screen.keys("R");
    assert_eq!(asked(&again), asked(&effects));
}

#[test]
fn the_form_follows_what_is_written_by_hand() {
    let mut screen = Screen::client("http client");
    screen.keys("e");
    for _ in 0..3 {
        screen.keys("Right");
    }
    screen.keys("Backspace Backspace Backspace");
    screen.types("HEAD");
    screen.keys("Esc");
    let spec = screen.app.tab_mut().focused_mut().form.spec().unwrap();
    assert_eq!((&*spec.asking.method, spec.asking.raw), ("HEAD", None));
}

#[test]
fn after_its_end_the_client_starts_anew_with_what_the_editor_holds() {
    let mut screen = Screen::client("http client");
    screen.keys("e");
    screen.types("X");
    screen.keys("Esc");
    screen.answered(200, "HTTP/1.0 200 OK\r\n\r\n");
    screen.stopped(Side::Client);
    assert_eq!(screen.app.tab().pane(), Pane::Requests);
    let effects = screen.keys("R");
    let [Effect::Start(_, spec)] = &effects[..] else {
        panic!("{effects:?}");
    };
    assert_eq!(spec.asking.method, "XGET");
}

#[test]
fn a_redirect_is_followed_only_when_asked_to() {
    let mut screen = Screen::client("http client");
    screen.answered(
        302,
        "HTTP/1.1 302 Found\r\nLocation: /new?x\r\nContent-Length: 0\r\n\r\n",
    );
    let effects = screen.keys("Enter");
    assert!(asked(&effects).starts_with(b"GET /new?x HTTP/1.1\r\n"));
}

#[test]
fn a_redirect_to_another_host_ends_the_session_and_begins_one_there() {
    let mut screen = Screen::client("http client");
    let session = screen.session(Side::Client);
    screen.answered(
        301,
        "HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:9999/\r\nContent-Length: 0\r\n\r\n",
    );
    assert_eq!(screen.keys("Enter"), [Effect::Stop(session)]);
    let effects = screen.stopped(Side::Client);
    let [Effect::Start(_, spec)] = &effects[..] else {
        panic!("{effects:?}");
    };
    assert_eq!(spec.address.port, 9999);
}

#[test]
fn a_redirect_that_is_not_spoken_here_says_so() {
    let mut screen = Screen::client("http client");
    screen.answered(
        301,
        "HTTP/1.1 301 Moved\r\nLocation: https://a/\r\nContent-Length: 0\r\n\r\n",
    );
    assert_eq!(screen.keys("Enter"), []);
    let notice = screen.app.tab().focused().notice.clone();
    assert!(notice.is_some_and(|notice| notice.text.contains("https")));
}
