//! The whole screen in this process, on a terminal in memory: for figures that only its state tells.

use std::time::Duration;

use crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyModifiers};
use netplay::app::{App, Machine};
use netplay::cli;
use netplay::model::launch::{Launch, ScreenLaunch};
use netplay::model::spec::Side;
use netplay::net::Clock;
use netplay::run::reader::Reader;
use netplay::run::screen::Screen;
use ratatui::backend::TestBackend;
use tokio::sync::mpsc;

/// The size of the terminal, in columns and rows.
pub const SIZE: (u16, u16) = (120, 36);
/// How long a server may take to listen.
const START: Duration = Duration::from_millis(200);

/// What a server has counted.
pub struct Counted {
    /// Bytes received.
    pub received: u64,
    /// Datagrams lost.
    pub lost: u64,
}

/// What a command line asks of the screen.
pub fn launch(line: &str) -> ScreenLaunch {
    let words = std::iter::once("netplay").chain(line.split_whitespace());
    match cli::parse(words, false) {
        Ok(Launch::Screen(launch)) => *launch,
        other => panic!("{line:?} opens no screen: {other:?}"),
    }
}

/// A machine like any other.
pub fn machine(clock: &Clock) -> Machine {
    Machine {
        origin: clock.origin(),
        utc_offset: 0,
        addresses: Vec::new(),
        can_suspend: false,
    }
}

/// Opens the screen that this command line asks for, does the work on this thread and quits; what
/// the work gave, and what the server in front has counted.
pub fn run<T>(line: &str, work: impl FnOnce() -> T) -> (T, Counted) {
    let launch = launch(line);
    let runtime = netplay::run::runtime().expect("a runtime");
    let (keys, input) = mpsc::channel(16);
    let mut input = Reader::from(input);
    let (signals, mut signalled) = mpsc::channel(16);
    let task = runtime.spawn(async move {
        let clock = Clock::new();
        let terminal = TestBackend::new(SIZE.0, SIZE.1);
        let machine = machine(&clock);
        let mut screen = Screen::new(launch, machine, clock, terminal, None).expect("as before");
        screen
            .run(&mut input, &mut signalled)
            .await
            .expect("as before");
        counted(screen.app())
    });
    std::thread::sleep(START);
    let result = work();
    for key in [KeyCode::Esc, KeyCode::Char('Q')] {
        let key = KeyEvent::new(key, KeyModifiers::NONE);
        keys.blocking_send(Input::Key(key)).expect("it runs");
    }
    let counted = runtime.block_on(task).expect("it ends in order");
    drop(signals);
    (result, counted)
}

fn counted(app: &App) -> Counted {
    let stats = &app.tab().get(Side::Server).stats;
    Counted {
        received: stats.received,
        lost: stats.lost,
    }
}
