//! A line that is typed at the foot of the screen: a search, a filter, a file's name. A search and a
//! filter act at once; leaving puts back what was before.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_textarea::{CursorMove, TextArea, WrapMode};

use super::chatbox::plain_area;
use super::scroll::Scroll;

/// The longest line, in bytes.
const LIMIT: usize = 4 << 10;
/// How many earlier lines of a kind are kept.
const EARLIER: usize = 50;

/// A text of one line that is being typed.
#[derive(Clone, Debug)]
pub struct Line {
    area: TextArea<'static>,
}

impl Line {
    /// A line that holds this text, the cursor at its end.
    #[must_use]
    pub fn new(text: &str) -> Line {
        let mut area = plain_area("");
        area.set_wrap_mode(WrapMode::None);
        area.insert_str(text.replace(['\r', '\n'], " "));
        Line { area }
    }

    /// The widget.
    #[must_use]
    pub fn area(&self) -> &TextArea<'static> {
        &self.area
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.area.lines().first().map_or("", String::as_str)
    }

    /// Takes a key that is text or moves within it. Returns whether the text has changed.
    pub fn input(&mut self, event: KeyEvent) -> bool {
        let plain = event.modifiers.difference(KeyModifiers::SHIFT).is_empty();
        match event.code {
            KeyCode::Char(c) if plain => return self.insert(c.encode_utf8(&mut [0; 4])),
            KeyCode::Backspace => return self.area.delete_char(),
            KeyCode::Delete => return self.area.delete_next_char(),
            KeyCode::Left => self.area.move_cursor(CursorMove::Back),
            KeyCode::Right => self.area.move_cursor(CursorMove::Forward),
            KeyCode::Home => self.area.move_cursor(CursorMove::Head),
            KeyCode::End => self.area.move_cursor(CursorMove::End),
            _ => {}
        }
        false
    }

    /// Adds a text as one piece, its line ends as blanks. Returns false, and adds nothing, when it
    /// does not fit.
    pub fn insert(&mut self, text: &str) -> bool {
        if self.text().len() + text.len() > LIMIT {
            return false;
        }
        self.area.insert_str(text.replace(['\r', '\n'], " "))
    }
}

/// What a line is typed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// What to look for.
    Search,
    /// Which entries to show.
    Filter,
    /// Which file to send.
    File,
}

/// A line being typed at the foot of the screen.
#[derive(Clone, Debug)]
pub struct Prompt {
    /// What for.
    pub purpose: Purpose,
    /// The line.
    pub line: Line,
    /// What is wrong with it.
    pub error: Option<String>,
    /// What was in force before.
    pub before: String,
    /// The item of the list that keys acted on.
    pub from: Option<u64>,
    /// Where the list was read.
    pub scroll: Scroll,
    /// Which of the earlier lines is shown, from the newest, and what was typed before.
    recalled: Option<(usize, String)>,
}

impl Prompt {
    /// A prompt that begins with what is in force.
    #[must_use]
    pub fn new(purpose: Purpose, text: &str) -> Prompt {
        Prompt {
            purpose,
            line: Line::new(text),
            error: None,
            before: text.to_owned(),
            from: None,
            scroll: Scroll::Follow,
            recalled: None,
        }
    }

    /// Shows an earlier line, or a later one. Returns whether the text has changed.
    pub fn recall(&mut self, earlier: &[String], back: bool) -> bool {
        let next = match (&self.recalled, back) {
            (None, true) => 0,
            (None, false) => return false,
            (Some((n, _)), true) => n + 1,
            (Some((0, typed)), false) => {
                self.line = Line::new(typed);
                self.recalled = None;
                return true;
            }
            (Some((n, _)), false) => n - 1,
        };
        let Some(text) = earlier.iter().rev().nth(next) else {
            return false;
        };
        let typed = match self.recalled.take() {
            Some((_, typed)) => typed,
            None => self.line.text().to_owned(),
        };
        self.recalled = Some((next, typed));
        self.line = Line::new(text);
        true
    }
}

/// The lines that were typed before, by purpose, the newest last.
#[derive(Clone, Debug, Default)]
pub struct Typed([Vec<String>; 3]);

impl Typed {
    /// Those of a purpose.
    #[must_use]
    pub fn get(&self, purpose: Purpose) -> &[String] {
        &self.0[purpose as usize]
    }

    /// Keeps a line.
    pub fn keep(&mut self, purpose: Purpose, text: &str) {
        let lines = &mut self.0[purpose as usize];
        if text.is_empty() {
            return;
        }
        lines.retain(|line| line != text);
        lines.push(text.to_owned());
        if lines.len() > EARLIER {
            lines.remove(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(prompt: &mut Prompt, text: &str) {
        for c in text.chars() {
            prompt.line.input(KeyEvent::from(KeyCode::Char(c)));
        }
    }

    #[test]
    fn earlier_lines_come_back_and_what_was_typed_is_not_lost() {
        let earlier = ["one".to_owned(), "two".to_owned()];
        let mut prompt = Prompt::new(Purpose::Search, "");
        typed(&mut prompt, "thr");
        let mut seen = Vec::new();
        for back in [true, true, true, false, false, false] {
            prompt.recall(&earlier, back);
            seen.push(prompt.line.text().to_owned());
        }
        assert_eq!(seen, ["two", "one", "one", "two", "thr", "thr"]);
    }

    #[test]
    fn a_line_stays_one_line_and_is_bounded() {
        let mut line = Line::new("a\nb");
        assert_eq!(line.text(), "a b");
        assert!(line.insert("\r\nc"));
        assert_eq!(line.text(), "a b  c");
        assert!(!line.insert(&"x".repeat(LIMIT)));
        assert_eq!(line.text(), "a b  c");
    }

    #[test]
    fn what_is_typed_again_is_kept_once() {
        let mut lines = Typed::default();
        for text in ["a", "b", "a", ""] {
            lines.keep(Purpose::Filter, text);
        }
        assert_eq!(lines.get(Purpose::Filter), ["b", "a"]);
        assert!(lines.get(Purpose::Search).is_empty());
    }
}
