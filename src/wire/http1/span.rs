//! A stretch of what a connection received.

use std::ops::Range;

/// Bytes `start..end` of everything that a connection received, counted from its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first byte.
    pub start: u64,
    /// Behind the last byte.
    pub end: u64,
}

impl Span {
    /// How many bytes.
    #[must_use]
    pub fn len(self) -> u64 {
        self.end - self.start
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The stretch as a range of a buffer whose first byte is the connection's byte `base`.
    ///
    /// # Panics
    /// When the stretch begins before `base`.
    #[must_use]
    pub fn within(self, base: u64) -> Range<usize> {
        (self.start - base) as usize..(self.end - base) as usize
    }
}
