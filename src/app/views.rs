//! The lists that can be scrolled, at the widths they are drawn with: a side's log, and both logs
//! across the wire. Column widths are decided here, since heights follow from them.

use super::entry::{self, Form};
use super::ladder::Ladder;
use super::scroll::Rows;
use super::side::SideState;
use super::tab::Tab;
use crate::model::event::Event;
use crate::model::log::{EntryId, Log};
use crate::model::spec::Side;
use crate::wire::text::Charset;

/// How the time of an entry is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeColumn {
    /// Not at all: the pane is narrow.
    None,
    /// `02:15.900`, minutes and seconds.
    Short,
    /// `10:02:15.900`, the time of day.
    Clock,
}

impl TimeColumn {
    /// Its width in cells, with the gap behind it.
    #[must_use]
    pub fn width(self) -> u16 {
        match self {
            TimeColumn::None => 0,
            TimeColumn::Short => 11,
            TimeColumn::Clock => 14,
        }
    }
}

/// The columns of a log: air, time, mark, connection, size, text, air.
#[derive(Clone, Copy, Debug)]
pub struct Columns {
    /// The time.
    pub time: TimeColumn,
    /// The width of the connection's number with the gap behind it; 0 for clients, which have one.
    pub conn: u16,
    /// Where netplay's words begin.
    pub words_at: u16,
    /// Where payloads begin.
    pub text_at: u16,
    /// How entries are laid out in these columns.
    pub form: Form,
}

/// The width of the size column with the gap behind it.
pub const SIZE_WIDTH: u16 = 10;
/// Narrower panes have no time.
const TIME_FROM: u16 = 56;

impl Columns {
    fn new(state: &SideState, width: u16, charset: Charset, time: TimeColumn) -> Columns {
        let conn = if state.side == Side::Server {
            // Wide enough for the largest number so far, and not changing before #1000.
            let digits = state.stats.opened.max(1).ilog10() as u16 + 1;
            digits.max(3) + 2
        } else {
            0
        };
        let words_at = 1 + time.width() + 2 + conn;
        let text_at = words_at + SIZE_WIDTH;
        let until = width.saturating_sub(1);
        let form = Form {
            protocol: state.protocol,
            side: state.side,
            width: until.saturating_sub(text_at),
            words_width: until.saturating_sub(words_at),
            charset,
        };
        Columns {
            time,
            conn,
            words_at,
            text_at,
            form,
        }
    }

    /// The columns of a log in a pane of this width.
    #[must_use]
    pub fn log(state: &SideState, width: u16, charset: Charset) -> Columns {
        let time = if width < TIME_FROM {
            TimeColumn::None
        } else {
            TimeColumn::Clock
        };
        Columns::new(state, width, charset, time)
    }

    /// The columns of one half of the ladder.
    #[must_use]
    pub fn half(state: &SideState, width: u16, charset: Charset) -> Columns {
        Columns::new(state, width, charset, TimeColumn::Short)
    }
}

/// A log as a list to scroll over.
#[derive(Clone, Copy, Debug)]
pub struct LogRows<'a> {
    /// The log.
    pub log: &'a Log,
    /// Its columns.
    pub columns: Columns,
}

impl Rows for LogRows<'_> {
    fn first(&self) -> u64 {
        self.log.start().0
    }
    fn end(&self) -> u64 {
        self.log.end().0
    }
    fn height(&self, id: u64) -> usize {
        self.log
            .get(EntryId(id))
            .map_or(1, |event| entry::height(event, self.columns.form))
    }
}

/// Both logs across the wire as a list to scroll over.
#[derive(Clone, Copy, Debug)]
pub struct LadderRows<'a> {
    /// The tab.
    pub tab: &'a Tab,
    /// Its rows.
    pub ladder: &'a Ladder,
    /// The columns of the server's half and of the client's.
    pub columns: [Columns; 2],
}

impl<'a> LadderRows<'a> {
    /// The rows of a tab whose halves have these widths.
    #[must_use]
    pub fn new(
        tab: &'a Tab,
        ladder: &'a Ladder,
        widths: [u16; 2],
        charset: Charset,
    ) -> LadderRows<'a> {
        let columns =
            Side::ALL.map(|side| Columns::half(tab.get(side), widths[side as usize], charset));
        LadderRows {
            tab,
            ladder,
            columns,
        }
    }

    /// The entry of one side in a row.
    #[must_use]
    pub fn entry(&self, row: u64, side: Side) -> Option<&'a Event> {
        self.tab.get(side).log.get(self.ladder.get(row)?.get(side)?)
    }
}

impl Rows for LadderRows<'_> {
    fn first(&self) -> u64 {
        self.ladder.first()
    }
    fn end(&self) -> u64 {
        self.ladder.end()
    }
    fn height(&self, id: u64) -> usize {
        Side::ALL
            .into_iter()
            .filter_map(|side| {
                self.entry(id, side)
                    .map(|event| entry::height(event, self.columns[side as usize].form))
            })
            .max()
            .unwrap_or(1)
    }
}
