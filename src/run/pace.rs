//! When the next frame is due: at once after quiet, and otherwise no sooner than anybody could see.

use std::time::Duration;

use tokio::time::Instant;

/// At most one frame in this time.
const FRAME: Duration = Duration::from_millis(16);
/// The same in a flood, unless a key was pressed: nobody reads what passes so fast, and the time is
/// better spent on keeping it.
const FLOOD_FRAME: Duration = Duration::from_millis(33);
/// It is a flood when this many screens go by between two frames.
const FLOOD_SCREENS: usize = 2;

/// See the module.
#[derive(Debug)]
pub(super) struct Pace {
    /// When the last frame was drawn.
    last: Option<Instant>,
    /// How many events were taken since then.
    gathered: usize,
    /// How soon after it the next one may follow.
    gap: Duration,
}

impl Pace {
    pub(super) fn new() -> Pace {
        Pace {
            last: None,
            gathered: 0,
            gap: FRAME,
        }
    }

    /// When the next frame may be drawn: now, or a moment that may have passed.
    pub(super) fn due(&self, now: Instant) -> Instant {
        self.last.map_or(now, |last| last + self.gap)
    }

    /// So many events were taken.
    pub(super) fn took(&mut self, events: usize) {
        self.gathered += events;
    }

    /// Something was pressed: its echo is waited for.
    pub(super) fn hurry(&mut self) {
        self.gap = FRAME;
    }

    /// A frame of so many rows was drawn.
    pub(super) fn drew(&mut self, now: Instant, rows: u16) {
        let is_flood = self.gathered > FLOOD_SCREENS * usize::from(rows);
        self.gap = if is_flood { FLOOD_FRAME } else { FRAME };
        self.gathered = 0;
        self.last = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_frame_is_due_at_once_and_the_next_after_a_while() {
        let now = Instant::now();
        let mut pace = Pace::new();
        assert_eq!(pace.due(now), now);
        pace.drew(now, 24);
        assert_eq!(pace.due(now), now + FRAME);
        pace.took(48);
        pace.drew(now, 24);
        assert_eq!(pace.due(now), now + FRAME, "two screens can be followed");
    }

    #[test]
    fn a_flood_has_half_as_many_frames_until_it_ends_or_something_is_pressed() {
        let now = Instant::now();
        let mut pace = Pace::new();
        pace.took(49);
        pace.drew(now, 24);
        assert_eq!(pace.due(now), now + FLOOD_FRAME);
        pace.hurry();
        assert_eq!(pace.due(now), now + FRAME);
        pace.took(1000);
        pace.drew(now, 24);
        pace.took(3);
        pace.drew(now, 24);
        assert_eq!(pace.due(now), now + FRAME);
    }
}
