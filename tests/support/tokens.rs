//! What holds for the display tokens of any input: the rules that every test of text shares.

#![allow(dead_code, reason = "each test file uses a part of it")]

use netplay::wire::rows::{self, MAX_WIDTH, MIN_WIDTH, Row, count_rows};
use netplay::wire::text::{Charset, Kind, WIDEST, tokens};
use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Whether a character must never reach a terminal, whatever the reason for it being there.
pub fn is_forbidden(c: char) -> bool {
    use GeneralCategory::{
        Control, Format, LineSeparator, ParagraphSeparator, PrivateUse, SpaceSeparator, Surrogate,
        Unassigned,
    };
    // Asking for a category takes long in a build that is not optimized.
    if c.is_ascii() || ('─'..='▟').contains(&c) {
        return c.is_ascii_control();
    }
    match get_general_category(c) {
        Control | Format | Surrogate | PrivateUse | Unassigned | LineSeparator
        | ParagraphSeparator => true,
        SpaceSeparator => c != ' ' && c != '\u{3000}',
        _ => matches!(
            u32::from(c),
            0xfe00..=0xfe0f | 0xe0100..=0xe01ef | 0x180b..=0x180f | 0x034f | 0x1f3fb..=0x1f3ff
            | 0x115f | 0x1160 | 0x3164 | 0xffa0 | 0x2800 | 0x17b4 | 0x17b5 | 0x1d159
            | 0xff9e | 0xff9f | 0xfffc | 0xfffd
        ),
    }
}

/// Whether a received character would look like one of our marks.
fn is_picture(c: char) -> bool {
    ('\u{2400}'..='\u{2426}').contains(&c)
}

/// Everything that holds for any input.
pub fn check_tokens(bytes: &[u8], charset: Charset) {
    let mut at = 0;
    for token in tokens(bytes, charset) {
        let text = token.shown.to_string();
        assert_eq!(token.source.start, at, "{bytes:02x?}");
        assert!(token.source.end > at, "{bytes:02x?}");
        at = token.source.end;
        assert_eq!(usize::from(token.width), text.width(), "{bytes:02x?}");
        assert!(token.width > 0, "{bytes:02x?}");
        assert!(token.width <= WIDEST || text.is_ascii(), "{bytes:02x?}");
        assert!(!text.contains(is_forbidden), "{bytes:02x?}");
        if token.kind() == Kind::Text {
            assert_eq!(text.as_bytes(), &bytes[token.source.clone()]);
            assert!(!text.contains(is_picture));
            let chars: Vec<char> = text.chars().collect();
            let flood = |five: &[char]| five.iter().all(|c| c.width() == Some(0));
            assert!(!chars.windows(5).any(flood), "{text:?}");
        }
        if charset == Charset::Ascii {
            assert!(text.is_ascii(), "{text}");
        }
    }
    assert_eq!(at, bytes.len());
}

/// Everything that holds for the rows of any input.
pub fn check_rows(bytes: &[u8], width: u16, charset: Charset, limit: usize) {
    let all: Vec<Row> = rows::rows(bytes, width, charset, limit).collect();
    assert_eq!(count_rows(bytes, width, charset, limit), all.len());
    assert_eq!(all[0].source.start, 0);
    let mut text = String::new();
    for (index, row) in all.iter().enumerate() {
        let next = all.get(index + 1).map(|next| next.source.start);
        let end = rows::formatted_len(bytes, limit);
        assert_eq!(row.source.end, next.unwrap_or(end), "{bytes:02x?}");
        assert!(!row.source.is_empty() || all.len() == 1, "{bytes:02x?}");
        assert!(row.width <= width.clamp(MIN_WIDTH, MAX_WIDTH));
        let (mut whole, mut by_grapheme) = (0, 0);
        for span in &row.spans {
            assert!(!span.text.is_empty());
            assert!(!span.text.contains(is_forbidden), "{bytes:02x?}");
            whole += span.text.width();
            by_grapheme += span.text.graphemes(true).map(str::width).sum::<usize>();
            text.push_str(&span.text);
        }
        assert_eq!(whole, usize::from(row.width), "{row:?}");
        assert_eq!(by_grapheme, usize::from(row.width), "{row:?}");
    }
    let skipped = rows::rows(bytes, width, charset, limit).skip(all.len() / 2);
    assert!(skipped.eq(all[all.len() / 2..].iter().cloned()));
    let mut want = String::new();
    for token in tokens(&bytes[..rows::formatted_len(bytes, limit)], charset) {
        token.shown.push_to(&mut want);
    }
    // But for the blanks of tabs, rows show the tokens and nothing else.
    if !bytes.contains(&b'\t') {
        assert_eq!(text, want);
    }
}
