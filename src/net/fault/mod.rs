//! Faults of sockets in words: `io::Error` -> [`Failure`]. *What* and *why* are the message, with
//! address, port and protocol, the system's own text last; *what to do* is the hint. Both are
//! single lines that fit into 80 columns, unless an address or a name is very long.

mod setup;
#[cfg(test)]
mod tests;
mod traffic;

use std::fmt::{Display, Write as _};
use std::io::{self, ErrorKind};

use super::platform;
use crate::model::failure::{Failure, FailureKind, What};
use crate::model::spec::Protocol;

pub(super) use setup::{
    accept, all_tries, bad_target, bind, connect, connect_timeout, internal, name_server_silent,
    too_many_connections, unknown_host,
};
pub(super) use traffic::{
    datagrams, drops_unknown, file, file_shrank, greeting_rejected, never_reads, no_greeting,
    not_reading, port_unreachable, sent_file, sent_file_shrank, too_large, transfer,
};

/// The width that a line may have.
const WIDTH: usize = 80;

/// Which of the kinds that are told apart an error of the system is.
pub(super) fn kind(error: &io::Error) -> FailureKind {
    if platform::is_too_large(error) {
        return FailureKind::TooLarge;
    }
    if platform::is_out_of_descriptors(error) {
        return FailureKind::TooManyOpen;
    }
    match error.kind() {
        ErrorKind::AddrInUse => FailureKind::AddressInUse,
        ErrorKind::AddrNotAvailable => FailureKind::AddressNotAvailable,
        ErrorKind::PermissionDenied => FailureKind::PermissionDenied,
        ErrorKind::ConnectionRefused => FailureKind::Refused,
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => {
            FailureKind::Unreachable
        }
        ErrorKind::TimedOut => FailureKind::Timeout,
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            FailureKind::Reset
        }
        _ => FailureKind::Other,
    }
}

fn failure(what: What, kind: FailureKind, message: String, hint: impl Into<String>) -> Failure {
    Failure {
        what,
        kind,
        message,
        hint: hint.into(),
        holder: None,
    }
}

/// The system's words without the number that Rust adds.
fn system_text(error: &io::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(" (os error ") {
        Some((words, _)) => words.to_owned(),
        None => text,
    }
}

/// Adds the system's words, where the line still has room for them.
fn and_system(message: String, error: &io::Error) -> String {
    let text = system_text(error);
    if message.chars().count() + text.chars().count() + 3 <= WIDTH {
        format!("{message} ({text})")
    } else {
        message
    }
}

/// A fault that has no words of its own: here the system's text is all there is to say.
fn other(what: What, error: &io::Error, tried: &str, subject: impl Display) -> Failure {
    let text = system_text(error);
    failure(
        what,
        kind(error),
        format!("cannot {tried} {subject}: {text}"),
        "",
    )
}

fn named(protocol: Protocol, address: impl Display) -> String {
    format!("{} {address}", protocol.name())
}

/// As many of these as fit into a line after `start`.
fn list<T: Display>(start: &str, items: &[T], end: &str) -> String {
    let mut text = start.to_owned();
    for (n, item) in items.iter().enumerate() {
        let before = text.len();
        let _ = write!(text, "{}{item}", if n == 0 { "" } else { ", " });
        let last = n + 1 == items.len();
        let room = WIDTH.saturating_sub(end.len() + if last { 0 } else { 5 });
        if n > 0 && text.len() > room {
            text.truncate(before);
            text.push_str(", ...");
            break;
        }
    }
    text + end
}
