//! From bytes to meaning: pure machines that own no socket, no screen and no clock.

mod characters;

pub mod escapes;
pub mod hex;
pub mod text;
