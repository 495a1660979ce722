//! Which items of a long list pass a test, and how often something is found in each: looked at a
//! slice at a time, the newest first, so that neither the length of the list nor the pace at which
//! it grows holds up the screen. Knows nothing of what the items are.
//!
//! What passed is itself a numbered list: the numbers stay while older items are found or go.

use std::collections::VecDeque;
use std::ops::Range;

/// The number of the first item that is found; older ones get smaller numbers, newer ones larger.
const MIDDLE: u64 = 1 << 48;

/// An item that passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hit {
    item: u64,
    /// How often something was found in it, at least once.
    count: u32,
    /// How often in the items before it, counted from a place that does not matter.
    before: i64,
}

/// One of the things found: in an item, the `nth` there, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Find {
    /// The item.
    pub item: u64,
    /// Which of those in it.
    pub nth: u32,
}

/// The items of a list that passed a test so far.
#[derive(Clone, Debug, Default)]
pub struct Sieve {
    /// The items that were looked at.
    seen: Range<u64>,
    hits: VecDeque<Hit>,
    /// The number of the first hit.
    first: u64,
    started: bool,
}

/// What looking at an item cost, and what was found there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// How often the thing was found; 0: the item does not pass.
    pub count: u32,
    /// How much work it was, in bytes.
    pub work: usize,
}

impl Sieve {
    /// Looks at items of a list that has those in `all`, until nothing is left to look at or
    /// `budget` bytes of work are done. Returns whether something is left.
    pub fn advance(
        &mut self,
        all: Range<u64>,
        budget: &mut usize,
        mut look: impl FnMut(u64) -> Look,
    ) -> bool {
        self.trim(all.start);
        if !self.started {
            self.started = true;
            self.seen = all.end..all.end;
            self.first = MIDDLE;
        }
        while self.seen.end < all.end || self.seen.start > all.start {
            if *budget == 0 {
                return true;
            }
            let newer = self.seen.end < all.end;
            let item = if newer {
                self.seen.end
            } else {
                self.seen.start - 1
            };
            let found = look(item);
            *budget = budget.saturating_sub(found.work.max(1));
            self.take(item, found.count, newer);
        }
        false
    }

    fn take(&mut self, item: u64, count: u32, newer: bool) {
        if newer {
            self.seen.end = item + 1;
        } else {
            self.seen.start = item;
        }
        if count == 0 {
            return;
        }
        let hit = |before| Hit {
            item,
            count,
            before,
        };
        if newer {
            let before = self
                .hits
                .back()
                .map_or(0, |last| last.before + i64::from(last.count));
            self.hits.push_back(hit(before));
        } else {
            let before = self
                .hits
                .front()
                .map_or(0, |next| next.before - i64::from(count));
            self.hits.push_front(hit(before));
            self.first -= 1;
        }
    }

    /// Forgets items before `start`: they are gone.
    pub fn trim(&mut self, start: u64) {
        while self.hits.front().is_some_and(|hit| hit.item < start) {
            self.hits.pop_front();
            self.first += 1;
        }
        self.seen.start = self.seen.start.max(start);
        self.seen.end = self.seen.end.max(start);
    }

    /// Looks again at `item` and all behind it: they have changed.
    pub fn look_again(&mut self, item: u64) {
        if item >= self.seen.end {
            return;
        }
        self.seen.end = item.max(self.seen.start);
        while self.hits.back().is_some_and(|hit| hit.item >= item) {
            self.hits.pop_back();
        }
    }

    /// Whether an item was looked at.
    #[must_use]
    pub fn has_seen(&self, item: u64) -> bool {
        self.seen.contains(&item)
    }

    /// Whether every item of a list that has those in `all` was looked at.
    #[must_use]
    pub fn is_done(&self, all: Range<u64>) -> bool {
        all.is_empty() || (self.started && self.seen.start <= all.start && self.seen.end >= all.end)
    }

    /// How many items that are still there were looked at and did not pass.
    #[must_use]
    pub fn left_out(&self) -> u64 {
        (self.seen.end - self.seen.start).saturating_sub(self.hits.len() as u64)
    }

    /// The number of the oldest item that passed.
    #[must_use]
    pub fn first(&self) -> u64 {
        self.first
    }

    /// The number that the next newer one will have.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.first + self.hits.len() as u64
    }

    /// The item with this number.
    #[must_use]
    pub fn item(&self, number: u64) -> Option<u64> {
        let index = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.hits.get(index).map(|hit| hit.item)
    }

    /// The number of an item; of the nearest newer one, or else the newest, when it did not pass.
    #[must_use]
    pub fn number(&self, item: u64) -> Option<u64> {
        let newest = self.hits.len().checked_sub(1)?;
        Some(self.first + self.index(item).min(newest) as u64)
    }

    fn index(&self, item: u64) -> usize {
        self.hits.partition_point(|hit| hit.item < item)
    }

    /// How much was found.
    #[must_use]
    pub fn total(&self) -> u64 {
        match (self.hits.front(), self.hits.back()) {
            (Some(first), Some(last)) => {
                (last.before + i64::from(last.count) - first.before).unsigned_abs()
            }
            _ => 0,
        }
    }

    /// How many of those found come before this one.
    #[must_use]
    pub fn rank(&self, find: Find) -> Option<u64> {
        let hit = self.hits.get(self.index(find.item))?;
        let first = self.hits.front()?;
        let within = hit.item == find.item && find.nth < hit.count;
        within.then(|| (hit.before - first.before).unsigned_abs() + u64::from(find.nth))
    }

    /// The first one found behind a place, or `None`.
    #[must_use]
    pub fn after(&self, place: Find) -> Option<Find> {
        let index = self.index(place.item);
        let here = self.hits.get(index)?;
        if here.item == place.item && place.nth + 1 < here.count {
            let nth = place.nth + 1;
            return Some(Find { nth, ..place });
        }
        let next = if here.item == place.item {
            self.hits.get(index + 1)?
        } else {
            here
        };
        Some(Find {
            item: next.item,
            nth: 0,
        })
    }

    /// The last one found before a place, or `None`.
    #[must_use]
    pub fn before(&self, place: Find) -> Option<Find> {
        let index = self.index(place.item);
        let here = self.hits.get(index).filter(|hit| hit.item == place.item);
        if let Some(hit) = here
            && place.nth > 0
        {
            let nth = place.nth.min(hit.count) - 1;
            return Some(Find { nth, ..place });
        }
        let hit = self.hits.get(index.checked_sub(1)?)?;
        Some(Find {
            item: hit.item,
            nth: hit.count - 1,
        })
    }

    /// The first one found in all.
    #[must_use]
    pub fn oldest(&self) -> Option<Find> {
        let hit = self.hits.front()?;
        Some(Find {
            item: hit.item,
            nth: 0,
        })
    }

    /// The last one found in all.
    #[must_use]
    pub fn newest(&self) -> Option<Find> {
        let hit = self.hits.back()?;
        Some(Find {
            item: hit.item,
            nth: hit.count - 1,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// How often something is found in an item of the tests.
    fn count(item: u64) -> u32 {
        [0, 2, 0, 1, 0, 0, 3][item as usize % 7]
    }

    fn sieved(all: Range<u64>, step: usize) -> Sieve {
        let mut sieve = Sieve::default();
        loop {
            let mut budget = step;
            let look = |item| Look {
                count: count(item),
                work: 1,
            };
            if !sieve.advance(all.clone(), &mut budget, look) {
                return sieve;
            }
        }
    }

    #[test]
    fn the_newest_items_are_looked_at_first() {
        let mut sieve = Sieve::default();
        let mut seen = Vec::new();
        let mut look = |item| {
            seen.push(item);
            Look { count: 1, work: 1 }
        };
        assert!(sieve.advance(0..10, &mut 3, &mut look));
        assert!(sieve.advance(0..12, &mut 3, &mut look));
        assert_eq!(seen, [9, 8, 7, 10, 11, 6]);
        assert!(!sieve.is_done(0..12));
    }

    #[test]
    fn numbers_stay_when_older_ones_are_found_and_when_the_oldest_go() {
        let mut sieve = Sieve::default();
        let look = |_| Look { count: 1, work: 1 };
        sieve.advance(0..100, &mut 10, look);
        let number = sieve.number(95).expect("it passed");
        sieve.advance(0..100, &mut 1000, look);
        assert_eq!(sieve.item(number), Some(95));
        sieve.trim(90);
        assert_eq!(sieve.item(number), Some(95));
        assert_eq!(sieve.item(sieve.first()), Some(90));
        assert_eq!(sieve.end() - sieve.first(), 10);
    }

    #[test]
    fn what_changed_is_looked_at_again() {
        let mut sieve = sieved(0..20, 100);
        let before = sieve.total();
        sieve.look_again(13);
        assert!(!sieve.is_done(0..20));
        let look = |item| Look {
            count: count(item) + u32::from(item == 14),
            work: 1,
        };
        assert!(!sieve.advance(0..20, &mut 100, look));
        assert_eq!(sieve.total(), before + 1);
    }

    #[test]
    fn a_list_that_has_moved_on_is_taken_up_where_it_is() {
        let mut sieve = sieved(0..10, 100);
        sieve.trim(50);
        assert_eq!(sieve.total(), 0);
        let all = sieved(50..60, 100);
        let look = |item| Look {
            count: count(item),
            work: 1,
        };
        assert!(!sieve.advance(50..60, &mut 100, look));
        assert_eq!(sieve.total(), all.total());
        assert_eq!(sieve.left_out(), all.left_out());
    }

    proptest! {
        #[test]
        fn steps_go_over_all_that_is_found_in_order(end in 0_u64..60, step in 1_usize..9) {
            let sieve = sieved(0..end, step);
            let all: Vec<Find> = (0..end)
                .flat_map(|item| (0..count(item)).map(move |nth| Find { item, nth }))
                .collect();
            prop_assert_eq!(sieve.total(), all.len() as u64);
            prop_assert_eq!(sieve.oldest(), all.first().copied());
            prop_assert_eq!(sieve.newest(), all.last().copied());
            for (n, find) in all.iter().enumerate() {
                prop_assert_eq!(sieve.rank(*find), Some(n as u64));
                prop_assert_eq!(sieve.after(*find), all.get(n + 1).copied());
                prop_assert_eq!(sieve.before(*find), n.checked_sub(1).map(|n| all[n]));
            }
            for item in 0..end {
                let place = Find { item, nth: 0 };
                let next = all.iter().find(|find| **find > place).copied();
                prop_assert_eq!(sieve.after(place), next);
            }
        }
    }
}
