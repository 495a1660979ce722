//! What stands in front: help, one entry whole, a question.

use ratatui::layout::Rect;

use super::log;
use super::paint::Painter;
use super::theme::Role;
use crate::app::App;
use crate::app::entry::{self, Form};
use crate::app::keymap::{self, Binding, Context};
use crate::app::layout;
use crate::app::overlay::{EntryRows, Overlay, Question, entry_title};
use crate::app::scroll::{Rows as _, Scroll};
use crate::app::views::TimeColumn;
use crate::model::event::Event;
use crate::model::size::Size;
use crate::model::spec::{Protocol, Side};
use crate::wire::hex;

/// Draws one overlay.
pub fn draw(app: &App, overlay: &Overlay, painter: &mut Painter, screen: Rect) {
    match overlay {
        Overlay::Help { context, from } => help(app, *context, *from, painter, screen),
        Overlay::Entry {
            event,
            protocol,
            side,
            scroll,
        } => entry(app, painter, screen, event, (*protocol, *side), *scroll),
        Overlay::Question(question) => ask(app, question, painter, screen),
    }
}

/// A page with a title and a last line, on its own ground. Returns the area of its content.
fn page(painter: &mut Painter, area: Rect, title: &str, last: &str) -> Rect {
    painter.clear(area);
    let bottom = Rect {
        y: area.bottom().saturating_sub(1),
        height: 1,
        ..area
    };
    painter.title(Rect { height: 1, ..area }, title, true);
    painter.rule(bottom);
    painter.on_rule(
        bottom.x,
        bottom.right().saturating_sub(2),
        bottom.y,
        last,
        Role::Quiet,
    );
    let wall = painter.theme.vertical();
    for y in area.y + 1..bottom.y {
        painter.text(area.x, y, wall, Role::Rule, 1);
        painter.text(area.right().saturating_sub(1), y, wall, Role::Rule, 1);
    }
    layout::page_body(area)
}

/// The contexts of the whole help page, in their order.
const ALL: &[Context] = &[
    Context::Form,
    Context::Connections,
    Context::Log,
    Context::Box,
    Context::TypeBox,
    Context::TypeForm,
    Context::EntryPage,
    Context::Question,
];

fn help(app: &App, context: Option<Context>, from: usize, painter: &mut Painter, screen: Rect) {
    let contexts: Vec<Context> = context.map_or_else(|| ALL.to_vec(), |context| vec![context]);
    let mut lines: Vec<Option<&'static Binding>> = Vec::new();
    let mut titles = Vec::new();
    for context in contexts {
        titles.push((lines.len(), context));
        lines.push(None);
        lines.extend(keymap::rows(context).map(Some));
    }
    let area = layout::page(screen, lines.len());
    let title = if context.is_some() {
        "help for this pane"
    } else {
        "all keys"
    };
    let last = if context.is_some() {
        "? all keys   Esc close"
    } else {
        "Esc close"
    };
    let body = page(painter, area, title, last);
    let from = from.min(lines.len().saturating_sub(body.height.into()));
    for (y, n) in (body.top()..body.bottom()).zip(from..lines.len()) {
        if let Some(row) = lines[n] {
            let keys = keymap::names(row, app.charset());
            painter.right(body.x, body.x + 18, y, &keys, Role::Key);
            painter.text(
                body.x + 20,
                y,
                row.help,
                Role::Plain,
                body.width.saturating_sub(20),
            );
        } else if let Some((_, context)) = titles.iter().find(|(at, _)| *at == n) {
            painter.text(body.x, y, context.title(), Role::Focus, body.width);
        }
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
        log::clock(app, event, TimeColumn::Clock),
        entry_title(event, protocol, side)
    );
    let Some(data) = event.kind.data() else {
        let width = layout::page_body(layout::page(screen, 1)).width;
        let form = Form {
            protocol,
            side,
            width,
            words_width: width,
            charset: app.charset(),
        };
        let lines = entry::lines(event, form, 0, usize::from(u16::MAX));
        let title = format!(
            "{}  {}",
            log::clock(app, event, TimeColumn::Clock),
            event.kind.word()
        );
        let body = page(
            painter,
            layout::page(screen, lines.len()),
            &title,
            "Esc close",
        );
        for (y, line) in (body.top()..body.bottom()).zip(lines) {
            let mut x = body.x;
            for piece in line {
                let style = painter.theme.tone(piece.tone);
                x = painter.styled(x, y, &piece.text, style, body.right().saturating_sub(x));
            }
        }
        return;
    };
    let rows = EntryRows::of(event);
    let body = page(
        painter,
        layout::page(screen, rows.0.max(1)),
        &title,
        "Esc close",
    );
    let (top, _) = scroll.top(&rows, body.height.into());
    let shown = hex::rows(data).skip(top as usize);
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
        let x = x + hex::HEX_WIDTH + 2;
        painter.text(x, y, &row.ascii(), Role::Quiet, room(x));
    }
    if rows.end() == 0 {
        painter.text(body.x, body.y, "no bytes", Role::Quiet, body.width);
    }
}

fn ask(app: &App, question: &Question, painter: &mut Painter, screen: Rect) {
    let (title, lines) = match question {
        Question::Quit { running: 0 } => ("quit?", vec!["Nothing is running.".to_owned()]),
        Question::Quit { running } => {
            let what = if *running == 1 {
                "One session runs".to_owned()
            } else {
                format!("{running} sessions run")
            };
            (
                "quit?",
                vec![format!("{what}. Quitting closes the connections in order.")],
            )
        }
        Question::Paste { text } => {
            let size = Size(text.len() as u64);
            let lines = text.lines().count();
            (
                "a large paste",
                vec![format!(
                    "Put {size} ({lines} lines) into the box as one message?"
                )],
            )
        }
    };
    let area = layout::page(screen, lines.len() + 2);
    let body = page(painter, area, title, "");
    for (y, line) in (body.top()..).zip(&lines) {
        painter.text(body.x, y, line, Role::Plain, body.width);
    }
    let y = body.y + lines.len() as u16 + 1;
    let mut x = body.x;
    for hint in app.footer() {
        x = painter.text(x, y, &hint.key, Role::Key, body.right().saturating_sub(x)) + 1;
        x = painter.text(x, y, hint.word, Role::Plain, body.right().saturating_sub(x)) + 4;
    }
}
