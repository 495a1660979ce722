//! A TCP server: listens on every address of its name, and keeps the table of its connections.
//! Each connection runs in a task of its own; nothing that one does holds up the others.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::Instant;

use super::accept::{Accepted, Door};
use super::connection::{Connection, Report, tell_closed};
use super::{Lines, obey};
use crate::model::event::{By, ConnId, How, Outcome};
use crate::model::spec::{Protocol, Scene};
use crate::net::session::{Episode, Inbox, Session, next_order, panic_text};
use crate::net::{bind, fault, platform, socket};

/// The most connections that a server has open at once; each costs a few KiB here and in the system.
const CONNECTIONS: usize = 20_000;
/// Descriptors that are left for everything else.
const SPARE_DESCRIPTORS: u64 = 64;
/// How long the connections of a stopped server may take to end; they wait for nothing.
const STOP_LIMIT: Duration = Duration::from_millis(700);

/// How many connections fit under this limit of descriptors.
fn cap(descriptors: Option<u64>) -> usize {
    let fit = descriptors.map_or(u64::MAX, |limit| limit.saturating_sub(SPARE_DESCRIPTORS));
    usize::try_from(fit)
        .unwrap_or(usize::MAX)
        .clamp(1, CONNECTIONS)
}

struct Server<'a> {
    session: &'a Arc<Session>,
    tasks: JoinSet<Report>,
    numbers: HashMap<Id, ConnId>,
    lines: Lines,
    cap: usize,
    full: Episode,
}

/// Runs a server until it is stopped, or what it was there for is done.
pub(in crate::net) async fn run(session: &Arc<Session>, inbox: &mut Inbox) -> Outcome {
    let backlog = session.spec.backlog;
    let listeners = tokio::select! {
        () = session.stop.cancelled() => return Outcome::Done,
        bound = bind::bind_all(session, |address| socket::listen_tcp(address, backlog), TcpListener::local_addr) => bound,
    };
    let mut door = match listeners {
        Ok(listeners) => Door::new(listeners),
        Err(failure) => {
            session.fail(None, failure);
            return Outcome::Failed;
        }
    };
    let mut server = Server {
        session,
        tasks: JoinSet::new(),
        numbers: HashMap::new(),
        lines: Lines::new(),
        cap: cap(platform::descriptor_limit()),
        full: Episode::default(),
    };
    server.serve(&mut door, inbox).await;
    door.close();
    server.stop(inbox).await;
    Outcome::Done
}

impl Server<'_> {
    async fn serve(&mut self, door: &mut Door, inbox: &mut Inbox) {
        // The greeting's server is there for one exchange, not for one connection.
        let one = self.session.spec.once && self.session.spec.scene != Scene::Hello;
        let mut accepting = true;
        loop {
            let may_accept = accepting && self.lines.len() < self.cap;
            tokio::select! {
                () = self.session.stop.cancelled() => return,
                order = next_order(inbox) => obey(self.session, &self.lines, order),
                Some(ended) = self.tasks.join_next_with_id() => {
                    let exchanged = self.reap(ended);
                    if exchanged || one {
                        return;
                    }
                }
                accepted = async {
                    self.session.emitter.room().await;
                    door.accept().await
                }, if may_accept => {
                    if self.admit(accepted, door) && one {
                        accepting = false;
                        door.close();
                    }
                }
            }
        }
    }

    /// Whether a connection was opened.
    fn admit(&mut self, accepted: Accepted, door: &Door) -> bool {
        match accepted {
            Accepted::Stream(stream, peer) => {
                let connection = Connection::open(self.session, stream, peer);
                let conn = connection.conn;
                self.lines.insert(conn, connection.line.clone());
                let task = self.tasks.spawn(connection.run());
                self.numbers.insert(task.id(), conn);
                self.count();
                if self.lines.len() >= self.cap
                    && self.full.begins(Instant::now())
                    && let Some(local) = door.local()
                {
                    let failure = fault::too_many_connections(Protocol::Tcp, local, self.cap);
                    self.session.fail(None, failure);
                }
                true
            }
            Accepted::Gone => {
                self.session
                    .lose(None, "a connection was gone before it was accepted", (1, 0));
                false
            }
            Accepted::Trouble(local, error) => {
                self.session
                    .fail(None, fault::accept(Protocol::Tcp, local, &error));
                false
            }
        }
    }

    /// Takes a connection out of the table; whether the scene's one exchange is done with it.
    fn reap(&mut self, ended: Result<(Id, Report), JoinError>) -> bool {
        let id = match &ended {
            Ok((id, _)) => *id,
            Err(error) => error.id(),
        };
        let Some(conn) = self.numbers.remove(&id) else {
            return false;
        };
        let line = self.lines.remove(&conn);
        self.count();
        match ended {
            Ok((_, report)) => report.exchanged,
            Err(error) => {
                let (how, why) = if error.is_panic() {
                    let text = panic_text(&*error.into_panic());
                    self.session
                        .fail(Some(conn), fault::internal(Protocol::Tcp, &text));
                    (How::Failed, "not sent: the connection is gone")
                } else {
                    (How::Stopped, "not sent: the session was stopped")
                };
                if let Some(line) = line {
                    tell_closed(self.session, conn, &line, (how, By::Us), why);
                }
                false
            }
        }
    }

    fn count(&self) {
        self.session
            .audience
            .store(self.lines.len(), Ordering::Relaxed);
    }

    /// Ends all connections and waits for that; those that do not end are cut off.
    async fn stop(&mut self, inbox: &mut Inbox) {
        while let Ok(order) = inbox.try_recv() {
            obey(self.session, &self.lines, order);
        }
        self.session.cut.cancel();
        let deadline = Instant::now() + STOP_LIMIT;
        while let Ok(Some(ended)) =
            tokio::time::timeout_at(deadline, self.tasks.join_next_with_id()).await
        {
            self.reap(ended);
        }
        self.tasks.abort_all();
        while let Some(ended) = self.tasks.join_next_with_id().await {
            self.reap(ended);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::EventKind;
    use crate::model::failure::What;
    use crate::model::spec::{Side, Spec};
    use crate::net::session::tests::{events, session};
    use crate::net::tcp::line::Line;

    #[tokio::test]
    async fn a_panic_in_a_connection_is_its_own_fault_and_the_server_goes_on() {
        let (session, mut feed) = session(Spec::new(Protocol::Tcp, Side::Server));
        let conn = session.next_conn();
        let mut server = Server {
            session: &session,
            tasks: JoinSet::new(),
            numbers: HashMap::new(),
            lines: Lines::from([(conn, Arc::new(Line::new(&session.spec)))]),
            cap: 1,
            full: Episode::default(),
        };
        let task = server.tasks.spawn(async { panic!("boom") });
        server.numbers.insert(task.id(), conn);
        let ended = server.tasks.join_next_with_id().await.unwrap();
        assert!(!server.reap(ended), "nothing was exchanged");
        assert!(server.lines.is_empty());
        let events = events(&mut feed);
        let [
            EventKind::Failed { failure, .. },
            EventKind::Closed { how, .. },
        ] = &events[..]
        else {
            panic!("{events:?}");
        };
        assert_eq!(failure.what, What::Internal);
        assert!(failure.message.contains("boom"), "{failure:?}");
        assert_eq!(*how, How::Failed);
        assert!(!session.cut.is_cancelled());
    }

    #[test]
    fn the_cap_leaves_descriptors_for_the_rest_of_the_program() {
        assert_eq!(cap(None), 20_000);
        assert_eq!(cap(Some(1024)), 960);
        assert_eq!(cap(Some(10)), 1);
        assert_eq!(cap(Some(1 << 20)), 20_000);
    }
}
