//! UDP sessions on real sockets, against plain ones.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/net.rs"]
mod support;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use netplay::model::command::{Command, Target};
use netplay::model::event::{By, ConnId, EventKind, How, Outcome};
use netplay::model::failure::{FailureKind, What};
use netplay::model::spec::{Protocol, Scene, Side, Spec};
use support::{ONE, Watch, assert_quick, has_ipv6, loopbacks, soon, spec};
use tokio::net::UdpSocket;

const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn server(ip: impl Into<IpAddr>) -> Spec {
    spec(Protocol::Udp, Side::Server, (ip.into(), 0))
}

fn client(address: SocketAddr) -> Spec {
    spec(Protocol::Udp, Side::Client, address)
}

async fn serve(spec: Spec) -> (Watch, SocketAddr) {
    let mut watch = Watch::start(spec);
    let address = watch.listening().await;
    (watch, address)
}

async fn peer(ip: IpAddr) -> UdpSocket {
    UdpSocket::bind((ip, 0)).await.unwrap()
}

/// An address where nobody listens.
async fn closed_port(ip: IpAddr) -> SocketAddr {
    peer(ip).await.local_addr().unwrap()
}

/// A server and a plain socket that it has heard.
async fn heard(change: impl FnOnce(Spec) -> Spec) -> (Watch, UdpSocket) {
    let (mut watch, address) = serve(change(server(LOCAL))).await;
    let peer = peer(LOCAL).await;
    peer.connect(address).await.unwrap();
    peer.send(b"here I am").await.unwrap();
    watch.opened(1).await;
    (watch, peer)
}

fn lost(watch: &Watch) -> u64 {
    let counts = watch.events.iter().map(|event| match event.kind {
        EventKind::Lost { count, .. } => count,
        _ => 0,
    });
    counts.sum()
}

fn is_closed(kind: &EventKind, how: How, by: By) -> bool {
    matches!(kind, EventKind::Closed { how: h, by: b, .. } if (*h, *b) == (how, by))
}

async fn receive(socket: &UdpSocket) -> Vec<u8> {
    let mut buffer = vec![0; 65536];
    let (n, _) = soon("a datagram", socket.recv_from(&mut buffer))
        .await
        .unwrap();
    buffer.truncate(n);
    buffer
}

#[tokio::test]
async fn a_server_knows_a_peer_from_its_first_datagram_over_ipv4_and_ipv6() {
    for ip in loopbacks() {
        let (mut watch, address) = serve(server(ip)).await;
        let peer = peer(ip).await;
        peer.send_to(b"hi there", address).await.unwrap();
        assert_eq!(watch.opened(1).await, peer.local_addr().unwrap());
        watch.received(ONE, b"hi there").await;
        watch.send("good morning");
        assert_eq!(receive(&peer).await, b"good morning");
        watch.sent(12).await;
        watch.stop();
        assert_eq!(watch.stopped().await, (8, 12, 1, Outcome::Done));
        assert_eq!(
            watch.words(),
            [
                "listening",
                "opened",
                "received",
                "sent",
                "closed",
                "stopped"
            ]
        );
    }
}

#[tokio::test]
async fn a_client_is_ready_at_once_and_knows_its_peer_when_that_answers() {
    for ip in loopbacks() {
        let peer = peer(ip).await;
        let mut watch = Watch::start(client(peer.local_addr().unwrap()));
        watch.word("ready").await;
        watch.send("ping");
        let mut buffer = [0; 16];
        let (n, from) = soon("ping", peer.recv_from(&mut buffer)).await.unwrap();
        assert_eq!(&buffer[..n], b"ping");
        peer.send_to(b"pong", from).await.unwrap();
        watch.received(ONE, b"pong").await;
        watch.stop();
        assert_eq!(watch.stopped().await, (4, 4, 1, Outcome::Done));
        assert_eq!(
            watch.words(),
            ["ready", "sent", "opened", "received", "closed", "stopped"]
        );
    }
}

#[tokio::test]
async fn a_server_on_all_addresses_answers_ipv4_and_ipv6_and_shows_plain_addresses() {
    if !has_ipv6() {
        return;
    }
    let (mut watch, address) = serve(Spec {
        scene: Scene::Echo,
        ..server("::".parse::<IpAddr>().unwrap())
    })
    .await;
    for (n, ip) in loopbacks().into_iter().enumerate() {
        let peer = peer(ip).await;
        peer.send_to(b"hi", (ip, address.port())).await.unwrap();
        assert_eq!(receive(&peer).await, b"hi");
        assert_eq!(watch.opened(n + 1).await, peer.local_addr().unwrap());
    }
}

#[tokio::test]
async fn datagrams_keep_their_borders_and_one_that_is_too_long_is_cut_and_told() {
    let (mut watch, peer) = heard(|spec| Spec {
        recv_size: 9,
        ..spec
    })
    .await;
    for text in ["a", "bc", "exactly 9", "0123456789ab"] {
        peer.send(text.as_bytes()).await.unwrap();
    }
    watch.received(ONE, b"012345678").await;
    assert_eq!(
        watch.pieces(),
        ["here I am", "a", "bc", "exactly 9", "012345678"]
    );
    let cuts: Vec<u32> = watch
        .events
        .iter()
        .filter_map(|event| match event.kind {
            EventKind::Received { cut, .. } => Some(cut),
            _ => None,
        })
        .collect();
    assert_eq!(cuts, [0, 0, 0, 0, 3]);
}

#[tokio::test]
async fn an_empty_datagram_is_a_message_both_ways() {
    let (mut watch, peer) = heard(|spec| spec).await;
    peer.send(b"").await.unwrap();
    watch
        .nth("the empty one", 2, |kind| kind.word() == "received")
        .await;
    assert_eq!(watch.pieces()[1], "");
    watch.send("");
    assert_eq!(receive(&peer).await, b"");
    watch.nth("sent", 1, |kind| kind.word() == "sent").await;
}

#[tokio::test]
async fn a_datagram_too_large_to_send_is_refused_with_limit_and_size_and_the_longest_goes() {
    for ip in loopbacks() {
        let longest = if ip.is_ipv4() { 65_507 } else { 65_527 };
        let peer = peer(ip).await;
        let mut watch = Watch::start(client(peer.local_addr().unwrap()));
        watch.send(vec![b'x'; longest + 1]);
        let failure = watch.failed().await;
        assert_eq!(
            (failure.what, failure.kind),
            (What::Send, FailureKind::TooLarge)
        );
        for number in [longest, longest + 1] {
            assert!(failure.message.contains(&number.to_string()), "{failure:?}");
        }
        watch.send(vec![b'y'; longest]);
        assert_eq!(receive(&peer).await.len(), longest);
        watch.sent(longest).await;
        assert_eq!(watch.all_sent().len(), longest);
    }
}

#[tokio::test]
async fn a_closed_port_is_told_the_socket_goes_on_and_a_server_that_comes_is_heard() {
    for ip in loopbacks() {
        let address = closed_port(ip).await;
        let mut watch = Watch::start(client(address));
        watch.send("anybody?");
        let event = watch
            .nth("refusal", 1, |kind| kind.word() == "failed")
            .await;
        let EventKind::Failed { conn, failure } = event.kind else {
            panic!();
        };
        assert_eq!((conn, failure.kind), (Some(ONE), FailureKind::Refused));
        let there = UdpSocket::bind(address).await.unwrap();
        watch.send("and now?");
        let mut buffer = [0; 64];
        let (n, from) = soon("the datagram", there.recv_from(&mut buffer))
            .await
            .unwrap();
        assert_eq!(&buffer[..n], b"and now?");
        there.send_to(b"now yes", from).await.unwrap();
        watch.received(ONE, b"now yes").await;
        watch.stop();
        let (.., outcome) = watch.stopped().await;
        assert_eq!(outcome, Outcome::Done);
    }
}

#[tokio::test]
async fn every_datagram_goes_out_though_an_earlier_one_was_refused() {
    let address = closed_port(LOCAL).await;
    let mut watch = Watch::start(client(address));
    for n in 0..20 {
        watch.send(format!("{n:02}"));
    }
    watch.sent(40).await;
    assert_eq!(
        watch.all_sent(),
        b"0001020304050607080910111213141516171819"
    );
}

#[tokio::test]
async fn after_the_end_of_input_a_client_that_was_only_refused_fails() {
    let mut watch = Watch::start(client(closed_port(LOCAL).await));
    watch.send("anybody?");
    watch.command(Command::EndOfInput);
    assert_eq!(watch.stopped().await, (0, 8, 0, Outcome::Failed));
}

#[tokio::test]
async fn after_the_end_of_input_a_client_ends_when_it_was_silent_for_a_second() {
    let there = peer(LOCAL).await;
    let mut watch = Watch::start(client(there.local_addr().unwrap()));
    watch.send("question");
    watch.command(Command::EndOfInput);
    let mut buffer = [0; 64];
    let (_, from) = soon("the question", there.recv_from(&mut buffer))
        .await
        .unwrap();
    there.send_to(b"first answer", from).await.unwrap();
    watch.received(ONE, b"first answer").await;
    let answered = Instant::now();
    assert_eq!(watch.stopped().await, (12, 8, 1, Outcome::Done));
    assert!(
        answered.elapsed() > Duration::from_millis(900),
        "{:?}",
        answered.elapsed()
    );
    watch
        .nth("closed", 1, |kind| is_closed(kind, How::Finished, By::Us))
        .await;
}

#[tokio::test]
async fn a_client_that_nobody_answers_ends_in_order_as_udp_confirms_nothing() {
    let there = peer(LOCAL).await;
    let mut watch = Watch::start(client(there.local_addr().unwrap()));
    watch.send("into the dark");
    watch.command(Command::EndOfInput);
    assert_eq!(watch.stopped().await, (0, 13, 0, Outcome::Done));
    assert_eq!(watch.words(), ["ready", "sent", "stopped"]);
}

#[tokio::test]
async fn a_server_sends_to_all_it_has_heard_or_to_the_one_that_is_picked() {
    let (mut watch, first) = heard(|spec| spec).await;
    let second = peer(LOCAL).await;
    let address = first.peer_addr().unwrap();
    second.send_to(b"me too", address).await.unwrap();
    watch.opened(2).await;
    watch.send_to(Target::One(ConnId(2)), "only you");
    watch.send("everybody");
    assert_eq!(receive(&second).await, b"only you");
    assert_eq!(receive(&second).await, b"everybody");
    assert_eq!(receive(&first).await, b"everybody");
}

#[tokio::test]
async fn what_is_sent_before_anybody_was_heard_is_told_as_lost() {
    let (mut watch, _) = serve(server(LOCAL)).await;
    watch.send("hello?");
    let lost = watch.word("lost").await;
    assert!(
        matches!(
            lost,
            EventKind::Lost {
                count: 1,
                bytes: 6,
                ..
            }
        ),
        "{lost:?}"
    );
}

#[tokio::test]
async fn a_server_answers_exit_and_forgets_that_peer() {
    let (mut watch, peer) = heard(|spec| spec).await;
    peer.send(
        b"Exit
",
    )
    .await
    .unwrap();
    assert_eq!(receive(&peer).await, b"Goodbye! Closing session.");
    watch
        .nth("closed", 1, |kind| is_closed(kind, How::Finished, By::Us))
        .await;
    watch.send_to(Target::One(ONE), "are you there?");
    watch.word("lost").await;
    peer.send(b"it is me again").await.unwrap();
    watch.received(ConnId(2), b"it is me again").await;
}

#[tokio::test]
async fn two_ends_say_goodbye_when_the_client_types_exit() {
    let (mut there, address) = serve(Spec {
        once: true,
        ..server(LOCAL)
    })
    .await;
    let mut here = Watch::start(client(address));
    here.send("exit");
    assert_eq!(here.stopped().await, (25, 4, 1, Outcome::Done));
    assert_eq!(here.all_received(), b"Goodbye! Closing session.");
    assert_eq!(there.stopped().await, (4, 25, 1, Outcome::Done));
}

#[tokio::test]
async fn a_client_whose_exit_finds_nobody_fails_without_waiting() {
    let began = Instant::now();
    let mut watch = Watch::start(client(closed_port(LOCAL).await));
    watch.send("exit");
    assert_eq!(watch.stopped().await, (0, 4, 0, Outcome::Failed));
    assert!(
        began.elapsed() < Duration::from_secs(3),
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test]
async fn a_peer_is_forgotten_on_order() {
    let (mut watch, _peer) = heard(|spec| spec).await;
    watch.command(Command::Close { conn: ONE });
    watch
        .nth("closed", 1, |kind| is_closed(kind, How::Stopped, By::Us))
        .await;
}

#[tokio::test]
async fn the_greeting_scene_is_one_exchange_and_both_ends_are_done() {
    for ip in loopbacks() {
        let hello = |spec| Spec {
            scene: Scene::Hello,
            ..spec
        };
        let (mut there, address) = serve(hello(server(ip))).await;
        let mut here = Watch::start(hello(client(address)));
        assert_eq!(here.stopped().await, (18, 18, 1, Outcome::Done));
        assert_eq!(here.all_received(), b"Hello from server!");
        assert_eq!(there.stopped().await, (18, 18, 1, Outcome::Done));
        assert_eq!(there.all_received(), b"Hello from client!");
    }
}

#[tokio::test]
async fn a_greeting_that_nobody_answers_fails_after_five_seconds_and_one_refused_at_once() {
    let hello = |address| Spec {
        scene: Scene::Hello,
        ..client(address)
    };
    let silent = peer(LOCAL).await;
    let mut waiting = Watch::start(hello(silent.local_addr().unwrap()));
    let mut refused = Watch::start(hello(closed_port(LOCAL).await));
    let began = Instant::now();
    assert_eq!(refused.stopped().await, (0, 18, 0, Outcome::Failed));
    assert_eq!(refused.failed().await.kind, FailureKind::Refused);
    assert_eq!(refused.count("failed"), 1);
    assert!(
        began.elapsed() < Duration::from_secs(3),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(waiting.stopped().await, (0, 18, 0, Outcome::Failed));
    assert_eq!(waiting.failed().await.kind, FailureKind::Timeout);
    assert!(
        began.elapsed() > Duration::from_millis(4900),
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test]
async fn an_echoing_server_for_one_exchange_ends_after_it() {
    let (mut watch, peer) = heard(|spec| Spec {
        scene: Scene::Echo,
        once: true,
        ..spec
    })
    .await;
    assert_eq!(receive(&peer).await, b"here I am");
    assert_eq!(watch.stopped().await, (9, 9, 1, Outcome::Done));
}

#[tokio::test]
async fn a_replying_server_answers_every_datagram() {
    let (_watch, peer) = heard(|spec| Spec {
        scene: Scene::Reply("OK".into()),
        ..spec
    })
    .await;
    for _ in 0..3 {
        assert_eq!(receive(&peer).await, b"OK");
        peer.send(b"exit").await.unwrap();
    }
}

#[tokio::test]
async fn what_a_client_is_to_say_and_turns_reach_the_peer_one_message_at_a_time() {
    let there = peer(LOCAL).await;
    let mut watch = Watch::start(Spec {
        turns: true,
        say: vec!["one".into(), "two".into()],
        ..client(there.local_addr().unwrap())
    });
    watch.send("three");
    for (n, message) in ["one", "two", "three"].into_iter().enumerate() {
        let mut buffer = [0; 64];
        let (len, from) = soon("a message", there.recv_from(&mut buffer))
            .await
            .unwrap();
        assert_eq!(&buffer[..len], message.as_bytes());
        watch.nth("sent", n + 1, |kind| kind.word() == "sent").await;
        assert_eq!(watch.count("sent"), n + 1);
        there.send_to(b"your turn", from).await.unwrap();
    }
}

#[tokio::test]
async fn only_so_many_peers_are_known_and_the_longest_silent_is_forgotten() {
    let (mut watch, first) = heard(|spec| spec).await;
    let address = first.peer_addr().unwrap();
    let mut others = Vec::new();
    for n in 2..=1025 {
        let other = peer(LOCAL).await;
        other.send_to(b"x", address).await.unwrap();
        others.push(other);
        if n == 1000 {
            // Heard again, so that the second is now the longest silent.
            watch.opened(n).await;
            first.send(b"still here").await.unwrap();
        }
    }
    let closed = watch.word("closed").await;
    assert!(
        is_closed(&closed, How::Timeout, By::Us) && closed.conn() == Some(ConnId(2)),
        "{closed:?}"
    );
    watch.stop();
    let (_, _, peers, outcome) = watch.stopped().await;
    assert_eq!((peers, outcome), (1025, Outcome::Done));
    assert_eq!(
        watch.count("closed"),
        1025,
        "each known peer is closed at the end"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_nobody_watches_all_that_is_not_kept_is_counted() {
    const COUNT: usize = 100_000;
    let (mut watch, peer) = heard(|spec| spec).await;
    let peer = peer.into_std().unwrap();
    peer.set_nonblocking(false).unwrap();
    let sending = tokio::task::spawn_blocking(move || {
        for _ in 0..COUNT {
            peer.send(&[b'x'; 100]).unwrap();
        }
    });
    soon("the flood", sending).await.unwrap();
    watch.drain();
    let kept_at_once = watch.count("received");
    assert!(
        kept_at_once < COUNT / 2,
        "the feed has a bound: {kept_at_once}"
    );
    if !cfg!(target_os = "linux") {
        return println!("skipped: only Linux tells what its receive buffer could not hold");
    }
    let total = COUNT as u64 + 1;
    watch
        .until("the count", |events| {
            let lost: u64 = events
                .iter()
                .map(|event| match event.kind {
                    EventKind::Lost { count, .. } => count,
                    _ => 0,
                })
                .sum();
            let received = events
                .iter()
                .filter(|event| event.kind.word() == "received")
                .count();
            (received as u64 + lost == total).then_some(())
        })
        .await;
    assert!(lost(&watch) > 0);
    watch.stop();
    watch.stopped().await;
    assert_eq!(watch.count("received") as u64 + lost(&watch), total);
}

// One thread, so that whoever does not give way holds up everybody.
#[tokio::test(flavor = "current_thread")]
async fn a_client_that_is_flooded_gives_way_to_all_others_and_can_be_stopped() {
    let there = std::net::UdpSocket::bind((LOCAL, 0)).unwrap();
    let mut watch = Watch::start(client(there.local_addr().unwrap()));
    watch.send("go");
    watch.sent(2).await;
    let (_, here) = there.recv_from(&mut [0; 8]).unwrap();
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let flood = std::thread::spawn(move || {
        while stopped.try_recv().is_err() {
            // Refused once the client is gone.
            let _ = there.send_to(&[b'x'; 1000], here);
        }
    });
    watch
        .nth("much", 1000, |kind| kind.word() == "received")
        .await;
    let began = Instant::now();
    watch.stop();
    watch.stopped().await;
    assert_quick(began);
    stop.send(()).unwrap();
    flood.join().unwrap();
}
