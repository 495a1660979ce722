//! The whole loop in this process: the screen runs in a task on a terminal in memory, keys go in at
//! one end, and what is shown is waited for at the other. Every wait has a deadline, and says what
//! was shown instead.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::collections::BTreeSet;
use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::Mutex;
use std::time::Duration;

use crossterm::event::{
    Event as Input, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use netplay::app::{App, Machine};
use netplay::cli;
use netplay::model::launch::{Launch, ScreenLaunch};
use netplay::net::Clock;
use netplay::run::reader::Reader;
use netplay::run::screen::{End, Screen};
use netplay::run::signals::Signal;
use ratatui::layout::Position;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};

use crate::backend::SharedBackend;
use crate::story::{self, rows};

/// No condition may take longer than this.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// Waits for something that must not take long.
pub async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    timeout(DEADLINE, future)
        .await
        .unwrap_or_else(|_| panic!("{what}: not within {DEADLINE:?}"))
}

/// A port of loopback that is free for TCP and UDP, and is given to nobody else here.
pub fn free_port() -> u16 {
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    loop {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let is_new = GIVEN.lock().is_ok_and(|mut given| given.insert(port));
        // The next one is tried by some tests.
        let next = TcpListener::bind((Ipv4Addr::LOCALHOST, port.saturating_add(1)));
        if is_new && next.is_ok() && UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}

/// What a command line asks of the screen.
pub fn launch(line: &str) -> ScreenLaunch {
    let words = std::iter::once("netplay").chain(line.split_whitespace());
    match cli::parse(words, false) {
        Ok(Launch::Screen(launch)) => *launch,
        other => panic!("{line:?} opens no screen: {other:?}"),
    }
}

/// A running screen.
pub struct Playing {
    pub backend: SharedBackend,
    input: mpsc::Sender<Input>,
    signals: mpsc::Sender<Signal>,
    task: JoinHandle<(App, std::io::Result<End>)>,
}

impl Playing {
    /// The screen that this command line opens, at 80x24.
    pub fn start(line: &str) -> Playing {
        Playing::launch(launch(line), (80, 24))
    }

    pub fn launch(launch: ScreenLaunch, size: (u16, u16)) -> Playing {
        let backend = SharedBackend::new(size.0, size.1);
        let clock = Clock::new();
        let machine = Machine {
            origin: clock.origin(),
            utc_offset: 0,
            addresses: Vec::new(),
            can_suspend: false,
        };
        let (input, keys) = mpsc::channel(1024);
        let mut keys = Reader::from(keys);
        let (signals, mut signalled) = mpsc::channel(16);
        let mut screen =
            Screen::new(launch, machine, clock, backend.clone(), None).expect("a screen in memory");
        let task = tokio::spawn(async move {
            let end = screen.run(&mut keys, &mut signalled).await;
            (screen.app().clone(), end)
        });
        Playing {
            backend,
            input,
            signals,
            task,
        }
    }

    async fn send(&self, event: Input) {
        self.input
            .send(event)
            .await
            .expect("the loop takes input until it ends");
    }

    /// Presses keys, named one after another with blanks between.
    pub async fn keys(&self, words: &str) {
        for word in words.split_whitespace() {
            self.send(Input::Key(story::key(word))).await;
        }
    }

    /// Types a text.
    pub async fn types(&self, text: &str) {
        for c in text.chars() {
            let key = KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE);
            self.send(Input::Key(key)).await;
        }
    }

    /// Types a text in the box that has the cursor, and sends it.
    pub async fn says(&self, text: &str) {
        self.types(text).await;
        self.keys("Enter").await;
    }

    pub async fn pastes(&self, text: &str) {
        self.send(Input::Paste(text.to_owned())).await;
    }

    pub async fn resizes(&self, width: u16, height: u16) {
        self.backend.resize(width, height);
        self.signals(Signal::Resize).await;
    }

    pub async fn signals(&self, signal: Signal) {
        self.signals
            .send(signal)
            .await
            .expect("the loop takes signals until it ends");
    }

    /// Does something with the mouse at a cell.
    pub async fn mouse(&self, kind: MouseEventKind, at: Position) {
        let event = MouseEvent {
            kind,
            column: at.x,
            row: at.y,
            modifiers: KeyModifiers::NONE,
        };
        self.send(Input::Mouse(event)).await;
    }

    /// Waits until some row shows these words, and gives their first cell.
    pub async fn place(&self, words: &str) -> Position {
        self.shows(words).await;
        let cells = self.backend.shown().0;
        story::place(&cells, words).unwrap_or_else(|| panic!("{words:?} has gone again"))
    }

    /// Clicks at a cell.
    pub async fn clicks_at(&self, at: Position) {
        self.mouse(MouseEventKind::Down(MouseButton::Left), at)
            .await;
        self.mouse(MouseEventKind::Up(MouseButton::Left), at).await;
    }

    /// Waits for these words and clicks on the first of them.
    pub async fn clicks(&self, words: &str) {
        self.clicks_at(self.place(words).await).await;
    }

    /// Turns the wheel over these words, by so many steps; up when they are negative.
    pub async fn wheels(&self, words: &str, steps: i32) {
        let at = self.place(words).await;
        let kind = if steps < 0 {
            MouseEventKind::ScrollUp
        } else {
            MouseEventKind::ScrollDown
        };
        for _ in 0..steps.abs() {
            self.mouse(kind, at).await;
        }
    }

    /// What is shown now.
    pub fn text(&self) -> String {
        rows(&self.backend.shown().0).join("\n")
    }

    pub fn cursor(&self) -> Option<Position> {
        self.backend.shown().1
    }

    /// Waits until `find` finds something in what is shown.
    pub async fn until<T>(&self, what: &str, mut find: impl FnMut(&str) -> Option<T>) -> T {
        let deadline = Instant::now() + DEADLINE;
        let mut drawn = self.backend.drawn();
        loop {
            drawn.mark_unchanged();
            if let Some(found) = find(&self.text()) {
                return found;
            }
            let next = timeout_at(deadline, drawn.changed()).await;
            assert!(
                next.is_ok(),
                "{what}: not within {DEADLINE:?}; {} there was\n{}",
                if self.task.is_finished() {
                    "the loop has ended;"
                } else {
                    ""
                },
                self.text()
            );
        }
    }

    /// Waits until some row shows these words.
    pub async fn shows(&self, words: &str) {
        self.until(words, |text| text.contains(words).then_some(()))
            .await;
    }

    /// Waits until no row shows these words.
    pub async fn hides(&self, words: &str) {
        self.until(words, |text| (!text.contains(words)).then_some(()))
            .await;
    }

    /// Waits until one row shows all of these words.
    pub async fn row(&self, words: &[&str]) -> String {
        self.until(&format!("{words:?} in one row"), |text| {
            text.lines()
                .find(|row| words.iter().all(|word| row.contains(word)))
                .map(str::to_owned)
        })
        .await
    }

    /// Waits until the server listens.
    pub async fn listening(&self) -> SocketAddr {
        self.until("listening", |text| {
            let (_, after) = text.split_once("listening on ")?;
            after.split_whitespace().next()?.parse().ok()
        })
        .await
    }

    /// Ends the program at once and gives its last state.
    pub async fn quit(self) -> App {
        self.keys("Esc Q").await;
        self.ended(End::Quit).await
    }

    /// Waits for the end.
    pub async fn ended(self, how: End) -> App {
        let (app, end) = soon("the end", self.task).await.expect("the loop ended");
        assert_eq!(end.expect("the terminal took every frame"), how);
        app
    }

    /// Waits for an end because the terminal is gone.
    pub async fn broken(self) -> std::io::Error {
        let (_, end) = soon("the end", self.task).await.expect("the loop ended");
        end.expect_err("the terminal took no frame")
    }
}

/// Connects as a program of its own would.
pub async fn dial(server: SocketAddr) -> TcpStream {
    soon("a connection", TcpStream::connect(server))
        .await
        .expect("the server listens")
}

/// Reads exactly this, and nothing else that is there.
pub async fn hears(stream: &mut TcpStream, wanted: &[u8]) {
    let mut bytes = vec![0; wanted.len()];
    let what = format!("{:?}", String::from_utf8_lossy(wanted));
    soon(&what, stream.read_exact(&mut bytes))
        .await
        .unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(bytes, wanted, "{:?}", String::from_utf8_lossy(&bytes));
}

/// Reads to the end, which must be in order.
pub async fn hears_the_end(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    soon("the end of the stream", stream.read_to_end(&mut bytes))
        .await
        .expect("an end in order, no reset");
    bytes
}
