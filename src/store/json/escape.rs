//! JSON strings of printable ASCII (RFC 8259 section 7): everything else becomes an escape.

/// What is looked at together.
const BLOCK: usize = 32;
const WORD: usize = size_of::<u64>();

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
        rest = &rest[push_plain(out, rest)..];
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
        let plain = push_plain(out, rest.as_bytes());
        let mut chars = rest[plain..].chars();
        let Some(c) = chars.next() else { break };
        push_escape(out, c);
        rest = chars.as_str();
    }
}

/// Appends the bytes up to the first that does not stand for itself; how many. Whole blocks are
/// copied before they are looked at: that is a few instructions, to copy just a part of one is not.
fn push_plain(out: &mut Vec<u8>, bytes: &[u8]) -> usize {
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    for (at, block) in blocks.iter().enumerate() {
        out.extend_from_slice(block);
        let is_all_plain = block.iter().fold(true, |all, &byte| all & is_plain(byte));
        if !is_all_plain {
            let plain = plain_run(block);
            out.truncate(out.len() - (BLOCK - plain));
            return at * BLOCK + plain;
        }
    }
    let plain = plain_run(rest);
    out.extend_from_slice(&rest[..plain]);
    blocks.len() * BLOCK + plain
}

fn push_escape(out: &mut Vec<u8>, c: char) {
    let short = match c {
        '"' => b'"',
        '\\' => b'\\',
        '\n' => b'n',
        '\r' => b'r',
        '\t' => b't',
        '\u{8}' => b'b',
        '\u{C}' => b'f',
        _ => {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                let digit = |shift: u16| HEX[usize::from((*unit >> shift) & 0xF)];
                out.extend_from_slice(&[b'\\', b'u', digit(12), digit(8), digit(4), digit(0)]);
            }
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

/// Whether a byte stands for itself.
fn is_plain(byte: u8) -> bool {
    matches!(byte, 0x20..=0x7E) && !matches!(byte, b'"' | b'\\')
}

/// How many bytes from the start stand for themselves.
fn plain_run(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks::<WORD>();
    for (at, word) in words.iter().enumerate() {
        let others = others(u64::from_le_bytes(*word));
        if others != 0 {
            return at * WORD + others.trailing_zeros() as usize / 8;
        }
    }
    words.len() * WORD + rest.iter().take_while(|byte| is_plain(**byte)).count()
}

/// The highest bit of each byte of the word that does not stand for itself.
fn others(word: u64) -> u64 {
    const EACH: u64 = u64::MAX / 0xFF;
    const HIGHEST: u64 = EACH * 0x80;
    // Without its highest bit no byte's sum reaches into the next one.
    let low = word & !HIGHEST;
    let at_least = |byte: u8| low + EACH * u64::from(0x80 - byte);
    let is_not = |byte: u8| (low ^ (EACH * u64::from(byte))) + EACH * 0x7F;
    let plain = at_least(0x20) & !at_least(0x7F) & is_not(b'"') & is_not(b'\\') & !word;
    !plain & HIGHEST
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

    #[test]
    fn a_run_ends_exactly_before_the_first_byte_that_does_not_stand_for_itself() {
        for other in (0..=u8::MAX).filter(|byte| !is_plain(*byte)) {
            for at in 0..100 {
                let mut bytes = vec![b'x'; 100];
                bytes[at] = other;
                let mut out = vec![b'<'];
                assert_eq!(push_plain(&mut out, &bytes), at, "{other:#x}");
                assert_eq!(out, [b"<", &bytes[..at]].concat(), "{other:#x}");
            }
        }
        for plain in (0..=u8::MAX).filter(|byte| is_plain(*byte)) {
            assert_eq!(
                push_plain(&mut Vec::new(), &[plain; 100]),
                100,
                "{plain:#x}"
            );
        }
    }
}
