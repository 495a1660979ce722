//! Reading what happens while it happens: search, filter, other views, a screen held still, and all
//! actions from one list.

use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::playing::{Playing, dial, hears};

/// A server with a guest, its log before the reader.
async fn with_guest(line: &str) -> (Playing, TcpStream) {
    let screen = Playing::start(line);
    let guest = dial(screen.listening().await).await;
    screen.shows("1 open").await;
    screen.keys("Esc BackTab").await;
    (screen, guest)
}

async fn writes(screen: &Playing, guest: &mut TcpStream, texts: &[&str]) {
    for text in texts {
        guest.write_all(text.as_bytes()).await.expect("it reads");
        // Each is to be an entry of its own.
        screen.shows(text).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_searched_is_found_as_it_is_typed_and_as_it_arrives() {
    let (screen, mut guest) = with_guest("tcp server 127.0.0.1:0").await;
    writes(&screen, &mut guest, &["an apple", "a pear", "an APPLE pie"]).await;
    screen.keys("/").await;
    screen.types("app").await;
    screen.row(&["TYPE", "/ app", "2 of 2"]).await;
    guest
        .write_all(b"apple sauce, apples")
        .await
        .expect("it reads");
    screen.row(&["/ app", "2 of 4"]).await;
    screen.types("LE").await;
    screen.row(&["/ appLE", "not found"]).await;
    screen.keys("Backspace Backspace").await;
    screen.row(&["/ app", " of 4"]).await;
    screen.keys("Enter n n").await;
    screen.row(&["KEYS", "4 of 4"]).await;
    screen.keys("n").await;
    screen.row(&["KEYS", "1 of 4"]).await;
    screen.keys("N").await;
    screen.row(&["KEYS", "4 of 4"]).await;
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn escape_leaves_a_search_as_if_it_had_not_been() {
    let (screen, mut guest) = with_guest("tcp server 127.0.0.1:0").await;
    writes(&screen, &mut guest, &["one", "two"]).await;
    screen.keys("/").await;
    screen.types("one").await;
    screen.row(&["/ one", "1 of 1"]).await;
    screen.keys("Esc").await;
    screen.hides("1 of 1").await;
    screen.hides("not following").await;
    // An earlier search comes back, and what was wrong with one is said.
    screen.keys("/").await;
    screen.types("two").await;
    screen.keys("Enter /").await;
    screen.types("re:(").await;
    screen.row(&["/ re:(", "unclosed group"]).await;
    screen.keys("Enter").await;
    screen.shows("not used: not a regular expression").await;
    screen.keys("/ Up").await;
    screen.row(&["/ two", "1 of 1"]).await;
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_are_found_by_escapes_and_by_hex_digits() {
    let (screen, mut guest) = with_guest("tcp server 127.0.0.1:0").await;
    guest
        .write_all(b"a\0b\r\n\xff\x0d\x0a")
        .await
        .expect("it reads");
    screen.shows("\\xff").await;
    for (query, count) in [("\\x00", 1), ("0d0a", 2), ("0d 0a", 2), ("\\xff\\r", 1)] {
        screen.keys("/").await;
        screen.types(query).await;
        screen
            .row(&["/ ", query, &format!("{count} of {count}")])
            .await;
        screen.keys("Enter").await;
    }
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paste_too_large_for_a_line_is_refused_in_words_and_takes_nothing_away() {
    let (screen, _guest) = with_guest("tcp server 127.0.0.1:0").await;
    screen.keys("/").await;
    screen.types("listen").await;
    screen.pastes(&"x".repeat(1 << 20)).await;
    screen.row(&["/ listen", "too much"]).await;
    screen.types("ing").await;
    screen.row(&["/ listening", "1 of 1"]).await;
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_shows_what_it_names_as_it_arrives_and_counts_the_rest() {
    let screen = Playing::start("tcp server 127.0.0.1:0");
    let server = screen.listening().await;
    let mut first = dial(server).await;
    screen.shows("1 open").await;
    let mut second = dial(server).await;
    screen.shows("2 open").await;
    screen.keys("Esc BackTab").await;
    writes(&screen, &mut first, &["from the first"]).await;
    writes(&screen, &mut second, &["from the second"]).await;
    screen.keys("&").await;
    screen.types("#2 in").await;
    screen.row(&["& #2 in", "4 hidden"]).await;
    screen.keys("Enter").await;
    screen.hides("from the first").await;
    first.write_all(b"unheard").await.expect("it reads");
    screen.row(&["log", "& #2 in: 5 hidden"]).await;
    writes(&screen, &mut second, &["and again"]).await;
    assert!(!screen.text().contains("unheard"), "{}", screen.text());
    screen.keys("& Ctrl+c").await;
    screen.shows("unheard").await;
    screen.keys("Enter").await;
    screen.hides("hidden").await;
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_goes_on_at_the_same_entry_when_a_filter_comes_and_goes() {
    let (screen, mut guest) = with_guest("tcp server 127.0.0.1:0").await;
    for n in 0..60 {
        let parity = if n % 2 == 0 { "even" } else { "odd" };
        writes(&screen, &mut guest, &[&format!("message {n} is {parity}")]).await;
    }
    screen.keys("/").await;
    screen.types("message 20").await;
    screen.keys("Enter").await;
    screen.shows("message 20 is even").await;
    screen.keys("&").await;
    screen.types("even").await;
    screen.keys("Enter").await;
    screen.hides("odd").await;
    screen.shows("message 20 is even").await;
    assert!(!screen.text().contains("message 58"), "{}", screen.text());
    screen.keys("& Ctrl+c Enter").await;
    screen.shows("message 21 is odd").await;
    screen.shows("message 20 is even").await;
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_screen_stands_still_counts_what_comes_and_can_be_read() {
    let (screen, mut guest) = with_guest("tcp server 127.0.0.1:0").await;
    writes(&screen, &mut guest, &["before"]).await;
    screen.types(" ").await;
    screen.shows("FROZEN").await;
    for n in 0..30 {
        guest.write_all(b"behind the ice").await.expect("it reads");
        screen.row(&["FROZEN", &format!("{} new", n + 1)]).await;
    }
    screen.row(&["FROZEN", "420 B"]).await;
    assert!(!screen.text().contains("behind"), "{}", screen.text());
    // It can be searched and shown in other ways meanwhile.
    screen.keys("/").await;
    screen.types("before").await;
    screen.row(&["/ before", "1 of 1"]).await;
    screen.keys("Enter v").await;
    screen.shows("62 65 66 6f  72 65").await;
    screen.keys("v").await;
    screen.types(" ").await;
    screen.hides("FROZEN").await;
    screen.keys("f f").await;
    screen.shows("behind the ice").await;
    // Whatever is more than reading lets the screen go on first.
    screen.types(" ").await;
    screen.shows("FROZEN").await;
    screen.keys("i").await;
    screen.hides("FROZEN").await;
    screen.says("still here").await;
    hears(&mut guest, b"still here").await;
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_is_found_by_its_words_and_one_that_cannot_be_done_says_why() {
    let (screen, mut guest) = with_guest("tcp server 127.0.0.1:0").await;
    screen.keys(":").await;
    screen.types("half-close").await;
    screen.row(&["D", "finish sending", "half-close"]).await;
    screen.keys("Esc :").await;
    screen.types("raw text").await;
    screen.row(&["only in HTTP requests"]).await;
    screen.keys("Enter").await;
    // Nothing was done, and the list is still there.
    screen.row(&[": raw text"]).await;
    screen.keys("Ctrl+c").await;
    screen.types("write a message").await;
    screen.keys("Enter").await;
    screen.shows(" TYPE ").await;
    screen.says("found it").await;
    hears(&mut guest, b"found it").await;
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_sides_can_stand_beside_above_or_alone_and_one_pane_can_have_it_all() {
    let screen = Playing::launch(crate::playing::launch("tcp both 127.0.0.1:0"), (120, 40));
    screen.row(&["opened by", "◀─┼─", "connected"]).await;
    screen.keys("Esc |").await;
    screen.hides("┼").await;
    screen.shows("SERVER").await;
    screen.shows("CLIENT").await;
    screen.keys("|").await;
    screen.hides("SERVER").await;
    screen.keys("| BackTab z").await;
    screen.shows("┼").await;
    screen.hides("say to all").await;
    screen.keys("z").await;
    screen.shows("say to all").await;
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_many_entries_are_searched_keys_act_and_all_is_found_in_the_end() {
    const MESSAGES: usize = 100_000;
    let screen = Playing::start("tcp server 127.0.0.1:0 --recv-size 16 --history 256MiB");
    let mut guest = dial(screen.listening().await).await;
    screen.shows("1 open").await;
    let many = b"sixteen bytes!\r\n".repeat(1000);
    for _ in 0..MESSAGES / 1000 {
        guest.write_all(&many).await.expect("netplay reads");
    }
    screen.row(&["#1", "1.5 MiB"]).await;
    screen.keys("Esc BackTab /").await;
    let mut slowest = Duration::ZERO;
    let mut typed = String::new();
    for c in "sixteen".chars() {
        typed.push(c);
        let pressed = Instant::now();
        screen.types(&c.to_string()).await;
        screen.row(&[&format!("/ {typed}")]).await;
        slowest = slowest.max(pressed.elapsed());
    }
    // Far above a frame: other tests share this machine. The figure is the bench's.
    assert!(slowest < Duration::from_millis(500), "{slowest:?}");
    screen.row(&["/ sixteen", " of 100000   Enter"]).await;
    screen.keys("Enter N").await;
    screen.row(&["KEYS", " of 100000 "]).await;
    screen.keys("g").await;
    screen.keys("/").await;
    screen.types("sixteen").await;
    screen.row(&["/ sixteen", "1 of 100000 "]).await;
    screen.quit().await;
}
