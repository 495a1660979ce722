//! The bare programs: they do what the row is about and nothing else, each in a process of its own,
//! as ours is. `--bare PORT NAME …` makes this bench one of them.

use std::convert::Infallible;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::thread;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use socket2::{Domain, Socket, Type};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener as Listener;

/// The listen queue, as ours.
const BACKLOG: i32 = 4096;

/// Runs the bare program that these words name; it ends when it is killed.
pub fn run(words: &[String]) {
    let port = words[0].parse().expect("a port");
    let number = || words[2].parse().expect("a number");
    match words[1].as_str() {
        "read" => read(port, number()),
        "tokio" => in_runtime(tokio_read(port, number())),
        "hyper" => in_runtime(hyper(port, number(), words.len() > 3)),
        "echo" => echo(port),
        other => panic!("no bare program is called {other}"),
    }
}

/// The runtime that our program has.
fn in_runtime(work: impl Future<Output = ()>) {
    let runtime = netplay::run::runtime();
    runtime.expect("a runtime").block_on(work);
}

/// Reads each connection to its end, one after another.
fn read(port: u16, size: usize) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("it was free");
    let mut buffer = vec![0; size];
    for stream in listener.incoming() {
        let mut stream = stream.expect("a connection");
        let mut count = 0;
        while let Ok(n @ 1..) = stream.read(&mut buffer) {
            count += n;
        }
        std::hint::black_box(count);
    }
}

fn listen(port: u16) -> Listener {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.set_nonblocking(true).expect("it is new");
    socket.set_reuse_address(true).expect("it is new");
    let address = (Ipv4Addr::LOCALHOST, port).into();
    socket
        .bind(&std::net::SocketAddr::into(address))
        .expect("it was free");
    socket.listen(BACKLOG).expect("it is bound");
    Listener::from_std(socket.into()).expect("it listens")
}

/// Reads all connections to their ends, each in a task.
async fn tokio_read(port: u16, size: usize) {
    let listener = listen(port);
    loop {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        tokio::spawn(async move {
            let mut buffer = vec![0; size];
            let mut count = 0;
            while let Ok(n @ 1..) = stream.read(&mut buffer).await {
                count += n;
            }
            std::hint::black_box(count);
        });
    }
}

/// Answers every request with a page of this many bytes.
async fn hyper(port: u16, size: usize, close: bool) {
    let listener = listen(port);
    let page = Bytes::from("x".repeat(size));
    loop {
        let (stream, _) = listener.accept().await.expect("a connection");
        let _ = stream.set_nodelay(true);
        let page = page.clone();
        tokio::spawn(async move {
            let answer = service_fn(move |_: Request<Incoming>| {
                let page = page.clone();
                async move {
                    let answer =
                        Response::builder().header("Content-Type", "text/html; charset=utf-8");
                    Ok::<_, Infallible>(answer.body(Full::new(page)).expect("a good answer"))
                }
            });
            let mut server = hyper::server::conn::http1::Builder::new();
            server.keep_alive(!close);
            let _ = server.serve_connection(TokioIo::new(stream), answer).await;
        });
    }
}

/// Writes to its terminal what its one connection says, and each key.
fn echo(port: u16) {
    let stdin = io::stdin();
    let mut modes = rustix::termios::tcgetattr(&stdin).expect("a terminal");
    modes.make_raw();
    rustix::termios::tcsetattr(&stdin, rustix::termios::OptionalActions::Now, &modes)
        .expect("a terminal");
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("it was free");
    thread::spawn(move || {
        for stream in listener.incoming() {
            pass(stream.expect("a connection"));
        }
    });
    pass(stdin.lock());
}

fn pass(mut from: impl Read) {
    let mut buffer = [0; 4096];
    while let Ok(n @ 1..) = from.read(&mut buffer) {
        let mut out = io::stdout().lock();
        let written = out.write_all(&buffer[..n]).and_then(|()| out.flush());
        if written.is_err() {
            return;
        }
    }
}
