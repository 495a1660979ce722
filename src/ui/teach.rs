//! Empty places say what will be there and what to press.

use std::net::SocketAddr;

use ratatui::layout::Rect;

use super::paint::Painter;
use super::theme::Role;
use crate::app::App;
use crate::app::layout::inset;
use crate::model::spec::{Protocol, Side};

/// What a protocol is, in one sentence for beginners.
fn intro(protocol: Protocol) -> [&'static str; 2] {
    match protocol {
        Protocol::Tcp => [
            "TCP is a phone call: one side waits, the other rings,",
            "then both can talk.",
        ],
        Protocol::Udp => [
            "UDP is a postcard: each one travels by itself, nobody picks up,",
            "and some get lost.",
        ],
        Protocol::Http => [
            "HTTP is a question and its answer, written as text",
            "over a TCP connection.",
        ],
    }
}

/// Commands that talk to a server at `local`, the longest first.
pub fn client_commands(app: &App, local: SocketAddr) -> [String; 3] {
    let protocol = app.tab().protocol;
    let word = protocol.word();
    let ours =
        if local.ip().is_loopback() && local.is_ipv4() && local.port() == protocol.default_port() {
            format!("netplay {word} client")
        } else if local.ip().is_loopback() && local.is_ipv4() {
            format!("netplay {word} client {}", local.port())
        } else {
            format!("netplay {word} client {local}")
        };
    let flag = if protocol == Protocol::Udp { "-u " } else { "" };
    let nc = format!("nc {flag}{} {}", local.ip(), local.port());
    [format!("{ours}   or   {nc}"), nc, ours]
}

/// An idle side: what it is, what to press.
pub fn idle(app: &App, side: Side, painter: &mut Painter, area: Rect) {
    let area = inset(inset(area));
    let tab = app.tab();
    let alone = app.is_idle();
    let address = tab
        .get(side)
        .form
        .address()
        .map_or_else(|| "the address above".to_owned(), |a| a.to_string());
    let mut lines: Vec<(&str, String)> = Vec::new();
    if side == tab.side {
        lines.extend(intro(tab.protocol).map(|line| ("", line.to_owned())));
        lines.push(("", String::new()));
    }
    let enter = if side == tab.side {
        "Enter"
    } else {
        "Tab, Enter"
    };
    match (side, tab.protocol) {
        (Side::Server, _) => lines.push((enter, format!("start a server on {address}"))),
        (Side::Client, Protocol::Udp) => {
            lines.push((enter, format!("start a client that sends to {address}")));
        }
        (Side::Client, _) => lines.push((enter, format!("start a client that calls {address}"))),
    }
    if alone && side == tab.side {
        if side == Side::Server {
            lines.push(("c", "start a client instead".to_owned()));
        }
        lines.push(("B", "start both, side by side".to_owned()));
        lines.push(("i", "change the settings above".to_owned()));
    }
    if side == Side::Server && side == tab.side {
        lines.push(("", String::new()));
        if let Some(form) = tab.get(side).form.address() {
            let port = form.port;
            let local = SocketAddr::new(
                form.ip()
                    .filter(|ip| !ip.is_unspecified())
                    .unwrap_or([127, 0, 0, 1].into()),
                port,
            );
            if port != 0 {
                lines.push(("", "then, in another terminal:".to_owned()));
                lines.push(("", format!("  {}", client_commands(app, local)[0])));
            }
        }
    }
    draw_lines(painter, area, &lines);
}

/// The HTTP tab, whose sessions are still to come.
pub fn http(app: &App, painter: &mut Painter, area: Rect) {
    let mut area = inset(inset(area));
    area.y += 2.min(area.height);
    area.height = area.height.saturating_sub(2);
    let mut lines: Vec<(&str, String)> = intro(app.tab().protocol)
        .map(|line| ("", line.to_owned()))
        .to_vec();
    lines.extend(
        [
            "",
            "Coming here: a server that shows each raw request while it is still",
            "arriving, byte for byte, and a client whose requests are written by hand.",
            "",
            "It is not built yet. TCP and UDP are: press 1 or 2.",
            "",
            "Until then, the TCP server shows what a browser sends:",
            "  netplay tcp server 8080     then open http://127.0.0.1:8080",
        ]
        .map(|line| ("", line.to_owned())),
    );
    draw_lines(painter, area, &lines);
}

/// Keys in a column of their own, words beside them.
fn draw_lines(painter: &mut Painter, area: Rect, lines: &[(&str, String)]) {
    let column = lines
        .iter()
        .map(|(key, _)| key.len() as u16)
        .max()
        .unwrap_or(0);
    for (y, (key, words)) in (area.top()..area.bottom()).zip(lines) {
        if key.is_empty() {
            painter.text(area.x, y, words, Role::Quiet, area.width);
        } else {
            painter.text(area.x, y, key, Role::Key, column);
            let x = area.x + column + 3;
            painter.text(x, y, words, Role::Plain, area.right().saturating_sub(x));
        }
    }
}
