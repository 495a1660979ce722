//! Parts of bytes and of text, without a panic: where the arithmetic of a caller is wrong, a reader
//! of strangers' bytes shows too little and goes on. Debug builds, and so tests and fuzzers, stop.

use std::slice::SliceIndex;

/// The bytes at `range`, which the caller knows to be there.
pub(crate) fn part<I>(bytes: &[u8], range: I) -> &[u8]
where
    I: SliceIndex<[u8], Output = [u8]>,
{
    let part = bytes.get(range);
    debug_assert!(part.is_some(), "a part that is not there");
    part.unwrap_or_default()
}

/// The bytes as text; the caller knows that they are whole characters.
pub(crate) fn well_formed(bytes: &[u8]) -> &str {
    let text = str::from_utf8(bytes);
    debug_assert!(text.is_ok(), "not only whole characters were taken");
    text.unwrap_or_default()
}
