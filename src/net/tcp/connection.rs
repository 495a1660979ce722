//! One TCP connection: a reader and a writer, two futures in one task, so that neither ever holds
//! up the other or a stop. What the connection says by itself is the scene's matter.

mod floodgate;
mod reading;

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use self::reading::{BYTES_IN_A_ROW, RowEnd};
use super::line::Line;
use crate::model::event::{By, ConnId, EventKind, FileEnd, How, Outcome};
use crate::model::failure::{FailureKind, What};
use crate::model::spec::Protocol;
use crate::net::session::Session;
use crate::net::source::{Next, Source};
use crate::net::{fault, socket};
use crate::wire::scene::{Cause, Step};

/// How long a write may make no progress before that is told.
const NOT_READING_LIMIT: Duration = Duration::from_secs(3);
/// How long a close in order waits, first for the peer to take what is due, then for its end.
const CLOSE_LIMIT: Duration = Duration::from_secs(1);

/// How many bytes a connection that is being stopped still hands to the system, and takes from it:
/// the last messages, but not so much that a thousand connections would take long.
const STOP_BYTES: usize = 64 << 10;

/// The most of a file that is given to one write call, in bytes. Each call is an event, so that
/// smaller pieces would fill the log, and larger ones are more than systems take at once.
const FILE_PIECE: usize = 64 << 10;

/// See the module.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) session: Arc<Session>,
    pub(super) line: Arc<Line>,
    pub(super) stream: TcpStream,
    pub(super) conn: ConnId,
    pub(super) peer: SocketAddr,
    /// Who was the first to end a direction, once somebody has.
    first: OnceLock<By>,
    peer_finished: AtomicBool,
}

/// What became of a connection.
#[derive(Debug)]
pub(super) struct Report {
    /// For a client this is the session's outcome.
    pub(super) outcome: Outcome,
    /// The scene was there for one exchange, and that is done.
    pub(super) exchanged: bool,
}

enum End {
    /// The session is being stopped.
    Stopped,
    Closed(Cause),
    Fault(What, io::Error),
}

impl Connection {
    /// Tells of a new connection and stands ready to serve it.
    pub(super) fn open(session: &Arc<Session>, stream: TcpStream, peer: SocketAddr) -> Connection {
        let conn = session.next_conn();
        let peer = socket::plain(peer);
        let local = stream.local_addr().map_or(peer, socket::plain);
        session.emit(EventKind::Opened { conn, peer, local });
        Connection {
            session: session.clone(),
            line: Arc::new(Line::new(&session.spec)),
            stream,
            conn,
            peer,
            first: OnceLock::new(),
            peer_finished: AtomicBool::new(false),
        }
    }

    /// Serves the connection to its end, and tells of that.
    pub(super) async fn run(self) -> Report {
        let end = tokio::select! {
            biased;
            () = self.session.cut.cancelled() => End::Stopped,
            end = self.serve() => end,
        };
        if let End::Stopped = end {
            self.stop();
        }
        self.report(&end)
    }

    async fn serve(&self) -> End {
        let end = tokio::select! {
            end = self.read() => end,
            end = self.write() => end,
            () = self.hurried() => End::Closed(Cause::Ordered),
        };
        match &end {
            End::Stopped => {}
            End::Closed(cause) => {
                self.tell_failed_greeting(*cause);
                // Whatever the peer still does, the connection is over as far as we are concerned.
                let _ = timeout(CLOSE_LIMIT, self.close_in_order()).await;
            }
            End::Fault(what, error) => {
                if *what == What::Send {
                    // On some systems what came before a reset can still be read. An end of
                    // stream would be none: the error was taken by the write.
                    let _ = self.read_row(BYTES_IN_A_ROW);
                }
                let failure = fault::transfer(Protocol::Tcp, *what, self.peer, error);
                self.session.fail(Some(self.conn), failure);
            }
        }
        end
    }

    fn tell_failed_greeting(&self, cause: Cause) {
        let failure = match cause {
            Cause::NoAnswer => fault::no_greeting(Protocol::Tcp, self.peer),
            Cause::Rejected => fault::greeting_rejected(Protocol::Tcp, self.peer),
            _ => return,
        };
        self.session.fail(Some(self.conn), failure);
    }

    async fn hurried(&self) {
        self.line.hurried().await;
        sleep(CLOSE_LIMIT).await;
    }

    fn peer_has_finished(&self) {
        self.first.get_or_init(|| By::Peer);
        if !self.peer_finished.swap(true, Ordering::Relaxed) {
            self.session.emit(EventKind::Finished {
                conn: self.conn,
                by: By::Peer,
            });
        }
    }

    /// Does what is due, one thing after another, until the connection is to be closed.
    async fn write(&self) -> End {
        let mut expected: Option<Instant> = None;
        loop {
            let step = match expected {
                None => Ok(self.line.step().await),
                Some(at) => timeout_at(at, self.line.step()).await,
            };
            let Ok(step) = step else {
                expected = None;
                self.line.late();
                continue;
            };
            match step {
                Step::Send { .. } => {
                    if let Err(error) = self.send().await {
                        return End::Fault(What::Send, error);
                    }
                }
                Step::SendFile { path, .. } => {
                    if let Err(error) = self.send_file(path).await {
                        return End::Fault(What::Send, error);
                    }
                }
                Step::Expect(limit) => expected = Some(Instant::now() + limit),
                Step::Finish => self.finish(),
                Step::Close(cause) => return End::Closed(cause),
            }
        }
    }

    /// Sends the current message. A peer that does not read is told of, and waited for.
    async fn send(&self) -> io::Result<()> {
        while let Some(data) = self.line.current() {
            self.session.emitter.room().await;
            tokio::task::coop::consume_budget().await;
            if let Ok(writable) = timeout(NOT_READING_LIMIT, self.stream.writable()).await {
                writable?;
            } else {
                let (_, waiting) = self.line.unsent();
                let failure = fault::not_reading(Protocol::Tcp, self.peer, waiting);
                self.session.fail(Some(self.conn), failure);
                self.stream.writable().await?;
            }
            self.write_once(data)?;
        }
        Ok(())
    }

    /// Sends a file, piece by piece, until it ends or is cancelled. A fault of the file is told, and
    /// the connection goes on.
    async fn send_file(&self, path: PathBuf) -> io::Result<()> {
        let how = tokio::select! {
            how = self.pour(Source::of(path)) => how?,
            () = self.line.file_cancelled() => FileEnd::Cancelled,
        };
        tell_file_ended(&self.session, self.conn, &self.line, how);
        Ok(())
    }

    async fn pour(&self, mut source: Source) -> io::Result<FileEnd> {
        loop {
            match source.next(FILE_PIECE).await {
                Next::Begins => self.session.emit(self.line.file_begins(self.conn, &source)),
                Next::Piece(data) => {
                    self.line.put_piece(data);
                    self.send().await?;
                }
                Next::Ends(how, failure) => {
                    if let Some(failure) = failure {
                        self.session.fail(Some(self.conn), failure);
                    }
                    return Ok(how);
                }
            }
        }
    }

    /// One write call; whether the system took something.
    fn write_once(&self, mut data: Bytes) -> io::Result<bool> {
        if data.is_empty() {
            self.line.took(0);
            return Ok(true);
        }
        let at = self.session.emitter.now();
        match self.stream.try_write(&data) {
            Ok(0) => Err(ErrorKind::WriteZero.into()),
            Ok(n) => {
                data.truncate(n);
                self.session.sent(at, self.conn, self.peer, data);
                self.line.took(n);
                Ok(true)
            }
            Err(error)
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) =>
            {
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// A half-close: from now on the peer reads an end, while we still read what it sends.
    fn finish(&self) {
        self.first.get_or_init(|| By::Us);
        if socket::finish(&self.stream).is_ok() {
            self.session.emit(EventKind::Finished {
                conn: self.conn,
                by: By::Us,
            });
        }
    }

    /// Ends our direction and reads until the peer has ended its own. To close with unread bytes
    /// would send a reset, which can destroy what the peer has not yet read of ours.
    async fn close_in_order(&self) -> io::Result<()> {
        self.first.get_or_init(|| By::Us);
        let _ = socket::finish(&self.stream);
        if self.peer_finished.load(Ordering::Relaxed) {
            return Ok(());
        }
        self.read_to_end().await
    }

    /// The same without any waiting: gives what the system takes, takes what is there.
    fn stop(&self) {
        // What would follow a file that is cut off here would look like a part of it.
        let mut budget = if self.line.has_file() { 0 } else { STOP_BYTES };
        while budget > 0
            && (self.line.current().is_some()
                || matches!(self.line.try_step(), Some(Step::Send { .. })))
        {
            let mut data = self.line.current().unwrap_or_default();
            data.truncate(budget);
            budget -= data.len();
            if !self.write_once(data).is_ok_and(|taken| taken) {
                break;
            }
        }
        let _ = socket::finish(&self.stream);
        if self.session.emitter.has_room()
            && let Ok(row) = self.read_row(STOP_BYTES)
            && matches!(row.end, RowEnd::Finished)
        {
            self.peer_has_finished();
        }
    }

    /// Tells how the connection ended, and what was not sent.
    fn report(&self, end: &End) -> Report {
        let first = *self.first.get().unwrap_or(&By::Us);
        let (how, by, why) = match end {
            End::Stopped => (How::Stopped, By::Us, "not sent: the session was stopped"),
            End::Closed(cause) => match cause {
                Cause::PeerFinished => (How::Finished, first, "not sent: the peer finished first"),
                Cause::Rejected => (How::Finished, By::Peer, "not sent: the peer finished first"),
                Cause::Farewell | Cause::Exchanged => {
                    (How::Finished, By::Us, "not sent: the conversation was over")
                }
                Cause::NoFarewell | Cause::NoAnswer => {
                    (How::Timeout, By::Us, "not sent: the conversation was over")
                }
                Cause::Ordered => (How::Stopped, By::Us, "not sent: the connection was closed"),
            },
            End::Fault(_, error) => {
                let how = match fault::kind(error) {
                    FailureKind::Reset => How::Reset,
                    FailureKind::Timeout => How::Timeout,
                    _ => How::Failed,
                };
                (how, By::Peer, "not sent: the connection is gone")
            }
        };
        tell_closed(&self.session, self.conn, &self.line, (how, by), why);
        Report {
            outcome: match end {
                End::Fault(..) | End::Closed(Cause::NoAnswer | Cause::Rejected) => Outcome::Failed,
                End::Stopped | End::Closed(Cause::Ordered) => Outcome::Done,
                End::Closed(_) if self.line.is_broken() => Outcome::Failed,
                End::Closed(_) => Outcome::Done,
            },
            exchanged: matches!(end, End::Closed(Cause::Exchanged)),
        }
    }
}

/// Tells how a file ended that was being sent, if there is one.
fn tell_file_ended(session: &Session, conn: ConnId, line: &Line, how: FileEnd) {
    if let Some(ended) = line.end_file(conn, how) {
        session.emit(ended);
    }
}

/// The last words about a connection.
pub(super) fn tell_closed(
    session: &Session,
    conn: ConnId,
    line: &Line,
    (how, by): (How, By),
    why: &str,
) {
    session.lose(Some(conn), why, line.unsent());
    tell_file_ended(session, conn, line, FileEnd::Failed);
    let (received, sent) = line.totals();
    session.emit(EventKind::Closed {
        conn,
        how,
        by,
        received,
        sent,
    });
}
