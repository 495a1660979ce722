//! The form of a side: labels, values, errors at their fields.

use ratatui::layout::{Position, Rect};
use unicode_width::UnicodeWidthStr;

use super::paint::Painter;
use super::panes::{has_keys, text_area};
use super::theme::Role;
use crate::app::App;
use crate::app::form::{Field, Name, Value};
use crate::app::layout::{Place, inset};
use crate::app::tab::{Mode, Pane};
use crate::model::spec::Side;
use crate::wire::text;

const LABEL_WIDTH: u16 = 11;
const VALUE_WIDTH: u16 = 13;

/// Draws the form. Returns where the cursor belongs when a field is edited.
pub fn draw(app: &App, side: Side, painter: &mut Painter, place: &Place) -> Option<Position> {
    let state = app.tab().get(side);
    let focused = has_keys(app, side, Pane::Form);
    let (left, right) = painter.title(place.rule, "settings", focused);
    let body = inset(place.body);
    let typing = focused && app.tab().mode == Mode::Type;
    let mut on_rule = (app.offers(side).to_owned(), Role::Key);
    let mut cursor = None;
    for (y, (field, current)) in (body.top()..body.bottom()).zip(state.form.visible()) {
        let row = Rect {
            y,
            height: 1,
            ..body
        };
        let (end, at) = draw_value(painter, field, row, current && focused);
        if current && typing {
            cursor = at;
        }
        let column = row.x + 2 + LABEL_WIDTH + VALUE_WIDTH + 2;
        let room = |x: u16| row.right().saturating_sub(x);
        if let Some(error) = &field.error {
            let words = format!("! {}", text::safe(error));
            let x = painter.text(end + 2, y, &words, Role::Error, room(end + 2));
            if words.width() > usize::from(x.saturating_sub(end + 2)) {
                on_rule = (words, Role::Error);
            }
        } else {
            let hint = if field.name == Name::Scene {
                state.form.scene_hint()
            } else {
                field.hint
            };
            let x = column.max(end + 2);
            // Half an explanation is none.
            if hint.width() <= room(x).into() {
                painter.text(x, y, hint, Role::Quiet, room(x));
            }
        }
    }
    if let Some(notice) = &state.notice {
        on_rule = (text::safe(&notice.text).into_owned(), Role::Warning);
    }
    painter.on_rule(left, right, place.rule.y, &on_rule.0, on_rule.1);
    cursor
}

/// Draws label and value. Returns the column behind the value, and where its cursor belongs.
fn draw_value(
    painter: &mut Painter,
    field: &Field,
    row: Rect,
    current: bool,
) -> (u16, Option<Position>) {
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
    match &field.value {
        Value::Text(area) => {
            let text_width = area.lines().iter().map(|line| line.width()).max();
            let text_width = u16::try_from(text_width.unwrap_or(0)).unwrap_or(u16::MAX);
            // A long value takes the room of its explanation, and one cell for the cursor.
            let width = VALUE_WIDTH.max(text_width.saturating_add(1)).min(room);
            let place = Rect {
                x,
                y: row.y,
                width,
                height: 1,
            };
            (x + text_width.min(room), text_area(painter, area, place))
        }
        Value::Choice { words, at } => {
            let end = draw_choice(painter, words, *at, x, row, current);
            let cursor = Position::new(x.min(row.right().saturating_sub(1)), row.y);
            (end, Some(cursor))
        }
    }
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
