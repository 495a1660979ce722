//! Rows: where they end, how wide they are, and that they show every byte once.

use netplay::wire::rows::{self, FORMAT_LIMIT, count_rows};
use netplay::wire::text::Charset;
use proptest::prelude::*;

use crate::every::any_bytes;
use crate::rules::{check_rows, check_tokens};

/// Each row's text, a `|` between spans.
fn lines(bytes: impl AsRef<[u8]>, width: u16) -> Vec<String> {
    check_rows(bytes.as_ref(), width, Charset::Unicode, FORMAT_LIMIT);
    rows::rows(bytes.as_ref(), width, Charset::Unicode, FORMAT_LIMIT)
        .map(|row| {
            let spans: Vec<&str> = row.spans.iter().map(|span| &*span.text).collect();
            spans.join("|")
        })
        .collect()
}

#[test]
fn line_ends_end_rows_and_the_last_adds_none() {
    assert_eq!(lines("", 20), [""]);
    assert_eq!(lines("a", 20), ["a"]);
    assert_eq!(lines("a\r\nb\nc", 20), ["a|␍␊", "b|␊", "c"]);
    assert_eq!(lines("a\r\n", 20), ["a|␍␊"]);
    assert_eq!(lines("\n\n", 20), ["␊", "␊"]);
    assert_eq!(lines("a\rb\x00\x01", 20), ["a|␍|b|\\x00\\x01"]);
    assert_eq!(lines("0123456789\r\nb", 10), ["0123456789", "␍␊", "b"]);
}

#[test]
fn tabs_reach_the_next_multiple_of_four() {
    assert_eq!(
        lines("\ta\tabc\tabcd\tx", 40),
        ["␉|   |a|␉|  |abc|␉|abcd|␉|   |x"]
    );
    assert_eq!(lines("123456789\tx", 10), ["123456789|␉", "x"]);
    assert_eq!(lines("1234567\t\tx", 10), ["1234567|␉␉| ", "x"]);
}

#[test]
fn rows_break_after_a_space_when_one_is_near() {
    assert_eq!(
        lines("The quick brown fox jumps", 12),
        ["The quick ", "brown fox ", "jumps"]
    );
    assert_eq!(lines("The quick brown", 15), ["The quick brown"]);
    assert_eq!(lines("abcdefghij klm", 10), ["abcdefghij", " klm"]);
    assert_eq!(lines("ab cdefghijklmnopq", 12), ["ab cdefghijk", "lmnopq"]);
    assert_eq!(
        lines("größere Bäume überall", 12),
        ["größere ", "Bäume ", "überall"]
    );
    assert_eq!(lines("abc\x00defghijk", 12), ["abc|\\x00", "defghijk"]);
    assert_eq!(lines("abcdef\x00ghijk", 12), ["abcdef|\\x00", "ghijk"]);
}

#[test]
fn wide_characters_and_marks_are_never_cut() {
    assert_eq!(lines("a日本語日本語", 10), ["a日本語日", "本語"]);
    assert_eq!(lines("aaaaaaa\u{202e}b", 12), ["aaaaaaa", "\\u{202e}|b"]);
    assert_eq!(
        lines("12345678901e\u{301}x", 12),
        ["12345678901e\u{301}", "x"]
    );
    assert_eq!(
        lines("\u{10ffff}\u{10ffff}", 0),
        ["\\u{10ffff}", "\\u{10ffff}"]
    );
}

#[test]
fn letters_that_a_font_may_join_are_measured_one_by_one() {
    assert_eq!(lines("لا", 20), ["ل|ا"]);
    for pair in [
        "لا",
        "ꓹꓼ",
        "\u{1780}\u{17d2}\u{1780}",
        "ⵏ\u{2d7f}ⴾ",
        "\u{16d67}\u{16d67}",
    ] {
        check_tokens(pair.as_bytes(), Charset::Unicode);
        check_rows(
            pair.repeat(20).as_bytes(),
            20,
            Charset::Unicode,
            FORMAT_LIMIT,
        );
    }
}

#[test]
fn the_limit_cuts_no_character_and_no_line_end() {
    assert_eq!(rows::formatted_len("aé".as_bytes(), 2), 1);
    assert_eq!(rows::formatted_len("aé".as_bytes(), 3), 3);
    assert_eq!(rows::formatted_len(b"a\r\nb", 2), 1);
    assert_eq!(rows::formatted_len(b"a\r\nb", 3), 3);
    assert_eq!(rows::formatted_len(b"a\rb", 2), 2);
    assert_eq!(rows::formatted_len(b"abc", 0), 0);
    assert_eq!(count_rows(&[b'\n'; 100], 80, Charset::Unicode, 10), 10);
    assert_eq!(count_rows(b"abc", 80, Charset::Unicode, 0), 1);
    let long = vec![b'x'; FORMAT_LIMIT + 1];
    assert_eq!(
        count_rows(&long, u16::MAX, Charset::Unicode, FORMAT_LIMIT),
        16
    );
}

#[test]
fn every_width_shows_every_byte() {
    let all: Vec<u8> = (0..=255).rev().collect();
    let mixed = "Hi 日本 e\u{301} 🇩🇪 ❤\u{fe0f} x\ty\r\nनमस्ते क्ष \u{202e}لا abc def\n".as_bytes();
    for width in 0..=300 {
        check_rows(mixed, width, Charset::Unicode, FORMAT_LIMIT);
        check_rows(mixed, width, Charset::Ascii, FORMAT_LIMIT);
        check_rows(&all, width, Charset::Unicode, 100);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_fit_rows_of_any_width(bytes in any_bytes(), width in 0u16..=300, limit in 0usize..400) {
        check_rows(&bytes, width, Charset::Unicode, limit);
        check_rows(&bytes, width % 40, Charset::Ascii, limit);
        check_rows(&bytes, width % 40, Charset::Unicode, FORMAT_LIMIT);
    }
}
