//! An entry of a log as lines of text pieces, wrapped to a width. Heights and lines come from one
//! place, so that what is scrolled over is what is drawn.

use std::borrow::Cow;
use std::ops::Range;

use crate::model::event::{Event, EventKind};
use crate::model::size::Size;
use crate::model::spec::{Protocol, Side};
use crate::wire::hex::{self, HexRow};
use crate::wire::pattern::Pattern;
use crate::wire::rows::{self, FORMAT_LIMIT, MAX_WIDTH, Row, Rows};
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

/// Whether a piece is what is looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Found {
    /// It is not.
    #[default]
    No,
    /// It is.
    Yes,
    /// It is the one that one is at.
    Here,
}

impl Found {
    /// Of a piece that belongs to the find with this number, one being at `here`.
    #[must_use]
    pub fn of(number: Option<usize>, here: Option<usize>) -> Found {
        match number {
            None => Found::No,
            Some(_) if number == here => Found::Here,
            Some(_) => Found::Yes,
        }
    }
}

/// A run of one tone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The text, safe to draw.
    pub text: String,
    /// What it is.
    pub tone: Tone,
    /// Whether it is looked for.
    pub found: Found,
}

/// A line of an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The text, from the left.
    pub pieces: Vec<Piece>,
    /// It has the whole width: it begins at the left edge, not in the column of payloads.
    pub is_wide: bool,
}

/// How payloads are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Payload {
    /// As text, long lines wrapped.
    #[default]
    Wrapped,
    /// As text, a row for each line; what is too long is reached sideways.
    Unwrapped,
    /// As a hex dump.
    Hex,
}

/// How entries are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// The protocol, for the words.
    pub protocol: Protocol,
    /// The side, for the words.
    pub side: Side,
    /// Cells for each line of a payload.
    pub width: u16,
    /// Cells for each line of netplay's own words, which need no column for a size.
    pub words_width: u16,
    /// Cells from edge to edge, for what is too wide for the column of payloads.
    pub whole_width: u16,
    /// How payloads are shown.
    pub payload: Payload,
    /// The characters that may be used.
    pub charset: Charset,
}

/// What is looked for in an entry.
#[derive(Clone, Copy, Debug)]
pub struct Finding<'a> {
    /// What is found.
    pub pattern: &'a Pattern,
    /// Which of those found is the one that one is at.
    pub here: Option<u32>,
}

/// A part of an entry: bytes or words, wrapped by themselves.
struct Part<'a> {
    bytes: Cow<'a, [u8]>,
    tone: Tone,
}

impl Part<'_> {
    fn words(text: String, tone: Tone) -> Part<'static> {
        Part {
            bytes: text.into_bytes().into(),
            tone,
        }
    }

    /// Whether a search looks at it: at payloads, and at words where there is none.
    fn is_searched(&self, event: &Event) -> bool {
        self.tone == Tone::Text || event.kind.data().is_none()
    }
}

fn parts(event: &Event, form: Form) -> Vec<Part<'_>> {
    let sentence = words::sentence(&event.kind, form.protocol, form.side);
    let mut parts = Vec::with_capacity(2);
    if let Some(data) = event.kind.data() {
        if !data.is_empty() || sentence.is_empty() {
            parts.push(Part {
                bytes: data[..].into(),
                tone: Tone::Text,
            });
        }
        if data.len() > FORMAT_LIMIT && form.payload != Payload::Hex {
            let more = Size((data.len() - FORMAT_LIMIT) as u64);
            let words = format!("... {more} more; inspecting it shows all");
            parts.push(Part::words(words, Tone::Warning));
        }
        if !sentence.is_empty() {
            let cut = matches!(event.kind, EventKind::Received { cut: 1.., .. });
            let tone = if cut { Tone::Warning } else { Tone::Words };
            parts.push(Part::words(sentence, tone));
        }
        return parts;
    }
    let tone = match &event.kind {
        EventKind::Failed { .. } => Tone::Error,
        EventKind::Tried { .. } | EventKind::Lost { .. } => Tone::Warning,
        _ => Tone::Words,
    };
    parts.push(Part::words(sentence, tone));
    if let Some(hint) = hint(&event.kind) {
        parts.push(Part::words(hint.to_owned(), Tone::Hint));
    }
    parts
}

fn hint(kind: &EventKind) -> Option<&str> {
    match kind {
        EventKind::Failed { failure, .. } if !failure.hint.is_empty() => Some(&failure.hint),
        _ => None,
    }
}

/// What a search looks at: the payload, or netplay's words where there is none.
#[must_use]
pub fn searched(event: &Event, protocol: Protocol, side: Side) -> Cow<'_, [u8]> {
    if let Some(data) = event.kind.data() {
        return data[..].into();
    }
    let mut text = words::sentence(&event.kind, protocol, side);
    if let Some(hint) = hint(&event.kind) {
        text.push('\n');
        text.push_str(hint);
    }
    text.into_bytes().into()
}

/// How a part becomes lines.
enum Lines<'p> {
    Text(Rows<'p>),
    /// As a hex dump of so many bytes a row; below the first line when it needs the whole width.
    Hex {
        columns: u16,
        is_below: bool,
    },
}

impl Form {
    fn lines<'p>(self, part: &'p Part<'_>, event: &Event) -> Lines<'p> {
        let is_payload = part.tone == Tone::Text;
        let width = if event.kind.data().is_none() {
            self.words_width
        } else {
            self.width
        };
        let width = match (is_payload, self.payload) {
            (true, Payload::Hex) => {
                let (beside, below) = (hex::columns(width), hex::columns(self.whole_width));
                let is_wider = below > beside && part.bytes.len() > beside.into();
                let is_below = is_wider || hex::row_width(beside) > width;
                return Lines::Hex {
                    columns: if is_below { below } else { beside },
                    is_below,
                };
            }
            (true, Payload::Unwrapped) => MAX_WIDTH,
            _ => width,
        };
        Lines::Text(rows::rows(&part.bytes, width, self.charset, FORMAT_LIMIT))
    }

    fn height(self, part: &Part<'_>, event: &Event) -> usize {
        match self.lines(part, event) {
            Lines::Text(rows) => rows.count(),
            Lines::Hex { columns, is_below } => {
                hex::rows(&part.bytes, columns).len().max(1) + usize::from(is_below)
            }
        }
    }
}

/// How many lines an entry fills, at least 1.
#[must_use]
pub fn height(event: &Event, form: Form) -> usize {
    let parts = parts(event, form);
    let heights = parts.iter().map(|part| form.height(part, event));
    heights.sum::<usize>().max(1)
}

/// In which line of an entry the `nth` of those found begins.
#[must_use]
pub fn line_of(event: &Event, form: Form, pattern: &Pattern, nth: u32) -> usize {
    let (mut above, mut nth) = (0, nth as usize);
    for part in &parts(event, form) {
        let place = pattern
            .find(&part.bytes)
            .nth(nth)
            .filter(|_| part.is_searched(event));
        if let Some(place) = place {
            return above
                + match form.lines(part, event) {
                    Lines::Text(rows) => {
                        let before = rows.take_while(|row| row.source.end <= place.start);
                        before.count().min(form.height(part, event) - 1)
                    }
                    Lines::Hex { columns, is_below } => {
                        place.start / usize::from(columns) + usize::from(is_below)
                    }
                };
        }
        if part.is_searched(event) {
            nth -= pattern.count(&part.bytes).min(nth);
        }
        above += form.height(part, event);
    }
    above.saturating_sub(1)
}

/// The lines of an entry from `skip` on, at most `take`.
#[must_use]
pub fn lines(
    event: &Event,
    form: Form,
    skip: usize,
    take: usize,
    finding: Option<Finding>,
) -> Vec<Line> {
    let mut out = Vec::new();
    let (mut skip, mut before) = (skip, 0);
    for part in &parts(event, form) {
        let height = form.height(part, event);
        let finding = finding.filter(|_| part.is_searched(event));
        let found: Vec<Range<usize>> = finding
            .map(|finding| finding.pattern.find(&part.bytes).collect())
            .unwrap_or_default();
        let here = finding
            .and_then(|finding| finding.here)
            .and_then(|nth| (nth as usize).checked_sub(before));
        let marks = Marks {
            found: &found,
            here,
        };
        before += found.len();
        if skip >= height {
            skip -= height;
            continue;
        }
        let room = take - out.len();
        match form.lines(part, event) {
            Lines::Text(rows) => {
                let rows = rows.finding(&found).skip(skip).take(room);
                out.extend(rows.map(|row| text_line(row, part.tone, &marks)));
            }
            Lines::Hex { columns, is_below } => {
                let head = usize::from(is_below);
                if is_below && skip == 0 {
                    out.push(Line::default());
                }
                let rows = hex::rows(&part.bytes, columns).skip(skip.saturating_sub(head));
                let room = take - out.len().min(take);
                out.extend(rows.take(room).map(|row| Line {
                    pieces: hex_pieces(row, &marks),
                    is_wide: is_below,
                }));
            }
        }
        skip = 0;
        if out.len() >= take {
            break;
        }
    }
    out
}

/// The places found in a part.
struct Marks<'a> {
    found: &'a [Range<usize>],
    here: Option<usize>,
}

impl Marks<'_> {
    fn of(&self, number: Option<usize>) -> Found {
        Found::of(number, self.here)
    }

    /// The number of the place that a byte belongs to.
    fn at(&self, offset: usize) -> Option<usize> {
        let number = self.found.partition_point(|place| place.end <= offset);
        let place = self.found.get(number)?;
        (place.start <= offset).then_some(number)
    }
}

fn text_line(row: Row<'_>, tone: Tone, marks: &Marks) -> Line {
    let piece = |(n, span): (usize, rows::Span<'_>)| {
        let tone = if tone == Tone::Text && span.kind == Kind::Mark {
            Tone::Mark
        } else {
            tone
        };
        // Blanks of a payload are bytes; those of words only part them.
        let text = match tone {
            Tone::Text | Tone::Mark => span.text.into(),
            _ if n == 0 => span.text.trim_start().to_owned(),
            _ => span.text.into(),
        };
        Piece {
            text,
            tone,
            found: marks.of(span.found),
        }
    };
    Line {
        pieces: row.spans.into_iter().enumerate().map(piece).collect(),
        is_wide: false,
    }
}

/// A row of a hex dump: offset, bytes, the ASCII that they may be.
#[must_use]
pub fn hex_line(row: HexRow<'_>, found: &[Range<usize>], here: Option<usize>) -> Vec<Piece> {
    hex_pieces(row, &Marks { found, here })
}

fn hex_pieces(row: HexRow<'_>, marks: &Marks) -> Vec<Piece> {
    let quiet = |text: String| Piece {
        text,
        tone: Tone::Words,
        found: Found::No,
    };
    let mut pieces = vec![quiet(format!("{:08x}  ", row.offset))];
    let first = marks.found.partition_point(|place| place.end <= row.offset);
    let last = row.offset + row.bytes.len();
    let plain = marks
        .found
        .get(first)
        .is_none_or(|place| place.start >= last);
    let (bytes, ascii) = (row.hex(), row.ascii());
    if plain {
        pieces.push(Piece {
            text: bytes,
            tone: Tone::Text,
            found: Found::No,
        });
        pieces.push(quiet(format!("  {ascii}")));
        return pieces;
    }
    let found: Vec<Found> = (row.offset..last)
        .map(|offset| marks.of(marks.at(offset)))
        .collect();
    let cell = |text: &str, tone, found| Piece {
        text: text.to_owned(),
        tone,
        found,
    };
    let mut at = 0;
    for (column, found) in found.iter().enumerate() {
        let end = hex::column_at(row.columns, column);
        pieces.push(cell(&bytes[at..end], Tone::Text, Found::No));
        pieces.push(cell(&bytes[end..end + 2], Tone::Text, *found));
        at = end + 2;
    }
    pieces.push(quiet(format!("{}  ", &bytes[at..])));
    for (n, found) in found.iter().enumerate() {
        pieces.push(cell(&ascii[n..=n], Tone::Words, *found));
    }
    pieces
}
