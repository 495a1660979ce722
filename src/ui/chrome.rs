//! The first row (name, tabs, who can reach us) and the last (mode, keys, way out).

use std::net::IpAddr;

use ratatui::layout::Rect;

use super::paint::Painter;
use super::theme::Role;
use crate::app::App;
use crate::model::spec::{Protocol, Side};

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
            style = style.add_modifier(ratatui::style::Modifier::UNDERLINED);
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
    }
    let (text, role) = badge(app, row.right().saturating_sub(x + 2).into());
    painter.right(x + 1, row.right().saturating_sub(1), row.y, &text, role);
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

/// Mode, keys that work now, way out.
pub fn footer(app: &App, painter: &mut Painter, row: Rect) {
    let context = app.context();
    let (word, role) = if context.is_typing() {
        ("TYPE", Role::Sent)
    } else {
        ("KEYS", Role::Quiet)
    };
    let mut style = painter.theme.style(role);
    if context.is_typing() {
        style =
            style.add_modifier(ratatui::style::Modifier::BOLD | ratatui::style::Modifier::REVERSED);
    }
    let mut x = painter.styled(row.x + 1, row.y, &format!(" {word} "), style, row.width) + 1;
    let way_out = app.way_out();
    let right = painter.right(
        x,
        row.right().saturating_sub(1),
        row.y,
        &way_out,
        Role::Quiet,
    );
    for hint in app.footer() {
        let needed = (hint.key.chars().count() + hint.word.chars().count() + 3) as u16;
        if x + needed > right {
            break;
        }
        x = painter.text(x, row.y, &hint.key, Role::Key, needed) + 1;
        x = painter.text(x, row.y, hint.word, Role::Plain, needed) + 2;
    }
}
