//! Parts of rows 3 and 12 without sockets: what an event costs on its way into the log, and what a
//! frame costs over a million entries. Done several times, of which the quickest counts: others run
//! beside it.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use bytes::Bytes;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use netplay::app::{App, Effect, Message};
use netplay::model::event::{ConnId, Event, EventKind, SessionId};
use netplay::model::spec::Side;
use netplay::model::time::Stamp;
use netplay::net::{Clock, Feed};
use netplay::ui;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

use crate::measure::{Samples, note, tell, title};
use crate::screen::{SIZE, launch, machine};

/// The entries of row 12.
const MANY: usize = 1_000_000;
/// How often the same is done.
const TIMES: usize = 5;
/// The events of row 3, and how many of them are handed over at once.
const EVENTS: usize = 500_000;
const AT_ONCE: usize = 1_000;

fn conn() -> (ConnId, SocketAddr) {
    (ConnId(1), SocketAddr::from((Ipv4Addr::LOCALHOST, 50_000)))
}

fn received(data: Bytes) -> EventKind {
    let (conn, peer) = conn();
    EventKind::Received {
        conn,
        peer,
        data,
        cut: 0,
    }
}

/// How the log is walked through: from one end, with this key, so many times.
const WAYS: [(char, KeyCode); 3] = [
    ('g', KeyCode::PageDown),
    ('G', KeyCode::PageUp),
    ('g', KeyCode::Down),
];
const STEPS: usize = 250;

/// A TCP server as the screen holds it, with one connection.
fn server(options: &str) -> (App, SessionId) {
    let clock = Clock::new();
    let launch = launch(&format!("tcp server {options}"));
    let (mut app, effects) = App::new(launch, machine(&clock), SIZE, clock.now());
    let Some(Effect::Start(id, _)) = effects.first() else {
        panic!("it starts: {effects:?}");
    };
    let (id, (conn, peer)) = (*id, conn());
    let local = peer;
    for kind in [
        EventKind::Listening { local },
        EventKind::Opened { conn, peer, local },
    ] {
        let at = clock.now();
        app.update(Message::Event(id, Event { at, kind }));
    }
    (app, id)
}

/// The second half of row 3.
pub fn hand_over() {
    title(
        "3",
        "an event of 32 bytes on its way into the log, without a socket",
    );
    let mut feed = Feed::new(Clock::new());
    let (mut app, id) = server("");
    let emitter = feed.emitter(id);
    let text = [b'x'; 32];
    let mut run = || {
        let begin = Instant::now();
        for _ in 0..EVENTS / AT_ONCE {
            for _ in 0..AT_ONCE {
                emitter.emit(received(Bytes::copy_from_slice(&text)));
            }
            feed.drain(|id, event| {
                app.update(Message::Event(id, event));
            });
        }
        begin.elapsed().as_secs_f64() / EVENTS as f64 * 1e9
    };
    let each = Samples::new((0..TIMES).map(|_| run()).collect()).at(0.0);
    tell(
        "an event",
        &format!("{each:.0} ns"),
        "below 250 ns",
        each < 250.0,
    );
    assert!(!app.tab().get(Side::Server).log.is_empty());
}

/// Row 12: scrolling.
pub fn scrolling() {
    title("12", "a million entries, scrolled from end to end");
    let (mut app, id) = server("--history 512MiB");
    for n in 0..MANY {
        let data = Bytes::from(format!(
            "entry {n}: the quick brown fox jumps over a lazy dog"
        ));
        let at = Stamp(Duration::from_micros(n as u64));
        let kind = received(data);
        app.update(Message::Event(id, Event { at, kind }));
    }
    let kept = app.tab().get(Side::Server).log.len();
    assert!(kept > MANY, "all are kept: {kept}");
    // Out of the box, into the log.
    for code in [KeyCode::Esc, KeyCode::BackTab] {
        app.update(Message::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    }
    let mut terminal = Terminal::new(CrosstermBackend::new(std::io::sink())).ok();
    let Some(terminal) = &mut terminal else {
        return note("the frames", "need a terminal");
    };
    let mut run = || {
        let mut frames = Vec::new();
        let mut press = |code: KeyCode| {
            let begin = Instant::now();
            app.update(Message::Key(KeyEvent::new(code, KeyModifiers::NONE)));
            let drawn = terminal.draw(|frame| drop(ui::draw(&app, frame)));
            drawn.expect("a sink takes all");
            frames.push(begin.elapsed().as_secs_f64() * 1e3);
        };
        for (end, key) in WAYS {
            press(KeyCode::Char(end));
            for _ in 0..STEPS {
                press(key);
            }
        }
        frames
    };
    let runs: Vec<Vec<f64>> = (0..TIMES).map(|_| run()).collect();
    let quickest = |n: usize| runs.iter().map(|run| run[n]).fold(f64::MAX, f64::min);
    let frames = (0..runs[0].len()).map(quickest).collect();
    let frames = Samples::new(frames);
    note("median", &format!("{:.2} ms", frames.median()));
    let worst = frames.at(1.0);
    tell(
        "the slowest frame",
        &format!("{worst:.2} ms"),
        "below 5 ms",
        worst < 5.0,
    );
}
