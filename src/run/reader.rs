//! What the terminal on stdin sends, as events. Where the system tells of a terminal's input as it
//! does of a socket's, it is read by the thread that draws: a key then reaches the screen without a
//! change of threads. Elsewhere a thread of its own waits for it.

#[cfg(unix)]
use std::collections::VecDeque;
use std::io;
use std::thread;
use std::time::Duration;

use crossterm::event::Event;
use tokio::sync::mpsc::{self, Receiver};

use super::signals::Signal;
use super::terminal::abandon;

/// The name of the thread that reads keys.
pub(super) const KEYBOARD: &str = "keyboard";

/// How many input events may wait; a terminal sends far fewer.
const INPUT_QUEUE: usize = 1024;

/// How long the program may go on without a terminal: enough to close connections in order.
const FAREWELL: Duration = Duration::from_millis(1800);

/// Where input comes from.
pub enum Reader {
    /// A thread of its own, or a test.
    Channel(Receiver<Event>),
    /// The terminal.
    #[cfg(target_os = "linux")]
    Terminal(Box<here::Terminal>),
}

impl From<Receiver<Event>> for Reader {
    fn from(events: Receiver<Event>) -> Reader {
        Reader::Channel(events)
    }
}

impl Reader {
    /// What reads the terminal on stdin. Its input ends when the terminal is gone; if the program is
    /// then still there a second later, it is ended. Needs a Tokio runtime.
    pub(super) fn of_terminal() -> io::Result<Reader> {
        #[cfg(target_os = "linux")]
        if let Ok(terminal) = here::Terminal::open() {
            return Ok(Reader::Terminal(Box::new(terminal)));
        }
        let (sender, receiver) = mpsc::channel(INPUT_QUEUE);
        let name = KEYBOARD.to_owned();
        thread::Builder::new().name(name).spawn(move || {
            #[cfg(debug_assertions)]
            break_if_asked();
            // Whatever the error: there will be no more input.
            let _ = own_thread::read(|event| sender.blocking_send(event).is_ok());
            if !sender.is_closed() {
                drop(sender);
                end_later();
            }
        })?;
        Ok(receiver.into())
    }

    /// Waits for what comes next; `None` when there will be no more. Cancel-safe.
    pub(super) async fn next(&mut self) -> Option<Event> {
        match self {
            Reader::Channel(events) => events.recv().await,
            #[cfg(target_os = "linux")]
            Reader::Terminal(terminal) => terminal.next().await,
        }
    }

    /// What has come already and waits.
    pub(super) fn try_next(&mut self) -> Option<Event> {
        match self {
            Reader::Channel(events) => events.try_recv().ok(),
            #[cfg(target_os = "linux")]
            Reader::Terminal(terminal) => terminal.try_next(),
        }
    }
}

/// Ends the program if it does not do so by itself.
fn end_later() {
    thread::sleep(FAREWELL);
    abandon(Signal::HangUp.exit_code());
}

/// For the tests of what a panic leaves behind.
#[cfg(debug_assertions)]
fn break_if_asked() {
    let asked = std::env::var_os("NETPLAY_PANIC").is_some_and(|place| place == KEYBOARD);
    assert!(!asked, "asked for by NETPLAY_PANIC");
}

/// What was read and is not told yet.
#[cfg(unix)]
#[derive(Default)]
struct Input {
    keyboard: super::keyboard::Keyboard,
    events: VecDeque<Event>,
}

#[cfg(unix)]
impl Input {
    /// Takes what one read gives; whether the terminal is still there.
    fn take(&mut self, read: impl FnOnce(&mut [u8]) -> io::Result<usize>) -> io::Result<bool> {
        let mut buffer = [0; 4096];
        match read(&mut buffer) {
            Ok(0) => return Ok(false),
            Ok(n) => self.keyboard.push(&buffer[..n], &mut self.events),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        Ok(true)
    }

    /// How long to wait for more before [`Input::pause`] is due.
    fn patience(&self) -> Option<Duration> {
        self.keyboard.patience()
    }

    /// Nothing came for as long as the keyboard is patient.
    fn pause(&mut self) {
        self.keyboard.pause(&mut self.events);
    }
}

/// Reading on the thread that draws. Only where the terminal can be opened once more: its reads are
/// not to wait, and who else has it from whoever started us does not expect that of theirs.
#[cfg(target_os = "linux")]
mod here {
    use std::fs::OpenOptions;
    use std::os::unix::fs::OpenOptionsExt as _;
    use std::thread;

    use rustix::fs::OFlags;
    use tokio::net::unix::pipe;
    use tokio::task::yield_now;
    use tokio::time::{Instant, sleep, timeout_at};

    use super::super::terminal::{AWAY, is_foreground};
    use super::{Event, Input, end_later, io};

    /// See the module.
    pub struct Terminal {
        /// It is none; what is asked of it is the same.
        pipe: pipe::Receiver,
        input: Input,
        /// When the keyboard has waited long enough for the rest of something.
        until: Option<Instant>,
        /// There will be no more input.
        is_gone: bool,
    }

    impl Terminal {
        pub(super) fn open() -> io::Result<Terminal> {
            let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
            let mut options = OpenOptions::new();
            options.read(true).custom_flags(flags.bits().cast_signed());
            let file = options.open("/proc/self/fd/0")?;
            Ok(Terminal {
                pipe: pipe::Receiver::from_file_unchecked(file)?,
                input: Input::default(),
                until: None,
                is_gone: false,
            })
        }

        pub(super) fn try_next(&mut self) -> Option<Event> {
            self.input.events.pop_front()
        }

        pub(super) async fn next(&mut self) -> Option<Event> {
            #[cfg(debug_assertions)]
            super::break_if_asked();
            loop {
                if let Some(event) = self.try_next() {
                    return Some(event);
                }
                // Whatever the error: there will be no more input.
                if self.is_gone || !self.look().await.unwrap_or(false) {
                    if !self.is_gone {
                        self.is_gone = true;
                        // This thread may be held up by the terminal.
                        let _ = thread::Builder::new().spawn(end_later);
                    }
                    return None;
                }
            }
        }

        /// Waits for input, or until no more is waited for; whether the terminal is still there.
        async fn look(&mut self) -> io::Result<bool> {
            let readable = self.pipe.readable();
            let ready = match self.until {
                Some(until) => timeout_at(until, readable).await.ok().transpose()?,
                None => Some(readable.await?),
            };
            if ready.is_none() {
                self.input.pause();
                self.until = None;
                return Ok(true);
            }
            if !is_foreground() {
                sleep(AWAY).await;
                return Ok(true);
            }
            match self.input.take(|buffer| self.pipe.try_read(buffer)) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(true),
                Ok(true) => {
                    self.until = self.input.patience().map(|wait| Instant::now() + wait);
                    if self.input.events.is_empty() {
                        // What never means anything must not keep all else from its turn.
                        yield_now().await;
                    }
                    Ok(true)
                }
                other => other,
            }
        }
    }
}

#[cfg(unix)]
mod own_thread {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::io::Errno;

    use super::super::terminal::{is_foreground, wait_for_foreground};
    use super::{Event, Input, io};

    /// Reads until the terminal is gone, or until `send` refuses.
    pub(super) fn read(mut send: impl FnMut(Event) -> bool) -> io::Result<()> {
        let stdin = rustix::stdio::stdin();
        let mut input = Input::default();
        loop {
            let patience = input.patience().map(Timespec::try_from);
            let patience = patience.transpose().map_err(io::Error::other)?;
            let mut fds = [PollFd::new(&stdin, PollFlags::IN)];
            match poll(&mut fds, patience.as_ref()) {
                Ok(0) => input.pause(),
                Ok(_) if !is_foreground() => wait_for_foreground(),
                // Past std's own buffer, which poll knows nothing of.
                Ok(_) => {
                    let read = |buffer: &mut [u8]| Ok(rustix::io::read(stdin, buffer)?);
                    match input.take(read) {
                        Ok(true) => {}
                        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                        other => return other.map(drop),
                    }
                }
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            for event in input.events.drain(..) {
                if !send(event) {
                    return Ok(());
                }
            }
        }
    }
}

#[cfg(not(unix))]
mod own_thread {
    use super::{Event, io};

    /// Reads until the console is gone, or until `send` refuses.
    pub(super) fn read(mut send: impl FnMut(Event) -> bool) -> io::Result<()> {
        while send(crossterm::event::read()?) {}
        Ok(())
    }
}
