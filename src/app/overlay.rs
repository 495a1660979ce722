//! What can stand in front of the panes: help, one entry whole, a question. A stack; the front one
//! has the keys.

use super::keymap::Context;
use super::scroll::{Rows, Scroll};
use crate::model::event::Event;
use crate::model::spec::{Protocol, Side};
use crate::wire::{hex, words};

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
    /// A question.
    Question(Question),
}

impl Overlay {
    /// Where its keys are looked up.
    #[must_use]
    pub fn context(&self) -> Context {
        match self {
            Overlay::Help { .. } => Context::HelpPage,
            Overlay::Entry { .. } => Context::EntryPage,
            Overlay::Question(_) => Context::Question,
        }
    }
}

/// The hex rows of an inspected entry as a list to scroll over.
pub struct EntryRows(pub usize);

impl EntryRows {
    /// The rows of an event.
    #[must_use]
    pub fn of(event: &Event) -> EntryRows {
        EntryRows(
            event
                .kind
                .data()
                .map_or(0, |data| data.len().div_ceil(hex::ROW_BYTES)),
        )
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
