//! A session's counters, kept from its events alone.

use std::time::Duration;

use super::event::EventKind;
use super::time::Stamp;

/// How far back the rate looks.
pub const RATE_WINDOW: Duration = Duration::from_secs(2);
const SLOTS: usize = 8;
const SLOT: Duration = Duration::from_millis(RATE_WINDOW.as_millis() as u64 / SLOTS as u64);

/// Bytes a second over the last two seconds, in O(1) memory.
#[derive(Clone, Debug, Default)]
pub struct Rate {
    slots: [u64; SLOTS],
    newest: u64,
}

impl Rate {
    fn slot(at: Stamp) -> u64 {
        // Asked for every event: in 64 bits, since a division of 128 takes ten times as long.
        const A_SECOND: u64 = 1000 / SLOT.as_millis() as u64;
        at.0.as_secs() * A_SECOND + u64::from(at.0.subsec_millis()) / SLOT.as_millis() as u64
    }

    fn forward(&mut self, slot: u64) {
        let steps = slot.saturating_sub(self.newest).min(SLOTS as u64);
        for step in 1..=steps {
            self.slots[((self.newest + step) % SLOTS as u64) as usize] = 0;
        }
        if slot > self.newest {
            if steps == SLOTS as u64 {
                self.slots = [0; SLOTS];
            }
            self.newest = slot;
        }
    }

    /// Counts `bytes` at `at`. Stamps may come slightly out of order.
    pub fn add(&mut self, at: Stamp, bytes: u64) {
        self.forward(Rate::slot(at));
        self.slots[(self.newest % SLOTS as u64) as usize] += bytes;
    }

    /// Bytes a second over the window that ends at `now`.
    #[must_use]
    pub fn per_second(&self, now: Stamp) -> u64 {
        let age = Rate::slot(now).saturating_sub(self.newest);
        let oldest_kept = (SLOTS as u64).saturating_sub(age);
        let sum: u64 = (0..oldest_kept)
            .filter_map(|back| self.newest.checked_sub(back))
            .map(|slot| self.slots[(slot % SLOTS as u64) as usize])
            .sum();
        sum / RATE_WINDOW.as_secs()
    }
}

/// What a session has done so far.
#[derive(Clone, Debug, Default)]
pub struct Stats {
    /// Bytes received.
    pub received: u64,
    /// Bytes sent.
    pub sent: u64,
    /// Connections opened (UDP: peers heard).
    pub opened: u64,
    /// Connections open now.
    pub open: u64,
    /// Datagrams or messages counted as lost.
    pub lost: u64,
    /// Received and sent together.
    pub rate: Rate,
}

impl Stats {
    /// Counts one event.
    pub fn record(&mut self, at: Stamp, kind: &EventKind) {
        match kind {
            EventKind::Received { data, .. } => {
                self.received += data.len() as u64;
                self.rate.add(at, data.len() as u64);
            }
            EventKind::Sent { data, .. } => {
                self.sent += data.len() as u64;
                self.rate.add(at, data.len() as u64);
            }
            EventKind::Opened { .. } => {
                self.opened += 1;
                self.open += 1;
            }
            EventKind::Closed { .. } => self.open = self.open.saturating_sub(1),
            EventKind::Lost { count, .. } => self.lost = self.lost.saturating_add(*count),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Stamp {
        Stamp(Duration::from_millis(ms))
    }

    #[test]
    fn the_rate_is_what_came_in_the_last_two_seconds() {
        let mut rate = Rate::default();
        for ms in (0..4000).step_by(100) {
            rate.add(at(ms), 100);
        }
        assert_eq!(rate.per_second(at(3999)), 1000);
        assert_eq!(rate.per_second(at(5100)), 350);
        assert_eq!(rate.per_second(at(9000)), 0);
    }

    #[test]
    fn losses_beyond_all_counting_are_counted_as_far_as_can_be() {
        let mut stats = Stats::default();
        for count in [7, u64::MAX] {
            let (conn, why, bytes) = (None, "full".to_owned(), 0);
            let lost = EventKind::Lost {
                conn,
                why,
                count,
                bytes,
            };
            stats.record(at(0), &lost);
        }
        assert_eq!(stats.lost, u64::MAX);
    }

    #[test]
    fn a_long_pause_forgets_the_past() {
        let mut rate = Rate::default();
        rate.add(at(10), 1_000_000);
        rate.add(at(60_000), 200);
        assert_eq!(rate.per_second(at(60_001)), 100);
    }
}
