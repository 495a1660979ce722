//! How everything is shown that can be shown in more than one way. One choice for all tabs: who
//! switches to hex in one of them wants to see bytes.

use super::entry::Payload;

/// How the times of entries are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeFormat {
    /// The time of day.
    #[default]
    Clock,
    /// Seconds since the session was started.
    SinceStart,
    /// Seconds since the entry before.
    SincePrevious,
    /// Not at all.
    Off,
}

impl TimeFormat {
    /// The one after it.
    #[must_use]
    pub fn next(self) -> TimeFormat {
        match self {
            TimeFormat::Clock => TimeFormat::SinceStart,
            TimeFormat::SinceStart => TimeFormat::SincePrevious,
            TimeFormat::SincePrevious => TimeFormat::Off,
            TimeFormat::Off => TimeFormat::Clock,
        }
    }

    /// What it is called.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            TimeFormat::Clock => "times: time of day",
            TimeFormat::SinceStart => "times: seconds since the session was started",
            TimeFormat::SincePrevious => "times: seconds since the entry before",
            TimeFormat::Off => "times: off",
        }
    }
}

/// How two sides that are both there share the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Arrangement {
    /// Server left, client right, where there is room.
    #[default]
    Beside,
    /// Server above, client below, where there is room.
    Stacked,
    /// One at a time.
    Single,
}

impl Arrangement {
    /// The one after it.
    #[must_use]
    pub fn next(self) -> Arrangement {
        match self {
            Arrangement::Beside => Arrangement::Stacked,
            Arrangement::Stacked => Arrangement::Single,
            Arrangement::Single => Arrangement::Beside,
        }
    }

    /// What it is called.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Arrangement::Beside => "two sides: left and right",
            Arrangement::Stacked => "two sides: above and below",
            Arrangement::Single => "two sides: one at a time",
        }
    }
}

/// What a presenter wants of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Presenter {
    /// Nothing.
    #[default]
    Off,
    /// Room to breathe, only what matters, the last key.
    On,
    /// Besides, no addresses but loopback.
    Private,
}

impl Presenter {
    /// The one after it.
    #[must_use]
    pub fn next(self) -> Presenter {
        match self {
            Presenter::Off => Presenter::On,
            Presenter::On => Presenter::Private,
            Presenter::Private => Presenter::Off,
        }
    }

    /// What it is called.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Presenter::Off => "presenting: off",
            Presenter::On => "presenting: more room, your keys shown; p again hides addresses",
            Presenter::Private => "presenting: addresses of other machines hidden",
        }
    }
}

/// The choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Display {
    /// The times of entries.
    pub time: TimeFormat,
    /// Payloads and raw texts as hex dumps.
    pub hex: bool,
    /// Long lines go on in the next row.
    pub wrap: bool,
    /// How many cells of unwrapped lines are to the left of what is seen.
    pub across: u16,
    /// Two sides on the screen.
    pub arrangement: Arrangement,
    /// The pane that has the keys fills the screen.
    pub zoom: bool,
    /// Whether somebody presents.
    pub presenter: Presenter,
}

impl Default for Display {
    fn default() -> Display {
        Display {
            time: TimeFormat::default(),
            hex: false,
            wrap: true,
            across: 0,
            arrangement: Arrangement::default(),
            zoom: false,
            presenter: Presenter::default(),
        }
    }
}

impl Display {
    /// How payloads are shown.
    #[must_use]
    pub fn payload(&self) -> Payload {
        match (self.hex, self.wrap) {
            (true, _) => Payload::Hex,
            (false, true) => Payload::Wrapped,
            (false, false) => Payload::Unwrapped,
        }
    }

    /// Whether lines can be moved sideways.
    #[must_use]
    pub fn is_sideways(&self) -> bool {
        self.payload() == Payload::Unwrapped
    }

    /// How many cells of lines are to the left of what is seen.
    #[must_use]
    pub fn across(&self) -> u16 {
        if self.is_sideways() { self.across } else { 0 }
    }
}
