//! What goes wrong: every fault stands where it belongs, says what can be done, and does that. What
//! was typed is never lost.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use netplay::app::Message;
use netplay::model::command::{Command, Target};
use netplay::model::event::{EventKind, Outcome};
use netplay::model::spec::Side;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

use crate::playing::{Playing, dial, free_port, hears, soon};
use crate::story::Story;

async fn listens(port: u16) -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .expect("the port is free")
}

async fn accepts(listener: &TcpListener) -> TcpStream {
    let accepted = soon("a client", listener.accept()).await;
    accepted.expect("a client").0
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_does_not_exist_is_told_at_its_field() {
    let screen = Playing::start("tcp");
    screen.keys("i Tab Ctrl+c").await;
    screen.says("70000").await;
    screen.row(&["! port 70000 does not exist"]).await;
    screen.row(&["▸ Port", "70000"]).await;
    screen.keys("Ctrl+c").await;
    screen.hides("does not exist").await;
    screen.says("0").await;
    screen.listening().await;
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_nobody_knows_is_told_at_its_field() {
    // Longer than a label may be (RFC 1035 section 2.3.4), so no name server is asked.
    let name = "x".repeat(64);
    let screen = Playing::start(&format!("tcp client {name}"));
    screen.row(&["! no such name"]).await;
    screen.row(&["▸ Address"]).await;
    screen.shows("Enter: try again").await;
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_listens_one_can_wait_for_the_server() {
    let port = free_port();
    let screen = Playing::start(&format!("tcp client 127.0.0.1:{port}"));
    screen.shows("refused: nobody listens there").await;
    screen.row(&["settings", "w: wait for the server"]).await;
    screen.keys("w").await;
    screen.shows("waiting for a server").await;
    let listener = listens(port).await;
    let mut server = accepts(&listener).await;
    screen.shows("CLIENT  connected to").await;
    screen.keys("Enter").await;
    screen.says("there you are").await;
    hears(&mut server, b"there you are").await;
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_server_is_killed_the_text_stays_until_there_is_one_again() {
    let port = free_port();
    let listener = listens(port).await;
    let screen = Playing::start(&format!("tcp client 127.0.0.1:{port}"));
    let server = accepts(&listener).await;
    screen.shows("CLIENT  connected to").await;
    screen.types("my question").await;
    screen.shows("my question").await;
    drop(listener);
    // What a killed program leaves when there was something that it had not read.
    server.set_zero_linger().expect("the socket is there");
    drop(server);
    screen.shows("reset").await;
    screen.row(&["settings", "Enter: try again"]).await;
    screen.row(&[" KEYS ", "Enter try again"]).await;
    screen.keys("Enter").await;
    screen.shows("refused: nobody listens there").await;
    screen.keys("w").await;
    screen.shows("my question").await;
    let listener = listens(port).await;
    let mut server = accepts(&listener).await;
    screen.shows("CLIENT  connected to").await;
    screen.keys("Enter Enter").await;
    hears(&mut server, b"my question").await;
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_nobody_there_the_text_stays_in_the_box() {
    let screen = Playing::start("tcp server 127.0.0.1:0");
    let server = screen.listening().await;
    screen.says("anybody?").await;
    screen
        .shows("! nobody is connected: your text stays here")
        .await;
    screen.row(&["  anybody?"]).await;
    let mut guest = dial(server).await;
    screen.shows("1 open").await;
    screen.keys("Enter").await;
    hears(&mut guest, b"anybody?").await;
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn out_of_turn_the_text_stays_in_the_box() {
    let listener = listens(0).await;
    let address = listener.local_addr().expect("it is bound");
    let screen = Playing::start(&format!("tcp client {address} --turns"));
    let mut server = accepts(&listener).await;
    screen.shows("say: your turn").await;
    screen.says("one").await;
    hears(&mut server, b"one").await;
    screen.shows("their turn, wait").await;
    screen.says("two").await;
    screen.shows("! it is their turn").await;
    server.write_all(b"answer").await.expect("netplay reads");
    screen.shows("say: your turn").await;
    screen.row(&["  two"]).await;
    screen.keys("Enter").await;
    hears(&mut server, b"two").await;
    screen.quit().await;
}

/// A screen whose server has a port, and one that wants the same.
async fn two_servers() -> (Playing, SocketAddr, Playing) {
    let port = free_port();
    let first = Playing::start(&format!("tcp server 127.0.0.1:{port}"));
    let address = first.listening().await;
    let second = Playing::start(&format!("tcp server 127.0.0.1:{port}"));
    second.shows("SERVER  address in use").await;
    second.row(&["! in use"]).await;
    (first, address, second)
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_port_is_taken_the_next_free_one_can_be_had() {
    let (first, address, second) = two_servers().await;
    second
        .row(&["settings", "+: take the next free port"])
        .await;
    second.keys("+").await;
    let next = second.listening().await;
    assert!(next.port() > address.port(), "{next}");
    dial(next).await;
    second.row(&["◆ #1", "opened by"]).await;
    second.quit().await;
    first.quit().await;
}

/// Who holds a port can be told only on Linux.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn where_a_server_of_ours_has_the_port_one_can_join_it() {
    let (first, _, second) = two_servers().await;
    second
        .row(&["settings", "Enter: join it as a client"])
        .await;
    second.keys("Enter").await;
    second.shows("CLIENT  connected to").await;
    second.keys("Enter").await;
    second.says("hello, server").await;
    first.row(&["← #1", "hello, server"]).await;
    second.quit().await;
    first.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_never_reads_delays_no_stop_and_no_other_session() {
    let listener = listens(0).await;
    let elsewhere = listener.local_addr().expect("it is bound");
    let screen = Playing::start("tcp server 127.0.0.1:0");
    let mut deaf = dial(screen.listening().await).await;
    screen.shows("1 open").await;
    let megabyte = "a line that nobody will ever read\n".repeat((1 << 20) / 34);
    let mut tries = 0;
    while !screen.text().contains("already waits") {
        screen.pastes(&megabyte).await;
        screen.shows("into the box as one message?").await;
        screen.keys("Enter Enter").await;
        // It was sent, and the box is empty, or it was refused, and the text stays.
        screen
            .until("sent or refused", |text| {
                let is_empty = text.lines().nth(22) == Some("");
                (is_empty || text.contains("already waits")).then_some(())
            })
            .await;
        tries += 1;
        assert!(tries < 40, "everything was taken:\n{}", screen.text());
    }
    screen.row(&["#1", "waiting"]).await;

    screen.keys("Esc Tab i Ctrl+c").await;
    screen.types(&elsewhere.ip().to_string()).await;
    screen.keys("Tab Ctrl+c").await;
    screen.says(&elsewhere.port().to_string()).await;
    let mut other = accepts(&listener).await;
    screen.shows("CLIENT  connected to").await;

    screen.keys("h").await;
    screen.shows("SERVER").await;
    let asked = std::time::Instant::now();
    screen.keys("s").await;
    screen.shows("SERVER  ended").await;
    let took = asked.elapsed();
    assert!(took < Duration::from_secs(1), "{took:?}");

    screen.keys("Tab Tab Tab").await;
    screen.shows("CLIENT  connected to").await;
    screen.keys("i").await;
    screen.says("we go on").await;
    hears(&mut other, b"we go on").await;
    deaf.shutdown().await.ok();
    screen.quit().await;
}

#[test]
fn text_on_its_way_when_the_session_ends_is_text_and_no_command() {
    let mut story = Story::of("tcp client 127.0.0.1:9", (80, 24));
    story.opened(Side::Client, 1, "127.0.0.1:9", "127.0.0.1:10");
    story.wait(100).types("What is the ");
    let end = EventKind::Stopped {
        received: 0,
        sent: 0,
        connections: 1,
        outcome: Outcome::Done,
    };
    // The story would fail if it quit.
    story.wait(50).event(Side::Client, end);
    story.wait(50).types("Q").wait(100).types("uestion?");
    let text = |story: &Story| story.app.tab().get(Side::Client).chat.text();
    assert_eq!(text(&story), "What is the Question?");
    story.wait(2000).types("?");
    assert_eq!(text(&story), "What is the Question?");
    assert!(story.draw().text().contains("help for this pane"));
}

#[test]
fn a_text_that_the_session_did_not_take_comes_back_as_it_was_typed() {
    let mut story = Story::of("tcp server --newline lf", (80, 24));
    story.listening("127.0.0.1:9");
    story.opened(Side::Server, 1, "127.0.0.1:10", "127.0.0.1:9");
    story.types("kept as it is").keys("Enter");
    let server = story.app.tab().get(Side::Server);
    assert!(server.chat.is_empty(), "it was handed over");
    let refused = Message::Refused {
        session: server.session.unwrap(),
        command: Command::Send {
            to: Target::All,
            data: "kept as it is\n".into(),
        },
        why: "the session is over".to_owned(),
    };
    story.update(refused);
    let text = story.app.tab().get(Side::Server).chat.text();
    assert_eq!(text, "kept as it is");
    assert!(story.draw().text().contains("not sent"));
}
