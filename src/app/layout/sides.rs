//! Where the panes of the sides stand, alone, beside the other or across a wire.

use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr as _;

use super::{Geometry, Place, SidePlace, VALUES_AT, halves, place, take, take_bottom};
use crate::app::display::Presenter;
use crate::app::form::Field;
use crate::app::tab::Pane;
use crate::app::{App, Tab};
use crate::model::event::ConnId;
use crate::model::spec::Side;
use crate::wire::rows;
use crate::wire::text::Charset;

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

pub(super) fn side_place(app: &App, side: Side, area: Rect) -> SidePlace {
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
pub(super) fn ladder_place(tab: &Tab, area: Rect, screen: Rect) -> (Vec<SidePlace>, Place) {
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

/// Only the focused pane, for small terminals; above the box what is answered to.
pub(super) fn one_pane(tab: &Tab, area: Rect) -> SidePlace {
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
pub(super) fn only_ladder(area: Rect) -> (Vec<SidePlace>, Place) {
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

/// Gives the row above its box to each side that sends a file, or did a moment ago.
pub(super) fn place_files(app: &App, geometry: &mut Geometry) {
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
