//! The standard streams and signals of a run without a screen: what goes in is sent byte for byte,
//! a slow reader of stdout loses nothing, and nothing keeps the program from ending.

#[path = "support/process.rs"]
mod process;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use process::{LIMIT, Netplay, payload, wait_until};

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("the server listens");
    stream.set_read_timeout(Some(LIMIT)).expect("not zero");
    stream
}

/// What a client sends of this input, to the last byte.
fn sent(words: &str, input: &[u8]) -> Vec<u8> {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback is there");
    let address = listener.local_addr().expect("it is bound");
    let mut client = Netplay::start(&format!("tcp client {address} {words} --json"));
    let (mut peer, _) = listener.accept().expect("the client calls");
    peer.set_read_timeout(Some(LIMIT)).expect("not zero");
    let reader = thread::spawn(move || {
        let mut bytes = Vec::new();
        peer.read_to_end(&mut bytes).expect("the client finishes");
        bytes
    });
    client.input(input);
    client.end_input();
    let bytes = reader.join().expect("reading works");
    let client = client.end();
    assert_eq!(client.code, Some(0), "{}", client.stderr);
    assert_eq!(client.bytes("sent"), bytes);
    bytes
}

#[test]
fn lines_are_sent_without_their_ends_as_they_are() {
    assert_eq!(sent("", b"a\r\n\xff\0\x1b\n\nlast"), b"a\xff\0\x1blast");
}

#[test]
fn the_chosen_line_end_is_added_to_every_line() {
    assert_eq!(sent("--newline lf", b"a\r\nb\n\nc"), b"a\nb\n\nc\n");
    assert_eq!(sent("--newline crlf", b"a\nb"), b"a\r\nb\r\n");
}

#[test]
fn a_line_of_megabytes_arrives_whole() {
    let line: Vec<u8> = (0..3_000_001_u32).map(|n| b'a' + (n % 23) as u8).collect();
    assert_eq!(sent("--newline lf", &line), [&line[..], b"\n"].concat());
}

#[test]
fn ten_thousand_lines_arrive_in_order() {
    let lines: Vec<String> = (0..10_000).map(|n| format!("{n}\n")).collect();
    let lines = lines.concat();
    assert_eq!(sent("--newline lf", lines.as_bytes()), lines.as_bytes());
}

/// A server whose stdout nobody reads, a peer that has sent until it could send no more, and how
/// much that was. The peer goes on as soon as it can.
fn server_behind_a_full_stdout(format: &str) -> (std::process::Child, Arc<AtomicU64>, u64) {
    let mut command = process::command(&format!("tcp server :0 {format}"));
    let mut server = command.spawn().expect("the binary starts");
    let mut stdout = server.stdout.take().expect("it is a pipe");
    // Only the first line is read, byte by byte: nothing behind it.
    let mut line = Vec::new();
    while !line.ends_with(b"\n") {
        let mut byte = [0];
        stdout.read_exact(&mut byte).expect("a line comes");
        line.push(byte[0]);
    }
    server.stdout = Some(stdout);
    let line = String::from_utf8(line).expect("a line is text");
    let address = line
        .split(['"', ' ', '\n'])
        .find_map(|word| word.parse().ok())
        .expect("`listening` has the address");
    let mut peer = connect(address);
    let total: u64 = 32 << 20;
    let done = Arc::new(AtomicU64::new(0));
    let counter = done.clone();
    thread::spawn(move || {
        let block: Vec<u8> = (0..65_536_u32).map(|n| b'a' + (n % 23) as u8).collect();
        let mut left = total;
        while left > 0 {
            let len = left.min(block.len() as u64) as usize;
            match peer.write(&block[..len]) {
                Ok(len) => left -= len as u64,
                Err(_) => return,
            }
            counter.store(total - left, Ordering::Relaxed);
        }
    });
    let (mut last, mut since) = (0, Instant::now());
    wait_until("the peer can send no more", || {
        let now = done.load(Ordering::Relaxed);
        if now != last || now == 0 {
            (last, since) = (now, Instant::now());
        }
        since.elapsed() > Duration::from_millis(300)
    });
    assert!(
        last < total,
        "the whole {total} bytes were taken though nobody reads"
    );
    (server, done, total)
}

#[test]
fn a_slow_reader_of_stdout_slows_the_peer_and_loses_nothing() {
    let (mut server, _, total) = server_behind_a_full_stdout("--once --json");
    let mut text = String::new();
    let mut stdout = server.stdout.take().expect("it is a pipe");
    stdout.read_to_string(&mut text).expect("lines are ASCII");
    let status = server.wait().expect("the child is ours");
    assert_eq!(status.code(), Some(0));
    let mut got = 0;
    for line in text.lines() {
        let event: serde_json::Value = serde_json::from_str(line).expect("a whole object");
        if event["event"] == "received" {
            got += payload(&event).len() as u64;
        }
    }
    assert_eq!(got, total);
}

#[test]
fn a_stdout_that_is_closed_ends_the_run_quietly_with_0() {
    for format in ["--headless", "--json"] {
        let (mut server, _, _) = server_behind_a_full_stdout(format);
        drop(server.stdout.take());
        let mut stderr = String::new();
        let pipe = server.stderr.as_mut().expect("it is a pipe");
        pipe.read_to_string(&mut stderr).expect("it ends");
        assert_eq!(server.wait().expect("the child is ours").code(), Some(0));
        assert_eq!(stderr, "");
    }
}

#[test]
fn a_stdout_that_was_never_read_ends_the_run_quietly_with_0() {
    let (reader, writer) = std::io::pipe().expect("pipes are there");
    drop(reader);
    let mut command = process::command("tcp server :0 --headless");
    command.stdout(writer);
    let end = Netplay::of(command).end();
    assert_eq!((end.code, end.stderr.as_str()), (Some(0), ""));
}

#[cfg(target_os = "linux")]
#[test]
fn a_stdout_that_cannot_be_written_is_an_error_in_words() {
    let full = std::fs::File::options().write(true).open("/dev/full");
    let mut command = process::command("tcp server :0 --headless");
    command.stdout(full.expect("Linux has it"));
    let end = Netplay::of(command).end();
    assert_eq!(end.code, Some(1));
    assert!(
        end.stderr.starts_with("netplay: cannot write to stdout: "),
        "{}",
        end.stderr
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_stdout_that_cannot_be_written_is_told_whenever_the_run_is_stopped() {
    for delay in 0..25 {
        let full = std::fs::File::options().write(true).open("/dev/full");
        let mut command = process::command("tcp server :0 --headless");
        command.stdout(full.expect("Linux has it"));
        let server = Netplay::of(command);
        std::thread::sleep(std::time::Duration::from_millis(delay));
        let _ = rustix::process::kill_process(server.pid(), rustix::process::Signal::INT);
        let end = server.end();
        // Before it listens to signals it is simply ended.
        let told = end.stderr.starts_with("netplay: cannot write to stdout: ");
        assert!(end.code.is_none() || told, "{delay} ms: {end:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_stdin_that_cannot_be_read_is_told_and_counts_as_ended() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback is there");
    let address = listener.local_addr().expect("it is bound");
    let mut command = process::command(&format!("tcp client {address} --json"));
    command.stdin(std::fs::File::open("/").expect("a folder can be opened, not read"));
    let client = Netplay::of(command);
    let (mut peer, _) = listener.accept().expect("the client calls");
    peer.set_read_timeout(Some(LIMIT)).expect("not zero");
    let mut nothing = Vec::new();
    peer.read_to_end(&mut nothing).expect("the client finishes");
    drop(peer);
    let client = client.end();
    assert_eq!(client.code, Some(0), "{client:?}");
    assert_eq!(client.event("failed")["what"], "input");
    assert!(
        client.stderr.starts_with("netplay: cannot read stdin: "),
        "{}",
        client.stderr
    );
}

#[cfg(unix)]
mod signals {
    use std::process::{Command, Stdio};

    use rustix::process::{Pid, Signal, kill_process};

    use super::*;

    /// Whether a hang-up ends nothing here: whoever runs the tests by nohup has said so for all of
    /// their children.
    fn hang_up_is_ignored() -> bool {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mut lines = status.lines();
        let ignored = lines.find_map(|line| line.strip_prefix("SigIgn:"));
        let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        ignored.is_some_and(|mask| mask & 1 == 1)
    }

    #[test]
    fn the_usual_signals_close_every_connection_in_order_and_end_with_0() {
        for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
            if signal == Signal::HUP && hang_up_is_ignored() {
                eprintln!("skipped: SIGHUP is ignored here");
                continue;
            }
            let mut server = Netplay::start("tcp server :0 --json");
            let mut peer = connect(server.address());
            server.event("opened");
            server.signal(signal);
            let mut rest = Vec::new();
            peer.read_to_end(&mut rest).expect("the end, not a reset");
            let server = server.end();
            assert_eq!(server.code, Some(0), "{signal:?}: {server:?}");
            let closed = server.event("closed");
            assert_eq!(
                (&closed["how"], &closed["by"]),
                (&"stopped".into(), &"us".into())
            );
            assert_eq!(server.names().last().map(String::as_str), Some("stopped"));
        }
    }

    #[test]
    fn a_client_that_still_dials_or_waits_ends_at_a_signal_too() {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr());
        let port = port.expect("loopback is there").port();
        let mut client = Netplay::start(&format!("tcp client {port} --wait --json"));
        client.event("waiting");
        client.signal(Signal::TERM);
        assert_eq!(client.end().code, Some(0));
    }

    #[test]
    fn a_stdout_that_nobody_reads_does_not_keep_a_signal_from_ending_the_run() {
        let (mut server, _, _) = server_behind_a_full_stdout("--json");
        let start = Instant::now();
        kill_process(Pid::from_child(&server), Signal::TERM).expect("the child is ours");
        assert_eq!(server.wait().expect("the child is ours").code(), Some(0));
        assert!(
            start.elapsed() < Duration::from_secs(6),
            "{:?}",
            start.elapsed()
        );
    }

    #[test]
    fn a_slow_reader_of_stdout_gets_all_that_was_said_before_the_end() {
        let (mut server, ..) = server_behind_a_full_stdout("--json");
        kill_process(Pid::from_child(&server), Signal::TERM).expect("the child is ours");
        let mut stdout = server.stdout.take().expect("it is a pipe");
        let (mut text, mut piece) = (Vec::new(), vec![0; 32 << 10]);
        let start = Instant::now();
        loop {
            let len = stdout.read(&mut piece).expect("the pipe can be read");
            if len == 0 {
                break;
            }
            text.extend_from_slice(&piece[..len]);
            // Longer in all than a stop may take while nobody reads.
            if start.elapsed() < Duration::from_secs(4) {
                thread::sleep(Duration::from_millis(100));
            }
        }
        let text = String::from_utf8(text).expect("lines are ASCII");
        let last = text.lines().last().expect("lines were read");
        let event: serde_json::Value = serde_json::from_str(last).expect("a whole object");
        assert_eq!(event["event"], "stopped");
        assert_eq!(server.wait().expect("the child is ours").code(), Some(0));
    }

    #[test]
    fn a_second_signal_ends_the_run_at_once() {
        let (mut server, _, _) = server_behind_a_full_stdout("--headless");
        let pid = Pid::from_child(&server);
        let start = Instant::now();
        let mut status = None;
        // Several that come at the same time may count as one.
        wait_until("the child ends", || {
            let _ = kill_process(pid, Signal::TERM);
            status = server.try_wait().expect("the child is ours");
            status.is_some()
        });
        assert_eq!(status.and_then(|status| status.code()), Some(143));
        assert!(
            start.elapsed() < Duration::from_secs(2),
            "{:?}",
            start.elapsed()
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_hang_up_that_was_switched_off_stays_so() {
        let mut command = Command::new("sh");
        command
            .args(["-c", "trap '' HUP; exec \"$0\" tcp server :0 --json"])
            .arg(env!("CARGO_BIN_EXE_netplay"))
            .env("XDG_CONFIG_HOME", env!("CARGO_TARGET_TMPDIR"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut server = Netplay::of(command);
        let address = server.address();
        server.signal(Signal::HUP);
        connect(address)
            .write_all(b"still there?")
            .expect("the server goes on");
        assert_eq!(payload(&server.event("received")), b"still there?");
        server.signal(Signal::TERM);
        assert_eq!(server.end().code, Some(0));
    }
}
