//! A session under watch: what the tests of TCP, UDP and the feed share. Every wait is for a
//! condition and has a deadline; a failed one shows all events there were.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};

use bytes::Bytes;
use netplay::model::address::Address;
use netplay::model::command::{Command, Target};
use netplay::model::event::{ConnId, Event, EventKind, Outcome, SessionId};
use netplay::model::failure::Failure;
use netplay::model::spec::{Protocol, Side, Spec};
use netplay::net::{self, Clock, Feed, Handle};

/// No condition may take longer than this.
pub const DEADLINE: Duration = Duration::from_secs(20);

pub const ONE: ConnId = ConnId(1);

/// Waits for something that must not take long.
pub async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    let Ok(value) = tokio::time::timeout(DEADLINE, future).await else {
        panic!("{what}: not within {DEADLINE:?}");
    };
    value
}

/// A stop waits for nobody.
pub fn assert_quick(began: Instant) {
    let took = began.elapsed();
    assert!(took < Duration::from_secs(1), "the stop took {took:?}");
}

/// Whether this machine has `::1`; says so where it has not.
pub fn has_ipv6() -> bool {
    let there = std::net::TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok();
    if !there {
        println!("skipped: this machine has no ::1");
    }
    there
}

/// The loopback addresses of this machine.
pub fn loopbacks() -> Vec<IpAddr> {
    let mut all: Vec<IpAddr> = vec![Ipv4Addr::LOCALHOST.into()];
    if has_ipv6() {
        all.push(Ipv6Addr::LOCALHOST.into());
    }
    all
}

pub fn spec(protocol: Protocol, side: Side, address: impl Into<SocketAddr>) -> Spec {
    Spec {
        address: Address::from(address.into()),
        ..Spec::new(protocol, side)
    }
}

/// A running session and all events it has emitted so far.
pub struct Watch {
    pub events: Vec<Event>,
    pub handle: Option<Handle>,
    feed: Feed,
}

impl Watch {
    pub fn start(spec: Spec) -> Watch {
        let mut feed = Feed::new(Clock::new());
        let emitter = feed.emitter(SessionId(1));
        Watch {
            events: Vec::new(),
            handle: Some(net::start(spec, emitter)),
            feed,
        }
    }

    /// Takes what waits in the feed.
    pub fn drain(&mut self) {
        let events = &mut self.events;
        self.feed.drain(|_, event| events.push(event));
    }

    /// Waits until something may wait in the feed.
    pub async fn ready(&self) {
        self.feed.ready().await;
    }

    /// Waits until `find` finds something in the events.
    pub async fn until<T>(&mut self, what: &str, mut find: impl FnMut(&[Event]) -> Option<T>) -> T {
        let deadline = tokio::time::Instant::now() + DEADLINE;
        loop {
            self.drain();
            if let Some(found) = find(&self.events) {
                return found;
            }
            if tokio::time::timeout_at(deadline, self.feed.ready())
                .await
                .is_err()
            {
                panic!(
                    "{what}: not within {DEADLINE:?}; there was {:#?}",
                    self.events
                );
            }
        }
    }

    /// Takes events while something else goes on, as a shell does.
    pub async fn during<T>(&mut self, future: impl Future<Output = T>) -> T {
        tokio::pin!(future);
        loop {
            self.drain();
            tokio::select! {
                value = &mut future => return value,
                () = self.feed.ready() => {}
            }
        }
    }

    /// Waits for the `n`th event (from 1) of which `test` is true.
    pub async fn nth(&mut self, what: &str, n: usize, test: impl Fn(&EventKind) -> bool) -> Event {
        self.until(what, |events| {
            events
                .iter()
                .filter(|event| test(&event.kind))
                .nth(n - 1)
                .cloned()
        })
        .await
    }

    /// Waits for an event with this word.
    pub async fn word(&mut self, word: &str) -> EventKind {
        self.nth(word, 1, |kind| kind.word() == word).await.kind
    }

    /// Waits until the server listens.
    pub async fn listening(&mut self) -> SocketAddr {
        match self.word("listening").await {
            EventKind::Listening { local } => local,
            other => panic!("{other:?}"),
        }
    }

    /// Waits until `n` connections have been opened, and gives the other end of the last.
    pub async fn opened(&mut self, n: usize) -> SocketAddr {
        match self
            .nth("opened", n, |kind| kind.word() == "opened")
            .await
            .kind
        {
            EventKind::Opened { peer, .. } => peer,
            other => panic!("{other:?}"),
        }
    }

    /// Waits for the first failure.
    pub async fn failed(&mut self) -> Failure {
        match self.word("failed").await {
            EventKind::Failed { failure, .. } => *failure,
            other => panic!("{other:?}"),
        }
    }

    /// Waits for the end, which must be the last event and the only one of its kind.
    pub async fn stopped(&mut self) -> (u64, u64, u64, Outcome) {
        let stopped = self.word("stopped").await;
        self.drain();
        assert_eq!(
            self.words()
                .iter()
                .filter(|word| **word == "stopped")
                .count(),
            1
        );
        assert_eq!(self.words().last(), Some(&"stopped"), "{:#?}", self.events);
        match stopped {
            EventKind::Stopped {
                received,
                sent,
                connections,
                outcome,
            } => (received, sent, connections, outcome),
            other => panic!("{other:?}"),
        }
    }

    /// Waits until all that came from a connection, put together, ends with this.
    pub async fn received(&mut self, conn: ConnId, end: &[u8]) {
        let what = format!("{} from {conn}", String::from_utf8_lossy(end));
        self.until(&what, |events| {
            let all = payload(events, "received", Some(conn));
            all.ends_with(end).then_some(())
        })
        .await;
    }

    /// Waits until `n` bytes have been sent.
    pub async fn sent(&mut self, n: usize) {
        self.until("sent", |events| {
            (payload(events, "sent", None).len() >= n).then_some(())
        })
        .await;
    }

    pub fn all_received(&self) -> Vec<u8> {
        payload(&self.events, "received", None)
    }

    pub fn all_sent(&self) -> Vec<u8> {
        payload(&self.events, "sent", None)
    }

    /// The payloads of `received` events, one by one.
    pub fn pieces(&self) -> Vec<Bytes> {
        self.events
            .iter()
            .filter(|event| event.kind.word() == "received")
            .filter_map(|event| event.kind.data().cloned())
            .collect()
    }

    pub fn words(&self) -> Vec<&'static str> {
        self.events.iter().map(|event| event.kind.word()).collect()
    }

    pub fn count(&self, word: &str) -> usize {
        self.words().iter().filter(|each| **each == word).count()
    }

    pub fn handle(&self) -> &Handle {
        self.handle.as_ref().expect("the handle was dropped")
    }

    pub fn command(&self, command: Command) {
        self.handle()
            .try_command(command)
            .expect("the session takes commands");
    }

    pub fn send(&self, text: impl Into<Bytes>) {
        self.send_to(Target::All, text);
    }

    pub fn send_to(&self, to: Target, text: impl Into<Bytes>) {
        let data = text.into();
        self.command(Command::Send { to, data });
    }

    pub fn stop(&self) {
        self.handle().stop();
    }
}

/// The payloads of all events with this word, put together.
pub fn payload(events: &[Event], word: &str, conn: Option<ConnId>) -> Vec<u8> {
    let mut all = Vec::new();
    for event in events {
        if event.kind.word() == word
            && (conn.is_none() || event.kind.conn() == conn)
            && let Some(data) = event.kind.data()
        {
            all.extend_from_slice(data);
        }
    }
    all
}
