//! Files on their way out: how far each is, how fast it goes and how long that will take, from
//! events alone. Time is in the stamps.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::model::command::Target;
use crate::model::event::{ConnId, EventKind, FileEnd};
use crate::model::stats::{RATE_WINDOW, Rate};
use crate::model::time::Stamp;

/// Before this, a rate would be guesswork.
const SETTLES: Duration = Duration::from_millis(250);
/// What would take longer is not foretold.
const FORETOLD: Duration = Duration::from_secs(99 * 24 * 60 * 60);
/// How long the end of a file is shown; it stands in the log besides.
const LINGERS: Duration = Duration::from_secs(2);

/// One file on its way to one connection.
#[derive(Clone, Debug)]
pub struct Transfer {
    /// Its name, as it came (not trusted text).
    pub name: String,
    /// Its length, in bytes.
    pub len: u64,
    /// How many of them were sent.
    pub sent: u64,
    begun: Stamp,
    ended: Option<(Stamp, FileEnd)>,
    rate: Rate,
}

impl Transfer {
    /// Whether it is still on its way.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        self.ended.is_none()
    }

    fn shows(&self, now: Stamp) -> bool {
        self.ended.is_none_or(|(at, _)| now.since(at) < LINGERS)
    }

    /// How it ended, once it has.
    #[must_use]
    pub fn end(&self) -> Option<FileEnd> {
        self.ended.map(|(_, how)| how)
    }

    /// How much of it was sent, in hundredths, rounded down.
    #[must_use]
    pub fn percent(&self) -> u64 {
        self.part_of(100)
    }

    /// How many of `whole` parts were sent, rounded down; all of them of an empty file.
    #[must_use]
    pub fn part_of(&self, whole: u64) -> u64 {
        let part = u128::from(self.sent.min(self.len)) * u128::from(whole);
        part.checked_div(u128::from(self.len))
            .map_or(whole, |part| part as u64)
    }

    /// Bytes a second over the last two seconds, or since its beginning if that is later; after its
    /// end, from its beginning to that. `None` as long as it is too early to say.
    #[must_use]
    pub fn rate(&self, now: Stamp) -> Option<u64> {
        let until = self.ended.map_or(now, |(at, _)| at);
        let over = until.since(self.begun);
        if over < SETTLES {
            return None;
        }
        if self.goes_on() && over >= RATE_WINDOW {
            return Some(self.rate.per_second(now));
        }
        let per_second = u128::from(self.sent) * 1000 / over.as_millis();
        Some(u64::try_from(per_second).unwrap_or(u64::MAX))
    }

    /// How long the rest will take at this rate, in whole seconds, rounded up, at most 99 days;
    /// `None` when it is too early to say, when nothing goes at present, and after its end.
    #[must_use]
    pub fn time_left(&self, now: Stamp) -> Option<Duration> {
        let rate = self.rate(now).filter(|rate| *rate > 0 && self.goes_on())?;
        let left = self.len.saturating_sub(self.sent);
        Some(Duration::from_secs(left.div_ceil(rate))).filter(|time| *time <= FORETOLD)
    }
}

/// The files of a session on their way, at most one a connection.
#[derive(Clone, Debug, Default)]
pub struct Transfers(BTreeMap<ConnId, Transfer>);

impl Transfers {
    /// Takes note of an event.
    pub fn record(&mut self, at: Stamp, kind: &EventKind) {
        match kind {
            EventKind::FileStarted { conn, name, len } => {
                let transfer = Transfer {
                    name: name.clone(),
                    len: *len,
                    sent: 0,
                    begun: at,
                    ended: None,
                    rate: Rate::default(),
                };
                self.0.insert(*conn, transfer);
            }
            EventKind::Sent { conn, data, .. } if !self.0.is_empty() => {
                if let Some(transfer) = self.0.get_mut(conn).filter(|one| one.goes_on()) {
                    transfer.sent += data.len() as u64;
                    transfer.rate.add(at, data.len() as u64);
                }
            }
            EventKind::FileEnded {
                conn, sent, how, ..
            } => {
                if let Some(transfer) = self.0.get_mut(conn) {
                    transfer.sent = *sent;
                    transfer.ended = Some((at, *how));
                }
                // Those that ended a while ago are not looked for any more.
                self.0.retain(|_, one| one.shows(at));
            }
            EventKind::Stopped { .. } => self.clear(),
            _ => {}
        }
    }

    /// Forgets all of them.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Those that show now: on their way to the target, or arrived there a moment ago; the former
    /// first.
    #[must_use]
    pub fn shown(&self, to: Target, now: Stamp) -> Vec<&Transfer> {
        let meant = |conn: ConnId| match to {
            Target::All => true,
            Target::One(one) => one == conn,
        };
        let all = self.0.iter().filter(|(conn, _)| meant(**conn));
        let mut shown: Vec<&Transfer> = all
            .map(|(_, one)| one)
            .filter(|one| one.shows(now))
            .collect();
        shown.sort_by_key(|one| !one.goes_on());
        shown
    }

    /// Whether a file is on its way to the target.
    #[must_use]
    pub fn any(&self, to: Target) -> bool {
        match to {
            Target::All => self.0.values().any(Transfer::goes_on),
            Target::One(conn) => self.0.get(&conn).is_some_and(Transfer::goes_on),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};

    use bytes::Bytes;

    use super::*;

    const CONN: ConnId = ConnId(3);

    fn at(ms: u64) -> Stamp {
        Stamp(Duration::from_millis(ms))
    }

    fn started(len: u64) -> EventKind {
        EventKind::FileStarted {
            conn: CONN,
            name: "file".to_owned(),
            len,
        }
    }

    fn sent(len: usize) -> EventKind {
        EventKind::Sent {
            conn: CONN,
            peer: SocketAddr::from((Ipv4Addr::LOCALHOST, 1)),
            data: Bytes::from(vec![0; len]),
        }
    }

    fn ended(sent: u64, how: FileEnd) -> EventKind {
        EventKind::FileEnded {
            conn: CONN,
            name: "file".to_owned(),
            len: 10_000,
            sent,
            how,
        }
    }

    /// A file of 10,000 bytes, begun at 1 s, of which 100 bytes go every 100 ms until `ms`.
    fn steady(ms: u64) -> Transfers {
        let mut transfers = Transfers::default();
        transfers.record(at(500), &sent(77));
        transfers.record(at(1000), &started(10_000));
        for ms in (1000..ms).step_by(100) {
            transfers.record(at(ms), &sent(100));
        }
        transfers
    }

    fn one(transfers: &Transfers, ms: u64) -> &Transfer {
        transfers.shown(Target::All, at(ms))[0]
    }

    #[test]
    fn rate_and_time_left_are_those_of_the_last_two_seconds() {
        let transfers = steady(1200);
        let early = one(&transfers, 1200);
        assert_eq!((early.sent, early.rate(at(1200))), (200, None));
        assert_eq!(early.time_left(at(1200)), None);

        let transfers = steady(2000);
        let then = one(&transfers, 2000);
        assert_eq!((then.sent, then.percent()), (1000, 10));
        assert_eq!(then.rate(at(2000)), Some(1000));
        assert_eq!(then.time_left(at(2000)), Some(Duration::from_secs(9)));

        let transfers = steady(5000);
        let later = one(&transfers, 4999);
        assert_eq!((later.sent, later.percent()), (4000, 40));
        assert_eq!(later.rate(at(4999)), Some(1000));
        assert_eq!(later.time_left(at(4999)), Some(Duration::from_secs(6)));
        // The peer does not read any more: what came is forgotten.
        assert_eq!(later.rate(at(6100)), Some(350));
        assert_eq!(later.time_left(at(6100)), Some(Duration::from_secs(18)));
        assert_eq!(later.rate(at(9000)), Some(0));
        assert_eq!(later.time_left(at(9000)), None);
    }

    #[test]
    fn an_end_is_shown_for_two_seconds_with_its_average() {
        let mut transfers = steady(3000);
        transfers.record(at(5000), &ended(2000, FileEnd::Cancelled));
        // What is sent now is no longer of the file.
        transfers.record(at(5001), &sent(9));
        assert!(!transfers.any(Target::All));
        let over = one(&transfers, 6999);
        assert_eq!((over.sent, over.percent()), (2000, 20));
        assert_eq!(over.rate(at(6999)), Some(500));
        assert_eq!(over.time_left(at(6999)), None);
        assert!(transfers.shown(Target::All, at(7000)).is_empty());
    }

    #[test]
    fn each_connection_has_its_own_and_those_on_their_way_come_first() {
        let mut transfers = steady(1100);
        transfers.record(at(1200), &ended(100, FileEnd::Whole));
        let other = EventKind::FileStarted {
            conn: ConnId(4),
            name: "other".to_owned(),
            len: 5,
        };
        transfers.record(at(1300), &other);
        let names = |to| {
            let shown = transfers.shown(to, at(1300));
            shown.iter().map(|one| one.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(Target::All), ["other", "file"]);
        assert_eq!(names(Target::One(CONN)), ["file"]);
        assert_eq!(names(Target::One(ConnId(9))), [""; 0]);
        assert!(transfers.any(Target::One(ConnId(4))));
        assert!(!transfers.any(Target::One(CONN)));
    }

    #[test]
    fn an_empty_file_is_whole_from_its_beginning_and_no_length_overflows() {
        let mut transfers = Transfers::default();
        transfers.record(at(0), &started(0));
        assert_eq!(one(&transfers, 0).percent(), 100);
        transfers.record(at(0), &started(u64::MAX));
        transfers.record(at(0), &sent(1 << 20));
        let huge = one(&transfers, 1000);
        assert_eq!((huge.percent(), huge.rate(at(1000))), (0, Some(1 << 20)));
        assert_eq!(huge.time_left(at(1000)), None, "more than 99 days");
    }
}
