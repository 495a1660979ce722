//! The whole loop in this process, against plain sockets on loopback: keys in, sockets at work, and
//! what is shown.

#[path = "../support/backend.rs"]
mod backend;
#[path = "../support/playing.rs"]
mod playing;
#[path = "../support/story.rs"]
mod story;

mod chat;
mod failing;
mod files;
mod mouse;
mod pace;
mod reading;
mod udp;
mod why;
