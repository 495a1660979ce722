//! Plain data that every layer shares: what may run (`spec`, `address`, `http`, `settings`), what happened (`event`),
//! what a running session is told (`command`), and what is kept of it (`log`, `stats`).
//!
//! Knows no socket, no terminal and no clock: time comes in as a [`time::Stamp`].

pub mod address;
pub mod command;
pub mod event;
pub mod failure;
pub mod http;
pub mod launch;
pub mod log;
pub mod settings;
pub mod size;
pub mod spec;
pub mod stats;
pub mod time;
pub mod url;
