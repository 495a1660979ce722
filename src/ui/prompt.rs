//! The line at the foot of the screen that is typed for a search, a filter or a file's name: in place
//! of the footer's keys, with what it finds at the right.

use ratatui::layout::{Position, Rect};
use unicode_width::UnicodeWidthStr as _;

use super::chrome;
use super::overlay::key_spots;
use super::paint::Painter;
use super::theme::Role;
use super::typed;
use crate::app::App;
use crate::app::filter::EXAMPLES;
use crate::app::keymap::{Action, Context};
use crate::app::prompt::{Prompt, Purpose};
use crate::app::sifting::Position as Found;
use crate::app::spot::Spot;
use crate::wire::text::safe;

/// Draws the line. Returns where its cursor is.
pub fn draw(app: &App, prompt: &Prompt, painter: &mut Painter, screen: Rect) -> Option<Position> {
    let row = Rect {
        y: screen.bottom().saturating_sub(1),
        height: 1,
        ..screen
    };
    painter.clear(row);
    painter.spot(row, Spot::Page);
    let x = chrome::mode(app, painter, row);
    let sign = match prompt.purpose {
        Purpose::Search => "/",
        Purpose::Filter => "&",
        Purpose::File => "file:",
    };
    let x = painter.text(x, row.y, sign, Role::Key, row.width) + 1;
    let right = row.right().saturating_sub(1);
    let text = prompt.line.text();
    let needed = x
        + 2
        + u16::try_from(text.width())
            .unwrap_or(u16::MAX)
            .min(row.width / 2);
    let (words, role) = beside(app, prompt);
    let mut end = right;
    for words in words {
        let at = painter.right(needed, right, row.y, &words, role);
        if at < right {
            key_spots(painter, (at, right), row.y, &words);
            end = at;
            break;
        }
    }
    let area = Rect {
        x,
        width: end.saturating_sub(x + 1),
        ..row
    };
    typed::draw(painter, prompt.line.area(), area)
}

/// What is said at the right, the longest wording first.
fn beside(app: &App, prompt: &Prompt) -> (Vec<String>, Role) {
    if let Some(error) = &prompt.error {
        let error = safe(error).into_owned();
        let short: String = error.chars().take(36).collect();
        return (vec![error, short], Role::Warning);
    }
    let keep = app.key_name(Context::Prompt, Action::Keep);
    match (prompt.purpose, prompt.line.text().is_empty()) {
        (Purpose::Search, true) => (
            vec![
                format!("text, \\x00, 0d0a or re:expression   {keep} keep   Esc back"),
                "text, \\x00, 0d0a, re:expression".to_owned(),
            ],
            Role::Quiet,
        ),
        (Purpose::Filter, true) => (
            vec![
                format!("{EXAMPLES}   {keep} keep   Esc back"),
                EXAMPLES.to_owned(),
            ],
            Role::Quiet,
        ),
        (Purpose::File, _) => (
            vec![
                "a path from where netplay was started   Enter send   Esc back".to_owned(),
                "Enter send   Esc back".to_owned(),
            ],
            Role::Quiet,
        ),
        (Purpose::Search, false) => (
            app.position().map_or_else(Vec::new, |found| {
                let words = position(found);
                vec![format!("{words}   {keep} keep   Esc back"), words]
            }),
            Role::Quiet,
        ),
        (Purpose::Filter, false) => {
            let hidden = app.hidden().unwrap_or(0);
            let words = format!("{hidden} hidden");
            (
                vec![format!("{words}   {keep} keep   Esc back"), words],
                Role::Quiet,
            )
        }
    }
}

/// At which of how many finds one is.
pub fn position(found: Found) -> String {
    let so_far = if found.is_final { "" } else { " so far" };
    match (found.at, found.of) {
        (_, 0) if found.is_final => "not found".to_owned(),
        (_, 0) => "looking ...".to_owned(),
        (Some(at), of) => format!("{at} of {of}{so_far}"),
        (None, of) => format!("{of} found{so_far}"),
    }
}
