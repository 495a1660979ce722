//! HTTP/1 sessions (RFC 9110, RFC 9112) on TCP. What the bytes mean is the wire reader's matter;
//! here is who is answered, when and with what. Every byte that comes or goes is told as an event
//! first, refused ones too; whoever watches reads them again.
//!
//! ```text
//! client       one request after another, and what comes back
//! server       the table of connections and what the session is told
//! turns        all at once, or one after another        way     how requests are answered now
//! connection   one connection from open to closed       wait    what it waits for, and how long
//! incoming     bytes -> requests and refusals           work    its answers, one after another
//! answer       requests -> answers                      page    the built-in page
//! files, copy  files and folders, a page kept           date, media   what answers carry
//! usual        what the connections of a thread share
//! ```

mod answer;
pub(super) mod client;
mod connection;
mod copy;
mod date;
mod files;
mod incoming;
mod media;
mod page;
pub(super) mod server;
mod turns;
mod usual;
mod wait;
mod way;
mod work;
