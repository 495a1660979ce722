//! A program in a pseudo-terminal of its own, whose output is counted and otherwise thrown away, as
//! fast as it comes. What is waited for is found in the raw bytes: a terminal emulator would cost
//! more than what is measured.

use std::io::{Read, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use memchr::memmem;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// The size of the terminal, in columns and rows.
const SIZE: (u16, u16) = (120, 36);
/// Nothing that is waited for may take longer.
const LIMIT: Duration = Duration::from_secs(20);
/// What begins each frame of netplay.
pub const FRAME_BEGIN: &[u8] = b"\x1b[?2026h";
/// What ends it.
pub const FRAME_END: &[u8] = b"\x1b[?2026l";

#[derive(Default)]
struct Seen {
    frames: u64,
    /// What is waited for, and what came since that began to be.
    wanted: Option<(Vec<u8>, Vec<u8>)>,
    /// When it was there.
    found: Option<Instant>,
    /// The last bytes, in which a mark may have begun.
    tail: Vec<u8>,
}

impl Seen {
    fn take(&mut self, bytes: &[u8], at: Instant) {
        self.tail.extend_from_slice(bytes);
        self.frames += memmem::find_iter(&self.tail, FRAME_BEGIN).count() as u64;
        let keep = self.tail.len().min(FRAME_BEGIN.len() - 1);
        self.tail.drain(..self.tail.len() - keep);
        if let Some((wanted, since)) = &mut self.wanted {
            since.extend_from_slice(bytes);
            if memmem::find(since, wanted).is_some() {
                self.found = Some(at);
                self.wanted = None;
            } else {
                let keep = since.len().min(wanted.len() - 1);
                since.drain(..since.len() - keep);
            }
        }
    }
}

#[derive(Default)]
struct Shared {
    seen: Mutex<Seen>,
    news: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// See the module. The program is killed when this is dropped.
pub struct Terminal {
    shared: Arc<Shared>,
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    _master: Box<dyn MasterPty + Send>,
    /// When the program was started.
    pub started: Instant,
}

impl Terminal {
    /// Starts a program with these words, separated by blanks. `wanted` is waited for from the
    /// first byte on, see [`Terminal::found`].
    pub fn start(program: &str, words: &str, wanted: &[u8]) -> Terminal {
        let (cols, rows) = SIZE;
        let size = PtySize {
            rows,
            cols,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).expect("a terminal");
        let mut command = CommandBuilder::new(program);
        command.args(words.split_whitespace());
        for (name, value) in [("TERM", "xterm-256color"), ("LC_ALL", "C.UTF-8")] {
            command.env(name, value);
        }
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let keys = pair.master.take_writer().expect("a writer");
        let shared = Arc::new(Shared::default());
        shared.lock().wanted = Some((wanted.to_vec(), Vec::new()));
        let theirs = shared.clone();
        thread::spawn(move || {
            let mut buffer = vec![0; 64 << 10];
            while let Ok(n @ 1..) = reader.read(&mut buffer) {
                let at = Instant::now();
                theirs.lock().take(&buffer[..n], at);
                theirs.news.notify_all();
            }
        });
        let started = Instant::now();
        let child = pair.slave.spawn_command(command).expect("it starts");
        Terminal {
            shared,
            child,
            keys,
            _master: pair.master,
            started,
        }
    }

    /// netplay with these words, its first frame drawn.
    pub fn netplay(words: &str) -> Terminal {
        let terminal = Terminal::start(env!("CARGO_BIN_EXE_netplay"), words, FRAME_END);
        terminal.found();
        terminal
    }

    pub fn pid(&self) -> u32 {
        self.child.process_id().expect("it runs")
    }

    /// Presses keys.
    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("it reads");
        self.keys.flush().expect("it reads");
    }

    /// From now on this is waited for.
    pub fn want(&self, bytes: &str) {
        let mut seen = self.shared.lock();
        seen.found = None;
        seen.wanted = Some((bytes.as_bytes().to_vec(), Vec::new()));
    }

    /// Waits for what is wanted: when it came.
    pub fn found(&self) -> Instant {
        let end = Instant::now() + LIMIT;
        let mut seen = self.shared.lock();
        loop {
            if let Some(at) = seen.found {
                return at;
            }
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{:?} never came", seen.wanted);
            let woken = self.shared.news.wait_timeout(seen, left);
            seen = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// How many frames of netplay were drawn so far.
    pub fn frames(&self) -> u64 {
        self.shared.lock().frames
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
