//! The table of requests: what is answered, what is said to it, and whether the connection goes on.
//! Each row is sent whole, to a server that reads byte by byte, and some byte by byte.

use std::net::SocketAddr;

use netplay::model::event::{ConnId, Event, EventKind};
use netplay::model::http::Serving;
use netplay::model::spec::Spec;
use netplay::wire::http1::{Item, Reader, StartLine};
use tokio::task::JoinSet;

use super::peer::{GET, Peer, serve, serve_spec, server, still_serves};
use super::support::{Watch, payload};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    /// The next request is answered on the same connection.
    Open,
    /// The server closes.
    Closed,
    /// We end our direction behind the request; then the server closes.
    Cut,
}

use Then::{Closed, Cut, Open};

#[derive(Clone, Copy, Debug)]
struct Row {
    sent: &'static [u8],
    /// The statuses that come. Whether a 100 comes before one depends on how the request is cut.
    statuses: &'static [u16],
    /// A part of the reason of the refusal; empty for none.
    why: &'static str,
    then: Then,
}

const fn row(sent: &'static [u8], statuses: &'static [u16], why: &'static str, then: Then) -> Row {
    Row {
        sent,
        statuses,
        why,
        then,
    }
}

include!("table.rs");

/// What came of one row.
struct Outcome {
    us: SocketAddr,
    row: Row,
    sent: Vec<u8>,
    statuses: Vec<u16>,
}

/// The methods of the requests in these bytes, as far as they can be read.
fn methods(bytes: &[u8]) -> Vec<String> {
    let mut reader = Reader::requests();
    let mut methods = Vec::new();
    let mut input = bytes;
    while let Some(item) = reader.next(&mut input) {
        match item {
            Item::Request(head) => methods.push(head.method),
            Item::Broken(_) => {
                if let Some(StartLine::Request { method, .. }) = reader.start_line() {
                    methods.push(method.clone());
                } else if methods.is_empty() || reader.start_line().is_none() {
                    methods.push("GET".to_owned());
                }
            }
            _ => {}
        }
    }
    if reader.finish().is_some() {
        methods.push("GET".to_owned());
    }
    methods
}

async fn play(address: SocketAddr, row: Row, by_byte: bool) -> Outcome {
    let mut peer = Peer::connect(address).await;
    for method in methods(row.sent) {
        peer.expect(&method);
    }
    if by_byte {
        for byte in row.sent {
            peer.send(&[*byte]).await;
        }
    } else {
        peer.send(row.sent).await;
    }
    let mut sent = row.sent.to_vec();
    if row.then == Cut {
        peer.finish().await;
    }
    let mut statuses = Vec::new();
    if row.then == Open {
        while statuses.len() < row.statuses.len() {
            statuses.push(peer.final_answer().await.status());
        }
        peer.expect("GET");
        peer.send(GET).await;
        sent.extend_from_slice(GET);
        let next = peer.answer().await.map(|got| got.status());
        assert_eq!(next, Some(200), "the next one after {row:?}");
    } else {
        while let Some(got) = peer.answer().await {
            if !got.head.is_interim() {
                statuses.push(got.status());
            }
        }
    }
    Outcome {
        us: peer.stream.local_addr().unwrap(),
        row,
        sent,
        statuses,
    }
}

fn conn_of(events: &[Event], us: SocketAddr) -> ConnId {
    let opened = events.iter().find_map(|event| match &event.kind {
        EventKind::Opened { conn, peer, .. } if *peer == us => Some(*conn),
        _ => None,
    });
    opened.expect("the connection was opened")
}

/// Plays all rows, some at a time, and holds the events against them.
async fn play_all(watch: &mut Watch, address: SocketAddr, rows: &[Row], by_byte: bool) {
    let mut waiting = rows.iter().copied();
    let mut playing = JoinSet::new();
    let mut outcomes = Vec::new();
    for row in waiting.by_ref().take(24) {
        playing.spawn(play(address, row, by_byte));
    }
    while !playing.is_empty() {
        tokio::select! {
            Some(played) = playing.join_next() => {
                outcomes.push(played.unwrap());
                if let Some(row) = waiting.next() {
                    playing.spawn(play(address, row, by_byte));
                }
            }
            () = watch.ready() => watch.drain(),
        }
    }
    let all = outcomes.len();
    watch
        .until("all connections closed", |events| {
            let closed = events.iter().filter(|e| e.kind.word() == "closed").count();
            (closed >= all).then_some(())
        })
        .await;
    let wrong: Vec<String> = outcomes
        .iter()
        .filter_map(|outcome| judge(&watch.events, outcome).err())
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert_eq!(all, rows.len());
    still_serves(address).await;
}

fn judge(events: &[Event], outcome: &Outcome) -> Result<(), String> {
    let row = outcome.row;
    let conn = conn_of(events, outcome.us);
    let why = events.iter().find_map(|event| match &event.kind {
        EventKind::Malformed { conn: of, why, .. } if *of == conn => Some(why.as_str()),
        _ => None,
    });
    let said = match (row.why, why) {
        ("", None) => true,
        ("", Some(_)) | (_, None) => false,
        (part, Some(why)) => why.contains(part),
    };
    let text = row.sent.escape_ascii();
    if outcome.statuses != row.statuses || !said {
        return Err(format!("{text}\n    gave {:?}, {why:?}", outcome.statuses));
    }
    if payload(events, "received", Some(conn)) != outcome.sent {
        return Err(format!("{text}\n    was not shown as it came"));
    }
    Ok(())
}

#[test]
fn the_table_is_as_long_as_it_should_be() {
    assert!(ROWS.len() >= 150, "{}", ROWS.len());
}

#[tokio::test]
async fn every_request_of_the_table_gets_its_answer() {
    let (mut watch, address) = serve(Serving::default()).await;
    play_all(&mut watch, address, ROWS, false).await;
}

#[tokio::test]
async fn and_the_same_when_the_server_reads_byte_by_byte() {
    let (mut watch, address) = serve_spec(Spec {
        recv_size: 1,
        ..server(Serving::default())
    })
    .await;
    play_all(&mut watch, address, ROWS, false).await;
}

#[tokio::test]
async fn and_the_same_when_it_is_sent_byte_by_byte() {
    let (mut watch, address) = serve(Serving::default()).await;
    let some: Vec<Row> = ROWS.iter().copied().step_by(3).collect();
    play_all(&mut watch, address, &some, true).await;
}
