//! The entries of a configuration, each defined once: its section and name, its default, what it
//! takes and what it means.

use toml::de::DeValue;

use super::nearest;
use crate::model::address::Address;
use crate::model::http::{self, PATIENCE};
use crate::model::launch::ThemeName;
use crate::model::settings::Settings;
use crate::model::size;
use crate::model::spec::{self, DEFAULT_HISTORY, DEFAULT_RECV_SIZE, Newline, Protocol, Side};
use crate::model::url::Url;
use crate::wire::text::safe;

/// An entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    Theme,
    Ascii,
    History,
    RecvSize,
    Newline,
    Address(Protocol, Side),
    Patience,
}

/// The sections, but for that of the keys.
pub(super) fn sections() -> [&'static str; 3] {
    Protocol::ALL.map(Protocol::word)
}

const LOOPBACK: &str = "127.0.0.1";

impl Entry {
    /// All entries, section by section.
    pub(super) fn all() -> impl Iterator<Item = Entry> {
        use Entry::{Ascii, History, Newline, Patience, RecvSize, Theme};
        let addresses = Protocol::ALL
            .into_iter()
            .flat_map(|protocol| Side::ALL.map(|side| Entry::Address(protocol, side)));
        [Theme, Ascii, History, RecvSize, Newline]
            .into_iter()
            .chain(addresses)
            .chain([Patience])
    }

    /// Where it stands; empty in front of the first section.
    pub(super) fn section(self) -> &'static str {
        match self {
            Entry::Address(protocol, _) => protocol.word(),
            Entry::Patience => Protocol::Http.word(),
            _ => "",
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Entry::Theme => "theme",
            Entry::Ascii => "ascii",
            Entry::History => "history",
            Entry::RecvSize => "recv-size",
            Entry::Newline => "newline",
            Entry::Address(_, side) => side.word(),
            Entry::Patience => "patience",
        }
    }

    /// Its default as the file writes it.
    pub(super) fn default(self) -> String {
        match self {
            Entry::Theme => format!("\"{}\"", ThemeName::default().word()),
            Entry::Ascii => "false".to_owned(),
            Entry::History => format!("\"{}MiB\"", DEFAULT_HISTORY >> 20),
            Entry::RecvSize => DEFAULT_RECV_SIZE.to_string(),
            Entry::Newline => format!("\"{}\"", Newline::default().word()),
            Entry::Address(protocol, _) => format!("\"{LOOPBACK}:{}\"", protocol.default_port()),
            Entry::Patience => format!("\"{}m\"", PATIENCE.as_secs() / 60),
        }
    }

    /// What it means and takes, in lines.
    pub(super) fn help(self) -> String {
        match self {
            Entry::Theme => format!(
                "The colours: {}. NO_COLOR in the environment is stronger.",
                either(&ThemeName::ALL.map(ThemeName::word))
            ),
            Entry::Ascii => "Draw with ASCII characters only: true or false.".to_owned(),
            Entry::History => "How much each session keeps in memory: bytes, or a number with \
                               KiB, MiB or GiB."
                .to_owned(),
            Entry::RecvSize => "The buffer given to each read: bytes, or a number with KiB or \
                                MiB, 16MiB at most."
                .to_owned(),
            Entry::Newline => format!(
                "What TCP and UDP add to each line sent: {}.",
                either(&Newline::ALL.map(Newline::word))
            ),
            Entry::Address(_, Side::Server) => {
                "Where the server listens: HOST:PORT, HOST, :PORT, PORT or [IPV6]:PORT.".to_owned()
            }
            Entry::Address(Protocol::Http, Side::Client) => {
                "What the client asks for: the same, or a URL.".to_owned()
            }
            Entry::Address(_, Side::Client) => {
                "Whom the client calls; without this entry, the server above.".to_owned()
            }
            Entry::Patience => "How long a message may stand still, such as 500ms, 10s or 2m. \
                                Without this\nentry a client without a screen waits 30s."
                .to_owned(),
        }
    }

    /// Takes a value.
    ///
    /// # Errors
    /// Says in words what is allowed.
    pub(super) fn set(self, value: &DeValue, settings: &mut Settings) -> Result<(), String> {
        let example = self.default();
        let text = || text(value, example.trim_matches('"'));
        match self {
            Entry::Theme => settings.theme = Some(theme(text()?)?),
            Entry::Ascii => {
                settings.ascii = value.as_bool().ok_or("write true or false")?;
            }
            Entry::History => {
                let size = size::parse(&number(value)?).map_err(|e| e.to_string())?;
                settings.history = Some(size);
            }
            Entry::RecvSize => settings.recv_size = Some(spec::recv_size(&number(value)?)?),
            Entry::Newline => settings.newline = Some(newline(text()?)?),
            Entry::Address(Protocol::Http, Side::Client) => {
                let port = Protocol::Http.default_port();
                let url = Url::parse(text()?, LOOPBACK, port).map_err(|e| e.to_string())?;
                settings.addresses[Protocol::Http as usize][Side::Client as usize] =
                    Some(url.address);
                settings.target = Some(url.target);
            }
            Entry::Address(protocol, side) => {
                let address = Address::parse(text()?, LOOPBACK, protocol.default_port())
                    .map_err(|e| e.to_string())?;
                settings.addresses[protocol as usize][side as usize] = Some(address);
            }
            Entry::Patience => settings.patience = Some(http::patience(text()?)?),
        }
        Ok(())
    }
}

fn theme(word: &str) -> Result<ThemeName, String> {
    let words = ThemeName::ALL.map(ThemeName::word);
    ThemeName::from_name(word).ok_or_else(|| no_choice(word, &words))
}

fn newline(word: &str) -> Result<Newline, String> {
    let words = Newline::ALL.map(Newline::word);
    Newline::from_name(word).ok_or_else(|| no_choice(word, &words))
}

fn no_choice(word: &str, words: &[&'static str]) -> String {
    let meant = nearest(word, words.iter().copied());
    let hint = meant.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    format!("`{}` is not one of {}{hint}", safe(word), either(words))
}

/// `a, b or c`.
fn either(words: &[&str]) -> String {
    match words.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => words.concat(),
    }
}

/// A value that is text.
pub(super) fn text<'v>(value: &'v DeValue, example: &str) -> Result<&'v str, String> {
    let wrong = || format!("write text in quotes, such as \"{example}\"");
    value.as_str().ok_or_else(wrong)
}

/// A number, or text that begins with one.
fn number(value: &DeValue) -> Result<String, String> {
    match value {
        DeValue::Integer(number) if number.radix() == 10 => Ok(number.as_str().to_owned()),
        _ => text(value, "64KiB")
            .map(str::to_owned)
            .map_err(|_| "write a number of bytes, or text such as \"64KiB\"".to_owned()),
    }
}
