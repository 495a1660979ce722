//! The screen without sockets: whatever keys, pastes, sizes and events come in whatever order, it
//! is drawn, nothing hostile is in a cell, history keeps to its budget, and there is a way out.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use netplay::app::spot::Pointer;
use netplay::app::{App, Effect, Message};
use netplay::model::command::Command;
use netplay::model::event::{By, ConnId, Event, EventKind, How, Outcome, SessionId};
use netplay::model::failure::{Failure, FailureKind, Holder, What};
use netplay::model::http;
use netplay::model::spec::Side;
use netplay::model::time::Stamp;
use netplay::ui;
use netplay::ui::canvas::Canvas;
use ratatui::layout::{Position, Size};
use unicode_width::UnicodeWidthStr;

use crate::rules::is_forbidden;
use crate::story::{Story, symbols};

const LINES: [&str; 14] = [
    "",
    "tcp server",
    "tcp both",
    "tcp client --turns",
    "udp",
    "udp server --echo",
    "udp both",
    "udp client",
    "http",
    "http server",
    "http server --one-at-a-time",
    "http client",
    "http both",
    "tcp both --history 2KiB --ascii",
];

const KEYS: [KeyCode; 18] = [
    KeyCode::Enter,
    KeyCode::Esc,
    KeyCode::Tab,
    KeyCode::BackTab,
    KeyCode::Backspace,
    KeyCode::Delete,
    KeyCode::Up,
    KeyCode::Down,
    KeyCode::Left,
    KeyCode::Right,
    KeyCode::Home,
    KeyCode::End,
    KeyCode::PageUp,
    KeyCode::PageDown,
    KeyCode::Insert,
    KeyCode::F(1),
    KeyCode::Null,
    KeyCode::Char('\u{301}'),
];

/// The bytes that decide what happens; when they are used up, nothing more does.
struct Dice<'a>(&'a [u8]);

impl<'a> Dice<'a> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        *first
    }

    fn below(&mut self, n: usize) -> usize {
        usize::from(self.byte()) % n
    }

    /// Some of the bytes themselves: what strangers send.
    fn bytes(&mut self) -> &'a [u8] {
        let len = usize::from(self.byte()).min(self.0.len());
        let (taken, rest) = self.0.split_at(len);
        self.0 = rest;
        taken
    }

    fn text(&mut self) -> String {
        String::from_utf8_lossy(self.bytes()).into_owned()
    }

    fn number(&mut self) -> u64 {
        // Small ones, and some at the edge.
        match self.byte() {
            0xff => u64::MAX,
            n => n.into(),
        }
    }

    fn socket(&mut self) -> SocketAddr {
        match self.below(4) {
            0 => SocketAddr::from(([0xfe80, 0, 0, 0, 0xffff, 0xffff, 0xffff, 0xffff], 65535)),
            1 => SocketAddr::from(([0, 0, 0, 0], 0)),
            n => SocketAddr::from(([127, 0, 0, 1], 50_000 + n as u16)),
        }
    }

    fn conn(&mut self) -> ConnId {
        ConnId(1 + self.below(5) as u32)
    }

    fn by(&mut self) -> By {
        if self.byte() & 1 == 0 {
            By::Us
        } else {
            By::Peer
        }
    }

    fn failure(&mut self) -> Failure {
        use FailureKind::{AddressInUse, BadTarget, Malformed, Other, Refused, Timeout};
        let kinds = [AddressInUse, BadTarget, Malformed, Other, Refused, Timeout];
        let whats = [What::Bind, What::Connect, What::Receive, What::Internal];
        Failure {
            what: whats[self.below(whats.len())],
            kind: kinds[self.below(kinds.len())],
            message: self.text(),
            hint: self.text(),
            holder: match self.below(4) {
                0 => None,
                1 => Some(Holder::Ourselves),
                2 => Some(Holder::Netplay { pid: 1 }),
                _ => Some(Holder::Other {
                    name: self.text(),
                    pid: u32::MAX,
                }),
            },
        }
    }

    fn message(&mut self) -> http::Message {
        http::Message {
            version: http::Version::HTTP_11,
            fields: [(self.text(), self.bytes())].into_iter().collect(),
            body_len: self.number(),
            raw_len: self.number(),
        }
    }

    fn happening(&mut self) -> EventKind {
        let conn = self.conn();
        match self.below(18) {
            0 => EventKind::Connecting { to: self.text() },
            1 => EventKind::Tried {
                address: self.socket(),
                failure: Box::new(self.failure()),
            },
            2 => EventKind::Waiting { to: self.text() },
            3 => EventKind::Listening {
                local: self.socket(),
            },
            4 => EventKind::Ready {
                local: self.socket(),
                peer: self.socket(),
            },
            5 => EventKind::Opened {
                conn,
                peer: self.socket(),
                local: self.socket(),
            },
            6 => EventKind::Sent {
                conn,
                peer: self.socket(),
                data: Bytes::copy_from_slice(self.bytes()),
            },
            7 => EventKind::Request {
                conn,
                offset: self.number(),
                request: Arc::new(http::Request {
                    method: self.text(),
                    target: Bytes::copy_from_slice(self.bytes()),
                    message: self.message(),
                }),
            },
            8 => EventKind::Response {
                conn,
                offset: self.number(),
                response: Box::new(http::Response {
                    status: self.number() as u16,
                    reason: Bytes::copy_from_slice(self.bytes()),
                    message: self.message(),
                }),
            },
            9 => EventKind::Malformed {
                conn,
                rule: ["no-colon", "late", "none such"][self.below(3)],
                why: self.text(),
                offset: self.number(),
            },
            10 => EventKind::Queued { conn },
            11 => EventKind::Finished {
                conn,
                by: self.by(),
            },
            12 => EventKind::Closed {
                conn,
                how: [How::Finished, How::Reset, How::Timeout, How::Failed][self.below(4)],
                by: self.by(),
                received: self.number(),
                sent: self.number(),
            },
            13 => EventKind::Lost {
                conn: Some(conn),
                why: self.text(),
                count: self.number(),
                bytes: self.number(),
            },
            14 => EventKind::Failed {
                conn: (self.byte() & 1 == 0).then_some(conn),
                failure: Box::new(self.failure()),
            },
            15 => EventKind::Stopped {
                received: self.number(),
                sent: self.number(),
                connections: self.number(),
                outcome: [Outcome::Done, Outcome::Failed][self.below(2)],
            },
            _ => EventKind::Received {
                conn,
                peer: self.socket(),
                data: Bytes::copy_from_slice(self.bytes()),
                cut: self.below(3) as u32,
            },
        }
    }

    fn key(&mut self) -> KeyEvent {
        let modifiers = match self.below(8) {
            0 => KeyModifiers::CONTROL,
            1 => KeyModifiers::ALT,
            2 => KeyModifiers::SHIFT,
            _ => KeyModifiers::NONE,
        };
        let code = match self.byte() {
            byte @ b' '..=b'~' => KeyCode::Char(byte.into()),
            byte => KEYS[usize::from(byte) % KEYS.len()],
        };
        KeyEvent::new(code, modifiers)
    }
}

struct Play {
    story: Story,
    now: Duration,
    quit: bool,
    /// What was asked of the network last.
    asked: Option<(SessionId, Command)>,
}

impl Play {
    fn update(&mut self, message: Message) {
        for effect in self.story.app.update(message) {
            match effect {
                Effect::Quit => self.quit = true,
                Effect::Command(id, command) => self.asked = Some((id, command)),
                Effect::Start(..)
                | Effect::Stop(_)
                | Effect::Copy { .. }
                | Effect::Mouse(_)
                | Effect::Suspend => {}
            }
        }
        // A search goes on in the time between two messages, not always to its end.
        self.story.app.work(1 << 10);
    }

    fn tick(&mut self, ms: u64) {
        self.now += Duration::from_millis(ms);
        self.update(Message::Tick(Stamp(self.now)));
    }

    fn press(&mut self, code: KeyCode) {
        self.update(Message::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    }

    fn turn(&mut self, dice: &mut Dice) {
        match dice.byte() {
            0..90 => {
                let key = dice.key();
                self.update(Message::Key(key));
            }
            96..104 => {
                let text = dice.text();
                self.update(Message::Paste(text));
            }
            104 => self.update(Message::Paste("long ".repeat(20_000))),
            90..96 | 105 => {
                let area = self.story.draw().cells.area;
                let at = Position::new(
                    u16::from(dice.byte()) % area.width.max(1),
                    u16::from(dice.byte()) % area.height.max(1),
                );
                let what = [
                    Pointer::Click,
                    Pointer::WheelUp,
                    Pointer::WheelDown,
                    Pointer::Drag,
                ][dice.below(4)];
                let spot = self.story.draw().spots.at(at);
                self.update(Message::Mouse { spot, what });
            }
            106..112 => {
                let size = (dice.byte().into(), u16::from(dice.byte()) % 80);
                self.update(Message::Resize(size.0, size.1));
            }
            112..120 => {
                let ms = dice.number().min(1 << 40) * 50;
                self.tick(ms);
            }
            120..124 => {
                if let Some((session, command)) = self.asked.take() {
                    let why = dice.text();
                    self.update(Message::Refused {
                        session,
                        command,
                        why,
                    });
                }
            }
            _ => {
                let side = Side::ALL[dice.below(2)];
                let tabs = self.story.app.tabs();
                let sessions: Vec<SessionId> = tabs
                    .iter()
                    .filter_map(|tab| tab.get(side).session)
                    .collect();
                if let Some(id) = sessions.get(dice.below(3).min(sessions.len().max(1) - 1)) {
                    // Writes are told when they return, with the time when they began.
                    let early = Duration::from_millis(dice.below(3) as u64);
                    let at = Stamp(self.now.saturating_sub(early));
                    let kind = dice.happening();
                    self.update(Message::Event(*id, Event { at, kind }));
                }
                self.tick(1);
            }
        }
    }

    fn look(&self) {
        let app = &self.story.app;
        let drawn = self.story.draw();
        let area = drawn.cells.area;
        if let Some(cursor) = drawn.cursor {
            assert!(area.contains(cursor), "{cursor:?} in {area:?}");
        }
        for y in area.top()..area.bottom() {
            for (x, symbol) in symbols(&drawn.cells, y) {
                assert!(!symbol.contains(is_forbidden), "{symbol:?}");
                let end = usize::from(x) + symbol.width();
                assert!(
                    end <= area.right().into(),
                    "{symbol:?} at {x} of {}",
                    area.right()
                );
            }
        }
        for side in app.sides() {
            let log = &side.log;
            assert!(
                log.bytes() <= budget(app) || log.len() <= 1,
                "{}",
                log.bytes()
            );
        }
    }
}

/// Far more than is kept: only that it is bounded matters, and that the small one is small.
fn budget(app: &App) -> usize {
    if app.looks.ascii { 2 << 10 } else { 64 << 20 }
}

pub fn check(input: &[u8]) {
    let mut dice = Dice(input);
    let line = LINES[dice.below(LINES.len())];
    let size = [(80, 24), (120, 36), (200, 50), (70, 18), (40, 10)][dice.below(5)];
    let mut play = Play {
        story: Story::of(line, size),
        now: Duration::from_secs(11),
        quit: false,
        asked: None,
    };
    // What takes long is of no more use than what is short.
    for turn in 1..=200 {
        if dice.0.is_empty() || play.quit {
            break;
        }
        play.turn(&mut dice);
        // Most of the time goes into drawing.
        if turn % 4 == 0 {
            play.look();
        }
    }
    play.look();
    // Drawing changes nothing, and a terminal of another size than the app knows is drawn too.
    let app = &play.story.app;
    assert_eq!(play.story.draw().cells, play.story.draw().cells);
    for (width, height) in [(0, 0), (1, 1), (300, 3)] {
        ui::render(app, &mut Canvas::new(Size { width, height }));
    }
    // Keys typed on after a session's end are text for a while.
    play.tick(10_000);
    for _ in 0..8 {
        play.press(KeyCode::Esc);
    }
    play.press(KeyCode::Char('Q'));
    assert!(play.quit, "no way out of {:?}", play.story.app.context());
    assert!(play.story.app.summary().len() <= 6);
}
