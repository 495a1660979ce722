//! Escapes: bytes written in one line read back as they were; typed text either has a meaning or is
//! refused at a column that it has.

use netplay::wire::escapes::{EscapeError, unescape};
use netplay::wire::text::one_line_string;

pub fn check(input: &[u8]) {
    let line = one_line_string(input);
    assert_eq!(unescape(&line).as_deref(), Ok(input), "{line:?}");

    let text = String::from_utf8_lossy(input);
    match unescape(&text) {
        Ok(bytes) => {
            assert!(bytes.len() <= text.len(), "{text:?}");
            if !text.contains('\\') {
                assert_eq!(bytes, text.as_bytes());
            }
        }
        Err(error) => {
            let (EscapeError::Unfinished { column }
            | EscapeError::Unknown { column, .. }
            | EscapeError::NotAByte { column }
            | EscapeError::NotANumber { column }
            | EscapeError::NotACharacter { column, .. }) = error;
            // A digit that is missing is missed behind the last character.
            let columns = 1..=text.chars().count() + 1;
            assert!(columns.contains(&column), "{text:?}: {error}");
            assert!(!error.to_string().contains(char::is_control), "{text:?}");
        }
    }
}
