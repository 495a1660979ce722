//! What can stand in front of the panes: help, one entry whole, a card, a question, a line that is typed, the
//! list of all actions. A stack; the front one has the keys.

use super::copy::Copying;
use super::editor::Editor;
use super::keymap::{Binding, Context, Keymap};
use super::palette::Palette;
use super::prompt::Prompt;
use super::scroll::{Rows, Scroll};
use super::why::cards::Card;
use crate::model::event::Event;
use crate::model::spec::{Protocol, Side};
use crate::wire::text::Charset;
use crate::wire::{hex, rows, words};

/// A question that is answered with yes or no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Quit while sessions run?
    Quit {
        /// How many run.
        running: usize,
    },
    /// Put a large paste into the box?
    Paste {
        /// The text.
        text: String,
    },
}

/// One overlay.
#[derive(Clone, Debug)]
pub enum Overlay {
    /// The keys of a context; of all of them when `None`.
    Help {
        /// The context.
        context: Option<Context>,
        /// The first row shown.
        from: usize,
    },
    /// One entry, as text and hex. It stays even when the log has let the entry go.
    Entry {
        /// The entry.
        event: Box<Event>,
        /// Its protocol, for the words.
        protocol: Protocol,
        /// Its side, for the words.
        side: Side,
        /// Where it is read.
        scroll: Scroll,
    },
    /// The explanation of an entry or a failure.
    Card {
        /// The card.
        card: Box<Card>,
        /// The first row shown.
        from: usize,
    },
    /// A raw message being written.
    Editor(Box<Editor>),
    /// What can be copied.
    Copy(Box<Copying>),
    /// A question.
    Question(Question),
    /// A search or a filter being typed.
    Prompt(Box<Prompt>),
    /// All actions, to choose one.
    Palette(Box<Palette>),
}

impl Overlay {
    /// Where its keys are looked up.
    #[must_use]
    pub fn context(&self) -> Context {
        match self {
            Overlay::Help { .. } => Context::HelpPage,
            Overlay::Entry { .. } | Overlay::Card { .. } => Context::EntryPage,
            Overlay::Editor(_) => Context::Editor,
            Overlay::Copy(_) => Context::CopyMenu,
            Overlay::Question(_) => Context::Question,
            Overlay::Prompt(_) => Context::Prompt,
            Overlay::Palette(_) => Context::Palette,
        }
    }
}

/// The hex rows of an inspected entry as a list to scroll over.
pub struct EntryRows(pub usize);

impl EntryRows {
    /// The rows of an event, with so many bytes each.
    #[must_use]
    pub fn of(event: &Event, columns: u16) -> EntryRows {
        let data = event.kind.data();
        EntryRows(data.map_or(0, |data| hex::rows(data, columns).len()))
    }
}

impl Rows for EntryRows {
    fn first(&self) -> u64 {
        0
    }
    fn end(&self) -> u64 {
        self.0 as u64
    }
    fn height(&self, _: u64) -> usize {
        1
    }
}

/// One line of a help page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelpLine {
    /// The keys; none beside the further lines of an explanation.
    pub keys: String,
    /// What they do, or the title of a group.
    pub words: String,
    /// Whether a group begins here.
    pub is_title: bool,
}

/// The contexts of the page of all keys, in their order.
const ALL: [Context; 14] = [
    Context::Form,
    Context::Connections,
    Context::Log,
    Context::Box,
    Context::Requests,
    Context::Raw,
    Context::TypeBox,
    Context::TypeForm,
    Context::Editor,
    Context::Prompt,
    Context::Palette,
    Context::EntryPage,
    Context::CopyMenu,
    Context::Question,
];

/// Whether a key is the same in every pane.
fn is_general(row: &Binding) -> bool {
    ALL[..6].iter().all(|pane| row.contexts.contains(pane))
}

/// The width of the keys in front of help lines, in cells.
#[must_use]
pub fn help_column(lines: &[HelpLine]) -> u16 {
    let widest = lines.iter().map(|line| line.keys.chars().count()).max();
    widest.unwrap_or(0) as u16
}

/// The lines of a help page of this width: the keys of one context, or all of them, those that are
/// the same in every pane once. What has no key is left out.
#[must_use]
pub fn help_lines(
    keymap: &Keymap,
    context: Option<Context>,
    width: u16,
    charset: Charset,
) -> Vec<HelpLine> {
    let has_keys = |row: &&Binding| !row.keys.is_empty();
    let groups: Vec<(&str, Vec<&Binding>)> = if let Some(context) = context {
        vec![(
            context.title(),
            keymap.rows(context).filter(has_keys).collect(),
        )]
    } else {
        let general = keymap.all().iter().filter(|row| is_general(row));
        std::iter::once(("KEYS, every pane", general.filter(has_keys).collect()))
            .chain(ALL.map(|context| {
                let rows = keymap.rows(context).filter(|row| !is_general(row));
                (context.title(), rows.filter(has_keys).collect())
            }))
            .collect()
    };
    let names = |row: &&Binding| row.key_names(charset);
    let all = groups.iter().flat_map(|(_, rows)| rows);
    let column = all.map(|row| names(row).chars().count()).max().unwrap_or(0) as u16;
    let mut lines = Vec::new();
    let mut push = |keys: String, words: String, is_title: bool| {
        lines.push(HelpLine {
            keys,
            words,
            is_title,
        });
    };
    for (n, (title, rows)) in groups.into_iter().enumerate() {
        if n > 0 {
            push(String::new(), String::new(), true);
        }
        push(String::new(), title.to_owned(), true);
        for row in rows {
            let mut keys = names(&row);
            for words in rows::words(row.help, width.saturating_sub(column + 2), charset) {
                push(std::mem::take(&mut keys), words, false);
            }
        }
    }
    lines
}

/// The title of an inspected entry.
#[must_use]
pub fn entry_title(event: &Event, protocol: Protocol, side: Side) -> String {
    let conn = event
        .kind
        .conn()
        .map_or(String::new(), |conn| format!(" {conn}"));
    match event.kind.data() {
        Some(data) => format!(
            "{}{conn}, {} bytes, {}",
            event.kind.word(),
            data.len(),
            side.word()
        ),
        None => format!(
            "{}{conn}: {}",
            event.kind.word(),
            words::sentence(&event.kind, protocol, side)
        ),
    }
}
