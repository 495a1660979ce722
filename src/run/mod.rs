//! The shells, where the layers meet: they own the runtime, the signals and the standard streams,
//! and turn a launch into an exit code.

mod headless;
mod input;
pub mod locale;
mod output;
pub mod signals;

use crate::model::launch::Launch;

/// Runs what was asked for until it ends, and gives the program's exit code. What happens to a
/// session is shown where its events go; the error is for a run that could not begin or go on.
pub fn run(launch: Launch) -> anyhow::Result<u8> {
    match launch {
        // The full screen takes its place here.
        Launch::Screen(_) => anyhow::bail!("the screen is not there yet; use --headless"),
        Launch::Headless(launch) => headless::run(*launch),
    }
}
