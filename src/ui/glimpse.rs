//! What is looked at first of a frame, drawn before the rest of it: after a pause most of a frame's time
//! is that of fetching what it needs from memory, and one pane needs little.

use ratatui::layout::{Position, Rect};

use super::canvas::Canvas;
use super::paint::Painter;
use super::theme::Theme;
use super::{draw_pane, geometry, is_plain, ladder, panes};
use crate::app::App;
use crate::app::tab::Pane;
use crate::model::event::SessionId;

/// What a frame is drawn for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// A key was pressed, or text pasted.
    Key,
    /// Something happened to a session.
    Event(SessionId),
}

/// A part of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glimpse {
    /// What was drawn: the whole frame has the same there.
    pub area: Rect,
    /// Where the cursor belongs, if this part has it.
    pub cursor: Option<Position>,
}

/// Draws what is looked at first when this happens: the pane that has the keys, or the log. `None`
/// where there is none, or where something lies over it or still does on the screen.
pub fn glimpse(app: &App, news: News, canvas: &mut Canvas) -> Option<Glimpse> {
    if !is_plain(app) || canvas.is_covered() {
        return None;
    }
    let geometry = geometry(app, canvas)?;
    let tab = app.tab();
    let (side, pane) = match news {
        News::Key => (tab.side, tab.pane()),
        News::Event(session) => {
            let (protocol, side) = app.owner(session)?;
            (protocol == tab.protocol).then_some((side, Pane::Log))?
        }
    };
    let ladder = geometry.ladder.as_ref().filter(|_| pane == Pane::Log);
    let place = geometry.side(side).and_then(|place| place.pane(pane));
    let place = ladder.or(place)?;
    // What is typed does not show in the rule above it.
    let area = match pane {
        Pane::Box => place.body,
        _ => place.rule.union(place.body),
    };
    canvas.begin_part(area);
    let mut painter = Painter::new(canvas, Theme::new(app.looks.theme, app.charset()));
    // Most of a log's body stands as it was; it clears the rest of that itself.
    let is_log = ladder.is_none() && pane == Pane::Log;
    painter.clear(if is_log { place.rule } else { area });
    let cursor = if ladder.is_some() {
        ladder::draw(app, &mut painter, place);
        None
    } else if pane == Pane::Box {
        panes::chat_text(app, side, &mut painter, place)
    } else {
        draw_pane(app, side, &mut painter, place)
    };
    canvas.end();
    Some(Glimpse { area, cursor })
}
