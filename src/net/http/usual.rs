//! What the connections of a thread have in common: buffers, which those have none of on which
//! nothing happens, and the payload that came or went last. In a flood the next one is mostly the same,
//! and is shared with it instead of being kept once more.

use std::cell::{Cell, RefCell};
use std::thread::LocalKey;

use bytes::{Bytes, BytesMut};

/// The largest buffer that is kept for another connection, in bytes.
const LARGEST: usize = 64 << 10;
/// The longest payload that is shared, in bytes.
pub(super) const LONGEST: usize = 1 << 10;

thread_local! {
    /// What reads are given.
    static READING: Cell<BytesMut> = Cell::default();
    /// Where answers are written.
    static WRITING: Cell<BytesMut> = Cell::default();
    static RECEIVED: RefCell<Bytes> = const { RefCell::new(Bytes::new()) };
    static SENT: RefCell<Bytes> = const { RefCell::new(Bytes::new()) };
}

/// One way that bytes go.
#[derive(Clone, Copy, Debug)]
pub(super) enum Direction {
    In,
    Out,
}

impl Direction {
    fn buffer(self) -> &'static LocalKey<Cell<BytesMut>> {
        match self {
            Direction::In => &READING,
            Direction::Out => &WRITING,
        }
    }

    /// A buffer that is empty.
    pub(super) fn borrow(self) -> BytesMut {
        self.buffer().take()
    }

    /// Gives a buffer back; what is in it is forgotten.
    pub(super) fn give_back(self, mut buffer: BytesMut) {
        if buffer.capacity() <= LARGEST {
            buffer.clear();
            self.buffer().set(buffer);
        }
    }

    /// These bytes as a payload of their own, or as the last one when they are the same.
    pub(super) fn payload(self, data: &[u8]) -> Bytes {
        let last = match self {
            Direction::In => &RECEIVED,
            Direction::Out => &SENT,
        };
        if data.len() > LONGEST {
            return Bytes::copy_from_slice(data);
        }
        last.with_borrow_mut(|last| {
            if *last != data {
                *last = Bytes::copy_from_slice(data);
            }
            last.clone()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_bytes_again_are_one_payload() {
        for direction in [Direction::In, Direction::Out] {
            let first = direction.payload(b"one");
            let again = direction.payload(b"one");
            let other = direction.payload(b"two");
            assert_eq!([&first[..], &again, &other], [&b"one"[..], b"one", b"two"]);
            assert_eq!(first.as_ptr(), again.as_ptr());
            let long = vec![b'x'; LONGEST + 1];
            assert_eq!(direction.payload(&long), long);
            assert!(direction.payload(b"").is_empty());
        }
    }
}
