//! Messages that are known again end where they end when they are read anew.

use bytes::Bytes;
use netplay::wire::http1::{End, Item, Reader};
use proptest::prelude::*;

use crate::properties::{answer, message};
use crate::reading::{Found, ends_in};

fn both(new: impl Fn() -> Reader, text: &[u8], size: usize) -> (Found, Found, usize) {
    let (anew, _) = ends_in(&mut new(), text, size, false);
    let (known, again) = ends_in(&mut new(), text, size, true);
    (anew, known, again)
}

fn answers(methods: &[&str]) -> Reader {
    let mut reader = Reader::responses();
    for method in methods {
        reader.expect(method);
    }
    reader
}

fn ends(reader: &mut Reader, text: &str) -> Vec<End> {
    ends_in(reader, text.as_bytes(), usize::MAX, false).0.0
}

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const CLOSE: &str = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
const CONTINUE: &str = "HTTP/1.1 100 Continue\r\n\r\n";

#[test]
fn the_same_request_is_known_wherever_it_begins() {
    let text = format!("{GET}{GET}\r\n{GET}GET /a HTTP/1.1\r\nHost: a\r\n\r\n{GET}nonsense\r\n");
    let (anew, known, again) = both(Reader::requests, text.as_bytes(), usize::MAX);
    assert_eq!(known, anew);
    assert_eq!(again, 1, "the second: an empty line counts towards a head");
    assert_eq!(known.0.len(), 5);
    assert!(known.1.is_some());
}

#[test]
fn what_ends_a_connection_is_known_and_ends_it() {
    let mut reader = Reader::requests();
    let Some(end) = ends(&mut reader, CLOSE).pop() else {
        panic!("it ends")
    };
    let known = reader.known(&Bytes::from_static(CLOSE.as_bytes()), &end, ());
    let known = known.expect("its bytes tell all");
    let mut next = Reader::requests();
    let mut input = CLOSE.as_bytes();
    assert_eq!(next.recognize(&known, &mut input), Some(end));
    let mut input = CLOSE.as_bytes();
    assert_eq!(next.recognize(&known, &mut input), None);
    assert!(matches!(next.next(&mut input), Some(Item::Rest(_))));
}

#[test]
fn an_answer_that_only_the_end_of_the_stream_ends_is_not_known_again() {
    let text = "HTTP/1.1 200 OK\r\n\r\nbody";
    let mut reader = answers(&["GET"]);
    assert_eq!(ends(&mut reader, text), []);
    let Some(Item::End(end)) = reader.finish() else {
        panic!("it ends")
    };
    let bytes = Bytes::from_static(text.as_bytes());
    assert!(reader.known(&bytes, &end, ()).is_none());
}

#[test]
fn what_was_asked_decides_whether_an_answer_is_known() {
    let all = |methods: &[&str], text: &str| {
        let (anew, known, again) = both(|| answers(methods), text.as_bytes(), usize::MAX);
        assert_eq!(known, anew, "{methods:?}");
        (known.0.len(), again)
    };
    let two = OK.repeat(2);
    assert_eq!(all(&["GET", "POST"], &two), (2, 1));
    assert_eq!(all(&["HEAD", "GET"], &two), (2, 0));
    assert_eq!(all(&["GET", "HEAD"], &two), (2, 0));
    assert_eq!(all(&["GET"], &two), (1, 0));
    let interim = format!("{CONTINUE}{CONTINUE}{OK}");
    assert_eq!(all(&["GET", "GET"], &interim), (3, 0));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn known_requests_end_as_those_read_anew(
        (one, other) in (message(), message()),
        order in prop::collection::vec(any::<bool>(), 1..8),
        (cut, size) in (any::<prop::sample::Index>(), 1_usize..200),
    ) {
        let written = [one.written(), other.written()];
        let mut text: Vec<u8> =
            order.iter().flat_map(|&other| written[usize::from(other)].clone()).collect();
        text.truncate(cut.index(text.len()) + 1);
        let (anew, known, _) = both(Reader::requests, &text, size);
        prop_assert_eq!(known, anew);
    }

    #[test]
    fn known_answers_end_as_those_read_anew(
        (one, other) in (answer(), answer()),
        order in prop::collection::vec((any::<bool>(), 0_usize..4), 1..8),
        size in 1_usize..200,
    ) {
        let written = [one, other];
        let text: Vec<u8> =
            order.iter().flat_map(|&(other, _)| written[usize::from(other)].clone()).collect();
        let methods: Vec<_> =
            order.iter().map(|&(_, n)| ["GET", "POST", "HEAD", "CONNECT"][n]).collect();
        let (anew, known, _) = both(|| answers(&methods), &text, size);
        prop_assert_eq!(known, anew);
    }
}
