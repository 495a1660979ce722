//! The history of one session: entries in the order they came, within a byte budget. The oldest
//! go first and are counted. Every operation on one entry is O(1).

use std::collections::VecDeque;

use super::event::{Event, EventKind};

/// The number of an entry within its log, from 0, never used twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId(pub u64);

/// A byte-budgeted ring of entries.
#[derive(Clone, Debug)]
pub struct Log {
    entries: VecDeque<Event>,
    first: u64,
    bytes: usize,
    budget: usize,
}

/// What an entry costs besides its payload, in bytes: its place in the ring and the allocation
/// behind the payload.
pub const ENTRY_OVERHEAD: usize = size_of::<Event>() + 32;

fn cost(event: &Event) -> usize {
    ENTRY_OVERHEAD
        + match &event.kind {
            EventKind::Received { data, .. } | EventKind::Sent { data, .. } => data.len(),
            EventKind::Tried { failure, .. } | EventKind::Failed { failure, .. } => {
                size_of_val(&**failure) + failure.message.len() + failure.hint.len()
            }
            EventKind::Connecting { to } | EventKind::Waiting { to } => to.len(),
            EventKind::Request { request, .. } => {
                size_of_val(&**request) + request.message.fields.size()
            }
            EventKind::Response { response, .. } => {
                size_of_val(&**response) + response.message.fields.size()
            }
            EventKind::FileStarted { name, .. } | EventKind::FileEnded { name, .. } => name.len(),
            EventKind::Malformed { why, .. } | EventKind::Lost { why, .. } => why.len(),
            _ => 0,
        }
}

impl Log {
    /// An empty log that keeps at most `budget` bytes, and always the newest entry.
    #[must_use]
    pub fn new(budget: usize) -> Log {
        Log {
            entries: VecDeque::new(),
            first: 0,
            bytes: 0,
            budget,
        }
    }

    /// Adds an entry, dropping the oldest ones that no longer fit.
    pub fn push(&mut self, event: Event) -> EntryId {
        self.bytes += cost(&event);
        self.entries.push_back(event);
        while self.bytes > self.budget && self.entries.len() > 1 {
            if let Some(old) = self.entries.pop_front() {
                self.bytes -= cost(&old);
                self.first += 1;
            }
        }
        EntryId(self.end().0 - 1)
    }

    /// A copy of at most `most` entries: those around `at`, or the newest.
    #[must_use]
    pub fn part(&self, at: Option<u64>, most: u64) -> Log {
        let newest = self.end().0.saturating_sub(most);
        let start = at.map_or(newest, |at| at.saturating_sub(most / 2).min(newest));
        let skip = usize::try_from(start.saturating_sub(self.first)).unwrap_or(usize::MAX);
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let entries: VecDeque<Event> = self.entries.iter().skip(skip).take(most).cloned().collect();
        Log {
            first: self.first + skip.min(self.entries.len()) as u64,
            bytes: entries.iter().map(cost).sum(),
            entries,
            budget: self.budget,
        }
    }

    /// Forgets every entry; their numbers are not used again.
    pub fn clear(&mut self) {
        self.first += self.entries.len() as u64;
        self.entries.clear();
        self.bytes = 0;
    }

    /// The entry with this number, unless it is gone or has not come yet.
    #[must_use]
    pub fn get(&self, id: EntryId) -> Option<&Event> {
        let index = id.0.checked_sub(self.first)?;
        self.entries.get(usize::try_from(index).ok()?)
    }

    /// The number of the oldest entry kept (equal to [`Log::end`] when empty); so many have gone.
    #[must_use]
    pub fn start(&self) -> EntryId {
        EntryId(self.first)
    }

    /// The number that the next entry will have.
    #[must_use]
    pub fn end(&self) -> EntryId {
        EntryId(self.first + self.entries.len() as u64)
    }

    /// How many entries are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What is kept, in bytes, with overhead.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};

    use bytes::Bytes;

    use super::super::event::ConnId;
    use super::super::time::Stamp;
    use super::*;

    fn received(len: usize) -> Event {
        Event {
            at: Stamp::default(),
            kind: EventKind::Received {
                conn: ConnId(1),
                peer: SocketAddr::from((Ipv4Addr::LOCALHOST, 1)),
                data: Bytes::from(vec![0; len]),
                cut: 0,
            },
        }
    }

    #[test]
    fn the_oldest_go_when_the_budget_is_full_and_numbers_stay() {
        let mut log = Log::new(10 * (ENTRY_OVERHEAD + 100));
        for _ in 0..25 {
            log.push(received(100));
        }
        assert_eq!(log.len(), 10);
        assert_eq!((log.start(), log.end()), (EntryId(15), EntryId(25)));
        assert!(log.get(EntryId(14)).is_none());
        assert!(log.get(EntryId(15)).is_some());
        assert!(log.get(EntryId(25)).is_none());
        assert_eq!(log.bytes(), 10 * (ENTRY_OVERHEAD + 100));
    }

    #[test]
    fn one_entry_larger_than_the_budget_is_still_kept() {
        let mut log = Log::new(100);
        log.push(received(10));
        log.push(received(1000));
        assert_eq!(log.len(), 1);
        assert_eq!(
            log.get(EntryId(1))
                .and_then(|e| e.kind.data())
                .map(Bytes::len),
            Some(1000)
        );
    }

    #[test]
    fn a_part_keeps_the_numbers_of_its_entries() {
        let mut log = Log::new(1 << 20);
        for len in 0..100 {
            log.push(received(len));
        }
        for (at, wanted) in [(None, 90..100), (Some(50), 45..55), (Some(2), 0..10)] {
            let part = log.part(at, 10);
            assert_eq!(part.start().0..part.end().0, wanted);
            let len = |log: &Log, id| {
                log.get(EntryId(id))
                    .and_then(|e| e.kind.data())
                    .map(Bytes::len)
            };
            assert_eq!(len(&part, wanted.start), len(&log, wanted.start));
        }
        assert_eq!(log.part(None, 1000).len(), 100);
        assert!(Log::new(1).part(Some(7), 10).is_empty());
    }

    #[test]
    fn clearing_keeps_the_numbering() {
        let mut log = Log::new(1 << 20);
        log.push(received(1));
        log.clear();
        assert!(log.is_empty());
        assert_eq!(log.push(received(1)), EntryId(1));
    }
}
