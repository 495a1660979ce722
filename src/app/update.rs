//! Messages in, state changed, effects out. Keys reach this file as actions; what is text goes to
//! the box or the form.

use bytes::Bytes;
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::layout::Rect;

use super::keymap::{self, Action, Context};
use super::layout;
use super::overlay::{EntryRows, Overlay, Question, help_lines};
use super::scroll::{Motion, Scroll};
use super::side::{Notice, Offer, Phase, SideState};
use super::tab::{Mode, Pane};
use super::views::{Columns, LadderRows, LogRows};
use super::{App, Effect, Message};
use crate::model::address::Address;
use crate::model::command::{Command, Target};
use crate::model::event::{Event, EventKind, SessionId};
use crate::model::log::EntryId;
use crate::model::spec::{Protocol, Side, Spec};
use crate::wire::text::safe;

/// A paste above this many bytes is asked about first.
const PASTE_ASK: usize = 64 << 10;
/// The largest payloads of UDP over IPv4 and IPv6, in bytes (RFC 768: a 16-bit length that counts
/// the 8 bytes of the header; IPv4's own header takes 20 more).
const DATAGRAM_V4: usize = 65_507;
const DATAGRAM_V6: usize = 65_527;

impl App {
    /// Takes one message. Effects are to be carried out in their order.
    pub fn update(&mut self, message: Message) -> Vec<Effect> {
        match message {
            Message::Key(event) if event.kind == KeyEventKind::Release => Vec::new(),
            Message::Key(event) => self.key(event),
            Message::Paste(text) => {
                self.paste(text);
                Vec::new()
            }
            Message::Resize(width, height) => {
                self.size = (width, height);
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

    fn owner(&self, id: SessionId) -> Option<(Protocol, Side)> {
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
                tab.mode = Mode::Keys;
                tab.focus(side, Pane::Form);
            }
            tab.refresh_ladder();
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
        if let Command::Send { data, .. } = command {
            if state.chat.is_empty() {
                state.chat.set(&String::from_utf8_lossy(&data));
            }
            state.connections.forget_waiting(data.len() as u64);
        }
        state.warn(format!("not sent: {why}"));
    }

    fn key(&mut self, event: KeyEvent) -> Vec<Effect> {
        let context = self.context();
        self.tab_mut().focused_mut().notice = None;
        if let Some(action) = keymap::action(context, event) {
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
            Context::TypeBox => {
                let state = self.tab_mut().focused_mut();
                if !state.chat.input(event) {
                    state.warn("the box is full (1 MiB); send or shorten the text".to_owned());
                }
            }
            Context::TypeForm => self.edit_form(event),
            _ => {}
        }
        Vec::new()
    }

    fn edit_form(&mut self, event: KeyEvent) {
        let state = self.tab_mut().focused_mut();
        if state.form.input(event) {
            state.offer = None;
        }
    }

    fn paste(&mut self, text: String) {
        match self.context() {
            Context::TypeBox if text.len() > PASTE_ASK => {
                self.overlays
                    .push(Overlay::Question(Question::Paste { text }));
            }
            Context::TypeBox => self.paste_into_box(&text),
            Context::TypeForm => self.tab_mut().focused_mut().form.paste(&text),
            _ => self
                .tab_mut()
                .focused_mut()
                .say("pasted text goes into a box or field: press i first".to_owned()),
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

    fn act(&mut self, action: Action, event: KeyEvent) -> Vec<Effect> {
        match action {
            Action::Tab(protocol) => self.front = protocol,
            Action::NextPane => self.tab_mut().step(true),
            Action::PreviousPane => self.tab_mut().step(false),
            Action::OtherSide => {
                let tab = self.tab_mut();
                let (side, pane) = (tab.side.other(), tab.pane());
                tab.focus(side, pane);
            }
            Action::Type => self.begin_typing(),
            Action::Leave => self.tab_mut().mode = Mode::Keys,
            Action::Start => return self.start_as_offered(),
            Action::StartStop => return self.start_stop(),
            Action::StartClient => return self.start_idle(Side::Client),
            Action::StartBoth => return self.start_both(),
            Action::WaitForServer => return self.wait_for_server(),
            Action::NextPort => return self.next_port(),
            Action::CloseConnection => return self.on_selected(|conn| Command::Close { conn }),
            Action::FinishSending => {
                return self.on_selected(|conn| Command::Finish {
                    to: Target::One(conn),
                });
            }
            Action::Inspect => self.inspect(),
            Action::Pick(motion) => self.pick(motion),
            Action::Scroll(motion) => self.scroll(motion),
            Action::Follow => self.toggle_follow(),
            Action::Clear => self.clear_log(),
            Action::LineEnd => self.tab_mut().focused_mut().chat.next_line_end(),
            Action::Theme => self.next_theme(),
            Action::Help => self.help(),
            Action::Close | Action::No => {
                self.overlays.pop();
            }
            Action::Back => return self.back(),
            Action::QuitNow => return vec![Effect::Quit],
            Action::AskQuit => return self.ask_quit(),
            Action::Suspend => {
                return if self.machine.can_suspend {
                    vec![Effect::Suspend]
                } else {
                    Vec::new()
                };
            }
            Action::Yes => return self.say_yes(),
            Action::Send => return self.send(),
            Action::ClearLine => return self.clear_line(),
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

    /// Starts a side of the tab in front with what its form says.
    pub(super) fn start(&mut self, side: Side) -> Vec<Effect> {
        self.start_in(self.front, side, |_| ())
    }

    fn start_in(
        &mut self,
        protocol: Protocol,
        side: Side,
        adapt: impl FnOnce(&mut Spec),
    ) -> Vec<Effect> {
        let (id, now) = (SessionId(self.next_session), self.now);
        let tab = &mut self.tabs[protocol as usize];
        let state = tab.get_mut(side);
        if protocol == Protocol::Http || state.phase.is_active() {
            return Vec::new();
        }
        let Some(mut spec) = state.form.spec() else {
            tab.focus(side, Pane::Form);
            return Vec::new();
        };
        adapt(&mut spec);
        state.begin(id, spec.clone(), now);
        tab.focus(side, Pane::Box);
        tab.refresh_ladder();
        self.next_session += 1;
        vec![Effect::Start(id, Box::new(spec))]
    }

    fn start_as_offered(&mut self) -> Vec<Effect> {
        let tab = self.tab();
        if tab.focused().offer == Some(Offer::JoinOrNextPort) {
            return self.join_as_client();
        }
        let effects = self.start(tab.side);
        if !effects.is_empty() {
            self.tab_mut().mode = Mode::Keys;
        }
        effects
    }

    fn join_as_client(&mut self) -> Vec<Effect> {
        let Some(address) = self.tab().get(Side::Server).form.address() else {
            return Vec::new();
        };
        let host = match address.host.as_str() {
            "0.0.0.0" => "127.0.0.1".to_owned(),
            "::" => "::1".to_owned(),
            _ => address.host,
        };
        let client = self.tab_mut().get_mut(Side::Client);
        client.form.set_address(&Address {
            host,
            port: address.port,
        });
        self.start(Side::Client)
    }

    fn start_stop(&mut self) -> Vec<Effect> {
        let side = self.tab().side;
        let state = self.tab_mut().focused_mut();
        match (state.phase, state.session) {
            (Phase::Starting | Phase::Running, Some(id)) => {
                state.phase = Phase::Stopping;
                vec![Effect::Stop(id)]
            }
            (Phase::Stopping, _) => Vec::new(),
            _ => self.start(side),
        }
    }

    /// Whether neither side of the tab in front has a session.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        Side::ALL
            .into_iter()
            .all(|side| !self.tab().get(side).phase.is_active())
    }

    fn start_idle(&mut self, side: Side) -> Vec<Effect> {
        if self.is_idle() {
            self.start(side)
        } else {
            Vec::new()
        }
    }

    pub(super) fn start_both(&mut self) -> Vec<Effect> {
        if !self.is_idle() {
            return Vec::new();
        }
        let effects = self.start(Side::Server);
        self.tab_mut().client_follows = !effects.is_empty();
        effects
    }

    fn wait_for_server(&mut self) -> Vec<Effect> {
        if self.tab().side != Side::Client {
            return Vec::new();
        }
        self.start_in(self.front, Side::Client, |spec| spec.wait = true)
    }

    fn next_port(&mut self) -> Vec<Effect> {
        if self.tab().side != Side::Server {
            return Vec::new();
        }
        self.start_in(self.front, Side::Server, |spec| spec.next_free = true)
    }

    fn on_selected(
        &mut self,
        command: impl FnOnce(crate::model::event::ConnId) -> Command,
    ) -> Vec<Effect> {
        let state = self.tab_mut().focused_mut();
        match (state.session, state.connections.selected()) {
            (Some(id), Some(conn)) => vec![Effect::Command(id, command(conn))],
            (Some(_), None) if state.connections.is_empty() => {
                state.warn("nobody is connected".to_owned());
                Vec::new()
            }
            _ => {
                state.warn("pick a connection first (Tab to the list, then Down)".to_owned());
                Vec::new()
            }
        }
    }

    fn pick(&mut self, motion: Motion) {
        let connections = &mut self.tab_mut().focused_mut().connections;
        match motion {
            Motion::Down | Motion::PageDown => connections.pick_next(),
            Motion::Up | Motion::PageUp => connections.pick_previous(),
            Motion::Top => connections.picked = None,
            Motion::Bottom => connections.pick_last(),
        }
    }

    fn screen(&self) -> Rect {
        Rect::new(0, 0, self.size.0, self.size.1)
    }

    /// Lets `change` work on what is scrolled now: the page in front, the ladder, or a log.
    fn with_scroll(&mut self, change: impl Fn(&mut Scroll, &dyn super::scroll::Rows, usize)) {
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
        } else if let Some(place) = geometry
            .side(tab.side)
            .and_then(|side| side.pane(Pane::Log))
        {
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

    fn scroll(&mut self, motion: Motion) {
        let charset = self.charset();
        let screen = self.screen();
        if let Some(Overlay::Help { context, from }) = self.overlays.last_mut() {
            let lines = help_lines(*context, layout::page_width(screen), charset).len();
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
        self.with_scroll(|scroll, rows, height| scroll.go(motion, rows, height));
    }

    fn toggle_follow(&mut self) {
        self.with_scroll(|scroll, rows, height| match scroll {
            Scroll::Follow => scroll.anchor(rows, height),
            Scroll::Anchored { .. } => *scroll = Scroll::Follow,
        });
    }

    fn clear_log(&mut self) {
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
        }
        tab.ladder_scroll = Scroll::Follow;
        if let Some(ladder) = &mut tab.ladder {
            ladder.clear();
        }
    }

    fn inspect(&mut self) {
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
        let state = self.tab_mut().focused_mut();
        let cleared = if context == Context::TypeForm {
            state.form.clear_line()
        } else {
            let held_text = !state.chat.is_empty();
            state.chat.set("");
            held_text
        };
        if cleared { Vec::new() } else { self.ask_quit() }
    }

    fn send(&mut self) -> Vec<Effect> {
        let state = self.tab_mut().focused_mut();
        match state.outgoing() {
            Ok((id, to, data)) => {
                state.connections.note_waiting(data.len() as u64);
                state.chat.sent();
                vec![Effect::Command(id, Command::Send { to, data })]
            }
            Err(why) => {
                state.warn(why);
                Vec::new()
            }
        }
    }
}

impl SideState {
    /// Shows a word until the next key.
    pub fn say(&mut self, text: String) {
        self.notice = Some(Notice {
            text,
            warning: false,
        });
    }

    /// Shows a word about something refused until the next key.
    pub fn warn(&mut self, text: String) {
        self.notice = Some(Notice {
            text,
            warning: true,
        });
    }

    /// What Enter would send and to whom, or why it cannot be sent now. The box is left alone.
    fn outgoing(&self) -> Result<(SessionId, Target, Bytes), String> {
        let udp = self.protocol == Protocol::Udp;
        let Some(id) = self.session.filter(|_| self.phase == Phase::Running) else {
            return Err("not connected yet: your text stays here".to_owned());
        };
        let data = self
            .chat
            .bytes()
            .map_err(|error| format!("{}: nothing was sent", safe(&error.to_string())))?;
        // A UDP client needs nobody at the other end to send.
        let needs_peer = !(udp && self.side == Side::Client);
        if needs_peer && self.connections.is_empty() {
            let who = if udp {
                "no peer has been heard yet"
            } else {
                "nobody is connected"
            };
            return Err(format!("{who}: your text stays here"));
        }
        if data.is_empty() && !udp {
            return Err(
                "nothing was sent: TCP carries bytes, and there are none (L adds a line end)"
                    .to_owned(),
            );
        }
        if udp {
            let v6 = self
                .locals
                .first()
                .is_some_and(std::net::SocketAddr::is_ipv6);
            let limit = if v6 { DATAGRAM_V6 } else { DATAGRAM_V4 };
            if data.len() > limit {
                return Err(format!(
                    "{} bytes are too many for one datagram (at most {limit}); your text stays here",
                    data.len()
                ));
            }
        }
        if self.takes_turns() && !self.connections.has_turn() {
            return Err("it is their turn: your text stays here".to_owned());
        }
        Ok((id, self.connections.target(), Bytes::from(data)))
    }
}
