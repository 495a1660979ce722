//! Time as data: a stamp says how long after the program's origin something happened.
//! Sessions share one origin, so that the stamps of two ends in one window can be compared.

use std::time::{Duration, SystemTime};

/// How long after the [`Origin`] something happened, on the monotonic clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp(pub Duration);

impl Stamp {
    /// The time from `earlier` to this stamp; zero when `earlier` is the later one.
    #[must_use]
    pub fn since(self, earlier: Stamp) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

/// The wall-clock time at stamp zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin(pub SystemTime);

impl Origin {
    /// The wall-clock time of a stamp. Steps of the wall clock after the origin do not show.
    #[must_use]
    pub fn wall(self, stamp: Stamp) -> SystemTime {
        self.0 + stamp.0
    }
}
