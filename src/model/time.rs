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

/// Why a length of time could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Not a number with a unit.
    #[error("{0:?} is not a time; write 200ms, 2s or 1m")]
    NotATime(String),
    /// More than a day.
    #[error("{0:?} is too long; a day is the most")]
    TooLong(String),
}

/// The longest time that is taken: a day. A session that should wait longer was mistyped.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Reads a length of time: a whole number with `ms`, `s` or `m` (any case).
pub fn parse(text: &str) -> Result<Duration, TimeError> {
    let trimmed = text.trim();
    let digits = trimmed.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = trimmed.split_at(digits);
    let millis: u64 = match unit.trim_start().to_ascii_lowercase().as_str() {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        _ => return Err(TimeError::NotATime(text.to_owned())),
    };
    if number.is_empty() {
        return Err(TimeError::NotATime(text.to_owned()));
    }
    number
        .parse::<u64>()
        .ok()
        .and_then(|n| n.checked_mul(millis))
        .map(Duration::from_millis)
        .filter(|time| *time <= LONGEST)
        .ok_or_else(|| TimeError::TooLong(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_their_unit() {
        for (text, millis) in [
            ("200ms", 200),
            ("2s", 2000),
            (" 1 m ", 60_000),
            ("0S", 0),
            ("1440m", 86_400_000),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused_in_words() {
        for bad in ["", "2", "s", "-1s", "1.5s", "2 h", "2sec"] {
            assert!(matches!(parse(bad), Err(TimeError::NotATime(_))), "{bad:?}");
        }
        for long in ["1441m", "99999999999999999999s"] {
            assert!(matches!(parse(long), Err(TimeError::TooLong(_))), "{long}");
        }
    }
}
