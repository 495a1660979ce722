//! An HTTP side: its headline, the raw text of a request with what is to be said about its lines, and
//! a client's answer beside its decoded body.

use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;

use super::log;
use super::paint::Painter;
use super::panes::{has_keys, state_words};
use super::theme::Role;
use crate::app::App;
use crate::app::entry::Tone;
use crate::app::http::exchange::Exchange;
use crate::app::http::list::{kept_for, took};
use crate::app::http::page::{self, Page};
use crate::app::http::{Reading, View, spell};
use crate::app::keymap::{Action, Context};
use crate::app::layout::{self, Place, SidePlace, inset};
use crate::app::side::{Phase, SideState};
use crate::app::tab::Pane;
use crate::model::size::Size;
use crate::model::spec::Side;
use crate::wire::text::one_line_string;

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
    let words = spell(&words, app.charset());
    let words_end = painter.words(x, row.y, &words, role, row.right().saturating_sub(x));
    for figures in figures(state) {
        let figures = spell(&figures, app.charset());
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
    let words = spell(&words, app.charset());
    // What stands first matters most.
    let fits = words.chars().count() + 2 <= usize::from(right.saturating_sub(left));
    let words = words.split(';').next().filter(|_| !fits).unwrap_or(&words);
    let right = painter.on_rule(left, right, place.rule.y, words, role);
    let reading = http.reading(place.pane);
    let below = lines(painter, area, &shown, reading, app.display.across());
    if below > 0 {
        let arrow = painter.theme.either("▼", "v");
        painter.on_rule(
            left,
            right,
            place.rule.y,
            &format!("{arrow} {below} more"),
            Role::Quiet,
        );
    }
    if let (Some(area), Some(exchange)) = (layout::body_beside(app, side, place), http.shown()) {
        let x = area.x.saturating_sub(3);
        for y in area.top()..area.bottom() {
            painter.text(x, y, painter.theme.vertical(), Role::Rule, 1);
        }
        painter.text(area.x, place.rule.y, " body ", Role::Quiet, area.width);
        let body = page::body(exchange, app.setting(None, area.width));
        lines(
            painter,
            area,
            &body,
            Reading::default(),
            app.display.across(),
        );
    }
}

fn title(state: &SideState, pane: Pane) -> String {
    let what = match (pane, state.http.view, state.side) {
        (Pane::Answer, View::Body, _) => "decoded body",
        (Pane::Answer, ..) | (Pane::Raw, View::Answer, Side::Server) => "raw answer",
        _ => "raw request",
    };
    match (state.side, state.http.shown()) {
        (Side::Server, Some(exchange)) => format!("{what} {}", exchange.conn),
        _ => what.to_owned(),
    }
}

/// What is to be said about the whole text, on its rule.
fn condition(app: &App, state: &SideState, pane: Pane, shown: &Page) -> (String, Role) {
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
        let words = redirect_words(app, exchange);
        return (words, Role::Key);
    }
    let raw = if is_answer {
        &exchange.response
    } else {
        &exchange.request
    };
    if raw.refusal().is_some() {
        ("no HTTP".to_owned(), Role::Error)
    } else if raw.whole {
        let kept = kept_for(&http.exchanges, exchange, app.now, state.patience());
        let words = match kept.filter(|_| state.side == Side::Server) {
            Some(left) => format!("{}; kept open for {left} s more", Size(raw.len)),
            None => Size(raw.len).to_string(),
        };
        (words, Role::Quiet)
    } else if raw.is_empty() && is_answer && exchange.ended.is_none() {
        ("waiting".to_owned(), Role::Warning)
    } else if shown.grows {
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

fn redirect_words(app: &App, exchange: &Exchange) -> String {
    let key = app.key_name(Context::Requests, Action::Open);
    let location = crate::app::http::redirect::location(exchange).unwrap_or_default();
    format!(
        "redirect to {}: {key} goes there",
        one_line_string(&location)
    )
}

/// Rows from where one reads, remarks at the right end, a mark at the end of what still grows.
/// Returns how many rows are below.
fn lines(painter: &mut Painter, area: Rect, page: &Page, reading: Reading, across: u16) -> usize {
    let height = usize::from(area.height);
    let top = reading.top(page.lines.len(), height, page.grows);
    for (y, (n, line)) in (area.top()..area.bottom()).zip(page.lines.iter().enumerate().skip(top)) {
        let x = painter.pieces(area.x, area.right(), y, &line.pieces, across);
        if let Some(remark) = &line.remark {
            let role = match remark.tone {
                Tone::Error => Role::Error,
                Tone::Warning => Role::Warning,
                _ => Role::Quiet,
            };
            painter.right(x, area.right(), y, &remark.text, role);
        }
        if page.grows && n == page.end {
            let at = Position::new(x.min(area.right().saturating_sub(1)), y);
            painter.text(at.x, at.y, painter.theme.either("▏", "_"), Role::Key, 1);
        }
    }
    page.lines.len().saturating_sub(top + height)
}
