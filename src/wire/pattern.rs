//! What is looked for in bytes: a text, the bytes that escapes or hex digits stand for, or a regular
//! expression. Knows nothing of who asks, nor of where the bytes come from.

use std::fmt::Write as _;
use std::ops::Range;

use regex::bytes::{Regex, RegexBuilder};

use super::escapes::{self, EscapeError};

/// In front of a regular expression.
const REGEX: &str = "re:";
/// The memory that a compiled expression may take, in bytes.
const COMPILED_LIMIT: usize = 4 << 20;
/// Fewer hex digits are more likely meant as a word.
const FEWEST_DIGITS: usize = 4;

/// Why a query cannot be looked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// An escape that cannot be read.
    #[error("{0}")]
    Escape(#[from] EscapeError),
    /// A regular expression that cannot be read.
    #[error("not a regular expression: {0}")]
    Regex(String),
    /// An expression that would take too much memory.
    #[error("this expression is too large")]
    TooLarge,
}

/// A query that can be looked for.
///
/// A query without capital letters finds capitals as well (smart case). `\r \n \t \0 \\ \xNN \u{…}`
/// stand for what they stand for in a message; four hex digits or more, such as `0d0a` or `0d 0a`,
/// are looked for as text and as the bytes that they name. `re:` begins a regular expression.
#[derive(Clone, Debug)]
pub struct Pattern {
    regex: Regex,
}

impl Pattern {
    /// Reads a query.
    pub fn new(query: &str) -> Result<Pattern, PatternError> {
        let (source, capitals) = match query.strip_prefix(REGEX) {
            Some(expression) => (expression.to_owned(), has_capitals_in_regex(expression)),
            None => (
                literal(query)?,
                query.chars().any(char::is_uppercase) && !query.contains("\\x"),
            ),
        };
        let built = RegexBuilder::new(&source)
            .case_insensitive(!capitals)
            .multi_line(true)
            .size_limit(COMPILED_LIMIT)
            .build();
        match built {
            Ok(regex) => Ok(Pattern { regex }),
            Err(regex::Error::CompiledTooBig(_)) => Err(PatternError::TooLarge),
            Err(error) => Err(PatternError::Regex(reason(&error.to_string()))),
        }
    }

    /// Where it is found, from the beginning, without overlaps; never an empty place.
    pub fn find<'a>(&'a self, bytes: &'a [u8]) -> impl Iterator<Item = Range<usize>> + 'a {
        let places = self.regex.find_iter(bytes).map(|place| place.range());
        places.filter(|range| !range.is_empty())
    }

    /// How often it is found.
    #[must_use]
    pub fn count(&self, bytes: &[u8]) -> usize {
        self.find(bytes).count()
    }

    /// Whether it is found.
    #[must_use]
    pub fn is_in(&self, bytes: &[u8]) -> bool {
        self.find(bytes).next().is_some()
    }
}

/// A text as the expression that finds it.
fn literal(query: &str) -> Result<String, EscapeError> {
    let bytes = escapes::unescape(query)?;
    let mut source = String::new();
    for chunk in bytes.utf8_chunks() {
        source.push_str(&regex::escape(chunk.valid()));
        push_bytes(chunk.invalid(), &mut source);
    }
    if let Some(bytes) = hex_digits(query) {
        source.push('|');
        push_bytes(&bytes, &mut source);
    }
    Ok(source)
}

fn push_bytes(bytes: &[u8], source: &mut String) {
    for byte in bytes {
        // A string takes all that is written to it.
        let _ = write!(source, "(?-iu:\\x{byte:02x})");
    }
}

/// The bytes that a query of hex digits names: pairs, with or without blanks between them.
fn hex_digits(query: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = query.bytes().filter(|byte| *byte != b' ').collect();
    let pairs = query.split(' ').all(|part| part.len().is_multiple_of(2));
    if !pairs || digits.len() < FEWEST_DIGITS {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    digits
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => u8::try_from(digit(*high)? * 16 + digit(*low)?).ok(),
            _ => None,
        })
        .collect()
}

/// Whether an expression has a capital letter that is not part of an escape such as `\W`.
fn has_capitals_in_regex(expression: &str) -> bool {
    let mut escaped = false;
    expression.chars().any(|c| {
        let plain = !std::mem::take(&mut escaped);
        escaped = plain && c == '\\';
        plain && c.is_uppercase()
    })
}

/// The one line of the parser's message that says what is wrong.
fn reason(message: &str) -> String {
    let line = message.lines().last().unwrap_or(message).trim();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(query: &str, bytes: &[u8]) -> Vec<Range<usize>> {
        Pattern::new(query)
            .unwrap_or_else(|error| panic!("{query}: {error}"))
            .find(bytes)
            .collect()
    }

    #[test]
    fn small_letters_find_capitals_but_capitals_only_themselves() {
        assert_eq!(places("host", b"Host: HOST host"), [0..4, 6..10, 11..15]);
        assert_eq!(places("Host", b"Host: HOST host"), vec![0..4]);
        assert_eq!(places("ä", "Ä ä".as_bytes()), [0..2, 3..5]);
    }

    #[test]
    fn what_would_mean_something_in_an_expression_is_itself() {
        assert_eq!(places("a.*(", b"aXX( a.*("), vec![5..9]);
        assert_eq!(places("?", b"GET /?a"), vec![5..6]);
    }

    #[test]
    fn escapes_and_hex_digits_find_bytes() {
        assert_eq!(places("\\x00", b"a\0b"), vec![1..2]);
        assert_eq!(places("\\xff\\r\\n", b"\xff\r\n"), vec![0..3]);
        assert_eq!(places("0d0a", b"a\r\nb 0D0A"), [1..3, 5..9]);
        assert_eq!(places("0d 0a", b"a\r\nb"), vec![1..3]);
        // The bytes of `A` and `B` are not those of `a` and `b`.
        assert_eq!(places("4142", b"ab AB"), vec![3..5]);
        assert_eq!(
            places("\\xe9", "é \u{e9}".as_bytes()),
            [] as [Range<usize>; 0]
        );
        assert_eq!(places("\\xe9", b"caf\xe9"), vec![3..4]);
    }

    #[test]
    fn an_odd_number_of_digits_or_a_short_word_is_text() {
        assert_eq!(places("0d0", b"\x0d\x00 0d0"), vec![3..6]);
        assert_eq!(places("be", b"\xbe be"), vec![2..4]);
    }

    #[test]
    fn expressions_are_asked_for_by_name() {
        assert_eq!(places("re:^h.*t$", b"a\nHost\nb"), vec![2..6]);
        assert_eq!(places("re:\\W+", b"a, b"), vec![1..3]);
        assert_eq!(places("re:(?-u:[\\x80-\\xff])", b"a\x80"), vec![1..2]);
        // What matches nothing at all would be everywhere.
        assert_eq!(places("re:x*", b"abc"), [] as [Range<usize>; 0]);
    }

    #[test]
    fn what_cannot_be_looked_for_is_said_in_one_line() {
        let wrong = |query| Pattern::new(query).unwrap_err().to_string();
        assert_eq!(wrong("re:(a"), "not a regular expression: unclosed group");
        assert_eq!(
            wrong("\\"),
            "column 1: nothing follows the \\; write \\\\ for a backslash"
        );
        assert_eq!(wrong("re:\\w{9999}"), "this expression is too large");
    }
}
