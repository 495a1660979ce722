//! Conversations over TCP: what is shown of them, what is sent exactly, and to whom.

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::playing::{Playing, dial, free_port, hears, hears_the_end, launch};

/// A fresh start whose forms, server's and client's, hold a port that is free.
fn fresh(port: u16, size: (u16, u16)) -> Playing {
    let mut launch = launch("tcp");
    for preset in &mut launch.presets {
        preset.address.port = port;
    }
    Playing::launch(launch, size)
}

async fn writes(guest: &mut TcpStream, bytes: &[u8]) {
    guest.write_all(bytes).await.expect("netplay reads");
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_fresh_start_one_enter_listens_and_a_guest_is_heard_and_answered_exactly() {
    let screen = fresh(free_port(), (80, 24));
    screen.shows("SERVER  not running").await;
    screen.keys("Enter").await;
    let server = screen.listening().await;
    screen.shows("nobody is connected yet").await;
    let mut guest = dial(server).await;
    let address = guest.local_addr().expect("connected").to_string();
    screen.row(&["#1", &address, "in      0 B"]).await;
    writes(&mut guest, "grüß dich\r\n".as_bytes()).await;
    screen.row(&["← #1", "13 B", "grüß dich␍␊"]).await;
    screen.keys("Enter").await;
    screen.says("what you type is what is sent \\n ü").await;
    hears(&mut guest, "what you type is what is sent \\n ü".as_bytes()).await;
    screen
        .row(&["→ #1", "what you type is what is sent \\n ü"])
        .await;
    screen.quit().await;
    assert_eq!(hears_the_end(&mut guest).await, b"");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_enters_and_both_ends_talk_across_the_wire() {
    let screen = fresh(free_port(), (120, 40));
    screen.keys("Enter").await;
    screen.listening().await;
    screen.keys("Tab").await;
    screen.shows("CLIENT  not running").await;
    screen.keys("Enter").await;
    screen.row(&["opened by", "◀─┼─", "connected"]).await;
    screen.keys("Enter").await;
    screen.says("ping").await;
    screen.row(&["← #1", "ping", "◀─┼─", "→", "ping"]).await;
    screen.keys("Esc h Enter").await;
    screen.says("pong").await;
    screen.row(&["→ #1", "pong", "─┼─▶", "←", "pong"]).await;
    // The wire does not depend on the room there is for it.
    screen.resizes(80, 24).await;
    screen.hides("┼").await;
    screen.resizes(120, 40).await;
    screen.row(&["→ #1", "pong", "─┼─▶", "←", "pong"]).await;
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_starts_both_ends() {
    let screen = fresh(free_port(), (120, 40));
    screen.keys("B").await;
    screen.row(&["opened by", "◀─┼─", "connected"]).await;
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_at_once_is_one_entry_and_a_small_buffer_makes_many() {
    let screen = Playing::start("tcp server 127.0.0.1:0 --recv-size 4");
    let mut guest = dial(screen.listening().await).await;
    writes(&mut guest, b"abcdefghij").await;
    for piece in ["abcd", "efgh", "ij"] {
        screen.row(&["← #1", " B  ", piece]).await;
    }
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_another_tab_is_in_front_nothing_is_lost() {
    let screen = Playing::start("tcp server 127.0.0.1:0");
    let mut guest = dial(screen.listening().await).await;
    screen.shows("#1").await;
    screen.types("half a sent").await;
    screen.shows("half a sent").await;
    screen.keys("Esc 3").await;
    screen.shows("HTTP is a question").await;
    writes(&mut guest, b"while you were away").await;
    screen.keys("1").await;
    screen.row(&["← #1", "while you were away"]).await;
    screen.shows("half a sent").await;
    screen.keys("i").await;
    screen.says("ence").await;
    hears(&mut guest, b"half a sentence").await;
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_tabs_run_at_once() {
    let screen = Playing::start("tcp server 127.0.0.1:0");
    let mut guest = dial(screen.listening().await).await;
    screen.shows("#1").await;
    screen.keys("Esc 2 i Tab Ctrl+c").await;
    screen.says("0").await;
    screen.shows("nobody has been heard yet").await;
    let address = screen.listening().await;
    let peer = tokio::net::UdpSocket::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    peer.send_to(b"a postcard", address).await.expect("sent");
    screen.row(&["← #1", "a postcard"]).await;
    writes(&mut guest, b"a call").await;
    screen.row(&["1 TCP●", "2 UDP●"]).await;
    screen.keys("1").await;
    screen.row(&["← #1", "a call"]).await;
    let app = screen.quit().await;
    assert_eq!(app.summary().len(), 2, "{:?}", app.summary());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_goes_to_all_or_to_the_one_that_is_picked() {
    let screen = Playing::start("tcp server 127.0.0.1:0");
    let server = screen.listening().await;
    let mut one = dial(server).await;
    screen.shows("1 open, 1 in all").await;
    let mut two = dial(server).await;
    screen.shows("2 open, 2 in all").await;
    screen.says("to all of you").await;
    hears(&mut one, b"to all of you").await;
    hears(&mut two, b"to all of you").await;
    screen.keys("Esc BackTab BackTab Down Down i").await;
    screen.shows("say to #2").await;
    screen.says("to you alone").await;
    hears(&mut two, b"to you alone").await;
    screen.keys("Esc BackTab BackTab g i").await;
    screen.shows("say to all").await;
    screen.says("to all again").await;
    // Nothing came in between.
    hears(&mut one, b"to all again").await;
    hears(&mut two, b"to all again").await;
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_picked_one_is_half_closed_or_closed_and_the_other_stays() {
    let screen = Playing::start("tcp server 127.0.0.1:0");
    let server = screen.listening().await;
    let mut one = dial(server).await;
    screen.shows("1 open, 1 in all").await;
    let mut two = dial(server).await;
    screen.shows("2 open, 2 in all").await;
    screen.keys("Esc d").await;
    screen.shows("pick a connection first").await;
    screen.keys("BackTab BackTab Down D").await;
    screen.row(&["◇ #1", "we finished sending"]).await;
    assert_eq!(hears_the_end(&mut one).await, b"");
    // The other direction is still there.
    writes(&mut one, b"I can still send").await;
    screen.row(&["← #1", "I can still send"]).await;
    screen.keys("Down d").await;
    screen.row(&["◇ #2", "closed by us"]).await;
    screen.shows("1 open, 2 in all").await;
    assert_eq!(hears_the_end(&mut two).await, b"");
    drop(one);
    screen.row(&["◇ #1", "closed by"]).await;
    screen.shows("nobody is connected now").await;
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paste_of_many_lines_goes_as_one_piece() {
    let screen = Playing::start("tcp server 127.0.0.1:0");
    let mut guest = dial(screen.listening().await).await;
    screen.shows("#1").await;
    screen.pastes("first\r\nsecond\rthird").await;
    screen.shows("third").await;
    screen.keys("Esc L i Enter").await;
    hears(&mut guest, b"first\nsecond\nthird\n").await;
    screen.row(&["→ #1", "19 B", "first␊"]).await;
    screen.keys("Up").await;
    screen.shows("  third").await;
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_word_exit_ends_the_conversation_and_the_server_goes_on() {
    let screen = Playing::start("tcp server 127.0.0.1:0");
    let server = screen.listening().await;
    let mut guest = dial(server).await;
    writes(&mut guest, b" Exit\r\n").await;
    assert_eq!(
        hears_the_end(&mut guest).await,
        b"Goodbye! Closing connection."
    );
    screen.row(&["◇ #1", "closed by"]).await;
    dial(server).await;
    screen.row(&["◆ #2", "opened by"]).await;
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_question_before_the_end_can_be_taken_back_and_then_all_ends_are_in_order() {
    let screen = Playing::start("tcp server 127.0.0.1:0");
    let mut guest = dial(screen.listening().await).await;
    screen.shows("#1").await;
    screen.keys("Esc q").await;
    screen.shows("One session runs.").await;
    screen.keys("n").await;
    screen.hides("One session runs.").await;
    screen.keys("q Enter").await;
    let app = screen.ended(netplay::run::screen::End::Quit).await;
    assert_eq!(hears_the_end(&mut guest).await, b"");
    assert_eq!(app.running(), 0);
}
