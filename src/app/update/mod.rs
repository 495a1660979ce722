//! Messages in, state changed, effects out. Keys reach this folder as actions; what is text goes to
//! the box or the form. What starts, stops and sends is in `sessions`, what moves in `reading`.

mod copy;
mod finding;
mod http;
mod looks;
mod pointer;
mod reading;
mod sessions;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::app::keymap::{Action, Context};
use crate::app::overlay::{Overlay, Question};
use crate::app::prompt::{Line, Purpose};
use crate::app::scroll::Motion;
use crate::app::side::Phase;
use crate::app::tab::{Mode, Pane};
use crate::app::{App, Effect, LastKey, Message};
use crate::model::command::{Command, Target};
use crate::model::event::{Event, EventKind, Outcome, SessionId};
use crate::model::spec::{Protocol, Side};

/// A paste above this many bytes is asked about first.
const PASTE_ASK: usize = 64 << 10;

impl App {
    /// Takes one message. Effects are to be carried out in their order.
    pub fn update(&mut self, message: Message) -> Vec<Effect> {
        match message {
            Message::Key(event) if event.kind == KeyEventKind::Release => Vec::new(),
            Message::Key(event) if self.is_frozen() => self.key_while_frozen(event),
            Message::Key(event) => self.key(event),
            Message::Paste(text) => {
                self.paste(text);
                Vec::new()
            }
            Message::Copied(notice) => {
                match &mut self.frozen {
                    Some(copy) => copy.notice = Some(notice),
                    None => self.notice = Some(notice),
                }
                Vec::new()
            }
            Message::Mouse { spot, what } if self.is_frozen() => {
                self.point_while_frozen(spot, what)
            }
            Message::Mouse { spot, what } => self.point(spot, what),
            Message::Resize(width, height) => {
                self.size = (width, height);
                if let Some(copy) = &mut self.frozen {
                    copy.size = self.size;
                }
                Vec::new()
            }
            Message::Tick(now) => {
                self.now = now;
                Vec::new()
            }
            Message::Event(id, event) => self.observe(id, event),
            Message::Refused {
                session,
                command,
                why,
            } => {
                self.refused(session, command, &why);
                Vec::new()
            }
        }
    }

    /// The side that a session belongs to.
    #[must_use]
    pub fn owner(&self, id: SessionId) -> Option<(Protocol, Side)> {
        self.sides()
            .find(|side| side.session == Some(id))
            .map(|side| (side.protocol, side.side))
    }

    fn observe(&mut self, id: SessionId, event: Event) -> Vec<Effect> {
        let Some((protocol, side)) = self.owner(id) else {
            return Vec::new();
        };
        self.now = self.now.max(event.at);
        let stopped = matches!(event.kind, EventKind::Stopped { .. });
        let first_local = match &event.kind {
            EventKind::Listening { local } => Some(*local),
            _ => None,
        };
        let tab = &mut self.tabs[protocol as usize];
        tab.record(side, event);
        if stopped {
            if side == Side::Server {
                tab.client_follows = false;
            }
            if tab.side == side {
                tab.cut_off = tab.mode == Mode::Type;
                tab.mode = Mode::Keys;
                let state = tab.get(side);
                let done = matches!(state.phase, Phase::Ended(Outcome::Done));
                // What was answered says more than that the session failed.
                let newest = state.http.exchanges.newest();
                let heard = newest
                    .is_some_and(|one| one.began >= state.started && !one.response.is_empty());
                let to_read = (done || heard) && tab.panes(side).contains(&Pane::Requests);
                if !to_read {
                    tab.focus(side, Pane::Form);
                } else if tab.pane() == Pane::Form {
                    tab.focus(side, Pane::Requests);
                }
            }
            tab.refresh_ladder();
            if std::mem::take(&mut tab.get_mut(side).http.again) {
                return self.start_in(protocol, side, |_| ());
            }
        }
        match first_local {
            Some(local) => self.start_waiting_client(protocol, local.port()),
            None => Vec::new(),
        }
    }

    /// A client that was to start together with its server starts when the server listens, at the
    /// port that the server has got.
    fn start_waiting_client(&mut self, protocol: Protocol, port: u16) -> Vec<Effect> {
        let tab = &mut self.tabs[protocol as usize];
        if !std::mem::take(&mut tab.client_follows) {
            return Vec::new();
        }
        if let Some(mut address) = tab.get(Side::Client).form.address() {
            address.port = port;
            tab.get_mut(Side::Client).form.set_address(&address);
        }
        self.start_in(protocol, Side::Client, |_| ())
    }

    fn refused(&mut self, session: SessionId, command: Command, why: &str) {
        let Some((protocol, side)) = self.owner(session) else {
            return;
        };
        let state = self.tabs[protocol as usize].get_mut(side);
        if let Command::Send { to, data } = command {
            state.chat.take_back();
            state.connections.forget_waiting(to, data.len() as u64);
        }
        state.warn(format!("not sent: {why}"));
    }

    pub(super) fn key(&mut self, event: KeyEvent) -> Vec<Effect> {
        let context = self.context();
        self.tab_mut().focused_mut().notice = None;
        self.notice = None;
        if self.is_late_text(event) {
            self.type_into_box(event);
            return Vec::new();
        }
        self.tab_mut().cut_off = false;
        if let Some(action) = self.keymap.action(context, event) {
            self.tab_mut().typed = None;
            self.note_key(context, action, event);
            return self.act(action, event);
        }
        if event.modifiers.contains(KeyModifiers::ALT) {
            // A slow link glues Esc and the next key into one Alt+key.
            let mut effects = self.key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE));
            effects.extend(self.key(KeyEvent {
                modifiers: event.modifiers - KeyModifiers::ALT,
                ..event
            }));
            return effects;
        }
        match context {
            Context::TypeBox => self.type_into_box(event),
            Context::TypeForm => self.edit_form(event),
            Context::Editor => self.edit_raw(|editor| editor.input(event)),
            Context::Prompt => self.type_into_prompt(event),
            Context::Palette => self.type_into_palette(event),
            _ => {}
        }
        Vec::new()
    }

    /// Keeps a command's key for those who look on.
    fn note_key(&mut self, context: Context, action: Action, event: KeyEvent) {
        let row = self.keymap.rows(context).find(|row| row.action == action);
        let charset = self.charset();
        self.last_key = row.map(|row| {
            let word = self.word(row);
            LastKey {
                key: row.pressed(event, charset),
                word: if word.is_empty() { row.help } else { word },
            }
        });
    }

    /// Whether a key was meant as text, though the session ended while it was on its way.
    fn is_late_text(&self, event: KeyEvent) -> bool {
        let is_text = matches!(event.code, KeyCode::Char(_))
            && event.modifiers.difference(KeyModifiers::SHIFT).is_empty();
        is_text && self.overlays.is_empty() && self.tab().is_still_typed(self.now)
    }

    fn type_into_box(&mut self, event: KeyEvent) {
        let now = self.now;
        let tab = self.tab_mut();
        tab.typed = Some(now);
        let state = tab.focused_mut();
        if !state.chat.input(event) {
            state.warn("the box is full (1 MiB); send or shorten the text".to_owned());
        }
    }

    fn edit_form(&mut self, event: KeyEvent) {
        let state = self.tab_mut().focused_mut();
        if state.form.input(event) {
            state.offer = None;
        }
    }

    fn paste(&mut self, text: String) {
        if let Some(copy) = &mut self.frozen {
            if copy.context().is_typing() {
                copy.paste(text);
                return;
            }
            self.thaw();
        }
        match self.context() {
            Context::Prompt => self.paste_into_prompt(&text),
            Context::Palette => self.paste_into_palette(&text),
            Context::TypeBox if text.len() > PASTE_ASK => {
                self.overlays
                    .push(Overlay::Question(Question::Paste { text }));
            }
            Context::TypeBox => self.paste_into_box(&text),
            Context::TypeForm => self.tab_mut().focused_mut().form.paste(&text),
            Context::Editor => self.edit_raw(|editor| editor.paste(&text)),
            _ => {
                let key = self.key_name(Context::Form, Action::Type);
                let words = format!("pasted text goes into a box or field: press {key} first");
                self.tab_mut().focused_mut().say(words);
            }
        }
    }

    fn paste_into_box(&mut self, text: &str) {
        let state = self.tab_mut().focused_mut();
        if !state.chat.paste(text) {
            state.warn(
                "that is too much for the box (1 MiB at most); nothing was pasted".to_owned(),
            );
        }
    }

    pub(super) fn act(&mut self, action: Action, event: KeyEvent) -> Vec<Effect> {
        match action {
            Action::Tab(protocol) => self.front = protocol,
            Action::NextPane => self.tab_mut().step(true),
            Action::PreviousPane => self.tab_mut().step(false),
            Action::Left => self.go_aside(false),
            Action::Right => self.go_aside(true),
            Action::Type => self.begin_typing(),
            Action::Leave => self.tab_mut().mode = Mode::Keys,
            Action::Start => return self.start_as_offered(),
            Action::StartStop => return self.start_stop(),
            Action::StartClient => return self.start_idle(Side::Client),
            Action::StartBoth => return self.start_both(),
            Action::WaitForServer => return self.wait_for_server(),
            Action::NextPort => return self.next_port(),
            Action::CloseConnection if self.tab().protocol == Protocol::Http => {
                return self.close_exchange();
            }
            Action::CloseConnection => return self.on_selected(|conn| Command::Close { conn }),
            Action::FinishSending => {
                return self.on_selected(|conn| Command::Finish {
                    to: Target::One(conn),
                });
            }
            Action::CancelSend => return self.cancel_send(),
            Action::Inspect => self.inspect(),
            Action::Why => self.explain(),
            Action::Pick(motion) if self.context() == Context::Requests => {
                self.pick_exchange(motion);
            }
            Action::Pick(motion) if self.context() == Context::Palette => {
                self.pick_action(motion);
            }
            Action::Pick(motion) => self.pick(motion),
            Action::Scroll(motion) if self.context() == Context::Requests => {
                self.pick_exchange(motion);
            }
            Action::Scroll(motion) => self.scroll(motion),
            Action::Open => return self.open_exchange(),
            Action::NextView => self.next_view(),
            Action::Edit => self.edit(),
            Action::Resend => return self.resend(),
            Action::Normal => return self.normal_answer(),
            Action::OneAtATime => return self.one_at_a_time(),
            Action::Done => return self.done_editing(),
            Action::Follow => self.toggle_follow(),
            Action::Clear => self.clear_log(),
            Action::LineEnd => self.tab_mut().focused_mut().chat.next_line_end(),
            Action::Search | Action::Filter | Action::NextFind | Action::PreviousFind => {
                self.find(action);
            }
            Action::SendFile => self.prompt(Purpose::File),
            Action::Keep => return self.keep_prompt(),
            Action::Drop => self.drop_prompt(),
            Action::Freeze => self.freeze(),
            Action::Palette => self.open_palette(),
            Action::Choose => {
                return self
                    .choose()
                    .map_or_else(Vec::new, |action| self.act(action, event));
            }
            Action::Zoom
            | Action::Arrange
            | Action::Times
            | Action::Hex
            | Action::Wrap
            | Action::Present
            | Action::Theme => self.show_otherwise(action),
            Action::CopyMenu => self.open_copy_menu(),
            Action::Copy(what) => return self.copy(what),
            Action::Mouse => return self.toggle_mouse(),
            Action::Help => self.help(),
            Action::Close | Action::No => {
                self.overlays.pop();
            }
            Action::Back => return self.back(),
            Action::QuitNow => return vec![Effect::Quit],
            Action::AskQuit => return self.ask_quit(),
            Action::Suspend if self.machine.can_suspend => return vec![Effect::Suspend],
            Action::Suspend => {}
            Action::Yes => return self.say_yes(),
            Action::Send => return self.send(),
            Action::ClearLine => return self.clear_line(),
            Action::Earlier | Action::Later if self.context() == Context::Prompt => {
                self.recall(action == Action::Earlier);
            }
            Action::Earlier => self.tab_mut().focused_mut().chat.earlier(),
            Action::Later => self.tab_mut().focused_mut().chat.later(),
            Action::NextField => self.tab_mut().focused_mut().form.step(true),
            Action::PreviousField => self.tab_mut().focused_mut().form.step(false),
            Action::NextValue | Action::PreviousValue => {
                let state = self.tab_mut().focused_mut();
                if state.form.turn(action == Action::NextValue) {
                    state.offer = None;
                } else if self.context() == Context::TypeForm {
                    self.edit_form(event);
                }
            }
        }
        Vec::new()
    }

    fn begin_typing(&mut self) {
        let tab = self.tab_mut();
        let panes = tab.panes(tab.side);
        if let Some(pane) = [Pane::Box, Pane::Form]
            .into_iter()
            .find(|pane| panes.contains(pane))
        {
            let side = tab.side;
            tab.focus(side, pane);
            tab.mode = Mode::Type;
        }
    }

    fn pick(&mut self, motion: Motion) {
        let connections = &mut self.tab_mut().focused_mut().connections;
        match motion {
            Motion::Down | Motion::PageDown => connections.pick_next(),
            Motion::Up | Motion::PageUp => connections.pick_previous(),
            Motion::Top => connections.pick_all(),
            Motion::Bottom => connections.pick_last(),
        }
    }

    fn help(&mut self) {
        if let Some(Overlay::Help { context, from }) = self.overlays.last_mut() {
            *context = None;
            *from = 0;
            return;
        }
        let context = Some(self.context());
        self.overlays.push(Overlay::Help { context, from: 0 });
    }

    fn back(&mut self) -> Vec<Effect> {
        if self.overlays.pop().is_some() {
            return Vec::new();
        }
        if self.running() == 0 {
            vec![Effect::Quit]
        } else {
            self.ask_quit()
        }
    }

    fn ask_quit(&mut self) -> Vec<Effect> {
        let running = self.running();
        self.overlays
            .push(Overlay::Question(Question::Quit { running }));
        Vec::new()
    }

    fn say_yes(&mut self) -> Vec<Effect> {
        match self.overlays.pop() {
            Some(Overlay::Question(Question::Quit { .. })) => vec![Effect::Quit],
            Some(Overlay::Question(Question::Paste { text })) => {
                self.paste_into_box(&text);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn clear_line(&mut self) -> Vec<Effect> {
        let context = self.context();
        let cleared = if context == Context::Editor {
            match self.overlays.last_mut() {
                Some(Overlay::Editor(editor)) => editor.clear_line(),
                _ => false,
            }
        } else if context == Context::TypeForm {
            self.tab_mut().focused_mut().form.clear_line()
        } else if context == Context::Prompt {
            self.clear_prompt()
        } else if let Some(Overlay::Palette(palette)) = self.overlays.last_mut() {
            let held = !palette.line.text().is_empty();
            palette.line = Line::new("");
            palette.chosen = 0;
            held
        } else {
            let state = self.tab_mut().focused_mut();
            let held_text = !state.chat.is_empty();
            state.chat.set("");
            held_text
        };
        if cleared { Vec::new() } else { self.ask_quit() }
    }
}
