//! The stories that are drawn: one for each view that the screen has, each told anew at the size
//! that is asked for (keys such as `PgUp` mean what they mean there).

#![allow(dead_code, reason = "each test file uses a part of it")]

use netplay::model::event::{By, ConnId, EventKind, FileEnd, How, Outcome};
use netplay::model::failure::{Failure, FailureKind, Holder, What};
use netplay::model::spec::Side;

use crate::story::{Story, socket};
use Side::{Client, Server};

pub type Size = (u16, u16);
/// A story's name, and how it is told.
pub type Told = (&'static str, fn(Size) -> Story);

/// All of them.
pub const ALL: &[Told] = &[
    ("idle_tcp", idle_tcp),
    ("idle_udp", idle_udp),
    ("http", http),
    ("form_with_an_error", form_with_an_error),
    ("form_with_a_choice", form_with_a_choice),
    ("listening", listening),
    ("three_connections", three_connections),
    ("one_picked", one_picked),
    ("many_connections", many_connections),
    ("hostile_bytes", hostile_bytes),
    ("long_and_wide_text_being_typed", typing),
    ("hostile_text_in_the_box", hostile_paste),
    ("hostile_text_in_a_field", hostile_host),
    ("connecting", connecting),
    ("connected", connected),
    ("waiting_for_the_server", waiting),
    ("refused", refused),
    ("tried_and_refused", tried),
    ("unknown_host", unknown_host),
    ("address_in_use", address_in_use),
    ("address_in_use_by_a_stranger", in_use_by_a_stranger),
    ("stopping", stopping),
    ("ended", ended),
    ("both", both),
    ("both_with_glued_reads", glued),
    ("both_udp", both_udp),
    ("both_in_keys", both_in_keys),
    ("both_and_others", both_and_others),
    ("sending_a_file", sending_a_file),
    ("sending_files_to_some", sending_files_to_some),
    ("both_while_a_file_goes", both_while_a_file_goes),
    ("a_file_broken_off", a_file_broken_off),
    ("scrolled", scrolled),
    ("history_gone", history_gone),
    ("nobody_is_connected", nobody),
    ("your_turn", your_turn),
    ("their_turn", their_turn),
    ("udp_peers", udp_peers),
    ("udp_client", udp_client),
    ("wildcard", wildcard),
    ("help", help),
    ("all_keys", all_keys),
    ("inspected_bytes", inspected_bytes),
    ("inspected_failure", inspected_failure),
    ("why_refused", why_refused),
    ("why_address_in_use", why_in_use),
    ("why_cut", why_cut),
    ("why_reset", why_reset),
    ("quit_question", quit_question),
    ("paste_question", paste_question),
    ("several_tabs", several_tabs),
    ("everything_that_has_a_colour", colours),
];

pub const TCP: &str = "127.0.0.1:23456";
const UDP: &str = "127.0.0.1:23457";

/// The address of the `n`th guest.
fn guest(n: u32) -> String {
    format!("127.0.0.1:{}", 51_328 + 6 * n)
}

fn idle_tcp(size: Size) -> Story {
    Story::of("", size)
}

fn idle_udp(size: Size) -> Story {
    Story::of("udp", size)
}

fn http(size: Size) -> Story {
    Story::of("http", size)
}

fn form_with_an_error(size: Size) -> Story {
    let mut s = Story::of("", size);
    s.keys("i Down Ctrl+c").types("70000").keys("Enter");
    s
}

fn form_with_a_choice(size: Size) -> Story {
    let mut s = Story::of("", size);
    s.keys("Down Down Left");
    s
}

fn listening(size: Size) -> Story {
    let mut s = Story::of("tcp server", size);
    s.wait(4).listening(TCP);
    s
}

/// A server, two guests that talk, and a third that has finished sending.
pub fn three_connections(size: Size) -> Story {
    let mut s = listening(size);
    s.wait(2117).opened(Server, 1, &guest(1), TCP);
    s.wait(2779).received(Server, 1, "Hello from client!");
    s.wait(9320).sent(Server, 1, "Hello from server!");
    s.wait(23_798).opened(Server, 2, &guest(2), TCP);
    s.wait(1359).received(Server, 2, "hi\r\n");
    s.wait(8120).types("good morning, all").keys("Enter");
    s.sent(Server, 1, "good morning, all");
    s.sent(Server, 2, "good morning, all");
    s.wait(1143).finished(Server, 2, By::Peer);
    s.wait(6004).opened(Server, 3, &guest(3), TCP);
    s.wait(2450)
        .received(Server, 3, "Is this the right room for the network class?");
    s.wait(11_000).types("yes, come in");
    s
}

fn one_picked(size: Size) -> Story {
    let mut s = three_connections(size);
    s.keys("Esc BackTab BackTab Down Down");
    s
}

fn many_connections(size: Size) -> Story {
    let mut s = listening(size);
    for n in 1..=23 {
        s.wait(70).opened(Server, n, &guest(n), TCP);
        s.wait(3)
            .received(Server, n, format!("I am number {n} of 23"));
    }
    s.keys("Esc BackTab BackTab G");
    s
}

pub fn hostile_bytes(size: Size) -> Story {
    let mut s = listening(size);
    s.wait(2117).opened(Server, 1, &guest(1), TCP);
    for data in [
        &b"\x1b[31mred?\x1b[0m \x07\x00\x7f and a tab:\there"[..],
        b"\xff\xfe not \x80 UTF-8 \xe2\x82",
        "right\u{202e}tfel zero\u{200b}width nbsp\u{a0}here".as_bytes(),
        "emoji 👍🏽 👨‍👩‍👧 ❤️, wide 日本語 text, e\u{301} and ü".as_bytes(),
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1:23456\r\nUser-Agent: a browser\r\n\r\n",
        b"  spaces at both ends  ",
    ] {
        s.wait(1043).received(Server, 1, data);
    }
    let long =
        "a line without any end goes on and on and is wrapped where the pane ends, ".repeat(4);
    s.wait(312).received(Server, 1, long);
    s
}

fn typing(size: Size) -> Story {
    let mut s = three_connections(size);
    s.keys("Ctrl+c")
        .pastes("first line\r\nsecond line, 日本語 and 👍\r\n");
    s.types("a third line that is so long that no box of eighty cells can hold it in one row");
    s
}

fn hostile_paste(size: Size) -> Story {
    let mut s = listening(size);
    s.pastes("\x1b[31mred \u{202e}thgir zero\u{200b}width, 👍🏽 ❤️ ü e\u{301}\r\na tab:\there");
    s
}

fn hostile_host(size: Size) -> Story {
    let mut s = Story::of("", size);
    s.keys("i Ctrl+c").pastes("h\u{202e}ost\x07").keys("Enter");
    s
}

fn connecting(size: Size) -> Story {
    let mut s = Story::of("tcp client 192.0.2.7", size);
    s.connecting("192.0.2.7:23456").wait(3210);
    s.types("already typing");
    s
}

fn connected(size: Size) -> Story {
    let mut s = Story::of("tcp client", size);
    s.wait(1).connecting(TCP);
    s.wait(1).opened(Client, 1, TCP, &guest(1));
    s.wait(2102).types("Hello from client!").keys("Enter");
    s.sent(Client, 1, "Hello from client!");
    s.wait(212).received(Client, 1, "Hello from server!");
    s.wait(5212);
    s
}

fn waiting(size: Size) -> Story {
    let mut s = refused(size);
    s.wait(800).keys("w").connecting(TCP).wait(1);
    let to = TCP.to_owned();
    s.event(Client, EventKind::Waiting { to }).wait(17_000);
    s
}

fn refusal() -> Failure {
    Failure {
        what: What::Connect,
        kind: FailureKind::Refused,
        message: format!("TCP {TCP} refused: nobody listens there (Connection refused)"),
        hint: "start the server first, or check address and port".to_owned(),
        holder: None,
    }
}

fn refused(size: Size) -> Story {
    let mut s = Story::of("tcp client", size);
    s.wait(1).connecting(TCP);
    s.types("my question").wait(1).failed(Client, refusal());
    s
}

fn tried(size: Size) -> Story {
    let mut s = Story::of("tcp client localhost", size);
    s.wait(1).connecting("localhost:23456");
    s.wait(1).connecting("[::1]:23456");
    let failure = Box::new(Failure {
        message: "TCP [::1]:23456 refused: nobody listens there (Connection refused)".to_owned(),
        ..refusal()
    });
    let address = socket("[::1]:23456");
    s.event(Client, EventKind::Tried { address, failure });
    s.wait(1).connecting(TCP);
    s.wait(1).failed(
        Client,
        Failure {
            message: "TCP localhost:23456: ::1 refused, 127.0.0.1 refused".to_owned(),
            ..refusal()
        },
    );
    s
}

fn unknown_host(size: Size) -> Story {
    let mut s = Story::of("tcp client servre", size);
    s.wait(1).connecting("servre:23456").wait(40).failed(
        Client,
        Failure {
            what: What::Resolve,
            kind: FailureKind::UnknownHost,
            message: "TCP servre:23456: this name is not known".to_owned(),
            hint: "check the spelling, or use an IP address such as 127.0.0.1".to_owned(),
            holder: None,
        },
    );
    s
}

fn in_use(by: &str, holder: Holder) -> Failure {
    Failure {
        what: What::Bind,
        kind: FailureKind::AddressInUse,
        message: format!("TCP {TCP} is in use by {by} (Address already in use)"),
        hint: "take the next free port, 23457, or end that program first".to_owned(),
        holder: Some(holder),
    }
}

fn address_in_use(size: Size) -> Story {
    let mut s = Story::of("tcp server", size);
    let failure = in_use("another netplay (pid 4711)", Holder::Netplay { pid: 4711 });
    s.wait(1).failed(Server, failure);
    s
}

fn in_use_by_a_stranger(size: Size) -> Story {
    let mut s = Story::of("tcp server", size);
    let (name, pid) = ("python3".to_owned(), 4711);
    let failure = in_use("python3 (pid 4711)", Holder::Other { name, pid });
    s.wait(1).failed(Server, failure);
    s
}

fn stopping(size: Size) -> Story {
    let mut s = three_connections(size);
    s.keys("Esc s");
    s
}

fn ended(size: Size) -> Story {
    let mut s = stopping(size);
    for (conn, counted) in [(1, (18, 35)), (2, (4, 17)), (3, (45, 0))] {
        s.closed(Server, conn, (How::Stopped, By::Us), counted);
    }
    s.event(
        Server,
        EventKind::Stopped {
            received: 67,
            sent: 52,
            connections: 3,
            outcome: Outcome::Done,
        },
    );
    s
}

/// Both ends of one conversation, seen at both.
pub fn both(size: Size) -> Story {
    let mut s = Story::of("tcp both", size);
    s.wait(3).listening(TCP);
    s.wait(1).connecting(TCP);
    s.opened(Client, 1, TCP, &guest(1));
    s.wait(1).opened(Server, 1, &guest(1), TCP);
    s.wait(3004).sent(Client, 1, "Hello from client!");
    s.wait(1).received(Server, 1, "Hello from client!");
    s.wait(2377).sent(Server, 1, "Hello from server!");
    s.received(Client, 1, "Hello from server!");
    s.wait(6120).sent(Client, 1, "How long does a byte take?");
    s.wait(1).received(Server, 1, "How long does a byte take?");
    s.wait(4815).types("about a millisecond");
    s
}

/// Two writes that one read takes, a write that two reads take, and a half-close.
pub fn glued(size: Size) -> Story {
    let mut s = both(size);
    s.keys("Ctrl+c");
    s.wait(900).sent(Client, 1, "one").wait(1);
    s.sent(Client, 1, "two")
        .wait(1)
        .received(Server, 1, "onetwo");
    s.wait(700).sent(Server, 1, "tick, tack, tock");
    s.wait(1).received(Client, 1, "tick, tack, ");
    s.wait(1).received(Client, 1, "tock");
    s.wait(2001).finished(Client, 1, By::Us);
    s.wait(1).finished(Server, 1, By::Peer);
    s.wait(350).sent(Server, 1, "you can still read");
    s
}

fn both_udp(size: Size) -> Story {
    let mut s = Story::of("udp both", size);
    s.wait(3).listening(UDP);
    let (local, peer) = (socket(&guest(1)), socket(UDP));
    s.wait(1).event(Client, EventKind::Ready { local, peer });
    s.wait(3004).sent(Client, 1, "Hello from client!");
    s.wait(1).opened(Server, 1, &guest(1), UDP);
    s.received(Server, 1, "Hello from client!");
    s.wait(2377).sent(Server, 1, "Hello from server!");
    s.opened(Client, 1, UDP, &guest(1));
    s.received(Client, 1, "Hello from server!");
    s.wait(1200).sent(Client, 1, "does this one arrive?");
    s.wait(4815);
    s
}

fn both_and_others(size: Size) -> Story {
    let mut s = both(size);
    s.wait(900).opened(Server, 2, &guest(2), TCP);
    s.wait(80)
        .received(Server, 2, "I came from another terminal");
    s.wait(400);
    s
}

/// Reading above while new entries come.
fn scrolled(size: Size) -> Story {
    let mut s = three_connections(size);
    for n in 1..=40 {
        s.wait(101).received(Server, 3, format!("tick {n}"));
    }
    s.keys("Esc BackTab PgUp Up");
    for n in 41..=52 {
        s.wait(101).received(Server, 3, format!("tick {n}"));
    }
    s
}

fn history_gone(size: Size) -> Story {
    let mut s = Story::of("tcp server --history 4KiB", size);
    s.wait(4).listening(TCP);
    s.wait(2117).opened(Server, 1, &guest(1), TCP);
    for n in 1..=1500 {
        s.wait(1).received(Server, 1, format!("sample {n}"));
    }
    s
}

fn nobody(size: Size) -> Story {
    let mut s = listening(size);
    s.wait(900).types("anybody there?").keys("Enter");
    s
}

fn turns(size: Size) -> Story {
    let mut s = Story::of("tcp client --turns", size);
    s.wait(1).connecting(TCP);
    s.wait(1).opened(Client, 1, TCP, &guest(1));
    s
}

fn your_turn(size: Size) -> Story {
    let mut s = turns(size);
    s.wait(1500).types("I begin");
    s
}

fn their_turn(size: Size) -> Story {
    let mut s = turns(size);
    s.wait(1500).types("I begin").keys("Enter");
    s.sent(Client, 1, "I begin");
    s.wait(800).types("and again").keys("Enter");
    s
}

fn udp_peers(size: Size) -> Story {
    let mut s = Story::of("udp server --recv-size 16", size);
    s.wait(3).listening(UDP);
    s.wait(2000).opened(Server, 1, &guest(1), UDP);
    s.received(Server, 1, "Hello!");
    s.wait(1304).sent(Server, 1, "Hello from server!");
    s.wait(9000).opened(Server, 2, &guest(2), UDP);
    s.received_cut(Server, 2, "a datagram that ", 23);
    s.wait(2000).received(Server, 2, "");
    s.wait(700).sent(Server, 2, "");
    s.event(
        Server,
        EventKind::Lost {
            conn: None,
            why: "the system's buffer was full".to_owned(),
            count: 12,
            bytes: 0,
        },
    );
    s.wait(3000);
    s
}

fn udp_client(size: Size) -> Story {
    let mut s = Story::of("udp client", size);
    let (local, peer) = (socket(&guest(1)), socket(UDP));
    s.wait(1).event(Client, EventKind::Ready { local, peer });
    s.wait(1900).sent(Client, 1, "is anybody there?");
    s.wait(1).event(
        Client,
        EventKind::Failed {
            conn: None,
            failure: Box::new(Failure {
                what: What::Receive,
                kind: FailureKind::Refused,
                message: format!("UDP {UDP}: nobody listens there (ICMP port unreachable)"),
                hint: "start the server; this socket goes on and can send again".to_owned(),
                holder: None,
            }),
        },
    );
    s.wait(2500);
    s
}

fn wildcard(size: Size) -> Story {
    let mut s = Story::of("tcp server 0.0.0.0", size);
    s.wait(4).listening("0.0.0.0:23456");
    s
}

fn help(size: Size) -> Story {
    let mut s = three_connections(size);
    s.keys("Esc ?");
    s
}

fn all_keys(size: Size) -> Story {
    let mut s = help(size);
    s.keys("?");
    s
}

fn inspected_bytes(size: Size) -> Story {
    let mut s = hostile_bytes(size);
    s.keys("Esc BackTab Up Enter");
    s
}

fn inspected_failure(size: Size) -> Story {
    let mut s = refused(size);
    s.keys("Tab Up Enter");
    s
}

fn why_refused(size: Size) -> Story {
    let mut s = refused(size);
    // Right behind typed text it would still be text.
    s.wait(2000).keys(".");
    s
}

fn why_in_use(size: Size) -> Story {
    let mut s = in_use_by_a_stranger(size);
    s.keys(".");
    s
}

fn why_cut(size: Size) -> Story {
    let mut s = Story::of("udp server --recv-size 16", size);
    s.wait(3).listening(UDP);
    s.wait(2000).opened(Server, 1, &guest(1), UDP);
    s.received_cut(Server, 1, "a datagram that ", 23);
    s.keys("Esc BackTab .");
    s
}

fn why_reset(size: Size) -> Story {
    let mut s = three_connections(size);
    s.event(
        Server,
        EventKind::Failed {
            conn: Some(ConnId(1)),
            failure: Box::new(Failure {
                what: What::Receive,
                kind: FailureKind::Reset,
                message: format!("TCP {} reset the connection", guest(1)),
                hint: "it crashed, was killed, or closed before it had read everything".to_owned(),
                holder: None,
            }),
        },
    );
    s.closed(Server, 1, (How::Reset, By::Peer), (18, 35));
    s.keys("Esc BackTab Up .");
    s
}

fn quit_question(size: Size) -> Story {
    let mut s = three_connections(size);
    s.keys("Esc q");
    s
}

fn paste_question(size: Size) -> Story {
    let mut s = three_connections(size);
    s.pastes(&"a line of a large file\n".repeat(4000));
    s
}

fn several_tabs(size: Size) -> Story {
    let mut s = three_connections(size);
    s.keys("Esc 2 Enter").listening(UDP).keys("1");
    s.keys("2");
    s
}

fn both_in_keys(size: Size) -> Story {
    let mut s = both(size);
    s.keys("Esc");
    s
}

/// One of each: sides, directions, marks, words, warnings, failures, the picked row, the cursor.
pub fn colours(size: Size) -> Story {
    let mut s = listening(size);
    s.wait(2117).opened(Server, 1, &guest(1), TCP);
    s.received(Server, 1, "Hello from client!\r\n\x1b[0m");
    s.wait(20).sent(Server, 1, "Hello from server!");
    s.opened(Server, 2, &guest(2), TCP);
    let failure = Failure {
        what: What::Send,
        kind: FailureKind::Reset,
        message: format!(
            "TCP {} reset the connection (Connection reset by peer)",
            guest(2)
        ),
        hint: "it crashed, was killed, or closed before it had read everything".to_owned(),
        holder: None,
    };
    s.event(
        Server,
        EventKind::Failed {
            conn: Some(ConnId(2)),
            failure: Box::new(failure),
        },
    );
    s.event(
        Server,
        EventKind::Lost {
            conn: Some(ConnId(2)),
            why: "not sent: the connection is over".to_owned(),
            count: 1,
            bytes: 5,
        },
    );
    s.keys("Esc BackTab BackTab Down BackTab BackTab BackTab");
    s.types("d");
    s
}

fn file_started(s: &mut Story, side: Side, conn: u32, name: &str, len: u64) {
    s.event(
        side,
        EventKind::FileStarted {
            conn: ConnId(conn),
            name: name.to_owned(),
            len,
        },
    );
}

fn client(line: &str, size: Size) -> Story {
    let mut s = Story::of(line, size);
    s.connecting("127.0.0.1:23456")
        .wait(1)
        .opened(Client, 1, "127.0.0.1:23456", "127.0.0.1:51334");
    s
}

fn sending_a_file(size: Size) -> Story {
    let mut s = client("tcp client", size);
    file_started(&mut s, Client, 1, "holiday.jpg", 1_000_000);
    for _ in 0..10 {
        s.wait(100).sent(Client, 1, "x".repeat(40_000));
    }
    s.types("look at this");
    s
}

fn sending_files_to_some(size: Size) -> Story {
    let mut s = Story::of("tcp server", size);
    s.listening("127.0.0.1:23456");
    for (conn, peer) in [(1, "127.0.0.1:51334"), (2, "127.0.0.1:51340")] {
        s.wait(10).opened(Server, conn, peer, "127.0.0.1:23456");
        file_started(
            &mut s,
            Server,
            conn,
            "the lesson of today\u{202e}.pdf",
            5 << 30,
        );
    }
    s.keys("Esc")
        .wait(3000)
        .sent(Server, 1, "%PDF-1.7")
        .wait(100);
    s
}

fn both_while_a_file_goes(size: Size) -> Story {
    let mut s = both(size);
    file_started(&mut s, Client, 1, "notes.txt", 24);
    s.wait(400).sent(Client, 1, "half of it, ");
    s
}

fn a_file_broken_off(size: Size) -> Story {
    let mut s = client("tcp client", size);
    file_started(&mut s, Client, 1, "holiday.jpg", 4096);
    s.wait(500).sent(Client, 1, "x".repeat(60)).wait(500);
    s.event(
        Client,
        EventKind::Failed {
            conn: Some(ConnId(1)),
            failure: Box::new(Failure {
                what: What::Input,
                kind: FailureKind::CutShort,
                message: "holiday.jpg became shorter while it was sent: 60 of 4096 bytes went out"
                    .to_owned(),
                hint: "another program writes to it; send it again when that is done".to_owned(),
                holder: None,
            }),
        },
    );
    s.event(
        Client,
        EventKind::FileEnded {
            conn: ConnId(1),
            name: "holiday.jpg".to_owned(),
            len: 4096,
            sent: 60,
            how: FileEnd::Failed,
        },
    );
    s.wait(1500);
    s
}
