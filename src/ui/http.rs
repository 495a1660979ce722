//! An HTTP side: its headline, the list of requests, the raw text of one of them with what is to
//! be said about its lines, and a client's answer beside its decoded body.

use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;
use unicode_width::UnicodeWidthStr;

use super::log;
use super::paint::Painter;
use super::panes::{has_keys, state_words};
use super::theme::Role;
use crate::app::App;
use crate::app::entry::Tone;
use crate::app::http::exchange::Exchange;
use crate::app::http::list::{self, took};
use crate::app::http::page::{self, Page};
use crate::app::http::{Reading, View};
use crate::app::layout::{self, Place, SidePlace, inset};
use crate::app::scroll::Scroll;
use crate::app::side::{Phase, SideState};
use crate::app::tab::Pane;
use crate::model::size::Size;
use crate::model::spec::Side;
use crate::wire::text::{one_line_string, safe};

/// One row: the side, what it does, its figures.
pub fn header(app: &App, painter: &mut Painter, place: &SidePlace) {
    let state = app.tab().get(place.side);
    let row = inset(place.header);
    let name = match place.side {
        Side::Server => "SERVER",
        Side::Client => "CLIENT",
    };
    let style = painter.theme.side(place.side).add_modifier(Modifier::BOLD);
    let x = painter.styled(row.x, row.y, name, style, row.width) + 2;
    let (words, role) = headline(app, state);
    let words_end = painter.words(x, row.y, &words, role, row.right().saturating_sub(x));
    for figures in figures(state) {
        if painter.right(words_end + 2, row.right(), row.y, &figures, Role::Quiet) < row.right() {
            break;
        }
    }
}

/// What the side does, in words.
fn headline(app: &App, state: &SideState) -> (String, Role) {
    let shown = state.http.shown();
    match (state.side, state.phase, shown) {
        (Side::Server, Phase::Running, _) => {
            let local = state.locals.first();
            let url = local.map_or_else(String::new, |local| format!("http://{local}"));
            let more = match state.locals.len() {
                0 | 1 => String::new(),
                n => format!(" and {} more", n - 1),
            };
            (format!("{url}{more}"), Role::Plain)
        }
        (Side::Client, Phase::Running | Phase::Ended(_), Some(exchange))
            if exchange.status.is_some() =>
        {
            let status = exchange.status.unwrap_or_default();
            let role = match status {
                0..300 => Role::Plain,
                300..400 => Role::Warning,
                _ => Role::Error,
            };
            let reason = one_line_string(&exchange.reason);
            (format!("{status} {reason}"), role)
        }
        (Side::Client, Phase::Running, Some(exchange)) if exchange.ended.is_none() => {
            let since = app.now.since(exchange.began).as_secs();
            (format!("asked, no answer yet  {since} s"), Role::Warning)
        }
        _ => state_words(state, app.now, false),
    }
}

/// The figures at the right end of the headline, the longest wording first.
fn figures(state: &SideState) -> Vec<String> {
    match (state.side, state.http.shown()) {
        (Side::Server, _) if state.phase != Phase::Idle => {
            let (open, requests) = (state.stats.open, state.http.exchanges.requests);
            let count = if requests == 1 {
                "1 request".to_owned()
            } else {
                format!("{requests} requests")
            };
            let [received, sent] = [state.stats.received, state.stats.sent].map(Size);
            vec![
                format!("{open} open   {count}   in {received:>8}   out {sent:>8}"),
                format!("{open} open   {count}"),
                count,
            ]
        }
        (Side::Client, Some(exchange)) => times(exchange),
        _ => Vec::new(),
    }
}

fn times(exchange: &Exchange) -> Vec<String> {
    let since = |stamp| took(exchange.began.max(stamp).since(exchange.began));
    let Some(answered) = exchange.answered else {
        return Vec::new();
    };
    let first = since(answered);
    let size = match exchange.body_len {
        Some(body) => format!("body {}", Size(body)),
        None if exchange.ended.is_some() => Size(exchange.response.len).to_string(),
        None => format!("{} so far", Size(exchange.response.len)),
    };
    let total = exchange
        .ended
        .map_or_else(String::new, |ended| format!(" · total {}", since(ended)));
    let connect = exchange.connect.map_or_else(String::new, |connect| {
        format!("connect {} · ", took(connect))
    });
    vec![
        format!("{size}   {connect}first byte {first}{total}"),
        format!("{size}   first byte {first}{total}"),
        size,
    ]
}

/// The list of requests, and below them the connections that have sent nothing yet.
pub fn requests(app: &App, side: Side, painter: &mut Painter, place: &Place) {
    let state = app.tab().get(side);
    let focused = has_keys(app, side, Pane::Requests);
    let (left, right) = painter.title(place.rule, "requests", focused);
    on_list_rule(state, painter, left, right, place.rule.y);
    let http = &state.http;
    let body = inset(place.body);
    let rows = layout::list_rows(state, body.height);
    let (top, _) = http.list.top(&http.exchanges, rows.into());
    let picked = http.list.cursor(&http.exchanges);
    let mut y = body.y;
    for number in top..http.exchanges.end().min(top + u64::from(rows)) {
        if let Some(exchange) = http.exchanges.get(number) {
            let row = Rect {
                y,
                height: 1,
                ..body
            };
            let words = list::words(exchange, side, app.now);
            exchange_row(
                state,
                painter,
                row,
                exchange,
                &words,
                picked == Some(number),
            );
        }
        y += 1;
    }
    silent_rows(app, state, painter, body, y);
    if y == body.y && http.exchanges.silent().next().is_none() {
        nobody(state, painter, body);
    }
}

fn on_list_rule(state: &SideState, painter: &mut Painter, left: u16, right: u16, y: u16) {
    if let Some(notice) = &state.notice {
        let role = if notice.warning {
            Role::Warning
        } else {
            Role::Plain
        };
        painter.on_rule(left, right, y, &safe(&notice.text), role);
        return;
    }
    let mut right = right;
    if state.http.list != Scroll::Follow {
        right = painter.on_rule(left, right, y, "not following: f follows", Role::Quiet);
    }
    if state.side == Side::Client {
        return;
    }
    if state.http.edited.is_some() {
        let words = "answer: edited by hand (r: back to normal)";
        right = painter.on_rule(left, right, y, words, Role::Warning);
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
        painter
            .buffer
            .set_style(row, painter.theme.style(Role::Cursor));
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
    let or_ellipsis = |text: &str| match text {
        "" | "…" => ellipsis.to_owned(),
        text => text.to_owned(),
    };
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
    let room = room.saturating_sub((words.target.width() as u16).min(room / 3) + 2);
    let size = format!("{:>8}", words.size);
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
        let wordings = list::silence(exchanges, silent, app.now);
        let fits = wordings.iter().find(|words| words.width() <= room.into());
        let words = fits.unwrap_or(&wordings[2]);
        painter.words(x, y, words, Role::Quiet, room);
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

/// A raw text, a decoded body or the log, as the view says. Returns where the cursor would be: at
/// the end of what is still arriving.
pub fn raw(app: &App, side: Side, painter: &mut Painter, place: &Place) {
    let state = app.tab().get(side);
    let http = &state.http;
    let last = match side {
        Side::Server => Pane::Raw,
        Side::Client => Pane::Answer,
    };
    if place.pane == last && http.view == View::Log {
        log::draw(app, side, painter, place);
        return;
    }
    let focused = has_keys(app, side, place.pane);
    let title = title(state, place.pane);
    let (left, right) = painter.title(place.rule, &title, focused);
    let width = layout::raw_width(app, side, place);
    let area = Rect {
        width,
        ..inset(place.body)
    };
    let Some(shown) = app.page(side, place.pane, width) else {
        let words = match side {
            Side::Server => "the raw request will stand here, byte for byte, as it arrives",
            Side::Client => "the raw text will stand here, byte for byte",
        };
        painter.words(area.x, area.y, words, Role::Quiet, area.width);
        return;
    };
    let (words, role) = condition(app, state, place.pane, &shown);
    painter.on_rule(left, right, place.rule.y, &words, role);
    let reading = match place.pane {
        Pane::Answer => http.answer_reading,
        _ => http.reading,
    };
    lines(painter, area, &shown, reading);
    if let (Some(area), Some(exchange)) = (layout::body_beside(app, side, place), http.shown()) {
        let x = area.x.saturating_sub(3);
        for y in area.top()..area.bottom() {
            painter.text(x, y, painter.theme.vertical(), Role::Rule, 1);
        }
        painter.text(area.x, place.rule.y, " body ", Role::Quiet, area.width);
        let body = page::body(exchange, area.width, app.charset());
        lines(painter, area, &body, reading);
    }
}

fn title(state: &SideState, pane: Pane) -> String {
    let what = match (pane, state.http.view, state.side) {
        (Pane::Raw, View::Answer, Side::Server) => "raw answer",
        (Pane::Answer, View::Body, _) => "decoded body",
        (Pane::Answer, ..) => "raw answer",
        _ => "raw request",
    };
    match (state.side, state.http.shown()) {
        (Side::Server, Some(exchange)) => format!("{what} {}", exchange.conn),
        _ => what.to_owned(),
    }
}

/// What is to be said about the whole text, on its rule.
fn condition(app: &App, state: &SideState, pane: Pane, page: &Page) -> (String, Role) {
    let http = &state.http;
    if pane == Pane::Raw && http.unsent(state.side).is_some() {
        return (
            "written by hand, not sent yet: R sends it".to_owned(),
            Role::Warning,
        );
    }
    let Some(exchange) = http.shown() else {
        return (String::new(), Role::Quiet);
    };
    let is_answer =
        pane == Pane::Answer || (state.side == Side::Server && http.view == View::Answer);
    if is_answer && pane == Pane::Answer && app.redirects() {
        let words = redirect_words(exchange);
        return (words, Role::Key);
    }
    let raw = if is_answer {
        &exchange.response
    } else {
        &exchange.request
    };
    if raw.verdict.is_some() {
        ("no HTTP".to_owned(), Role::Error)
    } else if raw.whole {
        (Size(raw.len).to_string(), Role::Quiet)
    } else if raw.is_empty() && is_answer && exchange.ended.is_none() {
        ("waiting".to_owned(), Role::Warning)
    } else if page.grows {
        let words = match (state.side, is_answer) {
            (Side::Server, false) | (Side::Client, true) => "arriving".to_owned(),
            // Whether more of it follows is not told: only its answer shows that it was all.
            (Side::Client, false) => format!("{} sent", Size(raw.len)),
            (Side::Server, true) => "going out".to_owned(),
        };
        (words, Role::Warning)
    } else {
        (format!("{}, not whole", Size(raw.len)), Role::Warning)
    }
}

fn redirect_words(exchange: &Exchange) -> String {
    let location = crate::app::http::redirect::location(exchange).unwrap_or_default();
    format!(
        "redirect to {}: Enter goes there",
        one_line_string(&location)
    )
}

/// Rows from where one reads, remarks at the right end, a mark at the end of what still grows.
fn lines(painter: &mut Painter, area: Rect, page: &Page, reading: Reading) {
    let height = usize::from(area.height);
    let top = reading.top(page.lines.len(), height, page.grows);
    let last = page.lines.len().saturating_sub(1);
    for (y, (n, line)) in (area.top()..area.bottom()).zip(page.lines.iter().enumerate().skip(top)) {
        let mut x = area.x;
        for piece in &line.pieces {
            let style = painter.theme.tone(piece.tone);
            x = painter.styled(x, y, &piece.text, style, area.right().saturating_sub(x));
        }
        if let Some(remark) = &line.remark {
            let role = match remark.tone {
                Tone::Error => Role::Error,
                Tone::Warning => Role::Warning,
                _ => Role::Quiet,
            };
            painter.right(x, area.right(), y, &remark.text, role);
        }
        if page.grows && n == last {
            let at = Position::new(x.min(area.right().saturating_sub(1)), y);
            painter.text(at.x, at.y, painter.theme.either("▏", "_"), Role::Key, 1);
        }
    }
    let below = page.lines.len().saturating_sub(top + height);
    if below > 0 && area.height > 0 {
        let arrow = painter.theme.either("▼", "v");
        let words = format!(" {arrow} {below} more rows ");
        painter.right(area.x, area.right(), area.bottom() - 1, &words, Role::Quiet);
    }
}
