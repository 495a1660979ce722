//! Dialling for clients: looks the name up, tries every address in turn within a limit, and tells
//! of each try. Knows nothing of what is said over the connection.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::session::Session;
use super::{fault, resolve, socket};
use crate::model::event::EventKind;
use crate::model::failure::{Failure, FailureKind};
use crate::model::spec::CONNECT_LIMIT;

/// How long to wait before the next try while nobody listens.
const TRY_AGAIN: Duration = Duration::from_millis(500);

/// A connection to the session's address, and whom it leads to.
pub(super) async fn dial(session: &Session) -> Result<(TcpStream, SocketAddr), Failure> {
    let (protocol, address) = (session.spec.protocol, &session.spec.address);
    if address.ip().is_none() {
        let to = address.to_string();
        session.emit(EventKind::Connecting { to });
    }
    let addresses = resolve::resolve(protocol, address).await?;
    let mut waiting = false;
    loop {
        let tries = match dial_each(session, &addresses, waiting).await {
            Ok(connected) => return Ok(connected),
            Err(tries) => tries,
        };
        let refused = |(_, failure): &(_, Failure)| failure.kind == FailureKind::Refused;
        if !(session.spec.wait && tries.iter().any(refused)) {
            return Err(fault::all_tries(protocol, address, tries));
        }
        if !waiting {
            waiting = true;
            let to = address.to_string();
            session.emit(EventKind::Waiting { to });
        }
        sleep(TRY_AGAIN).await;
    }
}

/// Tries every address in turn. All tries but the last are told of, unless in `quiet` repetition.
async fn dial_each(
    session: &Session,
    addresses: &[SocketAddr],
    quiet: bool,
) -> Result<(TcpStream, SocketAddr), Vec<(SocketAddr, Failure)>> {
    let mut tries = Vec::with_capacity(addresses.len());
    for (n, &address) in addresses.iter().enumerate() {
        let failure = match dial_one(session, address, quiet).await {
            Ok(stream) => return Ok((stream, address)),
            Err(failure) => failure,
        };
        if !quiet && n + 1 < addresses.len() {
            let failure = Box::new(failure.clone());
            session.emit(EventKind::Tried { address, failure });
        }
        tries.push((address, failure));
    }
    Err(tries)
}

async fn dial_one(
    session: &Session,
    address: SocketAddr,
    quiet: bool,
) -> Result<TcpStream, Failure> {
    let protocol = session.spec.protocol;
    if let Some(failure) = fault::bad_target(protocol, address) {
        return Err(failure);
    }
    if !quiet {
        let to = address.to_string();
        session.emit(EventKind::Connecting { to });
    }
    match timeout(CONNECT_LIMIT, TcpStream::connect(address)).await {
        Err(_) => Err(fault::connect_timeout(protocol, address)),
        Ok(connected) => connected
            .and_then(not_ourselves)
            .map_err(|error| fault::connect(protocol, address, &error)),
    }
}

/// A client that dials a free port of its own machine may be given that very port as its own, and
/// then meets itself (the simultaneous open of RFC 9293 section 3.5). Nobody listens there.
fn not_ourselves(stream: TcpStream) -> io::Result<TcpStream> {
    if stream.local_addr()? == stream.peer_addr()? {
        socket::abort_on_drop(&stream);
        return Err(io::ErrorKind::ConnectionRefused.into());
    }
    Ok(stream)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::spec::{Protocol, Side, Spec};
    use crate::net::session::tests::{events, session};
    use tokio::net::{TcpListener, TcpSocket};

    async fn closed_port() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    }

    #[tokio::test]
    async fn every_address_is_tried_in_turn_and_each_failure_but_the_last_is_told() {
        let (session, mut feed) = session(Spec::new(Protocol::Tcp, Side::Client));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (closed, open) = (closed_port().await, listener.local_addr().unwrap());
        let (_, address) = dial_each(&session, &[closed, open], false).await.unwrap();
        assert_eq!(address, open);
        let words: Vec<_> = events(&mut feed).iter().map(EventKind::word).collect();
        assert_eq!(words, ["connecting", "tried", "connecting"]);
    }

    #[tokio::test]
    async fn when_all_addresses_fail_the_failure_names_every_try() {
        let (session, mut feed) = session(Spec::new(Protocol::Tcp, Side::Client));
        let (closed, nowhere) = (closed_port().await, "0.0.0.0:1".parse().unwrap());
        let tries = dial_each(&session, &[nowhere, closed], false)
            .await
            .unwrap_err();
        let failure = fault::all_tries(Protocol::Tcp, &session.spec.address, tries);
        assert_eq!(failure.kind, FailureKind::Refused);
        assert_eq!(
            failure.message,
            "TCP 127.0.0.1:23456: 0.0.0.0 cannot be called, 127.0.0.1 refused"
        );
        let words: Vec<_> = events(&mut feed).iter().map(EventKind::word).collect();
        assert_eq!(words, ["tried", "connecting"]);
    }

    #[tokio::test]
    async fn a_client_that_meets_itself_was_refused() {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let itself = socket.local_addr().unwrap();
        let Ok(stream) = socket.connect(itself).await else {
            return println!("skipped: this system does not connect a socket to itself");
        };
        let error = not_ourselves(stream).unwrap_err();
        assert_eq!(fault::kind(&error), FailureKind::Refused);
        TcpListener::bind(itself).await.unwrap();
    }
}
