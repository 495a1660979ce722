//! The end of a connection: in order, at once, or by a failure. Each way tells of it once.

use std::io;
use std::time::Duration;

use tokio::time::timeout;

use super::super::words;
use super::{Connection, End, Read};
use crate::model::event::{By, EventKind, How};
use crate::model::failure::FailureKind;
use crate::model::spec::Protocol;
use crate::net::{fault, socket};

/// How long a close in order waits for the peer's end.
const CLOSE_LIMIT: Duration = Duration::from_secs(1);
/// How much is read and discarded meanwhile, in bytes.
const CLOSE_BYTES: u64 = 256 << 10;

impl Connection {
    /// Ends our direction and reads until the peer has ended its own: to close with unread bytes
    /// would send a reset, which can destroy what the peer has not yet read of ours.
    pub(in crate::net::http) async fn close_in_order(mut self, how: How) {
        self.first.get_or_insert(By::Us);
        let _ = socket::finish(&self.stream);
        let session = self.session.clone();
        let fault = tokio::select! {
            () = session.stop.cancelled() => None,
            fault = timeout(CLOSE_LIMIT, self.read_out()) => fault.ok().flatten(),
        };
        let how = fault.unwrap_or(how);
        let by = match how {
            How::Stopped => By::Us,
            _ => self.first.unwrap_or(By::Us),
        };
        self.report(how, by, "not sent: the answer came first");
    }

    /// Reads to the peer's end. A fault on the way is how the connection ends, but for a reset:
    /// many close so, and all that mattered is there.
    async fn read_out(&mut self) -> Option<How> {
        let until = self.received + CLOSE_BYTES;
        while !self.peer_finished && self.received < until {
            let ready = self.readable().await;
            if let Read::Some(Some(End::Fault(_, error))) = self.read_if(ready) {
                return Some(how(&error)).filter(|how| *how != How::Reset);
            }
        }
        None
    }

    /// Closes what nothing depends on, without a failure.
    pub(in crate::net::http) async fn retire(self, end: End) {
        match &end {
            End::Fault(_, error) => {
                let how = how(error);
                self.retired(how);
            }
            _ if self.peer_finished => self.retired(How::Finished),
            _ => self.close_in_order(How::Finished).await,
        }
    }

    /// The last words about a connection that nothing depended on. What it had not sent yet is sent
    /// over another one.
    fn retired(mut self, how: How) {
        self.left.clear();
        let by = self.first.unwrap_or(By::Peer);
        self.report(how, by, "");
    }

    /// Closes without any waiting.
    pub(in crate::net::http) fn stop(mut self) {
        let _ = socket::finish(&self.stream);
        if self.session.emitter.has_room() {
            self.read();
        }
        self.report(How::Stopped, By::Us, "not sent: the session was stopped");
    }

    /// Tells why an exchange failed, and ends the connection at once.
    pub(in crate::net::http) fn fail(self, end: &End) {
        let (peer, patience) = (self.peer, self.session.spec.asking.patience);
        let (how, failure) = match end {
            End::Late => {
                let (progress, unsent) = (self.answers.progress(), self.left.len());
                let failure = words::late(peer, patience, progress, unsent);
                (How::Timeout, failure)
            }
            End::Refused(broken) => {
                let cut = words::is_cut(broken.verdict);
                let how = if cut { How::Finished } else { How::Failed };
                (how, words::refused(peer, broken))
            }
            End::Interim => (How::Failed, words::too_many_interim(peer)),
            End::Fault(what, error) => {
                let failure = fault::transfer(Protocol::Http, *what, peer, error);
                (how(error), failure)
            }
            End::Answered | End::Stopped | End::Ordered | End::Gone => {
                return self.report(How::Finished, ended_by(end), "not sent: the peer finished");
            }
        };
        self.session.fail(Some(self.conn), failure);
        self.report(how, ended_by(end), "not sent: the connection is gone");
    }

    fn report(self, how: How, by: By, why: &str) {
        let unsent = self.left.len() as u64;
        let conn = self.conn;
        self.session
            .lose(Some(conn), why, (u64::from(unsent > 0), unsent));
        self.session.emit(EventKind::Closed {
            conn,
            how,
            by,
            received: self.received,
            sent: self.sent,
        });
    }
}

/// How a connection ended by an error of its socket.
fn how(error: &io::Error) -> How {
    match fault::kind(error) {
        FailureKind::Reset => How::Reset,
        FailureKind::Timeout => How::Timeout,
        _ => How::Failed,
    }
}

/// Who ended a connection that failed in this way.
fn ended_by(end: &End) -> By {
    match end {
        End::Fault(..) => By::Peer,
        End::Refused(broken) if words::is_cut(broken.verdict) => By::Peer,
        _ => By::Us,
    }
}
