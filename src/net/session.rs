//! What all parts of one session share, and the watch over it: whatever becomes of the session's
//! task, a panic included, `Stopped` is emitted at its end.

use std::any::Any;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Emitter, Order, fault};
use crate::model::command::Command;
use crate::model::event::{ConnId, EventKind, Outcome};
use crate::model::failure::Failure;
use crate::model::spec::{MAX_RECV_SIZE, Spec};
use crate::model::time::Stamp;

/// Troubles that are not further apart than this are one, and told once.
const EPISODE_GAP: Duration = Duration::from_secs(10);

/// The receiving end of a session's orders.
pub(super) type Inbox = UnboundedReceiver<Order>;

/// What all parts of one session share.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) spec: Spec,
    pub(super) emitter: Emitter,
    /// The session is asked to stop. What was ordered before is still looked at.
    pub(super) stop: CancellationToken,
    /// The session's connections are to end, without any waiting.
    pub(super) cut: CancellationToken,
    /// How many connections a message to all of them goes to.
    pub(super) audience: Arc<AtomicUsize>,
    received: AtomicU64,
    sent: AtomicU64,
    connections: AtomicU64,
}

impl Session {
    pub(super) fn new(
        mut spec: Spec,
        emitter: Emitter,
        stop: CancellationToken,
        audience: Arc<AtomicUsize>,
    ) -> Session {
        // An empty buffer would read as the peer's end.
        spec.recv_size = spec.recv_size.clamp(1, MAX_RECV_SIZE);
        Session {
            spec,
            emitter,
            stop,
            cut: CancellationToken::new(),
            audience,
            received: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            connections: AtomicU64::new(0),
        }
    }

    pub(super) fn emit(&self, kind: EventKind) {
        self.emitter.emit(kind);
    }

    /// Tells of a fault; it does not end anything by itself.
    pub(super) fn fail(&self, conn: Option<ConnId>, failure: Failure) {
        let failure = Box::new(failure);
        self.emit(EventKind::Failed { conn, failure });
    }

    /// Tells of messages that will not be sent, if there are any.
    pub(super) fn lose(&self, conn: Option<ConnId>, why: &str, (count, bytes): (u64, u64)) {
        if count > 0 {
            let why = why.to_owned();
            self.emit(EventKind::Lost {
                conn,
                why,
                count,
                bytes,
            });
        }
    }

    pub(super) fn count_received(&self, bytes: usize) {
        self.received.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(super) fn count_sent(&self, bytes: usize) {
        self.sent.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// One write call that began at `at` took these bytes.
    pub(super) fn sent(&self, at: Stamp, conn: ConnId, peer: SocketAddr, data: Bytes) {
        self.count_sent(data.len());
        self.emitter
            .emit_at(at, EventKind::Sent { conn, peer, data });
    }

    /// The number of a new connection, from 1.
    pub(super) fn next_conn(&self) -> ConnId {
        ConnId(self.connections.fetch_add(1, Ordering::Relaxed) as u32 + 1)
    }

    fn stopped(&self, outcome: Outcome) -> EventKind {
        EventKind::Stopped {
            received: self.received.load(Ordering::Relaxed),
            sent: self.sent.load(Ordering::Relaxed),
            connections: self.connections.load(Ordering::Relaxed),
            outcome,
        }
    }
}

/// Tells the beginning of a trouble from its going on.
#[derive(Debug, Default)]
pub(super) struct Episode {
    last: Option<Instant>,
}

impl Episode {
    /// The trouble is there at `now`; whether it is a new one.
    pub(super) fn begins(&mut self, now: Instant) -> bool {
        let new = self.last.is_none_or(|last| now > last + EPISODE_GAP);
        self.last = Some(now);
        new
    }
}

/// Does a session's work in a task of its own and tells how it ended.
pub(super) async fn supervise(
    session: Arc<Session>,
    work: impl Future<Output = Outcome> + Send + 'static,
) {
    let outcome = match tokio::spawn(work).await {
        Ok(outcome) => outcome,
        Err(error) => {
            session.stop.cancel();
            session.cut.cancel();
            match error.try_into_panic() {
                Ok(panic) => {
                    let text = panic_text(&*panic);
                    session.fail(None, fault::internal(session.spec.protocol, &text));
                    Outcome::Failed
                }
                // The runtime is going down with all of its tasks.
                Err(_) => Outcome::Done,
            }
        }
    };
    session.emit(session.stopped(outcome));
}

/// Tells of messages that were ordered but never looked at.
pub(super) fn lose_orders(session: &Session, mut inbox: Inbox) {
    inbox.close();
    let mut lost = (0, 0);
    while let Ok(order) = inbox.try_recv() {
        let bytes = match order.command {
            Command::Send { data, .. } => data.len(),
            Command::SendFile { .. } => 0,
            _ => continue,
        };
        lost = (lost.0 + 1, lost.1 + bytes as u64);
    }
    session.lose(None, "not sent: the session is over", lost);
}

/// The words of a panic, as far as it has any.
#[must_use]
pub fn panic_text(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without words".to_owned())
}

/// The next order; waits for ever when no more can come.
pub(super) async fn next_order(inbox: &mut Inbox) -> Order {
    match inbox.recv().await {
        Some(order) => order,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::event::{Event, SessionId};
    use crate::model::failure::What;
    use crate::model::spec::{Protocol, Side};
    use crate::net::{Clock, Feed};

    /// A session that does nothing yet, and the feed that it emits into.
    pub(in crate::net) fn session(spec: Spec) -> (Arc<Session>, Feed) {
        let mut feed = Feed::new(Clock::new());
        let emitter = feed.emitter(SessionId(1));
        let session = Session::new(spec, emitter, CancellationToken::new(), Arc::default());
        (Arc::new(session), feed)
    }

    pub(in crate::net) fn events(feed: &mut Feed) -> Vec<EventKind> {
        let mut events = Vec::new();
        feed.drain(|_, Event { kind, .. }| events.push(kind));
        events
    }

    #[tokio::test]
    async fn a_panic_in_a_session_is_told_with_its_words_and_ends_it_as_failed() {
        let (session, mut feed) = session(Spec::new(Protocol::Tcp, Side::Client));
        supervise(session.clone(), async { panic!("the {} broke", "thing") }).await;
        // Whatever is left of the session has nothing to say any more.
        session.emit(EventKind::Connecting { to: String::new() });
        let events = events(&mut feed);
        let [
            EventKind::Failed { failure, .. },
            EventKind::Stopped { outcome, .. },
        ] = &events[..]
        else {
            panic!("{events:?}");
        };
        assert_eq!(failure.what, What::Internal);
        assert!(failure.message.contains("the thing broke"), "{failure:?}");
        assert_eq!(*outcome, Outcome::Failed);
        assert!(session.cut.is_cancelled());
    }

    #[test]
    fn a_trouble_that_comes_and_goes_is_told_once() {
        let mut episode = Episode::default();
        let start = Instant::now();
        let at = |s| start + Duration::from_secs(s);
        assert!(episode.begins(at(0)));
        assert!(!episode.begins(at(5)));
        assert!(!episode.begins(at(14)), "9 s after the last");
        assert!(episode.begins(at(60)));
    }
}
