//! Display tokens and rows: every byte shown once, widths that add up, nothing hostile.

use netplay::wire::rows::FORMAT_LIMIT;
use netplay::wire::text::{Charset, incomplete_tail, safe};

use crate::rules::{check_rows, check_tokens, is_forbidden};

/// The first byte is the width of the rows, the second where their text is cut.
pub fn check(input: &[u8]) {
    let [width, limit, bytes @ ..] = input else {
        return;
    };
    for charset in [Charset::Unicode, Charset::Ascii] {
        check_tokens(bytes, charset);
        check_rows(bytes, (*width).into(), charset, FORMAT_LIMIT);
        check_rows(bytes, (*width).into(), charset, (*limit).into());
    }
    // A stream keeps back what may be half a character; the rest of it is shown the same.
    let tail = incomplete_tail(bytes);
    assert!(tail <= 3 && tail <= bytes.len());
    let text = String::from_utf8_lossy(bytes);
    assert!(!safe(&text).contains(is_forbidden), "{text:?}");
}
