//! The rules for responses: how the status line is read and what a head means for the body, which
//! depends on the request (RFC 9112 §4 and §6.3).

use super::direction::{Asked, Early, Judgement};
use super::fields::{Fields, Flaw, Lengths, lengths};
use super::grammar::has_high_bytes;
use super::head::{Framing, StartLine, keep_alive, read_version};
use super::note::{Note, Notes};
use super::verdict::Verdict;
use crate::model::http::Version;
use crate::wire::part::part;

/// What every status line begins with.
const BEGINNING: &[u8] = b"HTTP/";

/// Looks at the beginning of a status line, of which the bytes from `seen` on are new.
pub(super) fn early(line: &[u8], seen: usize) -> Early {
    for (index, (&byte, &wanted)) in line.iter().zip(BEGINNING).enumerate().skip(seen) {
        if byte != wanted {
            return Early::Bad(Flaw::new(Verdict::NotAResponse, index));
        }
    }
    if line.len() < BEGINNING.len() {
        Early::Open
    } else {
        Early::Settled
    }
}

/// Reads a whole status line.
pub(super) fn read(line: &[u8]) -> Result<(StartLine, Notes), Flaw> {
    if !line.starts_with(BEGINNING) {
        return Err(Flaw::new(Verdict::NotAResponse, 0));
    }
    let version_end = line.iter().position(|&b| b == b' ').unwrap_or(line.len());
    let Some(version) = read_version(part(line, ..version_end)) else {
        return Err(Flaw::new(Verdict::BadVersion, 0));
    };
    if version.major != 1 {
        let other = Verdict::OtherVersion(version.major, version.minor);
        return Err(Flaw::new(other, 0));
    }
    let bad_status = Flaw::new(Verdict::BadStatus, version_end + 1);
    let rest = line.get(version_end + 1..).ok_or(bad_status)?;
    let (&[a, b, c], rest) = rest.split_first_chunk().ok_or(bad_status)?;
    if !(b'1'..=b'9').contains(&a) || !b.is_ascii_digit() || !c.is_ascii_digit() {
        return Err(bad_status);
    }
    let digits = [a, b, c].map(|digit| u16::from(digit - b'0'));
    let status = digits[0] * 100 + digits[1] * 10 + digits[2];
    let reason = match rest {
        [] => &[],
        [b' ', reason @ ..] => reason,
        _ => return Err(bad_status),
    };
    let notes = Notes::NONE
        .and(Note::LaterVersion, version > Version::HTTP_11)
        .and(Note::NoReason, rest.is_empty())
        .and(Note::OddStatus, status > 599)
        .and(Note::HighBytes, has_high_bytes(reason));
    let start = StartLine::Response {
        status,
        reason: reason.to_vec(),
        version,
    };
    Ok((start, notes))
}

/// Decides on the complete head of a response with this status to a request with this method.
pub(super) fn judge(
    status: u16,
    version: Version,
    fields: &Fields,
    asked: Asked,
) -> Result<Judgement, Flaw> {
    let lengths = lengths(fields, version)?;
    let (framing, note) = match (status, asked) {
        (101, _) | (200..=299, Asked::Connect) => (Framing::Tunnel, None),
        (100..=199 | 204 | 304, _) | (_, Asked::Head) => (Framing::None, None),
        _ => match lengths {
            Lengths::None => (Framing::UntilClose, Some(Note::UntilClose)),
            Lengths::Length(n, _) => (Framing::Length(n), None),
            Lengths::Chunked => (Framing::Chunked, None),
            Lengths::Other {
                chunked_last: true, ..
            } => (Framing::Chunked, Some(Note::OtherCoding)),
            Lengths::Other { .. } => (Framing::UntilClose, Some(Note::OtherCoding)),
        },
    };
    let open = !matches!(framing, Framing::UntilClose | Framing::Tunnel);
    Ok(Judgement {
        framing,
        // More follows an interim response whatever it says.
        keep_alive: open && (status < 200 || keep_alive(version, fields)),
        usual: open && status >= 200 && asked == Asked::Other,
        notes: note.map_or(Notes::NONE, |note| Notes::NONE.and(note, true)),
    })
}
