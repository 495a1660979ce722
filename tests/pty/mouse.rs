//! The mouse as terminals report it, and what is copied.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use rustix::process::Signal;
use vt100::MouseProtocolMode;

use crate::pty::{Pty, Start, netplay};

/// A click of the first button on the first cell of these words.
fn click(screen: &mut Pty, words: &str) {
    screen.shows(words);
    let text = screen.text();
    let (row, line) = (1..)
        .zip(text.lines())
        .find(|(_, line)| line.contains(words))
        .expect("it has just been there");
    let before = line.split(words).next().unwrap_or_default();
    let column = before.chars().count() + 1;
    screen.keys(format!("\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m"));
}

fn has_mouse(screen: &Pty, mode: MouseProtocolMode) {
    screen.until_seen("the mouse's mode", |seen| {
        seen.screen().mouse_protocol_mode() == mode
    });
}

#[test]
fn clicks_and_the_wheel_work_and_every_mode_is_switched_off_at_the_end() {
    let mut screen = netplay("tcp server :0").open();
    screen.listening();
    has_mouse(&screen, MouseProtocolMode::ButtonMotion);
    click(&mut screen, "Enter adds nothing");
    screen.shows("Enter adds LF");
    click(&mut screen, "2 UDP");
    click(&mut screen, "start a server on");
    screen.shows("UDP●");
    click(&mut screen, "1 TCP");
    // Reports that mean nothing, wheels over nothing, corners and far outside.
    screen.keys("\x1b[<0;0;0M\x1b[<64;1;24M\x1b[<65;80;1M\x1b[<0;9999;9999M\x1b[M   \x1b[<35;5;5M");
    screen.keys("\x1b[<32;9;9M");
    screen.shows("to select text: Esc, then m");
    screen.key("\x1bm", "mouse off: m");
    has_mouse(&screen, MouseProtocolMode::None);
    screen.keys("m");
    has_mouse(&screen, MouseProtocolMode::ButtonMotion);
    let seen = screen.seen();
    let raw = String::from_utf8_lossy(&seen.raw).into_owned();
    drop(seen);
    assert!(!raw.contains("\x1b[?1003"), "every move was asked for");
    screen.quits();
    let seen = screen.seen();
    let raw = String::from_utf8_lossy(&seen.raw);
    for mode in [1000, 1002, 1006] {
        let on = raw.rfind(&format!("\x1b[?{mode}h"));
        assert!(
            on.is_some() && raw.rfind(&format!("\x1b[?{mode}l")) > on,
            "{mode}"
        );
    }
}

#[test]
fn a_mouse_that_was_given_back_stays_so_over_a_pause() {
    let mut screen = netplay("").open();
    screen.shows("TCP is a phone call");
    screen.key("m", "mouse off: m");
    screen.keys("\x1a");
    screen.stopped();
    screen.is_left();
    screen.signal(Signal::CONT);
    screen.until_seen("the screen again", |seen| seen.screen().alternate_screen());
    screen.shows("mouse off: m");
    has_mouse(&screen, MouseProtocolMode::None);
    screen.keys("m");
    has_mouse(&screen, MouseProtocolMode::ButtonMotion);
    screen.quits();
}

/// A server whose copies go into this folder.
fn copying(folder: &Path) -> Start {
    let path = folder.to_str().expect("its name is text");
    let bin = folder.join("bin");
    fs::create_dir_all(&bin).expect("it is ours");
    netplay("tcp server :0")
        .env("PATH", bin.to_str().expect("its name is text"))
        .env("TMPDIR", path)
}

/// The one file of all copies.
fn copied(folder: &Path) -> std::path::PathBuf {
    let entries = fs::read_dir(folder).expect("it is ours");
    let mut folders = entries
        .map(|entry| entry.expect("it is ours").path())
        .filter(|path| path.to_string_lossy().contains("netplay-"));
    let found = folders.next().expect("a folder");
    assert_eq!(folders.next(), None);
    found.join("copied")
}

fn ends(mut screen: Pty) -> Vec<String> {
    screen.keys("Q");
    assert_eq!(screen.end().1, Some(0));
    screen.is_left();
    let seen = screen.seen();
    seen.odd().to_vec()
}

#[test]
fn what_is_copied_goes_to_the_tool_the_terminal_and_a_private_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let start = copying(folder.path()).env("DISPLAY", ":9");
    let tool = folder.path().join("bin/xclip");
    fs::write(&tool, "#!/bin/sh\nexec /bin/cat > \"$0.got\"\n").expect("it is ours");
    fs::set_permissions(&tool, fs::Permissions::from_mode(0o755)).expect("it is ours");
    let mut screen = start.open();
    let port = screen.listening();
    screen.key("\x1by", "copy: listening");
    screen.keys("l");
    screen.shows("copied by xclip");
    let command = format!("nc 127.0.0.1 {port}");
    let got = fs::read(folder.path().join("bin/xclip.got")).expect("it was run");
    assert_eq!(got, command.as_bytes());
    let file = copied(folder.path());
    assert_eq!(fs::read(&file).expect("it is ours"), command.as_bytes());
    let mode = fs::metadata(&file)
        .expect("it is ours")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    screen.shows("netplay-");
    // The next one takes its place.
    screen.key("ya", "the address");
    screen.until_seen("the file anew", |_| {
        fs::read(&file).is_ok_and(|bytes| bytes == format!("127.0.0.1:{port}").as_bytes())
    });
    let odd = ends(screen);
    assert_eq!(odd.len(), 2, "{odd:?}");
    assert!(odd.iter().all(|one| one.starts_with("copy ")), "{odd:?}");
}

#[test]
fn without_a_tool_it_is_said_that_the_terminal_was_only_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut screen = copying(folder.path()).open();
    screen.listening();
    screen.keys("\x1byy");
    screen.shows("no clipboard here; asked the terminal (OSC 52)");
    assert!(!screen.text().contains("copied by"));
    screen.shows(" also in ");
    assert!(copied(folder.path()).is_file());
    ends(screen);
}
