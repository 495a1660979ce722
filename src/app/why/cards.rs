//! The cards as their files in `assets/why` have them: sections of sentences with places for facts.
//!
//! `[name other-name]` begins a card; its first line is the title, and each further line is a label
//! and one sentence. Sentences of one label make a paragraph. `{fact}` is filled in, `{?fact}` and
//! `{!fact}` only ask whether it is known or not; a sentence whose facts do not fit is left out.
//! The lines of `[start-*]` belong to every card whose name begins so, where it has no lines of that
//! label itself. `#` begins a comment.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::LazyLock;

use crate::wire::rows;
use crate::wire::text::Charset;

const FILES: [&str; 4] = [
    include_str!("../../../assets/why/events.txt"),
    include_str!("../../../assets/why/failures.txt"),
    include_str!("../../../assets/why/rules.txt"),
    include_str!("../../../assets/why/answers.txt"),
];

/// The labels, in the order in which a card has them.
pub const LABELS: [&str; 5] = ["what", "call", "why", "try", "rule"];
/// Where the text of a card begins, in cells from its left edge.
pub const TEXT_AT: u16 = 6;

/// What is known, by name. A flag is a fact without text.
#[derive(Clone, Debug, Default)]
pub struct Facts(BTreeMap<String, String>);

impl Facts {
    /// Adds a fact.
    pub fn know(&mut self, name: impl Into<String>, value: impl Display) {
        self.0.insert(name.into(), value.to_string());
    }

    /// Takes back a fact.
    pub fn forget(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// Adds a fact, if it is one.
    pub fn may_know(&mut self, name: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.know(name, value);
        }
    }

    /// Adds a fact that only holds or does not.
    pub fn flag(&mut self, name: &str, holds: bool) {
        if holds {
            self.know(name, "");
        }
    }

    /// A sentence with its facts; `None` when they do not fit.
    fn fill(&self, sentence: &str) -> Option<String> {
        let mut out = String::new();
        let mut rest = sentence;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}')?;
            out.push_str(before);
            match name.strip_prefix('!') {
                Some(name) if self.0.contains_key(name) => return None,
                Some(_) => {}
                None => {
                    let value = self.0.get(name.trim_start_matches('?'))?;
                    if !name.starts_with('?') {
                        out.push_str(value);
                    }
                }
            }
            rest = after;
        }
        out.push_str(rest);
        Some(out)
    }
}

/// A card, filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// The name by which it was found.
    pub name: String,
    /// What has happened, in a few words.
    pub title: String,
    /// Its paragraphs, each with its label.
    pub paragraphs: Vec<(&'static str, String)>,
}

/// One row of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardRow {
    /// The label, in the first row of its paragraph.
    pub label: &'static str,
    /// The text.
    pub text: String,
}

impl Card {
    /// Its rows at a width in cells.
    #[must_use]
    pub fn rows(&self, width: u16, charset: Charset) -> Vec<CardRow> {
        let mut out = Vec::new();
        for (label, text) in &self.paragraphs {
            let mut label = *label;
            for text in rows::words(text, width.saturating_sub(TEXT_AT), charset) {
                out.push(CardRow { label, text });
                label = "";
            }
        }
        out
    }
}

/// A section of a file: its names and its lines.
struct Section {
    names: Vec<&'static str>,
    lines: Vec<&'static str>,
}

/// The sections of all files.
static SECTIONS: LazyLock<Vec<Section>> = LazyLock::new(sections);

fn sections() -> Vec<Section> {
    let lines = FILES.iter().flat_map(|file| file.lines());
    let mut out: Vec<Section> = Vec::new();
    for line in lines.map(str::trim) {
        if let Some(names) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            out.push(Section {
                names: names.split_whitespace().collect(),
                lines: Vec::new(),
            });
        } else if !line.is_empty()
            && !line.starts_with('#')
            && let Some(section) = out.last_mut()
        {
            section.lines.push(line);
        }
    }
    out
}

/// The names of all cards.
#[must_use]
pub fn names() -> Vec<&'static str> {
    let names = SECTIONS.iter().flat_map(|section| &section.names);
    names.filter(|name| !name.ends_with('*')).copied().collect()
}

/// The facts that the cards ask for, each once.
#[must_use]
pub fn wanted() -> Vec<&'static str> {
    let lines = SECTIONS.iter().flat_map(|section| &section.lines);
    let places = lines.flat_map(|line| line.split('{').skip(1));
    let mut wanted: Vec<&str> = places
        .filter_map(|place| place.split_once('}'))
        .map(|(name, _)| name.trim_start_matches(['?', '!']))
        .collect();
    wanted.sort_unstable();
    wanted.dedup();
    wanted
}

/// The first of these cards that there is, with these facts.
#[must_use]
pub fn card(names: &[String], facts: &Facts) -> Option<Card> {
    names.iter().find_map(|name| read(name, facts))
}

fn read(name: &str, facts: &Facts) -> Option<Card> {
    let own = SECTIONS.iter().find(|one| one.names.contains(&name))?;
    let (title, own) = own.lines.split_first()?;
    let common: Vec<&str> = SECTIONS
        .iter()
        .filter(|one| {
            let mut starts = one.names.iter().filter_map(|name| name.strip_suffix('*'));
            starts.any(|start| name.starts_with(start))
        })
        .flat_map(|one| one.lines.iter().copied())
        .collect();
    let paragraphs = LABELS.into_iter().filter_map(|label| {
        let sentences = |lines: &[&'static str]| -> Vec<&'static str> {
            let with_label = lines.iter().filter_map(|line| line.split_once(": "));
            let mine = with_label.filter(|(one, _)| *one == label);
            mine.map(|(_, sentence)| sentence).collect()
        };
        let mut found = sentences(own);
        if found.is_empty() {
            found = sentences(&common);
        }
        let filled: Vec<String> = found.iter().filter_map(|one| facts.fill(one)).collect();
        (!filled.is_empty()).then(|| (label, filled.join(" ")))
    });
    Some(Card {
        name: name.to_owned(),
        title: facts.fill(title)?,
        paragraphs: paragraphs.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_whose_facts_do_not_fit_is_left_out() {
        let mut facts = Facts::default();
        facts.know("port", 80);
        facts.flag("ours", true);
        for (sentence, filled) in [
            ("Port {port} is taken.", Some("Port 80 is taken.")),
            ("{?ours}It is ours.", Some("It is ours.")),
            ("{!ours}It is not ours.", None),
            ("{!theirs}It is not theirs.", Some("It is not theirs.")),
            ("{?theirs}It is theirs.", None),
            ("{name} has it.", None),
            ("A brace { that is not closed.", None),
        ] {
            assert_eq!(facts.fill(sentence).as_deref(), filled, "{sentence}");
        }
    }

    #[test]
    fn what_facts_hold_is_taken_as_it_is() {
        let mut facts = Facts::default();
        facts.know("name", "{port} [x] # \u{1b}[2J");
        let filled = facts.fill("{name} has it.");
        assert_eq!(filled.as_deref(), Some("{port} [x] # \u{1b}[2J has it."));
        let card = Card {
            name: String::new(),
            title: String::new(),
            paragraphs: vec![("what", filled.unwrap())],
        };
        let rows = card.rows(76, Charset::Unicode);
        assert_eq!(rows[0].text, "{port} [x] # \\x1b[2J has it.");
    }

    #[test]
    fn every_line_of_the_files_belongs_to_a_card_and_has_a_label() {
        let mut seen = Vec::new();
        for section in SECTIONS.iter() {
            for name in &section.names {
                assert!(!seen.contains(name), "{name} is there twice");
                seen.push(name);
            }
            let title = usize::from(!section.names[0].ends_with('*'));
            assert!(section.lines.len() > title, "{:?}", section.names);
            for line in &section.lines[title..] {
                let label = line.split_once(": ").map(|(label, _)| label);
                assert!(
                    label.is_some_and(|label| LABELS.contains(&label)),
                    "{:?}: {line}",
                    section.names
                );
            }
        }
        for file in FILES {
            assert!(file.is_ascii(), "drawn in ASCII as well");
        }
    }
}
