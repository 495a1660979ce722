//! Runs of printable ASCII (0x20 to 0x7E), which most of what is sent is made of: they are looked at
//! many bytes at once.

use super::part::part;

/// What is looked at together.
const BLOCK: usize = 32;
const WORD: usize = size_of::<u64>();

/// Printable ASCII but for these two; 0, which is none of it, where there is one less to leave out.
pub(crate) struct Printable<const A: u8 = 0, const B: u8 = 0>;

impl<const A: u8, const B: u8> Printable<A, B> {
    /// How many bytes at the beginning are of it.
    pub(crate) fn run(bytes: &[u8]) -> usize {
        let (blocks, rest) = bytes.as_chunks::<BLOCK>();
        let whole = blocks.iter().take_while(|block| Self::are(block)).count();
        let end = blocks.get(whole).map_or(rest, |block| &block[..]);
        whole * BLOCK + Self::run_by_words(end)
    }

    /// Appends the bytes at the beginning that are of it; how many. Whole blocks are copied before
    /// they are looked at: that is a few instructions, to copy just a part of one is not.
    pub(crate) fn push_run(out: &mut Vec<u8>, bytes: &[u8]) -> usize {
        let (blocks, rest) = bytes.as_chunks::<BLOCK>();
        for (at, block) in blocks.iter().enumerate() {
            out.extend_from_slice(block);
            if !Self::are(block) {
                let run = Self::run_by_words(block);
                out.truncate(out.len() - (BLOCK - run));
                return at * BLOCK + run;
            }
        }
        let run = Self::run_by_words(rest);
        out.extend_from_slice(part(rest, ..run));
        blocks.len() * BLOCK + run
    }

    fn is(byte: u8) -> bool {
        matches!(byte, 0x20..=0x7E) && !(byte == A || byte == B)
    }

    /// Without an early exit, the compiler takes a block at once.
    fn are(block: &[u8; BLOCK]) -> bool {
        block.iter().fold(true, |all, &byte| all & Self::is(byte))
    }

    fn run_by_words(bytes: &[u8]) -> usize {
        let (words, rest) = bytes.as_chunks::<WORD>();
        for (at, word) in words.iter().enumerate() {
            let others = Self::others(u64::from_le_bytes(*word));
            if others != 0 {
                return at * WORD + others.trailing_zeros() as usize / 8;
            }
        }
        words.len() * WORD + rest.iter().take_while(|byte| Self::is(**byte)).count()
    }

    /// The highest bit of each byte of the word that is not of it.
    fn others(word: u64) -> u64 {
        const EACH: u64 = u64::MAX / 0xFF;
        const HIGHEST: u64 = EACH * 0x80;
        // Without its highest bit no byte's sum reaches into the next one.
        let low = word & !HIGHEST;
        let at_least = |byte: u8| low + EACH * u64::from(0x80 - byte);
        let is_not = |byte: u8| (low ^ (EACH * u64::from(byte))) + EACH * 0x7F;
        let these = at_least(0x20) & !at_least(0x7F) & is_not(A) & is_not(B) & !word;
        !these & HIGHEST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends_exactly_before_each_other<const A: u8, const B: u8>() {
        for byte in 0..=u8::MAX {
            let is_of_it = (0x20..=0x7E).contains(&byte) && ![A, B].contains(&byte);
            for at in 0..100 {
                let mut bytes = vec![b'x'; 100];
                bytes[at] = byte;
                let run = if is_of_it { 100 } else { at };
                assert_eq!(Printable::<A, B>::run(&bytes), run, "{byte:#x}");
                let mut out = vec![b'<'];
                assert_eq!(
                    Printable::<A, B>::push_run(&mut out, &bytes),
                    run,
                    "{byte:#x}"
                );
                assert_eq!(out, [b"<", &bytes[..run]].concat(), "{byte:#x}");
            }
        }
    }

    #[test]
    fn a_run_ends_exactly_before_the_first_byte_that_is_not_of_it() {
        ends_exactly_before_each_other::<0, 0>();
        ends_exactly_before_each_other::<b'\\', 0>();
        ends_exactly_before_each_other::<b'"', b'\\'>();
        ends_exactly_before_each_other::<b' ', b'~'>();
    }

    #[test]
    fn what_follows_the_end_of_a_run_does_not_matter() {
        for len in 0..70 {
            let others = b"\xff\0\x7f\x80plain".repeat(9);
            let bytes = [&vec![b'a'; len][..], &others].concat();
            assert_eq!(<Printable>::run(&bytes), len);
            assert_eq!(<Printable>::push_run(&mut Vec::new(), &bytes), len);
        }
    }
}
