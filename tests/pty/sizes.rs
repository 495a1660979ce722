//! Every size that a terminal can have, one after the other, while the program runs.

use crate::pty::{Pty, Seen, netplay};

const SIZES: [(u16, u16); 13] = [
    (1, 1),
    (0, 0),
    (39, 9),
    (40, 10),
    (69, 17),
    (70, 18),
    (2, 50),
    (80, 24),
    (300, 3),
    (99, 30),
    (100, 30),
    (200, 50),
    (500, 200),
];

/// Changes the size and waits until the whole screen was drawn anew.
fn resize(screen: &mut Pty, columns: u16, rows: u16) {
    let from = screen.seen().raw.len();
    screen.resize(columns, rows);
    screen.until_seen(&format!("a frame at {columns}x{rows}"), |seen| {
        let new = String::from_utf8_lossy(&seen.raw[from..]);
        new.find("\x1b[2J")
            .is_some_and(|at| new[at..].contains("\x1b[?2026l"))
    });
}

/// The rows of the screen, each without the blanks at its end.
fn rows(seen: &Seen) -> Vec<String> {
    let (_, columns) = seen.screen().size();
    seen.screen()
        .rows(0, columns.get())
        .map(|row| row.trim_end().to_owned())
        .collect()
}

/// A sentence stands where there is no room; in a few columns, what fits of it.
fn is_too_small(screen: &Pty, columns: u16, height: u16) {
    let sentence = format!("netplay needs 40x10 cells; this is {columns}x{height}");
    screen.until_seen(&sentence, |seen| {
        let text: String = rows(seen).join(" ");
        if columns < 20 {
            text.starts_with(&sentence[..usize::from(columns)])
        } else {
            text.split_whitespace().eq(sentence.split_whitespace())
        }
    });
}

#[test]
fn the_screen_is_sensible_at_every_size() {
    let mut screen = netplay("tcp both :0").open();
    screen.shows("connected to 127.0.0.1:");
    screen.key("hello\r", "5 B  hello");
    screen.key("\x1b", "KEYS");
    for page in [true, false] {
        if page {
            screen.key("?", "help for this pane");
        }
        for (columns, height) in SIZES {
            resize(&mut screen, columns, height);
            if columns == 0 {
                continue;
            }
            if columns < 40 || height < 10 {
                is_too_small(&screen, columns, height);
                continue;
            }
            let what = format!("a whole screen at {columns}x{height}");
            screen.until_seen(&what, |seen| {
                let rows = rows(seen);
                let text = rows.join("\n");
                rows.len() == usize::from(height)
                    && rows[0].trim_start().starts_with("netplay   1 TCP")
                    && rows[rows.len() - 1].trim_start().starts_with("KEYS")
                    && text.contains("help for this pane") == page
                    && (page || text.contains("CLIENT"))
                    && (page || columns < 100 || text.contains("SERVER"))
            });
        }
        if page {
            resize(&mut screen, 80, 24);
            screen.keys("\x1b");
            screen.hides("help for this pane");
        }
    }
    // Many at once: the last counts.
    for (columns, height) in SIZES {
        screen.resize(columns, height);
    }
    screen.resize(80, 24);
    screen.until("the screen at 80x24", |text| {
        text.contains("5 B  hello") && text.contains("? help")
    });
    screen.quits();
}

#[test]
fn a_screen_that_was_smaller_for_a_moment_is_drawn_anew() {
    let mut screen = netplay("").open();
    screen.shows("q quit");
    let whole = screen.text();
    for _ in 0..3 {
        screen.resize(10, 3);
        screen.resize(80, 24);
        screen.until("the whole screen", |text| text == whole);
    }
    screen.quits();
}

#[test]
fn it_starts_at_every_size() {
    for (columns, height) in SIZES {
        let mut screen = netplay("").size(columns, height).open();
        screen.until_seen("the first frame", |seen| {
            String::from_utf8_lossy(&seen.raw).contains("\x1b[?2026l")
        });
        if columns > 0 && (columns < 40 || height < 10) {
            is_too_small(&screen, columns, height);
        }
        screen.quits();
    }
}
