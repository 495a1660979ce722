//! The tables of the README, held against the program. The key table is generated:
//! `NETPLAY_README=write cargo test --test readme` writes it anew.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use netplay::app::keymap;
use netplay::model::event::{By, ConnId, Event, EventKind, FileEnd, How, Outcome};
use netplay::model::failure::{Failure, FailureKind, What};
use netplay::model::http::{Message, Request, Response, Version};
use netplay::model::spec::{Protocol, Side};
use netplay::model::time::{Origin, Stamp};
use netplay::store::json::Encoder;

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")
}

fn readme() -> String {
    std::fs::read_to_string(path()).expect("the README is part of the repository")
}

/// The text between the line that begins with `<!-- name:` and `<!-- end of name -->`.
fn section<'a>(text: &'a str, name: &str) -> (usize, &'a str) {
    let mark = text
        .find(&format!("<!-- {name}:"))
        .expect("the section's mark");
    let start = mark + text[mark..].find('\n').expect("a line") + 1;
    let end = text
        .find(&format!("<!-- end of {name} -->"))
        .expect("the section's end");
    (start, &text[start..end])
}

#[test]
fn the_key_table_is_the_programs_own() {
    let text = readme();
    let (start, table) = section(&text, "keys");
    let wanted = keymap::markdown();
    if std::env::var_os("NETPLAY_README").is_some() {
        let new = [&text[..start], &wanted, &text[start + table.len()..]].concat();
        std::fs::write(path(), new).expect("the README can be written");
        return;
    }
    assert!(
        table == wanted,
        "the key table of README.md is old; write it anew with\n  NETPLAY_README=write cargo test --test readme"
    );
}

/// One event of each kind, with every field that can be there.
#[expect(clippy::too_many_lines, reason = "a list of all kinds")]
fn one_of_each() -> Vec<EventKind> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
    let conn = ConnId(1);
    let failure = Box::new(Failure {
        what: What::Connect,
        kind: FailureKind::Refused,
        message: "m".into(),
        hint: "h".into(),
        holder: None,
    });
    let message = Message {
        version: Version::HTTP_11,
        fields: [("Host", "a")].into_iter().collect(),
        body_len: 1,
        raw_len: 1,
    };
    let all = vec![
        EventKind::Connecting { to: "a".into() },
        EventKind::Tried {
            address,
            failure: failure.clone(),
        },
        EventKind::Waiting { to: "a".into() },
        EventKind::Listening { local: address },
        EventKind::Ready {
            local: address,
            peer: address,
        },
        EventKind::Opened {
            conn,
            peer: address,
            local: address,
        },
        EventKind::Received {
            conn,
            peer: address,
            data: Bytes::from_static(b"a"),
            cut: 1,
        },
        EventKind::Sent {
            conn,
            peer: address,
            data: Bytes::from_static(b"\xff"),
        },
        EventKind::Request {
            conn,
            offset: 1,
            request: Arc::new(Request {
                method: "GET".into(),
                target: Bytes::from_static(b"/"),
                message: message.clone(),
            }),
        },
        EventKind::Response {
            conn,
            offset: 1,
            response: Box::new(Response {
                status: 200,
                reason: Bytes::from_static(b"OK"),
                message,
            }),
        },
        EventKind::Malformed {
            conn,
            rule: "r",
            why: "w".into(),
            offset: 1,
        },
        EventKind::Queued { conn },
        EventKind::FileStarted {
            conn,
            name: "f".into(),
            len: 1,
        },
        EventKind::FileEnded {
            conn,
            name: "f".into(),
            len: 1,
            sent: 1,
            how: FileEnd::Whole,
        },
        EventKind::Finished { conn, by: By::Peer },
        EventKind::Finished { conn, by: By::Us },
        EventKind::Closed {
            conn,
            how: How::Reset,
            by: By::Peer,
            received: 1,
            sent: 1,
        },
        EventKind::Lost {
            conn: Some(conn),
            why: "w".into(),
            count: 1,
            bytes: 1,
        },
        EventKind::Failed {
            conn: Some(conn),
            failure,
        },
        EventKind::Stopped {
            received: 1,
            sent: 1,
            connections: 1,
            outcome: Outcome::Done,
        },
    ];
    // A new kind of event stops here until it is in the list above and in the README.
    for kind in &all {
        match kind {
            EventKind::Connecting { .. }
            | EventKind::Tried { .. }
            | EventKind::Waiting { .. }
            | EventKind::Listening { .. }
            | EventKind::Ready { .. }
            | EventKind::Opened { .. }
            | EventKind::Received { .. }
            | EventKind::Sent { .. }
            | EventKind::Request { .. }
            | EventKind::Response { .. }
            | EventKind::Malformed { .. }
            | EventKind::Queued { .. }
            | EventKind::FileStarted { .. }
            | EventKind::FileEnded { .. }
            | EventKind::Finished { .. }
            | EventKind::Closed { .. }
            | EventKind::Lost { .. }
            | EventKind::Failed { .. }
            | EventKind::Stopped { .. } => {}
        }
    }
    all
}

#[test]
fn the_event_table_has_the_fields_that_are_written() {
    let text = readme();
    let (_, table) = section(&text, "events");
    let mut documented = BTreeSet::new();
    let rows: Vec<Vec<&str>> = table
        .lines()
        .skip(2)
        .map(|row| row.split('|').map(str::trim).collect())
        .collect();
    let origin = Origin(SystemTime::UNIX_EPOCH);
    for kind in one_of_each() {
        let mut line = Vec::new();
        let mut encoder = Encoder::new(Protocol::Tcp, Side::Server, origin, Stamp::default());
        encoder.encode(
            &Event {
                at: Stamp::default(),
                kind: kind.clone(),
            },
            &mut line,
        );
        let object: serde_json::Value = serde_json::from_slice(&line).expect("a line is JSON");
        let common = ["at", "t", "protocol", "side", "event"];
        let mut written: BTreeSet<&str> = object
            .as_object()
            .expect("an object")
            .keys()
            .map(String::as_str)
            .collect();
        for field in common {
            assert!(written.remove(field), "{field} is missing in {object}");
        }
        let word = format!("`{}`", kind.word());
        let row = rows
            .iter()
            .find(|row| row[1] == word)
            .unwrap_or_else(|| panic!("{word} is not in the README"));
        let mut fields: BTreeSet<&str> = row[2].split('`').skip(1).step_by(2).collect();
        // A payload is given as one of the two.
        if fields.contains("data") {
            assert_eq!(written.contains("data"), !written.contains("text"));
            fields.remove(if written.contains("data") {
                "text"
            } else {
                "data"
            });
        }
        assert_eq!(fields, written, "{word}");
        documented.insert(word);
    }
    assert_eq!(
        documented.len(),
        rows.len(),
        "the README has an event that is not there"
    );
}
