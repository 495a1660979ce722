//! The page on which a raw request or answer is written.

use ratatui::layout::{Position, Rect};

use super::overlay::page;
use super::paint::Painter;
use super::theme::Role;
use super::typed;
use crate::app::App;
use crate::app::editor::Editor;
use crate::app::http::spell;
use crate::app::layout;
use crate::model::spec::Side;
use crate::wire::rows;

/// Draws the page. Returns where the cursor belongs.
pub fn draw(app: &App, editor: &Editor, painter: &mut Painter, screen: Rect) -> Option<Position> {
    let title = match editor.side {
        Side::Server => "the answer, as it will go out",
        Side::Client => "the request, as it will go out",
    };
    // All the room between the first row and the footer, which stay in sight.
    let area = Rect {
        y: screen.y + 1,
        height: screen.height.saturating_sub(2),
        ..layout::page(screen, usize::from(u16::MAX))
    };
    let last = "each line ends with CR LF; \\n \\x00 are understood";
    let mut body = page(painter, area, title, last);
    let words = editor.error.as_deref().or(editor.note);
    let role = if editor.error.is_some() {
        Role::Error
    } else {
        Role::Warning
    };
    let lines = words.map_or_else(Vec::new, |text| {
        rows::words(&spell(text, app.charset()), body.width, app.charset())
    });
    let shown = (lines.len() as u16).min(body.height / 2);
    for (y, line) in (body.bottom() - shown..body.bottom()).zip(&lines) {
        painter.text(body.x, y, line, role, body.width);
    }
    body.height -= shown;
    typed::draw(painter, editor.area(), body)
}
