//! Sizes in bytes: reading `4KiB`, writing `1.2 KiB`.

use std::fmt;

/// Why a size could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SizeError {
    /// Not a number with an optional unit.
    #[error("{0:?} is not a size; write bytes, or a number with KiB, MiB or GiB")]
    NotASize(String),
    /// More than the machine can address.
    #[error("{0:?} is more than this machine can hold")]
    TooLarge(String),
}

/// Reads a size: a whole number of bytes, or one with `KiB`, `MiB` or `GiB` (any case).
pub fn parse(text: &str) -> Result<usize, SizeError> {
    let trimmed = text.trim();
    let digits = trimmed.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = trimmed.split_at(digits);
    let factor: usize = match unit.trim_start().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        _ => return Err(SizeError::NotASize(text.to_owned())),
    };
    if number.is_empty() {
        return Err(SizeError::NotASize(text.to_owned()));
    }
    number
        .parse::<usize>()
        .ok()
        .and_then(|n| n.checked_mul(factor))
        .ok_or_else(|| SizeError::TooLarge(text.to_owned()))
}

/// A number of bytes as people read it: `18 B`, `1.2 KiB`, `34 MiB`; at most 8 cells wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size(pub u64);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
        if self.0 < 1024 {
            return f.pad(&format!("{} B", self.0));
        }
        #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
        let mut value = self.0 as f64 / 1024.0;
        let mut unit = 0;
        // 1023.95 would be rounded up to "1024" of the smaller unit.
        while value >= 999.5 && unit + 1 < UNITS.len() {
            value /= 1024.0;
            unit += 1;
        }
        let text = if value < 9.95 {
            format!("{value:.1} {}", UNITS[unit])
        } else {
            format!("{value:.0} {}", UNITS[unit])
        };
        f.pad(&text)
    }
}

/// A number of bytes to the last one, its thousands set apart: `3,512,345 B`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exactly(pub u64);

impl fmt::Display for Exactly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 2);
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        f.pad(&(text + " B"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_sizes_have_their_thousands_set_apart() {
        let text = |n| Exactly(n).to_string();
        assert_eq!(text(0), "0 B");
        assert_eq!(text(999), "999 B");
        assert_eq!(text(1000), "1,000 B");
        assert_eq!(text(123_456), "123,456 B");
        assert_eq!(text(3_512_345), "3,512,345 B");
        assert_eq!(text(u64::MAX), "18,446,744,073,709,551,615 B");
    }

    #[test]
    fn sizes_are_read_with_and_without_a_unit() {
        assert_eq!(parse("4096"), Ok(4096));
        assert_eq!(parse("4KiB"), Ok(4096));
        assert_eq!(parse(" 2 mib "), Ok(2 << 20));
        assert_eq!(parse("1GiB"), Ok(1 << 30));
    }

    #[test]
    fn what_is_no_size_is_refused_in_words() {
        for bad in ["", "KiB", "4KB", "-1", "1.5KiB", "4 4"] {
            assert!(matches!(parse(bad), Err(SizeError::NotASize(_))), "{bad:?}");
        }
        assert!(matches!(
            parse("99999999999GiB"),
            Err(SizeError::TooLarge(_))
        ));
    }

    #[test]
    fn every_size_is_at_most_eight_cells_wide() {
        assert_eq!(Size(18).to_string(), "18 B");
        assert_eq!(Size(1229).to_string(), "1.2 KiB");
        assert_eq!(Size(1 << 20).to_string(), "1.0 MiB");
        assert_eq!(Size(u64::MAX).to_string(), "16 EiB");
        for shift in 0..64 {
            for n in [(1u64 << shift) - 1, 1 << shift, (1 << shift) + 1] {
                assert!(Size(n).to_string().len() <= 8, "{n}: {}", Size(n));
            }
        }
    }
}
