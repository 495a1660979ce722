//! The chat box: a text with its history, and what Enter adds to it. What is typed is what is
//! sent; only when escapes are on are `\n`, `\x00` and the like understood.

use crossterm::event::{KeyEvent, KeyModifiers};
use tui_textarea::{CursorMove, TextArea, WrapMode};

use crate::model::spec::Newline;
use crate::wire::escapes::{self, EscapeError};

/// The longest text that a box holds, in bytes.
pub const TEXT_LIMIT: usize = 1 << 20;
/// How many texts the history keeps.
const HISTORY_LIMIT: usize = 200;
/// How many bytes the history keeps.
const HISTORY_BYTES: usize = 4 << 20;

/// A text being written, its history and its line end.
#[derive(Clone, Debug)]
pub struct ChatBox {
    area: TextArea<'static>,
    len: usize,
    history: Vec<String>,
    /// What was handed over last, as it was typed.
    handed_over: String,
    /// Where in the history we are, and the text that was being written before.
    recalled: Option<(usize, String)>,
    /// What Enter adds.
    pub newline: Newline,
    /// Whether escapes are understood.
    pub escapes: bool,
}

/// A text area without decorations, wrapping long lines.
#[must_use]
pub fn plain_area(text: &str) -> TextArea<'static> {
    let mut area = TextArea::default();
    area.set_cursor_line_style(ratatui::style::Style::default());
    area.set_wrap_mode(WrapMode::Glyph);
    area.set_hard_tab_indent(true);
    area.set_max_histories(50);
    if !text.is_empty() {
        area.insert_str(text);
    }
    area
}

impl ChatBox {
    /// An empty box.
    #[must_use]
    pub fn new(newline: Newline) -> ChatBox {
        ChatBox {
            area: plain_area(""),
            len: 0,
            history: Vec::new(),
            handed_over: String::new(),
            recalled: None,
            newline,
            escapes: false,
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

    /// How long the text is, in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing is written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.area.is_empty()
    }

    /// The bytes that Enter sends.
    pub fn bytes(&self) -> Result<Vec<u8>, EscapeError> {
        let text = self.text();
        let mut bytes = if self.escapes {
            escapes::unescape(&text)?
        } else {
            text.into_bytes()
        };
        bytes.extend_from_slice(self.newline.bytes());
        Ok(bytes)
    }

    /// Puts a text in place of the present one, the cursor behind it.
    pub fn set(&mut self, text: &str) {
        self.area = plain_area(text);
        self.area.move_cursor(CursorMove::Bottom);
        self.area.move_cursor(CursorMove::End);
        self.len = text.len();
    }

    /// Empties the box and remembers its text.
    pub fn sent(&mut self) {
        let text = self.text();
        self.handed_over.clone_from(&text);
        if !text.is_empty() && self.history.last() != Some(&text) {
            self.history.push(text);
            let mut bytes: usize = self.history.iter().map(String::len).sum();
            while self.history.len() > HISTORY_LIMIT
                || (bytes > HISTORY_BYTES && self.history.len() > 1)
            {
                bytes -= self.history.remove(0).len();
            }
        }
        self.recalled = None;
        self.set("");
    }

    /// Puts what was handed over last back as it was typed, unless something else is written by now.
    pub fn take_back(&mut self) {
        let text = std::mem::take(&mut self.handed_over);
        if self.is_empty() {
            self.set(&text);
        }
    }

    /// Adds a text as one piece. CR LF and CR become LF: terminals paste line ends as CR. Returns
    /// false, and adds nothing, when the box would hold more than [`TEXT_LIMIT`] bytes.
    pub fn paste(&mut self, text: &str) -> bool {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        if self.len + text.len() > TEXT_LIMIT {
            return false;
        }
        self.area.insert_str(&text);
        self.len += text.len();
        true
    }

    /// Takes a key that is text or moves within it. Returns false when the box is full.
    pub fn input(&mut self, event: KeyEvent) -> bool {
        use crossterm::event::KeyCode;
        let plain = event.modifiers.difference(KeyModifiers::SHIFT).is_empty();
        match event.code {
            KeyCode::Char(c) if plain => {
                if self.len + c.len_utf8() > TEXT_LIMIT {
                    return false;
                }
                self.len += c.len_utf8();
                self.area.input_without_shortcuts(event);
            }
            KeyCode::Backspace | KeyCode::Delete => {
                self.area.input_without_shortcuts(event);
                self.len = self
                    .area
                    .lines()
                    .iter()
                    .map(|line| line.len() + 1)
                    .sum::<usize>()
                    - 1;
            }
            KeyCode::Left => self.area.move_cursor(CursorMove::Back),
            KeyCode::Right => self.area.move_cursor(CursorMove::Forward),
            KeyCode::Home => self.area.move_cursor(CursorMove::Head),
            KeyCode::End => self.area.move_cursor(CursorMove::End),
            _ => {}
        }
        true
    }

    /// Moves the cursor up within a text of several lines, or recalls an earlier text.
    pub fn earlier(&mut self) {
        if self.area.cursor().0 > 0 {
            self.area.move_cursor(CursorMove::Up);
            return;
        }
        let (at, draft) = match self.recalled.take() {
            Some((at, draft)) => (at.saturating_sub(1), draft),
            None if self.history.is_empty() => return,
            None => (self.history.len() - 1, self.text()),
        };
        if let Some(text) = self.history.get(at).cloned() {
            self.set(&text);
        }
        self.recalled = Some((at, draft));
    }

    /// Moves the cursor down within a text of several lines, or recalls a later text; after the
    /// latest, the text that was being written.
    pub fn later(&mut self) {
        if self.area.cursor().0 + 1 < self.area.lines().len() {
            self.area.move_cursor(CursorMove::Down);
            return;
        }
        if let Some((at, draft)) = self.recalled.take() {
            if let Some(text) = self.history.get(at + 1).cloned() {
                self.set(&text);
                self.recalled = Some((at + 1, draft));
            } else {
                self.set(&draft);
            }
        }
    }

    /// The next setting in the round none, LF, CR LF, and the same with escapes understood.
    pub fn next_line_end(&mut self) {
        self.newline = self.newline.next();
        if self.newline == Newline::None {
            self.escapes = !self.escapes;
        }
    }

    /// The chip in the border of the box; the key is the one that sends.
    #[must_use]
    pub fn chip(&self, key: &str) -> String {
        let end = match self.newline {
            Newline::None => "nothing",
            Newline::Lf => "LF",
            Newline::CrLf => "CR LF",
        };
        let escapes = if self.escapes { ", \\n \\x00 work" } else { "" };
        format!("{key} adds {end}{escapes}")
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyCode;

    use super::*;

    fn typed(text: &str) -> ChatBox {
        let mut chat = ChatBox::new(Newline::None);
        for c in text.chars() {
            assert!(chat.input(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
        }
        chat
    }

    #[test]
    fn what_is_typed_is_what_is_sent() {
        assert_eq!(
            typed("grüß \\n 日本").bytes().unwrap(),
            "grüß \\n 日本".as_bytes()
        );
    }

    #[test]
    fn a_paste_of_many_lines_is_one_piece_with_lf() {
        let mut chat = ChatBox::new(Newline::CrLf);
        assert!(chat.paste("a\r\nb\rc\n"));
        assert_eq!(chat.bytes().unwrap(), b"a\nb\nc\n\r\n");
    }

    #[test]
    fn escapes_are_understood_only_when_switched_on() {
        let mut chat = typed("a\\x00");
        chat.escapes = true;
        assert_eq!(chat.bytes().unwrap(), b"a\0");
        chat.set("\\q");
        assert!(chat.bytes().is_err());
    }

    #[test]
    fn the_history_gives_back_the_draft() {
        let mut chat = typed("one");
        chat.sent();
        chat.set("two");
        chat.sent();
        chat.set("draft");
        chat.earlier();
        assert_eq!(chat.text(), "two");
        chat.earlier();
        chat.earlier();
        assert_eq!(chat.text(), "one");
        chat.later();
        chat.later();
        assert_eq!(chat.text(), "draft");
        chat.later();
        assert_eq!(chat.text(), "draft");
    }

    #[test]
    fn a_text_over_the_limit_is_refused_and_nothing_is_lost() {
        let mut chat = typed("kept");
        assert!(!chat.paste(&"x".repeat(TEXT_LIMIT)));
        assert_eq!(chat.text(), "kept");
    }

    #[test]
    fn the_chip_goes_round_through_six_settings() {
        let mut chat = ChatBox::new(Newline::None);
        let mut chips = std::collections::BTreeSet::new();
        for _ in 0..6 {
            chips.insert(chat.chip("Enter"));
            chat.next_line_end();
        }
        assert_eq!(chips.len(), 6);
        assert_eq!(chat.chip("Enter"), "Enter adds nothing");
    }
}
