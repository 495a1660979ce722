//! An HTTP server: the way in which it answers, whose turn it is, and what the session is told
//! about both. All connections share that.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use socket2::SockRef;
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::task::Id;

use super::connection::{Connection, MOST_UNSENT};
use super::turns::Turns;
use super::way::Way;
use crate::model::command::{Command, Target};
use crate::model::event::{By, ConnId, EventKind, How, Outcome};
use crate::net::service::{self, Lines, Service, Tasks};
use crate::net::session::{Inbox, Session};
use crate::net::{Order, platform};

/// What a server shares with one of its connections.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// The connection is to be closed.
    pub(super) close: Notify,
    received: AtomicU64,
    sent: AtomicU64,
}

impl Line {
    pub(super) fn received(&self, bytes: usize) {
        self.received.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(super) fn sent(&self, bytes: usize) {
        self.sent.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// The last words about a connection.
    pub(super) fn tell_closed(&self, session: &Session, conn: ConnId, (how, by): (How, By)) {
        session.emit(EventKind::Closed {
            conn,
            how,
            by,
            received: self.received.load(Ordering::Relaxed),
            sent: self.sent.load(Ordering::Relaxed),
        });
    }
}

/// What all connections of a server share.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) session: Arc<Session>,
    pub(super) turns: Arc<Turns>,
    way: RwLock<Arc<Way>>,
}

impl Server {
    fn new(session: &Arc<Session>) -> Server {
        let serving = &session.spec.serving;
        Server {
            session: session.clone(),
            turns: Turns::new(serving.one_at_a_time),
            way: RwLock::new(Arc::new(Way::new(serving.clone()))),
        }
    }

    /// How a request is answered that is complete now.
    pub(super) fn way(&self) -> Arc<Way> {
        let way = self.way.read().unwrap_or_else(PoisonError::into_inner);
        way.clone()
    }

    fn obey(&self, lines: &Lines<Line>, order: Order) {
        match order.command {
            Command::Answer(answer) => {
                let way = Arc::new(self.way().with(answer));
                *self.way.write().unwrap_or_else(PoisonError::into_inner) = way;
            }
            Command::OneAtATime(one) => self.turns.set(one),
            Command::Close { conn } => {
                if let Some(line) = lines.get(&conn) {
                    line.close.notify_one();
                }
            }
            Command::Send { to, data } => {
                let conn = match to {
                    Target::All => None,
                    Target::One(conn) => Some(conn),
                };
                let why = "not sent: an HTTP server only answers what it is asked";
                self.session.lose(conn, why, (1, data.len() as u64));
            }
            Command::SendFile { .. } => {
                let why = "not sent: an HTTP server only answers what it is asked";
                self.session.lose(None, why, (1, 0));
            }
            Command::Finish { .. }
            | Command::CancelFile { .. }
            | Command::Request(_)
            | Command::EndOfInput => {}
        }
    }
}

/// The server as the session's task holds it.
struct Site(Arc<Server>);

/// Runs a server until it is stopped, or its one connection is over.
pub(in crate::net) async fn run(session: &Arc<Session>, inbox: &mut Inbox) -> Outcome {
    let mut site = Site(Arc::new(Server::new(session)));
    service::run(session, inbox, session.spec.once, &mut site).await
}

impl Service for Site {
    type Line = Line;

    fn tune(socket: &SockRef<'_>) {
        // An answer is written whole; to hold back its last segment would only delay it.
        let _ = socket.set_tcp_nodelay(true);
        platform::limit_unsent(socket, MOST_UNSENT);
    }

    fn admit(
        &mut self,
        tasks: &mut Tasks,
        stream: TcpStream,
        peer: SocketAddr,
    ) -> (ConnId, Arc<Line>, Id) {
        let connection = Connection::open(&self.0, stream, peer);
        let (conn, line) = (connection.conn, connection.line.clone());
        let task = tasks.spawn(async {
            connection.run().await;
            false
        });
        (conn, line, task.id())
    }

    fn obey(&mut self, lines: &Lines<Line>, order: Order) {
        self.0.obey(lines, order);
    }

    fn tell_closed(&self, conn: ConnId, line: &Line, how: (How, By), _: &str) {
        line.tell_closed(&self.0.session, conn, how);
    }
}
