//! What stands in front: help, one entry whole, a card, a question.

use ratatui::layout::{Position, Rect};
use unicode_width::UnicodeWidthStr as _;

use super::editor;
use super::log::{self, Since};
use super::paint::Painter;
use super::theme::Role;
use super::{palette, prompt};
use crate::app::App;
use crate::app::copy::{Copying, What};
use crate::app::entry::{self, Form, Payload};
use crate::app::http::spell;
use crate::app::keymap::{Action, Binding, Context};
use crate::app::layout;
use crate::app::overlay::{EntryRows, Overlay, Question, entry_title, help_column, help_lines};
use crate::app::scroll::{Motion, Rows as _, Scroll};
use crate::app::spot::Spot;
use crate::app::views::TimeColumn;
use crate::app::why::cards::{Card, TEXT_AT};
use crate::model::event::Event;
use crate::model::size::Size;
use crate::model::spec::{Protocol, Side};
use crate::wire::{hex, rows};

/// Draws one overlay. Returns where the cursor belongs when text is typed in it.
pub fn draw(app: &App, overlay: &Overlay, painter: &mut Painter, screen: Rect) -> Option<Position> {
    match overlay {
        Overlay::Help { context, from } => help(app, *context, *from, painter, screen),
        Overlay::Entry {
            event,
            protocol,
            side,
            scroll,
        } => entry(app, painter, screen, event, (*protocol, *side), *scroll),
        Overlay::Card { card, from } => explain(app, card, *from, painter, screen),
        Overlay::Editor(editor) => return editor::draw(app, editor, painter, screen),
        Overlay::Copy(menu) => copy(app, menu, painter, screen),
        Overlay::Question(question) => ask(app, question, painter, screen),
        Overlay::Prompt(prompt) => return prompt::draw(app, prompt, painter, screen),
        Overlay::Palette(palette) => return palette::draw(app, palette, painter, screen),
    }
    None
}

/// A page with a title and a last line, on its own ground. Returns the area of its content.
pub fn page(painter: &mut Painter, area: Rect, title: &str, last: &str) -> Rect {
    painter.clear(area);
    painter.spot(area, Spot::Page);
    let bottom = Rect {
        y: area.bottom().saturating_sub(1),
        height: 1,
        ..area
    };
    painter.title(Rect { height: 1, ..area }, title, true);
    painter.rule(bottom);
    painter.on_rule(
        bottom.x + 1,
        bottom.right().saturating_sub(2),
        bottom.y,
        last,
        Role::Quiet,
    );
    let end = bottom.right().saturating_sub(3);
    key_spots(painter, (bottom.x, end), bottom.y, last);
    let (left, right) = (area.x, area.right().saturating_sub(1));
    let wall = painter.theme.vertical();
    for y in area.y + 1..bottom.y {
        painter.text(left, y, wall, Role::Rule, 1);
        painter.text(right, y, wall, Role::Rule, 1);
    }
    let corners = [
        (left, area.y, "╭"),
        (right, area.y, "╮"),
        (left, bottom.y, "╰"),
        (right, bottom.y, "╯"),
    ];
    for (x, y, corner) in corners {
        painter.text(x, y, painter.theme.either(corner, "+"), Role::Rule, 1);
    }
    layout::page_body(area)
}

/// The keys that the last line of a page or a prompt names, which ends in front of column `end`.
pub fn key_spots(painter: &mut Painter, (from, end): (u16, u16), y: u16, words: &str) {
    let mut end = end;
    for key in words.rsplit("   ") {
        let start = end.saturating_sub(key.width() as u16).max(from);
        let action = match key.split_once(' ') {
            Some((_, "close")) => Some(Action::Close),
            Some((_, "all keys")) => Some(Action::Help),
            Some((_, "more")) => Some(Action::Scroll(Motion::PageDown)),
            Some((_, "do it")) => Some(Action::Choose),
            Some((_, "keep")) => Some(Action::Keep),
            Some((_, "back")) => Some(Action::Drop),
            _ => None,
        };
        if let Some(action) = action {
            painter.spot_in_row((start, end), y, Spot::Action(action));
        }
        end = start.saturating_sub(3);
    }
}

fn time_of(app: &App, event: &Event) -> String {
    let since = Since {
        start: event.at,
        before: None,
    };
    log::clock(app, event.at, TimeColumn::Clock, since)
}

/// What the last line of a page says of a list: whether there is more below.
fn last_words(app: &App, from: usize, height: u16, rows: usize, keys: &str) -> String {
    if from + usize::from(height) < rows {
        let more = Action::Scroll(Motion::PageDown);
        format!("{} more   {keys}", app.key_name(app.context(), more))
    } else {
        keys.to_owned()
    }
}

fn help(app: &App, context: Option<Context>, from: usize, painter: &mut Painter, screen: Rect) {
    let lines = help_lines(
        &app.keymap,
        context,
        layout::page_width(screen),
        app.charset(),
    );
    let area = layout::page(screen, lines.len());
    let (title, keys) = if context.is_some() {
        let all = app.key_name(Context::HelpPage, Action::Help);
        ("help for this pane", format!("{all} all keys   Esc close"))
    } else {
        ("all keys", "Esc close".to_owned())
    };
    let height = layout::page_body(area).height;
    let from = from.min(lines.len().saturating_sub(height.into()));
    let last = last_words(app, from, height, lines.len(), &keys);
    let body = page(painter, area, title, &last);
    let column = help_column(&lines);
    for (y, line) in (body.top()..body.bottom()).zip(lines.iter().skip(from)) {
        if line.is_title {
            painter.text(body.x, y, &line.words, Role::Focus, body.width);
            continue;
        }
        painter.right(body.x, body.x + column, y, &line.keys, Role::Key);
        let x = body.x + column + 2;
        let room = body.right().saturating_sub(x);
        painter.text(x, y, &line.words, Role::Plain, room);
    }
}

fn explain(app: &App, card: &Card, from: usize, painter: &mut Painter, screen: Rect) {
    let rows = card.rows(layout::page_width(screen), app.charset());
    let area = layout::page(screen, rows.len());
    let height = layout::page_body(area).height;
    let from = from.min(rows.len().saturating_sub(height.into()));
    let last = last_words(app, from, height, rows.len(), "Esc close");
    let body = page(painter, area, &card.title, &last);
    for (y, row) in (body.top()..body.bottom()).zip(rows.iter().skip(from)) {
        let role = match row.label {
            "try" => Role::Key,
            _ => Role::Quiet,
        };
        painter.text(body.x, y, row.label, role, body.width);
        let x = body.x + TEXT_AT;
        let room = body.right().saturating_sub(x);
        painter.text(x, y, &row.text, Role::Plain, room);
    }
}

fn entry(
    app: &App,
    painter: &mut Painter,
    screen: Rect,
    event: &Event,
    (protocol, side): (Protocol, Side),
    scroll: Scroll,
) {
    let title = format!(
        "{}  {}",
        time_of(app, event),
        entry_title(event, protocol, side)
    );
    let Some(data) = event.kind.data() else {
        let width = layout::page_width(screen);
        let form = Form {
            protocol,
            side,
            width,
            words_width: width,
            whole_width: width,
            payload: Payload::Wrapped,
            charset: app.charset(),
        };
        let lines = entry::lines(event, form, 0, usize::from(u16::MAX), None);
        let title = format!("{}  {}", time_of(app, event), event.kind.word());
        let body = page(
            painter,
            layout::page(screen, lines.len()),
            &title,
            "Esc close",
        );
        for (y, line) in (body.top()..body.bottom()).zip(lines) {
            painter.pieces(body.x, body.right(), y, &line.pieces, 0);
        }
        return;
    };
    let columns = layout::hex_columns(screen);
    let rows = EntryRows::of(event, columns);
    let area = layout::page(screen, rows.0.max(1));
    let height = layout::page_body(area).height;
    let (top, _) = scroll.top(&rows, height.into());
    let last = last_words(app, top as usize, height, rows.0, "Esc close");
    let body = page(painter, area, &title, &last);
    let shown = hex::rows(data, columns).skip(top as usize);
    for (y, row) in (body.top()..body.bottom()).zip(shown) {
        let x = painter.text(
            body.x,
            y,
            &format!("{:08x}  ", row.offset),
            Role::Quiet,
            body.width,
        );
        let room = |x: u16| body.right().saturating_sub(x);
        painter.text(x, y, &row.hex(), Role::Plain, room(x));
        let x = x + hex::hex_width(columns) + 2;
        painter.text(x, y, &row.ascii(), Role::Quiet, room(x));
    }
    if rows.end() == 0 {
        painter.text(body.x, body.y, "no bytes", Role::Quiet, body.width);
    }
}

/// What can be copied, each with its key; what cannot be is dim and says why.
fn copy(app: &App, menu: &Copying, painter: &mut Painter, screen: Rect) {
    let rows: Vec<(&Binding, What)> = app
        .keymap
        .rows(Context::CopyMenu)
        .filter_map(|row| match row.action {
            Action::Copy(what) => Some((row, what)),
            _ => None,
        })
        .collect();
    let widths = rows
        .iter()
        .map(|(row, _)| row.key_names(app.charset()).width());
    let column = widths.max().unwrap_or(0) as u16;
    let title = format!("copy: {}", spell(&menu.title, app.charset()));
    let area = layout::page(screen, rows.len());
    let body = page(painter, area, &title, "Esc close");
    for (y, (row, what)) in (body.top()..body.bottom()).zip(rows) {
        let refusal = menu.refusal(what);
        let (key, role) = match refusal {
            None => (Role::Key, Role::Plain),
            Some(_) => (Role::Quiet, Role::Quiet),
        };
        let names = row.key_names(app.charset());
        painter.text(body.x, y, &names, key, body.width);
        let words = refusal.map_or_else(
            || row.help.to_owned(),
            |why| format!("{}: {why}", what.word()),
        );
        let x = body.x + column + 2;
        painter.words(x, y, &words, role, body.right().saturating_sub(x));
        let row_area = Rect {
            y,
            height: 1,
            ..body
        };
        painter.spot(row_area, Spot::Action(row.action));
    }
}

fn ask(app: &App, question: &Question, painter: &mut Painter, screen: Rect) {
    let (title, words) = match question {
        Question::Quit { running: 0 } => ("quit?", "Nothing is running.".to_owned()),
        Question::Quit { running } => {
            let what = if *running == 1 {
                "One session runs".to_owned()
            } else {
                format!("{running} sessions run")
            };
            (
                "quit?",
                format!("{what}. Quitting closes the connections in order."),
            )
        }
        Question::Paste { text } => {
            let size = Size(text.len() as u64);
            let lines = text.lines().count();
            (
                "a large paste",
                format!("Put {size} ({lines} lines) into the box as one message?"),
            )
        }
    };
    let lines = rows::words(&words, layout::page_width(screen), app.charset());
    let area = layout::page(screen, lines.len() + 2);
    let body = page(painter, area, title, "");
    for (y, line) in (body.top()..).zip(&lines) {
        painter.text(body.x, y, line, Role::Plain, body.width);
    }
    let y = body.y + lines.len() as u16 + 1;
    let mut x = body.x;
    for hint in app.footer() {
        let start = x;
        x = painter.text(x, y, &hint.key, Role::Key, body.right().saturating_sub(x)) + 1;
        x = painter.text(x, y, hint.word, Role::Plain, body.right().saturating_sub(x));
        painter.spot_in_row((start, x), y, Spot::Action(hint.action));
        x += 4;
    }
}
