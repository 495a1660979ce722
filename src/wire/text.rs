//! The one place where bytes become display text. Whatever comes from outside is cut into tokens:
//! text that is shown as it is, and marks that stand for what would not be seen, would move the
//! cursor or would change its neighbours. `\xNN` is one byte, `\u{…}` one character.
//!
//! Knows nothing of rows and columns (that is [`super::rows`]) nor of colours.

use std::borrow::Cow;
use std::fmt;
use std::iter::FusedIterator;
use std::ops::Range;

use unicode_width::UnicodeWidthStr;

use super::ascii::Printable;
use super::characters::{
    cells, changes_emoji, is_boundary, is_emoji_sequence, is_hidden, is_jamo, is_mark,
    is_regional_indicator, is_trailing_jamo, stands_alone,
};
use super::part::{part, well_formed};

/// What the terminal can show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8: line ends are shown as `␍␊`, printable characters as themselves.
    #[default]
    Unicode,
    /// ASCII only: line ends are shown as `\r\n`, every other character as `\u{…}`.
    Ascii,
}

/// How a piece of display text is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The text itself.
    Text,
    /// A sign for something that is not plain text; to be drawn in a style of its own.
    Mark,
}

/// What a token does to the row that it stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Nothing.
    Inline,
    /// Blanks follow up to the next multiple of [`TAB`] cells; they are not part of the token.
    TabStop,
    /// It is the last on its row.
    RowEnd,
}

/// What is drawn for a token; [`fmt::Display`] writes it out. It never holds a control, format,
/// private or unassigned character, nor a line separator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown<'a> {
    /// A part of the input, as it is: a run of printable ASCII, or one grapheme cluster.
    Source(&'a str),
    /// A fixed sign, such as `␍␊`.
    Sign(&'static str),
    /// One byte, as `\x1b`.
    Byte(u8),
    /// One character, as `\u{202e}`.
    Scalar(char),
}

/// A piece of display text and the bytes that it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// What is drawn.
    pub shown: Shown<'a>,
    /// How many cells that takes: 1 to [`LONGEST_RUN`] for a run of ASCII, else 1 to [`WIDEST`].
    pub width: u16,
    /// The bytes of the input that it stands for, never empty.
    pub source: Range<usize>,
    /// What it does to its row.
    pub flow: Flow,
}

/// The distance of tab stops, in cells.
pub const TAB: u16 = 4;
/// The most cells taken by a token that is not a run of ASCII (`\u{10ffff}` has ten).
pub const WIDEST: u16 = 10;
/// The longest run of ASCII in one token, in bytes.
pub const LONGEST_RUN: u16 = 4096;
/// How many combining marks are joined to one base. No language needs more; what has more is
/// meant to overflow its line.
const MARKS_PER_BASE: usize = 4;
/// Stands for a variation selector or skin tone right after its emoji.
const FOLDED: &str = "·";

impl Token<'_> {
    /// Whether it is text or a mark.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.shown.kind()
    }
}

impl Shown<'_> {
    /// Whether it is text or a mark.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Shown::Source(_) => Kind::Text,
            Shown::Sign(_) | Shown::Byte(_) | Shown::Scalar(_) => Kind::Mark,
        }
    }

    /// Appends it to `out`.
    pub fn push_to(&self, out: &mut String) {
        // A string takes all that is written to it.
        let _ = self.write_to(out);
    }

    fn write_to(&self, out: &mut impl fmt::Write) -> fmt::Result {
        let digit = |n: u8| char::from_digit(n.into(), 16).unwrap_or('?');
        match *self {
            Shown::Source(text) | Shown::Sign(text) => out.write_str(text),
            // Binary data is full of these: `write!` takes three times as long.
            Shown::Byte(byte) => {
                out.write_str("\\x")?;
                out.write_char(digit(byte >> 4))?;
                out.write_char(digit(byte & 15))
            }
            Shown::Scalar(c) => write!(out, "\\u{{{:x}}}", u32::from(c)),
        }
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_to(f)
    }
}

/// Which of the forms of the same text is wanted.
#[derive(Clone, Copy, Debug)]
struct Look {
    /// Signs such as `␊` rather than `\n`, and emoji folded.
    pictures: bool,
    /// Printable characters beyond ASCII as themselves.
    unicode: bool,
}

/// The text in one line of a log: all of it, in a form that reads back.
const LINE: Look = Look {
    pictures: false,
    unicode: true,
};

/// Cuts bytes into tokens for a pane. Their sources cover the input in order and without gaps.
/// No strings are built; printable ASCII costs next to nothing.
///
/// Starting anew at the end of any token, or within a run of ASCII, gives the same tokens.
#[must_use]
pub fn tokens(bytes: &[u8], charset: Charset) -> Tokens<'_> {
    let unicode = charset == Charset::Unicode;
    Tokens::new(
        bytes,
        Look {
            pictures: unicode,
            unicode,
        },
    )
}

/// See [`tokens`].
#[derive(Clone, Debug)]
pub struct Tokens<'a> {
    bytes: &'a [u8],
    look: Look,
    pos: usize,
    longest: u16,
}

impl<'a> Tokens<'a> {
    fn new(bytes: &'a [u8], look: Look) -> Tokens<'a> {
        Tokens {
            bytes,
            look,
            pos: 0,
            longest: LONGEST_RUN,
        }
    }

    /// Where the next token begins.
    pub(super) fn position(&self) -> usize {
        self.pos
    }

    /// The same with runs of ASCII of at most `longest` bytes, so that whoever needs no more does
    /// not look at more.
    pub(super) fn with_runs_of(mut self, longest: u16) -> Tokens<'a> {
        self.longest = longest.clamp(1, LONGEST_RUN);
        self
    }

    /// Goes on from `pos`, which must be where a token begins or within a run of ASCII.
    pub(super) fn seek(&mut self, pos: usize) {
        self.pos = pos;
    }

    /// The same tokens, ending at `end`, which must be where a token begins or within a run.
    pub(super) fn until(mut self, end: usize) -> Tokens<'a> {
        self.bytes = part(self.bytes, ..end);
        self
    }

    fn sign(&self, len: usize, picture: &'static str, ascii: &'static str, flow: Flow) -> Part<'a> {
        let sign = if self.look.pictures { picture } else { ascii };
        Part {
            shown: Shown::Sign(sign),
            width: sign.width(),
            len,
            flow,
        }
    }

    fn ascii(&self) -> Part<'a> {
        let rest = part(self.bytes, self.pos..);
        let rest = part(rest, ..rest.len().min(self.longest.into()));
        let mut len = <Printable>::run(rest);
        // A mark that follows belongs to the last character of the run, not to the run.
        if self.look.unicode && self.bytes.get(self.pos + len).is_some_and(|b| *b >= 0x80) {
            let last = self.pos + len - 1;
            let end = self.cluster_end(last, 1);
            if end > last + 1 {
                if len == 1 {
                    return self.cluster(end);
                }
                len -= 1;
            }
        }
        let text = well_formed(part(rest, ..len));
        Part {
            shown: Shown::Source(text),
            width: len,
            len,
            flow: Flow::Inline,
        }
    }

    /// What is shown for `c`, which is not ASCII and stands at the position.
    fn beyond_ascii(&self, c: char) -> Part<'a> {
        if self.look.unicode && !is_hidden(c) && stands_alone(c) {
            // Half a flag would join with any other half that is drawn next to it.
            let next = || decode(part(self.bytes, self.pos + c.len_utf8()..));
            if !is_regional_indicator(c) || next().is_some_and(is_regional_indicator) {
                return self.cluster(self.cluster_end(self.pos, c.len_utf8()));
            }
        }
        let emoji = || self.character_before();
        if self.look.pictures
            && changes_emoji(c)
            && emoji().is_some_and(|e| is_emoji_sequence(e, c))
        {
            return self.sign(c.len_utf8(), FOLDED, FOLDED, Flow::Inline);
        }
        Part {
            shown: Shown::Scalar(c),
            width: "\\u{}".len() + hex_digits(c.into()),
            len: c.len_utf8(),
            flow: Flow::Inline,
        }
    }

    fn cluster(&self, end: usize) -> Part<'a> {
        let text = well_formed(part(self.bytes, self.pos..end));
        Part {
            shown: Shown::Source(text),
            width: text.width(),
            len: end - self.pos,
            flow: Flow::Inline,
        }
    }

    /// Where the grapheme cluster ends whose first character takes `len` bytes at `start`. It ends
    /// early where something must be escaped, after too many marks, and before it gets too wide.
    fn cluster_end(&self, start: usize, len: usize) -> usize {
        let mut end = start + len;
        let mut before = well_formed(part(self.bytes, start..end)).chars().next();
        let mut width = before.map_or(0, cells);
        let mut marks = 0;
        while let Some(c) = decode(part(self.bytes, end..)).filter(|c| !c.is_ascii()) {
            let next = end + c.len_utf8();
            let cluster = well_formed(part(self.bytes, start..next));
            if is_hidden(c) || is_boundary(cluster, end - start) {
                break;
            }
            if is_trailing_jamo(c) && !before.is_some_and(is_jamo) {
                break;
            }
            marks = if is_mark(c) { marks + 1 } else { 0 };
            width += cells(c);
            if marks > MARKS_PER_BASE || width > WIDEST.into() {
                break;
            }
            end = next;
            before = Some(c);
        }
        end
    }

    fn character_before(&self) -> Option<char> {
        (1..=self.pos.min(4)).find_map(|len| {
            let c = decode(part(self.bytes, self.pos - len..))?;
            (c.len_utf8() == len).then_some(c)
        })
    }
}

/// A token that does not know yet where it stands.
struct Part<'a> {
    shown: Shown<'a>,
    width: usize,
    len: usize,
    flow: Flow,
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let rest = part(self.bytes, self.pos..);
        let first = *rest.first()?;
        let part = match first {
            b' '..=b'~' => self.ascii(),
            b'\r' if rest.get(1) == Some(&b'\n') => self.sign(2, "␍␊", "\\r\\n", Flow::RowEnd),
            b'\r' => self.sign(1, "␍", "\\r", Flow::Inline),
            b'\n' => self.sign(1, "␊", "\\n", Flow::RowEnd),
            b'\t' => self.sign(1, "␉", "\\t", Flow::TabStop),
            _ => match decode(rest).filter(|c| !c.is_ascii()) {
                Some(c) => self.beyond_ascii(c),
                None => Part {
                    shown: Shown::Byte(first),
                    width: "\\x00".len(),
                    len: 1,
                    flow: Flow::Inline,
                },
            },
        };
        let start = self.pos;
        self.pos += part.len;
        Some(Token {
            shown: part.shown,
            width: part.width as u16,
            source: start..self.pos,
            flow: part.flow,
        })
    }
}

impl FusedIterator for Tokens<'_> {}

/// How many bytes at the end may be the beginning of a well-formed character (0 to 3): a reader of
/// a stream keeps them back until more has come.
#[must_use]
pub fn incomplete_tail(bytes: &[u8]) -> usize {
    (1..=bytes.len().min(3))
        .find(|len| {
            let tail = part(bytes, bytes.len() - len..);
            str::from_utf8(tail).is_err_and(|e| e.valid_up_to() == 0 && e.error_len().is_none())
        })
        .unwrap_or(0)
}

/// Appends bytes as text of one line, from which [`super::escapes::unescape`] makes the same bytes
/// again: what is not printable is escaped, and `\` doubled.
pub fn one_line(bytes: &[u8], out: &mut String) {
    let mut plain = Vec::with_capacity(bytes.len());
    let rest = plain_lines(bytes, &mut plain);
    out.push_str(well_formed(&plain));
    for token in Tokens::new(rest, LINE) {
        match token.shown {
            Shown::Source(text) => {
                for (at, part) in text.split('\\').enumerate() {
                    out.push_str(if at == 0 { "" } else { "\\\\" });
                    out.push_str(part);
                }
            }
            mark => mark.push_to(out),
        }
    }
}

/// Appends what [`one_line`] makes of lines of ASCII, as most are, without cutting them into tokens.
/// Gives what is left from the first byte on that is not so simple, or from the one before: what
/// follows may be joined to it.
pub(crate) fn plain_lines<'a>(bytes: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
    let mut rest = bytes;
    loop {
        let run = Printable::<b'\\'>::push_run(out, rest);
        let mark = match rest.get(run) {
            Some(b'\n') => b"\\n",
            Some(b'\r') => b"\\r",
            Some(b'\t') => b"\\t",
            Some(b'\\') if rest.get(run + 1).is_none_or(u8::is_ascii) => b"\\\\",
            Some(_) => {
                let before = usize::from(run > 0);
                out.truncate(out.len() - before);
                return part(rest, run - before..);
            }
            None => return &[],
        };
        out.extend_from_slice(mark);
        rest = part(rest, run + 1..);
    }
}

/// The same as a new string.
#[must_use]
pub fn one_line_string(bytes: &[u8]) -> String {
    let mut out = String::new();
    one_line(bytes, &mut out);
    out
}

/// Text for one line that can do no harm: names, error texts of the system, file names. Marks are
/// written as in [`one_line`], but `\` is not doubled, so it does not read back.
#[must_use]
pub fn safe(text: &str) -> Cow<'_, str> {
    let tokens = Tokens::new(text.as_bytes(), LINE);
    if tokens.clone().all(|token| token.kind() == Kind::Text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for token in tokens {
        token.shown.push_to(&mut out);
    }
    Cow::Owned(out)
}

/// The text in the characters that may be shown. Where that is ASCII, nothing else is left of it: a
/// terminal of 8 bits would take parts of it for controls.
#[must_use]
pub fn spelled(text: &str, charset: Charset) -> Cow<'_, str> {
    if charset == Charset::Unicode || text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut spelled = String::with_capacity(text.len() * 2);
    for token in tokens(text.as_bytes(), Charset::Ascii) {
        token.shown.push_to(&mut spelled);
    }
    Cow::Owned(spelled)
}

/// The well-formed character at the beginning (RFC 3629 §4).
fn decode(bytes: &[u8]) -> Option<char> {
    let len = match bytes.first()? {
        0x00..=0x7f => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    str::from_utf8(bytes.get(..len)?).ok()?.chars().next()
}

fn hex_digits(n: u32) -> usize {
    ((32 - n.leading_zeros()).div_ceil(4)).max(1) as usize
}
