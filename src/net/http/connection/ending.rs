//! How a connection of a server ends.

use std::io;
use std::time::Duration;

use bytes::{BufMut as _, BytesMut};
use tokio::time::Instant;

use super::{Connection, WRITE_LIMIT};
use crate::model::event::{By, How};
use crate::model::failure::{FailureKind, What};
use crate::model::spec::Protocol;
use crate::net::http::work::Work;
use crate::net::{fault, socket};

/// How long a lingering close waits for the end of the peer (RFC 9112 §9.6).
const LINGER: Duration = Duration::from_secs(1);
/// How much a lingering close reads and throws away, in bytes.
const LINGER_BYTES: usize = 256 << 10;
/// How many reads a stop does, so that unread bytes do not reset what was just written.
const LAST_READS: usize = 16;

/// Our direction has ended; what still comes is thrown away.
#[derive(Debug)]
pub(in crate::net::http) struct Lingering {
    pub(in crate::net::http) until: Instant,
    pub(super) left: usize,
}

/// How serving ended.
#[derive(Debug)]
pub(super) enum End {
    /// The session is being stopped.
    Stopped,
    /// In order; who began it stands in the connection.
    Closed,
    Fault(What, io::Error),
    /// The peer did not read for too long.
    NotReading,
}

impl Connection {
    /// No more requests are answered; the connection ends in this way when all is written.
    pub(in crate::net::http) fn end(&mut self, how: How, by: By) {
        let by = if self.peer_finished { By::Peer } else { by };
        self.ending.get_or_insert((how, by));
        self.waiting.clear();
        self.waiting_bytes = 0;
        self.incoming.clear();
    }

    /// Whether what is to be written now is the last.
    pub(in crate::net::http) fn is_last(&self) -> bool {
        self.ending.is_some() && matches!(self.work, Work::None) && self.waiting.is_empty()
    }

    /// Whether all is done that was to be done here. When all is written, our direction is ended;
    /// the peer's end is waited for, as to close with unread bytes would reset the connection and
    /// could destroy the answer on its way.
    pub(super) fn is_done(&mut self) -> bool {
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

    pub(super) fn broken(&mut self, what: What, error: io::Error) -> End {
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

    /// Gives what the system takes and takes what is there, without any waiting.
    pub(super) fn stop(&mut self) {
        self.now = Instant::now();
        if !self.out.is_empty()
            && let Ok(n) = self.stream.try_write(&self.out)
        {
            let _ = self.wrote(n);
        }
        let _ = socket::finish(&self.stream);
        let size = self.server.session.spec.recv_size;
        let mut buffer = BytesMut::new();
        for _ in 0..LAST_READS {
            buffer.reserve(size);
            let read = self.stream.try_read_buf(&mut (&mut buffer).limit(size));
            match read {
                Ok(1..) if self.tell() => {
                    self.note_received(&socket::payload(&mut buffer, size));
                }
                _ => break,
            }
        }
    }

    /// Tells how the connection ended, and what was not sent.
    pub(super) fn report(&mut self, end: &End) {
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
