//! As many requests as a load generator can make: none is refused, the memory stays bounded, and
//! the screen answers its user meanwhile.

use std::fs;
use std::thread;

use rustix::process::Pid;

use crate::ours::Server;
use crate::programs::{Ran, has, run};
use crate::pty;

/// What a flood may make a process take, in KiB: its history has a budget of a few MiB.
const MEMORY: u64 = 150 << 10;

fn wrk(url: &str) -> Ran {
    run("wrk", &["-t1", "-c64", "-d2s", url], b"")
}

/// How many answers came; checks that nothing went wrong with any.
fn answers(ran: Ran) -> u64 {
    let text = ran.text();
    assert!(!text.contains("Socket errors"), "{text}");
    assert!(!text.contains("Non-2xx"), "{text}");
    let line = text.lines().find(|line| line.contains(" requests in "));
    let count = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    count.unwrap_or_else(|| panic!("{text}"))
}

/// The most memory that a process ever took, in KiB, where the system tells.
fn peak(pid: Pid) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", pid.as_raw_nonzero())).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn is_bounded(pid: Pid) {
    if let Some(peak) = peak(pid) {
        assert!(peak < MEMORY, "{peak} KiB");
    }
}

#[test]
fn a_flood_without_a_screen_is_answered_and_told_of_in_full() {
    if !has("wrk") {
        return;
    }
    let server = Server::start("");
    let count = answers(wrk(&server.url("/")));
    is_bounded(server.netplay.pid());
    let told = server.stop();
    let asked = told.count("request") as u64;
    // What was on its way at the end was answered to nobody.
    assert!((count..=count + 65).contains(&asked), "{asked} of {count}");
    assert!(count > 300, "{count}");
    assert_eq!(told.count("malformed"), 0);
    assert_eq!(told.count("opened"), told.count("closed"));
}

#[test]
fn the_screen_answers_keys_in_a_flood() {
    if !has("wrk") {
        return;
    }
    let mut screen = pty::netplay("http server 127.0.0.1:0").open();
    let url = format!("http://127.0.0.1:{}/", screen.port("http://127.0.0.1:"));
    let flood = thread::spawn(move || wrk(&url));
    screen.shows("64 open");
    screen.key("?", "Esc close");
    screen.keys("\x1b");
    screen.hides("Esc close");
    screen.shows("open");
    assert!(
        !flood.is_finished(),
        "the flood goes on while keys are pressed"
    );
    let count = answers(flood.join().unwrap());
    assert!(count > 300, "{count}");
    is_bounded(screen.pid);
    screen.hides("64 open");
    screen.shows("GET     /");
    screen.quits();
}
