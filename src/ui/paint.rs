//! Writing into cells: texts with a role, rules with titles, right-aligned columns. Everything is
//! clipped to what is given; nothing here can write outside the canvas.

use std::borrow::Cow;

use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr;

use super::canvas::{Canvas, Extent, Key};
use super::theme::{Role, Theme};
use crate::app::entry::Piece;
use crate::app::spot::{Spot, Spots};
use crate::wire::text::spelled;

/// A canvas and the theme to paint it with.
pub struct Painter<'a> {
    /// The cells.
    pub canvas: &'a mut Canvas,
    /// The looks.
    pub theme: Theme,
    /// What can be clicked so far.
    pub spots: Spots,
}

impl<'a> Painter<'a> {
    /// A painter for a canvas.
    pub fn new(canvas: &'a mut Canvas, theme: Theme) -> Painter<'a> {
        let spots = Spots::default();
        Painter {
            canvas,
            theme,
            spots,
        }
    }

    /// Notes that what stands in an area can be clicked.
    pub fn spot(&mut self, area: Rect, spot: Spot) {
        self.spots.push(area.intersection(self.canvas.area()), spot);
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
        if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return self.canvas.text(x, y, text, style, width);
        }
        let text = self.spelled(text);
        self.canvas.text(x, y, &text, style, width)
    }

    /// Gives the cells of an area a style, and leaves what stands in them.
    pub fn style(&mut self, area: Rect, style: Style) {
        self.canvas.style(area, style);
    }

    /// Draws an entry of a list at the top of an area: as it is shown, where that is known.
    pub fn strip(
        &mut self,
        key: Key,
        area: Rect,
        draw: impl FnOnce(&mut Painter) -> Extent,
    ) -> Extent {
        let known = self.canvas.recall(key, area);
        let extent = match known {
            // Every test finds out what the key leaves out.
            Some(known) if cfg!(debug_assertions) => {
                self.draw_again(area, known, draw);
                known
            }
            Some(known) => known,
            None => {
                self.clear_in_part(area);
                draw(self)
            }
        };
        if known.is_some() && extent.step > extent.height {
            let gap = Rect {
                y: area.y.saturating_add(extent.height),
                height: extent.step - extent.height,
                ..area
            };
            self.clear_in_part(gap.intersection(area));
        }
        self.canvas.keep(key, area, extent);
        extent
    }

    /// Draws over what was drawn from memory, and looks whether that was right.
    fn draw_again(&mut self, area: Rect, known: Extent, draw: impl FnOnce(&mut Painter) -> Extent) {
        let mut area = area;
        if self.canvas.is_part() {
            // What is below stands there from the last frame.
            area.height = area.height.min(known.height);
        }
        let from_memory = self.canvas.copy(area);
        self.clear(area);
        assert_eq!(
            draw(self),
            known,
            "an entry that is known takes the same rows"
        );
        self.canvas.settle(area);
        let drawn = self.canvas.copy(area);
        assert!(
            drawn == from_memory,
            "an entry that is known looks the same"
        );
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

    /// A horizontal rule over a whole row.
    pub fn rule(&mut self, row: Rect) {
        let row = Rect { height: 1, ..row };
        let style = self.theme.style(Role::Rule);
        self.canvas.fill(row, self.theme.rule(), style);
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

    /// Clears an area to the ground, unless all of the frame was cleared.
    pub fn clear_in_part(&mut self, area: Rect) {
        if self.canvas.is_part() {
            self.clear(area);
        }
    }

    /// Clears an area to the ground.
    pub fn clear(&mut self, area: Rect) {
        self.canvas.clear(area, self.theme.style(Role::Plain));
    }
}
