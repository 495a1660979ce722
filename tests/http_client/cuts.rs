//! Answers that end, or come in two pieces, at every byte.

use std::io::Write;
use std::thread;

use crate::server::{Then, accept, client, line, listener, outcome, read_head};
use crate::support::Watch;

const LENGTH: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
const CHUNKS: &str =
    "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x\r\nllo\r\n0\r\nA: b\r\n\r\n";
const INTERIM: &str = "HTTP/1.1 100 C\r\n\r\nHTTP/1.1 204 No\r\n\r\n";
const UNTIL_CLOSE: &str = "HTTP/1.0 200 OK\r\nA: b\r\n\r\nhello";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_cut_at_any_byte_fails_as_cut_short_and_no_byte_is_lost() {
    for answer in [LENGTH, CHUNKS, INTERIM] {
        for end in 0..answer.len() {
            let part = &answer.as_bytes()[..end];
            let (line, watch) = outcome("GET", part, Then::Close, |_| {}).await;
            assert!(line.ends_with("cut-short"), "{end} of {answer:?}: {line}");
            assert!(!line.contains('!'), "{end} of {answer:?}: {line}");
            assert_eq!(watch.all_received(), part);
        }
        let (line, _) = outcome("GET", answer.as_bytes(), Then::Close, |_| {}).await;
        assert!(line.ends_with("done"), "{answer:?}: {line}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_without_a_length_is_whole_wherever_its_body_ends() {
    let head = UNTIL_CLOSE.len() - 5;
    for end in 0..=UNTIL_CLOSE.len() {
        let (line, _) = outcome("GET", &UNTIL_CLOSE.as_bytes()[..end], Then::Close, |_| {}).await;
        if end < head {
            assert_eq!(line, "cut-short", "{end}");
        } else {
            assert_eq!(line, format!("200/{} done", end - head));
        }
    }
}

/// The second piece is sent when the client has told of the first, so that the cut is real.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_in_two_pieces_is_the_same_wherever_it_is_cut() {
    for answer in [LENGTH, CHUNKS, INTERIM] {
        for cut in 1..answer.len() {
            let (listener, address) = listener();
            let (go, wait) = std::sync::mpsc::channel::<()>();
            let server = thread::spawn(move || {
                let mut stream = accept(&listener);
                read_head(&mut stream);
                stream.write_all(&answer.as_bytes()[..cut]).unwrap();
                wait.recv().unwrap();
                stream.write_all(&answer.as_bytes()[cut..]).unwrap();
            });
            let mut watch = Watch::start(client(address, "GET"));
            let first = &answer.as_bytes()[..cut];
            watch
                .until("the first piece", |events| {
                    let came = crate::support::payload(events, "received", None);
                    (came == first).then_some(())
                })
                .await;
            go.send(()).unwrap();
            watch.stopped().await;
            server.join().unwrap();
            let whole = match answer {
                LENGTH | CHUNKS => "200/5 done",
                _ => "100/0 204/0 done",
            };
            assert_eq!(line(&watch.events), whole, "{cut} of {answer:?}");
        }
    }
}
