//! What an HTTP side has besides what every side has: its exchanges, which of them is looked at and
//! how, and what was written by hand. Knows neither keys nor cells.

pub mod exchange;
pub mod exchanges;
pub mod list;
pub mod page;
pub mod raw;
pub mod redirect;

use std::borrow::Cow;

use bytes::Bytes;

use super::scroll::{Motion, Rows, Scroll};
use super::sifting::{Sifted, Sifting};
use super::tab::Pane;
use crate::model::event::Event;
use crate::model::spec::{Side, Spec};
use crate::wire::text::{Charset, tokens};
use exchange::Exchange;
use exchanges::Exchanges;

/// Words with what others wrote in them, in the characters that may be drawn.
#[must_use]
pub fn spell(text: &str, charset: Charset) -> Cow<'_, str> {
    if charset == Charset::Unicode || text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let ours = [("§", "section "), ("·", "-"), ("…", "...")];
    let text = ours
        .into_iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
    let shown = tokens(text.as_bytes(), charset).map(|token| token.shown.to_string());
    Cow::Owned(shown.collect())
}

/// What is shown of the exchange that is looked at, besides a client's request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Servers: the request, as it came.
    Request,
    /// The answer, as it went or came.
    Answer,
    /// Clients: the decoded body of the answer.
    Body,
    /// The log of the session.
    Log,
}

/// Where a raw text is read: from a row on, or where something happens; and at which find.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    from: Option<usize>,
    /// Which of the finds in the text one is at.
    pub find: Option<usize>,
}

impl Reading {
    /// The first row of a view of `height` rows: of a text that grows the newest is seen, of one
    /// that is whole the beginning.
    #[must_use]
    pub fn top(self, rows: usize, height: usize, grows: bool) -> usize {
        let last = rows.saturating_sub(height);
        match self.from {
            Some(top) => top.min(last),
            None if grows => last,
            None => 0,
        }
    }

    /// Moves the view.
    pub fn go(&mut self, motion: Motion, rows: usize, height: usize, grows: bool) {
        let top = self.top(rows, height, grows);
        let page = height.saturating_sub(1).max(1);
        self.from = Some(match motion {
            Motion::Up => top.saturating_sub(1),
            Motion::Down => top + 1,
            Motion::PageUp => top.saturating_sub(page),
            Motion::PageDown => top + page,
            Motion::Top => 0,
            Motion::Bottom => usize::MAX,
        });
    }

    /// Brings a row into view.
    pub fn reveal(&mut self, row: usize, rows: usize, height: usize, grows: bool) {
        let top = self.top(rows, height, grows);
        if !(top..top + height).contains(&row) {
            self.from = Some(row.saturating_sub(height / 3));
        }
    }
}

/// The list of exchanges as a list to scroll over, one row each.
impl Rows for Exchanges {
    fn first(&self) -> u64 {
        self.start()
    }
    fn end(&self) -> u64 {
        Exchanges::end(self)
    }
    fn height(&self, _: u64) -> usize {
        1
    }
}

/// The state of an HTTP side.
#[derive(Clone, Debug)]
pub struct Http {
    /// What was asked and answered.
    pub exchanges: Exchanges,
    /// Where the list is read, and which of them is picked.
    pub list: Scroll,
    /// What of the list is shown, and what was found in it.
    pub sifting: Sifting,
    /// What is shown of it.
    pub view: View,
    /// Where the raw request (servers: what the view says) is read.
    pub reading: Reading,
    /// Clients: where the answer is read.
    pub answer_reading: Reading,
    /// Servers: the answer that was written by hand. Clients: the request that was written by hand
    /// and not sent yet.
    pub edited: Option<Bytes>,
    /// What an editor held that could not be read.
    pub draft: Option<String>,
    /// One connection is served after another.
    pub one_at_a_time: bool,
    /// The client is to start again when it has stopped.
    pub again: bool,
}

impl Http {
    /// The state of a side that has not run; exchanges are kept within a budget in bytes.
    #[must_use]
    pub fn new(side: Side, budget: usize) -> Http {
        Http {
            exchanges: Exchanges::new(budget),
            list: Scroll::Follow,
            sifting: Sifting::default(),
            view: match side {
                Side::Server => View::Request,
                Side::Client => View::Answer,
            },
            reading: Reading::default(),
            answer_reading: Reading::default(),
            edited: None,
            draft: None,
            one_at_a_time: false,
            again: false,
        }
    }

    /// Takes note that a session was started.
    pub fn begin(&mut self, spec: &Spec) {
        self.one_at_a_time = spec.serving.one_at_a_time;
        self.edited = None;
        self.again = false;
        self.list = Scroll::Follow;
        self.start_reading();
    }

    /// Takes note of an event.
    pub fn record(&mut self, side: Side, event: &Event) {
        let before = self.exchanges.end();
        self.exchanges.record(side, event);
        self.sifting.trim(self.exchanges.start());
        if let Some(changed) = self.exchanges.take_changed() {
            self.sifting.look_again(changed);
        }
        let is_new = self.sifting.kept.is_none() && self.exchanges.end() != before;
        if self.list == Scroll::Follow && is_new {
            self.start_reading();
        }
    }

    /// The exchanges that a filter lets pass, as a list to scroll over.
    #[must_use]
    pub fn rows(&self) -> Sifted<'_, &Exchanges> {
        Sifted {
            rows: &self.exchanges,
            kept: self.sifting.kept.as_ref(),
        }
    }

    /// The exchange that is looked at: the picked one, or the newest.
    #[must_use]
    pub fn shown(&self) -> Option<&Exchange> {
        self.exchanges.get(self.rows().cursor(self.list)?)
    }

    /// Where a pane reads.
    #[must_use]
    pub fn reading(&self, pane: Pane) -> Reading {
        match pane {
            Pane::Answer => self.answer_reading,
            _ => self.reading,
        }
    }

    /// Where a pane reads, to change it.
    pub fn reading_mut(&mut self, pane: Pane) -> &mut Reading {
        match pane {
            Pane::Answer => &mut self.answer_reading,
            _ => &mut self.reading,
        }
    }

    /// Reads another text: from where it is best read.
    pub fn start_reading(&mut self) {
        self.reading = Reading::default();
        self.answer_reading = Reading::default();
    }

    /// Picks an exchange in a list of `height` rows.
    pub fn pick(&mut self, motion: Motion, height: usize) {
        let mut list = self.list;
        list.go(motion, &self.rows(), height);
        let moved = list.cursor(&self.rows()) != self.list.cursor(&self.rows());
        self.list = list;
        if moved {
            self.start_reading();
        }
    }

    /// The next view.
    pub fn next_view(&mut self, side: Side) {
        self.view = match (self.view, side) {
            (View::Request, _) | (View::Log, Side::Client) => View::Answer,
            (View::Answer, Side::Client) => View::Body,
            (View::Answer, Side::Server) | (View::Body, _) => View::Log,
            (View::Log, Side::Server) => View::Request,
        };
        match side {
            Side::Server => self.reading = Reading::default(),
            Side::Client => self.answer_reading = Reading::default(),
        }
    }

    /// The request that a client has not sent yet, when it is looked at.
    #[must_use]
    pub fn unsent(&self, side: Side) -> Option<&Bytes> {
        let newest = side == Side::Client && self.list == Scroll::Follow;
        self.edited.as_ref().filter(|_| newest)
    }
}
