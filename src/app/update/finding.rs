//! Searching and filtering: the line that is typed for it, and the steps from find to find.

use std::path::PathBuf;

use crossterm::event::KeyEvent;

use crate::app::entry;
use crate::app::filter::{Filter, Search};
use crate::app::http::page::Page;
use crate::app::keymap::Action;
use crate::app::layout;
use crate::app::lists::List;
use crate::app::overlay::Overlay;
use crate::app::prompt::{Prompt, Purpose};
use crate::app::scroll::Scroll;
use crate::app::sifting::{Aim, Position};
use crate::app::views::{Columns, LadderRows};
use crate::app::{App, Effect};
use crate::model::spec::Protocol;
use crate::wire::text::safe;

impl App {
    /// Searches, filters, goes from find to find.
    pub(super) fn find(&mut self, action: Action) {
        match action {
            Action::Search => self.prompt(Purpose::Search),
            Action::Filter => self.prompt(Purpose::Filter),
            Action::NextFind => self.step_find(true),
            Action::PreviousFind => self.step_find(false),
            _ => {}
        }
    }

    /// Opens the line that is typed for a search or a filter.
    pub(super) fn prompt(&mut self, purpose: Purpose) {
        let tab = self.tab();
        let text = match purpose {
            Purpose::Search | Purpose::File => String::new(),
            Purpose::Filter => tab.filter.as_ref().map_or("", |one| &one.text).to_owned(),
        };
        let mut prompt = Prompt::new(purpose, &text);
        if let (Purpose::Search, Some(search)) = (purpose, &tab.search) {
            prompt.before.clone_from(&search.text);
        }
        let list = self.list();
        prompt.from = self.cursor(list);
        prompt.scroll = self.tab().scroll(list);
        self.overlays.push(Overlay::Prompt(Box::new(prompt)));
    }

    fn typed_prompt(&mut self, change: impl FnOnce(&mut Prompt) -> bool) {
        let Some(Overlay::Prompt(prompt)) = self.overlays.last_mut() else {
            return;
        };
        if change(prompt) {
            self.apply_prompt();
        }
    }

    /// Lets a key change the line.
    pub(super) fn type_into_prompt(&mut self, event: KeyEvent) {
        self.typed_prompt(|prompt| prompt.line.input(event));
    }

    /// Adds what was pasted to the line.
    pub(super) fn paste_into_prompt(&mut self, text: &str) {
        let mut fits = true;
        self.typed_prompt(|prompt| {
            fits = prompt.line.insert(text);
            if !fits {
                prompt.error =
                    Some("that is too much for this line: nothing was pasted".to_owned());
            }
            fits
        });
    }

    /// Shows an earlier line of the kind, or a later one.
    pub(super) fn recall(&mut self, back: bool) {
        let typed = std::mem::take(&mut self.typed);
        self.typed_prompt(|prompt| prompt.recall(typed.get(prompt.purpose), back));
        self.typed = typed;
    }

    /// Empties the line. Returns whether there was something in it.
    pub(super) fn clear_prompt(&mut self) -> bool {
        let mut held = false;
        self.typed_prompt(|prompt| {
            held = !prompt.line.text().is_empty();
            prompt.line = crate::app::prompt::Line::new("");
            held
        });
        held
    }

    /// Searches or filters by what the line holds.
    fn apply_prompt(&mut self) {
        let Some(Overlay::Prompt(prompt)) = self.overlays.last() else {
            return;
        };
        let (purpose, text) = (prompt.purpose, prompt.line.text().to_owned());
        let (from, scroll) = (prompt.from, prompt.scroll);
        let wrong = self.apply(purpose, &text).err();
        if purpose == Purpose::Search {
            self.seek_from(from, scroll);
        }
        if let Some(Overlay::Prompt(prompt)) = self.overlays.last_mut() {
            prompt.error = wrong;
        }
    }

    fn apply(&mut self, purpose: Purpose, text: &str) -> Result<(), String> {
        match purpose {
            Purpose::Search => {
                let search = Search::new(text);
                let wrong = search.as_ref().err().map(ToString::to_string);
                self.tab_mut().look_for(search.ok().flatten());
                wrong.map_or(Ok(()), Err)
            }
            Purpose::Filter => {
                let filter = Filter::new(text).map_err(|error| error.to_string())?;
                self.filter_by(filter);
                Ok(())
            }
            Purpose::File => Ok(()),
        }
    }

    /// Goes to the find nearest to where one was, or back there when nothing is looked for.
    fn seek_from(&mut self, from: Option<u64>, scroll: Scroll) {
        let list = self.list();
        let on = self.tab().search.is_some();
        if let (true, Some(item)) = (on, from) {
            self.tab_mut().sifting_mut(list).aim = Some(Aim::Nearest(item));
        } else {
            self.tab_mut().set_scroll(list, scroll);
        }
    }

    /// Shows other entries, at the place where one reads.
    fn filter_by(&mut self, filter: Option<Filter>) {
        let on = filter.is_some();
        let front = self.list();
        let items = List::ALL.map(|list| {
            // While one types, each letter filters anew from where one was before the first.
            let (scroll, item) = match self.overlays.last() {
                Some(Overlay::Prompt(prompt)) if list == front => (prompt.scroll, prompt.from),
                _ => (self.tab().scroll(list), self.cursor(list)),
            };
            (list, item.filter(|_| scroll != Scroll::Follow))
        });
        self.tab_mut().let_pass(filter);
        for (list, item) in items {
            match item {
                Some(item) if on => self.tab_mut().sifting_mut(list).aim = Some(Aim::Item(item)),
                Some(item) => self.reveal(list, item, None),
                None => {}
            }
        }
    }

    /// Leaves the line; what it says stays in force.
    pub(super) fn keep_prompt(&mut self) -> Vec<Effect> {
        let Some(Overlay::Prompt(prompt)) = self.overlays.pop() else {
            return Vec::new();
        };
        let text = prompt.line.text().to_owned();
        if let Some(error) = &prompt.error {
            let error = safe(error).into_owned();
            self.put_back(&prompt);
            self.warn(format!("not used: {error}"));
            return Vec::new();
        }
        self.typed.keep(prompt.purpose, &text);
        match prompt.purpose {
            Purpose::File if !text.is_empty() => self.send_file(PathBuf::from(text)),
            _ => Vec::new(),
        }
    }

    /// Leaves the line and puts back what was before.
    pub(super) fn drop_prompt(&mut self) {
        if let Some(Overlay::Prompt(prompt)) = self.overlays.pop() {
            self.put_back(&prompt);
        }
    }

    fn put_back(&mut self, prompt: &Prompt) {
        // It was in force, so it can be read.
        let _ = self.apply(prompt.purpose, &prompt.before);
        if prompt.purpose == Purpose::Search {
            let list = self.list();
            self.tab_mut().set_scroll(list, prompt.scroll);
        }
    }

    /// Goes to the next find, or the one before.
    fn step_find(&mut self, forward: bool) {
        if self.tab().search.is_none() {
            return;
        }
        if self.step_raw(forward) {
            return;
        }
        let list = self.list();
        let from = self.cursor(list).unwrap_or_default();
        let found = self.tab_mut().sifting_mut(list).step(from, forward);
        match found {
            Some(find) => self.reveal(list, find.item, Some(find.nth)),
            None if self.has_work() => {
                self.tab_mut().sifting_mut(list).aim = Some(Aim::Nearest(from));
            }
            None => self.say_not_found(),
        }
    }

    fn say_not_found(&mut self) {
        self.warn("not found here");
    }

    /// Brings an item of a list into view, and of its finds the `nth`.
    pub(in crate::app) fn reveal(&mut self, list: List, item: u64, nth: Option<u32>) {
        let line = nth.map_or(0, |nth| self.line_of(list, item, nth));
        let mut scroll = self.tab().scroll(list);
        let moved = self.with_rows(list, |rows, height| {
            if let Some(number) = rows.number(item) {
                scroll.reveal(number, line, rows, height);
            }
        });
        if moved.is_some() {
            self.tab_mut().set_scroll(list, scroll);
        }
    }

    /// In which line of an item the `nth` of its finds stands.
    fn line_of(&self, list: List, item: u64, nth: u32) -> usize {
        let tab = self.tab();
        let Some(search) = &tab.search else { return 0 };
        let Some(geometry) = layout::geometry(self) else {
            return 0;
        };
        let mut nth = nth;
        for (side, event) in tab.entries(list, item) {
            let count = search.count(event, tab.protocol, side).0;
            if (nth as usize) < count {
                let form = if let (Some(place), Some(ladder), List::Ladder) =
                    (&geometry.ladder, &tab.ladder, list)
                {
                    let widths = layout::halves(place.body).map(|half| half.width);
                    let rows = LadderRows::of(tab, ladder, widths, self.charset(), self.display);
                    rows.rows.columns[side as usize].form
                } else {
                    let Some(place) = geometry.side(side).and_then(|side| side.log()) else {
                        return 0;
                    };
                    let width = place.body.width;
                    let state = tab.get(side);
                    Columns::log(state, width, self.charset(), self.display).form
                };
                return entry::line_of(event, form, &search.pattern, nth);
            }
            nth -= u32::try_from(count).unwrap_or(nth).min(nth);
        }
        0
    }

    /// The raw text that has the keys, if one has.
    fn raw_text(&self) -> Option<Page> {
        let tab = self.tab();
        let (side, pane) = (tab.side, tab.pane());
        if tab.protocol != Protocol::Http || !pane.shows_views() || self.shows_log(tab.side, pane) {
            return None;
        }
        let geometry = layout::geometry(self)?;
        let place = *geometry.side(side)?.pane(pane)?;
        self.page(side, pane, layout::raw_width(self, side, &place))
    }

    /// Goes to the next find in a raw text, or the one before. Returns whether one has the keys.
    fn step_raw(&mut self, forward: bool) -> bool {
        let Some(shown) = self.raw_text() else {
            return false;
        };
        let count = shown.finds.len();
        if count == 0 {
            self.say_not_found();
            return true;
        }
        let tab = self.tab();
        let (side, pane) = (tab.side, tab.pane());
        let place =
            layout::geometry(self).and_then(|geometry| geometry.side(side)?.pane(pane).copied());
        let height = place.map_or(1, |place| usize::from(place.body.height));
        let tab = self.tab_mut();
        let reading = tab.focused_mut().http.reading_mut(pane);
        let next = match (reading.find, forward) {
            (Some(here), true) => (here + 1) % count,
            (Some(here), false) => (here + count - 1) % count,
            (None, true) => 0,
            (None, false) => count - 1,
        };
        reading.find = Some(next);
        reading.reveal(shown.finds[next], shown.lines.len(), height, shown.grows);
        true
    }

    /// Where one is among what was found in the raw text that has the keys.
    pub(in crate::app) fn raw_position(&self) -> Option<Position> {
        self.tab().search.as_ref()?;
        let page = self.raw_text()?;
        let http = &self.tab().focused().http;
        let here = http.reading(self.tab().pane()).find;
        Some(Position {
            at: here
                .filter(|here| *here < page.finds.len())
                .map(|here| here as u64 + 1),
            of: page.finds.len() as u64,
            is_final: true,
        })
    }
}
