//! The answers of one connection, one after another: held back, fetched from files piece by piece,
//! written into its buffer. What an answer says is not decided here.

use std::fs::File;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::Instant;

use super::answer::{Answering, CONTINUE, refuse};
use super::connection::Connection;
use super::files::{self, Missing, Opened};
use super::incoming::Asked;
use super::usual;
use super::wait::far;
use super::way::Way;
use crate::model::event::{By, How};
use crate::model::http::Answer;
use crate::net::fault;

/// How much is gathered for one write, in bytes.
const BATCH: usize = 32 << 10;

/// How much of a file may still wait to be written when more of it is read, in bytes: enough to go
/// on meanwhile, and little enough to keep for each of a thousand peers who do not read.
const LOW: usize = 8 << 10;

/// What is to be answered.
#[derive(Debug)]
pub(super) enum Due {
    /// A request, in the way that held when it was complete.
    Answer(Asked, Arc<Way>),
    /// What is refused; no status, no answer.
    Refusal(Option<u16>, String),
}

impl Due {
    pub(super) fn size(&self) -> usize {
        match self {
            Due::Answer(asked, _) => asked.kept.bytes.len(),
            Due::Refusal(..) => 0,
        }
    }
}

/// The answer at work.
#[derive(Debug, Default)]
pub(super) enum Work {
    #[default]
    None,
    /// Held back until then.
    Held(Due, Instant),
    /// Its file is being opened.
    Opening(Asked, Arc<Way>, JoinHandle<Result<Opened, Missing>>),
    /// So much of a file is still to be read; the connection may be closed after it.
    Streaming(File, u64, bool),
    /// A part of it is being read.
    Reading(JoinHandle<(File, io::Result<Bytes>)>, u64, bool),
}

impl Connection {
    /// Writes as many answers as can be written without waiting, one after another.
    pub(super) fn answer(&mut self) {
        let now = self.now;
        if self.out.is_empty() {
            self.written = now;
        }
        while self.out.len() < BATCH {
            match std::mem::take(&mut self.work) {
                Work::None => {
                    let Some(due) = self.waiting.pop_front() else {
                        break;
                    };
                    self.waiting_bytes -= due.size();
                    match &due {
                        Due::Answer(_, way) if !way.serving.delay.is_zero() => {
                            let until = far(now, way.serving.delay);
                            self.work = Work::Held(due, until);
                        }
                        _ => self.begin(due),
                    }
                }
                Work::Held(due, until) if now >= until => self.begin(due),
                Work::Streaming(file, left, close) if self.out.len() > LOW => {
                    self.work = Work::Streaming(file, left, close);
                    break;
                }
                Work::Streaming(mut file, left, close) => {
                    let part = spawn_blocking(move || {
                        let part = files::read(&mut file, left);
                        (file, part)
                    });
                    self.work = Work::Reading(part, left, close);
                    break;
                }
                other => {
                    self.work = other;
                    break;
                }
            }
        }
        let idle = matches!(self.work, Work::None) && self.waiting.is_empty();
        if idle && self.ending.is_none() && self.incoming.take_continue() {
            self.out.extend_from_slice(CONTINUE);
        }
    }

    fn begin(&mut self, due: Due) {
        if self.out.capacity() == 0 {
            self.out = usual::Direction::Out.borrow();
        }
        let (asked, way) = match due {
            Due::Answer(asked, way) => (asked, way),
            Due::Refusal(status, why) => {
                if let Some(status) = status {
                    refuse(
                        &mut self.out,
                        self.now,
                        status,
                        &why,
                        !self.incoming.is_head(),
                    );
                }
                return self.end(How::Finished, By::Us);
            }
        };
        let close = self.closes(&asked, &way);
        let fetch = self.answering(&asked, &way, close).begin();
        match fetch {
            Some(fetch) => {
                let opening = spawn_blocking(move || fetch.open());
                self.work = Work::Opening(asked, way, opening);
            }
            None => self.answered(close),
        }
    }

    fn closes(&self, asked: &Asked, way: &Way) -> bool {
        let last = self.peer_finished && self.waiting.is_empty() && self.incoming.is_drained();
        last || !asked.keep_alive || way.closes(&asked.request.method)
    }

    fn answering<'a>(&'a mut self, asked: &'a Asked, way: &'a Way, close: bool) -> Answering<'a> {
        Answering {
            way,
            asked,
            close,
            now: self.now,
            out: &mut self.out,
        }
    }

    /// An answer is complete, as far as we are concerned.
    fn answered(&mut self, close: bool) {
        if close {
            self.end(How::Finished, By::Us);
        }
    }

    pub(super) fn opened(&mut self, result: Result<Opened, Missing>) {
        let Work::Opening(asked, way, _) = std::mem::take(&mut self.work) else {
            return;
        };
        let close = self.closes(&asked, &way);
        let opened = match result {
            Ok(opened) => opened,
            Err(missing) => {
                if let Missing::Broken(path, error) = &missing {
                    let failure = fault::file(path, error);
                    self.note_failure(failure);
                }
                self.answering(&asked, &way, close).missing(&missing);
                return self.answered(close);
            }
        };
        if let Answer::Page(_) = way.serving.answer {
            way.copy.keep(&opened);
        }
        let body = self.answering(&asked, &way, close).fetched(&opened);
        match opened.rest {
            Some(file) if body => {
                let left = opened.len - opened.first.len() as u64;
                self.work = Work::Streaming(file, left, close);
            }
            _ => self.answered(close),
        }
    }

    pub(super) fn chunk(&mut self, (file, part): (Option<File>, io::Result<Bytes>)) {
        let Work::Reading(_, left, close) = std::mem::take(&mut self.work) else {
            return;
        };
        let failure = match (file, part) {
            (Some(file), Ok(part)) if !part.is_empty() => {
                let len = part.len() as u64;
                if self.out.is_empty() {
                    // As it is: a buffer that has grown would be twice as large.
                    self.out = part.into();
                } else {
                    self.out.extend_from_slice(&part);
                }
                match left - len {
                    0 => self.answered(close),
                    left => self.work = Work::Streaming(file, left, close),
                }
                return;
            }
            (_, Ok(_)) => fault::file_shrank(left),
            (_, Err(error)) => fault::file("a file".as_ref(), &error),
        };
        // The length was announced: only the end of the connection can tell that it is not kept.
        self.note_failure(failure);
        self.end(How::Failed, By::Us);
    }
}
