//! A file that is sent from the screen: how far it is, what goes after it, and its cancel.

use std::path::PathBuf;

use tempfile::TempDir;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

use netplay::app::Effect;
use netplay::model::command::{Command, Target};
use netplay::model::event::{ConnId, EventKind};
use netplay::model::spec::Side;

use crate::playing::{Playing, hears, launch, soon};
use crate::story::Story;

/// More than the systems at both ends of a connection take together.
const MORE_THAN_BUFFERS: usize = 32 << 20;

fn file(len: usize) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let path = folder.path().join("photo.jpg");
    std::fs::write(&path, vec![b'x'; len]).expect("the folder takes files");
    (folder, path)
}

/// A client that sends a file, and the listener that it calls.
async fn sends(path: PathBuf) -> (Playing, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("it is bound");
    let mut launch = launch(&format!("tcp client {address}"));
    launch.presets[1].files = vec![path];
    (Playing::launch(launch, (80, 24)), listener)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_reads_gets_it_and_what_was_typed_after_it() {
    let (_folder, path) = file(MORE_THAN_BUFFERS);
    let (screen, listener) = sends(path).await;
    let (mut peer, _) = soon("a call", listener.accept()).await.expect("a call");
    screen.row(&["photo.jpg", "/32 MiB", "Esc X cancel"]).await;
    screen.says("and a word").await;
    let mut content = vec![0; MORE_THAN_BUFFERS];
    soon("the file", peer.read_exact(&mut content))
        .await
        .expect("so much is sent");
    assert!(content.iter().all(|byte| *byte == b'x'));
    hears(&mut peer, b"and a word").await;
    screen.row(&["all of photo.jpg is sent, 32 MiB"]).await;
    screen
        .row(&["photo.jpg", "█ ", "32 MiB/32 MiB", "  sent"])
        .await;
    // Its end stands in the log; the row goes by itself.
    screen.hides("MiB/32 MiB").await;
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_does_not_read_holds_up_neither_keys_nor_the_cancel() {
    let (_folder, path) = file(MORE_THAN_BUFFERS);
    let (screen, listener) = sends(path).await;
    let (mut peer, _) = soon("a call", listener.accept()).await.expect("a call");
    // Nothing goes any more.
    screen.row(&["photo.jpg", "0 B/s", "Esc X cancel"]).await;
    screen.says("still typed").await;
    screen.keys("Esc").await;
    screen.row(&["photo.jpg", "   X cancel"]).await;
    screen.keys("X").await;
    let row = screen.row(&["photo.jpg", "/32 MiB", "cancelled"]).await;
    assert!(!row.contains("X cancel"), "{row}");
    screen.shows("cancelled: ").await;
    screen.hides("MiB/32 MiB").await;
    let mut content = Vec::new();
    while !content.ends_with(b"xstill typed") {
        let read = soon("what was sent", peer.read_buf(&mut content)).await;
        assert_ne!(read.expect("the connection goes on"), 0);
    }
    assert!(content.len() < MORE_THAN_BUFFERS);
    screen.keys("X").await;
    screen.shows("no file is on its way").await;
    screen.quit().await;
}

#[test]
fn a_file_goes_to_whom_the_box_sends_and_a_hindrance_is_told() {
    let path = PathBuf::from("photo.jpg");
    let mut story = Story::of("tcp server", (80, 24));
    story.listening("127.0.0.1:23456");
    assert!(story.app.send_file(path.clone()).is_empty());
    let told = |story: &Story, words: &str| {
        let text = story.draw().text();
        assert!(text.contains(words), "{words} in\n{text}");
    };
    told(&story, "! nobody is connected: no file was sent");
    for conn in [1, 2] {
        story.opened(Side::Server, conn, "127.0.0.1:51334", "127.0.0.1:23456");
    }
    let session = story.app.tab().get(Side::Server).session.expect("it runs");
    let order = |to| Command::SendFile {
        to,
        path: path.clone(),
    };
    let all = Effect::Command(session, order(Target::All));
    assert_eq!(story.app.send_file(path.clone()), [all]);
    story.keys("Esc BackTab BackTab Down");
    let one = Effect::Command(session, order(Target::One(ConnId(1))));
    assert_eq!(story.app.send_file(path.clone()), [one]);
    // A file to another connection is not the one that X would cancel here.
    let begun = EventKind::FileStarted {
        conn: ConnId(2),
        name: "photo.jpg".to_owned(),
        len: 9,
    };
    story.event(Side::Server, begun).keys("X");
    told(&story, "no file is on its way");
    let mut udp = Story::of("udp server", (80, 24));
    udp.listening("127.0.0.1:23457");
    assert!(udp.app.send_file(path).is_empty());
    told(&udp, "a UDP server sends no files");
}
