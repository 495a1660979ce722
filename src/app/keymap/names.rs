//! The names of actions, for the configuration. They stay as they are: files rely on them.

use super::{Action, TABLE};
use crate::app::copy::What;
use crate::app::scroll::Motion;
use crate::model::spec::Protocol;

impl Action {
    /// Its name in the configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Action::Tab(Protocol::Tcp) => "tab-tcp",
            Action::Tab(Protocol::Udp) => "tab-udp",
            Action::Tab(Protocol::Http) => "tab-http",
            Action::NextPane => "next-pane",
            Action::PreviousPane => "previous-pane",
            Action::Left => "left",
            Action::Right => "right",
            Action::SendFile => "send-file",
            Action::CancelSend => "cancel-send",
            Action::Search => "search",
            Action::NextFind => "next-find",
            Action::PreviousFind => "previous-find",
            Action::Filter => "filter",
            Action::Keep => "keep",
            Action::Drop => "drop",
            Action::Freeze => "freeze",
            Action::Palette => "palette",
            Action::Choose => "choose",
            Action::Zoom => "zoom",
            Action::Arrange => "arrange",
            Action::Times => "times",
            Action::Hex => "hex",
            Action::Wrap => "wrap",
            Action::Present => "present",
            Action::Type => "type",
            Action::Start => "start",
            Action::StartStop => "start-stop",
            Action::StartClient => "start-client",
            Action::StartBoth => "start-both",
            Action::WaitForServer => "wait-for-server",
            Action::NextPort => "next-port",
            Action::CloseConnection => "close-connection",
            Action::FinishSending => "finish-sending",
            Action::Inspect => "inspect",
            Action::Why => "why",
            Action::Pick(Motion::Up) => "pick-up",
            Action::Pick(Motion::Down) => "pick-down",
            Action::Pick(Motion::PageUp) => "pick-page-up",
            Action::Pick(Motion::PageDown) => "pick-page-down",
            Action::Pick(Motion::Top) => "pick-top",
            Action::Pick(Motion::Bottom) => "pick-bottom",
            Action::Scroll(Motion::Up) => "scroll-up",
            Action::Scroll(Motion::Down) => "scroll-down",
            Action::Scroll(Motion::PageUp) => "scroll-page-up",
            Action::Scroll(Motion::PageDown) => "scroll-page-down",
            Action::Scroll(Motion::Top) => "scroll-top",
            Action::Scroll(Motion::Bottom) => "scroll-bottom",
            Action::Follow => "follow",
            Action::Clear => "clear",
            Action::LineEnd => "line-end",
            Action::Theme => "theme",
            Action::Help => "help",
            Action::Close => "close",
            Action::Back => "back",
            Action::QuitNow => "quit-now",
            Action::AskQuit => "ask-quit",
            Action::Suspend => "suspend",
            Action::Yes => "yes",
            Action::No => "no",
            Action::Send => "send",
            Action::Leave => "leave",
            Action::ClearLine => "clear-line",
            Action::Earlier => "earlier",
            Action::Later => "later",
            Action::NextField => "next-field",
            Action::PreviousField => "previous-field",
            Action::NextValue => "next-value",
            Action::PreviousValue => "previous-value",
            Action::Open => "open",
            Action::NextView => "next-view",
            Action::Edit => "edit",
            Action::Resend => "resend",
            Action::Normal => "normal-answer",
            Action::OneAtATime => "one-at-a-time",
            Action::Done => "done",
            Action::Mouse => "mouse",
            Action::CopyMenu => "copy",
            Action::Copy(What::Shown) => "copy-shown",
            Action::Copy(What::Raw) => "copy-raw",
            Action::Copy(What::Hex) => "copy-hex",
            Action::Copy(What::Address) => "copy-address",
            Action::Copy(What::Curl) => "copy-curl",
            Action::Copy(What::Others) => "copy-command",
            Action::Copy(What::Ours) => "copy-netplay-command",
            Action::Copy(What::Python) => "copy-python-command",
        }
    }

    /// All actions that keys can have, in the order of the table.
    #[must_use]
    pub fn all() -> Vec<Action> {
        let mut all = Vec::new();
        for row in TABLE {
            if !all.contains(&row.action) {
                all.push(row.action);
            }
        }
        all
    }

    /// The action of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Action> {
        let mut actions = TABLE.iter().map(|row| row.action);
        actions.find(|action| action.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_a_name_of_its_own_that_leads_back_to_it() {
        for action in Action::all() {
            let name = action.name();
            assert_eq!(Action::from_name(name), Some(action));
            let kebab = name.chars().all(|c| c.is_ascii_lowercase() || c == '-');
            assert!(kebab && !name.is_empty(), "{name}");
        }
        assert_eq!(Action::from_name("fly"), None);
    }
}
