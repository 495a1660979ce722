//! Sockets that fail: each fault has its step, its kind, and words that name address, port and
//! protocol; what was received and the other sessions stay.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/net.rs"]
mod support;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use netplay::model::command::Command;
use netplay::model::event::{By, ConnId, EventKind, How, Outcome};
use netplay::model::failure::{Failure, FailureKind, Holder, What};
use netplay::model::spec::{Protocol, Scene, Side, Spec};
use netplay::net::{self, Refused};
use support::{ONE, Watch, assert_quick, loopbacks, soon, spec};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream, UdpSocket};

const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const SOCKETS: [Protocol; 2] = [Protocol::Tcp, Protocol::Udp];

/// The one failure of a session that cannot even begin.
async fn failure_of(spec: Spec) -> Failure {
    let mut watch = Watch::start(spec);
    assert_eq!(watch.stopped().await, (0, 0, 0, Outcome::Failed));
    assert_eq!(watch.count("failed"), 1);
    let failure = watch.failed().await;
    for line in failure.message.lines().chain(failure.hint.lines()) {
        assert!(line.chars().count() <= 80, "{line}");
    }
    failure
}

async fn serve(change: impl FnOnce(Spec) -> Spec) -> (Watch, SocketAddr) {
    let mut watch = Watch::start(change(spec(Protocol::Tcp, Side::Server, (LOCAL, 0))));
    let address = watch.listening().await;
    (watch, address)
}

/// Closes with a reset.
fn reset(peer: TcpStream) {
    peer.set_zero_linger().unwrap();
    drop(peer);
}

/// Writes until the system takes nothing more for a while; how many bytes it took.
async fn fill(peer: &mut TcpStream) -> usize {
    let mut taken = 0;
    let chunk = vec![b'x'; 64 << 10];
    while let Ok(n) = tokio::time::timeout(Duration::from_millis(300), peer.write(&chunk)).await {
        taken += n.unwrap();
        assert!(taken < 256 << 20, "the sender is never slowed");
    }
    taken
}

#[tokio::test]
async fn a_port_in_use_names_its_holder_and_the_next_free_port() {
    for protocol in SOCKETS {
        for ip in loopbacks() {
            let (address, _holder): (_, Box<dyn Send>) = if protocol == Protocol::Tcp {
                let listener = TcpListener::bind((ip, 0)).await.unwrap();
                (listener.local_addr().unwrap(), Box::new(listener))
            } else {
                let socket = UdpSocket::bind((ip, 0)).await.unwrap();
                (socket.local_addr().unwrap(), Box::new(socket))
            };
            let failure = failure_of(spec(protocol, Side::Server, address)).await;
            assert_eq!(
                (failure.what, failure.kind),
                (What::Bind, FailureKind::AddressInUse)
            );
            assert!(
                failure.message.contains(&address.to_string()),
                "{failure:?}"
            );
            if cfg!(target_os = "linux") {
                assert_eq!(failure.holder, Some(Holder::Ourselves));
            }
            let free = net::next_free_port(protocol, address).unwrap();
            assert!(
                free > address.port() && failure.hint.contains("next free port"),
                "{failure:?}"
            );
        }
    }
}

/// Only Linux tells of it.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_port_that_only_old_connections_hold_is_told_so() {
    // As most small scripts do it, without SO_REUSEADDR.
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(false).unwrap();
    socket.bind((LOCAL, 0).into()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut client = TcpStream::connect(address).await.unwrap();
    let (mut server, _) = listener.accept().await.unwrap();
    // Who closes first is left in TIME_WAIT.
    server.shutdown().await.unwrap();
    assert_eq!(client.read(&mut [0]).await.unwrap(), 0);
    client.shutdown().await.unwrap();
    assert_eq!(server.read(&mut [0]).await.unwrap(), 0);
    drop((server, client, listener));
    let failure = failure_of(spec(Protocol::Tcp, Side::Server, address)).await;
    assert_eq!(failure.kind, FailureKind::AddressInUse);
    assert_eq!(failure.holder, Some(Holder::TimeWait { connections: 1 }));
    assert!(failure.message.contains("TIME_WAIT"), "{failure:?}");
    assert!(failure.hint.contains("wait a minute"), "{failure:?}");
}

#[tokio::test]
async fn an_address_that_is_not_ours_lists_those_that_are() {
    for protocol in SOCKETS {
        let failure = failure_of(spec(
            protocol,
            Side::Server,
            (Ipv4Addr::new(203, 0, 113, 7), 0),
        ))
        .await;
        assert_eq!(
            (failure.what, failure.kind),
            (What::Bind, FailureKind::AddressNotAvailable)
        );
        assert!(failure.message.contains("203.0.113.7"), "{failure:?}");
        assert!(
            !net::own_addresses().is_empty() && failure.hint.contains("yours are"),
            "{failure:?}"
        );
    }
}

#[tokio::test]
async fn a_port_below_1024_without_rights_proposes_another() {
    if std::net::TcpListener::bind((LOCAL, 81)).is_ok() {
        return println!("skipped: this user may bind ports below 1024");
    }
    for protocol in SOCKETS {
        let failure = failure_of(spec(protocol, Side::Server, (LOCAL, 81))).await;
        assert_eq!(
            (failure.what, failure.kind),
            (What::Bind, FailureKind::PermissionDenied)
        );
        assert!(failure.hint.contains("8080"), "{failure:?}");
    }
}

#[tokio::test]
async fn an_unknown_name_is_told_within_the_limit() {
    for protocol in SOCKETS {
        for side in Side::ALL {
            let mut spec = Spec::new(protocol, side);
            spec.address.host = "does-not-exist.invalid".to_owned();
            let failure = failure_of(spec).await;
            assert_eq!(
                (failure.what, failure.kind),
                (What::Resolve, FailureKind::UnknownHost)
            );
            assert!(
                failure.message.contains("does-not-exist.invalid"),
                "{failure:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_target_that_is_none_is_told_before_anything_is_sent() {
    for protocol in SOCKETS {
        for (target, hint) in [
            ("0.0.0.0:80", "127.0.0.1"),
            ("[::]:80", "::1"),
            ("127.0.0.1:0", "port"),
        ] {
            let failure = failure_of(spec(
                protocol,
                Side::Client,
                target.parse::<SocketAddr>().unwrap(),
            ))
            .await;
            assert_eq!(
                (failure.what, failure.kind),
                (What::Connect, FailureKind::BadTarget)
            );
            assert!(failure.hint.contains(hint), "{failure:?}");
        }
    }
}

#[tokio::test]
async fn a_refused_client_is_told_that_nobody_listens_there() {
    for ip in loopbacks() {
        let address = TcpListener::bind((ip, 0))
            .await
            .unwrap()
            .local_addr()
            .unwrap();
        let failure = failure_of(spec(Protocol::Tcp, Side::Client, address)).await;
        assert_eq!(
            (failure.what, failure.kind),
            (What::Connect, FailureKind::Refused)
        );
        assert!(
            failure.message.contains(&address.to_string()),
            "{failure:?}"
        );
    }
}

#[tokio::test]
async fn what_was_ordered_but_never_connected_is_told_as_lost() {
    let address = TcpListener::bind((LOCAL, 0))
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let mut watch = Watch::start(spec(Protocol::Tcp, Side::Client, address));
    watch.send("hello?");
    watch.stopped().await;
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
async fn a_client_that_gets_no_answer_can_be_stopped_at_once() {
    // A full listen queue drops what knocks, as a silent firewall does.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((LOCAL, 0).into()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut queued = Vec::new();
    let full = async {
        while let Ok(peer) =
            tokio::time::timeout(Duration::from_millis(300), TcpStream::connect(address)).await
        {
            queued.push(peer.unwrap());
            assert!(queued.len() < 100, "the listen queue has no end");
        }
    };
    soon("the queue", full).await;
    let mut watch = Watch::start(spec(Protocol::Tcp, Side::Client, address));
    watch.word("connecting").await;
    let began = Instant::now();
    watch.stop();
    assert_eq!(watch.stopped().await, (0, 0, 0, Outcome::Done));
    assert_quick(began);
}

#[tokio::test]
async fn a_reset_is_the_fault_of_one_connection_and_what_was_received_stays() {
    let (mut watch, address) = serve(|spec| spec).await;
    let mut bad = TcpStream::connect(address).await.unwrap();
    watch.opened(1).await;
    let mut good = TcpStream::connect(address).await.unwrap();
    watch.opened(2).await;
    bad.write_all(b"famous last words").await.unwrap();
    watch.received(ONE, b"famous last words").await;
    reset(bad);
    let closed = watch.word("closed").await;
    let want = EventKind::Closed {
        conn: ONE,
        how: How::Reset,
        by: By::Peer,
        received: 17,
        sent: 0,
    };
    assert_eq!(closed, want);
    assert_eq!(watch.failed().await.kind, FailureKind::Reset);
    good.write_all(b"never mind").await.unwrap();
    watch.received(ConnId(2), b"never mind").await;
    watch.stop();
    let (.., outcome) = watch.stopped().await;
    assert_eq!(outcome, Outcome::Done);
}

#[tokio::test]
async fn a_client_whose_connection_is_reset_fails() {
    let listener = TcpListener::bind((LOCAL, 0)).await.unwrap();
    let mut watch = Watch::start(spec(
        Protocol::Tcp,
        Side::Client,
        listener.local_addr().unwrap(),
    ));
    let (mut peer, _) = soon("accept", listener.accept()).await.unwrap();
    watch.opened(1).await;
    peer.write_all(b"before the end").await.unwrap();
    watch.received(ONE, b"before the end").await;
    reset(peer);
    assert_eq!(watch.stopped().await, (14, 0, 1, Outcome::Failed));
    let failure = watch.failed().await;
    assert_eq!(
        (failure.what, failure.kind),
        (What::Receive, FailureKind::Reset)
    );
    assert_eq!(watch.words()[3..], ["failed", "closed", "stopped"]);
}

#[tokio::test]
async fn writing_to_a_peer_that_is_gone_ends_the_connection_as_reset() {
    let (mut watch, address) = serve(|spec| Spec {
        keep_open: true,
        ..spec
    })
    .await;
    let peer = TcpStream::connect(address).await.unwrap();
    watch.opened(1).await;
    drop(peer);
    watch.word("finished").await;
    // The first write after the peer's close succeeds; the reset comes as its answer.
    watch.send("anybody?");
    watch.sent(8).await;
    let handle = watch.handle.take().unwrap();
    let keep_sending = async {
        loop {
            let to = netplay::model::command::Target::All;
            let data = "hello?".into();
            handle.command(Command::Send { to, data }).await.unwrap();
            tokio::task::yield_now().await;
        }
    };
    let closed = tokio::select! {
        closed = watch.word("closed") => closed,
        () = keep_sending => unreachable!("it never ends"),
    };
    assert!(
        matches!(
            closed,
            EventKind::Closed {
                how: How::Reset,
                ..
            }
        ),
        "{closed:?}"
    );
}

#[tokio::test]
async fn a_peer_that_never_reads_is_told_of_holds_nobody_up_and_does_not_delay_a_stop() {
    let (mut watch, address) = serve(|spec| spec).await;
    let _deaf = TcpStream::connect(address).await.unwrap();
    watch.opened(1).await;
    let mut other = TcpStream::connect(address).await.unwrap();
    watch.opened(2).await;
    let one = netplay::model::command::Target::One(ONE);
    // More than the system takes, then all that may wait here.
    watch.send_to(one, vec![b'x'; 64 << 20]);
    let failure = watch.failed().await;
    assert_eq!(
        (failure.what, failure.kind),
        (What::Send, FailureKind::NotReading)
    );
    assert!(failure.message.contains("wait here"), "{failure:?}");
    let data = bytes::Bytes::from_static(b"one more");
    let full = watch.handle().try_command(Command::Send { to: one, data });
    assert_eq!(full, Err(Refused::Full));
    // The other direction, and the other connection, go on.
    other.write_all(b"I do read").await.unwrap();
    watch.received(ConnId(2), b"I do read").await;
    assert_eq!(watch.count("failed"), 1, "told once");
    let began = Instant::now();
    watch.stop();
    watch.stopped().await;
    assert_quick(began);
    assert!(watch.count("lost") == 1, "what was not sent is told");
}

#[tokio::test]
async fn a_peer_that_never_reads_can_be_closed() {
    let (mut watch, address) = serve(|spec| spec).await;
    let _deaf = TcpStream::connect(address).await.unwrap();
    watch.opened(1).await;
    watch.send(vec![b'x'; 64 << 20]);
    watch.word("sent").await;
    watch.command(Command::Close { conn: ONE });
    let closed = watch.word("closed").await;
    assert!(
        matches!(
            closed,
            EventKind::Closed {
                how: How::Stopped,
                by: By::Us,
                ..
            }
        ),
        "{closed:?}"
    );
    assert_eq!(watch.count("lost"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_peers_that_never_read_do_not_delay_a_stop() {
    const PEERS: usize = 200;
    let (mut watch, address) = serve(|spec| spec).await;
    let mut deaf = Vec::new();
    for _ in 0..PEERS {
        deaf.push(TcpStream::connect(address).await.unwrap());
    }
    watch.opened(PEERS).await;
    watch.send(vec![b'x'; 16 << 20]);
    watch.nth("sent", PEERS, |kind| kind.word() == "sent").await;
    let began = Instant::now();
    watch.stop();
    watch.stopped().await;
    assert_quick(began);
    assert_eq!(watch.count("closed"), PEERS);
}

#[tokio::test]
async fn an_echo_that_is_never_read_slows_its_asker_instead_of_filling_the_memory() {
    let (mut watch, address) = serve(|spec| Spec {
        scene: Scene::Echo,
        ..spec
    })
    .await;
    let mut peer = TcpStream::connect(address).await.unwrap();
    let filling = async {
        let taken = fill(&mut peer).await;
        (taken, peer)
    };
    let (taken, mut peer) = watch.during(filling).await;
    watch.drain();
    let (received, sent) = (watch.all_received().len(), watch.all_sent().len());
    assert!(
        received - sent <= (256 << 10) + 8192,
        "{} wait here",
        received - sent
    );
    // All of it comes back when the peer reads again.
    peer.shutdown().await.unwrap();
    let mut back = Vec::new();
    let reading = watch.during(peer.read_to_end(&mut back));
    soon("the echo", reading).await.unwrap();
    assert_eq!(back.len(), taken);
}

#[tokio::test]
async fn a_peer_that_sends_for_ever_without_a_newline_is_shown_as_it_comes_and_can_be_stopped() {
    let (mut watch, address) = serve(|spec| spec).await;
    let mut peer = TcpStream::connect(address).await.unwrap();
    let flood = tokio::spawn(async move {
        let chunk = vec![b'x'; 64 << 10];
        while peer.write_all(&chunk).await.is_ok() {}
    });
    watch
        .nth("much", 2000, |kind| kind.word() == "received")
        .await;
    let began = Instant::now();
    watch.stop();
    watch.stopped().await;
    assert_quick(began);
    soon("the flood's end", flood).await.unwrap();
}

#[tokio::test]
async fn commands_to_a_session_that_is_over_are_refused() {
    let (mut watch, _) = serve(|spec| spec).await;
    watch.stop();
    watch.stopped().await;
    let over = |result| assert_eq!(result, Err(Refused::Ended));
    let send = || Command::Send {
        to: netplay::model::command::Target::All,
        data: "hello?".into(),
    };
    over(watch.handle().try_command(send()));
    over(watch.handle().try_command(Command::EndOfInput));
    over(soon("refusal", watch.handle().command(send())).await);
}
