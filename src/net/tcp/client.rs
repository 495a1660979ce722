//! A TCP client: dials, then runs its one connection.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::connection::Connection;
use super::{Lines, obey};
use crate::model::command::Command;
use crate::model::event::Outcome;
use crate::net::dial::dial;
use crate::net::session::{Inbox, Session, next_order};

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
