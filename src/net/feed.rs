//! The way of events from sessions to whoever watches. Each session has a lane with a bound; the
//! watcher takes whole batches, one lock a lane. Wake-ups are coalesced: a full lane wakes once.
//!
//! Control events are never dropped and never wait. Readers of sockets ask for room first
//! ([`Emitter::room`], TCP: a slow watcher slows the peer) or look whether there is some
//! ([`Emitter::has_place`], UDP: what cannot be kept is counted as lost).
//!
//! A watcher that keeps only the latest bytes of a session says so ([`Feed::emitter_of_latest`]):
//! what it would let go of at once is let go of in the lane. In a flood that is nearly all, and a
//! watcher that draws a frame slows nobody.

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

/// Stands for the payloads that are gone, unless one was longer.
static BLANK: [u8; 64 << 10] = [0; 64 << 10];

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

    fn has_room(&self) -> bool {
        self.room() > 0
    }

    /// Whether a watcher should not wait any longer, or readers would soon have to.
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

    /// Takes all events, and leaves an empty list in their place.
    fn take(&mut self, empty: &mut Vec<Event>) {
        std::mem::swap(&mut self.events, empty);
        self.bytes = 0;
        self.gone = 0;
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
        waiting.let_go();
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
        self.open(id, usize::MAX)
    }

    /// The same for a session of which the watcher keeps the latest `bytes` of payload at most, and
    /// the newest one in any case. An older payload is taken with its length, but without its bytes,
    /// and readers need not pause for it. Not for a watcher that looks at every payload. For more
    /// bytes than wait in a lane this is the same as [`Feed::emitter`].
    pub fn emitter_of_latest(&mut self, id: SessionId, bytes: usize) -> Emitter {
        let worth = if bytes <= LANE_BYTES {
            bytes.max(1)
        } else {
            usize::MAX
        };
        self.open(id, worth)
    }

    fn open(&mut self, id: SessionId, worth: usize) -> Emitter {
        let lane = Arc::new(Lane {
            id,
            waiting: Mutex::new(Waiting::new(worth)),
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
            lane.lock().take(&mut self.spare);
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
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::model::event::{ConnId, Outcome};
    use crate::model::log::{EntryId, Log};

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

    proptest! {
        #[test]
        fn a_log_of_the_latest_is_the_same_whether_or_not_the_lane_let_go(
            limit in 0..3000_usize,
            batches in vec(vec(0..500_usize, 0..40), 1..5),
        ) {
            let mut feed = Feed::new(Clock::new());
            let latest = feed.emitter_of_latest(SessionId(0), limit);
            let all = feed.emitter(SessionId(1));
            let mut logs = [Log::new(limit), Log::new(limit)];
            for lens in batches {
                for (n, len) in lens.into_iter().enumerate() {
                    let event = read(vec![u8::try_from(n).unwrap() + 1; len]);
                    latest.emit_all(&mut vec![event.clone()]);
                    all.emit_all(&mut vec![event]);
                }
                let mut held = 0;
                let mut lens = [Vec::new(), Vec::new()];
                feed.drain(|SessionId(of), event| {
                    let data = event.kind.data().unwrap();
                    lens[of as usize].push(data.len());
                    if of == 0 && data.first() != Some(&0) {
                        held += data.len();
                    }
                    logs[of as usize].push(event);
                });
                prop_assert!(held < limit.max(1) + 500);
                prop_assert_eq!(&lens[0], &lens[1]);
                let [latest, all] = &logs;
                prop_assert_eq!((latest.start(), latest.end()), (all.start(), all.end()));
                for id in all.start().0..all.end().0 {
                    prop_assert_eq!(latest.get(EntryId(id)), all.get(EntryId(id)));
                }
            }
        }
    }

    #[test]
    fn a_payload_longer_than_others_keeps_its_length_when_it_is_gone() {
        let mut feed = Feed::new(Clock::new());
        let latest = feed.emitter_of_latest(SessionId(1), 10);
        let lens = [BLANK.len() * 2, 3, BLANK.len() * 3, 10];
        for len in lens {
            latest.emit_all(&mut vec![read(vec![1; len])]);
        }
        let mut taken = Vec::new();
        feed.drain(|_, event| taken.push(event.kind.data().unwrap().clone()));
        assert!(taken.iter().map(Bytes::len).eq(lens));
        let gone = |data: &Bytes| data.iter().all(|byte| *byte == 0);
        assert!(taken[..3].iter().all(gone));
        assert_eq!(taken[3], [1; 10][..]);
    }

    #[test]
    fn the_newest_payload_is_held_however_few_bytes_are_kept() {
        let mut feed = Feed::new(Clock::new());
        let latest = feed.emitter_of_latest(SessionId(1), 0);
        latest.emit_all(&mut vec![read("a"), read("b")]);
        let mut taken = Vec::new();
        feed.drain(|_, event| taken.push(event));
        assert_eq!(taken, [read("\0"), read("b")]);
    }

    #[test]
    fn for_the_latest_readers_pause_only_by_the_number_of_events() {
        let mut feed = Feed::new(Clock::new());
        let latest = feed.emitter_of_latest(SessionId(1), LANE_BYTES);
        let all = feed.emitter_of_latest(SessionId(2), LANE_BYTES + 1);
        for emitter in [&latest, &all] {
            emitter.emit_all(&mut vec![read(vec![1; LANE_BYTES]), read("b")]);
        }
        assert!(latest.has_room());
        assert!(!all.has_room());
        for _ in 2..LANE_EVENTS {
            assert!(latest.has_room());
            latest.emit_all(&mut vec![read("c")]);
        }
        assert!(!latest.has_room());
        feed.drain(|_, _| ());
        assert!(latest.has_room());
    }
}
