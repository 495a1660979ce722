//! What the user does with requests and answers: picks one, reads it, writes one by hand, sends it.

use bytes::Bytes;

use crate::app::editor::Editor;
use crate::app::entry::Finding;
use crate::app::http::{View, page, redirect};
use crate::app::layout;
use crate::app::overlay::Overlay;
use crate::app::raw;
use crate::app::scroll::{Motion, Scroll};
use crate::app::side::Phase;
use crate::app::tab::{Mode, Pane};
use crate::app::{App, Effect};
use crate::model::command::Command;
use crate::model::http::Answer;
use crate::model::spec::{Protocol, Side};
use crate::wire::http_message;

/// The largest answer that an editor is filled with, in bytes; of a larger one, its head.
const EDIT_LIMIT: u64 = 64 << 10;
/// What an answer written by hand begins with when there has been none.
const EXAMPLE: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 15\r\n\r\n<h1>Hello!</h1>";

impl App {
    /// How many rows the list of a side's requests has.
    pub(in crate::app) fn list_height(&self, side: Side) -> usize {
        let place = layout::geometry(self).and_then(|geometry| {
            let place = geometry.side(side)?.pane(Pane::Requests)?;
            Some(place.body.height)
        });
        layout::list_rows(self.tab().get(side), place.unwrap_or(1)).into()
    }

    pub(super) fn pick_exchange(&mut self, motion: Motion) {
        let height = self.list_height(self.tab().side);
        self.tab_mut().focused_mut().http.pick(motion, height);
    }

    /// Follows the newest request, or reads the raw text where something happens. Returns whether
    /// that is what is followed here.
    pub(super) fn follow_exchanges(&mut self) -> bool {
        let (side, pane) = (self.tab().side, self.tab().pane());
        let height = self.list_height(side);
        let shows_log = self.shows_log(side, pane);
        let tab = self.tab_mut();
        let http = &mut tab.focused_mut().http;
        match pane {
            Pane::Requests if http.list == Scroll::Follow => {
                let mut list = http.list;
                list.anchor(&http.rows(), height);
                http.list = list;
            }
            Pane::Requests => {
                http.list = Scroll::Follow;
                http.start_reading();
            }
            Pane::Raw | Pane::Answer if !shows_log => http.start_reading(),
            _ => return false,
        }
        true
    }

    /// Whether a pane shows the log now.
    pub(in crate::app) fn shows_log(&self, side: Side, pane: Pane) -> bool {
        let tab = self.tab();
        let last = match side {
            Side::Server => Pane::Raw,
            Side::Client => Pane::Answer,
        };
        pane == last && tab.get(side).http.view == View::Log
    }

    /// Moves in the raw text of a pane. Returns whether it shows one.
    pub(super) fn scroll_raw(&mut self, side: Side, pane: Pane, motion: Motion) -> bool {
        if !pane.shows_views() || self.shows_log(side, pane) {
            return false;
        }
        let place =
            layout::geometry(self).and_then(|geometry| geometry.side(side)?.pane(pane).copied());
        let Some(place) = place else { return true };
        let shown = self.page(side, pane, layout::raw_width(self, side, &place));
        let (rows, grows) = shown.map_or((0, false), |page| (page.lines.len(), page.grows));
        let reading = self.tab_mut().get_mut(side).http.reading_mut(pane);
        reading.go(motion, rows, place.body.height.into(), grows);
        true
    }

    /// The raw text that a pane shows, laid out for a width; `None` when there is none yet.
    #[must_use]
    pub fn page(&self, side: Side, pane: Pane, width: u16) -> Option<page::Page> {
        let state = self.tab().get(side);
        let http = &state.http;
        let setting = self.setting(http.reading(pane).find, width);
        if pane == Pane::Raw
            && let Some(bytes) = http.unsent(side)
        {
            return Some(page::unsent(bytes, setting));
        }
        let exchange = http.shown()?;
        let over = exchange.closed || !state.phase.is_active();
        let method = &exchange.method();
        let answer = page::Direction::Answer(method);
        Some(match (pane, http.view, side) {
            (Pane::Raw, View::Answer, Side::Server) => {
                page::message(&exchange.response, answer, over, setting)
            }
            (Pane::Answer, View::Body, _) => page::body(exchange, setting),
            (Pane::Answer, ..) => page::message(&exchange.response, answer, over, setting),
            _ => {
                let request = page::Direction::Request;
                let over = over || (side == Side::Client && exchange.answered.is_some());
                page::message(&exchange.request, request, over, setting)
            }
        })
    }

    /// How a raw text is laid out for a width, one being at one of its finds.
    #[must_use]
    pub fn setting(&self, find: Option<usize>, width: u16) -> page::Setting<'_> {
        let search = self.tab().search.as_ref();
        page::Setting {
            width,
            charset: self.charset(),
            payload: self.display.payload(),
            finding: search.map(|search| Finding {
                pattern: &search.pattern,
                here: find.and_then(|find| u32::try_from(find).ok()),
            }),
        }
    }

    /// Whether Enter goes where the answer redirects to.
    #[must_use]
    pub fn redirects(&self) -> bool {
        let tab = self.tab();
        let shown = tab.focused().http.shown();
        tab.side == Side::Client && shown.and_then(redirect::location).is_some()
    }

    pub(super) fn open_exchange(&mut self) -> Vec<Effect> {
        if self.redirects() {
            return self.follow_redirect();
        }
        let tab = self.tab_mut();
        let side = tab.side;
        if tab.pane() == Pane::Requests {
            let pane = match side {
                Side::Server => Pane::Raw,
                Side::Client => Pane::Answer,
            };
            tab.focus(side, pane);
        }
        Vec::new()
    }

    fn follow_redirect(&mut self) -> Vec<Effect> {
        let state = self.tab_mut().focused_mut();
        let Some(exchange) = state.http.shown() else {
            return Vec::new();
        };
        let (Some(location), Some(status)) = (redirect::location(exchange), exchange.status) else {
            return Vec::new();
        };
        let Some(spec) = &state.spec else {
            return Vec::new();
        };
        let raw = Bytes::from(exchange.request.start(usize::MAX));
        let asked = http_message::read_request(&raw, &spec.address, &spec.asking);
        match redirect::resolve(&location, &spec.address, &asked.target) {
            Ok(url) => {
                let next = redirect::follow(&asked, status, &url);
                state.form.set_asking(&next, &url.address);
                state.http.edited = None;
                self.resend()
            }
            Err(error) => {
                state.warn(format!("not followed: {error}"));
                Vec::new()
            }
        }
    }

    pub(super) fn next_view(&mut self) {
        let tab = self.tab_mut();
        let side = tab.side;
        tab.focused_mut().http.next_view(side);
        if side == Side::Client {
            tab.focus(side, Pane::Answer);
        }
    }

    pub(super) fn close_exchange(&mut self) -> Vec<Effect> {
        let state = self.tab_mut().focused_mut();
        let http = &state.http;
        let shown = http.shown().map(|exchange| exchange.conn);
        let open = shown.filter(|conn| http.exchanges.is_open(*conn));
        let silent = http.exchanges.silent().map(|(conn, _)| conn).next();
        if let (Some(id), Some(conn)) = (state.session, open.or(silent)) {
            return vec![Effect::Command(id, Command::Close { conn })];
        }
        state.warn("its connection is closed already".to_owned());
        Vec::new()
    }

    /// Opens the editor on the answer or the request.
    pub(super) fn edit(&mut self) {
        let side = self.tab().side;
        let state = self.tab_mut().focused_mut();
        let (text, note) = match (state.http.draft.take(), side) {
            (Some(draft), _) => (draft, None),
            (None, Side::Server) => {
                let (bytes, note) = state.answer_to_edit();
                (raw::to_text(&bytes), note)
            }
            (None, Side::Client) => {
                let Some(bytes) = state.request_to_send() else {
                    self.show_form_error();
                    return;
                };
                (raw::to_text(&bytes), None)
            }
        };
        let editor = Editor::new(side, &text, note);
        self.overlays.push(Overlay::Editor(Box::new(editor)));
    }

    fn show_form_error(&mut self) {
        let tab = self.tab_mut();
        let side = tab.side;
        tab.focus(side, Pane::Form);
        tab.mode = Mode::Keys;
    }

    /// Lets a key or a paste change what is edited; it tells whether it fitted.
    pub(super) fn edit_raw(&mut self, change: impl FnOnce(&mut Editor) -> bool) {
        if let Some(Overlay::Editor(editor)) = self.overlays.last_mut()
            && !change(editor)
        {
            editor.error = Some("nothing more fits (1 MiB at most)".to_owned());
        }
    }

    /// Leaves the editor. What cannot be read keeps it open once; left then, it is kept as a draft.
    pub(super) fn done_editing(&mut self) -> Vec<Effect> {
        let Some(Overlay::Editor(mut editor)) = self.overlays.pop() else {
            return Vec::new();
        };
        let side = editor.side;
        let state = self.tab_mut().get_mut(side);
        let leaves = editor.error.take().is_some();
        let Some(bytes) = editor.bytes() else {
            if leaves {
                state.http.draft = Some(editor.text());
                state.warn("not used: e edits it on".to_owned());
            } else {
                self.overlays.push(Overlay::Editor(editor));
            }
            return Vec::new();
        };
        let bytes = Bytes::from(bytes);
        match (side, state.session) {
            (Side::Server, Some(id)) => {
                state.http.edited = Some(bytes.clone());
                vec![Effect::Command(id, Command::Answer(Answer::Raw(bytes)))]
            }
            (Side::Server, None) => {
                state.http.draft = Some(editor.text());
                state.warn("not used, no server runs: e edits it on".to_owned());
                Vec::new()
            }
            (Side::Client, _) => {
                state.form.set_raw_request(&bytes);
                state.http.edited = Some(bytes);
                state.http.list = Scroll::Follow;
                state.http.start_reading();
                Vec::new()
            }
        }
    }

    pub(super) fn normal_answer(&mut self) -> Vec<Effect> {
        let state = self.tab_mut().focused_mut();
        let (Some(id), Some(spec)) = (state.session, &state.spec) else {
            return Vec::new();
        };
        let answer = spec.serving.answer.clone();
        if state.side == Side::Client || state.http.edited.take().is_none() {
            return Vec::new();
        }
        vec![Effect::Command(id, Command::Answer(answer))]
    }

    pub(super) fn one_at_a_time(&mut self) -> Vec<Effect> {
        let state = self.tab_mut().focused_mut();
        let (Some(id), Phase::Running, Side::Server) = (state.session, state.phase, state.side)
        else {
            return Vec::new();
        };
        state.http.one_at_a_time = !state.http.one_at_a_time;
        let on = state.http.one_at_a_time;
        state.say(if on {
            "one connection at a time from now on".to_owned()
        } else {
            "all at once from now on".to_owned()
        });
        vec![Effect::Command(id, Command::OneAtATime(on))]
    }

    /// Sends what the form and the editor hold: over the running session when it goes to the same
    /// address, otherwise with a new one.
    pub(super) fn resend(&mut self) -> Vec<Effect> {
        if self.tab().side == Side::Server || self.tab().protocol != Protocol::Http {
            return Vec::new();
        }
        let state = self.tab_mut().focused_mut();
        let Some((bytes, spec)) = state.form.asks() else {
            self.show_form_error();
            return Vec::new();
        };
        let same = state
            .spec
            .as_ref()
            .is_some_and(|old| old.address == spec.address);
        let (phase, session) = (state.phase, state.session);
        match (phase, session) {
            (Phase::Running, Some(id)) if same => {
                state.http.edited = None;
                state.http.list = Scroll::Follow;
                state.http.start_reading();
                let tab = self.tab_mut();
                if tab.pane() == Pane::Form {
                    tab.focus(Side::Client, Pane::Requests);
                    tab.mode = Mode::Keys;
                }
                vec![Effect::Command(id, Command::Request(bytes))]
            }
            (Phase::Running | Phase::Starting, Some(id)) => {
                state.http.again = true;
                state.phase = Phase::Stopping;
                vec![Effect::Stop(id)]
            }
            (Phase::Stopping, _) => {
                state.http.again = true;
                Vec::new()
            }
            _ => self.start(Side::Client),
        }
    }
}

impl crate::app::side::SideState {
    /// What the next answer is written from: what was written before, the last answer sent, or an
    /// example; and what is to be said about it.
    fn answer_to_edit(&self) -> (Vec<u8>, Option<&'static str>) {
        if let Some(edited) = &self.http.edited {
            return (edited.to_vec(), None);
        }
        let exchanges = &self.http.exchanges;
        let answered = (exchanges.start()..exchanges.end())
            .rev()
            .filter_map(|number| exchanges.get(number))
            .find(|exchange| exchange.response.whole && exchange.status != Some(400));
        let Some(exchange) = answered else {
            return (EXAMPLE.to_vec(), None);
        };
        let mut bytes = exchange.response.start(usize::MAX);
        if exchange.response.len <= EDIT_LIMIT {
            return (bytes, None);
        }
        let head = bytes
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .map_or(0, |at| at + 4);
        bytes.truncate(head);
        (
            bytes,
            Some("the last answer is too long: only its head is here"),
        )
    }

    /// The bytes that `R` would send, `None` when the form cannot be read.
    #[must_use]
    pub fn request_to_send(&mut self) -> Option<Bytes> {
        if let Some(edited) = &self.http.edited {
            return Some(edited.clone());
        }
        self.form.asks().map(|(bytes, _)| bytes)
    }
}
