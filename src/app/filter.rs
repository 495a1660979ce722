//! Which entries are shown: a line of terms such as `#3 in hello -error`. Terms of one sort are
//! alternatives (`#1 #2`), sorts add up, `-` leaves out. Knows nothing of where the entries are kept.

use std::borrow::Cow;

use super::entry;
use super::http::exchange::Exchange;
use crate::model::event::{ConnId, Event};
use crate::model::spec::{Protocol, Side};
use crate::wire::pattern::{Pattern, PatternError};
use crate::wire::rows::FORMAT_LIMIT;

/// The words for directions and kinds, and what they mean in events. In quotes they are text.
const KINDS: [(&str, &[&str]); 15] = [
    ("in", &["received"]),
    ("out", &["sent"]),
    ("data", &["received", "sent"]),
    ("listening", &["listening", "ready", "queued"]),
    ("connecting", &["connecting", "tried", "waiting"]),
    ("opened", &["opened"]),
    ("closed", &["closed"]),
    ("finished", &["finished", "finished-sending"]),
    ("request", &["request"]),
    ("response", &["response"]),
    ("malformed", &["malformed"]),
    ("lost", &["lost"]),
    ("failed", &["failed", "tried"]),
    ("file", &["file-started", "file-ended"]),
    ("stopped", &["stopped"]),
];

/// What may stand in a filter, for the line in which it is typed.
pub const EXAMPLES: &str = "#3  in  out  opened  closed  failed  any word  -not";

/// Why a filter cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// A `#` without a number.
    #[error("{0} is no connection; they are numbers, such as #3")]
    NotAConnection(String),
    /// A quote that is not closed.
    #[error("the closing quote is missing")]
    OpenQuote,
    /// A word that cannot be looked for.
    #[error("{0}")]
    Pattern(#[from] PatternError),
}

/// One sort of terms: those of which one must hold, and those of which none may.
#[derive(Clone, Debug)]
struct Sort<T> {
    any: Vec<T>,
    none: Vec<T>,
}

impl<T> Default for Sort<T> {
    fn default() -> Sort<T> {
        Sort {
            any: Vec::new(),
            none: Vec::new(),
        }
    }
}

impl<T> Sort<T> {
    fn add(&mut self, term: T, not: bool) {
        if not {
            self.none.push(term);
        } else {
            self.any.push(term);
        }
    }

    fn holds(&self, is: impl Fn(&T) -> bool) -> bool {
        (self.any.is_empty() || self.any.iter().any(&is)) && !self.none.iter().any(&is)
    }
}

/// What an entry must be to be shown.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// As it was typed.
    pub text: String,
    conns: Sort<ConnId>,
    kinds: Sort<&'static [&'static str]>,
    /// Words that must all be there, and words that may not.
    words: Vec<(Pattern, bool)>,
}

impl Filter {
    /// Reads a filter; `None` when it asks for nothing.
    pub fn new(text: &str) -> Result<Option<Filter>, FilterError> {
        let mut filter = Filter {
            text: text.to_owned(),
            ..Filter::default()
        };
        let mut rest = text.trim_start();
        let mut terms = 0;
        while !rest.is_empty() {
            let (not, term) = match rest.strip_prefix('-') {
                Some(term) if !term.is_empty() && !term.starts_with(' ') => (true, term),
                _ => (false, rest),
            };
            rest = filter.take_term(term, not)?.trim_start();
            terms += 1;
        }
        Ok((terms > 0).then_some(filter))
    }

    /// Takes one term off the front.
    fn take_term<'a>(&mut self, text: &'a str, not: bool) -> Result<&'a str, FilterError> {
        if let Some(quoted) = text.strip_prefix('"') {
            let (word, rest) = quoted.split_once('"').ok_or(FilterError::OpenQuote)?;
            self.add_word(word, not)?;
            return Ok(rest);
        }
        let (word, rest) = text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()));
        if let Some(number) = word.strip_prefix('#') {
            let conn = number.parse().map(ConnId);
            let conn = conn.map_err(|_| FilterError::NotAConnection(word.to_owned()))?;
            self.conns.add(conn, not);
        } else if let Some((_, kinds)) = KINDS.iter().find(|(name, _)| *name == word) {
            self.kinds.add(kinds, not);
        } else {
            self.add_word(word, not)?;
        }
        Ok(rest)
    }

    fn add_word(&mut self, word: &str, not: bool) -> Result<(), FilterError> {
        if !word.is_empty() {
            self.words.push((Pattern::new(word)?, not));
        }
        Ok(())
    }

    /// Whether an entry is shown.
    #[must_use]
    pub fn passes(&self, event: &Event, protocol: Protocol, side: Side) -> bool {
        let kind = &event.kind;
        self.conns.holds(|conn| kind.conn() == Some(*conn))
            && self.kinds.holds(|kinds| kinds.contains(&kind.word()))
            && (self.words.is_empty() || {
                let text = entry::searched(event, protocol, side);
                self.has_words(&text)
            })
    }

    /// Whether an HTTP exchange is shown: by its connection, and by words in its raw text.
    #[must_use]
    pub fn passes_exchange(&self, exchange: &Exchange) -> bool {
        self.conns.holds(|conn| exchange.conn == *conn)
            && (self.words.is_empty() || self.has_words(&raw_text(exchange)))
    }

    fn has_words(&self, text: &[u8]) -> bool {
        self.words
            .iter()
            .all(|(word, not)| word.is_in(text) != *not)
    }
}

/// The beginning of an exchange's raw text: its request, then its answer.
#[must_use]
pub fn raw_text(exchange: &Exchange) -> Vec<u8> {
    let mut text = exchange.request.start(FORMAT_LIMIT);
    text.extend(exchange.response.start(FORMAT_LIMIT));
    text
}

/// A search: what is looked for, as it was typed and as it is found.
#[derive(Clone, Debug)]
pub struct Search {
    /// As it was typed.
    pub text: String,
    /// What is found.
    pub pattern: Pattern,
}

impl Search {
    /// Reads a search; `None` when it asks for nothing.
    pub fn new(text: &str) -> Result<Option<Search>, PatternError> {
        if text.is_empty() {
            return Ok(None);
        }
        let pattern = Pattern::new(text)?;
        Ok(Some(Search {
            text: text.to_owned(),
            pattern,
        }))
    }

    /// How often an entry has it, and how many bytes were looked at.
    #[must_use]
    pub fn count(&self, event: &Event, protocol: Protocol, side: Side) -> (usize, usize) {
        let text: Cow<[u8]> = entry::searched(event, protocol, side);
        (self.pattern.count(&text), text.len())
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};

    use bytes::Bytes;

    use super::*;
    use crate::model::event::{By, EventKind};
    use crate::model::time::Stamp;

    fn event(kind: EventKind) -> Event {
        Event {
            at: Stamp::default(),
            kind,
        }
    }

    fn received(conn: u32, data: &'static str) -> Event {
        event(EventKind::Received {
            conn: ConnId(conn),
            peer: SocketAddr::from((Ipv4Addr::LOCALHOST, 1)),
            data: Bytes::from_static(data.as_bytes()),
            cut: 0,
        })
    }

    fn passes(filter: &str, event: &Event) -> bool {
        let filter = Filter::new(filter).expect("it can be read");
        filter.is_none_or(|filter| filter.passes(event, Protocol::Tcp, Side::Server))
    }

    #[test]
    fn terms_of_one_sort_are_alternatives_and_sorts_add_up() {
        let hello = received(1, "Hello there");
        let ended = event(EventKind::Finished {
            conn: ConnId(2),
            by: By::Peer,
        });
        for (filter, first, second) in [
            ("", true, true),
            ("   ", true, true),
            ("#1", true, false),
            ("#1 #2", true, true),
            ("-#1", false, true),
            ("in", true, false),
            ("out", false, false),
            ("in finished", true, true),
            ("-data", false, true),
            ("hello", true, false),
            ("hello there", true, false),
            ("there -hello", false, false),
            ("#2 hello", false, false),
            ("\"o th\"", true, false),
            ("\"in\"", false, true),
            ("- x", false, false),
        ] {
            let found = (passes(filter, &hello), passes(filter, &ended));
            assert_eq!(found, (first, second), "{filter}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let wrong = |text| Filter::new(text).unwrap_err().to_string();
        assert_eq!(
            wrong("#x"),
            "#x is no connection; they are numbers, such as #3"
        );
        assert_eq!(wrong("in \"a"), "the closing quote is missing");
        assert_eq!(wrong("re:("), "not a regular expression: unclosed group");
    }
}
