//! A fault in the program itself: on the screen's thread it ends the program, outside the screen
//! and with words; in a session it ends that session alone. (Builds without debug assertions
//! cannot be asked to break.)

#![cfg(debug_assertions)]

use std::io::Write as _;
use std::net::TcpListener;

use crate::pty::netplay;

/// Whether the binary under test is one that can be asked to break.
fn can_break() -> bool {
    let other = std::env::var_os("NETPLAY_BINARY").is_some();
    if other {
        eprintln!("skipped: NETPLAY_BINARY may not know how to break");
    }
    !other
}

#[test]
fn a_panic_of_the_screen_leaves_it_and_tells() {
    if !can_break() {
        return;
    }
    let screen = netplay("tcp server :0")
        .env("NETPLAY_PANIC", "screen")
        .open();
    let left = screen.ends(101);
    assert!(
        left.contains("netplay: internal error, please report it"),
        "{left}"
    );
    assert!(left.contains("NETPLAY_PANIC"), "{left}");
}

#[test]
fn a_panic_of_the_keyboard_leaves_the_screen_and_tells() {
    if !can_break() {
        return;
    }
    let screen = netplay("tcp server :0")
        .env("NETPLAY_PANIC", "keyboard")
        .open();
    let left = screen.ends(101);
    assert!(left.contains("asked for by NETPLAY_PANIC"), "{left}");
}

#[test]
fn a_panic_of_a_session_ends_that_session_and_the_program_goes_on() {
    if !can_break() {
        return;
    }
    let peer = TcpListener::bind("127.0.0.1:0").expect("loopback is there");
    let port = peer.local_addr().expect("it is bound").port();
    let mut screen = netplay(&format!("tcp server {port}"))
        .env("NETPLAY_PANIC", "server")
        .open();
    screen.shows("a fault in netplay ended this TCP session: asked for by");
    screen.shows("NETPLAY_PANIC");
    screen.shows("KEYS");
    screen.key("\t\t", "CLIENT");
    screen.keys("\r");
    let (mut peer, _) = peer.accept().expect("the client calls");
    screen.shows(&format!("connected to 127.0.0.1:{port}"));
    peer.write_all(b"still there?").expect("it reads");
    screen.shows("still there?");
    screen.quits();
}
