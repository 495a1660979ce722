//! Bytes of a hostile peer: they are shown, and nothing of them reaches the terminal.

use std::io::Write as _;
use std::net::TcpStream;

use unicode_general_category::{GeneralCategory, get_general_category};

use crate::output::{self, Piece};
use crate::pty::{Pty, netplay};

/// What a peer may send to take a terminal over, by what it would do.
pub const ATTACKS: [(&str, &[u8]); 16] = [
    ("title", b"\x1b]0;owned\x07"),
    ("title in C1", b"\xc2\x9d0;owned\xc2\x9c"),
    ("title in 8 bits", b"\x9d0;owned\x9c"),
    ("clipboard", b"\x1b]52;c;b3duZWQ=\x07"),
    (
        "hyperlink",
        b"\x1b]8;;http://a.example\x1b\\click\x1b]8;;\x1b\\",
    ),
    ("clear", b"\x1b[2J\x1b[H\x1bc"),
    ("colour", b"\x1b[31;1mred\x1b[0m \x9b31mred"),
    ("leave the screen", b"\x1b[?1049l\x1b[?25h"),
    ("paste on", b"\x1b[?2004l\x1b[200~x\x1b[201~"),
    ("ask back", b"\x1b[6n\x1b[c\x1bP$qm\x1b\\\x05"),
    ("charset", b"\x0e\x0flqqk\x1b(0lqqk"),
    ("over the line", b"overwritten\rX\x08\x08\x7f\x0b\x0c"),
    (
        "bidi",
        "abc\u{202e}fdp\u{2066}exe\u{2069}\u{200f}".as_bytes(),
    ),
    (
        "hidden",
        "a\u{200b}b\u{200d}c\u{feff}d\u{ad}e\u{2060}f\u{e0041}g".as_bytes(),
    ),
    (
        "marks",
        "Z\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{1160}\u{3164}\u{2028}x\u{2029}"
            .as_bytes(),
    ),
    (
        "broken",
        b"\xc3(\xa0\xa1\xe2(\xa1\xf0(\x8c\xbc\xf8\xa1\xed\xa0\x80\xc0\xaf",
    ),
];

/// Whether a terminal would obey this character, or hide it.
fn is_dangerous(c: char) -> bool {
    use GeneralCategory::{
        Control, Format, LineSeparator, ParagraphSeparator, PrivateUse, Surrogate, Unassigned,
    };
    matches!(
        get_general_category(c),
        Control | Format | LineSeparator | ParagraphSeparator | PrivateUse | Surrogate | Unassigned
    ) || ('\u{fe00}'..='\u{fe0f}').contains(&c)
}

/// Checks all that was written: text without danger, and none but the program's own sequences.
pub fn is_harmless(screen: &Pty) {
    let seen = screen.seen();
    assert_eq!(seen.odd(), [""; 0]);
    let text = output::text(&seen.raw);
    let found: Vec<char> = text.chars().filter(|c| is_dangerous(*c)).collect();
    assert_eq!(found, []);
    for piece in output::pieces(&seen.raw) {
        match piece {
            Piece::Text(_) => {}
            Piece::Control(parameters, last) => {
                let own = match last {
                    b'm' | b'H' => parameters.bytes().all(|b| b.is_ascii_digit() || b == b';'),
                    b'J' => parameters == "2",
                    b'h' | b'l' => matches!(
                        &parameters[..],
                        "?2026" | "?25" | "?1049" | "?2004" | "?1000" | "?1002" | "?1006"
                    ),
                    _ => false,
                };
                assert!(own, "ESC [ {parameters} {}", char::from(last));
            }
            other @ Piece::Other(_) => panic!("{other:?}"),
        }
    }
}

/// The frame that the program drew stands where it stood.
fn is_intact(screen: &Pty) {
    screen.until("the frame", |text| {
        let rows: Vec<&str> = text.lines().collect();
        rows.len() == 24
            && rows[0].starts_with(" netplay   1 TCP")
            && rows[2].starts_with(" SERVER  listening on ")
            && rows[3].starts_with("─ connections ─")
            && rows[21].contains("say to all")
            && (rows[23].starts_with("  TYPE") || rows[23].starts_with("  KEYS"))
    });
}

#[test]
fn bytes_of_a_peer_are_shown_but_never_reach_the_terminal() {
    let mut screen = netplay("tcp server :0").open();
    let mut peer = TcpStream::connect(("127.0.0.1", screen.listening())).expect("it listens");
    screen.shows("1 open, 1 in all");
    for (what, bytes) in ATTACKS {
        peer.write_all(bytes).expect("it reads");
        // The mark behind it may come in the same read or the next.
        peer.write_all(what.as_bytes()).expect("it reads");
        screen.shows(what);
        is_intact(&screen);
    }
    screen.key("\x1b", "KEYS");
    screen.key("x", "older ones gone");
    for from in 0..16_u8 {
        let row: Vec<u8> = (from * 16..=from * 16 + 15).collect();
        peer.write_all(&row).expect("it reads");
        peer.write_all(format!("row {from};").as_bytes())
            .expect("it reads");
        screen.shows(&format!("row {from};"));
    }
    for high in 0x80..0xa0_u32 {
        let c = char::from_u32(high).expect("a control character");
        peer.write_all(c.to_string().as_bytes()).expect("it reads");
    }
    peer.write_all(b"end of C1").expect("it reads");
    screen.shows("end of C1");
    is_intact(&screen);
    // One entry whole, as text and hex, at every place.
    screen.keys("\x1b[Z");
    screen.key("g\r", "Esc close");
    screen.keys("\x1b");
    screen.hides("Esc close");
    screen.resize(40, 10);
    screen.shows("KEYS");
    screen.keys("gG");
    screen.resize(80, 24);
    is_intact(&screen);
    is_harmless(&screen);
    screen.quits();
}

#[test]
fn bytes_pasted_into_the_box_are_shown_but_never_reach_the_terminal() {
    let mut screen = netplay("tcp server :0").open();
    screen.listening();
    for (what, bytes) in ATTACKS {
        screen.keys(b"\x1b[200~");
        // The end of a paste cannot be pasted.
        let text = String::from_utf8_lossy(bytes).replace("\x1b[201~", "");
        screen.keys(format!("{text}\n{what}.\x1b[201~"));
        screen.shows(&format!("{what}."));
    }
    is_harmless(&screen);
}
