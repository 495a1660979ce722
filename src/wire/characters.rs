//! What the tables of Unicode say of a character, as far as showing it goes. Decides nothing about
//! bytes or about what is shown instead.

use crate::wire::part::{part, well_formed};
use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_segmentation::GraphemeCursor;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How many cells a character takes by itself.
pub(super) fn cells(c: char) -> usize {
    c.width().unwrap_or(0)
}

/// Whether a character is never shown itself, wherever it stands: it has no glyph, changes how
/// others look, or could be taken for one of our marks.
pub(super) fn is_hidden(c: char) -> bool {
    match get_general_category(c) {
        GeneralCategory::Control
        | GeneralCategory::Format
        | GeneralCategory::Surrogate
        | GeneralCategory::PrivateUse
        | GeneralCategory::Unassigned
        | GeneralCategory::LineSeparator
        | GeneralCategory::ParagraphSeparator => true,
        GeneralCategory::SpaceSeparator => c != '\u{3000}',
        _ => matches!(
            c,
            // Variation selectors, and what acts as one
            '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' | '\u{180b}'..='\u{180f}'
            | '\u{34f}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{ff9e}' | '\u{ff9f}'
            // Letters and symbols without a glyph
            | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{2800}'
            | '\u{17b4}' | '\u{17b5}' | '\u{1d159}'
            // Stand for something that is not there
            | '\u{fffc}' | '\u{fffd}'
            // Our own marks
            | '\u{2400}'..='\u{2426}'
        ),
    }
}

/// Whether a character is drawn in cells of its own, whatever is before it.
pub(super) fn stands_alone(c: char) -> bool {
    let mut buffer = [b'a', 0, 0, 0, 0];
    let [_, after @ ..] = &mut buffer;
    let len = 1 + c.encode_utf8(after).len();
    cells(c) > 0 && is_boundary(well_formed(part(&buffer, ..len)), 1)
}

/// Whether a grapheme cluster ends at `offset`, which lies within `text` (UAX 29).
pub(super) fn is_boundary(text: &str, offset: usize) -> bool {
    // With the whole text at hand the cursor asks for no more of it.
    GraphemeCursor::new(offset, text.len(), true)
        .is_boundary(text, 0)
        .unwrap_or(true)
}

/// Whether a character only adds to the one before it.
pub(super) fn is_mark(c: char) -> bool {
    cells(c) == 0
        || matches!(
            get_general_category(c),
            GeneralCategory::NonspacingMark
                | GeneralCategory::EnclosingMark
                | GeneralCategory::SpacingMark
        )
}

/// Half a flag.
pub(super) fn is_regional_indicator(c: char) -> bool {
    matches!(c, '\u{1f1e6}'..='\u{1f1ff}')
}

/// A vowel or final of Hangul, drawn into the syllable that the jamo before it began.
pub(super) fn is_trailing_jamo(c: char) -> bool {
    matches!(c, '\u{1160}'..='\u{11ff}' | '\u{d7b0}'..='\u{d7ff}')
}

/// Any part of a Hangul syllable that is written by its parts.
pub(super) fn is_jamo(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{115f}' | '\u{a960}'..='\u{a97c}') || is_trailing_jamo(c)
}

/// Variation selectors 15 and 16, and the skin tones.
pub(super) fn changes_emoji(c: char) -> bool {
    is_emoji_variation(c) || matches!(c, '\u{1f3fb}'..='\u{1f3ff}')
}

fn is_emoji_variation(c: char) -> bool {
    matches!(c, '\u{fe0e}' | '\u{fe0f}')
}

/// Whether `change`, which [`changes_emoji`], does so to `c`: the two are an emoji sequence
/// (UTS 51 §1.4), told by its width. Digits, as in keycaps, do not count.
pub(super) fn is_emoji_sequence(c: char, change: char) -> bool {
    let width_with = |change: char| [c, change].iter().collect::<String>().width();
    match cells(c) {
        _ if c.is_ascii() => false,
        // Plain text becomes a picture, twice as wide, or a picture becomes plain text.
        1 if is_emoji_variation(change) => width_with('\u{fe0f}') == 2,
        _ if is_emoji_variation(change) => width_with('\u{fe0e}') == 1,
        _ => width_with(change) == 2,
    }
}
