//! A terminal that is gone, or takes nothing any more, ends the program soon and quietly.

use std::io::Read as _;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::pty::{LIMIT, Pty, Start, netplay};

/// How long it may take to notice that the terminal is gone, and to end.
const SOON: Duration = Duration::from_secs(2);
/// The processor time that may be used for it.
const LITTLE: Duration = Duration::from_millis(500);

/// The end of a program whose terminal goes away: soon, without effort, its peers told in order.
fn ends_when_its_terminal_goes(start: Start) {
    let folder = tempfile::tempdir().expect("a folder for what is complained about");
    let complaints = folder.path().join("stderr");
    let path = complaints.to_str().expect("a plain path");
    let mut screen = start.env("COMPLAINTS", path).open();
    let mut peer = TcpStream::connect(("127.0.0.1", screen.listening())).expect("it listens");
    peer.set_read_timeout(Some(LIMIT)).expect("not zero");
    screen.shows("1 open, 1 in all");
    let before = screen.processor_time();
    let gone = screen.hang_up("\x1b");
    assert_eq!(peer.read(&mut [0; 8]).expect("closed in order"), 0);
    let mut used = before;
    while !screen.seen().has_ended() && gone.elapsed() < LIMIT {
        used = screen.processor_time().or(used);
        std::thread::sleep(Duration::from_millis(5));
    }
    let (at, code) = screen.end();
    assert_eq!(code, Some(129));
    let took = at.saturating_duration_since(gone);
    assert!(took < SOON, "{took:?}");
    let used = used
        .zip(before)
        .map(|(used, before)| used.saturating_sub(before));
    assert!(used.is_none_or(|used| used < LITTLE), "{used:?}");
}

#[test]
fn a_closed_terminal_ends_it_by_a_signal() {
    ends_when_its_terminal_goes(
        netplay("tcp server :0").by_shell(r#"exec "$0" "$@" 2>"$COMPLAINTS""#),
    );
}

#[test]
fn a_closed_terminal_ends_it_where_the_signal_was_switched_off() {
    ends_when_its_terminal_goes(
        netplay("tcp server :0").by_shell(r#"trap "" HUP; exec "$0" "$@" 2>"$COMPLAINTS""#),
    );
}

#[test]
fn a_closed_terminal_ends_it_where_no_signal_comes() {
    ends_when_its_terminal_goes(
        netplay("tcp server :0")
            .by_shell(r#"exec "$0" "$@" 2>"$COMPLAINTS""#)
            .without_control(),
    );
}

#[test]
fn a_terminal_that_takes_nothing_does_not_hold_up_a_signal() {
    let mut screen = netplay("tcp both :0").size(200, 60).open();
    screen.shows("connected to 127.0.0.1:");
    screen.hold(true);
    // Each resize draws the whole screen, more than the system keeps for a reader.
    screen.keys("x".repeat(200));
    for columns in 120..140 {
        screen.resize(columns, 60);
        std::thread::sleep(Duration::from_millis(20));
    }
    screen.signal(Signal::TERM);
    let asked = Instant::now();
    let (at, code) = screen.end();
    assert_eq!(code, Some(143));
    let took = at.saturating_duration_since(asked);
    assert!(took < Duration::from_secs(4), "{took:?}");
}

#[test]
fn at_rest_it_costs_next_to_nothing() {
    let screen: Pty = netplay("tcp both :0").open();
    screen.shows("connected to 127.0.0.1:");
    let Some(before) = screen.processor_time() else {
        eprintln!("skipped: the system does not tell the processor time");
        return;
    };
    let start = Instant::now();
    let raw = screen.seen().raw.len();
    // Heartbeats go on meanwhile.
    screen.until_seen("two heartbeats", |seen| {
        start.elapsed() > Duration::from_secs(2) && seen.raw.len() > raw
    });
    let now = screen.processor_time().expect("as before");
    let used = now.saturating_sub(before);
    assert!(used < Duration::from_millis(200), "{used:?} in two seconds");
}
