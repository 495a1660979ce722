//! What all parts of one session share, and the watch over it: whatever becomes of the session's
//! task, a panic included, `Stopped` is emitted at its end.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use tokio::sync::mpsc::UnboundedReceiver;
use tokio_util::sync::CancellationToken;

use super::{Emitter, Order, fault, tcp};
use crate::model::command::Command;
use crate::model::event::{ConnId, EventKind, Outcome};
use crate::model::failure::Failure;
use crate::model::spec::{Protocol, Side, Spec};

/// The receiving end of a session's orders.
pub(super) type Inbox = UnboundedReceiver<Order>;

/// What all parts of one session share.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) spec: Spec,
    pub(super) emitter: Emitter,
    pub(super) cancel: CancellationToken,
    /// How many connections a message to all of them goes to.
    pub(super) audience: Arc<AtomicUsize>,
    received: AtomicU64,
    sent: AtomicU64,
    connections: AtomicU64,
}

impl Session {
    pub(super) fn new(
        spec: Spec,
        emitter: Emitter,
        cancel: CancellationToken,
        audience: Arc<AtomicUsize>,
    ) -> Session {
        Session {
            spec,
            emitter,
            cancel,
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

/// Runs a session in a task of its own and tells how it ended.
pub(super) async fn supervise(session: Arc<Session>, inbox: Inbox) {
    let outcome = match tokio::spawn(run(session.clone(), inbox)).await {
        Ok(outcome) => outcome,
        Err(error) => {
            session.cancel.cancel();
            let text = match error.try_into_panic() {
                Ok(panic) => panic_text(&*panic),
                Err(error) => error.to_string(),
            };
            session.fail(None, fault::internal(session.spec.protocol, &text));
            Outcome::Failed
        }
    };
    session.emit(session.stopped(outcome));
}

async fn run(session: Arc<Session>, mut inbox: Inbox) -> Outcome {
    let outcome = match (session.spec.protocol, session.spec.side) {
        (Protocol::Tcp, Side::Server) => tcp::server::run(&session, &mut inbox).await,
        (Protocol::Tcp, Side::Client) => tcp::client::run(&session, &mut inbox).await,
        (Protocol::Udp, Side::Server | Side::Client) | (Protocol::Http, _) => {
            let name = session.spec.protocol.name();
            let text = format!("{name} sessions are not part of this version");
            session.fail(None, fault::internal(session.spec.protocol, &text));
            Outcome::Failed
        }
    };
    lose_orders(&session, inbox);
    outcome
}

/// Tells of messages that were ordered but never looked at.
fn lose_orders(session: &Session, mut inbox: Inbox) {
    inbox.close();
    let mut lost = (0, 0);
    while let Ok(order) = inbox.try_recv() {
        if let Command::Send { data, .. } = order.command {
            lost.0 += 1;
            lost.1 += data.len() as u64;
        }
    }
    session.lose(None, "not sent: the session is over", lost);
}

/// The words of a panic, as far as it has any.
pub(super) fn panic_text(panic: &(dyn Any + Send)) -> String {
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
