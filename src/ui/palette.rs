//! The list of all actions, with what was typed to find one above it.

use ratatui::layout::{Position, Rect};

use super::overlay::page;
use super::paint::Painter;
use super::theme::Role;
use super::typed;
use crate::app::App;
use crate::app::keymap::{Action, Context};
use crate::app::layout;
use crate::app::palette::Palette;
use crate::app::spot::Spot;

/// Draws the list. Returns where the cursor of its line is.
pub fn draw(app: &App, palette: &Palette, painter: &mut Painter, screen: Rect) -> Option<Position> {
    let items = app.palette_items(palette);
    let height = layout::palette_rows(app.size);
    // It does not shrink while one types: that would move what one reads.
    let area = layout::page(screen, height + 2);
    let key = app.key_name(Context::Palette, Action::Choose);
    let last = format!("{key} do it   Esc back");
    let body = page(painter, area, "all actions", &last);
    let x = painter.text(body.x, body.y, ":", Role::Key, 1) + 1;
    let line = Rect {
        x,
        width: body.right().saturating_sub(x),
        height: 1,
        ..body
    };
    let cursor = typed::draw(painter, palette.line.area(), line);
    if items.is_empty() {
        painter.words(
            body.x,
            body.y + 2,
            "no action is called that",
            Role::Quiet,
            body.width,
        );
    }
    let keys = items.iter().map(|item| item.keys.chars().count()).max();
    let column = (keys.unwrap_or(0) as u16).min(body.width / 4);
    let top = palette.top(items.len(), height);
    for (y, (n, item)) in (body.y + 2..body.bottom()).zip(items.iter().enumerate().skip(top)) {
        let row = Rect {
            y,
            height: 1,
            ..body
        };
        let chosen = n == palette.chosen;
        if chosen {
            painter.style(row, painter.theme.style(Role::Cursor));
        }
        let able = item.why_not.is_none();
        let role = |role| match (chosen, able) {
            (true, _) => Role::Cursor,
            (false, true) => role,
            (false, false) => Role::Quiet,
        };
        painter.spot(row, Spot::Choice(n));
        painter.right(row.x, row.x + column, y, &item.keys, role(Role::Key));
        let x = row.x + column + 2;
        // Why not matters more than the last words of what.
        let why = item.why_not.as_deref().unwrap_or_default();
        let reason = painter.right(x, row.right(), y, why, role(Role::Quiet));
        let gap = if why.is_empty() { 0 } else { 2 };
        let room = reason.saturating_sub(x + gap);
        painter.words(x, y, item.words, role(Role::Plain), room);
    }
    cursor
}
