//! What a session does by itself with one peer: the chat's `exit`, the greeting, echo, reply, the
//! turns. One machine for server and client, stream and datagrams, so that no shell repeats it.
//!
//! It is told what happened and answers with [`Step`]s, to be carried out in their order. It owns
//! no socket and no clock: where a limit is needed it asks for one with [`Step::Expect`].

use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;

use crate::model::spec::{HELLO_LIMIT, Protocol, Scene, Side, Spec};

/// What the client of the greeting says.
pub const GREETING: &[u8] = b"Hello from client!";
/// What the server of the greeting answers.
pub const GREETING_ANSWER: &[u8] = b"Hello from server!";
/// What a stream server answers to `exit`.
pub const FAREWELL_STREAM: &[u8] = b"Goodbye! Closing connection.";
/// What a datagram server answers to `exit`.
pub const FAREWELL_DATAGRAM: &[u8] = b"Goodbye! Closing session.";
/// How long a client that said `exit` waits for the answer.
pub const FAREWELL_LIMIT: Duration = Duration::from_secs(5);

/// What a waiting answer costs besides its bytes, so that many small ones have a bound too.
const ANSWER_OVERHEAD: usize = 64;

/// Whether this is the word that ends a chat: `exit` alone, in any case, white space around it not
/// counted.
#[must_use]
pub fn is_exit(data: &[u8]) -> bool {
    data.trim_ascii().eq_ignore_ascii_case(b"exit")
}

/// Why a conversation is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The peer has ended its sending direction, and nothing more is due to it.
    PeerFinished,
    /// `exit` was said, and answered where an answer was due.
    Farewell,
    /// `exit` was said, but nobody answered it within [`FAREWELL_LIMIT`].
    NoFarewell,
    /// The one exchange that the session was there for is complete; the session ends too.
    Exchanged,
    /// The greeting was not answered within [`HELLO_LIMIT`].
    NoAnswer,
    /// The peer closed, or could not be reached, instead of answering the greeting.
    Rejected,
    /// It was ordered.
    Ordered,
}

/// One thing to do, after all that was asked for earlier.
#[derive(Debug, PartialEq, Eq)]
pub enum Step<T> {
    /// Send these bytes as one message.
    Send {
        /// The bytes.
        data: Bytes,
        /// Whether it is the scene's own answer to something received.
        answer: bool,
        /// What came along with the order; the default where nothing was ordered.
        with: T,
    },
    /// Send what this file holds.
    SendFile {
        /// Where it is.
        path: PathBuf,
        /// What came along with the order.
        with: T,
    },
    /// From now on an answer is awaited: call [`Conversation::late`] after this time. (A call that
    /// comes when nothing is awaited any more does nothing.)
    Expect(Duration),
    /// End our sending direction.
    Finish,
    /// Close in order; nothing follows.
    Close(Cause),
}

/// Whose turn it is to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// No turns are taken.
    Free,
    Ours,
    Theirs,
}

/// The state of our sending direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sending {
    Open,
    /// Ends when what is held has gone.
    Ending,
    /// Takes nothing more.
    Ended,
    /// The conversation is over.
    Closed,
}

/// The answer that ends the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Awaited {
    Greeting,
    Farewell,
}

/// What was ordered, until its turn comes.
#[derive(Debug)]
enum Ordered {
    Bytes(Bytes),
    File(PathBuf),
}

/// The machine for one peer. `T` travels with each ordered message until it is sent or dropped.
#[derive(Debug)]
pub struct Conversation<T> {
    protocol: Protocol,
    side: Side,
    scene: Scene,
    once: bool,
    keep_open: bool,
    turn: Turn,
    sending: Sending,
    awaited: Option<Awaited>,
    held: VecDeque<(Ordered, T)>,
    steps: VecDeque<Step<T>>,
    answers: usize,
}

impl<T: Default> Conversation<T> {
    /// A conversation that has just begun: a stream is established, a datagram client is ready, or
    /// a datagram server has heard a new peer. What a client says by itself is due at once.
    #[must_use]
    pub fn new(spec: &Spec) -> Conversation<T> {
        let mut new = Conversation {
            protocol: spec.protocol,
            side: spec.side,
            scene: spec.scene.clone(),
            once: spec.once,
            keep_open: spec.keep_open,
            turn: match (spec.turns, spec.side) {
                (false, _) => Turn::Free,
                (true, Side::Client) => Turn::Ours,
                (true, Side::Server) => Turn::Theirs,
            },
            sending: Sending::Open,
            awaited: None,
            held: VecDeque::new(),
            steps: VecDeque::new(),
            answers: 0,
        };
        if spec.side == Side::Client {
            let say = spec.say.iter().cloned().map(Ordered::Bytes);
            let files = spec.files.iter().cloned().map(Ordered::File);
            new.held = say.chain(files).map(|one| (one, T::default())).collect();
            new.release();
            if new.scene == Scene::Hello {
                new.put(Bytes::from_static(GREETING), T::default());
                new.expect(Awaited::Greeting);
            }
        }
        new
    }

    /// The next thing to do.
    pub fn step(&mut self) -> Option<Step<T>> {
        let step = self.steps.pop_front();
        if let Some(Step::Send {
            data, answer: true, ..
        }) = &step
        {
            self.answers -= data.len() + ANSWER_OVERHEAD;
        }
        step
    }

    /// Whether there is something to do.
    #[must_use]
    pub fn has_steps(&self) -> bool {
        !self.steps.is_empty()
    }

    /// What the scene's own answers that wait to be sent cost, in bytes. Whoever reads should pause
    /// when this grows large.
    #[must_use]
    pub fn answers(&self) -> usize {
        self.answers
    }

    /// How many messages and files were taken but not sent, and the bytes of the messages.
    #[must_use]
    pub fn unsent(&self) -> (u64, u64) {
        let due = self.steps.iter().filter_map(|step| match step {
            Step::Send { data, .. } => Some(data.len()),
            Step::SendFile { .. } => Some(0),
            _ => None,
        });
        let held = self.held.iter().map(|(ordered, _)| match ordered {
            Ordered::Bytes(data) => data.len(),
            Ordered::File(_) => 0,
        });
        due.chain(held).fold((0, 0), |(count, bytes), len| {
            (count + 1, bytes + len as u64)
        })
    }

    /// Whether [`Conversation::order`] would take a message.
    #[must_use]
    pub fn takes_orders(&self) -> bool {
        self.sending == Sending::Open
    }

    /// Orders a message. Out of turn it is held, and goes out in its order, one a turn. Returns
    /// whether it was taken: after the end of our direction nothing is.
    #[must_use]
    pub fn order(&mut self, data: Bytes, with: T) -> bool {
        if !self.takes_orders() {
            return false;
        }
        // A stream cannot carry an empty message, so it must not use up a turn either.
        if data.is_empty() && self.protocol != Protocol::Udp {
            return true;
        }
        self.hold(Ordered::Bytes(data), with);
        true
    }

    /// Orders a file, which takes its place and its turn as one message does. Returns whether it
    /// was taken.
    #[must_use]
    pub fn order_file(&mut self, path: PathBuf, with: T) -> bool {
        let taken = self.takes_orders();
        if taken {
            self.hold(Ordered::File(path), with);
        }
        taken
    }

    fn hold(&mut self, ordered: Ordered, with: T) {
        self.held.push_back((ordered, with));
        self.release();
    }

    /// Something was received.
    pub fn received(&mut self, data: &Bytes) {
        if self.sending == Sending::Closed {
            return;
        }
        if self.turn == Turn::Theirs {
            self.turn = Turn::Ours;
        }
        match self.awaited.take() {
            Some(Awaited::Greeting) => return self.end(Cause::Exchanged),
            Some(Awaited::Farewell) => return self.end(Cause::Farewell),
            None => {}
        }
        let answered = self.side == Side::Server && self.react(data);
        // A held message goes out together with the scene's answer: where every message is
        // answered, a turn of its own would never come.
        self.release();
        if answered {
            self.end_turn();
        }
    }

    /// The peer has ended its sending direction (streams only).
    pub fn peer_finished(&mut self) {
        if self.sending == Sending::Closed {
            return;
        }
        if self.awaited == Some(Awaited::Greeting) {
            self.end(Cause::Rejected);
        } else if self.keep_open && self.awaited.is_none() {
            // A peer that says nothing more can never give a turn back.
            self.turn = Turn::Free;
            self.release();
        } else {
            self.end(Cause::PeerFinished);
        }
    }

    /// What was sent last did not arrive (datagrams only), so that no answer to it will come.
    pub fn undelivered(&mut self) {
        match self.awaited.take() {
            Some(Awaited::Greeting) => self.end(Cause::Rejected),
            Some(Awaited::Farewell) => self.end(Cause::Farewell),
            None => {
                if self.turn == Turn::Theirs {
                    self.turn = Turn::Ours;
                }
                self.release();
            }
        }
    }

    /// The time given by [`Step::Expect`] is over.
    pub fn late(&mut self) {
        match self.awaited.take() {
            Some(Awaited::Greeting) => self.end(Cause::NoAnswer),
            Some(Awaited::Farewell) => self.end(Cause::NoFarewell),
            None => {}
        }
    }

    /// Our direction is to end after what was ordered.
    pub fn finish(&mut self) {
        if self.sending == Sending::Open {
            self.sending = Sending::Ending;
            self.release();
        }
    }

    /// Nothing more will be ordered: our direction ends after what was, unless the scene is about
    /// to end by itself.
    pub fn end_of_input(&mut self) {
        if self.awaited.is_none() {
            self.finish();
        }
    }

    /// The conversation is to be closed after what is due. What is still held stays unsent.
    pub fn close(&mut self) {
        if self.sending != Sending::Closed {
            self.end(Cause::Ordered);
        }
    }

    /// The scene's own answer to a message, of a server. Returns whether there was one.
    fn react(&mut self, data: &Bytes) -> bool {
        match &self.scene {
            Scene::Chat if is_exit(data) => {
                self.answer(Bytes::from_static(if self.protocol == Protocol::Udp {
                    FAREWELL_DATAGRAM
                } else {
                    FAREWELL_STREAM
                }));
                self.end(Cause::Farewell);
                true
            }
            Scene::Chat => false,
            Scene::Hello => {
                self.answer(Bytes::from_static(GREETING_ANSWER));
                self.end(Cause::Exchanged);
                true
            }
            Scene::Echo | Scene::Reply(_) => {
                let answer = match &self.scene {
                    Scene::Reply(text) => text.clone(),
                    _ => data.clone(),
                };
                self.answer(answer);
                if self.once && self.protocol == Protocol::Udp {
                    self.end(Cause::Exchanged);
                }
                true
            }
        }
    }

    fn answer(&mut self, data: Bytes) {
        if self.sending != Sending::Ended {
            self.answers += data.len() + ANSWER_OVERHEAD;
            self.steps.push_back(Step::Send {
                data,
                answer: true,
                with: T::default(),
            });
        }
    }

    /// Lets go of what is held, as far as the turn allows, and then of our direction if its end is
    /// due.
    fn release(&mut self) {
        while self.turn != Turn::Theirs
            && matches!(self.sending, Sending::Open | Sending::Ending)
            && let Some((ordered, with)) = self.held.pop_front()
        {
            match ordered {
                Ordered::Bytes(data) => self.put(data, with),
                Ordered::File(path) => {
                    self.steps.push_back(Step::SendFile { path, with });
                    self.end_turn();
                }
            }
        }
        if self.sending == Sending::Ending && self.held.is_empty() {
            self.sending = Sending::Ended;
            self.steps.push_back(Step::Finish);
        }
    }

    fn put(&mut self, data: Bytes, with: T) {
        let exit = self.scene == Scene::Chat && is_exit(&data);
        self.steps.push_back(Step::Send {
            data,
            answer: false,
            with,
        });
        self.end_turn();
        match self.side {
            Side::Client if exit => {
                self.sending = Sending::Ended;
                self.expect(Awaited::Farewell);
            }
            Side::Server if exit => self.end(Cause::Farewell),
            _ => {}
        }
    }

    fn end_turn(&mut self) {
        if self.turn == Turn::Ours {
            self.turn = Turn::Theirs;
        }
    }

    fn expect(&mut self, awaited: Awaited) {
        self.awaited = Some(awaited);
        self.steps.push_back(Step::Expect(match awaited {
            Awaited::Greeting => HELLO_LIMIT,
            Awaited::Farewell => FAREWELL_LIMIT,
        }));
    }

    fn end(&mut self, cause: Cause) {
        self.sending = Sending::Closed;
        self.awaited = None;
        self.steps.push_back(Step::Close(cause));
    }
}

#[cfg(test)]
mod tests;
