//! Stories on the HTTP tab, with plain sockets at the other end: what is shown is what came, and
//! what goes out is what was written.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use crate::hostile::{ATTACKS, is_harmless};
use crate::pty::{LIMIT, Pty, netplay};

const GET: &[u8] = b"GET /two HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

/// A server that listens, and its port.
fn server(flags: &str) -> (Pty, u16) {
    let screen = netplay(&format!("http server :0 {flags}")).open();
    let port = screen.port("http://127.0.0.1:");
    screen.shows("nobody has asked anything yet");
    (screen, port)
}

fn connect(port: u16) -> TcpStream {
    with_deadline(TcpStream::connect(("127.0.0.1", port)).expect("it listens"))
}

fn with_deadline(peer: TcpStream) -> TcpStream {
    peer.set_read_timeout(Some(LIMIT)).expect("a deadline");
    peer
}

fn send(peer: &mut TcpStream, bytes: &[u8]) {
    peer.write_all(bytes).expect("it reads");
}

/// What comes until the other side closes in order.
fn rest(peer: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    peer.read_to_end(&mut bytes).expect("closed in order");
    bytes
}

/// What comes until this is the end of it.
fn until(peer: &mut TcpStream, end: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(end) {
        peer.read_exact(&mut byte).expect("more comes");
        bytes.push(byte[0]);
    }
    bytes
}

/// A listener, and a client that has connected to it and asked for this path.
fn client(path: &str) -> (Pty, TcpListener, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback is there");
    let port = listener.local_addr().expect("it is bound").port();
    let screen = netplay(&format!("http client 127.0.0.1:{port}{path}")).open();
    let mut peer = accept(&listener);
    let head = until(&mut peer, b"\r\n\r\n");
    assert!(head.starts_with(format!("GET {path} HTTP/1.1\r\n").as_bytes()));
    screen.until("what was sent", |text| {
        text.contains("no answer yet") && row(text, &["raw request", " B sent"])
    });
    (screen, listener, peer)
}

fn accept(listener: &TcpListener) -> TcpStream {
    with_deadline(listener.accept().expect("the client calls").0)
}

/// Whether one row of the screen has all of these.
fn row(text: &str, words: &[&str]) -> bool {
    text.lines()
        .any(|line| words.iter().all(|word| line.contains(word)))
}

#[test]
fn a_request_is_shown_as_it_arrives_in_pieces_and_is_answered() {
    let (mut screen, port) = server("");
    let mut peer = connect(port);
    screen.shows("nothing sent yet");
    for (piece, in_list, in_text) in [
        (&b"GE"[..], "2 B of the head", "GE"),
        (b"T /slow HTTP/1.1\r\nHo", "22 B of the head", "Ho"),
        (b"st: a\r\nContent-Le", "39 B of the head", "Content-Le"),
        (b"ngth: 6\r\n\r\n", "0 of 6 B of the body", "␍␊"),
        (b"abc", "3 of 6 B of the body", "abc"),
    ] {
        send(&mut peer, piece);
        screen.until(in_list, |text| {
            row(text, &["#1", in_list]) && row(text, &["raw request #1", "arriving"])
        });
        screen.until(in_text, |text| {
            text.lines()
                .any(|line| line.trim_start().starts_with(in_text))
        });
        let text = screen.text();
        assert_eq!(
            row(&text, &["␍␊", "the head ends here"]),
            in_list.contains("of the body"),
            "{text}"
        );
    }
    send(&mut peer, b"def");
    screen.until("the answer", |text| {
        row(text, &["GET", "/slow", "200"]) && text.contains("\n abcdef")
    });
    screen.hides("arriving");
    screen.shows("1 request ");
    assert!(until(&mut peer, b"\r\n\r\n").starts_with(b"HTTP/1.1 200 OK\r\n"));
    screen.quits();
}

#[test]
fn an_edited_answer_goes_out_byte_for_byte_until_it_is_normal_again() {
    let (mut screen, port) = server("");
    screen.key("e", "the answer, as it will go out");
    // Over what stands there first: at its end, and within its first line.
    screen.keys("\x1b[F no\tsuch\\x00thing");
    screen.shows("HTTP/1.1 200 OK no");
    screen.key("\x1b", "answer: edited by hand");
    for _ in 0..2 {
        let mut peer = connect(port);
        send(&mut peer, GET);
        let answer = rest(&mut peer);
        let expected = b"HTTP/1.1 200 OK no\tsuch\0thing\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 15\r\n\r\n<h1>Hello!</h1>";
        assert_eq!(
            answer.escape_ascii().to_string(),
            expected.escape_ascii().to_string()
        );
    }
    screen.key("v", "raw answer #2");
    screen.shows("such\\x00thing");
    screen.keys("r");
    screen.hides("answer: edited by hand");
    let mut peer = connect(port);
    send(&mut peer, GET);
    let answer = rest(&mut peer);
    assert!(
        answer.starts_with(b"HTTP/1.1 200 OK\r\n"),
        "{}",
        answer.escape_ascii()
    );
    screen.quits();
}

#[test]
fn an_answer_written_while_no_server_runs_is_kept_for_the_next_one() {
    let (mut screen, port) = server("");
    let mut peer = connect(port);
    send(&mut peer, GET);
    rest(&mut peer);
    screen.until("answered", |text| row(text, &["#1", "/two", "200"]));
    screen.key("s", "SERVER  ended");
    screen.key("e", "the answer, as it will go out");
    screen.key("\x1b[F by hand", "200 OK by hand");
    screen.key("\x1b", "not used, no server runs: e edits it on");
    screen.key("s", "http://127.0.0.1:");
    screen.key("e", "200 OK by hand");
    screen.key("\x1b", "answer: edited by hand");
    let mut peer = connect(screen.port("http://127.0.0.1:"));
    send(&mut peer, GET);
    assert!(rest(&mut peer).starts_with(b"HTTP/1.1 200 OK by hand\r\n"));
    screen.quits();
}

#[test]
fn a_broken_request_written_by_hand_goes_out_as_it_is() {
    let (mut screen, listener, mut peer) = client("/a");
    let port = listener.local_addr().expect("it is bound").port();
    send(&mut peer, b"HTTP/1.1 204 Fine\r\nConnection: close\r\n\r\n");
    drop(peer);
    screen.shows("204 Fine");
    screen.key("e", "the request, as it will go out");
    screen.keys("\x1b[F BAD\\xff\rno colon");
    screen.shows("no colon");
    screen.key("\x1b", "written by hand, not sent yet");
    screen.shows("! line 1, column 8");
    screen.keys("R");
    let mut peer = accept(&listener);
    let expected = format!(
        "GET /a HTTP/1.1 BAD\\xff\\r\\nno colon\\r\\nHost: 127.0.0.1:{port}\\r\\nUser-Agent: netplay/{}\\r\\nAccept: */*\\r\\n\\r\\n",
        env!("CARGO_PKG_VERSION")
    );
    let got = until(&mut peer, b"\r\n\r\n");
    assert_eq!(got.escape_ascii().to_string(), expected);
    send(
        &mut peer,
        b"HTTP/1.1 418 I'm a teapot\r\nContent-Length: 0\r\n\r\n",
    );
    screen.shows("418 I'm a teapot");
    screen.quits();
}

#[test]
fn a_broken_request_to_our_own_server_shows_the_refusal_at_both_ends() {
    let (mut serving, port) = server("");
    let mut asking = netplay(&format!("http client 127.0.0.1:{port}")).open();
    asking.until("an answer", |text| row(text, &["GET", "200"]));
    asking.key("e", "the request, as it will go out");
    asking.keys("\x1b[F BAD");
    asking.key("\x1b", "written by hand, not sent yet");
    asking.keys("R");
    asking.shows("CLIENT  400 Bad Request");
    let verdict = "! line 1, column 7: here must stand HTTP/1.1 or HTTP/1.0";
    asking.shows(verdict);
    serving.until("the verdict", |text| {
        row(text, &["400", "line 1, column 7"]) && text.contains(verdict)
    });
    assert!(serving.text().contains("GET / HTTP/1.1 BAD␍␊"));
    asking.quits();
    serving.quits();
}

#[test]
fn one_at_a_time_a_silent_connection_keeps_the_next_waiting_until_it_closes() {
    let (mut screen, port) = server("--one-at-a-time");
    screen.shows("one at a time");
    let stuck = connect(port);
    screen.until("a row", |text| row(text, &["#1", "nothing sent yet"]));
    let mut second = connect(port);
    send(&mut second, GET);
    screen.until("a row", |text| row(text, &["#2", "waits until #1 is done"]));
    is_unanswered(&second);
    drop(stuck);
    screen.until("served", |text| row(text, &["#2", "/two", "200"]));
    assert!(rest(&mut second).starts_with(b"HTTP/1.1 200 OK\r\n"));
    screen.quits();
}

#[test]
fn who_waits_is_served_at_once_when_all_are_served_at_once() {
    let (mut screen, port) = server("--one-at-a-time");
    let mut stuck = connect(port);
    screen.until("a row", |text| row(text, &["#1", "nothing sent yet"]));
    let mut second = connect(port);
    send(&mut second, GET);
    screen.until("a row", |text| row(text, &["#2", "waits until #1 is done"]));
    is_unanswered(&second);
    screen.key("a", "all at once from now on");
    screen.until("served", |text| row(text, &["#2", "/two", "200"]));
    assert!(rest(&mut second).starts_with(b"HTTP/1.1 200 OK\r\n"));
    // The first is open all the while.
    send(&mut stuck, GET);
    assert!(rest(&mut stuck).starts_with(b"HTTP/1.1 200 OK\r\n"));
    screen.quits();
}

/// Nothing has come; while a row says that it waits, nothing can.
fn is_unanswered(peer: &TcpStream) {
    peer.set_nonblocking(true).expect("a mode");
    let came = peer.peek(&mut [0]).map_err(|error| error.kind());
    assert_eq!(came, Err(ErrorKind::WouldBlock));
    peer.set_nonblocking(false).expect("a mode");
}

#[test]
fn a_binary_body_and_hostile_bytes_are_shown_as_marks_and_never_reach_the_terminal() {
    let (mut screen, port) = server("");
    for (n, (what, bytes)) in (1..).zip(ATTACKS) {
        let mut peer = connect(port);
        let head = [b"GET /", bytes, b" HTTP/1.1\r\nX: ", bytes].concat();
        send(&mut peer, &head);
        send(&mut peer, format!(" {what}\r\n\r\n").as_bytes());
        screen.shows(&format!("raw request #{n} "));
        is_framed(&screen);
    }
    let mut peer = connect(port);
    let all: Vec<u8> = (0..=255).collect();
    send(
        &mut peer,
        b"POST /bin HTTP/1.1\r\nHost: a\r\nContent-Length: 256\r\n\r\n",
    );
    send(&mut peer, &all);
    screen.until("answered", |text| row(text, &["POST", "/bin", "200"]));
    screen.shows("\\x00\\x01\\x02");
    // Its end, the log, and a small screen show it in other ways.
    screen.key("\t", "\\x00\\x01\\x02");
    screen.keys("G");
    screen.shows("\n \\xff");
    screen.keys("vv");
    screen.resize(40, 10);
    screen.shows("KEYS");
    screen.resize(80, 24);
    is_framed(&screen);
    is_harmless(&screen);
    screen.quits();
}

/// The frame that the program drew stands where it stood.
fn is_framed(screen: &Pty) {
    screen.until("the frame", |text| {
        let rows: Vec<&str> = text.lines().collect();
        rows.len() == 24
            && rows[0].starts_with(" netplay   1 TCP")
            && rows[2].starts_with(" SERVER  http://127.0.0.1:")
            && rows[3].contains("requests ─")
            && rows[23].starts_with("  KEYS")
    });
}

#[test]
fn hostile_bytes_of_a_server_never_reach_the_terminal() {
    let (mut screen, _listener, mut peer) = client("/");
    let attacks: Vec<u8> = ATTACKS
        .iter()
        .flat_map(|(_, bytes)| bytes.to_vec())
        .collect();
    let attacks: Vec<u8> = attacks.into_iter().filter(|b| *b != b'\r').collect();
    send(&mut peer, b"HTTP/1.1 302 gr\xfcn\xc2\x9d0;owned\r\nLocation: /\xc2\x9d0;owned\xe2\x80\xae\r\nConnection: close\r\n\r\n");
    send(&mut peer, &attacks);
    drop(peer);
    screen.shows("302 gr\\xfcn");
    screen.shows("redirect to ");
    screen.key("v", "decoded body");
    screen.shows("\\x1b]0;owned");
    screen.key("e", "the request, as it will go out");
    screen.key("\x1b", "KEYS");
    is_harmless(&screen);
    screen.quits();
}

#[test]
fn a_redirect_is_offered_and_followed_only_when_asked() {
    let (mut screen, listener, mut peer) = client("/old");
    let answer = b"HTTP/1.1 301 Moved\r\nLocation: /new\r\nContent-Length: 2\r\n\r\nhi";
    send(&mut peer, answer);
    screen.shows("redirect to /new: Enter goes there");
    screen.shows("Enter go there");
    is_unanswered(&peer);
    listener.set_nonblocking(true).expect("a mode");
    let called = listener.accept().map(drop).map_err(|error| error.kind());
    assert_eq!(called, Err(ErrorKind::WouldBlock));
    listener.set_nonblocking(false).expect("a mode");
    screen.keys("\r");
    let head = until(&mut peer, b"\r\n\r\n");
    assert!(
        head.starts_with(b"GET /new HTTP/1.1\r\n"),
        "{}",
        head.escape_ascii()
    );
    send(&mut peer, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    screen.shows("CLIENT  200 OK");
    screen.quits();
}

#[test]
fn quitting_closes_open_connections_in_order() {
    let (mut screen, port) = server("");
    let mut silent = connect(port);
    let mut kept = connect(port);
    send(&mut kept, b"GET /kept HTTP/1.1\r\nHost: a\r\n\r\n");
    screen.until("answered", |text| row(text, &["#2", "/kept", "200"]));
    let mut half = connect(port);
    send(&mut half, b"GET /half HT");
    screen.until("a row", |text| row(text, &["#3", "of the head"]));
    screen.shows("3 open");
    screen.key(
        "q",
        "One session runs. Quitting closes the connections in order.",
    );
    screen.keys("y");
    let left = screen.ends(0);
    assert!(
        left.contains("netplay: HTTP server: 3 connections"),
        "{left}"
    );
    assert_eq!(rest(&mut silent), b"");
    assert!(rest(&mut kept).starts_with(b"HTTP/1.1 200 OK\r\n"));
    rest(&mut half);
}
