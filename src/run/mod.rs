//! The shells, where the layers meet: they own the runtime, the signals and the standard streams,
//! and turn a launch into an exit code.

mod headless;
mod input;
#[cfg(unix)]
mod keyboard;
pub mod locale;
mod output;
pub mod signals;
pub mod terminal;
pub mod tui;

use std::io::{self, Write as _};

use crate::model::launch::Launch;

/// The exit code of wrong usage.
const USAGE: u8 = 2;

/// Runs what was asked for until it ends, and gives the program's exit code. What happens to a
/// session is shown where its events go; the error is for a run that could not begin or go on.
pub fn run(launch: Launch) -> anyhow::Result<u8> {
    match launch {
        Launch::Screen(launch) => {
            if let Err(error) = terminal::check() {
                // A closed stderr changes nothing about the answer.
                let _ = writeln!(io::stderr(), "netplay: {error}");
                return Ok(USAGE);
            }
            tui::run(*launch)
        }
        Launch::Headless(launch) => headless::run(*launch),
    }
}
