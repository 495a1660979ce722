//! The keys that people and their notes rely on.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use crate::pty::{LIMIT, Pty, netplay};

fn listener() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback is there");
    let port = listener.local_addr().expect("it is bound").port();
    (listener, port)
}

fn accept(listener: &TcpListener) -> TcpStream {
    let (peer, _) = listener.accept().expect("the client calls");
    peer.set_read_timeout(Some(LIMIT)).expect("not zero");
    peer
}

/// A server on the screen, in KEYS on its box, with so many plain clients.
fn server(clients: usize) -> (Pty, Vec<TcpStream>) {
    let mut screen = netplay("tcp server :0").open();
    let port = screen.listening();
    let mut peers = Vec::new();
    for n in 1..=clients {
        let peer = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
        peer.set_read_timeout(Some(LIMIT)).expect("not zero");
        peers.push(peer);
        screen.shows(&format!("{n} open, {n} in all"));
    }
    screen.key("\x1b", "KEYS");
    (screen, peers)
}

fn read(peer: &mut TcpStream, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    peer.read_exact(&mut bytes).expect("so much is sent");
    bytes
}

fn finishes(peer: &mut TcpStream) {
    assert_eq!(peer.read(&mut [0; 8]).expect("it ends in order"), 0);
}

/// Puts a port into the second field of a form in KEYS.
fn enter_port(screen: &mut Pty, port: u16) {
    screen.key("i", "TYPE");
    screen.keys("\x1b[B\x03");
    screen.key(port.to_string(), &format!("▸ Port       {port} "));
    screen.key("\x1b", "KEYS");
}

#[test]
fn one_enter_starts_a_server_and_one_more_its_client() {
    let mut screen = netplay("").open();
    screen.shows("TCP is a phone call");
    screen.keys("\r");
    // The port that everyone uses may be in use here.
    let words = ["listening on 127.0.0.1:23456", "take the next free port"];
    screen.until("a server, or why not", |text| {
        words.iter().any(|words| text.contains(words))
    });
    if screen.text().contains(words[1]) {
        screen.keys("+");
    }
    let port = screen.listening();
    screen.key("\t", "CLIENT");
    if port != 23456 {
        enter_port(&mut screen, port);
    }
    screen.key("\r", &format!("connected to 127.0.0.1:{port}"));
    screen.key("i", "TYPE");
    screen.key("from the client\r", "15 B  from the client");
    screen.keys("\x1b\x1b[D");
    screen.shows("SERVER");
    screen.shows("15 B  from the client");
    screen.key("i", "TYPE");
    screen.key("from the server\r", "15 B  from the server");
    screen.keys("\x1b\x1b[C");
    screen.shows("CLIENT");
    screen.shows("15 B  from the server");
    screen.quits();
}

#[test]
fn c_starts_the_client_of_an_idle_tab() {
    let (listener, port) = listener();
    let mut screen = netplay("tcp").open();
    screen.shows("TCP is a phone call");
    screen.key("\t", "CLIENT");
    enter_port(&mut screen, port);
    screen.key("\t", "SERVER");
    screen.key("c", &format!("connected to 127.0.0.1:{port}"));
    finishes_when_stopped(&mut screen, accept(&listener));
}

fn finishes_when_stopped(screen: &mut Pty, mut peer: TcpStream) {
    screen.key("s", "ended");
    finishes(&mut peer);
    screen.quits();
}

#[test]
fn capital_b_starts_both_and_the_client_finds_the_port_that_the_server_got() {
    let mut screen = netplay("tcp").size(120, 30).open();
    screen.shows("TCP is a phone call");
    enter_port(&mut screen, 0);
    screen.key("B", "opened by 127.0.0.1:");
    screen.shows("connected; our end is 127.0.0.1:");
    screen.quits();
}

#[test]
fn what_the_command_line_starts_has_its_box_in_type() {
    let (listener, port) = listener();
    for (words, title, to) in [
        ("tcp server :0".to_owned(), "SERVER", "say to all"),
        (format!("tcp client {port}"), "CLIENT", "say"),
        ("tcp both :0".to_owned(), "CLIENT", "say"),
    ] {
        let mut screen = netplay(&words).open();
        screen.until("its box", |text| {
            text.contains(title) && text.contains(&format!("─▌{to} ")) && text.contains("TYPE")
        });
        screen.key("q?x", "q?x");
        screen.key("\x1b", "KEYS");
        screen.quits();
    }
    drop(listener);
}

#[test]
fn s_stops_and_starts_the_side_in_focus() {
    let (mut screen, mut peers) = server(1);
    screen.key("s", "ended");
    finishes(&mut peers[0]);
    screen.keys("s");
    let port = screen.port("SERVER  listening on 127.0.0.1:");
    drop(TcpStream::connect(("127.0.0.1", port)).expect("it listens again"));
    screen.quits();
}

#[test]
fn d_closes_and_capital_d_finishes_the_picked_connection() {
    let (mut screen, mut peers) = server(3);
    screen.keys("d");
    screen.shows("pick a connection first");
    screen.keys("\x1b[Z\x1b[Z");
    screen.key("\x1b[B\x1b[B", "▸ #2");
    screen.key("d", "2 open, 3 in all");
    finishes(&mut peers[1]);
    screen.key("\x1b[B", "▸ #1");
    screen.key("D", "we finished sending");
    finishes(&mut peers[0]);
    peers[0]
        .write_all(b"can still talk")
        .expect("it still reads");
    screen.shows("can still talk");
    // The third was left alone.
    peers[2].set_nonblocking(true).expect("any socket can");
    let left = peers[2].read(&mut [0; 8]).expect_err("nothing came");
    assert_eq!(left.kind(), ErrorKind::WouldBlock);
    screen.quits();
}

#[test]
fn what_is_typed_goes_to_the_picked_connection_or_to_all() {
    let (mut screen, mut peers) = server(2);
    screen.keys("\x1b[Z\x1b[Z");
    screen.key("G", "▸ #2");
    screen.key("i", "say to #2");
    screen.keys("two\r");
    assert_eq!(read(&mut peers[1], 3), b"two");
    screen.keys("\x1b\x1b[Z\x1b[Z");
    screen.key("g", "say to all");
    screen.keys("iall\r");
    for peer in &mut peers {
        assert_eq!(read(peer, 3), b"all");
    }
    screen.key("\x1b", "KEYS");
    screen.quits();
}

#[test]
fn capital_l_goes_round_what_enter_adds() {
    let (mut screen, mut peers) = server(1);
    for (chip, typed, sent) in [
        ("Enter adds LF ", "a\\n", &b"a\\n\n"[..]),
        ("Enter adds CR LF ", "b", b"b\r\n"),
        ("Enter adds nothing, \\n", "c\\x00\\r\\n", b"c\0\r\n"),
        ("Enter adds LF, \\n", "d", b"d\n"),
        ("Enter adds CR LF, \\n", "", b"\r\n"),
    ] {
        screen.key("L", chip);
        screen.key("i", "TYPE");
        screen.keys(typed);
        screen.keys("\r");
        assert_eq!(read(&mut peers[0], sent.len()), sent, "{chip}");
        screen.key("\x1b", "KEYS");
    }
    screen.key("L", "Enter adds nothing ");
    screen.keys("i\r");
    screen.shows("nothing was sent");
}

#[test]
fn a_log_is_read_with_arrows_pages_and_both_ends_and_stays_while_more_comes() {
    let (mut screen, mut peers) = server(1);
    let mut say = |screen: &Pty, n: usize| {
        let line = format!("entry {n};");
        peers[0].write_all(line.as_bytes()).expect("it reads");
        screen.shows(&line);
    };
    for n in 1..=40 {
        say(&screen, n);
    }
    screen.keys("\x1b[Z");
    screen.key("g", "entry 1;");
    screen.hides("entry 40;");
    peers[0].write_all(b"entry 41;").expect("it reads");
    screen.shows("new");
    assert!(screen.text().contains("entry 1;"));
    screen.key("\x1b[6~", "entry 20;");
    screen.key("\x1b[5~", "entry 1;");
    screen.key("G", "entry 41;");
    screen.hides("entry 1;");
    // Up goes to the entries one by one; Enter shows the one that it stands on.
    screen.keys("\x1b[A\x1b[A\x1b[B");
    screen.key("\r", "65 6e 74 72 79");
    screen.keys("\x1b");
    screen.hides("65 6e 74 72 79");
    screen.keys("f");
    peers[0].write_all(b"entry 42;").expect("it reads");
    screen.shows("entry 42;");
    // TYPE scrolls too, without leaving.
    screen.key("i", "TYPE");
    screen.keys("\x1b[5~");
    screen.hides("entry 42;");
    screen.key("\x1b[6~", "entry 42;");
    screen.key("\x1b", "KEYS");
    screen.keys("x");
    screen.hides("entry 42;");
    screen.quits();
}

#[test]
fn the_box_has_a_history_and_keeps_its_text() {
    let (mut screen, mut peers) = server(1);
    screen.key("i", "TYPE");
    screen.keys("first\rsecond\r");
    assert_eq!(read(&mut peers[0], 11), b"firstsecond");
    screen.keys("draft\x1b[A\x1b[A");
    screen.keys("\r");
    assert_eq!(read(&mut peers[0], 5), b"first");
    screen.keys("kept\x1b");
    screen.shows("KEYS");
    screen.key("2", "UDP");
    screen.keys("1");
    screen.key("\r", "TYPE");
    screen.keys("!\r");
    assert_eq!(read(&mut peers[0], 5), b"kept!");
}

#[test]
fn a_question_mark_helps_for_this_pane_then_for_all() {
    let (mut screen, _peers) = server(0);
    screen.key("?", "KEYS, chat box");
    screen.shows("close the picked connection");
    screen.key("?", "KEYS, every pane");
    screen.keys("\x1b");
    screen.hides("KEYS, every pane");
    screen.keys("\x1b");
    screen.key("q", "One session runs");
    screen.keys("q");
    screen.ends(0);
}

#[test]
fn a_refused_client_may_try_again_or_wait_for_its_server() {
    let (listener, port) = listener();
    drop(listener);
    let mut screen = netplay(&format!("tcp client {port}")).open();
    screen.shows("w: wait for the server");
    screen.key("w", "waiting for 127.0.0.1:");
    let listener = TcpListener::bind(("127.0.0.1", port)).expect("it was free");
    let mut peer = accept(&listener);
    screen.shows("connected to 127.0.0.1:");
    peer.write_all(b"welcome").expect("it reads");
    screen.shows("welcome");
    screen.keys("Q");
    finishes(&mut peer);
}

#[test]
fn a_port_in_use_offers_the_next_one_or_to_join() {
    let (_listener, port) = listener();
    let mut screen = netplay(&format!("tcp server {port}")).open();
    screen.shows("Enter: try again · +: take the next free port");
    screen.keys("+");
    let next = screen.listening();
    assert_ne!(next, port);
    let mut other = netplay(&format!("tcp server {next}")).open();
    other.shows("Enter: join it as a client");
    other.key("\r", &format!("connected to 127.0.0.1:{next}"));
    screen.shows("1 open, 1 in all");
    screen.key("\x1b", "KEYS");
    screen.quits();
    other.shows("ended");
}
