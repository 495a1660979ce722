//! Sessions on real sockets. [`start`] turns a [`Spec`] into one Tokio task tree that emits events
//! through an [`Emitter`] and takes commands through a [`Handle`]; it knows nothing of who watches.
//!
//! Start is not async: names are resolved, sockets bound and dialled in the task, and all of it
//! comes back as events. Dropping the handle cancels the session.

// Nothing that a peer sends may end the program by a panic; tests may.
#![cfg_attr(
    not(test),
    deny(
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::string_slice,
        clippy::unreachable
    )
)]

mod accept;
mod bind;
mod clock;
mod dial;
mod fault;
pub mod feed;
mod http;
mod platform;
mod resolve;
mod service;
mod session;
mod socket;
mod source;
mod tcp;
mod udp;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

use self::session::{Inbox, Session};
use crate::model::command::{Command, Target};
use crate::model::event::Outcome;
use crate::model::spec::{Protocol, Side, Spec};

pub use clock::Clock;
pub use feed::{Emitter, Feed};
pub use platform::{own_addresses, raise_descriptor_limit};
pub use session::panic_text;
pub use socket::next_free_port;

/// How many bytes may wait to be sent in one session before [`Handle::try_command`] refuses.
/// One megabyte is far more than is ever typed, and little enough to keep for each session.
pub const SEND_CREDIT: usize = 1 << 20;

/// What a message costs for each connection it waits in, besides its bytes (which they share).
const PLACE: usize = 64;

/// The bytes of one `Send`, reserved until the last connection has written or dropped them.
pub(crate) type Credit = Arc<OwnedSemaphorePermit>;

/// A command on its way into a session.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) command: Command,
    /// There for a `Send` and a `SendFile`.
    pub(crate) credit: Option<Credit>,
}

/// Why a command was not taken. Nothing of it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// More than [`SEND_CREDIT`] bytes already wait for peers that do not read.
    #[error("1 MiB already waits for a peer that does not read")]
    Full,
    /// The session is over.
    #[error("the session is over")]
    Ended,
}

/// The way into a running session. Dropping it stops the session.
#[derive(Debug)]
pub struct Handle {
    orders: mpsc::UnboundedSender<Order>,
    credit: Arc<Semaphore>,
    audience: Arc<AtomicUsize>,
    cancel: CancellationToken,
}

impl Handle {
    /// What a command takes of the session's credit, if it takes any. A text larger than the whole
    /// credit passes when nothing else waits.
    fn cost(&self, command: &Command) -> Option<u32> {
        let (to, bytes) = match command {
            Command::Send { to, data } => (to, data.len()),
            // It is read when its turn comes.
            Command::SendFile { to, .. } => (to, 0),
            _ => return None,
        };
        let places = match to {
            Target::All => self.audience.load(Ordering::Relaxed).max(1),
            Target::One(_) => 1,
        };
        Some((bytes.max(places.saturating_mul(PLACE))).min(SEND_CREDIT) as u32)
    }

    /// Hands a command over without waiting.
    pub fn try_command(&self, command: Command) -> Result<(), Refused> {
        let credit = match self.cost(&command) {
            Some(_) if self.orders.is_closed() => return Err(Refused::Ended),
            Some(n) => Some(Arc::new(
                self.credit
                    .clone()
                    .try_acquire_many_owned(n)
                    .map_err(|_| Refused::Full)?,
            )),
            None => None,
        };
        self.orders
            .send(Order { command, credit })
            .map_err(|_| Refused::Ended)
    }

    /// Hands a command over as soon as what waits to be sent leaves room for it.
    ///
    /// Whoever drains the session's [`Feed`] must go on draining meanwhile: writers pause, as
    /// readers do, while nobody takes the events.
    pub async fn command(&self, command: Command) -> Result<(), Refused> {
        let credit = match self.cost(&command) {
            Some(n) => tokio::select! {
                permit = self.credit.clone().acquire_many_owned(n) => Some(Arc::new(permit.map_err(|_| Refused::Ended)?)),
                () = self.orders.closed() => return Err(Refused::Ended),
            },
            None => None,
        };
        self.orders
            .send(Order { command, credit })
            .map_err(|_| Refused::Ended)
    }

    /// Asks the session to close everything in order and end; `Stopped` follows.
    pub fn stop(&self) {
        self.cancel.cancel();
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

/// Starts a session on the current Tokio runtime. Whatever happens to it, its last event is
/// `Stopped`, exactly once.
///
/// # Panics
/// When called outside a Tokio runtime.
#[must_use]
pub fn start(spec: Spec, emitter: Emitter) -> Handle {
    let (orders, inbox) = mpsc::unbounded_channel();
    let cancel = CancellationToken::new();
    let audience = Arc::new(AtomicUsize::new(0));
    let handle = Handle {
        orders,
        credit: Arc::new(Semaphore::new(SEND_CREDIT)),
        audience: audience.clone(),
        cancel: cancel.clone(),
    };
    let session = Arc::new(Session::new(spec, emitter, cancel, audience));
    let work = run(session.clone(), inbox);
    tokio::spawn(session::supervise(session, work));
    handle
}

/// What a session does, from its start to its end.
async fn run(session: Arc<Session>, mut inbox: Inbox) -> Outcome {
    #[cfg(debug_assertions)]
    break_if_asked(session.spec.side);
    let outcome = match (session.spec.protocol, session.spec.side) {
        (Protocol::Tcp, Side::Server) => tcp::server::run(&session, &mut inbox).await,
        (Protocol::Tcp, Side::Client) => tcp::client::run(&session, &mut inbox).await,
        (Protocol::Udp, Side::Server) => udp::server::run(&session, &mut inbox).await,
        (Protocol::Udp, Side::Client) => udp::client::run(&session, &mut inbox).await,
        (Protocol::Http, Side::Server) => http::server::run(&session, &mut inbox).await,
        (Protocol::Http, Side::Client) => http::client::run(&session, &mut inbox).await,
    };
    session::lose_orders(&session, inbox);
    outcome
}

/// For the tests of what a panic leaves behind.
#[cfg(debug_assertions)]
fn break_if_asked(side: Side) {
    let asked = std::env::var_os("NETPLAY_PANIC").is_some_and(|place| place == side.word());
    assert!(!asked, "asked for by NETPLAY_PANIC");
}
