//! The `netplay` program: parse, choose the shell, print the one error, set the exit code.

use std::env;
use std::process::ExitCode;

use netplay::cli;
use netplay::model::launch::Launch;
use netplay::run::{terminal, tui};

/// The exit code of wrong usage.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let no_color = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let launch = match cli::parse(env::args_os(), no_color) {
        Ok(launch) => launch,
        Err(wrong) => {
            // A closed stdout or stderr changes nothing about the answer.
            let _ = wrong.print();
            return ExitCode::from(u8::try_from(wrong.exit_code()).unwrap_or(USAGE));
        }
    };
    match launch {
        Launch::Screen(launch) => {
            if let Err(error) = terminal::check() {
                eprintln!("netplay: {error}");
                return ExitCode::from(USAGE);
            }
            tui::run(*launch).unwrap_or_else(|error| {
                eprintln!("netplay: {error:#}");
                ExitCode::FAILURE
            })
        }
        Launch::Headless(_) => todo!(),
    }
}
