//! Reading and writing at the same time: servers that answer early, do not read, or never answer.

use std::io::{Read, Write};
use std::thread;
use std::time::{Duration, Instant};

use netplay::model::event::{EventKind, Outcome};
use netplay::model::failure::FailureKind;
use netplay::model::spec::Spec;

use crate::server::{accept, client, line, listener, read_head};
use crate::support::Watch;

/// More than the buffers of the system hold.
const LARGE: usize = 24 << 20;

const TOO_LARGE: &[u8] =
    b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

fn upload(address: std::net::SocketAddr) -> Spec {
    let mut spec = client(address, "POST");
    spec.asking.body = vec![b'x'; LARGE].into();
    spec
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_body_goes_out_whole_and_is_answered() {
    let (listener, address) = listener();
    let server = thread::spawn(move || {
        let mut stream = accept(&listener);
        let head = read_head(&mut stream);
        assert!(head.contains("Content-Length: 25165824\r\n"), "{head}");
        let mut body = vec![0; LARGE];
        stream.read_exact(&mut body).unwrap();
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            .unwrap();
        body.iter().all(|byte| *byte == b'x')
    });
    let mut watch = Watch::start(upload(address));
    let (_, sent, _, outcome) = watch.stopped().await;
    assert_eq!(outcome, Outcome::Done);
    assert!(sent > LARGE as u64);
    assert!(server.join().unwrap(), "the body arrives as it was");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_before_the_whole_request_is_sent_is_the_answer() {
    let (listener, address) = listener();
    let (given_up, wait) = std::sync::mpsc::channel();
    let server = thread::spawn(move || {
        let mut stream = accept(&listener);
        read_head(&mut stream);
        stream.write_all(TOO_LARGE).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        // Only when the client has given up are the buffers emptied.
        wait.recv().unwrap();
        std::io::copy(&mut stream, &mut std::io::sink())
    });
    let mut watch = Watch::start(upload(address));
    watch.stopped().await;
    given_up.send(()).unwrap();
    assert_eq!(line(&watch.events), "413/0 lost done");
    let told = server.join().unwrap().unwrap();
    assert!(told < LARGE as u64, "the rest was not sent: {told}");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_is_read_although_the_server_reset_the_upload() {
    let (listener, address) = listener();
    thread::spawn(move || {
        let mut stream = accept(&listener);
        read_head(&mut stream);
        stream.write_all(TOO_LARGE).unwrap();
        // Closed with unread bytes: a reset.
    });
    let mut watch = Watch::start(upload(address));
    watch.stopped().await;
    assert_eq!(line(&watch.events), "413/0 lost done");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_does_not_read_is_given_up_when_patience_is_over() {
    let (listener, address) = listener();
    let mut spec = upload(address);
    spec.asking.patience = Duration::from_millis(150);
    let mut watch = Watch::start(spec);
    let held = listener.accept().unwrap();
    watch.stopped().await;
    drop(held);
    assert_eq!(line(&watch.events), "lost timeout");
    let failure = watch.failed().await;
    assert_eq!(failure.kind, FailureKind::Timeout);
    assert!(failure.message.contains("does not read"), "{failure:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_waits_for_neither_an_answer_nor_a_reader() {
    let (listener, address) = listener();
    let mut watch = Watch::start(upload(address));
    let held = listener.accept().unwrap();
    watch.sent(1).await;
    let before = Instant::now();
    watch.stop();
    let (.., outcome) = watch.stopped().await;
    drop(held);
    assert_eq!(outcome, Outcome::Done);
    assert!(before.elapsed() < Duration::from_secs(2));
    assert!(watch.words().contains(&"lost"), "{:?}", watch.words());
    let closed = watch.word("closed").await;
    assert!(
        matches!(closed, EventKind::Closed { how, .. } if how.word() == "stopped"),
        "{closed:?}"
    );
}
