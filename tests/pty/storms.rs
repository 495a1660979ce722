//! Signals at the worst moment: before the first frame, many at once, while it is stopped.

use rustix::process::Signal;

use crate::pty::netplay;

#[test]
fn a_signal_as_soon_as_the_screen_is_entered_leaves_it_again() {
    for round in 0..20 {
        let screen = netplay("tcp server :0").open();
        // Not even the first frame is there.
        screen.until_seen("the screen is entered", |seen| !seen.raw.is_empty());
        let (signal, code) = [(Signal::TERM, 143), (Signal::HUP, 129)][round % 2];
        screen.signal(signal);
        screen.ends(code);
    }
}

#[test]
fn many_signals_at_once_end_it_once() {
    let screen = netplay("tcp both :0").open();
    screen.shows("connected to 127.0.0.1:");
    for _ in 0..50 {
        screen.signal(Signal::WINCH);
        screen.signal(Signal::CONT);
    }
    screen.shows("connected to 127.0.0.1:");
    for signal in [
        Signal::TERM,
        Signal::INT,
        Signal::TERM,
        Signal::QUIT,
        Signal::HUP,
    ] {
        // The first one may have ended it by now.
        screen.signal_if_there(signal);
    }
    let (_, code) = screen.end();
    let code = code.expect("it ends by itself");
    assert!([129, 130, 131, 143].contains(&code), "{code}");
    screen.ends(code);
}

#[test]
fn a_signal_while_it_is_stopped_ends_it_when_it_goes_on() {
    let screen = netplay("tcp server :0").open();
    screen.listening();
    screen.signal(Signal::TSTP);
    screen.stopped();
    screen.is_left();
    screen.signal(Signal::TERM);
    screen.signal(Signal::CONT);
    screen.ends(143);
}

#[test]
fn stops_and_goes_in_a_row_leave_it_as_it_was() {
    let mut screen = netplay("udp server :0").open();
    screen.shows("listening on 127.0.0.1:");
    screen.key("\x1b", "KEYS");
    for _ in 0..5 {
        screen.signal(Signal::TSTP);
        screen.stopped();
        screen.is_left();
        screen.signal(Signal::CONT);
        screen.until_seen("the screen is back", |seen| {
            seen.screen().alternate_screen() && seen.text().contains("listening on")
        });
        assert!(screen.is_entered());
    }
    screen.quits();
}
