//! Rows 1 to 3: bytes and messages into the full screen.

use crate::load::{TIME, bulk, messages};
use crate::measure::{Contender, Unit, race, title};
use crate::peers::{Peer, free_port, has, wait_listening};
use crate::terminal::Terminal;

const PYTHON: &str = "
import socket, sys
s = socket.create_server(('127.0.0.1', int(sys.argv[1])))
while True:
    c, _ = s.accept()
    while c.recv(SIZE):
        pass
    c.close()
";

/// A TCP server on a full screen with these options, and its port.
pub fn server(options: &str) -> (Terminal, u16) {
    let port = free_port();
    let terminal = Terminal::netplay(&format!("tcp server 127.0.0.1:{port} {options}"));
    wait_listening(port);
    (terminal, port)
}

/// A program that takes one connection and ends with it is started for every measurement.
fn once<'a>(name: &'a str, words: &'a str, goal: f64) -> Contender<'a> {
    let label = format!("{name} {words}");
    let label = label
        .replace(" 127.0.0.1 PORT", "")
        .replace(" TCP-LISTEN:PORT,reuseaddr", "");
    if !has(name) {
        return Contender::missing(&label);
    }
    let run = || bulk(Peer::program(name, words).port(), TIME);
    Contender::new(&label, Some(goal), run)
}

fn python<'a>(size: usize, goal: f64) -> Contender<'a> {
    let label = format!("python3 recv({size})");
    if !has("python3") {
        return Contender::missing(&label);
    }
    let peer = Peer::python(&PYTHON.replace("SIZE", &size.to_string()));
    Contender::new(&label, Some(goal), move || bulk(peer.port(), TIME))
}

/// Row 1.
pub fn large(rounds: usize) {
    title("1", "TCP bulk into the full screen, reads of 64 KiB");
    let (_ours, port) = server("--recv-size 65536");
    let bare = Peer::bare("read 65536");
    let contenders = vec![
        Contender::ours(|| bulk(port, TIME)),
        Contender::new("bare", Some(0.85), || bulk(bare.port(), TIME)),
        once("ncat", "-l --recv-only 127.0.0.1 PORT", 1.0),
        once("nc", "-l -N 127.0.0.1 PORT", 1.0),
        once("socat", "-u TCP-LISTEN:PORT,reuseaddr -", 1.0),
        python(65536, 0.95),
    ];
    race(Unit::Bytes, rounds, contenders);
}

/// Row 2.
pub fn small(rounds: usize) {
    title(
        "2",
        "TCP bulk into the full screen, reads of 4 KiB (the default)",
    );
    let (_ours, port) = server("");
    let bare = Peer::bare("read 4096");
    let contenders = vec![
        Contender::ours(|| bulk(port, TIME)),
        Contender::new("bare", Some(0.75), || bulk(bare.port(), TIME)),
        python(4096, 1.0),
    ];
    race(Unit::Bytes, rounds, contenders);
}

/// Row 3.
pub fn tiny(rounds: usize) {
    title("3", "messages of 32 bytes, one write each");
    let (_ours, port) = server("");
    let bare = Peer::bare("tokio 4096");
    let contenders = vec![
        Contender::ours(|| messages(port, TIME)),
        Contender::new("bare tokio", Some(0.8), || messages(bare.port(), TIME)),
    ];
    race(Unit::Things, rounds, contenders);
}
