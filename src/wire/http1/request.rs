//! The rules for requests: how the request line is read and what a head must hold (RFC 9112 §3).

use super::direction::{Early, Judgement};
use super::fields::{Fields, Flaw, Lengths, lengths};
use super::foreign::Foreign;
use super::grammar::{has_high_bytes, host_flaw, is_blank, is_token_byte, list, scheme_len};
use super::head::{Framing, StartLine, keep_alive, read_version};
use super::limits::MAX_BODY;
use super::note::{Note, Notes};
use super::verdict::Verdict;
use crate::model::http::Version;
use crate::wire::part::{part, well_formed};

/// Looks at the beginning of a request line, of which the bytes from `seen` on are new: until the
/// first blank they must be a method.
pub(super) fn early(line: &[u8], seen: usize) -> Early {
    for (index, &byte) in line.iter().enumerate().skip(seen) {
        if is_blank(byte) && index == 0 {
            return Early::Bad(Flaw::new(Verdict::LeadingBlank, 0));
        }
        if byte == b' ' {
            return Early::Settled;
        }
        if !is_token_byte(byte) {
            return Early::Bad(Flaw::new(Verdict::BadMethod(byte), index));
        }
    }
    Early::Open
}

/// Reads a whole request line. The bytes before its first blank are a method already.
pub(super) fn read(line: &[u8]) -> Result<(StartLine, Notes), Flaw> {
    let is_space = |&b: &u8| b == b' ';
    let (Some(first), Some(last)) = (
        line.iter().position(is_space),
        line.iter().rposition(is_space),
    ) else {
        return Err(Flaw::new(Verdict::NotARequest, 0));
    };
    let method = part(line, ..first);
    let version = version_of(line, first, last)?;
    if version.major != 1 {
        let prior_knowledge = version.major == 2 && line == b"PRI * HTTP/2.0";
        return Err(if prior_knowledge {
            Flaw::new(Verdict::Foreign(Foreign::Http2), 0)
        } else {
            let other = Verdict::OtherVersion(version.major, version.minor);
            Flaw::new(other, last + 1)
        });
    }
    let target = line.get(first + 1..last).unwrap_or_default();
    if let Some(blank) = target.iter().position(|&b| is_blank(b)) {
        return Err(Flaw::new(Verdict::BlankInTarget, first + 1 + blank));
    }
    let absolute = scheme_len(target) > 0;
    // What CONNECT asks for is not looked at: there is only one answer to it.
    if !absolute && !fits(method, target) {
        return Err(Flaw::new(Verdict::BadTarget, first + 1));
    }
    let notes = Notes::NONE
        .and(Note::LaterVersion, version > Version::HTTP_11)
        .and(Note::AbsoluteForm, absolute)
        .and(Note::RawTarget, has_high_bytes(target));
    let start = StartLine::Request {
        method: well_formed(method).to_owned(),
        target: target.to_vec(),
        version,
    };
    Ok((start, notes))
}

/// Reads the version behind the last blank of a request line, or says what the line is instead.
fn version_of(line: &[u8], first: usize, last: usize) -> Result<Version, Flaw> {
    let word = part(line, last + 1..);
    if let Some(version) = read_version(word) {
        return Ok(version);
    }
    if word
        .get(..5)
        .is_some_and(|name| name.eq_ignore_ascii_case(b"HTTP/"))
    {
        return Err(Flaw::new(Verdict::BadVersion, last + 1));
    }
    if let Some(inside) = memchr::memmem::find(line, b" HTTP/") {
        return Err(Flaw::new(Verdict::BadVersion, inside + 1));
    }
    let target = part(line, first + 1..);
    if target.starts_with(b"/") || target == b"*" || scheme_len(target) > 0 {
        return Err(Flaw::new(Verdict::NoVersion, line.len()));
    }
    Err(Flaw::new(Verdict::NotARequest, 0))
}

/// Whether a target without scheme is one of the forms for this method (RFC 9112 §3.2).
fn fits(method: &[u8], target: &[u8]) -> bool {
    match method {
        b"CONNECT" => !target.is_empty(),
        b"OPTIONS" if target == b"*" => true,
        _ => target.starts_with(b"/"),
    }
}

/// Decides on the complete head of a request, of which `end` is the length without the empty line.
pub(super) fn judge(start: &StartLine, fields: &Fields, end: usize) -> Result<Judgement, Flaw> {
    let version = start.version();
    judge_host(version, fields, end)?;
    let framing = match lengths(fields, version)? {
        Lengths::None => Framing::None,
        Lengths::Length(n, index) if n > MAX_BODY => {
            return Err(Flaw::new(Verdict::BodyTooLarge(n), index));
        }
        Lengths::Length(n, _) => Framing::Length(n),
        Lengths::Chunked => Framing::Chunked,
        Lengths::Other { index, .. } => return Err(Flaw::new(Verdict::UnknownCoding, index)),
    };
    if version >= Version::HTTP_11 {
        for span in fields.spans_of("Expect") {
            if !list(fields.value(span)).all(|one| one.eq_ignore_ascii_case(b"100-continue")) {
                return Err(Flaw::new(Verdict::UnknownExpectation, span.value as usize));
            }
        }
    }
    if matches!(start, StartLine::Request { method, .. } if method == "CONNECT") {
        return Err(Flaw::new(Verdict::Tunnel, 0));
    }
    Ok(Judgement {
        framing,
        keep_alive: keep_alive(version, fields),
        usual: true,
        notes: Notes::NONE,
    })
}

/// Exactly one good Host in HTTP/1.1, at most one before (RFC 9112 §3.2).
fn judge_host(version: Version, fields: &Fields, end: usize) -> Result<(), Flaw> {
    let mut hosts = fields.spans_of("Host");
    let host = hosts.next();
    if let Some(second) = hosts.next() {
        return Err(Flaw::new(Verdict::SecondHost, second.name as usize));
    }
    let Some(host) = host else {
        return if version >= Version::HTTP_11 {
            Err(Flaw::new(Verdict::NoHost, end))
        } else {
            Ok(())
        };
    };
    match host_flaw(fields.value(host)) {
        Some(index) => Err(Flaw::new(Verdict::BadHost, host.value as usize + index)),
        None => Ok(()),
    }
}
