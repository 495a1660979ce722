//! JSON strings of printable ASCII (RFC 8259 section 7): everything else becomes an escape.

use crate::wire::ascii::Printable;

/// What stands for itself.
type Plain = Printable<b'"', b'\\'>;

/// The letters of two-character escapes; 0 where there is none.
const LETTERS: [u8; 128] = {
    let mut letters = [0; 128];
    letters[b'"' as usize] = b'"';
    letters[b'\\' as usize] = b'\\';
    letters[b'\n' as usize] = b'n';
    letters[b'\r' as usize] = b'r';
    letters[b'\t' as usize] = b't';
    letters[0x8] = b'b';
    letters[0xC] = b'f';
    letters
};

/// Appends a text.
pub(super) fn push_text(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    push_escaped(out, text);
    out.push(b'"');
}

/// The same for bytes that may be no text (well-formed UTF-8): then nothing is left behind. Whether
/// they are. They are looked at once, as long as they are ASCII.
pub(super) fn push_if_text(out: &mut Vec<u8>, bytes: &[u8]) -> bool {
    let start = out.len();
    out.push(b'"');
    let mut rest = bytes;
    loop {
        rest = &rest[Plain::push_run(out, rest)..];
        match rest {
            [] => break,
            [other, behind @ ..] if other.is_ascii() => {
                push_escape(out, char::from(*other));
                rest = behind;
            }
            _ => {
                let Ok(text) = std::str::from_utf8(rest) else {
                    out.truncate(start);
                    return false;
                };
                push_escaped(out, text);
                break;
            }
        }
    }
    out.push(b'"');
    true
}

fn push_escaped(out: &mut Vec<u8>, text: &str) {
    let mut rest = text;
    loop {
        let plain = Plain::push_run(out, rest.as_bytes());
        let mut chars = rest[plain..].chars();
        let Some(c) = chars.next() else { break };
        push_escape(out, c);
        rest = chars.as_str();
    }
}

fn push_escape(out: &mut Vec<u8>, c: char) {
    match LETTERS.get(c as usize) {
        Some(letter @ 1..) => out.extend_from_slice(&[b'\\', *letter]),
        _ => push_units(out, c),
    }
}

/// Appends a character as one `\uXXXX` or, beyond U+FFFF, as two. Kept apart, so that the
/// short escapes, which lines are full of, take no call.
#[inline(never)]
fn push_units(out: &mut Vec<u8>, c: char) {
    let mut units = [0; 2];
    for unit in c.encode_utf16(&mut units) {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let digit = |shift: u16| HEX[usize::from((*unit >> shift) & 0xF)];
        out.extend_from_slice(&[b'\\', b'u', digit(12), digit(8), digit(4), digit(0)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_printable_ascii_is_escaped() {
        let text = "a\"\\\u{8}\u{c}\n\r\t\0\u{1f} ~\u{7f}\u{80}é\u{202e}\u{2028}\u{fffd}😀";
        let want =
            r#""a\"\\\b\f\n\r\t\u0000\u001f ~\u007f\u0080\u00e9\u202e\u2028\ufffd\ud83d\ude00""#;
        let mut out = Vec::new();
        push_text(&mut out, text);
        assert_eq!(String::from_utf8(out).unwrap(), want);
    }

    #[test]
    fn bytes_are_the_same_as_their_text_or_leave_nothing() {
        let pieces: [&[u8]; 8] = [
            b"plain ",
            b"\n\"",
            "\u{e9}".as_bytes(),
            "\u{1f600}".as_bytes(),
            b"\xff",
            b"\xe2\x82",
            b"\x7f",
            b"as long as a block, and as a part of the next one",
        ];
        for (a, b, c) in (0..512).map(|n| (n / 64, n / 8 % 8, n % 8)) {
            let bytes = [pieces[a], pieces[b], pieces[c]].concat();
            let mut out = b"<".to_vec();
            let mut want = out.clone();
            let text = str::from_utf8(&bytes);
            if let Ok(text) = text {
                push_text(&mut want, text);
            }
            assert_eq!(push_if_text(&mut out, &bytes), text.is_ok(), "{bytes:?}");
            assert_eq!(out, want, "{bytes:?}");
        }
    }
}
