//! A scripted screen without network: an `App` with a fixed clock and machine that is fed events
//! and keys, and drawn into cells. What the tests of the looks and the pictures share.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::cell::RefCell;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use netplay::app::spot::Spots;
use netplay::app::{App, Effect, Machine, Message};
use netplay::cli;
use netplay::model::event::{By, ConnId, Event, EventKind, How, Outcome};
use netplay::model::failure::Failure;
use netplay::model::launch::{Launch, Looks, ScreenLaunch, ThemeName};
use netplay::model::spec::Side;
use netplay::model::time::{Origin, Stamp};
use netplay::ui::canvas::Canvas;
use netplay::ui::{self, News};
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect, Size};
use unicode_width::UnicodeWidthStr;

/// Stamp zero: 2025-03-03 10:02:00 UTC, in a place where that is local time.
const ORIGIN: u64 = 1_740_996_120;

/// A screen, and how far its time has come.
#[derive(Clone)]
pub struct Story {
    pub app: App,
    at: Duration,
    /// What it was drawn into last, and what that was shown on.
    used: RefCell<(Canvas, TestBackend)>,
}

/// The key that a word of a script stands for: `Enter`, `Tab`, `Ctrl+c`, `x`.
pub fn key(word: &str) -> KeyEvent {
    let (modifiers, word) = match word.strip_prefix("Ctrl+") {
        Some(rest) => (KeyModifiers::CONTROL, rest),
        None => (KeyModifiers::NONE, word),
    };
    let code = match word {
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Tab" => KeyCode::Tab,
        "BackTab" => KeyCode::BackTab,
        "Space" => KeyCode::Char(' '),
        "Backspace" => KeyCode::Backspace,
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "Left" => KeyCode::Left,
        "Right" => KeyCode::Right,
        "Home" => KeyCode::Home,
        "End" => KeyCode::End,
        "PgUp" => KeyCode::PageUp,
        "PgDn" => KeyCode::PageDown,
        other => match other.chars().collect::<Vec<char>>()[..] {
            [c] => KeyCode::Char(c),
            _ => panic!("{other:?} is no key"),
        },
    };
    KeyEvent::new(code, modifiers)
}

pub fn socket(text: &str) -> SocketAddr {
    text.parse().expect("an address and port")
}

impl Story {
    /// The screen that this command line opens, at a size in cells.
    pub fn of(line: &str, size: (u16, u16)) -> Story {
        let words = std::iter::once("netplay").chain(line.split_whitespace());
        let Ok(Launch::Screen(launch)) = cli::parse(words, false) else {
            panic!("{line:?} opens no screen");
        };
        Story::with(*launch, size)
    }

    /// The screen of a launch.
    pub fn with(launch: ScreenLaunch, size: (u16, u16)) -> Story {
        let machine = Machine {
            origin: Origin(SystemTime::UNIX_EPOCH + Duration::from_secs(ORIGIN)),
            utc_offset: 0,
            addresses: vec![IpAddr::from([192, 168, 7, 20])],
            can_suspend: true,
        };
        let at = Duration::from_secs(11);
        let (app, _) = App::new(launch, machine, size, Stamp(at));
        Story {
            app,
            at,
            used: RefCell::new(unused(size.into())),
        }
    }

    pub fn update(&mut self, message: Message) {
        // Nothing runs here: what would be started, sent or stopped is told by further events.
        for effect in self.app.update(message) {
            assert!(!matches!(effect, Effect::Quit), "the story has quit");
        }
        while self.app.work(usize::MAX) {}
    }

    /// Lets time pass.
    pub fn wait(&mut self, ms: u64) -> &mut Story {
        self.at += Duration::from_millis(ms);
        self.update(Message::Tick(Stamp(self.at)));
        self
    }

    /// Presses keys, named one after another with blanks between.
    pub fn keys(&mut self, words: &str) -> &mut Story {
        for word in words.split_whitespace() {
            self.update(Message::Key(key(word)));
        }
        self
    }

    /// Types a text.
    pub fn types(&mut self, text: &str) -> &mut Story {
        for c in text.chars() {
            let code = KeyCode::Char(c);
            self.update(Message::Key(KeyEvent::new(code, KeyModifiers::NONE)));
        }
        self
    }

    pub fn pastes(&mut self, text: &str) -> &mut Story {
        self.update(Message::Paste(text.to_owned()));
        self
    }

    /// The same screen in these colours.
    pub fn with_theme(self, theme: ThemeName) -> Story {
        self.looks(|looks| looks.theme = theme)
    }

    /// The same screen in ASCII.
    pub fn in_ascii(self) -> Story {
        self.looks(|looks| looks.ascii = true)
    }

    /// The same screen with other looks, also where it stands still.
    fn looks(mut self, change: impl Fn(&mut Looks)) -> Story {
        change(&mut self.app.looks);
        if let Some(frozen) = &mut self.app.frozen {
            change(&mut frozen.looks);
        }
        self
    }

    pub fn resizes(&mut self, (width, height): (u16, u16)) -> &mut Story {
        self.update(Message::Resize(width, height));
        self
    }

    /// Lets something happen now to the session of one side of the tab in front.
    pub fn event(&mut self, side: Side, kind: EventKind) -> &mut Story {
        let session = self.app.tab().get(side).session;
        let session = session.unwrap_or_else(|| panic!("no {} runs", side.word()));
        let at = Stamp(self.at);
        self.update(Message::Event(session, Event { at, kind }));
        self
    }

    pub fn listening(&mut self, local: &str) -> &mut Story {
        let local = socket(local);
        self.event(Side::Server, EventKind::Listening { local })
    }

    pub fn connecting(&mut self, to: &str) -> &mut Story {
        let to = to.to_owned();
        self.event(Side::Client, EventKind::Connecting { to })
    }

    pub fn opened(&mut self, side: Side, conn: u32, peer: &str, local: &str) -> &mut Story {
        let (conn, peer, local) = (ConnId(conn), socket(peer), socket(local));
        self.event(side, EventKind::Opened { conn, peer, local })
    }

    pub fn received(&mut self, side: Side, conn: u32, data: impl Into<Bytes>) -> &mut Story {
        self.received_cut(side, conn, data, 0)
    }

    pub fn received_cut(
        &mut self,
        side: Side,
        conn: u32,
        data: impl Into<Bytes>,
        cut: u32,
    ) -> &mut Story {
        let (conn, peer, data) = (ConnId(conn), socket("127.0.0.1:9"), data.into());
        self.event(
            side,
            EventKind::Received {
                conn,
                peer,
                data,
                cut,
            },
        )
    }

    pub fn sent(&mut self, side: Side, conn: u32, data: impl Into<Bytes>) -> &mut Story {
        let (conn, peer, data) = (ConnId(conn), socket("127.0.0.1:9"), data.into());
        self.event(side, EventKind::Sent { conn, peer, data })
    }

    pub fn finished(&mut self, side: Side, conn: u32, by: By) -> &mut Story {
        let conn = ConnId(conn);
        self.event(side, EventKind::Finished { conn, by })
    }

    /// The end of a connection whose bytes were `counted`, received and sent.
    pub fn closed(
        &mut self,
        side: Side,
        conn: u32,
        (how, by): (How, By),
        counted: (u64, u64),
    ) -> &mut Story {
        self.event(
            side,
            EventKind::Closed {
                conn: ConnId(conn),
                how,
                by,
                received: counted.0,
                sent: counted.1,
            },
        )
    }

    /// A fault that ends the session.
    pub fn failed(&mut self, side: Side, failure: Failure) -> &mut Story {
        self.event(
            side,
            EventKind::Failed {
                conn: None,
                failure: Box::new(failure),
            },
        );
        self.event(
            side,
            EventKind::Stopped {
                received: 0,
                sent: 0,
                connections: 0,
                outcome: Outcome::Failed,
            },
        )
    }

    /// Draws the screen as it is now.
    pub fn draw(&self) -> Drawn {
        let size = self.app.size.into();
        let mut canvas = Canvas::new(size);
        let ui::Drawn { cursor, spots } = ui::render(&self.app, &mut canvas);
        let cells = canvas.to_buffer();
        let (used, terminal) = &mut *self.used.borrow_mut();
        if used.area() != canvas.area() {
            (*used, *terminal) = unused(size);
        }
        let events = self.app.sides().filter_map(|side| side.session);
        for news in events.map(News::Event).chain([News::Key]) {
            let Some(glimpse) = ui::glimpse(&self.app, news, used) else {
                continue;
            };
            let seen = used.to_buffer();
            for at in glimpse.area.positions() {
                assert_eq!(seen[at], cells[at], "{at:?} is seen before all else");
            }
            if news == News::Key {
                assert_eq!(glimpse.cursor, cursor);
            }
            let Ok(()) = used.show(terminal);
        }
        ui::render(&self.app, used);
        let seen = used.to_buffer();
        assert_eq!(seen, cells, "what was drawn before changes nothing");
        let Ok(()) = used.show(terminal);
        for y in cells.area.rows().map(|row| row.y) {
            let drawn = symbols(&cells, y);
            assert_eq!(
                symbols(terminal.buffer(), y),
                drawn,
                "what is shown is what was drawn"
            );
            for (x, _) in drawn {
                assert_eq!(terminal.buffer()[(x, y)].style(), cells[(x, y)].style());
            }
        }
        Drawn {
            cells,
            cursor,
            spots,
        }
    }
}

/// A canvas and a terminal that nothing was drawn on.
fn unused(size: Size) -> (Canvas, TestBackend) {
    (Canvas::new(size), TestBackend::new(size.width, size.height))
}

/// A drawn screen.
pub struct Drawn {
    pub cells: Buffer,
    pub cursor: Option<Position>,
    pub spots: Spots,
}

/// The symbols of a row that are seen, each with its column: a wide one hides the cell behind it.
pub fn symbols(cells: &Buffer, y: u16) -> Vec<(u16, &str)> {
    let mut out = Vec::new();
    let mut x = cells.area.left();
    while x < cells.area.right() {
        let symbol = cells[(x, y)].symbol();
        out.push((x, symbol));
        // Most symbols are one byte; measuring those would take long.
        x += if symbol.len() == 1 {
            1
        } else {
            symbol.width().max(1) as u16
        };
    }
    out
}

/// The first cell of these words, if a row shows them.
pub fn place(cells: &Buffer, words: &str) -> Option<Position> {
    (cells.area.top()..cells.area.bottom()).find_map(|y| {
        let symbols = symbols(cells, y);
        let row: String = symbols.iter().map(|(_, s)| *s).collect();
        let mut before = row.find(words)?;
        let found = symbols.iter().find(|(_, symbol)| {
            let here = before == 0;
            before = before.saturating_sub(symbol.len());
            here
        });
        found.map(|(x, _)| Position::new(*x, y))
    })
}

/// The rows as text, without blanks at their ends.
pub fn rows(cells: &Buffer) -> Vec<String> {
    (cells.area.top()..cells.area.bottom())
        .map(|y| {
            let row: String = symbols(cells, y).iter().map(|(_, s)| *s).collect();
            row.trim_end().to_owned()
        })
        .collect()
}

impl Drawn {
    /// The screen as text under a line with its size. The cursor is told by its place, and drawn
    /// where it stands on a blank.
    pub fn text(&self) -> String {
        let Rect { width, height, .. } = self.cells.area;
        let mut cells = self.cells.clone();
        let mut head = format!("{width}x{height}");
        if let Some(at) = self.cursor {
            head = format!("{head}, cursor in column {}, row {}", at.x, at.y);
            if cells[at].symbol() == " " {
                cells[at].set_symbol("█");
            }
        }
        format!("{head}\n{}\n", rows(&cells).join("\n"))
    }
}
