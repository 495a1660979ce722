//! One connection of a server: reads requests, answers them in order, closes as HTTP/1.1 says
//! (RFC 9112 §9). All of it is one loop that first does what can be done at once, then waits for
//! whatever comes first; several requests of one read are answered with one write.

mod ending;

use std::collections::VecDeque;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, timeout};

use self::ending::{End, Lingering};
use super::answer::refuse;
use super::incoming::{Found, Incoming};
use super::server::{Line, Server};
use super::turns::Turn;
use super::usual;
use super::wait::Happening;
use super::work::{Due, Work};
use crate::model::event::{By, ConnId, Event, EventKind, How};
use crate::model::failure::{Failure, What};
use crate::net::socket;
use crate::wire::http1::{Broken, Progress};

/// How many requests may wait for their answers on one connection: who pipelines more is not read
/// from meanwhile.
const MOST_WAITING: usize = 64;
/// How many bytes of requests may wait for their answers on one connection.
const WAITING_BYTES: usize = 1 << 20;
/// How much of its answers the system may hold for a peer that does not read, in bytes. Left alone it
/// takes some megabytes each: of a thousand such peers that is the memory of the machine.
pub(super) const MOST_UNSENT: u32 = 256 << 10;
/// How long a close that the user ordered waits for the peer.
const CLOSE_LIMIT: Duration = Duration::from_secs(1);
/// How long an answer may make no progress because the peer does not read.
pub(super) const WRITE_LIMIT: Duration = Duration::from_secs(30);

/// See the module.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) server: Arc<Server>,
    pub(super) line: Arc<Line>,
    pub(super) conn: ConnId,
    pub(super) stream: TcpStream,
    peer: SocketAddr,
    pub(super) incoming: Incoming,
    pub(super) waiting: VecDeque<Due>,
    pub(super) waiting_bytes: usize,
    pub(super) work: Work,
    pub(super) out: BytesMut,
    /// When the last thing happened.
    pub(super) now: Instant,
    /// When something was last written, or began to wait for that.
    pub(super) written: Instant,
    /// Since when there is nothing to do.
    pub(super) quiet: Instant,
    /// Reading pauses, as enough waits to be answered.
    paused: bool,
    pub(super) peer_finished: bool,
    /// No more requests are answered; the connection ends in this way when all is written.
    pub(super) ending: Option<(How, By)>,
    pub(super) lingering: Option<Lingering>,
    pub(super) alarm: Option<Pin<Box<Sleep>>>,
    /// What has happened and is not told yet: told together, before anything is waited for.
    untold: Vec<Event>,
}

impl Connection {
    /// Tells of a new connection and stands ready to serve it.
    pub(super) fn open(server: &Arc<Server>, stream: TcpStream, peer: SocketAddr) -> Connection {
        let session = &server.session;
        let conn = session.next_conn();
        let peer = socket::plain(peer);
        let local = stream.local_addr().map_or(peer, socket::plain);
        session.emit(EventKind::Opened { conn, peer, local });
        let now = Instant::now();
        Connection {
            server: server.clone(),
            line: Arc::default(),
            conn,
            stream,
            peer,
            incoming: Incoming::new(),
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            work: Work::None,
            out: BytesMut::new(),
            now,
            written: now,
            quiet: now,
            paused: false,
            peer_finished: false,
            ending: None,
            lingering: None,
            alarm: None,
            untold: Vec::new(),
        }
    }

    /// Serves the connection to its end, and tells of that.
    pub(super) async fn run(mut self) {
        // A token of its own: all connections look at theirs each time they do something.
        let cancel = self.server.session.cut.child_token();
        let line = self.line.clone();
        let mut turn = None;
        let end = tokio::select! {
            biased;
            () = cancel.cancelled() => End::Stopped,
            end = self.serve_unless_closed(&line, &mut turn) => end,
        };
        if let End::Stopped = end {
            self.stop();
        }
        self.report(&end);
    }

    async fn serve_unless_closed(&mut self, line: &Line, turn: &mut Option<Turn>) -> End {
        tokio::select! {
            end = self.serve_in_turn(turn) => return end,
            () = line.close.notified() => self.now = Instant::now(),
        }
        self.work = Work::None;
        self.end(How::Stopped, By::Us);
        let end = timeout(CLOSE_LIMIT, self.serve()).await;
        end.unwrap_or(End::Closed)
    }

    /// Waits until it is this connection's turn, as the simplest server does: it is open, and
    /// nobody reads from it.
    async fn serve_in_turn(&mut self, turn: &mut Option<Turn>) -> End {
        match self.server.turns.enter() {
            Ok(now) => *turn = Some(now),
            Err(wait) => {
                let conn = self.conn;
                self.server.session.emit(EventKind::Queued { conn });
                *turn = wait.await.ok();
                self.now = Instant::now();
                self.quiet = self.now;
            }
        }
        self.serve().await
    }

    async fn serve(&mut self) -> End {
        let server = self.server.clone();
        loop {
            self.take_requests();
            if !self.tell() {
                server.session.emitter.room().await;
                self.now = Instant::now();
            }
            self.answer();
            if self.is_done() {
                return End::Closed;
            }
            self.note_pause();
            let happening;
            (self.now, happening) = self.wait().await;
            let end = match happening {
                Happening::Read(Ok(data)) => self.received(data),
                Happening::Read(Err(error)) => Some(self.broken(What::Receive, error)),
                Happening::Wrote(Ok(n)) => self.wrote(n),
                Happening::Wrote(Err(error)) => Some(self.broken(What::Send, error)),
                Happening::Opened(result) => {
                    self.opened(result);
                    None
                }
                Happening::Chunk(result) => {
                    self.chunk(result);
                    None
                }
                Happening::Time => self.time(),
            };
            if let Some(end) = end {
                return end;
            }
        }
    }

    /// Whether more may be read: there is room for another request, or it is thrown away.
    pub(super) fn may_read(&self) -> bool {
        let room = self.waiting.len() < MOST_WAITING && self.waiting_bytes < WAITING_BYTES;
        let open = self.ending.is_none() && room && self.incoming.is_drained();
        !self.peer_finished && (open || self.lingering.is_some())
    }

    fn note_pause(&mut self) {
        let paused = !self.may_read();
        if self.paused && !paused {
            self.incoming.resumed(self.now);
        }
        self.paused = paused;
    }

    /// Looks at what was received, as far as there is room for more requests.
    fn take_requests(&mut self) {
        if self.ending.is_some() {
            return;
        }
        while self.waiting.len() < MOST_WAITING && self.waiting_bytes < WAITING_BYTES {
            let due = match self.incoming.next(self.now) {
                Some(Found::Request(asked)) => {
                    self.note(EventKind::Request {
                        conn: self.conn,
                        offset: asked.offset,
                        request: asked.request.clone(),
                    });
                    Due::Answer(asked, self.server.way())
                }
                Some(Found::Broken(broken)) => self.refusal(&broken),
                None if self.peer_finished => match self.incoming.finish() {
                    Some(broken) => self.refusal(&broken),
                    None => return,
                },
                None => return,
            };
            self.waiting_bytes += due.size();
            self.waiting.push_back(due);
        }
    }

    /// Notes an event of the moment in which the last thing happened.
    fn note(&mut self, kind: EventKind) {
        let at = self.server.session.emitter.stamp(self.now.into_std());
        self.untold.push(Event { at, kind });
    }

    pub(super) fn note_failure(&mut self, failure: Failure) {
        self.note(EventKind::Failed {
            conn: Some(self.conn),
            failure: Box::new(failure),
        });
    }

    /// Tells what was noted; whether there is room for more.
    fn tell(&mut self) -> bool {
        let emitter = &self.server.session.emitter;
        if self.untold.is_empty() {
            emitter.has_room()
        } else {
            emitter.emit_all(&mut self.untold) > 0
        }
    }

    fn refusal(&mut self, broken: &Broken) -> Due {
        self.malformed(broken.verdict.name(), broken.text(), broken.at);
        Due::Refusal(broken.status(), broken.text())
    }

    fn malformed(&mut self, rule: &'static str, why: String, offset: u64) {
        self.note(EventKind::Malformed {
            conn: self.conn,
            rule,
            why,
            offset,
        });
    }

    fn received(&mut self, data: Bytes) -> Option<End> {
        if data.is_empty() {
            self.peer_finished = true;
            let conn = self.conn;
            let by = By::Peer;
            self.note(EventKind::Finished { conn, by });
            return self.lingering.is_some().then_some(End::Closed);
        }
        self.note_received(&data);
        match &mut self.lingering {
            None => self.incoming.push(data),
            Some(lingering) => {
                lingering.left = lingering.left.saturating_sub(data.len());
                if lingering.left == 0 {
                    return Some(End::Closed);
                }
            }
        }
        None
    }

    fn note_received(&mut self, data: &Bytes) {
        self.line.received(data.len());
        self.server.session.count_received(data.len());
        self.note(EventKind::Received {
            conn: self.conn,
            peer: self.peer,
            data: data.clone(),
            cut: 0,
        });
    }

    /// One write call that began now took so many bytes.
    fn wrote(&mut self, n: usize) -> Option<End> {
        self.written = self.now;
        let data = if n < self.out.len() {
            self.out.split_to(n).freeze()
        } else {
            self.quiet = self.now;
            let out = std::mem::take(&mut self.out);
            if n > usual::LONGEST {
                out.freeze()
            } else {
                let data = usual::Direction::Out.payload(&out);
                usual::Direction::Out.give_back(out);
                data
            }
        };
        self.line.sent(n);
        self.server.session.count_sent(n);
        self.note(EventKind::Sent {
            conn: self.conn,
            peer: self.peer,
            data,
        });
        (n == 0).then(|| End::Fault(What::Send, ErrorKind::WriteZero.into()))
    }

    /// Some limit may have run out.
    fn time(&mut self) -> Option<End> {
        let now = self.now;
        let over = |limit: Option<Instant>| limit.is_some_and(|limit| now >= limit);
        if over(self.write_limit()) {
            return Some(End::NotReading);
        }
        if over(self.linger_limit()) {
            return Some(End::Closed);
        }
        if over(self.message_limit()) {
            self.late();
        } else if over(self.quiet_limit()) {
            self.end(How::Timeout, By::Us);
        }
        None
    }

    /// A message took too long (RFC 9110 §15.5.9).
    fn late(&mut self) {
        let patience = self.server.session.spec.serving.patience;
        let got = match self.incoming.progress() {
            Progress::Body {
                got, of: Some(of), ..
            } => format!("{got} of {of} bytes of the body"),
            Progress::Body { got, .. } => format!("{got} bytes of a chunked body"),
            Progress::Head { got, .. } => format!("{got} bytes of a head"),
            Progress::Idle | Progress::Over => return,
        };
        let why = format!(
            "the request was not complete {patience:?} after its first byte: {got} came (RFC 9110 §15.5.9)"
        );
        self.malformed("late", why.clone(), self.incoming.offset());
        self.written = self.now;
        refuse(&mut self.out, self.now, 408, &why, !self.incoming.is_head());
        self.end(How::Timeout, By::Us);
    }
}
