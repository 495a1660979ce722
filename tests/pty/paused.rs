//! Stopped and continued: the terminal is given back meanwhile, and taken again whole.

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

#[test]
fn as_a_job_of_a_shell_it_goes_to_the_background_and_comes_back() {
    let bash = Command::new("bash").arg("--version").output();
    if bash.is_err() {
        eprintln!("skipped: bash is not installed");
        return;
    }
    let mut screen = netplay("tcp server :0")
        .env("PS1", "shell: ")
        .env("NETPLAY", env!("CARGO_BIN_EXE_netplay"))
        .by_shell("exec bash --norc --noprofile -i")
        .open();
    screen.key("$NETPLAY tcp server :0\r", "listening on 127.0.0.1:");
    screen.key("\x1b", "KEYS");
    screen.key("\x1a", "Stopped");
    screen.until("the prompt", |text| text.trim().ends_with("shell:"));
    assert!(!screen.seen().screen().alternate_screen());
    screen.key("fg\r", "listening on 127.0.0.1:");
    screen.until_seen("the screen", |seen| seen.screen().alternate_screen());
    screen.key("q", "One session runs");
    screen.key("y", "netplay: TCP server: 0 connections");
    screen.until("the prompt", |text| text.trim().ends_with("shell:"));
    screen.keys("echo code $?\r");
    screen.shows("code 0");
    screen.keys("exit\r");
    screen.end();
}
