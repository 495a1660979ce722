//! Raw messages as text that can be edited, and back, without a loss: each CR LF is a line of its
//! own, everything else that is not text is written as an escape.

use crate::wire::escapes::{self, EscapeError};
use crate::wire::text::one_line;

/// Bytes as lines to edit.
#[must_use]
pub fn to_text(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.windows(2).position(|pair| pair == b"\r\n") {
        one_line(&rest[..at], &mut out);
        out.push('\n');
        rest = &rest[at + 2..];
    }
    one_line(rest, &mut out);
    out
}

/// Edited lines as bytes.
///
/// # Errors
/// Says the first line (from 1) whose escapes cannot be read.
pub fn to_bytes(lines: &[String]) -> Result<Vec<u8>, (usize, EscapeError)> {
    let mut out = Vec::new();
    for (n, line) in lines.iter().enumerate() {
        if n > 0 {
            out.extend_from_slice(b"\r\n");
        }
        out.extend(escapes::unescape(line).map_err(|error| (n + 1, error))?);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.split('\n').map(str::to_owned).collect()
    }

    #[test]
    fn a_request_is_edited_line_by_line() {
        let text = to_text(b"GET / HTTP/1.1\r\nHost: a\\b\n\r\n\r\n\xff");
        assert_eq!(text, "GET / HTTP/1.1\nHost: a\\\\b\\n\n\n\\xff");
    }

    #[test]
    fn a_wrong_escape_is_told_with_its_line() {
        assert_eq!(
            to_bytes(&lines("ok\n\\q")).map_err(|(line, _)| line),
            Err(2)
        );
    }

    proptest! {
        #[test]
        fn what_is_not_edited_comes_back_as_it_was(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(to_bytes(&lines(&to_text(&bytes))).map_err(|_| ()), Ok(bytes));
        }
    }
}
