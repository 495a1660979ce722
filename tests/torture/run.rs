//! One run of the binary under strace, and what must hold of it.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::peers;
use crate::process::{Netplay, binary};

/// How long a scenario may go on before it is asked to end.
const SCENE: Duration = Duration::from_secs(2);
/// How long it may take to end then.
const SOON: Duration = Duration::from_secs(5);

/// A protocol and side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scenario {
    TcpServer,
    TcpClient,
    UdpServer,
    UdpClient,
    HttpServer,
    HttpClient,
}

pub const SCENARIOS: [Scenario; 6] = [
    Scenario::TcpServer,
    Scenario::TcpClient,
    Scenario::UdpServer,
    Scenario::UdpClient,
    Scenario::HttpServer,
    Scenario::HttpClient,
];

/// One call that fails once.
#[derive(Clone, Copy, Debug)]
pub struct Injection {
    pub scenario: Scenario,
    pub call: &'static str,
    pub error: &'static str,
    pub when: u32,
}

impl Scenario {
    fn words(self) -> String {
        let http = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        match self {
            Scenario::TcpServer => "tcp server :0 --echo".to_owned(),
            Scenario::TcpClient => format!("tcp client {}", peers::serve_tcp(b"answer")),
            Scenario::UdpServer => "udp server :0 --echo".to_owned(),
            Scenario::UdpClient => format!("udp client {}", peers::serve_udp()),
            Scenario::HttpServer => "http server :0".to_owned(),
            Scenario::HttpClient => format!("http client {}", peers::serve_tcp(http)),
        }
    }

    fn caller(self) -> Option<fn(SocketAddr)> {
        match self {
            Scenario::TcpServer => Some(peers::call_tcp),
            Scenario::UdpServer => Some(peers::call_udp),
            Scenario::HttpServer => Some(peers::call_http),
            Scenario::TcpClient | Scenario::UdpClient | Scenario::HttpClient => None,
        }
    }
}

/// The process that strace runs.
fn traced(strace: Pid) -> Option<Pid> {
    let strace = strace.as_raw_nonzero();
    let children = fs::read_to_string(format!("/proc/{strace}/task/{strace}/children")).ok()?;
    Pid::from_raw(children.split_whitespace().next()?.parse().ok()?)
}

/// The program under strace, which injects the fault and notes it in `trace`.
fn traced_command(injection: &Injection, trace: &Path) -> Command {
    let Injection {
        scenario,
        call,
        error,
        when,
    } = *injection;
    let mut command = Command::new("strace");
    command
        .args(["-f", "-qq", "-yy", "-e", "signal=none", "-o"])
        .arg(trace)
        .args(["-e", &format!("trace={call}")])
        .args(["-e", &format!("inject={call}:error={error}:when={when}")])
        .arg(binary())
        .args(scenario.words().split_whitespace())
        .arg("--json")
        .env("LC_ALL", "C.UTF-8")
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Plays the scenario with the fault, and gives how often it was injected, or what was wrong.
pub fn run(injection: &Injection) -> Result<usize, String> {
    let scenario = injection.scenario;
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let trace = folder.path().join("trace");
    let command = traced_command(injection, &trace);
    let began = Instant::now();
    let mut netplay = Netplay::of(command);
    if let Some(call_it) = scenario.caller() {
        let local = netplay.line_within(SCENE, |line| line.contains(r#""event":"listening""#));
        let local = local.and_then(|line| {
            let value: Value = serde_json::from_str(&line).ok()?;
            value["local"].as_str()?.parse().ok()
        });
        if let Some(local) = local {
            call_it(local);
        }
    } else {
        for _ in 0..8 {
            netplay.try_input("hello\n");
            netplay.line_within(SCENE / 8, |line| line.contains(r#""event":"received""#));
        }
        netplay.end_input();
    }
    while netplay.runs() && (scenario.caller().is_none() && began.elapsed() < SCENE) {
        std::thread::sleep(Duration::from_millis(5));
    }
    let child = traced(netplay.pid());
    let asked = Instant::now();
    let mut next = asked;
    while netplay.runs() {
        // Once more in a while: the call that hands a signal on may be the one that fails.
        if let Some(child) = child
            && Instant::now() >= next
        {
            let _ = kill_process(child, Signal::INT);
            next += SOON / 4;
        }
        if asked.elapsed() > SOON {
            if let Some(child) = child {
                let _ = kill_process(child, Signal::KILL);
            }
            let end = netplay.end();
            let trace = fs::read_to_string(&trace).unwrap_or_default();
            let out = end.lines.join("\n") + "\n" + &end.stderr;
            return Err(format!(
                "still there {SOON:?} after it was asked to end:\n{out}\n{trace}"
            ));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let end = netplay.end();
    let trace = fs::read_to_string(&trace).unwrap_or_default();
    let injected: Vec<&str> = trace
        .lines()
        .filter(|line| line.contains("(INJECTED)"))
        .collect();
    let shown = || {
        let out = end.lines.join("\n");
        format!(
            "code {:?}\n{out}\n{}\n{}",
            end.code,
            end.stderr,
            injected.join("\n")
        )
    };
    let text = end.lines.join("\n") + &end.stderr;
    if text.contains("panicked") || text.contains("a fault in netplay") {
        return Err(format!("a panic: {}", shown()));
    }
    // 127: the loader of libraries could not read one.
    if !matches!(end.code, Some(0 | 1 | 2 | 127)) {
        return Err(format!("a strange end: {}", shown()));
    }
    let mute = injected.iter().any(|line| line.contains(" write(2<"));
    if !mute && injected.iter().any(|line| is_of_concern(line)) && !is_told(&end.lines, &end.stderr)
    {
        return Err(format!("nobody was told: {}", shown()));
    }
    Ok(injected.len())
}

/// Whether the fault is one that anybody can be told of. Not so what is read before the program's
/// own code runs (where its stack is, how memory is given), what a closed socket is told, which is
/// gone anyway, and the byte by which a signal's handler wakes its reader.
fn is_of_concern(line: &str) -> bool {
    let before_main = [
        "/maps>",
        "</sys/kernel/mm/",
        "</proc/sys/vm/",
        "</sys/fs/cgroup/",
    ];
    let early = before_main.iter().any(|path| line.contains(path));
    let signalled = line.contains("sendto(") && line.contains("<UNIX");
    let gone = line.contains("EPOLL_CTL_DEL");
    !(early || signalled || gone)
}

/// Whether a fault is named.
fn is_told(lines: &[String], stderr: &str) -> bool {
    !stderr.trim().is_empty()
        || lines.iter().any(|line| {
            let value: Value = serde_json::from_str(line).unwrap_or_default();
            match value["event"].as_str() {
                Some("failed" | "tried" | "lost" | "malformed") => true,
                Some("closed") => value["how"] != "finished" && value["how"] != "stopped",
                _ => false,
            }
        })
}
