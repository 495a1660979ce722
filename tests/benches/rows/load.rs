//! What is done to the programs: bytes and messages as fast as they are taken, and what wrk does.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpStream, UdpSocket};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// How long one measurement sends.
pub const TIME: Duration = Duration::from_secs(1);
/// From how many threads connections are made.
const THREADS: usize = 4;
/// How long a program may take to read what is left and to close.
const LIMIT: Duration = Duration::from_secs(20);

fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("somebody listens");
    stream.set_read_timeout(Some(LIMIT)).expect("not zero");
    stream
}

/// Sends until the time is over and waits until the other end has read all and closed. Gives bytes a
/// second.
fn send(port: u16, piece: &[u8], in_a_row: u64, time: Duration) -> f64 {
    let mut stream = connect(port);
    stream.set_nodelay(true).expect("it is open");
    let begin = Instant::now();
    let mut sent = 0;
    while begin.elapsed() < time {
        for _ in 0..in_a_row {
            stream.write_all(piece).expect("it is read");
        }
        sent += in_a_row * piece.len() as u64;
    }
    close(stream);
    sent as f64 / begin.elapsed().as_secs_f64()
}

/// Bytes in large pieces, printable; bytes a second.
pub fn bulk(port: u16, time: Duration) -> f64 {
    send(port, &text(256 << 10), 1, time)
}

/// Messages of 32 bytes, one write each; messages a second.
pub fn messages(port: u16, time: Duration) -> f64 {
    send(port, &text(32), 64, time) / 32.0
}

/// Lines of printable text.
pub fn text(len: usize) -> Vec<u8> {
    let line = b"the quick brown fox jumps over a lazy dog and runs away, 0123456789\n";
    line.iter().copied().cycle().take(len).collect()
}

/// Exactly so many pieces of this size.
pub fn amount(port: u16, size: usize, pieces: u64) {
    let (mut stream, piece) = (connect(port), text(size));
    stream.set_nodelay(true).expect("it is open");
    for _ in 0..pieces {
        stream.write_all(&piece).expect("it is read");
    }
    close(stream);
}

/// Ends our direction and waits until the other end has read all and closed.
fn close(mut stream: TcpStream) {
    // It may have been done before.
    let _ = stream.shutdown(Shutdown::Write);
    while let Ok(1..) = stream.read(&mut [0; 4096]) {}
}

/// Datagrams as fast as the system takes them; how many.
pub fn datagrams(port: u16, size: usize, time: Duration) -> u64 {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a socket");
    socket
        .connect((Ipv4Addr::LOCALHOST, port))
        .expect("an address");
    let (piece, begin, mut sent) = (text(size), Instant::now(), 0);
    while begin.elapsed() < time {
        for _ in 0..64 {
            sent += u64::from(socket.send(&piece).is_ok());
        }
    }
    sent
}

/// Connects so many times from a few threads at once, ends each connection and waits for the other
/// end; connections a second.
pub fn connects(port: u16, count: usize) -> f64 {
    let begin = Instant::now();
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let open = |_| {
                    let stream = connect(port);
                    stream.shutdown(Shutdown::Write).expect("it is open");
                    stream
                };
                let all: Vec<TcpStream> = (0..count / THREADS).map(open).collect();
                all.into_iter().for_each(close);
            });
        }
    });
    count as f64 / begin.elapsed().as_secs_f64()
}

/// So many connections on which nothing is said.
pub fn open(port: u16, count: usize) -> Vec<TcpStream> {
    (0..count).map(|_| connect(port)).collect()
}

/// What wrk gets from there in about a second over 64 connections; requests a second.
pub fn wrk(port: u16, close: bool) -> f64 {
    let url = format!("http://127.0.0.1:{port}/");
    let mut command = Command::new("wrk");
    command.args(["-t1", "-c64", "-d1s"]);
    if close {
        command.args(["-H", "Connection: close"]);
    }
    let out = command.arg(url).output().expect("wrk runs");
    let out = String::from_utf8_lossy(&out.stdout);
    let rate = out
        .lines()
        .find_map(|line| line.strip_prefix("Requests/sec:"));
    assert!(!out.contains("Non-2xx"), "{out}");
    rate.and_then(|rate| rate.trim().parse().ok())
        .expect("wrk tells its rate")
}
