//! One row of a form.

use tui_textarea::TextArea;

use crate::app::chatbox::plain_area;

/// What a field is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// The host.
    Host,
    /// The port.
    Port,
    /// The scene.
    Scene,
    /// The text of the reply scene.
    Reply,
    /// Take turns.
    Turns,
    /// The buffer of each read.
    RecvSize,
    /// End after the first connection.
    Once,
    /// Keep our side open after the peer finished.
    KeepOpen,
    /// What an HTTP server answers with.
    Answer,
    /// The file or folder that it answers with.
    Path,
    /// The status in place of the usual one.
    Status,
    /// Header lines that are added.
    Headers,
    /// What is waited before each answer.
    Delay,
    /// Serve one connection after another.
    OneAtATime,
    /// Close after each answer.
    Close,
    /// How long an unfinished message may take.
    Patience,
    /// Whom an HTTP client asks for what.
    Url,
    /// How it asks.
    Method,
    /// What it sends with it.
    Body,
}

/// What a field holds.
#[derive(Clone, Debug)]
pub enum Value {
    /// A line of text.
    Text(Box<TextArea<'static>>),
    /// One of several words.
    Choice {
        /// The words.
        words: &'static [&'static str],
        /// Which one.
        at: usize,
    },
}

/// One row of the form.
#[derive(Clone, Debug)]
pub struct Field {
    /// What it is about.
    pub name: Name,
    /// Its label.
    pub label: &'static str,
    /// What it holds.
    pub value: Value,
    /// A quiet word of explanation.
    pub hint: &'static str,
    /// What is wrong with it.
    pub error: Option<String>,
}

/// A field that holds a line of text.
pub(super) fn text(name: Name, label: &'static str, text: &str, hint: &'static str) -> Field {
    Field {
        name,
        label,
        value: Value::Text(Box::new(plain_area(text))),
        hint,
        error: None,
    }
}

/// A field that holds one of several words.
pub(super) fn choice(
    name: Name,
    label: &'static str,
    words: &'static [&'static str],
    at: usize,
    hint: &'static str,
) -> Field {
    Field {
        name,
        label,
        value: Value::Choice { words, at },
        hint,
        error: None,
    }
}
