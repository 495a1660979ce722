//! Why?: everything that can happen, fail or be wrong with a message has its card, filled in and
//! short enough to be read. What is new in one of the enums does not compile here until it is
//! listed, and fails until it has a card.

#[path = "support/story.rs"]
mod story;

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use netplay::app::App;
use netplay::app::keymap::Action;
use netplay::app::overlay::Overlay;
use netplay::app::why::cards::{self, Card, Facts, LABELS, TEXT_AT};
use netplay::app::why::names;
use netplay::model::event::{By, ConnId, Event, EventKind, FileEnd, How, Outcome};
use netplay::model::failure::{Failure, FailureKind, Holder, What};
use netplay::model::http::{FieldLines, Message, Request, Response, Version};
use netplay::model::spec::{Protocol, Side};
use netplay::model::time::Stamp;
use netplay::wire::http1::{Foreign, Verdict};
use netplay::wire::text::Charset;
use story::{Story, socket};
use unicode_width::UnicodeWidthStr as _;

/// The content of a page of 80 columns.
const WIDTH: u16 = 76;
const MOST_ROWS: usize = 12;

/// Lists samples of an enum; a variant without one does not compile.
macro_rules! each {
    ($type:ty: $($variant:pat => $($sample:expr),+;)+) => {{
        #[allow(dead_code, unused_variables, reason = "only its patterns count")]
        fn is_listed(one: &$type) {
            match one { $($variant => (),)+ }
        }
        vec![$($($sample),+),+]
    }};
}

fn whats() -> Vec<What> {
    each! { What:
        What::Resolve => What::Resolve;
        What::Bind => What::Bind;
        What::Listen => What::Listen;
        What::Accept => What::Accept;
        What::Connect => What::Connect;
        What::Receive => What::Receive;
        What::Send => What::Send;
        What::Input => What::Input;
        What::Internal => What::Internal;
    }
}

fn kinds() -> Vec<FailureKind> {
    use FailureKind as K;
    each! { FailureKind:
        K::AddressInUse => K::AddressInUse;
        K::AddressNotAvailable => K::AddressNotAvailable;
        K::PermissionDenied => K::PermissionDenied;
        K::UnknownHost => K::UnknownHost;
        K::BadTarget => K::BadTarget;
        K::Refused => K::Refused;
        K::Unreachable => K::Unreachable;
        K::Timeout => K::Timeout;
        K::Reset => K::Reset;
        K::TooLarge => K::TooLarge;
        K::TooManyOpen => K::TooManyOpen;
        K::Limit => K::Limit;
        K::NotReading => K::NotReading;
        K::Malformed => K::Malformed;
        K::CutShort => K::CutShort;
        K::Other => K::Other;
    }
}

fn holders() -> Vec<Option<Holder>> {
    let name = "a-program-with-a-name".to_owned();
    each! { Option<Holder>:
        None => None;
        Some(Holder::Ourselves) => Some(Holder::Ourselves);
        Some(Holder::Netplay { .. }) => Some(Holder::Netplay { pid: 471_100 });
        Some(Holder::Other { .. }) => Some(Holder::Other { name, pid: 471_100 });
        Some(Holder::TimeWait { .. }) =>
            Some(Holder::TimeWait { connections: 1 }), Some(Holder::TimeWait { connections: 12 });
    }
}

fn hows() -> Vec<How> {
    each! { How:
        How::Finished => How::Finished;
        How::Reset => How::Reset;
        How::Timeout => How::Timeout;
        How::Stopped => How::Stopped;
        How::Failed => How::Failed;
    }
}

fn foreigns() -> Vec<Foreign> {
    use Foreign as F;
    each! { Foreign:
        F::Tls => F::Tls;
        F::Ssl2 => F::Ssl2;
        F::Http2 => F::Http2;
        F::Ssh => F::Ssh;
        F::Smtp => F::Smtp;
        F::Socks4 => F::Socks4;
        F::Socks5 => F::Socks5;
        F::Proxy1 => F::Proxy1;
        F::Proxy2 => F::Proxy2;
        F::TlsServer => F::TlsServer;
        F::Http2Server => F::Http2Server;
        F::SshServer => F::SshServer;
        F::GreetingServer => F::GreetingServer;
        F::MailboxServer => F::MailboxServer;
        F::ErrServer => F::ErrServer;
    }
}

fn verdicts() -> Vec<Verdict> {
    use Verdict as V;
    let mut all = each! { Verdict:
        V::Foreign(_) => V::Foreign(Foreign::Tls);
        V::Surplus => V::Surplus;
        V::ControlByte(_) => V::ControlByte(7);
        V::BareCr => V::BareCr;
        V::LeadingBlank => V::LeadingBlank;
        V::NotARequest => V::NotARequest;
        V::BadMethod(_) => V::BadMethod(b'(');
        V::NoVersion => V::NoVersion;
        V::BadVersion => V::BadVersion;
        V::OtherVersion(..) => V::OtherVersion(2, 0);
        V::BlankInTarget => V::BlankInTarget;
        V::BadTarget => V::BadTarget;
        V::Tunnel => V::Tunnel;
        V::NotAResponse => V::NotAResponse;
        V::BadStatus => V::BadStatus;
        V::FoldedLine => V::FoldedLine;
        V::NoColon => V::NoColon;
        V::NoName => V::NoName;
        V::BlankBeforeColon => V::BlankBeforeColon;
        V::BadName(_) => V::BadName(b'"');
        V::NoHost => V::NoHost;
        V::SecondHost => V::SecondHost;
        V::BadHost => V::BadHost;
        V::UnknownExpectation => V::UnknownExpectation;
        V::BadLength => V::BadLength;
        V::LengthTooLarge => V::LengthTooLarge;
        V::SecondLength => V::SecondLength;
        V::BothLengths => V::BothLengths;
        V::UnknownCoding => V::UnknownCoding;
        V::CodingIn10 => V::CodingIn10;
        V::BodyTooLarge(_) => V::BodyTooLarge(1 << 40);
        V::LineTooLong => V::LineTooLong;
        V::TargetTooLong => V::TargetTooLong;
        V::HeadTooLong => V::HeadTooLong;
        V::TooManyFields => V::TooManyFields;
        V::BadChunkSize(_) => V::BadChunkSize(b'"');
        V::NoChunkSize => V::NoChunkSize;
        V::ChunkTooLarge => V::ChunkTooLarge;
        V::NoChunkEnd(_) => V::NoChunkEnd(b'"');
        V::ExtensionTooLong => V::ExtensionTooLong;
        V::ExtensionsTooLong => V::ExtensionsTooLong;
        V::TrailersTooLong => V::TrailersTooLong;
        V::StoppedInHead(_) => V::StoppedInHead(1000);
        V::StoppedInBody { .. } => V::StoppedInBody { got: 5_000_000, of: 16_000_000 };
        V::StoppedInChunks(_) => V::StoppedInChunks(5_000_000);
        V::StoppedInTrailers => V::StoppedInTrailers;
        V::NoAnswer => V::NoAnswer;
    };
    all.extend(foreigns().into_iter().map(Verdict::Foreign));
    all
}

/// The rules that sessions have besides, with what they say.
const MORE_RULES: [(&str, &str); 2] = [
    (
        "late",
        "the request was not complete 120s after its first byte: 12 of 40 bytes of the body came (RFC 9110 §15.5.9)",
    ),
    (
        "surplus-answer",
        "27 bytes after the response belong to no other one: this connection is not used again (RFC 9112 §6.3)",
    ),
];

/// Every rule of HTTP, with what is said when it is broken.
fn rules() -> Vec<(&'static str, String)> {
    let verdicts = verdicts().into_iter();
    let mut rules: Vec<_> = verdicts.map(|one| (one.name(), one.text())).collect();
    rules.extend(MORE_RULES.map(|(rule, why)| (rule, why.to_owned())));
    rules
}

const LONG: &str = "[2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff]:51334";

fn failures() -> Vec<Failure> {
    let mut all = Vec::new();
    for what in whats() {
        for kind in kinds() {
            for holder in holders() {
                if holder.is_some() && kind != FailureKind::AddressInUse {
                    continue;
                }
                all.push(Failure {
                    what,
                    kind,
                    message: format!("TCP {LONG} said something that is just so long"),
                    hint: "look at this and at that, and try it once more tomorrow".to_owned(),
                    holder,
                });
            }
        }
    }
    all
}

fn message() -> Message {
    Message {
        version: Version::HTTP_11,
        fields: FieldLines::default(),
        body_len: 12_345_678,
        raw_len: 12_345_999,
    }
}

fn response(status: u16) -> EventKind {
    EventKind::Response {
        conn: ConnId(1),
        offset: 0,
        response: Box::new(Response {
            status,
            reason: Bytes::from_static(b"so it is"),
            message: message(),
        }),
    }
}

#[expect(clippy::too_many_lines, reason = "a list of all kinds")]
fn events() -> Vec<EventKind> {
    use EventKind as E;
    let (conn, peer, local) = (ConnId(1), socket(LONG), socket(LONG));
    let to = LONG.to_owned();
    let failure = Box::new(failures().swap_remove(0));
    let data = |len: usize| Bytes::from(vec![b'a'; len]);
    let received = |len, cut| E::Received {
        conn,
        peer,
        data: data(len),
        cut,
    };
    let sent = |len| E::Sent {
        conn,
        peer,
        data: data(len),
    };
    let lost = |why: &str| E::Lost {
        conn: Some(conn),
        why: why.to_owned(),
        count: 12,
        bytes: 345,
    };
    let stopped = |outcome| E::Stopped {
        received: 1,
        sent: 1 << 40,
        connections: 1,
        outcome,
    };
    let name = "a-picture-of-a-cat.png".to_owned();
    let file_ended = |how| E::FileEnded {
        conn,
        name: name.clone(),
        len: 1 << 40,
        sent: 1 << 39,
        how,
    };
    let request = Arc::new(Request {
        method: "GET".to_owned(),
        target: Bytes::from(format!("/{}", "long/".repeat(100))),
        message: message(),
    });
    let mut all = each! { EventKind:
        E::Connecting { .. } => E::Connecting { to: to.clone() };
        E::Tried { .. } => E::Tried { address: peer, failure: failure.clone() };
        E::Waiting { .. } => E::Waiting { to };
        E::Listening { .. } =>
            E::Listening { local },
            E::Listening { local: socket("[::]:80") },
            E::Listening { local: socket("127.0.0.1:80") };
        E::Ready { .. } => E::Ready { local, peer };
        E::Opened { .. } => E::Opened { conn, peer, local };
        E::Received { .. } => received(4096, 0), received(0, 0), received(5, 65_000);
        E::Sent { .. } => sent(5), sent(0), sent(2000);
        E::FileStarted { .. } => E::FileStarted { conn, name: name.clone(), len: 1 << 40 };
        E::FileEnded { .. } =>
            file_ended(FileEnd::Whole), file_ended(FileEnd::Cancelled), file_ended(FileEnd::Failed);
        E::Request { .. } => E::Request { conn, offset: 0, request };
        E::Response { .. } => response(200);
        E::Malformed { .. } =>
            E::Malformed { conn, rule: "new", why: "it is new (RFC 9999 §1)".to_owned(), offset: 0 };
        E::Queued { .. } => E::Queued { conn };
        E::Finished { .. } =>
            E::Finished { conn, by: By::Us }, E::Finished { conn, by: By::Peer };
        E::Closed { .. } =>
            E::Closed { conn, how: How::Finished, by: By::Us, received: 1, sent: 1 << 40 };
        E::Lost { .. } => lost("not sent: nobody is connected"), lost("its buffer was full");
        E::Failed { .. } => E::Failed { conn: Some(conn), failure };
        E::Stopped { .. } => stopped(Outcome::Done), stopped(Outcome::Failed);
    };
    for how in hows() {
        for by in [By::Us, By::Peer] {
            all.push(E::Closed {
                conn,
                how,
                by,
                received: 1,
                sent: 1 << 40,
            });
        }
    }
    for failure in failures() {
        let failure = Box::new(failure);
        all.push(E::Failed {
            conn: Some(conn),
            failure,
        });
    }
    let own = cards::names()
        .into_iter()
        .filter_map(|name| name.strip_prefix("status-")?.parse().ok());
    all.extend(own.chain([199, 299, 399, 499, 599, 600]).map(response));
    for (rule, why) in rules() {
        let why = format!("line 2, column 5: {why}");
        all.push(E::Malformed {
            conn,
            rule,
            why,
            offset: 28,
        });
    }
    all
}

/// What is wrong with a card.
fn flaw(card: &Card) -> Option<&'static str> {
    let rows = card.rows(WIDTH, Charset::Ascii);
    let wide = rows
        .iter()
        .any(|row| row.text.width() > (WIDTH - TEXT_AT).into());
    let text: String = rows.iter().map(|row| row.text.as_str()).collect();
    let has = |label| card.paragraphs.iter().any(|(one, _)| *one == label);
    [
        (rows.len() > MOST_ROWS, "too many rows"),
        (wide, "a row is too wide"),
        (card.title.width() > 60, "the title is too long"),
        (
            text.contains('{') || card.title.contains('{'),
            "a place is not filled in",
        ),
        (!has("call"), "no call is named"),
        (!has("what") && !has("why"), "nothing is explained"),
    ]
    .into_iter()
    .find_map(|(wrong, words)| wrong.then_some(words))
}

fn check(card: Option<Card>, what: &str) -> Card {
    let card = card.unwrap_or_else(|| panic!("no card for {what}"));
    if let Some(flaw) = flaw(&card) {
        let rows = card.rows(WIDTH, Charset::Unicode);
        let rows: Vec<String> = rows
            .iter()
            .map(|row| format!("{:6}{}", row.label, row.text))
            .collect();
        panic!(
            "{what}, card {}: {flaw}\n{}\n{}",
            card.name,
            card.title,
            rows.join("\n")
        );
    }
    card
}

/// Screens on which little is known and on which much is.
fn screens() -> Vec<App> {
    let idle = Story::of("", (80, 24));
    let mut apps = vec![idle.app];
    for protocol in ["tcp", "udp", "http"] {
        let mut s = Story::of(
            &format!("{protocol} both [2001:db8::aaaa:bbbb:cccc:dddd]"),
            (80, 24),
        );
        s.wait(1).listening("[::1]:23456");
        s.opened(Side::Server, 1, LONG, LONG);
        s.opened(Side::Client, 1, LONG, LONG);
        s.received(Side::Server, 1, "GET /a HTTP/1.1\r\n");
        s.sent(Side::Client, 1, "GET /a HTTP/1.1\r\n");
        s.wait(1);
        apps.push(s.app);
    }
    apps
}

#[test]
fn everything_that_can_happen_has_its_card_and_every_card_has_its_use() {
    let mut used = BTreeSet::new();
    let (screens, events) = (screens(), events());
    for app in &screens {
        let at = app.now;
        for kind in &events {
            let event = Event {
                at,
                kind: kind.clone(),
            };
            for protocol in Protocol::ALL {
                for side in Side::ALL {
                    let what = format!("{} {} {event:?}", protocol.name(), side.word());
                    used.insert(check(app.card_of(&event, protocol, side), &what).name);
                }
            }
        }
    }
    for name in cards::names() {
        let is_state = name.starts_with("exchange-");
        assert!(used.contains(name) || is_state, "[{name}] is shown nowhere");
    }
}

#[test]
fn every_rule_of_http_has_a_card_of_its_own_with_its_section() {
    for (rule, why) in rules() {
        let kind = EventKind::Malformed {
            conn: ConnId(1),
            rule,
            why,
            offset: 0,
        };
        let event = Event {
            at: Stamp::default(),
            kind,
        };
        let app = Story::of("", (80, 24)).app;
        let card = check(app.card_of(&event, Protocol::Http, Side::Server), rule);
        assert_eq!(card.name, format!("rule-{rule}"));
        let section = card.paragraphs.iter().find(|(label, _)| *label == "rule");
        let (_, section) = section.unwrap_or_else(|| panic!("no section for {rule}"));
        assert!(
            section.starts_with("RFC ") && section.contains(" section "),
            "{section}"
        );
    }
    for status in (100..600).chain([799]) {
        let names = names::of_status(status);
        let mut facts = Facts::default();
        facts.know("status", status);
        check(cards::card(&names, &facts), &names[0]);
    }
}

/// What cards may ask for besides keys.
const FACTS: &[&str] = &[
    "address",
    "answer-len",
    "backlog",
    "body",
    "bytes",
    "cause",
    "conn",
    "connections",
    "count",
    "cut",
    "file",
    "file-len",
    "file-sent",
    "full",
    "hint",
    "holder",
    "host",
    "in",
    "len",
    "local",
    "loopback",
    "lost-bytes",
    "message",
    "method",
    "netplay",
    "open",
    "other-transport",
    "ours",
    "ours-elsewhere",
    "ours-port",
    "out",
    "path",
    "patience",
    "peer",
    "port",
    "raw-len",
    "reach",
    "reach-ip",
    "reason",
    "recv-size",
    "redirects",
    "request-len",
    "rfc",
    "said",
    "sent-some",
    "server",
    "status",
    "step",
    "target",
    "time-wait",
    "to",
    "total",
    "wildcard",
];

#[test]
fn cards_ask_only_for_what_can_be_known() {
    for fact in cards::wanted() {
        let known = match fact.strip_prefix("key.") {
            Some(action) => Action::from_name(action).is_some(),
            None => FACTS.contains(&fact),
        };
        assert!(known, "{{{fact}}} is nothing that is known");
    }
    for fact in FACTS {
        assert!(cards::wanted().contains(fact), "no card asks for {fact}");
    }
}

fn text(card: &Card) -> String {
    assert!(
        card.paragraphs
            .iter()
            .all(|(label, _)| LABELS.contains(label))
    );
    let all = card.paragraphs.iter();
    let lines: Vec<String> = all
        .map(|(label, text)| format!("{label}: {text}"))
        .collect();
    lines.join("\n")
}

/// The card in front.
fn shown(story: &Story) -> String {
    match story.app.overlays.last() {
        Some(Overlay::Card { card, .. }) => format!("{}\n{}", card.title, text(card)),
        _ => panic!("no card is shown:\n{}", story.draw().text()),
    }
}

/// An HTTP server with one connection that says this.
fn served(requests: &[&str]) -> Story {
    let mut s = Story::of("http server", (80, 24));
    s.wait(1).listening("127.0.0.1:8080");
    s.opened(Side::Server, 1, "127.0.0.1:9", "127.0.0.1:8080");
    for request in requests {
        s.wait(1)
            .received(Side::Server, 1, Bytes::copy_from_slice(request.as_bytes()));
    }
    s
}

/// An HTTP client that has asked.
fn asked() -> Story {
    let mut s = Story::of("http client", (80, 24));
    s.opened(Side::Client, 1, "127.0.0.1:8080", "127.0.0.1:9");
    s.wait(1).sent(Side::Client, 1, "GET /a HTTP/1.1\r\n\r\n");
    s
}

fn gone(mut s: Story, side: Side) -> Story {
    s.wait(1).closed(side, 1, (How::Stopped, By::Us), (10, 10));
    s
}

#[test]
fn an_exchange_has_a_card_at_each_step_of_its_way() {
    let half = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf";
    let whole = || {
        let mut s = served(&["GET /a HTTP/1.1\r\nHost: a\r\n\r\n"]);
        let request = Arc::new(Request {
            method: "GET".to_owned(),
            target: Bytes::from_static(b"/a"),
            message: Message {
                raw_len: 30,
                ..message()
            },
        });
        let conn = ConnId(1);
        s.event(
            Side::Server,
            EventKind::Request {
                conn,
                offset: 0,
                request,
            },
        );
        s
    };
    let begun = || {
        let mut s = asked();
        s.wait(1).received(Side::Client, 1, half);
        s
    };
    let mut used = BTreeSet::new();
    for (name, mut s) in [
        ("exchange-arriving", served(&["GET /a HTTP/1.1\r\n"])),
        (
            "exchange-stopped",
            gone(served(&["GET /a HTTP/1.1\r\n"]), Side::Server),
        ),
        ("exchange-waiting-server", whole()),
        ("exchange-waiting", asked()),
        ("exchange-unanswered", gone(asked(), Side::Client)),
        ("exchange-answering", begun()),
        ("exchange-cut", gone(begun(), Side::Client)),
    ] {
        let card = check(s.app.why(), name);
        assert_eq!(card.name, name);
        s.keys(".");
        assert!(s.draw().text().contains(&card.title));
        used.insert(name);
    }
    for name in cards::names() {
        let is_state = name.starts_with("exchange-");
        assert!(
            !is_state || used.contains(name),
            "[{name}] is shown nowhere"
        );
    }
}

#[test]
fn an_answer_that_was_cut_is_told_with_what_was_missing() {
    let mut s = asked();
    let half = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf";
    s.wait(1).received(Side::Client, 1, half);
    let failure = Failure {
        what: What::Receive,
        kind: FailureKind::CutShort,
        message: "HTTP 127.0.0.1:8080: 4 of 9 bytes, then closed".to_owned(),
        hint: String::new(),
        holder: None,
    };
    let (conn, failure) = (Some(ConnId(1)), Box::new(failure));
    s.event(Side::Client, EventKind::Failed { conn, failure });
    s.closed(Side::Client, 1, (How::Finished, By::Peer), (42, 20));
    let card = check(s.app.why(), "a cut answer");
    assert_eq!(card.name, "rule-stopped-in-body");
    assert!(text(&card).contains("4 of 9 bytes"), "{}", text(&card));
}

#[test]
fn the_settings_of_a_later_session_say_nothing_of_an_earlier_one() {
    let mut s = Story::of("tcp server --recv-size 16", (80, 24));
    s.listening("127.0.0.1:23456").keys("Esc s");
    s.event(
        Side::Server,
        EventKind::Stopped {
            received: 0,
            sent: 0,
            connections: 0,
            outcome: Outcome::Done,
        },
    );
    let read = |at| Event {
        at,
        kind: EventKind::Received {
            conn: ConnId(1),
            peer: socket("127.0.0.1:9"),
            data: Bytes::from_static(&[b'a'; 16]),
            cut: 0,
        },
    };
    let early = read(s.app.now);
    s.wait(1000).keys("Enter");
    let late = read(s.app.now);
    let full = |event| {
        let card = check(s.app.card_of(event, Protocol::Tcp, Side::Server), "a read");
        text(&card).contains("16 bytes was full")
    };
    assert_eq!((full(&early), full(&late)), (false, true));
}

fn refusal(what: What) -> Failure {
    Failure {
        what,
        kind: FailureKind::Refused,
        message: "TCP 127.0.0.1:23456 refused: nobody listens there".to_owned(),
        hint: String::new(),
        holder: None,
    }
}

#[test]
fn a_refusal_tells_what_else_of_ours_listens() {
    let refused = |line: &str, local: &str| {
        let mut s = Story::of(line, (80, 24));
        s.listening(local).keys("Esc h Enter");
        s.failed(Side::Client, refusal(What::Connect)).keys(".");
        shown(&s)
    };
    let other_family = refused("tcp server", "[::1]:23456");
    assert!(
        other_family.contains("but at [::1]:23456"),
        "{other_family}"
    );
    let other_port = refused("tcp server", "127.0.0.1:23999");
    assert!(
        other_port.contains("listens on 127.0.0.1:23999"),
        "{other_port}"
    );
    assert!(!other_port.contains("but at"), "{other_port}");
    for card in [other_family, other_port] {
        assert!(card.contains("w starts the client and waits"), "{card}");
    }
}

#[test]
fn on_a_card_the_key_closes_it_and_beneath_is_what_was_there() {
    let mut s = Story::of("tcp server", (80, 24));
    s.listening("127.0.0.1:23456").keys("Esc BackTab Enter");
    let page = s.draw().text();
    s.keys(".");
    assert!(shown(&s).contains("bind() and listen() returned 0"));
    s.keys(".");
    assert_eq!(s.draw().text(), page);
    s.keys(". Esc Esc").keys(".");
    assert!(shown(&s).contains("127.0.0.1:23456"));
}

#[test]
fn before_anything_has_happened_there_is_nothing_to_explain() {
    let mut s = Story::of("", (80, 24));
    s.keys(".");
    assert!(s.app.overlays.is_empty());
}

#[test]
fn on_the_smallest_screen_a_card_is_scrolled() {
    let mut s = Story::of("tcp client", (40, 10));
    s.failed(Side::Client, refusal(What::Connect)).keys(".");
    assert!(!s.draw().text().contains("RFC 9293"));
    s.keys("G");
    assert!(s.draw().text().contains("RFC 9293"), "{}", s.draw().text());
}

#[test]
fn a_frozen_screen_explains_what_it_shows() {
    let mut s = Story::of("tcp server", (80, 24));
    s.listening("127.0.0.1:23456").keys("Esc BackTab Space .");
    assert!(s.draw().text().contains("The server is ready to be called"));
}
