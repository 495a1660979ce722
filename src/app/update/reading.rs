//! Moving through logs, the ladder and pages; what moves is what `layout` says is shown.

use ratatui::layout::Rect;

use crate::app::App;
use crate::app::layout;
use crate::app::overlay::{EntryRows, Overlay, help_lines};
use crate::app::scroll::{Motion, Rows, Scroll};
use crate::app::views::{Columns, LadderRows, LogRows};
use crate::model::log::EntryId;
use crate::model::spec::{Protocol, Side};

impl App {
    fn screen(&self) -> Rect {
        Rect::new(0, 0, self.size.0, self.size.1)
    }

    /// Lets `change` work on what is scrolled now: the page in front, the ladder, or a log.
    fn with_scroll(&mut self, change: impl Fn(&mut Scroll, &dyn Rows, usize)) {
        let screen = self.screen();
        if let Some(Overlay::Entry { event, scroll, .. }) = self.overlays.last_mut() {
            let rows = EntryRows::of(event, layout::hex_columns(screen));
            let height = layout::page_body(layout::page(screen, rows.0)).height;
            change(scroll, &rows, height.into());
            return;
        }
        let Some(geometry) = layout::geometry(self) else {
            return;
        };
        let charset = self.charset();
        let tab = self.tab();
        if let (Some(place), Some(ladder)) = (&geometry.ladder, &tab.ladder) {
            let widths = layout::halves(place.body).map(|half| half.width);
            let rows = LadderRows::new(tab, ladder, widths, charset);
            let mut scroll = tab.ladder_scroll;
            change(&mut scroll, &rows, place.body.height.into());
            self.tab_mut().ladder_scroll = scroll;
        } else if let Some(place) = geometry.side(tab.side).and_then(layout::SidePlace::log) {
            let state = tab.focused();
            let columns = Columns::log(state, place.body.width, charset);
            let rows = LogRows {
                log: &state.log,
                columns,
            };
            let mut scroll = state.scroll;
            change(&mut scroll, &rows, place.body.height.into());
            self.tab_mut().focused_mut().scroll = scroll;
        }
    }

    pub(super) fn scroll(&mut self, motion: Motion) {
        let charset = self.charset();
        let screen = self.screen();
        if let Some(Overlay::Help { context, from }) = self.overlays.last_mut() {
            let lines =
                help_lines(&self.keymap, *context, layout::page_width(screen), charset).len();
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
        if self.overlays.is_empty() && self.scroll_raw(motion) {
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
        }
        tab.ladder_scroll = Scroll::Follow;
        if let Some(ladder) = &mut tab.ladder {
            ladder.clear();
        }
    }

    pub(super) fn inspect(&mut self) {
        let tab = self.tab();
        let (charset, mut side) = (self.charset(), tab.side);
        let shows_ladder = layout::geometry(self).is_some_and(|g| g.ladder.is_some());
        let event = match &tab.ladder {
            Some(ladder) if shows_ladder => {
                let rows = LadderRows::new(tab, ladder, [80; 2], charset);
                tab.ladder_scroll.cursor(&rows).and_then(|row| {
                    if rows.entry(row, side).is_none() {
                        side = side.other();
                    }
                    rows.entry(row, side)
                })
            }
            _ => {
                let state = tab.focused();
                let rows = LogRows {
                    log: &state.log,
                    columns: Columns::log(state, 80, charset),
                };
                state
                    .scroll
                    .cursor(&rows)
                    .and_then(|id| state.log.get(EntryId(id)))
            }
        };
        if let Some(event) = event {
            let mut scroll = Scroll::Follow;
            scroll.go(Motion::Top, &EntryRows::of(event, 16), 1);
            let entry = Overlay::Entry {
                event: Box::new(event.clone()),
                protocol: tab.protocol,
                side,
                scroll,
            };
            self.overlays.push(entry);
        }
    }
}
