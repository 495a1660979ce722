//! What is answered: heads, bodies, their order, and when the connection closes.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use netplay::model::command::Command;
use netplay::model::event::{By, EventKind, How};
use netplay::model::http::{Answer, Serving, Version};
use netplay::model::spec::Spec;

use super::peer::{GET, Peer, answering, serve, serve_spec, server, still_serves};
use super::support::{ONE, Watch, payload};

#[tokio::test]
async fn an_answer_has_the_fields_that_the_rfc_asks_for_and_shows_the_request() {
    let (mut watch, address) = serve(Serving::default()).await;
    let mut peer = Peer::connect(address).await;
    let got = peer.ask("GET", "/<b>?x=1", "X-Test: ä\r\n").await;
    assert_eq!(got.status(), 200);
    assert_eq!(
        got.field("Content-Type").unwrap(),
        "text/html; charset=utf-8"
    );
    assert_eq!(
        got.field("Content-Length").unwrap(),
        got.body.len().to_string()
    );
    let date = got.field("Date").unwrap();
    assert!(date.len() == 29 && date.ends_with(" GMT"), "{date}");
    assert_eq!(got.field("Connection"), None);
    let text = got.text();
    assert!(
        text.contains("GET /&lt;b&gt;?x=1 HTTP/1.1<b>␍␊</b>\nHost: a"),
        "{text}"
    );
    assert!(
        text.contains("X-Test: ä<b>␍␊</b>\n<b>␍␊</b>\n</pre>"),
        "{text}"
    );
    // The same head without a body.
    let head = peer.ask("HEAD", "/<b>?x=1", "X-Test: ä\r\n").await;
    assert!(head.body.is_empty());
    let length = head.field("Content-Length").unwrap();
    assert_eq!(
        length,
        (got.body.len() + 1).to_string(),
        "HEAD is longer than GET by one byte"
    );
    let request = watch
        .nth("request", 1, |kind| kind.word() == "request")
        .await;
    let EventKind::Request {
        conn,
        offset,
        request,
    } = request.kind
    else {
        unreachable!()
    };
    assert_eq!(
        (conn, request.method.as_str(), &request.target[..]),
        (ONE, "GET", &b"/<b>?x=1"[..])
    );
    let message = &request.message;
    assert_eq!(
        (message.version, offset, message.body_len),
        (Version::HTTP_11, 0, 0)
    );
    assert_eq!(
        message.fields.iter().nth(1),
        Some(("X-Test", "ä".as_bytes()))
    );
    let second = watch
        .nth("request", 2, |kind| kind.word() == "request")
        .await;
    let EventKind::Request { offset, .. } = second.kind else {
        unreachable!()
    };
    assert_eq!(offset, message.raw_len);
}

#[tokio::test]
async fn the_events_of_a_connection_come_in_order_and_hold_every_byte() {
    let (mut watch, address) = serve(Serving::default()).await;
    let mut peer = Peer::connect(address).await;
    peer.get("/").await;
    peer.finish().await;
    peer.ended().await;
    let EventKind::Closed {
        how,
        by,
        received,
        sent,
        ..
    } = watch.word("closed").await
    else {
        unreachable!()
    };
    assert_eq!((how, by), (How::Finished, By::Peer));
    assert_eq!(received, GET.len() as u64);
    assert_eq!(sent, peer.bytes().len() as u64);
    assert_eq!(watch.all_received(), GET);
    assert_eq!(watch.all_sent(), peer.bytes());
    assert_eq!(
        watch.words(),
        [
            "listening",
            "opened",
            "received",
            "request",
            "sent",
            "finished",
            "closed"
        ]
    );
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order_with_one_write() {
    let (mut watch, address) = serve(answering(Answer::Echo)).await;
    let mut peer = Peer::connect(address).await;
    let mut all = String::new();
    for n in 0..3 {
        peer.expect("GET");
        write!(all, "GET /{n} HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    }
    peer.send(all.as_bytes()).await;
    for n in 0..3 {
        let text = peer.final_answer().await.text();
        assert!(text.starts_with(&format!("GET /{n} ")), "{text}");
    }
    watch.word("sent").await;
    assert_eq!((watch.count("received"), watch.count("sent")), (1, 1));
}

#[tokio::test]
async fn more_pipelined_requests_than_may_wait_are_all_answered() {
    let (watch, address) = serve(Serving::default()).await;
    let mut peer = Peer::connect(address).await;
    let watch = drain(watch);
    let all = GET.repeat(500);
    for _ in 0..500 {
        peer.expect("GET");
    }
    peer.send(&all).await;
    for _ in 0..500 {
        assert_eq!(peer.final_answer().await.status(), 200);
    }
    watch.abort();
}

/// Takes the events of a session that nobody looks at.
fn drain(mut watch: Watch) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            watch.ready().await;
            watch.drain();
            watch.events.clear();
        }
    })
}

#[tokio::test]
async fn a_client_that_waits_for_a_hundred_gets_it_and_then_the_answer() {
    let (mut watch, address) = serve(answering(Answer::Echo)).await;
    let mut peer = Peer::connect(address).await;
    let head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n\r\n";
    for _ in 0..2 {
        peer.expect("POST");
        peer.send(head).await;
        assert_eq!(peer.answer().await.unwrap().status(), 100);
        peer.send(b"hi").await;
        let got = peer.answer().await.unwrap();
        assert_eq!(got.status(), 200);
        assert!(got.text().ends_with("\r\n\r\nhi"));
    }
    // Behind a request that is still to be answered, its answer comes first.
    peer.expect("GET");
    peer.expect("POST");
    peer.send(&[GET, head].concat()).await;
    assert_eq!(peer.answer().await.unwrap().status(), 200);
    assert_eq!(peer.answer().await.unwrap().status(), 100);
    peer.send(b"yo").await;
    assert_eq!(peer.answer().await.unwrap().status(), 200);
    // HTTP/1.0 knows no 100.
    peer.expect("POST");
    peer.send(b"POST / HTTP/1.0\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        .await;
    watch.received(ONE, b"continue\r\n\r\n").await;
    peer.send(b"ok").await;
    assert_eq!(peer.answer().await.unwrap().status(), 200);
    peer.ended().await;
}

#[tokio::test]
async fn old_clients_are_told_when_the_connection_stays() {
    let (_watch, address) = serve(Serving::default()).await;
    let mut peer = Peer::connect(address).await;
    for _ in 0..2 {
        peer.expect("GET");
        peer.send(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            .await;
        assert_eq!(
            peer.final_answer().await.field("Connection").unwrap(),
            "keep-alive"
        );
    }
    peer.expect("GET");
    peer.send(b"GET / HTTP/1.0\r\n\r\n").await;
    assert_eq!(
        peer.final_answer().await.field("Connection").unwrap(),
        "close"
    );
    peer.ended().await;
}

#[tokio::test]
async fn an_unknown_method_is_told_which_ones_there_are_and_echoed_in_echo_mode() {
    let (watch, address) = serve(Serving::default()).await;
    let mut peer = Peer::connect(address).await;
    let got = peer.ask("BREW", "/", "").await;
    assert_eq!(got.status(), 405);
    assert_eq!(
        got.field("Allow").unwrap(),
        "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
    );
    assert!(got.text().contains("no meaning"), "{}", got.text());
    assert!(peer.ask("OPTIONS", "*", "").await.field("Allow").is_some());
    watch.command(Command::Answer(Answer::Echo));
    // Nothing tells when the switch is done.
    let echo = until(&mut peer, |text| text.starts_with("BREW")).await;
    assert!(echo.contains("BREW / HTTP/1.1\r\n"));
}

/// Asks until the answer is like this.
async fn until(peer: &mut Peer, fits: impl Fn(&str) -> bool) -> String {
    let deadline = Instant::now() + super::support::DEADLINE;
    loop {
        let text = peer.ask("BREW", "/", "").await.text();
        if fits(&text) {
            return text;
        }
        assert!(Instant::now() < deadline, "{text}");
    }
}

#[tokio::test]
async fn echo_gives_the_request_back_byte_for_byte_and_counts_what_is_too_long() {
    let (watch, address) = serve(answering(Answer::Echo)).await;
    let watch = drain(watch);
    let mut peer = Peer::connect(address).await;
    let request = b"\r\nPOST /\xff HTTP/1.1\nHost:a\r\nX:  \x80\t\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\n\x00\xff\r\n0\r\nT: 1\r\n\r\n";
    peer.expect("POST");
    peer.send(request).await;
    let got = peer.final_answer().await;
    assert_eq!(
        got.body,
        request[2..],
        "the empty line belongs to no message"
    );
    assert_eq!(
        got.field("Content-Type").unwrap(),
        "text/plain; charset=utf-8"
    );

    let body = vec![b'x'; 1 << 20];
    let head = format!(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    peer.expect("POST");
    peer.send(head.as_bytes()).await;
    peer.send(&body).await;
    let got = peer.final_answer().await;
    assert!(got.body.starts_with(head.as_bytes()));
    assert!(
        got.text().ends_with("x\r\n... and 768 KiB more\r\n"),
        "{}",
        got.body.len()
    );
    watch.abort();
}

#[tokio::test]
async fn status_fields_and_close_change_the_answer() {
    let (_watch, address) = serve(Serving {
        status: Some(503),
        fields: vec![
            ("X-One".into(), "1".into()),
            ("Set-Cookie".into(), "a=1".into()),
            ("Set-Cookie".into(), "b=2".into()),
            ("content-type".into(), "text/x-mine".into()),
        ],
        close: true,
        ..Serving::default()
    })
    .await;
    let mut peer = Peer::connect(address).await;
    let got = peer.get("/").await;
    assert_eq!(
        (got.status(), &got.head.reason[..]),
        (503, &b"Service Unavailable"[..])
    );
    assert_eq!(got.field("X-One").unwrap(), "1");
    assert_eq!(got.head.fields.all("Set-Cookie").count(), 2);
    let kinds: Vec<&[u8]> = got.head.fields.all("Content-Type").collect();
    assert_eq!(kinds, [b"text/x-mine"], "it takes the place of ours");
    assert_eq!(got.field("Connection").unwrap(), "close");
    peer.ended().await;
    // A refusal keeps its own status.
    let mut peer = Peer::connect(address).await;
    peer.expect("GET");
    peer.send(b"GET / HTTP/1.1\r\n\r\n").await;
    assert_eq!(peer.final_answer().await.status(), 400);
}

#[tokio::test]
async fn statuses_without_a_body_have_none() {
    for status in [204, 304] {
        let (_watch, address) = serve(Serving {
            status: Some(status),
            ..Serving::default()
        })
        .await;
        let mut peer = Peer::connect(address).await;
        for _ in 0..2 {
            let got = peer.get("/").await;
            assert_eq!((got.status(), got.body.len()), (status, 0));
            assert_eq!(got.field("Content-Length"), None);
        }
    }
}

#[tokio::test]
async fn raw_bytes_go_out_as_they_are_and_close_unless_they_are_one_whole_answer() {
    let whole = &b"HTTP/1.1 299 Mine\r\nContent-Length: 2\r\n\r\nhi"[..];
    let (watch, address) = serve(answering(Answer::Raw(whole.into()))).await;
    let mut peer = Peer::connect(address).await;
    for _ in 0..3 {
        assert_eq!(peer.get("/").await.status(), 299);
    }
    assert_eq!(peer.bytes(), whole.repeat(3));
    // HEAD has no body: these bytes would make no sense on a connection that stays.
    let mut other = Peer::connect(address).await;
    other.send(b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!(all_of(&mut other).await, whole);

    let odd = b"HTTP/1.1 200 OK\r\n X\xff\r\n\r\n\x00 anything";
    watch.command(Command::Answer(Answer::Raw(odd[..].into())));
    let deadline = Instant::now() + super::support::DEADLINE;
    loop {
        let mut peer = Peer::connect(address).await;
        peer.send(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            .await;
        let got = all_of(&mut peer).await;
        if got == odd {
            break;
        }
        assert!(Instant::now() < deadline);
    }
    let mut peer = Peer::connect(address).await;
    peer.send(GET).await;
    assert_eq!(all_of(&mut peer).await, odd, "closed behind it");
}

/// All bytes up to the end of the stream.
async fn all_of(peer: &mut Peer) -> Vec<u8> {
    use tokio::io::AsyncReadExt;
    let mut all = Vec::new();
    super::support::soon("the end", peer.stream.read_to_end(&mut all))
        .await
        .unwrap();
    all
}

#[tokio::test]
async fn a_delay_holds_back_its_own_connection_only_and_a_stop_does_not_wait_for_it() {
    let (mut watch, address) = serve(Serving {
        delay: Duration::from_secs(3600),
        ..Serving::default()
    })
    .await;
    let mut held = Peer::connect(address).await;
    held.send(GET).await;
    watch.word("request").await;
    // It is still read, and its bytes are shown.
    held.send(b"GET /more HTTP/1.1\r\n").await;
    watch.received(ONE, b"/more HTTP/1.1\r\n").await;
    let mut other = Peer::connect(address).await;
    other.expect("GET");
    other.send(b"GET / HTTP/1.1\r\n\r\n").await;
    assert_eq!(
        other.final_answer().await.status(),
        400,
        "refusals do not wait"
    );
    let began = Instant::now();
    watch.stop();
    watch.stopped().await;
    assert!(began.elapsed() < Duration::from_secs(1));
    assert!(watch.count("sent") <= 1);
}

#[tokio::test]
async fn a_short_delay_is_waited_for() {
    let delay = Duration::from_millis(80);
    let (_watch, address) = serve(Serving {
        delay,
        ..Serving::default()
    })
    .await;
    let mut peer = Peer::connect(address).await;
    let began = Instant::now();
    for _ in 0..2 {
        peer.get("/").await;
    }
    assert!(began.elapsed() >= delay * 2);
}

#[tokio::test]
async fn a_session_for_one_connection_ends_with_it() {
    let (mut watch, address) = serve_spec(Spec {
        once: true,
        ..server(Serving::default())
    })
    .await;
    let mut peer = Peer::connect(address).await;
    peer.get("/").await;
    peer.get("/").await;
    drop(peer);
    let (received, _, connections, _) = watch.stopped().await;
    assert_eq!((received, connections), (GET.len() as u64 * 2, 1));
}

#[tokio::test]
async fn a_close_after_silence_still_waits_for_the_peer() {
    let (mut watch, address) = serve(Serving::default()).await;
    let mut peer = Peer::connect(address).await;
    peer.get("/").await;
    // Longer than a close waits.
    tokio::time::sleep(Duration::from_millis(1200)).await;
    let ordered = Instant::now();
    watch.command(Command::Close { conn: ONE });
    peer.ended().await;
    watch.word("closed").await;
    let waited = ordered.elapsed();
    assert!(waited >= Duration::from_millis(900), "{waited:?}");
}

#[tokio::test]
async fn a_connection_is_closed_when_that_is_ordered() {
    let (mut watch, address) = serve(Serving::default()).await;
    let mut peer = Peer::connect(address).await;
    peer.get("/").await;
    watch.command(Command::Close { conn: ONE });
    peer.ended().await;
    drop(peer);
    let EventKind::Closed { how, by, .. } = watch.word("closed").await else {
        unreachable!()
    };
    assert_eq!((how, by), (How::Stopped, By::Us));
    still_serves(address).await;
}

#[tokio::test]
async fn refused_bytes_are_shown_and_the_answer_survives_them() {
    let (mut watch, address) = serve(Serving::default()).await;
    let mut peer = Peer::connect(address).await;
    peer.expect("POST");
    let head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n";
    let body = vec![b'x'; 200 << 10];
    peer.send(&[&head[..], &body].concat()).await;
    let got = peer.final_answer().await;
    assert_eq!(got.status(), 413);
    assert_eq!(got.field("Connection").unwrap(), "close");
    assert!(
        got.text().contains("over the limit of 16777216"),
        "{}",
        got.text()
    );
    peer.ended().await;
    drop(peer);
    watch.word("closed").await;
    let all = head.len() + body.len();
    assert_eq!(payload(&watch.events, "received", Some(ONE)).len(), all);
}
