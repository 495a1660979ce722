//! What the terminal on stdin sends, as events. Where the system tells of a terminal's input as it
//! does of a socket's, it is read by a task of the thread that draws: a key then reaches the screen
//! without a change of threads. Elsewhere a thread of its own waits for it.

use std::io;
#[cfg(unix)]
use std::io::ErrorKind::{Interrupted, WouldBlock};
use std::thread;
use std::time::Duration;

use crossterm::event::Event;
use tokio::sync::mpsc::{self, Receiver, Sender};

use super::signals::Signal;
use super::terminal::abandon;

/// The name of the thread that reads keys.
pub(super) const KEYBOARD: &str = "keyboard";

/// How many input events may wait; a terminal sends far fewer.
const INPUT_QUEUE: usize = 1024;

/// How long the program may go on without a terminal: enough to close connections in order.
const FAREWELL: Duration = Duration::from_millis(1800);

/// The events of the terminal on stdin. The channel closes when the terminal is gone; if the program
/// is then still there a second later, it is ended. Needs a Tokio runtime, whose tasks must run on
/// the thread that draws.
pub(super) fn read_input() -> io::Result<Receiver<Event>> {
    let (sender, receiver) = mpsc::channel(INPUT_QUEUE);
    if let Err(sender) = here::read(sender) {
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
    }
    Ok(receiver)
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
    events: Vec<Event>,
}

#[cfg(unix)]
impl Input {
    /// Takes what one read gives; whether the terminal is still there.
    fn take(&mut self, read: impl FnOnce(&mut [u8]) -> io::Result<usize>) -> io::Result<bool> {
        let mut buffer = [0; 4096];
        match read(&mut buffer) {
            Ok(0) => return Ok(false),
            Ok(n) => self.keyboard.push(&buffer[..n], &mut self.events),
            Err(error) if matches!(error.kind(), Interrupted | WouldBlock) => {}
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
    use std::fs::{File, OpenOptions};
    use std::os::unix::fs::OpenOptionsExt as _;
    use std::thread;

    use rustix::fs::OFlags;
    use tokio::net::unix::pipe;
    use tokio::time::{sleep, timeout};

    use super::super::terminal::{AWAY, is_foreground};
    use super::{Event, Input, Sender, end_later, io};

    /// Spawns the task, or gives the sender back.
    pub(super) fn read(sender: Sender<Event>) -> Result<(), Sender<Event>> {
        // It is no pipe; what is asked of it is the same.
        let Ok(terminal) = open().and_then(pipe::Receiver::from_file_unchecked) else {
            return Err(sender);
        };
        tokio::spawn(async move {
            #[cfg(debug_assertions)]
            super::break_if_asked();
            // Whatever the error: there will be no more input.
            let _ = pass_on(&terminal, &sender).await;
            if !sender.is_closed() {
                // The thread that draws may be held up by the terminal.
                thread::spawn(end_later);
            }
        });
        Ok(())
    }

    fn open() -> io::Result<File> {
        let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(flags.bits().cast_signed());
        options.open("/proc/self/fd/0")
    }

    /// Reads until the terminal is gone, or until nobody wants to know.
    async fn pass_on(terminal: &pipe::Receiver, sender: &Sender<Event>) -> io::Result<()> {
        let mut input = Input::default();
        loop {
            let readable = terminal.readable();
            let ready = match input.patience() {
                Some(patience) => timeout(patience, readable).await.ok().transpose()?,
                None => Some(readable.await?),
            };
            if ready.is_none() {
                input.pause();
            } else if !is_foreground() {
                sleep(AWAY).await;
            } else if !input.take(|buffer| terminal.try_read(buffer))? {
                return Ok(());
            }
            for event in input.events.drain(..) {
                if sender.send(event).await.is_err() {
                    return Ok(());
                }
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod here {
    use super::{Event, Sender};

    /// Not here.
    pub(super) fn read(sender: Sender<Event>) -> Result<(), Sender<Event>> {
        Err(sender)
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
                    if !input.take(read)? {
                        return Ok(());
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
