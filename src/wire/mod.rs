//! From bytes to meaning: pure machines that own no socket, no screen and no clock.
//!
//! `text` is the one place where bytes become display text; `rows` wraps it for panes, `hex` is
//! the other way to look at bytes, `ascii` finds runs of plain ones, `part` takes them apart without
//! a panic, `escapes` reads what a user types back into bytes, `pattern` is what is looked for in
//! them. `words` puts events into sentences, `scene` decides what a session does by itself, `http1`
//! reads messages, `http_message` writes them, `curl` as a command.

// Nothing that a peer sends may end the program by a panic; tests may.
#![cfg_attr(
    not(test),
    deny(
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::string_slice,
        clippy::unreachable
    )
)]

pub(crate) mod ascii;
mod characters;
pub(crate) mod part;

pub mod curl;
pub mod escapes;
pub mod hex;
pub mod http1;
pub mod http_message;
pub mod pattern;
pub mod rows;
pub mod scene;
pub mod text;
pub mod words;
