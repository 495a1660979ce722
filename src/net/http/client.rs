//! An HTTP client: sends its request at once, reads the answer, and then, unless it is there for
//! one request only, keeps the connection for the next one as long as the server lets it.
//!
//! It follows no redirect and corrects nothing: what is to be sent goes out byte for byte.

mod answers;
mod connection;
mod words;

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;

use self::connection::{Connection, End};
use crate::model::command::{Command, Target};
use crate::model::event::{ConnId, How, Outcome};
use crate::net::dial::dial;
use crate::net::session::{Inbox, Session, next_order};
use crate::wire::http_message::{Asked, request};

/// How many requests may wait while another is answered: more than anyone sends by hand.
const WAITING: usize = 64;

/// Runs a client: until its one answer is whole (`spec.once`), otherwise until it is stopped. An
/// exchange that fails ends it.
pub(in crate::net) async fn run(session: &Arc<Session>, inbox: &mut Inbox) -> Outcome {
    let first = request(&session.spec.asking, &session.spec.address);
    let mut client = Client {
        session: session.clone(),
        orders: Orders {
            inbox,
            requests: VecDeque::from([first]),
        },
        kept: None,
    };
    loop {
        let Some(request) = client.next_request().await else {
            return Outcome::Done;
        };
        match client.ask(request).await {
            Step::Next if session.spec.once => return Outcome::Done,
            Step::Next => {}
            Step::Over(outcome) => return outcome,
        }
    }
}

struct Client<'a> {
    session: Arc<Session>,
    orders: Orders<'a>,
    /// The connection that may carry the next request.
    kept: Option<Connection>,
}

/// What comes after a request.
enum Step {
    /// The next one.
    Next,
    /// The end of the session.
    Over(Outcome),
}

impl Client<'_> {
    /// The next request, waited for; `None` when the session is to stop. What happens to the kept
    /// connection meanwhile is no failure: it belongs to nothing that was asked.
    async fn next_request(&mut self) -> Option<Bytes> {
        loop {
            if let Some(request) = self.orders.requests.pop_front() {
                return Some(request);
            }
            let open = self.kept.as_ref().map(|kept| kept.conn);
            let session = self.session.clone();
            tokio::select! {
                () = session.stop.cancelled() => {
                    if let Some(kept) = self.kept.take() {
                        kept.stop();
                    }
                    return None;
                }
                wish = self.orders.next(&session, open) => match wish {
                    Some(Wish::Close) => if let Some(kept) = self.kept.take() {
                        kept.close_in_order(How::Stopped).await;
                    },
                    Some(Wish::Finish) => if let Some(kept) = &mut self.kept {
                        kept.finish();
                    },
                    None => {}
                },
                end = idle(&mut self.kept) => if let Some(kept) = self.kept.take() {
                    kept.retire(end).await;
                },
            }
        }
    }

    /// Sends a request and reads its answer, over the kept connection if that still stands.
    async fn ask(&mut self, request: Bytes) -> Step {
        if request.is_empty() {
            self.session.fail(None, words::nothing_to_send());
            return if self.session.spec.once {
                Step::Over(Outcome::Failed)
            } else {
                Step::Next
            };
        }
        let asked = Asked::of(&request);
        let mut kept = self.standing().await;
        loop {
            let reused = kept.is_some();
            let mut connection = match kept.take() {
                Some(connection) => connection,
                None => match self.connect().await {
                    Ok(connection) => connection,
                    Err(outcome) => return Step::Over(outcome),
                },
            };
            let end = connection
                .exchange(&request, &asked, &mut self.orders)
                .await;
            // A server may close a kept connection at the very moment it is used again: then the
            // request was not answered because it was not read (RFC 9112 section 9.3.1).
            if reused && asked.is_idempotent() && connection.died_unanswered(&end) {
                connection.retire(end).await;
                continue;
            }
            return self.settle(connection, end).await;
        }
    }

    /// The kept connection, if it can carry another request.
    async fn standing(&mut self) -> Option<Connection> {
        let mut kept = self.kept.take()?;
        match kept.look() {
            None if kept.may_be_kept() => Some(kept),
            None => {
                kept.close_in_order(How::Finished).await;
                None
            }
            Some(end) => {
                kept.retire(end).await;
                None
            }
        }
    }

    async fn connect(&self) -> Result<Connection, Outcome> {
        let dialled = tokio::select! {
            () = self.session.stop.cancelled() => return Err(Outcome::Done),
            dialled = dial(&self.session) => dialled,
        };
        match dialled {
            Ok((stream, peer)) => Ok(Connection::open(&self.session, stream, peer)),
            Err(failure) => {
                self.session.fail(None, failure);
                Err(Outcome::Failed)
            }
        }
    }

    /// What becomes of a connection, and of the session, after an exchange.
    async fn settle(&mut self, connection: Connection, end: End) -> Step {
        match end {
            End::Answered => {
                if connection.may_be_kept() && !self.session.spec.once {
                    self.kept = Some(connection);
                } else {
                    connection.close_in_order(How::Finished).await;
                }
                Step::Next
            }
            End::Ordered => {
                connection.close_in_order(How::Stopped).await;
                Step::Next
            }
            End::Stopped => {
                connection.stop();
                Step::Over(Outcome::Done)
            }
            end => {
                connection.fail(&end);
                Step::Over(Outcome::Failed)
            }
        }
    }
}

/// Waits until something happens to the kept connection; for ever when there is none.
async fn idle(kept: &mut Option<Connection>) -> End {
    match kept {
        Some(kept) => kept.idle().await,
        None => std::future::pending().await,
    }
}

/// What a user wants of the open connection.
enum Wish {
    /// It is to be closed.
    Close,
    /// Our direction is to end.
    Finish,
}

/// What the session is told, and the requests that wait.
struct Orders<'a> {
    inbox: &'a mut Inbox,
    requests: VecDeque<Bytes>,
}

impl Orders<'_> {
    /// Waits for the next order and keeps it if it is a request. Cancel-safe.
    async fn next(&mut self, session: &Session, open: Option<ConnId>) -> Option<Wish> {
        let of_open = |to| match to {
            Target::All => open.is_some(),
            Target::One(conn) => open == Some(conn),
        };
        match next_order(self.inbox).await.command {
            Command::Request(request) if self.requests.len() < WAITING => {
                self.requests.push_back(request);
            }
            Command::Request(request) => {
                let size = (1, request.len() as u64);
                session.lose(open, "not sent: 64 requests wait already", size);
            }
            Command::Send { data, .. } => {
                let size = (1, data.len() as u64);
                session.lose(open, "not sent: an HTTP client sends whole requests", size);
            }
            Command::Close { conn } if of_open(Target::One(conn)) => return Some(Wish::Close),
            Command::Finish { to } if of_open(to) => return Some(Wish::Finish),
            _ => {}
        }
        None
    }
}
