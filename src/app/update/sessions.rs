//! What the user has sessions do: start, stop, close, send; and when that cannot be done, why.

use std::path::PathBuf;

use bytes::Bytes;

use crate::app::keymap::{Action, Context};
use crate::app::scroll::Motion;
use crate::app::side::{Notice, Offer, Phase, SideState};
use crate::app::tab::{Mode, Pane};
use crate::app::{App, Effect};
use crate::model::address::Address;
use crate::model::command::{Command, Target};
use crate::model::event::{ConnId, SessionId};
use crate::model::spec::{Protocol, Side, Spec};
use crate::wire::text::safe;

/// The largest payloads of UDP over IPv4 and IPv6, in bytes (RFC 768: a 16-bit length that counts
/// the 8 bytes of the header; IPv4's own header takes 20 more).
const DATAGRAM_V4: usize = 65_507;
const DATAGRAM_V6: usize = 65_527;

impl App {
    /// Starts a side of the tab in front with what its form says.
    pub(in crate::app) fn start(&mut self, side: Side) -> Vec<Effect> {
        self.start_in(self.front, side, |_| ())
    }

    pub(super) fn start_in(
        &mut self,
        protocol: Protocol,
        side: Side,
        adapt: impl FnOnce(&mut Spec),
    ) -> Vec<Effect> {
        let (id, now) = (SessionId(self.next_session), self.now);
        let tab = &mut self.tabs[protocol as usize];
        let state = tab.get_mut(side);
        if state.phase.is_active() {
            return Vec::new();
        }
        let Some(mut spec) = state.form.spec() else {
            tab.focus(side, Pane::Form);
            return Vec::new();
        };
        adapt(&mut spec);
        state.begin(id, spec.clone(), now);
        let pane = match protocol {
            Protocol::Http => Pane::Requests,
            _ => Pane::Box,
        };
        tab.focus(side, pane);
        tab.refresh_ladder();
        self.next_session += 1;
        vec![Effect::Start(id, Box::new(spec))]
    }

    pub(super) fn start_as_offered(&mut self) -> Vec<Effect> {
        let tab = self.tab();
        if tab.protocol == Protocol::Http && tab.focused().phase.is_active() {
            return self.resend();
        }
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

    pub(super) fn start_stop(&mut self) -> Vec<Effect> {
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

    pub(super) fn start_idle(&mut self, side: Side) -> Vec<Effect> {
        if self.is_idle() {
            self.start(side)
        } else {
            Vec::new()
        }
    }

    pub(in crate::app) fn start_both(&mut self) -> Vec<Effect> {
        if !self.is_idle() {
            return Vec::new();
        }
        let effects = self.start(Side::Server);
        self.tab_mut().client_follows = !effects.is_empty();
        effects
    }

    pub(super) fn wait_for_server(&mut self) -> Vec<Effect> {
        if self.tab().side != Side::Client {
            return Vec::new();
        }
        self.start_in(self.front, Side::Client, |spec| spec.wait = true)
    }

    pub(super) fn next_port(&mut self) -> Vec<Effect> {
        if self.tab().side != Side::Server {
            return Vec::new();
        }
        self.start_in(self.front, Side::Server, |spec| spec.next_free = true)
    }

    pub(super) fn on_selected(&mut self, command: impl FnOnce(ConnId) -> Command) -> Vec<Effect> {
        let pane = self.key_name(Context::Log, Action::NextPane);
        let down = self.key_name(Context::Connections, Action::Pick(Motion::Down));
        let state = self.tab_mut().focused_mut();
        match (state.session, state.connections.selected()) {
            (Some(id), Some(conn)) => vec![Effect::Command(id, command(conn))],
            (Some(_), None) if state.connections.is_empty() => {
                state.warn("nobody is connected".to_owned());
                Vec::new()
            }
            _ => {
                state.warn(format!(
                    "pick a connection first ({pane} to the list, then {down})"
                ));
                Vec::new()
            }
        }
    }

    pub(super) fn send(&mut self) -> Vec<Effect> {
        let state = self.tab_mut().focused_mut();
        if let Some(why) = state.hindrance() {
            state.warn(format!("{why}: your text stays here"));
            if let Some(notice) = &mut state.notice {
                notice.hindrance = true;
            }
            return Vec::new();
        }
        match (state.session, state.outgoing()) {
            (Some(id), Ok((to, data))) => {
                state.connections.note_waiting(to, data.len() as u64);
                state.chat.sent();
                vec![Effect::Command(id, Command::Send { to, data })]
            }
            (_, Err(why)) => {
                state.warn(why);
                Vec::new()
            }
            (None, Ok(_)) => Vec::new(),
        }
    }
}

impl App {
    /// Has the focused side send a file after what is queued, to whom its box sends. It is opened
    /// and read by the session; what is wrong with it comes back as an event.
    pub fn send_file(&mut self, path: PathBuf) -> Vec<Effect> {
        let state = self.tab_mut().focused_mut();
        let why = match (state.protocol, state.side) {
            (Protocol::Http, _) => Some("HTTP sends messages, not files"),
            (Protocol::Udp, Side::Server) => Some("a UDP server sends no files"),
            _ => state.hindrance(),
        };
        match (state.session, why) {
            (Some(id), None) => {
                let to = state.connections.target();
                vec![Effect::Command(id, Command::SendFile { to, path })]
            }
            (_, why) => {
                let why = why.unwrap_or("not connected yet");
                state.warn(format!("{why}: no file was sent"));
                Vec::new()
            }
        }
    }

    pub(super) fn cancel_send(&mut self) -> Vec<Effect> {
        let state = self.tab_mut().focused_mut();
        let to = state.connections.target();
        match state.session {
            Some(id) if state.transfers.any(to) => {
                vec![Effect::Command(id, Command::CancelFile { to })]
            }
            _ => {
                state.say("no file is on its way".to_owned());
                Vec::new()
            }
        }
    }
}

impl SideState {
    /// Shows a word until the next key.
    pub fn say(&mut self, text: String) {
        self.notice = Some(Notice::word(text));
    }

    /// Shows a word about something refused until the next key.
    pub fn warn(&mut self, text: String) {
        self.notice = Some(Notice::warning(text));
    }

    /// What Enter would send and to whom, or what is wrong with it. The box is left alone.
    fn outgoing(&self) -> Result<(Target, Bytes), String> {
        let udp = self.protocol == Protocol::Udp;
        let data = self
            .chat
            .bytes()
            .map_err(|error| format!("{}: nothing was sent", safe(&error.to_string())))?;
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
        Ok((self.connections.target(), Bytes::from(data)))
    }
}
