//! The lists that can be scrolled, at the widths they are drawn with: a side's log, and both logs
//! across the wire. Column widths are decided here, since heights follow from them.

use super::display::{Display, Presenter, TimeFormat};
use super::entry::{self, Form};
use super::ladder::Ladder;
use super::scroll::Rows;
use super::side::SideState;
use super::sifting::Sifted;
use super::tab::Tab;
use crate::model::event::Event;
use crate::model::log::{EntryId, Log};
use crate::model::spec::Side;
use crate::wire::text::Charset;

/// How the time of an entry is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeColumn {
    /// Not at all: the pane is narrow, or the times are off.
    None,
    /// `02:15.900`, minutes and seconds.
    Short,
    /// `10:02:15.900`, the time of day.
    Clock,
    /// `12.345`, seconds since the session was started.
    SinceStart,
    /// `+0.004`, seconds since the entry before.
    SincePrevious,
}

impl TimeColumn {
    /// The column of a format in a pane of this width.
    fn new(format: TimeFormat, clock: TimeColumn, width: u16) -> TimeColumn {
        match format {
            _ if width < TIME_FROM => TimeColumn::None,
            TimeFormat::Off => TimeColumn::None,
            TimeFormat::Clock => clock,
            TimeFormat::SinceStart => TimeColumn::SinceStart,
            TimeFormat::SincePrevious => TimeColumn::SincePrevious,
        }
    }

    /// Its width in cells, with the gap behind it.
    #[must_use]
    pub fn width(self) -> u16 {
        match self {
            TimeColumn::None => 0,
            TimeColumn::Short | TimeColumn::SinceStart | TimeColumn::SincePrevious => 11,
            TimeColumn::Clock => 14,
        }
    }
}

/// The columns of a log: air, time, mark, connection, size, text, air.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns {
    /// The time.
    pub time: TimeColumn,
    /// The width of the connection's number with the gap behind it; 0 for clients, which have one.
    pub conn: u16,
    /// Where netplay's words begin.
    pub words_at: u16,
    /// Where payloads begin.
    pub text_at: u16,
    /// How many cells of payloads are to the left of what is seen.
    pub across: u16,
    /// Blank rows behind each entry.
    pub air: u16,
    /// How entries are laid out in these columns.
    pub form: Form,
}

/// The width of the size column with the gap behind it.
pub const SIZE_WIDTH: u16 = 10;
/// Narrower panes have no time.
const TIME_FROM: u16 = 48;
/// Narrower panes have no time of day.
const CLOCK_FROM: u16 = 56;
/// Where lines begin that need the whole width.
pub const WIDE_AT: u16 = 2;

impl Columns {
    fn new(
        state: &SideState,
        width: u16,
        charset: Charset,
        time: TimeColumn,
        display: Display,
    ) -> Columns {
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
            whole_width: until.saturating_sub(WIDE_AT),
            payload: display.payload(),
            charset,
        };
        Columns {
            time,
            conn,
            words_at,
            text_at,
            across: display.across(),
            air: u16::from(display.presenter != Presenter::Off),
            form,
        }
    }

    /// The columns of a log in a pane of this width.
    #[must_use]
    pub fn log(state: &SideState, width: u16, charset: Charset, display: Display) -> Columns {
        // To those who look on, the time of day says nothing.
        let clock = if width < CLOCK_FROM || display.presenter != Presenter::Off {
            TimeColumn::None
        } else {
            TimeColumn::Clock
        };
        let time = TimeColumn::new(display.time, clock, width);
        Columns::new(state, width, charset, time, display)
    }

    /// How many blank rows follow an entry of which `lines` show from line `skip` on.
    #[must_use]
    pub fn gap(&self, height: usize, skip: usize, lines: usize) -> u16 {
        let is_end = skip + lines >= height.saturating_sub(usize::from(self.air));
        if is_end { self.air } else { 0 }
    }

    /// The columns of one half of the ladder.
    #[must_use]
    pub fn half(state: &SideState, width: u16, charset: Charset, display: Display) -> Columns {
        let time = match display.time {
            TimeFormat::Clock => TimeColumn::Short,
            other => TimeColumn::new(other, TimeColumn::Short, width.max(TIME_FROM)),
        };
        Columns::new(state, width, charset, time, display)
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

impl<'a> LogRows<'a> {
    /// The rows of a side's log that its filter lets pass, in these columns.
    #[must_use]
    pub fn of(state: &'a SideState, columns: Columns) -> Sifted<'a, LogRows<'a>> {
        Sifted {
            rows: LogRows {
                log: &state.log,
                columns,
            },
            kept: state.sifting.kept.as_ref(),
        }
    }
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
            + usize::from(self.columns.air)
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
    /// The rows of a tab whose halves have these widths, as far as its filter lets them pass.
    #[must_use]
    pub fn of(
        tab: &'a Tab,
        ladder: &'a Ladder,
        widths: [u16; 2],
        charset: Charset,
        display: Display,
    ) -> Sifted<'a, LadderRows<'a>> {
        let columns = Side::ALL
            .map(|side| Columns::half(tab.get(side), widths[side as usize], charset, display));
        Sifted {
            rows: LadderRows {
                tab,
                ladder,
                columns,
            },
            kept: tab.ladder_sifting.kept.as_ref(),
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
            + usize::from(self.columns[0].air)
    }
}
