//! The way of events from sessions to a watcher: order, bounds, and what happens when nobody takes
//! them.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/net.rs"]
mod support;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use bytes::Bytes;
use netplay::model::event::{ConnId, EventKind, Outcome, SessionId};
use netplay::model::spec::{Protocol, Scene, Side, Spec};
use netplay::net::{Clock, Emitter, Feed};
use support::{Watch, assert_quick, soon, spec};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

const PEER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9);

/// The bytes that may wait in a lane.
const LANE: usize = 4 << 20;

fn received(data: impl Into<Bytes>) -> EventKind {
    EventKind::Received {
        conn: ConnId(1),
        peer: PEER,
        data: data.into(),
        cut: 0,
    }
}

fn connecting(to: &str) -> EventKind {
    EventKind::Connecting { to: to.to_owned() }
}

fn stopped() -> EventKind {
    EventKind::Stopped {
        received: 0,
        sent: 0,
        connections: 0,
        outcome: Outcome::Done,
    }
}

fn take(feed: &mut Feed) -> Vec<(u32, EventKind)> {
    let mut all = Vec::new();
    let taken = feed.drain(|id, event| all.push((id.0, event.kind)));
    assert_eq!(taken, all.len());
    all
}

fn fill(emitter: &Emitter) {
    while emitter.has_room() {
        emitter.emit(received(vec![0; 64 << 10]));
    }
}

#[tokio::test]
async fn events_come_in_the_order_of_each_session_with_rising_stamps() {
    let mut feed = Feed::new(Clock::new());
    let (one, two) = (feed.emitter(SessionId(1)), feed.emitter(SessionId(2)));
    two.emit(connecting("a"));
    one.emit(connecting("b"));
    two.clone().emit(connecting("c"));
    soon("the wake-up", feed.ready()).await;
    let mut stamps = Vec::new();
    let mut words = Vec::new();
    feed.drain(|id, event| {
        stamps.push((id, event.at));
        words.push((id.0, event.kind));
    });
    assert_eq!(
        words,
        [
            (1, connecting("b")),
            (2, connecting("a")),
            (2, connecting("c"))
        ]
    );
    assert!(stamps.is_sorted());
    assert_eq!(take(&mut feed), []);
}

#[tokio::test]
async fn a_full_lane_makes_readers_wait_until_it_is_drained_and_touches_no_other() {
    let mut feed = Feed::new(Clock::new());
    let (full, other) = (feed.emitter(SessionId(1)), feed.emitter(SessionId(2)));
    fill(&full);
    assert!(other.has_room());
    let waiting = full.clone();
    let mut reader = tokio::spawn(async move { waiting.room().await });
    let early = tokio::time::timeout(Duration::from_millis(50), &mut reader).await;
    assert!(early.is_err(), "there was room in a full lane");
    take(&mut feed);
    soon("room", reader).await.unwrap();
    assert!(full.has_room());
}

#[tokio::test]
async fn many_small_events_fill_a_lane_as_well() {
    let mut feed = Feed::new(Clock::new());
    let emitter = feed.emitter(SessionId(1));
    let mut count = 0;
    while emitter.has_room() {
        emitter.emit(received(""));
        count += 1;
        assert!(count < 1_000_000, "the lane has no bound");
    }
    assert_eq!(take(&mut feed).len(), count);
}

#[tokio::test]
async fn control_events_neither_wait_nor_vanish_in_a_full_lane() {
    let mut feed = Feed::new(Clock::new());
    let emitter = feed.emitter(SessionId(1));
    fill(&emitter);
    emitter.emit(connecting("a"));
    emitter.emit(stopped());
    let events = take(&mut feed);
    assert_eq!(
        events[events.len() - 2..],
        [(1, connecting("a")), (1, stopped())]
    );
}

#[tokio::test]
async fn nothing_follows_the_end_of_a_session() {
    let mut feed = Feed::new(Clock::new());
    let emitter = feed.emitter(SessionId(1));
    emitter.emit(stopped());
    emitter.emit(connecting("a"));
    emitter.emit(stopped());
    assert_eq!(take(&mut feed), [(1, stopped())]);
    emitter.emit(connecting("b"));
    assert_eq!(take(&mut feed), []);
}

#[tokio::test]
async fn what_a_session_said_last_is_kept_until_it_is_taken() {
    let mut feed = Feed::new(Clock::new());
    let emitter = feed.emitter(SessionId(1));
    emitter.emit(stopped());
    drop(emitter);
    assert_eq!(take(&mut feed), [(1, stopped())]);
}

/// Writes the bytes 0, 1, 2 … 250, 0, 1 … until the system takes nothing more for a while, though
/// it takes at least so many.
async fn write_until_slowed(peer: &mut TcpStream, at_least: usize) -> usize {
    let chunk: Vec<u8> = (0..251u8).cycle().take(251 * 256).collect();
    let mut taken = 0;
    loop {
        let from = taken % chunk.len();
        let writing = peer.write(&chunk[from..]);
        match tokio::time::timeout(Duration::from_millis(300), writing).await {
            Ok(n) => taken += n.unwrap(),
            Err(_) if taken >= at_least => return taken,
            Err(_) => {}
        }
        assert!(taken < 256 << 20, "the sender is never slowed");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_nobody_watches_a_tcp_sender_is_slowed_and_nothing_is_lost() {
    let mut watch = Watch::start(spec(Protocol::Tcp, Side::Server, (Ipv4Addr::LOCALHOST, 0)));
    let address = watch.listening().await;
    let mut peer = TcpStream::connect(address).await.unwrap();
    watch.opened(1).await;
    let taken = write_until_slowed(&mut peer, LANE + (64 << 10)).await;
    watch.drain();
    let waiting = watch.all_received().len();
    assert!(
        (LANE..LANE + 8192).contains(&waiting),
        "{waiting} bytes waited"
    );
    peer.shutdown().await.unwrap();
    watch.word("finished").await;
    let all = watch.all_received();
    assert_eq!(all.len(), taken);
    let exact = all
        .iter()
        .enumerate()
        .all(|(n, byte)| usize::from(*byte) == n % 251);
    assert!(exact, "the bytes are those that were sent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_nobody_watches_an_echo_is_slowed_too_and_a_stop_is_not() {
    let mut watch = Watch::start(Spec {
        scene: Scene::Echo,
        ..spec(Protocol::Tcp, Side::Server, (Ipv4Addr::LOCALHOST, 0))
    });
    let address = watch.listening().await;
    let mut peer = TcpStream::connect(address).await.unwrap();
    watch.opened(1).await;
    write_until_slowed(&mut peer, LANE / 2 + (64 << 10)).await;
    watch.drain();
    let (received, sent) = (watch.all_received().len(), watch.all_sent().len());
    assert!(
        received + sent < LANE + (64 << 10),
        "{received} and {sent} bytes waited"
    );
    let began = Instant::now();
    watch.stop();
    let (.., outcome) = watch.stopped().await;
    assert_quick(began);
    assert_eq!(outcome, Outcome::Done);
}

#[tokio::test]
async fn a_session_on_its_way_out_needs_no_watcher() {
    let mut feed = Feed::new(Clock::new());
    let emitter = feed.emitter(SessionId(1));
    fill(&emitter);
    let spec = spec(Protocol::Udp, Side::Server, (Ipv4Addr::LOCALHOST, 0));
    let handle = netplay::net::start(spec, emitter);
    handle.stop();
    let end = async {
        loop {
            if let Some((_, EventKind::Stopped { .. })) = take(&mut feed).last() {
                return;
            }
            feed.ready().await;
        }
    };
    soon("the end", end).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_stopped_takes_no_more_than_there_is_room_for() {
    let mut feed = Feed::new(Clock::new());
    let emitter = feed.emitter(SessionId(1));
    let mut spec = spec(Protocol::Http, Side::Server, (Ipv4Addr::LOCALHOST, 0));
    // With so many requests waiting it reads no more until it is stopped.
    spec.serving.delay = Duration::from_secs(60);
    let recv_size = spec.recv_size;
    let handle = netplay::net::start(spec, emitter.clone());
    let address = soon("the address", async {
        loop {
            feed.ready().await;
            for (_, kind) in take(&mut feed) {
                if let EventKind::Listening { local } = kind {
                    return local;
                }
            }
        }
    });
    let mut peer = TcpStream::connect(address.await).await.unwrap();
    let requests = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(4000);
    peer.write_all(&requests).await.unwrap();
    soon("many requests", async {
        let mut requests = 0;
        while requests < 64 {
            feed.ready().await;
            let all = take(&mut feed);
            let is_request = |kind: &EventKind| matches!(kind, EventKind::Request { .. });
            requests += all.iter().filter(|(_, kind)| is_request(kind)).count();
        }
    })
    .await;
    emitter.emit(received(vec![0; LANE - 1]));
    handle.stop();
    // To close with unread bytes is a reset, which comes when all is told.
    soon("the reset", async {
        while peer.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    let payloads = take(&mut feed)
        .into_iter()
        .filter_map(|(_, kind)| kind.data().map(Bytes::len));
    let taken = payloads.sum::<usize>() - (LANE - 1);
    assert!((1..=recv_size).contains(&taken), "{taken} bytes");
}
