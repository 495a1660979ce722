//! Moving through logs, the ladder and pages; what moves is what `layout` says is shown.

use ratatui::layout::Rect;

use crate::app::App;
use crate::app::layout;
use crate::app::lists::List;
use crate::app::overlay::{EntryRows, Overlay, help_lines};
use crate::app::scroll::{Motion, Rows, Scroll};
use crate::model::event::Event;
use crate::model::spec::{Protocol, Side};
use crate::wire::rows::MAX_WIDTH;

/// How far a key moves sideways, in cells.
const SIDEWAYS: u16 = 8;

impl App {
    fn screen(&self) -> Rect {
        Rect::new(0, 0, self.size.0, self.size.1)
    }

    /// Lets `change` work on what is scrolled now: the page in front, the ladder, or a log.
    fn with_scroll(&mut self, change: impl FnMut(&mut Scroll, &dyn Rows, usize)) {
        self.with_scroll_of(self.list(), change);
    }

    /// The same for any list.
    pub(super) fn with_scroll_of(
        &mut self,
        list: List,
        mut change: impl FnMut(&mut Scroll, &dyn Rows, usize),
    ) {
        let screen = self.screen();
        if let Some(Overlay::Entry { event, scroll, .. }) = self.overlays.last_mut() {
            let rows = EntryRows::of(event, layout::hex_columns(screen));
            let height = layout::page_body(layout::page(screen, rows.0)).height;
            change(scroll, &rows, height.into());
            return;
        }
        let mut scroll = self.tab().scroll(list);
        let moved = self.with_rows(list, |rows, height| change(&mut scroll, rows, height));
        if moved.is_some() {
            self.tab_mut().set_scroll(list, scroll);
        }
    }

    pub(super) fn scroll(&mut self, motion: Motion) {
        let (charset, screen) = (self.charset(), self.screen());
        let width = layout::page_width(screen);
        let read = match self.overlays.last_mut() {
            Some(Overlay::Help { context, from }) => {
                let lines = help_lines(&self.keymap, *context, width, charset).len();
                Some((from, lines))
            }
            Some(Overlay::Card { card, from }) => Some((from, card.rows(width, charset).len())),
            _ => None,
        };
        if let Some((from, lines)) = read {
            let page = usize::from(layout::page_body(layout::page(screen, lines)).height);
            let to = match motion {
                Motion::Up => from.saturating_sub(1),
                Motion::Down => *from + 1,
                Motion::PageUp => from.saturating_sub(page),
                Motion::PageDown => *from + page,
                Motion::Top => 0,
                Motion::Bottom => lines,
            };
            *from = to.min(lines.saturating_sub(page));
            return;
        }
        let (side, pane) = (self.tab().side, self.tab().pane());
        if self.overlays.is_empty() && self.scroll_raw(side, pane, motion) {
            return;
        }
        self.with_scroll(|scroll, rows, height| scroll.go(motion, rows, height));
    }

    pub(super) fn toggle_follow(&mut self) {
        if self.tab().protocol == Protocol::Http && self.follow_exchanges() {
            return;
        }
        self.with_scroll(|scroll, rows, height| match scroll {
            Scroll::Follow => scroll.anchor(rows, height),
            Scroll::Anchored { .. } => *scroll = Scroll::Follow,
        });
    }

    pub(super) fn clear_log(&mut self) {
        let tab = self.tab_mut();
        let sides: &[Side] = if tab.ladder.is_some() {
            &Side::ALL
        } else {
            &[tab.side]
        };
        for side in sides {
            let state = tab.get_mut(*side);
            state.log.clear();
            state.scroll = Scroll::Follow;
            state.http.exchanges.clear();
            state.http.list = Scroll::Follow;
        }
        tab.ladder_scroll = Scroll::Follow;
        if let Some(ladder) = &mut tab.ladder {
            ladder.clear();
        }
        tab.settle_lists();
    }

    /// The entry that keys act on, and its side.
    pub(in crate::app) fn entry_at_cursor(&self) -> Option<(Side, &Event)> {
        let tab = self.tab();
        let list = match self.list() {
            List::Requests(side) => List::Log(side),
            list => list,
        };
        let item = self.cursor(list)?;
        let mut entries: Vec<_> = tab.entries(list, item).collect();
        // Of the two ends of one thing, the one on the side that has the keys.
        entries.sort_by_key(|(side, _)| *side != tab.side);
        entries.first().copied()
    }

    pub(super) fn inspect(&mut self) {
        let Some((side, event)) = self.entry_at_cursor() else {
            return;
        };
        let mut scroll = Scroll::Follow;
        scroll.go(Motion::Top, &EntryRows::of(event, 16), 1);
        let entry = Overlay::Entry {
            event: Box::new(event.clone()),
            protocol: self.tab().protocol,
            side,
            scroll,
        };
        self.overlays.push(entry);
    }

    /// Explains what keys act on. On an explanation it closes that.
    pub(super) fn explain(&mut self) {
        if let Some(Overlay::Card { .. }) = self.overlays.last() {
            self.overlays.pop();
        } else if let Some(card) = self.why() {
            let card = Box::new(card);
            self.overlays.push(Overlay::Card { card, from: 0 });
        }
    }

    /// Moves in lines that are not wrapped, or goes to the other side.
    pub(super) fn go_aside(&mut self, right: bool) {
        if self.display.is_sideways() {
            let across = &mut self.display.across;
            *across = if right {
                across.saturating_add(SIDEWAYS).min(MAX_WIDTH - SIDEWAYS)
            } else {
                across.saturating_sub(SIDEWAYS)
            };
            return;
        }
        let tab = self.tab_mut();
        let (side, pane) = (tab.side.other(), tab.pane());
        tab.focus(side, pane);
    }
}
