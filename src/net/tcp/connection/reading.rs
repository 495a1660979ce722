//! The reading half of a connection. What is there is read without waiting, a row of reads at a
//! time; between rows others get their turn.

use std::future::pending;
use std::io::{self, ErrorKind};

use bytes::{BufMut, Bytes, BytesMut};
use tokio::task::yield_now;

use super::floodgate::Floodgate;
use super::{Connection, End};
use crate::model::event::{Event, EventKind};
use crate::model::failure::What;
use crate::net::socket;

/// The length of a row: so many reads, or so many bytes.
const READS_IN_A_ROW: usize = 512;
pub(super) const BYTES_IN_A_ROW: usize = 2 << 20;
/// How many reads are told of together.
const READS_AT_ONCE: usize = 16;
/// The largest buffer that several reads share, in bytes.
const SHARED_BUFFER: usize = 64 << 10;

/// A row of reads.
pub(super) struct Row {
    bytes: usize,
    pub(super) end: RowEnd,
}

/// How a row of reads ended.
pub(super) enum RowEnd {
    /// Nothing more is there now.
    Drained,
    /// There may be more, but others are to have their turn.
    Paused,
    /// The peer has ended its direction.
    Finished,
}

impl Connection {
    /// Reads until the connection breaks. After the peer's end there is nothing more to do here.
    pub(super) async fn read(&self) -> End {
        match self.read_to_end().await {
            Ok(()) => {
                self.line.peer_finished();
                pending().await
            }
            Err(error) => End::Fault(What::Receive, error),
        }
    }

    pub(super) async fn read_to_end(&self) -> io::Result<()> {
        let mut gate = Floodgate::new(&self.stream);
        loop {
            gate.readable().await?;
            self.line.answer_room().await;
            self.session.emitter.room().await;
            if gate.was_quiet() {
                self.session.emitter.announce();
            }
            let row = self.read_row(BYTES_IN_A_ROW)?;
            gate.passed(row.bytes);
            match row.end {
                RowEnd::Finished => {
                    self.peer_has_finished();
                    return Ok(());
                }
                // Neither waiting for readiness nor reading ever gives way by itself.
                RowEnd::Paused => yield_now().await,
                RowEnd::Drained => gate.drained().await,
            }
        }
    }

    /// Reads what is there without waiting, up to about `most` bytes. Each read is given exactly the
    /// buffer that was asked for, and becomes one event. The buffers live only here, so that
    /// connections on which nothing happens cost little. Several reads share a buffer that is as
    /// large as all before it, up to a bound: one for each would cost more than the reading itself,
    /// and a large one from the start would be held on to by what little came.
    pub(super) fn read_row(&self, most: usize) -> io::Result<Row> {
        let size = self.session.spec.recv_size;
        let mut buffer = BytesMut::new();
        let mut capacity = size;
        let mut reads = Vec::new();
        let mut bytes = 0;
        // How far the row may go before there is no more room; known once something was told.
        let mut limit = 0;
        let mut end = Ok(RowEnd::Paused);
        for _ in 0..READS_IN_A_ROW {
            if buffer.capacity() < size {
                buffer = BytesMut::with_capacity(capacity);
                capacity = (capacity * 2).min(SHARED_BUFFER.max(size));
            }
            match self.stream.try_read_buf(&mut (&mut buffer).limit(size)) {
                Ok(n @ 1..) => {
                    bytes += n;
                    reads.push(self.received(socket::payload(&mut buffer, size)));
                    // A short read took all that was there: whoever watches need not wait for a look
                    // at nothing.
                    if n < size || reads.len() == READS_AT_ONCE || bytes >= limit {
                        limit = bytes + self.tell(&mut reads);
                    }
                    if bytes >= limit.min(most) {
                        break;
                    }
                    continue;
                }
                Ok(0) => end = Ok(RowEnd::Finished),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == ErrorKind::WouldBlock => end = Ok(RowEnd::Drained),
                Err(error) => end = Err(error),
            }
            break;
        }
        if !reads.is_empty() {
            self.tell(&mut reads);
        }
        end.map(|end| Row { bytes, end })
    }

    fn received(&self, data: Bytes) -> Event {
        Event {
            at: self.session.emitter.now(),
            kind: EventKind::Received {
                conn: self.conn,
                peer: self.peer,
                data,
                cut: 0,
            },
        }
    }

    /// Tells the scene and the watcher of these reads; for how many more bytes there is room.
    fn tell(&self, reads: &mut Vec<Event>) -> usize {
        let payloads = || reads.iter().filter_map(|event| event.kind.data());
        self.session
            .count_received(payloads().map(Bytes::len).sum());
        // What this gives to do is done later, by the writer.
        let answer_room = self.line.received(payloads());
        self.session.emitter.emit_all(reads).min(answer_room)
    }
}
