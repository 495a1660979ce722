//! The small pure parts: what turns bytes into text, messages, lines and cells, each by itself. Their
//! figures tell which one to look at when a row of `rows` has become slower.
//!
//! `cargo bench --bench parts`, with a name for some of them: `cargo bench --bench parts -- frame`.

#[path = "rows/screen.rs"]
#[allow(dead_code, reason = "the rows use the rest")]
mod screen;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use netplay::app::{App, Effect, Message};
use netplay::model::event::{ConnId, Event, EventKind};
use netplay::model::spec::{Protocol, Side};
use netplay::model::time::Stamp;
use netplay::net::Clock;
use netplay::store::{json, line};
use netplay::ui;
use netplay::ui::canvas::Canvas;
use netplay::wire::http1::Reader;
use netplay::wire::pattern::Pattern;
use netplay::wire::text::{Charset, one_line_string, tokens};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Size;

#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

/// How much text is taken at once, in bytes.
const PIECE: usize = 64 << 10;

/// What a peer may send.
#[derive(Clone, Copy, Debug)]
enum Sent {
    /// Lines of ASCII.
    Lines,
    /// Text in several scripts, with marks that are joined to what is before them.
    Scripts,
    /// Any bytes.
    Noise,
}

const ALL: [Sent; 3] = [Sent::Lines, Sent::Scripts, Sent::Noise];

impl Sent {
    fn bytes(self, len: usize) -> Vec<u8> {
        let cycled = |text: &str| text.bytes().cycle().take(len).collect();
        match self {
            Sent::Lines => cycled("the quick brown fox jumps over a lazy dog, 0123456789\r\n"),
            Sent::Scripts => cycled("größer, 日本語, русский, e\u{301}, 👍🏽 and plain words\n"),
            Sent::Noise => {
                let mut state = 0x2545_F491_4F6C_DD1D_u64;
                let mut byte = || {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    state.to_le_bytes()[0]
                };
                (0..len).map(|_| byte()).collect()
            }
        }
    }
}

#[divan::bench(args = ALL)]
fn tokenizer(bencher: Bencher, sent: Sent) {
    let bytes = sent.bytes(PIECE);
    bencher
        .counter(BytesCount::new(PIECE))
        .bench(|| tokens(black_box(&bytes), Charset::Unicode).count());
}

#[divan::bench(args = ALL)]
fn one_line(bencher: Bencher, sent: Sent) {
    let bytes = sent.bytes(PIECE);
    bencher
        .counter(BytesCount::new(PIECE))
        .bench(|| one_line_string(black_box(&bytes)));
}

/// A request as it comes.
#[derive(Clone, Copy, Debug)]
enum Request {
    Curl,
    Browser,
    Chunked,
}

impl Request {
    fn bytes(self) -> String {
        let curl =
            "GET / HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n";
        match self {
            Request::Curl => format!("{curl}\r\n"),
            Request::Browser => {
                let field = |n| format!("Sec-Something-Or-Other-{n}: ?1; a=\"b\"; q=0.{n}\r\n");
                let fields: String = (0..14).map(field).collect();
                format!("{curl}{fields}\r\n")
            }
            Request::Chunked => {
                let chunks = "400\r\n".to_owned() + &"x".repeat(1024) + "\r\n";
                let chunks = chunks.repeat(16);
                format!("{curl}Transfer-Encoding: chunked\r\n\r\n{chunks}0\r\n\r\n")
            }
        }
    }
}

#[divan::bench(args = [Request::Curl, Request::Browser, Request::Chunked])]
fn reader(bencher: Bencher, request: Request) {
    let text = request.bytes();
    let mut reader = Reader::requests();
    bencher
        .counter(BytesCount::of_str(&text))
        .bench_local(move || {
            let mut input = black_box(text.as_bytes());
            let mut items = 0;
            while reader.next(&mut input).is_some() {
                items += 1;
            }
            items
        });
}

fn received(n: u64, data: Bytes) -> Event {
    Event {
        at: Stamp(Duration::from_millis(n)),
        kind: EventKind::Received {
            conn: ConnId(1),
            peer: SocketAddr::from((Ipv4Addr::LOCALHOST, 50_000)),
            data,
            cut: 0,
        },
    }
}

#[divan::bench(args = ALL)]
fn json_line(bencher: Bencher, sent: Sent) {
    let event = received(1, sent.bytes(4096).into());
    let (origin, began) = (Clock::new().origin(), Stamp::default());
    let mut encoder = json::Encoder::new(Protocol::Tcp, Side::Server, origin, began);
    let mut out = Vec::new();
    bencher
        .counter(BytesCount::new(4096_usize))
        .bench_local(|| {
            out.clear();
            encoder.encode(black_box(&event), &mut out);
        });
}

#[divan::bench(args = ALL)]
fn text_line(bencher: Bencher, sent: Sent) {
    let event = received(1, sent.bytes(4096).into());
    let origin = Clock::new().origin();
    let mut encoder = line::Encoder::new(Protocol::Tcp, Side::Server, origin, false);
    let mut out = Vec::new();
    bencher
        .counter(BytesCount::new(4096_usize))
        .bench_local(|| {
            out.clear();
            encoder.encode(black_box(&event), &mut out);
        });
}

/// What is looked for in lines of text: a word that is not there, one of every line in either case,
/// the same with its case, bytes, and an expression.
#[divan::bench(args = ["wombat", "lazy", "Lazy", "\\x0d\\x0a", "re:l[a-f]zy"])]
fn search(bencher: Bencher, query: &str) {
    let bytes = Sent::Lines.bytes(1 << 20);
    let pattern = Pattern::new(query).expect("it can be read");
    bencher
        .counter(BytesCount::new(bytes.len()))
        .bench(|| pattern.count(black_box(&bytes)));
}

/// A TCP server on the screen, with one connection and as many entries as fill the log's pane.
fn app(size: (u16, u16)) -> App {
    let clock = Clock::new();
    let machine = screen::machine(&clock);
    let launch = screen::launch("tcp server");
    let (mut app, effects) = App::new(launch, machine, size, clock.now());
    let Some(Effect::Start(id, _)) = effects.first() else {
        panic!("it starts: {effects:?}");
    };
    let local = SocketAddr::from((Ipv4Addr::LOCALHOST, 23456));
    let (conn, peer) = (ConnId(1), local);
    let opened = [
        EventKind::Listening { local },
        EventKind::Opened { conn, peer, local },
    ];
    let opened = opened.map(|kind| Event {
        at: clock.now(),
        kind,
    });
    let entries = (0..100).map(|n| received(n, Bytes::from(format!("entry {n}: good morning\n"))));
    for event in opened.into_iter().chain(entries) {
        app.update(Message::Event(*id, event));
    }
    app.update(Message::Key(KeyEvent::new(
        KeyCode::Esc,
        KeyModifiers::NONE,
    )));
    app
}

/// The cells of a whole frame, and what of them a terminal must be told.
#[divan::bench(args = [(80, 24), (120, 36), (200, 50)])]
fn frame(bencher: Bencher, (width, height): (u16, u16)) {
    let app = app((width, height));
    let mut terminal = CrosstermBackend::new(std::io::sink());
    let mut canvas = Canvas::new(Size { width, height });
    bencher.bench_local(|| {
        ui::render(black_box(&app), &mut canvas);
        canvas.show(&mut terminal)
    });
}
