//! The configuration: the text of a TOML file in, settings and keys out, or what is wrong in words
//! with its line. Every entry is defined once, in `entry`; the printed default comes from there, too.
//!
//! Knows no file and no flag: `run` reads the text, and `cli` puts the command line over it.

mod entry;
mod page;

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::app::keymap::{Action, Key, Keymap};
use crate::model::settings::Settings;
use crate::wire::text::safe;

use entry::Entry;
pub use page::page;

/// What a configuration says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// Defaults for what the command line leaves open.
    pub settings: Settings,
    /// The keys.
    pub keymap: Keymap,
}

/// What is wrong with a configuration, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {words}")]
pub struct Problem {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what would be right.
    pub words: String,
}

/// The section of the keys.
const KEYS: &str = "keys";

/// An entry as it stands in the file: its name, its value, and where.
type Item<'t> = (&'t str, Range<usize>, &'t Spanned<DeValue<'t>>);

/// What is wrong at a place in the text.
type Wrong = (Range<usize>, String);

/// Reads a configuration. The first problem in the text is told.
pub fn parse(text: &str) -> Result<Config, Problem> {
    read(text).map_err(|(span, words)| Problem {
        line: text[..span.start.min(text.len())].matches('\n').count() + 1,
        words,
    })
}

fn read(text: &str) -> Result<Config, Wrong> {
    let table = DeTable::parse(text).map_err(|error| {
        let words = safe(error.message()).into_owned();
        (error.span().unwrap_or(0..0), words)
    })?;
    let mut config = Config::default();
    for (name, span, value) in items(table.get_ref()) {
        let inner = || match value.get_ref() {
            DeValue::Table(table) => Ok(table),
            _ => Err((
                span.clone(),
                format!("`{name}` is a section; write [{name}]"),
            )),
        };
        if name == KEYS {
            config.keymap = keys(inner()?)?;
        } else if entry::sections().contains(&name) {
            for item in items(inner()?) {
                set(name, item, &mut config.settings)?;
            }
        } else {
            set("", (name, span, value), &mut config.settings)?;
        }
    }
    Ok(config)
}

/// The entries of a table in the order of the file.
fn items<'t>(table: &'t DeTable<'t>) -> Vec<Item<'t>> {
    let mut items: Vec<Item> = table
        .iter()
        .map(|(name, value)| (&**name.get_ref(), name.span(), value))
        .collect();
    items.sort_by_key(|(_, span, _)| span.start);
    items
}

fn set(section: &str, (name, span, value): Item, settings: &mut Settings) -> Result<(), Wrong> {
    let of_section = |entry: &Entry| entry.section() == section;
    let Some(entry) = Entry::all().find(|e| of_section(e) && e.name() == name) else {
        let elsewhere = Entry::all().find(|entry| entry.name() == name);
        let words = match elsewhere.map(Entry::section) {
            Some("") => format!("`{name}` belongs in front of the first [section]"),
            Some(right) => format!("`{name}` belongs into a section, such as [{right}]"),
            None => {
                let known = Entry::all().filter(of_section).map(Entry::name);
                let sections = entry::sections().into_iter().chain([KEYS]);
                unknown(
                    "entry",
                    name,
                    known.chain(sections.filter(|_| section.is_empty())),
                )
            }
        };
        return Err((span, words));
    };
    entry
        .set(value.get_ref(), settings)
        .map_err(|words| (value.span(), format!("`{name}`: {words}")))
}

/// The keys of actions: one key or a list of them each.
fn keys(table: &DeTable) -> Result<Keymap, Wrong> {
    let mut changes = Vec::new();
    let mut spans = Vec::new();
    for (name, span, value) in items(table) {
        let Some(action) = Action::from_name(name) else {
            let known = Action::all().into_iter().map(Action::name);
            return Err((span, unknown("action", name, known)));
        };
        let keys = match value.get_ref() {
            DeValue::Array(keys) => keys.iter().map(key).collect(),
            _ => key(value).map(|key| vec![key]),
        };
        changes.push((action, keys?));
        spans.push(span);
    }
    Keymap::with(&changes).map_err(|(place, error)| (spans[place].clone(), error.to_string()))
}

fn key(value: &Spanned<DeValue>) -> Result<Key, Wrong> {
    let wrong = |words| (value.span(), words);
    let text = entry::text(value.get_ref(), "F2").map_err(wrong)?;
    Key::parse(text).map_err(|error| wrong(error.to_string()))
}

/// That a name is not known, and the nearest one that is.
fn unknown<'n>(what: &str, name: &str, known: impl Iterator<Item = &'n str>) -> String {
    let name = safe(name);
    match nearest(&name, known) {
        Some(near) => format!("unknown {what} `{name}`; did you mean `{near}`?"),
        None => format!("unknown {what} `{name}`; `netplay config --print` has all that there are"),
    }
}

/// The known word that a wrong one was most likely meant to be.
fn nearest<'n>(wrong: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let distance = |word: &&str| strsim::damerau_levenshtein(wrong, word);
    let near = known.min_by_key(distance)?;
    (distance(&near) <= 1 + near.chars().count() / 4).then_some(near)
}
