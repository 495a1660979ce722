//! JSON strings of printable ASCII (RFC 8259 section 7): everything else becomes an escape.

/// Appends a text.
pub(super) fn push_text(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut rest = text;
    loop {
        let (run, after) = rest.split_at(plain_run(rest.as_bytes()));
        out.extend_from_slice(run.as_bytes());
        let mut chars = after.chars();
        let Some(c) = chars.next() else { break };
        push_escape(out, c);
        rest = chars.as_str();
    }
    out.push(b'"');
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

/// How many bytes from the start stand for themselves. Short runs end within the first word; the
/// middle of long ones is looked at in blocks, all of a block at once.
fn plain_run(bytes: &[u8]) -> usize {
    const BLOCK: usize = 32;
    let start = plain_words(&bytes[..bytes.len().min(WORD)]);
    if start < WORD {
        return start;
    }
    let blocks = bytes[WORD..]
        .chunks_exact(BLOCK)
        .take_while(|block| block.iter().fold(true, |all, &byte| all & is_plain(byte)))
        .count();
    let done = WORD + blocks * BLOCK;
    done + plain_words(&bytes[done..])
}

const WORD: usize = size_of::<u64>();

/// The same, word by word.
fn plain_words(bytes: &[u8]) -> usize {
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
    fn a_run_ends_exactly_before_the_first_byte_that_does_not_stand_for_itself() {
        for other in (0..=u8::MAX).filter(|byte| !is_plain(*byte)) {
            for at in 0..100 {
                let mut bytes = vec![b'x'; 100];
                bytes[at] = other;
                assert_eq!(plain_run(&bytes), at, "{other:#x}");
            }
        }
        for plain in (0..=u8::MAX).filter(|byte| is_plain(*byte)) {
            assert_eq!(plain_run(&[plain; 100]), 100, "{plain:#x}");
        }
    }
}
