//! The first row (name, tabs, who can reach us) and the last (mode, keys, way out).

use std::net::IpAddr;

use ratatui::layout::Rect;
use ratatui::style::Modifier;
use unicode_width::UnicodeWidthStr as _;

use super::paint::Painter;
use super::prompt;
use super::theme::Role;
use crate::app::App;
use crate::app::display::Presenter;
use crate::app::http::spell;
use crate::app::keymap::{Action, Context};
use crate::app::spot::Spot;
use crate::model::size::Size;
use crate::model::spec::{Protocol, Side};
use crate::wire::{rows, text};

/// Name, tabs and badge.
pub fn top(app: &App, painter: &mut Painter, row: Rect) {
    let mut x = painter.text(row.x + 1, row.y, "netplay", Role::Quiet, row.width);
    x += 2;
    for protocol in Protocol::ALL {
        let front = app.tab().protocol == protocol;
        let running = Side::ALL
            .into_iter()
            .any(|side| app.get(protocol).get(side).phase.is_active());
        let number = format!(" {}", protocol as usize + 1);
        let start = x;
        x = painter.text(
            x,
            row.y,
            &number,
            Role::Quiet,
            row.right().saturating_sub(x),
        );
        x = painter.text(x, row.y, " ", Role::Plain, 1);
        let role = if front { Role::Focus } else { Role::Quiet };
        let mut style = painter.theme.style(role);
        if front {
            style = style.add_modifier(Modifier::UNDERLINED);
        }
        x = painter.styled(
            x,
            row.y,
            protocol.name(),
            style,
            row.right().saturating_sub(x),
        );
        let dot = if running {
            painter.theme.either("●", "*")
        } else {
            " "
        };
        x = painter.text(x, row.y, dot, Role::Server, 1);
        let action = Spot::Action(Action::Tab(protocol));
        painter.spot_in_row((start, x), row.y, action);
    }
    let (text, role) = badge(app, row.right().saturating_sub(x + 2).into());
    let right = painter.right(x + 1, row.right().saturating_sub(1), row.y, &text, role);
    if !app.mouse {
        let right = right.saturating_sub(3);
        let words = format!("mouse off: {}", app.key_name(Context::Log, Action::Mouse));
        let start = painter.right(x + 1, right, row.y, &words, Role::Quiet);
        painter.spot_in_row((start, right), row.y, Spot::Action(Action::Mouse));
    }
}

/// Who can reach the servers that run now; the longest wording that fits.
fn badge(app: &App, width: usize) -> (String, Role) {
    let open = app
        .sides()
        .filter(|side| side.side == Side::Server && side.phase.is_active())
        .flat_map(|side| side.locals.iter())
        .find(|local| !local.ip().is_loopback());
    let Some(open) = open else {
        return ("loopback only".to_owned(), Role::Quiet);
    };
    let ip: Option<IpAddr> = if open.ip().is_unspecified() {
        // A socket bound to :: takes IPv4 as well on most systems, and IPv4 is what people type.
        app.machine
            .addresses
            .iter()
            .find(|ip| ip.is_ipv4())
            .or(app.machine.addresses.first())
            .copied()
    } else {
        Some(open.ip())
    };
    let address = ip.map(|ip| std::net::SocketAddr::new(ip, open.port()).to_string());
    let wordings = match address {
        Some(address) => vec![
            format!("! everyone on your network can reach {address}"),
            format!("! open to your network: {address}"),
            "! open to your network".to_owned(),
            "! open".to_owned(),
        ],
        None => vec![
            "! open to every network this machine joins".to_owned(),
            "! open to your network".to_owned(),
            "! open".to_owned(),
        ],
    };
    let text = wordings
        .iter()
        .find(|w| w.len() <= width)
        .or(wordings.last())
        .cloned()
        .unwrap_or_default();
    (text, Role::Warning)
}

/// The word for the mode, at the left of a row. Returns the column behind it.
pub fn mode(app: &App, painter: &mut Painter, row: Rect) -> u16 {
    let is_typing = app.context().is_typing();
    let (word, role) = if is_typing {
        ("TYPE", Role::Sent)
    } else {
        ("KEYS", Role::Quiet)
    };
    let mut style = painter.theme.style(role);
    if is_typing {
        style = style.add_modifier(Modifier::BOLD | Modifier::REVERSED);
    }
    painter.styled(row.x + 1, row.y, &format!(" {word} "), style, row.width) + 1
}

/// Mode, keys that work now, way out.
pub fn footer(app: &App, painter: &mut Painter, row: Rect) {
    let mut x = mode(app, painter, row);
    let way_out = app.way_out();
    let mut right = painter.right(
        x,
        row.right().saturating_sub(1),
        row.y,
        &way_out,
        Role::Quiet,
    );
    way_out_spots(app, painter, &way_out, right, row);
    if app.display.presenter != Presenter::Off {
        pressed(app, painter, row, (x, right));
        return;
    }
    if let Some(found) = app.position() {
        let words = format!(" {}  ", prompt::position(found));
        right = painter.right(x, right, row.y, &words, Role::Warning);
    }
    for hint in app.footer() {
        let needed = (hint.key.chars().count() + hint.word.chars().count() + 3) as u16;
        if x + needed > right {
            break;
        }
        let start = x;
        x = painter.text(x, row.y, &hint.key, Role::Key, needed) + 1;
        x = painter.text(x, row.y, hint.word, Role::Plain, needed);
        painter.spot_in_row((start, x), row.y, Spot::Action(hint.action));
        x += 2;
    }
}

/// Each part of the way out does what its last word says.
fn way_out_spots(app: &App, painter: &mut Painter, words: &str, from: u16, row: Rect) {
    let mut x = from;
    for part in words.split("  ") {
        let width = part.width() as u16;
        let action = match part.rsplit(' ').next() {
            _ if app.context().is_typing() => Action::Leave,
            Some("help") => Action::Help,
            _ => Action::Back,
        };
        if x < row.right().saturating_sub(1) {
            painter.spot_in_row((x, x + width), row.y, Spot::Action(action));
        }
        x += width + 2;
    }
}

/// A word to the user that belongs to no side, in place of the keys; what is long takes rows above.
pub fn notice(app: &App, painter: &mut Painter, row: Rect) {
    let Some(notice) = &app.notice else { return };
    let (mark, role) = if notice.warning {
        ("! ", Role::Warning)
    } else {
        ("", Role::Plain)
    };
    let room = row.width.saturating_sub(2);
    let text = format!("{mark}{}", notice.text);
    let wrapped = |line: &str| {
        let words = spell(&text::safe(line), app.charset()).into_owned();
        rows::words(&words, room, app.charset())
    };
    let lines: Vec<String> = text.lines().flat_map(wrapped).collect();
    let height = (lines.len() as u16).min(row.y);
    let area = Rect {
        y: row.bottom() - height,
        height,
        ..row
    };
    painter.clear(area);
    for (y, line) in (area.top()..area.bottom()).zip(&lines) {
        painter.text(area.x + 1, y, line, role, area.width.saturating_sub(1));
    }
}

/// The last key that was pressed, in the midst of the footer, for those who look on.
fn pressed(app: &App, painter: &mut Painter, row: Rect, (left, right): (u16, u16)) {
    let Some(last) = &app.last_key else { return };
    let key = format!(" {} ", last.key);
    let width = (key.chars().count() + last.word.chars().count() + 1) as u16;
    let x = (row.width.saturating_sub(width) / 2).max(left);
    if x + width > right {
        return;
    }
    let style = painter
        .theme
        .style(Role::Key)
        .add_modifier(Modifier::REVERSED);
    let x = painter.styled(x, row.y, &key, style, width);
    painter.text(x + 1, row.y, last.word, Role::Plain, width);
}

/// That the screen stands still, and what has happened meanwhile: over the badge of the top row.
pub fn frozen(app: &App, painter: &mut Painter, area: Rect) {
    let missed = app.missed();
    let entries = missed.entries;
    let bytes = Size(missed.bytes);
    let key = app.key_name(Context::Log, Action::Freeze);
    let wordings = [
        format!(" FROZEN  {entries:>6} new entries  {bytes:>8} since   {key} goes on "),
        format!(" FROZEN {entries:>6} new {bytes:>8}  {key} goes on "),
        format!(" FROZEN {entries:>6} new "),
    ];
    let row = Rect { height: 1, ..area };
    let style = painter
        .theme
        .style(Role::Warning)
        .add_modifier(Modifier::REVERSED | Modifier::BOLD);
    let room = usize::from(row.width.saturating_sub(34));
    let words = wordings
        .iter()
        .find(|words| words.len() <= room)
        .unwrap_or(&wordings[2]);
    let width = words.len() as u16;
    let x = row.right().saturating_sub(width + 1);
    let blank = " ".repeat(room);
    let from = row.right().saturating_sub(room as u16);
    painter.text(
        from,
        row.y,
        &blank,
        Role::Plain,
        row.right().saturating_sub(from),
    );
    painter.styled(x, row.y, words, style, width);
}
