//! Field lines: reading one, keeping many in one buffer, asking for them by name, and what their
//! lengths say about the body. Names are compared without regard to case (RFC 9110 §5.1).

use memchr::memchr;

use super::grammar::{self, NoNumber, has_high_bytes, is_blank, is_token_byte, trim};
use super::note::{Note, Notes};
use super::verdict::Verdict;
use crate::model::http::{FieldAt, FieldLines, Version};
use crate::wire::part::{part, well_formed};

/// A refusal before it is known where in the stream its text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    /// Why.
    pub verdict: Verdict,
    /// The byte that it is about, as an index into the text that was looked at.
    pub index: usize,
}

impl Flaw {
    pub(super) fn new(verdict: Verdict, index: usize) -> Flaw {
        Flaw { verdict, index }
    }
}

/// How long a field line usually is at least, in bytes: so much room is made for the places of all.
const USUAL_LINE: usize = 24;

/// One field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// The name as it was written: a token, so ASCII.
    pub name: &'a str,
    /// The value without blanks around it, byte for byte; may hold bytes above 0x7F. Where a
    /// response folded it, CR and LF are blanks.
    pub value: &'a [u8],
    /// Where its line begins, as an offset into what the connection received.
    pub at: u64,
}

/// The fields of a head or of a trailer section, in order, repeated ones too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    /// The whole section as it was received, from `at` on.
    pub(super) text: Vec<u8>,
    pub(super) at: u64,
    pub(super) spans: Vec<FieldAt>,
}

impl Fields {
    fn name(&self, span: &FieldAt) -> &[u8] {
        part(&self.text, span.name as usize..span.name_end as usize)
    }

    /// The value of the field that stands there.
    pub(super) fn value(&self, span: &FieldAt) -> &[u8] {
        part(&self.text, span.value as usize..span.value_end as usize)
    }

    fn field(&self, span: &FieldAt) -> Field<'_> {
        Field {
            // Only token bytes are let through, and they are ASCII.
            name: well_formed(self.name(span)),
            value: self.value(span),
            at: self.at + u64::from(span.name),
        }
    }

    /// Gives them away as an event tells them.
    #[must_use]
    pub fn into_lines(self) -> FieldLines {
        FieldLines::new(self.text.into(), self.spans)
    }

    /// How many fields there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// All of them, in the order received.
    pub fn iter(&self) -> impl Iterator<Item = Field<'_>> {
        self.spans.iter().map(|span| self.field(span))
    }

    /// The values of every field of this name, in the order received.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.spans_of(name).map(|span| self.value(span))
    }

    /// The value of the first field of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.all(name).next()
    }

    /// Whether a comma-separated field of this name has this member, in any case (RFC 9110 §5.6.1).
    #[must_use]
    pub fn has_token(&self, name: &str, token: &str) -> bool {
        self.all(name)
            .flat_map(grammar::list)
            .any(|member| member.eq_ignore_ascii_case(token.as_bytes()))
    }

    pub(super) fn spans_of<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a FieldAt> {
        self.spans
            .iter()
            .filter(move |span| self.name(span).eq_ignore_ascii_case(name.as_bytes()))
    }

    /// Reads the field line at `line..end` of the text and keeps it.
    pub(super) fn read(&mut self, line: usize, end: usize) -> Result<Notes, Flaw> {
        let text = part(&self.text, line..end);
        let colon = memchr(b':', text);
        let name = part(text, ..colon.unwrap_or(text.len()));
        if let Some((bad, &byte)) = name.iter().enumerate().find(|(_, b)| !is_token_byte(**b)) {
            let verdict = match colon {
                None => Verdict::NoColon,
                Some(_) if trim(part(name, bad..)).is_empty() => Verdict::BlankBeforeColon,
                Some(_) => Verdict::BadName(byte),
            };
            return Err(Flaw::new(verdict, line + bad));
        }
        let Some(colon) = colon else {
            return Err(Flaw::new(Verdict::NoColon, end));
        };
        if colon == 0 {
            return Err(Flaw::new(Verdict::NoName, line));
        }
        let (value, value_end) = trimmed(&self.text, line + colon + 1, end);
        if self.spans.is_empty() {
            self.spans.reserve(self.text.capacity() / USUAL_LINE);
        }
        self.spans.push(FieldAt {
            name: line as u32,
            name_end: (line + colon) as u32,
            value: value as u32,
            value_end: value_end as u32,
        });
        Ok(Notes::NONE.and(
            Note::HighBytes,
            has_high_bytes(part(&self.text, value..value_end)),
        ))
    }

    /// Takes the folded line at `line..end` of the text as a part of the last field, with the line
    /// end before it as blanks (RFC 9112 §5.2). There must be a field.
    pub(super) fn fold(&mut self, line: usize, end: usize) -> Notes {
        for byte in self.text.iter_mut().take(line).skip(line.saturating_sub(2)) {
            if matches!(*byte, b'\r' | b'\n') {
                *byte = b' ';
            }
        }
        let (start, end) = trimmed(&self.text, line, end);
        if let Some(last) = self.spans.last_mut()
            && start < end
        {
            if last.value == last.value_end {
                last.value = start as u32;
            }
            last.value_end = end as u32;
        }
        Notes::NONE.and(Note::Folded, true).and(
            Note::HighBytes,
            has_high_bytes(part(&self.text, start..end)),
        )
    }
}

/// Narrows `start..end` to what has no blanks at either end.
fn trimmed(text: &[u8], start: usize, end: usize) -> (usize, usize) {
    let line = part(text, start..end);
    let start = start + line.iter().take_while(|&&b| is_blank(b)).count();
    (start, start + trim(line).len())
}

/// What the fields say about the length of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lengths {
    /// Nothing.
    None,
    /// Content-Length; the index is its value's place in the text.
    Length(u64, usize),
    /// Transfer-Encoding: chunked, alone and once.
    Chunked,
    /// Another Transfer-Encoding, and its place in the text.
    Other {
        /// Whether chunked is the last of the codings.
        chunked_last: bool,
        /// The place in the text.
        index: usize,
    },
}

/// Reads what the fields say about the length of the body, and refuses what is ambiguous
/// (RFC 9112 §6.3).
pub(super) fn lengths(fields: &Fields, version: Version) -> Result<Lengths, Flaw> {
    let mut declared = fields.spans_of("Content-Length");
    let length = declared.next();
    if let Some(second) = declared.next() {
        return Err(Flaw::new(Verdict::SecondLength, second.name as usize));
    }
    let coding = fields.spans_of("Transfer-Encoding").next();
    if let (Some(length), Some(coding)) = (length, coding) {
        let later = length.name.max(coding.name);
        return Err(Flaw::new(Verdict::BothLengths, later as usize));
    }
    if let Some(coding) = coding {
        return codings(fields, version, coding.name as usize);
    }
    let Some(length) = length else {
        return Ok(Lengths::None);
    };
    let index = length.value as usize;
    match grammar::decimal(fields.value(length)) {
        Ok(n) => Ok(Lengths::Length(n, index)),
        Err(NoNumber::NotDigits) => Err(Flaw::new(Verdict::BadLength, index)),
        Err(NoNumber::TooLarge) => Err(Flaw::new(Verdict::LengthTooLarge, index)),
    }
}

fn codings(fields: &Fields, version: Version, index: usize) -> Result<Lengths, Flaw> {
    if version < Version::HTTP_11 {
        return Err(Flaw::new(Verdict::CodingIn10, index));
    }
    let mut count = 0;
    let mut chunked_last = false;
    for coding in fields.all("Transfer-Encoding").flat_map(grammar::list) {
        count += 1;
        chunked_last = coding.eq_ignore_ascii_case(b"chunked");
    }
    Ok(if chunked_last && count == 1 {
        Lengths::Chunked
    } else {
        Lengths::Other {
            chunked_last,
            index,
        }
    })
}
