//! An entry of a log as lines of text pieces, wrapped to a width. Heights and lines come from one
//! place, so that what is scrolled over is what is drawn.

use crate::model::event::{Event, EventKind};
use crate::model::size::Size;
use crate::model::spec::{Protocol, Side};
use crate::wire::rows::{self, FORMAT_LIMIT};
use crate::wire::text::{Charset, Kind};
use crate::wire::words;

/// What a piece of text is; the screen gives each its style.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Payload that is text.
    Text,
    /// A mark that stands for bytes which are not.
    Mark,
    /// netplay's own words.
    Words,
    /// Words about something lost or left out.
    Warning,
    /// Words about a failure.
    Error,
    /// What to try.
    Hint,
}

/// A run of one tone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The text, safe to draw.
    pub text: String,
    /// What it is.
    pub tone: Tone,
}

/// How entries are laid out.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// The protocol, for the words.
    pub protocol: Protocol,
    /// The side, for the words.
    pub side: Side,
    /// Cells for each line of a payload.
    pub width: u16,
    /// Cells for each line of netplay's own words, which need no column for a size.
    pub words_width: u16,
    /// The characters that may be used.
    pub charset: Charset,
}

/// A part of an entry: bytes or words, wrapped by themselves.
struct Part<'a> {
    bytes: std::borrow::Cow<'a, [u8]>,
    tone: Tone,
}

fn parts(event: &Event, form: Form) -> Vec<Part<'_>> {
    let words = |text: String, tone| Part {
        bytes: text.into_bytes().into(),
        tone,
    };
    let mut parts = Vec::with_capacity(2);
    let sentence = words::sentence(&event.kind, form.protocol, form.side);
    if let Some(data) = event.kind.data() {
        if !data.is_empty() || sentence.is_empty() {
            parts.push(Part {
                bytes: data[..].into(),
                tone: Tone::Text,
            });
        }
        if data.len() > FORMAT_LIMIT {
            let more = Size((data.len() - FORMAT_LIMIT) as u64);
            parts.push(words(
                format!("... {more} more; inspecting it shows all"),
                Tone::Warning,
            ));
        }
        if !sentence.is_empty() {
            let cut = matches!(event.kind, EventKind::Received { cut: 1.., .. });
            parts.push(words(
                sentence,
                if cut { Tone::Warning } else { Tone::Words },
            ));
        }
        return parts;
    }
    match &event.kind {
        EventKind::Failed { failure, .. } => {
            parts.push(words(sentence, Tone::Error));
            if !failure.hint.is_empty() {
                parts.push(words(failure.hint.clone(), Tone::Hint));
            }
        }
        EventKind::Tried { .. } | EventKind::Lost { .. } => {
            parts.push(words(sentence, Tone::Warning));
        }
        _ => parts.push(words(sentence, Tone::Words)),
    }
    parts
}

impl Form {
    fn width_for(self, event: &Event) -> u16 {
        if event.kind.data().is_some() {
            self.width
        } else {
            self.words_width
        }
    }
}

/// How many lines an entry fills, at least 1.
#[must_use]
pub fn height(event: &Event, form: Form) -> usize {
    parts(event, form)
        .iter()
        .map(|part| {
            rows::count_rows(
                &part.bytes,
                form.width_for(event),
                form.charset,
                FORMAT_LIMIT,
            )
        })
        .sum::<usize>()
        .max(1)
}

/// The lines of an entry from `skip` on, at most `take`.
#[must_use]
pub fn lines(event: &Event, form: Form, skip: usize, take: usize) -> Vec<Vec<Piece>> {
    let mut out = Vec::new();
    let mut skip = skip;
    for part in &parts(event, form) {
        let wrapped = rows::rows(
            &part.bytes,
            form.width_for(event),
            form.charset,
            FORMAT_LIMIT,
        );
        let mut passed = 0;
        for row in wrapped.skip(skip).take(take - out.len()) {
            passed += 1;
            out.push(
                row.spans
                    .into_iter()
                    .enumerate()
                    .map(|(n, span)| {
                        let tone = if part.tone == Tone::Text && span.kind == Kind::Mark {
                            Tone::Mark
                        } else {
                            part.tone
                        };
                        // Blanks of a payload are bytes; those of words only part them.
                        let text = match tone {
                            Tone::Text | Tone::Mark => span.text.into(),
                            _ if n == 0 => span.text.trim_start().to_owned(),
                            _ => span.text.into(),
                        };
                        Piece { text, tone }
                    })
                    .collect(),
            );
        }
        if passed == 0 {
            skip -= rows::count_rows(
                &part.bytes,
                form.width_for(event),
                form.charset,
                FORMAT_LIMIT,
            )
            .min(skip);
        } else {
            skip = 0;
        }
        if out.len() >= take {
            break;
        }
    }
    out
}
