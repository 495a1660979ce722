//! What a program wrote to a terminal, taken apart: text, and escape sequences.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::collections::BTreeSet;

/// One piece of output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A run of bytes without an escape sequence.
    Text(Vec<u8>),
    /// `ESC [`, parameters, a final byte.
    Control(String, u8),
    /// `ESC` and anything else.
    Other(Vec<u8>),
}

/// Takes output apart. A sequence that is not whole yet, at the end, is left out.
pub fn pieces(raw: &[u8]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = raw;
    while let Some(&first) = rest.first() {
        let len = if first != 0x1b {
            let len = rest.iter().position(|b| *b == 0x1b).unwrap_or(rest.len());
            pieces.push(Piece::Text(rest[..len].to_vec()));
            len
        } else if rest.get(1) == Some(&b'[') {
            let body = &rest[2..];
            let is_end = |byte: &u8| !(0x20..0x40).contains(byte);
            let Some(end) = body.iter().position(is_end) else {
                break;
            };
            let parameters = String::from_utf8_lossy(&body[..end]).into_owned();
            pieces.push(Piece::Control(parameters, body[end]));
            end + 3
        } else {
            pieces.push(Piece::Other(rest[..rest.len().min(2)].to_vec()));
            rest.len().min(2)
        };
        rest = &rest[len..];
    }
    pieces
}

/// The text of the output alone, which must be UTF-8.
pub fn text(raw: &[u8]) -> String {
    let mut text = String::new();
    for piece in pieces(raw) {
        if let Piece::Text(bytes) = piece {
            text.push_str(&String::from_utf8(bytes).expect("what is written is UTF-8"));
        }
    }
    text
}

/// The numbers of all sequences that set how text looks (SGR).
pub fn looks(raw: &[u8]) -> BTreeSet<u16> {
    let mut numbers = BTreeSet::new();
    for piece in pieces(raw) {
        if let Piece::Control(parameters, b'm') = piece {
            let each = parameters.split([';', ':']);
            numbers.extend(each.map(|number| number.parse::<u16>().unwrap_or(0)));
        }
    }
    numbers
}
