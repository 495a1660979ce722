//! The part of the reader that is behind the head: bodies of a length, in chunks, and until the end
//! of the stream, and trailers.

use super::super::chunked;
use super::super::direction::Early;
use super::super::fields::Flaw;
use super::super::item::{Ending, Item, Part};
use super::super::limits::{MAX_CHUNK_LINE, MAX_EXTENSIONS, MAX_LINE, MAX_TRAILERS};
use super::super::note::{Note, Notes};
use super::super::section::Taken;
use super::super::verdict::Verdict;
use super::{Reader, State};
use crate::wire::part::part;

impl Reader {
    /// Takes at most `left` bytes of a body; `more` is the state while some are left.
    pub(super) fn data(
        &mut self,
        input: &mut &[u8],
        left: u64,
        more: impl FnOnce(u64) -> State,
        then: State,
    ) -> Option<Item> {
        if input.is_empty() {
            return None;
        }
        let n = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
        *input = part(input, n..);
        let n = n as u64;
        self.body_len += n;
        self.state = if n == left { then } else { more(left - n) };
        Some(Item::Data(self.span_of(n)))
    }

    /// Begins a section at the next byte unless one is being read.
    fn begin_section(&mut self) {
        if self.section.fields.text.is_empty() {
            self.section.fields.at = self.offset;
        }
    }

    pub(super) fn chunk_size(&mut self, input: &mut &[u8]) -> Option<Item> {
        self.begin_section();
        let room = MAX_CHUNK_LINE - self.section.line_len();
        let end_and_ending = match self.section.take(input, room, chunked::early) {
            Taken::More => return None,
            Taken::Full => {
                let end = self.section.fields.text.len();
                Err(Flaw::new(Verdict::ExtensionTooLong, end))
            }
            Taken::Bad(flaw) => Err(flaw),
            Taken::Line(end, ending) => Ok((end, ending)),
        };
        let read = end_and_ending.and_then(|(end, ending)| {
            let (size, extension) = chunked::read(part(&self.section.fields.text, ..end))?;
            self.count_chunk(size, extension)?;
            Ok((size, extension, ending))
        });
        let (size, extension, ending) = match read {
            Ok(read) => read,
            Err(flaw) => return Some(self.refuse_flaw(flaw)),
        };
        let notes = Notes::NONE.and(Note::Extension, extension > 0);
        let line = self.section.end_line(Part::ChunkSize(size), ending, notes);
        self.section.restart();
        self.state = match size {
            0 => State::Trailers,
            _ => State::ChunkData(size, ending),
        };
        Some(Item::Line(line))
    }

    /// Holds a chunk against the limits of the whole message.
    fn count_chunk(&mut self, size: u64, extension: usize) -> Result<(), Flaw> {
        self.extensions += extension;
        if self.extensions > MAX_EXTENSIONS {
            return Err(Flaw::new(Verdict::ExtensionsTooLong, 0));
        }
        let Some(total) = self.body_len.checked_add(size) else {
            return Err(Flaw::new(Verdict::ChunkTooLarge, 0));
        };
        if total > self.direction.max_body() {
            return Err(Flaw::new(Verdict::BodyTooLarge(total), 0));
        }
        Ok(())
    }

    /// Takes the line end behind a chunk. LF alone does only where the size line ended in it too:
    /// otherwise the CR before it was counted as data, and the size is wrong.
    pub(super) fn chunk_end(&mut self, input: &mut &[u8], size_ending: Ending) -> Option<Item> {
        self.begin_section();
        let bad = |line: &[u8], _| match line.first() {
            Some(&byte) => Early::Bad(Flaw::new(Verdict::NoChunkEnd(byte), 0)),
            None => Early::Open,
        };
        match self.section.take(input, 2, bad) {
            Taken::More => None,
            Taken::Line(_, ending) if ending == Ending::CrLf || ending == size_ending => {
                let line = self.section.end_line(Part::ChunkEnd, ending, Notes::NONE);
                self.section.restart();
                self.state = State::ChunkSize;
                Some(Item::Line(line))
            }
            // A control is no worse than any other byte here.
            Taken::Line(..) | Taken::Bad(_) | Taken::Full => {
                let byte = self
                    .section
                    .fields
                    .text
                    .first()
                    .copied()
                    .unwrap_or_default();
                Some(self.refuse_flaw(Flaw::new(Verdict::NoChunkEnd(byte), 0)))
            }
        }
    }

    pub(super) fn trailers(&mut self, input: &mut &[u8]) -> Option<Item> {
        self.begin_section();
        let section = &mut self.section;
        let room = (MAX_LINE - section.line_len()).min(MAX_TRAILERS - section.len());
        let taken = section.take(input, room, |_, _| Early::Settled);
        let (end, ending) = match taken {
            Taken::More => return None,
            Taken::Full => {
                let verdict = if section.len() == MAX_TRAILERS {
                    Verdict::TrailersTooLong
                } else {
                    Verdict::LineTooLong
                };
                let end = section.fields.text.len();
                return Some(self.refuse_flaw(Flaw::new(verdict, end)));
            }
            Taken::Bad(flaw) => return Some(self.refuse_flaw(flaw)),
            Taken::Line(end, ending) => (end, ending),
        };
        let (part, notes) = if end == self.section.line {
            self.state = State::TrailersRead;
            (Part::TrailerEnd, Notes::NONE)
        } else {
            match self.field_line(end) {
                Ok((Part::Field, notes)) => (Part::Trailer, notes),
                Ok(read) => read,
                Err(flaw) => return Some(self.refuse_flaw(flaw)),
            }
        };
        Some(Item::Line(self.section.end_line(part, ending, notes)))
    }
}
