//! From bytes to meaning: pure machines that own no socket, no screen and no clock.

pub mod http1;
