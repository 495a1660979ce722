//! The bytes of one message as they came or went, within bounds: its beginning, which is what is
//! shown, and the newest piece, which may hold the beginning of the next message.

use bytes::Bytes;

/// How many bytes of the beginning are kept at least: more than is ever shown or edited.
const KEPT: u64 = 256 << 10;

/// The bytes of one message.
#[derive(Clone, Debug, Default)]
pub struct Raw {
    head: Vec<Bytes>,
    head_len: u64,
    last: Bytes,
    /// How many bytes the message has so far.
    pub len: u64,
    /// The message is whole.
    pub whole: bool,
    /// Why it is none.
    pub verdict: Option<String>,
    /// The rule that it breaks then.
    pub rule: &'static str,
}

impl Raw {
    /// Adds bytes at the end.
    pub fn push(&mut self, bytes: Bytes) {
        if bytes.is_empty() {
            return;
        }
        self.len += bytes.len() as u64;
        let before = std::mem::replace(&mut self.last, bytes);
        if self.head_len < KEPT && !before.is_empty() {
            self.head_len += before.len() as u64;
            self.head.push(before);
        }
    }

    /// How many bytes are held in memory.
    #[must_use]
    pub fn kept(&self) -> u64 {
        self.head_len + self.last.len() as u64
    }

    /// The first bytes in one piece, at most `most`, as far as they are kept.
    #[must_use]
    pub fn start(&self, most: usize) -> Vec<u8> {
        let mut out = Vec::new();
        // Behind a gap nothing belongs to the beginning.
        let last = (self.kept() == self.len).then_some(&self.last);
        for piece in self.head.iter().chain(last) {
            let room = most - out.len();
            out.extend_from_slice(&piece[..piece.len().min(room)]);
        }
        out
    }

    /// Whether nothing has come or gone.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Keeps the first `len` bytes and returns the rest, as far as it is kept.
    pub fn split_off(&mut self, len: u64) -> Vec<Bytes> {
        if len >= self.len {
            return Vec::new();
        }
        let mut pieces = std::mem::take(&mut self.head);
        let gap = self.len - self.kept();
        let mut at = 0;
        let mut rest = Vec::new();
        let before = pieces.len();
        pieces.push(std::mem::take(&mut self.last));
        let (whole, total) = (self.whole, self.len);
        let (verdict, rule) = (self.verdict.take(), self.rule);
        *self = Raw {
            whole,
            verdict,
            rule,
            ..Raw::default()
        };
        for (n, mut piece) in pieces.into_iter().enumerate() {
            if n == before {
                at += gap;
            }
            let end = at + piece.len() as u64;
            if at >= len {
                rest.push(piece);
            } else if end > len {
                // No longer than a piece, which is in memory.
                let tail = piece.split_off((len - at) as usize);
                self.push(piece);
                rest.push(tail);
            } else {
                self.push(piece);
            }
            at = end;
        }
        self.len = len.min(total);
        rest.retain(|piece| !piece.is_empty());
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(pieces: &[&'static str]) -> Raw {
        let mut raw = Raw::default();
        for piece in pieces {
            raw.push(Bytes::from_static(piece.as_bytes()));
        }
        raw
    }

    #[test]
    fn a_message_is_cut_anywhere_and_nothing_is_lost() {
        for at in 0..=9 {
            let mut first = raw(&["abc", "def", "ghi"]);
            let rest = first.split_off(at).concat();
            let all = [first.start(100), rest].concat();
            assert_eq!(all, b"abcdefghi", "cut at {at}");
            assert_eq!(first.len, at);
        }
    }

    #[test]
    fn what_is_kept_of_a_long_message_is_bounded() {
        let mut raw = Raw::default();
        for _ in 0..100 {
            raw.push(Bytes::from(vec![b'x'; 64 << 10]));
        }
        assert_eq!(raw.len, 100 << 16);
        assert!(raw.kept() <= KEPT + (128 << 10), "{}", raw.kept());
        assert_eq!(raw.start(usize::MAX).len() as u64, raw.head_len);
        let rest = raw.split_off((100 << 16) - 10);
        assert_eq!(rest.concat().len(), 10);
    }
}
