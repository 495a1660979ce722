//! When the next frame is due: at once after quiet, and otherwise no sooner than anybody could see.

use std::time::Duration;

use tokio::time::Instant;

/// At most one frame in this time.
const FRAME: Duration = Duration::from_millis(16);
/// The same in a flood, unless a key was pressed: nobody reads what passes so fast, and the time is
/// better spent on keeping it.
const FLOOD_FRAME: Duration = Duration::from_millis(33);
/// How soon after a glimpse the rest of the frame follows: whoever brings the glimpse to the eye gets
/// the processor first.
const REST: Duration = Duration::from_millis(1);
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
    /// The next frame is to be a whole one.
    wants_whole: bool,
}

impl Pace {
    pub(super) fn new() -> Pace {
        Pace {
            last: None,
            gathered: 0,
            gap: FRAME,
            wants_whole: false,
        }
    }

    /// When the next frame may be drawn: now, or a moment that may have passed.
    pub(super) fn due(&self, now: Instant) -> Instant {
        self.last.map_or(now, |last| last + self.gap)
    }

    /// Whether a glimpse may be drawn now: only of the first frame after quiet.
    pub(super) fn allows_glimpse(&self, now: Instant) -> bool {
        let is_quiet = self.last.is_none_or(|last| now >= last + 2 * self.gap);
        is_quiet && !self.wants_whole
    }

    /// So many events were taken.
    pub(super) fn took(&mut self, events: usize) {
        self.gathered += events;
    }

    /// Something was pressed: its echo is waited for.
    pub(super) fn hurry(&mut self) {
        self.gap = self.gap.min(FRAME);
    }

    /// The terminal was cleared: a part of a frame would stand alone.
    pub(super) fn cleared(&mut self) {
        self.wants_whole = true;
    }

    /// A part of a frame was drawn.
    pub(super) fn glimpsed(&mut self, now: Instant) {
        self.gap = REST;
        self.last = Some(now);
        self.wants_whole = true;
    }

    /// A frame of so many rows was drawn.
    pub(super) fn drew(&mut self, now: Instant, rows: u16) {
        let is_flood = self.gathered > FLOOD_SCREENS * usize::from(rows);
        self.gap = if is_flood { FLOOD_FRAME } else { FRAME };
        self.gathered = 0;
        self.last = Some(now);
        self.wants_whole = false;
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
    fn the_rest_follows_a_glimpse_and_has_none_itself() {
        let now = Instant::now();
        let mut pace = Pace::new();
        assert!(pace.allows_glimpse(now));
        pace.drew(now, 24);
        assert!(!pace.allows_glimpse(now + FRAME));
        let later = now + 2 * FRAME;
        assert!(pace.allows_glimpse(later));
        pace.glimpsed(later);
        pace.hurry();
        assert_eq!(pace.due(later), later + REST);
        assert!(!pace.allows_glimpse(later + FRAME));
        pace.drew(later, 24);
        assert!(pace.allows_glimpse(later + 2 * FRAME));
        pace.cleared();
        assert!(!pace.allows_glimpse(later + 2 * FRAME));
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
