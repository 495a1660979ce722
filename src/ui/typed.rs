//! Text that is being typed: a text area as cells, without its own cursor. What is typed or pasted
//! may hold characters that a terminal would obey or hide; each shows as one mark, and stays in the
//! text as it is.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::Widget as _;
use tui_textarea::{CursorMove, TextArea};
use unicode_width::UnicodeWidthStr;

use super::paint::Painter;
use super::theme::Role;
use crate::wire::text::{self, Charset, Kind};

/// Stands for a character that is not drawn itself. Of the private use area, so no text that is
/// drawn has it.
const HIDDEN: char = '\u{e000}';

/// The line with [`HIDDEN`] in place of every character that cannot be drawn; borrowed when all can.
fn masked(line: &str, charset: Charset) -> Cow<'_, str> {
    let tokens = text::tokens(line.as_bytes(), charset);
    let is_plain = |source: &str, kind: Kind| kind == Kind::Text || source == "\t";
    let part = |source: std::ops::Range<usize>| &line[source];
    if tokens
        .clone()
        .all(|token| is_plain(part(token.source.clone()), token.kind()))
    {
        return Cow::Borrowed(line);
    }
    let mut out = String::with_capacity(line.len());
    for token in tokens {
        let source = part(token.source.clone());
        if is_plain(source, token.kind()) {
            out.push_str(source);
        } else {
            out.extend(source.chars().map(|_| HIDDEN));
        }
    }
    Cow::Owned(out)
}

/// The area with what cannot be drawn masked, or nothing when it can be drawn as it is.
fn masked_area(area: &TextArea<'_>, charset: Charset) -> Option<TextArea<'static>> {
    let lines: Vec<Cow<str>> = area
        .lines()
        .iter()
        .map(|line| masked(line, charset))
        .collect();
    if lines.iter().all(|line| matches!(line, Cow::Borrowed(_))) {
        return None;
    }
    let mut shown = TextArea::new(lines.into_iter().map(Cow::into_owned).collect());
    shown.set_wrap_mode(area.wrap_mode());
    shown.set_cursor_line_style(area.cursor_line_style());
    let at = area.cursor();
    let clamp = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    shown.move_cursor(CursorMove::Jump(clamp(at.0), clamp(at.1)));
    Some(shown)
}

/// How many cells the longest line of an area takes.
pub fn width(area: &TextArea<'_>, charset: Charset) -> u16 {
    let lines = area.lines().iter();
    let widest = lines.map(|line| masked(line, charset).width()).max();
    u16::try_from(widest.unwrap_or(0)).unwrap_or(u16::MAX)
}

/// Draws a text area. Returns where its cursor is.
pub fn draw(painter: &mut Painter, area: &TextArea<'_>, rect: Rect) -> Option<Position> {
    let rect = rect.intersection(painter.canvas.area());
    if rect.is_empty() {
        return None;
    }
    let theme = painter.theme;
    painter.style(rect, theme.style(Role::Plain));
    let masked = masked_area(area, theme.charset);
    let area = masked.as_ref().unwrap_or(area);
    let mut cells = Buffer::empty(rect);
    area.render(rect, &mut cells);
    // The widget draws its own cursor by a style; the real one is used instead, so take text only.
    for y in rect.top()..rect.bottom() {
        for x in rect.left()..rect.right() {
            let symbol = cells[(x, y)].symbol();
            if symbol.starts_with(HIDDEN) {
                painter.text(x, y, theme.either("·", "?"), Role::Token, 1);
            } else {
                painter.canvas.put_symbol(x, y, symbol);
            }
        }
    }
    let cursor = area.screen_cursor();
    let (top, _) = area.scroll_offset();
    let y = rect.y + (cursor.row as u16).saturating_sub(top);
    let x = rect.x + (cursor.col as u16);
    Some(Position::new(
        x.min(rect.right() - 1),
        y.min(rect.bottom() - 1),
    ))
}
