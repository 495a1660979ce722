//! A UDP server: a socket for every address of its name, and a table of the peers it has heard.
//! There are no connections; a peer is known from its first datagram until it says `exit`, is
//! forgotten on order, or has been silent for longest when the table is full.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use tokio::net::UdpSocket;
use tokio::time::Instant;

use super::{IN_A_ROW, Intake, Losses, Totals, how, longest, reach, readable, tell_closed};
use crate::model::command::{Command, Target};
use crate::model::event::{By, ConnId, EventKind, How, Outcome};
use crate::model::failure::What;
use crate::model::spec::Protocol;
use crate::net::session::{Episode, Inbox, Session, next_order};
use crate::net::{Credit, Order, bind, fault, socket};
use crate::wire::scene::{Cause, Conversation, Step};

/// The most peers that are known at once. Whoever sends can make up addresses, so there is a bound.
const PEERS: usize = 1024;
/// How many bytes of the scene's answers may wait to be sent. Receiving cannot pause for them, so
/// those over it are dropped and counted.
const ANSWER_LIMIT: usize = 256 << 10;

type Piece = Step<Option<Credit>>;

/// One address that has been heard.
struct Peer {
    /// Which of our sockets it wrote to; answers must come from there.
    socket: usize,
    /// The address as the socket knows it.
    address: SocketAddr,
    talk: Conversation<Option<Credit>>,
    /// The count of all datagrams when it was last heard.
    heard: u64,
    totals: Totals,
}

struct Server<'a> {
    session: &'a Arc<Session>,
    sockets: Vec<UdpSocket>,
    intake: Intake,
    known: HashMap<(usize, SocketAddr), ConnId>,
    peers: BTreeMap<ConnId, Peer>,
    queue: VecDeque<(ConnId, Piece)>,
    answers: usize,
    unanswered: Losses,
    trouble: Episode,
    count: u64,
    done: bool,
}

/// Runs a server until it is stopped, or what it was there for is done.
pub(in crate::net) async fn run(session: &Arc<Session>, inbox: &mut Inbox) -> Outcome {
    let bound = tokio::select! {
        () = session.stop.cancelled() => return Outcome::Done,
        bound = bind::bind_all(session, socket::bind_udp, UdpSocket::local_addr) => bound,
    };
    let sockets = match bound {
        Ok(sockets) => sockets,
        Err(failure) => {
            session.fail(None, failure);
            return Outcome::Failed;
        }
    };
    let mut server = Server {
        session,
        intake: Intake::new(&sockets),
        sockets,
        known: HashMap::new(),
        peers: BTreeMap::new(),
        queue: VecDeque::new(),
        answers: 0,
        unanswered: Losses::new("answers that could not be sent as fast as asked for"),
        trouble: Episode::default(),
        count: 0,
        done: false,
    };
    server.serve(inbox).await;
    server.end(inbox);
    Outcome::Done
}

impl Server<'_> {
    async fn serve(&mut self, inbox: &mut Inbox) {
        while !self.done {
            // Sending never gives way to others by itself.
            tokio::task::coop::consume_budget().await;
            let losses = self.intake.unkept.any() || self.unanswered.any();
            tokio::select! {
                () = self.session.stop.cancelled() => return,
                order = next_order(inbox) => self.obey(order),
                index = readable(&self.sockets) => self.take(index),
                () = self.writable(), if !self.queue.is_empty() => self.work(),
                () = self.session.emitter.room(), if losses => {
                    self.intake.tell_unkept(self.session, None);
                    self.unanswered.tell(self.session, None);
                }
                () = reach(self.intake.look) => self.intake.look(self.session),
            }
        }
    }

    fn obey(&mut self, order: Order) {
        match order.command {
            Command::Send { to, data } => {
                let targets: Vec<ConnId> = match to {
                    Target::All => self.peers.keys().copied().collect(),
                    Target::One(conn) => vec![conn],
                };
                let size = (1, data.len() as u64);
                if targets.is_empty() {
                    self.session
                        .lose(None, "not sent: nobody has been heard yet", size);
                }
                for conn in targets {
                    let credit = order.credit.clone();
                    let taken = self.tell(conn, |talk| talk.order(data.clone(), credit));
                    if taken != Some(true) {
                        self.session
                            .lose(Some(conn), "not sent: this peer was forgotten", size);
                    }
                }
            }
            Command::SendFile { .. } => {
                self.session
                    .lose(None, "not sent: a UDP server sends no files", (1, 0));
            }
            Command::Close { conn } => {
                self.tell(conn, Conversation::close);
            }
            Command::Finish { .. }
            | Command::CancelFile { .. }
            | Command::EndOfInput
            | Command::Answer(_)
            | Command::OneAtATime(_)
            | Command::Request(_) => {}
        }
    }

    /// Tells a peer's machine something and queues what it then wants done.
    fn tell<R>(
        &mut self,
        conn: ConnId,
        what: impl FnOnce(&mut Conversation<Option<Credit>>) -> R,
    ) -> Option<R> {
        let peer = self.peers.get_mut(&conn)?;
        let result = what(&mut peer.talk);
        while let Some(step) = peer.talk.step() {
            if let Step::Send {
                data, answer: true, ..
            } = &step
            {
                if self.answers > ANSWER_LIMIT {
                    self.unanswered.add(data.len());
                    continue;
                }
                self.answers += data.len() + size_of::<Piece>();
            }
            self.queue.push_back((conn, step));
        }
        Some(result)
    }

    /// Receives what is there on a socket, within reason.
    fn take(&mut self, index: usize) {
        self.session.emitter.announce();
        for _ in 0..IN_A_ROW {
            let Some(socket) = self.sockets.get(index) else {
                return;
            };
            match self.intake.receive(socket) {
                Ok((len, from)) => self.datagram(index, len, from),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    // Nobody can say to which peer it belongs, and the socket goes on.
                    if self.trouble.begins(Instant::now())
                        && let Ok(local) = socket.local_addr()
                    {
                        let failure = fault::datagrams(What::Receive, local, &error);
                        self.session.fail(None, failure);
                    }
                    return;
                }
            }
        }
    }

    fn datagram(&mut self, index: usize, len: usize, from: SocketAddr) {
        self.count += 1;
        let Some((data, cut)) = self.intake.keep(self.session, None, len) else {
            return;
        };
        let conn = match self.known.get(&(index, from)) {
            Some(conn) => *conn,
            None => self.meet(index, from),
        };
        if let Some(peer) = self.peers.get_mut(&conn) {
            peer.heard = self.count;
            peer.totals.received += data.len() as u64;
        }
        self.session.emit(EventKind::Received {
            conn,
            peer: socket::plain(from),
            data: data.clone(),
            cut,
        });
        self.tell(conn, |talk| talk.received(&data));
    }

    /// Adds a peer to the table; the one that was silent for longest makes room if need be.
    fn meet(&mut self, index: usize, from: SocketAddr) -> ConnId {
        if self.peers.len() >= PEERS
            && let Some((&silent, _)) = self.peers.iter().min_by_key(|(_, peer)| peer.heard)
        {
            self.forget(silent, (How::Timeout, By::Us));
        }
        let conn = self.session.next_conn();
        let peer = Peer {
            socket: index,
            address: from,
            talk: Conversation::new(&self.session.spec),
            heard: self.count,
            totals: Totals::default(),
        };
        self.known.insert((index, from), conn);
        self.peers.insert(conn, peer);
        self.count_audience();
        let peer = socket::plain(from);
        let local = self.sockets.get(index).map(UdpSocket::local_addr);
        let local = local.and_then(Result::ok).map_or(peer, socket::plain);
        self.session.emit(EventKind::Opened { conn, peer, local });
        conn
    }

    fn forget(&mut self, conn: ConnId, how: (How, By)) {
        if let Some(peer) = self.peers.remove(&conn) {
            self.known.remove(&(peer.socket, peer.address));
            self.count_audience();
            let why = "not sent: this peer was forgotten";
            self.session.lose(Some(conn), why, peer.talk.unsent());
            tell_closed(self.session, conn, peer.totals, how);
        }
    }

    fn count_audience(&self) {
        self.session
            .audience
            .store(self.peers.len(), Ordering::Relaxed);
    }

    /// Waits until the first thing in the queue can be done.
    async fn writable(&self) {
        self.session.emitter.room().await;
        if let Some((conn, Step::Send { .. })) = self.queue.front()
            && let Some(peer) = self.peers.get(conn)
            && let Some(socket) = self.sockets.get(peer.socket)
        {
            // An error would show in the call that follows.
            let _ = socket.writable().await;
        }
    }

    /// Does what is queued, within reason.
    fn work(&mut self) {
        for _ in 0..IN_A_ROW {
            let Some((conn, step)) = self.queue.pop_front() else {
                return;
            };
            match step {
                Step::Send { data, answer, with } => {
                    if !self.send(conn, &data) {
                        self.queue
                            .push_front((conn, Step::Send { data, answer, with }));
                        return;
                    }
                    if answer {
                        self.answers -= data.len() + size_of::<Piece>();
                    }
                }
                Step::Close(cause) => {
                    self.forget(conn, how(cause));
                    self.done |= cause == Cause::Exchanged || self.session.spec.once;
                    if self.done {
                        return;
                    }
                }
                Step::SendFile { .. } | Step::Expect(_) | Step::Finish => {}
            }
            if !self.session.emitter.has_room() {
                return;
            }
        }
    }

    /// Sends one datagram; whether that is settled, well or badly.
    fn send(&mut self, conn: ConnId, data: &Bytes) -> bool {
        let peer = self.peers.get_mut(&conn);
        let Some((peer, socket)) =
            peer.and_then(|peer| self.sockets.get(peer.socket).map(|socket| (peer, socket)))
        else {
            let size = (1, data.len() as u64);
            self.session
                .lose(Some(conn), "not sent: this peer was forgotten", size);
            return true;
        };
        let shown = socket::plain(peer.address);
        let failure = if data.len() > longest(peer.address) {
            fault::too_large(shown, data.len(), longest(peer.address))
        } else {
            let at = self.session.emitter.now();
            match socket.try_send_to(data, peer.address) {
                Ok(_) => {
                    peer.totals.sent += data.len() as u64;
                    self.session.sent(at, conn, shown, data.clone());
                    return true;
                }
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) =>
                {
                    return false;
                }
                Err(error) => fault::transfer(Protocol::Udp, What::Send, shown, &error),
            }
        };
        self.session.fail(Some(conn), failure);
        self.tell(conn, Conversation::undelivered);
        true
    }

    /// The last words: what can still be sent goes, what was lost is told, the peers are closed.
    fn end(&mut self, inbox: &mut Inbox) {
        while !self.done
            && let Ok(order) = inbox.try_recv()
        {
            self.obey(order);
        }
        while !self.queue.is_empty() {
            let before = self.queue.len();
            self.work();
            if self.queue.len() >= before {
                break;
            }
        }
        self.intake.tell_unkept(self.session, None);
        self.unanswered.tell(self.session, None);
        self.intake.look(self.session);
        for (conn, step) in std::mem::take(&mut self.queue) {
            if let Step::Send { data, .. } = step {
                let size = (1, data.len() as u64);
                self.session
                    .lose(Some(conn), "not sent: the session was stopped", size);
            }
        }
        let all: Vec<ConnId> = self.peers.keys().copied().collect();
        for conn in all {
            self.forget(conn, (How::Stopped, By::Us));
        }
    }
}
