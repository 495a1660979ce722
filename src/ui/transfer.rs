//! The row of a side that sends a file: its name, a bar, how far it is, how fast it goes, how long
//! it will take, and the key that cancels. All columns have a width that depends on the row alone.

use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr as _;

use super::paint::Painter;
use super::panes::ago;
use super::theme::Role;
use crate::app::App;
use crate::app::keymap::{Action, Context};
use crate::app::layout::inset;
use crate::app::transfer::Transfer;
use crate::model::event::FileEnd;
use crate::model::size::Size;
use crate::model::spec::Side;
use crate::wire::text;

/// What stands at the right of a row, from the widest on; each is taken from the rest at the left.
const COLUMNS: [&[Column]; 3] = [
    &[Column::Bytes, Column::Rate, Column::Left, Column::Key],
    &[Column::Percent, Column::Left, Column::Key],
    &[Column::Percent, Column::Key],
];
/// The least that a name may have, in cells.
const NAME: u16 = 8;
/// From this width of the rest on there is a bar besides the name.
const WITH_BAR: u16 = 18;

#[derive(Clone, Copy)]
enum Column {
    Bytes,
    Percent,
    Rate,
    Left,
    Key,
}

impl Column {
    /// Its width with the blanks before it, in cells.
    fn width(self) -> u16 {
        2 + match self {
            Column::Bytes => 15,
            Column::Percent => 4,
            Column::Rate => 9,
            Column::Left => 11,
            Column::Key => 12,
        }
    }

    fn text(self, app: &App, one: &Transfer) -> String {
        match self {
            Column::Bytes => format!("{:>7}/{}", Size(one.sent), Size(one.len)),
            Column::Percent => format!("{}%", one.percent()),
            Column::Rate => one
                .rate(app.now)
                .map_or(String::new(), |rate| format!("{}/s", Size(rate))),
            Column::Left => match one.end() {
                None => one
                    .time_left(app.now)
                    .map_or(String::new(), |left| format!("{} left", ago(left))),
                Some(FileEnd::Whole) => "sent".to_owned(),
                Some(FileEnd::Cancelled) => "cancelled".to_owned(),
                Some(FileEnd::Failed) => "broken off".to_owned(),
            },
            Column::Key if one.end().is_some() => String::new(),
            Column::Key => way_to_cancel(app),
        }
    }
}

/// The keys that cancel from where the user is.
fn way_to_cancel(app: &App) -> String {
    let key = app.key_name(Context::Log, Action::CancelSend);
    if app.context().is_typing() {
        let leave = app.key_name(Context::TypeBox, Action::Leave);
        format!("{leave} {key} cancel")
    } else {
        format!("{key} cancel")
    }
}

/// Draws the row, if the side sends a file or did a moment ago.
pub fn draw(app: &App, side: Side, painter: &mut Painter, row: Rect) {
    let state = app.tab().get(side);
    let shown = state.transfers.shown(state.connections.target(), app.now);
    let Some(one) = shown.first() else {
        return;
    };
    let row = inset(row);
    let (columns, rest) = COLUMNS
        .into_iter()
        .map(|columns| {
            let width: u16 = columns.iter().map(|column| column.width()).sum();
            (columns, row.width.saturating_sub(width))
        })
        .find(|(_, rest)| *rest >= NAME)
        .unwrap_or((&[], row.width));
    let name_width = if rest < WITH_BAR {
        rest
    } else {
        (rest / 2).clamp(NAME, 30)
    };
    let others = match shown.len() {
        1 => String::new(),
        n => format!(" +{}", n - 1),
    };
    let name = text::safe(&one.name);
    let room = name_width.saturating_sub(others.len() as u16);
    let x = painter.words(row.x, row.y, &name, Role::Plain, room);
    painter.text(x, row.y, &others, Role::Plain, name_width - room);
    if rest >= WITH_BAR {
        let x = row.x + name_width + 1;
        bar(painter, side, (x, row.y), rest - name_width - 1, one);
    }
    let mut x = row.x + rest;
    for column in columns {
        x += column.width();
        let words = column.text(app, one);
        let role = match column {
            Column::Key => Role::Key,
            Column::Left if one.end().is_some_and(|how| how != FileEnd::Whole) => Role::Warning,
            _ => Role::Plain,
        };
        // What does not fit into its column is cut, or the next would move.
        let left = x - (column.width() - 2).min(words.width() as u16);
        painter.text(left, row.y, &words, role, x - left);
    }
}

fn bar(painter: &mut Painter, side: Side, (x, y): (u16, u16), width: u16, one: &Transfer) {
    let full = one.part_of(width.into()) as u16;
    let (done, open) = (
        painter.theme.either("█", "#"),
        painter.theme.either("░", "."),
    );
    let style = painter.theme.side(side);
    let x = painter.styled(x, y, &done.repeat(full.into()), style, full);
    let rest = width - full;
    painter.text(x, y, &open.repeat(rest.into()), Role::Rule, rest);
}
