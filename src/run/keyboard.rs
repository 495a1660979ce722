//! What a Unix terminal sends, as events: keys, the mouse, escape sequences and pastes, however they are cut.
//! A pure machine that is pushed bytes and told when nothing more came for a while; it knows no
//! terminal and no clock.
//!
//! crossterm's own reader is not used there: a paste that never ends silences it for ever, an
//! escape sequence cut behind its first byte becomes text, some replies of terminals overflow in
//! it, and on a dead terminal it spins.

use std::time::Duration;

use crossterm::event::{
    Event, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use memchr::memmem;

/// How long an unfinished sequence waits for its rest: then Esc was a key of its own.
const SEQUENCE_PATIENCE: Duration = Duration::from_millis(40);
/// How long an unfinished paste waits for its rest. A stalled connection must not turn the rest of
/// a paste into keys, and a lost end must not silence the keyboard for ever.
const PASTE_PATIENCE: Duration = Duration::from_secs(2);
/// More bytes of a paste are not kept; no box takes as much.
const PASTE_LIMIT: usize = 2 << 20;
/// No sequence is longer, in bytes; a reply that was not asked for may be.
const SEQUENCE_LIMIT: usize = 4096;
const PASTE_END: &[u8] = b"\x1b[201~";
const ESC: u8 = 0x1b;

/// What begins the bytes that wait.
enum Front {
    /// Not enough to tell.
    Unfinished,
    /// This many bytes, which mean a key or nothing.
    Whole(usize, Option<KeyEvent>),
    /// This many bytes, which mean that the mouse did something.
    Mouse(usize, MouseEvent),
    /// This many bytes, and a paste behind them.
    Paste(usize),
}

/// The machine.
#[derive(Debug, Default)]
pub(super) struct Keyboard {
    waiting: Vec<u8>,
    paste: Option<Vec<u8>>,
}

impl Keyboard {
    /// How long to wait for more before [`Keyboard::pause`] is to be called; `None` when nothing
    /// is unfinished.
    pub(super) fn patience(&self) -> Option<Duration> {
        match &self.paste {
            Some(_) => Some(PASTE_PATIENCE),
            None => (!self.waiting.is_empty()).then_some(SEQUENCE_PATIENCE),
        }
    }

    /// Takes what was read, and adds what it means.
    pub(super) fn push(&mut self, bytes: &[u8], events: &mut impl Extend<Event>) {
        self.waiting.extend_from_slice(bytes);
        while self.paste.is_none() || self.take_paste(events) {
            if !self.take_keys(events) {
                return;
            }
        }
    }

    /// Takes the keys that wait, up to a paste; whether one begins.
    fn take_keys(&mut self, events: &mut impl Extend<Event>) -> bool {
        let mut at = 0;
        loop {
            match front(&self.waiting[at..]) {
                Front::Unfinished if self.waiting.len() - at > SEQUENCE_LIMIT => {
                    at = self.waiting.len();
                }
                Front::Unfinished => break,
                Front::Whole(len, key) => {
                    at += len;
                    events.extend(key.map(Event::Key));
                }
                Front::Mouse(len, mouse) => {
                    at += len;
                    events.extend([Event::Mouse(mouse)]);
                }
                Front::Paste(len) => {
                    at += len;
                    self.paste = Some(Vec::new());
                    break;
                }
            }
        }
        self.waiting.drain(..at);
        self.paste.is_some()
    }

    /// Nothing more came: what is unfinished ends here.
    pub(super) fn pause(&mut self, events: &mut impl Extend<Event>) {
        let waiting = std::mem::take(&mut self.waiting);
        if let Some(mut paste) = self.paste.take() {
            paste.extend_from_slice(&waiting);
            events.extend([pasted(&paste)]);
            return;
        }
        match waiting[..] {
            [ESC] => events.extend([Event::Key(KeyCode::Esc.into())]),
            [ESC, byte] => events.extend([Event::Key(KeyEvent::new(
                KeyCode::Char(byte.into()),
                KeyModifiers::ALT,
            ))]),
            // The rest of a sequence or character was lost.
            _ => {}
        }
    }

    /// Moves what waits into the paste; whether the paste is whole now.
    fn take_paste(&mut self, events: &mut impl Extend<Event>) -> bool {
        let Some(paste) = &mut self.paste else {
            return false;
        };
        if let Some(at) = memmem::find(&self.waiting, PASTE_END) {
            paste.extend_from_slice(&self.waiting[..at]);
            self.waiting.drain(..at + PASTE_END.len());
            events.extend([pasted(paste)]);
            self.paste = None;
            return true;
        }
        // The last bytes may be the beginning of the end.
        let sure = self.waiting.len().saturating_sub(PASTE_END.len() - 1);
        let kept = sure.min(PASTE_LIMIT.saturating_sub(paste.len()));
        paste.extend_from_slice(&self.waiting[..kept]);
        self.waiting.drain(..sure);
        false
    }
}

fn pasted(bytes: &[u8]) -> Event {
    Event::Paste(String::from_utf8_lossy(bytes).into_owned())
}

fn front(bytes: &[u8]) -> Front {
    let Some((&first, rest)) = bytes.split_first() else {
        return Front::Unfinished;
    };
    match first {
        ESC => escape(rest),
        0x20.. if first != 0x7f => character(bytes),
        _ => Front::Whole(1, Some(control(first))),
    }
}

/// A control character. Those without a key of their own are Ctrl and a letter or digit.
fn control(byte: u8) -> KeyEvent {
    let (code, modifiers) = match byte {
        b'\r' => (KeyCode::Enter, KeyModifiers::NONE),
        b'\t' => (KeyCode::Tab, KeyModifiers::NONE),
        // Terminals send one or the other for the same key.
        0x08 | 0x7f => (KeyCode::Backspace, KeyModifiers::NONE),
        0x01..=0x1a => (
            KeyCode::Char((byte - 1 + b'a').into()),
            KeyModifiers::CONTROL,
        ),
        0x1c..=0x1f => (
            KeyCode::Char((byte - 0x1c + b'4').into()),
            KeyModifiers::CONTROL,
        ),
        _ => (KeyCode::Char(' '), KeyModifiers::CONTROL),
    };
    KeyEvent::new(code, modifiers)
}

/// A character in UTF-8. A byte that is not part of one means nothing.
fn character(bytes: &[u8]) -> Front {
    let len = match bytes[0] {
        ..0x80 => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return Front::Whole(1, None),
    };
    let end = len.min(bytes.len());
    match std::str::from_utf8(&bytes[..end]) {
        Ok(text) => {
            let key = text.chars().next().map(|c| {
                let shift = KeyModifiers::SHIFT;
                let modifiers = if c.is_uppercase() {
                    shift
                } else {
                    KeyModifiers::NONE
                };
                KeyEvent::new(KeyCode::Char(c), modifiers)
            });
            Front::Whole(end, key)
        }
        // Cut, and well so far.
        Err(error) if error.error_len().is_none() => Front::Unfinished,
        Err(_) => Front::Whole(1, None),
    }
}

/// What follows an ESC (ECMA-48, and what xterm makes of it).
fn escape(rest: &[u8]) -> Front {
    let Some(&second) = rest.first() else {
        return Front::Unfinished;
    };
    match second {
        b'[' => control_sequence(&rest[1..]),
        b'O' => match rest.get(1) {
            None => Front::Unfinished,
            // On the keypad.
            Some(b'M') => Front::Whole(3, Some(KeyCode::Enter.into())),
            Some(&last) => Front::Whole(3, cursor_key(last, KeyModifiers::NONE)),
        },
        // Replies: to nothing that was asked here.
        b']' | b'P' | b'X' | b'^' | b'_' => {
            let bell = memchr::memchr(0x07, rest).map(|at| at + 1);
            let end = memmem::find(rest, b"\x1b\\").map(|at| at + 2);
            match bell.into_iter().chain(end).min() {
                Some(len) => Front::Whole(1 + len, None),
                None => Front::Unfinished,
            }
        }
        ESC => Front::Whole(1, Some(KeyCode::Esc.into())),
        _ => match front(rest) {
            Front::Whole(len, key) => {
                let with_alt = |key: KeyEvent| {
                    let modifiers = key.modifiers | KeyModifiers::ALT;
                    KeyEvent { modifiers, ..key }
                };
                Front::Whole(1 + len, key.map(with_alt))
            }
            other => other,
        },
    }
}

/// What follows `ESC [`: parameters, intermediate bytes, and one final byte.
fn control_sequence(rest: &[u8]) -> Front {
    let Some(end) = rest.iter().position(|byte| !(0x20..0x40).contains(byte)) else {
        return Front::Unfinished;
    };
    let (parameters, last) = (&rest[..end], rest[end]);
    let len = 2 + end + 1;
    match (parameters, last) {
        // Not a sequence after all; what broke it is looked at by itself.
        (_, ..0x40 | 0x7f..) => Front::Whole(len - 1, None),
        (b"200", b'~') => Front::Paste(len),
        // A mouse report of the oldest kind, with three bytes behind it.
        (b"", b'M') => with_more(rest, len, 3),
        // A function key of the Linux console, with one byte behind it.
        (b"", b'[') => with_more(rest, len, 1),
        ([b'<', report @ ..], b'M' | b'm') => match mouse(report, last == b'M') {
            Some(event) => Front::Mouse(len, event),
            None => Front::Whole(len, None),
        },
        _ => Front::Whole(len, sequence_key(parameters, last)),
    }
}

/// A sequence without a meaning here that has `more` bytes behind its end.
fn with_more(rest: &[u8], len: usize, more: usize) -> Front {
    if rest.len() + 2 < len + more {
        Front::Unfinished
    } else {
        Front::Whole(len + more, None)
    }
}

/// A mouse report in decimal numbers, as xterm's mode 1006 sends it: what, column, row, both from 1;
/// `pressed` or released. What cannot be is nothing.
fn mouse(report: &[u8], pressed: bool) -> Option<MouseEvent> {
    let mut numbers = report.split(|byte| *byte == b';').map(|number| {
        let digits = !number.is_empty() && number.iter().all(u8::is_ascii_digit);
        let text = std::str::from_utf8(number).ok().filter(|_| digits)?;
        text.parse::<u16>().ok()
    });
    let mut next = || numbers.next().flatten();
    let (what, column, row) = (next()?, next()?, next()?);
    let (column, row) = (column.checked_sub(1)?, row.checked_sub(1)?);
    if numbers.next().is_some() {
        return None;
    }
    let (moves, wheel, others) = (what & 32 != 0, what & 64 != 0, what & !127 != 0);
    let button = match what & 3 {
        0 => Some(MouseButton::Left),
        1 => Some(MouseButton::Middle),
        2 => Some(MouseButton::Right),
        _ => None,
    };
    let kind = match (wheel, what & 3) {
        _ if others || (wheel && (moves || !pressed)) => return None,
        (true, 0) => MouseEventKind::ScrollUp,
        (true, 1) => MouseEventKind::ScrollDown,
        (true, 2) => MouseEventKind::ScrollLeft,
        (true, _) => MouseEventKind::ScrollRight,
        (false, _) if moves => MouseEventKind::Drag(button?),
        (false, _) if pressed => MouseEventKind::Down(button?),
        (false, _) => MouseEventKind::Up(button?),
    };
    let bits = [
        (4, KeyModifiers::SHIFT),
        (8, KeyModifiers::ALT),
        (16, KeyModifiers::CONTROL),
    ];
    let held = bits.into_iter().filter(|(bit, _)| what & bit != 0);
    let modifiers = held.fold(KeyModifiers::NONE, |all, (_, one)| all | one);
    Some(MouseEvent {
        kind,
        column,
        row,
        modifiers,
    })
}

fn sequence_key(parameters: &[u8], last: u8) -> Option<KeyEvent> {
    let text = std::str::from_utf8(parameters).ok()?;
    if text.contains(|c: char| !matches!(c, '0'..='9' | ';' | ':')) {
        return None;
    }
    // Each may have parts of its own, of which the first counts here.
    let mut numbers = text.split(';').map(|number| {
        let first = number.split(':').next().unwrap_or_default();
        first.parse::<u32>().ok()
    });
    let mut next = || numbers.next().flatten();
    let first = next();
    let held = modifiers(next());
    match (last, first) {
        (b'~', Some(27)) => coded_key(next()?, held),
        (b'~', Some(number)) => {
            let code = match number {
                1 | 7 => KeyCode::Home,
                2 => KeyCode::Insert,
                3 => KeyCode::Delete,
                4 | 8 => KeyCode::End,
                5 => KeyCode::PageUp,
                6 => KeyCode::PageDown,
                _ => return None,
            };
            Some(KeyEvent::new(code, held))
        }
        (b'u', Some(code)) => coded_key(code, held),
        (b'u', None) => None,
        (b'Z', _) => Some(KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT)),
        _ => cursor_key(last, held),
    }
}

fn cursor_key(last: u8, held: KeyModifiers) -> Option<KeyEvent> {
    let code = match last {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        _ => return None,
    };
    Some(KeyEvent::new(code, held))
}

/// A key told by its character, as multiplexers may be set to do.
fn coded_key(code: u32, held: KeyModifiers) -> Option<KeyEvent> {
    let c = char::from_u32(code)?;
    let code = match c {
        '\u{1b}' => KeyCode::Esc,
        '\t' if held.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
        '\t' => KeyCode::Tab,
        '\r' => KeyCode::Enter,
        '\u{8}' | '\u{7f}' => KeyCode::Backspace,
        c if c.is_control() => return None,
        c => KeyCode::Char(c),
    };
    Some(KeyEvent::new(code, held))
}

/// One more than a sum of 1 for Shift, 2 for Alt and 4 for Ctrl.
fn modifiers(number: Option<u32>) -> KeyModifiers {
    let bits = number.unwrap_or(1).saturating_sub(1);
    [
        (1, KeyModifiers::SHIFT),
        (2, KeyModifiers::ALT),
        (4, KeyModifiers::CONTROL),
    ]
    .into_iter()
    .filter(|(bit, _)| bits & bit != 0)
    .fold(KeyModifiers::NONE, |all, (_, one)| all | one)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(code: KeyCode) -> Event {
        Event::Key(code.into())
    }

    fn with(code: KeyCode, modifiers: KeyModifiers) -> Event {
        Event::Key(KeyEvent::new(code, modifiers))
    }

    fn ch(c: char) -> Event {
        key(KeyCode::Char(c))
    }

    fn ctrl(c: char) -> Event {
        with(KeyCode::Char(c), KeyModifiers::CONTROL)
    }

    fn alt(c: char) -> Event {
        with(KeyCode::Char(c), KeyModifiers::ALT)
    }

    fn paste(text: &str) -> Event {
        Event::Paste(text.to_owned())
    }

    fn mouse(kind: MouseEventKind, column: u16, row: u16) -> Event {
        Event::Mouse(MouseEvent {
            kind,
            column,
            row,
            modifiers: KeyModifiers::NONE,
        })
    }

    /// The events of bytes that come in these pieces, with a pause at the end.
    fn events(pieces: &[&[u8]]) -> Vec<Event> {
        let (mut keyboard, mut events) = (Keyboard::default(), Vec::new());
        for piece in pieces {
            keyboard.push(piece, &mut events);
        }
        keyboard.pause(&mut events);
        assert_eq!(keyboard.patience(), None);
        events
    }

    /// Bytes and what they mean, whole.
    fn cases() -> Vec<(&'static [u8], Vec<Event>)> {
        use KeyCode::{
            BackTab, Backspace, Char, Delete, Down, End, Enter, Esc, Home, Left, PageDown, PageUp,
            Right, Tab, Up,
        };
        let shift = KeyModifiers::SHIFT;
        vec![
            (b"a\xc3\xbc\xe6\x97\xa5", vec![ch('a'), ch('ü'), ch('日')]),
            ("🙂Q".as_bytes(), vec![ch('🙂'), with(Char('Q'), shift)]),
            (
                b"\r\t\x7f\x08",
                vec![key(Enter), key(Tab), key(Backspace), key(Backspace)],
            ),
            (
                b"\x03\x1a\n\x1c\0",
                vec![ctrl('c'), ctrl('z'), ctrl('j'), ctrl('4'), ctrl(' ')],
            ),
            (b"\x1b", vec![key(Esc)]),
            (b"\x1b\x1b", vec![key(Esc), key(Esc)]),
            (b"\x1bq\x1b\xc3\xbc", vec![alt('q'), alt('ü')]),
            (b"\x1b[", vec![alt('[')]),
            (b"\x1bO", vec![alt('O')]),
            (b"\x1b]", vec![alt(']')]),
            (
                b"\x1b[A\x1b[B\x1b[C\x1b[D",
                vec![key(Up), key(Down), key(Right), key(Left)],
            ),
            (
                b"\x1bOA\x1bOH\x1bOF\x1bOM",
                vec![key(Up), key(Home), key(End), key(Enter)],
            ),
            (
                b"\x1b[H\x1b[F\x1b[1~\x1b[4~",
                vec![key(Home), key(End), key(Home), key(End)],
            ),
            (
                b"\x1b[3~\x1b[5~\x1b[6~\x1b[Z",
                vec![
                    key(Delete),
                    key(PageUp),
                    key(PageDown),
                    with(BackTab, shift),
                ],
            ),
            (
                b"\x1b[1;2A\x1b[6;5~",
                vec![with(Up, shift), with(PageDown, KeyModifiers::CONTROL)],
            ),
            (
                b"\x1b[99;5u\x1b[27;5;99~\x1b[13u",
                vec![ctrl('c'), ctrl('c'), key(Enter)],
            ),
            (
                b"\x1b[9;2u\x1b[97;3:1u",
                vec![with(BackTab, shift), alt('a')],
            ),
            // What is not asked for, and what is none.
            (
                b"\x1b[0;0R\x1b[<0;0;0M\x1b[<0;0;0m\x1b[0;0;0Mx",
                vec![ch('x')],
            ),
            (
                b"\x1b[M   x\x1b[[Ax\x1b[M\xff\xff\xffx",
                vec![ch('x'), ch('x'), ch('x')],
            ),
            (
                b"\x1b[?64;1;2cx\x1b[Ix\x1b[Ox",
                vec![ch('x'), ch('x'), ch('x')],
            ),
            (
                b"\x1b]11;rgb:0/0/0\x07x\x1bP1$r0m\x1b\\x",
                vec![ch('x'), ch('x')],
            ),
            (
                b"\x1b[99999999999999999999~\x1b[;;;~\x1b[u\x1b[1114112ux",
                vec![ch('x')],
            ),
            (b"\x1b[1\x1b[A\x1b[2\rx", vec![key(Up), key(Enter), ch('x')]),
            (b"\xff\x80\xc3x\xe6\x97x\xf8", vec![ch('x'), ch('x')]),
            (b"x\xe6\x97", vec![ch('x')]),
            (b"x\x1b[1;", vec![ch('x')]),
            // Pastes.
            (
                b"\x1b[200~a\rb\x1b[A\x03\x1b[201~c",
                vec![paste("a\rb\x1b[A\x03"), ch('c')],
            ),
            (b"\x1b[200~\x1b[201~\x1b[201~x", vec![paste(""), ch('x')]),
            (
                b"\x1b[200~\x1b[20\xff\x1b[201~",
                vec![paste("\x1b[20\u{fffd}")],
            ),
            (b"\x1b[200~never\x1b[201", vec![paste("never\x1b[201")]),
        ]
    }

    /// Mouse reports and what they mean.
    fn mouse_cases() -> Vec<(&'static [u8], Vec<Event>)> {
        use KeyCode::Up;
        vec![
            (
                b"\x1b[<0;1;1M\x1b[<0;1;1m\x1b[<2;65535;9M",
                vec![
                    mouse(MouseEventKind::Down(MouseButton::Left), 0, 0),
                    mouse(MouseEventKind::Up(MouseButton::Left), 0, 0),
                    mouse(MouseEventKind::Down(MouseButton::Right), 65534, 8),
                ],
            ),
            (
                b"\x1b[<64;10;20M\x1b[<65;10;20M\x1b[<32;3;4M",
                vec![
                    mouse(MouseEventKind::ScrollUp, 9, 19),
                    mouse(MouseEventKind::ScrollDown, 9, 19),
                    mouse(MouseEventKind::Drag(MouseButton::Left), 2, 3),
                ],
            ),
            (
                b"\x1b[<20;1;1M",
                vec![Event::Mouse(MouseEvent {
                    kind: MouseEventKind::Down(MouseButton::Left),
                    column: 0,
                    row: 0,
                    modifiers: KeyModifiers::SHIFT | KeyModifiers::CONTROL,
                })],
            ),
            // Reports that cannot be: outside, too large, too short, too long, of no known button.
            (
                b"\x1b[<0;0;0M\x1b[<0;1;0M\x1b[<0;0;1m\x1b[<0;65536;1Mx",
                vec![ch('x')],
            ),
            (
                b"\x1b[<99999999999999999999;1;1M\x1b[<0;1;99999999999999999999mx",
                vec![ch('x')],
            ),
            (
                b"\x1b[<M\x1b[<;;M\x1b[<0;1M\x1b[<0;1;1;1M\x1b[<+0;1;1M\x1b[<0;-1;1Mx",
                vec![ch('x')],
            ),
            (
                b"\x1b[<3;1;1M\x1b[<35;1;1M\x1b[<128;1;1M\x1b[<65535;1;1M\x1b[<64;1;1mx",
                vec![ch('x')],
            ),
            (b"\x1b[<0;1\x1b[Ax", vec![key(Up), ch('x')]),
        ]
    }

    #[test]
    fn sequences_mean_the_same_whole_and_cut_anywhere() {
        for (bytes, wanted) in cases().into_iter().chain(mouse_cases()) {
            assert_eq!(events(&[bytes]), wanted, "{bytes:?}");
            for cut in 1..bytes.len() {
                let (left, right) = bytes.split_at(cut);
                assert_eq!(events(&[left, right]), wanted, "{left:?} {right:?}");
            }
            let singles: Vec<&[u8]> = bytes.chunks(1).collect();
            assert_eq!(events(&singles), wanted, "{bytes:?} byte by byte");
        }
    }

    #[test]
    fn after_a_pause_an_unfinished_paste_is_over() {
        let (mut keyboard, mut events) = (Keyboard::default(), Vec::new());
        keyboard.push(b"\x1b[200~abc", &mut events);
        assert_eq!(keyboard.patience(), Some(PASTE_PATIENCE));
        keyboard.pause(&mut events);
        keyboard.push(b"d\x1b[201~", &mut events);
        assert_eq!(events, [paste("abc"), ch('d')]);
    }

    #[test]
    fn a_large_paste_is_taken_in_time_that_grows_with_its_size() {
        let text = "0123456789".repeat(100_000);
        let (mut keyboard, mut events) = (Keyboard::default(), Vec::new());
        keyboard.push(b"\x1b[200~", &mut events);
        for piece in text.as_bytes().chunks(1000) {
            keyboard.push(piece, &mut events);
        }
        keyboard.push(PASTE_END, &mut events);
        assert!(events == [paste(&text)]);
    }

    #[test]
    fn nothing_that_comes_is_kept_without_bound() {
        let (mut keyboard, mut events) = (Keyboard::default(), Vec::new());
        for (start, limit) in [
            (&b"\x1b["[..], SEQUENCE_LIMIT),
            (b"\x1b]", SEQUENCE_LIMIT),
            (b"\x1b[200~", PASTE_LIMIT),
        ] {
            keyboard.push(start, &mut events);
            for _ in 0..3 * limit / 1000 {
                keyboard.push(&[b'0'; 1000], &mut events);
                let paste = keyboard.paste.as_ref().map_or(0, Vec::len);
                assert!(keyboard.waiting.len() <= SEQUENCE_LIMIT && paste <= PASTE_LIMIT);
                events.clear();
            }
        }
        keyboard.pause(&mut events);
        let [Event::Paste(text)] = &events[..] else {
            panic!("{} events", events.len());
        };
        assert!(text.len() <= PASTE_LIMIT + PASTE_END.len());
    }
}
