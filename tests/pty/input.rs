//! Keys and pastes as terminals send them: large, glued, split, strange, and never finished.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::pty::{LIMIT, Pty, netplay};

/// How long the screen may take to answer, whatever the size of what was put into it. Without
/// optimisation all takes several times as long.
const ANSWER: Duration = Duration::from_secs(if cfg!(debug_assertions) { 6 } else { 2 });

/// A client on the screen in TYPE, and the plain socket at its other end.
fn client() -> (Pty, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback is there");
    let address = listener.local_addr().expect("it is bound");
    let screen = netplay(&format!("tcp client {address}")).open();
    let (peer, _) = listener.accept().expect("the client calls");
    peer.set_read_timeout(Some(LIMIT)).expect("not zero");
    screen.shows("connected to 127.0.0.1:");
    (screen, peer)
}

fn read_exactly(peer: &mut TcpStream, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    peer.read_exact(&mut bytes).expect("so much is sent");
    bytes
}

fn pasted(text: &str) -> String {
    format!("\x1b[200~{text}\x1b[201~")
}

fn is_swift(screen: &Pty, words: &str) {
    screen.within(ANSWER, words, |seen| seen.text().contains(words));
}

#[test]
fn a_paste_of_a_megabyte_is_asked_about_and_sent_byte_for_byte() {
    let (mut screen, mut peer) = client();
    // No two rows are alike, and some characters have more than one byte.
    let mut text = String::new();
    while text.len() < 1_000_000 - 30 {
        let n = text.len();
        write!(text, "{n:x} grüße, 日本; ").expect("a String takes all");
    }
    screen.keys(pasted(&text));
    is_swift(&screen, "a large paste");
    screen.keys("n");
    screen.hides("a large paste");
    screen.keys(pasted(&text));
    is_swift(&screen, "a large paste");
    screen.keys("y");
    is_swift(&screen, "977 KiB of text, too long to show");
    let reader = std::thread::spawn(move || {
        let bytes = read_exactly(&mut peer, text.len());
        assert!(bytes == text.as_bytes(), "other bytes came");
        peer
    });
    screen.keys("\r");
    screen.hides("too long to show");
    is_swift(&screen, "977 KiB");
    let mut peer = reader.join().expect("all came");
    screen.key("end\r", "3 B  end");
    assert_eq!(read_exactly(&mut peer, 3), b"end");
    screen.keys("\x1b");
    screen.shows("KEYS");
    screen.quits();
}

#[test]
fn a_paste_of_several_lines_is_one_piece() {
    let (mut screen, mut peer) = client();
    screen.keys(pasted("one\rtwo\r\nthree\n"));
    screen.shows("three");
    screen.keys("\r");
    screen.shows("14 B");
    assert_eq!(read_exactly(&mut peer, 14), b"one\ntwo\nthree\n");
    // Nothing of it was a key.
    screen.key("x\r", "1 B  x");
    assert_eq!(read_exactly(&mut peer, 1), b"x");
}

#[test]
fn keys_glued_by_a_slow_line_are_two_keys() {
    let (mut screen, _peer) = client();
    screen.key("\x1b?", "help for this pane");
    screen.keys("\x1b");
    screen.hides("help for this pane");
    screen.key("?", "help for this pane");
    screen.key("\x1bq", "One session runs");
    screen.hides("help for this pane");
    screen.keys("n");
    screen.hides("One session runs");
    // In TYPE, Esc ends it, and the key behind it is one of KEYS.
    screen.key("i", "TYPE");
    screen.key("\x1b1", "KEYS");
    screen.key("\x1bq", "One session runs");
}

#[test]
fn characters_and_sequences_cut_between_reads_arrive_whole() {
    let (mut screen, mut peer) = client();
    for byte in "ü日🙂".bytes() {
        screen.keys([byte]);
        std::thread::sleep(Duration::from_millis(10));
    }
    screen.keys("\r");
    assert_eq!(read_exactly(&mut peer, 9), "ü日🙂".as_bytes());
    screen.keys("kept");
    screen.shows("kept");
    // The cursor goes two to the left, however the line delivers that.
    for part in ["\x1b[D", "\x1b[", "D", "!"] {
        screen.keys(part);
        std::thread::sleep(Duration::from_millis(10));
    }
    screen.keys("\r");
    assert_eq!(read_exactly(&mut peer, 5), b"ke!pt");
}

#[test]
fn strange_replies_of_terminals_do_no_harm() {
    let (mut screen, mut peer) = client();
    let replies: [&[u8]; 12] = [
        b"\x1b[M   ",
        b"\x1b[M\x00\x00\x00",
        b"\x1b[<0;0;0M",
        b"\x1b[<0;0;0m",
        b"\x1b[0;0R",
        b"\x1b[0;0;0M",
        b"\x1b[99999999999999999999;1R",
        b"\x1b[;;;;;;;R",
        b"\x1b[?64;1;2c",
        b"\x1b[?1u",
        b"\x1b[I\x1b[O",
        b"\xff\xfe\xc0",
    ];
    for reply in replies {
        screen.keys(reply);
    }
    // None of it is text either.
    screen.key("ok\r", "2 B  ok");
    assert_eq!(read_exactly(&mut peer, 2), b"ok");
    peer.write_all(b"still here").expect("it reads");
    screen.shows("still here");
}

#[test]
fn a_paste_that_never_ends_does_not_swallow_the_keyboard() {
    let (mut screen, mut peer) = client();
    screen.key("\x1b[200~one\rtwo", "two");
    screen.keys("!\r");
    assert_eq!(read_exactly(&mut peer, 8), b"one\ntwo!");
}

#[test]
fn escape_acts_while_bytes_keep_coming() {
    let (mut screen, mut peer) = client();
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                peer.write_all(b"x").expect("it reads");
                std::thread::sleep(Duration::from_millis(1));
            }
        });
        screen.key("\x1b", "KEYS");
        over.store(true, Ordering::Relaxed);
    });
}

/// As for a user who was given the terminal by another: it is open, and cannot be opened.
#[cfg(target_os = "linux")]
const NOT_OPENED_ANEW: &str = r#"exec strace -f -qq -o "$TRACE" -P /proc/self/fd/0 \
    -e trace=openat -e inject=openat:error=EACCES "$0" "$@""#;

#[cfg(target_os = "linux")]
#[test]
fn keys_come_where_the_terminal_cannot_be_opened_anew() {
    let can_trace = std::process::Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .output()
        .is_ok_and(|output| output.status.success());
    if !can_trace {
        eprintln!("skipped: strace is not installed, or may not trace");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder for the trace");
    let trace = folder.path().join("trace");
    let path = trace.to_str().expect("a plain path");
    let start = netplay("tcp server :0").env("TRACE", path);
    let mut screen = start.by_shell(NOT_OPENED_ANEW).open();
    screen.listening();
    let trace = std::fs::read_to_string(trace).expect("strace writes it");
    assert!(trace.contains("INJECTED"), "{trace}");
    screen.key("i", "TYPE");
    screen.keys(pasted("good morning"));
    screen.shows("good morning");
    // Escape alone is told from a sequence by the time that follows.
    screen.key("\x1b", "KEYS");
    screen.keys("Q");
    screen.ends(0);
}
