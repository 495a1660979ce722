//! The form of a side: labels, values, errors at their fields.

use ratatui::layout::{Position, Rect};
use unicode_width::UnicodeWidthStr;

use super::paint::Painter;
use super::panes::{has_keys, text_area};
use super::theme::Role;
use crate::app::App;
use crate::app::form::{Field, Name, Value};
use crate::app::layout::{Place, inset};
use crate::app::side::SideState;
use crate::app::tab::{Mode, Pane};
use crate::model::spec::Side;

const LABEL_WIDTH: u16 = 12;
const VALUE_WIDTH: u16 = 16;

/// Draws the form. Returns where the cursor belongs when a field is edited.
pub fn draw(app: &App, side: Side, painter: &mut Painter, place: &Place) -> Option<Position> {
    let state = app.tab().get(side);
    let focused = has_keys(app, side, Pane::Form);
    let (left, right) = painter.title(place.rule, "settings", focused);
    let offers = app.offers(side);
    if let Some(notice) = &state.notice {
        painter.on_rule(left, right, place.rule.y, &notice.text, Role::Warning);
    } else {
        painter.on_rule(left, right, place.rule.y, offers, Role::Key);
    }
    let body = inset(place.body);
    let typing = focused && app.tab().mode == Mode::Type;
    let mut cursor = None;
    for (y, (field, current)) in (body.top()..body.bottom()).zip(state.form.visible()) {
        let row = Rect {
            y,
            height: 1,
            ..body
        };
        let at = draw_field(painter, state, field, row, current && focused);
        if current && typing {
            cursor = at;
        }
    }
    cursor
}

fn draw_field(
    painter: &mut Painter,
    state: &SideState,
    field: &Field,
    row: Rect,
    current: bool,
) -> Option<Position> {
    let mark = if current {
        painter.theme.either("▸", ">")
    } else {
        " "
    };
    let x = painter.text(row.x, row.y, mark, Role::Key, 1) + 1;
    let label = if current { Role::Focus } else { Role::Quiet };
    painter.text(x, row.y, field.label, label, LABEL_WIDTH);
    let x = x + LABEL_WIDTH;
    let room = row.right().saturating_sub(x);
    let width = VALUE_WIDTH.min(room);
    let mut end = x;
    let cursor = match &field.value {
        Value::Text(area) => {
            let text_width = area
                .lines()
                .iter()
                .map(|line| line.width() as u16 + 1)
                .max()
                .unwrap_or(1);
            // A long value takes the room of its explanation.
            let width = width.max(text_width).min(room);
            end += width;
            text_area(
                painter,
                area,
                Rect {
                    x,
                    y: row.y,
                    width,
                    height: 1,
                },
            )
        }
        Value::Choice { words, at } => {
            end = draw_choice(painter, words, *at, x, row, current);
            Some(Position::new(x.min(row.right().saturating_sub(1)), row.y))
        }
    };
    let x = (row.x + 2 + LABEL_WIDTH + VALUE_WIDTH + 2).max(end + 2);
    if x >= row.right() {
        return cursor;
    }
    let room = row.right() - x;
    match &field.error {
        Some(error) => painter.text(x, row.y, &format!("! {error}"), Role::Error, room),
        None if field.name == Name::Scene => {
            painter.text(x, row.y, state.form.scene_hint(), Role::Quiet, room)
        }
        None => painter.text(x, row.y, field.hint, Role::Quiet, room),
    };
    cursor
}

/// The words of a choice, the chosen one told by weight and arrows.
fn draw_choice(
    painter: &mut Painter,
    words: &[&str],
    at: usize,
    x: u16,
    row: Rect,
    current: bool,
) -> u16 {
    let (open, close) = (
        painter.theme.either("‹", "<"),
        painter.theme.either("›", ">"),
    );
    let word = words.get(at).copied().unwrap_or("");
    let role = if current { Role::Key } else { Role::Plain };
    let room = |x: u16| row.right().saturating_sub(x);
    if !current {
        return painter.text(x, row.y, word, role, room(x));
    }
    let x = painter.text(x, row.y, &format!("{open} "), Role::Quiet, room(x));
    let x = painter.text(x, row.y, word, role, room(x));
    painter.text(x, row.y, &format!(" {close}"), Role::Quiet, room(x))
}
