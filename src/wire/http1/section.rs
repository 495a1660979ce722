//! Collects lines out of pieces of input: the buffer of the head, chunk-size line or trailers
//! being read. Finds line ends and the bytes that no line may hold; knows nothing of what a line
//! means.

use memchr::memchr;

use super::direction::Early;
use super::fields::{Fields, Flaw};
use super::grammar::first_control;
use super::item::{Ending, Line, Part};
use super::note::{Note, Notes};
use super::span::Span;
use super::verdict::{Place, Verdict};
use crate::wire::part::part;

/// The least and the most that is set aside for a section at its first byte, in bytes. Most heads fit
/// into a part of the most, and come in one piece.
const FIRST_ROOM: (usize, usize) = (64, 1 << 10);

/// What came of looking at more input.
#[derive(Debug)]
pub(super) enum Taken {
    /// All input was taken and the line is not complete.
    More,
    /// The next byte does not fit into the room.
    Full,
    /// The line is complete; its text ends at this index.
    Line(usize, Ending),
    /// The byte at the flaw's index may not stand there. Nothing behind it was taken.
    Bad(Flaw),
}

/// The lines of one section, from its first byte.
#[derive(Clone, Debug, Default)]
pub(super) struct Section {
    /// The text of the section so far and the fields in it.
    pub fields: Fields,
    /// Where the current line begins in the text.
    pub line: usize,
    /// Whether the beginning of the current line needs no more looking at.
    pub settled: bool,
    /// Bytes that belong to the section and were dropped from the text.
    pub dropped: usize,
    /// Where folded lines begin: their line ends are blanks in the text.
    folds: Vec<usize>,
}

impl Section {
    /// How many bytes the current line has so far.
    pub(super) fn line_len(&self) -> usize {
        self.fields.text.len() - self.line
    }

    /// How many bytes the section has so far.
    pub(super) fn len(&self) -> usize {
        self.dropped + self.fields.text.len()
    }

    /// Takes input up to the end of the current line, at most `room` bytes. `early` looks at the
    /// beginning of a line until it is settled; it is given the line and how much it has seen.
    ///
    /// Every byte is looked at once and the first bad one decides, so that the answer does not
    /// depend on how the input is cut.
    pub(super) fn take(
        &mut self,
        input: &mut &[u8],
        room: usize,
        early: impl FnOnce(&[u8], usize) -> Early,
    ) -> Taken {
        let window = part(input, ..input.len().min(room));
        let Some(&first) = window.first() else {
            return if input.is_empty() {
                Taken::More
            } else {
                Taken::Full
            };
        };
        let text = &mut self.fields.text;
        let seen = text.len();
        // Whether a CR is alone is known one byte later.
        if seen > self.line && text.last() == Some(&b'\r') && first != b'\n' {
            return Taken::Bad(Flaw::new(Verdict::BareCr, seen - 1));
        }
        let lf = memchr(b'\n', window);
        let piece = lf.map_or(window, |lf| part(window, ..=lf));
        if text.capacity() == 0 {
            let (least, most) = FIRST_ROOM;
            text.reserve_exact(input.len().clamp(least, most).max(piece.len()));
        }
        text.extend_from_slice(piece);

        let mut end = text.len() - usize::from(lf.is_some());
        if part(text, self.line..end).ends_with(b"\r") {
            end -= 1;
        }
        if let Some(flaw) = self.first_flaw(seen.min(end), end, early) {
            let text = &mut self.fields.text;
            text.truncate(flaw.index + 1);
            *input = part(input, text.len() - seen..);
            return Taken::Bad(flaw);
        }
        *input = part(input, piece.len()..);
        if lf.is_none() {
            return if input.is_empty() {
                Taken::More
            } else {
                Taken::Full
            };
        }
        let ending = match self.fields.text.len() - end {
            1 => Ending::Lf,
            _ => Ending::CrLf,
        };
        Taken::Line(end, ending)
    }

    /// The first byte of `from..end` in the text that may not stand in the current line.
    fn first_flaw(
        &mut self,
        from: usize,
        end: usize,
        early: impl FnOnce(&[u8], usize) -> Early,
    ) -> Option<Flaw> {
        let text = &self.fields.text;
        let control = first_control(part(text, from..end)).map(|index| from + index);
        if !self.settled {
            let clean = control.unwrap_or(end);
            match early(part(text, self.line..clean), from - self.line) {
                Early::Open => {}
                Early::Settled => self.settled = true,
                Early::Bad(flaw) => return Some(Flaw::new(flaw.verdict, self.line + flaw.index)),
            }
        }
        control.map(|index| {
            let verdict = match text.get(index) {
                Some(b'\r') | None => Verdict::BareCr,
                Some(&byte) => Verdict::ControlByte(byte),
            };
            Flaw::new(verdict, index)
        })
    }

    /// Reports the current line, which ends at `end`, and begins the next one.
    pub(super) fn end_line(&mut self, part: Part, ending: Ending, notes: Notes) -> Line {
        let text = &self.fields.text;
        if part == Part::Fold {
            self.folds.push(self.line);
        }
        let span = Span {
            start: self.fields.at + self.line as u64,
            end: self.fields.at + text.len() as u64,
        };
        self.line = text.len();
        self.settled = false;
        Line {
            part,
            span,
            ending,
            notes: notes.and(Note::BareLf, ending == Ending::Lf),
        }
    }

    /// Empties the text but lets what was in it count towards the section's length.
    pub(super) fn drop_text(&mut self) {
        self.dropped += self.fields.text.len();
        self.fields.text.clear();
        self.line = 0;
    }

    /// Begins another section in the same buffer.
    pub(super) fn restart(&mut self) {
        self.drop_text();
        self.dropped = 0;
    }

    /// Gives the section away and begins another one.
    pub(super) fn finish(&mut self) -> Fields {
        std::mem::take(self).fields
    }

    /// Takes fields back for their memory, unless a section is being read.
    pub(super) fn reuse(&mut self, mut fields: Fields) {
        if self.fields.text.capacity() == 0 {
            fields.text.clear();
            fields.spans.clear();
            self.fields = fields;
        }
    }

    /// The line and column of a byte of the text.
    pub(super) fn place(&self, index: usize) -> Place {
        let text = part(&self.fields.text, ..index.min(self.fields.text.len()));
        let lines = memchr::memchr_iter(b'\n', text).count();
        let line = memchr::memrchr(b'\n', text).map_or(0, |lf| lf + 1);
        let folds = self.folds.iter().filter(|&&fold| fold <= index);
        let start = folds.clone().max().map_or(line, |&fold| fold.max(line));
        Place {
            line: (1 + lines + folds.count()) as u32,
            column: (1 + index - start) as u32,
        }
    }
}
