//! What a stranger sends, drawn by the real render path, as the bytes that a terminal gets: nothing
//! in them obeys the stranger, the terminal shows what was meant, and every byte can be had back.

// What the bytes do is looked at with the tools of the tests in a terminal.
#![cfg(unix)]

mod frame;
#[path = "../support/output.rs"]
mod output;
mod payloads;
mod places;
#[path = "../support/pty.rs"]
mod pty;
mod reading_back;
#[path = "../support/tokens.rs"]
mod rules;
#[path = "../support/story.rs"]
mod story;

use frame::{check, check_both};
use netplay::model::spec::Side::Server;
use payloads::{ATTACKS, PIECES};
use places::{PLACES, log};

fn at_every_place(payload: &[u8]) {
    for (name, place) in PLACES {
        let _told = Told(name, payload);
        check(&place(payload, (80, 24)));
    }
}

/// Says what was drawn where, when a check of it fails.
struct Told<'a>(&'a str, &'a [u8]);

impl Drop for Told<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}: {}", self.0, self.1.escape_ascii());
        }
    }
}

/// Several payloads at once, with a letter around each, so that none touches another.
fn together<T: AsRef<[u8]>>(some: &[T]) -> Vec<u8> {
    let each = some.iter().map(|one| [b"x", one.as_ref(), b"."].concat());
    each.collect::<Vec<_>>().concat()
}

#[test]
fn every_byte_alone_is_harmless_at_every_place() {
    let bytes: Vec<[u8; 1]> = (0..=255).map(|byte| [byte]).collect();
    for some in bytes.chunks(10) {
        at_every_place(&together(some));
    }
    for byte in bytes {
        check(&log(&byte, (80, 24)));
        check(&places::raw_in_pieces(&[&byte], (80, 24)));
        check(&places::header(&byte, (80, 24)));
    }
}

#[test]
fn every_pair_of_bytes_is_harmless_in_the_log() {
    // Nearly two hundred entries a frame, a pair each.
    let pairs: Vec<[u8; 2]> = (0..=u16::MAX).map(u16::to_be_bytes).collect();
    for some in pairs.chunks(190) {
        let mut story = log(b"", (50, 200));
        for pair in some {
            story.received(Server, 1, pair.to_vec());
        }
        check(&story);
    }
}

#[test]
fn every_control_character_in_both_forms_is_harmless_at_every_place() {
    let controls: Vec<char> = ('\0'..='\x1f').chain('\x7f'..='\u{9f}').collect();
    for some in controls.chunks(2) {
        let mut forms = Vec::new();
        for c in some {
            let byte = u32::from(*c) as u8;
            // Alone it was above: as the beginning of a sequence of 7 bits, of 8 bits, in UTF-8.
            forms.push(vec![b'\x1b', byte & 0x1f | 0x40, b'3', b'1', b'm']);
            forms.push(vec![byte, b'3', b'1', b'm']);
            forms.push(format!("{c}0;31m{c}\\").into_bytes());
        }
        at_every_place(&together(&forms));
    }
}

#[test]
fn attacks_are_harmless_at_every_place() {
    for attack in ATTACKS {
        for (name, place) in PLACES {
            let _told = Told(name, attack);
            check_both(&place(attack, (80, 24)));
        }
    }
}

#[test]
fn attacks_cut_at_every_byte_are_harmless_in_the_log_and_in_raw_http() {
    for attack in ATTACKS {
        let mut story = log(b"", (80, 200));
        for cut in 0..=attack.len().min(60) {
            let (first, second) = attack.split_at(cut);
            story.received(Server, 1, first.to_vec());
            story.received(Server, 1, second.to_vec());
            check(&places::raw_in_pieces(&[first, second], (60, 20)));
        }
        check(&story);
    }
}

#[test]
fn pairs_of_difficult_characters_are_harmless_at_every_place() {
    let pairs: Vec<String> = PIECES
        .iter()
        .flat_map(|first| PIECES.iter().map(move |second| format!("{first}{second}")))
        .collect();
    for some in pairs.chunks(16) {
        at_every_place(&together(some));
    }
}

#[test]
fn attacks_are_harmless_at_every_size() {
    let sizes = [(1, 1), (39, 9), (40, 10), (70, 18), (100, 30), (200, 50)];
    for (attack, size) in ATTACKS.iter().zip(sizes.iter().cycle()) {
        for (name, place) in PLACES {
            let _told = Told(name, attack);
            check_both(&place(attack, *size));
        }
    }
}
