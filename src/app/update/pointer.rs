//! What the pointer does: a click does what the key would that the words under it name, or puts the
//! cursor there; a second click opens; the wheel turns what is under it and leaves the focus alone.
//! Nothing needs the pointer.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::app::form::Name;
use crate::app::keymap::{Action, Context};
use crate::app::layout;
use crate::app::lists::List;
use crate::app::overlay::Overlay;
use crate::app::scroll::{Motion, Scroll};
use crate::app::spot::{Pointer, Spot};
use crate::app::tab::{Mode, Pane};
use crate::app::{App, Effect};
use crate::model::event::ConnId;
use crate::model::spec::Side;

/// How many rows a step of the wheel is.
const STEP: usize = 3;

/// The key of a click: none.
const NO_KEY: KeyEvent = KeyEvent::new(KeyCode::Null, KeyModifiers::NONE);

impl App {
    pub(super) fn point(&mut self, spot: Option<Spot>, what: Pointer) -> Vec<Effect> {
        match (what, spot) {
            (Pointer::Drag, _) => self.tell_how_to_select(),
            (Pointer::Click, Some(spot)) => {
                self.notice = None;
                self.tab_mut().focused_mut().notice = None;
                self.tab_mut().cut_off = false;
                return self.click(spot);
            }
            (Pointer::WheelUp, Some(spot)) => self.wheel(spot, true),
            (Pointer::WheelDown, Some(spot)) => self.wheel(spot, false),
            (_, None) => {}
        }
        Vec::new()
    }

    /// The same while the screen stands still: reading goes on within the copy, whatever else is
    /// done lets the screen go on first.
    pub(super) fn point_while_frozen(&mut self, spot: Option<Spot>, what: Pointer) -> Vec<Effect> {
        let Some(copy) = self.frozen.as_deref_mut() else {
            return Vec::new();
        };
        let reads = match spot {
            _ if what != Pointer::Click => true,
            Some(Spot::Action(action) | Spot::In(_, _, action)) => action.only_reads(),
            // The second click sends or types.
            Some(Spot::Request(..)) => !copy.redirects(),
            Some(Spot::Pane(_, pane)) => pane != Pane::Box,
            Some(
                Spot::Connection(..)
                | Spot::Field(..)
                | Spot::Value(..)
                | Spot::LineEnd(_)
                | Spot::Choice(_),
            ) => false,
            _ => true,
        };
        if reads {
            return copy.point(spot, what);
        }
        let chosen = match spot {
            Some(Spot::Choice(n)) => copy.choose_at(n),
            _ => None,
        };
        match chosen {
            Some(action) if action.only_reads() => copy.act(action, NO_KEY),
            Some(Action::Freeze) => {
                self.thaw();
                Vec::new()
            }
            Some(action) => {
                self.thaw();
                self.act(action, NO_KEY)
            }
            None if matches!(spot, Some(Spot::Choice(_))) => Vec::new(),
            None => {
                self.thaw();
                match spot {
                    Some(Spot::Action(Action::Freeze)) => Vec::new(),
                    spot => self.point(spot, what),
                }
            }
        }
    }

    pub(super) fn toggle_mouse(&mut self) -> Vec<Effect> {
        self.mouse = !self.mouse;
        vec![Effect::Mouse(self.mouse)]
    }

    /// Says it at the first drag: who drags wants to select.
    fn tell_how_to_select(&mut self) {
        if std::mem::replace(&mut self.told_to_select, true) {
            return;
        }
        let key = self.key_name(Context::Log, Action::Mouse);
        let words = if self.context().is_typing() {
            format!("to select text: Esc, then {key}; in most terminals Shift and drag does too")
        } else {
            format!(
                "press {key} to select text with the mouse; in most terminals Shift and drag does too"
            )
        };
        self.say(words);
    }

    fn click(&mut self, spot: Spot) -> Vec<Effect> {
        match spot {
            // A row of the copy menu that cannot be copied says why.
            Spot::Action(action) if self.can(action) || matches!(action, Action::Copy(_)) => {
                return self.act(action, NO_KEY);
            }
            Spot::In(side, pane, action) => {
                self.focus_pane(side, pane);
                if self.can(action) {
                    return self.act(action, NO_KEY);
                }
            }
            Spot::Pane(side, Pane::Box) => {
                self.tab_mut().focus(side, Pane::Box);
                self.tab_mut().mode = Mode::Type;
            }
            Spot::Pane(side, pane) => self.focus_pane(side, pane),
            Spot::Entry(side, pane, at) => {
                if self.click_item(side, pane, at) {
                    self.inspect();
                }
            }
            Spot::Request(side, at) => {
                if self.click_item(side, Pane::Requests, at) {
                    return self.open_exchange();
                }
            }
            Spot::Connection(side, conn) => self.click_connection(side, conn),
            Spot::Field(side, name) => self.click_field(side, name),
            Spot::Value(side, name) => {
                self.focus_pane(side, Pane::Form);
                let state = self.tab_mut().focused_mut();
                state.form.select(name);
                if state.form.turn(true) {
                    state.offer = None;
                }
            }
            Spot::LineEnd(side) => self.tab_mut().get_mut(side).chat.next_line_end(),
            Spot::Newest(side, pane) => {
                let list = self.list_of(side, pane);
                self.tab_mut().set_scroll(list, Scroll::Follow);
            }
            Spot::Choice(n) => {
                if let Some(action) = self.choose_at(n) {
                    return self.act(action, NO_KEY);
                }
            }
            Spot::Beside if self.overlays.last().is_some_and(closes_beside) => {
                return self.key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE));
            }
            Spot::Action(_) | Spot::Page | Spot::Beside => {}
        }
        Vec::new()
    }

    /// The list that a pane shows.
    fn list_of(&self, side: Side, pane: Pane) -> List {
        let both = layout::geometry(self).is_some_and(|geometry| geometry.ladder.is_some());
        match pane {
            Pane::Requests => List::Requests(side),
            _ if both => List::Ladder,
            _ => List::Log(side),
        }
    }

    fn has_keys(&self, side: Side, pane: Pane) -> bool {
        let tab = self.tab();
        tab.side == side && tab.pane() == pane
    }

    /// Gives the keys to a pane. What is typed there goes on being typed there.
    fn focus_pane(&mut self, side: Side, pane: Pane) {
        if !self.has_keys(side, pane) {
            let tab = self.tab_mut();
            tab.focus(side, pane);
            tab.mode = Mode::Keys;
        }
    }

    /// Puts the cursor of a list on an item. Returns whether it stood there before, with the keys.
    fn click_item(&mut self, side: Side, pane: Pane, at: u64) -> bool {
        let had_keys = self.has_keys(side, pane);
        let mut again = false;
        // In the view that was clicked; the one that the focus brings may have other rows.
        self.with_scroll_of(self.list_of(side, pane), |scroll, rows, height| {
            again = scroll.point(at, rows, height);
        });
        self.focus_pane(side, pane);
        again && had_keys
    }

    fn click_connection(&mut self, side: Side, conn: ConnId) {
        let had_keys = self.has_keys(side, Pane::Connections);
        self.focus_pane(side, Pane::Connections);
        if self.tab_mut().focused_mut().connections.pick(conn) && had_keys {
            self.begin_typing();
        }
    }

    fn click_field(&mut self, side: Side, name: Name) {
        let had_keys = self.has_keys(side, Pane::Form);
        self.focus_pane(side, Pane::Form);
        if self.tab_mut().focused_mut().form.select(name) && had_keys {
            self.begin_typing();
        }
    }

    /// Leaves the list of all actions with this row of it.
    fn choose_at(&mut self, n: usize) -> Option<Action> {
        if let Some(Overlay::Palette(palette)) = self.overlays.last_mut() {
            palette.chosen = n;
        }
        self.choose()
    }

    fn wheel(&mut self, spot: Spot, up: bool) {
        if !self.overlays.is_empty() {
            if spot != Spot::Beside {
                self.wheel_over_page(up);
            }
            return;
        }
        let Some((side, pane)) = spot.pane() else {
            return;
        };
        match pane {
            Pane::Connections => self.turn_connections(side, up),
            Pane::Raw | Pane::Answer if !self.shows_log(side, pane) => {
                let motion = if up { Motion::Up } else { Motion::Down };
                for _ in 0..STEP {
                    self.scroll_raw(side, pane, motion);
                }
            }
            // All of it shows, or its keys show the rest.
            Pane::Form => {}
            Pane::Requests | Pane::Log | Pane::Box | Pane::Raw | Pane::Answer => {
                self.turn_list(self.list_of(side, pane), up);
            }
        }
    }

    fn wheel_over_page(&mut self, up: bool) {
        let motion = if up { Motion::Up } else { Motion::Down };
        match self.overlays.last_mut() {
            Some(Overlay::Help { .. } | Overlay::Card { .. }) => {
                (0..STEP).for_each(|_| self.scroll(motion));
            }
            Some(Overlay::Entry { .. }) => self.turn_list(self.list(), up),
            Some(Overlay::Palette(_)) => self.pick_action(motion),
            Some(Overlay::Editor(editor)) => {
                let code = if up { KeyCode::Up } else { KeyCode::Down };
                for _ in 0..STEP {
                    editor.input(code.into());
                }
            }
            _ => {}
        }
    }

    fn turn_connections(&mut self, side: Side, up: bool) {
        let geometry = layout::geometry(self);
        let place = geometry.as_ref().and_then(|g| g.side(side));
        let Some(place) = place.and_then(|place| place.pane(Pane::Connections)) else {
            return;
        };
        let height = usize::from(place.body.height);
        let connections = &mut self.tab_mut().get_mut(side).connections;
        connections.turn(up, STEP, height);
    }

    fn turn_list(&mut self, list: List, up: bool) {
        self.with_scroll_of(list, |scroll, rows, height| {
            scroll.turn(up, STEP, rows, height);
        });
    }
}

/// Whether a click beside an overlay closes it: no answer to a question, and what is written by hand
/// is not let go by a slip.
fn closes_beside(overlay: &Overlay) -> bool {
    !matches!(overlay, Overlay::Question(_) | Overlay::Editor(_))
}
