//! What the command line asks for: which shell runs, and what is in it.

use super::settings::{Settings, Source};
use super::spec::{Newline, Protocol, Spec};

/// How a run without a screen prints its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One readable line an event.
    Text,
    /// One JSON object an event.
    Json,
}

/// The looks that can be asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThemeName {
    /// Light text on a dark ground.
    #[default]
    Dark,
    /// Dark text on a light ground, for projectors.
    Light,
    /// White on black and strong colours, for weak eyes and weak projectors.
    HighContrast,
    /// No colours: bold, underline and reverse only.
    Mono,
}

impl ThemeName {
    /// All of them, in the order in which they follow each other.
    pub const ALL: [ThemeName; 4] = [
        ThemeName::Dark,
        ThemeName::Light,
        ThemeName::HighContrast,
        ThemeName::Mono,
    ];

    /// Its name in options and settings.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            ThemeName::Dark => "dark",
            ThemeName::Light => "light",
            ThemeName::HighContrast => "high-contrast",
            ThemeName::Mono => "mono",
        }
    }

    /// The theme of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<ThemeName> {
        ThemeName::ALL
            .into_iter()
            .find(|theme| theme.word() == name)
    }

    /// The next one, the first after the last.
    #[must_use]
    pub fn next(self) -> ThemeName {
        let at = ThemeName::ALL.iter().position(|theme| *theme == self);
        ThemeName::ALL[at.map_or(0, |at| (at + 1) % ThemeName::ALL.len())]
    }
}

/// The settings of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looks {
    /// The colours.
    pub theme: ThemeName,
    /// Draw frames and marks with ASCII characters only.
    pub ascii: bool,
}

/// A run in the full screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScreenLaunch {
    /// The tab in front.
    pub tab: Protocol,
    /// The presets of that tab's forms: server, client.
    pub presets: [Spec; 2],
    /// The defaults of the other tabs' forms.
    pub defaults: Settings,
    /// Which of the two sides (server, client) start at once.
    pub start: [bool; 2],
    /// What the chat boxes add to each message.
    pub newline: Newline,
    /// The history budget of each session, in bytes.
    pub history: usize,
    /// The looks.
    pub looks: Looks,
}

/// A run without a screen: one session, its events on stdout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadlessLaunch {
    /// The session.
    pub spec: Spec,
    /// What is added to each line of stdin.
    pub newline: Newline,
    /// How events are printed.
    pub format: Format,
    /// Print readable lines with ASCII marks even where the locale has more.
    pub ascii: bool,
}

/// What the program is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Launch {
    /// The full screen.
    Screen(Box<ScreenLaunch>),
    /// No screen.
    Headless(Box<HeadlessLaunch>),
    /// Nothing runs: this text is printed.
    Print(Vec<u8>),
    /// Nothing runs: print the configuration with every default.
    PrintConfig,
    /// Nothing runs: say where the configuration is looked for, and whether it can be read.
    FindConfig(Source),
}
