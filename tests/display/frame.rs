//! One frame as the bytes that a terminal gets, and the terminal that gets them.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;

use netplay::ui;
use netplay::ui::canvas::Canvas;
use ratatui::backend::{Backend as _, CrosstermBackend};

use crate::output::{Piece, pieces};
use crate::pty::Odd;
use crate::rules::is_forbidden;
use crate::story::{Story, rows};

/// Where the frame goes.
#[derive(Clone, Default)]
struct Wire(Rc<RefCell<Vec<u8>>>);

impl io::Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The bytes of the first frame.
fn bytes(story: &Story) -> Vec<u8> {
    // As the program does it: colours are written whatever the environment says.
    crossterm::style::force_color_output(true);
    let wire = Wire::default();
    let mut backend = CrosstermBackend::new(wire.clone());
    let mut canvas = Canvas::new(story.app.size.into());
    let drawn = ui::render(&story.app, &mut canvas);
    canvas.show(&mut backend).expect("memory takes all");
    let placed = match drawn.cursor {
        Some(cursor) => backend.set_cursor_position(cursor),
        None => backend.hide_cursor(),
    };
    placed.expect("memory takes all");
    wire.0.borrow().clone()
}

/// A terminal of this size that has got these bytes.
fn terminal((width, height): (u16, u16), bytes: &[u8]) -> vt100::Parser<Odd> {
    let cells = |n: u16| n.try_into().expect("not 0");
    let mut parser =
        vt100::Parser::new_with_callbacks(cells(height), cells(width), 0, Odd::default());
    parser.process(bytes);
    parser
}

/// The rows of the terminal that shows the story, without blanks at their ends.
pub fn shown(story: &Story) -> Vec<String> {
    let parser = terminal(story.app.size, &bytes(story));
    parser
        .screen()
        .rows(0, story.app.size.0)
        .map(|row| row.trim_end().to_owned())
        .collect()
}

/// Checks one frame: its bytes, and what a terminal makes of them.
pub fn check(story: &Story) {
    let bytes = bytes(story);
    for piece in pieces(&bytes) {
        match piece {
            Piece::Text(text) => {
                let text = String::from_utf8(text).expect("what is written is UTF-8");
                let bad: Vec<char> = text.chars().filter(|c| is_forbidden(*c)).collect();
                assert_eq!(bad, Vec::<char>::new(), "{text:?}");
                assert!(!story.app.looks.ascii || text.is_ascii(), "{text:?}");
            }
            Piece::Control(parameters, last) => {
                let own = match last {
                    b'm' | b'H' => parameters.bytes().all(|b| b.is_ascii_digit() || b == b';'),
                    b'h' | b'l' => parameters == "?25",
                    _ => false,
                };
                assert!(own, "ESC [ {parameters} {}", char::from(last));
            }
            other @ Piece::Other(_) => panic!("{other:?}"),
        }
    }
    let parser = terminal(story.app.size, &bytes);
    assert_eq!(parser.callbacks().all, [""; 0]);
    let screen = parser.screen();
    assert!(!screen.alternate_screen() && !screen.bracketed_paste());
    assert!(!screen.application_cursor() && !screen.application_keypad());
    assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    // The terminal shows each character where it was meant to be: nothing has moved the frame.
    let drawn = story.draw();
    let meant = rows(&drawn.cells);
    let shown = screen.rows(0, story.app.size.0);
    for (y, (meant, shown)) in meant.iter().zip(shown).enumerate() {
        assert_eq!(shown.trim_end(), meant, "row {y}");
    }
    assert_eq!(screen.hide_cursor(), drawn.cursor.is_none());
    if let Some(cursor) = drawn.cursor {
        assert_eq!(screen.cursor_position(), (cursor.y, cursor.x));
    }
}

/// Checks a story with and without characters beyond ASCII.
pub fn check_both(story: &Story) {
    check(story);
    check(&story.clone().in_ascii());
}
