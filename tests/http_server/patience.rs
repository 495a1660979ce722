//! Peers that are slow, silent, greedy or gone.

use std::time::{Duration, Instant};

use netplay::model::event::{By, ConnId, EventKind, How};
use netplay::model::failure::FailureKind;
use netplay::model::http::{Answer, Serving};
use tokio::net::TcpStream;

use super::peer::{GET, Peer, answering, serve, still_serves};
use super::support::{ONE, Watch, soon};

fn patient(patience: Duration) -> Serving {
    Serving {
        patience,
        ..Serving::default()
    }
}

async fn closed(watch: &mut Watch, conn: ConnId) -> (How, By) {
    let closed = watch.nth("closed", 1, |kind| {
        kind.word() == "closed" && kind.conn() == Some(conn)
    });
    match closed.await.kind {
        EventKind::Closed { how, by, .. } => (how, by),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_request_that_is_not_complete_in_time_is_answered_with_408() {
    let (mut watch, address) = serve(patient(Duration::from_millis(120))).await;
    for (n, sent, words) in [
        (1, &b"GET / HTTP/1.1\r\nHo"[..], "18 bytes of a head"),
        (
            2,
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc",
            "3 of 9 bytes of the body",
        ),
        (
            3,
            b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
            "2 bytes of a chunked body",
        ),
    ] {
        let mut peer = Peer::connect(address).await;
        peer.expect("GET");
        peer.send(sent).await;
        let got = peer.final_answer().await;
        assert_eq!(got.status(), 408);
        assert!(got.text().contains(words), "{}", got.text());
        peer.ended().await;
        drop(peer);
        assert_eq!(closed(&mut watch, ConnId(n)).await, (How::Timeout, By::Us));
    }
    assert_eq!(watch.count("malformed"), 3);
}

#[tokio::test]
async fn a_slow_trickle_does_not_win_time() {
    let patience = Duration::from_millis(200);
    let (mut watch, address) = serve(patient(patience)).await;
    let mut peer = Peer::connect(address).await;
    let began = Instant::now();
    peer.expect("GET");
    let head = b"GET / HTTP/1.1\r\nHost: a\r\nX: "
        .iter()
        .chain(std::iter::repeat(&b'x'));
    for byte in head {
        peer.send(&[*byte]).await;
        watch.drain();
        if watch.count("malformed") > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
        assert!(
            began.elapsed() < Duration::from_secs(5),
            "it goes on for ever"
        );
    }
    assert!(began.elapsed() >= patience);
    assert_eq!(peer.final_answer().await.status(), 408);
}

#[tokio::test]
async fn who_says_nothing_is_closed_without_an_answer() {
    let (mut watch, address) = serve(patient(Duration::from_millis(100))).await;
    let mut silent = Peer::connect(address).await;
    silent.ended().await;
    drop(silent);
    assert_eq!(closed(&mut watch, ONE).await, (How::Timeout, By::Us));
    let mut idle = Peer::connect(address).await;
    idle.get("/").await;
    idle.send(b"\r\n").await;
    idle.ended().await;
    drop(idle);
    assert_eq!(closed(&mut watch, ConnId(2)).await, (How::Timeout, By::Us));
    assert_eq!(watch.count("malformed"), 0);
}

#[tokio::test]
async fn requests_in_time_keep_a_connection_for_longer_than_the_patience() {
    let patience = Duration::from_millis(250);
    let (_watch, address) = serve(patient(patience)).await;
    let mut peer = Peer::connect(address).await;
    let began = Instant::now();
    while began.elapsed() < patience * 3 {
        assert_eq!(peer.get("/").await.status(), 200);
        tokio::time::sleep(patience / 10).await;
    }
}

#[tokio::test]
async fn ten_thousand_fields_are_refused_with_431() {
    let (_watch, address) = serve(Serving::default()).await;
    let mut peer = Peer::connect(address).await;
    peer.expect("GET");
    let fields = "X: y\r\n".repeat(10_000);
    peer.send(format!("GET / HTTP/1.1\r\nHost: a\r\n{fields}\r\n").as_bytes())
        .await;
    let got = peer.final_answer().await;
    assert_eq!(got.status(), 431);
    assert!(got.text().contains("100 fields"), "{}", got.text());
    peer.ended().await;
}

#[tokio::test]
async fn heads_and_targets_without_end_are_refused() {
    let (watch, address) = serve(Serving::default()).await;
    for (head, status) in [
        (format!("GET /{}", "a".repeat(40_000)), 414),
        (
            format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}", "a".repeat(40_000)),
            431,
        ),
        (
            format!(
                "GET / HTTP/1.1\r\nHost: a\r\n{}",
                format!("X: {}\r\n", "a".repeat(9000)).repeat(8)
            ),
            431,
        ),
        ("a".repeat(40_000), 400),
    ] {
        let mut peer = Peer::connect(address).await;
        peer.expect("GET");
        peer.send(head.as_bytes()).await;
        assert_eq!(peer.final_answer().await.status(), status);
        peer.ended().await;
    }
    drop(watch);
}

#[tokio::test]
async fn a_reset_in_a_body_is_told_and_the_server_goes_on() {
    let (mut watch, address) = serve(Serving::default()).await;
    let mut peer = Peer::connect(address).await;
    peer.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\nabc")
        .await;
    watch.received(ONE, b"abc").await;
    peer.stream.set_zero_linger().unwrap();
    drop(peer);
    assert_eq!(closed(&mut watch, ONE).await, (How::Reset, By::Peer));
    assert_eq!(watch.failed().await.kind, FailureKind::Reset);
    still_serves(address).await;
}

/// An answer larger than all buffers on the way.
fn large() -> Serving {
    answering(Answer::Raw(vec![b'x'; 24 << 20].into()))
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_never_reads_is_given_up_after_half_a_minute() {
    let (mut watch, address) = serve(large()).await;
    let mut peer = Peer::connect(address).await;
    peer.send(GET).await;
    let began = tokio::time::Instant::now();
    loop {
        watch.drain();
        if watch.count("closed") > 0 {
            break;
        }
        watch.ready().await;
    }
    assert!(began.elapsed() >= Duration::from_secs(30));
    assert_eq!(closed(&mut watch, ONE).await, (How::Timeout, By::Us));
    assert_eq!(watch.failed().await.kind, FailureKind::NotReading);
    assert_eq!(watch.count("lost"), 1);
}

#[tokio::test]
async fn a_peer_that_never_reads_does_not_delay_a_stop_or_others() {
    let (mut watch, address) = serve(large()).await;
    let mut peer = Peer::connect(address).await;
    peer.send(GET).await;
    watch.sent(1).await;
    let mut other = Peer::connect(address).await;
    other.expect("GET");
    other.send(b"GET / HTTP/1.1\r\n\r\n").await;
    assert_eq!(other.final_answer().await.status(), 400);
    let began = Instant::now();
    watch.stop();
    watch.stopped().await;
    assert!(
        began.elapsed() < Duration::from_secs(1),
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test]
async fn many_silent_connections_do_not_hold_up_one_that_asks() {
    let (mut watch, address) = serve(Serving::default()).await;
    let mut silent = Vec::new();
    for _ in 0..300 {
        silent.push(soon("connect", TcpStream::connect(address)).await.unwrap());
    }
    watch.opened(300).await;
    still_serves(address).await;
    watch.stop();
    watch.stopped().await;
    assert_eq!(watch.count("closed"), 301);
}
