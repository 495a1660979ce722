//! Programs of others as peers: scripts as beginners write them, and the tools that everyone has.
//! What they print is read on threads of their own, and none outlives its test.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::env;
use std::io::{Read, Write as _};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// No condition may take longer than this.
const LIMIT: Duration = Duration::from_secs(9);
/// No program may take longer than this from its start to its end. Browsers are slow to start.
const RUN_LIMIT: Duration = Duration::from_secs(40);

/// Whether a program is installed; says so where it is not.
pub fn has(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    let there = env::split_paths(&path).any(|folder| folder.join(program).is_file());
    if !there {
        eprintln!("skipped: {program} is not installed");
    }
    there
}

#[derive(Default)]
struct Printed {
    text: Mutex<String>,
    news: Condvar,
}

impl Printed {
    fn lock(&self) -> MutexGuard<'_, String> {
        self.text.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running program.
pub struct Program {
    name: String,
    child: Child,
    stdin: Option<ChildStdin>,
    printed: Arc<Printed>,
}

impl Program {
    /// Starts a program with these words.
    pub fn start(name: &str, words: &[&str]) -> Program {
        let mut child = command(name, words).spawn().expect("the program starts");
        let printed = Arc::new(Printed::default());
        collect(child.stdout.take().expect("it is piped"), printed.clone());
        collect(child.stderr.take().expect("it is piped"), printed.clone());
        Program {
            name: format!("{name} {}", words.join(" ")),
            stdin: child.stdin.take(),
            child,
            printed,
        }
    }

    /// Waits until it has printed this, on stdout or stderr.
    pub fn prints(&self, words: &str) {
        self.until(words, |text| text.contains(words));
    }

    fn until(&self, what: &str, mut holds: impl FnMut(&str) -> bool) {
        let end = Instant::now() + LIMIT;
        let mut text = self.printed.lock();
        while !holds(&text) {
            let left = end.saturating_duration_since(Instant::now());
            let name = &self.name;
            assert!(!left.is_zero(), "{name}: no {what:?} in {:?}", *text);
            text = self
                .printed
                .news
                .wait_timeout(text, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    /// The number behind these words in what it prints.
    pub fn number_after(&self, words: &str) -> u16 {
        // It may be read in pieces: only what follows tells that the number is whole.
        let find = |text: &str| -> Option<u16> {
            let rest = text[text.find(words)? + words.len()..].trim_start();
            let end = rest.find(|c: char| !c.is_ascii_digit())?;
            rest[..end].parse().ok()
        };
        let mut number = None;
        self.until(words, |text| {
            number = find(text);
            number.is_some()
        });
        number.expect("it has just been found")
    }

    /// Types a line.
    pub fn line(&mut self, line: &str) {
        let stdin = self.stdin.as_mut().expect("stdin is still open");
        stdin
            .write_all(format!("{line}\n").as_bytes())
            .expect("the program reads");
    }

    /// Ends its input.
    pub fn end_input(&mut self) {
        self.stdin = None;
    }

    /// Waits until it ends by itself, as programs do that found no fault.
    pub fn ends_well(&mut self) {
        let end = Instant::now() + LIMIT;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("the program is ours") {
                break status;
            }
            let text = self.printed.lock().clone();
            assert!(Instant::now() < end, "{} does not end: {text:?}", self.name);
            thread::sleep(Duration::from_millis(5));
        };
        let text = self.printed.lock().clone();
        assert!(status.success(), "{}: {status}: {text:?}", self.name);
    }
}

/// A program with pipes at all three streams that talks to loopback without a proxy.
fn command(name: &str, words: &[&str]) -> Command {
    let mut command = Command::new(name);
    command
        .args(words)
        // Or python would keep its lines to itself.
        .env("PYTHONUNBUFFERED", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(proxy);
    }
    command
}

/// A program that has run to its end.
#[derive(Debug)]
pub struct Ran {
    /// How it ended.
    pub status: ExitStatus,
    /// What it wrote to stdout, byte for byte.
    pub out: Vec<u8>,
    /// What it wrote to stderr.
    pub errors: String,
}

/// Runs a program with these words and this input to its end.
pub fn run(name: &str, words: &[&str], input: &[u8]) -> Ran {
    run_with(name, words, &[], input)
}

/// The same with variables set in its environment.
pub fn run_with(name: &str, words: &[&str], env: &[(&str, &str)], input: &[u8]) -> Ran {
    let mut child = command(name, words)
        .envs(env.iter().copied())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    let out = whole(child.stdout.take().expect("it is piped"));
    let errors = whole(child.stderr.take().expect("it is piped"));
    let input = input.to_vec();
    thread::spawn(move || {
        // It may end without reading all of it.
        let _ = stdin.write_all(&input);
    });
    let end = Instant::now() + RUN_LIMIT;
    let status = loop {
        if let Some(status) = child.try_wait().expect("the program is ours") {
            break Some(status);
        }
        if Instant::now() > end {
            let _ = child.kill();
            let _ = child.wait();
            break None;
        }
        thread::sleep(Duration::from_millis(5));
    };
    let status = status.unwrap_or_else(|| panic!("{name} {words:?} does not end"));
    let whole = |reader: JoinHandle<Vec<u8>>| reader.join().expect("the reader does not panic");
    Ran {
        status,
        out: whole(out),
        errors: String::from_utf8_lossy(&whole(errors)).into_owned(),
    }
}

impl Ran {
    /// What it printed, when it found no fault.
    pub fn well(self) -> Vec<u8> {
        assert!(self.status.success(), "{}: {}", self.status, self.errors);
        self.out
    }

    /// The same as text.
    pub fn text(self) -> String {
        String::from_utf8(self.well()).expect("it prints UTF-8")
    }
}

fn whole(mut stream: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        bytes
    })
}

fn collect(mut stream: impl Read + Send + 'static, printed: Arc<Printed>) {
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(n @ 1..) = stream.read(&mut buffer) {
            let text = String::from_utf8_lossy(&buffer[..n]);
            printed.lock().push_str(&text);
            printed.news.notify_all();
        }
    });
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has ended already, or is not needed any more.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
