//! What every server on streams does, whatever it speaks: listens on every address of its name, lets
//! connections in, keeps the table of them and ends them with itself. Each connection runs in a task
//! of its own; nothing that one does holds up the others. What is done on one is a [`Service`]'s
//! matter.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::Instant;

use super::accept::{Accepted, Door};
use super::session::{Episode, Inbox, Session, next_order, panic_text};
use super::{Order, bind, fault, platform, socket};
use crate::model::event::{By, ConnId, How, Outcome};

/// The most connections that a server has open at once; each costs a few KiB here and in the system.
const CONNECTIONS: usize = 20_000;
/// Descriptors that are left for everything else.
const SPARE_DESCRIPTORS: u64 = 64;
/// How long the connections of a stopped server may take to end; they wait for nothing.
const STOP_LIMIT: Duration = Duration::from_millis(700);

/// The open connections of a session: what is shared with each of them.
pub(super) type Lines<L> = BTreeMap<ConnId, Arc<L>>;

/// The tasks that serve connections. Each says at its end whether the session is done with it.
pub(super) type Tasks = JoinSet<bool>;

/// What a server does on its connections.
pub(super) trait Service {
    /// What the server shares with a connection.
    type Line;

    /// Sets the options that the sockets of its connections have.
    fn tune(_socket: &SockRef<'_>) {}

    /// Begins to serve a connection, in a task of its own.
    fn admit(
        &mut self,
        tasks: &mut Tasks,
        stream: TcpStream,
        peer: SocketAddr,
    ) -> (ConnId, Arc<Self::Line>, Id);

    /// Does what the session was told. Nothing here waits.
    fn obey(&mut self, lines: &Lines<Self::Line>, order: Order);

    /// The last words about a connection that cannot say them itself; `why` is about what it had
    /// still to send.
    fn tell_closed(&self, conn: ConnId, line: &Self::Line, how: (How, By), why: &str);
}

/// How many connections fit under this limit of descriptors.
fn cap(descriptors: Option<u64>) -> usize {
    let fit = descriptors.map_or(u64::MAX, |limit| limit.saturating_sub(SPARE_DESCRIPTORS));
    usize::try_from(fit)
        .unwrap_or(usize::MAX)
        .clamp(1, CONNECTIONS)
}

struct Server<'a, S: Service> {
    session: &'a Arc<Session>,
    service: &'a mut S,
    tasks: Tasks,
    numbers: HashMap<Id, ConnId>,
    lines: Lines<S::Line>,
    cap: usize,
    full: Episode,
}

/// Runs a server until it is stopped, or what it was there for is done; with `one`, until its first
/// connection is over.
pub(super) async fn run<S: Service>(
    session: &Arc<Session>,
    inbox: &mut Inbox,
    one: bool,
    service: &mut S,
) -> Outcome {
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
    if platform::INHERITS {
        door.listeners()
            .for_each(|one| S::tune(&SockRef::from(one)));
    }
    let mut server = Server {
        session,
        service,
        tasks: Tasks::new(),
        numbers: HashMap::new(),
        lines: Lines::new(),
        cap: cap(platform::descriptor_limit()),
        full: Episode::default(),
    };
    server.serve(&mut door, inbox, one).await;
    door.close();
    server.stop(inbox).await;
    Outcome::Done
}

impl<S: Service> Server<'_, S> {
    async fn serve(&mut self, door: &mut Door, inbox: &mut Inbox, one: bool) {
        let mut accepting = true;
        loop {
            let may_accept = accepting && self.lines.len() < self.cap;
            tokio::select! {
                () = self.session.stop.cancelled() => return,
                order = next_order(inbox) => self.service.obey(&self.lines, order),
                Some(ended) = self.tasks.join_next_with_id() => {
                    let done = self.reap(ended);
                    if done || one {
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
                if !platform::INHERITS {
                    S::tune(&SockRef::from(&stream));
                }
                let (conn, line, task) = self.service.admit(&mut self.tasks, stream, peer);
                self.lines.insert(conn, line);
                self.numbers.insert(task, conn);
                self.count();
                if self.lines.len() >= self.cap
                    && self.full.begins(Instant::now())
                    && let Some(local) = door.local()
                {
                    let failure =
                        fault::too_many_connections(self.session.spec.protocol, local, self.cap);
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
                self.session.fail(
                    None,
                    fault::accept(self.session.spec.protocol, local, &error),
                );
                false
            }
        }
    }

    /// Takes a connection out of the table; whether the session is done with it.
    fn reap(&mut self, ended: Result<(Id, bool), JoinError>) -> bool {
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
            Ok((_, done)) => done,
            Err(error) => {
                let (how, why) = if error.is_panic() {
                    let text = panic_text(&*error.into_panic());
                    let failure = fault::internal(self.session.spec.protocol, &text);
                    self.session.fail(Some(conn), failure);
                    (How::Failed, "not sent: the connection is gone")
                } else {
                    (How::Stopped, "not sent: the session was stopped")
                };
                if let Some(line) = line {
                    self.service.tell_closed(conn, &line, (how, By::Us), why);
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
            self.service.obey(&self.lines, order);
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
    use crate::model::spec::{Protocol, Side, Spec};
    use crate::net::session::tests::{events, session};

    /// Connections that have nothing to share.
    struct Plain(Arc<Session>);

    impl Service for Plain {
        type Line = ();

        fn admit(&mut self, _: &mut Tasks, _: TcpStream, _: SocketAddr) -> (ConnId, Arc<()>, Id) {
            unreachable!("nobody knocks")
        }

        fn obey(&mut self, _: &Lines<()>, _: Order) {}

        fn tell_closed(&self, conn: ConnId, (): &(), (how, by): (How, By), _: &str) {
            self.0.emit(EventKind::Closed {
                conn,
                how,
                by,
                received: 0,
                sent: 0,
            });
        }
    }

    #[tokio::test]
    async fn a_panic_in_a_connection_is_its_own_fault_and_the_server_goes_on() {
        let (session, mut feed) = session(Spec::new(Protocol::Tcp, Side::Server));
        let conn = session.next_conn();
        let mut server = Server {
            session: &session,
            service: &mut Plain(session.clone()),
            tasks: Tasks::new(),
            numbers: HashMap::new(),
            lines: Lines::from([(conn, Arc::new(()))]),
            cap: 1,
            full: Episode::default(),
        };
        let task = server.tasks.spawn(async { panic!("boom") });
        server.numbers.insert(task.id(), conn);
        let ended = server.tasks.join_next_with_id().await.unwrap();
        assert!(!server.reap(ended), "the server goes on");
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
