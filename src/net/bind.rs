//! Binding a server to every address of its name.

use std::io;
use std::net::SocketAddr;

use super::session::Session;
use super::{fault, platform, resolve, socket};
use crate::model::event::EventKind;
use crate::model::failure::{Failure, FailureKind};
use crate::model::spec::Protocol;

/// Binds every address that the session's name has and tells of each. An address that this machine
/// does not have is left out when there are others; any other fault is the server's.
pub(super) async fn bind_all<S>(
    session: &Session,
    bind: impl Fn(SocketAddr) -> io::Result<S>,
    local: impl Fn(&S) -> io::Result<SocketAddr>,
) -> Result<Vec<S>, Failure> {
    let protocol = session.spec.protocol;
    let addresses = resolve::resolve(protocol, &session.spec.address).await?;
    let mut bound: Vec<(S, SocketAddr)> = Vec::with_capacity(addresses.len());
    let mut failed: Vec<(SocketAddr, Failure)> = Vec::new();
    for address in addresses {
        let chosen = bound.first().map(|(_, local)| local.port());
        let mut result = bind_one(address, chosen, &bind);
        if let (Err(error), true, None) = (&result, session.spec.next_free, chosen)
            && fault::kind(error) == FailureKind::AddressInUse
            && let Some(port) = free_port(protocol, address).await
        {
            result = bind(SocketAddr::new(address.ip(), port));
        }
        match result {
            Ok(socket) => {
                let local = local(&socket).unwrap_or(address);
                bound.push((socket, local));
            }
            Err(error) => {
                let failure = describe(protocol, address, error).await;
                match failure.kind {
                    FailureKind::AddressInUse | FailureKind::PermissionDenied => {
                        return Err(failure);
                    }
                    _ => failed.push((address, failure)),
                }
            }
        }
    }
    if bound.is_empty() {
        return Err(fault::all_tries(protocol, &session.spec.address, failed));
    }
    for (address, failure) in failed {
        let failure = Box::new(failure);
        session.emit(EventKind::Tried { address, failure });
    }
    Ok(bound
        .into_iter()
        .map(|(socket, local)| {
            let local = socket::plain(local);
            session.emit(EventKind::Listening { local });
            socket
        })
        .collect())
}

/// Binds one address. Where the port was not given but `chosen` (by the system, or as the next free
/// one), all addresses are to have the same one, if it is free on each.
fn bind_one<S>(
    address: SocketAddr,
    chosen: Option<u16>,
    bind: impl Fn(SocketAddr) -> io::Result<S>,
) -> io::Result<S> {
    match chosen {
        Some(port) if address.port() == 0 || port != address.port() => {
            bind(SocketAddr::new(address.ip(), port)).or_else(|_| bind(address))
        }
        _ => bind(address),
    }
}

/// To look for a free port takes a while, so it is done where waiting harms nobody.
async fn free_port(protocol: Protocol, address: SocketAddr) -> Option<u16> {
    tokio::task::spawn_blocking(move || socket::next_free_port(protocol, address))
        .await
        .unwrap_or_default()
}

/// The fault in words. To look for the holder and a free port takes a while, so it is done where
/// waiting harms nobody.
async fn describe(protocol: Protocol, address: SocketAddr, error: io::Error) -> Failure {
    let in_use = fault::kind(&error) == FailureKind::AddressInUse;
    let found = if in_use {
        tokio::task::spawn_blocking(move || {
            (
                platform::holder(protocol, address),
                socket::next_free_port(protocol, address),
            )
        })
        .await
        .unwrap_or_default()
    } else {
        (None, None)
    };
    fault::bind(protocol, address, &error, found.0, found.1)
}
