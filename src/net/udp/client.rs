//! A UDP client: one connected socket, so that the system passes on what the other machine says
//! about a closed port. To be connected sends nothing: the peer is known to be there only when
//! something comes from it.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::Interest;
use tokio::net::UdpSocket;
use tokio::time::Instant;

use super::outgoing::{self, FILE_PIECE, Outgoing};
use super::{IN_A_ROW, Intake, Totals, how, longest, reach, tell_closed};
use crate::model::command::{Command, Target};
use crate::model::event::{By, ConnId, EventKind, FileEnd, How, Outcome};
use crate::model::failure::{Failure, What};
use crate::model::spec::Protocol;
use crate::net::session::{Episode, Inbox, Session, next_order};
use crate::net::source::Next;
use crate::net::{Credit, Order, fault, platform, resolve, socket};
use crate::wire::scene::{Cause, Conversation, Step};

/// The number of the one peer.
const PEER: ConnId = ConnId(1);
/// How long nothing must come or go after the end of input until the client ends.
const SILENCE: Duration = Duration::from_secs(1);

/// Why a client ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Stopped,
    /// All was said, and nothing came for a while.
    Silence,
    Closed(Cause),
}

struct Client<'a> {
    session: &'a Arc<Session>,
    socket: UdpSocket,
    peer: SocketAddr,
    /// Further addresses of the name.
    others: VecDeque<SocketAddr>,
    intake: Intake,
    talk: Conversation<Option<Credit>>,
    /// What is to be sent next, in its order.
    due: VecDeque<(Bytes, Option<Credit>)>,
    /// The file being sent; what is due is then of it.
    file: Option<Outgoing>,
    /// A file that the session is there for was not sent whole.
    broken: bool,
    /// What was sent last, as long as nothing was heard.
    last: Option<Bytes>,
    heard: bool,
    refused: bool,
    expected: Option<Instant>,
    silence: Option<Instant>,
    trouble: Episode,
    totals: Totals,
}

/// Runs a client until it is stopped, or what it was there for is done.
pub(in crate::net) async fn run(session: &Arc<Session>, inbox: &mut Inbox) -> Outcome {
    let addresses = tokio::select! {
        () = session.stop.cancelled() => return Outcome::Done,
        found = look_up(session) => found,
    };
    let dialled = addresses.and_then(|addresses| dial(session, addresses.into()));
    let (socket, peer, others) = match dialled {
        Ok(dialled) => dialled,
        Err(failure) => {
            session.fail(None, failure);
            return Outcome::Failed;
        }
    };
    session.audience.store(1, Ordering::Relaxed);
    let mut client = Client {
        session,
        intake: Intake::new(std::slice::from_ref(&socket)),
        socket,
        peer,
        others,
        talk: Conversation::new(&session.spec),
        due: VecDeque::new(),
        file: None,
        broken: false,
        last: None,
        heard: false,
        refused: false,
        expected: None,
        silence: None,
        trouble: Episode::default(),
        totals: Totals::default(),
    };
    let end = client.serve(inbox).await;
    if end == End::Stopped {
        client.last_orders(inbox);
    }
    client.end(end)
}

async fn look_up(session: &Session) -> Result<Vec<SocketAddr>, Failure> {
    let address = &session.spec.address;
    if address.ip().is_none() {
        let to = address.to_string();
        session.emit(EventKind::Connecting { to });
    }
    resolve::resolve(Protocol::Udp, address).await
}

type Dialled = (UdpSocket, SocketAddr, VecDeque<SocketAddr>);

/// Takes the first address that the system can send to, and tells of those it cannot.
fn dial(session: &Session, mut addresses: VecDeque<SocketAddr>) -> Result<Dialled, Failure> {
    let mut tries = Vec::new();
    while let Some(address) = addresses.pop_front() {
        let dialled = match fault::bad_target(Protocol::Udp, address) {
            Some(failure) => Err(failure),
            None => socket::dial_udp(address)
                .and_then(|socket| Ok((socket.local_addr()?, socket)))
                .map_err(|error| fault::connect(Protocol::Udp, address, &error)),
        };
        match dialled {
            Ok((local, socket)) => {
                session.emit(EventKind::Ready {
                    local,
                    peer: address,
                });
                return Ok((socket, address, addresses));
            }
            Err(failure) => {
                if !addresses.is_empty() {
                    let failure = Box::new(failure.clone());
                    session.emit(EventKind::Tried { address, failure });
                }
                tries.push((address, failure));
            }
        }
    }
    let address = &session.spec.address;
    Err(fault::all_tries(Protocol::Udp, address, tries))
}

impl Client<'_> {
    async fn serve(&mut self, inbox: &mut Inbox) -> End {
        loop {
            if let Some(end) = self.advance() {
                return end;
            }
            // Waiting for readiness never gives way to others by itself.
            tokio::task::coop::consume_budget().await;
            let unkept = self.intake.unkept.any();
            let wants_piece = self.file.is_some() && self.due.is_empty();
            tokio::select! {
                () = self.session.stop.cancelled() => return End::Stopped,
                order = next_order(inbox) => self.obey(order),
                // What the way has to say wakes nobody that waits for datagrams alone.
                _ = self.socket.ready(Interest::READABLE | Interest::ERROR) => self.take(),
                next = outgoing::next(&mut self.file), if wants_piece => self.go_on_with_file(next),
                () = writable(self.session, &self.socket), if !self.due.is_empty() => self.work(),
                () = self.session.emitter.room(), if unkept => {
                    self.intake.tell_unkept(self.session, self.conn());
                }
                () = reach(self.intake.look) => self.intake.look(self.session),
                () = reach(self.expected) => {
                    self.expected = None;
                    self.talk.late();
                }
                () = reach(self.silence) => return End::Silence,
            }
        }
    }

    /// The peer's number, once it has been heard.
    fn conn(&self) -> Option<ConnId> {
        self.heard.then_some(PEER)
    }

    fn obey(&mut self, order: Order) {
        match order.command {
            Command::Send { to, data } => {
                let size = (1, data.len() as u64);
                let ours = matches!(to, Target::All | Target::One(PEER));
                if !(ours && self.talk.order(data, order.credit)) {
                    self.session
                        .lose(None, "not sent: the conversation was over", size);
                }
            }
            Command::SendFile { to, path } => {
                let ours = matches!(to, Target::All | Target::One(PEER));
                if !(ours && self.talk.order_file(path, order.credit)) {
                    self.session
                        .lose(None, "not sent: the conversation was over", (1, 0));
                }
            }
            Command::CancelFile { .. } => self.end_file(FileEnd::Cancelled),
            Command::Close { conn: PEER } => self.talk.close(),
            Command::EndOfInput => self.talk.end_of_input(),
            Command::Close { .. }
            | Command::Finish { .. }
            | Command::Answer(_)
            | Command::OneAtATime(_)
            | Command::Request(_) => {}
        }
    }

    /// Takes the machine's steps as far as nothing is due before them.
    fn advance(&mut self) -> Option<End> {
        while self.due.is_empty() && self.file.is_none() {
            match self.talk.step()? {
                Step::SendFile { path, with } => self.file = Some(Outgoing::of(path, with)),
                Step::Send { data, with, .. } => self.due.push_back((data, with)),
                Step::Expect(limit) => self.expected = Some(Instant::now() + limit),
                Step::Finish => self.silence = Some(Instant::now() + SILENCE),
                Step::Close(cause) => return Some(End::Closed(cause)),
            }
        }
        None
    }

    /// An error that no call has returned yet, such as an ICMP message.
    fn pending_error(&self) -> Option<io::Error> {
        let take = || {
            self.socket
                .take_error()?
                .ok_or_else(|| ErrorKind::WouldBlock.into())
        };
        self.socket.try_io(Interest::ERROR, take).ok()
    }

    /// Receives what is there, within reason.
    fn take(&mut self) {
        self.session.emitter.announce();
        if let Some(error) = self.pending_error() {
            return self.fault(What::Receive, &error);
        }
        for _ in 0..IN_A_ROW {
            match self.intake.receive(&self.socket) {
                Ok((len, _)) => self.datagram(len),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return self.fault(What::Receive, &error),
            }
        }
    }

    fn datagram(&mut self, len: usize) {
        self.moved();
        let Some((data, cut)) = self.intake.keep(self.session, self.conn(), len) else {
            return;
        };
        if !self.heard {
            self.heard = true;
            self.last = None;
            self.session.emit(EventKind::Opened {
                conn: self.session.next_conn(),
                peer: self.peer,
                local: self.socket.local_addr().unwrap_or(self.peer),
            });
        }
        self.totals.received += data.len() as u64;
        self.session.emit(EventKind::Received {
            conn: PEER,
            peer: self.peer,
            data: data.clone(),
            cut,
        });
        self.talk.received(&data);
    }

    /// Something came or went: the silence begins anew.
    fn moved(&mut self) {
        if self.silence.is_some() {
            self.silence = Some(Instant::now() + SILENCE);
        }
    }

    /// Takes what comes next of the file being sent.
    fn go_on_with_file(&mut self, next: Next) {
        match next {
            Next::Begins => {
                if let Some(begun) = self.file.as_mut().and_then(|file| file.begins(PEER)) {
                    self.session.emit(begun);
                }
            }
            Next::Piece(mut block) => {
                while !block.is_empty() {
                    let piece = block.split_to(FILE_PIECE.min(block.len()));
                    self.due.push_back((piece, None));
                }
            }
            Next::Ends(how, failure) => {
                if let Some(failure) = failure {
                    self.session.fail(Some(PEER), failure);
                }
                self.end_file(how);
            }
        }
    }

    /// Ends the file being sent, if there is one, and tells how.
    fn end_file(&mut self, how: FileEnd) {
        if let Some(file) = self.file.take() {
            self.due.clear();
            self.broken |= how == FileEnd::Failed && file.by_spec();
            if let Some(ended) = file.ends(PEER, how) {
                self.session.emit(ended);
            }
        }
    }

    /// Sends what is due, within reason.
    fn work(&mut self) {
        for _ in 0..IN_A_ROW {
            let before = self.due.len();
            self.send_due();
            if self.due.len() >= before || !self.session.emitter.has_room() {
                return;
            }
        }
    }

    fn send_due(&mut self) {
        let Some((data, credit)) = self.due.pop_front() else {
            return;
        };
        let longest = longest(self.peer);
        if data.len() > longest {
            let failure = fault::too_large(self.peer, data.len(), longest);
            self.session.fail(Some(PEER), failure);
            return self.talk.undelivered();
        }
        let at = self.session.emitter.now();
        match self.socket.try_send(&data) {
            Ok(_) => {
                self.moved();
                self.totals.sent += data.len() as u64;
                if let Some(file) = &mut self.file {
                    file.sent += data.len() as u64;
                }
                if !self.heard {
                    self.last = Some(data.clone());
                }
                self.session.sent(at, PEER, self.peer, data);
            }
            Err(error)
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) =>
            {
                self.due.push_front((data, credit));
            }
            // It is about an earlier datagram; this one was not sent, and is still to be.
            Err(error) if platform::is_port_unreachable(&error) => {
                self.due.push_front((data, credit));
                self.fault(What::Send, &error);
            }
            Err(error) => {
                self.fault(What::Send, &error);
                self.talk.undelivered();
            }
        }
    }

    /// A fault; the socket goes on.
    fn fault(&mut self, what: What, error: &io::Error) {
        if !platform::is_port_unreachable(error) {
            if what == What::Receive && !self.trouble.begins(Instant::now()) {
                return;
            }
            let failure = fault::transfer(Protocol::Udp, what, self.peer, error);
            self.session.fail(Some(PEER), failure);
            if what == What::Send {
                self.end_file(FileEnd::Failed);
            }
            return;
        }
        self.refused = true;
        let failure = fault::port_unreachable(what, self.peer);
        if !self.heard && !self.others.is_empty() {
            return self.try_next(failure);
        }
        self.undeliverable(failure);
    }

    /// Nobody listens there: the rest of a file would only be refused piece by piece.
    fn undeliverable(&mut self, failure: Failure) {
        self.session.fail(Some(PEER), failure);
        self.end_file(FileEnd::Failed);
        self.talk.undelivered();
    }

    /// Nobody listens at this address, but the name has others: goes on with the next, and sends
    /// again what did not arrive.
    fn try_next(&mut self, failure: Failure) {
        let others = std::mem::take(&mut self.others);
        self.session.emit(EventKind::Tried {
            address: self.peer,
            failure: Box::new(failure),
        });
        match dial(self.session, others) {
            Ok((socket, peer, others)) => {
                self.intake = Intake::new(std::slice::from_ref(&socket));
                (self.socket, self.peer, self.others) = (socket, peer, others);
                self.refused = false;
                let last = self.last.take();
                if let Some(file) = self.file.as_ref().map(Outgoing::again) {
                    let broken = self.broken;
                    self.end_file(FileEnd::Failed);
                    self.broken = broken;
                    self.file = Some(file);
                } else if let Some(data) = last {
                    self.due.push_front((data, None));
                }
            }
            Err(failure) => self.undeliverable(failure),
        }
    }

    /// What was ordered before the stop is still sent, as far as that needs no waiting.
    fn last_orders(&mut self, inbox: &mut Inbox) {
        while let Ok(order) = inbox.try_recv() {
            self.obey(order);
        }
        while self.advance().is_none() && self.file.is_none() && !self.due.is_empty() {
            let before = (self.due.len(), self.talk.unsent());
            self.send_due();
            if before == (self.due.len(), self.talk.unsent()) {
                break;
            }
        }
    }

    /// The last words, and the session's outcome.
    fn end(&mut self, end: End) -> Outcome {
        self.intake.tell_unkept(self.session, self.conn());
        self.intake.look(self.session);
        if end == End::Closed(Cause::NoAnswer) {
            let failure = fault::no_greeting(Protocol::Udp, self.peer);
            self.session.fail(Some(PEER), failure);
        }
        let (count, bytes) = self.talk.unsent();
        let due = match &self.file {
            Some(file) => (1, file.left()),
            None => (
                self.due.len() as u64,
                self.due.iter().map(|(data, _)| data.len() as u64).sum(),
            ),
        };
        self.session.lose(
            self.conn(),
            "not sent: the conversation was over",
            (count + due.0, bytes + due.1),
        );
        self.end_file(FileEnd::Failed);
        if self.heard {
            let how = match end {
                End::Stopped => (How::Stopped, By::Us),
                End::Silence => (How::Finished, By::Us),
                End::Closed(cause) => how(cause),
            };
            tell_closed(self.session, PEER, self.totals, how);
        }
        match end {
            End::Stopped | End::Closed(Cause::Ordered) => Outcome::Done,
            End::Closed(Cause::NoAnswer | Cause::Rejected) => Outcome::Failed,
            _ if self.broken || (self.refused && !self.heard) => Outcome::Failed,
            _ => Outcome::Done,
        }
    }
}

/// Waits until a datagram can be sent and told.
async fn writable(session: &Session, socket: &UdpSocket) {
    session.emitter.room().await;
    // An error would show in the call that follows.
    let _ = socket.writable().await;
}
