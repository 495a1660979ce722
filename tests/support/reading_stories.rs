//! The stories of reading: what is searched and filtered, shown in other ways, held still, presented.

use netplay::model::spec::Side;

use crate::http_stories;
use crate::stories::{Size, TCP, Told, both, hostile_bytes, three_connections};
use crate::story::Story;
use Side::Server;

/// All of them.
pub const READING: &[Told] = &[
    ("searching", searching),
    ("found", found),
    ("found_in_hex", found_in_hex),
    ("found_across_the_wire", found_across),
    ("search_empty", search_empty),
    ("search_not_found", not_found),
    ("search_wrong_expression", wrong_expression),
    ("filter_being_typed", filtering),
    ("filtered", filtered),
    ("filter_hides_all", filter_hides_all),
    ("hex", hex),
    ("hex_across_the_wire", hex_across),
    ("unwrapped_and_sideways", unwrapped),
    ("times_since_the_start", since_start),
    ("times_since_the_one_before", since_previous),
    ("times_off", times_off),
    ("frozen", frozen),
    ("large_text_in_the_box", large_text),
    ("palette", palette),
    ("palette_being_searched", palette_searched),
    ("palette_without_a_match", palette_without_a_match),
    ("zoomed", zoomed),
    ("zoomed_across_the_wire", zoomed_across),
    ("both_stacked", stacked),
    ("both_one_at_a_time", single),
    ("presenting", presenting),
    ("presenting_without_addresses", presenting_privately),
    ("http_found_in_the_raw_text", http_found),
    ("http_raw_in_hex", http_hex),
    ("http_requests_filtered", http_filtered),
];

/// A conversation, its log before the reader.
fn reading(size: Size) -> Story {
    let mut s = three_connections(size);
    s.keys("Esc BackTab");
    s
}

fn searching(size: Size) -> Story {
    let mut s = reading(size);
    s.keys("/").types("hello");
    s
}

fn found(size: Size) -> Story {
    let mut s = searching(size);
    s.keys("Enter N");
    s
}

fn found_in_hex(size: Size) -> Story {
    let mut s = hostile_bytes(size);
    s.keys("Esc BackTab / ")
        .types("1b")
        .keys("Ctrl+c")
        .types("\\x1b");
    s.keys("Enter v n");
    s
}

fn found_across(size: Size) -> Story {
    let mut s = both(size);
    s.keys("Esc BackTab /").types("hello").keys("Enter");
    s
}

fn search_empty(size: Size) -> Story {
    let mut s = reading(size);
    s.keys("/");
    s
}

fn not_found(size: Size) -> Story {
    let mut s = reading(size);
    s.keys("/").types("goodbye");
    s
}

fn wrong_expression(size: Size) -> Story {
    let mut s = reading(size);
    s.keys("/").types("re:(hello");
    s
}

fn filtering(size: Size) -> Story {
    let mut s = reading(size);
    s.keys("&");
    s
}

fn filtered(size: Size) -> Story {
    let mut s = reading(size);
    s.keys("&").types("#1 #3 data").keys("Enter");
    s
}

fn filter_hides_all(size: Size) -> Story {
    let mut s = reading(size);
    s.keys("&").types("goodbye").keys("Enter");
    s
}

pub fn hex(size: Size) -> Story {
    let mut s = reading(size);
    s.keys("v");
    s
}

fn hex_across(size: Size) -> Story {
    let mut s = both(size);
    s.keys("Esc BackTab v");
    s
}

fn unwrapped(size: Size) -> Story {
    let mut s = reading(size);
    s.received(
        Server,
        3,
        format!("{} end", "one long line after another ".repeat(12)),
    );
    s.received(Server, 3, "a short one");
    s.keys("W Right Right l");
    s
}

fn since_start(size: Size) -> Story {
    let mut s = reading(size);
    s.keys("t");
    s
}

fn since_previous(size: Size) -> Story {
    let mut s = reading(size);
    s.keys("t t");
    s
}

fn times_off(size: Size) -> Story {
    let mut s = reading(size);
    s.keys("t t t");
    s
}

pub fn frozen(size: Size) -> Story {
    let mut s = reading(size);
    s.types(" ");
    for n in 1..=12 {
        s.wait(101).received(Server, 3, format!("tick {n}"));
    }
    s
}

fn large_text(size: Size) -> Story {
    let mut s = three_connections(size);
    s.keys("Ctrl+c")
        .pastes(&"one line of many\n".repeat(60_000));
    s.keys("y");
    s
}

pub fn palette(size: Size) -> Story {
    let mut s = reading(size);
    s.keys(":");
    s
}

fn palette_searched(size: Size) -> Story {
    let mut s = palette(size);
    s.types("half").keys("Down");
    s
}

fn palette_without_a_match(size: Size) -> Story {
    let mut s = palette(size);
    s.types("make coffee");
    s
}

fn zoomed(size: Size) -> Story {
    let mut s = reading(size);
    s.keys("z");
    s
}

fn zoomed_across(size: Size) -> Story {
    let mut s = both(size);
    s.keys("Esc BackTab z");
    s
}

fn stacked(size: Size) -> Story {
    let mut s = both(size);
    s.keys("Esc BackTab |");
    s
}

fn single(size: Size) -> Story {
    let mut s = both(size);
    s.keys("Esc BackTab | |");
    s
}

pub fn presenting(size: Size) -> Story {
    let mut s = reading(size);
    s.keys("p f");
    s
}

fn presenting_privately(size: Size) -> Story {
    let mut s = Story::of("tcp server 0.0.0.0", size);
    s.wait(4).listening("0.0.0.0:23456");
    s.wait(900).opened(Server, 1, "192.168.7.33:50112", TCP);
    s.received(Server, 1, "Host: 192.168.7.20:23456, not 127.0.0.1");
    s.keys("Esc BackTab p p");
    s
}

/// A story of the HTTP tab by its name.
fn http(name: &str, size: Size) -> Story {
    let told = http_stories::HTTP.iter().find(|(each, _)| *each == name);
    (told.expect("the story is in the list").1)(size)
}

fn http_found(size: Size) -> Story {
    let mut s = http("http_vote_arriving", size);
    s.keys("Enter /").types("content").keys("Enter n n");
    s
}

fn http_hex(size: Size) -> Story {
    let mut s = http("http_vote_arriving", size);
    s.keys("H");
    s
}

fn http_filtered(size: Size) -> Story {
    let mut s = http("http_picked", size);
    s.keys("&").types("-favicon").keys("Enter");
    s
}
