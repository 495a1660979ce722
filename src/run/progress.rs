//! How far a file is, as one line of stderr that is written over: for whoever sits at a terminal
//! and has sent stdout elsewhere.

use std::time::Duration;

use crate::app::transfer::{Transfer, Transfers};
use crate::model::command::Target;
use crate::model::event::{Event, EventKind, FileEnd};
use crate::model::size::Size;
use crate::model::time::Stamp;
use crate::ui::ago;
use crate::wire::text::{Charset, safe, spelled};

/// How often the line is written, at most.
const PACE: Duration = Duration::from_millis(100);
/// The widest that a name gets, in cells.
const NAME: usize = 28;

/// The line, and what it is about.
#[derive(Debug)]
pub(super) struct Progress {
    charset: Charset,
    transfers: Transfers,
    written: Option<Stamp>,
}

impl Progress {
    /// Nothing is on its way yet; names are written in these characters.
    pub(super) fn new(charset: Charset) -> Progress {
        Progress {
            charset,
            transfers: Transfers::default(),
            written: None,
        }
    }

    /// Whether a file is on its way.
    pub(super) fn goes_on(&self) -> bool {
        self.transfers.any(Target::All)
    }

    /// Takes note of an event, and writes the line when it is due.
    pub(super) fn record(&mut self, event: &Event, err: &mut Vec<u8>) {
        self.transfers.record(event.at, &event.kind);
        let ended = matches!(event.kind, EventKind::FileEnded { .. });
        let due = match self.written {
            Some(at) => event.at.since(at) >= PACE,
            None => true,
        };
        if ended || (due && self.goes_on()) {
            self.write(event.at, err);
        }
        if ended {
            self.leave(err);
        }
    }

    /// Writes the line as it is at this time.
    pub(super) fn write(&mut self, now: Stamp, err: &mut Vec<u8>) {
        if let Some(one) = self.transfers.shown(Target::All, now).first() {
            self.written = Some(now);
            err.extend_from_slice(line(one, now, self.charset).as_bytes());
        }
    }

    /// Ends the line, so that something else can be written.
    pub(super) fn leave(&mut self, err: &mut Vec<u8>) {
        if self.written.take().is_some() {
            err.push(b'\n');
        }
    }
}

/// Always of the same width, so that nothing is left of the one before.
fn line(one: &Transfer, now: Stamp, charset: Charset) -> String {
    let name = safe(&one.name);
    let name: String = spelled(&name, charset).chars().take(NAME).collect();
    let rate = one
        .rate(now)
        .map_or(String::new(), |rate| format!("{}/s", Size(rate)));
    let left = match one.end() {
        None => one
            .time_left(now)
            .map_or(String::new(), |left| format!("{} left", ago(left))),
        Some(FileEnd::Whole) => "sent".to_owned(),
        Some(FileEnd::Cancelled) => "cancelled".to_owned(),
        Some(FileEnd::Failed) => "broken off".to_owned(),
    };
    format!(
        "\r{name:<NAME$}  {:>3}%  {:>7}/{:<7}  {rate:>9}  {left:>11}",
        one.percent(),
        Size(one.sent),
        Size(one.len)
    )
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};

    use bytes::Bytes;

    use super::*;
    use crate::model::event::ConnId;

    const CONN: ConnId = ConnId(1);

    fn told(progress: &mut Progress, ms: u64, kind: EventKind) -> String {
        let at = Stamp(Duration::from_millis(ms));
        let mut err = Vec::new();
        progress.record(&Event { at, kind }, &mut err);
        String::from_utf8(err).expect("words")
    }

    fn sent(len: usize) -> EventKind {
        EventKind::Sent {
            conn: CONN,
            peer: SocketAddr::from((Ipv4Addr::LOCALHOST, 1)),
            data: Bytes::from(vec![0; len]),
        }
    }

    #[test]
    fn the_line_is_written_over_ten_times_a_second_and_left_at_the_end() {
        let mut progress = Progress::new(Charset::Unicode);
        assert_eq!(told(&mut progress, 0, sent(7)), "", "this is no file");
        let name = "a\u{1b}[31m".to_owned();
        let begun = EventKind::FileStarted {
            conn: CONN,
            name: name.clone(),
            len: 4096,
        };
        let first = told(&mut progress, 1000, begun);
        assert_eq!(
            first,
            "\ra\\x1b[31m                       0%      0 B/4.0 KiB                        "
        );
        assert_eq!(told(&mut progress, 1050, sent(1024)), "");
        let second = told(&mut progress, 2000, sent(1024));
        assert_eq!(
            second,
            "\ra\\x1b[31m                      50%  2.0 KiB/4.0 KiB  2.0 KiB/s     1 s left"
        );
        let ended = EventKind::FileEnded {
            conn: CONN,
            name,
            len: 4096,
            sent: 2048,
            how: FileEnd::Failed,
        };
        let last = told(&mut progress, 2010, ended);
        assert!(
            last.starts_with('\r') && last.ends_with("broken off\n"),
            "{last:?}"
        );
        for line in [&first, &second] {
            assert_eq!(line.len(), last.trim_end_matches('\n').len());
        }
        assert!(!progress.goes_on());
    }

    #[test]
    fn where_only_ascii_is_wanted_names_are_ascii() {
        let mut progress = Progress::new(Charset::Ascii);
        let begun = EventKind::FileStarted {
            conn: CONN,
            name: "größe".to_owned(),
            len: 1,
        };
        let line = told(&mut progress, 0, begun);
        assert!(line.starts_with("\rgr\\u{f6}\\u{df}e "), "{line:?}");
    }
}
