//! What holds for every byte, every character and any mixture of them.

use netplay::wire::escapes::unescape;
use netplay::wire::text::{Charset, Shown, one_line_string, safe, tokens};
use proptest::prelude::*;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::rules::{check_tokens, is_forbidden};

#[test]
fn every_byte_alone_and_every_pair_of_bytes_keeps_the_rules() {
    for first in 0..=255 {
        check_tokens(&[first], Charset::Unicode);
        check_tokens(&[first], Charset::Ascii);
        for second in 0..=255 {
            let pair = [first, second];
            check_tokens(&pair, Charset::Unicode);
            assert_eq!(unescape(&one_line_string(&pair)).as_deref(), Ok(&pair[..]));
        }
    }
}

/// What holds for a character by itself, and what the standard library thinks of it.
fn check_alone(c: char) -> bool {
    let mut buffer = [0; 4];
    let text = &*c.encode_utf8(&mut buffer);
    let token = tokens(text.as_bytes(), Charset::Unicode).next();
    let token = token.expect("a character is at least one token");
    let hidden = token.shown == Shown::Scalar(c);
    if !hidden {
        assert_eq!(token.shown, Shown::Source(text));
        assert!(!is_forbidden(c));
        assert!(token.width > 0);
        assert_eq!(Some(token.width.into()), c.width());
        // Marks that extend a grapheme are escaped only where nothing is before them, as here.
        assert!(c.escape_debug().len() == 1 || c == '\u{3000}', "{c:?}");
    }
    hidden
}

/// What holds for a character after a letter, given whether it is escaped without one.
fn check_after_a_letter(c: char, hidden: bool) {
    let text = String::from_iter(['a', c]);
    let mut tokens = tokens(text.as_bytes(), Charset::Unicode);
    let first = tokens.next().expect("a letter is a token");
    if let Some(second) = tokens.next() {
        assert_eq!(second.shown == Shown::Scalar(c), hidden, "{c:?}");
        assert_eq!(first.shown, Shown::Source("a"));
        assert!(tokens.next().is_none());
    } else {
        assert_eq!(first.shown, Shown::Source(&text));
        assert!(
            hidden && !is_forbidden(c),
            "{c:?} needs a base, and may have one"
        );
        assert_eq!(usize::from(first.width), text.width());
    }
}

#[test]
fn every_character_of_the_planes_in_use_keeps_the_rules() {
    for c in '\u{80}'..='\u{3ffff}' {
        check_after_a_letter(c, check_alone(c));
    }
}

#[test]
fn every_character_of_the_planes_without_glyphs_is_escaped() {
    for c in '\u{40000}'..=char::MAX {
        assert!(check_alone(c));
    }
}

/// Characters that join, overlap or are easily taken for others.
const HOSTILE: &str = "a 1\\\t\r\n\u{a0}é\u{301}\u{20e3}\u{600}\u{93e}\u{94d}क\u{d4e}ก\u{e33}\u{102c}\
    က\u{1100}\u{1161}\u{11a8}가ក\u{17d2}\u{17d8}\u{200d}\u{202e}ⵏ\u{2d7f}\u{3000}日ꓹꓼ\u{a8fa}\u{fe0e}\
    \u{fe0f}אلا\u{16d63}\u{16d67}❤👍🇩\u{1f3fd}";

/// Bytes in which well-formed text, hostile characters and rubbish alternate.
pub fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    let hostile = prop::sample::select(HOSTILE.chars().collect::<Vec<char>>());
    let piece = prop_oneof![
        6 => hostile.prop_map(|c| c.to_string().into_bytes()),
        1 => Just(b"\r\n".to_vec()),
        2 => any::<char>().prop_map(|c| c.to_string().into_bytes()),
        1 => any::<u8>().prop_map(|byte| vec![byte]),
        1 => "[a-z]{1,12} ?".prop_map(String::into_bytes),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_keep_the_rules(bytes in any_bytes()) {
        check_tokens(&bytes, Charset::Unicode);
        check_tokens(&bytes, Charset::Ascii);
    }

    #[test]
    fn any_bytes_read_back_from_one_line(bytes in any_bytes()) {
        let line = one_line_string(&bytes);
        prop_assert!(!line.contains(is_forbidden));
        prop_assert_eq!(unescape(&line), Ok(bytes));
    }

    #[test]
    fn starting_anew_at_any_token_gives_the_same_tokens(bytes in any_bytes()) {
        // Folding looks back at the emoji, so only whole prefixes may be taken away.
        let all: Vec<_> = tokens(&bytes, Charset::Unicode).collect();
        for token in &all {
            if token.shown == Shown::Sign("·") {
                continue;
            }
            let start = token.source.start;
            let again = tokens(&bytes[start..], Charset::Unicode).next();
            prop_assert_eq!(again.map(|again| again.shown), Some(token.shown));
        }
    }
}

/// Texts of what is taken by whole lines and of what is not, in any order.
fn mixed() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[ -\\[\\]-~]{0,40}",
        Just("\n".to_owned()),
        Just("\r\n".to_owned()),
        Just("\t".to_owned()),
        Just("\u{301}".to_owned()),
        Just("\u{fe0f}".to_owned()),
        Just("\u{1161}".to_owned()),
        any::<char>()
            .prop_filter("doubled in one form only", |c| *c != '\\')
            .prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn lines_taken_whole_read_as_those_taken_to_pieces(text in mixed()) {
        prop_assert_eq!(one_line_string(text.as_bytes()), safe(&text));
    }
}
