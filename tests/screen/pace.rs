//! The pace of the loop: few frames when nothing happens, one at once when something does, keys
//! that act whatever the network sends, and an end when the terminal is gone.

use std::time::{Duration, Instant};

use netplay::model::spec::{Protocol, Side};
use netplay::run::screen::End;
use netplay::run::signals::Signal;
use tokio::io::AsyncWriteExt;

use crate::playing::{Playing, dial, hears_the_end};

#[tokio::test(flavor = "multi_thread")]
async fn when_nothing_happens_there_is_about_one_frame_a_second() {
    let screen = Playing::start("tcp server 127.0.0.1:0");
    screen.listening().await;
    let from = Instant::now();
    tokio::time::sleep(Duration::from_millis(2500)).await;
    let frames = screen.backend.frames();
    let count = frames.iter().filter(|at| **at > from).count();
    assert!((1..=4).contains(&count), "{count} frames in 2.5 s");
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_quiet_the_first_change_is_drawn_at_once() {
    let screen = Playing::start("tcp server 127.0.0.1:0");
    let mut guest = dial(screen.listening().await).await;
    screen.shows("1 open").await;
    let mut best = Duration::MAX;
    for n in 0..5 {
        // Longer than a frame, shorter than the heartbeat.
        tokio::time::sleep(Duration::from_millis(60)).await;
        let words = format!("message {n}");
        let sent = Instant::now();
        guest.write_all(words.as_bytes()).await.expect("it reads");
        screen.shows(&words).await;
        best = best.min(sent.elapsed());
    }
    assert!(best < Duration::from_millis(50), "{best:?}");
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_quiet_what_is_looked_at_is_drawn_before_the_rest() {
    let screen = Playing::start("tcp server 127.0.0.1:0");
    let mut guest = dial(screen.listening().await).await;
    screen.shows("1 open").await;
    let quiet = || tokio::time::sleep(Duration::from_millis(100));
    let row_of = |words: &str| {
        let row = screen.text().lines().position(|row| row.contains(words));
        row.expect("it shows") as u16
    };
    // A heartbeat just before takes the quiet away: not at every try.
    let mut seen = [false, false];
    for n in 0..5 {
        quiet().await;
        screen.backend.forget_frames();
        screen.pastes(&format!("typed{n}")).await;
        screen.shows(&format!("typed{n}")).await;
        quiet().await;
        let frames = screen.backend.rows_of_frames();
        seen[0] |= frames[0] == [row_of("typed")].into() && frames.len() > 1;

        screen.backend.forget_frames();
        let words = format!("message {n}");
        guest.write_all(words.as_bytes()).await.expect("it reads");
        screen.shows(&words).await;
        quiet().await;
        let frames = screen.backend.rows_of_frames();
        let rest = frames[1..].iter().flatten();
        let counters = row_of("SERVER");
        seen[1] |= frames[0] == [row_of(&words)].into() && rest.clone().any(|y| *y == counters);
    }
    assert_eq!(seen, [true, true], "the box, the log");
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lay_over_the_panes_goes_as_a_whole() {
    let screen = Playing::start("tcp server 127.0.0.1:0");
    screen.listening().await;
    screen.keys("Esc ?").await;
    screen.shows("help for this pane").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    screen.backend.forget_frames();
    screen.keys("Esc").await;
    screen.hides("help for this pane").await;
    let frames = screen.backend.rows_of_frames();
    assert!(frames[0].len() > 10, "{frames:?}");
    screen.quit().await;
}

/// The rows of the log that have a time.
fn entries(text: &str) -> Vec<String> {
    let times = text.lines().filter(|row| row.contains("← #1"));
    times.map(str::to_owned).collect()
}

fn number_before(text: &str, words: &str) -> Option<u64> {
    let before = &text[..text.find(words)?];
    before.split_whitespace().next_back()?.parse().ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn through_a_flood_keys_act_frames_come_and_what_is_read_stays_where_it_is() {
    const MESSAGES: usize = 1_000_000;
    const MESSAGE: &[u8; 16] = b"sixteen bytes!\r\n";
    let screen = Playing::start("tcp server 127.0.0.1:0 --recv-size 16 --history 1GiB");
    let mut guest = dial(screen.listening().await).await;
    screen.shows("1 open").await;
    let began = Instant::now();
    let flood = tokio::spawn(async move {
        let many = MESSAGE.repeat(1000);
        for _ in 0..MESSAGES / 1000 {
            guest.write_all(&many).await.expect("netplay reads");
        }
        guest
    });
    screen.shows("sixteen").await;
    screen.keys("Esc BackTab PgUp PgUp").await;
    screen.shows(" new ").await;
    let shown = entries(&screen.text());
    let mut unseen = 0;
    let mut slowest = Duration::ZERO;
    let frames_before = screen.backend.frames().len();
    while !flood.is_finished() {
        let pressed = Instant::now();
        screen.keys("?").await;
        screen.shows("help for this pane").await;
        screen.keys("Esc").await;
        screen.hides("help for this pane").await;
        slowest = slowest.max(pressed.elapsed());
        let text = screen.text();
        assert_eq!(entries(&text), shown, "what is read has moved");
        let now = number_before(&text, " new ").expect("a badge");
        assert!(now >= unseen, "{now} after {unseen}");
        unseen = now;
    }
    let frames = screen.backend.frames().len() - frames_before;
    let _guest = flood.await.expect("all was sent");
    assert!(unseen > 1000, "{unseen}");
    assert!(frames >= 4, "{frames} frames");
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");
    // All of it is counted.
    let total = (MESSAGES * MESSAGE.len()) as u64;
    let size = netplay::model::size::Size(total).to_string();
    screen.row(&["SERVER", "in", &size]).await;
    println!(
        "{:?}, {frames} frames, slowest key {slowest:?}",
        began.elapsed()
    );
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_flood_there_are_at_most_thirty_frames_a_second() {
    let screen = Playing::start("tcp server 127.0.0.1:0 --recv-size 16");
    let mut guest = dial(screen.listening().await).await;
    screen.shows("1 open").await;
    let many = b"sixteen bytes!\r\n".repeat(1000);
    for _ in 0..50 {
        guest.write_all(&many).await.expect("netplay reads");
    }
    // By now it is known for a flood.
    let from = Instant::now();
    while from.elapsed() < Duration::from_secs(1) {
        guest.write_all(&many).await.expect("netplay reads");
    }
    let all = screen.backend.frames();
    let frames = all.iter().filter(|at| **at > from).count();
    let most = from.elapsed().as_millis() / 33 + 3;
    assert!((2..=most).contains(&(frames as u128)), "{frames} frames");
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_keeps_within_its_budget_and_says_how_many_have_gone() {
    let screen = Playing::start("tcp server 127.0.0.1:0 --recv-size 100 --history 64KiB");
    let mut guest = dial(screen.listening().await).await;
    guest
        .write_all(&vec![b'x'; 500_000])
        .await
        .expect("it reads");
    screen.row(&["#1", "488 KiB"]).await;
    let gone = screen
        .until("a number of entries that have gone", |text| {
            number_before(text, " older ones gone")
        })
        .await;
    let app = screen.quit().await;
    let log = &app.get(Protocol::Tcp).get(Side::Server).log;
    assert!(log.bytes() <= 64 << 10, "{}", log.bytes());
    assert!(log.len() > 100, "{}", log.len());
    assert!(gone <= log.start().0, "{gone}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_size_is_taken_while_it_runs() {
    let screen = Playing::start("tcp both 127.0.0.1:0");
    screen.shows("CLIENT  connected to").await;
    for (width, height, words) in [
        (200, 50, "─┼─"),
        (1, 1, "n"),
        (39, 9, "netplay needs 40x10"),
        (40, 10, "CLIENT"),
        (0, 0, ""),
        (120, 18, "─┼─"),
    ] {
        screen.resizes(width, height).await;
        screen.shows(words).await;
    }
    // Back and forth at once, with the cells gone in between.
    for (width, height) in [(60, 20), (120, 18), (80, 24), (60, 20), (80, 24)] {
        screen.resizes(width, height).await;
    }
    screen.shows("CLIENT  connected to").await;
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_ends_the_run_and_closes_connections_in_order() {
    let screen = Playing::start("tcp server 127.0.0.1:0");
    let mut guest = dial(screen.listening().await).await;
    screen.shows("1 open").await;
    screen.signals(Signal::Terminate).await;
    screen.ended(End::Signal(Signal::Terminate)).await;
    assert_eq!(hears_the_end(&mut guest).await, b"");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_that_is_gone_ends_the_run_within_a_heartbeat_and_closes_connections() {
    let screen = Playing::start("tcp server 127.0.0.1:0");
    let mut guest = dial(screen.listening().await).await;
    screen.shows("1 open").await;
    screen.backend.vanish();
    let error = screen.broken().await;
    assert_eq!(error.kind(), std::io::ErrorKind::BrokenPipe);
    assert_eq!(hears_the_end(&mut guest).await, b"");
}
