//! The shells, where the layers meet: they own the runtime, the signals and the standard streams,
//! and turn a launch into an exit code.

mod clipboard;
pub mod config;
mod frames;
mod headless;
mod input;
#[cfg(unix)]
mod keyboard;
pub mod locale;
mod output;
mod pace;
mod panics;
mod progress;
pub mod reader;
pub mod screen;
pub mod signals;
pub mod terminal;
mod tui;

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::num::NonZero;
use std::path::Path;
use std::{slice, thread};

use anyhow::Context as _;
use tokio::runtime::{Builder, Runtime};

use crate::app::keymap::Keymap;
use crate::config::page;
use crate::model::http::Answer;
use crate::model::launch::Launch;
use crate::wire::text::{safe, spelled};

/// The exit code of wrong usage.
const USAGE: u8 = 2;

/// Runs what was asked for until it ends, and gives the program's exit code. What happens to a
/// session is shown where its events go; the error is for a run that could not begin or go on.
pub fn run(launch: Launch, keymap: Keymap) -> anyhow::Result<u8> {
    let specs = match &launch {
        Launch::Screen(launch) => &launch.presets[..],
        Launch::Headless(launch) => slice::from_ref(&launch.spec),
        Launch::Print(_) | Launch::PrintConfig | Launch::FindConfig(_) => &[],
    };
    for spec in specs {
        look_for(&spec.serving.answer)?;
        for file in &spec.files {
            look_for_file(file)?;
        }
    }
    match launch {
        Launch::Screen(launch) => {
            if let Err(error) = terminal::check() {
                return Ok(wrong_usage(&error.into()));
            }
            tui::run(*launch, keymap)
        }
        Launch::Headless(launch) => headless::run(*launch),
        Launch::Print(text) => print(&text),
        Launch::PrintConfig => print(page().as_bytes()),
        Launch::FindConfig(source) => match config::find(&source) {
            Ok(text) => print(text.as_bytes()),
            Err(error) => Ok(wrong_usage(&error)),
        },
    }
}

/// Says what is wrong with what was asked, and gives the exit code for it.
#[must_use]
pub fn wrong_usage(error: &anyhow::Error) -> u8 {
    complain(&error.to_string());
    USAGE
}

/// Says on stderr what is wrong, in the characters that the locale knows.
pub fn complain(text: &str) {
    let lines: Vec<_> = text
        .lines()
        .map(|line| spelled(line, locale::charset()))
        .collect();
    // A closed stderr changes nothing about the answer.
    let _ = writeln!(io::stderr(), "netplay: {}", lines.join("\n"));
}

/// Prints a text; when nobody reads it, that is the reader's choice.
fn print(text: &[u8]) -> anyhow::Result<u8> {
    let mut out = io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(0),
    }
}

/// How many threads may wait for files and names at once. More would not make a disk faster, and
/// each takes memory.
const WAITING_THREADS: usize = 64;

/// The runtime of the sessions. It has a thread less than there are processors: the thread that draws,
/// or prints, is as busy as they are, and where threads wait for a processor each wake-up is paid for
/// twice.
///
/// # Errors
/// When the system gives no threads or no descriptors.
pub fn runtime() -> io::Result<Runtime> {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    Builder::new_multi_thread()
        .worker_threads(processors.saturating_sub(1).max(1))
        .max_blocking_threads(WAITING_THREADS)
        .enable_all()
        .build()
}

/// Looks whether what is to be served is there, so that a slip is told before anybody asks for it.
fn look_for(answer: &Answer) -> anyhow::Result<()> {
    let (path, flag) = match answer {
        Answer::Page(path) => (path, "--page"),
        Answer::Dir(path) => (path, "--dir"),
        Answer::BuiltIn | Answer::Echo | Answer::Raw(_) => return Ok(()),
    };
    let name = path.to_string_lossy();
    let name = safe(&name);
    let found = fs::metadata(path).with_context(|| format!("{flag}: there is no {name}"))?;
    match (answer, found.is_dir()) {
        (Answer::Page(_), true) => anyhow::bail!("--page: {name} is a folder; serve it with --dir"),
        (Answer::Dir(_), false) => {
            anyhow::bail!("--dir: {name} is no folder; serve it with --page")
        }
        (Answer::Page(_), _) => File::open(path).map(drop),
        _ => fs::read_dir(path).map(drop),
    }
    .with_context(|| format!("{flag}: {name} cannot be read"))
}

/// The same for a file that is to be sent. What is none (a pipe, a device) is not touched: to open
/// it could wait for ever.
fn look_for_file(path: &Path) -> anyhow::Result<()> {
    let name = path.to_string_lossy();
    let name = safe(&name);
    let found = fs::metadata(path).with_context(|| format!("--send: there is no {name}"))?;
    if found.is_dir() {
        anyhow::bail!("--send: {name} is a folder; send its files one by one");
    }
    if !found.is_file() {
        anyhow::bail!("--send: {name} is no file; a pipe goes to stdin, as in: cat | netplay");
    }
    File::open(path)
        .map(drop)
        .with_context(|| format!("--send: {name} cannot be read"))
}
