//! The form of a side: labels, values, errors at their fields.

use ratatui::layout::{Position, Rect};
use unicode_width::UnicodeWidthStr;

use super::paint::Painter;
use super::panes::has_keys;
use super::theme::Role;
use super::typed;
use crate::app::App;
use crate::app::form::{Field, Form, Value};
use crate::app::keymap::{Action, Context};
use crate::app::layout::{self, Place, VALUES_AT, inset};
use crate::app::spot::Spot;
use crate::app::tab::{Mode, Pane};
use crate::model::spec::Side;
use crate::wire::text;

const VALUE_WIDTH: u16 = 13;

/// Draws the form. Returns where the cursor belongs when a field is edited.
pub fn draw(app: &App, side: Side, painter: &mut Painter, place: &Place) -> Option<Position> {
    let state = app.tab().get(side);
    let focused = has_keys(app, side, Pane::Form);
    let (left, right) = painter.title(place.rule, "settings", focused);
    let body = inset(place.body);
    let typing = focused && app.tab().mode == Mode::Type;
    let errors = |field: &Field| layout::error_rows(field, place.body.width, app.charset());
    let rows = |field: &Field| 1 + errors(field).len() as u16;
    let mut y = body.y;
    let mut cursor = None;
    for (field, current) in shown_from_view(&state.form, body.height, rows) {
        if y >= body.bottom() {
            break;
        }
        let row = Rect {
            y,
            height: 1,
            ..body
        };
        painter.spot(row, Spot::Field(side, field.name));
        let (end, at) = draw_value(painter, field, row, current && focused);
        if matches!(field.value, Value::Choice { .. }) {
            let value = (row.x + VALUES_AT, end);
            painter.spot_in_row(value, y, Spot::Value(side, field.name));
        }
        if current && typing {
            cursor = at;
        }
        let hint = state.form.hint(field);
        let x = (row.x + VALUES_AT + VALUE_WIDTH + 2).max(end + 2);
        let room = row.right().saturating_sub(x);
        // Half an explanation is none.
        if hint.width() <= room.into() {
            painter.text(x, y, hint, Role::Quiet, room);
        }
        let x = row.x + VALUES_AT;
        for line in errors(field) {
            y += 1;
            if y < body.bottom() {
                painter.text(x, y, &line, Role::Error, row.right().saturating_sub(x));
            }
        }
        y += 1;
    }
    let y = place.rule.y;
    if let Some(notice) = &state.notice {
        painter.on_rule(left, right, y, &text::safe(&notice.text), Role::Warning);
    } else {
        let fits = |words: &&String| words.width() + 2 <= right.saturating_sub(left).into();
        if let Some(words) = app.offers(side).iter().find(fits) {
            let words = words.replace('·', painter.theme.either("·", "-"));
            let at = painter.on_rule(left, right, y, &words, Role::Key);
            offer_spots(app, painter, side, (at + 1, y), &words);
        }
    }
    cursor
}

/// Each offer, such as `w: wait`, does what its key does.
fn offer_spots(app: &App, painter: &mut Painter, side: Side, (x, y): (u16, u16), words: &str) {
    let between = painter.theme.either(" · ", " - ");
    let mut x = x;
    for offer in words.split(between) {
        let width = offer.width() as u16;
        let named = |action: &Action| {
            let key = app.key_name(Context::Form, *action);
            offer
                .strip_prefix(&key)
                .is_some_and(|rest| rest.starts_with(": "))
        };
        let others = [Action::WaitForServer, Action::NextPort];
        let action = others.into_iter().find(named).unwrap_or(Action::Start);
        painter.spot_in_row((x, x + width), y, Spot::In(side, Pane::Form, action));
        x += width + between.width() as u16;
    }
}

/// The fields that show, from the first on with which the focused one is in view.
fn shown_from_view(
    form: &Form,
    height: u16,
    rows: impl Fn(&Field) -> u16,
) -> impl Iterator<Item = (&Field, bool)> {
    let mut from = 0;
    let mut until: u16 = 0;
    for (n, (field, current)) in form.visible().enumerate() {
        until += rows(field);
        if current {
            let mut over = until.saturating_sub(height);
            for (above, _) in form.visible().take(n) {
                if over == 0 {
                    break;
                }
                over = over.saturating_sub(rows(above));
                from += 1;
            }
            break;
        }
    }
    form.visible().skip(from)
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
    painter.text(x, row.y, field.label, label, VALUES_AT);
    let x = row.x + VALUES_AT;
    let room = row.right().saturating_sub(x);
    match &field.value {
        Value::Text(area) => {
            let text_width = typed::width(area, painter.theme.charset);
            // A long value takes the room of its explanation, and one cell for the cursor.
            let width = VALUE_WIDTH.max(text_width.saturating_add(1)).min(room);
            let place = Rect {
                x,
                y: row.y,
                width,
                height: 1,
            };
            (x + text_width.min(room), typed::draw(painter, area, place))
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
