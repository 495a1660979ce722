//! Text that is being typed: a text area as cells, without its own cursor. What is typed or pasted
//! may hold characters that a terminal would obey or hide; each shows as one mark, and stays in the
//! text as it is.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::Widget as _;
use tui_textarea::{CursorMove, TextArea};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr};

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

/// The whole text where it is one plain line with room behind it, as most are: the widget would take
/// a good part of a frame's time to draw it no differently.
fn short_line<'a>(area: &'a TextArea<'_>, rect: Rect) -> Option<&'a str> {
    let [line] = area.lines() else { return None };
    let is_plain = |c: char| c != HIDDEN && c.width().is_some_and(|width| width > 0);
    let fits = area.scroll_offset() == (0, 0) && line.width() < rect.width.into();
    (fits && line.chars().all(is_plain)).then_some(line)
}

/// Draws a text area as its widget does.
fn draw_widget(painter: &mut Painter, area: &TextArea<'_>, rect: Rect) {
    let mut cells = Buffer::empty(rect);
    area.render(rect, &mut cells);
    // The widget draws its own cursor by a style; the real one is used instead, so take text only.
    for y in rect.top()..rect.bottom() {
        for x in rect.left()..rect.right() {
            let symbol = cells[(x, y)].symbol();
            if symbol.starts_with(HIDDEN) {
                painter.text(x, y, painter.theme.either("·", "?"), Role::Token, 1);
            } else {
                painter.canvas.put_symbol(x, y, symbol);
            }
        }
    }
}

/// Draws a text area. Returns where its cursor is.
pub fn draw(painter: &mut Painter, area: &TextArea<'_>, rect: Rect) -> Option<Position> {
    let rect = rect.intersection(painter.canvas.area());
    if rect.is_empty() {
        return None;
    }
    painter.style(rect, painter.theme.style(Role::Plain));
    let masked = masked_area(area, painter.theme.charset);
    let area = masked.as_ref().unwrap_or(area);
    if let Some(line) = short_line(area, rect) {
        painter.text(rect.x, rect.y, line, Role::Plain, rect.width);
    } else {
        draw_widget(painter, area, rect);
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

#[cfg(test)]
mod tests {
    use ratatui::layout::Size;

    use super::*;
    use crate::model::launch::ThemeName;
    use crate::ui::canvas::Canvas;
    use crate::ui::theme::Theme;

    #[test]
    fn a_short_line_is_drawn_as_the_widget_does() {
        let size = Size::new(12, 2);
        let rect = Rect::new(1, 0, 11, 2);
        let theme = Theme::new(ThemeName::Dark, Charset::Unicode);
        let texts = [
            "",
            "hello",
            " a b ",
            "日本語",
            "e\u{301}",
            "🇩🇪 x",
            "👩\u{200d}👧",
            "0123456789",
            "01234567890",
            "a\tb",
            "a\x1bb",
            "❤\u{fe0f}",
        ];
        let mut short = 0;
        for text in texts {
            for back in 0..3 {
                let mut area = TextArea::new(vec![text.to_owned()]);
                area.move_cursor(CursorMove::End);
                (0..back).for_each(|_| area.move_cursor(CursorMove::Back));
                short += usize::from(short_line(&area, rect).is_some());
                let draw = |drawing: &mut dyn FnMut(&mut Painter)| {
                    let mut canvas = Canvas::new(size);
                    canvas.begin(theme.style(Role::Plain));
                    drawing(&mut Painter::new(&mut canvas, theme));
                    canvas.end();
                    canvas.to_buffer()
                };
                let (mut before, mut after) = (None, None);
                let ours = draw(&mut |painter| before = super::draw(painter, &area, rect));
                let masked = masked_area(&area, Charset::Unicode);
                let shown = masked.as_ref().unwrap_or(&area);
                let theirs = draw(&mut |painter| draw_widget(painter, shown, rect));
                assert_eq!(ours, theirs, "{text:?}");
                draw(&mut |painter| after = super::draw(painter, &area, rect));
                assert_eq!(before, after, "{text:?}");
            }
        }
        assert!((15..36).contains(&short), "{short}");
    }
}
