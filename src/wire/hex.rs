//! Bytes as a hex dump: sixteen to a row or fewer, with their offset and the ASCII they may be.
//! Rows are written out only when asked for, so skipping costs nothing. Knows nothing of text
//! beyond ASCII.

use std::fmt::{self, Write as _};

/// Cells of the offset.
const OFFSET_WIDTH: u16 = 8;

/// Cells of [`HexRow::hex`] in rows of so many bytes: pairs, a blank between them, one more in the
/// middle.
#[must_use]
pub const fn hex_width(columns: u16) -> u16 {
    3 * columns - if columns < 8 { 1 } else { 0 }
}

/// Cells of a full row as [`fmt::Display`] writes it: `00000000  48 …  Hello…`.
#[must_use]
pub const fn row_width(columns: u16) -> u16 {
    OFFSET_WIDTH + 2 + hex_width(columns) + 2 + columns
}

/// How many bytes a row has at a width: 16 where they fit, else 8, else 4.
#[must_use]
pub fn columns(width: u16) -> u16 {
    let fits = |columns: &u16| row_width(*columns) <= width;
    [16, 8].into_iter().find(fits).unwrap_or(4)
}

/// Where the digits of a byte begin within [`HexRow::hex`], in cells; `column` counts from 0.
#[must_use]
pub const fn column_at(columns: u16, column: usize) -> usize {
    3 * column + (columns >= 8 && column >= columns as usize / 2) as usize
}

/// A row's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HexRow<'a> {
    /// Where the first of them stands in the whole.
    pub offset: usize,
    /// The bytes, one to [`HexRow::columns`] of them.
    pub bytes: &'a [u8],
    /// How many there are in a full row.
    pub columns: u16,
}

/// The rows of a hex dump with `columns` bytes each (at least one); none for no bytes.
#[must_use]
pub fn rows(
    bytes: &[u8],
    columns: u16,
) -> impl ExactSizeIterator<Item = HexRow<'_>> + DoubleEndedIterator {
    let columns = columns.max(1);
    bytes
        .chunks(columns.into())
        .enumerate()
        .map(move |(index, bytes)| HexRow {
            offset: index * usize::from(columns),
            bytes,
            columns,
        })
}

impl HexRow<'_> {
    /// The bytes as `48 65 6c …`, always [`hex_width`] cells: a short row is filled with blanks.
    #[must_use]
    pub fn hex(&self) -> String {
        let mut out = String::with_capacity(hex_width(self.columns).into());
        for column in 0..self.columns {
            if column > 0 {
                let middle = self.columns >= 8 && column == self.columns / 2;
                out.push_str(if middle { "  " } else { " " });
            }
            match self.bytes.get(usize::from(column)) {
                // A string takes all that is written to it.
                Some(byte) => drop(write!(out, "{byte:02x}")),
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
        let text: Vec<String> = rows(b"GET / HTTP/1.1\r\n\x00\xff ok", 16)
            .map(|row| row.to_string())
            .collect();
        assert_eq!(
            text,
            [
                "00000000  47 45 54 20 2f 20 48 54  54 50 2f 31 2e 31 0d 0a  GET / HTTP/1.1..",
                "00000010  00 ff 20 6f 6b                                    .. ok",
            ]
        );
        assert_eq!(text[0].len(), usize::from(row_width(16)));
    }

    #[test]
    fn every_row_keeps_its_width_and_its_bytes() {
        let all: Vec<u8> = (0..=255).collect();
        for (len, columns) in (0..all.len()).flat_map(|len| [4, 8, 16].map(|c| (len, c))) {
            let bytes = &all[all.len() - len..];
            assert_eq!(rows(bytes, columns).len(), len.div_ceil(columns.into()));
            let mut back = Vec::new();
            for row in rows(bytes, columns) {
                assert_eq!(row.offset, back.len());
                assert_eq!(row.hex().len(), usize::from(hex_width(columns)));
                assert_eq!(row.ascii().len(), row.bytes.len());
                for (column, byte) in row.bytes.iter().enumerate() {
                    let at = column_at(columns, column);
                    assert_eq!(row.hex()[at..at + 2], format!("{byte:02x}"));
                }
                for pair in row.hex().split_whitespace() {
                    back.push(u8::from_str_radix(pair, 16).unwrap());
                }
            }
            assert_eq!(back, bytes);
        }
    }

    #[test]
    fn a_row_has_as_many_bytes_as_fit() {
        for (width, wanted) in [(0, 4), (43, 4), (44, 8), (75, 8), (76, 16), (500, 16)] {
            assert_eq!(columns(width), wanted, "{width}");
        }
    }
}
