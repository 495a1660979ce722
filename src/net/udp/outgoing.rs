//! A file that a client sends, one datagram after another, and what is to be told of it. UDP confirms
//! nothing and has no pace of its own: what the other side does not fetch in time is lost.

use std::future::pending;
use std::path::PathBuf;

use crate::model::event::{ConnId, EventKind, FileEnd};
use crate::net::Credit;
use crate::net::source::{Next, Source};

/// The payload of each datagram of a file, in bytes; the last has what is left. With its headers it
/// fits into the 1,280 bytes that every network of IPv6 carries whole (RFC 8200 section 5).
pub(super) const FILE_PIECE: usize = 1024;
/// How much of a file becomes due at once, in bytes.
const DUE: usize = 64 << 10;

/// See the module.
#[derive(Debug)]
pub(super) struct Outgoing {
    source: Source,
    /// Its beginning was told.
    begun: bool,
    pub(super) sent: u64,
    /// Files of the spec come without an order.
    order: Option<Credit>,
}

impl Outgoing {
    pub(super) fn of(path: PathBuf, order: Option<Credit>) -> Outgoing {
        Outgoing {
            source: Source::of(path),
            begun: false,
            sent: 0,
            order,
        }
    }

    /// The same file, from its beginning.
    pub(super) fn again(&self) -> Outgoing {
        Outgoing::of(self.source.path().to_owned(), self.order.clone())
    }

    pub(super) fn by_spec(&self) -> bool {
        self.order.is_none()
    }

    pub(super) fn left(&self) -> u64 {
        self.source.len.saturating_sub(self.sent)
    }

    /// What is to be told when it was opened.
    pub(super) fn begins(&mut self, conn: ConnId) -> Option<EventKind> {
        let told = std::mem::replace(&mut self.begun, true);
        (!told).then(|| EventKind::FileStarted {
            conn,
            name: self.source.name(),
            len: self.source.len,
        })
    }

    /// What is to be told of its end, if its beginning was.
    pub(super) fn ends(self, conn: ConnId, how: FileEnd) -> Option<EventKind> {
        self.begun.then(|| EventKind::FileEnded {
            conn,
            name: self.source.name(),
            len: self.source.len,
            sent: self.sent,
            how,
        })
    }
}

/// Waits for what comes next of a file; for ever when there is none. Cancel-safe.
pub(super) async fn next(file: &mut Option<Outgoing>) -> Next {
    match file {
        Some(file) => file.source.next(DUE).await,
        None => pending().await,
    }
}
