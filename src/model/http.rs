//! The settings of HTTP sessions: how a server answers, what a client asks.

use std::fmt;
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

/// The version in a start line (RFC 9112 section 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// The digit before the point; a head that was accepted has 1.
    pub major: u8,
    /// The digit behind the point.
    pub minor: u8,
}

impl Version {
    /// HTTP/1.0.
    pub const HTTP_10: Version = Version { major: 1, minor: 0 };
    /// HTTP/1.1.
    pub const HTTP_11: Version = Version { major: 1, minor: 1 };
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HTTP/{}.{}", self.major, self.minor)
    }
}

/// Where one field stands in a text, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldAt {
    /// The first byte of the name.
    pub name: u32,
    /// Behind the name.
    pub name_end: u32,
    /// The first byte of the value.
    pub value: u32,
    /// Behind the value.
    pub value_end: u32,
}

/// The fields of a message in their order, names and values as received (values may be any bytes):
/// one text, and where each stands in it.
#[derive(Clone, Debug, Default)]
pub struct FieldLines {
    text: Bytes,
    places: Vec<FieldAt>,
}

impl FieldLines {
    /// The fields at these places of a text. A place outside of it is an empty field.
    #[must_use]
    pub fn new(text: Bytes, places: Vec<FieldAt>) -> FieldLines {
        FieldLines { text, places }
    }

    /// Names and values, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.places.iter().map(|at| {
            let name = self.part(at.name, at.name_end);
            let value = self.part(at.value, at.value_end);
            (std::str::from_utf8(name).unwrap_or_default(), value)
        })
    }

    fn part(&self, start: u32, end: u32) -> &[u8] {
        let range = start as usize..end as usize;
        self.text.get(range).unwrap_or_default()
    }

    /// What they hold in memory, in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.text.len() + size_of_val(&*self.places)
    }
}

impl PartialEq for FieldLines {
    fn eq(&self, other: &FieldLines) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for FieldLines {}

impl<N: AsRef<str>, V: AsRef<[u8]>> FromIterator<(N, V)> for FieldLines {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(fields: I) -> FieldLines {
        let mut text = Vec::new();
        let mut push = |part: &[u8]| {
            let start = text.len() as u32;
            text.extend_from_slice(part);
            (start, text.len() as u32)
        };
        let place = |(name, value): (N, V)| {
            let (name, name_end) = push(name.as_ref().as_bytes());
            let (value, value_end) = push(value.as_ref());
            FieldAt {
                name,
                name_end,
                value,
                value_end,
            }
        };
        let places = fields.into_iter().map(place).collect();
        FieldLines::new(text.into(), places)
    }
}

/// A message that came whole, as its event tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The version, as received.
    pub version: Version,
    /// The fields.
    pub fields: FieldLines,
    /// The decoded body, in bytes.
    pub body_len: u64,
    /// The whole message on the wire, in bytes.
    pub raw_len: u64,
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
