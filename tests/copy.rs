//! What can be copied from where, as exact bytes; no clipboard is touched.

#[path = "support/http_stories.rs"]
mod http_stories;
#[path = "support/stories.rs"]
mod stories;
#[path = "support/story.rs"]
mod story;

use netplay::app::copy::What;
use netplay::app::{Effect, Message};
use netplay::model::spec::Side;
use story::{Story, key};

/// Presses keys and gives what is copied by the last of them.
fn copies(story: &mut Story, keys: &str) -> Option<(What, Vec<u8>)> {
    let mut copied = None;
    for word in keys.split_whitespace() {
        copied = story
            .app
            .update(Message::Key(key(word)))
            .into_iter()
            .find_map(|effect| match effect {
                Effect::Copy { what, bytes } => Some((what, bytes)),
                _ => None,
            });
    }
    copied
}

fn text(story: &mut Story, keys: &str) -> String {
    let (_, bytes) = copies(story, keys).unwrap_or_else(|| panic!("{keys} copies nothing"));
    String::from_utf8(bytes).expect("text")
}

fn told(name: &str) -> Story {
    let mut all = stories::ALL.iter().chain(http_stories::HTTP);
    let found = all.find(|(each, _)| *each == name);
    found.unwrap_or_else(|| panic!("no story {name}")).1((80, 24))
}

fn server_with(data: &'static [u8]) -> Story {
    let mut story = Story::of("tcp server", (80, 24));
    story
        .listening("127.0.0.1:23456")
        .opened(Side::Server, 1, "127.0.0.1:51334", "127.0.0.1:23456")
        .received(Side::Server, 1, data)
        .keys("Esc BackTab");
    story
}

#[test]
fn an_entry_is_copied_as_shown_raw_as_hex_and_by_its_address() {
    let mut story = server_with(b"hi\r\n\x1b\xff\\");
    let shown = text(&mut story, "y y");
    assert_eq!(shown, "10:02:11.000 ← #1 7 B hi\\r\\n\\x1b\\xff\\\\");
    let (what, raw) = copies(&mut story, "y r").expect("it has bytes");
    assert_eq!((what, &raw[..]), (What::Raw, &b"hi\r\n\x1b\xff\\"[..]));
    let hex = text(&mut story, "y x");
    assert!(hex.starts_with("00000000  68 69 0d 0a 1b ff 5c"), "{hex}");
    assert_eq!(text(&mut story, "y a"), "127.0.0.1:9");
    assert_eq!(text(&mut story, "y l"), "nc 127.0.0.1 23456");
    assert_eq!(text(&mut story, "y n"), "netplay tcp client");
    // It is the entry at the cursor, and the one that is looked at whole.
    assert_eq!(
        text(&mut story, "k y y"),
        "10:02:11.000 ◆ #1 opened by 127.0.0.1:51334"
    );
    let page = text(&mut story, "f Enter y y");
    assert_eq!(page, shown);
}

#[test]
fn what_cannot_be_copied_says_why_and_the_menu_stays() {
    let mut story = server_with(b"");
    story.keys("k");
    assert_eq!(copies(&mut story, "y r"), None);
    let drawn = story.draw().text();
    assert!(
        drawn.contains("copy: opened") && drawn.contains("it has no bytes"),
        "{drawn}"
    );
    assert_eq!(copies(&mut story, "c"), None);
    assert!(story.draw().text().contains("for HTTP requests only"));
    story.keys("Esc");
    assert!(!story.draw().text().contains("copy: opened"));
}

#[test]
fn before_anything_has_happened_the_address_and_the_commands_are_there() {
    let mut story = Story::of("tcp", (80, 24));
    assert_eq!(text(&mut story, "y a"), "127.0.0.1:23456");
    assert_eq!(text(&mut story, "y n"), "netplay tcp client");
    let mut story = Story::of("udp server 127.0.0.1:5000", (80, 24));
    story.keys("Esc");
    assert_eq!(text(&mut story, "y l"), "nc -u 127.0.0.1 5000");
    assert_eq!(copies(&mut story, "y y"), None);
}

#[test]
fn a_request_is_copied_as_text_raw_and_as_curl() {
    let mut story = told("http_client_answered");
    let request = text(&mut story, "g y r");
    assert!(
        request.starts_with("GET ") && request.ends_with("\r\n\r\n"),
        "{request:?}"
    );
    let lines = text(&mut story, "y y");
    assert_eq!(lines.replace('\n', "\r\n"), request);
    let curl = text(&mut story, "y c");
    assert!(curl.starts_with("curl ") && curl.ends_with('/'), "{curl}");
    assert_eq!(text(&mut story, "y a"), "http://127.0.0.1:8080/");
    let answer = text(&mut story, "Tab Tab y r");
    assert!(answer.starts_with("HTTP/1.1 "), "{answer:?}");
    let body = text(&mut story, "v y r");
    // Without the chunks that it came in.
    assert_eq!(body, "<h1>Hi!</h1>");
}

#[test]
fn an_unfinished_request_is_no_curl_command() {
    let mut story = told("http_vote_arriving");
    assert_eq!(copies(&mut story, "y c"), None);
    assert!(story.draw().text().contains("the request is not whole"));
    let raw = text(&mut story, "r");
    assert!(raw.starts_with("POST /vote"), "{raw:?}");
}

#[test]
fn while_the_screen_stands_still_what_is_seen_is_copied() {
    let mut story = server_with(b"before");
    story.keys("Space");
    story.received(Side::Server, 1, "behind");
    assert_eq!(
        copies(&mut story, "y r"),
        Some((What::Raw, b"before".to_vec()))
    );
    assert!(story.app.is_frozen());
}

/// What a command of the copy menu prints, if the shell and Python are here.
#[cfg(unix)]
fn run(command: &str) -> Option<std::process::Child> {
    let python = std::process::Command::new("python3").arg("-V").output();
    if python.is_err() {
        println!("skipped: python3 is not here");
        return None;
    }
    let mut shell = std::process::Command::new("sh");
    let child = shell
        .args(["-c", command])
        .stdout(std::process::Stdio::piped())
        .spawn();
    Some(child.expect("a shell"))
}

#[cfg(unix)]
#[test]
fn the_python_command_says_hello_to_the_server_and_prints_its_answer() {
    use std::io::{Read as _, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let local = listener.local_addr().expect("bound");
    let mut story = Story::of(&format!("tcp server {local}"), (80, 24));
    story.keys("Esc");
    let Some(child) = run(&text(&mut story, "y p")) else {
        return;
    };
    let (mut peer, _) = listener.accept().expect("it calls");
    let mut heard = [0; 5];
    peer.read_exact(&mut heard).expect("it speaks");
    assert_eq!(&heard, b"hello");
    peer.write_all(b"hello yourself").expect("it listens");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.stdout, b"b'hello yourself'\n");
}

#[cfg(unix)]
#[test]
fn the_python_command_sends_a_datagram() {
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").expect("a port");
    socket
        .set_read_timeout(Some(std::time::Duration::from_secs(20)))
        .expect("a limit");
    let local = socket.local_addr().expect("bound");
    let mut story = Story::of(&format!("udp server {local}"), (80, 24));
    story.keys("Esc");
    let Some(child) = run(&text(&mut story, "y p")) else {
        return;
    };
    let mut heard = [0; 16];
    let (len, _) = socket.recv_from(&mut heard).expect("it speaks");
    assert_eq!(&heard[..len], b"hello");
    child.wait_with_output().expect("it ends");
}
