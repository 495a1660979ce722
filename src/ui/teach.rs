//! Empty places say what will be there and what to press.

use std::net::SocketAddr;

use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::paint::Painter;
use super::theme::Role;
use crate::app::App;
use crate::app::keymap::{Action, Context};
use crate::app::layout::inset;
use crate::model::spec::{Protocol, Side};
use crate::wire::rows;

/// What a protocol is, in one sentence for beginners.
fn intro(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Tcp => {
            "TCP is a phone call: one side waits, the other rings, then both can talk."
        }
        Protocol::Udp => {
            "UDP is a postcard: each travels by itself, nobody picks up, some get lost."
        }
        Protocol::Http => {
            "HTTP is a question and its answer, written as text over a TCP connection."
        }
    }
}

/// Commands that talk to a server at `local`, the longest first.
pub fn client_commands(app: &App, local: SocketAddr) -> [String; 3] {
    let protocol = app.tab().protocol;
    let word = protocol.word();
    // Where a configuration has addresses, the bare command would call those.
    let is_default = local.port() == protocol.default_port() && !app.defaults.has_address(protocol);
    let ours = if local.ip().is_loopback() && local.is_ipv4() && is_default {
        format!("netplay {word} client")
    } else if local.ip().is_loopback() && local.is_ipv4() {
        format!("netplay {word} client {}", local.port())
    } else {
        format!("netplay {word} client {local}")
    };
    if protocol == Protocol::Http {
        let curl = format!("curl http://{local}/");

        return [format!("{curl}   or   {ours}"), curl, ours];
    }
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
    let key = |action| app.key_name(Context::Form, action);
    let mut lines: Vec<(String, String)> = Vec::new();
    let mut say = |key: String, words: String| lines.push((key, words));
    let start_key = key(Action::Start);
    if side == tab.side {
        say(String::new(), intro(tab.protocol).to_owned());
        say(String::new(), String::new());
    }
    let start = match (side, tab.protocol) {
        (Side::Server, _) => format!("a server on {address}"),
        (Side::Client, Protocol::Udp) => format!("a client that sends to {address}"),
        (Side::Client, Protocol::Http) => format!("a client that asks {address}"),
        (Side::Client, _) => format!("a client that calls {address}"),
    };
    if side == tab.side {
        say(start_key, format!("start {start}"));
    } else {
        say(
            key(Action::NextPane),
            format!("to here, then {start_key}: start {start}"),
        );
    }
    if alone && side == tab.side {
        if side == Side::Server {
            say(
                key(Action::StartClient),
                "start a client instead".to_owned(),
            );
        }
        say(
            key(Action::StartBoth),
            "start both, side by side".to_owned(),
        );
        say(key(Action::Type), "change the settings above".to_owned());
    }
    if side == Side::Server && side == tab.side {
        say(String::new(), String::new());
        if let Some(form) = tab.get(side).form.address() {
            let port = form.port;
            let local = SocketAddr::new(
                form.ip()
                    .filter(|ip| !ip.is_unspecified())
                    .unwrap_or([127, 0, 0, 1].into()),
                port,
            );
            if port != 0 {
                say(String::new(), "then, in another terminal:".to_owned());
                let room = usize::from(area.width.saturating_sub(2));
                let commands = client_commands(app, local);
                let fits = |command: &&String| command.chars().count() <= room;
                let command = commands.iter().find(fits).unwrap_or(&commands[1]);
                say(String::new(), format!("  {command}"));
            }
        }
    }
    draw_lines(painter, area, &lines);
}

/// Keys in a column of their own, words beside them, wrapped to the area.
fn draw_lines(painter: &mut Painter, area: Rect, lines: &[(String, String)]) {
    let keys = lines.iter().map(|(key, _)| key.width() as u16).max();
    let column = match keys.unwrap_or(0) {
        0 => 0,
        width => width + 3,
    };
    let mut y = area.y;
    for (key, words) in lines {
        let (x, role) = if key.is_empty() {
            (area.x, Role::Quiet)
        } else {
            (area.x + column, Role::Plain)
        };
        let room = area.right().saturating_sub(x);
        // What is indented stays so.
        let indent = (words.len() - words.trim_start().len()) as u16;
        let wrapped = rows::words(words, room.saturating_sub(indent), painter.theme.charset);
        if y < area.bottom() {
            painter.text(area.x, y, key, Role::Key, column);
        }
        for line in wrapped {
            if y < area.bottom() {
                painter.text(x + indent, y, &line, role, room);
            }
            y += 1;
        }
    }
}
