//! The `netplay` program: parse, read the configuration, choose the shell, print the one error, set
//! the exit code.

use std::env;
use std::process::ExitCode;

use netplay::config::Config;
use netplay::{cli, run};

#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let line = match cli::read(env::args_os()) {
        Ok(line) => line,
        Err(wrong) => return said(&wrong),
    };
    let config = match line.source().map(|source| run::config::load(&source)) {
        None => Config::default(),
        Some(Ok(config)) => config,
        Some(Err(error)) => return ExitCode::from(run::wrong_usage(&error)),
    };
    let no_color = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let launch = match line.launch(&config.settings, no_color) {
        Ok(launch) => launch,
        Err(wrong) => return said(&wrong),
    };
    match run::run(launch, config.keymap) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            run::complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Prints what clap has to say, help or what is wrong, and gives its code.
fn said(wrong: &clap::Error) -> ExitCode {
    // A closed stdout or stderr changes nothing about the answer.
    let _ = wrong.print();
    ExitCode::from(u8::try_from(wrong.exit_code()).unwrap_or(2))
}
