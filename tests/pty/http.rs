//! HTTP on the real screen: a request that arrives in pieces, an answer and a request written by
//! hand, and a connection that keeps the others waiting.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::pty::{LIMIT, Pty, netplay};

fn server(options: &str) -> (Pty, u16) {
    let screen = netplay(&format!("http server :0 {options}")).open();
    let port = screen.port("http://127.0.0.1:");
    (screen, port)
}

fn connect(port: u16) -> TcpStream {
    let peer = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    peer.set_read_timeout(Some(LIMIT)).expect("not zero");
    peer
}

fn say(peer: &mut TcpStream, text: &str) {
    peer.write_all(text.as_bytes()).expect("it reads");
}

fn answer(mut peer: TcpStream) -> String {
    let mut text = String::new();
    peer.read_to_string(&mut text)
        .expect("it answers and closes");
    text
}

const GET: &str = "GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

#[test]
fn a_request_is_seen_while_it_arrives() {
    let (mut screen, port) = server("");
    let mut peer = connect(port);
    screen.shows("nothing sent yet");
    say(&mut peer, "POST /vote HT");
    screen.shows("POST /vote HT▏");
    say(&mut peer, "TP/1.1\r\nHost: a\r\nContent-Length: 8\r\n");
    screen.shows("arriving");
    say(&mut peer, "Connection: close\r\n\r\nchoi");
    screen.shows("4 of 8 B of the body");
    screen.shows("the head ends here");
    say(&mut peer, "ce=B");
    screen.hides("arriving");
    assert!(answer(peer).starts_with("HTTP/1.1 200 OK\r\n"));
    screen.shows("200");
    screen.quits();
}

#[test]
fn an_answer_written_by_hand_reaches_the_peer_as_written() {
    let (mut screen, port) = server("");
    screen.key("e", "the answer, as it will go out");
    // To the end of the status line.
    screen.key("\x1b[F by hand", "HTTP/1.1 200 OK by hand");
    screen.key("\x1b", "edited by hand");
    let mut peer = connect(port);
    say(&mut peer, GET);
    let text = answer(peer);
    assert!(text.starts_with("HTTP/1.1 200 OK by hand\r\n"), "{text}");
    assert!(text.ends_with("\r\n\r\n<h1>Hello!</h1>"), "{text}");
    screen.keys("r");
    screen.hides("edited by hand");
    let mut peer = connect(port);
    say(&mut peer, GET);
    assert!(answer(peer).starts_with("HTTP/1.1 200 OK\r\n"));
    screen.quits();
}

#[test]
fn a_connection_that_says_nothing_keeps_the_others_waiting_until_it_is_closed() {
    let (mut screen, port) = server("--one-at-a-time");
    let silent = connect(port);
    screen.shows("connected");
    let mut peer = connect(port);
    say(&mut peer, GET);
    screen.shows("waits until #1 is done");
    screen.keys("d");
    assert!(answer(peer).starts_with("HTTP/1.1 200 OK\r\n"));
    assert_eq!(answer(silent), "");
    screen.quits();
}

#[test]
fn a_broken_request_written_by_hand_is_refused_at_its_line() {
    let (mut server, port) = server("");
    let mut client = netplay(&format!("http client 127.0.0.1:{port}/")).open();
    client.shows("200 OK");
    client.key("e", "the request, as it will go out");
    client.keys("\x1b[F\r");
    client.key("no colon", "no colon");
    client.key("\x1b", "not sent yet: R sends it");
    client.key("R", "400 Bad Request");
    server.shows("this line has no colon");
    client.quits();
    server.quits();
}
