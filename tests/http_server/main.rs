//! HTTP servers on real sockets: what is answered to what, byte for byte, and what becomes of the
//! connection.

#![allow(clippy::unwrap_used, reason = "what helps tests is a part of them")]

#[path = "../support/net.rs"]
mod support;

mod answers;
mod folders;
mod patience;
mod peer;
mod requests;
mod tools;
mod turns;
