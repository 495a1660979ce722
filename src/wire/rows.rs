//! Display text wrapped into the rows of a pane. A row remembers the bytes that it shows, so rows
//! can be counted, skipped and found again without being built. Knows nothing of colours, nor of
//! where the pane stands.

use std::borrow::Cow;
use std::iter::FusedIterator;
use std::ops::Range;

use unicode_width::UnicodeWidthStr;

use super::part::{part, well_formed};
use super::text::{self, Charset, Flow, Kind, Shown, TAB, Token, Tokens, WIDEST};

/// How many bytes of one event are formatted as text; the hex view has the rest.
pub const FORMAT_LIMIT: usize = 64 << 10;
/// The narrowest rows, in cells: every mark fits whole. Narrower panes cut rows off at their edge.
pub const MIN_WIDTH: u16 = WIDEST;
/// The widest rows, in cells.
pub const MAX_WIDTH: u16 = 4096;
/// How far from the right edge a row may end early to keep a word whole, in cells.
const LONGEST_WORD: u16 = 20;

/// A piece of a row that is drawn in one style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span<'a> {
    /// What is drawn. Its width is its share of the row's, by `unicode-width`, as a whole and
    /// grapheme by grapheme alike.
    pub text: Cow<'a, str>,
    /// Text or mark. The blanks after a tab's mark count as text.
    pub kind: Kind,
    /// Which of the places asked for with [`Rows::finding`] it belongs to.
    pub found: Option<usize>,
}

/// One row of a pane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    /// What is drawn, from left to right. No span is empty; the row of an empty input has none.
    pub spans: Vec<Span<'a>>,
    /// How many cells the spans take together.
    pub width: u16,
    /// The bytes that the row shows. A row begins where the one before it ends.
    pub source: Range<usize>,
}

/// How many of the bytes are formatted when at most `limit` may be: not more, and up to three less
/// where the limit would cut a character or a CR LF. The others are left out of the rows.
#[must_use]
pub fn formatted_len(bytes: &[u8], limit: usize) -> usize {
    if bytes.len() <= limit {
        return bytes.len();
    }
    let (shown, rest) = bytes.split_at(limit);
    match shown.last() {
        Some(b'\r') if rest.first() == Some(&b'\n') => limit - 1,
        _ => limit - text::incomplete_tail(shown),
    }
}

/// The rows that show the first `limit` bytes ([`formatted_len`]), `width` cells at most. There is
/// always one, and none is added after a line end that ends the input.
///
/// A width below [`MIN_WIDTH`] or over [`MAX_WIDTH`] is taken as that. A row ends with the mark of
/// its line end; a longer line goes on in the next row, after a space where that is not far. A line
/// end that finds its row full stands on the next one alone.
///
/// Each row is built when it is asked for: [`Iterator::nth`], [`Iterator::skip`] and
/// [`Iterator::count`] only measure the rows that they pass over.
#[must_use]
pub fn rows(bytes: &[u8], width: u16, charset: Charset, limit: usize) -> Rows<'_> {
    let bytes = part(bytes, ..formatted_len(bytes, limit));
    let width = width.clamp(MIN_WIDTH, MAX_WIDTH);
    Rows {
        bytes,
        // One more than fits shows that the row must be cut.
        tokens: text::tokens(bytes, charset).with_runs_of(width + 1),
        width,
        found: &[],
        ended: false,
    }
}

/// How many [`rows`] there are. None is built.
#[must_use]
pub fn count_rows(bytes: &[u8], width: u16, charset: Charset, limit: usize) -> usize {
    rows(bytes, width, charset, limit).count()
}

/// Words of netplay's own, wrapped in the same way but for the blanks at the seams; where words
/// come from outside, what could do harm is a mark.
#[must_use]
pub fn words(text: &str, width: u16, charset: Charset) -> Vec<String> {
    rows(text.as_bytes(), width, charset, FORMAT_LIMIT)
        .map(|row| row.spans.iter().map(|span| &*span.text).collect::<String>())
        .map(|row| row.trim().to_owned())
        .collect()
}

/// See [`rows`].
#[derive(Clone, Debug)]
pub struct Rows<'a> {
    bytes: &'a [u8],
    tokens: Tokens<'a>,
    width: u16,
    found: &'a [Range<usize>],
    ended: bool,
}

/// A row that is measured but not built.
struct Extent {
    source: Range<usize>,
    width: u16,
}

/// Where a row could end: at a byte and a column.
#[derive(Clone, Copy)]
struct Seam {
    pos: usize,
    col: u16,
}

impl<'a> Rows<'a> {
    /// Tells these places of the input apart in the rows: each has spans of its own. They stand in
    /// their order and do not overlap. A character that is partly in one belongs to it.
    #[must_use]
    pub fn finding(mut self, found: &'a [Range<usize>]) -> Rows<'a> {
        self.found = found;
        self
    }

    /// Goes over the next row.
    fn measure(&mut self) -> Option<Extent> {
        if self.ended {
            return None;
        }
        let start = self.tokens.position();
        let mut here = Seam { pos: start, col: 0 };
        // The last place that is not within a word.
        let mut seam = here;
        loop {
            let Some(token) = self.tokens.next() else {
                self.ended = true;
                break;
            };
            let room = self.width - here.col;
            if token.width > room {
                here = self.cut(here, seam, &token);
                self.tokens.seek(here.pos);
                break;
            }
            let before = here;
            here = Seam {
                pos: token.source.end,
                col: here.col + token.width + self.blanks(here.col, &token),
            };
            if token.flow == Flow::RowEnd {
                self.ended = here.pos == self.bytes.len();
                break;
            }
            seam = match last_space(&token) {
                _ if !is_word(&token) => here,
                Some(offset) => Seam {
                    pos: before.pos + offset + 1,
                    col: before.col + offset as u16 + 1,
                },
                None => seam,
            };
        }
        Some(Extent {
            source: start..here.pos,
            width: here.col,
        })
    }

    /// Where a row ends that is at `here` and has no room for `token`.
    fn cut(&self, here: Seam, seam: Seam, token: &Token<'_>) -> Seam {
        let room = self.width - here.col;
        let (here, seam) = match token.shown {
            Shown::Source(run) if run.is_ascii() => {
                let at = usize::from(room);
                let here = Seam {
                    pos: here.pos + at,
                    col: self.width,
                };
                if run.as_bytes().get(at) == Some(&b' ') {
                    return here;
                }
                let within = memchr::memrchr(b' ', part(run.as_bytes(), ..at));
                let seam = within.map_or(seam, |offset| Seam {
                    pos: token.source.start + offset + 1,
                    col: self.width - room + offset as u16 + 1,
                });
                (here, seam)
            }
            _ if is_word(token) => (here, seam),
            _ => return here,
        };
        let near = LONGEST_WORD.min(self.width / 3 * 2);
        if here.col - seam.col <= near {
            seam
        } else {
            here
        }
    }

    /// How many blanks follow a token that begins at `col`.
    fn blanks(&self, col: u16, token: &Token<'_>) -> u16 {
        let end = col + token.width;
        match token.flow {
            Flow::TabStop => end.next_multiple_of(TAB).min(self.width) - end,
            Flow::Inline | Flow::RowEnd => 0,
        }
    }

    fn build(&self, extent: Extent) -> Row<'a> {
        let mut tokens = self.tokens.clone().until(extent.source.end);
        tokens.seek(extent.source.start);
        let mut line = Line::new(self.bytes, self.found, extent.source.start);
        let mut col = 0;
        for token in tokens {
            let blanks = self.blanks(col, &token);
            col += token.width + blanks;
            line.push(&token, blanks);
        }
        line.end_text();
        Row {
            spans: line.spans,
            width: extent.width,
            source: extent.source,
        }
    }
}

impl<'a> Iterator for Rows<'a> {
    type Item = Row<'a>;

    fn next(&mut self) -> Option<Row<'a>> {
        let extent = self.measure()?;
        Some(self.build(extent))
    }

    fn nth(&mut self, n: usize) -> Option<Row<'a>> {
        for _ in 0..n {
            self.measure()?;
        }
        self.next()
    }

    fn count(mut self) -> usize {
        std::iter::from_fn(|| self.measure()).count()
    }
}

impl FusedIterator for Rows<'_> {}

/// A row in the making. Text that stands together in the input becomes one span of it.
struct Line<'a> {
    bytes: &'a [u8],
    /// The places to tell apart that do not lie before the row.
    found: &'a [Range<usize>],
    /// The number of the first of them.
    number: usize,
    spans: Vec<Span<'a>>,
    /// The text that is not yet a span.
    text: Option<Text>,
}

/// Text in the making.
struct Text {
    start: usize,
    /// Its last token.
    last: Range<usize>,
    found: Option<usize>,
}

impl<'a> Line<'a> {
    fn new(bytes: &'a [u8], found: &'a [Range<usize>], start: usize) -> Line<'a> {
        let number = found.partition_point(|place| place.end <= start);
        Line {
            bytes,
            found: found.get(number..).unwrap_or_default(),
            number,
            spans: Vec::new(),
            text: None,
        }
    }

    /// The place that begins at or before `end` and ends behind `start`, if there is one.
    fn place(&mut self, start: usize, end: usize) -> Option<(usize, Range<usize>)> {
        while let [first, rest @ ..] = self.found
            && first.end <= start
        {
            self.found = rest;
            self.number += 1;
        }
        let place = self.found.first().filter(|place| place.start < end)?;
        Some((self.number, place.clone()))
    }

    fn push(&mut self, token: &Token<'a>, blanks: u16) {
        const BLANKS: &str = "   ";
        let source = token.source.clone();
        if let Shown::Source(run) = token.shown {
            if run.is_ascii() {
                self.push_run(source);
            } else {
                let place = self.place(source.start, source.end);
                self.push_text(source, place.map(|(number, _)| number));
            }
            return;
        }
        self.end_text();
        let found = self.place(source.start, source.end).map(|(n, _)| n);
        match self.spans.last_mut() {
            Some(span) if span.kind == Kind::Mark && span.found == found => {
                token.shown.push_to(span.text.to_mut());
            }
            _ => self.spans.push(Span {
                text: match token.shown {
                    Shown::Sign(sign) => Cow::Borrowed(sign),
                    other => Cow::Owned(other.to_string()),
                },
                kind: Kind::Mark,
                found,
            }),
        }
        if blanks > 0 {
            self.spans.push(Span {
                text: Cow::Borrowed(BLANKS.get(..blanks.into()).unwrap_or(BLANKS)),
                kind: Kind::Text,
                found,
            });
        }
    }

    /// Adds a run of ASCII, cut where places begin and end.
    fn push_run(&mut self, run: Range<usize>) {
        let mut start = run.start;
        while start < run.end {
            let (end, found) = match self.place(start, run.end) {
                Some((number, place)) if place.start <= start => {
                    (place.end.min(run.end), Some(number))
                }
                Some((_, place)) => (place.start, None),
                None => (run.end, None),
            };
            self.push_text(start..end, found);
            start = end;
        }
    }

    fn push_text(&mut self, source: Range<usize>, found: Option<usize>) {
        if let Some(text) = &mut self.text
            && text.found == found
            && !is_ligature(self.bytes, &text.last, &source)
        {
            text.last = source;
        } else {
            self.end_text();
            self.text = Some(Text {
                start: source.start,
                last: source,
                found,
            });
        }
    }

    fn end_text(&mut self) {
        if let Some(text) = self.text.take() {
            self.spans.push(Span {
                text: Cow::Borrowed(slice(self.bytes, text.start..text.last.end)),
                kind: Kind::Text,
                found: text.found,
            });
        }
    }
}

fn slice(bytes: &[u8], range: Range<usize>) -> &str {
    well_formed(part(bytes, range))
}

/// Whether two neighbouring texts measure differently when they are one: some pairs of letters,
/// such as Arabic lam and alef, may be drawn as one, but a grid of cells draws each by itself.
fn is_ligature(bytes: &[u8], first: &Range<usize>, second: &Range<usize>) -> bool {
    let (left, right) = (slice(bytes, first.clone()), slice(bytes, second.clone()));
    if left.as_bytes().last().is_none_or(u8::is_ascii)
        || right.as_bytes().first().is_none_or(u8::is_ascii)
    {
        return false;
    }
    let apart = left.width() + right.width();
    slice(bytes, first.start..second.end).width() != apart
}

/// Where the last space in a run of ASCII is.
fn last_space(token: &Token<'_>) -> Option<usize> {
    match token.shown {
        Shown::Source(run) => memchr::memrchr(b' ', run.as_bytes()),
        _ => None,
    }
}

/// Whether a token is, or ends with, a part of a word that is better not cut. Where every character
/// takes two cells, lines break anywhere.
fn is_word(token: &Token<'_>) -> bool {
    match token.shown {
        Shown::Source(run) if run.is_ascii() => !run.ends_with(' '),
        Shown::Source(cluster) => {
            cluster.width() == 1 && cluster.starts_with(char::is_alphanumeric)
        }
        _ => false,
    }
}
