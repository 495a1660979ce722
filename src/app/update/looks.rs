//! The same in another way: themes, times, hex, layouts, presenting; and the list of all actions.

use crossterm::event::KeyEvent;

use crate::app::App;
use crate::app::keymap::Action;
use crate::app::layout;
use crate::app::overlay::Overlay;
use crate::app::palette::Palette;
use crate::app::scroll::Motion;
use crate::app::side::Notice;

impl App {
    /// Shows the same in another way.
    pub(super) fn show_otherwise(&mut self, action: Action) {
        let display = &mut self.display;
        match action {
            Action::Zoom => display.zoom = !display.zoom,
            Action::Hex => display.hex = !display.hex,
            Action::Wrap => self.toggle_wrap(),
            Action::Arrange => {
                display.arrangement = display.arrangement.next();
                let words = display.arrangement.words();
                self.say(words);
            }
            Action::Times => {
                display.time = display.time.next();
                let words = display.time.words();
                self.say(words);
            }
            Action::Present => {
                display.presenter = display.presenter.next();
                let words = display.presenter.words();
                self.say(words);
            }
            Action::Theme => {
                self.looks.theme = self.looks.theme.next();
                let words = format!("theme: {}", self.looks.theme.word());
                self.say(words);
            }
            _ => {}
        }
    }

    /// Shows a word that belongs to no side, until the next key.
    pub(super) fn say(&mut self, words: impl Into<String>) {
        self.notice = Some(Notice::word(words));
    }

    /// Shows a word about something refused that belongs to no side, until the next key.
    pub(super) fn warn(&mut self, words: impl Into<String>) {
        self.notice = Some(Notice::warning(words));
    }

    fn toggle_wrap(&mut self) {
        let display = &mut self.display;
        display.wrap = !display.wrap;
        display.hex = false;
        display.across = 0;
        let words = if display.wrap {
            "long lines are wrapped"
        } else {
            "long lines are not wrapped: Left and Right move in them"
        };
        self.say(words);
    }
    pub(super) fn open_palette(&mut self) {
        let palette = Palette::new(self.context());
        self.overlays.push(Overlay::Palette(Box::new(palette)));
    }

    pub(super) fn type_into_palette(&mut self, event: KeyEvent) {
        if let Some(Overlay::Palette(palette)) = self.overlays.last_mut()
            && palette.line.input(event)
        {
            palette.chosen = 0;
        }
    }

    pub(super) fn paste_into_palette(&mut self, text: &str) {
        if let Some(Overlay::Palette(palette)) = self.overlays.last_mut()
            && palette.line.insert(text)
        {
            palette.chosen = 0;
        }
    }

    pub(super) fn pick_action(&mut self, motion: Motion) {
        let Some(Overlay::Palette(mut palette)) = self.overlays.pop() else {
            return;
        };
        let rows = self.palette_items(&palette).len();
        palette.go(motion, rows, layout::palette_rows(self.size));
        self.overlays.push(Overlay::Palette(palette));
    }

    /// Leaves the list of all actions with what was chosen; what cannot be done now keeps it open.
    pub(in crate::app) fn choose(&mut self) -> Option<Action> {
        let Some(Overlay::Palette(palette)) = self.overlays.pop() else {
            return None;
        };
        let items = self.palette_items(&palette);
        match items.into_iter().nth(palette.chosen) {
            Some(item) if item.why_not.is_none() => Some(item.action),
            _ => {
                self.overlays.push(Overlay::Palette(palette));
                None
            }
        }
    }
}
