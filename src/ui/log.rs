//! A side's log: visible rows only, in columns that stay.

use ratatui::layout::Rect;

use super::paint::Painter;
use super::panes::has_keys;
use super::theme::Role;
use crate::app::App;
use crate::app::entry::{self, Piece};
use crate::app::layout::Place;
use crate::app::scroll::{Rows as _, Scroll};
use crate::app::views::{Columns, LogRows, TimeColumn};
use crate::model::event::Event;
use crate::model::log::EntryId;
use crate::model::size::Size;
use crate::model::spec::Side;
use crate::wire::text::Charset;
use crate::wire::words;

/// Draws a log with its title and badge.
pub fn draw(app: &App, side: Side, painter: &mut Painter, place: &Place) {
    let state = app.tab().get(side);
    let focused = has_keys(app, side, place.pane);
    let rows = LogRows {
        log: &state.log,
        columns: Columns::log(state, place.body.width, app.charset()),
    };
    let height = usize::from(place.body.height);
    title(
        painter,
        place,
        focused,
        state.scroll,
        state.scroll.unseen(&rows, height),
        state.log.start().0,
    );
    let (top, mut skip) = state.scroll.top(&rows, height);
    let cursor = state
        .scroll
        .cursor(&rows)
        .filter(|_| focused && state.scroll != Scroll::Follow);
    let mut y = place.body.y;
    for id in top..rows.end() {
        if y >= place.body.bottom() {
            break;
        }
        let Some(event) = state.log.get(EntryId(id)) else {
            break;
        };
        let left = usize::from(place.body.bottom() - y);
        let lines = entry::lines(event, rows.columns.form, skip, left);
        let area = Rect {
            y,
            height: lines.len() as u16,
            ..place.body
        };
        let clock = clock(app, event, rows.columns.time);
        draw_entry(
            painter,
            area,
            event,
            &rows.columns,
            &lines,
            skip == 0,
            &clock,
            cursor == Some(id),
        );
        y += lines.len().max(1) as u16;
        skip = 0;
    }
}

/// The title rule of a log: what is new below, what has gone above.
pub fn title(
    painter: &mut Painter,
    place: &Place,
    focused: bool,
    scroll: Scroll,
    unseen: u64,
    gone: u64,
) {
    let (left, right) = painter.title(place.rule, "log", focused);
    let right = if scroll == Scroll::Follow {
        right
    } else {
        let arrow = painter.theme.either("▼", "v");
        let (text, role) = if unseen > 0 {
            (format!("{arrow} {unseen} new"), Role::Warning)
        } else {
            ("not following: f follows".to_owned(), Role::Quiet)
        };
        painter.on_rule(left, right, place.rule.y, &text, role)
    };
    if gone > 0 {
        painter.on_rule(
            left,
            right,
            place.rule.y,
            &format!("{gone} older ones gone"),
            Role::Quiet,
        );
    }
}

/// The time of an entry, as its column writes it.
pub fn clock(app: &App, event: &Event, column: TimeColumn) -> String {
    let wall = app.machine.origin.wall(event.at);
    let since = wall
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    let seconds = (since.as_secs().cast_signed() + app.machine.utc_offset).rem_euclid(86_400);
    let (h, m, s, ms) = (
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        since.subsec_millis(),
    );
    match column {
        TimeColumn::None => String::new(),
        TimeColumn::Short => format!("{m:02}:{s:02}.{ms:03}"),
        TimeColumn::Clock => format!("{h:02}:{m:02}:{s:02}.{ms:03}"),
    }
}

/// Draws the lines of one entry; the columns in front only beside its first line.
#[expect(clippy::too_many_arguments, reason = "a row has that many columns")]
pub fn draw_entry(
    painter: &mut Painter,
    area: Rect,
    event: &Event,
    columns: &Columns,
    lines: &[Vec<Piece>],
    with_front: bool,
    clock: &str,
    current: bool,
) {
    let is_data = event.kind.data().is_some();
    let at = area.x
        + if is_data {
            columns.text_at
        } else {
            columns.words_at
        };
    let ground = painter.theme.style(Role::Cursor).bg;
    if with_front {
        front(painter, area, event, columns, clock);
    }
    for (y, line) in (area.top()..area.bottom()).zip(lines) {
        let mut x = at;
        for piece in line {
            let style = painter.theme.tone(piece.tone);
            x = painter.styled(x, y, &piece.text, style, area.right().saturating_sub(x));
        }
    }
    if current {
        let row = Rect {
            height: area.height.min(lines.len() as u16),
            ..area
        };
        match ground {
            Some(ground) => painter
                .buffer
                .set_style(row, ratatui::style::Style::new().bg(ground)),
            None => painter
                .buffer
                .set_style(row, painter.theme.style(Role::Cursor)),
        }
    }
}

fn front(painter: &mut Painter, area: Rect, event: &Event, columns: &Columns, clock: &str) {
    let kind = &event.kind;
    let room = |x: u16| area.right().saturating_sub(x);
    let x = area.x + 1;
    painter.text(x, area.y, clock, Role::Quiet, room(x));
    let x = x + columns.time.width();
    let mark = match painter.theme.charset {
        Charset::Unicode => words::mark(kind),
        Charset::Ascii => words::ascii_mark(kind),
    };
    painter.styled(
        x,
        area.y,
        mark.encode_utf8(&mut [0; 4]),
        painter.theme.mark(kind),
        room(x),
    );
    let x = x + 2;
    if let (Some(conn), 1..) = (kind.conn(), columns.conn) {
        painter.text(x, area.y, &conn.to_string(), Role::Quiet, columns.conn);
    }
    if let Some(data) = kind.data() {
        let size = format!("{:>8}", Size(data.len() as u64));
        painter.text(
            area.x + columns.words_at,
            area.y,
            &size,
            Role::Quiet,
            room(area.x + columns.words_at),
        );
    }
}
