//! A TCP client: looks its name up, dials every address in turn and tells of each try, then runs
//! its one connection.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::connection::Connection;
use super::{Lines, obey};
use crate::model::command::Command;
use crate::model::event::{EventKind, Outcome};
use crate::model::failure::{Failure, FailureKind};
use crate::model::spec::{CONNECT_LIMIT, Protocol};
use crate::net::session::{Inbox, Session, next_order};
use crate::net::{fault, resolve, socket};

/// How long to wait before the next try while nobody listens.
const TRY_AGAIN: Duration = Duration::from_millis(500);

/// Runs a client until its connection is over, or there is none.
pub(in crate::net) async fn run(session: &Arc<Session>, inbox: &mut Inbox) -> Outcome {
    let dialled = tokio::select! {
        () = session.cancel.cancelled() => return Outcome::Done,
        dialled = dial(session) => dialled,
    };
    let (stream, peer) = match dialled {
        Ok(connected) => connected,
        Err(failure) => {
            session.fail(None, failure);
            return Outcome::Failed;
        }
    };
    let connection = Connection::open(session, stream, peer);
    let lines = Lines::from([(connection.conn, connection.line.clone())]);
    session.audience.store(1, Ordering::Relaxed);
    let running = connection.run();
    tokio::pin!(running);
    loop {
        tokio::select! {
            report = &mut running => return report.outcome,
            order = next_order(inbox) => {
                if order.command == Command::EndOfInput {
                    for line in lines.values() {
                        line.end_of_input();
                    }
                }
                obey(session, &lines, order);
            }
        }
    }
}

async fn dial(session: &Session) -> Result<(TcpStream, SocketAddr), Failure> {
    let address = &session.spec.address;
    if address.ip().is_none() {
        let to = address.to_string();
        session.emit(EventKind::Connecting { to });
    }
    let addresses = resolve::resolve(Protocol::Tcp, address).await?;
    let mut waiting = false;
    loop {
        let tries = match dial_each(session, &addresses, waiting).await {
            Ok(connected) => return Ok(connected),
            Err(tries) => tries,
        };
        let refused = |(_, failure): &(_, Failure)| failure.kind == FailureKind::Refused;
        if !(session.spec.wait && tries.iter().any(refused)) {
            return Err(fault::all_tries(Protocol::Tcp, address, tries));
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
    if let Some(failure) = fault::bad_target(Protocol::Tcp, address) {
        return Err(failure);
    }
    if !quiet {
        let to = address.to_string();
        session.emit(EventKind::Connecting { to });
    }
    match timeout(CONNECT_LIMIT, TcpStream::connect(address)).await {
        Err(_) => Err(fault::connect_timeout(Protocol::Tcp, address)),
        Ok(connected) => connected
            .and_then(not_ourselves)
            .map_err(|error| fault::connect(Protocol::Tcp, address, &error)),
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
