//! What a user types when escapes are understood, as bytes: `\r \n \t \0 \\ \xNN \u{…}`. It reads
//! all that [`super::text::one_line`] writes. Knows nothing of where the text was typed.

/// Why a text with escapes could not be read. Columns count characters, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EscapeError {
    /// A `\` is the last character.
    #[error("column {column}: nothing follows the \\; write \\\\ for a backslash")]
    Unfinished {
        /// Of the `\`.
        column: usize,
    },
    /// A `\` before something that is no escape.
    #[error(
        "column {column}: {found:?} after a \\ is no escape; there are \\r \\n \\t \\0 \\\\ \\xNN \\u{{…}}"
    )]
    Unknown {
        /// Of the character after the `\`.
        column: usize,
        /// That character.
        found: char,
    },
    /// Something else than a digit within `\xNN`.
    #[error("column {column}: two hexadecimal digits belong after \\x, as in \\x1b")]
    NotAByte {
        /// Where a digit was expected.
        column: usize,
    },
    /// Something else than `{`, digits or `}` within `\u{…}`.
    #[error(
        "column {column}: one to six hexadecimal digits in braces belong after \\u, as in \\u{{e9}}"
    )]
    NotANumber {
        /// Where it went wrong.
        column: usize,
    },
    /// A number that is no character: a surrogate, or over 10ffff.
    #[error(
        "column {column}: {number:x} is no character; they go from 0 to 10ffff without d800 to dfff"
    )]
    NotACharacter {
        /// Of the first digit.
        column: usize,
        /// The number.
        number: u32,
    },
}

/// Turns typed text into bytes. Characters beyond ASCII and `\u{…}` become UTF-8; `\xNN` becomes
/// one byte, whatever comes of it.
pub fn unescape(text: &str) -> Result<Vec<u8>, EscapeError> {
    let mut out = Vec::with_capacity(text.len());
    let mut input = Input {
        rest: text,
        column: 1,
    };
    while let Some(at) = memchr::memchr(b'\\', input.rest.as_bytes()) {
        let (plain, rest) = input.rest.split_at(at);
        out.extend_from_slice(plain.as_bytes());
        input.column += plain.chars().count();
        input.rest = rest;
        input.next();
        input.escape(&mut out)?;
    }
    out.extend_from_slice(input.rest.as_bytes());
    Ok(out)
}

/// What is left to read, and the column where it begins.
struct Input<'a> {
    rest: &'a str,
    column: usize,
}

impl Input<'_> {
    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let c = chars.next()?;
        self.rest = chars.as_str();
        self.column += 1;
        Some(c)
    }

    fn next_digit(&mut self) -> Option<u32> {
        let digit = self.rest.chars().next()?.to_digit(16)?;
        self.next();
        Some(digit)
    }

    /// Reads what follows a `\`.
    fn escape(&mut self, out: &mut Vec<u8>) -> Result<(), EscapeError> {
        let column = self.column;
        match self.next() {
            Some('r') => out.push(b'\r'),
            Some('n') => out.push(b'\n'),
            Some('t') => out.push(b'\t'),
            Some('0') => out.push(0),
            Some('\\') => out.push(b'\\'),
            Some('x') => out.push(self.byte()?),
            Some('u') => {
                let c = self.character()?;
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
            Some(found) => return Err(EscapeError::Unknown { column, found }),
            None => return Err(EscapeError::Unfinished { column: column - 1 }),
        }
        Ok(())
    }

    fn byte(&mut self) -> Result<u8, EscapeError> {
        let mut value = 0;
        for _ in 0..2 {
            let column = self.column;
            value = value * 16 + self.next_digit().ok_or(EscapeError::NotAByte { column })?;
        }
        Ok(value as u8)
    }

    fn character(&mut self) -> Result<char, EscapeError> {
        let bad = |column| EscapeError::NotANumber { column };
        let column = self.column;
        if self.next() != Some('{') {
            return Err(bad(column));
        }
        let first = self.column;
        let mut number = 0;
        while self.column < first + 6
            && let Some(digit) = self.next_digit()
        {
            number = number * 16 + digit;
        }
        let column = self.column;
        if column == first || self.next() != Some('}') {
            return Err(bad(column));
        }
        char::from_u32(number).ok_or(EscapeError::NotACharacter {
            column: first,
            number,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_escape_becomes_its_bytes() {
        for (text, want) in [
            ("", &b""[..]),
            ("plain é", "plain é".as_bytes()),
            (r"\r\n\t\0\\", b"\r\n\t\0\\"),
            (r"\x1b[0m\xFF\x9b", b"\x1b[0m\xff\x9b"),
            (r"\u{e9}\u{E9}\u{0000e9}", "ééé".as_bytes()),
            (r"\u{0}\u{10ffff}", b"\0\xf4\x8f\xbf\xbf"),
            (r"\\x41", br"\x41"),
            (r"\01", b"\x001"),
        ] {
            assert_eq!(unescape(text).as_deref(), Ok(want), "{text}");
        }
    }

    #[test]
    fn every_mistake_is_told_with_its_column() {
        use EscapeError::{NotAByte, NotACharacter, NotANumber, Unfinished, Unknown};
        let surrogate = NotACharacter {
            column: 4,
            number: 0xd800,
        };
        for (text, want) in [
            ("\\", Unfinished { column: 1 }),
            ("é\\\\\\", Unfinished { column: 4 }),
            (
                r"é\q",
                Unknown {
                    column: 3,
                    found: 'q',
                },
            ),
            (
                r"\X41",
                Unknown {
                    column: 2,
                    found: 'X',
                },
            ),
            (r"\x", NotAByte { column: 3 }),
            (r"\x4", NotAByte { column: 4 }),
            (r"\x4g", NotAByte { column: 4 }),
            (r"\x+4", NotAByte { column: 3 }),
            (r"\ue9", NotANumber { column: 3 }),
            (r"\u", NotANumber { column: 3 }),
            (r"\u{}", NotANumber { column: 4 }),
            (r"\u{e9", NotANumber { column: 6 }),
            (r"\u{0000e91}", NotANumber { column: 10 }),
            (r"\u{d800}", surrogate),
        ] {
            assert_eq!(unescape(text), Err(want), "{text}");
        }
    }

    #[test]
    fn a_mistake_is_told_without_raw_control_characters() {
        let error = unescape("\\\u{1b}").unwrap_err().to_string();
        assert_eq!(
            error,
            r"column 2: '\u{1b}' after a \ is no escape; there are \r \n \t \0 \\ \xNN \u{…}"
        );
    }
}
