//! The `netplay` program: parse, choose the shell, print the one error, set the exit code.

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;

use netplay::{cli, run};

fn main() -> ExitCode {
    let no_color = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let launch = match cli::parse(env::args_os(), no_color) {
        Ok(launch) => launch,
        Err(wrong) => {
            // A closed stdout or stderr changes nothing about the answer.
            let _ = wrong.print();
            return ExitCode::from(u8::try_from(wrong.exit_code()).unwrap_or(2));
        }
    };
    match run::run(launch) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            let _ = writeln!(io::stderr(), "netplay: {error:#}");
            ExitCode::FAILURE
        }
    }
}
