//! Our client against servers in python: the ready-made one, and such as beginners write with a
//! plain socket, with all their liberties.

use std::fs;
use std::process::Command;

use crate::ours::{Answered, ask};
use crate::process;
use crate::programs::{Program, has};
use crate::pty;

const READY_MADE: &str = r#"
import functools, http.server, sys
handler = http.server.SimpleHTTPRequestHandler
handler.protocol_version = sys.argv[2]
handler = functools.partial(handler, directory=sys.argv[1])
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
print("listening on port", server.server_port)
server.serve_forever()
"#;

const HAND_MADE: &str = r#"
import socket
server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen(5)
print("listening on port", server.getsockname()[1])
while True:
    connection, client = server.accept()
    request = connection.recv(1024).decode()
    target = request.split(" ")[1]
    print("asked for", target)
    if target == "/lf":
        connection.send(b"HTTP/1.1 200 OK\nContent-Type: text/html\n\n<h1>Hello</h1>\n")
    elif target == "/bare":
        connection.send(b"HTTP/1.0 200\r\n\r\nnothing else")
    elif target == "/slow":
        for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc":
            connection.send(bytes([byte]))
    elif target == "/long":
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabcd")
    elif target == "/short":
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nabcde")
    elif target == "/text":
        connection.send(b"Hello!")
    connection.close()
"#;

fn python(script: &str, words: &[&str]) -> (Program, String) {
    let server = Program::start("python3", &[&["-c", script], words].concat());
    let port = server.number_after("listening on port");
    (server, format!("127.0.0.1:{port}"))
}

#[test]
fn http_server_of_python_is_asked_for_files_in_both_versions() {
    if !has("python3") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("part")).unwrap();
    fs::write(dir.path().join("index.html"), "<h1>Hi</h1>\n").unwrap();
    let large: Vec<u8> = (0..400_000_u32).flat_map(u32::to_be_bytes).collect();
    fs::write(dir.path().join("large.bin"), &large).unwrap();
    for version in ["HTTP/1.0", "HTTP/1.1"] {
        let path = dir.path().to_str().unwrap();
        let (_server, at) = python(READY_MADE, &[path, version]);
        let get = |path: &str, flags: &[&str]| ask(&format!("{at}{path}"), flags);
        let index = get("/", &[]);
        assert_eq!(index.response["version"], version);
        assert_eq!((index.status(), index.body()), (200, &b"<h1>Hi</h1>\n"[..]));
        let found = get("/large.bin", &[]);
        assert!(
            found.body() == large,
            "{version}: {} bytes",
            found.body().len()
        );
        let head = get("/large.bin", &["-X", "HEAD"]);
        assert_eq!(head.response["body_len"], 0);
        assert_eq!(head.field("content-length"), Some("1600000"));
        let moved = get("/part", &[]);
        assert_eq!(
            (moved.status(), moved.field("location")),
            (301, Some("/part/"))
        );
        assert_eq!(get("/no", &[]).status(), 404);
        // It answers without reading the body.
        assert_eq!(get("/", &["-d", "a=b"]).status(), 501);
    }
}

#[test]
fn hand_made_servers_are_understood_and_what_they_cut_short_is_told() {
    if !has("python3") {
        return;
    }
    let (server, at) = python(HAND_MADE, &[]);
    let get = |path: &str| -> Answered { ask(&format!("{at}{path}"), &[]) };
    let lf = get("/lf");
    let answer = "HTTP/1.1 200 OK\nContent-Type: text/html\n\n<h1>Hello</h1>\n";
    assert_eq!(lf.raw, answer.as_bytes());
    assert_eq!(lf.body(), b"<h1>Hello</h1>\n");
    assert_eq!(lf.field("content-type"), Some("text/html"));
    let bare = get("/bare");
    assert_eq!(bare.response["reason"], "");
    assert_eq!(bare.body(), b"nothing else");
    let slow = get("/slow");
    assert_eq!(slow.body(), b"abc");
    let long = get("/long");
    assert_eq!(long.response["body_len"], 2);
    assert!(long.raw.ends_with(b"abcd"), "all of it is shown");
    server.prints("asked for /long");
    for (path, kind, words) in [
        ("/short", "cut-short", "5 of 50 bytes, then closed"),
        ("/text", "malformed", "is no HTTP"),
        ("/nothing", "cut-short", "closed without an answer"),
    ] {
        let mut command: Command = process::command("http client --json");
        command.arg(format!("{at}{path}"));
        let end = process::Netplay::of(command).end();
        assert_eq!(end.code, Some(1), "{path}: {end:#?}");
        let failed = end.event("failed");
        assert_eq!(failed["kind"], kind, "{failed}");
        let message = failed["message"].as_str().unwrap();
        assert!(message.contains(words), "{failed}");
        assert!(end.stderr.contains(words), "{}", end.stderr);
    }
}

#[test]
fn the_screen_shows_an_answer_with_bare_line_feeds_and_asks_again() {
    if !has("python3") {
        return;
    }
    let (server, at) = python(HAND_MADE, &[]);
    let mut screen = pty::netplay(&format!("http client {at}/lf")).open();
    for line in [
        "HTTP/1.1 200 OK␊",
        "Content-Type: text/html␊",
        "<h1>Hello</h1>␊",
    ] {
        screen.shows(line);
    }
    screen.shows("200 OK");
    // Nothing was kept, so this needs another connection.
    screen.keys("R");
    let twice = |text: &str| text.matches("/lf  ").count() == 2;
    screen.until("two requests in the list", twice);
    server.prints("asked for /lf\nasked for /lf\n");
    screen.quits();
}
