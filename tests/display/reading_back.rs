//! Every byte can be had back from what is shown, and raw HTTP does not tell how it was cut.

use netplay::model::spec::Side;
use netplay::model::time::{Origin, Stamp};
use netplay::store::line::Encoder;
use netplay::wire::escapes::unescape;
use proptest::prelude::*;

use crate::frame::shown;
use crate::payloads::ATTACKS;
use crate::places::{hex, raw_in_pieces};

/// The bytes that the page of one entry shows in hexadecimal.
fn bytes_in_hex(rows: &[String]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for row in rows {
        let mut words = row.split_whitespace();
        let is_offset =
            |word: &str| word.len() >= 4 && u64::from_str_radix(word, 16) == Ok(bytes.len() as u64);
        // The frame of the page, then where the row begins.
        let first = words.next().unwrap_or_default();
        let offset = if first.chars().all(|c| c.is_ascii_hexdigit()) {
            Some(first)
        } else {
            words.next()
        };
        if !offset.is_some_and(is_offset) {
            continue;
        }
        let is_byte = |word: &&str| word.len() == 2 && u8::from_str_radix(word, 16).is_ok();
        let in_row = words.take_while(is_byte).take(16);
        bytes.extend(in_row.map(|word| u8::from_str_radix(word, 16).expect("as looked at")));
    }
    bytes
}

#[test]
fn every_byte_can_be_read_in_the_hex_of_its_entry() {
    let all: Vec<u8> = (0..=255).collect();
    let rows = shown(&hex(&all, (120, 60)));
    assert_eq!(bytes_in_hex(&rows), all, "{}", rows.join("\n"));
    for attack in ATTACKS {
        let rows = shown(&hex(attack, (120, 60)));
        let read = bytes_in_hex(&rows);
        assert_eq!(&read[..attack.len()], *attack, "{}", rows.join("\n"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_can_be_read_back_from_a_line_without_a_screen(
        data in prop::collection::vec(any::<u8>(), 1..80),
    ) {
        use netplay::model::event::{ConnId, Event, EventKind};
        let origin = Origin(std::time::SystemTime::UNIX_EPOCH);
        let protocol = netplay::model::spec::Protocol::Tcp;
        let mut encoder = Encoder::new(protocol, Side::Server, origin, false);
        let kind = EventKind::Received {
            conn: ConnId(1),
            peer: ([127, 0, 0, 1], 9).into(),
            data: data.clone().into(),
            cut: 0,
        };
        let mut out = Vec::new();
        encoder.encode(&Event { at: Stamp::default(), kind }, &mut out);
        let line = String::from_utf8(out).expect("text");
        prop_assert!(!line.trim_end().contains(crate::rules::is_forbidden));
        let (_, text) = line.trim_end_matches('\n').split_once(" B  ").expect("a size before it");
        prop_assert_eq!(unescape(text), Ok(data));
    }

    #[test]
    fn raw_http_looks_the_same_however_it_was_cut(
        attack in prop::sample::select(ATTACKS),
        cuts in prop::collection::vec(0..200_usize, 0..6),
    ) {
        let head = b"POST / HTTP/1.1\r\nHost: me\r\nContent-Length: 900\r\n\r\n";
        let whole = [&head[..], attack].concat();
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(whole.len())).collect();
        cuts.sort_unstable();
        cuts.push(whole.len());
        let mut from = 0;
        let pieces: Vec<&[u8]> = cuts
            .iter()
            .map(|cut| &whole[std::mem::replace(&mut from, *cut)..*cut])
            .collect();
        let size = (90, 30);
        prop_assert_eq!(shown(&raw_in_pieces(&pieces, size)), shown(&raw_in_pieces(&[&whole], size)));
    }
}
