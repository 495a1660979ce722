//! Faults before anything is sent: looking up, binding, connecting, accepting.

use std::io;
use std::net::{IpAddr, SocketAddr};

use super::{and_system, failure, kind, list, named, other};
use crate::model::address::Address;
use crate::model::failure::{Failure, FailureKind, Holder, What};
use crate::model::spec::{CONNECT_LIMIT, Protocol};
use crate::net::platform;
use crate::net::resolve::RESOLVE_LIMIT;

/// Binding a local address failed. `holder` and `free` are asked for only when it is in use.
pub(in crate::net) fn bind(
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
                Some(Holder::TimeWait { .. }) => " by old connections in TIME_WAIT".to_owned(),
                None => " by another program".to_owned(),
            };
            let message = and_system(format!("{subject} is in use{who}"), error);
            let other = match holder {
                Some(Holder::TimeWait { .. }) => "wait a minute until they are gone",
                _ => "end that program first",
            };
            let hint = match free {
                Some(port) => format!("take the next free port, {port}, or {other}"),
                None => format!("take another port, or {other}"),
            };
            Failure {
                holder,
                ..failure(what, kind, message, hint)
            }
        }
        kind @ FailureKind::AddressNotAvailable => {
            let message = format!("{subject} is not an address of this machine");
            let own = platform::own_addresses();
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
pub(in crate::net) fn bad_target(protocol: Protocol, address: SocketAddr) -> Option<Failure> {
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
pub(in crate::net) fn connect(
    protocol: Protocol,
    address: SocketAddr,
    error: &io::Error,
) -> Failure {
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
        kind @ FailureKind::PermissionDenied => failure(
            what,
            kind,
            and_system(format!("not allowed to reach {subject}"), error),
            "a broadcast address, or a firewall rule of this machine",
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
pub(in crate::net) fn connect_timeout(protocol: Protocol, address: SocketAddr) -> Failure {
    no_answer(FailureKind::Timeout, &named(protocol, address))
}

/// All addresses of a name were tried in vain. Names every try.
pub(in crate::net) fn all_tries(
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
pub(in crate::net) fn unknown_host(
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
pub(in crate::net) fn name_server_silent(protocol: Protocol, address: &Address) -> Failure {
    let message = format!(
        "{}: no answer about this name within {} s",
        named(protocol, address),
        RESOLVE_LIMIT.as_secs()
    );
    let hint = "is this machine online? An IP address such as 127.0.0.1 needs no look-up";
    failure(What::Resolve, FailureKind::UnknownHost, message, hint)
}

/// No descriptors are left to accept with.
pub(in crate::net) fn accept(protocol: Protocol, local: SocketAddr, error: &io::Error) -> Failure {
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
pub(in crate::net) fn too_many_connections(
    protocol: Protocol,
    local: SocketAddr,
    cap: usize,
) -> Failure {
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
pub(in crate::net) fn internal(protocol: Protocol, text: &str) -> Failure {
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
