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
//!
//! After quiet a byte is on its way to the eye for half a millisecond, a tenth of it while the watcher
//! wakes up. Whoever is about to read says so, and both happen at once.

mod lane;

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;

use self::lane::{LANE_BYTES, Lane, Wake};
use super::Clock;
use crate::model::event::{Event, EventKind, SessionId};
use crate::model::time::Stamp;

/// How soon after a batch the next one is offered: a thousandth of a second is not seen, and to
/// wake for every event would cost more than the events themselves.
const PACE: Duration = Duration::from_millis(1);

/// How long a watcher waits for what was announced before it sleeps again: a few times as long as a
/// read takes after quiet.
const MOMENT: Duration = Duration::from_micros(200);

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

    /// Says that something is about to be read, and told of after that: a watcher takes as long to
    /// wake up as a read does after quiet, so that it had better begin now.
    pub(super) fn announce(&self) {
        self.lane.announce();
    }

    /// Emits an event that happened now. After `Stopped` nothing is emitted any more.
    pub fn emit(&self, kind: EventKind) {
        self.emit_at(self.clock.now(), kind);
    }

    /// Emits an event that happened at `at`. After `Stopped` nothing is emitted any more.
    pub fn emit_at(&self, at: Stamp, kind: EventKind) {
        let len = kind.data().map_or(0, Bytes::len);
        self.lane.push(len, |events| {
            let is_last = matches!(kind, EventKind::Stopped { .. });
            events.push(Event { at, kind });
            is_last
        });
    }

    /// Emits several events together, none of them `Stopped`, and leaves the list empty; for how many
    /// more bytes there is room. After `Stopped` nothing is emitted any more.
    pub(super) fn emit_all(&self, events: &mut Vec<Event>) -> usize {
        let payloads = events.iter().filter_map(|event| event.kind.data());
        let len = payloads.map(Bytes::len).sum();
        let room = self.lane.push(len, |waiting| {
            waiting.append(events);
            false
        });
        events.clear();
        room
    }

    /// Whether the lane is below its bound.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.lane.has_room()
    }

    /// Whether the lane can take one more from who cannot be held up: up to twice the bound, since to
    /// pause means to lose.
    #[must_use]
    pub fn has_place(&self) -> bool {
        self.lane.has_place()
    }

    /// Waits until the lane is below its bound. Cancel-safe.
    pub async fn room(&self) {
        self.lane.room().await;
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
        let lane = Arc::new(Lane::new(id, worth, self.wake.clone()));
        self.lanes.push(lane.clone());
        Emitter {
            lane,
            clock: self.clock,
        }
    }

    /// Waits until some lane has events; while many come, for about a millisecond after the last
    /// batch, so that the next is worth taking. Cancel-safe.
    pub async fn ready(&self) {
        while self.is_empty() {
            self.wake.ready.notified().await;
            self.wait_for_announced();
        }
        let Some(last) = self.last else { return };
        if last.elapsed() < PACE && !self.lanes.iter().any(|lane| lane.is_urgent()) {
            tokio::select! {
                () = tokio::time::sleep_until((last + PACE).into()) => {}
                () = self.wake.urgent.notified() => {}
            }
        }
    }

    /// Waits a moment, without falling asleep, for what was announced.
    fn wait_for_announced(&self) {
        let begin = Instant::now();
        while self.is_empty() && self.lanes.iter().any(|lane| lane.is_announced()) {
            if begin.elapsed() > MOMENT {
                self.lanes.iter().for_each(|lane| lane.retract());
            }
            thread::yield_now();
        }
    }

    fn is_empty(&self) -> bool {
        self.lanes.iter().all(|lane| lane.is_empty())
    }

    /// Waits until some lane is half full: for a watcher that lets events gather as long as nobody
    /// is slowed by it. Cancel-safe.
    pub async fn urgent(&self) {
        while !self.lanes.iter().any(|lane| lane.is_urgent()) {
            self.wake.urgent.notified().await;
        }
    }

    /// Takes all that waits now, lane by lane, each in its order. Lanes whose session is gone and
    /// that are empty are closed. Returns how many events were taken.
    pub fn drain(&mut self, mut take: impl FnMut(SessionId, Event)) -> usize {
        let mut taken = 0;
        for lane in &self.lanes {
            lane.take(&mut self.spare);
            taken += self.spare.len();
            for event in self.spare.drain(..) {
                take(lane.id, event);
            }
        }
        if taken > 0 {
            self.last = Some(Instant::now());
        }
        self.lanes
            .retain(|lane| Arc::strong_count(lane) > 1 || !lane.is_empty());
        taken
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{self, Context};

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::lane::{BLANK, LANE_EVENTS};
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
    fn an_announcement_wakes_the_watcher_who_soon_gives_up_when_nothing_comes() {
        #[derive(Default)]
        struct Woken(AtomicUsize);
        impl task::Wake for Woken {
            fn wake(self: Arc<Self>) {
                self.0.fetch_add(1, Ordering::Relaxed);
            }
        }
        let woken = Arc::new(Woken::default());
        let times = || woken.0.load(Ordering::Relaxed);
        let waker = woken.clone().into();
        let mut context = Context::from_waker(&waker);

        let mut feed = Feed::new(Clock::new());
        let emitter = feed.emitter(SessionId(1));
        let mut ready = Box::pin(feed.ready());
        assert!(ready.as_mut().poll(&mut context).is_pending());
        emitter.announce();
        emitter.announce();
        assert_eq!(times(), 1, "one call is enough");
        assert!(ready.as_mut().poll(&mut context).is_pending());
        assert!(!emitter.lane.is_announced(), "it was waited for");
        emitter.emit_all(&mut vec![read("a")]);
        assert_eq!(times(), 2);
        assert!(ready.as_mut().poll(&mut context).is_ready());
        emitter.announce();
        assert!(!emitter.lane.is_announced(), "something is there already");
        drop(ready);
        assert_eq!(feed.drain(|_, _| ()), 1);
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
