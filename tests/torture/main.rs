//! System calls that fail: each protocol and side without a screen, with one call made to fail by
//! strace. No panic, an end within seconds of being asked, and whoever watches learns of the fault.
//!
//! `cargo test --test torture -- --ignored` makes every call fail at each of its first eight times.

#![cfg(target_os = "linux")]

mod peers;
#[path = "../support/process.rs"]
mod process;
mod run;

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use run::{Injection, SCENARIOS, Scenario, run};

/// Each call, and errors that the kernel may give for it.
const CALLS: [(&str, [&str; 2]); 10] = [
    ("socket", ["EMFILE", "EACCES"]),
    ("bind", ["EACCES", "EADDRINUSE"]),
    ("listen", ["EADDRINUSE", "EOPNOTSUPP"]),
    ("accept4", ["EMFILE", "ENFILE"]),
    ("connect", ["ENETUNREACH", "ETIMEDOUT"]),
    ("recvfrom", ["ENETDOWN", "ENOMEM"]),
    ("sendto", ["ENOBUFS", "EPIPE"]),
    ("read", ["EIO", "EISDIR"]),
    ("write", ["EIO", "ENOSPC"]),
    ("epoll_ctl", ["ENOMEM", "ENOSPC"]),
];

fn can_trace() -> bool {
    let traced = Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .output();
    let can = traced.is_ok_and(|output| output.status.success());
    if !can {
        eprintln!("skipped: strace is not installed, or may not trace");
    }
    can
}

/// Makes each call fail at each of these times, with so many errors, in every scenario; how many
/// faults there were.
fn torture(times: std::ops::RangeInclusive<u32>, kinds: usize) -> usize {
    let mut injections = Vec::new();
    for scenario in SCENARIOS {
        for (call, errors) in CALLS {
            for error in errors.into_iter().take(kinds) {
                let at = times.clone().map(|when| Injection {
                    scenario,
                    call,
                    error,
                    when,
                });
                injections.extend(at);
            }
        }
    }
    let next = AtomicUsize::new(0);
    let injected = AtomicUsize::new(0);
    let wrong: Vec<String> = thread::scope(|scope| {
        let work = || {
            let mut wrong = Vec::new();
            while let Some(injection) = injections.get(next.fetch_add(1, Ordering::Relaxed)) {
                match run(injection) {
                    Ok(times) => drop(injected.fetch_add(times, Ordering::Relaxed)),
                    Err(why) => wrong.push(format!("{injection:?}: {why}")),
                }
            }
            wrong
        };
        // Most of the time is spent waiting.
        let threads: Vec<_> = (0..6).map(|_| scope.spawn(work)).collect();
        let results = threads
            .into_iter()
            .map(|thread| thread.join().expect("no check panics"));
        results.flatten().collect()
    });
    let injected = injected.into_inner();
    println!("{} runs, {injected} faults", injections.len());
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        injections.len(),
        wrong.join("\n")
    );
    injected
}

#[test]
fn a_call_that_fails_at_first_does_no_harm() {
    if can_trace() {
        assert!(torture(1..=1, 1) > 20);
    }
}

#[test]
fn a_read_that_fails_while_an_http_client_closes_is_told() {
    if can_trace() {
        let injection = Injection {
            scenario: Scenario::HttpClient,
            call: "recvfrom",
            error: "ENETDOWN",
            // The first read has the whole answer; the second waits for the server's end.
            when: 2,
        };
        assert_eq!(run(&injection), Ok(1));
    }
}

#[test]
fn a_runtime_whose_own_calls_fail_ends_the_program_with_words() {
    if can_trace() {
        let injection = Injection {
            scenario: Scenario::TcpServer,
            call: "write",
            error: "EIO",
            when: 1,
        };
        assert!(run(&injection).is_ok_and(|times| times > 0));
    }
}

#[test]
#[ignore = "takes minutes"]
fn calls_that_fail_at_any_time_do_no_harm() {
    if can_trace() {
        assert!(torture(1..=8, 2) > 400);
    }
}
