//! The list of an HTTP side's requests, and the connections that have sent nothing yet.

use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::log;
use super::paint::Painter;
use super::panes::has_keys;
use super::theme::Role;
use crate::app::App;
use crate::app::entry::Tone;
use crate::app::http::exchange::Exchange;
use crate::app::http::{list, spell};
use crate::app::keymap::{Action, Context};
use crate::app::layout::{self, Place, inset};
use crate::app::scroll::{Rows as _, Scroll};
use crate::app::side::{Phase, SideState};
use crate::app::sifting::Items as _;
use crate::app::spot::Spot;
use crate::app::tab::Pane;
use crate::model::spec::Side;
use crate::wire::text::safe;

/// The list of requests, and below them the connections that have sent nothing yet.
pub fn draw(app: &App, side: Side, painter: &mut Painter, place: &Place) {
    let state = app.tab().get(side);
    let focused = has_keys(app, side, Pane::Requests);
    let (left, right) = painter.title(place.rule, "requests", focused);
    let http = &state.http;
    let hidden = http.rows().hidden();
    let right = log::filter_on_rule(app, painter, (left, right), place.rule.y, hidden);
    on_list_rule(app, state, painter, (left, right), place.rule.y);
    let body = inset(place.body);
    let rows = layout::list_rows(state, body.height);
    let list = http.rows();
    let (top, _) = http.list.top(&list, rows.into());
    let picked = list.cursor(http.list);
    let mut y = body.y;
    for at in top..list.end().min(top + u64::from(rows)) {
        let number = list.item(at);
        if let Some(exchange) = number.and_then(|number| http.exchanges.get(number)) {
            let row = Rect {
                y,
                height: 1,
                ..body
            };
            painter.spot(row, Spot::Request(side, at));
            let words = list::words(exchange, side, app.now, state.patience());
            exchange_row(state, painter, row, exchange, &words, picked == number);
        }
        y += 1;
    }
    silent_rows(app, state, painter, body, y);
    if y == body.y && http.exchanges.silent().next().is_none() {
        nobody(state, painter, body);
    }
}

fn on_list_rule(
    app: &App,
    state: &SideState,
    painter: &mut Painter,
    (left, right): (u16, u16),
    y: u16,
) {
    if let Some(notice) = &state.notice {
        let role = if notice.warning {
            Role::Warning
        } else {
            Role::Plain
        };
        let charset = painter.theme.charset;
        painter.on_rule(left, right, y, &spell(&safe(&notice.text), charset), role);
        return;
    }
    let mut right = right;
    if state.http.list != Scroll::Follow {
        let end = right;
        right = painter.on_rule(left, right, y, &log::not_following(app), Role::Quiet);
        painter.spot_in_row((right, end), y, Spot::Newest(state.side, Pane::Requests));
    }
    if state.side == Side::Client {
        return;
    }
    if state.http.edited.is_some() {
        let key = app.key_name(Context::Requests, Action::Normal);
        let words = format!("answer: edited by hand ({key}: back to normal)");
        right = painter.on_rule(left, right, y, &words, Role::Warning);
    }
    if state.http.one_at_a_time {
        painter.on_rule(left, right, y, "one at a time", Role::Warning);
    }
}

/// What the connection's number and the method take, in cells.
const CONN: u16 = 6;
const METHOD: u16 = 8;
/// Narrower rows have no time.
const TIME_FROM: u16 = 60;

fn exchange_row(
    state: &SideState,
    painter: &mut Painter,
    row: Rect,
    exchange: &Exchange,
    words: &list::Words,
    picked: bool,
) {
    let (plain, quiet) = if picked {
        painter.style(row, painter.theme.style(Role::Cursor));
        (Role::Cursor, Role::Cursor)
    } else {
        (Role::Plain, Role::Quiet)
    };
    let mark = if picked {
        painter.theme.either("▸", ">")
    } else {
        " "
    };
    let mut x = painter.text(row.x, row.y, mark, plain, 1) + 1;
    if state.side == Side::Server {
        let conn = exchange.conn.to_string();
        x += CONN.max(painter.text(x, row.y, &conn, quiet, row.right() - x) - x + 1);
    }
    let ellipsis = painter.theme.either("…", "...");
    let charset = painter.theme.charset;
    let or_ellipsis = |text: &str| match text {
        "" | "…" => ellipsis.to_owned(),
        text => spell(text, charset).into_owned(),
    };
    let target = spell(&words.target, charset);
    let method = or_ellipsis(&words.method);
    painter.words(x, row.y, &method, plain, METHOD - 1);
    x += METHOD;
    let mut right = row.right();
    if row.width >= TIME_FROM {
        right = painter.right(x, right, row.y, &format!("{:>8}", words.time), quiet);
    }
    // What is said in place of a size may be long; the target keeps some room.
    let status = format!("{:>3}  ", or_ellipsis(&words.status));
    let room = right.saturating_sub(x + status.width() as u16);
    let room = room.saturating_sub((target.width() as u16).min(room / 3) + 2);
    let size = format!("{:>8}", spell(&words.size, charset));
    let width = (size.width() as u16).min(room);
    let at = right.saturating_sub(width);
    let role = match words.tone {
        _ if picked => plain,
        Tone::Error => Role::Error,
        Tone::Warning => Role::Warning,
        _ => Role::Quiet,
    };
    painter.words(at, row.y, &size, role, width);
    let at = at.saturating_sub(status.width() as u16);
    painter.text(at, row.y, &status, plain, status.width() as u16);
    painter.words(x, row.y, &words.target, plain, at.saturating_sub(x + 1));
}

/// The connections that have sent nothing yet, from row `y` on.
fn silent_rows(app: &App, state: &SideState, painter: &mut Painter, body: Rect, y: u16) {
    let exchanges = &state.http.exchanges;
    let count = exchanges.silent().count();
    let room = usize::from(body.bottom() - y);
    let (shown, more) = if count > room {
        (room.saturating_sub(1), count + 1 - room)
    } else {
        (count, 0)
    };
    let mut y = y;
    for silent in exchanges.silent().take(shown) {
        let x = body.x + 2;
        let conn = silent.0.to_string();
        if state.side == Side::Server {
            painter.text(x, y, &conn, Role::Quiet, body.width);
        }
        let x = x + if state.side == Side::Server { CONN } else { 0 };
        painter.text(x, y, painter.theme.either("·", "-"), Role::Quiet, 1);
        let x = x + 2;
        let room = body.right().saturating_sub(x);
        let wordings = list::silence(exchanges, silent, app.now, state.patience());
        let fits = wordings.iter().find(|words| words.width() <= room.into());
        if let Some(words) = fits.or(wordings.last()) {
            painter.words(x, y, words, Role::Quiet, room);
        }
        y += 1;
    }
    if more > 0 && room > 0 {
        let words = format!("and {more} more that have sent nothing yet");
        painter.text(body.x + 2, y, &words, Role::Quiet, body.width);
    }
}

fn nobody(state: &SideState, painter: &mut Painter, body: Rect) {
    let room = body.width.saturating_sub(2);
    let words = match state.side {
        Side::Server => "nobody has asked anything yet",
        Side::Client => "nothing was asked yet",
    };
    painter.words(body.x + 2, body.y, words, Role::Quiet, room);
    let local = state
        .reachable_at()
        .filter(|_| state.phase == Phase::Running);
    if let (Some(local), Side::Server, 2..) = (local, state.side, body.height) {
        let commands = [
            format!("in a browser or another terminal:  curl http://{local}/"),
            format!("curl http://{local}/"),
        ];
        let fits = commands.iter().find(|c| c.width() <= room.into());
        if let Some(words) = fits {
            painter.text(body.x + 2, body.y + 1, words, Role::Plain, room);
        }
    }
}
