//! The limits of the reader: how much a peer may send before it is refused. Everything the reader
//! keeps is bounded by these; bodies are never kept.

/// The longest head, in bytes with its line ends and the empty lines before it. Browsers with many
/// cookies stay below 16 KiB; four times that leaves room and still bounds what 20,000 connections
/// can hold.
pub const MAX_HEAD: usize = 64 << 10;

/// The most field lines of one head or trailer section. Browsers send about 20; a hundred are more
/// than anyone reads.
pub const MAX_FIELDS: usize = 100;

/// The longest line of a head or trailer section, in bytes with its line end. Twice what common
/// servers take (8 KiB), well above the 8000 that RFC 9112 §3 asks for request lines.
pub const MAX_LINE: usize = 16 << 10;

/// The longest chunk extension of one chunk, in bytes. Nobody uses them; what is longer is an
/// attack on memory or on patience.
pub const MAX_EXTENSION: usize = 4 << 10;

/// All chunk extensions of one message together, in bytes: extensions are bytes that no body limit
/// counts (RFC 9112 §7.1.1 asks for such a limit).
pub const MAX_EXTENSIONS: usize = 16 << 10;

/// The longest trailer section, in bytes with its line ends: as much as a head.
pub const MAX_TRAILERS: usize = 64 << 10;

/// The largest request body that is taken, in bytes, declared or decoded. The server shows what it
/// received; nobody looks at more than this. Responses have no such limit.
pub const MAX_BODY: u64 = 16 << 20;

/// The longest chunk size in hexadecimal digits: what 64 bits hold.
pub(super) const MAX_SIZE_DIGITS: usize = 16;

/// The longest chunk-size line, in bytes with its line end.
pub(super) const MAX_CHUNK_LINE: usize = MAX_SIZE_DIGITS + MAX_EXTENSION + 2;
