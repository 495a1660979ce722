//! Stopped and continued: the terminal is given back meanwhile, and taken again whole.

use std::io::Write as _;
use std::net::TcpStream;
use std::process::Command;

use rustix::process::Signal;

use crate::pty::{Pty, netplay};

/// A server and a client that talk, in KEYS.
fn talking() -> Pty {
    let mut screen = netplay("tcp both :0").open();
    screen.shows("connected to 127.0.0.1:");
    screen.key("before\r", "6 B  before");
    screen.key("\x1b", "KEYS");
    screen
}

/// Continues, and checks that the screen is there again and works.
fn works_again(screen: &mut Pty) {
    screen.signal(Signal::CONT);
    screen.until_seen("the screen is back", |seen| {
        seen.screen().alternate_screen() && seen.text().contains("6 B  before")
    });
    screen.key("i", "TYPE");
    assert!(screen.is_entered());
    screen.key("after\r", "5 B  after");
    screen.keys("\x1b");
    screen.shows("KEYS");
    screen.quits();
}

#[test]
fn ctrl_z_in_keys_stops_it_outside_the_screen_and_it_comes_back() {
    let mut screen = talking();
    screen.keys("\x1a");
    screen.stopped();
    screen.is_left();
    works_again(&mut screen);
}

#[test]
fn sigtstp_stops_it_outside_the_screen_and_it_comes_back() {
    let mut screen = talking();
    for _ in 0..2 {
        screen.signal(Signal::TSTP);
        screen.stopped();
        screen.is_left();
        screen.signal(Signal::CONT);
        screen.until_seen("the screen is back", |seen| {
            seen.screen().alternate_screen() && seen.text().contains("6 B  before")
        });
    }
    works_again(&mut screen);
}

#[test]
fn after_sigstop_it_takes_back_the_modes_and_draws_over_what_was_printed() {
    let mut screen = talking();
    screen.signal(Signal::STOP);
    screen.stopped();
    // As a shell does: its own modes, and a prompt.
    let status = Command::new("/bin/sh")
        .args(["-c", r#"stty sane <"$0" && printf '\r\n$ prompt' >"$0""#])
        .arg(screen.device())
        .status()
        .expect("there is a shell");
    assert!(status.success());
    screen.shows("$ prompt");
    assert!(!screen.is_entered());
    screen.signal(Signal::CONT);
    screen.hides("$ prompt");
    works_again(&mut screen);
}

/// A shell with job control, and a server as its job. `None`, and a word about it, without bash.
fn job() -> Option<Pty> {
    if Command::new("bash").arg("--version").output().is_err() {
        eprintln!("skipped: bash is not installed");
        return None;
    }
    let mut screen = netplay("")
        .env("PS1", "shell: ")
        .env("NETPLAY", env!("CARGO_BIN_EXE_netplay"))
        .by_shell("exec bash --norc --noprofile -i")
        .open();
    screen.key("$NETPLAY tcp server :0\r", "listening on 127.0.0.1:");
    screen.key("\x1b", "KEYS");
    Some(screen)
}

fn is_at_the_prompt(screen: &Pty, after: &str) {
    screen.until("the prompt", |text| {
        text.contains(after) && text.trim().ends_with("shell:")
    });
    assert!(!screen.seen().screen().alternate_screen());
}

fn is_back(screen: &Pty) {
    screen.until_seen("the screen", |seen| {
        seen.screen().alternate_screen() && seen.text().contains("listening on 127.0.0.1:")
    });
}

#[test]
fn as_a_job_of_a_shell_it_is_stopped_and_comes_back() {
    let Some(mut screen) = job() else { return };
    screen.keys("\x1a");
    is_at_the_prompt(&screen, "Stopped");
    screen.keys("fg\r");
    is_back(&screen);
    screen.key("q", "One session runs");
    screen.keys("y");
    is_at_the_prompt(&screen, "netplay: TCP server: 0 connections");
    screen.key("echo code $?\r", "code 0");
    screen.keys("exit\r");
    screen.end();
}

#[test]
fn as_a_job_in_the_background_it_serves_on_and_leaves_the_shell_its_terminal() {
    let Some(mut screen) = job() else { return };
    let port = screen.listening();
    screen.keys("\x1a");
    is_at_the_prompt(&screen, "Stopped");
    screen.keys("bg\r");
    is_at_the_prompt(&screen, "bg");
    let mut peer = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    peer.write_all(b"anyone there?").expect("it takes bytes");
    // What is typed now is the shell's.
    screen.key("echo $((6 * 7))\r", "42");
    screen.keys("jobs\r");
    is_at_the_prompt(&screen, "Running");
    screen.keys("fg\r");
    is_back(&screen);
    screen.shows("anyone there?");
    screen.keys("Q");
    is_at_the_prompt(&screen, "netplay: TCP server: 1 connection, in 13 B");
    screen.keys("exit\r");
    screen.end();
}

#[test]
fn as_a_stopped_job_it_can_be_ended_by_a_signal() {
    let Some(mut screen) = job() else { return };
    screen.keys("\x1a");
    is_at_the_prompt(&screen, "Stopped");
    screen.keys("job=$(jobs -p); kill %1; while kill -0 $job; do sleep 0.02; done\r");
    is_at_the_prompt(&screen, "Exit 143");
    screen.keys("exit\r");
    screen.end();
}
