//! The default configuration as a file: every entry with its default, its values and a sentence,
//! each switched off, so that the defaults of later versions count until one is changed.

use std::fmt::Write as _;

use super::entry::{Entry, sections};
use super::{Action, KEYS, Key};
use crate::app::keymap::TABLE;

const HEAD: &str = "\
# The configuration of netplay. Every entry stands here with its default; take the # in front of
# it away to change it. The command line is stronger than this file, and `--config none` goes on
# without it. `netplay config` tells where it is looked for, and whether it can be read.
";

const KEYS_HEAD: &str = "\
# The keys of each action, which take the place of its default ones: one key in quotes, or a list
# such as [\"f\", \"F2\"]; [] for none. A key is written as the screen shows it: a character, Enter,
# Tab, Shift+Tab, Esc, Space, Up, Down, Left, Right, Home, End, PgUp, PgDn, Insert, Delete,
# Backspace, F1 to F12, or Ctrl+ and a letter. Esc, Q and Ctrl+C always lead out: no other action
# can have them. In TYPE mode characters are text, so there an action keeps its default keys.
";

/// The column of the explanations beside keys.
const COLUMN: usize = 38;

/// The file.
#[must_use]
pub fn page() -> String {
    let mut out = HEAD.to_owned();
    for section in std::iter::once("").chain(sections()) {
        if !section.is_empty() {
            // Writing to a String cannot fail, here and below.
            let _ = writeln!(out, "\n[{section}]");
        }
        for entry in Entry::all().filter(|entry| entry.section() == section) {
            if section.is_empty() {
                out.push('\n');
            }
            for line in entry.help().lines() {
                let _ = writeln!(out, "# {line}");
            }
            let _ = writeln!(out, "#{} = {}", entry.name(), entry.default());
        }
    }
    let _ = write!(out, "\n[{KEYS}]\n{KEYS_HEAD}\n");
    for action in Action::all() {
        let entry = format!("#{} = {}", action.name(), keys(action));
        let _ = writeln!(out, "{entry:COLUMN$}  # {}", help(action));
    }
    out
}

/// All keys that an action has somewhere.
fn keys(action: Action) -> String {
    let mut keys: Vec<Key> = Vec::new();
    for row in TABLE.iter().filter(|row| row.action == action) {
        for key in row.keys.iter() {
            if !keys.contains(key) {
                keys.push(*key);
            }
        }
    }
    let names: Vec<String> = keys.iter().map(|key| quoted(&key.to_string())).collect();
    match &names[..] {
        [one] => one.clone(),
        all => format!("[{}]", all.join(", ")),
    }
}

fn quoted(name: &str) -> String {
    if name.contains(['"', '\\']) {
        format!("'{name}'")
    } else {
        format!("\"{name}\"")
    }
}

/// What an action does, in the words of its first row.
fn help(action: Action) -> &'static str {
    let row = TABLE.iter().find(|row| row.action == action);
    row.map_or("", |row| row.help)
}
