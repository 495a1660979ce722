//! The shells, where the layers meet.

pub mod signals;
pub mod terminal;
pub mod tui;
