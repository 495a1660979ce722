//! Empty places say what will be there and what to press.

use std::net::SocketAddr;

use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::paint::Painter;
use super::theme::Role;
use crate::app::App;
use crate::app::commands::{self, Clients};
use crate::app::keymap::{Action, Context};
use crate::app::layout::inset;
use crate::app::spot::Spot;
use crate::app::tab::Pane;
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
    let Clients { ours, others, .. } = commands::clients(app, protocol, local);
    let both = match protocol {
        Protocol::Http => format!("{others}   or   {ours}"),
        _ => format!("{ours}   or   {others}"),
    };
    [both, others, ours]
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
    let mut lines: Vec<TaughtLine> = Vec::new();
    let mut say = |action: Option<Action>, words: String| {
        lines.push((action.map(|action| (key(action), action)), words));
    };
    if side == tab.side {
        say(None, intro(tab.protocol).to_owned());
        say(None, String::new());
    }
    let start = match (side, tab.protocol) {
        (Side::Server, _) => format!("a server on {address}"),
        (Side::Client, Protocol::Udp) => format!("a client that sends to {address}"),
        (Side::Client, Protocol::Http) => format!("a client that asks {address}"),
        (Side::Client, _) => format!("a client that calls {address}"),
    };
    if side == tab.side {
        say(Some(Action::Start), format!("start {start}"));
    } else {
        let start_key = key(Action::Start);
        let words = format!("to here, then {start_key}: start {start}");
        say(Some(Action::NextPane), words);
    }
    if alone && side == tab.side {
        if side == Side::Server {
            say(
                Some(Action::StartClient),
                "start a client instead".to_owned(),
            );
        }
        say(
            Some(Action::StartBoth),
            "start both, side by side".to_owned(),
        );
        say(Some(Action::Type), "change the settings above".to_owned());
    }
    if side == Side::Server && side == tab.side {
        say(None, String::new());
        if let Some(local) = commands::intended(tab, side) {
            say(None, "then, in another terminal:".to_owned());
            let room = usize::from(area.width.saturating_sub(2));
            let commands = client_commands(app, local);
            let fits = |command: &&String| command.chars().count() <= room;
            let command = commands.iter().find(fits).unwrap_or(&commands[1]);
            say(None, format!("  {command}"));
        }
    }
    draw_lines(painter, area, side, &lines);
}

/// A line: its key and what that does, if it has one; and its words.
type TaughtLine = (Option<(String, Action)>, String);

/// Keys in a column of their own, words beside them, wrapped to the area.
fn draw_lines(painter: &mut Painter, area: Rect, side: Side, lines: &[TaughtLine]) {
    let names = lines.iter().filter_map(|(key, _)| key.as_ref());
    let keys = names.map(|(key, _)| key.width() as u16).max();
    let column = match keys.unwrap_or(0) {
        0 => 0,
        width => width + 3,
    };
    let mut y = area.y;
    for (key, words) in lines {
        let (x, role) = match key {
            None => (area.x, Role::Quiet),
            Some(_) => (area.x + column, Role::Plain),
        };
        let room = area.right().saturating_sub(x);
        // What is indented stays so.
        let indent = (words.len() - words.trim_start().len()) as u16;
        let wrapped = rows::words(words, room.saturating_sub(indent), painter.theme.charset);
        if let Some((key, _)) = key.as_ref().filter(|_| y < area.bottom()) {
            painter.text(area.x, y, key, Role::Key, column);
        }
        let top = y;
        for line in wrapped {
            if y < area.bottom() {
                painter.text(x + indent, y, &line, role, room);
            }
            y += 1;
        }
        if let Some((_, action)) = key {
            let spot = match action {
                // To here.
                Action::NextPane => Spot::Pane(side, Pane::Form),
                action => Spot::In(side, Pane::Form, *action),
            };
            let height = y.min(area.bottom()).saturating_sub(top);
            let rows = Rect {
                y: top,
                height,
                ..area
            };
            painter.spot(rows, spot);
        }
    }
}
