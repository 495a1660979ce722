//! The HTTP client on real sockets, against servers that write raw bytes: what becomes of good
//! answers, bad ones and half ones, and of connections that are kept.

#[path = "../support/net.rs"]
mod support;

mod cuts;
mod early;
mod kept;
mod others;
mod server;
mod table;
