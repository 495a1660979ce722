//! A screen that stands still while traffic goes on: a copy of the state as it was, with as much of
//! the logs as anybody will read back to. Reading, searching and looking at it in other ways goes on
//! within the copy; whatever else is done lets the screen go on first.

use std::mem;

use crossterm::event::KeyEvent;

use super::keymap::Action;
use super::scroll::Scroll;
use super::{App, Effect};
use crate::model::log::Log;
use crate::model::spec::Side;

/// How many entries of each log a frozen screen has.
const ENTRIES: u64 = 50_000;

/// What has happened behind a frozen screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Missed {
    /// How many entries.
    pub entries: u64,
    /// How many bytes were received and sent.
    pub bytes: u64,
}

impl Action {
    /// Whether it leaves sessions and what is typed for them alone.
    pub(super) fn only_reads(self) -> bool {
        matches!(
            self,
            Action::Tab(_)
                | Action::NextPane
                | Action::PreviousPane
                | Action::Left
                | Action::Right
                | Action::Pick(_)
                | Action::Scroll(_)
                | Action::Follow
                | Action::Inspect
                | Action::Why
                | Action::NextView
                | Action::Search
                | Action::NextFind
                | Action::PreviousFind
                | Action::Filter
                | Action::Keep
                | Action::Drop
                | Action::Earlier
                | Action::Later
                | Action::ClearLine
                | Action::Palette
                | Action::Zoom
                | Action::Arrange
                | Action::Times
                | Action::Hex
                | Action::Wrap
                | Action::Present
                | Action::Theme
                | Action::Mouse
                | Action::CopyMenu
                | Action::Copy(_)
                | Action::Help
                | Action::Close
                | Action::Yes
                | Action::No
                | Action::Back
                | Action::AskQuit
                | Action::QuitNow
                | Action::Suspend
        )
    }
}

impl App {
    /// Whether the screen stands still.
    #[must_use]
    pub fn is_frozen(&self) -> bool {
        self.frozen.is_some()
    }

    /// What is on the screen: the state as it is, or as it was when it was frozen.
    #[must_use]
    pub fn seen(&self) -> &App {
        self.frozen.as_deref().unwrap_or(self)
    }

    /// Holds the screen still.
    pub(super) fn freeze(&mut self) {
        // The logs may be large, and most of them will not be looked at.
        let whole: Vec<[Log; 2]> = self
            .tabs
            .iter_mut()
            .map(|tab| Side::ALL.map(|side| mem::replace(&mut tab.get_mut(side).log, Log::new(0))))
            .collect();
        let mut copy = self.clone();
        for ((tab, copied), logs) in self.tabs.iter_mut().zip(&mut copy.tabs).zip(whole) {
            for (side, log) in Side::ALL.into_iter().zip(logs) {
                let at = match tab.get(side).scroll {
                    Scroll::Anchored { cursor, .. } if tab.filter.is_none() => Some(cursor),
                    _ => None,
                };
                copied.get_mut(side).log = log.part(at, ENTRIES);
                copied.get_mut(side).frozen_at = log.end().0;
                tab.get_mut(side).log = log;
            }
            copied.settle_lists();
        }
        self.frozen = Some(Box::new(copy));
    }

    /// Lets the screen go on, where one was looking at.
    pub(super) fn thaw(&mut self) {
        let Some(copy) = self.frozen.take() else {
            return;
        };
        self.front = copy.front;
        self.display = copy.display;
        self.looks = copy.looks;
        self.mouse = copy.mouse;
        self.told_to_select = copy.told_to_select;
        self.notice = copy.notice;
        self.typed = copy.typed;
        self.last_key = copy.last_key;
        for (tab, copied) in self.tabs.iter_mut().zip(copy.tabs) {
            tab.focus(copied.side, copied.pane());
            let searches =
                [&tab.search, &copied.search].map(|one| one.as_ref().map(|one| &one.text));
            if searches[0] != searches[1] {
                tab.look_for(copied.search);
            }
            let filters =
                [&tab.filter, &copied.filter].map(|one| one.as_ref().map(|one| &one.text));
            if filters[0] != filters[1] {
                tab.let_pass(copied.filter);
            }
        }
    }

    /// What has happened since the screen was frozen.
    #[must_use]
    pub fn missed(&self) -> Missed {
        let Some(copy) = &self.frozen else {
            return Missed::default();
        };
        let mut missed = Missed::default();
        for (now, then) in self.sides().zip(copy.sides()) {
            let bytes = |stats: &crate::model::stats::Stats| stats.received + stats.sent;
            let before = if now.started == then.started {
                bytes(&then.stats)
            } else {
                0
            };
            missed.entries += now.log.end().0.saturating_sub(then.frozen_at);
            missed.bytes += bytes(&now.stats).saturating_sub(before);
        }
        missed
    }

    /// Takes a key while the screen stands still.
    pub(super) fn key_while_frozen(&mut self, event: KeyEvent) -> Vec<Effect> {
        let Some(copy) = &mut self.frozen else {
            return Vec::new();
        };
        let context = copy.context();
        let mut action = copy.keymap.action(context, event);
        if action == Some(Action::Choose) {
            action = copy.choose();
            match action {
                Some(Action::Freeze) => {}
                Some(action) if action.only_reads() => return copy.act(action, event),
                _ => {}
            }
        }
        match action {
            Some(Action::Freeze) => {
                self.thaw();
                Vec::new()
            }
            Some(action) if !action.only_reads() => {
                self.thaw();
                self.act(action, event)
            }
            None if !context.is_typing()
                && !event
                    .modifiers
                    .contains(crossterm::event::KeyModifiers::ALT) =>
            {
                Vec::new()
            }
            _ => copy.key(event),
        }
    }
}
