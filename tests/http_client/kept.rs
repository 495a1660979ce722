//! More than one request: kept connections, new ones, and what the session makes of their end.

use std::io::Write;
use std::net::SocketAddr;
use std::thread;

use bytes::Bytes;
use netplay::model::command::{Command, Target};
use netplay::model::event::{By, ConnId, EventKind, How, Outcome};
use netplay::model::spec::Spec;

use crate::server::{accept, client, line, listener, read_head};
use crate::support::{ONE, Watch};

const NO_CONTENT: &[u8] = b"HTTP/1.1 204 No Content\r\n\r\n";
const RAW: &str = "GET /raw HTTP/1.1\r\nHost: x\r\n\r\n";

/// A client that stays after its first answer.
fn staying(address: SocketAddr) -> Spec {
    Spec {
        once: false,
        ..client(address, "GET")
    }
}

async fn responses(watch: &mut Watch, n: usize) -> ConnId {
    let event = watch.nth("response", n, |kind| kind.word() == "response");
    event.await.kind.conn().expect("a response has one")
}

fn closed(kind: &EventKind) -> (How, By) {
    match kind {
        EventKind::Closed { how, by, .. } => (*how, *by),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_go_over_the_kept_connection_byte_for_byte_until_it_is_closed() {
    let (listener, address) = listener();
    let server = thread::spawn(move || {
        let mut heads = Vec::new();
        for answers in [3, 1] {
            let mut stream = accept(&listener);
            for _ in 0..answers {
                heads.push(read_head(&mut stream));
                stream.write_all(NO_CONTENT).unwrap();
            }
        }
        heads
    });
    let mut watch = Watch::start(staying(address));
    assert_eq!(responses(&mut watch, 1).await, ONE);
    for n in 2..4 {
        watch.command(Command::Request(RAW.into()));
        assert_eq!(responses(&mut watch, n).await, ONE);
    }
    // The server closes what is idle: that is no failure.
    assert_eq!(
        closed(&watch.word("closed").await),
        (How::Finished, By::Peer)
    );
    watch.command(Command::Request(RAW.into()));
    assert_eq!(responses(&mut watch, 4).await, ConnId(2));
    let heads = server.join().unwrap();
    assert!(heads[0].starts_with("GET / HTTP/1.1\r\n"));
    assert_eq!(heads[1..], [RAW, RAW, RAW]);
    watch.stop();
    let (.., connections, outcome) = watch.stopped().await;
    assert_eq!((connections, outcome), (2, Outcome::Done));
    assert_eq!(watch.count("failed"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_that_wait_are_sent_one_after_another() {
    let (listener, address) = listener();
    let server = thread::spawn(move || {
        let mut stream = accept(&listener);
        let mut targets = Vec::new();
        for _ in 0..4 {
            let head = read_head(&mut stream);
            targets.push(head.split(' ').nth(1).unwrap_or_default().to_owned());
            stream.write_all(NO_CONTENT).unwrap();
        }
        targets
    });
    let mut watch = Watch::start(staying(address));
    for target in ["/a", "/b", "/c"] {
        let request = format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n");
        watch.command(Command::Request(request.into()));
    }
    assert_eq!(responses(&mut watch, 4).await, ONE);
    assert_eq!(server.join().unwrap(), ["/", "/a", "/b", "/c"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_not_be_kept_is_closed_after_the_answer_and_the_session_stays() {
    for (answer, adapt) in [
        ("HTTP/1.1 204 x\r\nConnection: close\r\n\r\n", false),
        ("HTTP/1.0 204 x\r\n\r\n", false),
        ("HTTP/1.1 204 x\r\n\r\nmore", false),
        ("HTTP/1.1 101 x\r\n\r\n", false),
        ("HTTP/1.1 204 x\r\n\r\n", true),
    ] {
        let (listener, address) = listener();
        let server = thread::spawn(move || {
            for _ in 0..2 {
                let mut stream = accept(&listener);
                read_head(&mut stream);
                stream.write_all(answer.as_bytes()).unwrap();
                let _ = std::io::copy(&mut stream, &mut std::io::sink());
            }
        });
        let mut spec = staying(address);
        spec.asking.close = adapt;
        let mut watch = Watch::start(spec);
        let first = closed(&watch.word("closed").await);
        assert_eq!(first, (How::Finished, By::Us), "{answer:?}");
        watch.command(Command::Request(
            RAW.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")
                .into(),
        ));
        assert_eq!(responses(&mut watch, 2).await, ConnId(2), "{answer:?}");
        server.join().unwrap();
        watch.stop();
        assert_eq!(watch.stopped().await.3, Outcome::Done);
    }
}

/// The server takes the second request over the kept connection and closes without a word.
fn closes_on_the_second() -> SocketAddr {
    let (listener, address) = listener();
    thread::spawn(move || {
        for answered in [true, false, true] {
            let mut stream = accept(&listener);
            read_head(&mut stream);
            stream.write_all(NO_CONTENT).expect("the client reads");
            if answered {
                read_head(&mut stream);
            }
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_harmless_request_that_a_closing_connection_swallowed_is_sent_again() {
    let mut watch = Watch::start(staying(closes_on_the_second()));
    assert_eq!(responses(&mut watch, 1).await, ONE);
    watch.command(Command::Request(RAW.into()));
    assert_eq!(responses(&mut watch, 2).await, ConnId(2));
    watch.stop();
    watch.stopped().await;
    assert_eq!(line(&watch.events), "204/0 204/0 done");
    assert_eq!(watch.count("failed"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_may_have_had_an_effect_is_not_sent_again() {
    let mut watch = Watch::start(staying(closes_on_the_second()));
    assert_eq!(responses(&mut watch, 1).await, ONE);
    let post = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
    watch.command(Command::Request(post.into()));
    let (.., connections, outcome) = watch.stopped().await;
    assert_eq!((connections, outcome), (1, Outcome::Failed));
    assert_eq!(line(&watch.events), "204/0 cut-short");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_that_nobody_asked_for_end_a_kept_connection_only() {
    let (listener, address) = listener();
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let server = thread::spawn(move || {
        let mut stream = accept(&listener);
        read_head(&mut stream);
        stream.write_all(NO_CONTENT).unwrap();
        wait.recv().unwrap();
        stream.write_all(b"HTTP/1.1 408 Late\r\n\r\n").unwrap();
        let _ = std::io::copy(&mut stream, &mut std::io::sink());
    });
    let mut watch = Watch::start(staying(address));
    responses(&mut watch, 1).await;
    go.send(()).unwrap();
    watch.word("malformed").await;
    watch.word("closed").await;
    server.join().unwrap();
    watch.stop();
    watch.stopped().await;
    assert_eq!(line(&watch.events), "204/0 !27 done");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_user_can_close_or_finish_the_connection_and_ask_again() {
    let (listener, address) = listener();
    thread::spawn(move || {
        loop {
            let mut stream = accept(&listener);
            if read_head(&mut stream).starts_with("GET / ") {
                stream.write_all(NO_CONTENT).unwrap();
            }
            let _ = std::io::copy(&mut stream, &mut std::io::sink());
        }
    });
    let mut watch = Watch::start(staying(address));
    responses(&mut watch, 1).await;
    watch.command(Command::Close { conn: ONE });
    assert_eq!(closed(&watch.word("closed").await), (How::Stopped, By::Us));
    // In the middle of an exchange that is never answered.
    watch.command(Command::Request(RAW.into()));
    let two = ConnId(2);
    watch.opened(2).await;
    watch.command(Command::Close { conn: two });
    watch.nth("closed", 2, |kind| kind.word() == "closed").await;
    watch.command(Command::Request("GET / HTTP/1.1\r\nHost: x\r\n\r\n".into()));
    assert_eq!(responses(&mut watch, 2).await, ConnId(3));
    watch.command(Command::Finish { to: Target::All });
    watch.word("finished-sending").await;
    watch.nth("closed", 3, |kind| kind.word() == "closed").await;
    watch.stop();
    assert_eq!(watch.stopped().await.3, Outcome::Done);
    assert_eq!(watch.count("failed"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_request_is_refused_in_words_and_the_session_stays() {
    let (listener, address) = listener();
    thread::spawn(move || {
        let mut stream = accept(&listener);
        read_head(&mut stream);
        stream.write_all(NO_CONTENT).unwrap();
        read_head(&mut stream);
    });
    let mut watch = Watch::start(staying(address));
    responses(&mut watch, 1).await;
    watch.command(Command::Request(Bytes::new()));
    let failure = watch.failed().await;
    assert!(failure.message.contains("empty"), "{failure:?}");
    watch.send("hi");
    watch.word("lost").await;
    watch.stop();
    assert_eq!(watch.stopped().await.3, Outcome::Done);
}
