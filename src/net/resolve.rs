//! Names to addresses, with a limit of our own. The system's look-up cannot be cancelled, so it
//! runs on a thread that nobody waits for: neither a stop nor the end of the runtime is held up.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::time::Duration;

use tokio::sync::oneshot;

use super::fault;
use crate::model::address::Address;
use crate::model::failure::Failure;
use crate::model::spec::Protocol;

/// How long a look-up may take: longer than a slow name server, shorter than patience.
pub(super) const RESOLVE_LIMIT: Duration = Duration::from_secs(5);

/// Every address of the name, in the system's order, each once; at least one.
pub(super) async fn resolve(
    protocol: Protocol,
    address: &Address,
) -> Result<Vec<SocketAddr>, Failure> {
    if let Some(ip) = address.ip() {
        return Ok(vec![SocketAddr::new(ip, address.port)]);
    }
    let (answer, asked) = oneshot::channel();
    let question = (address.host.clone(), address.port);
    let started = std::thread::Builder::new()
        .name("look-up".to_owned())
        .spawn(move || {
            let found = question.to_socket_addrs().map(Iterator::collect);
            // Nobody waits any more when the limit has passed or the session was stopped.
            let _ = answer.send(found);
        });
    if let Err(error) = started {
        return Err(fault::unknown_host(protocol, address, Some(&error)));
    }
    let found: io::Result<Vec<SocketAddr>> = match tokio::time::timeout(RESOLVE_LIMIT, asked).await
    {
        Ok(Ok(found)) => found,
        Ok(Err(_)) => return Err(fault::unknown_host(protocol, address, None)),
        Err(_) => return Err(fault::name_server_silent(protocol, address)),
    };
    match found {
        Ok(found) => {
            let mut once: Vec<SocketAddr> = Vec::with_capacity(found.len());
            for address in found {
                if !once.contains(&address) {
                    once.push(address);
                }
            }
            if once.is_empty() {
                Err(fault::unknown_host(protocol, address, None))
            } else {
                Ok(once)
            }
        }
        Err(error) => Err(fault::unknown_host(protocol, address, Some(&error))),
    }
}
