//! The place where a session and the two directions of one of its connections meet: the scene's
//! machine with all that is still to be sent. Locked for the length of one step, never across a
//! wait. It knows no socket.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::{Buf, Bytes};
use tokio::sync::Notify;

use crate::model::event::{ConnId, EventKind, FileEnd};
use crate::model::spec::Spec;
use crate::net::Credit;
use crate::net::source::Source;
use crate::wire::scene::{Conversation, Step};

/// How many bytes of the scene's own answers may wait before reading pauses: a peer that asks but
/// never reads must not fill the memory.
const ANSWER_LIMIT: usize = 256 << 10;

/// What is still to be done on a connection.
#[derive(Debug)]
struct Talk {
    conversation: Conversation<Option<Credit>>,
    /// The message being written: what is left of it, and what it holds until then.
    current: Option<(Bytes, Option<Credit>)>,
    /// The file being sent; the current message is then a piece of it.
    file: Option<Outgoing>,
}

/// A file being sent.
#[derive(Debug)]
struct Outgoing {
    /// Its name and length, once it has begun.
    begun: Option<(String, u64)>,
    sent: u64,
    cancelled: bool,
    /// Files of the spec come without an order.
    order: Option<Credit>,
}

impl Outgoing {
    fn left(&self) -> u64 {
        let len = self.begun.as_ref().map_or(0, |(_, len)| *len);
        len.saturating_sub(self.sent)
    }
}

/// See the module.
#[derive(Debug)]
pub(super) struct Line {
    talk: Mutex<Talk>,
    work: Notify,
    room: Notify,
    hurry: Notify,
    cancel: Notify,
    received: AtomicU64,
    sent: AtomicU64,
    /// A file that the session is there for was not sent whole.
    broken: AtomicBool,
}

impl Line {
    pub(super) fn new(spec: &Spec) -> Line {
        Line {
            talk: Mutex::new(Talk {
                conversation: Conversation::new(spec),
                current: None,
                file: None,
            }),
            work: Notify::new(),
            room: Notify::new(),
            hurry: Notify::new(),
            cancel: Notify::new(),
            received: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            broken: AtomicBool::new(false),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Talk> {
        self.talk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the machine something, and wakes the writer if that gave it work.
    fn tell<R>(&self, what: impl FnOnce(&mut Conversation<Option<Credit>>) -> R) -> R {
        let mut talk = self.lock();
        let result = what(&mut talk.conversation);
        let work = talk.conversation.has_steps();
        drop(talk);
        if work {
            self.work.notify_one();
        }
        result
    }

    /// Orders a message; whether it was taken.
    pub(super) fn order(&self, data: Bytes, credit: Option<Credit>) -> bool {
        self.tell(|talk| talk.order(data, credit))
    }

    /// Orders a file; whether it was taken.
    pub(super) fn order_file(&self, path: PathBuf, credit: Option<Credit>) -> bool {
        self.tell(|talk| talk.order_file(path, credit))
    }

    /// These were read, one after the other; for how many more bytes the scene's answers leave room.
    pub(super) fn received<'a>(&self, reads: impl IntoIterator<Item = &'a Bytes>) -> usize {
        self.tell(|talk| {
            let mut bytes = 0;
            for data in reads {
                bytes += data.len() as u64;
                talk.received(data);
            }
            self.received.fetch_add(bytes, Ordering::Relaxed);
            (ANSWER_LIMIT + 1).saturating_sub(talk.answers())
        })
    }

    pub(super) fn peer_finished(&self) {
        self.tell(Conversation::peer_finished);
    }

    pub(super) fn late(&self) {
        self.tell(Conversation::late);
    }

    pub(super) fn finish(&self) {
        self.tell(Conversation::finish);
    }

    pub(super) fn end_of_input(&self) {
        self.tell(Conversation::end_of_input);
    }

    /// Closes after what is due; [`Line::hurried`] tells from when on not to wait for that.
    pub(super) fn close(&self) {
        self.tell(Conversation::close);
        self.hurry.notify_one();
    }

    /// Waits until somebody ordered the connection to be closed.
    pub(super) async fn hurried(&self) {
        self.hurry.notified().await;
    }

    /// Waits for the next thing to do. What is to be sent becomes the current message.
    pub(super) async fn step(&self) -> Step<()> {
        loop {
            if let Some(step) = self.try_step() {
                return step;
            }
            self.work.notified().await;
        }
    }

    /// The next thing to do, if there is one. What is to be sent becomes the current message.
    pub(super) fn try_step(&self) -> Option<Step<()>> {
        let mut talk = self.lock();
        let step = match talk.conversation.step()? {
            Step::Send { data, answer, with } => {
                talk.current = Some((data.clone(), with));
                Step::Send {
                    data,
                    answer,
                    with: (),
                }
            }
            Step::SendFile { path, with } => {
                talk.file = Some(Outgoing {
                    begun: None,
                    sent: 0,
                    cancelled: false,
                    order: with,
                });
                Step::SendFile { path, with: () }
            }
            Step::Expect(limit) => Step::Expect(limit),
            Step::Finish => Step::Finish,
            Step::Close(cause) => Step::Close(cause),
        };
        let room = talk.conversation.answers() <= ANSWER_LIMIT;
        drop(talk);
        if room {
            self.room.notify_one();
        }
        Some(step)
    }

    /// What is left of the current message.
    pub(super) fn current(&self) -> Option<Bytes> {
        self.lock().current.as_ref().map(|(data, _)| data.clone())
    }

    /// The system took `n` bytes of the current message.
    pub(super) fn took(&self, n: usize) {
        self.sent.fetch_add(n as u64, Ordering::Relaxed);
        let mut talk = self.lock();
        if let Some(file) = &mut talk.file {
            file.sent += n as u64;
        }
        if let Some((data, _)) = &mut talk.current {
            data.advance(n);
            if data.is_empty() {
                talk.current = None;
            }
        }
    }

    /// The file being sent was opened.
    pub(super) fn file_begins(&self, conn: ConnId, source: &Source) -> EventKind {
        let (name, len) = (source.name(), source.len);
        if let Some(file) = &mut self.lock().file {
            file.begun = Some((name.clone(), len));
        }
        EventKind::FileStarted { conn, name, len }
    }

    /// A piece of the file being sent becomes the current message.
    pub(super) fn put_piece(&self, data: Bytes) {
        self.lock().current = Some((data, None));
    }

    /// The file being sent, if there is one, is to go on no further.
    pub(super) fn cancel_file(&self) {
        if let Some(file) = &mut self.lock().file {
            file.cancelled = true;
        }
        self.cancel.notify_one();
    }

    /// Waits until the file being sent is cancelled. For one waiter, the writer.
    pub(super) async fn file_cancelled(&self) {
        while !self.lock().file.as_ref().is_some_and(|file| file.cancelled) {
            self.cancel.notified().await;
        }
    }

    /// Whether a file is being sent.
    pub(super) fn has_file(&self) -> bool {
        self.lock().file.is_some()
    }

    /// Drops the file being sent; what is to be told of that, if its beginning was.
    pub(super) fn end_file(&self, conn: ConnId, how: FileEnd) -> Option<EventKind> {
        let mut talk = self.lock();
        let file = talk.file.take()?;
        talk.current = None;
        if how == FileEnd::Failed && file.order.is_none() {
            self.broken.store(true, Ordering::Relaxed);
        }
        let (name, len) = file.begun?;
        Some(EventKind::FileEnded {
            conn,
            name,
            len,
            sent: file.sent,
            how,
        })
    }

    /// Whether a file that the session is there for was not sent whole.
    pub(super) fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Relaxed)
    }

    /// The bytes received and sent so far.
    pub(super) fn totals(&self) -> (u64, u64) {
        let received = self.received.load(Ordering::Relaxed);
        (received, self.sent.load(Ordering::Relaxed))
    }

    /// How many messages and files wait to be sent, and the bytes left of them, as far as known.
    pub(super) fn unsent(&self) -> (u64, u64) {
        let talk = self.lock();
        let (count, bytes) = talk.conversation.unsent();
        match (&talk.file, &talk.current) {
            (Some(file), _) => (count + 1, bytes + file.left()),
            (None, Some((data, _))) => (count + 1, bytes + data.len() as u64),
            (None, None) => (count, bytes),
        }
    }

    /// Waits until the scene's answers leave room for more. For one waiter, the reader.
    pub(super) async fn answer_room(&self) {
        while self.lock().conversation.answers() > ANSWER_LIMIT {
            self.room.notified().await;
        }
    }
}
