//! Keys -> actions, in one table. The footer, the help page, the table in the README and the tests
//! read it as a [`Keymap`]: the table with the keys that the user has changed. Nothing else in the
//! program knows a key.

mod key;
mod map;
mod names;

use std::borrow::Cow;

use crossterm::event::{KeyCode, KeyEvent};

use super::copy::What;
use super::scroll::Motion;
use crate::model::spec::Protocol;
use crate::wire::text::Charset;

pub use key::{Key, KeyError};
use key::{ch, ctrl, key};
pub use map::{Keymap, RemapError};

/// What a key means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Bring a tab to the front.
    Tab(Protocol),
    /// Focus the next pane.
    NextPane,
    /// Focus the previous pane.
    PreviousPane,
    /// To the left in lines that are not wrapped; otherwise to the other side of the tab.
    Left,
    /// To the right in lines that are not wrapped; otherwise to the other side of the tab.
    Right,
    /// Enter TYPE mode in this pane.
    Type,
    /// Start, or do what the failure offers first.
    Start,
    /// Start or stop the focused side.
    StartStop,
    /// Start the client of an idle tab.
    StartClient,
    /// Start both sides of an idle tab.
    StartBoth,
    /// Start the client so that it waits for its server.
    WaitForServer,
    /// Start the server at the next free port.
    NextPort,
    /// Close the selected connection.
    CloseConnection,
    /// Half-close the selected connection.
    FinishSending,
    /// Show an entry whole.
    Inspect,
    /// Explain an entry or a failure; on the explanation, close it.
    Why,
    /// Pick the connection above or below, or all.
    Pick(Motion),
    /// Move in a log, a help page or an inspected entry.
    Scroll(Motion),
    /// Follow the newest entry, or stop following.
    Follow,
    /// Cancel the file that is being sent.
    CancelSend,
    /// Forget the entries of this log.
    Clear,
    /// Change what Enter adds, and whether escapes are understood.
    LineEnd,
    /// Look for something.
    Search,
    /// Go to the next find.
    NextFind,
    /// Go to the previous find.
    PreviousFind,
    /// Show only some of the entries.
    Filter,
    /// Send a file, after its name was typed.
    SendFile,
    /// Leave the line that is typed; it stays in force.
    Keep,
    /// Leave the line that is typed; what was before is in force again.
    Drop,
    /// Hold the screen still, or let it go on.
    Freeze,
    /// Show all actions, to choose one.
    Palette,
    /// Do what is chosen.
    Choose,
    /// Give the pane the whole screen, or give it back.
    Zoom,
    /// The next way to show two sides at once.
    Arrange,
    /// The next way to write times.
    Times,
    /// Payloads as hex dumps, or as text.
    Hex,
    /// Wrap long lines, or not.
    Wrap,
    /// Show the screen to a class.
    Present,
    /// The next colour theme.
    Theme,
    /// Help for this pane, then for all.
    Help,
    /// Close the overlay in front.
    Close,
    /// Back; at the top, quit (asks when sessions run).
    Back,
    /// Quit at once.
    QuitNow,
    /// Ask whether to quit.
    AskQuit,
    /// Give the terminal back to the shell for a while.
    Suspend,
    /// Yes to a question.
    Yes,
    /// No to a question.
    No,
    /// Send what the box holds.
    Send,
    /// Leave TYPE mode; the text stays.
    Leave,
    /// Clear the line; on an empty line, ask whether to quit.
    ClearLine,
    /// An earlier text of the box's history.
    Earlier,
    /// A later text of the box's history.
    Later,
    /// The next field of the form.
    NextField,
    /// The previous field of the form.
    PreviousField,
    /// The next value of a choice.
    NextValue,
    /// The previous value of a choice.
    PreviousValue,
    /// HTTP: read the picked request, or go where its answer redirects to.
    Open,
    /// HTTP: the next view of the picked request.
    NextView,
    /// HTTP: write the answer or the request by hand.
    Edit,
    /// HTTP clients: send the request again.
    Resend,
    /// HTTP servers: answer as usual again, not as written by hand.
    Normal,
    /// HTTP servers: one connection after another, or all at once.
    OneAtATime,
    /// Leave the editor; what it says counts.
    Done,
    /// Take the mouse, or give it back to the terminal.
    Mouse,
    /// Show what can be copied.
    CopyMenu,
    /// Copy it.
    Copy(What),
}

/// Where keys go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// KEYS mode, a form.
    Form,
    /// KEYS mode, the list of connections.
    Connections,
    /// KEYS mode, a log.
    Log,
    /// KEYS mode, a chat box.
    Box,
    /// KEYS mode, a tab with nothing to run yet.
    Empty,
    /// KEYS mode, the list of HTTP requests.
    Requests,
    /// KEYS mode, the raw text of a request or answer.
    Raw,
    /// TYPE mode in a chat box.
    TypeBox,
    /// TYPE mode in a form.
    TypeForm,
    /// TYPE mode, a request or answer written by hand.
    Editor,
    /// The help page.
    HelpPage,
    /// An inspected entry.
    EntryPage,
    /// The menu of what can be copied.
    CopyMenu,
    /// A question.
    Question,
    /// TYPE mode, a search, a filter or a file's name.
    Prompt,
    /// TYPE mode, the list of all actions.
    Palette,
}

impl Context {
    /// Its name in the help page and the README.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Context::Form => "KEYS, form",
            Context::Connections => "KEYS, connections",
            Context::Log => "KEYS, log",
            Context::Box => "KEYS, chat box",
            Context::Empty => "KEYS",
            Context::Requests => "KEYS, requests",
            Context::Raw => "KEYS, raw text",
            Context::Editor => "TYPE, raw editor",
            Context::TypeBox => "TYPE, chat box",
            Context::TypeForm => "TYPE, form",
            Context::HelpPage => "help page",
            Context::EntryPage => "one entry",
            Context::CopyMenu => "copy menu",
            Context::Question => "question",
            Context::Prompt => "TYPE, line at the foot",
            Context::Palette => "TYPE, all actions",
        }
    }

    /// The place in words, as an action elsewhere names it.
    #[must_use]
    pub fn place(self) -> &'static str {
        match self {
            Context::Form | Context::TypeForm => "the settings",
            Context::Connections => "the connections",
            Context::Log => "the log",
            Context::Box | Context::TypeBox => "the chat box",
            Context::Requests | Context::Raw | Context::Editor => "HTTP requests",
            other => other.title(),
        }
    }

    /// Whether something stands in front of the panes.
    #[must_use]
    pub fn is_overlay(self) -> bool {
        matches!(
            self,
            Context::Editor
                | Context::HelpPage
                | Context::EntryPage
                | Context::CopyMenu
                | Context::Question
                | Context::Prompt
                | Context::Palette
        )
    }

    /// Whether keys are text here.
    #[must_use]
    pub fn is_typing(self) -> bool {
        matches!(
            self,
            Context::TypeBox
                | Context::TypeForm
                | Context::Editor
                | Context::Prompt
                | Context::Palette
        )
    }
}

/// One row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// What it does.
    pub action: Action,
    /// The keys that do it.
    pub keys: Cow<'static, [Key]>,
    /// Where.
    pub contexts: &'static [Context],
    /// One or two words for the footer; empty where the footer leaves it out.
    pub word: &'static str,
    /// One line for the help page.
    pub help: &'static str,
}

use Context::{
    Box as ChatBox, Connections, CopyMenu, Editor, Empty, EntryPage, Form, HelpPage, Log, Palette,
    Prompt, Question, Raw, Requests, TypeBox, TypeForm,
};

const PANES: &[Context] = &[Form, Connections, Log, ChatBox, Requests, Raw, Empty];
const EXCHANGES: &[Context] = &[Requests, Raw];
const RUNNING: &[Context] = &[Connections, Log, ChatBox];
/// Where something is read.
const READ: &[Context] = &[Form, Connections, Log, ChatBox, Requests, Raw];
const TYPED: &[Context] = &[Prompt, Palette];
const PAGES: &[Context] = &[HelpPage, EntryPage, CopyMenu];
const KEYS_MODE: &[Context] = &[
    Form,
    Connections,
    Log,
    ChatBox,
    Requests,
    Raw,
    Empty,
    HelpPage,
    EntryPage,
    CopyMenu,
];

const UP: &[Key] = &[key(KeyCode::Up), ch('k')];
const DOWN: &[Key] = &[key(KeyCode::Down), ch('j')];
const LEFT: &[Key] = &[key(KeyCode::Left), ch('h')];
const RIGHT: &[Key] = &[key(KeyCode::Right), ch('l')];
const PAGE_UP: &[Key] = &[key(KeyCode::PageUp)];
const PAGE_DOWN: &[Key] = &[key(KeyCode::PageDown)];
const TOP: &[Key] = &[ch('g'), key(KeyCode::Home)];
const BOTTOM: &[Key] = &[ch('G'), key(KeyCode::End)];
const ENTER: &[Key] = &[key(KeyCode::Enter)];
const ESC: &[Key] = &[key(KeyCode::Esc)];

const fn bind(
    action: Action,
    keys: &'static [Key],
    contexts: &'static [Context],
    word: &'static str,
    help: &'static str,
) -> Binding {
    Binding {
        action,
        keys: Cow::Borrowed(keys),
        contexts,
        word,
        help,
    }
}

/// The table. Footers show the rows of their context from the top, as far as they fit.
#[rustfmt::skip] // one row a line, or nobody could read it as a table
pub const TABLE: &[Binding] = &[
    // TYPE mode
    bind(Action::Send, ENTER, &[TypeBox], "send", "send the text, exactly as typed"),
    bind(Action::Keep, ENTER, &[Prompt], "keep", "take the line: search, filter or send the file"),
    bind(Action::Choose, ENTER, &[Palette], "do it", "do what is chosen"),
    bind(Action::Earlier, &[key(KeyCode::Up)], &[TypeBox, Prompt], "earlier", "an earlier text"),
    bind(Action::Later, &[key(KeyCode::Down)], &[TypeBox, Prompt], "", "a later text"),
    bind(Action::Pick(Motion::Up), &[key(KeyCode::Up), key(KeyCode::BackTab)], &[Palette], "", "the action above"),
    bind(Action::Pick(Motion::Down), &[key(KeyCode::Down), key(KeyCode::Tab)], &[Palette], "choose", "the action below"),
    bind(Action::Pick(Motion::PageUp), PAGE_UP, &[Palette], "", "a page up"),
    bind(Action::Pick(Motion::PageDown), PAGE_DOWN, &[Palette], "", "a page down"),
    bind(Action::Start, ENTER, &[TypeForm], "start", "start with these settings"),
    bind(Action::NextField, &[key(KeyCode::Down), key(KeyCode::Tab)], &[TypeForm], "next field", "the next field"),
    bind(Action::PreviousField, &[key(KeyCode::Up), key(KeyCode::BackTab)], &[TypeForm], "", "the previous field"),
    bind(Action::Scroll(Motion::PageUp), PAGE_UP, &[TypeBox], "scroll", "scroll the log up"),
    bind(Action::Scroll(Motion::PageDown), PAGE_DOWN, &[TypeBox], "", "scroll the log down"),
    bind(Action::NextPane, &[key(KeyCode::Tab)], &[TypeBox], "pane", "the next pane"),
    bind(Action::PreviousPane, &[key(KeyCode::BackTab)], &[TypeBox], "", "the previous pane"),
    bind(Action::ClearLine, &[ctrl('c')], &[TypeBox, TypeForm, Editor, Prompt, Palette], "", "clear the line; on an empty line, ask to quit"),
    bind(Action::Leave, ESC, &[TypeBox, TypeForm], "", "to KEYS mode; the text stays"),
    bind(Action::Done, ESC, &[Editor], "done", "done: from now on it counts"),
    bind(Action::Drop, ESC, TYPED, "back", "leave the line; all is as it was before"),
    // What to do next comes first
    bind(Action::Open, ENTER, EXCHANGES, "read", "read its raw text; a client's redirect: go there"),
    bind(Action::Resend, &[ch('R')], &[Requests, Raw], "send", "HTTP client: send the request, again or as edited"),
    bind(Action::NextView, &[ch('v')], EXCHANGES, "view", "request, answer, log; clients: answer, body, log"),
    bind(Action::Edit, &[ch('e')], EXCHANGES, "edit", "write the answer by hand; clients: the request"),
    bind(Action::Normal, &[ch('r')], EXCHANGES, "normal answer", "HTTP server: answer as usual again, not by hand"),
    bind(Action::OneAtATime, &[ch('a')], EXCHANGES, "", "HTTP server: one connection at a time, or all at once"),
    bind(Action::Pick(Motion::Up), UP, &[Requests], "", "the request above"),
    bind(Action::Pick(Motion::Down), DOWN, &[Requests], "", "the request below"),
    bind(Action::Pick(Motion::Top), TOP, &[Requests], "", "the oldest request"),
    bind(Action::Pick(Motion::Bottom), BOTTOM, &[Requests], "", "the newest request, and follow"),
    bind(Action::Start, ENTER, &[Form], "start", "start; after a failure, what the pane offers first"),
    bind(Action::Type, &[key(KeyCode::Enter), ch('i')], &[ChatBox], "type", "write a message"),
    bind(Action::Inspect, ENTER, &[Log], "inspect", "show the entry whole, byte by byte"),
    bind(Action::Type, &[ch('i')], &[Form, Requests, Raw], "edit", "change the fields"),
    bind(Action::Type, &[key(KeyCode::Enter), ch('i')], &[Connections], "type", "write to the picked connection"),
    bind(Action::Type, &[ch('i')], &[Log], "type", "write a message"),
    bind(Action::WaitForServer, &[ch('w')], &[Form], "wait for the server", "start the client and wait until its server listens"),
    bind(Action::NextPort, &[ch('+')], &[Form], "next free port", "start the server at the next free port"),
    bind(Action::Why, &[ch('.')], &[Form, Connections, Log, ChatBox, Requests, Raw, EntryPage], "why?", "explain it: what happened, why, and what to try"),
    bind(Action::StartClient, &[ch('c')], &[Form, Log, Requests, Raw], "client", "on an idle tab: start the client"),
    bind(Action::StartBoth, &[ch('B')], &[Form, Log, Requests, Raw], "both", "on an idle tab: start both sides"),
    bind(Action::Pick(Motion::Up), UP, &[Connections], "", "pick the connection above; above the first: all"),
    bind(Action::Pick(Motion::Down), DOWN, &[Connections], "pick", "pick the connection below"),
    bind(Action::Pick(Motion::Top), TOP, &[Connections], "", "pick none: send to all"),
    bind(Action::Pick(Motion::Bottom), BOTTOM, &[Connections], "", "pick the last connection"),
    bind(Action::PreviousField, UP, &[Form], "", "the field above"),
    bind(Action::NextField, DOWN, &[Form], "", "the field below"),
    bind(Action::PreviousValue, LEFT, &[Form], "", "the previous value of a choice"),
    bind(Action::NextValue, &[key(KeyCode::Right), ch('l'), ch(' ')], &[Form], "", "the next value of a choice"),
    bind(Action::PreviousValue, &[key(KeyCode::Left)], &[TypeForm], "", "in a choice: the previous value"),
    bind(Action::NextValue, &[key(KeyCode::Right), ch(' ')], &[TypeForm], "", "in a choice: the next value"),
    bind(Action::Scroll(Motion::Up), UP, &[Log, Raw, HelpPage, EntryPage], "", "up"),
    bind(Action::Scroll(Motion::Down), DOWN, &[Log, Raw, HelpPage, EntryPage], "", "down"),
    bind(Action::Scroll(Motion::PageUp), PAGE_UP, &[Form, Connections, Log, ChatBox, Requests, Raw, HelpPage, EntryPage], "", "a page up"),
    bind(Action::Scroll(Motion::PageDown), PAGE_DOWN, &[Form, Connections, Log, ChatBox, Requests, Raw, HelpPage, EntryPage], "", "a page down"),
    bind(Action::Scroll(Motion::Top), TOP, &[Log, Raw, HelpPage, EntryPage], "", "to the oldest entry"),
    bind(Action::Scroll(Motion::Bottom), BOTTOM, &[Log, Raw, HelpPage, EntryPage], "", "to the newest entry"),
    bind(Action::Follow, &[ch('f')], &[Connections, Log, ChatBox, Requests, Raw], "follow", "follow the newest entry, or stop following"),
    bind(Action::NextPane, &[key(KeyCode::Tab)], PANES, "pane", "the next pane"),
    bind(Action::PreviousPane, &[key(KeyCode::BackTab)], PANES, "", "the previous pane"),
    bind(Action::Search, &[ch('/')], READ, "find", "look for text, \\x00, 0d0a or re:expression"),
    bind(Action::NextFind, &[ch('n')], READ, "", "to the next find"),
    bind(Action::PreviousFind, &[ch('N')], READ, "", "to the previous find"),
    bind(Action::Filter, &[ch('&')], READ, "filter", "show only: #3 in out opened failed words -not"),
    bind(Action::Left, LEFT, &[Connections, Log, ChatBox, Requests, Raw], "", "to the other side; in unwrapped lines to the left"),
    bind(Action::Right, RIGHT, &[Connections, Log, ChatBox, Requests, Raw], "", "to the other side; in unwrapped lines to the right"),
    bind(Action::StartStop, &[ch('s')], &[Form, Connections, Log, ChatBox, Requests, Raw], "stop", "start or stop this side"),
    bind(Action::CloseConnection, &[ch('d')], &[Connections, Log, ChatBox, Requests, Raw], "close", "close the picked connection"),
    bind(Action::FinishSending, &[ch('D')], RUNNING, "finish sending", "finish sending on it; it can still send (half-close)"),
    bind(Action::SendFile, &[ch('S')], RUNNING, "", "send a file: its name is asked for"),
    bind(Action::CancelSend, &[ch('X')], RUNNING, "", "send no more of the file that is on its way"),
    bind(Action::LineEnd, &[ch('L')], RUNNING, "line end", "what Enter adds, and whether \\n and \\x00 are understood"),
    bind(Action::Hex, &[ch('v'), ch('H')], RUNNING, "hex", "payloads as hex dump, or as text"),
    bind(Action::Hex, &[ch('H')], &[Form, Requests, Raw], "", "raw text as hex dump, or as text"),
    bind(Action::Wrap, &[ch('W')], READ, "", "wrap long lines, or move sideways in them"),
    bind(Action::Times, &[ch('t')], READ, "", "times: clock, since start, since the one before, off"),
    bind(Action::Freeze, &[ch(' ')], &[Connections, Log, ChatBox, Requests, Raw], "freeze", "hold the screen still; traffic goes on"),
    bind(Action::Zoom, &[ch('z')], READ, "", "this pane alone on the screen, or all again"),
    bind(Action::Arrange, &[ch('|')], PANES, "", "two sides: left and right, above and below, one"),
    bind(Action::Present, &[ch('p')], PANES, "", "present: more room, keys shown; again: no addresses"),
    bind(Action::Palette, &[ch(':')], PANES, "", "all actions: type to find one, Enter does it"),
    bind(Action::Clear, &[ch('x')], &[Form, Connections, Log, ChatBox, Requests, Raw], "", "clear this log"),
    bind(Action::CopyMenu, &[ch('y')], &[Form, Connections, Log, ChatBox, Requests, Raw, EntryPage], "", "copy: a menu of what can be copied from here"),
    bind(Action::Tab(Protocol::Tcp), &[ch('1')], PANES, "", "the TCP tab"),
    bind(Action::Tab(Protocol::Udp), &[ch('2')], PANES, "", "the UDP tab"),
    bind(Action::Tab(Protocol::Http), &[ch('3')], PANES, "", "the HTTP tab"),
    bind(Action::Theme, &[ch('T')], KEYS_MODE, "", "the next colour theme"),
    bind(Action::Mouse, &[ch('m')], KEYS_MODE, "", "the mouse: ours, or the terminal's to select text"),
    bind(Action::Help, &[ch('?')], KEYS_MODE, "help", "help for this pane; again: all keys"),
    // Overlays and the way out
    bind(Action::Copy(What::Shown), &[ch('y')], &[CopyMenu], "", "as shown; what is no text as escapes"),
    bind(Action::Copy(What::Raw), &[ch('r')], &[CopyMenu], "", "the raw bytes, exactly"),
    bind(Action::Copy(What::Hex), &[ch('x')], &[CopyMenu], "", "as a hex dump"),
    bind(Action::Copy(What::Address), &[ch('a')], &[CopyMenu], "", "the address"),
    bind(Action::Copy(What::Curl), &[ch('c')], &[CopyMenu], "", "the request as a curl command"),
    bind(Action::Copy(What::Others), &[ch('l')], &[CopyMenu], "", "a command for the other terminal: nc or curl"),
    bind(Action::Copy(What::Ours), &[ch('n')], &[CopyMenu], "", "the same with netplay"),
    bind(Action::Copy(What::Python), &[ch('p')], &[CopyMenu], "", "the same in Python"),
    bind(Action::Yes, &[key(KeyCode::Enter), ch('y'), ch('q'), ctrl('c')], &[Question], "yes", "yes"),
    bind(Action::No, &[key(KeyCode::Esc), ch('n')], &[Question], "no", "no"),
    bind(Action::Close, ESC, PAGES, "close", "close this page"),
    bind(Action::Back, &[ch('q')], KEYS_MODE, "quit", "back; at the top, quit (asks while something runs)"),
    bind(Action::QuitNow, &[ch('Q')], &[Form, Connections, Log, ChatBox, Requests, Raw, Empty, HelpPage, EntryPage, CopyMenu, Question], "", "quit at once"),
    bind(Action::AskQuit, &[ctrl('c')], KEYS_MODE, "", "ask whether to quit"),
    bind(Action::Suspend, &[ctrl('z')], KEYS_MODE, "", "to the shell for a while (fg returns; not on Windows)"),
];

impl Binding {
    /// The names of its keys, such as `↑ k`.
    #[must_use]
    pub fn key_names(&self, charset: Charset) -> String {
        let names: Vec<String> = self.keys.iter().map(|key| key.name(charset)).collect();
        names.join(" ")
    }

    /// The name of that of its keys which was pressed.
    #[must_use]
    pub fn pressed(&self, event: KeyEvent, charset: Charset) -> String {
        let key = self.keys.iter().find(|key| key.matches(event));
        let key = key.or(self.keys.first());
        key.map_or(String::new(), |key| key.name(charset))
    }
}

/// The whole table as the README has it.
#[must_use]
pub fn markdown() -> String {
    use std::fmt::Write as _;
    let mut out = String::from("| key | where | what it does |\n|---|---|---|\n");
    for row in TABLE {
        let keys: Vec<String> = row
            .keys
            .iter()
            .map(|key| format!("`{}`", key.name(Charset::Unicode)))
            .collect();
        let places = if row.contexts == PANES || row.contexts == KEYS_MODE {
            "KEYS".to_owned()
        } else {
            row.contexts
                .iter()
                .map(|c| c.title())
                .collect::<Vec<_>>()
                .join("; ")
        };
        // Writing to a String cannot fail.
        let _ = writeln!(out, "| {} | {} | {} |", keys.join(" "), places, row.help);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_keys_a_place_and_a_line_of_help() {
        for row in TABLE {
            assert!(
                !row.keys.is_empty() && !row.contexts.is_empty() && !row.help.is_empty(),
                "{row:?}"
            );
            assert!(
                row.help.chars().count() <= 56,
                "{:?} is too long for the help page",
                row.help
            );
        }
    }
}
