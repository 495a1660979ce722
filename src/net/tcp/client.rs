//! A TCP client: dials, then runs its one connection.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::connection::Connection;
use super::{Lines, obey};
use crate::model::event::Outcome;
use crate::net::dial::dial;
use crate::net::session::{Inbox, Session, next_order};

/// Runs a client until its connection is over, or there is none.
pub(in crate::net) async fn run(session: &Arc<Session>, inbox: &mut Inbox) -> Outcome {
    let dialled = tokio::select! {
        () = session.stop.cancelled() => return Outcome::Done,
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
            order = next_order(inbox) => obey(session, &lines, order),
            () = session.stop.cancelled(), if !session.cut.is_cancelled() => {
                while let Ok(order) = inbox.try_recv() {
                    obey(session, &lines, order);
                }
                session.cut.cancel();
            }
        }
    }
}
