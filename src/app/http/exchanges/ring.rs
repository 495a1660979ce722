//! The exchanges themselves, in the order in which they began, within a byte budget: the oldest go
//! first.

use std::collections::VecDeque;

use crate::app::http::exchange::Exchange;
use crate::model::event::ConnId;
use crate::model::time::Stamp;

/// What an exchange costs besides its bytes, in bytes: its place in the ring, and the allocations
/// behind its payloads.
const OVERHEAD: u64 = size_of::<Exchange>() as u64 + 128;

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Ring {
    list: VecDeque<Exchange>,
    /// The number of the oldest.
    first: u64,
    bytes: u64,
    budget: u64,
    /// The oldest one that has changed since it was asked.
    changed: Option<u64>,
}

impl Ring {
    pub(super) fn new(budget: u64) -> Ring {
        Ring {
            list: VecDeque::new(),
            first: 1,
            bytes: 0,
            budget,
            changed: None,
        }
    }

    /// Begins another one; returns its number.
    pub(super) fn begin(&mut self, at: Stamp, conn: ConnId) -> u64 {
        let number = self.end();
        self.list.push_back(Exchange::new(number, conn, at));
        self.bytes += OVERHEAD;
        number
    }

    /// Changes an exchange, if it is still there, and keeps count of what it holds.
    pub(super) fn change<T>(
        &mut self,
        number: u64,
        change: impl FnOnce(&mut Exchange) -> T,
    ) -> Option<T> {
        let index = usize::try_from(number.checked_sub(self.first)?).ok()?;
        let exchange = self.list.get_mut(index)?;
        let before = exchange.kept();
        self.changed = Some(self.changed.map_or(number, |oldest| oldest.min(number)));
        let result = change(exchange);
        self.bytes = self.bytes + exchange.kept() - before;
        Some(result)
    }

    /// The oldest exchange that has changed since the last call.
    pub(super) fn take_changed(&mut self) -> Option<u64> {
        self.changed.take()
    }

    /// Drops the oldest until the rest fits the budget; the newest stays.
    pub(super) fn trim(&mut self) {
        while self.bytes > self.budget && self.list.len() > 1 {
            self.drop_oldest();
        }
    }

    /// Drops the oldest as long as they are over.
    pub(super) fn drop_ended(&mut self) {
        while self.list.front().is_some_and(|one| one.ended.is_some()) {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        if let Some(old) = self.list.pop_front() {
            self.bytes -= OVERHEAD + old.kept();
            self.first += 1;
        }
    }

    /// The number of the oldest.
    pub(super) fn start(&self) -> u64 {
        self.first
    }

    /// The number that the next one will have.
    pub(super) fn end(&self) -> u64 {
        self.first + self.list.len() as u64
    }

    pub(super) fn get(&self, number: u64) -> Option<&Exchange> {
        let index = number.checked_sub(self.first)?;
        self.list.get(usize::try_from(index).ok()?)
    }

    /// What is kept, in bytes, with overhead.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// All of them, the oldest first.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Exchange> {
        self.list.iter()
    }
}
