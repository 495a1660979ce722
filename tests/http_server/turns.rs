//! One connection after another, as the simplest server does, and all at once.

use netplay::model::command::Command;
use netplay::model::event::{ConnId, EventKind, How};
use netplay::model::http::Serving;
use tokio::io::AsyncReadExt;

use super::peer::{GET, Peer, serve, still_serves};
use super::support::{ONE, payload, soon};

fn one_at_a_time() -> Serving {
    Serving {
        one_at_a_time: true,
        ..Serving::default()
    }
}

#[tokio::test]
async fn who_comes_while_another_is_served_waits_unread() {
    let (mut watch, address) = serve(one_at_a_time()).await;
    // A browser's spare connection: open and silent.
    let stuck = Peer::connect(address).await;
    watch.opened(1).await;
    let mut second = Peer::connect(address).await;
    second.expect("GET");
    second.send(GET).await;
    let mut third = Peer::connect(address).await;
    third.expect("GET");
    third.send(GET).await;
    watch.nth("queued", 2, |kind| kind.word() == "queued").await;
    assert_eq!(watch.count("received"), 0);
    assert_eq!(watch.count("opened"), 3, "they are open all the same");
    drop(stuck);
    assert_eq!(second.final_answer().await.status(), 200);
    second.get("/again").await;
    watch.drain();
    assert!(payload(&watch.events, "received", Some(ConnId(3))).is_empty());
    drop(second);
    assert_eq!(third.final_answer().await.status(), 200);
    let queued: Vec<_> = watch
        .events
        .iter()
        .filter(|event| event.kind.word() == "queued")
        .filter_map(|event| event.kind.conn())
        .collect();
    assert_eq!(queued, [ConnId(2), ConnId(3)]);
}

#[tokio::test]
async fn the_switch_lets_all_in_who_wait_and_holds_back_who_comes_later() {
    let (mut watch, address) = serve(one_at_a_time()).await;
    let stuck = Peer::connect(address).await;
    watch.opened(1).await;
    let mut waiting = Peer::connect(address).await;
    waiting.expect("GET");
    waiting.send(GET).await;
    watch.word("queued").await;
    watch.command(Command::OneAtATime(false));
    assert_eq!(waiting.final_answer().await.status(), 200);
    still_serves(address).await;
    watch.command(Command::OneAtATime(true));
    let late = Peer::connect(address).await;
    watch.nth("queued", 2, |kind| kind.word() == "queued").await;
    drop((stuck, waiting, late));
    still_serves(address).await;
}

#[tokio::test]
async fn who_waits_can_be_closed_and_does_not_delay_a_stop() {
    let (mut watch, address) = serve(one_at_a_time()).await;
    let _stuck = Peer::connect(address).await;
    watch.opened(1).await;
    let mut unwanted = Peer::connect(address).await;
    let _waiting = Peer::connect(address).await;
    watch.nth("queued", 2, |kind| kind.word() == "queued").await;
    watch.command(Command::Close { conn: ConnId(2) });
    let mut byte = [0];
    assert_eq!(
        soon("the end", unwanted.stream.read(&mut byte))
            .await
            .unwrap(),
        0
    );
    drop(unwanted);
    watch.word("closed").await;
    watch.stop();
    watch.stopped().await;
    let stopped = |kind: &EventKind| {
        matches!(
            kind,
            EventKind::Closed {
                how: How::Stopped,
                ..
            }
        )
    };
    assert_eq!(
        watch
            .events
            .iter()
            .filter(|event| stopped(&event.kind))
            .count(),
        3
    );
    assert_eq!(
        watch
            .events
            .iter()
            .filter(|e| e.kind.conn() == Some(ONE))
            .count(),
        2
    );
}
