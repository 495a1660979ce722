//! Messages that come again: who asks the same all the time sends the same bytes, and so does who
//! answers it. To compare them costs a fraction of reading them anew.

use bytes::Bytes;

use super::{Reader, State};
use crate::wire::http1::item::End;

/// The longest message that is known again, in bytes. Longer ones are rarely the same.
const LONGEST: usize = 4 << 10;

/// A message that came whole, and what was made of it.
#[derive(Clone, Debug)]
pub struct Known<T> {
    bytes: Bytes,
    body_len: u64,
    keep_alive: bool,
    /// What was made of it.
    pub told: T,
}

impl Reader {
    /// The message that has just ended, to be known again: `bytes` are all of its bytes. `None` where
    /// the same bytes may mean something else the next time: what was asked (HEAD, CONNECT) or the
    /// end of the stream decides how they are read; and where they are too many or not all.
    #[must_use]
    pub fn known<T>(&self, bytes: &Bytes, end: &End, told: T) -> Option<Known<T>> {
        let is_whole = bytes.len() as u64 == end.raw_len() && bytes.len() <= LONGEST;
        (is_whole && self.usual).then(|| Known {
            bytes: bytes.clone(),
            body_len: end.body_len,
            keep_alive: end.keep_alive,
            told,
        })
    }

    /// Takes a message from the front of `input` that is the same, byte for byte, as one that a
    /// reader of this direction has read: only its end is reported. `None` when it is another, or
    /// when the reader is inside of one; then nothing is taken.
    pub fn recognize<T>(&mut self, known: &Known<T>, input: &mut &[u8]) -> Option<End> {
        let between = matches!(self.state, State::Head) && self.start.is_none();
        if !between || self.section.len() > 0 || !self.direction.awaits_usual() {
            return None;
        }
        *input = input.strip_prefix(&known.bytes[..])?;
        self.message_at = self.offset;
        self.offset += known.bytes.len() as u64;
        self.body_len = known.body_len;
        self.keep_alive = known.keep_alive;
        self.usual = true;
        self.direction.read_usual();
        Some(self.end())
    }
}
