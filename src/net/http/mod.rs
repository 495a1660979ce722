//! HTTP/1 sessions (RFC 9110, RFC 9112): what is said over TCP connections, read by `wire::http1`.

pub(super) mod client;
