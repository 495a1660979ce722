//! A list with a filter and a search over it: which of its items are shown, where something was
//! found, and at which of those one is. Kept for each list by itself; what is asked for belongs to
//! the tab.

use std::ops::Range;

use super::scroll::{Rows, Scroll};
use super::sieve::{Find, Look, Sieve};

/// What a filter and a search have found in one list so far.
#[derive(Clone, Debug, Default)]
pub struct Sifting {
    /// The items that are shown, while there is a filter.
    pub kept: Option<Sieve>,
    /// The items in which something was found, while there is a search.
    pub found: Option<Sieve>,
    /// The find that one is at.
    pub here: Option<Find>,
    /// Where one wants to be as soon as enough has been looked at.
    pub aim: Option<Aim>,
}

/// Where one wants to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// At this item, or near it, among those that are shown.
    Item(u64),
    /// At the find nearest to an item, at it or before if there is one.
    Nearest(u64),
}

impl Sifting {
    /// Begins anew with a filter, or without one.
    pub fn filter(&mut self, on: bool) {
        self.kept = on.then(Sieve::default);
        self.search(self.found.is_some());
    }

    /// Begins anew with what there is: the list is another one.
    pub fn restart(&mut self) {
        self.filter(self.kept.is_some());
    }

    /// Begins anew with a search, or without one.
    pub fn search(&mut self, on: bool) {
        self.found = on.then(Sieve::default);
        self.here = None;
        self.aim = None;
    }

    /// Goes on with both for a list that has the items in `all`. Returns whether something is left.
    pub fn advance(
        &mut self,
        all: &Range<u64>,
        budget: &mut usize,
        passes: impl Fn(u64) -> (bool, usize),
        count: impl Fn(u64) -> (usize, usize),
    ) -> bool {
        let mut left = false;
        if let Some(kept) = &mut self.kept {
            left |= kept.advance(all.clone(), budget, |item| {
                let (passes, work) = passes(item);
                Look {
                    count: passes.into(),
                    work: work + ITEM,
                }
            });
        }
        if let Some(found) = &mut self.found {
            let is_kept = self.kept.is_some();
            left |= found.advance(all.clone(), budget, |item| {
                let (passes, looked) = if is_kept { passes(item) } else { (true, 0) };
                let (count, work) = if passes { count(item) } else { (0, 0) };
                Look {
                    count: u32::try_from(count).unwrap_or(u32::MAX),
                    work: ITEM + looked + work + count.saturating_mul(FOUND),
                }
            });
        }
        left
    }

    /// Items before `start` are gone.
    pub fn trim(&mut self, start: u64) {
        for sieve in self.sieves() {
            sieve.trim(start);
        }
    }

    /// An item and all behind it have changed.
    pub fn look_again(&mut self, item: u64) {
        for sieve in self.sieves() {
            sieve.look_again(item);
        }
    }

    fn sieves(&mut self) -> impl Iterator<Item = &mut Sieve> {
        self.kept.iter_mut().chain(self.found.iter_mut())
    }

    /// Goes from `item`, or from the find that one is at, to the next find or the one before; at the
    /// end, from the other end again.
    pub fn step(&mut self, item: u64, forward: bool) -> Option<Find> {
        let found = self.found.as_ref()?;
        // Behind all that there may be in the item.
        let edge = Find {
            item,
            nth: if forward { 0 } else { u32::MAX },
        };
        let at_edge = found.rank(edge).map(|_| edge);
        self.here = match (self.here, forward) {
            (Some(here), true) => found.after(here).or_else(|| found.oldest()),
            (Some(here), false) => found.before(here).or_else(|| found.newest()),
            (None, true) => at_edge
                .or_else(|| found.after(edge))
                .or_else(|| found.oldest()),
            (None, false) => found.before(edge).or_else(|| found.newest()),
        };
        self.here
    }

    /// What one has come to of what one wants, for a list that has the items in `all`; `None` until
    /// enough has been looked at.
    pub fn arrive(&mut self, all: Range<u64>) -> Option<Arrived> {
        match self.aim? {
            Aim::Item(item) => {
                let kept = self.kept.as_ref()?;
                if !kept.has_seen(item) && !kept.is_done(all) {
                    return None;
                }
                self.aim = None;
                let number = kept.number(item)?;
                Some(Arrived {
                    item: kept.item(number)?,
                    nth: None,
                })
            }
            Aim::Nearest(item) => {
                let found = self.found.as_ref()?;
                let edge = Find {
                    item,
                    nth: u32::MAX,
                };
                let before = found.before(edge).filter(|_| found.has_seen(item));
                let is_done = found.is_done(all);
                if before.is_none() && !is_done {
                    return None;
                }
                self.aim = None;
                let find = before.or_else(|| found.after(edge))?;
                self.here = Some(find);
                Some(Arrived {
                    item: find.item,
                    nth: Some(find.nth),
                })
            }
        }
    }

    /// At which of how many one is, counted from 1, and whether all was looked at.
    #[must_use]
    pub fn position(&self, all: Range<u64>) -> Option<Position> {
        let found = self.found.as_ref()?;
        let rank = self.here.and_then(|here| found.rank(here));
        Some(Position {
            at: rank.map(|rank| rank + 1),
            of: found.total(),
            is_final: found.is_done(all),
        })
    }
}

/// Where one has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// The item.
    pub item: u64,
    /// Which of the finds there, when it was a find that one wanted.
    pub nth: Option<u32>,
}

/// At which of how many finds one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The number of the one, from 1.
    pub at: Option<u64>,
    /// How many there are so far.
    pub of: u64,
    /// Whether all was looked at.
    pub is_final: bool,
}

/// What an item costs to look at besides its bytes, and what a find costs, both in bytes.
const ITEM: usize = 64;
const FOUND: usize = 32;

/// A list of which only those items show that a filter lets pass; all without one.
#[derive(Clone, Copy, Debug)]
pub struct Sifted<'a, R> {
    /// The whole list.
    pub rows: R,
    /// Those that pass.
    pub kept: Option<&'a Sieve>,
}

/// A list of rows that stand for items of another one.
pub trait Items: Rows {
    /// The item with this number among those that show.
    fn item(&self, number: u64) -> Option<u64>;
    /// The number among those that show of an item, or of one near it.
    fn number(&self, item: u64) -> Option<u64>;
}

impl<R: Rows> Items for Sifted<'_, R> {
    fn item(&self, number: u64) -> Option<u64> {
        match self.kept {
            Some(kept) => kept.item(number),
            None => (number >= self.rows.first() && number < self.rows.end()).then_some(number),
        }
    }

    fn number(&self, item: u64) -> Option<u64> {
        match self.kept {
            Some(kept) => kept.number(item),
            None => self.item(item),
        }
    }
}

impl<R: Rows> Sifted<'_, R> {
    /// How many are hidden, as far as was looked.
    #[must_use]
    pub fn hidden(&self) -> Option<u64> {
        self.kept.map(Sieve::left_out)
    }

    /// The item of the list that keys act on.
    #[must_use]
    pub fn cursor(&self, scroll: Scroll) -> Option<u64> {
        self.item(scroll.cursor(self)?)
    }
}

impl<R: Rows> Rows for Sifted<'_, R> {
    fn first(&self) -> u64 {
        self.kept.map_or_else(|| self.rows.first(), Sieve::first)
    }
    fn end(&self) -> u64 {
        self.kept.map_or_else(|| self.rows.end(), Sieve::end)
    }
    fn height(&self, number: u64) -> usize {
        self.item(number).map_or(1, |item| self.rows.height(item))
    }
}
