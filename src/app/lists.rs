//! The lists that are read, searched and filtered: both sides' logs, the ladder, the requests. Which
//! of them has the keys, where it is read, and the work of looking through them.

use std::mem;

use super::App;
use super::filter::{self, Filter, Search};
use super::layout;
use super::scroll::{Rows as _, Scroll};
use super::sifting::{Items, Position, Sifting};
use super::tab::{Pane, Tab};
use super::views::{Columns, LadderRows, LogRows};
use crate::model::event::Event;
use crate::model::log::EntryId;
use crate::model::spec::{Protocol, Side};

/// One of the lists of a tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// A side's log.
    Log(Side),
    /// Both logs across the wire.
    Ladder,
    /// A side's requests.
    Requests(Side),
}

impl List {
    /// All that a tab can have.
    pub const ALL: [List; 5] = [
        List::Log(Side::Server),
        List::Log(Side::Client),
        List::Ladder,
        List::Requests(Side::Server),
        List::Requests(Side::Client),
    ];
}

impl Tab {
    /// Looks for something else, or for nothing.
    pub(super) fn look_for(&mut self, search: Option<Search>) {
        let on = search.is_some();
        self.search = search;
        for list in List::ALL {
            self.sifting_mut(list).search(on);
        }
        for side in Side::ALL {
            let http = &mut self.get_mut(side).http;
            http.reading.find = None;
            http.answer_reading.find = None;
        }
    }

    /// Shows other entries, or all of them, the newest first.
    pub(super) fn let_pass(&mut self, filter: Option<Filter>) {
        let on = filter.is_some();
        self.filter = filter;
        for list in List::ALL {
            self.sifting_mut(list).filter(on);
            self.set_scroll(list, Scroll::Follow);
        }
    }

    /// Of a copy: what is no longer in the logs is gone from the lists as well.
    pub(super) fn settle_lists(&mut self) {
        let [server, client] = Side::ALL.map(|side| self.get(side).log.start());
        if let Some(ladder) = &mut self.ladder {
            ladder.trim(server, client);
        }
        for list in List::ALL {
            let start = self.range(list).start;
            self.sifting_mut(list).trim(start);
        }
    }

    /// Where a list is read.
    #[must_use]
    pub fn scroll(&self, list: List) -> Scroll {
        match list {
            List::Log(side) => self.get(side).scroll,
            List::Ladder => self.ladder_scroll,
            List::Requests(side) => self.get(side).http.list,
        }
    }

    /// Reads a list at another place.
    pub fn set_scroll(&mut self, list: List, scroll: Scroll) {
        match list {
            List::Log(side) => self.get_mut(side).scroll = scroll,
            List::Ladder => self.ladder_scroll = scroll,
            List::Requests(side) => {
                let http = &mut self.get_mut(side).http;
                let before = http.rows().cursor(http.list);
                http.list = scroll;
                if http.rows().cursor(http.list) != before {
                    http.start_reading();
                }
            }
        }
    }

    /// What a list's filter and search have found.
    #[must_use]
    pub fn sifting(&self, list: List) -> &Sifting {
        match list {
            List::Log(side) => &self.get(side).sifting,
            List::Ladder => &self.ladder_sifting,
            List::Requests(side) => &self.get(side).http.sifting,
        }
    }

    /// What a list's filter and search have found, to change it.
    pub fn sifting_mut(&mut self, list: List) -> &mut Sifting {
        match list {
            List::Log(side) => &mut self.get_mut(side).sifting,
            List::Ladder => &mut self.ladder_sifting,
            List::Requests(side) => &mut self.get_mut(side).http.sifting,
        }
    }

    /// The items that a list has now, shown or not.
    #[must_use]
    pub fn range(&self, list: List) -> std::ops::Range<u64> {
        match list {
            List::Log(side) => {
                let log = &self.get(side).log;
                log.start().0..log.end().0
            }
            List::Ladder => self
                .ladder
                .as_ref()
                .map_or(0..0, |ladder| ladder.first()..ladder.end()),
            List::Requests(side) => {
                let exchanges = &self.get(side).http.exchanges;
                exchanges.start()..exchanges.end()
            }
        }
    }

    /// The entries of an item: of a log one, of the ladder up to two, of the requests none.
    pub fn entries(&self, list: List, item: u64) -> impl Iterator<Item = (Side, &Event)> {
        let ladder = self.ladder.as_ref();
        Side::ALL.into_iter().filter_map(move |side| {
            let id = match list {
                List::Log(of) => (of == side).then_some(EntryId(item))?,
                List::Ladder => ladder?.get(item)?.get(side)?,
                List::Requests(_) => return None,
            };
            Some((side, self.get(side).log.get(id)?))
        })
    }

    /// Whether an item passes the filter, and how many bytes were looked at for that.
    fn passes(&self, list: List, item: u64) -> (bool, usize) {
        let Some(filter) = &self.filter else {
            return (true, 0);
        };
        if let List::Requests(side) = list {
            let exchange = self.get(side).http.exchanges.get(item);
            let kept = exchange.map_or(0, |one| one.request.kept() + one.response.kept());
            return (
                exchange.is_some_and(|one| filter.passes_exchange(one)),
                usize::try_from(kept).unwrap_or(usize::MAX),
            );
        }
        let mut work = 0;
        let passes = self.entries(list, item).any(|(side, event)| {
            work += event.kind.data().map_or(0, bytes::Bytes::len);
            filter.passes(event, self.protocol, side)
        });
        (passes, work)
    }

    /// How often an item has what is looked for, and how many bytes were looked at for that.
    fn count(&self, list: List, item: u64) -> (usize, usize) {
        let Some(search) = &self.search else {
            return (0, 0);
        };
        if let List::Requests(side) = list {
            let text = self
                .get(side)
                .http
                .exchanges
                .get(item)
                .map(filter::raw_text);
            return text.map_or((0, 0), |text| {
                (usize::from(search.pattern.is_in(&text)), text.len())
            });
        }
        self.entries(list, item)
            .map(|(side, event)| search.count(event, self.protocol, side))
            .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    }

    /// Goes on looking through the lists. Returns whether something is left.
    fn sift(&mut self, budget: &mut usize) -> bool {
        let mut left = false;
        for list in List::ALL {
            let mut sifting = mem::take(self.sifting_mut(list));
            let all = self.range(list);
            left |= sifting.advance(
                &all,
                budget,
                |item| self.passes(list, item),
                |item| self.count(list, item),
            );
            *self.sifting_mut(list) = sifting;
        }
        left
    }
}

impl App {
    /// The list that keys act on: the requests where they have the keys, otherwise what shows what
    /// happened.
    #[must_use]
    pub fn list(&self) -> List {
        let tab = self.tab();
        let both = layout::geometry(self).is_some_and(|geometry| geometry.ladder.is_some());
        match (tab.protocol, tab.pane()) {
            (_, Pane::Requests) => List::Requests(tab.side),
            (Protocol::Http, Pane::Raw | Pane::Answer) if !self.shows_log(tab.side, tab.pane()) => {
                List::Requests(tab.side)
            }
            _ if both => List::Ladder,
            _ => List::Log(tab.side),
        }
    }

    /// Lets something look at the rows of a list as they stand on the screen, and at how many rows
    /// the screen has for them; `None` where it has none.
    pub(super) fn with_rows<T>(
        &self,
        list: List,
        look: impl FnOnce(&dyn Items, usize) -> T,
    ) -> Option<T> {
        let (tab, charset) = (self.tab(), self.charset());
        let geometry = layout::geometry(self)?;
        match list {
            List::Requests(side) => {
                let http = &tab.get(side).http;
                let height = self.list_height(side);
                Some(look(&http.rows(), height))
            }
            List::Ladder => {
                let (place, ladder) = (geometry.ladder?, tab.ladder.as_ref()?);
                let widths = layout::halves(place.body).map(|half| half.width);
                let rows = LadderRows::of(tab, ladder, widths, charset, self.display);
                Some(look(&rows, place.body.height.into()))
            }
            List::Log(side) => {
                let place = geometry.side(side)?.log().copied()?;
                let state = tab.get(side);
                let columns = Columns::log(state, place.body.width, charset, self.display);
                let rows = LogRows::of(state, columns);
                Some(look(&rows, place.body.height.into()))
            }
        }
    }

    /// The item of a list that keys act on.
    #[must_use]
    pub fn cursor(&self, list: List) -> Option<u64> {
        let scroll = self.tab().scroll(list);
        self.with_rows(list, |rows, _| rows.item(scroll.cursor(rows)?))?
    }

    /// Looks through what is searched and filtered, for about `budget` bytes, and goes where one
    /// wants to be once that is known. Returns whether something is left.
    pub fn work(&mut self, budget: usize) -> bool {
        if let Some(frozen) = &mut self.frozen {
            return frozen.work(budget);
        }
        let mut budget = budget;
        let newest = Side::ALL.map(|side| self.tab().get(side).http.rows().end());
        let left = self.tab_mut().sift(&mut budget);
        for (side, before) in Side::ALL.into_iter().zip(newest) {
            let http = &mut self.tab_mut().get_mut(side).http;
            let grew = http.sifting.kept.is_some() && http.rows().end() != before;
            if http.list == Scroll::Follow && grew {
                http.start_reading();
            }
        }
        for list in List::ALL {
            let all = self.tab().range(list);
            if let Some(to) = self.tab_mut().sifting_mut(list).arrive(all) {
                self.reveal(list, to.item, to.nth);
            }
        }
        left
    }

    /// Whether there is something to look through.
    #[must_use]
    pub fn has_work(&self) -> bool {
        let tab = self.frozen.as_ref().map_or(self.tab(), |app| app.tab());
        List::ALL.into_iter().any(|list| {
            let sifting = tab.sifting(list);
            let mut sieves = sifting.kept.iter().chain(&sifting.found);
            sieves.any(|sieve| !sieve.is_done(tab.range(list)))
        })
    }

    /// Where one is among what was found in the list that has the keys.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        if let Some(position) = self.raw_position() {
            return Some(position);
        }
        let (tab, list) = (self.tab(), self.list());
        tab.sifting(list).position(tab.range(list))
    }

    /// How many items of the list that has the keys a filter hides.
    #[must_use]
    pub fn hidden(&self) -> Option<u64> {
        let kept = self.tab().sifting(self.list()).kept.as_ref()?;
        Some(kept.left_out())
    }
}
