//! Both ends in one window: the server's log at the left, the client's at the right, the wire
//! between. What was seen at both ends stands in one row with an arrow through the wire.

use ratatui::layout::Rect;

use super::log::{self, Since};
use super::paint::Painter;
use super::panes::has_keys;
use super::theme::Role;
use crate::app::App;
use crate::app::entry;
use crate::app::layout::{Place, WIRE_WIDTH, halves};
use crate::app::scroll::{Rows as _, Scroll};
use crate::app::sifting::Items as _;
use crate::app::spot::Spot;
use crate::app::tab::Pane;
use crate::app::views::LadderRows;
use crate::model::event::{By, Event, EventKind};
use crate::model::spec::{Protocol, Side};

/// Draws the ladder with its title.
pub fn draw(app: &App, painter: &mut Painter, place: &Place) {
    let tab = app.tab();
    let Some(ladder) = &tab.ladder else { return };
    let [left, right] = halves(place.body);
    let widths = [left.width, right.width];
    let rows = LadderRows::of(tab, ladder, widths, app.charset(), app.display);
    let scroll = tab.ladder_scroll;
    let height = usize::from(place.body.height);
    let focused = has_keys(app, tab.side, Pane::Log);
    half_spots(painter, place);
    let gone: u64 = Side::ALL
        .into_iter()
        .map(|side| tab.get(side).log.start().0)
        .sum();
    let above = log::Above {
        scroll,
        unseen: scroll.unseen(&rows, height),
        gone,
        hidden: rows.hidden(),
    };
    log::title(app, painter, place, tab.side, focused, above);
    let (top, mut skip) = scroll.top(&rows, height);
    let cursor = scroll
        .cursor(&rows)
        .filter(|_| focused && scroll != Scroll::Follow);
    // Both halves count from the same moment.
    let start = tab
        .get(Side::Server)
        .started
        .min(tab.get(Side::Client).started);
    let mut y = place.body.y;
    for number in top..rows.end() {
        if y >= place.body.bottom() {
            break;
        }
        let Some(row) = rows.item(number) else { break };
        let room = usize::from(place.body.bottom() - y);
        let filled = rows.height(number).saturating_sub(skip).clamp(1, room) as u16;
        let mut finds = 0;
        for (side, half) in [(Side::Server, left), (Side::Client, right)] {
            let area = Rect {
                y,
                height: filled,
                ..half
            };
            painter.spot(area, Spot::Entry(side, Pane::Log, number));
            let Some(event) = rows.rows.entry(row, side) else {
                continue;
            };
            let columns = &rows.rows.columns[side as usize];
            let finding = log::finding(tab, &tab.ladder_sifting, row, finds);
            if let Some(search) = &tab.search {
                finds += search.count(event, tab.protocol, side).0;
            }
            let lines = entry::lines(event, columns.form, skip, room, finding);
            let since = Since {
                start,
                before: row.checked_sub(1).and_then(|before| {
                    let ends = Side::ALL
                        .into_iter()
                        .filter_map(|side| rows.rows.entry(before, side));
                    ends.map(|event| event.at).min()
                }),
            };
            let entry = log::Row {
                area,
                event,
                columns,
                lines: &lines,
                clock: (skip == 0).then(|| log::clock(app, event.at, columns.time, since)),
                current: cursor == Some(number),
            };
            log::draw_entry(painter, &entry);
        }
        let wire = Rect {
            x: left.right(),
            y,
            width: WIRE_WIDTH,
            height: filled,
        };
        let ends = Side::ALL.map(|side| rows.rows.entry(row, side));
        let direction = Side::ALL
            .into_iter()
            .zip(ends)
            .find_map(|(side, event)| to_the_right(tab.protocol, event?, side))
            .filter(|_| skip == 0);
        draw_wire(painter, wire, direction, ends.map(|end| end.is_some()));
        y += filled;
        skip = 0;
    }
    for y in y..place.body.bottom() {
        painter.text(
            left.right() + WIRE_WIDTH / 2,
            y,
            painter.theme.vertical(),
            Role::Rule,
            1,
        );
    }
}

/// A click on a half is meant for its side.
fn half_spots(painter: &mut Painter, place: &Place) {
    let both = halves(place.rule.union(place.body));
    for (side, half) in Side::ALL.into_iter().zip(both) {
        painter.spot(half, Spot::Pane(side, Pane::Log));
    }
}

/// Which way an entry's bytes (or signals) cross the wire, seen from left to right.
fn to_the_right(protocol: Protocol, event: &Event, side: Side) -> Option<bool> {
    let outgoing = match &event.kind {
        EventKind::Sent { .. } | EventKind::Finished { by: By::Us, .. } => true,
        EventKind::Received { .. } | EventKind::Finished { by: By::Peer, .. } => false,
        // The client rang. Of a datagram, its own entry tells the way.
        EventKind::Opened { .. } if protocol == Protocol::Tcp => return Some(false),
        _ => return None,
    };
    Some(outgoing == (side == Side::Server))
}

/// The wire beside one row. Through it only where both ends were seen; otherwise the arrow stops
/// at the wire.
fn draw_wire(
    painter: &mut Painter,
    area: Rect,
    direction: Option<bool>,
    [server, client]: [bool; 2],
) {
    let theme = painter.theme;
    let (shaft, cross) = (theme.rule(), theme.either("┼", "+"));
    let (to_left, to_right) = (theme.either("◀", "<"), theme.either("▶", ">"));
    let wire = theme.vertical();
    let cells: [&str; 5] = match (direction, server, client) {
        (None, ..) => [" ", " ", wire, " ", " "],
        (Some(true), true, true) => [" ", shaft, cross, shaft, to_right],
        (Some(false), true, true) => [to_left, shaft, cross, shaft, " "],
        // One end only: the arrow stops at the wire.
        (Some(true), true, false) => [" ", shaft, theme.either("┤", "+"), " ", " "],
        (Some(true), false, _) => [" ", " ", theme.either("├", "+"), shaft, to_right],
        (Some(false), true, false) => [to_left, shaft, theme.either("┤", "+"), " ", " "],
        (Some(false), false, _) => [" ", " ", theme.either("├", "+"), shaft, " "],
    };
    for (x, cell) in (area.x..).zip(cells) {
        let role = if cell == to_left || cell == to_right {
            Role::Plain
        } else {
            Role::Rule
        };
        painter.text(x, area.y, cell, role, 1);
    }
    for y in area.y + 1..area.bottom() {
        painter.text(area.x + WIRE_WIDTH / 2, y, wire, Role::Rule, 1);
    }
}

/// The line between two sides that share the screen without a wire.
pub fn divider(painter: &mut Painter, body: Rect) {
    let [left, _] = halves(body);
    for y in body.top()..body.bottom() {
        painter.text(
            left.right() + WIRE_WIDTH / 2,
            y,
            painter.theme.vertical(),
            Role::Rule,
            1,
        );
    }
}
