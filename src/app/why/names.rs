//! Which card belongs to what: names, the most exact first. Nothing is matched by a wildcard, so
//! that what is new must be given a card.

use crate::model::event::{EventKind, Outcome};
use crate::model::failure::Failure;
use crate::model::spec::{Protocol, Side};
use crate::wire::words::WHOLE_DATAGRAM;

/// The names for a row of cases, the most exact first: each with protocol and side behind it, then
/// alone. HTTP runs over TCP, so what holds there holds here.
fn names(cases: &[String], protocol: Protocol, side: Side) -> Vec<String> {
    let protocols: &[Protocol] = match protocol {
        Protocol::Tcp => &[Protocol::Tcp],
        Protocol::Udp => &[Protocol::Udp],
        Protocol::Http => &[Protocol::Http, Protocol::Tcp],
    };
    let mut out = Vec::new();
    for case in cases {
        for protocol in protocols {
            let protocol = protocol.name().to_lowercase();
            out.push(format!("{case}-{protocol}-{}", side.word()));
            out.push(format!("{case}-{protocol}"));
        }
        out.push(format!("{case}-{}", side.word()));
        out.push(case.clone());
    }
    out
}

/// The cards of an event.
#[must_use]
pub fn of_event(kind: &EventKind, protocol: Protocol, side: Side) -> Vec<String> {
    let udp = protocol == Protocol::Udp;
    let word = kind.word();
    let special = match kind {
        EventKind::Failed { failure, .. } => return of_failure(failure, protocol, side),
        EventKind::Malformed { rule, .. } => return of_rule(rule),
        EventKind::Response { response, .. } => return of_status(response.status),
        EventKind::Received { cut: 1.., .. } => "cut",
        EventKind::Received { data, .. } | EventKind::Sent { data, .. }
            if udp && data.is_empty() =>
        {
            "empty"
        }
        EventKind::Sent { data, .. } if udp && data.len() > WHOLE_DATAGRAM => "large",
        EventKind::Lost { why, .. } if why.starts_with("not sent") => "unsent",
        EventKind::Stopped {
            outcome: Outcome::Failed,
            ..
        } => "failed",
        EventKind::FileEnded { how, .. } => how.word(),
        EventKind::Closed { how, by, .. } => {
            let cases = [
                format!("{word}-{}-{}", how.word(), by.word()),
                format!("{word}-{}", how.word()),
            ];
            return names(&cases, protocol, side);
        }
        EventKind::Connecting { .. }
        | EventKind::Tried { .. }
        | EventKind::Waiting { .. }
        | EventKind::Listening { .. }
        | EventKind::Ready { .. }
        | EventKind::Opened { .. }
        | EventKind::Received { .. }
        | EventKind::Sent { .. }
        | EventKind::FileStarted { .. }
        | EventKind::Request { .. }
        | EventKind::Queued { .. }
        | EventKind::Finished { .. }
        | EventKind::Lost { .. }
        | EventKind::Stopped { .. } => return names(&[word.to_owned()], protocol, side),
    };
    names(
        &[format!("{word}-{special}"), word.to_owned()],
        protocol,
        side,
    )
}

/// The cards of a failure.
#[must_use]
pub fn of_failure(failure: &Failure, protocol: Protocol, side: Side) -> Vec<String> {
    let kind = failure.kind.word();
    let cases = [
        format!("{}-{kind}", failure.what.word()),
        format!("failed-{kind}"),
    ];
    names(&cases, protocol, side)
}

/// The cards of a rule of HTTP that was broken.
#[must_use]
pub fn of_rule(rule: &str) -> Vec<String> {
    vec![format!("rule-{rule}"), "malformed".to_owned()]
}

/// The cards of a status.
#[must_use]
pub fn of_status(status: u16) -> Vec<String> {
    let class = match status {
        100..600 => format!("status-{}xx", status / 100),
        _ => "status-other".to_owned(),
    };
    vec![format!("status-{status}"), class]
}
