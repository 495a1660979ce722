//! The bytes of one message as they came or went, within bounds: its beginning, which is what is
//! shown, and the newest piece, which may hold the beginning of the next message.

use std::borrow::Cow;

use bytes::Bytes;

use crate::wire::part::part;

/// How many bytes of the beginning are kept at least: more than is ever shown or edited.
const KEPT: u64 = 256 << 10;

/// The bytes of one message. Most come in one piece and are in order; what the others need besides
/// is kept apart, as there may be very many.
#[derive(Clone, Debug, Default)]
pub struct Raw {
    /// The newest piece.
    last: Bytes,
    /// How many bytes the message has so far.
    pub len: u64,
    /// The message is whole.
    pub whole: bool,
    more: Option<Box<More>>,
}

#[derive(Clone, Debug, Default)]
struct More {
    /// The pieces before the newest, up to some length.
    head: Vec<Bytes>,
    head_len: u64,
    /// The rule that the message breaks, and why it is none.
    refusal: Option<(&'static str, String)>,
}

impl Raw {
    /// Adds bytes at the end.
    pub fn push(&mut self, bytes: Bytes) {
        if bytes.is_empty() {
            return;
        }
        self.len += bytes.len() as u64;
        let before = std::mem::replace(&mut self.last, bytes);
        if !before.is_empty() {
            let more = self.more.get_or_insert_default();
            if more.head_len < KEPT {
                more.head_len += before.len() as u64;
                more.head.push(before);
            }
        }
    }

    /// Notes the rule that the message breaks and why it is none, unless another one was before.
    pub fn refuse(&mut self, rule: &'static str, why: &str) {
        let more = self.more.get_or_insert_default();
        more.refusal.get_or_insert_with(|| (rule, why.to_owned()));
    }

    /// The rule that it breaks and why it is no message, if it is none.
    #[must_use]
    pub fn refusal(&self) -> Option<(&'static str, &str)> {
        let (rule, why) = self.more.as_ref()?.refusal.as_ref()?;
        Some((rule, why))
    }

    fn head(&self) -> &[Bytes] {
        self.more.as_ref().map_or(&[], |more| &more.head)
    }

    /// How many bytes are held in memory.
    #[must_use]
    pub fn kept(&self) -> u64 {
        let head = self.more.as_ref().map_or(0, |more| more.head_len);
        head + self.last.len() as u64
    }

    /// The first bytes in one piece, at most `most`, as far as they are kept.
    #[must_use]
    pub fn start(&self, most: usize) -> Vec<u8> {
        let mut out = Vec::new();
        // Behind a gap nothing belongs to the beginning.
        let last = (self.kept() == self.len).then_some(&self.last);
        for piece in self.head().iter().chain(last) {
            let room = most - out.len();
            out.extend_from_slice(&piece[..piece.len().min(room)]);
        }
        out
    }

    /// The first line that is not empty, without its line end, as far as it has come and stands in
    /// the first `most` bytes.
    #[must_use]
    pub fn first_line(&self, most: usize) -> Cow<'_, [u8]> {
        fn find(bytes: &[u8]) -> (&[u8], bool) {
            let is_end = |b: &u8| matches!(b, b'\r' | b'\n');
            let from = bytes.iter().position(|b| !is_end(b));
            let line = part(bytes, from.unwrap_or(bytes.len())..);
            let len = line.iter().position(is_end);
            (part(line, ..len.unwrap_or(line.len())), len.is_some())
        }
        let first = self.head().first().unwrap_or(&self.last);
        match find(first) {
            (line, true) => Cow::Borrowed(line),
            _ => Cow::Owned(find(&self.start(most)).0.to_vec()),
        }
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
        let gap = self.len - self.kept();
        let total = std::mem::take(&mut self.len);
        let last = std::mem::take(&mut self.last);
        let mut pieces = Vec::new();
        if let Some(more) = &mut self.more {
            more.head_len = 0;
            pieces = std::mem::take(&mut more.head);
        }
        let before = pieces.len();
        pieces.push(last);
        let mut at = 0;
        let mut rest = Vec::new();
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
    fn the_first_line_is_found_however_it_is_cut() {
        for pieces in [
            &["GET / HTTP/1.1\r\nHost: a\r\n"][..],
            &["\r\nGET / HTTP/1.1\nHost"],
            &["\r", "\n\r\nGE", "T / HTTP/1.1", "\r\n"],
            &["GET / HTTP", "/1.1"],
        ] {
            assert_eq!(
                &raw(pieces).first_line(100)[..],
                b"GET / HTTP/1.1",
                "{pieces:?}"
            );
        }
        assert_eq!(&raw(&["GET /", " HTTP/1.1"]).first_line(6)[..], b"GET / ");
        assert!(raw(&[]).first_line(100).is_empty());
    }

    #[test]
    fn what_is_kept_of_a_long_message_is_bounded() {
        let mut raw = Raw::default();
        for _ in 0..100 {
            raw.push(Bytes::from(vec![b'x'; 64 << 10]));
        }
        assert_eq!(raw.len, 100 << 16);
        assert!(raw.kept() <= KEPT + (128 << 10), "{}", raw.kept());
        let head: usize = raw.head().iter().map(Bytes::len).sum();
        assert_eq!(raw.start(usize::MAX).len(), head);
        let rest = raw.split_off((100 << 16) - 10);
        assert_eq!(rest.concat().len(), 10);
    }
}
