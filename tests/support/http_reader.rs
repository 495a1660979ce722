//! Gives the reader of HTTP a text in pieces, and holds what it says against the text.

#![allow(dead_code, reason = "each test file uses a part of it")]

use bytes::Bytes;
use netplay::wire::http1::{Broken, End, Item, Known, Reader, Span};

/// A reader of requests, or one of responses to requests with these methods.
pub fn reader(asked: Option<&str>) -> Reader {
    let Some(methods) = asked else {
        return Reader::requests();
    };
    let mut reader = Reader::responses();
    for method in methods.split_whitespace() {
        reader.expect(method);
    }
    reader
}

/// Everything the reader says of these pieces and of the end of the stream behind them; adjacent
/// stretches of body, and of the rest, are made one.
pub fn read<'a>(reader: &mut Reader, pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Item> {
    let mut items = Vec::new();
    for piece in pieces {
        let mut input = piece;
        while let Some(item) = reader.next(&mut input) {
            keep(&mut items, item);
        }
        assert!(input.is_empty(), "None means that all is taken");
    }
    while let Some(item) = reader.finish() {
        keep(&mut items, item);
    }
    items
}

fn keep(items: &mut Vec<Item>, item: Item) {
    match (items.last_mut(), &item) {
        (Some(Item::Data(last)), Item::Data(next)) | (Some(Item::Rest(last)), Item::Rest(next))
            if last.end == next.start =>
        {
            last.end = next.end;
        }
        _ => items.push(item),
    }
}

/// Reads a text whole, checks that pieces of any size give the same items and that the items
/// cover the text, and gives the items.
pub fn read_in_every_way(asked: Option<&str>, text: &[u8]) -> Vec<Item> {
    let whole = read(&mut reader(asked), [text]);
    let shown = || text.escape_ascii().to_string();
    assert_eq!(
        read(&mut reader(asked), text.chunks(1)),
        whole,
        "byte by byte: {}",
        shown()
    );
    // Every byte of a long text would take too long: then its ends, and some places between.
    let (len, step) = (text.len(), 1 + text.len() / 16);
    let some = |cut: &usize| cut.is_multiple_of(step) || *cut < 5 || *cut + 5 > len;
    for cut in (0..=len).filter(|cut| len < 1000 || some(cut)) {
        let (first, second) = text.split_at(cut);
        assert_eq!(
            read(&mut reader(asked), [first, second]),
            whole,
            "cut at {cut}: {}",
            shown()
        );
    }
    for size in [2, 3, 5, 7, 16] {
        assert_eq!(
            read(&mut reader(asked), text.chunks(size)),
            whole,
            "pieces of {size}: {}",
            shown()
        );
    }
    check_spans(&whole, text);
    whole
}

/// Every byte is reported once, in order; only before the rest may a refused line be missing.
pub fn check_spans(items: &[Item], text: &[u8]) {
    let mut at = 0;
    let mut broken = false;
    let mut message_at = 0;
    for item in items {
        match item {
            Item::Line(line) => {
                assert_eq!(line.span.start, at, "{items:#?}");
                let bytes = &text[line.span.within(0)];
                assert!(bytes.ends_with(b"\n"));
                assert!(!text[line.text().within(0)].ends_with(b"\r"));
                at = line.span.end;
                if line.part == netplay::wire::http1::Part::Empty {
                    message_at = at;
                }
            }
            Item::Data(span) => {
                assert_eq!(span.start, at, "{items:#?}");
                at = span.end;
            }
            Item::Request(head) => {
                let span = Span {
                    start: message_at,
                    end: at,
                };
                assert_eq!(head.span, span, "{items:#?}");
            }
            Item::Response(head) => assert_eq!((head.span.start, head.span.end), (message_at, at)),
            Item::End(end) => {
                assert_eq!((end.span.start, end.span.end), (message_at, at));
                message_at = at;
            }
            Item::Trailers(_) => {}
            Item::Broken(refusal) => {
                assert!(!broken, "refused twice");
                broken = true;
                assert!(refusal.at <= text.len() as u64);
                assert!(refusal.message_at <= refusal.at);
                assert!(refusal.text().contains("(RFC "), "{}", refusal.text());
            }
            Item::Rest(span) => {
                assert!(span.start == at || broken && span.start > at, "{items:#?}");
                at = span.end;
            }
        }
    }
    assert!(broken || at == text.len() as u64, "{items:#?}");
}

/// What tells where messages end, and why one is none.
pub type Found = (Vec<End>, Option<Broken>);

/// Reads what comes in pieces of this size; with `remembers`, as one who knows the last message again.
/// Returns what was found, and how many messages were known again.
pub fn ends_in(reader: &mut Reader, text: &[u8], size: usize, remembers: bool) -> (Found, usize) {
    let (mut ends, mut broken, mut again) = (Vec::new(), None, 0);
    let mut usual: Option<Known<()>> = None;
    for mut piece in text.chunks(size) {
        loop {
            let known = usual.as_ref().filter(|_| remembers);
            if let Some(end) = known.and_then(|known| reader.recognize(known, &mut piece)) {
                ends.push(end);
                again += 1;
                continue;
            }
            match reader.next(&mut piece) {
                Some(Item::End(end)) => {
                    let bytes = Bytes::copy_from_slice(&text[end.span.within(0)]);
                    usual = reader.known(&bytes, &end, ()).or(usual);
                    ends.push(end);
                }
                Some(Item::Broken(why)) => broken = Some(why),
                Some(_) => {}
                None => break,
            }
        }
    }
    ((ends, broken), again)
}
