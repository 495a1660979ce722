//! Files that sessions send, against plain sockets: whole and in order, cancelled, cut, missing,
//! and towards peers that do not read.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/net.rs"]
mod support;

use std::fs::{self, File};
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::Bytes;
use netplay::model::address::Address;
use netplay::model::command::{Command, Target};
use netplay::model::event::{EventKind, FileEnd, Outcome};
use netplay::model::failure::{FailureKind, What};
use netplay::model::spec::{Protocol, Side, Spec};
use netplay::net::Refused;
use support::{ONE, Watch, assert_quick, has_ipv6, soon, spec};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

/// More than the systems at both ends of a connection take together.
const MORE_THAN_BUFFERS: usize = 32 << 20;

/// So many bytes that no piece of them is like another.
fn bytes(len: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_u32;
    let mut bytes = Vec::with_capacity(len + 3);
    while bytes.len() < len {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}

fn write(dir: &TempDir, name: &str, content: &[u8]) -> PathBuf {
    let path = dir.path().join(name);
    fs::write(&path, content).unwrap();
    path
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn send_file(path: &Path) -> Command {
    Command::SendFile {
        to: Target::All,
        path: path.to_owned(),
    }
}

const CANCEL: Command = Command::CancelFile { to: Target::All };

/// A running TCP client and the plain peer that accepted it.
async fn call(change: impl FnOnce(Spec) -> Spec) -> (Watch, TcpStream) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut watch = Watch::start(change(spec(Protocol::Tcp, Side::Client, address)));
    let (peer, _) = soon("accept", listener.accept()).await.unwrap();
    watch.opened(1).await;
    (watch, peer)
}

async fn read(watch: &mut Watch, peer: &mut TcpStream, len: usize) -> Vec<u8> {
    let mut got = vec![0; len];
    watch.during(peer.read_exact(&mut got)).await.unwrap();
    got
}

/// The end of a file: how much was sent, and in which way.
async fn file_ended(watch: &mut Watch) -> (u64, FileEnd) {
    match watch.word("file-ended").await {
        EventKind::FileEnded { sent, how, .. } => (sent, how),
        other => panic!("{other:?}"),
    }
}

/// Waits until nothing more is sent: the peer's buffers and ours are full.
async fn until_stuck(watch: &mut Watch) {
    watch
        .nth("not reading", 1, |kind| {
            matches!(kind, EventKind::Failed { failure, .. } if failure.kind == FailureKind::NotReading)
        })
        .await;
}

#[tokio::test]
async fn a_file_arrives_byte_for_byte_in_writes_of_at_most_64_kib() {
    let dir = folder();
    for len in [0, 1, 64 << 10, (64 << 10) + 1, 256 << 10, 3_333_333] {
        let content = bytes(len);
        let path = write(&dir, "file.bin", &content);
        let (mut watch, mut peer) = call(|spec| spec).await;
        watch.command(send_file(&path));
        watch.command(Command::EndOfInput);
        let mut got = Vec::new();
        watch.during(peer.read_to_end(&mut got)).await.unwrap();
        assert!(got == content, "{len} bytes");
        drop(peer);
        assert_eq!(
            watch.stopped().await,
            (0, len as u64, 1, Outcome::Done),
            "{len} bytes"
        );
        let begun = watch.word("file-started").await;
        assert_eq!(
            begun,
            EventKind::FileStarted {
                conn: ONE,
                name: "file.bin".to_owned(),
                len: len as u64
            }
        );
        assert_eq!(file_ended(&mut watch).await, (len as u64, FileEnd::Whole));
        assert!(watch.all_sent() == content, "what is told is what was sent");
        let longest = watch
            .events
            .iter()
            .filter_map(|e| e.kind.data())
            .map(Bytes::len);
        assert!(longest.max().unwrap_or(0) <= 64 << 10);
    }
}

#[tokio::test]
async fn what_is_sent_before_and_after_a_file_stays_before_and_after_it() {
    let dir = folder();
    let one = bytes(500_000);
    let two = bytes(10);
    let files = vec![write(&dir, "one", &one), write(&dir, "two", &two)];
    let (mut watch, mut peer) = call(|spec| Spec {
        say: vec!["said".into()],
        files,
        ..spec
    })
    .await;
    watch.send("typed");
    watch.command(send_file(&write(&dir, "three", b"the last")));
    watch.send("the end");
    watch.command(Command::EndOfInput);
    let mut got = Vec::new();
    watch.during(peer.read_to_end(&mut got)).await.unwrap();
    let want = [&b"said"[..], &one, &two, b"typed", b"the last", b"the end"].concat();
    assert!(got == want);
    drop(peer);
    assert_eq!(watch.stopped().await.3, Outcome::Done);
    // What is told between the two words is of the file.
    let (mut inside, mut of_files) = (false, Vec::new());
    for event in &watch.events {
        match &event.kind {
            EventKind::FileStarted { .. } => inside = true,
            EventKind::FileEnded { .. } => inside = false,
            EventKind::Sent { data, .. } if inside => of_files.extend_from_slice(data),
            _ => {}
        }
    }
    assert!(of_files == [&one[..], &two, b"the last"].concat());
}

#[tokio::test]
async fn a_server_sends_a_file_to_all_connections_and_each_has_its_own_pace() {
    let dir = folder();
    let content = bytes(MORE_THAN_BUFFERS);
    let path = write(&dir, "file.bin", &content);
    let mut watch = Watch::start(spec(Protocol::Tcp, Side::Server, (Ipv4Addr::LOCALHOST, 0)));
    let address = watch.listening().await;
    let mut reads = TcpStream::connect(address).await.unwrap();
    watch.opened(1).await;
    let _does_not = TcpStream::connect(address).await.unwrap();
    watch.opened(2).await;
    watch.command(send_file(&path));
    assert!(read(&mut watch, &mut reads, content.len()).await == content);
    assert_eq!(
        file_ended(&mut watch).await,
        (content.len() as u64, FileEnd::Whole)
    );
    let began = Instant::now();
    watch.stop();
    assert_eq!(watch.stopped().await.3, Outcome::Done);
    assert_quick(began);
    assert_eq!(watch.count("file-ended"), 2);
}

#[tokio::test]
async fn a_cancelled_file_ends_after_the_current_write_and_the_connection_goes_on() {
    let dir = folder();
    let path = write(&dir, "file.bin", &bytes(MORE_THAN_BUFFERS));
    let (mut watch, mut peer) = call(|spec| spec).await;
    watch.command(CANCEL);
    watch.command(send_file(&path));
    watch.send("after it");
    until_stuck(&mut watch).await;
    watch.command(CANCEL);
    let (sent, how) = file_ended(&mut watch).await;
    assert_eq!(how, FileEnd::Cancelled);
    assert!(sent > 0 && sent < MORE_THAN_BUFFERS as u64, "{sent}");
    let got = read(&mut watch, &mut peer, sent as usize).await;
    assert!(got == bytes(MORE_THAN_BUFFERS)[..sent as usize]);
    assert_eq!(read(&mut watch, &mut peer, 8).await, b"after it");
    peer.write_all(b"thanks").await.unwrap();
    watch.received(ONE, b"thanks").await;
    // Nothing is on its way: the next file is not meant.
    watch.command(CANCEL);
    watch.command(send_file(&write(&dir, "next", b"next")));
    assert_eq!(read(&mut watch, &mut peer, 4).await, b"next");
}

#[tokio::test]
async fn a_peer_that_does_not_read_delays_neither_stop_nor_close() {
    let dir = folder();
    let path = write(&dir, "file.bin", &bytes(MORE_THAN_BUFFERS));
    for close in [false, true] {
        let (mut watch, peer) = call(|spec| spec).await;
        watch.command(send_file(&path));
        watch.send("behind it");
        until_stuck(&mut watch).await;
        let began = Instant::now();
        if close {
            watch.command(Command::Close { conn: ONE });
        } else {
            watch.stop();
        }
        let (sent, how) = file_ended(&mut watch).await;
        assert_eq!(how, FileEnd::Failed);
        let lost = watch.word("lost").await;
        let left = MORE_THAN_BUFFERS as u64 - sent + b"behind it".len() as u64;
        assert!(
            matches!(lost, EventKind::Lost { count: 2, bytes, .. } if bytes == left),
            "{lost:?}, {sent} sent"
        );
        assert_eq!(watch.stopped().await.3, Outcome::Done);
        // A close gives the peer a second to take what is due, and one to end its direction.
        assert!(began.elapsed() < Duration::from_secs(if close { 3 } else { 1 }));
        assert!(!watch.all_sent().ends_with(b"behind it"));
        drop(peer);
    }
}

#[tokio::test]
async fn the_memory_of_a_file_on_its_way_does_not_count_as_text_that_waits() {
    let dir = folder();
    let path = write(&dir, "file.bin", &bytes(MORE_THAN_BUFFERS));
    let (mut watch, _peer) = call(|spec| spec).await;
    watch.command(send_file(&path));
    until_stuck(&mut watch).await;
    let handle = watch.handle();
    let text = |len| Command::Send {
        to: Target::All,
        data: vec![b'x'; len].into(),
    };
    assert_eq!(handle.try_command(text(1 << 19)), Ok(()));
    assert_eq!(handle.try_command(text(1 << 20)), Err(Refused::Full));
    // Orders of files have a bound too.
    let refused = (0..20_000).find_map(|_| handle.try_command(send_file(&path)).err());
    assert_eq!(refused, Some(Refused::Full));
}

#[tokio::test]
async fn what_is_no_file_is_told_in_words_and_the_connection_goes_on() {
    let dir = folder();
    let (mut watch, mut peer) = call(|spec| spec).await;
    for (n, (path, words)) in [
        (dir.path().join("missing"), "missing"),
        (dir.path().to_owned(), "this is a folder"),
        #[cfg(unix)]
        (PathBuf::from("/dev/null"), "this is no file"),
    ]
    .into_iter()
    .enumerate()
    {
        watch.command(send_file(&path));
        let failed = watch
            .nth("failed", n + 1, |kind| {
                matches!(kind, EventKind::Failed { .. })
            })
            .await;
        let EventKind::Failed { conn, failure } = failed.kind else {
            panic!("{failed:?}");
        };
        assert_eq!((conn, failure.what), (Some(ONE), What::Input));
        assert!(failure.message.contains(words), "{failure:?}");
    }
    watch.send("still here");
    assert_eq!(read(&mut watch, &mut peer, 10).await, b"still here");
    assert_eq!(watch.count("file-started"), 0);
    drop(peer);
    // It was ordered on the way: the session is not there for it.
    assert_eq!(watch.stopped().await.3, Outcome::Done);
}

#[tokio::test]
async fn a_file_of_the_spec_that_cannot_be_sent_makes_the_session_a_failure() {
    let dir = folder();
    let (mut watch, mut peer) = call(|spec| Spec {
        files: vec![dir.path().join("missing"), write(&dir, "there", b"there")],
        ..spec
    })
    .await;
    watch.command(Command::EndOfInput);
    let mut got = Vec::new();
    watch.during(peer.read_to_end(&mut got)).await.unwrap();
    assert_eq!(got, b"there", "the next one is sent all the same");
    drop(peer);
    assert_eq!(watch.stopped().await.3, Outcome::Failed);
}

#[tokio::test]
async fn a_file_that_shrinks_is_sent_as_far_as_it_goes_and_that_is_told() {
    let dir = folder();
    let path = write(&dir, "file.bin", &bytes(MORE_THAN_BUFFERS));
    let (mut watch, mut peer) = call(|spec| spec).await;
    watch.command(send_file(&path));
    until_stuck(&mut watch).await;
    let kept = MORE_THAN_BUFFERS - 1_000_001;
    File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(kept as u64)
        .unwrap();
    watch.send("after it");
    let got = read(&mut watch, &mut peer, kept + 8).await;
    assert!(got[..kept] == bytes(MORE_THAN_BUFFERS)[..kept]);
    assert_eq!(&got[kept..], b"after it");
    assert_eq!(file_ended(&mut watch).await, (kept as u64, FileEnd::Failed));
    let failure = watch.events.iter().find_map(|event| match &event.kind {
        EventKind::Failed { failure, .. } if failure.what == What::Input => Some(failure),
        _ => None,
    });
    assert_eq!(failure.unwrap().kind, FailureKind::CutShort);
}

#[tokio::test]
async fn a_file_that_grows_or_is_removed_is_sent_as_it_was_when_it_began() {
    let dir = folder();
    let content = bytes(MORE_THAN_BUFFERS);
    let path = write(&dir, "file.bin", &content);
    let (mut watch, mut peer) = call(|spec| spec).await;
    watch.command(send_file(&path));
    until_stuck(&mut watch).await;
    let mut file = File::options().append(true).open(&path).unwrap();
    file.write_all(b"and more").unwrap();
    // Some systems keep what is open.
    let _ = fs::remove_file(&path);
    watch.send("after it");
    let got = read(&mut watch, &mut peer, content.len() + 8).await;
    assert!(got.starts_with(&content) && got.ends_with(b"after it"));
    assert_eq!(
        file_ended(&mut watch).await,
        (content.len() as u64, FileEnd::Whole)
    );
}

#[tokio::test]
async fn a_peer_that_resets_ends_the_file_and_the_session_as_failed() {
    let dir = folder();
    let path = write(&dir, "file.bin", &bytes(MORE_THAN_BUFFERS));
    let (mut watch, peer) = call(|spec| Spec {
        files: vec![path],
        ..spec
    })
    .await;
    watch.sent(1).await;
    // With bytes unread, this is a reset.
    drop(peer);
    let (sent, how) = file_ended(&mut watch).await;
    assert_eq!(how, FileEnd::Failed);
    assert!(sent < MORE_THAN_BUFFERS as u64);
    assert_eq!(watch.stopped().await.3, Outcome::Failed);
    assert!(
        watch
            .words()
            .ends_with(&["failed", "lost", "file-ended", "closed", "stopped"])
    );
}

#[tokio::test]
async fn a_peer_that_has_finished_still_gets_the_whole_file() {
    let dir = folder();
    let content = bytes(MORE_THAN_BUFFERS);
    let path = write(&dir, "file.bin", &content);
    let (mut watch, mut peer) = call(|spec| Spec {
        files: vec![path],
        ..spec
    })
    .await;
    peer.shutdown().await.unwrap();
    watch.word("finished").await;
    let mut got = Vec::new();
    watch.during(peer.read_to_end(&mut got)).await.unwrap();
    assert!(got == content);
    assert_eq!(watch.stopped().await.3, Outcome::Done);
}

/// A UDP client and the plain socket that it sends to.
async fn udp(change: impl FnOnce(Spec) -> Spec) -> (Watch, UdpSocket) {
    let peer = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = peer.local_addr().unwrap();
    let mut watch = Watch::start(change(spec(Protocol::Udp, Side::Client, address)));
    watch.word("ready").await;
    (watch, peer)
}

#[tokio::test]
async fn udp_sends_a_file_in_order_in_datagrams_of_1024_bytes() {
    let dir = folder();
    // Less than a receive buffer, so that nothing is lost.
    let content = bytes(40_000);
    let path = write(&dir, "file.bin", &content);
    let (mut watch, peer) = udp(|spec| Spec {
        say: vec!["before".into()],
        files: vec![path],
        ..spec
    })
    .await;
    watch.send("after");
    watch.command(Command::EndOfInput);
    let mut got = Vec::new();
    let mut buffer = [0; 2048];
    for n in 0..42 {
        let len = watch.during(peer.recv(&mut buffer)).await.unwrap();
        match n {
            0 => assert_eq!(&buffer[..len], b"before"),
            41 => assert_eq!(&buffer[..len], b"after"),
            40 => assert_eq!(len, 40_000 - 39 * 1024),
            _ => assert_eq!(len, 1024),
        }
        if (1..41).contains(&n) {
            got.extend_from_slice(&buffer[..len]);
        }
    }
    assert!(got == content);
    assert_eq!(file_ended(&mut watch).await, (40_000, FileEnd::Whole));
    assert_eq!(watch.stopped().await.3, Outcome::Done);
}

#[tokio::test]
async fn a_file_to_a_closed_udp_port_ends_at_the_first_refusal() {
    let dir = folder();
    let path = write(&dir, "file.bin", &bytes(8 << 20));
    let (mut watch, peer) = udp(|spec| spec).await;
    drop(peer);
    watch.command(send_file(&path));
    let (sent, how) = file_ended(&mut watch).await;
    assert_eq!(how, FileEnd::Failed);
    assert!(sent < 8 << 20, "{sent}");
    assert_eq!(watch.failed().await.kind, FailureKind::Refused);
    assert!(watch.count("failed") <= 2, "not one for each datagram");
    watch.stop();
    assert_eq!(watch.stopped().await.3, Outcome::Done);
}

#[tokio::test]
async fn a_name_with_a_closed_address_gets_the_file_from_its_beginning_at_the_next() {
    if !has_ipv6() {
        return;
    }
    let Some(first) = first_address_of_localhost().await else {
        println!("skipped: localhost has one address here");
        return;
    };
    let dir = folder();
    let content = bytes(3000);
    let path = write(&dir, "file.bin", &content);
    // The other address of the name listens.
    let peer = if first.is_ipv4() {
        UdpSocket::bind("[::1]:0").await
    } else {
        UdpSocket::bind("127.0.0.1:0").await
    }
    .unwrap();
    let mut watch = Watch::start(Spec {
        address: Address {
            host: "localhost".to_owned(),
            port: peer.local_addr().unwrap().port(),
        },
        files: vec![path],
        ..Spec::new(Protocol::Udp, Side::Client)
    });
    let mut got = Vec::new();
    let mut buffer = [0; 2048];
    while got.len() < content.len() {
        let len = watch.during(peer.recv(&mut buffer)).await.unwrap();
        got.extend_from_slice(&buffer[..len]);
    }
    assert!(got == content);
    watch
        .nth("whole", 1, |kind| {
            matches!(
                kind,
                EventKind::FileEnded {
                    how: FileEnd::Whole,
                    ..
                }
            )
        })
        .await;
}

/// The address that is tried first, if there is another.
async fn first_address_of_localhost() -> Option<SocketAddr> {
    let mut all = tokio::net::lookup_host("localhost:1").await.ok()?;
    let first = all.next()?;
    all.any(|other| other.is_ipv4() != first.is_ipv4())
        .then_some(first)
}

#[tokio::test]
async fn a_udp_file_can_be_cancelled_and_stopped_while_it_goes() {
    let dir = folder();
    let path = write(&dir, "file.bin", &bytes(MORE_THAN_BUFFERS));
    for stop in [false, true] {
        let (mut watch, _peer) = udp(|spec| spec).await;
        watch.command(send_file(&path));
        // The feed is not drained any more: sending pauses, so that the file is still on its way.
        while watch.count("sent") == 0 {
            watch.ready().await;
            watch.drain();
        }
        let began = Instant::now();
        if stop {
            watch.stop();
        } else {
            watch.command(CANCEL);
        }
        let (sent, how) = file_ended(&mut watch).await;
        assert!(sent < MORE_THAN_BUFFERS as u64);
        assert_eq!(
            how,
            if stop {
                FileEnd::Failed
            } else {
                FileEnd::Cancelled
            }
        );
        assert_quick(began);
        if !stop {
            watch.send("on it goes");
            watch
                .nth("the text", 1, |kind| {
                    matches!(kind, EventKind::Sent { data, .. } if &data[..] == b"on it goes")
                })
                .await;
            watch.stop();
        }
        assert_eq!(watch.stopped().await.3, Outcome::Done);
    }
}
