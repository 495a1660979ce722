//! Writing into cells: texts with a role, rules with titles, right-aligned columns. Everything is
//! clipped to what is given; nothing here can write outside the buffer.

use std::borrow::Cow;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr;

use super::theme::{Role, Theme};
use crate::app::entry::Piece;
use crate::app::spot::{Spot, Spots};
use crate::wire::text::spelled;

/// A buffer and the theme to paint it with.
pub struct Painter<'a> {
    /// The cells.
    pub buffer: &'a mut Buffer,
    /// The looks.
    pub theme: Theme,
    /// What can be clicked so far.
    pub spots: Spots,
}

impl<'a> Painter<'a> {
    /// A painter for a buffer.
    pub fn new(buffer: &'a mut Buffer, theme: Theme) -> Painter<'a> {
        let spots = Spots::default();
        Painter {
            buffer,
            theme,
            spots,
        }
    }

    /// Notes that what stands in an area can be clicked.
    pub fn spot(&mut self, area: Rect, spot: Spot) {
        self.spots.push(area.intersection(self.buffer.area), spot);
    }

    /// Notes that what stands in row `y` from column `x` up to `end` can be clicked.
    pub fn spot_in_row(&mut self, (x, end): (u16, u16), y: u16, spot: Spot) {
        self.spot(Rect::new(x, y, end.saturating_sub(x), 1), spot);
    }

    /// The text in the characters that may be shown, whoever brought it.
    fn spelled<'t>(&self, text: &'t str) -> Cow<'t, str> {
        spelled(text, self.theme.charset)
    }

    /// Writes a text of at most `width` cells. Returns the column behind it.
    pub fn styled(&mut self, x: u16, y: u16, text: &str, style: Style, width: u16) -> u16 {
        let area = self.buffer.area;
        if y < area.top() || y >= area.bottom() || x < area.left() || x >= area.right() {
            return x;
        }
        if !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            let text = self.spelled(text);
            return self.buffer.set_stringn(x, y, text, width.into(), style).0;
        }
        // Most text is of this kind. To look for clusters in it would be half of the work of a frame.
        let cells = self.cells(Rect::new(x, y, width, 1));
        let written = cells.zip(text.chars()).map(|(cell, c)| {
            cell.set_char(c).set_style(style);
        });
        x + written.count() as u16
    }

    /// The cells of an area, row by row.
    fn cells(&mut self, area: Rect) -> impl Iterator<Item = &mut Cell> {
        let whole = self.buffer.area;
        let area = area.intersection(whole);
        let columns =
            usize::from(area.left() - whole.left())..usize::from(area.right() - whole.left());
        let rows = self
            .buffer
            .content
            .chunks_exact_mut(whole.width.max(1).into());
        let above = area.top().saturating_sub(whole.top());
        let rows = rows.skip(above.into()).take(area.height.into());
        rows.flat_map(move |row| &mut row[columns.clone()])
    }

    /// Gives the cells of an area a style, and leaves what stands in them.
    pub fn style(&mut self, area: Rect, style: Style) {
        self.cells(area).for_each(|cell| {
            cell.set_style(style);
        });
    }

    /// Writes a text of at most `width` cells in a role. Returns the column behind it.
    pub fn text(&mut self, x: u16, y: u16, text: &str, role: Role, width: u16) -> u16 {
        self.styled(x, y, text, self.theme.style(role), width)
    }

    /// Writes words of at most `width` cells in a role; what is cut off is told by an ellipsis.
    /// Returns the column behind them.
    pub fn words(&mut self, x: u16, y: u16, text: &str, role: Role, width: u16) -> u16 {
        let text = self.spelled(text);
        let end = self.text(x, y, &text, role, width);
        if text.width() > width.into() && end > x {
            let ellipsis = self.theme.either("…", "~");
            self.text(end - 1, y, ellipsis, role, 1);
        }
        end
    }

    /// Writes a text in front of column `right`. Returns the column where it begins; nothing is
    /// written when it does not fit behind `left`.
    pub fn right(&mut self, left: u16, right: u16, y: u16, text: &str, role: Role) -> u16 {
        let text = self.spelled(text);
        let width = text.width() as u16;
        match right.checked_sub(width).filter(|x| *x >= left) {
            Some(x) => {
                self.text(x, y, &text, role, width);
                x
            }
            None => right,
        }
    }

    /// Writes pieces of text up to column `right`, without the first `across` cells; a mark at an
    /// edge says that there is more. Returns the column behind them.
    pub fn pieces(&mut self, x: u16, right: u16, y: u16, pieces: &[Piece], across: u16) -> u16 {
        let mut at = x;
        let mut skip = usize::from(across);
        for piece in pieces {
            let style = self.theme.piece(piece.tone, piece.found);
            let mut text = piece.text.as_str();
            while skip > 0 && !text.is_empty() {
                let first = text.graphemes(true).next().unwrap_or(text);
                skip = skip.saturating_sub(first.width());
                text = &text[first.len()..];
            }
            let room = right.saturating_sub(at);
            at = self.styled(at, y, text, style, room);
            if text.width() > usize::from(room) && right > x {
                self.text(right - 1, y, self.theme.either("›", ">"), Role::Quiet, 1);
                return right;
            }
        }
        if across > 0 && !pieces.is_empty() {
            self.text(x, y, self.theme.either("‹", "<"), Role::Quiet, 1);
        }
        at
    }

    /// Changes the cells of an area.
    pub fn change(&mut self, area: Rect, change: impl FnMut(&mut Cell)) {
        self.cells(area).for_each(change);
    }

    /// A horizontal rule over a whole row.
    pub fn rule(&mut self, row: Rect) {
        let (line, style) = (self.theme.rule(), self.theme.style(Role::Rule));
        let row = Rect { height: 1, ..row };
        self.change(row, |cell| {
            cell.set_symbol(line).set_style(style);
        });
    }

    /// A rule with a title at its left. Returns the columns that are still free.
    pub fn title(&mut self, row: Rect, title: &str, focused: bool) -> (u16, u16) {
        self.rule(row);
        let role = if focused { Role::Focus } else { Role::Quiet };
        let start = row.x + 1;
        let mark = if focused {
            self.theme.either("▌", ">")
        } else {
            " "
        };
        let x = self.text(start, row.y, mark, Role::Key, 1);
        let x = self.text(x, row.y, title, role, row.right().saturating_sub(x + 1));
        let x = self.text(x, row.y, " ", role, row.right().saturating_sub(x));
        (x, row.right().saturating_sub(2))
    }

    /// A word at the right end of a rule, in front of column `right`. Returns where it begins.
    pub fn on_rule(&mut self, left: u16, right: u16, y: u16, text: &str, role: Role) -> u16 {
        if text.is_empty() {
            return right;
        }
        self.right(left, right, y, &format!(" {text} "), role)
    }

    /// Clears an area to the ground.
    pub fn clear(&mut self, area: Rect) {
        let style = self.theme.style(Role::Plain);
        self.change(area, |cell| {
            cell.reset();
            cell.set_style(style);
        });
    }
}
