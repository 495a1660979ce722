//! The `netplay` program: parse, choose the shell, print the one error, set the exit code.

use std::env;
use std::process::ExitCode;

use netplay::cli;

fn main() -> ExitCode {
    let no_color = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    match cli::parse(env::args_os(), no_color) {
        Ok(_) => {
            eprintln!("netplay: sessions are not there yet");
            ExitCode::FAILURE
        }
        Err(wrong) => {
            // A closed stdout or stderr changes nothing about the answer.
            let _ = wrong.print();
            ExitCode::from(u8::try_from(wrong.exit_code()).unwrap_or(2))
        }
    }
}
