//! The run without a screen: one session, its events printed to stdout, the lines of stdin sent
//! (HTTP sends none: what it says is said by the command line).
//! Backpressure goes the whole way: a reader of stdout that is slow fills the batch on its way,
//! then the session's lane, then the socket of the peer. A stop never waits for any of them.

use std::io::{self, ErrorKind, IsTerminal};
use std::pin::pin;
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::time::{Instant, sleep, sleep_until};

use super::output::{self, Batch};
use super::progress::Progress;
use super::signals::Signals;
use super::{input, locale, panics};
use crate::model::command::{Command, Target};
use crate::model::event::{Event, EventKind, Outcome, SessionId};
use crate::model::failure::{Failure, FailureKind, What};
use crate::model::launch::{Format, HeadlessLaunch};
use crate::model::spec::Protocol;
use crate::model::time::Stamp;
use crate::net::{self, Clock, Feed, Handle};
use crate::store::{json, line};
use crate::wire::text::{Charset, safe, spelled};

/// How long a session that was told to stop may take, and how long nobody may read its last events.
const STOP_LIMIT: Duration = Duration::from_secs(3);
/// How soon after the last event the progress of a file is written again: it may stand still.
const STILL: Duration = Duration::from_millis(500);

/// Runs the session until it ends. The code is 0 when it ended as asked (also by a signal, or
/// because nobody reads stdout any more) and 1 when it failed.
pub(super) fn run(launch: HeadlessLaunch) -> anyhow::Result<u8> {
    panics::guard_headless();
    net::raise_descriptor_limit();
    let runtime = super::runtime().context("cannot start")?;
    let code = runtime.block_on(watch(launch));
    // Nobody waits for threads that look up names.
    runtime.shutdown_background();
    code
}

async fn watch(launch: HeadlessLaunch) -> anyhow::Result<u8> {
    let mut signals = Signals::that_stop().context("cannot listen to signals")?;
    let (mut output, mut end) = output::start().context("cannot start")?;
    let clock = Clock::new();
    let mut feed = Feed::new(clock);
    let mut printer = Printer::new(&launch, clock);
    // What HTTP says is said by the command line.
    let mut typed = launch.spec.protocol == Protocol::Http;
    let lines = if typed {
        channel(1).1
    } else {
        input::lines(launch.newline)
    };
    let handle = net::start(launch.spec, feed.emitter(SessionId(0)));
    let mut typing = pin!(type_in(&handle, lines));
    // Set by the first request to stop.
    let mut deadline: Option<Instant> = None;
    let mut broken: Option<io::Error> = None;
    let mut read = 0;
    loop {
        let stopping = deadline.is_some();
        tokio::select! {
            signal = signals.next() => {
                if broken.is_some() {
                    break;
                }
                if stopping {
                    return Ok(signal.exit_code());
                }
                handle.stop();
                read = output.written();
                deadline = Some(Instant::now() + STOP_LIMIT);
            }
            () = sleep_until(deadline.unwrap_or_else(Instant::now)), if stopping => {
                let before = std::mem::replace(&mut read, output.written());
                if read == before {
                    output::last_words("nobody reads stdout; the last events are missing there");
                    break;
                }
                deadline = Some(Instant::now() + STOP_LIMIT);
            }
            result = end.wait() => match result {
                Ok(()) => break,
                Err(error) => {
                    broken = Some(error);
                    if printer.outcome.is_some() {
                        break;
                    }
                    handle.stop();
                    deadline.get_or_insert(Instant::now() + STOP_LIMIT);
                }
            },
            () = output.hand_over(&mut printer.batch), if !printer.batch.is_empty() => {
                if printer.outcome.is_some() {
                    output.close();
                }
            }
            // While a batch waits the feed fills up; but to see the end of a session that was told
            // to stop, it is emptied.
            () = feed.ready(), if printer.batch.is_empty() || stopping => {
                feed.drain(|_, event| printer.print(&event));
                if broken.is_some() {
                    printer.batch = Batch::default();
                    if printer.outcome.is_some() {
                        break;
                    }
                }
            }
            () = sleep(STILL), if printer.shows_progress() => printer.progress_at(clock.now()),
            fault = &mut typing, if !typed => {
                typed = true;
                if let Some(error) = fault {
                    printer.print(&Event {
                        at: clock.now(),
                        kind: stdin_failed(&error),
                    });
                }
            }
        }
    }
    match broken {
        Some(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("cannot write to stdout")
        }
        Some(_) => Ok(0),
        None => Ok(u8::from(printer.outcome != Some(Outcome::Done))),
    }
}

/// Hands every line to the session, then says that there are no more. Gives the error that stdin
/// ended with, if it did.
async fn type_in(handle: &Handle, mut lines: Receiver<io::Result<Bytes>>) -> Option<io::Error> {
    let mut fault = None;
    while let Some(line) = lines.recv().await {
        match line {
            Ok(data) => {
                let to = Target::All;
                if handle.command(Command::Send { to, data }).await.is_err() {
                    return None;
                }
            }
            Err(error) => fault = Some(error),
        }
    }
    // A session that is over needs no word.
    let _ = handle.command(Command::EndOfInput).await;
    fault
}

fn stdin_failed(error: &io::Error) -> EventKind {
    EventKind::Failed {
        conn: None,
        failure: Box::new(Failure {
            what: What::Input,
            kind: FailureKind::Other,
            message: format!("cannot read stdin: {error}"),
            hint: "it counts as ended; give it a file, a pipe, or /dev/null".to_owned(),
            holder: None,
        }),
    }
}

enum Lines {
    Json(json::Encoder),
    Text(line::Encoder),
}

/// Events as output, and what they say about the end.
struct Printer {
    lines: Lines,
    batch: Batch,
    /// Whether failures go to stderr too; not where they would only stand twice on one terminal.
    complains: bool,
    /// What stderr may be given.
    charset: Charset,
    /// Where stderr has a terminal for itself.
    progress: Option<Progress>,
    /// The last failure, unless stderr has it already.
    failure: Option<Box<Failure>>,
    outcome: Option<Outcome>,
}

impl Printer {
    fn new(launch: &HeadlessLaunch, clock: Clock) -> Printer {
        let (protocol, side) = (launch.spec.protocol, launch.spec.side);
        let origin = clock.origin();
        let charset = if launch.ascii {
            Charset::Ascii
        } else {
            locale::charset()
        };
        let ascii = charset == Charset::Ascii;
        let one_terminal = io::stdout().is_terminal() && io::stderr().is_terminal();
        Printer {
            lines: match launch.format {
                // The session begins with the clock.
                Format::Json => {
                    Lines::Json(json::Encoder::new(protocol, side, origin, Stamp::default()))
                }
                Format::Text => Lines::Text(line::Encoder::new(protocol, side, origin, ascii)),
            },
            batch: Batch::default(),
            complains: launch.format == Format::Json || !one_terminal,
            charset,
            progress: (io::stderr().is_terminal() && !io::stdout().is_terminal())
                .then(|| Progress::new(charset)),
            failure: None,
            outcome: None,
        }
    }

    fn print(&mut self, event: &Event) {
        match &mut self.lines {
            Lines::Json(encoder) => encoder.encode(event, &mut self.batch.out),
            Lines::Text(encoder) => encoder.encode(event, &mut self.batch.out),
        }
        if let Some(progress) = &mut self.progress {
            progress.record(event, &mut self.batch.err);
        }
        match &event.kind {
            // The session's own faults at once; a connection's only if the session ends by it.
            EventKind::Failed { conn, failure } => {
                self.failure = Some(failure.clone());
                if conn.is_none() {
                    self.complain_about_failure();
                }
            }
            EventKind::Stopped { outcome, .. } => {
                self.outcome = Some(*outcome);
                if *outcome == Outcome::Failed {
                    self.complain_about_failure();
                }
            }
            _ => {}
        }
    }

    fn shows_progress(&self) -> bool {
        self.progress.as_ref().is_some_and(Progress::goes_on)
    }

    fn progress_at(&mut self, now: Stamp) {
        if let Some(progress) = &mut self.progress {
            progress.write(now, &mut self.batch.err);
        }
    }

    fn complain_about_failure(&mut self) {
        if let Some(failure) = self.failure.take()
            && self.complains
        {
            self.complain(&failure.message, &failure.hint);
        }
    }

    fn complain(&mut self, message: &str, hint: &str) {
        let err = &mut self.batch.err;
        if let Some(progress) = &mut self.progress {
            progress.leave(err);
        }
        for (before, text) in [("netplay: ", message), ("  ", hint)] {
            if !text.is_empty() {
                let text = safe(text);
                let text = spelled(&text, self.charset);
                err.extend_from_slice(format!("{before}{text}\n").as_bytes());
            }
        }
    }
}
