//! What a connection waits for, and how long: bytes, room to write, a file, the clock. Decides
//! nothing.

use std::fs::File;
use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{BufMut, Bytes};
use tokio::io::{AsyncReadExt, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::{JoinError, JoinHandle};
use tokio::time::{Instant, sleep_until};

use super::connection::{Connection, WRITE_LIMIT};
use super::files::{Missing, Opened};
use super::usual;
use super::work::Work;
use crate::net::{platform, socket};

/// What came first.
#[derive(Debug)]
pub(super) enum Happening {
    /// What one read call gave; nothing at the end of the stream.
    Read(io::Result<Bytes>),
    /// What one write call took.
    Wrote(io::Result<usize>),
    /// A file is open, or there is none.
    Opened(Result<Opened, Missing>),
    /// The next part of a file. The file is gone when reading it panicked.
    Chunk((Option<File>, io::Result<Bytes>)),
    /// Some limit may have run out.
    Time,
}

impl Connection {
    /// Waits for the first of all that can happen, and tells when that was: of a write call, when it
    /// began. Cancel-safe.
    pub(super) async fn wait(&mut self) -> (Instant, Happening) {
        let (may_read, is_last) = (self.may_read(), self.is_last());
        self.set_alarm();
        let size = self.server.session.spec.recv_size;
        let (stream, out, work, alarm) =
            (&mut self.stream, &self.out, &mut self.work, &mut self.alarm);
        poll_fn(|context| {
            if !out.is_empty() {
                let now = Instant::now();
                if let Poll::Ready(result) = poll_write(stream, out, is_last, context) {
                    return Poll::Ready((now, Happening::Wrote(result)));
                }
            }
            let mut happening = poll_work(work, context);
            if may_read && happening.is_pending() {
                happening = poll_read(stream, size, context).map(Happening::Read);
            }
            if let (Some(alarm), Poll::Pending) = (&mut *alarm, &happening) {
                happening = alarm.as_mut().poll(context).map(|()| Happening::Time);
            }
            happening.map(|happening| (Instant::now(), happening))
        })
        .await
    }

    /// Sets the alarm for the first limit. An alarm that is set too early is left alone: when it
    /// rings, nothing has run out, and it is set again. Limits mostly move on, so that is rare.
    fn set_alarm(&mut self) {
        let held = match &self.work {
            Work::Held(_, until) => Some(*until),
            _ => None,
        };
        let limits = [
            held,
            self.write_limit(),
            self.linger_limit(),
            self.message_limit(),
            self.quiet_limit(),
        ];
        let first = limits.into_iter().flatten().min();
        match (&mut self.alarm, first) {
            (alarm, None) => *alarm = None,
            (alarm @ None, Some(first)) => *alarm = Some(Box::pin(sleep_until(first))),
            (Some(alarm), Some(first)) => {
                if alarm.is_elapsed() || alarm.deadline() > first {
                    alarm.as_mut().reset(first);
                }
            }
        }
    }

    /// Until when the peer must read something.
    pub(super) fn write_limit(&self) -> Option<Instant> {
        (!self.out.is_empty()).then(|| self.written + WRITE_LIMIT)
    }

    /// Until when the end of the peer is waited for.
    pub(super) fn linger_limit(&self) -> Option<Instant> {
        self.lingering.as_ref().map(|lingering| lingering.until)
    }

    /// Until when the message on its way must be complete.
    pub(super) fn message_limit(&self) -> Option<Instant> {
        if self.ending.is_some() || !self.may_read() {
            return None;
        }
        let patience = self.server.session.spec.serving.patience;
        self.incoming.began().map(|began| far(began, patience))
    }

    /// Until when another request must begin.
    pub(super) fn quiet_limit(&self) -> Option<Instant> {
        let quiet = self.out.is_empty()
            && matches!(self.work, Work::None)
            && self.waiting.is_empty()
            && self.ending.is_none()
            && self.incoming.began().is_none();
        let patience = self.server.session.spec.serving.patience;
        quiet.then(|| far(self.quiet, patience))
    }
}

/// A moment so far ahead; as far as can be told when that is too far.
pub(super) fn far(now: Instant, ahead: Duration) -> Instant {
    const FAR: Duration = Duration::from_secs(1 << 31);
    now + ahead.min(FAR)
}

/// One read call, given exactly the buffer size that was asked for.
fn poll_read(
    stream: &mut TcpStream,
    size: usize,
    context: &mut Context<'_>,
) -> Poll<io::Result<Bytes>> {
    ready!(stream.poll_read_ready(context))?;
    let mut buffer = usual::Direction::In.borrow();
    buffer.reserve(size);
    let mut limited = (&mut buffer).limit(size);
    let read = pin!(stream.read_buf(&mut limited)).poll(context);
    let read = read.map_ok(|_| {
        if buffer.len() > usual::LONGEST || buffer.len() * 2 > size {
            socket::payload(&mut buffer, size)
        } else {
            usual::Direction::In.payload(&buffer)
        }
    });
    usual::Direction::In.give_back(buffer);
    read
}

/// One write call, or one that tells the system that our end follows.
fn poll_write(
    stream: &mut TcpStream,
    bytes: &[u8],
    is_last: bool,
    context: &mut Context<'_>,
) -> Poll<io::Result<usize>> {
    if !is_last {
        return Pin::new(stream).poll_write(context, bytes);
    }
    loop {
        ready!(stream.poll_write_ready(context))?;
        match platform::send_last(stream, bytes) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            result => return Poll::Ready(result),
        }
    }
}

fn poll_work(work: &mut Work, context: &mut Context<'_>) -> Poll<Happening> {
    match work {
        Work::Opening(_, _, task) => poll_task(task, context).map(|result| {
            let gone = |error| Err(Missing::Broken("a file".into(), error));
            Happening::Opened(result.unwrap_or_else(gone))
        }),
        Work::Reading(task, ..) => poll_task(task, context).map(|result| {
            Happening::Chunk(match result {
                Ok((file, part)) => (Some(file), part),
                Err(error) => (None, Err(error)),
            })
        }),
        Work::None | Work::Held(..) | Work::Streaming(..) => Poll::Pending,
    }
}

fn poll_task<T>(task: &mut JoinHandle<T>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
    let result: Poll<Result<T, JoinError>> = Pin::new(task).poll(context);
    result.map_err(io::Error::other)
}
