//! The part of the reader that is before the body: empty lines, the lines of a head, and what is
//! no HTTP.

use super::super::direction::{Early, Judgement};
use super::super::fields::Flaw;
use super::super::foreign::Guess;
use super::super::grammar::is_blank;
use super::super::head::{Framing, RequestHead, ResponseHead, StartLine};
use super::super::item::{Ending, Item, Part};
use super::super::limits::{MAX_FIELDS, MAX_HEAD, MAX_LINE};
use super::super::note::{Note, Notes};
use super::super::section::Taken;
use super::super::span::Span;
use super::super::verdict::{Broken, Verdict};
use super::{Reader, State};
use crate::wire::part::part;

impl Reader {
    pub(super) fn head(&mut self, input: &mut &[u8]) -> Option<Item> {
        let section = &mut self.section;
        if self.start.is_none() && section.line_len() == 0 && !input.is_empty() {
            if !self.direction.awaits_message() {
                self.state = State::Over;
                return self.rest(input);
            }
            section.fields.at = self.offset;
            self.message_at = self.offset;
        }
        let room = (MAX_LINE - section.line_len()).min(MAX_HEAD - section.len());
        let first = self.start.is_none();
        let taken = section.take(input, room, |line, seen| {
            if first {
                self.direction.early(line, seen)
            } else {
                Early::Settled
            }
        });
        match taken {
            Taken::More => None,
            Taken::Full => Some(self.head_too_long()),
            // What follows a line that is no HTTP may tell what it is.
            Taken::Bad(flaw) => self.bad_line(flaw).or_else(|| self.strange(input)),
            Taken::Line(end, ending) => self.head_line(end, ending),
        }
    }

    fn head_too_long(&mut self) -> Item {
        let verdict = if self.section.len() == MAX_HEAD {
            Verdict::HeadTooLong
        } else if self.start.is_some() {
            Verdict::LineTooLong
        } else if self.section.settled {
            self.direction.start_too_long()
        } else {
            // As long as a line may be, and not one blank: that is no method.
            Verdict::NotARequest
        };
        self.refuse_flaw(Flaw::new(verdict, self.section.fields.text.len()))
    }

    fn head_line(&mut self, end: usize, ending: Ending) -> Option<Item> {
        let line = self.section.line;
        let (part, notes) = match (&self.start, end == line) {
            (None, true) => {
                let notes = Notes::NONE.and(Note::EmptyLine, true);
                let line = self.section.end_line(Part::Empty, ending, notes);
                self.section.drop_text();
                return Some(Item::Line(line));
            }
            (None, false) => match self.direction.read(part(&self.section.fields.text, ..end)) {
                Ok((start, notes)) => {
                    self.start = Some(start);
                    (Part::Start, notes)
                }
                Err(flaw) => return self.bad_line(flaw),
            },
            (Some(_), false) => match self.field_line(end) {
                Ok(read) => read,
                Err(flaw) => return self.bad_line(flaw),
            },
            (Some(start), true) => match self.direction.judge(start, &self.section.fields, end) {
                Ok(judgement) => {
                    self.state = State::HeadRead(judgement);
                    (Part::HeadEnd, judgement.notes)
                }
                Err(flaw) => {
                    self.state = State::Refused(self.broken(flaw));
                    (Part::HeadEnd, Notes::NONE)
                }
            },
        };
        Some(Item::Line(self.section.end_line(part, ending, notes)))
    }

    /// Reads the current line, which ends at `end` and is not empty, as a field line.
    pub(super) fn field_line(&mut self, end: usize) -> Result<(Part, Notes), Flaw> {
        let line = self.section.line;
        let fields = &mut self.section.fields;
        if fields.text.get(line).is_some_and(|&b| is_blank(b)) {
            if fields.is_empty() || !self.direction.folds() {
                return Err(Flaw::new(Verdict::FoldedLine, line));
            }
            return Ok((Part::Fold, fields.fold(line, end)));
        }
        if fields.len() == MAX_FIELDS {
            return Err(Flaw::new(Verdict::TooManyFields, line));
        }
        Ok((Part::Field, fields.read(line, end)?))
    }

    /// Refuses a line of a head; where no message begins, tries to say what it is instead.
    fn bad_line(&mut self, flaw: Flaw) -> Option<Item> {
        if self.start.is_some() || !flaw.verdict.is_no_message() {
            return Some(self.refuse_flaw(flaw));
        }
        if self.experienced {
            return Some(self.refuse_flaw(Flaw::new(Verdict::Surplus, 0)));
        }
        self.name(self.broken(flaw))
    }

    /// Takes bytes as long as they may tell what the peer speaks.
    pub(super) fn strange(&mut self, input: &mut &[u8]) -> Option<Item> {
        let State::Strange(broken) = self.state else {
            return None;
        };
        while let Some((&byte, rest)) = input.split_first() {
            *input = rest;
            self.section.fields.text.push(byte);
            if let Some(item) = self.name(broken) {
                return Some(item);
            }
        }
        None
    }

    fn name(&mut self, broken: Broken) -> Option<Item> {
        let fields = &self.section.fields;
        match self.direction.guess(fields.at, &fields.text) {
            Guess::Known(foreign) => {
                Some(self.refuse_flaw(Flaw::new(Verdict::Foreign(foreign), 0)))
            }
            Guess::Unknown => Some(self.refuse(broken)),
            Guess::Unsure => {
                self.state = State::Strange(broken);
                None
            }
        }
    }

    pub(super) fn give_head(&mut self, judgement: Judgement) -> Option<Item> {
        let Judgement {
            framing,
            keep_alive,
            usual,
            ..
        } = judgement;
        self.keep_alive = keep_alive;
        self.usual = usual;
        self.state = match framing {
            Framing::None | Framing::Length(0) | Framing::Tunnel => State::Done,
            Framing::Length(n) => State::Length(n),
            Framing::Chunked => State::ChunkSize,
            Framing::UntilClose => State::UntilClose,
        };
        let span = Span {
            start: self.message_at,
            end: self.offset,
        };
        let fields = self.section.finish();
        self.start.take().map(|start| match start {
            StartLine::Request {
                method,
                target,
                version,
            } => Item::Request(Box::new(RequestHead {
                method,
                target,
                version,
                fields,
                framing,
                keep_alive,
                span,
            })),
            StartLine::Response {
                status,
                reason,
                version,
            } => Item::Response(Box::new(ResponseHead {
                status,
                reason,
                version,
                fields,
                framing,
                keep_alive,
                span,
            })),
        })
    }
}
