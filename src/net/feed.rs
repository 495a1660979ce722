//! The way of events from sessions to whoever watches. Each session has a lane with a bound; the
//! watcher takes whole batches, one lock a lane. Wake-ups are coalesced: a full lane wakes once.
//!
//! Control events are never dropped and never wait. Readers of sockets ask for room first
//! ([`Emitter::room`], TCP: a slow watcher slows the peer) or look whether there is some
//! ([`Emitter::has_place`], UDP: what cannot be kept is counted as lost).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use tokio::sync::Notify;

use crate::model::event::{Event, EventKind, SessionId};
use crate::model::time::{Origin, Stamp};

/// How many bytes of payload may wait in a lane before readers pause. Deep enough that a watcher
/// that draws a frame, or waits for a processor, does not slow a fast stream.
const LANE_BYTES: usize = 4 << 20;
/// How many events may wait in a lane before readers pause.
const LANE_EVENTS: usize = 16_384;
/// How soon after a batch the next one is offered: a thousandth of a second is not seen, and to
/// wake for every event would cost more than the events themselves.
const PACE: Duration = Duration::from_millis(1);

/// The program's clock: the only place where stamps are made.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Instant,
    origin: Origin,
}

impl Clock {
    /// A clock whose stamp zero is now.
    #[must_use]
    pub fn new() -> Clock {
        Clock {
            start: Instant::now(),
            origin: Origin(SystemTime::now()),
        }
    }

    /// The stamp of this moment.
    #[must_use]
    pub fn now(&self) -> Stamp {
        Stamp(self.start.elapsed())
    }

    /// The stamp of a moment that has been; zero for those before this clock began.
    #[must_use]
    pub fn stamp(&self, moment: Instant) -> Stamp {
        Stamp(moment.saturating_duration_since(self.start))
    }

    /// The wall-clock time of stamp zero.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.origin
    }
}

impl Default for Clock {
    fn default() -> Self {
        Clock::new()
    }
}

#[derive(Debug, Default)]
struct Waiting {
    events: Vec<Event>,
    bytes: usize,
    /// `Stopped` was emitted: nothing may follow.
    stopped: bool,
}

impl Waiting {
    /// How many bytes may still come before readers pause.
    fn room(&self) -> usize {
        if self.events.len() < LANE_EVENTS {
            LANE_BYTES.saturating_sub(self.bytes)
        } else {
            0
        }
    }

    fn has_room(&self) -> bool {
        self.room() > 0
    }

    /// Whether a watcher should not wait any longer, or readers would soon have to.
    fn is_urgent(&self) -> bool {
        self.bytes >= LANE_BYTES / 2 || self.events.len() >= LANE_EVENTS / 2
    }
}

#[derive(Debug)]
struct Lane {
    id: SessionId,
    waiting: Mutex<Waiting>,
    room: Notify,
    wake: Arc<Wake>,
}

/// What wakes the watcher, for all lanes.
#[derive(Debug, Default)]
struct Wake {
    /// A lane is no longer empty.
    ready: Notify,
    /// A lane is half full.
    urgent: Notify,
}

impl Lane {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // A panic while pushing leaves a whole queue behind.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A session's end of its lane. Clones belong to the same session.
#[derive(Clone, Debug)]
pub struct Emitter {
    lane: Arc<Lane>,
    clock: Clock,
}

impl Emitter {
    /// The session that this emitter speaks for.
    #[must_use]
    pub fn session(&self) -> SessionId {
        self.lane.id
    }

    /// The stamp of this moment.
    #[must_use]
    pub fn now(&self) -> Stamp {
        self.clock.now()
    }

    /// The stamp of a moment.
    #[must_use]
    pub fn stamp(&self, moment: Instant) -> Stamp {
        self.clock.stamp(moment)
    }

    /// Emits an event that happened now. After `Stopped` nothing is emitted any more.
    pub fn emit(&self, kind: EventKind) {
        self.emit_at(self.clock.now(), kind);
    }

    /// Emits an event that happened at `at`. After `Stopped` nothing is emitted any more.
    pub fn emit_at(&self, at: Stamp, kind: EventKind) {
        let len = kind.data().map_or(0, Bytes::len);
        self.push(len, |waiting| {
            waiting.stopped = matches!(kind, EventKind::Stopped { .. });
            waiting.events.push(Event { at, kind });
        });
    }

    /// Emits several events together, none of them `Stopped`, and leaves the list empty; for how many
    /// more bytes there is room. After `Stopped` nothing is emitted any more.
    pub(super) fn emit_all(&self, events: &mut Vec<Event>) -> usize {
        let payloads = events.iter().filter_map(|event| event.kind.data());
        let len = payloads.map(Bytes::len).sum();
        let room = self.push(len, |waiting| waiting.events.append(events));
        events.clear();
        room
    }

    fn push(&self, bytes: usize, append: impl FnOnce(&mut Waiting)) -> usize {
        let mut waiting = self.lane.lock();
        if waiting.stopped {
            return waiting.room();
        }
        let (first, calm) = (waiting.events.is_empty(), !waiting.is_urgent());
        waiting.bytes += bytes;
        append(&mut waiting);
        let (urgent, room) = (waiting.is_urgent(), waiting.room());
        drop(waiting);
        if first {
            self.lane.wake.ready.notify_one();
        }
        if calm && urgent {
            self.lane.wake.urgent.notify_one();
        }
        room
    }

    /// Whether the lane is below its bound.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.lane.lock().has_room()
    }

    /// Whether the lane can take one more from who cannot be held up: up to twice the bound, since to
    /// pause means to lose.
    #[must_use]
    pub fn has_place(&self) -> bool {
        let waiting = self.lane.lock();
        waiting.bytes < 2 * LANE_BYTES && waiting.events.len() < 2 * LANE_EVENTS
    }

    /// Waits until the lane is below its bound. Cancel-safe.
    pub async fn room(&self) {
        loop {
            if self.has_room() {
                return;
            }
            let notified = self.lane.room.notified();
            tokio::pin!(notified);
            // Registered before looking again, or a drain in between would be missed.
            notified.as_mut().enable();
            if self.has_room() {
                return;
            }
            notified.await;
        }
    }
}

/// The watcher's end of all lanes.
#[derive(Debug)]
pub struct Feed {
    clock: Clock,
    lanes: Vec<Arc<Lane>>,
    wake: Arc<Wake>,
    spare: Vec<Event>,
    /// When the last batch was taken.
    last: Option<Instant>,
}

impl Feed {
    /// A feed without sessions.
    #[must_use]
    pub fn new(clock: Clock) -> Feed {
        Feed {
            clock,
            lanes: Vec::new(),
            wake: Arc::default(),
            spare: Vec::new(),
            last: None,
        }
    }

    /// Opens a lane for a new session.
    pub fn emitter(&mut self, id: SessionId) -> Emitter {
        let lane = Arc::new(Lane {
            id,
            waiting: Mutex::default(),
            room: Notify::new(),
            wake: self.wake.clone(),
        });
        self.lanes.push(lane.clone());
        Emitter {
            lane,
            clock: self.clock,
        }
    }

    /// Waits until some lane has events; while many come, for about a millisecond after the last
    /// batch, so that the next is worth taking. Cancel-safe.
    pub async fn ready(&self) {
        while self.lanes.iter().all(|lane| lane.lock().events.is_empty()) {
            self.wake.ready.notified().await;
        }
        let Some(last) = self.last else { return };
        if last.elapsed() < PACE && !self.lanes.iter().any(|lane| lane.lock().is_urgent()) {
            tokio::select! {
                () = tokio::time::sleep_until((last + PACE).into()) => {}
                () = self.wake.urgent.notified() => {}
            }
        }
    }

    /// Waits until some lane is half full: for a watcher that lets events gather as long as nobody
    /// is slowed by it. Cancel-safe.
    pub async fn urgent(&self) {
        while !self.lanes.iter().any(|lane| lane.lock().is_urgent()) {
            self.wake.urgent.notified().await;
        }
    }

    /// Takes all that waits now, lane by lane, each in its order. Lanes whose session is gone and
    /// that are empty are closed. Returns how many events were taken.
    pub fn drain(&mut self, mut take: impl FnMut(SessionId, Event)) -> usize {
        let mut taken = 0;
        for lane in &self.lanes {
            {
                let mut waiting = lane.lock();
                std::mem::swap(&mut waiting.events, &mut self.spare);
                waiting.bytes = 0;
            }
            if self.spare.is_empty() {
                continue;
            }
            lane.room.notify_waiters();
            taken += self.spare.len();
            for event in self.spare.drain(..) {
                take(lane.id, event);
            }
        }
        if taken > 0 {
            self.last = Some(Instant::now());
        }
        self.lanes
            .retain(|lane| Arc::strong_count(lane) > 1 || !lane.lock().events.is_empty());
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::{ConnId, Outcome};

    fn read(data: impl Into<Bytes>) -> Event {
        Event {
            at: Stamp::default(),
            kind: EventKind::Received {
                conn: ConnId(1),
                peer: ([127, 0, 0, 1], 9).into(),
                data: data.into(),
                cut: 0,
            },
        }
    }

    #[test]
    fn several_events_come_together_in_their_order_and_none_after_the_end() {
        let mut feed = Feed::new(Clock::new());
        let emitter = feed.emitter(SessionId(1));
        let mut reads = vec![read("a"), read("b")];
        assert_eq!(emitter.emit_all(&mut reads), LANE_BYTES - 2);
        assert!(reads.is_empty());
        reads.push(read(vec![0; LANE_BYTES]));
        assert_eq!(emitter.emit_all(&mut reads), 0);
        let mut all = Vec::new();
        feed.drain(|_, event| all.push(event));
        assert_eq!(all, [read("a"), read("b"), read(vec![0; LANE_BYTES])]);
        emitter.emit(EventKind::Stopped {
            received: 0,
            sent: 0,
            connections: 0,
            outcome: Outcome::Done,
        });
        reads.push(read("c"));
        emitter.emit_all(&mut reads);
        assert!(reads.is_empty());
        assert_eq!(feed.drain(|_, _| ()), 1);
    }
}
