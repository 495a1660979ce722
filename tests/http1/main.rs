//! The HTTP/1 reader through the public library: tables of requests and responses, each cut at
//! every byte, its limits, random messages and garbage, and other readers to be held against.

mod bodies;
mod hyper;
mod known;
mod limits;
mod oracle;
mod pieces;
mod properties;
#[path = "../support/http_reader.rs"]
mod reading;
mod requests;
mod responses;
mod session;
