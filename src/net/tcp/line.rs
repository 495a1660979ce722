//! The place where a session and the two directions of one of its connections meet: the scene's
//! machine with all that is still to be sent. Locked for the length of one step, never across a
//! wait. It knows no socket.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::{Buf, Bytes};
use tokio::sync::Notify;

use crate::model::spec::Spec;
use crate::net::Credit;
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
}

/// See the module.
#[derive(Debug)]
pub(super) struct Line {
    talk: Mutex<Talk>,
    work: Notify,
    room: Notify,
    hurry: Notify,
    received: AtomicU64,
    sent: AtomicU64,
}

impl Line {
    pub(super) fn new(spec: &Spec) -> Line {
        Line {
            talk: Mutex::new(Talk {
                conversation: Conversation::new(spec),
                current: None,
            }),
            work: Notify::new(),
            room: Notify::new(),
            hurry: Notify::new(),
            received: AtomicU64::new(0),
            sent: AtomicU64::new(0),
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

    /// Something was read; whether the scene's answers leave room for more.
    pub(super) fn received(&self, data: &Bytes) -> bool {
        self.received
            .fetch_add(data.len() as u64, Ordering::Relaxed);
        self.tell(|talk| {
            talk.received(data);
            talk.answers() <= ANSWER_LIMIT
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
        if let Some((data, _)) = &mut talk.current {
            data.advance(n);
            if data.is_empty() {
                talk.current = None;
            }
        }
    }

    /// The bytes received and sent so far.
    pub(super) fn totals(&self) -> (u64, u64) {
        let received = self.received.load(Ordering::Relaxed);
        (received, self.sent.load(Ordering::Relaxed))
    }

    /// How many messages wait to be sent, and the bytes left of them.
    pub(super) fn unsent(&self) -> (u64, u64) {
        let talk = self.lock();
        let (count, bytes) = talk.conversation.unsent();
        match &talk.current {
            Some((data, _)) => (count + 1, bytes + data.len() as u64),
            None => (count, bytes),
        }
    }

    /// Waits until the scene's answers leave room for more. For one waiter, the reader.
    pub(super) async fn answer_room(&self) {
        while self.lock().conversation.answers() > ANSWER_LIMIT {
            self.room.notified().await;
        }
    }
}
