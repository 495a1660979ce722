//! The state of the screen and how it changes: [`App::update`] takes a message, changes the state
//! and returns what the outside is to do. Pure: no socket, no terminal, no clock (time is in the
//! messages). The key table is `keymap`, the geometry `layout`; drawing is not here.

mod available;
pub mod chatbox;
pub mod commands;
pub mod connections;
pub mod copy;
pub mod display;
pub mod editor;
pub mod entry;
pub mod filter;
pub mod form;
pub mod frozen;
pub mod http;
pub mod keymap;
pub mod ladder;
pub mod layout;
pub mod lists;
pub mod overlay;
pub mod palette;
pub mod prompt;
pub mod raw;
pub mod scroll;
pub mod side;
pub mod sieve;
pub mod sifting;
pub mod spot;
pub mod tab;
pub mod transfer;
mod update;
pub mod views;
pub mod why;

use std::net::IpAddr;
use std::time::UNIX_EPOCH;

use crossterm::event::KeyEvent;

use crate::model::command::Command;
use crate::model::event::{Event, SessionId};
use crate::model::launch::{Looks, ScreenLaunch};
use crate::model::settings::Settings;
use crate::model::size::Exactly;
use crate::model::spec::{Protocol, Side, Spec};
use crate::model::time::{Origin, Stamp};
use crate::wire::text::Charset;

use display::Display;
use keymap::{Context, Keymap};
use overlay::Overlay;
use prompt::Typed;
use side::{Notice, SideState};
use spot::{Pointer, Spot};
use tab::{Mode, Pane, Tab};

/// What goes into [`App::update`].
#[derive(Clone, Debug)]
pub enum Message {
    /// A key was pressed.
    Key(KeyEvent),
    /// Text was pasted, as one piece.
    Paste(String),
    /// The pointer did something over what was drawn there.
    Mouse {
        /// What was drawn there, if it is something.
        spot: Option<Spot>,
        /// What it did.
        what: Pointer,
    },
    /// The terminal has this size now, in cells.
    Resize(u16, u16),
    /// Something was copied, or not: the words say what was tried.
    Copied(Notice),
    /// It is this time now.
    Tick(Stamp),
    /// Something happened to a session.
    Event(SessionId, Event),
    /// A session did not take a command; nothing of it was done.
    Refused {
        /// The session.
        session: SessionId,
        /// The command.
        command: Command,
        /// Why, in words.
        why: String,
    },
}

/// What the outside is to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Start a session.
    Start(SessionId, Box<Spec>),
    /// Tell a session something.
    Command(SessionId, Command),
    /// Stop a session in order.
    Stop(SessionId),
    /// Copy these bytes to wherever the user can get at them.
    Copy {
        /// What they are.
        what: copy::What,
        /// They, exactly.
        bytes: Vec<u8>,
    },
    /// Take the mouse, or give it back to the terminal.
    Mouse(bool),
    /// Leave the screen and stop the process until it is continued.
    Suspend,
    /// End the program.
    Quit,
}

/// What the app knows of the machine it runs on.
#[derive(Clone, Debug)]
pub struct Machine {
    /// The wall-clock time of stamp zero.
    pub origin: Origin,
    /// Seconds that local time is ahead of UTC.
    pub utc_offset: i64,
    /// This machine's own addresses other than loopback.
    pub addresses: Vec<IpAddr>,
    /// Whether the process can be stopped and continued (Ctrl+Z).
    pub can_suspend: bool,
}

impl Machine {
    /// The local time of day: hours, minutes, seconds, milliseconds.
    #[must_use]
    pub fn time_of_day(&self, at: Stamp) -> (i64, i64, i64, u32) {
        let wall = self.origin.wall(at);
        let wall = wall.duration_since(UNIX_EPOCH).unwrap_or_default();
        let seconds = (wall.as_secs().cast_signed() + self.utc_offset).rem_euclid(86_400);
        let (h, m, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        (h, m, s, wall.subsec_millis())
    }

    /// The same as text: `10:02:15.900`.
    #[must_use]
    pub fn clock(&self, at: Stamp) -> String {
        let (h, m, s, ms) = self.time_of_day(at);
        format!("{h:02}:{m:02}:{s:02}.{ms:03}")
    }
}

/// A key that was a command, for those who look on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastKey {
    /// Its name.
    pub key: String,
    /// What it did, in words.
    pub word: &'static str,
}

/// The whole state of the screen.
#[derive(Clone, Debug)]
pub struct App {
    tabs: Vec<Tab>,
    front: Protocol,
    /// What stands in front of the panes; the last has the keys.
    pub overlays: Vec<Overlay>,
    /// The terminal's size, in cells: columns, rows.
    pub size: (u16, u16),
    /// The time.
    pub now: Stamp,
    /// The machine.
    pub machine: Machine,
    /// The looks.
    pub looks: Looks,
    /// Whether clicks and the wheel come to us; otherwise the terminal selects text with them.
    pub mouse: bool,
    /// A word to the user that belongs to no side, in the footer until the next key.
    pub notice: Option<Notice>,
    /// It was said how to select text.
    told_to_select: bool,
    /// How things are shown.
    pub display: Display,
    /// What the screen showed when it was frozen, while it is.
    pub frozen: Option<Box<App>>,
    /// The searches and filters that were typed.
    pub typed: Typed,
    /// The last key that was a command, by its name.
    pub last_key: Option<LastKey>,
    /// The keys.
    pub keymap: Keymap,
    /// What a configuration sets.
    pub defaults: Settings,
    next_session: u32,
}

impl App {
    /// The state at the start, and what is to be done at once.
    #[must_use]
    pub fn new(
        launch: ScreenLaunch,
        machine: Machine,
        cells: (u16, u16),
        now: Stamp,
    ) -> (App, Vec<Effect>) {
        let mut specs = Protocol::ALL.map(|protocol| launch.defaults.specs(protocol));
        specs[launch.tab as usize] = launch.presets;
        let state = |spec| SideState::new(spec, launch.newline, launch.history);
        let tabs = Protocol::ALL
            .into_iter()
            .zip(specs)
            .map(|(protocol, specs)| Tab::new(protocol, specs.map(state)))
            .collect();
        let mut app = App {
            tabs,
            front: launch.tab,
            overlays: Vec::new(),
            size: cells,
            now,
            machine,
            looks: launch.looks,
            mouse: true,
            notice: None,
            told_to_select: false,
            display: Display::default(),
            frozen: None,
            typed: Typed::default(),
            last_key: None,
            keymap: Keymap::default(),
            defaults: launch.defaults,
            next_session: 1,
        };
        let effects = match launch.start {
            [true, true] => app.start_both(),
            [true, false] => app.start(Side::Server),
            [false, true] => app.start(Side::Client),
            [false, false] => Vec::new(),
        };
        if !effects.is_empty() && launch.tab != Protocol::Http {
            app.tab_mut().mode = Mode::Type;
        }
        (app, effects)
    }

    /// The tab in front.
    #[must_use]
    pub fn tab(&self) -> &Tab {
        self.get(self.front)
    }

    /// The tab in front, to change it.
    pub fn tab_mut(&mut self) -> &mut Tab {
        &mut self.tabs[self.front as usize]
    }

    /// The tab of a protocol.
    #[must_use]
    pub fn get(&self, protocol: Protocol) -> &Tab {
        &self.tabs[protocol as usize]
    }

    /// All tabs, in their order.
    #[must_use]
    pub fn tabs(&self) -> &[Tab] {
        &self.tabs
    }

    /// All sides of all tabs.
    pub fn sides(&self) -> impl Iterator<Item = &SideState> {
        self.tabs
            .iter()
            .flat_map(|tab| Side::ALL.into_iter().map(|side| tab.get(side)))
    }

    /// Where keys go now.
    #[must_use]
    pub fn context(&self) -> Context {
        if let Some(overlay) = self.overlays.last() {
            return overlay.context();
        }
        let tab = self.tab();
        if tab.panes(tab.side).is_empty() {
            return Context::Empty;
        }
        match (tab.pane(), tab.mode) {
            (Pane::Form, Mode::Keys) => Context::Form,
            (Pane::Form, Mode::Type) => Context::TypeForm,
            (Pane::Connections, _) => Context::Connections,
            (Pane::Log, _) => Context::Log,
            (Pane::Box, Mode::Keys) => Context::Box,
            (Pane::Box, Mode::Type) => Context::TypeBox,
            (Pane::Requests, _) => Context::Requests,
            (Pane::Raw | Pane::Answer, _) => Context::Raw,
        }
    }

    /// The characters that may be drawn.
    #[must_use]
    pub fn charset(&self) -> Charset {
        if self.looks.ascii {
            Charset::Ascii
        } else {
            Charset::Unicode
        }
    }

    /// How many sessions are there.
    #[must_use]
    pub fn running(&self) -> usize {
        self.sides().filter(|side| side.phase.is_active()).count()
    }

    /// What has run, in a line a side, for the time after the screen.
    #[must_use]
    pub fn summary(&self) -> Vec<String> {
        self.sides()
            .filter(|side| side.spec.is_some())
            .map(|side| {
                let (stats, udp) = (&side.stats, side.protocol == Protocol::Udp);
                let who = match (stats.opened, udp) {
                    (1, true) => "1 peer".to_owned(),
                    (n, true) => format!("{n} peers"),
                    (1, false) => "1 connection".to_owned(),
                    (n, false) => format!("{n} connections"),
                };
                let (name, word) = (side.protocol.name(), side.side.word());
                let lost = match stats.lost {
                    0 => String::new(),
                    n => format!(", {n} lost"),
                };
                format!(
                    "netplay: {name} {word}: {who}, in {}, out {}{lost}",
                    Exactly(stats.received),
                    Exactly(stats.sent)
                )
            })
            .collect()
    }
}
