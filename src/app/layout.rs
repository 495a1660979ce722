//! Geometry: which parts of the screen exist at a size, and where. Pure; paging uses it as well as
//! drawing, so that a page is what is seen.

use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr as _;

use super::display::{Arrangement, Presenter};
use super::form::Field;
use super::http::View;
use super::side::SideState;
use super::tab::Pane;
use super::{App, Tab};
use crate::model::event::ConnId;
use crate::model::spec::{Protocol, Side};
use crate::wire::text::Charset;
use crate::wire::{hex, rows};

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
/// The widest that the text of a page is set, in cells.
const PAGE_WIDTH: u16 = 92;

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

/// The area of a page in front of the panes, at most `rows` rows of content.
#[must_use]
pub fn page(screen: Rect, rows: usize) -> Rect {
    let width = screen.width.min(PAGE_WIDTH);
    let height = screen
        .height
        .saturating_sub(2)
        .min(u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(4));
    Rect {
        x: screen.x + (screen.width - width) / 2,
        y: screen.y + (screen.height.saturating_sub(height)) / 2,
        width,
        height,
    }
}

/// How many actions the list of all of them shows on a screen of this size.
#[must_use]
pub fn palette_rows(size: (u16, u16)) -> usize {
    usize::from(size.1.saturating_sub(8).clamp(1, 16))
}

/// The rows of a page that its content has.
#[must_use]
pub fn page_body(page: Rect) -> Rect {
    Rect {
        x: page.x + 2.min(page.width),
        y: page.y + 2.min(page.height),
        width: page.width.saturating_sub(4),
        height: page.height.saturating_sub(4),
    }
}

/// The width of a page's content on this screen.
#[must_use]
pub fn page_width(screen: Rect) -> u16 {
    page_body(page(screen, 1)).width
}

/// How many bytes a row of an inspected entry has on this screen.
#[must_use]
pub fn hex_columns(screen: Rect) -> u16 {
    hex::columns(page_width(screen))
}

/// The rows that the box of a side needs at a width: its text, at least one, at most a few.
fn box_rows(tab: &Tab, side: Side, area: Rect) -> u16 {
    let most = (area.height / 4).clamp(1, 6);
    let width = usize::from(area.width.saturating_sub(3).max(1));
    let mut rows = 0;
    for line in tab.get(side).chat.area().lines() {
        // A long line fills the box anyway; to measure all of it would take a while.
        let start = line.char_indices().nth(width * usize::from(most));
        rows += start.map_or_else(|| line.width() / width + 1, |_| most.into());
        if rows >= usize::from(most) {
            return most;
        }
    }
    (rows as u16).max(1)
}

fn connection_rows(height: u16) -> u16 {
    match height {
        0..30 => 3,
        30..45 => 5,
        _ => 8,
    }
}

fn form_rows(tab: &Tab, side: Side, width: u16, charset: Charset) -> u16 {
    let fields = tab.get(side).form.visible();
    let rows = fields.map(|(field, _)| 1 + error_rows(field, width, charset).len());
    u16::try_from(rows.sum::<usize>()).unwrap_or(u16::MAX)
}

/// What is wrong with a field, as the rows below it in a form of this width; none when it is right.
#[must_use]
pub fn error_rows(field: &Field, width: u16, charset: Charset) -> Vec<String> {
    field.error.as_ref().map_or_else(Vec::new, |error| {
        let room = width.saturating_sub(VALUES_AT + 2);
        rows::words(&format!("! {error}"), room, charset)
    })
}

/// How many rows a side's list of connections has, with its title; while one presents, no more than
/// it needs.
fn list_height(app: &App, side: Side) -> u16 {
    let rows = connection_rows(app.size.1);
    if app.display.presenter == Presenter::Off {
        return 1 + rows;
    }
    let open = app.tab().get(side).connections.iter_from(ConnId(0));
    1 + (open.take(rows.into()).count() as u16).max(1)
}

fn side_place(app: &App, side: Side, area: Rect) -> SidePlace {
    let (tab, charset) = (app.tab(), app.charset());
    if tab.panes(side).contains(&Pane::Requests) {
        return exchange_place(tab, side, area, charset);
    }
    let mut rest = area;
    let header = take(&mut rest, 1);
    let mut panes = Vec::new();
    let mut teach = None;
    for pane in tab.panes(side) {
        match pane {
            Pane::Form => {
                let rows = form_rows(tab, side, area.width, charset);
                panes.push(place(Pane::Form, take(&mut rest, 1 + rows)));
            }
            Pane::Connections => {
                let rows = list_height(app, side);
                panes.push(place(Pane::Connections, take(&mut rest, rows)));
            }
            Pane::Box => {
                let rows = box_rows(tab, side, area);
                panes.push(place(Pane::Box, take_bottom(&mut rest, 1 + rows)));
            }
            Pane::Log | Pane::Requests | Pane::Raw | Pane::Answer => {}
        }
    }
    if tab.panes(side).contains(&Pane::Log) {
        let at = panes
            .iter()
            .position(|p| p.pane == Pane::Box)
            .unwrap_or(panes.len());
        panes.insert(at, place(Pane::Log, rest));
    } else if tab.panes(side) == [Pane::Form] {
        take(&mut rest, 1);
        teach = Some(rest);
    }
    SidePlace {
        side,
        header,
        panes,
        sending: None,
        teach,
    }
}

/// Where an HTTP side stands that has requests to show: the list above, the raw text of one of them
/// below; clients have its answer besides. The form takes the place of the list while it has the
/// keys.
fn exchange_place(tab: &Tab, side: Side, area: Rect, charset: Charset) -> SidePlace {
    let mut rest = area;
    let header = take(&mut rest, 1);
    let mut panes = Vec::new();
    let client = side == Side::Client;
    if tab.side == side && tab.pane() == Pane::Form {
        let rows = form_rows(tab, side, area.width, charset).min(rest.height / 2);
        panes.push(place(Pane::Form, take(&mut rest, 1 + rows)));
    } else {
        let rows = if client {
            (area.height / 8).clamp(2, 8)
        } else {
            (area.height / 4).clamp(4, 14)
        };
        panes.push(place(Pane::Requests, take(&mut rest, 1 + rows)));
        if client {
            let rows = (area.height / 3).clamp(5, 14);
            panes.push(place(Pane::Raw, take(&mut rest, 1 + rows)));
        }
    }
    let last = if client { Pane::Answer } else { Pane::Raw };
    panes.push(place(last, rest));
    SidePlace {
        side,
        header,
        panes,
        sending: None,
        teach: None,
    }
}

/// Both ends across a wire: headers and boxes side by side, one ladder between them.
fn ladder_place(tab: &Tab, area: Rect, screen: Rect) -> (Vec<SidePlace>, Place) {
    let [left, right] = halves(area);
    let mut sides = Vec::new();
    let mut rest = area;
    take(&mut rest, 1);
    let boxes = box_rows(tab, Side::Server, left).max(box_rows(tab, Side::Client, right));
    let list = if tab.get(Side::Server).stats.opened > 1 {
        1 + connection_rows(screen.height)
    } else {
        0
    };
    let list_rows = take(&mut rest, list);
    let box_rows = take_bottom(&mut rest, 1 + boxes);
    for (side, half) in [(Side::Server, left), (Side::Client, right)] {
        let within = |rows: Rect| Rect {
            x: half.x,
            width: half.width,
            ..rows
        };
        let mut panes = Vec::new();
        if side == Side::Server && list > 0 {
            panes.push(place(Pane::Connections, within(list_rows)));
        }
        panes.push(place(Pane::Box, within(box_rows)));
        sides.push(SidePlace {
            side,
            header: Rect { height: 1, ..half },
            panes,
            sending: None,
            teach: None,
        });
    }
    (sides, place(Pane::Log, rest))
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

/// Only the focused pane, for small terminals; above the box what is answered to.
fn one_pane(tab: &Tab, area: Rect) -> SidePlace {
    let mut rest = area;
    let header = take(&mut rest, 1);
    let mut panes = Vec::new();
    if tab.pane() == Pane::Box {
        let below = take_bottom(&mut rest, 1 + box_rows(tab, tab.side, area));
        panes.push(place(Pane::Log, rest));
        rest = below;
    }
    panes.push(place(tab.pane(), rest));
    SidePlace {
        side: tab.side,
        header,
        panes,
        sending: None,
        teach: None,
    }
}

/// Both ends across a wire and nothing else.
fn only_ladder(area: Rect) -> (Vec<SidePlace>, Place) {
    let mut rest = area;
    take(&mut rest, 1);
    let sides = [Side::Server, Side::Client]
        .into_iter()
        .zip(halves(area))
        .map(|(side, half)| SidePlace {
            side,
            header: Rect { height: 1, ..half },
            panes: Vec::new(),
            sending: None,
            teach: None,
        });
    (sides.collect(), place(Pane::Log, rest))
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

/// Gives the row above its box to each side that sends a file, or did a moment ago.
fn place_files(app: &App, geometry: &mut Geometry) {
    let sends = |side: Side| {
        let state = app.tab().get(side);
        let to = state.connections.target();
        !state.transfers.shown(to, app.now).is_empty()
    };
    if let Some(ladder) = &mut geometry.ladder {
        let any = geometry.sides.iter().any(|place| sends(place.side));
        if any && ladder.body.height > 1 {
            let row = take_bottom(&mut ladder.body, 1);
            for place in &mut geometry.sides {
                let half = place.header;
                let row = Rect { y: row.y, ..half };
                place.sending = sends(place.side).then_some(row);
            }
        }
        return;
    }
    for place in geometry.sides.iter_mut().filter(|place| sends(place.side)) {
        let above = |pane: &&mut Place| pane.pane != Pane::Box && pane.body.height > 1;
        if let Some(pane) = place.panes.iter_mut().rev().find(above) {
            place.sending = Some(take_bottom(&mut pane.body, 1));
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
