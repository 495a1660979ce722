//! Rows 9 to 11, 13 and 14: what it costs to be there, to begin, to remember, to let people in, and
//! to do without a screen.

use std::fs;
use std::io::Read as _;
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::load::{TIME, amount, bulk, connects, messages, open};
use crate::measure::{Contender, Figure, Samples, Unit, note, race, tell, title};
use crate::peers::{Peer, free_port, has, wait_listening};
use crate::streams::server;
use crate::terminal::{FRAME_END, Terminal};

const MB: f64 = 1e6;

/// The processor time that a process and its threads have had, in seconds.
fn cpu(pid: u32) -> f64 {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).expect("it runs");
    let times = threads.filter_map(|thread| {
        let path = thread.ok()?.path().join("schedstat");
        fs::read_to_string(path)
            .ok()?
            .split_whitespace()
            .next()?
            .parse::<f64>()
            .ok()
    });
    times.sum::<f64>() / 1e9
}

/// What a process holds in memory, in bytes.
fn memory(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kib.expect("the system tells") * 1024.0
}

/// Row 9.
pub fn idle() {
    title("9", "idle, a server and its client");
    let seconds = 5;
    let terminal = Terminal::netplay(&format!("tcp both 127.0.0.1:{}", free_port()));
    thread::sleep(Duration::from_secs(2));
    let (frames, time) = (terminal.frames(), cpu(terminal.pid()));
    thread::sleep(Duration::from_secs(seconds));
    let frames = terminal.frames() - frames;
    let share = (cpu(terminal.pid()) - time) / seconds as f64 * 100.0;
    let goal = format!("at most {} in {seconds} s", seconds + 1);
    tell("frames", &frames.to_string(), &goal, frames <= seconds + 1);
    tell(
        "of a core",
        &format!("{share:.3} %"),
        "below 0.2 %",
        share < 0.2,
    );
}

/// Row 10.
pub fn start() {
    title("10", "from exec to the first whole frame");
    let first = |program: &str, words: &str, wanted: &[u8]| {
        let terminal = Terminal::start(program, words, wanted);
        (terminal.found() - terminal.started).as_secs_f64()
    };
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let htop = has("htop");
    for _ in 0..15 {
        ours.push(first(env!("CARGO_BIN_EXE_netplay"), "", FRAME_END));
        if htop {
            theirs.push(first("htop", "", b"Quit"));
        }
    }
    let ours = Samples::new(ours).median() * 1e3;
    note("netplay", &format!("{ours:.1} ms"));
    if !htop {
        return note("htop", "is not installed");
    }
    let theirs = Samples::new(theirs).median() * 1e3;
    tell(
        "htop",
        &format!("{theirs:.1} ms"),
        "not slower",
        ours <= theirs,
    );
}

/// Row 11.
pub fn remembers() {
    title("11", "memory of a TCP server on the screen");
    let (terminal, port) = server("--recv-size 65536");
    let start = memory(terminal.pid());
    tell_memory("at the start", start, 15.0);
    amount(port, 1 << 20, 10_000);
    amount(port, 32, 10_000_000);
    let budget = netplay::model::spec::DEFAULT_HISTORY as f64;
    let goal = (start + budget) / MB + 10.0;
    tell_memory(
        "after 10 GB and 10 million writes",
        memory(terminal.pid()),
        goal,
    );
    drop(terminal);
    let (terminal, port) = server("");
    let all: Vec<TcpStream> = open(port, 10_000);
    thread::sleep(Duration::from_secs(1));
    tell_memory(
        "with 10,000 open connections",
        memory(terminal.pid()),
        120.0,
    );
    drop(all);
}

fn tell_memory(name: &str, bytes: f64, goal: f64) {
    let figure = format!("{:.1} MB", bytes / MB);
    tell(
        name,
        &figure,
        &format!("below {goal:.0} MB"),
        bytes / MB < goal,
    );
}

/// How often a listen queue was full since the machine started, as far as the system tells.
fn overflows() -> u64 {
    let all = fs::read_to_string("/proc/net/netstat").unwrap_or_default();
    let mut lines = all.lines().filter(|line| line.starts_with("TcpExt:"));
    let (names, values) = (lines.next(), lines.next());
    let mut columns = names.into_iter().flat_map(str::split_whitespace);
    let at = columns.position(|name| name == "ListenOverflows");
    let value = values.and_then(|values| values.split_whitespace().nth(at?));
    value.and_then(|value| value.parse().ok()).unwrap_or(0)
}

/// Row 13.
pub fn doors(rounds: usize) {
    title(
        "13",
        "5,000 connections as fast as they come, each ended in order",
    );
    let (_ours, port) = server("");
    let bare = Peer::bare("tokio 4096");
    let mut full = 0;
    let ours = || {
        let before = overflows();
        let rate = connects(port, 5000);
        full += overflows() - before;
        rate
    };
    let contenders = vec![
        Contender::ours(ours),
        Contender::new("bare tokio", Some(0.7), || connects(bare.port(), 5000)),
    ];
    race(Unit::Things, rounds, contenders);
    let goal = "none";
    tell(
        "listen queues that were full",
        &full.to_string(),
        goal,
        full == 0,
    );
}

/// A program whose output goes through a pipe to another that throws it away.
struct Piped {
    ours: Child,
    sink: Child,
    port: u16,
}

impl Piped {
    fn start(options: &str) -> Piped {
        let port = free_port();
        let mut command = Command::new(env!("CARGO_BIN_EXE_netplay"));
        let words = format!("tcp server 127.0.0.1:{port} {options}");
        command.args(words.split_whitespace()).stdin(Stdio::null());
        command.stdout(Stdio::piped()).env("LC_ALL", "C.UTF-8");
        let mut ours = command.spawn().expect("it starts");
        let pipe = ours.stdout.take().expect("it is piped");
        let mut cat = Command::new("cat");
        let sink = cat
            .stdin(pipe)
            .stdout(Stdio::null())
            .spawn()
            .expect("it starts");
        wait_listening(port);
        Piped { ours, sink, port }
    }

    fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Piped {
    fn drop(&mut self) {
        for child in [&mut self.ours, &mut self.sink] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Does the work of a row at a port for so long.
type Work = fn(u16, Duration) -> f64;

/// Row 14.
pub fn piped(rounds: usize) {
    let works: [(&str, &str, Unit, Work); 2] = [
        ("1", "--recv-size 65536", Unit::Bytes, bulk),
        ("3", "", Unit::Things, messages),
    ];
    for (row, options, unit, work) in works {
        for format in ["--json", "--headless"] {
            title(
                "14",
                &format!("row {row} without a screen, {format} into a pipe to /dev/null"),
            );
            let ours = Piped::start(&format!("{options} {format}"));
            let (_screen, port) = server(options);
            let contenders = vec![
                Contender::ours(|| work(ours.port(), TIME)),
                Contender::new(
                    &format!("netplay on the screen (row {row})"),
                    Some(0.25),
                    || work(port, TIME),
                ),
            ];
            race(unit, rounds, contenders);
        }
    }
}

/// What a peer sends to a program whose output is read slowly, in bytes.
const HELD_BACK: usize = 64 << 20;
/// So much is read of that output at a time, and then nothing for a while.
const SIP: usize = 64 << 10;
const BREATH: Duration = Duration::from_millis(5);

/// Row 14, its second half: who reads slowly slows the peer, and misses nothing.
pub fn slowly_read() {
    title(
        "14",
        "--json read slowly: the peer is held back, nothing is lost",
    );
    let port = free_port();
    let mut command = Command::new(env!("CARGO_BIN_EXE_netplay"));
    let words = format!("tcp server 127.0.0.1:{port} --json");
    command.args(words.split_whitespace()).stdin(Stdio::null());
    let mut ours = command.stdout(Stdio::piped()).spawn().expect("it starts");
    let mut pipe = ours.stdout.take().expect("it is piped");
    wait_listening(port);
    let begin = Instant::now();
    let reader = thread::spawn(move || {
        let (mut all, mut sip) = (Vec::new(), vec![0; SIP]);
        while let Ok(n @ 1..) = pipe.read(&mut sip) {
            all.extend_from_slice(&sip[..n]);
            thread::sleep(BREATH);
        }
        all
    });
    amount(port, 64 << 10, (HELD_BACK / (64 << 10)) as u64);
    let rate = HELD_BACK as f64 / begin.elapsed().as_secs_f64();
    // Told to stop, it still says all that it has.
    let pid = Pid::from_child(&ours);
    kill_process(pid, Signal::INT).expect("it runs");
    let told = reader.join().expect("it reads to the end");
    let _ = ours.wait();
    let lines = told
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty());
    let events = lines.map(|line| serde_json::from_slice(line).expect("whole lines"));
    let received = events.filter(|event: &Value| event["event"] == "received");
    let bytes: u64 = received.filter_map(|event| event["len"].as_u64()).sum();
    let slow = SIP as f64 / BREATH.as_secs_f64();
    tell(
        "the peer's speed",
        &Figure(rate, Unit::Bytes).to_string(),
        &format!("about the reader's, {}", Figure(slow, Unit::Bytes)),
        rate < 2.0 * slow,
    );
    tell(
        "told of what was sent",
        &format!("{bytes} B"),
        &format!("all {HELD_BACK}"),
        bytes == HELD_BACK as u64,
    );
}
