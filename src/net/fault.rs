//! Faults of sockets in words: `io::Error` -> [`Failure`]. *What* and *why* are the message, with
//! address, port and protocol, the system's own text last; *what to do* is the hint. Both are
//! single lines that fit into 80 columns, unless an address or a name is very long.

use std::fmt::{Display, Write as _};
use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use super::platform;
use super::resolve::RESOLVE_LIMIT;
use crate::model::address::Address;
use crate::model::failure::{Failure, FailureKind, Holder, What};
use crate::model::size::Size;
use crate::model::spec::{CONNECT_LIMIT, HELLO_LIMIT, Protocol};

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
    match text.rfind(" (os error ") {
        Some(end) => text[..end].to_owned(),
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

/// Binding a local address failed. `holder` and `free` are asked for only when it is in use.
pub(super) fn bind(
    protocol: Protocol,
    address: SocketAddr,
    error: &io::Error,
    holder: Option<Holder>,
    free: Option<u16>,
) -> Failure {
    let subject = named(protocol, address);
    let what = What::Bind;
    match kind(error) {
        kind @ FailureKind::AddressInUse => {
            let who = match &holder {
                Some(Holder::Ourselves) => " by this netplay".to_owned(),
                Some(Holder::Netplay { pid }) => format!(" by another netplay (pid {pid})"),
                Some(Holder::Other { name, pid }) => format!(" by {name} (pid {pid})"),
                None => " by another program".to_owned(),
            };
            let message = and_system(format!("{subject} is in use{who}"), error);
            let hint = match free {
                Some(port) => format!("take the next free port, {port}, or end that program first"),
                None => "take another port, or end that program first".to_owned(),
            };
            Failure {
                holder,
                ..failure(what, kind, message, hint)
            }
        }
        kind @ FailureKind::AddressNotAvailable => {
            let message = format!("{subject} is not an address of this machine");
            let own = super::own_addresses();
            let hint = list("yours are ", &own, "");
            failure(what, kind, and_system(message, error), hint)
        }
        kind @ FailureKind::PermissionDenied if address.port() < 1024 && address.port() != 0 => {
            let message = format!("{subject}: ports below 1024 need special rights");
            failure(
                what,
                kind,
                and_system(message, error),
                "take a port from 1024 up, such as 8080",
            )
        }
        _ => other(what, error, "listen on", subject),
    }
}

/// Why a target is none, before anything is sent to it.
pub(super) fn bad_target(protocol: Protocol, address: SocketAddr) -> Option<Failure> {
    let subject = named(protocol, address);
    let (message, hint) = if address.ip().to_canonical().is_unspecified() {
        let own = match address.ip() {
            IpAddr::V4(_) => "127.0.0.1",
            IpAddr::V6(_) => "::1",
        };
        (
            format!(
                "{subject}: {} means \"all my addresses\"; it cannot be called",
                address.ip()
            ),
            format!("to reach this machine itself use {own}"),
        )
    } else if address.port() == 0 {
        (
            format!("{subject}: nobody can listen on port 0"),
            "give the port that the server listens on".to_owned(),
        )
    } else {
        return None;
    };
    Some(failure(
        What::Connect,
        FailureKind::BadTarget,
        message,
        hint,
    ))
}

/// Connecting failed.
pub(super) fn connect(protocol: Protocol, address: SocketAddr, error: &io::Error) -> Failure {
    let subject = named(protocol, address);
    let what = What::Connect;
    match kind(error) {
        kind @ FailureKind::Refused => failure(
            what,
            kind,
            and_system(format!("{subject} refused: nobody listens there"), error),
            "start the server first, or check address and port",
        ),
        kind @ FailureKind::Unreachable => failure(
            what,
            kind,
            and_system(format!("no way to {subject}"), error),
            "check the address, and whether this machine is on that network",
        ),
        kind @ FailureKind::Timeout => no_answer(kind, &subject),
        kind @ FailureKind::TooManyOpen => failure(
            what,
            kind,
            and_system(
                format!("cannot connect to {subject}: too many files are open"),
                error,
            ),
            "close some connections or sessions",
        ),
        _ => other(what, error, "connect to", subject),
    }
}

fn no_answer(kind: FailureKind, subject: &str) -> Failure {
    failure(
        What::Connect,
        kind,
        format!(
            "no answer from {subject} within {} s",
            CONNECT_LIMIT.as_secs()
        ),
        "the machine may be off, the address wrong, or a firewall drops silently",
    )
}

/// Connecting took longer than the limit.
pub(super) fn connect_timeout(protocol: Protocol, address: SocketAddr) -> Failure {
    no_answer(FailureKind::Timeout, &named(protocol, address))
}

/// All addresses of a name were tried in vain. Names every try.
pub(super) fn all_tries(
    protocol: Protocol,
    name: &Address,
    tries: Vec<(SocketAddr, Failure)>,
) -> Failure {
    let words: Vec<String> = tries
        .iter()
        .map(|(address, failure)| {
            let how = match failure.kind {
                FailureKind::Refused => "refused",
                FailureKind::Timeout => "did not answer",
                FailureKind::Unreachable => "unreachable",
                FailureKind::BadTarget => "cannot be called",
                _ => "failed",
            };
            format!("{} {how}", address.ip())
        })
        .collect();
    // A refusal says most: the machine is there.
    let rank = |failure: &Failure| match failure.kind {
        FailureKind::Refused => 0,
        FailureKind::Timeout => 1,
        _ => 2,
    };
    let told = tries.into_iter().map(|(_, failure)| failure);
    match told.min_by_key(rank) {
        Some(told) if words.len() > 1 => Failure {
            message: list(&format!("{}: ", named(protocol, name)), &words, ""),
            ..told
        },
        Some(told) => told,
        None => unknown_host(protocol, name, None),
    }
}

/// A name does not resolve.
pub(super) fn unknown_host(
    protocol: Protocol,
    address: &Address,
    error: Option<&io::Error>,
) -> Failure {
    let message = format!("{}: this name is not known", named(protocol, address));
    failure(
        What::Resolve,
        FailureKind::UnknownHost,
        match error {
            Some(error) => and_system(message, error),
            None => message,
        },
        "check the spelling, or use an IP address such as 127.0.0.1",
    )
}

/// The look-up of a name took longer than the limit.
pub(super) fn name_server_silent(protocol: Protocol, address: &Address) -> Failure {
    let message = format!(
        "{}: no answer about this name within {} s",
        named(protocol, address),
        RESOLVE_LIMIT.as_secs()
    );
    let hint = "is this machine online? An IP address such as 127.0.0.1 needs no look-up";
    failure(What::Resolve, FailureKind::UnknownHost, message, hint)
}

/// Reading from or writing to an established connection, or a datagram socket, failed.
pub(super) fn transfer(
    protocol: Protocol,
    what: What,
    peer: SocketAddr,
    error: &io::Error,
) -> Failure {
    let subject = named(protocol, peer);
    let tried = if what == What::Send {
        "send to"
    } else {
        "receive from"
    };
    match kind(error) {
        kind @ FailureKind::Reset => failure(
            what,
            kind,
            and_system(format!("{subject} reset the connection"), error),
            "it crashed, was killed, or closed before it had read everything",
        ),
        kind @ FailureKind::Timeout => failure(
            what,
            kind,
            and_system(format!("{subject} vanished without a word"), error),
            "the machine or the network on the way may be off",
        ),
        kind @ FailureKind::Unreachable => failure(
            what,
            kind,
            and_system(format!("no way to {subject}"), error),
            "check the address, and whether this machine is on that network",
        ),
        kind @ FailureKind::PermissionDenied => failure(
            what,
            kind,
            and_system(format!("not allowed to {tried} {subject}"), error),
            "a broadcast address, or a firewall rule of this machine",
        ),
        FailureKind::TooLarge => failure(
            what,
            FailureKind::TooLarge,
            and_system(format!("too long a datagram for {subject}"), error),
            "nothing was sent; split the text, or use TCP, which has no such limit",
        ),
        _ => other(what, error, tried, subject),
    }
}

/// A datagram found nobody at its port (ICMP port unreachable, RFC 792).
pub(super) fn port_unreachable(what: What, peer: SocketAddr) -> Failure {
    failure(
        what,
        FailureKind::Refused,
        format!(
            "{}: nobody listens there (ICMP port unreachable)",
            named(Protocol::Udp, peer)
        ),
        "start the server, then send again: this socket goes on",
    )
}

/// A datagram longer than UDP can carry.
pub(super) fn too_large(peer: SocketAddr, size: usize, limit: usize) -> Failure {
    failure(
        What::Send,
        FailureKind::TooLarge,
        format!(
            "{size} bytes to {}: a datagram holds at most {limit}",
            named(Protocol::Udp, peer)
        ),
        "nothing was sent; split the text, or use TCP, which has no such limit",
    )
}

/// A fault of a server's datagram socket that no peer can be named for.
pub(super) fn datagrams(what: What, local: SocketAddr, error: &io::Error) -> Failure {
    let subject = named(Protocol::Udp, local);
    if platform::is_port_unreachable(error) {
        return failure(
            what,
            FailureKind::Refused,
            format!("{subject}: an answer found nobody at its port (ICMP port unreachable)"),
            "a peer is gone; the socket goes on",
        );
    }
    other(what, error, "receive on", subject)
}

/// A peer does not read: `waiting` bytes wait here, more in the system's buffers.
pub(super) fn not_reading(protocol: Protocol, peer: SocketAddr, waiting: u64) -> Failure {
    failure(
        What::Send,
        FailureKind::NotReading,
        format!(
            "{} does not read: {} wait here, the system's buffers are full",
            named(protocol, peer),
            Size(waiting)
        ),
        "sending goes on when it reads again; closing the connection gives up",
    )
}

/// A peer did not read for so long that it was given up: `waiting` bytes were left here.
pub(super) fn never_reads(
    protocol: Protocol,
    peer: SocketAddr,
    waiting: u64,
    limit: Duration,
) -> Failure {
    failure(
        What::Send,
        FailureKind::NotReading,
        format!(
            "{} did not read for {} s, {} were left",
            named(protocol, peer),
            limit.as_secs(),
            Size(waiting)
        ),
        "the connection was closed; the answer is larger than the systems buffer",
    )
}

/// A file that a server was told to send cannot be had.
pub(super) fn file(path: &Path, error: &io::Error) -> Failure {
    failure(
        What::Input,
        kind(error),
        format!("cannot read {}: {}", path.display(), system_text(error)),
        "check the name, and whether you may read it; the server goes on",
    )
}

/// A file became shorter while it was sent.
pub(super) fn file_shrank(missing: u64) -> Failure {
    failure(
        What::Input,
        FailureKind::CutShort,
        format!(
            "a file became shorter while it was sent: {} are missing",
            Size(missing)
        ),
        "the connection was closed, so that the peer notices",
    )
}

/// The greeting got no answer within the limit.
pub(super) fn no_greeting(protocol: Protocol, peer: SocketAddr) -> Failure {
    failure(
        What::Receive,
        FailureKind::Timeout,
        format!(
            "no answer from {} within {} s",
            named(protocol, peer),
            HELLO_LIMIT.as_secs()
        ),
        "is a greeting server running there? UDP loses what nobody waits for",
    )
}

/// The peer closed instead of answering the greeting.
pub(super) fn greeting_rejected(protocol: Protocol, peer: SocketAddr) -> Failure {
    failure(
        What::Receive,
        FailureKind::Other,
        format!(
            "{} closed without an answer to the greeting",
            named(protocol, peer)
        ),
        "is a greeting server running there?",
    )
}

/// No descriptors are left to accept with.
pub(super) fn accept(protocol: Protocol, local: SocketAddr, error: &io::Error) -> Failure {
    let subject = named(protocol, local);
    match kind(error) {
        kind @ FailureKind::TooManyOpen => failure(
            What::Accept,
            kind,
            and_system(format!("{subject}: no more files can be opened"), error),
            "new connections wait until others close, or raise ulimit -n",
        ),
        _ => other(What::Accept, error, "accept on", subject),
    }
}

/// The cap of connections is reached.
pub(super) fn too_many_connections(protocol: Protocol, local: SocketAddr, cap: usize) -> Failure {
    failure(
        What::Accept,
        FailureKind::Limit,
        format!(
            "{}: {cap} connections are open, the most it takes",
            named(protocol, local)
        ),
        "new ones wait until others close",
    )
}

/// Something went wrong in netplay itself.
pub(super) fn internal(protocol: Protocol, text: &str) -> Failure {
    failure(
        What::Internal,
        FailureKind::Other,
        format!(
            "a fault in netplay ended this {} session: {text}",
            protocol.name()
        ),
        "please report this; start the session again to go on",
    )
}

/// There are no HTTP clients yet.
pub(super) fn no_http() -> Failure {
    failure(
        What::Internal,
        FailureKind::Other,
        "HTTP clients are not part of this version".to_owned(),
        "",
    )
}
