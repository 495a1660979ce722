//! What a running session is told.

use std::path::PathBuf;

use bytes::Bytes;

use super::event::ConnId;
use super::http::Answer;

/// Which connections a command is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// All open connections (UDP: all known peers).
    All,
    /// One of them.
    One(ConnId),
}

/// What a running session is told. Stopping is not a command: it must never wait in a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Send these bytes, exactly.
    Send {
        /// To whom.
        to: Target,
        /// What.
        data: Bytes,
    },
    /// Send a file after what is queued, as it is when its turn comes. What is sent later goes after
    /// it. (UDP servers send no files.)
    SendFile {
        /// To whom.
        to: Target,
        /// Where it is.
        path: PathBuf,
    },
    /// Send no more of the file that is on its way, and go on with what is queued behind it.
    CancelFile {
        /// To whom.
        to: Target,
    },
    /// End our sending direction after what is queued (a half-close; nothing for UDP).
    Finish {
        /// Of whom.
        to: Target,
    },
    /// Close a connection after what is queued (UDP: forget the peer).
    Close {
        /// Which.
        conn: ConnId,
    },
    /// HTTP servers: answer this way from the next request on.
    Answer(Answer),
    /// HTTP servers: serve connections one after another (true) or all at once, from now on.
    OneAtATime(bool),
    /// HTTP clients: send these bytes as one request, over the kept connection if it still stands,
    /// otherwise over a new one.
    Request(Bytes),
    /// No more commands will come: a client finishes sending and ends when the peer closes (UDP:
    /// after one second of silence); a server goes on.
    EndOfInput,
}
