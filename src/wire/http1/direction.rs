//! Which way messages go, and with it which rules hold: the one place where the reader tells
//! requests from responses.

use std::collections::VecDeque;

use super::fields::{Fields, Flaw};
use super::foreign::{self, Guess};
use super::head::{Framing, StartLine, is_interim};
use super::limits::MAX_BODY;
use super::note::Notes;
use super::verdict::Verdict;
use super::{request, response};

/// What of a request decides how its response is read (RFC 9112 §6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// HEAD: the response has no body.
    Head,
    /// CONNECT: a 2xx opens a tunnel.
    Connect,
    /// Any other method.
    Other,
}

/// How the first bytes of a start line look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Early {
    /// Good; the rest is looked at when the line is whole.
    Settled,
    /// Good as far as it goes.
    Open,
    /// Not a start line.
    Bad(Flaw),
}

/// What a head means for what follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Judgement {
    pub framing: Framing,
    /// Whether another message may follow on the connection.
    pub keep_alive: bool,
    /// Nothing but the bytes of the message tells how it is read.
    pub usual: bool,
    pub notes: Notes,
}

/// Which way the messages go.
#[derive(Clone, Debug)]
pub(super) enum Direction {
    /// To a server.
    Requests,
    /// To a client that waits for answers to these requests, in this order.
    Responses(VecDeque<Asked>),
}

impl Direction {
    /// Whether a message may begin now.
    pub(super) fn awaits_message(&self) -> bool {
        match self {
            Direction::Requests => true,
            Direction::Responses(asked) => !asked.is_empty(),
        }
    }

    /// Whether a message may begin now whose bytes alone tell how it is read.
    pub(super) fn awaits_usual(&self) -> bool {
        match self {
            Direction::Requests => true,
            Direction::Responses(asked) => asked.front() == Some(&Asked::Other),
        }
    }

    /// Such a one has been read.
    pub(super) fn read_usual(&mut self) {
        if let Direction::Responses(asked) = self {
            asked.pop_front();
        }
    }

    /// Whether a line that begins with a blank goes on with the field before it: a server must
    /// refuse it or make it a blank, a client must make it a blank (RFC 9112 §5.2).
    pub(super) fn folds(&self) -> bool {
        matches!(self, Direction::Responses(_))
    }

    /// What is said of a start line over the limit.
    pub(super) fn start_too_long(&self) -> Verdict {
        match self {
            Direction::Requests => Verdict::TargetTooLong,
            Direction::Responses(_) => Verdict::LineTooLong,
        }
    }

    /// How large a body may become, in bytes.
    pub(super) fn max_body(&self) -> u64 {
        match self {
            Direction::Requests => MAX_BODY,
            Direction::Responses(_) => u64::MAX,
        }
    }

    pub(super) fn guess(&self, at: u64, bytes: &[u8]) -> Guess {
        match self {
            Direction::Requests => foreign::guess_client(at, bytes),
            Direction::Responses(_) => foreign::guess_server(at, bytes),
        }
    }

    pub(super) fn early(&self, line: &[u8], seen: usize) -> Early {
        match self {
            Direction::Requests => request::early(line, seen),
            Direction::Responses(_) => response::early(line, seen),
        }
    }

    pub(super) fn read(&self, line: &[u8]) -> Result<(StartLine, Notes), Flaw> {
        match self {
            Direction::Requests => request::read(line),
            Direction::Responses(_) => response::read(line),
        }
    }

    /// Decides on a complete head; `end` is its length without the empty line. The request that a
    /// final response answers is done with by that.
    pub(super) fn judge(
        &mut self,
        start: &StartLine,
        fields: &Fields,
        end: usize,
    ) -> Result<Judgement, Flaw> {
        match (self, start) {
            (
                Direction::Responses(waiting),
                &StartLine::Response {
                    status, version, ..
                },
            ) => {
                let asked = waiting.front().copied().unwrap_or(Asked::Other);
                if !is_interim(status) {
                    waiting.pop_front();
                }
                response::judge(status, version, fields, asked)
            }
            _ => request::judge(start, fields, end),
        }
    }
}
