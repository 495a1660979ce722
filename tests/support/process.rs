//! The real binary as a child: what it prints is read on threads of their own, every wait has a
//! deadline, and no child outlives its test.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long anything may take. Far more than is ever needed: a test that waits so long has failed.
pub const LIMIT: Duration = Duration::from_secs(20);

/// Waits until the condition holds.
pub fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let end = Instant::now() + LIMIT;
    while !condition() {
        assert!(Instant::now() < end, "waited too long until {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// A folder without a configuration: that of whoever runs the tests is not to count.
pub const NO_CONFIG: &str = env!("CARGO_TARGET_TMPDIR");

/// The binary: the one built with the tests, or another that `NETPLAY_BINARY` names.
pub fn binary() -> String {
    let built = || env!("CARGO_BIN_EXE_netplay").to_owned();
    std::env::var("NETPLAY_BINARY").unwrap_or_else(|_| built())
}

/// The binary with these words, separated by blanks, in a locale with UTF-8 and at UTC.
pub fn command(words: &str) -> Command {
    let mut command = Command::new(binary());
    command
        .args(words.split_whitespace())
        .env("LC_ALL", "C.UTF-8")
        .env("TZ", "UTC")
        .env("XDG_CONFIG_HOME", NO_CONFIG)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// A running child.
pub struct Netplay {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
    seen: Vec<String>,
    stderr: Option<JoinHandle<String>>,
}

/// What a child leaves.
#[derive(Debug)]
pub struct End {
    /// Its exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// All lines of stdout.
    pub lines: Vec<String>,
    /// All of stderr.
    pub stderr: String,
}

impl Netplay {
    /// Starts the binary with pipes at all three streams.
    pub fn start(words: &str) -> Netplay {
        Netplay::of(command(words))
    }

    /// Starts it with these words and an input that has ended.
    pub fn start_without_input(words: &str) -> Netplay {
        let mut netplay = Netplay::start(words);
        netplay.end_input();
        netplay
    }

    /// Starts a prepared command. What it has no pipe for is not read.
    pub fn of(mut command: Command) -> Netplay {
        let mut child = command.spawn().expect("the binary starts");
        let (sender, lines) = channel();
        if let Some(stdout) = child.stdout.take() {
            thread::spawn(move || {
                for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                    if sender.send(line).is_err() {
                        break;
                    }
                }
            });
        }
        let stderr = child.stderr.take().map(|mut stderr| {
            thread::spawn(move || {
                let mut text = String::new();
                let _ = stderr.read_to_string(&mut text);
                text
            })
        });
        Netplay {
            stdin: child.stdin.take(),
            child,
            lines,
            seen: Vec::new(),
            stderr,
        }
    }

    /// The process number.
    #[cfg(unix)]
    pub fn pid(&self) -> rustix::process::Pid {
        rustix::process::Pid::from_child(&self.child)
    }

    /// Sends it a signal.
    #[cfg(unix)]
    pub fn signal(&self, signal: rustix::process::Signal) {
        rustix::process::kill_process(self.pid(), signal).expect("the child is ours");
    }

    /// Writes to its stdin.
    pub fn input(&mut self, bytes: impl AsRef<[u8]>) {
        let stdin = self.stdin.as_mut().expect("stdin is still open");
        stdin.write_all(bytes.as_ref()).expect("the child reads");
    }

    /// Writes to its stdin; whether that could be done.
    pub fn try_input(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        let stdin = self.stdin.as_mut();
        stdin.is_some_and(|stdin| stdin.write_all(bytes.as_ref()).is_ok())
    }

    /// Ends its stdin.
    pub fn end_input(&mut self) {
        self.stdin = None;
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        self.child.try_wait().expect("the child is ours").is_none()
    }

    /// Waits for the next line that satisfies the condition.
    pub fn line(&mut self, what: &str, condition: impl Fn(&str) -> bool) -> String {
        let end = Instant::now() + LIMIT;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => {
                    self.seen.push(line.clone());
                    if condition(&line) {
                        return line;
                    }
                }
                Err(why) => {
                    let seen = self.seen.join("\n");
                    let why = match why {
                        RecvTimeoutError::Timeout => "waited too long",
                        RecvTimeoutError::Disconnected => "stdout ended",
                    };
                    panic!("{why}, no {what} in:\n{seen}");
                }
            }
        }
    }

    /// Waits for the next line that satisfies the condition, if it comes within this time.
    pub fn line_within(
        &mut self,
        limit: Duration,
        condition: impl Fn(&str) -> bool,
    ) -> Option<String> {
        let end = Instant::now() + limit;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let line = self.lines.recv_timeout(left).ok()?;
            self.seen.push(line.clone());
            if condition(&line) {
                return Some(line);
            }
        }
    }

    /// From now on reads what comes on stdout, and keeps none of it.
    pub fn forget_lines(&mut self) {
        let (_, nothing) = channel();
        let lines = std::mem::replace(&mut self.lines, nothing);
        thread::spawn(move || lines.iter().for_each(drop));
    }

    /// Waits for the next JSON event of this name.
    pub fn event(&mut self, name: &str) -> Value {
        let line = self.line(name, |line| parse(line)["event"] == name);
        parse(&line)
    }

    /// Waits until a server listens, and gives its address.
    pub fn address(&mut self) -> SocketAddr {
        let local = self.event("listening")["local"].clone();
        local
            .as_str()
            .and_then(|local| local.parse().ok())
            .expect("`local` is ip:port")
    }

    /// Waits until it ends by itself. Its stdin stays as it is.
    pub fn end(mut self) -> End {
        let mut status = None;
        wait_until("the child ends", || {
            status = self.child.try_wait().expect("the child is ours");
            status.is_some()
        });
        self.seen.extend(self.lines.iter());
        End {
            code: status.and_then(|status| status.code()),
            lines: std::mem::take(&mut self.seen),
            stderr: self
                .stderr
                .take()
                .map(|reader| reader.join().expect("the reader does not panic"))
                .unwrap_or_default(),
        }
    }
}

impl Drop for Netplay {
    fn drop(&mut self) {
        // It has ended already, or the test has failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl End {
    /// All lines as JSON.
    pub fn events(&self) -> Vec<Value> {
        self.lines.iter().map(|line| parse(line)).collect()
    }

    /// The names of all events, in order.
    pub fn names(&self) -> Vec<String> {
        let name = |event: Value| event["event"].as_str().map(str::to_owned);
        self.events().into_iter().filter_map(name).collect()
    }

    /// The last event of this name.
    pub fn event(&self, name: &str) -> Value {
        self.events()
            .into_iter()
            .rfind(|event| event["event"] == name)
            .unwrap_or_else(|| panic!("no {name} in {self:#?}"))
    }

    /// The payloads of all events of this name, one after another.
    pub fn bytes(&self, name: &str) -> Vec<u8> {
        let events = self.events();
        let of_name = events.iter().filter(|event| event["event"] == name);
        of_name.flat_map(payload).collect()
    }
}

/// The exact bytes of a `received` or `sent`.
pub fn payload(event: &Value) -> Vec<u8> {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    match (&event["text"], &event["data"]) {
        (Value::String(text), Value::Null) => text.clone().into_bytes(),
        (Value::Null, Value::String(data)) => STANDARD.decode(data).expect("data is base64"),
        _ => panic!("exactly one of text and data: {event}"),
    }
}

fn parse(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
}
