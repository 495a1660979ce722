//! Every way out of the screen leaves the terminal as it was.

use std::io::Read as _;
use std::net::TcpStream;

use rustix::process::Signal;

use crate::pty::{LIMIT, Pty, netplay};

/// A plain client of the server on this screen.
fn connect(screen: &Pty) -> TcpStream {
    let peer = TcpStream::connect(("127.0.0.1", screen.listening())).expect("it listens");
    peer.set_read_timeout(Some(LIMIT)).expect("not zero");
    screen.shows("1 open, 1 in all");
    peer
}

/// A close in order reads as the end, a reset would be an error.
fn is_closed_in_order(mut peer: TcpStream) {
    let mut rest = Vec::new();
    peer.read_to_end(&mut rest)
        .expect("the connection is closed in order");
    assert_eq!(rest, b"");
}

#[test]
fn q_quits_at_once_while_nothing_runs() {
    let mut screen = netplay("").open();
    screen.shows("TCP is a phone call");
    screen.keys("q");
    assert_eq!(screen.ends(0).trim(), "");
}

#[test]
fn q_asks_while_a_server_runs_and_y_closes_its_connections_in_order() {
    let mut screen = netplay("tcp server :0").open();
    let peer = connect(&screen);
    screen.key("\x1bq", "One session runs");
    screen.keys("n");
    screen.hides("One session runs");
    screen.key("q", "One session runs");
    screen.keys("y");
    is_closed_in_order(peer);
    let left = screen.ends(0);
    assert_eq!(
        left.trim(),
        "netplay: TCP server: 1 connection, in 0 B, out 0 B"
    );
}

#[test]
fn capital_q_quits_at_once_even_from_a_page_and_leaves_a_summary() {
    let mut screen = netplay("tcp both :0").open();
    screen.shows("connected to 127.0.0.1:");
    screen.keys("hello\r");
    screen.shows("5 B  hello");
    screen.key("\x1b?", "help for this pane");
    let left = screen.quits();
    assert_eq!(
        left.trim().lines().collect::<Vec<_>>(),
        [
            "netplay: TCP server: 1 connection, in 5 B, out 0 B",
            "netplay: TCP client: 1 connection, in 0 B, out 5 B",
        ]
    );
}

#[test]
fn ctrl_c_clears_the_line_then_asks_then_quits() {
    let mut screen = netplay("tcp server :0").open();
    let peer = connect(&screen);
    screen.key("words", "words");
    screen.keys("\x03");
    screen.hides("words");
    screen.key("\x03", "One session runs");
    screen.keys("\x03");
    is_closed_in_order(peer);
    screen.ends(0);
}

#[test]
fn a_signal_ends_it_with_its_own_code_and_peers_see_an_orderly_close() {
    for (signal, code) in [
        (Signal::TERM, 143),
        (Signal::INT, 130),
        (Signal::HUP, 129),
        (Signal::QUIT, 131),
    ] {
        let screen = netplay("tcp server :0").open();
        let peer = connect(&screen);
        screen.signal(signal);
        is_closed_in_order(peer);
        assert_eq!(screen.ends(code).trim(), "");
    }
}
