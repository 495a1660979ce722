//! The whole screen under mixed TCP, UDP and HTTP load for a while: what was sent is shown or
//! counted as lost, and memory, descriptors and tasks come back to where they were. Once as a loop
//! in this process, where tasks can be counted, and once as the binary in a terminal of its own.
//!
//! Ten seconds, or so many as `NETPLAY_SOAK` says; half an hour shows whether anything grows:
//! `NETPLAY_SOAK=1800 cargo test --release --test soak -- --nocapture`.

#![cfg(target_os = "linux")]

#[path = "../support/backend.rs"]
mod backend;
mod inside;
mod peers;
#[path = "../support/playing.rs"]
mod playing;
#[path = "../support/pty.rs"]
mod pty;
#[path = "../support/story.rs"]
mod story;
mod terminal;

use std::fs;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// After so long all histories are full.
const WARM: Duration = Duration::from_secs(300);
/// How much memory may come and go after that, in bytes.
const FLAT: u64 = 5_000_000;

/// How long it lasts.
fn duration() -> Duration {
    let seconds = std::env::var("NETPLAY_SOAK");
    let seconds = seconds.ok().and_then(|text| text.parse().ok());
    Duration::from_secs(seconds.unwrap_or(10))
}

/// Where the server in front listens, as the screen says it.
fn listening(text: &str) -> Option<SocketAddr> {
    let row = text.lines().find(|row| row.starts_with(" SERVER  "))?;
    // HTTP says it as a URL.
    let (_, after) = row.split_once("127.0.0.1:")?;
    let digits = after.split(|c: char| !c.is_ascii_digit()).next()?;
    let port: u16 = digits.parse().ok().filter(|port| *port > 0)?;
    Some(SocketAddr::from(([127, 0, 0, 1], port)))
}

/// The memory of a process (or of this one, `self`), in bytes.
fn memory(pid: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("this is Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.expect("a number") * 1024
}

/// How many descriptors a process has.
fn descriptors(pid: &str) -> usize {
    fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count)
}

/// How much memory there was at least and at most once all histories were full.
struct Flat {
    pid: String,
    began: Instant,
    told: Instant,
    lowest: u64,
    highest: u64,
}

impl Flat {
    fn new(pid: &str) -> Flat {
        let now = Instant::now();
        Flat {
            pid: pid.to_owned(),
            began: now,
            told: now,
            lowest: u64::MAX,
            highest: 0,
        }
    }

    /// Looks at it, and tells of it once a minute.
    fn look(&mut self) {
        let now = memory(&self.pid);
        if self.began.elapsed() > WARM {
            (self.lowest, self.highest) = (self.lowest.min(now), self.highest.max(now));
        }
        if self.told.elapsed() > Duration::from_secs(60) {
            self.told = Instant::now();
            let descriptors = descriptors(&self.pid);
            println!(
                "{:?}: {now} bytes, {descriptors} descriptors",
                self.began.elapsed()
            );
        }
    }

    /// Checks that it did not grow.
    fn holds(&self) {
        let (lowest, highest) = (self.lowest, self.highest);
        if highest > 0 {
            println!("memory after {WARM:?}: {lowest} to {highest}");
        }
        assert!(
            highest <= lowest.saturating_add(FLAT),
            "{lowest} to {highest}"
        );
    }
}
