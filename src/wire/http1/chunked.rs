//! The line that begins a chunk: `5`, or `5;name=value` (RFC 9112 §7.1).

use super::direction::Early;
use super::fields::Flaw;
use super::grammar::{hexadecimal, is_blank, trim};
use super::limits::{MAX_EXTENSION, MAX_SIZE_DIGITS};
use super::verdict::Verdict;

/// Looks at the beginning of a chunk-size line, of which the bytes from `seen` on are new: a body
/// that is not chunked at all is found at its first byte.
pub(super) fn early(line: &[u8], seen: usize) -> Early {
    for (index, &byte) in line.iter().enumerate().skip(seen) {
        if byte.is_ascii_hexdigit() {
            if index == MAX_SIZE_DIGITS {
                return Early::Bad(Flaw::new(Verdict::ChunkTooLarge, index));
            }
        } else if index > 0 && (byte == b';' || is_blank(byte)) {
            return Early::Settled;
        } else {
            return Early::Bad(Flaw::new(Verdict::BadChunkSize(byte), index));
        }
    }
    Early::Open
}

/// The size of a chunk and the length of its extension, of a line that passed [`early`].
pub(super) fn read(line: &[u8]) -> Result<(u64, usize), Flaw> {
    let digits = line.iter().take_while(|b| b.is_ascii_hexdigit()).count();
    let (size, extension) = line.split_at(digits);
    if size.is_empty() {
        return Err(Flaw::new(Verdict::NoChunkSize, 0));
    }
    // Blanks may stand before a semicolon, but not for nothing.
    if let Some(&first) = extension.first()
        && trim(extension).first() != Some(&b';')
    {
        let bad = extension.iter().position(|&b| !is_blank(b)).unwrap_or(0);
        let byte = extension.get(bad).copied().unwrap_or(first);
        return Err(Flaw::new(Verdict::BadChunkSize(byte), digits + bad));
    }
    if extension.len() > MAX_EXTENSION {
        return Err(Flaw::new(Verdict::ExtensionTooLong, digits));
    }
    Ok((hexadecimal(size), extension.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_hexadecimal_with_or_without_an_extension() {
        assert_eq!(read(b"5"), Ok((5, 0)));
        assert_eq!(read(b"00fF"), Ok((255, 0)));
        assert_eq!(read(b"5;a=b"), Ok((5, 4)));
        assert_eq!(read(b"5 \t; a"), Ok((5, 5)));
        assert_eq!(read(b"FFFFFFFFFFFFFFFF"), Ok((u64::MAX, 0)));
    }

    #[test]
    fn what_is_no_size_is_refused_where_it_stands() {
        let bad = |byte, index| Err(Flaw::new(Verdict::BadChunkSize(byte), index));
        assert_eq!(read(b""), Err(Flaw::new(Verdict::NoChunkSize, 0)));
        assert_eq!(read(b"5 "), bad(b' ', 1));
        assert_eq!(read(b"5 6"), bad(b'6', 2));
        assert!(matches!(early(b"hello", 0), Early::Bad(flaw) if flaw.index == 0));
        assert!(matches!(early(b" 5", 0), Early::Bad(flaw) if flaw.index == 0));
        assert!(matches!(early(b"0x5", 0), Early::Bad(flaw) if flaw.index == 1));
        assert_eq!(early(b"0123456789abcdef", 0), Early::Open);
        assert!(matches!(
            early(b"0123456789abcdef0", 0),
            Early::Bad(flaw) if flaw.verdict == Verdict::ChunkTooLarge && flaw.index == 16
        ));
    }
}
