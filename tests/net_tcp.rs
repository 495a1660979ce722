//! TCP sessions on real sockets, against plain ones.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/net.rs"]
mod support;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use bytes::Bytes;
use netplay::model::command::{Command, Target};
use netplay::model::event::{By, ConnId, Event, EventKind, How, Outcome};
use netplay::model::failure::FailureKind;
use netplay::model::spec::{Protocol, Scene, Side, Spec};
use support::{ONE, Watch, assert_quick, has_ipv6, loopbacks, soon, spec};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn server(ip: impl Into<IpAddr>) -> Spec {
    spec(Protocol::Tcp, Side::Server, (ip.into(), 0))
}

fn client(address: SocketAddr) -> Spec {
    spec(Protocol::Tcp, Side::Client, address)
}

async fn serve(spec: Spec) -> (Watch, SocketAddr) {
    let mut watch = Watch::start(spec);
    let address = watch.listening().await;
    (watch, address)
}

/// A running client and the plain peer that accepted it.
async fn call(change: impl FnOnce(Spec) -> Spec) -> (Watch, TcpStream) {
    let listener = TcpListener::bind((LOCAL, 0)).await.unwrap();
    let mut watch = Watch::start(change(client(listener.local_addr().unwrap())));
    let (peer, _) = soon("accept", listener.accept()).await.unwrap();
    watch.opened(1).await;
    (watch, peer)
}

async fn read_exactly(peer: &mut TcpStream, want: &[u8]) {
    let mut got = vec![0; want.len()];
    soon("bytes", peer.read_exact(&mut got)).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&got), String::from_utf8_lossy(want));
}

async fn read_to_end(peer: &mut TcpStream) -> Vec<u8> {
    let mut got = Vec::new();
    soon("the end", peer.read_to_end(&mut got)).await.unwrap();
    got
}

fn is_closed(kind: &EventKind, how: How, by: By) -> bool {
    matches!(kind, EventKind::Closed { how: h, by: b, .. } if (*h, *b) == (how, by))
}

#[tokio::test]
async fn a_server_and_a_plain_client_talk_and_part_in_order_over_ipv4_and_ipv6() {
    for ip in loopbacks() {
        let (mut watch, address) = serve(server(ip)).await;
        let mut peer = TcpStream::connect(address).await.unwrap();
        assert_eq!(watch.opened(1).await, peer.local_addr().unwrap());
        peer.write_all(b"hi there").await.unwrap();
        watch.received(ONE, b"hi there").await;
        watch.send("good morning");
        read_exactly(&mut peer, b"good morning").await;
        drop(peer);
        watch.word("closed").await;
        watch.stop();
        assert_eq!(watch.stopped().await, (8, 12, 1, Outcome::Done));
        assert_eq!(
            watch.words(),
            [
                "listening",
                "opened",
                "received",
                "sent",
                "finished",
                "closed",
                "stopped"
            ]
        );
    }
}

#[tokio::test]
async fn a_client_and_a_plain_server_talk_and_part_in_order_over_ipv4_and_ipv6() {
    for ip in loopbacks() {
        let listener = TcpListener::bind((ip, 0)).await.unwrap();
        let mut watch = Watch::start(client(listener.local_addr().unwrap()));
        let (mut peer, _) = soon("accept", listener.accept()).await.unwrap();
        watch.opened(1).await;
        watch.send("ping");
        read_exactly(&mut peer, b"ping").await;
        peer.write_all(b"pong").await.unwrap();
        watch.received(ONE, b"pong").await;
        drop(peer);
        assert_eq!(watch.stopped().await, (4, 4, 1, Outcome::Done));
        assert_eq!(
            watch.words(),
            [
                "connecting",
                "opened",
                "sent",
                "received",
                "finished",
                "closed",
                "stopped"
            ]
        );
    }
}

#[tokio::test]
async fn a_server_on_all_addresses_serves_ipv4_and_ipv6_and_shows_plain_addresses() {
    if !has_ipv6() {
        return;
    }
    let (mut watch, address) = serve(server("::".parse::<IpAddr>().unwrap())).await;
    for (n, ip) in loopbacks().into_iter().enumerate() {
        let _peer = TcpStream::connect((ip, address.port())).await.unwrap();
        assert_eq!(watch.opened(n + 1).await.ip(), ip);
    }
}

#[tokio::test]
async fn a_server_given_a_name_listens_on_its_addresses_with_one_port() {
    let mut spec = server(LOCAL);
    spec.address.host = "localhost".to_owned();
    let (mut watch, address) = serve(spec).await;
    let _peer = TcpStream::connect(address).await.unwrap();
    watch.opened(1).await;
    for event in &watch.events {
        if let EventKind::Listening { local } = event.kind {
            assert_eq!(local.port(), address.port());
        }
    }
}

#[tokio::test]
async fn a_client_given_a_name_looks_it_up() {
    let listener = TcpListener::bind((LOCAL, 0)).await.unwrap();
    let mut spec = client(listener.local_addr().unwrap());
    spec.address.host = "localhost".to_owned();
    let name = spec.address.to_string();
    let mut watch = Watch::start(spec);
    watch.opened(1).await;
    assert_eq!(watch.events[0].kind, EventKind::Connecting { to: name });
}

#[tokio::test]
async fn each_read_is_given_the_buffer_that_was_asked_for_and_is_one_event() {
    let (mut watch, address) = serve(Spec {
        recv_size: 4,
        ..server(LOCAL)
    })
    .await;
    let mut peer = TcpStream::connect(address).await.unwrap();
    peer.write_all(b"abcdefghij").await.unwrap();
    watch.received(ONE, b"ij").await;
    assert_eq!(watch.all_received(), b"abcdefghij");
    assert!(watch.pieces().iter().all(|piece| piece.len() <= 4));
    assert_eq!(watch.pieces()[0], "abcd");
}

#[tokio::test]
async fn a_message_larger_than_any_buffer_arrives_whole_and_every_write_is_one_event() {
    let (mut watch, mut peer) = call(|spec| spec).await;
    let message: Vec<u8> = (0..3_000_000u32).map(|n| n.to_le_bytes()[1]).collect();
    watch.send(message.clone());
    let mut got = vec![0; message.len()];
    let reading = soon("the message", peer.read_exact(&mut got));
    reading.await.unwrap();
    watch.sent(message.len()).await;
    assert!(got == message && watch.all_sent() == message);
    assert!(watch.count("sent") >= 1);
    let stamps: Vec<_> = watch
        .events
        .iter()
        .filter(|e| e.kind.word() == "sent")
        .map(|e| e.at)
        .collect();
    assert!(stamps.is_sorted());
}

#[tokio::test]
async fn a_server_sends_to_all_or_to_the_one_that_is_picked() {
    let (mut watch, address) = serve(server(LOCAL)).await;
    let mut first = TcpStream::connect(address).await.unwrap();
    watch.opened(1).await;
    let mut second = TcpStream::connect(address).await.unwrap();
    watch.opened(2).await;
    watch.send_to(Target::One(ConnId(2)), "only you ");
    watch.send("everybody");
    read_exactly(&mut first, b"everybody").await;
    read_exactly(&mut second, b"only you everybody").await;
}

#[tokio::test]
async fn what_is_sent_to_nobody_is_told_as_lost() {
    let (mut watch, address) = serve(server(LOCAL)).await;
    watch.send("hello?");
    let EventKind::Lost {
        why,
        count,
        bytes,
        conn,
    } = watch.word("lost").await
    else {
        panic!();
    };
    assert_eq!(
        (why.as_str(), count, bytes, conn),
        ("not sent: nobody is connected", 1, 6, None)
    );
    let _peer = TcpStream::connect(address).await.unwrap();
    watch.opened(1).await;
    watch.send_to(Target::One(ConnId(7)), "you?");
    watch
        .nth("lost", 1, |kind| {
            kind.word() == "lost" && kind.conn() == Some(ConnId(7))
        })
        .await;
}

#[tokio::test]
async fn one_connection_is_closed_in_order_and_the_others_go_on() {
    let (mut watch, address) = serve(server(LOCAL)).await;
    let mut first = TcpStream::connect(address).await.unwrap();
    watch.opened(1).await;
    let mut second = TcpStream::connect(address).await.unwrap();
    watch.opened(2).await;
    watch.send("bye");
    watch.command(Command::Close { conn: ONE });
    assert_eq!(read_to_end(&mut first).await, b"bye");
    drop(first);
    let closed = watch.word("closed").await;
    assert!(
        is_closed(&closed, How::Stopped, By::Us) && closed.conn() == Some(ONE),
        "{closed:?}"
    );
    second.write_all(b"still here").await.unwrap();
    watch.received(ConnId(2), b"still here").await;
}

#[tokio::test]
async fn after_our_half_close_the_peer_reads_an_end_and_we_still_read_the_peer() {
    let (mut watch, mut peer) = call(|spec| spec).await;
    watch.send("that is all");
    watch.command(Command::Finish { to: Target::All });
    assert_eq!(read_to_end(&mut peer).await, b"that is all");
    watch
        .nth("our end", 1, |kind| {
            matches!(kind, EventKind::Finished { by: By::Us, .. })
        })
        .await;
    peer.write_all(b"but I go on").await.unwrap();
    watch.received(ONE, b"but I go on").await;
    watch.send("too late");
    watch.word("lost").await;
    drop(peer);
    let (.., outcome) = watch.stopped().await;
    assert_eq!(outcome, Outcome::Done);
    watch
        .nth("closed", 1, |kind| is_closed(kind, How::Finished, By::Us))
        .await;
}

#[tokio::test]
async fn after_the_peers_half_close_what_is_due_is_sent_before_our_side_closes() {
    let (mut watch, address) = serve(Spec {
        scene: Scene::Echo,
        ..server(LOCAL)
    })
    .await;
    let mut peer = TcpStream::connect(address).await.unwrap();
    peer.write_all(b"echo me").await.unwrap();
    peer.shutdown().await.unwrap();
    assert_eq!(read_to_end(&mut peer).await, b"echo me");
    watch
        .nth("closed", 1, |kind| is_closed(kind, How::Finished, By::Peer))
        .await;
}

#[tokio::test]
async fn kept_open_our_side_can_still_send_after_the_peer_has_finished() {
    let (mut watch, mut peer) = call(|spec| Spec {
        keep_open: true,
        ..spec
    })
    .await;
    peer.shutdown().await.unwrap();
    watch
        .nth("its end", 1, |kind| {
            matches!(kind, EventKind::Finished { by: By::Peer, .. })
        })
        .await;
    watch.send("still talking");
    read_exactly(&mut peer, b"still talking").await;
    watch.command(Command::Finish { to: Target::All });
    assert_eq!(read_to_end(&mut peer).await, b"");
    watch.command(Command::Close { conn: ONE });
    let (.., outcome) = watch.stopped().await;
    assert_eq!(outcome, Outcome::Done);
}

#[tokio::test]
async fn a_server_answers_exit_closes_that_connection_and_goes_on_listening() {
    let (mut watch, address) = serve(server(LOCAL)).await;
    let mut peer = TcpStream::connect(address).await.unwrap();
    peer.write_all(b" EXIT\r\n").await.unwrap();
    assert_eq!(
        read_to_end(&mut peer).await,
        b"Goodbye! Closing connection."
    );
    drop(peer);
    watch
        .nth("closed", 1, |kind| is_closed(kind, How::Finished, By::Us))
        .await;
    let _next = TcpStream::connect(address).await.unwrap();
    watch.opened(2).await;
}

#[tokio::test]
async fn the_last_words_survive_though_the_peer_goes_on_sending() {
    let (mut watch, address) = serve(server(LOCAL)).await;
    let mut peer = TcpStream::connect(address).await.unwrap();
    peer.write_all(b"exit").await.unwrap();
    watch.sent(28).await;
    peer.write_all(&vec![b'x'; 100_000]).await.unwrap();
    peer.shutdown().await.unwrap();
    assert_eq!(
        read_to_end(&mut peer).await,
        b"Goodbye! Closing connection."
    );
    watch.word("closed").await;
    assert_eq!(watch.all_received().len(), 100_004);
}

#[tokio::test]
async fn two_ends_say_goodbye_when_the_client_types_exit() {
    let (mut there, address) = serve(Spec {
        once: true,
        ..server(LOCAL)
    })
    .await;
    let mut here = Watch::start(client(address));
    here.opened(1).await;
    here.send("hi");
    there.received(ONE, b"hi").await;
    here.send("exit");
    assert_eq!(here.stopped().await, (28, 6, 1, Outcome::Done));
    assert_eq!(here.all_received(), b"Goodbye! Closing connection.");
    assert_eq!(there.stopped().await, (6, 28, 1, Outcome::Done));
}

#[tokio::test]
async fn a_server_that_types_exit_sends_it_and_closes_its_targets() {
    let (mut there, address) = serve(server(LOCAL)).await;
    let mut here = Watch::start(client(address));
    there.opened(1).await;
    there.send("exit");
    assert_eq!(here.stopped().await, (4, 0, 1, Outcome::Done));
    there
        .nth("closed", 1, |kind| is_closed(kind, How::Finished, By::Us))
        .await;
}

#[tokio::test]
async fn the_greeting_scene_is_one_exchange_and_both_ends_are_done() {
    let hello = |spec| Spec {
        scene: Scene::Hello,
        ..spec
    };
    let (mut there, address) = serve(hello(server(LOCAL))).await;
    // Somebody who says nothing does not count.
    drop(TcpStream::connect(address).await.unwrap());
    there.word("closed").await;
    let mut here = Watch::start(hello(client(address)));
    assert_eq!(here.stopped().await, (18, 18, 1, Outcome::Done));
    assert_eq!(here.all_received(), b"Hello from server!");
    assert_eq!(there.stopped().await, (18, 18, 2, Outcome::Done));
    assert_eq!(there.all_received(), b"Hello from client!");
}

#[tokio::test]
async fn a_greeting_without_an_answer_fails_after_five_seconds() {
    let began = Instant::now();
    let (mut watch, _peer) = call(|spec| Spec {
        scene: Scene::Hello,
        ..spec
    })
    .await;
    let failure = watch.failed().await;
    assert_eq!(failure.kind, FailureKind::Timeout);
    assert!(
        began.elapsed() >= Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
    let (.., outcome) = watch.stopped().await;
    assert_eq!(outcome, Outcome::Failed);
    watch
        .nth("closed", 1, |kind| is_closed(kind, How::Timeout, By::Us))
        .await;
}

#[tokio::test]
async fn a_greeting_that_is_hung_up_on_fails_at_once() {
    let (mut watch, peer) = call(|spec| Spec {
        scene: Scene::Hello,
        ..spec
    })
    .await;
    watch.sent(18).await;
    let mut peer = peer;
    read_exactly(&mut peer, b"Hello from client!").await;
    drop(peer);
    let (.., outcome) = watch.stopped().await;
    assert_eq!(outcome, Outcome::Failed);
    assert_eq!(watch.failed().await.kind, FailureKind::Other);
}

#[tokio::test]
async fn a_replying_server_answers_every_read_with_its_text() {
    let (_watch, address) = serve(Spec {
        scene: Scene::Reply("OK\n".into()),
        ..server(LOCAL)
    })
    .await;
    let mut peer = TcpStream::connect(address).await.unwrap();
    for _ in 0..3 {
        peer.write_all(b"exit").await.unwrap();
        read_exactly(&mut peer, b"OK\n").await;
    }
}

#[tokio::test]
async fn a_server_for_one_connection_refuses_others_and_ends_with_it() {
    let (mut watch, address) = serve(Spec {
        once: true,
        ..server(LOCAL)
    })
    .await;
    let peer = TcpStream::connect(address).await.unwrap();
    watch.opened(1).await;
    soon("refusal", async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    drop(peer);
    let (.., outcome) = watch.stopped().await;
    assert_eq!(outcome, Outcome::Done);
}

#[tokio::test]
async fn what_a_client_is_to_say_and_turns_reach_the_peer_one_message_at_a_time() {
    let (mut watch, mut peer) = call(|spec| Spec {
        turns: true,
        say: vec!["one".into(), "two".into()],
        ..spec
    })
    .await;
    watch.send("three");
    for message in ["one", "two", "three"] {
        watch
            .until("the message", |events| {
                support::payload(events, "sent", None)
                    .ends_with(message.as_bytes())
                    .then_some(())
            })
            .await;
        read_exactly(&mut peer, message.as_bytes()).await;
        peer.write_all(b"your turn").await.unwrap();
    }
    assert_eq!(watch.count("sent"), 3);
}

#[tokio::test]
async fn what_is_held_for_a_turn_that_never_comes_is_told_as_lost() {
    let (mut watch, peer) = call(|spec| Spec {
        turns: true,
        ..spec
    })
    .await;
    watch.send("mine");
    watch.send("held");
    watch.sent(4).await;
    let mut peer = peer;
    read_exactly(&mut peer, b"mine").await;
    drop(peer);
    let (.., outcome) = watch.stopped().await;
    assert_eq!(outcome, Outcome::Done);
    let lost = watch.word("lost").await;
    assert!(
        matches!(
            lost,
            EventKind::Lost {
                count: 1,
                bytes: 4,
                ..
            }
        ),
        "{lost:?}"
    );
}

#[tokio::test]
async fn the_end_of_input_finishes_a_client_after_what_was_ordered() {
    let (mut watch, mut peer) = call(|spec| spec).await;
    watch.send("last line");
    watch.command(Command::EndOfInput);
    assert_eq!(read_to_end(&mut peer).await, b"last line");
    peer.write_all(b"answer").await.unwrap();
    watch.received(ONE, b"answer").await;
    drop(peer);
    assert_eq!(watch.stopped().await, (6, 9, 1, Outcome::Done));
}

#[tokio::test]
async fn a_server_goes_on_after_the_end_of_input() {
    let (mut watch, address) = serve(server(LOCAL)).await;
    watch.command(Command::EndOfInput);
    let _peer = TcpStream::connect(address).await.unwrap();
    watch.opened(1).await;
}

#[tokio::test]
async fn what_is_ordered_before_the_connection_is_there_is_sent_when_it_is() {
    let listener = TcpListener::bind((LOCAL, 0)).await.unwrap();
    let watch = Watch::start(client(listener.local_addr().unwrap()));
    watch.send("early bird");
    let (mut peer, _) = soon("accept", listener.accept()).await.unwrap();
    read_exactly(&mut peer, b"early bird").await;
}

#[tokio::test]
async fn a_waiting_client_connects_when_the_server_comes() {
    let address = {
        let listener = TcpListener::bind((LOCAL, 0)).await.unwrap();
        listener.local_addr().unwrap()
    };
    let mut watch = Watch::start(Spec {
        wait: true,
        ..client(address)
    });
    watch.word("waiting").await;
    let listener = TcpListener::bind(address).await.unwrap();
    watch.opened(1).await;
    drop(listener);
    assert_eq!(watch.words(), ["connecting", "waiting", "opened"]);
}

#[tokio::test]
async fn dropping_the_handle_stops_the_session() {
    let (mut watch, address) = serve(server(LOCAL)).await;
    let mut peer = TcpStream::connect(address).await.unwrap();
    watch.opened(1).await;
    watch.handle = None;
    assert_eq!(read_to_end(&mut peer).await, b"");
    let (.., outcome) = watch.stopped().await;
    assert_eq!(outcome, Outcome::Done);
    watch
        .nth("closed", 1, |kind| is_closed(kind, How::Stopped, By::Us))
        .await;
}

#[tokio::test]
async fn what_was_ordered_just_before_a_stop_is_still_sent() {
    let (mut watch, mut peer) = call(|spec| spec).await;
    watch.send("last ");
    watch.send("words");
    watch.stop();
    assert_eq!(read_to_end(&mut peer).await, b"last words");
    watch.stopped().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_clients_at_once_are_served_and_stopped_in_well_under_a_second() {
    const CLIENTS: usize = 500;
    let (mut watch, address) = serve(Spec {
        scene: Scene::Echo,
        ..server(LOCAL)
    })
    .await;
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..CLIENTS {
        tasks.spawn(async move {
            let mut peer = TcpStream::connect(address).await.unwrap();
            let message = format!("client {n:03}");
            peer.write_all(message.as_bytes()).await.unwrap();
            read_exactly(&mut peer, message.as_bytes()).await;
            peer
        });
    }
    let mut peers = Vec::new();
    while let Some(peer) = soon("all clients", tasks.join_next()).await {
        peers.push(peer.unwrap());
    }
    watch.opened(CLIENTS).await;
    watch.send("to all");
    for peer in &mut peers {
        read_exactly(peer, b"to all").await;
    }
    let began = Instant::now();
    watch.stop();
    let total = CLIENTS as u64;
    assert_eq!(
        watch.stopped().await,
        (total * 10, total * 16, total, Outcome::Done)
    );
    assert_quick(began);
    assert_eq!(watch.count("closed"), CLIENTS);
}

// One thread, so that whoever does not give way holds up everybody.
#[tokio::test(flavor = "current_thread")]
async fn a_connection_that_never_runs_dry_gives_way_to_all_others() {
    let (mut watch, address) = serve(server(LOCAL)).await;
    let flood = std::thread::spawn(move || {
        let mut peer = std::net::TcpStream::connect(address).unwrap();
        let chunk = vec![b'x'; 1 << 20];
        while std::io::Write::write_all(&mut peer, &chunk).is_ok() {}
    });
    watch.received(ONE, b"xxxx").await;
    let mut second = TcpStream::connect(address).await.unwrap();
    second.write_all(b"me too").await.unwrap();
    watch.received(ConnId(2), b"me too").await;
    let began = Instant::now();
    watch.stop();
    watch.stopped().await;
    assert_quick(began);
    flood.join().unwrap();
}

#[tokio::test]
async fn what_follows_a_flood_is_told_of_though_it_is_one_byte() {
    const FLOOD: usize = 16 << 20;
    let (mut watch, address) = serve(server(LOCAL)).await;
    let flood = std::thread::spawn(move || {
        let mut peer = std::net::TcpStream::connect(address).unwrap();
        std::io::Write::write_all(&mut peer, &vec![b'x'; FLOOD]).unwrap();
        peer
    });
    let came = |events: &[Event], least: usize| {
        let bytes = events.iter().filter_map(|event| event.kind.data());
        (bytes.map(Bytes::len).sum::<usize>() >= least).then_some(())
    };
    watch.until("the flood", |events| came(events, FLOOD)).await;
    let mut peer = flood.join().unwrap();
    std::io::Write::write_all(&mut peer, b"!").unwrap();
    watch
        .until("one more", |events| came(events, FLOOD + 1))
        .await;
    assert_eq!(watch.pieces().last().unwrap(), "!");
}

#[tokio::test]
async fn a_buffer_of_no_bytes_is_taken_as_one_byte() {
    let (mut watch, address) = serve(Spec {
        recv_size: 0,
        ..server(LOCAL)
    })
    .await;
    let mut peer = TcpStream::connect(address).await.unwrap();
    peer.write_all(b"abc").await.unwrap();
    watch.received(ONE, b"c").await;
    assert_eq!(watch.pieces(), ["a", "b", "c"]);
}
