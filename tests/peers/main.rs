//! The programs that netplay is used against, each as server and as client, against the run
//! without a screen and against the screen in a pseudo-terminal: python scripts as beginners write
//! them, netcat in two kinds, and socat. Where one is not installed its tests say so and pass.

#![cfg(unix)]

#[path = "../support/process.rs"]
mod process;
#[path = "../support/programs.rs"]
mod programs;
#[path = "../support/pty.rs"]
mod pty;

mod ours;
mod scripts;
mod tools;
