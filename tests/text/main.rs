//! Bytes as display text: what is shown for every byte and every character, that nothing hostile
//! passes, that widths add up, and that rows show every byte once.

mod every;
#[path = "../support/tokens.rs"]
mod rules;
mod wrapping;

use netplay::wire::text::{
    Charset, Flow, Kind, Shown, incomplete_tail, one_line_string, safe, tokens,
};

use Flow::{Inline, RowEnd, TabStop};
use rules::check_tokens;

/// What a pane shows, with each mark in brackets of its own.
fn shown(bytes: &[u8], charset: Charset) -> String {
    let mut out = String::new();
    for token in tokens(bytes, charset) {
        match token.kind() {
            Kind::Text => token.shown.push_to(&mut out),
            Kind::Mark => out.extend(["⟦", &token.shown.to_string(), "⟧"]),
        }
    }
    out
}

fn pane(text: impl AsRef<[u8]>) -> String {
    shown(text.as_ref(), Charset::Unicode)
}

fn ascii(text: impl AsRef<[u8]>) -> String {
    shown(text.as_ref(), Charset::Ascii)
}

#[test]
fn the_printable_ascii_is_itself_and_one_token() {
    let all: String = (' '..='~').collect();
    assert_eq!(pane(&all), all);
    assert_eq!(ascii(&all), all);
    assert_eq!(tokens(all.as_bytes(), Charset::Unicode).count(), 1);
    assert_eq!(tokens(&[b'x'; 4096], Charset::Unicode).count(), 1);
    assert_eq!(tokens(&[b'x'; 4097], Charset::Unicode).count(), 2);
}

#[test]
fn line_ends_and_tabs_have_signs_of_their_own() {
    assert_eq!(pane("a\r\nb\nc\rd\te"), "a⟦␍␊⟧b⟦␊⟧c⟦␍⟧d⟦␉⟧e");
    assert_eq!(ascii("a\r\nb\nc\rd\te"), r"a⟦\r\n⟧b⟦\n⟧c⟦\r⟧d⟦\t⟧e");
    assert_eq!(pane("\r\r\n\n"), "⟦␍⟧⟦␍␊⟧⟦␊⟧");
    let flows: Vec<Flow> = tokens(b"\r\n\n\r\tx\0", Charset::Unicode)
        .map(|token| token.flow)
        .collect();
    assert_eq!(flows, [RowEnd, RowEnd, Inline, TabStop, Inline, Inline]);
}

#[test]
fn a_byte_that_is_no_text_is_shown_by_its_hexadecimal_digits() {
    assert_eq!(pane(b"\x00\x1b[0m\x7f"), r"⟦\x00⟧⟦\x1b⟧[0m⟦\x7f⟧");
    for byte in (0..=0x1f).chain(0x7f..=0xff) {
        if !b"\t\r\n".contains(&byte) {
            assert_eq!(pane([byte]), format!("⟦\\x{byte:02x}⟧"));
            assert_eq!(ascii([byte]), format!("⟦\\x{byte:02x}⟧"));
        }
    }
}

#[test]
fn broken_utf8_is_one_token_a_byte() {
    for broken in [
        &b"\xc0\xaf"[..],        // overlong
        b"\xc1\xbf",             // overlong
        b"\xe0\x80\xaf",         // overlong
        b"\xf0\x80\x80\xaf",     // overlong
        b"\xed\xa0\x80",         // a surrogate
        b"\xed\xbf\xbf",         // a surrogate
        b"\xf4\x90\x80\x80",     // over 10ffff
        b"\xf8\x88\x80\x80\x80", // five bytes
        b"\xff\xfe",             // never
        b"\x80\xbf",             // nothing to continue
        b"\xe2\x82",             // cut
        b"\xf0\x9f\x98",         // cut
    ] {
        let each: Vec<String> = broken.iter().map(|b| format!("⟦\\x{b:02x}⟧")).collect();
        let want = each.concat();
        assert_eq!(pane(broken), want);
        let around = [b"a", broken, "é".as_bytes()].concat();
        assert_eq!(pane(around), format!("a{want}é"));
    }
}

#[test]
fn a_character_cut_at_any_byte_is_shown_as_its_bytes_and_found_as_a_tail() {
    for c in ["é", "€", "😀", "\u{10ffff}", "\u{800}", "\u{10000}"] {
        for cut in 1..c.len() {
            let bytes = [b"ab", &c.as_bytes()[..cut]].concat();
            assert_eq!(incomplete_tail(&bytes), cut);
            assert_eq!(incomplete_tail(&bytes[2..]), cut);
            assert_eq!(tokens(&bytes, Charset::Unicode).count(), 1 + cut);
        }
        assert_eq!(incomplete_tail(c.as_bytes()), 0);
    }
    for whole in [
        &b""[..],
        b"a",
        b"\x80\x80\x80",
        b"\xed\xa0",
        b"\xff",
        b"\xc0",
        b"\xf4\x90",
    ] {
        assert_eq!(incomplete_tail(whole), 0, "{whole:02x?}");
    }
}

#[test]
fn what_cannot_be_seen_is_shown_by_its_number() {
    for (escaped, what) in [
        ('\u{80}', "C1"),
        ('\u{85}', "C1, next line"),
        ('\u{9b}', "C1, control sequence"),
        ('\u{ad}', "soft hyphen"),
        ('\u{200b}', "zero-width space"),
        ('\u{200d}', "joiner"),
        ('\u{200e}', "left-to-right mark"),
        ('\u{202e}', "right-to-left override"),
        ('\u{2066}', "isolate"),
        ('\u{feff}', "byte-order mark"),
        ('\u{e0041}', "tag"),
        ('\u{600}', "Arabic number sign"),
        ('\u{2028}', "line separator"),
        ('\u{2029}', "paragraph separator"),
        ('\u{e000}', "private use"),
        ('\u{10fffd}', "private use"),
        ('\u{378}', "unassigned"),
        ('\u{fdd0}', "noncharacter"),
        ('\u{ffff}', "noncharacter"),
        ('\u{10ffff}', "noncharacter"),
        ('\u{a0}', "no-break space"),
        ('\u{2003}', "em space"),
        ('\u{1680}', "Ogham space"),
        ('\u{fe0f}', "variation selector"),
        ('\u{e0100}', "variation selector"),
        ('\u{180b}', "Mongolian variation selector"),
        ('\u{180f}', "Mongolian variation selector"),
        ('\u{34f}', "grapheme joiner"),
        ('\u{1f3fb}', "skin tone"),
        ('\u{115f}', "filler"),
        ('\u{1160}', "filler"),
        ('\u{3164}', "filler"),
        ('\u{ffa0}', "filler"),
        ('\u{2800}', "blank Braille"),
        ('\u{17b4}', "Khmer inherent vowel"),
        ('\u{17b5}', "Khmer inherent vowel"),
        ('\u{fffc}', "object replacement"),
        ('\u{fffd}', "replacement"),
        ('\u{1d159}', "null notehead"),
        ('\u{ff9e}', "halfwidth voiced mark"),
        ('\u{ff9f}', "halfwidth semi-voiced mark"),
        ('\u{2400}', "control picture"),
        ('\u{240d}', "control picture"),
        ('\u{2426}', "control picture"),
        ('\u{301}', "mark without a base"),
        ('\u{20dd}', "enclosing mark without a base"),
        ('\u{93e}', "spacing mark without a base"),
        ('\u{1161}', "vowel jamo alone"),
        ('\u{11a8}', "final jamo alone"),
        ('\u{d7b0}', "vowel jamo alone"),
        ('\u{1f1e9}', "half a flag"),
    ] {
        let want = format!("⟦\\u{{{:x}}}⟧", u32::from(escaped));
        assert_eq!(pane(escaped.to_string()), want, "{what}");
        assert_eq!(ascii(escaped.to_string()), want, "{what}");
        let line = format!("\\u{{{:x}}}", u32::from(escaped));
        assert_eq!(one_line_string(escaped.to_string().as_bytes()), line);
        assert_eq!(safe(&escaped.to_string()), line);
    }
}

#[test]
fn everything_else_printable_is_itself() {
    for text in [
        "Grüße, señor",
        "Привет",
        "γειά",
        "日本語",
        "カナ",
        "한국어",
        "\u{3000}",
        "😀👍",
        "½©™→█─",
        "ﬁ",
        "שלום",
        "مرحبا",
        "नमस्ते क्ष का",
        "ကာ",
        "สวัสดี กำ",
        "தமிழ்",
        "ព្រះ",
        "🇩🇪🇫🇷",
        "\u{2427}\u{23ff}",
    ] {
        assert_eq!(pane(text), text);
        assert_eq!(one_line_string(text.as_bytes()), text);
    }
    assert_eq!(ascii("aé日b"), r"a⟦\u{e9}⟧⟦\u{65e5}⟧b");
    assert_eq!(ascii("e\u{301}"), r"e⟦\u{301}⟧");
    assert_eq!(ascii("❤\u{fe0f}"), r"⟦\u{2764}⟧⟦\u{fe0f}⟧");
}

#[test]
fn four_marks_are_joined_to_their_base_and_the_others_are_escaped() {
    let marks = "\u{301}\u{302}\u{303}\u{304}";
    assert_eq!(pane(format!("xa{marks}b")), format!("xa{marks}b"));
    assert_eq!(pane(format!("é{marks}")), format!("é{marks}"));
    let flood = format!("a{marks}\u{305}\u{306}b\u{301}");
    assert_eq!(
        pane(flood),
        format!("a{marks}⟦\\u{{305}}⟧⟦\\u{{306}}⟧b\u{301}")
    );
    let joined: Vec<_> = tokens("xa\u{301}b".as_bytes(), Charset::Unicode)
        .map(|token| token.source)
        .collect();
    assert_eq!(joined, [0..1, 1..4, 4..5]);
    assert_eq!(pane("\x1b\u{301}"), r"⟦\x1b⟧⟦\u{301}⟧");
    assert_eq!(pane("\n\u{301}"), r"⟦␊⟧⟦\u{301}⟧");
    assert_eq!(pane("a\u{200d}\u{301}"), r"a⟦\u{200d}⟧⟦\u{301}⟧");
    let flood = "a".to_owned() + &"\u{301}".repeat(5000);
    assert_eq!(tokens(flood.as_bytes(), Charset::Unicode).count(), 1 + 4996);
    check_tokens(flood.as_bytes(), Charset::Unicode);
}

#[test]
fn jamo_are_joined_into_syllables_and_escaped_elsewhere() {
    let syllable = "\u{1112}\u{1161}\u{11ab}";
    assert_eq!(pane(syllable), syllable);
    let token = tokens(syllable.as_bytes(), Charset::Unicode)
        .next()
        .unwrap();
    assert_eq!((token.width, token.source), (2, 0..9));
    assert_eq!(pane("a\u{1161}"), r"a⟦\u{1161}⟧");
    assert_eq!(pane("가\u{11a8}"), r"가⟦\u{11a8}⟧");
    assert_eq!(pane("\u{1112}\n\u{1161}"), "\u{1112}⟦␊⟧⟦\\u{1161}⟧");
    let flood = "\u{1100}".to_owned() + &"\u{1161}".repeat(5);
    assert_eq!(
        pane(flood),
        "\u{1100}\u{1161}\u{1161}\u{1161}\u{1161}⟦\\u{1161}⟧"
    );
}

#[test]
fn what_changes_an_emoji_is_folded_into_one_mark_on_the_screen_only() {
    assert_eq!(pane("❤\u{fe0f}!"), "❤⟦·⟧!");
    assert_eq!(pane("👍🏽"), "👍⟦·⟧");
    assert_eq!(pane("☝\u{1f3fd}\u{fe0f}"), r"☝⟦·⟧⟦\u{fe0f}⟧");
    assert_eq!(pane("⌚\u{fe0e}"), "⌚⟦·⟧");
    assert_eq!(pane("👩🏽\u{200d}💻"), r"👩⟦·⟧⟦\u{200d}⟧💻");
    assert_eq!(
        pane("👨\u{200d}👩\u{200d}👧"),
        r"👨⟦\u{200d}⟧👩⟦\u{200d}⟧👧"
    );
    let covered = tokens("❤\u{fe0f}".as_bytes(), Charset::Unicode)
        .last()
        .unwrap();
    assert_eq!((covered.shown, covered.source), (Shown::Sign("·"), 3..6));
    for (text, why) in [
        ("a\u{fe0f}", "a letter"),
        ("1\u{fe0f}", "a digit, for a keycap"),
        ("日\u{fe0f}", "an ideograph"),
        ("❤\n\u{fe0f}", "not right after it"),
        ("🏽\u{1f3fd}", "skin alone"),
        ("❤\u{301}\u{fe0f}", "not right after it"),
    ] {
        assert!(!pane(text).contains('·'), "{why}: {}", pane(text));
    }
    assert_eq!(
        one_line_string("❤\u{fe0f}👍🏽".as_bytes()),
        r"❤\u{fe0f}👍\u{1f3fd}"
    );
}

#[test]
fn flags_are_whole_and_never_join_with_a_third_half() {
    assert_eq!(pane("🇩🇪🇫"), r"🇩🇪⟦\u{1f1eb}⟧");
    assert_eq!(pane("🇩\u{301}🇪"), r"⟦\u{1f1e9}⟧⟦\u{301}⟧⟦\u{1f1ea}⟧");
    assert_eq!(pane("🇩a🇪🇫"), r"⟦\u{1f1e9}⟧a🇪🇫");
    assert!(tokens("🇩🇪🇫🇷".as_bytes(), Charset::Unicode).all(|token| token.width == 2));
}

#[test]
fn one_line_doubles_backslashes_and_keeps_to_one_line() {
    assert_eq!(one_line_string(br"C:\new\\"), r"C:\\new\\\\");
    assert_eq!(one_line_string(b"a\r\nb\tc\x00\xff"), r"a\r\nb\tc\x00\xff");
    assert_eq!(one_line_string(b""), "");
}

#[test]
fn safe_text_is_borrowed_when_it_is_clean() {
    for clean in ["", "localhost", r"C:\temp", "größe.txt", "日本"] {
        assert!(matches!(safe(clean), std::borrow::Cow::Borrowed(_)));
    }
    assert_eq!(
        safe("a\\b\r\n\u{1b}]0;x\u{7}\u{202e}"),
        r"a\b\r\n\x1b]0;x\x07\u{202e}"
    );
}

#[test]
fn a_mark_on_a_backslash_stays_on_it() {
    assert_eq!(one_line_string("\\\u{301}a".as_bytes()), "\\\\\u{301}a");
    assert_eq!(one_line_string("a\\\u{301}".as_bytes()), "a\\\\\u{301}");
}
