//! The words of a row in the list of exchanges. Which column is how wide, drawing says.

use std::time::Duration;

use super::exchange::Exchange;
use super::exchanges::{Exchanges, Line};
use crate::app::entry::Tone;
use crate::model::event::ConnId;
use crate::model::size::Size;
use crate::model::spec::Side;
use crate::model::time::Stamp;
use crate::wire::http1::{Framing, Item, Progress, Reader, StartLine};
use crate::wire::rows::FORMAT_LIMIT;
use crate::wire::text::{one_line_string, safe};

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// The method; empty while it is not known.
    pub method: String,
    /// The target, or what is said in its place.
    pub target: String,
    /// The status; an ellipsis while there is none.
    pub status: String,
    /// The size of the answer's body, or what is still going on.
    pub size: String,
    /// How long it took, or takes by now.
    pub time: String,
    /// How the row is meant.
    pub tone: Tone,
}

/// A duration as it is measured: `2 ms`, `1.4 s`, then as people say it. At most 6 cells wide.
#[must_use]
pub fn took(duration: Duration) -> String {
    let millis = duration.as_millis();
    match millis {
        0..1000 => format!("{millis} ms"),
        1000..60_000 => format!("{}.{} s", millis / 1000, millis % 1000 / 100),
        60_000..3_600_000 => format!("{} min", millis / 60_000),
        _ => format!("{} h", millis / 3_600_000),
    }
}

/// How long it takes until `patience` with something that began at `since` is over, in seconds.
fn left(since: Stamp, now: Stamp, patience: Duration) -> u64 {
    patience.saturating_sub(now.since(since)).as_secs()
}

/// What is said of a connection that has sent nothing yet, the longest wording first.
#[must_use]
pub fn silence(
    exchanges: &Exchanges,
    (conn, line): (ConnId, &Line),
    now: Stamp,
    patience: Duration,
) -> Vec<String> {
    let since = now.since(line.opened).as_secs();
    if let Some(first) = exchanges.waits_for(conn) {
        let words = format!("waits until {first} is done");
        return vec![
            format!("{words}, {since} s by now (one at a time)"),
            format!("{words}, {since} s"),
            words,
        ];
    }
    let words = format!("connected {since} s ago, nothing sent yet");
    let left = left(line.opened, now, patience);
    let mut wordings = vec![
        format!("{words} (browsers do this in advance); closed in {left} s"),
        format!("{words} (browsers do this in advance)"),
        format!("{words}; closed in {left} s"),
        format!("silent, closed in {left} s"),
    ];
    if left <= patience.as_secs() / 2 {
        // By now the end is more to the point than the reason.
        wordings.remove(1);
    }
    wordings
}

/// Until when an answered connection that is kept and idle stays open, in seconds from now.
#[must_use]
pub fn kept_for(
    exchanges: &Exchanges,
    exchange: &Exchange,
    now: Stamp,
    patience: Duration,
) -> Option<u64> {
    let idle = exchanges.is_latest(exchange) && exchange.response.whole;
    let ended = exchange.ended.filter(|_| idle)?;
    Some(left(ended, now, patience))
}

/// The words of an exchange.
#[must_use]
pub fn words(exchange: &Exchange, side: Side, now: Stamp, patience: Duration) -> Words {
    let going_on = exchange.ended.is_none();
    let time = match exchange.ended {
        Some(ended) => took(ended.since(exchange.began)),
        None => match now.since(exchange.began) {
            short if short < Duration::from_secs(1) => String::new(),
            long => format!("{} s", long.as_secs()),
        },
    };
    let mut words = Words {
        method: safe(&exchange.method()).into_owned(),
        target: one_line_string(&exchange.target()),
        status: exchange.status.map_or_else(
            || if going_on { "…" } else { "-" }.to_owned(),
            |s| s.to_string(),
        ),
        size: String::new(),
        time,
        tone: Tone::Text,
    };
    if let Some((_, why)) = exchange.request.refusal() {
        begun(exchange, &mut words);
        words.size = safe(why).into_owned();
        words.tone = Tone::Error;
        return words;
    }
    if let Some((_, why)) = exchange.response.refusal() {
        words.size = safe(why).into_owned();
        words.tone = Tone::Error;
        return words;
    }
    if !exchange.request.whole && side == Side::Server {
        let progress = begun(exchange, &mut words);
        words.size = if exchange.closed {
            words.tone = Tone::Warning;
            "the request stops here".to_owned()
        } else {
            let left = left(exchange.began, now, patience);
            format!("{progress}, 408 in {left} s")
        };
        return words;
    }
    words.size = match (exchange.response.whole, exchange.answered) {
        (true, _) => Size(exchange.body_len.unwrap_or(0)).to_string(),
        (false, None) if exchange.closed => {
            words.tone = Tone::Warning;
            "closed without an answer".to_owned()
        }
        (false, _) if exchange.closed && side == Side::Server => {
            format!("{} sent", Size(exchange.response.len))
        }
        (false, _) if exchange.closed => {
            words.tone = Tone::Warning;
            format!("stopped after {}", Size(exchange.response.len))
        }
        (false, None) => "no answer yet".to_owned(),
        (false, Some(_)) => format!("{} so far", Size(exchange.response.len)),
    };
    words
}

/// Fills in what an unfinished request already tells, and says how far it is.
fn begun(exchange: &Exchange, words: &mut Words) -> String {
    let raw = exchange.request.start(FORMAT_LIMIT);
    let mut reader = Reader::requests();
    let mut input = &raw[..];
    let mut framing = None;
    while let Some(item) = reader.next(&mut input) {
        match item {
            Item::Request(head) => {
                words.method.clone_from(&head.method);
                words.target = one_line_string(&head.target);
                framing = Some((head.framing, head.span.end));
            }
            Item::Broken(_) | Item::End(_) => break,
            _ => {}
        }
    }
    if let Some(StartLine::Request { method, target, .. }) = reader.start_line() {
        words.method.clone_from(method);
        words.target = one_line_string(target);
    }
    match (framing, reader.progress()) {
        (Some((Framing::Length(of), head)), _) => {
            format!("{} of {of} B of the body", exchange.request.len - head)
        }
        (Some((_, head)), _) => {
            let got = exchange.request.len.saturating_sub(head);
            format!("{} of the body so far", Size(got))
        }
        (None, Progress::Head { got, .. }) => format!("{} of the head", Size(got)),
        (None, _) => Size(exchange.request.len).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::model::http::PATIENCE;

    fn at(millis: u64) -> Stamp {
        Stamp(Duration::from_millis(millis))
    }

    fn asked(request: &'static str) -> Exchange {
        let mut exchange = Exchange::new(1, ConnId(1), at(0));
        exchange
            .request
            .push(Bytes::from_static(request.as_bytes()));
        exchange
    }

    #[test]
    fn a_request_tells_what_it_is_before_it_is_whole() {
        for (request, method, target, size) in [
            ("GE", "", "", "2 B of the head, 408 in 116 s"),
            (
                "GET /x HTTP/1.1\r\nHo",
                "GET",
                "/x",
                "19 B of the head, 408 in 116 s",
            ),
            (
                "POST /vote HTTP/1.1\r\nHost: a\r\nContent-Length: 40\r\n\r\nchoice=B&why",
                "POST",
                "/vote",
                "12 of 40 B of the body, 408 in 116 s",
            ),
            (
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
                "POST",
                "/",
                "5 B of the body so far, 408 in 116 s",
            ),
        ] {
            let words = words(&asked(request), Side::Server, at(3200), PATIENCE);
            assert_eq!((&*words.method, &*words.target), (method, target));
            assert_eq!(
                (&*words.size, &*words.status, &*words.time),
                (size, "…", "3 s")
            );
        }
    }

    #[test]
    fn times_are_at_most_six_cells_wide() {
        for (millis, want) in [
            (2, "2 ms"),
            (1400, "1.4 s"),
            (59_999, "59.9 s"),
            (61_000, "1 min"),
        ] {
            assert_eq!(took(Duration::from_millis(millis)), want);
        }
    }

    #[test]
    fn what_was_cut_off_says_so() {
        let mut exchange = asked("GET / HTTP/1.1\r\n");
        exchange.closed = true;
        exchange.ended = Some(at(5));
        let cut = words(&exchange, Side::Server, at(9), PATIENCE);
        assert_eq!(
            (&*cut.size, cut.tone),
            ("the request stops here", Tone::Warning)
        );
        exchange.request.whole = true;
        assert_eq!(
            words(&exchange, Side::Client, at(9), PATIENCE).size,
            "closed without an answer"
        );
    }
}
