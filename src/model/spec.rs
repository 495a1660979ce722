//! What to run: one side of one protocol, with all of its settings. A spec is complete; nothing
//! else decides how a session behaves.

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;

use super::address::Address;
use super::http::{Asking, Serving};
use super::size;

/// A tab's protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// TCP (RFC 9293).
    Tcp,
    /// UDP (RFC 768).
    Udp,
    /// HTTP/1 (RFC 9110, RFC 9112).
    Http,
}

impl Protocol {
    /// All of them, in the order of the tabs.
    pub const ALL: [Protocol; 3] = [Protocol::Tcp, Protocol::Udp, Protocol::Http];

    /// The word used on the command line and in JSON lines.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
            Protocol::Http => "http",
        }
    }

    /// The name as written in prose.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Protocol::Tcp => "TCP",
            Protocol::Udp => "UDP",
            Protocol::Http => "HTTP",
        }
    }

    /// The port taken when none is given.
    #[must_use]
    pub fn default_port(self) -> u16 {
        match self {
            Protocol::Tcp => 23456,
            Protocol::Udp => 23457,
            Protocol::Http => 8080,
        }
    }
}

/// One end of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// Waits for others.
    Server,
    /// Begins.
    Client,
}

impl Side {
    /// Both of them, server first.
    pub const ALL: [Side; 2] = [Side::Server, Side::Client];

    /// The word used on the command line and in JSON lines.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Side::Server => "server",
            Side::Client => "client",
        }
    }

    /// The other end.
    #[must_use]
    pub fn other(self) -> Side {
        match self {
            Side::Server => Side::Client,
            Side::Client => Side::Server,
        }
    }
}

/// The port of the greeting scene.
pub const HELLO_PORT: u16 = 12345;

/// A ready-made behaviour of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scene {
    /// What is typed is sent; the word `exit` alone ends the conversation.
    Chat,
    /// `Hello from client!` is answered with `Hello from server!`, then both ends are done.
    Hello,
    /// A server that answers every message with itself.
    Echo,
    /// A server that answers every message with this.
    Reply(Bytes),
}

/// What is added to each line that is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Newline {
    /// Nothing.
    #[default]
    None,
    /// LF, 0x0A.
    Lf,
    /// CR LF, 0x0D 0x0A.
    CrLf,
}

impl Newline {
    /// All of them, in the order in which they follow each other.
    pub const ALL: [Newline; 3] = [Newline::None, Newline::Lf, Newline::CrLf];

    /// The word used on the command line and in the configuration.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Newline::None => "none",
            Newline::Lf => "lf",
            Newline::CrLf => "crlf",
        }
    }

    /// The line end of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Newline> {
        Newline::ALL.into_iter().find(|end| end.word() == name)
    }

    /// The bytes added.
    #[must_use]
    pub fn bytes(self) -> &'static [u8] {
        match self {
            Newline::None => b"",
            Newline::Lf => b"\n",
            Newline::CrLf => b"\r\n",
        }
    }

    /// The next one in the round none, LF, CR LF.
    #[must_use]
    pub fn next(self) -> Newline {
        match self {
            Newline::None => Newline::Lf,
            Newline::Lf => Newline::CrLf,
            Newline::CrLf => Newline::None,
        }
    }
}

/// The buffer given to each read unless told otherwise, in bytes.
pub const DEFAULT_RECV_SIZE: usize = 4096;
/// The largest receive buffer that may be asked for, in bytes.
pub const MAX_RECV_SIZE: usize = 16 << 20;
/// Reads the size of a receive buffer.
///
/// # Errors
/// Says in words what is wrong: no size, or not within 1 and [`MAX_RECV_SIZE`].
pub fn recv_size(text: &str) -> Result<usize, String> {
    match size::parse(text).map_err(|e| e.to_string())? {
        0 => Err("a read needs room for 1 byte at least".to_owned()),
        n if n > MAX_RECV_SIZE => Err("the largest buffer for one read is 16MiB".to_owned()),
        n => Ok(n),
    }
}
/// How much of a session's past is kept unless told otherwise, in bytes. Small enough to stay in
/// the processor's cache: larger histories cost throughput.
pub const DEFAULT_HISTORY: usize = 4 << 20;
/// How long a client waits for a connection to be established.
pub const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// How long the greeting's client waits for the answer.
pub const HELLO_LIMIT: Duration = Duration::from_secs(5);

/// Everything that a session needs to know to run.
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent switches, each a flag"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// The protocol.
    pub protocol: Protocol,
    /// Which end.
    pub side: Side,
    /// Where to listen, or whom to call.
    pub address: Address,
    /// The behaviour.
    pub scene: Scene,
    /// After sending, hold what is to be sent until the other side has sent something; a client
    /// has the first turn.
    pub turns: bool,
    /// End after the first connection (UDP: the first exchange).
    pub once: bool,
    /// Clients: sent as soon as connected, in order, before anything else.
    pub say: Vec<Bytes>,
    /// TCP and UDP clients: files that are sent after that, in order.
    pub files: Vec<PathBuf>,
    /// The buffer of each read, in bytes, 1 to [`MAX_RECV_SIZE`].
    pub recv_size: usize,
    /// TCP servers: the listen queue; `None` asks for a large one.
    pub backlog: Option<u32>,
    /// TCP: do not close our direction when the peer has finished its own.
    pub keep_open: bool,
    /// Clients: while nobody listens, try again every half second.
    pub wait: bool,
    /// Servers: when the port is taken, bind the next free one above it.
    pub next_free: bool,
    /// HTTP servers: how they answer.
    pub serving: Serving,
    /// HTTP clients: what they ask.
    pub asking: Asking,
}

impl Spec {
    /// A spec with every setting at its default, at the protocol's default port on 127.0.0.1.
    #[must_use]
    pub fn new(protocol: Protocol, side: Side) -> Spec {
        Spec {
            protocol,
            side,
            address: Address::loopback(protocol.default_port()),
            scene: Scene::Chat,
            turns: false,
            once: false,
            say: Vec::new(),
            files: Vec::new(),
            recv_size: DEFAULT_RECV_SIZE,
            backlog: None,
            keep_open: false,
            wait: false,
            next_free: false,
            serving: Serving::default(),
            asking: Asking::default(),
        }
    }
}
