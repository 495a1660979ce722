//! Many peers that behave badly at once: the server goes on for the others, in little memory.
//!
//! `cargo test --release --test load -- --ignored --nocapture` takes them by the thousand.

#![cfg(target_os = "linux")]

mod crowd;
mod descriptors;
#[path = "../support/process.rs"]
mod process;

use std::fs;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use process::{Netplay, command};
use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, setrlimit};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What the server's process may take, in bytes.
const MEMORY: u64 = 150_000_000;

/// Lets this process have as many descriptors as it may.
fn raise_limit() {
    let maximum = getrlimit(Resource::Nofile).maximum;
    let limit = Rlimit {
        current: maximum,
        maximum,
    };
    setrlimit(Resource::Nofile, limit).expect("up to the maximum everyone may");
}

/// A figure of a process, as the system tells it; those of memory in bytes.
fn figure(pid: Pid, name: &str) -> u64 {
    let path = format!("/proc/{}/status", pid.as_raw_nonzero());
    let status = fs::read_to_string(path).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let words = line.and_then(|line| line.trim_start_matches(':').split_whitespace().next());
    let number: u64 = words.and_then(|word| word.parse().ok()).expect("a number");
    if name.starts_with("Vm") {
        number * 1024
    } else {
        number
    }
}

fn descriptors(pid: Pid) -> usize {
    let path = format!("/proc/{}/fd", pid.as_raw_nonzero());
    fs::read_dir(path).map_or(0, Iterator::count)
}

/// How long an ordinary request takes, of its own connection.
async fn ask(server: SocketAddr) -> Duration {
    let began = Instant::now();
    let mut stream = TcpStream::connect(server).await.expect("it listens");
    let request = b"GET / HTTP/1.1\r\nHost: me\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await.expect("it reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("it answers");
    let took = began.elapsed();
    assert!(
        answer.starts_with(b"HTTP/1.1 200 "),
        "{}",
        answer.escape_ascii()
    );
    assert!(answer.ends_with(b"</html>\n"), "{}", answer.len());
    took
}

/// The time that 99 of 100 requests do not exceed.
async fn slowest_but_one(server: SocketAddr) -> Duration {
    let mut times = Vec::new();
    for _ in 0..200 {
        times.push(ask(server).await);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    times.sort_unstable();
    times[times.len() * 99 / 100 - 1]
}

/// A server whose events nobody has to keep.
fn server(words: &str) -> (Netplay, SocketAddr) {
    let mut netplay = Netplay::of(command(&format!("{words} --json")));
    let address = netplay.address();
    netplay.forget_lines();
    (netplay, address)
}

/// So many dribble a head and so many never read; an ordinary request is answered within `limit`.
async fn bad_crowd(count: usize, limit: Duration) {
    raise_limit();
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("page.html");
    fs::write(&page, vec![b'x'; 4 << 20]).expect("it takes a file");
    let large = format!("http server :0 --dir {}", folder.path().display());
    fs::write(folder.path().join("index.html"), "<html>\n</html>\n").expect("a file");
    for (what, words, times) in [
        ("more small answers than may wait", "http server :0", 80),
        ("a large answer", &large, 1),
        ("large answers", &large, 20),
    ] {
        let (netplay, address) = server(words);
        let mut crowd = crowd::Crowd::default();
        for _ in 0..count {
            crowd.dribbles(address).await;
            crowd.never_reads(address, times).await;
        }
        // The writes of all have come to a halt by now, or will while the others ask.
        tokio::time::sleep(Duration::from_secs(2)).await;
        let took = slowest_but_one(address).await;
        let (now, peak) = (
            figure(netplay.pid(), "VmRSS"),
            figure(netplay.pid(), "VmHWM"),
        );
        println!("{what}: 2 x {count}, p99 {took:?}, memory {now} now, {peak} at most");
        assert!(took < limit, "{what}: {took:?}");
        assert!(peak < MEMORY, "{what}: {peak}");
        drop(crowd);
        netplay.signal(Signal::INT);
        assert_eq!(netplay.end().code, Some(0));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_few_who_dribble_or_never_read_do_not_hold_up_the_others() {
    // Time is short where other tests run: only that nobody waits for the crowd is looked at.
    bad_crowd(60, Duration::from_secs(2)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a thousand of each; build with --release"]
async fn a_thousand_who_dribble_and_a_thousand_who_never_read_do_not_hold_up_the_others() {
    bad_crowd(1000, Duration::from_millis(100)).await;
}

/// So many open connections; each is served, and nothing of them is left.
async fn open_connections(words: &str, count: usize) {
    raise_limit();
    let (netplay, address) = server(words);
    let (before, descriptors_before) = (figure(netplay.pid(), "VmRSS"), descriptors(netplay.pid()));
    let began = Instant::now();
    let mut streams = Vec::new();
    for _ in 0..count {
        streams.push(TcpStream::connect(address).await.expect("it listens"));
    }
    let connected = began.elapsed();
    for stream in &mut streams {
        stream.write_all(b"hello").await.expect("it reads");
    }
    for stream in &mut streams {
        let mut answer = [0; 5];
        stream.read_exact(&mut answer).await.expect("it answers");
        assert_eq!(&answer, b"hello");
    }
    let memory = figure(netplay.pid(), "VmRSS");
    println!(
        "{count} connections in {connected:?}, all served after {:?}, {memory} bytes, {} each",
        began.elapsed(),
        memory.saturating_sub(before) / count as u64
    );
    assert!(memory < MEMORY, "{memory}");
    drop(streams);
    process::wait_until("all are gone", || {
        descriptors(netplay.pid()) <= descriptors_before
    });
    netplay.signal(Signal::INT);
    assert_eq!(netplay.end().code, Some(0));
}

#[tokio::test]
async fn many_open_connections_are_served_and_forgotten() {
    open_connections("tcp server :0 --echo", 500).await;
}

#[tokio::test]
#[ignore = "ten thousand; build with --release"]
async fn ten_thousand_open_connections_are_served_and_forgotten() {
    open_connections("tcp server :0 --echo", 9900).await;
    open_connections("tcp server :0 --echo", 10_000).await;
}
