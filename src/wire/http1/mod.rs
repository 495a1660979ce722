//! HTTP/1 as bytes (RFC 9112): a reader that is pushed what a connection received and reports
//! lines, heads, bodies and refusals with offsets. The items are the same whether the bytes come
//! whole, byte by byte or cut anywhere.
//!
//! It knows no socket, no clock and no answer: how long to wait, how many requests may queue and
//! what to reply is the session's matter. It never keeps a body, and what it does keep has the
//! bounds of [`limits`].
//!
//! ```text
//! reader      Reader: bytes in, items out          verdict   why it is refused, note what is tolerated
//! section     lines out of pieces                  foreign   what it is when it is no HTTP
//! direction   requests or responses:               fields    field lines, what lengths mean
//! request     … their start line and rules         chunked   chunk-size lines
//! response                                         head      accepted heads and their questions
//! ```

mod chunked;
mod direction;
mod fields;
mod foreign;
mod grammar;
mod head;
mod item;
pub mod limits;
mod note;
mod reader;
mod request;
mod response;
mod section;
mod span;
mod verdict;

pub use fields::{Field, Fields};
pub use foreign::Foreign;
pub use head::{Framing, RequestHead, ResponseHead, StartLine, path};
pub use item::{End, Ending, Item, Line, Part, Progress};
pub use note::{Note, Notes};
pub use reader::{Known, Reader};
pub use span::Span;
pub use verdict::{Broken, Place, Verdict};

pub use crate::model::http::Version;
