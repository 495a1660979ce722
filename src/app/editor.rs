//! The page on which a raw request or answer is written: each line ends with CR LF, bytes that are
//! no text are escapes. What it says counts when it is left.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_textarea::{CursorMove, TextArea};

use super::chatbox::{TEXT_LIMIT, plain_area};
use super::raw;
use crate::model::spec::Side;

/// A raw message being written.
#[derive(Clone, Debug)]
pub struct Editor {
    /// Whose message it is: a server's answer, or a client's request.
    pub side: Side,
    area: TextArea<'static>,
    len: usize,
    /// What cannot be read, until something is changed.
    pub error: Option<String>,
    /// What was left out when the text was filled in, or another word about it.
    pub note: Option<&'static str>,
}

impl Editor {
    /// An editor that holds this text, the cursor at its beginning.
    #[must_use]
    pub fn new(side: Side, text: &str, note: Option<&'static str>) -> Editor {
        let mut area = plain_area(text);
        area.move_cursor(CursorMove::Top);
        area.move_cursor(CursorMove::Head);
        Editor {
            side,
            area,
            len: text.len(),
            error: None,
            note,
        }
    }

    /// The widget.
    #[must_use]
    pub fn area(&self) -> &TextArea<'static> {
        &self.area
    }

    /// The text as it stands; lines are joined by LF.
    #[must_use]
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// The bytes that the text means. `None` puts the cursor where it cannot be read and says why.
    pub fn bytes(&mut self) -> Option<Vec<u8>> {
        match raw::to_bytes(self.area.lines()) {
            Ok(bytes) => Some(bytes),
            Err((line, error)) => {
                let row = u16::try_from(line - 1).unwrap_or(u16::MAX);
                self.area.move_cursor(CursorMove::Jump(row, 0));
                let again = "Esc once more leaves it unused";
                self.error = Some(format!("line {line}, {error} ({again})"));
                None
            }
        }
    }

    /// Takes a key that is text or moves within it. Returns false when nothing more fits.
    pub fn input(&mut self, event: KeyEvent) -> bool {
        let plain = event.modifiers.difference(KeyModifiers::SHIFT).is_empty();
        match event.code {
            KeyCode::Char(_) | KeyCode::Enter | KeyCode::Tab if plain => {
                if self.len + 4 > TEXT_LIMIT {
                    return false;
                }
                match event.code {
                    KeyCode::Enter => self.area.insert_newline(),
                    KeyCode::Tab => self.area.insert_char('\t'),
                    KeyCode::Char(c) => self.area.insert_char(c),
                    _ => {}
                }
                self.changed();
            }
            KeyCode::Backspace => {
                self.area.delete_char();
                self.changed();
            }
            KeyCode::Delete => {
                self.area.delete_next_char();
                self.changed();
            }
            KeyCode::Left => self.area.move_cursor(CursorMove::Back),
            KeyCode::Right => self.area.move_cursor(CursorMove::Forward),
            KeyCode::Up => self.area.move_cursor(CursorMove::Up),
            KeyCode::Down => self.area.move_cursor(CursorMove::Down),
            KeyCode::Home => self.area.move_cursor(CursorMove::Head),
            KeyCode::End => self.area.move_cursor(CursorMove::End),
            KeyCode::PageUp => (0..10).for_each(|_| self.area.move_cursor(CursorMove::Up)),
            KeyCode::PageDown => (0..10).for_each(|_| self.area.move_cursor(CursorMove::Down)),
            _ => {}
        }
        true
    }

    /// Adds a text as one piece; its line ends become those of the editor. Returns false, and adds
    /// nothing, when it does not fit.
    pub fn paste(&mut self, text: &str) -> bool {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        if self.len + text.len() > TEXT_LIMIT {
            return false;
        }
        self.area.insert_str(&text);
        self.changed();
        true
    }

    /// Empties the line of the cursor. Returns false when it is empty.
    pub fn clear_line(&mut self) -> bool {
        let row = self.area.cursor().0;
        if self.area.lines().get(row).is_none_or(String::is_empty) {
            return false;
        }
        self.area.move_cursor(CursorMove::Head);
        self.area.delete_line_by_end();
        self.changed();
        true
    }

    fn changed(&mut self) {
        self.error = None;
        let lines = self.area.lines();
        self.len = lines.iter().map(|line| line.len() + 1).sum::<usize>() - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(editor: &mut Editor, code: KeyCode) {
        assert!(editor.input(KeyEvent::new(code, KeyModifiers::NONE)));
    }

    #[test]
    fn enter_is_a_line_end_and_tab_is_text() {
        let mut editor = Editor::new(Side::Client, "", None);
        for code in [
            KeyCode::Char('a'),
            KeyCode::Enter,
            KeyCode::Tab,
            KeyCode::Char('b'),
        ] {
            press(&mut editor, code);
        }
        assert_eq!(editor.bytes().unwrap(), b"a\r\n\tb");
    }

    #[test]
    fn pasted_lines_end_as_typed_ones_do() {
        let mut editor = Editor::new(Side::Client, "", None);
        assert!(editor.paste("a\r\nb\rc\nd\\x00"));
        assert_eq!(editor.bytes().unwrap(), b"a\r\nb\r\nc\r\nd\0");
    }

    #[test]
    fn what_cannot_be_read_is_shown_until_it_is_changed() {
        let mut editor = Editor::new(Side::Server, "fine\nwrong \\q", None);
        assert_eq!(editor.bytes(), None);
        assert_eq!(editor.area().cursor().0, 1);
        assert!(
            editor
                .error
                .as_ref()
                .is_some_and(|e| e.starts_with("line 2, column"))
        );
        press(&mut editor, KeyCode::Delete);
        assert_eq!(editor.error, None);
    }

    #[test]
    fn a_line_is_emptied_and_then_there_is_nothing_to_empty() {
        let mut editor = Editor::new(Side::Server, "one\ntwo", None);
        assert!(editor.clear_line());
        assert_eq!(editor.text(), "\ntwo");
        assert!(!editor.clear_line());
    }
}
