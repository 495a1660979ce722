//! One connection of a server: reads requests, answers them in order, closes as HTTP/1.1 says
//! (RFC 9112 §9). All of it is one loop that first does what can be done at once, then waits for
//! whatever comes first; several requests of one read are answered with one write.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, timeout};

use super::answer::refuse;
use super::incoming::{Found, Incoming};
use super::server::{Line, Server};
use super::turns::Turn;
use super::usual;
use super::wait::Happening;
use super::work::{Due, Work};
use crate::model::event::{By, ConnId, Event, EventKind, How};
use crate::model::failure::{Failure, FailureKind, What};
use crate::model::spec::Protocol;
use crate::net::{fault, socket};
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
/// How long a lingering close waits for the end of the peer (RFC 9112 §9.6).
pub(super) const LINGER: Duration = Duration::from_secs(1);
/// How much a lingering close reads and throws away, in bytes.
const LINGER_BYTES: usize = 256 << 10;
/// How long an answer may make no progress because the peer does not read.
pub(super) const WRITE_LIMIT: Duration = Duration::from_secs(30);
/// How many reads a stop does, so that unread bytes do not reset what was just written.
const LAST_READS: usize = 16;

/// Our direction has ended; what still comes is thrown away.
#[derive(Debug)]
pub(super) struct Lingering {
    pub(super) until: Instant,
    left: usize,
}

/// How serving ended.
#[derive(Debug)]
enum End {
    /// The session is being stopped.
    Stopped,
    /// In order; who began it stands in the connection.
    Closed,
    Fault(What, io::Error),
    /// The peer did not read for too long.
    NotReading,
}

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
            self.answer();
            if self.is_done() {
                return End::Closed;
            }
            self.note_pause();
            if !self.tell() {
                server.session.emitter.room().await;
            }
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

    /// No more requests are answered; the connection ends in this way when all is written.
    pub(super) fn end(&mut self, how: How, by: By) {
        let by = if self.peer_finished { By::Peer } else { by };
        self.ending.get_or_insert((how, by));
        self.waiting.clear();
        self.waiting_bytes = 0;
        self.incoming.clear();
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

    /// Whether what is to be written now is the last.
    pub(super) fn is_last(&self) -> bool {
        self.ending.is_some() && matches!(self.work, Work::None) && self.waiting.is_empty()
    }

    /// Whether all is done that was to be done here. When all is written, our direction is ended;
    /// the peer's end is waited for, as to close with unread bytes would reset the connection and
    /// could destroy the answer on its way.
    fn is_done(&mut self) -> bool {
        let busy = !self.out.is_empty()
            || !matches!(self.work, Work::None)
            || !self.waiting.is_empty()
            || self.lingering.is_some();
        if busy {
            return false;
        }
        if self.ending.is_none() && self.peer_finished && self.incoming.is_drained() {
            self.end(How::Finished, By::Peer);
        }
        if self.ending.is_none() {
            return false;
        }
        let _ = socket::finish(&self.stream);
        self.lingering = Some(Lingering {
            until: self.now + LINGER,
            left: LINGER_BYTES,
        });
        self.peer_finished
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

    fn broken(&mut self, what: What, error: io::Error) -> End {
        let reset = fault::kind(&error) == FailureKind::Reset;
        if self.lingering.is_some() {
            return End::Closed;
        }
        if what == What::Send && reset && self.peer_finished {
            // Who stops in the middle and is gone does not wait for what we say to that.
            self.ending = Some((How::Reset, By::Peer));
            return End::Closed;
        }
        End::Fault(what, error)
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

    /// Gives what the system takes and takes what is there, without any waiting.
    fn stop(&mut self) {
        let session = self.server.session.clone();
        self.now = Instant::now();
        if !self.out.is_empty()
            && let Ok(n) = self.stream.try_write(&self.out)
        {
            let _ = self.wrote(n);
        }
        let _ = socket::finish(&self.stream);
        let size = session.spec.recv_size;
        let mut buffer = BytesMut::new();
        for _ in 0..LAST_READS {
            buffer.reserve(size);
            let read = self.stream.try_read_buf(&mut (&mut buffer).limit(size));
            match read {
                Ok(1..) if session.emitter.has_room() => {
                    self.note_received(&socket::payload(&mut buffer, size));
                }
                _ => break,
            }
        }
    }

    /// Tells how the connection ended, and what was not sent.
    fn report(&mut self, end: &End) {
        let unsent = self.out.len() as u64;
        let (how, by) = match end {
            End::Stopped => (How::Stopped, By::Us),
            End::Closed => self.ending.unwrap_or((How::Finished, By::Us)),
            End::Fault(what, error) => {
                let failure = fault::transfer(Protocol::Http, *what, self.peer, error);
                let how = match failure.kind {
                    FailureKind::Reset => How::Reset,
                    FailureKind::Timeout => How::Timeout,
                    _ => How::Failed,
                };
                self.note_failure(failure);
                (how, By::Peer)
            }
            End::NotReading => {
                let failure = fault::never_reads(Protocol::Http, self.peer, unsent, WRITE_LIMIT);
                self.note_failure(failure);
                // What the system still holds is for nobody.
                socket::abort_on_drop(&self.stream);
                (How::Timeout, By::Us)
            }
        };
        self.tell();
        let session = &self.server.session;
        let count = u64::from(unsent > 0);
        let why = "not sent: the connection is over";
        session.lose(Some(self.conn), why, (count, unsent));
        self.line.tell_closed(session, self.conn, (how, by));
    }
}
