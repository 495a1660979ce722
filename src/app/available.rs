//! Which actions make sense now, and what the footer calls them.

use super::App;
use super::keymap::{Action, Binding, Context};
use super::layout::BOTH_WIDTH;
use super::overlay::Overlay;
use super::side::{Offer, Phase};
use super::tab::Pane;
use crate::model::event::Outcome;
use crate::model::spec::{Protocol, Side};

/// One key in the footer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The key.
    pub key: String,
    /// What it does.
    pub word: &'static str,
    /// The same, for a click on it.
    pub action: Action,
}

impl App {
    /// Whether an action would do something now.
    #[must_use]
    pub fn can(&self, action: Action) -> bool {
        self.why_not(action).is_none()
    }

    /// Why an action would do nothing now, in words; `None` when it would do something.
    #[must_use]
    pub fn why_not(&self, action: Action) -> Option<&'static str> {
        let tab = self.tab();
        let state = tab.focused();
        let offer = state.offer;
        let http = tab.protocol == Protocol::Http;
        let server = tab.side == Side::Server;
        let nobody = state.connections.is_empty();
        let (can, why) = match action {
            Action::StartClient | Action::StartBoth => {
                (self.is_idle(), "only where nothing runs on this tab")
            }
            Action::WaitForServer => (
                !server && offer == Some(Offer::RetryOrWait),
                "only after a client was refused",
            ),
            Action::NextPort => (
                matches!(offer, Some(Offer::RetryOrNextPort | Offer::JoinOrNextPort)),
                "only after a port was in use",
            ),
            Action::Start => (
                !state.phase.is_active() || (http && !server),
                "this side runs already",
            ),
            Action::Open => (state.http.shown().is_some(), "there is no request yet"),
            Action::Resend => (!server, "only a client asks"),
            Action::Edit => (
                !server || state.phase == Phase::Running,
                "only while the server runs",
            ),
            Action::Normal => (
                server && state.http.edited.is_some(),
                "the answer is the usual one",
            ),
            Action::OneAtATime => (
                server && state.phase == Phase::Running,
                "only while an HTTP server runs",
            ),
            Action::Pick(_) if http => {
                (!state.http.exchanges.is_empty(), "there is no request yet")
            }
            Action::Type if http => (
                tab.panes(tab.side).contains(&Pane::Form),
                "stop the server to change its settings",
            ),
            Action::StartStop => (state.phase != Phase::Stopping, "it is stopping already"),
            Action::CloseConnection | Action::Pick(_) => (!nobody, "nobody is connected"),
            Action::FinishSending => (
                tab.protocol == Protocol::Tcp && !nobody,
                if nobody {
                    "nobody is connected"
                } else {
                    "only TCP has a half-close"
                },
            ),
            Action::SendFile => {
                let why = state.hindrance();
                let sends = (tab.protocol, tab.side) != (Protocol::Udp, Side::Server);
                (
                    sends && why.is_none(),
                    why.unwrap_or("a UDP server sends no files"),
                )
            }
            Action::CancelSend => (
                state.transfers.any(state.connections.target()),
                "no file is on its way",
            ),
            Action::Inspect | Action::Why => (
                !state.log.is_empty() || tab.ladder.is_some(),
                "nothing has happened yet",
            ),
            Action::Search | Action::Filter => (
                !state.log.is_empty() || tab.search.is_some() || tab.filter.is_some(),
                "nothing has happened yet",
            ),
            Action::NextFind | Action::PreviousFind => {
                (tab.search.is_some(), "nothing is looked for: / does")
            }
            Action::NextPane | Action::PreviousPane => {
                (!tab.panes(tab.side).is_empty(), "there is only this pane")
            }
            Action::Left | Action::Right => (
                self.display.is_sideways() || !tab.panes(tab.side.other()).is_empty(),
                "there is only this side",
            ),
            Action::Copy(what) => {
                let menu = match self.overlays.last() {
                    Some(Overlay::Copy(menu)) => menu.refusal(what),
                    _ => Some("only in its menu"),
                };
                (menu.is_none(), menu.unwrap_or_default())
            }
            Action::Suspend => (self.machine.can_suspend, "not on this system"),
            _ => (true, ""),
        };
        (!can).then_some(why)
    }

    pub(super) fn word(&self, row: &Binding) -> &'static str {
        let tab = self.tab();
        let state = tab.focused();
        match row.action {
            Action::StartStop if !state.phase.is_active() => "",
            Action::Start if state.phase.is_active() => "send",
            Action::Type if tab.pane() != Pane::Form && tab.protocol == Protocol::Http => {
                "settings"
            }
            Action::Open if self.redirects() => "go there",
            Action::Open if tab.pane() != Pane::Requests => "",
            Action::Edit if tab.side == Side::Server => "write the answer",
            Action::OneAtATime if state.http.one_at_a_time => "all at once",
            Action::OneAtATime => "one at a time",
            Action::Start => match state.offer {
                Some(Offer::JoinOrNextPort) => "join it as a client",
                Some(_) => "try again",
                None => "start",
            },
            Action::Why if !self.points_to_why() => "",
            Action::Follow if self.tab().pane() != Pane::Log => "",
            Action::LineEnd if self.tab().pane() != Pane::Box => "",
            Action::Back if !self.overlays.is_empty() => "back",
            // On a wide screen it is seen, on a narrow one it must be told of.
            Action::Left if self.display.is_sideways() => "sideways",
            Action::Left if tab.has_both() && self.size.0 < BOTH_WIDTH => "other side",
            Action::Search if tab.search.is_some() => "",
            Action::NextFind if tab.search.is_some() => "next",
            Action::PreviousFind if tab.search.is_some() => "previous",
            Action::Filter if tab.filter.is_none() => "",
            Action::Hex if self.display.hex => "text",
            Action::Wrap if !self.display.wrap => "wrap",
            Action::Freeze if self.is_frozen() => "go on",
            Action::Zoom if self.display.zoom => "unzoom",
            _ => row.word,
        }
    }

    /// Whether the footer says that one can ask why: there is not room for it everywhere.
    fn points_to_why(&self) -> bool {
        let tab = self.tab();
        match self.overlays.last() {
            Some(overlay) => matches!(overlay, Overlay::Entry { .. }),
            None => tab.pane() == Pane::Log || tab.focused().phase == Phase::Ended(Outcome::Failed),
        }
    }

    /// The keys that the footer names, in their order.
    pub fn footer(&self) -> impl Iterator<Item = Hint> {
        let charset = self.charset();
        self.keymap
            .rows(self.context())
            .filter(|row| {
                self.can(row.action) && !matches!(row.action, Action::Help | Action::Back)
            })
            .filter_map(move |row| {
                let word = self.word(row);
                let key = row.keys.first()?.name(charset);
                let action = row.action;
                (!word.is_empty()).then_some(Hint { key, word, action })
            })
    }

    /// What a side that failed offers, as its pane says it; the longest wording first.
    #[must_use]
    pub fn offers(&self, side: Side) -> Vec<String> {
        let state = self.tab().get(side);
        let start = self.key_name(Context::Form, Action::Start);
        let wait = self.key_name(Context::Form, Action::WaitForServer);
        let port = self.key_name(Context::Form, Action::NextPort);
        match state.offer {
            None if state.phase == Phase::Ended(Outcome::Done) => {
                vec![format!("{start}: start again")]
            }
            None => Vec::new(),
            Some(Offer::Retry) => vec![format!("{start}: try again")],
            Some(Offer::RetryOrWait) => vec![
                format!("{start}: try again · {wait}: wait for the server"),
                format!("{start}: try again · {wait}: wait"),
                format!("{wait}: wait for the server"),
            ],
            Some(Offer::RetryOrNextPort) => vec![
                format!("{start}: try again · {port}: take the next free port"),
                format!("{start}: try again · {port}: next port"),
                format!("{port}: the next free port"),
            ],
            Some(Offer::JoinOrNextPort) => vec![
                format!("{start}: join it as a client · {port}: take the next free port"),
                format!("{start}: join it · {port}: next port"),
                format!("{start}: join · {port}: next"),
            ],
        }
    }

    /// The name of an action's first key in a context, for words that name it.
    #[must_use]
    pub fn key_name(&self, context: Context, action: Action) -> String {
        let key = self.keymap.key(context, action);
        key.map_or_else(|| "no key".to_owned(), |key| key.name(self.charset()))
    }

    /// How to get out, at the right end of the footer.
    #[must_use]
    pub fn way_out(&self) -> String {
        let context = self.context();
        let key = |action| self.key_name(Context::Log, action);
        match self.overlays.last() {
            // The keys of an overlay say it.
            Some(_) => String::new(),
            None if context.is_typing() => format!("Esc, then {}: quit", key(Action::Back)),
            None => format!("{} help  {} quit", key(Action::Help), key(Action::Back)),
        }
    }
}
