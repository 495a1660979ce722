//! A TCP server: what it does on its connections is the scene's matter.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio::task::Id;

use super::connection::{Connection, tell_closed};
use super::line::Line;
use super::{Lines, obey};
use crate::model::event::{By, ConnId, How, Outcome};
use crate::model::spec::Scene;
use crate::net::Order;
use crate::net::service::{self, Service, Tasks};
use crate::net::session::{Inbox, Session};

struct Conversations(Arc<Session>);

/// Runs a server until it is stopped, or what it was there for is done.
pub(in crate::net) async fn run(session: &Arc<Session>, inbox: &mut Inbox) -> Outcome {
    // The greeting's server is there for one exchange, not for one connection.
    let one = session.spec.once && session.spec.scene != Scene::Hello;
    service::run(session, inbox, one, &mut Conversations(session.clone())).await
}

impl Service for Conversations {
    type Line = Line;

    fn admit(
        &mut self,
        tasks: &mut Tasks,
        stream: TcpStream,
        peer: SocketAddr,
    ) -> (ConnId, Arc<Line>, Id) {
        let connection = Connection::open(&self.0, stream, peer);
        let (conn, line) = (connection.conn, connection.line.clone());
        let task = tasks.spawn(async { connection.run().await.exchanged });
        (conn, line, task.id())
    }

    fn obey(&mut self, lines: &Lines, order: Order) {
        obey(&self.0, lines, order);
    }

    fn tell_closed(&self, conn: ConnId, line: &Line, how: (How, By), why: &str) {
        tell_closed(&self.0, conn, line, how, why);
    }
}
