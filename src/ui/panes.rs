//! A side's headline, its connections, and its chat box.

use std::net::SocketAddr;
use std::time::Duration;

use ratatui::layout::{Position, Rect};
use unicode_width::UnicodeWidthStr;

use super::paint::Painter;
use super::teach::client_commands;
use super::theme::Role;
use super::typed;
use crate::app::App;
use crate::app::commands;
use crate::app::connections::{Connection, Flow};
use crate::app::keymap::{Action, Binding, Context};
use crate::app::layout::{Place, SidePlace, inset};
use crate::app::side::{Notice, Phase, SideState};
use crate::app::spot::Spot;
use crate::app::tab::{Mode, Pane};
use crate::model::event::{ConnId, Outcome};
use crate::model::failure::FailureKind;
use crate::model::size::Size;
use crate::model::spec::{CONNECT_LIMIT, Protocol, Side};
use crate::model::time::Stamp;
use crate::wire::text;

/// Whether a pane has the keys.
pub fn has_keys(app: &App, side: Side, pane: Pane) -> bool {
    let tab = app.tab();
    app.overlays.is_empty() && tab.side == side && tab.pane() == pane
}

/// A duration as people say it, at most 6 cells wide.
#[must_use]
pub fn ago(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..86_400 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// What a side is doing, in words; addresses alone when `short`.
pub fn state_words(state: &SideState, now: Stamp, short: bool) -> (String, Role) {
    let udp = state.protocol == Protocol::Udp;
    match (state.phase, state.side) {
        (Phase::Idle, _) => ("not running".to_owned(), Role::Quiet),
        (Phase::Starting, Side::Server) => ("starting".to_owned(), Role::Warning),
        (Phase::Starting, Side::Client) => {
            let to = state
                .form
                .address()
                .map_or(String::new(), |a| text::safe(&a.to_string()).into_owned());
            let waits = state.spec.as_ref().is_some_and(|spec| spec.wait);
            let words = match (waits, short) {
                (true, true) => "waiting".to_owned(),
                (true, false) => format!("waiting for {to}"),
                (false, true) => "connecting".to_owned(),
                (false, false) => format!("connecting to {to}"),
            };
            let since = ago(now.since(state.started));
            let limit = if waits {
                String::new()
            } else {
                format!(" of {}", ago(CONNECT_LIMIT))
            };
            (format!("{words}  {since}{limit}"), Role::Warning)
        }
        (Phase::Running, Side::Server) => {
            let first = state
                .locals
                .first()
                .map_or(String::new(), ToString::to_string);
            let more = match state.locals.len() {
                0 | 1 => String::new(),
                n => format!(" and {} more", n - 1),
            };
            let verb = if short { "" } else { "listening on " };
            (format!("{verb}{first}{more}"), Role::Plain)
        }
        (Phase::Running, Side::Client) => {
            let peer = state
                .connections
                .iter_from(ConnId(0))
                .next()
                .map(|(_, c)| c);
            let text = match peer {
                Some(c) if udp => {
                    let (peer, heard) = (c.peer, ago(now.since(c.heard)));
                    if short {
                        format!("last heard {heard} ago")
                    } else {
                        format!("peer {peer}, last heard {heard} ago")
                    }
                }
                Some(c) if short => match c.flow {
                    Flow::Open => c.peer.to_string(),
                    Flow::PeerFinished => "it finished sending".to_owned(),
                    Flow::WeFinished => "we finished sending".to_owned(),
                },
                Some(c) => format!("connected to {}{}", c.peer, flow_words(c.flow, false)),
                None if udp && short => "nothing heard yet".to_owned(),
                None if udp => "ready; no datagram has come back yet".to_owned(),
                None => "connected".to_owned(),
            };
            (text, Role::Plain)
        }
        (Phase::Stopping, _) => ("stopping".to_owned(), Role::Warning),
        (Phase::Ended(Outcome::Done), _) => ("ended".to_owned(), Role::Quiet),
        (Phase::Ended(Outcome::Failed), _) => (failure_word(state).to_owned(), Role::Error),
    }
}

/// The last failure in a word or two.
fn failure_word(state: &SideState) -> &'static str {
    match state.failed {
        Some(FailureKind::Refused) => "refused: nobody listens there",
        Some(FailureKind::Timeout) => "timed out: no answer",
        Some(FailureKind::Unreachable) => "unreachable: no way there",
        Some(FailureKind::AddressInUse) => "address in use",
        Some(FailureKind::UnknownHost) => "unknown name",
        Some(FailureKind::PermissionDenied) => "not allowed",
        Some(FailureKind::AddressNotAvailable) => "not our address",
        Some(FailureKind::BadTarget) => "this cannot be called",
        Some(FailureKind::Reset) => "reset by the peer",
        _ => "failed",
    }
}

fn flow_words(flow: Flow, short: bool) -> &'static str {
    match (flow, short) {
        (Flow::Open, _) => "",
        (Flow::PeerFinished, false) => ", it finished sending",
        (Flow::PeerFinished, true) => ", it finished",
        (Flow::WeFinished, false) => ", we finished sending",
        (Flow::WeFinished, true) => ", we finished",
    }
}

/// Narrower rows have arrows in place of words before their counters.
const WORDS_FROM: u16 = 70;
/// Narrower rows have no counters.
const COUNTERS_FROM: u16 = 46;

/// What came in and went out, in columns that depend on the row's width alone.
fn counters_in(painter: &Painter, row: Rect, received: u64, sent: u64) -> String {
    let (received, sent) = (Size(received), Size(sent));
    match row.width {
        WORDS_FROM.. => format!("in {received:>8}   out {sent:>8}"),
        COUNTERS_FROM.. => {
            let arrows =
                [("←", "<"), ("→", ">")].map(|(to, ascii)| painter.theme.either(to, ascii));
            format!("{} {received:>8}  {} {sent:>8}", arrows[0], arrows[1])
        }
        _ => String::new(),
    }
}

/// One row: the side, its state, its counters.
pub fn header(app: &App, painter: &mut Painter, place: &SidePlace) {
    let state = app.tab().get(place.side);
    let row = inset(place.header);
    let name = match place.side {
        Side::Server => "SERVER",
        Side::Client => "CLIENT",
    };
    let style = painter
        .theme
        .side(place.side)
        .add_modifier(ratatui::style::Modifier::BOLD);
    let x = painter.styled(row.x, row.y, name, style, row.width) + 2;
    let (received, sent) = (state.stats.received, state.stats.sent);
    let mut counters = counters_in(painter, row, received, sent);
    if state.phase == Phase::Idle {
        counters.clear();
    }
    let behind = (counters.width() as u16).saturating_add(2);
    let room = row.right().saturating_sub(x + behind);
    let (mut words, role) = state_words(state, app.now, false);
    if words.width() > room.into() {
        words = state_words(state, app.now, true).0;
    }
    let words_end = painter.words(x, row.y, &words, role, row.right().saturating_sub(x));
    let left = painter.right(words_end + 2, row.right(), row.y, &counters, Role::Quiet);
    if left < row.right() {
        let rate = format!("{:>8}/s   ", Size(state.stats.rate.per_second(app.now)));
        painter.right(words_end + 2, left, row.y, &rate, Role::Quiet);
    }
}

/// Who is connected.
pub fn connections(app: &App, side: Side, painter: &mut Painter, place: &Place) {
    let state = app.tab().get(side);
    let udp = state.protocol == Protocol::Udp;
    let title = if udp { "peers" } else { "connections" };
    let (left, right) = painter.title(place.rule, title, has_keys(app, side, Pane::Connections));
    let total = format!("{} open, {} in all", state.stats.open, state.stats.opened);
    let total = if udp {
        format!("{} known", state.stats.open)
    } else {
        total
    };
    painter.on_rule(left, right, place.rule.y, &total, Role::Quiet);
    let body = inset(place.body);
    if state.connections.is_empty() {
        nobody(app, state, painter, body);
        return;
    }
    let from = state.connections.list_from(body.height.into());
    let rows = body.top()..body.bottom();
    for (y, (id, connection)) in rows.zip(state.connections.iter_from(from)) {
        let picked = state.connections.picked() == Some(id);
        let row = Rect {
            y,
            height: 1,
            ..body
        };
        painter.spot(row, Spot::Connection(side, id));
        connection_row(app, state, painter, row, (id, connection), picked);
    }
    let hidden = state
        .connections
        .iter_from(from)
        .count()
        .saturating_sub(body.height.into());
    if hidden > 0 {
        let more = format!("+{hidden} more");
        painter.right(
            body.x,
            body.right(),
            body.bottom().saturating_sub(1),
            &more,
            Role::Quiet,
        );
    }
}

fn nobody(app: &App, state: &SideState, painter: &mut Painter, body: Rect) {
    let udp = state.protocol == Protocol::Udp;
    let words = match (udp, state.stats.opened) {
        (true, 0) => "nobody has been heard yet",
        (true, _) => "everybody heard was forgotten",
        (false, 0) => "nobody is connected yet",
        (false, _) => "nobody is connected now",
    };
    painter.text(
        body.x + 2,
        body.y,
        words,
        Role::Quiet,
        body.width.saturating_sub(2),
    );
    let room = |x: u16| body.right().saturating_sub(x);
    let ways = ways_here(app, state);
    let last = body.y + 1 + ways.len() as u16;
    for (y, (place, address)) in (body.y + 1..body.bottom()).zip(ways) {
        let x = painter.text(body.x + 2, y, place, Role::Quiet, room(body.x + 2));
        let fits = |command: &String| command.width() <= room(x).into();
        if let Some(command) = client_commands(app, address).into_iter().find(fits) {
            painter.text(x, y, &command, Role::Plain, room(x));
        }
    }
    // Where there is neither netplay nor nc at the other end.
    let Some(here) = state.reachable_at().filter(|_| last < body.bottom()) else {
        return;
    };
    let python = commands::clients(app, state.protocol, here).python;
    let x = body.x + 2 + IN_ANOTHER.len() as u16;
    if state.phase == Phase::Running && python.width() <= room(x).into() {
        painter.text(x, last, &python, Role::Plain, room(x));
    } else if state.phase == Phase::Running {
        let key = app.key_name(Context::Log, Action::CopyMenu);
        let words = format!("{key} copies one of them, or one for Python");
        painter.text(x, last, &words, Role::Quiet, room(x));
    }
}

/// In front of the commands for this machine.
const IN_ANOTHER: &str = "in another terminal:  ";

/// From where the server can be reached, and at which address.
fn ways_here(app: &App, state: &SideState) -> Vec<(&'static str, SocketAddr)> {
    let Some(here) = state
        .reachable_at()
        .filter(|_| state.phase == Phase::Running)
    else {
        return Vec::new();
    };
    let mut ways = vec![(IN_ANOTHER, here)];
    let is_open = state.locals.iter().any(|at| at.ip().is_unspecified());
    let own = app.machine.addresses.iter().find(|ip| ip.is_ipv4());
    if let Some(ip) = own.filter(|_| is_open) {
        ways.push(("on another machine:   ", SocketAddr::new(*ip, here.port())));
    }
    ways
}

fn connection_row(
    app: &App,
    state: &SideState,
    painter: &mut Painter,
    row: Rect,
    (id, c): (ConnId, &Connection),
    picked: bool,
) {
    let role = if picked { Role::Cursor } else { Role::Plain };
    if picked {
        painter.style(row, painter.theme.style(Role::Cursor));
    }
    let mark = if picked {
        painter.theme.either("▸", ">")
    } else {
        " "
    };
    let x = painter.text(row.x, row.y, mark, role, 1) + 1;
    let width = |x: u16| row.right().saturating_sub(x);
    let x = x + 6.max(
        painter
            .text(x, row.y, &id.to_string(), role, width(x))
            .saturating_sub(x)
            + 1,
    );
    let x = painter.text(x, row.y, &c.peer.to_string(), role, width(x)) + 2;
    let counters = counters_in(painter, row, c.received, c.sent);
    let right = painter.right(x, row.right(), row.y, &counters, role);
    let room = if right < row.right() {
        right.saturating_sub(x + 2)
    } else {
        width(x)
    };
    let mut words = connection_words(app, state, c, false);
    if words.width() > room.into() {
        words = connection_words(app, state, c, true);
    }
    let role = if picked { role } else { Role::Quiet };
    painter.words(x, row.y, &words, role, room);
}

/// How long a connection has been there or was heard, and what is particular about it.
fn connection_words(app: &App, state: &SideState, c: &Connection, short: bool) -> String {
    let mut words = if state.protocol == Protocol::Udp {
        let heard = ago(app.now.since(c.heard));
        if short {
            format!("{heard} ago")
        } else {
            format!("last heard {heard} ago")
        }
    } else {
        let age = ago(app.now.since(c.opened));
        format!("{age:>6}{}", flow_words(c.flow, short))
    };
    if state.takes_turns() {
        words.push_str(if c.our_turn {
            ", our turn"
        } else {
            ", its turn"
        });
    }
    if c.waiting > 0 {
        words = format!("{words}, {} waiting", Size(c.waiting));
    }
    words
}

/// The chat box. Returns where the cursor belongs when it has it.
pub fn chat(app: &App, side: Side, painter: &mut Painter, place: &Place) -> Option<Position> {
    chat_rule(app, side, painter, place);
    chat_text(app, side, painter, place)
}

fn chat_rule(app: &App, side: Side, painter: &mut Painter, place: &Place) {
    let state = app.tab().get(side);
    let focused = has_keys(app, side, Pane::Box);
    let (left, right) = painter.title(place.rule, &box_title(state), focused);
    let chip = state
        .chat
        .chip(&app.key_name(Context::TypeBox, Action::Send));
    let end = right;
    let right = painter.on_rule(left, right, place.rule.y, &chip, Role::Quiet);
    painter.spot_in_row((right, end), place.rule.y, Spot::LineEnd(side));
    if let Some(notice) = &state.notice {
        draw_notice(painter, place, (left, right), focused, notice);
    }
}

/// What is written in the chat box.
pub fn chat_text(app: &App, side: Side, painter: &mut Painter, place: &Place) -> Option<Position> {
    let tab = app.tab();
    let state = tab.get(side);
    let body = inset(place.body);
    let typing = has_keys(app, side, Pane::Box) && tab.mode == Mode::Type;
    if state.chat.is_empty() && !typing {
        painter.text(
            body.x + 1,
            body.y,
            &empty_box(app, state),
            Role::Quiet,
            body.width.saturating_sub(1),
        );
        return None;
    }
    let area = Rect {
        x: body.x + 1,
        width: body.width.saturating_sub(1),
        ..body
    };
    if state.chat.len() > SHOWN {
        let words = too_long_to_show(app, state.chat.len());
        painter.words(area.x, area.y, &words, Role::Warning, area.width);
        return None;
    }
    typed::draw(painter, state.chat.area(), area).filter(|_| typing)
}

/// A longer text in a box, in bytes, is told of and not laid out: that would take longer than a
/// frame, for every key.
const SHOWN: usize = 64 << 10;

fn too_long_to_show(app: &App, len: usize) -> String {
    let key = |action| app.key_name(Context::TypeBox, action);
    format!(
        "{} of text, too long to show: {} sends it, {} clears it",
        Size(len as u64),
        key(Action::Send),
        key(Action::ClearLine)
    )
}

/// A word to the user on the rule of the box: between title and chip, or in their place.
fn draw_notice(
    painter: &mut Painter,
    place: &Place,
    (left, right): (u16, u16),
    focused: bool,
    notice: &Notice,
) {
    let (mark, role) = if notice.warning {
        ("! ", Role::Warning)
    } else {
        ("", Role::Quiet)
    };
    let words = text::safe(&notice.text);
    let y = place.rule.y;
    let width = |words: &str| (mark.width() + words.width() + 2) as u16;
    if width(&words) <= right.saturating_sub(left) {
        let words = format!(" {mark}{words} ");
        painter.text(left, y, &words, role, right - left);
        return;
    }
    let (left, right) = painter.title(place.rule, "", focused);
    let left = left.saturating_sub(1);
    let room = right.saturating_sub(left);
    // What is refused comes first; what follows from it can be left out.
    let short = words.split_once(": ").map_or(&*words, |(what, _)| what);
    let words = if width(&words) <= room {
        &*words
    } else {
        short
    };
    painter.words(left, y, &format!("{mark}{words} "), role, room);
}

fn box_title(state: &SideState) -> String {
    match (state.phase, state.side) {
        (Phase::Running, _) => {}
        (Phase::Stopping, _) => return "stopping".to_owned(),
        (_, Side::Server) => return "not listening yet".to_owned(),
        (_, Side::Client) => return "not connected yet".to_owned(),
    }
    let to = match (state.side, state.connections.picked()) {
        (Side::Client, _) => "say".to_owned(),
        (Side::Server, None) => "say to all".to_owned(),
        (Side::Server, Some(conn)) => format!("say to {conn}"),
    };
    if !state.takes_turns() {
        return to;
    }
    if state.connections.has_turn() {
        format!("{to}: your turn")
    } else {
        format!("{to}: their turn, wait")
    }
}

fn empty_box(app: &App, state: &SideState) -> String {
    let is_type = |row: &&Binding| row.action == Action::Type;
    let row = app.keymap.rows(Context::Box).find(is_type);
    match (state.phase, row) {
        (Phase::Running, Some(row)) if !row.keys.is_empty() => {
            let keys = row.key_names(app.charset()).replace(' ', " or ");
            format!("{keys}: write a message")
        }
        _ => String::new(),
    }
}
