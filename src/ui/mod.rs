//! `&App` -> cells. Drawing changes nothing and knows no socket; what it draws at a size is said by
//! `app::layout`.
//!
//! ```text
//!  netplay   TCP  UDP  HTTP                                        loopback only    chrome
//!
//!  SERVER  listening on 127.0.0.1:23456           in  1.2 KiB   out    340 B        panes: header
//!  -- connections -- 2 open, 5 in all ----------------------------- 12 KiB/s --     panes: title rule
//!    #1  127.0.0.1:51334   4 min                  in    812 B   out    170 B        panes: connections
//!  -- log --------------------------------------------------------------------
//!  10:02:15.900  <- #1      18 B  Hello from client!                                log, or ladder
//!  photo.jpg  #####.....   12 MiB/1.0 GiB   98 MiB/s   9 s left   X cancel          transfer
//!  -- say to all -------------------------------------- Enter adds nothing ---
//!  good morning                                                                     panes: box
//!  -- HTTP: requests ----------------------------------------- one at a time --     requests
//!  > #9  POST  /vote              ...     12 of 40 B of the body    3 s
//!  -- raw request #9 ---------------------------------------------- arriving --     http
//!  POST /vote HTTP/1.1
//!  KEYS  Enter type  Tab pane  s stop                        ? help  q quit         chrome
//! ```

pub mod canvas;
mod chrome;
mod editor;
mod form;
mod glimpse;
mod http;
mod ladder;
mod log;
mod overlay;
mod paint;
mod palette;
mod panes;
mod privacy;
mod prompt;
mod requests;
mod teach;
pub mod theme;
mod transfer;
mod typed;

use ratatui::layout::{Position, Rect};

use crate::app::App;
use crate::app::display::Presenter;
use crate::app::layout::{self, Geometry, Place, SMALLEST};
use crate::app::spot::{Spot, Spots};
use crate::app::tab::Pane;
use crate::model::spec::{Protocol, Side};
use crate::wire::rows;
use crate::wire::text::Charset;

pub use glimpse::{Glimpse, News, glimpse};
pub use panes::ago;

use canvas::Canvas;
use paint::Painter;
use theme::{Role, Theme};

/// What was drawn, besides its cells.
#[derive(Clone, Debug, Default)]
pub struct Drawn {
    /// Where the cursor belongs, if text is typed.
    pub cursor: Option<Position>,
    /// What can be clicked.
    pub spots: Spots,
}

/// Draws the whole screen.
pub fn render(app: &App, canvas: &mut Canvas) -> Drawn {
    let drawn = render_seen(app.seen(), canvas);
    if app.is_frozen() {
        let (theme, area) = (
            Theme::new(app.seen().looks.theme, app.charset()),
            canvas.area(),
        );
        chrome::frozen(app, &mut Painter::new(canvas, theme), area);
    }
    if !is_plain(app) {
        canvas.cover();
    }
    canvas.end();
    drawn
}

/// Whether nothing lies over the panes.
fn is_plain(app: &App) -> bool {
    let private = app.display.presenter == Presenter::Private;
    // A long word to the user takes rows above its own.
    !app.is_frozen() && app.overlays.is_empty() && app.notice.is_none() && !private
}

/// The geometry, if the terminal has not already another size than the app knows.
fn geometry(app: &App, canvas: &Canvas) -> Option<Geometry> {
    let area = canvas.area();
    let fits = area.width >= app.size.0 && area.height >= app.size.1;
    layout::geometry(app).filter(|_| fits)
}

fn render_seen(app: &App, canvas: &mut Canvas) -> Drawn {
    let theme = Theme::new(app.looks.theme, app.charset());
    let area = canvas.area();
    canvas.begin(theme.style(Role::Plain));
    let geometry = geometry(app, canvas);
    let mut painter = Painter::new(canvas, theme);
    let Some(geometry) = geometry else {
        too_small(&mut painter, area, app.size);
        return Drawn::default();
    };
    chrome::top(app, &mut painter, geometry.chrome);
    let mut cursor = body(app, &mut painter, &geometry);
    if let Some((front, behind)) = app.overlays.split_last() {
        for overlay in behind {
            overlay::draw(app, overlay, &mut painter, area);
        }
        // What the front one does not cover is no longer there for the pointer; its keys are.
        painter.spots.clear();
        painter.spot(area, Spot::Beside);
        chrome::footer(app, &mut painter, geometry.footer);
        cursor = overlay::draw(app, front, &mut painter, area);
    } else {
        chrome::footer(app, &mut painter, geometry.footer);
    }
    chrome::notice(app, &mut painter, geometry.footer);
    if app.display.presenter == Presenter::Private {
        privacy::hide(&mut painter, area);
    }
    let spots = painter.spots;
    Drawn { cursor, spots }
}

fn body(app: &App, painter: &mut Painter, geometry: &Geometry) -> Option<Position> {
    let tab = app.tab();
    let mut cursor = None;
    for place in &geometry.sides {
        if tab.protocol == Protocol::Http {
            http::header(app, painter, place);
        } else {
            panes::header(app, painter, place);
        }
        for pane in &place.panes {
            let area = pane.rule.union(pane.body);
            painter.spot(area, Spot::Pane(place.side, pane.pane));
            let at = draw_pane(app, place.side, painter, pane);
            cursor = cursor.or(at);
        }
        if let Some(row) = place.sending {
            transfer::draw(app, place.side, painter, row);
        }
        if let Some(area) = place.teach {
            teach::idle(app, place.side, painter, area);
        }
    }
    if let Some(place) = &geometry.ladder {
        ladder::draw(app, painter, place);
    } else if geometry.has_divider {
        ladder::divider(painter, geometry.body);
    }
    cursor
}

/// Draws a pane. Returns where the cursor belongs when the pane has it.
fn draw_pane(app: &App, side: Side, painter: &mut Painter, place: &Place) -> Option<Position> {
    match place.pane {
        Pane::Form => return form::draw(app, side, painter, place),
        Pane::Box => return panes::chat(app, side, painter, place),
        Pane::Connections => panes::connections(app, side, painter, place),
        Pane::Log => log::draw(app, side, painter, place),
        Pane::Requests => requests::draw(app, side, painter, place),
        Pane::Raw | Pane::Answer => http::raw(app, side, painter, place),
    }
    None
}

fn too_small(painter: &mut Painter, area: Rect, size: (u16, u16)) {
    let (columns, rows) = SMALLEST;
    let text = format!(
        "netplay needs {columns}x{rows} cells; this is {}x{}",
        size.0, size.1
    );
    let lines = rows::rows(text.as_bytes(), area.width, Charset::Ascii, text.len());
    for (y, line) in (area.top()..area.bottom()).zip(lines) {
        let text: String = line.spans.iter().map(|span| span.text.as_ref()).collect();
        painter.text(area.x, y, &text, Role::Plain, area.width);
    }
}
