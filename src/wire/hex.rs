//! Bytes as a hex dump: sixteen to a row, with their offset and the ASCII they may be. Rows are
//! written out only when asked for, so skipping costs nothing. Knows nothing of text beyond ASCII.

use std::fmt::{self, Write as _};

/// Bytes in a full row.
pub const ROW_BYTES: usize = 16;
/// Cells of [`HexRow::hex`]: sixteen pairs, a blank between them, one more in the middle.
pub const HEX_WIDTH: u16 = 48;
/// Cells of [`HexRow::ascii`] in a full row.
pub const ASCII_WIDTH: u16 = 16;
/// Cells of the offset as [`fmt::Display`] writes it.
pub const OFFSET_WIDTH: u16 = 8;
/// Cells of a full row as [`fmt::Display`] writes it: `00000000  48 …  Hello…`.
pub const ROW_WIDTH: u16 = OFFSET_WIDTH + 2 + HEX_WIDTH + 2 + ASCII_WIDTH;

/// Up to sixteen bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HexRow<'a> {
    /// Where the first of them stands in the whole.
    pub offset: usize,
    /// The bytes, 1 to [`ROW_BYTES`] of them.
    pub bytes: &'a [u8],
}

/// The rows of a hex dump; none for no bytes.
#[must_use]
pub fn rows(bytes: &[u8]) -> impl ExactSizeIterator<Item = HexRow<'_>> + DoubleEndedIterator {
    bytes
        .chunks(ROW_BYTES)
        .enumerate()
        .map(|(index, bytes)| HexRow {
            offset: index * ROW_BYTES,
            bytes,
        })
}

impl HexRow<'_> {
    /// The bytes as `48 65 6c …`, always [`HEX_WIDTH`] cells: a short row is filled with blanks.
    #[must_use]
    pub fn hex(&self) -> String {
        let mut out = String::with_capacity(HEX_WIDTH.into());
        for column in 0..ROW_BYTES {
            if column > 0 {
                out.push_str(if column == ROW_BYTES / 2 { "  " } else { " " });
            }
            match self.bytes.get(column) {
                Some(byte) => write!(out, "{byte:02x}").expect("writing to a string cannot fail"),
                None => out.push_str("  "),
            }
        }
        out
    }

    /// The bytes as ASCII, `.` for what is not printable: a cell for each byte, no blanks after.
    #[must_use]
    pub fn ascii(&self) -> String {
        let shown = |byte: &u8| match byte {
            b' '..=b'~' => char::from(*byte),
            _ => '.',
        };
        self.bytes.iter().map(shown).collect()
    }
}

impl fmt::Display for HexRow<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}  {}  {}", self.offset, self.hex(), self.ascii())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_is_aligned_to_its_short_last_row() {
        let text: Vec<String> = rows(b"GET / HTTP/1.1\r\n\x00\xff ok")
            .map(|row| row.to_string())
            .collect();
        assert_eq!(
            text,
            [
                "00000000  47 45 54 20 2f 20 48 54  54 50 2f 31 2e 31 0d 0a  GET / HTTP/1.1..",
                "00000010  00 ff 20 6f 6b                                    .. ok",
            ]
        );
        assert_eq!(text[0].len(), usize::from(ROW_WIDTH));
    }

    #[test]
    fn every_row_keeps_its_width_and_its_bytes() {
        let all: Vec<u8> = (0..=255).collect();
        for len in 0..all.len() {
            let bytes = &all[all.len() - len..];
            assert_eq!(rows(bytes).len(), len.div_ceil(ROW_BYTES));
            let mut back = Vec::new();
            for row in rows(bytes) {
                assert_eq!(row.offset, back.len());
                assert_eq!(row.hex().len(), usize::from(HEX_WIDTH));
                assert_eq!(row.ascii().len(), row.bytes.len());
                for pair in row.hex().split_whitespace() {
                    back.push(u8::from_str_radix(pair, 16).unwrap());
                }
            }
            assert_eq!(back, bytes);
        }
    }
}
