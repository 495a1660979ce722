//! TCP sessions (RFC 9293): a server with many connections, a client with one. Both hand the
//! stream to the same connection, and what a connection says by itself to the scene's machine.

pub(super) mod client;
mod connection;
mod line;
pub(super) mod server;

use self::line::Line;
use super::Order;
use super::service;
use super::session::Session;
use crate::model::command::{Command, Target};
use crate::model::event::ConnId;
use crate::model::spec::Side;

/// The open connections of a session.
type Lines = service::Lines<Line>;

fn targets(lines: &Lines, to: Target) -> Vec<(ConnId, &Line)> {
    match to {
        Target::All => lines.iter().map(|(conn, line)| (*conn, &**line)).collect(),
        Target::One(conn) => lines
            .get(&conn)
            .map(|line| (conn, &**line))
            .into_iter()
            .collect(),
    }
}

/// Gives something to send to each target, and tells where that was not taken.
fn order_each(
    session: &Session,
    lines: &Lines,
    to: Target,
    size: (u64, u64),
    take: impl Fn(&Line) -> bool,
) {
    let targets = targets(lines, to);
    if targets.is_empty() {
        match to {
            Target::All => session.lose(None, "not sent: nobody is connected", size),
            Target::One(conn) => {
                session.lose(Some(conn), "not sent: the connection is closed", size);
            }
        }
    }
    for (conn, line) in targets {
        if !take(line) {
            session.lose(Some(conn), "not sent: our direction has ended", size);
        }
    }
}

/// Passes an order on to the connections that it is for. Nothing here waits.
fn obey(session: &Session, lines: &Lines, order: Order) {
    match order.command {
        Command::Send { to, data } => {
            let size = (1, data.len() as u64);
            order_each(session, lines, to, size, |line| {
                line.order(data.clone(), order.credit.clone())
            });
        }
        Command::SendFile { to, path } => order_each(session, lines, to, (1, 0), |line| {
            line.order_file(path.clone(), order.credit.clone())
        }),
        Command::CancelFile { to } => {
            for (_, line) in targets(lines, to) {
                line.cancel_file();
            }
        }
        Command::Finish { to } => {
            for (_, line) in targets(lines, to) {
                line.finish();
            }
        }
        Command::Close { conn } => {
            for (_, line) in targets(lines, Target::One(conn)) {
                line.close();
            }
        }
        Command::EndOfInput if session.spec.side == Side::Client => {
            for line in lines.values() {
                line.end_of_input();
            }
        }
        Command::EndOfInput | Command::Answer(_) | Command::OneAtATime(_) | Command::Request(_) => {
        }
    }
}
