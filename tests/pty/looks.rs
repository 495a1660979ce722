//! Colours, themes and characters, as the environment and the flags ask for them.

use crate::output;
use crate::pty::{Pty, Start, netplay};

/// A run that shows most of what there is to show, in letters of many kinds.
fn walk(start: Start) -> Pty {
    let mut screen = start.open();
    screen.shows("connected; our end is 127.0.0.1:");
    screen.keys("grüße 日本 \u{7}");
    screen.keys("\r");
    screen.shows("gr");
    screen.key("\x1b?", "help for this pane");
    screen.key("?", "all keys");
    screen.keys("\x1b\x1b[Z");
    screen.hides("all keys");
    screen.key("\r", "Esc close");
    screen.keys("\x1b");
    screen.key("q", "sessions run");
    screen.keys("n");
    for (columns, rows) in [(80, 24), (40, 10), (20, 5), (120, 40)] {
        screen.resize(columns, rows);
        screen.until_seen("the new size", |seen| {
            seen.screen().size().1.get() == columns && seen.text().contains("netplay")
        });
    }
    screen.keys("23");
    screen.shows("HTTP");
    screen.quits();
    screen
}

/// Whether a number of an SGR sequence asks for a colour (not for the terminal's own).
fn is_colour(number: u16) -> bool {
    matches!(number, 30..=38 | 40..=48 | 58 | 90..=97 | 100..=107)
}

fn both() -> Start {
    netplay("tcp both :0").size(120, 40)
}

#[test]
fn no_color_leaves_weight_and_reverse_but_no_colour() {
    let screen = walk(both().env("NO_COLOR", "1"));
    let looks = output::looks(&screen.seen().raw);
    assert!(!looks.iter().copied().any(is_colour), "{looks:?}");
    assert!(looks.contains(&1) && looks.contains(&7), "{looks:?}");
    // A variable that is empty asks for nothing.
    let screen = walk(both().env("NO_COLOR", ""));
    assert!(output::looks(&screen.seen().raw).into_iter().any(is_colour));
}

#[test]
fn the_themes_differ_in_colours_alone() {
    let [dark, light] = ["dark", "light"].map(|theme| {
        let screen = netplay(&format!("--theme {theme}")).open();
        screen.shows("q quit");
        let seen = screen.seen();
        (output::looks(&seen.raw), seen.text())
    });
    assert!(dark.0.iter().copied().any(is_colour) && light.0.iter().copied().any(is_colour));
    assert_ne!(dark.0, light.0);
    assert_eq!(dark.1, light.1);
    let mut screen = netplay("").open();
    screen.shows("q quit");
    assert_eq!(output::looks(&screen.seen().raw), dark.0);
    // T goes round.
    let from = screen.seen().raw.len();
    screen.keys("T");
    screen.until_seen("new colours", |seen| {
        output::looks(&seen.raw[from..]).into_iter().any(is_colour)
    });
}

#[test]
fn ascii_is_all_that_is_written_where_that_is_asked_for() {
    for start in [
        netplay("tcp both :0 --ascii").size(120, 40),
        both().env("LC_ALL", "C"),
        both().env("LC_ALL", "").env("LANG", "de_DE.ISO-8859-1"),
    ] {
        let screen = walk(start);
        let text = output::text(&screen.seen().raw);
        // Line ends stand between the lines of the summary.
        let odd = |c: &char| !matches!(c, ' '..='~' | '\r' | '\n');
        assert_eq!(text.chars().find(odd), None);
        assert!(text.contains("TCP server: 1 connection"));
    }
}

#[test]
fn the_cursor_shows_where_one_types_and_nowhere_else() {
    let mut screen = netplay("tcp server :0").open();
    screen.key("ab", "ab");
    screen.until_seen("a cursor behind the text", |seen| {
        let screen = seen.screen();
        let (row, column) = screen.cursor_position();
        let behind = screen.contents_between(row, 0, row, column);
        !screen.hide_cursor() && behind.trim() == "ab" && row == 22
    });
    screen.keys("\x1b");
    screen.until_seen("no cursor", |seen| seen.screen().hide_cursor());
}

#[test]
fn a_frame_is_written_at_once_with_its_cursor() {
    let screen = walk(both());
    let raw = String::from_utf8_lossy(&screen.seen().raw).into_owned();
    let (begin, end) = ("\u{1b}[?2026h", "\u{1b}[?2026l");
    let frames = raw.split(begin).skip(1);
    for frame in frames {
        let frame = frame.split(end).next().unwrap_or_default();
        let cursors = frame.matches("\u{1b}[?25").count();
        assert_eq!(cursors, 1, "{frame:?}");
    }
}
