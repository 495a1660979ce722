//! The settings of HTTP sessions: how a server answers, what a client asks.

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;

use super::time;

/// How long an unfinished or silent message may take, unless told otherwise. Long on the screen:
/// learners type by hand.
pub const PATIENCE: Duration = Duration::from_secs(120);
/// The same for a client without a screen.
pub const HEADLESS_PATIENCE: Duration = Duration::from_secs(30);

/// Reads how long a message may take.
///
/// # Errors
/// Says in words what is wrong: no time, or none at all.
pub fn patience(text: &str) -> Result<Duration, String> {
    match time::parse(text).map_err(|e| e.to_string())? {
        Duration::ZERO => Err("some patience is needed, 1ms at least".to_owned()),
        time => Ok(time),
    }
}

/// A header field as given by a user: name and value, exactly as they go out.
pub type Field = (String, String);

/// What a server answers with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Answer {
    /// The built-in page, which shows the request.
    #[default]
    BuiltIn,
    /// A file.
    Page(PathBuf),
    /// What the target names in a folder.
    Dir(PathBuf),
    /// The request itself, as received.
    Echo,
    /// These bytes, whatever they are, without a change.
    Raw(Bytes),
}

/// How a server behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Serving {
    /// What it answers with.
    pub answer: Answer,
    /// The status in place of the usual one, 100 to 999.
    pub status: Option<u16>,
    /// Fields added to each answer; one of the same name takes the place of ours.
    pub fields: Vec<Field>,
    /// Waited before each answer.
    pub delay: Duration,
    /// One connection after another, as the simplest server does.
    pub one_at_a_time: bool,
    /// Close after each answer.
    pub close: bool,
    /// How long an unfinished or silent message may take.
    pub patience: Duration,
}

impl Default for Serving {
    fn default() -> Serving {
        Serving {
            answer: Answer::BuiltIn,
            status: None,
            fields: Vec::new(),
            delay: Duration::ZERO,
            one_at_a_time: false,
            close: false,
            patience: PATIENCE,
        }
    }
}

/// What a client asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    /// The method.
    pub method: String,
    /// The request target (RFC 9112 section 3.2), usually a path with its query.
    pub target: String,
    /// Fields added to the request; one of the same name takes the place of ours.
    pub fields: Vec<Field>,
    /// The body; none when empty and the method asks for none.
    pub body: Bytes,
    /// In place of all of the above: these bytes, whatever they are, without a change.
    pub raw: Option<Bytes>,
    /// Ask for the connection to be closed after the answer.
    pub close: bool,
    /// How long the answer may make no progress.
    pub patience: Duration,
}

impl Default for Asking {
    fn default() -> Asking {
        Asking {
            method: "GET".to_owned(),
            target: "/".to_owned(),
            fields: Vec::new(),
            body: Bytes::new(),
            raw: None,
            close: false,
            patience: PATIENCE,
        }
    }
}

/// A message that came whole, as its event tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// `HTTP/1.1` or the like, as received.
    pub version: String,
    /// The fields, in their order, names and values as received (values may be any bytes).
    pub fields: Vec<(String, Bytes)>,
    /// The decoded body, in bytes.
    pub body_len: u64,
    /// The whole message on the wire, in bytes.
    pub raw_len: u64,
    /// Where it began in what the connection received, in bytes.
    pub offset: u64,
}

/// A request that came whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The target (may be any bytes).
    pub target: Bytes,
    /// The rest.
    pub message: Message,
}

/// A response that came whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The reason phrase (may be any bytes).
    pub reason: Bytes,
    /// The rest.
    pub message: Message,
}
