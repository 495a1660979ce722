//! An event as a readable line: local time, a mark, the connection, the size, the text. For people
//! who read along, so that nothing here has to be read back: that is what JSON lines are for.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::model::event::{ConnId, Event, EventKind};
use crate::model::size::Size;
use crate::model::spec::{Protocol, Side};
use crate::model::time::Origin;
use crate::wire::text::{one_line, plain_lines, safe};
use crate::wire::words;

/// Where the text of a line begins, in cells: time, mark and connection stand before it.
const TEXT: usize = 22;

/// How much of each piece of a file is shown, in bytes: a file of a gigabyte has 16,384 of them.
const OF_A_FILE: usize = 64;

/// Encodes the events of one session.
///
/// Whatever came from outside is shown on one line, what is not printable escaped: a line that
/// begins with a time is an event, one that begins with blanks adds to the event before it.
#[derive(Debug)]
pub struct Encoder {
    protocol: Protocol,
    side: Side,
    origin: Origin,
    zone: TimeZone,
    ascii: bool,
    second: Option<(i64, String)>,
    /// The connections that a file is being sent on.
    files: BTreeSet<ConnId>,
    line: String,
}

impl Encoder {
    /// An encoder for a session of this protocol and side that shows times of the system's zone;
    /// with `ascii` it gives nothing but printable ASCII.
    #[must_use]
    pub fn new(protocol: Protocol, side: Side, origin: Origin, ascii: bool) -> Encoder {
        Encoder::in_zone(TimeZone::system(), protocol, side, origin, ascii)
    }

    fn in_zone(
        zone: TimeZone,
        protocol: Protocol,
        side: Side,
        origin: Origin,
        ascii: bool,
    ) -> Encoder {
        Encoder {
            protocol,
            side,
            origin,
            zone,
            ascii,
            second: None,
            files: BTreeSet::new(),
            line: String::new(),
        }
    }

    /// Appends the event to `out` as one line, or as two where a hint belongs to it.
    pub fn encode(&mut self, event: &Event, out: &mut Vec<u8>) {
        self.time(event);
        let mark = if self.ascii {
            words::ascii_mark(&event.kind)
        } else {
            words::mark(&event.kind)
        };
        let conn = event
            .kind
            .conn()
            .map_or(String::new(), |c: ConnId| c.to_string());
        self.put(format_args!("  {mark} {conn:<5} "));
        self.text(&event.kind, out);
        self.line.push('\n');
        self.flush(out);
    }

    /// Appends what stands in the line so far.
    fn flush(&mut self, out: &mut Vec<u8>) {
        if self.ascii && !self.line.is_ascii() {
            for c in self.line.chars() {
                if c.is_ascii() {
                    out.push(c as u8);
                } else {
                    out.extend_from_slice(c.escape_unicode().to_string().as_bytes());
                }
            }
        } else {
            out.extend_from_slice(self.line.as_bytes());
        }
        self.line.clear();
    }

    fn put(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = self.line.write_fmt(text);
    }

    /// A line of its own below the event.
    fn below(&mut self, text: &str) {
        self.put(format_args!("\n{:TEXT$}{text}", ""));
    }

    fn time(&mut self, event: &Event) {
        let at = Timestamp::try_from(self.origin.wall(event.at)).unwrap_or(Timestamp::MAX);
        let number = at.as_second();
        match &self.second {
            Some((same, text)) if *same == number => self.line.push_str(text),
            _ => {
                let text = self.zone.to_datetime(at).strftime("%H:%M:%S").to_string();
                self.line.push_str(&text);
                self.second = Some((number, text));
            }
        }
        self.put(format_args!(".{:03}", at.subsec_millisecond()));
    }

    fn text(&mut self, kind: &EventKind, out: &mut Vec<u8>) {
        let words = words::sentence(kind, self.protocol, self.side);
        match kind {
            EventKind::FileStarted { conn, .. } => _ = self.files.insert(*conn),
            EventKind::FileEnded { conn, .. } => _ = self.files.remove(conn),
            EventKind::Sent { conn, data, .. } if self.files.contains(conn) => {
                return self.piece(data);
            }
            _ => {}
        }
        match kind.data() {
            Some(data) => {
                self.payload(data, out);
                if data.is_empty() {
                    self.line.push_str(&words);
                } else if !words.is_empty() {
                    self.below(&words);
                }
            }
            None => self.line.push_str(&words),
        }
        if let EventKind::Failed { failure, .. } = kind
            && !failure.hint.is_empty()
        {
            self.below(&safe(&failure.hint));
        }
    }

    fn payload(&mut self, data: &[u8], out: &mut Vec<u8>) {
        self.put(format_args!("{:>8}  ", Size(data.len() as u64)));
        // Most of it needs no second look at its characters, and so no second copy.
        self.flush(out);
        let rest = plain_lines(data, out);
        one_line(rest, &mut self.line);
    }

    /// The beginning of a piece of a file, enough to see which it is.
    fn piece(&mut self, data: &[u8]) {
        self.put(format_args!("{:>8}  ", Size(data.len() as u64)));
        let (start, rest) = data.split_at(data.len().min(OF_A_FILE));
        one_line(start, &mut self.line);
        if !rest.is_empty() {
            self.line.push_str(" ...");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};
    use std::time::{Duration, UNIX_EPOCH};

    use bytes::Bytes;
    use jiff::tz::Offset;
    use proptest::prelude::*;

    use super::*;
    use crate::model::event::{By, FileEnd, How, Outcome};
    use crate::model::failure::{Failure, FailureKind, What};
    use crate::model::time::Stamp;

    const CONN: ConnId = ConnId(1);

    fn encoder(protocol: Protocol, side: Side, ascii: bool) -> Encoder {
        let origin = Origin(UNIX_EPOCH + Duration::from_millis(1_709_251_199_900));
        let zone = Offset::constant(2).to_time_zone();
        Encoder::in_zone(zone, protocol, side, origin, ascii)
    }

    fn shown(encoder: &mut Encoder, ms: u64, kind: EventKind) -> String {
        let at = Stamp(Duration::from_millis(ms));
        let mut out = Vec::new();
        encoder.encode(&Event { at, kind }, &mut out);
        String::from_utf8(out).expect("lines are UTF-8")
    }

    fn peer() -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, 51334))
    }

    fn local() -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, 23456))
    }

    fn received(data: &[u8], cut: u32) -> EventKind {
        EventKind::Received {
            conn: CONN,
            peer: peer(),
            data: Bytes::copy_from_slice(data),
            cut,
        }
    }

    fn closed(how: How, by: By) -> EventKind {
        EventKind::Closed {
            conn: CONN,
            how,
            by,
            received: 18,
            sent: 2048,
        }
    }

    fn opened() -> EventKind {
        EventKind::Opened {
            conn: CONN,
            peer: peer(),
            local: local(),
        }
    }

    fn stopped(connections: u64) -> EventKind {
        EventKind::Stopped {
            received: 18,
            sent: 18,
            connections,
            outcome: Outcome::Done,
        }
    }

    fn failure() -> Failure {
        Failure {
            what: What::Connect,
            kind: FailureKind::Refused,
            message: "TCP 127.0.0.1:1 refused\n\u{1b}[31m".into(),
            hint: "start the server first".into(),
            holder: None,
        }
    }

    #[test]
    fn a_server_tells_its_story_in_columns() {
        let mut encoder = encoder(Protocol::Tcp, Side::Server, false);
        let mut story = String::new();
        for (ms, kind) in [
            (0, EventKind::Listening { local: local() }),
            (99, opened()),
            (100, received(b"Hello\r\n", 0)),
            (
                101,
                EventKind::Sent {
                    conn: ConnId(1234),
                    peer: peer(),
                    data: Bytes::from(vec![b'x'; 3]),
                },
            ),
            (
                60_100,
                EventKind::Finished {
                    conn: CONN,
                    by: By::Peer,
                },
            ),
            (
                60_100,
                EventKind::Finished {
                    conn: CONN,
                    by: By::Us,
                },
            ),
            (60_101, closed(How::Finished, By::Peer)),
            (
                60_102,
                EventKind::Failed {
                    conn: Some(CONN),
                    failure: Box::new(failure()),
                },
            ),
            (
                60_103,
                EventKind::Lost {
                    conn: None,
                    why: "not sent: nobody is connected".into(),
                    count: 1,
                    bytes: 5,
                },
            ),
            (60_104, stopped(1)),
        ] {
            story += &shown(&mut encoder, ms, kind);
        }
        assert_eq!(
            story,
            r"01:59:59.900  ◆       listening on 127.0.0.1:23456
01:59:59.999  ◆ #1    opened by 127.0.0.1:51334
02:00:00.000  ← #1         7 B  Hello\r\n
02:00:00.001  → #1234      3 B  xxx
02:01:00.000  ◇ #1    finished sending (it can still read)
02:01:00.000  ◇ #1    we finished sending (it can still send)
02:01:00.001  ◇ #1    closed by the peer, in 18 B, out 2.0 KiB
02:01:00.002  ! #1    TCP 127.0.0.1:1 refused\n\x1b[31m
                      start the server first
02:01:00.003  !       not sent: nobody is connected (1 lost, 5 B)
02:01:00.004  ◇       stopped, in 18 B, out 18 B, 1 connection
"
        );
    }

    #[test]
    fn a_client_tells_how_it_came_to_its_connection() {
        let mut encoder = encoder(Protocol::Tcp, Side::Client, false);
        for (kind, want) in [
            (
                EventKind::Connecting {
                    to: "a\u{202e}:1".into(),
                },
                r"·       connecting to a\u{202e}:1",
            ),
            (
                EventKind::Tried {
                    address: peer(),
                    failure: Box::new(failure()),
                },
                r"!       TCP 127.0.0.1:1 refused\n\x1b[31m",
            ),
            (
                EventKind::Waiting { to: "a:1".into() },
                "·       waiting for a server at a:1",
            ),
            (opened(), "◆ #1    connected; our end is 127.0.0.1:23456"),
            (
                closed(How::Reset, By::Peer),
                "◇ #1    reset by the peer, in 18 B, out 2.0 KiB",
            ),
            (
                closed(How::Stopped, By::Us),
                "◇ #1    closed by us, in 18 B, out 2.0 KiB",
            ),
        ] {
            assert_eq!(
                shown(&mut encoder, 0, kind),
                format!("01:59:59.900  {want}\n")
            );
        }
    }

    #[test]
    fn datagrams_have_words_of_their_own() {
        let mut encoder = encoder(Protocol::Udp, Side::Server, false);
        for (kind, want) in [
            (
                EventKind::Ready {
                    local: local(),
                    peer: peer(),
                },
                "◆       ready to send to 127.0.0.1:51334 from 127.0.0.1:23456",
            ),
            (opened(), "◆ #1    first heard from 127.0.0.1:51334"),
            (received(b"", 0), "← #1         0 B  (an empty datagram)"),
            (
                received(b"abc", 12),
                "← #1         3 B  abc\n                      12 B more did not fit into the \
                 read size",
            ),
            (
                closed(How::Stopped, By::Us),
                "◇ #1    forgotten, in 18 B, out 2.0 KiB",
            ),
            (stopped(2), "◇       stopped, in 18 B, out 18 B, 2 peers"),
        ] {
            assert_eq!(
                shown(&mut encoder, 0, kind),
                format!("01:59:59.900  {want}\n")
            );
        }
    }

    #[test]
    fn where_only_ascii_can_be_shown_everything_else_is_escaped() {
        let mut encoder = encoder(Protocol::Tcp, Side::Server, true);
        assert_eq!(
            shown(&mut encoder, 0, received("\\ é😀\t".as_bytes(), 0)),
            "01:59:59.900  < #1         9 B  \\\\ \\u{e9}\\u{1f600}\\t\n"
        );
        for kind in [
            opened(),
            closed(How::Failed, By::Us),
            EventKind::Waiting { to: "é".into() },
        ] {
            assert!(shown(&mut encoder, 0, kind).is_ascii());
        }
    }

    #[test]
    fn of_each_piece_of_a_file_the_beginning_is_shown() {
        let mut encoder = encoder(Protocol::Udp, Side::Client, false);
        let sent = |len| EventKind::Sent {
            conn: CONN,
            peer: peer(),
            data: Bytes::from(vec![b'x'; len]),
        };
        let long = "x".repeat(65);
        assert!(shown(&mut encoder, 0, sent(65)).contains(&long));
        let begun = EventKind::FileStarted {
            conn: CONN,
            name: "f".into(),
            len: 65,
        };
        shown(&mut encoder, 0, begun);
        for (len, ends) in [(64, "  xx"), (65, "x ..."), (2000, "x ...")] {
            let line = shown(&mut encoder, 0, sent(len));
            assert_eq!(line.matches('x').count(), 64, "{line}");
            assert_eq!(line.lines().count(), 1, "{line}");
            assert!(line.contains(ends), "{line}");
        }
        let ended = EventKind::FileEnded {
            conn: CONN,
            name: "f".into(),
            len: 65,
            sent: 65,
            how: FileEnd::Whole,
        };
        shown(&mut encoder, 0, ended);
        assert!(shown(&mut encoder, 0, sent(65)).contains(&long));
    }

    #[test]
    fn every_mark_is_one_of_its_own_also_in_ascii() {
        let kinds = [
            received(b"", 0),
            EventKind::Sent {
                conn: CONN,
                peer: peer(),
                data: Bytes::new(),
            },
            opened(),
            closed(How::Finished, By::Us),
            EventKind::Waiting { to: String::new() },
            EventKind::Failed {
                conn: None,
                failure: Box::new(failure()),
            },
        ];
        for mark in [words::mark, words::ascii_mark] {
            let mut marks: Vec<char> = kinds.iter().map(mark).collect();
            marks.sort_unstable();
            marks.dedup();
            assert_eq!(marks.len(), kinds.len());
        }
    }

    proptest! {
        #[test]
        fn whatever_comes_in_stays_on_its_line(data in proptest::collection::vec(any::<u8>(), 0..99)) {
            let mut encoder = encoder(Protocol::Tcp, Side::Server, false);
            let line = shown(&mut encoder, 0, received(&data, 0));
            prop_assert_eq!(line.matches('\n').count(), 1);
            prop_assert!(!line.trim_end_matches('\n').contains(char::is_control), "{line:?}");
        }
    }
}
