//! The programs that speak HTTP with netplay in every classroom: curl, wget, python, a browser and
//! a load generator as clients; python's server, nginx and hand-made scripts as servers. What they
//! sent is compared byte for byte with what was shown. Where one is not installed its tests say so
//! and pass.

#![cfg(unix)]

#[path = "../support/process.rs"]
mod process;
#[path = "../support/programs.rs"]
mod programs;
#[path = "../support/pty.rs"]
mod pty;

mod browser;
mod curl;
mod flood;
mod nginx;
mod ours;
mod python;
mod servers;
mod wget;
