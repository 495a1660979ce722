//! The list of all actions: typed into, it shows those whose words fit best. What cannot be done now
//! stays in it and says why.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::App;
use super::keymap::{Action, Binding, Context};
use super::prompt::Line;
use super::scroll::Motion;
use crate::wire::text::Charset;

/// The list, what was typed to find something in it, and which row is chosen.
#[derive(Clone, Debug)]
pub struct Palette {
    /// What was typed.
    pub line: Line,
    /// The chosen row.
    pub chosen: usize,
    /// Where keys went before.
    pub context: Context,
}

/// A row of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it does.
    pub action: Action,
    /// Its keys.
    pub keys: String,
    /// What that is, in words.
    pub words: &'static str,
    /// Why it cannot be done now.
    pub why_not: Option<String>,
}

impl Palette {
    /// The list for where keys go now.
    #[must_use]
    pub fn new(context: Context) -> Palette {
        Palette {
            line: Line::new(""),
            chosen: 0,
            context,
        }
    }

    /// Moves the choice in a list of so many rows, of which `height` show.
    pub fn go(&mut self, motion: Motion, rows: usize, height: usize) {
        let last = rows.saturating_sub(1);
        let page = height.saturating_sub(1).max(1);
        self.chosen = match motion {
            // From one end to the other: the list is short.
            Motion::Up if self.chosen == 0 => last,
            Motion::Up => self.chosen - 1,
            Motion::Down if self.chosen >= last => 0,
            Motion::Down => self.chosen + 1,
            Motion::PageUp => self.chosen.saturating_sub(page),
            Motion::PageDown => (self.chosen + page).min(last),
            Motion::Top => 0,
            Motion::Bottom => last,
        };
    }

    /// The first row that shows of those in a list of `height` rows.
    #[must_use]
    pub fn top(&self, rows: usize, height: usize) -> usize {
        let half = height / 2;
        let last = rows.saturating_sub(height);
        self.chosen.saturating_sub(half).min(last)
    }
}

/// Whether an action can be chosen from the list: not when it belongs to what is being typed or to
/// what stands in front.
fn is_listed(row: &Binding) -> bool {
    let here = |context: &Context| !context.is_overlay() && !context.is_typing();
    row.action != Action::Palette && row.contexts.iter().any(here)
}

/// Whether an action only moves: the keys for it are better pressed than looked up.
fn only_moves(action: Action) -> bool {
    matches!(
        action,
        Action::Pick(_)
            | Action::Scroll(_)
            | Action::NextField
            | Action::PreviousField
            | Action::NextValue
            | Action::PreviousValue
            | Action::Left
            | Action::Right
    )
}

impl App {
    /// The rows of the list of all actions, the best first.
    #[must_use]
    pub fn palette_items(&self, palette: &Palette) -> Vec<Item> {
        let charset = self.charset();
        let mut items: Vec<Item> = Vec::new();
        for row in self.keymap.all().iter().filter(|row| is_listed(row)) {
            let item = self.item(row, palette.context, charset);
            match items.iter_mut().find(|one| one.action == row.action) {
                // One action may have a row for each place; the one that counts is here.
                Some(one) if one.why_not.is_some() && row.contexts.contains(&palette.context) => {
                    *one = item;
                }
                Some(_) => {}
                None => items.push(item),
            }
        }
        let query = palette.line.text();
        if query.trim().is_empty() {
            items.sort_by_key(|item| (item.why_not.is_some(), only_moves(item.action)));
            return items;
        }
        best_first(items, query)
    }

    fn item(&self, row: &Binding, context: Context, charset: Charset) -> Item {
        let why_not = if row.contexts.contains(&context) {
            self.why_not(row.action).map(str::to_owned)
        } else {
            row.contexts
                .first()
                .map(|other| format!("only in {}", other.place()))
        };
        Item {
            action: row.action,
            keys: row.key_names(charset),
            words: row.help,
            why_not,
        }
    }
}

fn best_first(items: Vec<Item>, query: &str) -> Vec<Item> {
    let mut matcher = Matcher::new(Config::DEFAULT);
    let pattern = Pattern::parse(query, CaseMatching::Ignore, Normalization::Smart);
    let mut buffer = Vec::new();
    let mut scored: Vec<(u32, Item)> = items
        .into_iter()
        .filter_map(|item| {
            let text = format!("{} {}", item.words, item.keys);
            let score = pattern.score(Utf32Str::new(&text, &mut buffer), &mut matcher)?;
            Some((score, item))
        })
        .collect();
    // What can be done now comes first where both fit alike.
    scored.sort_by_key(|(score, item)| {
        let last = (item.why_not.is_some(), only_moves(item.action));
        (std::cmp::Reverse(*score), last)
    });
    scored.into_iter().map(|(_, item)| item).collect()
}
