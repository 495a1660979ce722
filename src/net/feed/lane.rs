//! What waits between a session and its watcher, and how much may.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::Notify;

use crate::model::event::{Event, SessionId};

/// How many bytes of payload may wait in a lane before readers pause. Deep enough that a watcher
/// that draws a frame, or waits for a processor, does not slow a fast stream.
pub(super) const LANE_BYTES: usize = 4 << 20;
/// How many events may wait in a lane before readers pause.
pub(super) const LANE_EVENTS: usize = 16_384;
/// Stands for the payloads that are gone, unless one was longer.
pub(super) static BLANK: [u8; 64 << 10] = [0; 64 << 10];

/// What wakes the watcher, for all lanes.
#[derive(Debug, Default)]
pub(super) struct Wake {
    /// A lane is no longer empty.
    pub(super) ready: Notify,
    /// A lane is half full.
    pub(super) urgent: Notify,
}

/// The way of one session's events.
#[derive(Debug)]
pub(super) struct Lane {
    /// The session.
    pub(super) id: SessionId,
    waiting: Mutex<Waiting>,
    room: Notify,
    wake: Arc<Wake>,
}

impl Lane {
    /// A lane that holds no more than the latest `worth` bytes of payload, see [`Waiting`].
    pub(super) fn new(id: SessionId, worth: usize, wake: Arc<Wake>) -> Lane {
        Lane {
            id,
            waiting: Mutex::new(Waiting::new(worth)),
            room: Notify::new(),
            wake,
        }
    }

    /// Appends events with so many bytes of payload, unless the session has stopped. `append` tells
    /// whether it stops with these. Gives for how many more bytes there is room.
    pub(super) fn push(&self, bytes: usize, append: impl FnOnce(&mut Vec<Event>) -> bool) -> usize {
        let mut waiting = self.lock();
        if waiting.stopped {
            return waiting.room();
        }
        let (first, calm) = (waiting.events.is_empty(), !waiting.is_urgent());
        waiting.announced = false;
        waiting.bytes += bytes;
        waiting.stopped = append(&mut waiting.events);
        waiting.let_go();
        let (urgent, room) = (waiting.is_urgent(), waiting.room());
        drop(waiting);
        if first {
            self.wake.ready.notify_one();
        }
        if calm && urgent {
            self.wake.urgent.notify_one();
        }
        room
    }

    /// Wakes the watcher for what comes in a moment, if nothing waits.
    pub(super) fn announce(&self) {
        let mut waiting = self.lock();
        let is_news = waiting.events.is_empty() && !waiting.announced;
        waiting.announced |= is_news;
        drop(waiting);
        if is_news {
            self.wake.ready.notify_one();
        }
    }

    /// Whether something was announced that has not come.
    pub(super) fn is_announced(&self) -> bool {
        self.lock().announced
    }

    /// Nobody waits for what was announced any more.
    pub(super) fn retract(&self) {
        self.lock().announced = false;
    }

    /// Takes all events, and leaves an empty list in their place.
    pub(super) fn take(&self, empty: &mut Vec<Event>) {
        self.lock().take(empty);
        if !empty.is_empty() {
            self.room.notify_waiters();
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lock().events.is_empty()
    }

    /// Whether a watcher should not wait any longer, or readers would soon have to.
    pub(super) fn is_urgent(&self) -> bool {
        self.lock().is_urgent()
    }

    /// Whether it is below its bound.
    pub(super) fn has_room(&self) -> bool {
        self.lock().room() > 0
    }

    /// Whether it is below twice its bound.
    pub(super) fn has_place(&self) -> bool {
        let waiting = self.lock();
        waiting.bytes < 2 * LANE_BYTES && waiting.events.len() < 2 * LANE_EVENTS
    }

    /// Waits until it is below its bound. Cancel-safe.
    pub(super) async fn room(&self) {
        loop {
            if self.has_room() {
                return;
            }
            let notified = self.room.notified();
            tokio::pin!(notified);
            // Registered before looking again, or a take in between would be missed.
            notified.as_mut().enable();
            if self.has_room() {
                return;
            }
            notified.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // A panic while pushing leaves a whole queue behind.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
struct Waiting {
    events: Vec<Event>,
    /// Of the payloads that are held.
    bytes: usize,
    /// How many bytes of payload are worth holding: behind so many, older ones are let go of.
    worth: usize,
    /// The payloads of so many events, the first ones, are gone.
    gone: usize,
    /// Stands for them: at least as long as the longest, and never looked at.
    blank: Bytes,
    /// `Stopped` was emitted: nothing may follow.
    stopped: bool,
    /// Something comes in a moment.
    announced: bool,
}

impl Waiting {
    fn new(worth: usize) -> Waiting {
        Waiting {
            events: Vec::new(),
            bytes: 0,
            worth,
            gone: 0,
            blank: Bytes::from_static(&BLANK),
            stopped: false,
            announced: false,
        }
    }

    /// How many bytes may still come before readers pause.
    fn room(&self) -> usize {
        if self.events.len() >= LANE_EVENTS {
            0
        } else if self.worth <= LANE_BYTES {
            // Whatever comes, no more than these are held.
            LANE_BYTES
        } else {
            LANE_BYTES.saturating_sub(self.bytes)
        }
    }

    fn is_urgent(&self) -> bool {
        self.room() <= LANE_BYTES / 2 || self.events.len() >= LANE_EVENTS / 2
    }

    /// Lets go of the payloads behind which enough has come.
    fn let_go(&mut self) {
        while let Some(event) = self.events.get_mut(self.gone) {
            let len = event.kind.data().map_or(0, Bytes::len);
            if self.bytes - len < self.worth {
                break;
            }
            if let Some(data) = event.kind.data_mut() {
                if self.blank.len() < len {
                    self.blank = vec![0; len].into();
                }
                *data = self.blank.slice(..len);
            }
            self.bytes -= len;
            self.gone += 1;
        }
    }

    fn take(&mut self, empty: &mut Vec<Event>) {
        mem::swap(&mut self.events, empty);
        self.bytes = 0;
        self.gone = 0;
    }
}
