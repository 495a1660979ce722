//! Geometry: which parts of the screen exist at a size, and where. Pure; paging uses it as well as
//! drawing, so that a page is what is seen.

mod pages;
mod sides;

use ratatui::layout::Rect;

pub use self::pages::{hex_columns, page, page_body, page_width, palette_rows};
pub use self::sides::error_rows;
use self::sides::{ladder_place, one_pane, only_ladder, place_files, side_place};
use super::App;
use super::display::{Arrangement, Presenter};
use super::http::View;
use super::side::SideState;
use super::tab::Pane;
use crate::model::spec::{Protocol, Side};

/// Below this, only a sentence is shown.
pub const SMALLEST: (u16, u16) = (40, 10);
/// Below this, one pane is shown at a time.
pub const COMFORTABLE: (u16, u16) = (70, 18);
/// From this width on, both sides are shown at once.
pub const BOTH_WIDTH: u16 = 100;
/// From this height of the body on, two sides can stand above each other.
const STACKED_HEIGHT: u16 = 20;
/// The column between the two sides, in cells.
pub const WIRE_WIDTH: u16 = 5;
/// Where the values of a form begin, in cells from its left edge.
pub const VALUES_AT: u16 = 13;

/// A pane: one row of title rule, and what is below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which pane.
    pub pane: Pane,
    /// The row of its rule and title.
    pub rule: Rect,
    /// Its content.
    pub body: Rect,
}

/// Where one side stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SidePlace {
    /// Which side.
    pub side: Side,
    /// Its headline.
    pub header: Rect,
    /// Its panes from top to bottom; the log is absent when both share the ladder.
    pub panes: Vec<Place>,
    /// Where the file stands that it sends.
    pub sending: Option<Rect>,
    /// Where an idle side says what to press.
    pub teach: Option<Rect>,
}

impl SidePlace {
    /// Where a pane stands, if it shows.
    #[must_use]
    pub fn pane(&self, pane: Pane) -> Option<&Place> {
        self.panes.iter().find(|place| place.pane == pane)
    }

    /// Where its log stands, or what shows the log in its place.
    #[must_use]
    pub fn log(&self) -> Option<&Place> {
        self.pane(Pane::Log)
            .or_else(|| self.panes.last().filter(|place| place.pane.shows_views()))
    }
}

/// Where everything stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// The top row: name, tabs, badge.
    pub chrome: Rect,
    /// The last row: mode and keys.
    pub footer: Rect,
    /// All between.
    pub body: Rect,
    /// The sides that show.
    pub sides: Vec<SidePlace>,
    /// Both logs in one, across a wire.
    pub ladder: Option<Place>,
    /// A line stands between the sides.
    pub has_divider: bool,
}

impl Geometry {
    /// The side's place, if it shows.
    #[must_use]
    pub fn side(&self, side: Side) -> Option<&SidePlace> {
        self.sides.iter().find(|place| place.side == side)
    }
}

/// Takes rows off the top of an area.
fn take(area: &mut Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    let top = Rect {
        height: rows,
        ..*area
    };
    area.y += rows;
    area.height -= rows;
    top
}

/// Takes rows off the bottom of an area.
fn take_bottom(area: &mut Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    area.height -= rows;
    Rect {
        y: area.y + area.height,
        height: rows,
        ..*area
    }
}

fn place(pane: Pane, mut area: Rect) -> Place {
    let rule = take(&mut area, 1);
    Place {
        pane,
        rule,
        body: area,
    }
}

/// The area inside one cell of air at the left and right.
#[must_use]
pub fn inset(area: Rect) -> Rect {
    let air = u16::from(area.width > 2);
    Rect {
        x: area.x + air,
        width: area.width.saturating_sub(2 * air),
        ..area
    }
}

/// The two sides of an area, with the wire's column between them.
#[must_use]
pub fn halves(area: Rect) -> [Rect; 2] {
    let left = area.width.saturating_sub(WIRE_WIDTH) / 2;
    let right = area.width.saturating_sub(WIRE_WIDTH + left);
    [
        Rect {
            width: left,
            ..area
        },
        Rect {
            x: area.x + area.width - right,
            width: right,
            ..area
        },
    ]
}

/// Which sides show, and how they share the body.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sharing {
    /// Only the one that has the keys.
    One,
    /// Left and right, each by itself.
    Beside,
    /// Above and below.
    Stacked,
    /// Left and right of the wire.
    Wire,
}

impl Sharing {
    fn of(app: &App, body: Rect) -> Sharing {
        let tab = app.tab();
        // What an HTTP side has shown is still worth the room after its end.
        let active = |side: Side| {
            tab.get(side).phase.is_active() || tab.panes(side).contains(&Pane::Requests)
        };
        let alone = active(tab.side) && !active(tab.side.other());
        let has_wire = tab.has_both() && tab.protocol != Protocol::Http;
        match app.display.arrangement {
            Arrangement::Stacked if alone => Sharing::One,
            Arrangement::Stacked if body.height >= STACKED_HEIGHT => Sharing::Stacked,
            Arrangement::Beside if app.size.0 >= BOTH_WIDTH && has_wire => Sharing::Wire,
            Arrangement::Beside if app.size.0 >= BOTH_WIDTH && !alone => Sharing::Beside,
            _ => Sharing::One,
        }
    }
}

/// The body of the screen within the margins that a presenter wants.
fn within_margins(app: &App, body: Rect) -> Rect {
    let (across, down) = match (app.display.presenter, app.size) {
        (Presenter::Off, _) => (0, 0),
        (_, (100.., 30..)) => (3, 1),
        _ => (1, 0),
    };
    Rect {
        x: body.x + across,
        y: body.y + down,
        width: body.width.saturating_sub(2 * across),
        height: body.height.saturating_sub(2 * down),
    }
}

/// Where everything stands at a size; `None` when the screen is too small for anything.
#[must_use]
pub fn geometry(app: &App) -> Option<Geometry> {
    let (width, height) = app.size;
    if width < SMALLEST.0 || height < SMALLEST.1 {
        return None;
    }
    let screen = Rect::new(0, 0, width, height);
    let mut body = screen;
    let chrome = take(&mut body, 1);
    let footer = take_bottom(&mut body, 1);
    let tab = app.tab();
    let is_small = width < COMFORTABLE.0 || height < COMFORTABLE.1;
    if !is_small {
        take(&mut body, 1);
        body = within_margins(app, body);
    }
    let sharing = Sharing::of(app, body);
    let side = |side, area| side_place(app, side, area);
    let mut ladder = None;
    let sides = match sharing {
        Sharing::Wire if app.display.zoom && tab.pane() == Pane::Log && !is_small => {
            let (sides, wire) = only_ladder(body);
            ladder = Some(wire);
            sides
        }
        _ if is_small || app.display.zoom => vec![one_pane(tab, body)],
        Sharing::One => vec![side(tab.side, body)],
        Sharing::Wire => {
            let (sides, wire) = ladder_place(tab, body, screen);
            ladder = Some(wire);
            sides
        }
        Sharing::Beside => {
            let [left, right] = halves(body);
            vec![side(Side::Server, left), side(Side::Client, right)]
        }
        Sharing::Stacked => {
            let mut below = body;
            let above = take(&mut below, body.height / 2);
            vec![side(Side::Server, above), side(Side::Client, below)]
        }
    };
    let mut geometry = Geometry {
        chrome,
        footer,
        body,
        sides,
        ladder,
        has_divider: sharing == Sharing::Beside && !is_small && !app.display.zoom,
    };
    place_files(app, &mut geometry);
    Some(geometry)
}

/// How many rows of a pane of this height list requests; below them stand the connections that
/// have sent nothing yet.
#[must_use]
pub fn list_rows(state: &SideState, height: u16) -> u16 {
    let silent = state.http.exchanges.silent().count();
    let silent = u16::try_from(silent).unwrap_or(u16::MAX);
    height - silent.min(height / 2)
}

/// From this width on, an answer has its decoded body beside it.
const BESIDE: u16 = 100;

/// The width of the text in a raw pane: half of it where the decoded body stands beside.
#[must_use]
pub fn raw_width(app: &App, side: Side, place: &Place) -> u16 {
    let body = inset(place.body);
    body_beside(app, side, place).map_or(body.width, |_| inset(halves(place.body)[0]).width)
}

/// Where the decoded body of an answer stands beside its raw text, if there is room.
#[must_use]
pub fn body_beside(app: &App, side: Side, place: &Place) -> Option<Rect> {
    let raw = place.pane == Pane::Answer && app.tab().get(side).http.view == View::Answer;
    (raw && place.body.width >= BESIDE).then(|| inset(halves(place.body)[1]))
}
