//! Rows 7 and 8: how long one byte takes to the eye, and one key to its echo, beside a program that
//! does nothing but write what it reads.

use std::io::Write as _;
use std::net::{Ipv4Addr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::load::{self, bulk, wrk};
use crate::measure::{Samples, note, tell, title};
use crate::peers::{free_port, has, wait_listening};
use crate::streams::server;
use crate::terminal::Terminal;

/// How many bytes and keys.
const COUNT: usize = 100;
/// Between two of them: long enough for a screen to be quiet again.
const PAUSE: Duration = Duration::from_millis(40);
/// How long one flood lasts before the next begins.
const SPELL: Duration = Duration::from_millis(500);
/// A frame at 60 a second.
const FRAME: f64 = 1.0 / 60.0;

/// A character that stands nowhere yet.
fn mark(n: usize) -> String {
    char::from_u32(0x4E00 + n as u32).unwrap_or('?').to_string()
}

/// How one of them takes a time: what it has done so far tells the character.
type Way = fn(&mut Watched, usize) -> f64;

/// A program in a terminal with one peer that speaks to it.
struct Watched {
    terminal: Terminal,
    peer: TcpStream,
}

impl Watched {
    fn of((terminal, port): (Terminal, u16)) -> Watched {
        let peer = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("it listens");
        peer.set_nodelay(true).expect("it is open");
        Watched { terminal, peer }
    }

    fn bare() -> Watched {
        let port = free_port();
        let program = std::env::current_exe().expect("we run");
        let words = format!("--bare {port} echo");
        let terminal = Terminal::start(&program.to_string_lossy(), &words, b"");
        wait_listening(port);
        Watched::of((terminal, port))
    }

    /// The time from a byte's `send` to the terminal, in seconds.
    fn byte(&mut self, n: usize) -> f64 {
        self.after_a_pause(&mark(n), |this, mark| {
            this.peer.write_all(mark.as_bytes()).expect("it reads");
        })
    }

    /// The time from a key to its echo, in seconds.
    fn key(&mut self, n: usize) -> f64 {
        let time = self.after_a_pause(&mark(n), |this, mark| this.terminal.press(mark));
        thread::sleep(PAUSE / 2);
        self.terminal.press("\x7f");
        time
    }

    fn after_a_pause(&mut self, mark: &str, act: impl FnOnce(&mut Watched, &str)) -> f64 {
        thread::sleep(PAUSE);
        self.terminal.want(mark);
        let begin = Instant::now();
        act(self, mark);
        let found = self.terminal.found();
        found.saturating_duration_since(begin).as_secs_f64()
    }
}

/// The times of both, taken in turns.
fn take(
    ours: &mut Watched,
    bare: &mut Watched,
    mut one: impl FnMut(&mut Watched, usize) -> f64,
) -> [Samples; 2] {
    let (mut mine, mut theirs) = (Vec::new(), Vec::new());
    for n in 0..COUNT {
        mine.push(one(ours, n));
        theirs.push(one(bare, n));
    }
    [Samples::new(mine), Samples::new(theirs)]
}

fn times(samples: &Samples) -> String {
    let [median, late, worst] = [0.5, 0.99, 1.0].map(|share| samples.at(share) * 1e3);
    format!("median {median:.2} ms, p99 {late:.2} ms, worst {worst:.2} ms")
}

/// Row 7.
pub fn quiet() {
    let mut ours = Watched::of(server(""));
    let mut bare = Watched::bare();
    let ways: [(&str, Way); 2] = [
        ("a chat byte to the terminal", Watched::byte),
        ("a key to its echo", Watched::key),
    ];
    for (words, way) in ways {
        title("7", &format!("{words}, otherwise idle"));
        let [mine, theirs] = take(&mut ours, &mut bare, way);
        note("netplay", &times(&mine));
        note("bare echo", &times(&theirs));
        for (name, share, goal) in [("median", 0.5, 2.0), ("p99", 0.99, 4.0)] {
            let ratio = mine.at(share) / theirs.at(share);
            let goal_text = format!("at most {goal}");
            tell(
                name,
                &format!("{ratio:.2} times"),
                &goal_text,
                ratio <= goal,
            );
        }
    }
}

/// Row 8. In a flood a chat byte has scrolled away before anybody could see it: keys tell.
pub fn flooded() {
    title(
        "8",
        "a key to its echo while rows 1, 4 and 5 run together in one program",
    );
    let (terminal, ports) = three_servers();
    let mut ours = Watched::of((terminal, ports[0]));
    let mut bare = Watched::bare();
    let over = AtomicBool::new(false);
    let wrk_is_there = has("wrk");
    let floods: [&(dyn Fn() -> f64 + Sync); 3] = [
        &|| bulk(ports[0], SPELL),
        &|| load::datagrams(ports[1], 1200, SPELL) as f64,
        &|| {
            if wrk_is_there {
                wrk(ports[2], false)
            } else {
                0.0
            }
        },
    ];
    let [mine, theirs] = thread::scope(|scope| {
        for flood in floods {
            let over = &over;
            scope.spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    flood();
                }
            });
        }
        thread::sleep(SPELL);
        let times = take(&mut ours, &mut bare, Watched::key);
        over.store(true, Ordering::Relaxed);
        times
    });
    note("netplay", &times(&mine));
    note("bare echo", &times(&theirs));
    let over = (mine.at(0.99) - theirs.at(0.99)) / FRAME;
    tell(
        "p99 above the bare one's",
        &format!("{over:.1} frames"),
        "below 2 frames",
        over < 2.0,
    );
    let worst = mine.at(1.0) * 1e3;
    tell(
        "worst",
        &format!("{worst:.1} ms"),
        "below 100 ms",
        worst < 100.0,
    );
}

/// One program with a server in each of its tabs, the TCP tab in front and its box in TYPE mode, and
/// the ports of the three.
fn three_servers() -> (Terminal, [u16; 3]) {
    let (mut terminal, tcp) = server("");
    let ports = [tcp, free_port(), free_port()];
    let step = || thread::sleep(Duration::from_millis(100));
    step();
    for (tab, port) in ["2", "3"].into_iter().zip(&ports[1..]) {
        for keys in [
            "\x1b",
            tab,
            "i",
            "\x03",
            "127.0.0.1",
            "\t",
            "\x03",
            &port.to_string(),
            "\r",
        ] {
            terminal.press(keys);
            step();
        }
    }
    wait_listening(ports[2]);
    for keys in ["\x1b", "1", "i"] {
        terminal.press(keys);
        step();
    }
    (terminal, ports)
}
