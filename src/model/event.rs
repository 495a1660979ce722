//! What can happen to a session. One ordered stream of events per session feeds the screen, the
//! headless printers and the tests alike. Bytes are carried exactly as the socket gave them.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;

use super::failure::Failure;
use super::http::{Request, Response};
use super::time::Stamp;

/// Tells the sessions of one program run apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub u32);

/// The number of a connection (for UDP, of a peer address) within its session, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnId(pub u32);

impl fmt::Display for ConnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// One thing that happened to a session, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// For `Sent` the moment the write call began, otherwise when the call returned.
    pub at: Stamp,
    /// What happened.
    pub kind: EventKind,
}

/// Who brought something about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// This session.
    Us,
    /// The other end.
    Peer,
}

impl By {
    /// The word used in JSON lines.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            By::Us => "us",
            By::Peer => "peer",
        }
    }
}

/// How a connection came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Both directions ended in order.
    Finished,
    /// The peer sent a reset.
    Reset,
    /// A time limit ran out.
    Timeout,
    /// The session was stopped, or the user closed this connection.
    Stopped,
    /// A socket error other than a reset.
    Failed,
}

impl How {
    /// The word used in JSON lines.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            How::Finished => "finished",
            How::Reset => "reset",
            How::Timeout => "timeout",
            How::Stopped => "stopped",
            How::Failed => "failed",
        }
    }
}

/// How the sending of a file ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileEnd {
    /// All of it was handed to the system.
    Whole,
    /// The user cancelled it.
    Cancelled,
    /// It could not be read to its end, or nobody takes it any more; the event before says why.
    Failed,
}

impl FileEnd {
    /// The word used in JSON lines.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            FileEnd::Whole => "whole",
            FileEnd::Cancelled => "cancelled",
            FileEnd::Failed => "failed",
        }
    }
}

/// How a whole session ended; decides the exit code of a headless run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As asked.
    Done,
    /// By a failure of the session itself; the last `Failed` event says which.
    Failed,
}

/// The kinds of event.
#[derive(Clone, Debug, PartialEq)]
pub enum EventKind {
    /// A client looks up a name, or begins to dial an address.
    Connecting {
        /// What is dialled: the name as given, or one of its addresses.
        to: String,
    },
    /// One address of several could not be had; the next is tried.
    Tried {
        /// The address.
        address: SocketAddr,
        /// Why it could not be had.
        failure: Box<Failure>,
    },
    /// A client waits until a server listens at its address, and tries again from time to time.
    Waiting {
        /// What is dialled.
        to: String,
    },
    /// A server's socket is bound and takes connections or datagrams.
    Listening {
        /// The bound address.
        local: SocketAddr,
    },
    /// A UDP client's socket is bound and its peer is set. Nothing was sent by that.
    Ready {
        /// The bound address.
        local: SocketAddr,
        /// Where datagrams will go.
        peer: SocketAddr,
    },
    /// A TCP connection is established; for UDP, the first datagram came from this peer.
    Opened {
        /// Its number.
        conn: ConnId,
        /// The other end.
        peer: SocketAddr,
        /// Our end.
        local: SocketAddr,
    },
    /// Exactly what one read call returned (for UDP, one datagram).
    Received {
        /// The connection.
        conn: ConnId,
        /// The other end.
        peer: SocketAddr,
        /// The bytes.
        data: Bytes,
        /// How many bytes of a datagram did not fit into the receive buffer; 0 for TCP.
        cut: u32,
    },
    /// Exactly what one write call took (for UDP, one datagram).
    Sent {
        /// The connection.
        conn: ConnId,
        /// The other end.
        peer: SocketAddr,
        /// The bytes.
        data: Bytes,
    },
    /// A file begins to be sent: until its `FileEnded`, what is sent over this connection is of it.
    FileStarted {
        /// The connection.
        conn: ConnId,
        /// Its name, without the folders above it (not trusted text).
        name: String,
        /// Its length, in bytes: that much will be sent.
        len: u64,
    },
    /// The end of that.
    FileEnded {
        /// The connection.
        conn: ConnId,
        /// Its name.
        name: String,
        /// Its length when it began.
        len: u64,
        /// How many bytes of it were sent.
        sent: u64,
        /// In which way.
        how: FileEnd,
    },
    /// HTTP: a request came whole. Its bytes were in `Received` before, as they came.
    Request {
        /// The connection.
        conn: ConnId,
        /// Where it began in what the connection received, in bytes.
        offset: u64,
        /// The request.
        request: Arc<Request>,
    },
    /// HTTP: a response came whole (interim ones too). Its bytes were in `Received` before.
    Response {
        /// The connection.
        conn: ConnId,
        /// Where it began in what the connection received, in bytes.
        offset: u64,
        /// The response.
        response: Box<Response>,
    },
    /// HTTP: what was received is no message; nothing more is read from it.
    Malformed {
        /// The connection.
        conn: ConnId,
        /// The rule that was broken: a word of fixed spelling, such as `no-colon`.
        rule: &'static str,
        /// Why, in one sentence with its RFC section.
        why: String,
        /// The byte that is wrong, counted in what the connection received.
        offset: u64,
    },
    /// HTTP servers: a connection waits until those before it are done (one at a time).
    Queued {
        /// The connection.
        conn: ConnId,
    },
    /// A half-close: the peer (a read returned 0) or we have ended one direction.
    Finished {
        /// The connection.
        conn: ConnId,
        /// Whose sending direction ended.
        by: By,
    },
    /// A connection is over, or a UDP peer was forgotten.
    Closed {
        /// The connection.
        conn: ConnId,
        /// In which way.
        how: How,
        /// Who began to close.
        by: By,
        /// All bytes received over it.
        received: u64,
        /// All bytes sent over it.
        sent: u64,
    },
    /// Something could not be kept or was dropped on the way; this says how much.
    Lost {
        /// The connection, when it is known.
        conn: Option<ConnId>,
        /// Why, in words.
        why: String,
        /// How many datagrams, messages or entries.
        count: u64,
        /// How many bytes, as far as known.
        bytes: u64,
    },
    /// A fault. It ends the session only when `Stopped` with [`Outcome::Failed`] follows.
    Failed {
        /// The connection, when the fault is one connection's.
        conn: Option<ConnId>,
        /// What failed and why.
        failure: Box<Failure>,
    },
    /// The session is over; nothing follows.
    Stopped {
        /// All bytes received.
        received: u64,
        /// All bytes sent.
        sent: u64,
        /// How many connections (UDP: peers) there have been.
        connections: u64,
        /// Whether it ended as asked.
        outcome: Outcome,
    },
}

impl EventKind {
    /// The word for this event in JSON lines.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            EventKind::Connecting { .. } => "connecting",
            EventKind::Tried { .. } => "tried",
            EventKind::Waiting { .. } => "waiting",
            EventKind::Listening { .. } => "listening",
            EventKind::Ready { .. } => "ready",
            EventKind::Opened { .. } => "opened",
            EventKind::Received { .. } => "received",
            EventKind::Sent { .. } => "sent",
            EventKind::FileStarted { .. } => "file-started",
            EventKind::FileEnded { .. } => "file-ended",
            EventKind::Request { .. } => "request",
            EventKind::Response { .. } => "response",
            EventKind::Malformed { .. } => "malformed",
            EventKind::Queued { .. } => "queued",
            EventKind::Finished { by: By::Peer, .. } => "finished",
            EventKind::Finished { by: By::Us, .. } => "finished-sending",
            EventKind::Closed { .. } => "closed",
            EventKind::Lost { .. } => "lost",
            EventKind::Failed { .. } => "failed",
            EventKind::Stopped { .. } => "stopped",
        }
    }

    /// The connection that the event is about, if it is about one.
    #[must_use]
    pub fn conn(&self) -> Option<ConnId> {
        match self {
            EventKind::Opened { conn, .. }
            | EventKind::Received { conn, .. }
            | EventKind::Sent { conn, .. }
            | EventKind::FileStarted { conn, .. }
            | EventKind::FileEnded { conn, .. }
            | EventKind::Request { conn, .. }
            | EventKind::Response { conn, .. }
            | EventKind::Malformed { conn, .. }
            | EventKind::Queued { conn }
            | EventKind::Finished { conn, .. }
            | EventKind::Closed { conn, .. } => Some(*conn),
            EventKind::Lost { conn, .. } | EventKind::Failed { conn, .. } => *conn,
            _ => None,
        }
    }

    /// The payload of a `Received` or `Sent` event.
    #[must_use]
    pub fn data(&self) -> Option<&Bytes> {
        match self {
            EventKind::Received { data, .. } | EventKind::Sent { data, .. } => Some(data),
            _ => None,
        }
    }

    /// The same, to be replaced.
    pub fn data_mut(&mut self) -> Option<&mut Bytes> {
        match self {
            EventKind::Received { data, .. } | EventKind::Sent { data, .. } => Some(data),
            _ => None,
        }
    }
}
