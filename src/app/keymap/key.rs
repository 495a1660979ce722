//! A key: what the terminal reports, and its name. The footer, the help page and the configuration
//! use one name, so that what is seen can be written.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use unicode_width::UnicodeWidthChar;

use crate::wire::text::{Charset, safe};

/// A key as the table and the configuration write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    pub(super) code: KeyCode,
    pub(super) ctrl: bool,
}

pub(super) const fn key(code: KeyCode) -> Key {
    Key { code, ctrl: false }
}

pub(super) const fn ch(c: char) -> Key {
    key(KeyCode::Char(c))
}

pub(super) const fn ctrl(c: char) -> Key {
    Key {
        code: KeyCode::Char(c),
        ctrl: true,
    }
}

/// Why a key could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No key has this name.
    #[error(
        "no key is called `{}`; write a character, or Enter, Tab, Esc, Space, Up, Down, Left, \
         Right, Home, End, PgUp, PgDn, Insert, Delete, Backspace, F1 to F12, Shift+Tab, Ctrl+S",
        safe(.0)
    )]
    Unknown(String),
    /// Shift with something that has another name then.
    #[error("`{}`: write what Shift makes of the key, such as G; only Shift+Tab is written so", safe(.0))]
    Shift(String),
    /// Alt is Esc and the key behind it.
    #[error("`{}`: terminals send Alt as Esc in front of the key; take another key", safe(.0))]
    Alt(String),
    /// Ctrl with something that terminals do not tell apart.
    #[error(
        "`{}`: terminals report Ctrl with a letter or Space only, Ctrl+I as Tab and Ctrl+M as \
         Enter; take another key",
        safe(.0)
    )]
    Ctrl(String),
}

/// Keys that are no characters, by name; the first name of a key is the one that is shown.
const NAMED: [(&str, KeyCode); 25] = [
    ("Enter", KeyCode::Enter),
    ("Return", KeyCode::Enter),
    ("Tab", KeyCode::Tab),
    ("Shift+Tab", KeyCode::BackTab),
    ("Esc", KeyCode::Esc),
    ("Escape", KeyCode::Esc),
    ("Space", KeyCode::Char(' ')),
    ("Up", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("↑", KeyCode::Up),
    ("↓", KeyCode::Down),
    ("←", KeyCode::Left),
    ("→", KeyCode::Right),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
    ("PgUp", KeyCode::PageUp),
    ("PageUp", KeyCode::PageUp),
    ("PgDn", KeyCode::PageDown),
    ("PageDown", KeyCode::PageDown),
    ("Insert", KeyCode::Insert),
    ("Delete", KeyCode::Delete),
    ("Del", KeyCode::Delete),
    ("Backspace", KeyCode::Backspace),
];

impl Key {
    /// Reads a key's name: a character, a name such as `PgUp` or `F2`, or `Ctrl+S`. Names are the
    /// same in capitals and small letters, characters are not.
    pub fn parse(text: &str) -> Result<Key, KeyError> {
        let named = |name: &str| {
            let found = NAMED.iter().find(|(known, _)| same(known, name));
            let function = (1..=12).find(|n| same(&format!("F{n}"), name));
            let code = found.map(|(_, code)| *code);
            code.or(function.map(KeyCode::F))
        };
        let character = |name: &str| {
            let mut chars = name.chars();
            chars
                .next()
                .filter(|c| chars.next().is_none() && c.width() == Some(1))
        };
        if let Some(c) = character(text).filter(|_| named(text).is_none()) {
            return Ok(ch(c));
        }
        if let Some(code) = named(text) {
            return Ok(key(code));
        }
        let (modifier, rest) = text.split_once('+').unwrap_or(("", text));
        if same(modifier, "Ctrl") {
            let letter = character(rest).map(|c| c.to_ascii_lowercase());
            return match (letter, named(rest)) {
                (Some(c), _) if c.is_ascii_lowercase() && !matches!(c, 'i' | 'm') => Ok(ctrl(c)),
                (_, Some(KeyCode::Char(' '))) => Ok(ctrl(' ')),
                _ => Err(KeyError::Ctrl(text.to_owned())),
            };
        }
        Err(if same(modifier, "Shift") {
            KeyError::Shift(text.to_owned())
        } else if same(modifier, "Alt") {
            KeyError::Alt(text.to_owned())
        } else {
            KeyError::Unknown(text.to_owned())
        })
    }

    /// Whether a key press is this key. Shift is part of the character, or of `BackTab`; with Alt
    /// it is another key.
    #[must_use]
    pub fn matches(self, event: KeyEvent) -> bool {
        let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
        let code = match event.code {
            KeyCode::Tab if event.modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
            KeyCode::Char(c) if ctrl => KeyCode::Char(c.to_ascii_lowercase()),
            code => code,
        };
        let alt = event.modifiers.contains(KeyModifiers::ALT);
        self.code == code && self.ctrl == ctrl && !alt
    }

    /// The key's name, as footers and help write it, and as [`Key::parse`] reads it.
    #[must_use]
    pub fn name(self, charset: Charset) -> String {
        let arrows = charset == Charset::Unicode;
        let name = match self.code {
            KeyCode::Up if arrows => "↑".to_owned(),
            KeyCode::Down if arrows => "↓".to_owned(),
            KeyCode::Left if arrows => "←".to_owned(),
            KeyCode::Right if arrows => "→".to_owned(),
            KeyCode::F(n) => format!("F{n}"),
            code => match (NAMED.iter().find(|(_, named)| *named == code), code) {
                (Some((name, _)), _) => (*name).to_owned(),
                (None, KeyCode::Char(c)) if self.ctrl => c.to_ascii_uppercase().to_string(),
                (None, KeyCode::Char(c)) if charset == Charset::Ascii && !c.is_ascii() => {
                    c.escape_unicode().to_string()
                }
                (None, KeyCode::Char(c)) => c.to_string(),
                (None, other) => format!("{other:?}"),
            },
        };
        if self.ctrl {
            format!("Ctrl+{name}")
        } else {
            name
        }
    }
}

impl fmt::Display for Key {
    /// The name with words for arrows, as the configuration writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let charset = match self.code {
            KeyCode::Char(_) => Charset::Unicode,
            _ => Charset::Ascii,
        };
        f.write_str(&self.name(charset))
    }
}

fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_capitals_and_small_letters_and_characters_as_they_are() {
        for (text, wanted) in [
            ("g", ch('g')),
            ("G", ch('G')),
            ("+", ch('+')),
            ("é", ch('é')),
            (" ", ch(' ')),
            ("space", ch(' ')),
            ("f2", key(KeyCode::F(2))),
            ("F12", key(KeyCode::F(12))),
            ("pgup", key(KeyCode::PageUp)),
            ("PageDown", key(KeyCode::PageDown)),
            ("shift+tab", key(KeyCode::BackTab)),
            ("↑", key(KeyCode::Up)),
            ("ctrl+s", ctrl('s')),
            ("Ctrl+S", ctrl('s')),
            ("CTRL+space", ctrl(' ')),
        ] {
            assert_eq!(Key::parse(text), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn what_terminals_do_not_tell_apart_is_refused_with_the_reason() {
        for (text, word) in [
            ("", "no key"),
            ("F13", "no key"),
            ("page-up", "no key"),
            ("\u{7}", "no key"),
            ("e\u{301}", "no key"),
            ("shift+g", "such as G"),
            ("alt+g", "Esc"),
            ("ctrl+i", "as Tab"),
            ("ctrl+M", "as Enter"),
            ("ctrl+1", "a letter or Space"),
            ("ctrl+up", "a letter or Space"),
        ] {
            let wrong = Key::parse(text).expect_err(text).to_string();
            assert!(wrong.contains(word), "{text:?}: {wrong}");
        }
    }

    #[test]
    fn every_name_that_is_shown_is_read_again() {
        let named = NAMED.iter().map(|(_, code)| key(*code));
        let characters = (' '..='~').chain(['é', 'ß', 'я']).map(ch);
        let functions = (1..=12).map(|n| key(KeyCode::F(n)));
        for key in named.chain(characters).chain(functions).chain([ctrl('c')]) {
            assert_eq!(Key::parse(&key.name(Charset::Unicode)), Ok(key));
            assert_eq!(Key::parse(&key.to_string()), Ok(key));
        }
    }

    #[test]
    fn shift_tab_is_one_key_however_the_terminal_reports_it() {
        for event in [
            KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT),
            KeyEvent::new(KeyCode::BackTab, KeyModifiers::NONE),
            KeyEvent::new(KeyCode::Tab, KeyModifiers::SHIFT),
        ] {
            assert!(key(KeyCode::BackTab).matches(event));
            assert!(!key(KeyCode::Tab).matches(event));
        }
    }
}
