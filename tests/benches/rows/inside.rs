//! Parts of rows 3 and 12 without sockets: what an event costs on its way into the log, and what a
//! frame costs over a million entries. Done several times, of which the quickest counts: others run
//! beside it.

use std::net::{Ipv4Addr, SocketAddr};
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use netplay::app::{App, Effect, Message};
use netplay::model::event::{ConnId, Event, EventKind, SessionId};
use netplay::model::spec::Side;
use netplay::model::time::Stamp;
use netplay::net::{Clock, Feed};
use netplay::ui;
use netplay::ui::canvas::Canvas;
use ratatui::backend::CrosstermBackend;

use crate::measure::{Samples, note, tell, title};
use crate::peers::has;
use crate::screen::{SIZE, launch, machine};
use crate::terminal;

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

/// An entry; one in a hundred thousand has the rare word.
fn line(n: usize) -> String {
    let rare = if n % 100_000 == 4_242 { RARE } else { "fox" };
    format!("entry {n}: the quick brown {rare} jumps over a lazy dog")
}

/// A server whose log holds so many entries, the log before the reader.
fn with_entries(many: usize) -> App {
    let (mut app, id) = server("--history 512MiB");
    for n in 0..many {
        let data = Bytes::from(line(n));
        let at = Stamp(Duration::from_micros(n as u64));
        let kind = received(data);
        app.update(Message::Event(id, Event { at, kind }));
    }
    let kept = app.tab().get(Side::Server).log.len();
    assert!(kept > many, "all are kept: {kept}");
    for code in [KeyCode::Esc, KeyCode::BackTab] {
        app.update(Message::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    }
    app
}

/// A word that few entries have.
const RARE: &str = "wombat";
/// How long a search may hold up the screen's loop at a time, and after how many bytes it looks at
/// the clock: as the loop has it.
const MOMENT: Duration = Duration::from_millis(2);
const PIECE: usize = 256 << 10;

/// Row 12: search and filter, as they are typed.
pub fn finding() {
    for (many, goal) in [(MANY, 250.0), (100_000, 25.0)] {
        title(
            "12",
            &format!("{many} entries, searched and filtered as one types"),
        );
        let mut app = with_entries(many);
        for (sign, query) in [('/', RARE), ('/', "lazy"), ('&', RARE), ('&', "lazy")] {
            let runs: Vec<(f64, f64)> = (0..TIMES).map(|_| find(&mut app, sign, query)).collect();
            let whole = runs
                .iter()
                .map(|(whole, _)| *whole)
                .fold(f64::MAX, f64::min);
            let frame = runs
                .iter()
                .map(|(_, frame)| *frame)
                .fold(f64::MAX, f64::min);
            let name = format!("{sign}{query}, the whole");
            let goal_words = format!("below {goal} ms");
            tell(&name, &format!("{whole:.1} ms"), &goal_words, whole < goal);
            let name = format!("{sign}{query}, the slowest key and its frame");
            tell(
                &name,
                &format!("{frame:.2} ms"),
                "below 16 ms",
                frame < 16.0,
            );
        }
    }
}

/// A word that no entry has.
const ABSENT: &str = "wolverine";

/// Row 12: the same text in a pager, searched for a word that is not there and filtered by one that is
/// rare: both must look at all of it.
pub fn paging() {
    title("12", "a million entries beside less with the same lines");
    if !has("less") {
        return note("less", "is not installed");
    }
    let mut app = with_entries(MANY);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("lines");
    let lines: String = (0..MANY).map(|n| line(n) + "\n").collect();
    std::fs::write(&path, lines).expect("there is room");
    let words = format!("-S {}", path.display());
    let mut less = terminal::Terminal::start("less", &words, b"entry 1:");
    less.found();
    // What tells that less is done, and what brings it back to where it was.
    let last = format!("{}: the quick", MANY - 100_000 + 4_242);
    for (sign, query, done, back) in [
        ('/', ABSENT, "not found", "\r"),
        ('&', RARE, last.as_str(), "&\r"),
    ] {
        let quickest = |times: [f64; TIMES]| times.into_iter().fold(f64::MAX, f64::min);
        let ours = quickest([(); TIMES].map(|()| find(&mut app, sign, query).0));
        let theirs = quickest([(); TIMES].map(|()| {
            less.press(&format!("{sign}{query}"));
            thread::sleep(SETTLED);
            less.want(done);
            let begin = Instant::now();
            less.press("\r");
            let took = less.found().saturating_duration_since(begin);
            less.press(back);
            thread::sleep(SETTLED);
            took.as_secs_f64() * 1e3
        }));
        note(&format!("less, {sign}{query}"), &format!("{theirs:.1} ms"));
        let (figure, goal) = (format!("{ours:.1} ms"), "not slower");
        tell(
            &format!("netplay, {sign}{query}"),
            &figure,
            goal,
            ours <= theirs,
        );
    }
}

/// How long a pager may take to draw what was typed.
const SETTLED: Duration = Duration::from_millis(200);

/// Types a query: how long it is from the last letter to the last find, and how long the slowest
/// letter took to its frame, both in ms.
fn find(app: &mut App, sign: char, query: &str) -> (f64, f64) {
    let mut terminal = CrosstermBackend::new(std::io::sink());
    let mut canvas = Canvas::new(app.size.into());
    let mut slowest: f64 = 0.0;
    let mut begin = Instant::now();
    for c in std::iter::once(sign).chain(query.chars()) {
        begin = Instant::now();
        app.update(Message::Key(KeyEvent::new(
            KeyCode::Char(c),
            KeyModifiers::NONE,
        )));
        while app.work(PIECE) && begin.elapsed() < MOMENT {}
        ui::render(app, &mut canvas);
        canvas.show(&mut terminal).expect("a sink takes all");
        slowest = slowest.max(begin.elapsed().as_secs_f64() * 1e3);
    }
    while app.work(PIECE) {}
    let whole = begin.elapsed().as_secs_f64() * 1e3;
    // Back to where it was.
    app.update(Message::Key(KeyEvent::new(
        KeyCode::Esc,
        KeyModifiers::NONE,
    )));
    while app.work(PIECE) {}
    (whole, slowest)
}

/// Row 12: scrolling.
pub fn scrolling() {
    title("12", "a million entries, scrolled from end to end");
    let mut app = with_entries(MANY);
    let mut terminal = CrosstermBackend::new(std::io::sink());
    let mut canvas = Canvas::new(app.size.into());
    let mut run = || {
        let mut frames = Vec::new();
        let mut press = |code: KeyCode| {
            let begin = Instant::now();
            app.update(Message::Key(KeyEvent::new(code, KeyModifiers::NONE)));
            ui::render(&app, &mut canvas);
            canvas.show(&mut terminal).expect("a sink takes all");
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
