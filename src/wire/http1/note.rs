//! What the reader says where it was tolerant: a [`Note`], one sentence with the section of the RFC
//! that it comes from.

use std::fmt;

/// Something that is not as it should be and was accepted all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// A line ended by LF without CR.
    BareLf,
    /// An empty line before a start line.
    EmptyLine,
    /// HTTP/1.2 to 1.9.
    LaterVersion,
    /// A target with scheme and host.
    AbsoluteForm,
    /// A target with bytes above 0x7F.
    RawTarget,
    /// A field value or reason with bytes above 0x7F.
    HighBytes,
    /// A status line that ends right behind the status.
    NoReason,
    /// A status over 599.
    OddStatus,
    /// A response field continued on the next line.
    Folded,
    /// A chunk extension.
    Extension,
    /// A response without a length.
    UntilClose,
    /// A response with a transfer coding that is not undone.
    OtherCoding,
}

impl Note {
    /// All of them.
    pub const ALL: [Note; 12] = [
        Note::BareLf,
        Note::EmptyLine,
        Note::LaterVersion,
        Note::AbsoluteForm,
        Note::RawTarget,
        Note::HighBytes,
        Note::NoReason,
        Note::OddStatus,
        Note::Folded,
        Note::Extension,
        Note::UntilClose,
        Note::OtherCoding,
    ];

    /// The sentence: what was accepted, and the section that says how it should be.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Note::BareLf => "ended by LF alone: accepted, CR LF is the rule (RFC 9112 §2.2)",
            Note::EmptyLine => "an empty line before the message: ignored (RFC 9112 §2.2)",
            Note::LaterVersion => "a later HTTP/1.x: read as HTTP/1.1 (RFC 9110 §2.5)",
            Note::AbsoluteForm => {
                "the target names scheme and host: usual towards proxies (RFC 9112 §3.2.2)"
            }
            Note::RawTarget => {
                "bytes above 0x7F in the target: accepted, they should be %-encoded (RFC 3986 §2.1)"
            }
            Note::HighBytes => {
                "bytes above 0x7F: accepted, what they mean is not defined (RFC 9110 §5.5)"
            }
            Note::NoReason => "no blank behind the status: accepted (RFC 9112 §4)",
            Note::OddStatus => "a status over 599: read as a server's error (RFC 9110 §15)",
            Note::Folded => "goes on with the line before: accepted as a blank (RFC 9112 §5.2)",
            Note::Extension => "a chunk extension: ignored (RFC 9112 §7.1.1)",
            Note::UntilClose => {
                "no length is given: the body ends when the connection does (RFC 9112 §6.3)"
            }
            Note::OtherCoding => {
                "a transfer coding other than chunked: the body is left in it (RFC 9112 §6.3)"
            }
        }
    }
}

/// The notes on one line; usually none.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Notes(u16);

impl Notes {
    /// No note.
    pub const NONE: Notes = Notes(0);

    /// These and this one, if the condition holds.
    #[must_use]
    pub(super) fn and(self, note: Note, holds: bool) -> Notes {
        Notes(self.0 | (u16::from(holds) << note as u16))
    }

    /// These and those.
    #[must_use]
    pub fn union(self, other: Notes) -> Notes {
        Notes(self.0 | other.0)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether this one is among them.
    #[must_use]
    pub fn contains(self, note: Note) -> bool {
        self.0 & (1 << note as u16) != 0
    }

    /// All of them, in the order of [`Note::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Note> {
        Note::ALL
            .into_iter()
            .filter(move |&note| self.contains(note))
    }
}

impl fmt::Debug for Notes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_told_apart_and_each_names_its_rule() {
        for (index, note) in Note::ALL.into_iter().enumerate() {
            assert_eq!(note as usize, index, "ALL is in the order of the enum");
            let only = Notes::NONE.and(note, true).and(Note::BareLf, false);
            assert!(only.iter().eq([note]), "{note:?}");
            assert!(note.text().contains("(RFC "), "{note:?}");
        }
        assert!(Notes::NONE.is_empty());
    }
}
