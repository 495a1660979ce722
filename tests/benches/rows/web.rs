//! Rows 5 and 6: requests, every one kept and shown.

use std::fs;
use std::thread;
use std::time::Duration;

use crate::load::wrk;
use crate::measure::{Contender, Unit, note, race, title};
use crate::peers::{Peer, free_port, has, wait_listening};
use crate::terminal::Terminal;

/// How long the page is, in bytes.
const PAGE: usize = 200;

const PYTHON: &str = "
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header('Content-Type', 'text/html')
        self.send_header('Content-Length', '200')
        self.end_headers()
        self.wfile.write(b'x' * 200)
    def log_message(self, *_):
        pass
ThreadingHTTPServer.request_queue_size = 1024
ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), Answer).serve_forever()
";

/// Rows 5 (kept connections) and 6 (one for each request).
pub fn requests(rounds: usize, close: bool) {
    let (row, words, option) = if close {
        ("6", "HTTP, one connection per request", "--close")
    } else {
        (
            "5",
            "HTTP keep-alive, 64 connections, a page of 200 bytes",
            "",
        )
    };
    title(row, words);
    if !has("wrk") {
        return note("wrk", "is not installed");
    }
    let dir = tempfile::tempdir().expect("a folder");
    let page = dir.path().join("page.html");
    fs::write(&page, "x".repeat(PAGE)).expect("it is ours");
    // A page that was written a moment ago is read anew for every request.
    thread::sleep(Duration::from_secs(4));
    let port = free_port();
    let shown = page.display();
    let words = format!("http server 127.0.0.1:{port} --page {shown} {option}");
    let _ours = Terminal::netplay(&words);
    wait_listening(port);
    let mut contenders = vec![Contender::ours(move || wrk(port, close))];
    let server =
        |name: &str, goal, peer: Peer| Contender::new(name, goal, move || wrk(peer.port(), close));
    let hyper = Peer::bare(&format!("hyper {PAGE} {option}"));
    let goal = if close { None } else { Some(0.9) };
    contenders.push(server("hyper", goal, hyper));
    let name = "nginx, one worker";
    if has("nginx") {
        let goal = if close { 0.8 } else { 0.9 };
        contenders.push(server(name, Some(goal), Peer::nginx(&page, close)));
    } else {
        contenders.push(Contender::missing(name));
    }
    if close {
        let name = "python3, a thread a connection";
        contenders.push(if has("python3") {
            server(name, Some(4.0), Peer::python(PYTHON))
        } else {
            Contender::missing(name)
        });
    }
    race(Unit::Things, rounds, contenders);
    if !close {
        slow_proxy(port);
    }
}

/// The proxy is so much slower that a few rounds are enough. It stands before our own server.
fn slow_proxy(port: u16) {
    let name = "mitmdump, in reverse";
    let mut contenders = vec![Contender::ours(|| wrk(port, false))];
    contenders.push(if has("mitmdump") {
        let words =
            format!("-q --listen-host 127.0.0.1 -p PORT --mode reverse:http://127.0.0.1:{port}");
        let proxy = Peer::program("mitmdump", &words);
        Contender::new(name, Some(50.0), move || wrk(proxy.port(), false))
    } else {
        Contender::missing(name)
    });
    race(Unit::Things, 3, contenders);
}
