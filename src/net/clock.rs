//! The program's clock.

use std::time::{Instant, SystemTime};

use crate::model::time::{Origin, Stamp};

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
