//! Faults while bytes go to and fro.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use super::{and_system, failure, kind, named, other, system_text};
use crate::model::failure::{Failure, FailureKind, What};
use crate::model::size::Size;
use crate::model::spec::{HELLO_LIMIT, Protocol};
use crate::net::platform;

/// Reading from or writing to an established connection, or a datagram socket, failed.
pub(in crate::net) fn transfer(
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
pub(in crate::net) fn port_unreachable(what: What, peer: SocketAddr) -> Failure {
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
pub(in crate::net) fn too_large(peer: SocketAddr, size: usize, limit: usize) -> Failure {
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
pub(in crate::net) fn datagrams(what: What, local: SocketAddr, error: &io::Error) -> Failure {
    let subject = named(Protocol::Udp, local);
    if platform::is_port_unreachable(error) {
        return failure(
            what,
            FailureKind::Refused,
            format!("{subject}: an answer met a closed port (ICMP port unreachable)"),
            "a peer is gone; the socket goes on",
        );
    }
    other(what, error, "receive on", subject)
}

/// The system does not tell how many datagrams it dropped.
pub(in crate::net) fn drops_unknown(error: &io::Error) -> Failure {
    failure(
        What::Receive,
        FailureKind::Other,
        format!("UDP losses cannot be counted: the system does not say how many: {error}"),
        "what arrives is shown as ever; losses are counted again as soon as it says",
    )
}

/// A peer does not read: `waiting` bytes wait here, more in the system's buffers.
pub(in crate::net) fn not_reading(protocol: Protocol, peer: SocketAddr, waiting: u64) -> Failure {
    failure(
        What::Send,
        FailureKind::NotReading,
        format!(
            "{} does not read: {} wait here, more in the system",
            named(protocol, peer),
            Size(waiting)
        ),
        "sending goes on when it reads again; closing the connection gives up",
    )
}

/// The greeting got no answer within the limit.
pub(in crate::net) fn no_greeting(protocol: Protocol, peer: SocketAddr) -> Failure {
    failure(
        What::Receive,
        FailureKind::Timeout,
        format!(
            "no answer from {} within {} s",
            named(protocol, peer),
            HELLO_LIMIT.as_secs()
        ),
        match protocol {
            Protocol::Udp => "is a greeting server running there? UDP does not tell",
            Protocol::Tcp | Protocol::Http => "is a greeting server running there?",
        },
    )
}

/// The peer closed instead of answering the greeting.
pub(in crate::net) fn greeting_rejected(protocol: Protocol, peer: SocketAddr) -> Failure {
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

/// A peer did not read for so long that it was given up: `waiting` bytes were left here.
pub(in crate::net) fn never_reads(
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
        "the connection was closed; the answer is larger than the system's buffer",
    )
}

/// A file that a server was told to send cannot be had.
pub(in crate::net) fn file(path: &Path, error: &io::Error) -> Failure {
    failure(
        What::Input,
        kind(error),
        format!("cannot read {}: {}", path.display(), system_text(error)),
        "check the name, and whether you may read it; the server goes on",
    )
}

/// A file became shorter while it was sent.
pub(in crate::net) fn file_shrank(missing: u64) -> Failure {
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

/// A file that was to be sent cannot be read.
pub(in crate::net) fn sent_file(path: &Path, error: &io::Error) -> Failure {
    failure(
        What::Input,
        kind(error),
        format!("cannot send {}: {}", path.display(), system_text(error)),
        "check the name, and whether you may read it; the session goes on",
    )
}

/// A file became shorter while it was sent.
pub(in crate::net) fn sent_file_shrank(path: &Path, sent: u64, len: u64) -> Failure {
    failure(
        What::Input,
        FailureKind::CutShort,
        format!(
            "{} became shorter while it was sent: {sent} of {len} bytes went out",
            path.display()
        ),
        "another program writes to it; send it again when that is done",
    )
}
