//! The real binary in a real pseudo-terminal: every way in and out, every size, keys and pastes as
//! terminals send them, bytes as hostile peers send them.

#![cfg(unix)]

#[path = "../support/output.rs"]
mod output;
#[path = "../support/pty.rs"]
mod pty;

mod broken;
mod hostile;
mod http;
mod input;
mod keys;
mod looks;
mod lost;
mod mouse;
mod paused;
mod refused;
mod sizes;
mod storms;
mod ways_out;
