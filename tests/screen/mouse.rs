//! The mouse: what is seen is what is clicked.

use crossterm::event::{MouseButton, MouseEventKind};
use ratatui::layout::Position;
use tokio::io::AsyncWriteExt;

use crate::playing::{Playing, dial, free_port, hears, launch};

fn fresh(size: (u16, u16)) -> Playing {
    let (mut launch, port) = (launch("tcp"), free_port());
    for preset in &mut launch.presets {
        preset.address.port = port;
    }
    Playing::launch(launch, size)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_needs_no_key_but_the_text() {
    let screen = fresh((80, 24));
    screen.clicks("3 HTTP").await;
    screen.shows("HTTP is a question").await;
    screen.clicks("1 TCP").await;
    screen.clicks("start a server on").await;
    let server = screen.listening().await;
    let mut guest = dial(server).await;
    screen.shows("1 open, 1 in all").await;
    screen.clicks("Enter or i: write a message").await;
    screen.says("hello").await;
    hears(&mut guest, b"hello").await;
    screen.clicks("Enter adds nothing").await;
    screen.shows("Enter adds LF").await;
    screen.says("more").await;
    hears(&mut guest, b"more\n").await;
    // The second click on the connection writes to it, as Enter does.
    screen.clicks("#1    127").await;
    screen.shows("say to #1").await;
    screen.shows(" KEYS ").await;
    screen.clicks("#1    127").await;
    screen.shows(" TYPE ").await;
    screen.clicks("Esc, then q: quit").await;
    screen.clicks("q quit").await;
    screen.shows("One session runs").await;
    // A question is answered; a click beside it is none.
    screen.clicks("netplay").await;
    screen.shows("One session runs").await;
    screen.clicks("Esc no").await;
    screen.hides("One session runs").await;
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_on_an_entry_stops_following_and_another_one_opens_it() {
    let screen = Playing::start("tcp server 127.0.0.1:0");
    let mut guest = dial(screen.listening().await).await;
    for n in 1..=30 {
        let line = format!("line {n};");
        guest.write_all(line.as_bytes()).await.expect("it reads");
        screen.shows(&line).await;
    }
    screen.clicks("line 28;").await;
    screen.shows("not following: f follows").await;
    guest.write_all(b"line 31;").await.expect("it reads");
    screen.shows("1 new").await;
    screen.clicks("line 28;").await;
    screen.shows("received #1, 8 bytes, server").await;
    // Beside the page a click closes it, on the page it does not.
    screen.clicks("6c 69 6e 65").await;
    screen.shows("6c 69 6e 65").await;
    screen.clicks("Esc close").await;
    screen.hides("6c 69 6e 65").await;
    screen.clicks("line 28;").await;
    screen.shows("6c 69 6e 65").await;
    screen.clicks_at(Position::new(0, 0)).await;
    screen.hides("6c 69 6e 65").await;
    screen.clicks("1 new").await;
    screen.shows("line 31;").await;
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wheel_turns_what_is_under_it_and_leaves_the_keys_where_they_are() {
    let screen = Playing::start("tcp server 127.0.0.1:0");
    let server = screen.listening().await;
    let mut guests = Vec::new();
    for n in 1..=6 {
        guests.push(dial(server).await);
        screen.shows(&format!("{n} open, {n} in all")).await;
    }
    for n in 1..=40 {
        let line = format!("line {n};");
        guests[0]
            .write_all(line.as_bytes())
            .await
            .expect("it reads");
        screen.shows(&line).await;
    }
    screen.shows(" TYPE ").await;
    screen.wheels("line 38;", -1).await;
    screen.hides("line 38;").await;
    screen.shows("line 37;").await;
    screen.shows(" TYPE ").await;
    screen.wheels("line 37;", 1).await;
    screen.shows("line 40;").await;
    screen.hides("not following").await;
    screen.wheels("connections", 5).await;
    screen.shows("  #6 ").await;
    screen.hides("  #3 ").await;
    screen.wheels("connections", -5).await;
    screen.shows("  #1 ").await;
    // To whom is sent did not change by that.
    screen.shows("say to all").await;
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_on_a_field_selects_it_then_types_and_on_a_choice_turns_it() {
    let screen = fresh((80, 24));
    screen.clicks("Port  ").await;
    screen.shows("▸ Port").await;
    screen.shows(" KEYS ").await;
    screen.clicks("Port  ").await;
    screen.shows(" TYPE ").await;
    screen.types("9").await;
    screen.clicks("chat").await;
    screen.shows("‹ hello ›").await;
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_ends_are_clicked_in_their_halves() {
    let screen = fresh((120, 40));
    screen.clicks("start both, side by side").await;
    let row = screen.row(&["opened by", "◀─┼─", "connected"]).await;
    assert!(row.contains('◆'));
    screen.clicks("connected; our end").await;
    screen.shows("not following").await;
    screen.clicks("connected; our end").await;
    screen.shows("│ connected; our end").await;
    screen.keys("Esc").await;
    screen.hides("│ connected; our end").await;
    screen.clicks("─ say to all").await;
    screen.shows("▌say to all").await;
    screen.says("from the server").await;
    screen.row(&["→ #1", "from the server", "─┼─▶", "←"]).await;
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m_gives_the_mouse_back_and_the_first_drag_says_so() {
    let screen = Playing::start("tcp");
    let drag = MouseEventKind::Drag(MouseButton::Left);
    screen.mouse(drag, Position::new(5, 5)).await;
    screen.shows("press m to select text with the mouse").await;
    screen.keys("m").await;
    screen.hides("press m").await;
    screen.shows("mouse off: m").await;
    screen.keys("m").await;
    screen.hides("mouse off").await;
    screen.mouse(drag, Position::new(5, 5)).await;
    screen.keys("T").await;
    assert!(!screen.text().contains("press m"));
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_picked_and_read() {
    let screen = Playing::launch(launch("http both 127.0.0.1:0"), (120, 40));
    screen.row(&["GET", "200"]).await;
    screen.clicks("R send").await;
    screen.shows("2 requests").await;
    screen.wheels("raw request", 1).await;
    screen.clicks("raw answer").await;
    screen.shows("▌raw answer").await;
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_of_the_list_of_all_actions_does_what_it_says() {
    let screen = Playing::start("tcp server 127.0.0.1:0");
    screen.listening().await;
    screen.keys("Esc :").await;
    screen.types("help").await;
    screen.clicks("help for this pane; again: all keys").await;
    screen.shows("▌help for this pane").await;
    screen.wheels("KEYS, chat box", 9).await;
    screen.hides("write a message").await;
    screen.clicks("Esc close").await;
    screen.hides("▌help for this pane").await;
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_screen_stands_still_reading_goes_on_and_what_acts_lets_it_go_on() {
    let screen = Playing::start("tcp server 127.0.0.1:0");
    let mut guest = dial(screen.listening().await).await;
    guest.write_all(b"before").await.expect("it reads");
    screen.shows("before").await;
    screen.keys("Esc Space").await;
    screen.shows("FROZEN").await;
    screen.clicks("before").await;
    screen.clicks("before").await;
    screen.shows("62 65 66 6f 72 65").await;
    screen.clicks("Esc close").await;
    screen.hides("62 65 66 6f 72 65").await;
    screen.keys("m").await;
    screen.shows("FROZEN").await;
    screen.clicks("Enter adds nothing").await;
    screen.shows("Enter adds LF").await;
    screen.hides("FROZEN").await;
    screen.shows("mouse off: m").await;
    screen.quit().await;
}
