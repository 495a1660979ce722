//! Writes down in one line what comes out of the reader.

use std::fmt::Write as _;

use netplay::wire::http1::{Framing, Item};

pub use crate::reading::{read, read_in_every_way, reader};

/// What was read, in one line: notes with `~`, heads, bodies in quotes, `keep` or `close` at the
/// end of each message; refusals with status and place; the number of bytes not read with `+`.
pub fn summary(items: &[Item], text: &[u8]) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut body = Vec::new();
    for item in items {
        match item {
            Item::Line(line) => {
                for note in line.notes.iter().map(|note| format!("~{note:?}")) {
                    if !words.contains(&note) {
                        words.push(note);
                    }
                }
            }
            Item::Request(head) => {
                let target = head.target.escape_ascii();
                let (method, version) = (&head.method, head.version);
                let framing = framing(head.framing);
                words.push(format!("{method} {target} {version}{framing}"));
            }
            Item::Response(head) => {
                let reason = head.reason.escape_ascii();
                let (status, version) = (head.status, head.version);
                let framing = framing(head.framing);
                words.push(format!("{version} {status} {reason}{framing}"));
            }
            Item::Data(span) => body.extend_from_slice(&text[span.within(0)]),
            Item::Trailers(fields) => {
                let mut word = String::new();
                for field in fields.iter() {
                    let _ = write!(word, "{{{}: {}}}", field.name, field.value.escape_ascii());
                }
                words.push(word);
            }
            Item::End(end) => {
                assert_eq!(end.body_len, body.len() as u64);
                let mut word = String::new();
                if !body.is_empty() {
                    let _ = write!(word, "\"{}\" ", body.escape_ascii());
                }
                body.clear();
                word.push_str(if end.keep_alive { "keep" } else { "close" });
                words.push(word);
            }
            Item::Broken(broken) => {
                let status = broken
                    .status()
                    .map_or_else(|| "none".to_owned(), |status| status.to_string());
                let mut word = format!("{status} {:?}", broken.verdict);
                let _ = match broken.place {
                    Some(place) => write!(word, " {}:{}", place.line, place.column),
                    None => write!(word, " @{}", broken.at),
                };
                words.push(word);
            }
            Item::Rest(span) => words.push(format!("+{}", span.len())),
        }
    }
    words.join(" | ")
}

fn framing(framing: Framing) -> String {
    match framing {
        Framing::None => String::new(),
        Framing::Length(n) => format!(" length {n}"),
        Framing::Chunked => " chunked".to_owned(),
        Framing::UntilClose => " until close".to_owned(),
        Framing::Tunnel => " tunnel".to_owned(),
    }
}

/// Reads every text of a table in every way, holds the summaries against the table, and what
/// hyper accepts of it against hyper.
pub fn check(asked: Option<&str>, table: &[(&[u8], &str)]) {
    let mut wrong = String::new();
    for (text, expected) in table {
        match asked {
            None => crate::hyper::requests_agree(text),
            Some(asked) => crate::hyper::responses_agree(asked, text),
        };
        let got = summary(&read_in_every_way(asked, text), text);
        if got != *expected {
            let _ = writeln!(
                wrong,
                "\n{}\n  expected {expected}\n  got      {got}",
                text.escape_ascii()
            );
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
