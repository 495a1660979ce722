//! One connection of an HTTP client: sends a request and reads its answer at the same time, so that
//! neither a server that does not read nor one that answers early holds anything up. How it ends
//! is the matter of `closing`.

mod closing;

use std::io::{self, ErrorKind};
use std::mem;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::{Buf, Bytes};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until};

use super::answers::{Answers, Found};
use super::{Orders, Wish, words};
use crate::model::event::{By, ConnId, EventKind};
use crate::model::failure::{FailureKind, What};
use crate::net::session::Session;
use crate::net::{fault, socket};
use crate::wire::http_message::Asked;
use crate::wire::http1::Broken;
use crate::wire::part::part;

/// How many interim answers (1xx) one request may have: servers send one or two.
pub(super) const MAX_INTERIM: u32 = 8;

/// See the module.
pub(super) struct Connection {
    session: Arc<Session>,
    stream: TcpStream,
    pub(super) conn: ConnId,
    peer: SocketAddr,
    answers: Answers,
    buffer: Vec<u8>,
    received: u64,
    sent: u64,
    /// What is left of the request.
    left: Bytes,
    /// Why no more of it could be sent.
    broken_pipe: Option<io::Error>,
    /// Interim answers to this request.
    interim: u32,
    /// What had been received when this request began.
    before: u64,
    sending: Sending,
    /// Whether what was asked leaves the connection open.
    keep_alive: bool,
    /// Who was the first to end a direction.
    first: Option<By>,
    peer_finished: bool,
    surplus: bool,
}

/// What is to become of our direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sending {
    /// It stays open.
    Open,
    /// It ends when the request is sent.
    Finishing,
    /// It has ended.
    Finished,
}

/// How an exchange, or the time after it, ended.
#[derive(Debug)]
pub(super) enum End {
    /// The answer is whole.
    Answered,
    /// The session is being stopped.
    Stopped,
    /// The user closed the connection.
    Ordered,
    /// Nothing happened for as long as patience lasts.
    Late,
    /// What came is no whole answer.
    Refused(Broken),
    /// Interim answers over the limit.
    Interim,
    /// The socket failed.
    Fault(What, io::Error),
    /// Between two requests: the peer ended its direction, or sent what nobody asked for.
    Gone,
}

/// What one read gave.
enum Read {
    /// Nothing is there now.
    Nothing,
    /// Bytes, which may have ended the exchange.
    Some(Option<End>),
}

impl Connection {
    /// Tells of a new connection and stands ready to use it.
    pub(super) fn open(session: &Arc<Session>, stream: TcpStream, peer: SocketAddr) -> Connection {
        let conn = session.next_conn();
        let peer = socket::plain(peer);
        let local = stream.local_addr().map_or(peer, socket::plain);
        session.emit(EventKind::Opened { conn, peer, local });
        Connection {
            session: session.clone(),
            stream,
            conn,
            peer,
            answers: Answers::new(),
            buffer: vec![0; session.spec.recv_size],
            received: 0,
            sent: 0,
            left: Bytes::new(),
            broken_pipe: None,
            interim: 0,
            before: 0,
            sending: Sending::Open,
            keep_alive: true,
            first: None,
            peer_finished: false,
            surplus: false,
        }
    }

    /// Sends a request and reads until its answer is whole, or something else ends it.
    pub(super) async fn exchange(
        &mut self,
        request: &Bytes,
        asked: &Asked,
        orders: &mut Orders<'_>,
    ) -> End {
        self.answers.expect(&asked.method);
        self.keep_alive = asked.keep_alive;
        self.left = request.clone();
        self.interim = 0;
        self.before = self.received;
        let session = self.session.clone();
        let patience = session.spec.asking.patience;
        let mut deadline = Instant::now() + patience;
        loop {
            let writes = !self.left.is_empty() && self.broken_pipe.is_none();
            let moved = tokio::select! {
                () = session.stop.cancelled() => return End::Stopped,
                wish = orders.next(&session, Some(self.conn)) => match wish {
                    Some(Wish::Close) => return End::Ordered,
                    Some(Wish::Finish) => {
                        self.finish();
                        false
                    }
                    None => false,
                },
                ready = self.readable() => match self.read_if(ready) {
                    Read::Nothing => false,
                    Read::Some(None) => true,
                    Read::Some(Some(end)) => return end,
                },
                ready = self.writable(), if writes => self.write_if(ready),
                () = sleep_until(deadline) => {
                    // While nobody takes our events we do not read: that is not the peer's fault.
                    match self.session.emitter.has_room().then(|| self.read()) {
                        Some(Read::Nothing) => return End::Late,
                        Some(Read::Some(Some(end))) => return end,
                        Some(Read::Some(None)) | None => true,
                    }
                }
            };
            if moved {
                deadline = Instant::now() + patience;
            }
        }
    }

    /// Waits until the kept connection cannot be used any more.
    pub(super) async fn idle(&mut self) -> End {
        loop {
            let ready = self.readable().await;
            if let Read::Some(end) = self.read_if(ready) {
                return end.unwrap_or(End::Gone);
            }
        }
    }

    /// Whether something has happened to the kept connection, without waiting.
    pub(super) fn look(&mut self) -> Option<End> {
        match self.read() {
            Read::Nothing => None,
            Read::Some(end) => Some(end.unwrap_or(End::Gone)),
        }
    }

    /// Whether another request may go over it.
    pub(super) fn may_be_kept(&self) -> bool {
        self.keep_alive
            && self.answers.open()
            && self.left.is_empty()
            && !self.peer_finished
            && self.sending == Sending::Open
    }

    /// Whether it broke before a byte of the answer came.
    pub(super) fn died_unanswered(&self, end: &End) -> bool {
        let died = match end {
            End::Fault(..) => true,
            End::Refused(broken) => words::is_cut(broken.verdict),
            _ => false,
        };
        died && self.received == self.before
    }

    async fn readable(&self) -> io::Result<()> {
        self.stream.readable().await?;
        self.session.emitter.room().await;
        Ok(())
    }

    async fn writable(&self) -> io::Result<()> {
        self.stream.writable().await?;
        self.session.emitter.room().await;
        Ok(())
    }

    fn read_if(&mut self, ready: io::Result<()>) -> Read {
        match ready {
            Ok(()) => self.read(),
            Err(error) => Read::Some(Some(self.fault(error))),
        }
    }

    /// One read call, given exactly the buffer that was asked for.
    fn read(&mut self) -> Read {
        let mut buffer = mem::take(&mut self.buffer);
        let read = match self.stream.try_read(&mut buffer) {
            Ok(0) => Read::Some(Some(self.peer_has_finished())),
            Ok(n) => Read::Some(self.took_in(part(&buffer, ..n))),
            Err(error)
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) =>
            {
                Read::Nothing
            }
            Err(error) => Read::Some(Some(self.fault(error))),
        };
        self.buffer = buffer;
        read
    }

    /// What a read that failed means: a write that failed before it tells more.
    fn fault(&mut self, error: io::Error) -> End {
        match self.broken_pipe.take() {
            Some(earlier) if fault::kind(&error) == FailureKind::Reset => {
                End::Fault(What::Send, earlier)
            }
            _ => End::Fault(What::Receive, error),
        }
    }

    fn peer_has_finished(&mut self) -> End {
        self.first.get_or_insert(By::Peer);
        if !mem::replace(&mut self.peer_finished, true) {
            let (conn, by) = (self.conn, By::Peer);
            self.session.emit(EventKind::Finished { conn, by });
        }
        let found = self.answers.finish();
        match (
            found.and_then(|found| self.tell(found)),
            self.broken_pipe.take(),
        ) {
            (Some(End::Refused(_)), Some(error)) if self.received == self.before => {
                End::Fault(What::Send, error)
            }
            (end, _) => end.unwrap_or(End::Gone),
        }
    }

    fn took_in(&mut self, data: &[u8]) -> Option<End> {
        self.session.count_received(data.len());
        self.received += data.len() as u64;
        self.session.emit(EventKind::Received {
            conn: self.conn,
            peer: self.peer,
            data: Bytes::copy_from_slice(data),
            cut: 0,
        });
        let mut input = data;
        let mut end = None;
        // Behind an answer there may be more than was asked for; behind what is none, all is lost.
        while matches!(end, None | Some(End::Answered))
            && let Some(found) = self.answers.next(&mut input)
        {
            end = self.tell(found).or(end);
        }
        end
    }

    /// Tells what was found; whether it ends the exchange.
    fn tell(&mut self, found: Found) -> Option<End> {
        let conn = self.conn;
        let malformed = |rule, why, offset| EventKind::Malformed {
            conn,
            rule,
            why,
            offset,
        };
        let response_event = |offset, response| EventKind::Response {
            conn,
            offset,
            response,
        };
        match found {
            Found::Interim(offset, response) => {
                self.interim += 1;
                if self.interim > MAX_INTERIM {
                    return Some(End::Interim);
                }
                self.session.emit(response_event(offset, response));
                None
            }
            Found::Final(offset, response) => {
                self.session.emit(response_event(offset, response));
                Some(End::Answered)
            }
            Found::Broken(broken) => {
                if !words::is_cut(broken.verdict) {
                    let rule = broken.verdict.name();
                    self.session.emit(malformed(rule, broken.text(), broken.at));
                }
                Some(End::Refused(broken))
            }
            Found::Surplus(span) => {
                if !mem::replace(&mut self.surplus, true) {
                    let why = words::surplus(span);
                    let rule = "surplus-answer";
                    self.session.emit(malformed(rule, why, span.start));
                }
                None
            }
        }
    }

    /// One write call; whether the system took something. After one that fails the answer is still
    /// read: a server may refuse a body before it has read it.
    fn write_if(&mut self, ready: io::Result<()>) -> bool {
        let at = self.session.emitter.now();
        match ready.and_then(|()| self.stream.try_write(&self.left)) {
            Ok(n) => {
                let data = self.left.slice(..n);
                self.session.sent(at, self.conn, self.peer, data);
                self.sent += n as u64;
                self.left.advance(n);
                if self.sending == Sending::Finishing {
                    self.finish();
                }
                true
            }
            Err(error)
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) =>
            {
                false
            }
            Err(error) => {
                self.broken_pipe = Some(error);
                false
            }
        }
    }

    /// A half-close as soon as the request is sent.
    pub(super) fn finish(&mut self) {
        if self.sending == Sending::Finished {
            return;
        }
        if !self.left.is_empty() {
            self.sending = Sending::Finishing;
            return;
        }
        self.sending = Sending::Finished;
        self.first.get_or_insert(By::Us);
        if socket::finish(&self.stream).is_ok() {
            let (conn, by) = (self.conn, By::Us);
            self.session.emit(EventKind::Finished { conn, by });
        }
    }
}
