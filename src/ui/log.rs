//! A side's log: visible rows only, in columns that stay.

use ratatui::layout::Rect;

use super::canvas::{Canvas, Extent, Key, Setting};
use super::paint::Painter;
use super::panes::has_keys;
use super::theme::Role;
use crate::app::App;
use crate::app::entry::{self, Finding, Line};
use crate::app::keymap::{Action, Context};
use crate::app::layout::Place;
use crate::app::scroll::{Rows, Scroll};
use crate::app::sifting::{Items as _, Sifted, Sifting};
use crate::app::spot::Spot;
use crate::app::tab::Tab;
use crate::app::views::{Columns, LogRows, TimeColumn, WIDE_AT};
use crate::model::event::Event;
use crate::model::log::EntryId;
use crate::model::size::Size;
use crate::model::spec::Side;
use crate::model::time::Stamp;
use crate::wire::text::Charset;
use crate::wire::words;

/// Draws a log with its title and badge.
pub fn draw(app: &App, side: Side, painter: &mut Painter, place: &Place) {
    let tab = app.tab();
    let state = tab.get(side);
    let focused = has_keys(app, side, place.pane);
    let columns = Columns::log(state, place.body.width, app.charset(), app.display);
    let setting = Setting {
        columns,
        started: state.started,
        theme: painter.theme,
    };
    painter.canvas.begin_list(setting, place.body);
    let rows = LogRows::of(state, columns);
    let height = usize::from(place.body.height);
    let shown = Shown {
        rows,
        canvas: painter.canvas,
    };
    let (top, mut skip) = state.scroll.top(&shown, height);
    let above = Above {
        scroll: state.scroll,
        unseen: state.scroll.unseen(&shown, height),
        gone: state.log.start().0,
        hidden: rows.hidden(),
    };
    title(app, painter, place, side, focused, above);
    let cursor = state
        .scroll
        .cursor(&rows)
        .filter(|_| focused && state.scroll != Scroll::Follow);
    let mut y = place.body.y;
    for number in top..rows.end() {
        if y >= place.body.bottom() {
            break;
        }
        let Some(item) = rows.item(number) else { break };
        let area = Rect {
            y,
            height: place.body.bottom() - y,
            ..place.body
        };
        let finding = finding(tab, &state.sifting, item, 0);
        let current = cursor == Some(number);
        let before = || Some(state.log.get(EntryId(item.checked_sub(1)?))?.at);
        let before = (columns.time == TimeColumn::SincePrevious)
            .then(before)
            .flatten();
        let draw = |painter: &mut Painter| {
            let Some(event) = state.log.get(EntryId(item)) else {
                return Extent::default();
            };
            let lines = entry::lines(event, columns.form, skip, area.height.into(), finding);
            let height = lines.len() as u16;
            let since = Since {
                start: state.started,
                before,
            };
            let row = Row {
                area: Rect { height, ..area },
                event,
                columns: &columns,
                lines: &lines,
                clock: (skip == 0).then(|| clock(app, event.at, columns.time, since)),
                current,
            };
            draw_entry(painter, &row);
            let gap = columns.gap(rows.height(number), skip, lines.len());
            Extent {
                height,
                step: height.max(1).saturating_add(gap),
            }
        };
        let Extent { height, step } = if current || finding.is_some() {
            painter.clear_in_part(area);
            draw(painter)
        } else {
            let key = Key {
                number: item,
                before,
                skip,
            };
            painter.strip(key, area, draw)
        };
        let area = Rect { height, ..area };
        painter.spot(area, Spot::Entry(side, place.pane, number));
        y = y.saturating_add(step);
        skip = 0;
    }
    painter.clear_in_part(Rect {
        y,
        height: place.body.bottom().saturating_sub(y),
        ..place.body
    });
    if rows.end() == rows.first() && state.sifting.kept.is_some() {
        nothing_passes(app, painter, place);
    }
}

/// The rows of a log, of which those that are shown know their heights.
struct Shown<'a> {
    rows: Sifted<'a, LogRows<'a>>,
    canvas: &'a Canvas,
}

impl Rows for Shown<'_> {
    fn first(&self) -> u64 {
        self.rows.first()
    }
    fn end(&self) -> u64 {
        self.rows.end()
    }
    fn height(&self, number: u64) -> usize {
        let known = self
            .rows
            .item(number)
            .and_then(|item| self.canvas.known_height(item));
        known.unwrap_or_else(|| self.rows.height(number))
    }
}

/// A filter that hides everything must not look like a silence.
fn nothing_passes(app: &App, painter: &mut Painter, place: &Place) {
    let words = if app.has_work() {
        "looking ...".to_owned()
    } else {
        let key = app.key_name(Context::Log, Action::Filter);
        format!("nothing here passes the filter: {key} changes it")
    };
    let room = place.body.width.saturating_sub(4);
    painter.words(place.body.x + 3, place.body.y, &words, Role::Quiet, room);
}

/// What is looked for in an item of a list; `before` finds of it are in its other entry.
pub fn finding<'a>(
    tab: &'a Tab,
    sifting: &Sifting,
    item: u64,
    before: usize,
) -> Option<Finding<'a>> {
    let pattern = &tab.search.as_ref()?.pattern;
    let here = sifting.here.filter(|here| here.item == item);
    let here = here.and_then(|here| here.nth.checked_sub(u32::try_from(before).ok()?));
    Some(Finding { pattern, here })
}

/// What is to be said above a log.
#[derive(Clone, Copy, Debug)]
pub struct Above {
    /// Where it is read.
    pub scroll: Scroll,
    /// How many entries are new below.
    pub unseen: u64,
    /// How many of the oldest are gone.
    pub gone: u64,
    /// How many a filter hides.
    pub hidden: Option<u64>,
}

/// The title rule of a log: what is new below, what is hidden, what has gone above.
pub fn title(
    app: &App,
    painter: &mut Painter,
    place: &Place,
    side: Side,
    focused: bool,
    above: Above,
) {
    let (left, right) = painter.title(place.rule, "log", focused);
    let y = place.rule.y;
    let right = if above.scroll == Scroll::Follow {
        right
    } else {
        let arrow = painter.theme.either("▼", "v");
        let (text, role) = if above.unseen > 0 {
            (format!("{arrow} {} new", above.unseen), Role::Warning)
        } else {
            (not_following(app), Role::Quiet)
        };
        let at = painter.on_rule(left, right, y, &text, role);
        painter.spot_in_row((at, right), y, Spot::Newest(side, place.pane));
        at
    };
    let right = filter_on_rule(app, painter, (left, right), y, above.hidden);
    let right = match app.display.across() {
        0 => right,
        across => {
            let arrow = painter.theme.either("→", ">");
            painter.on_rule(left, right, y, &format!("{arrow} {across}"), Role::Quiet)
        }
    };
    if above.gone > 0 {
        let words = format!("{} older ones gone", above.gone);
        painter.on_rule(left, right, y, &words, Role::Quiet);
    }
}

/// That what is new does not show by itself, and the key for it.
pub fn not_following(app: &App) -> String {
    let key = app.key_name(Context::Log, Action::Follow);
    format!("not following: {key} follows")
}

/// The filter and how many it hides, on a rule. Returns where that begins.
pub fn filter_on_rule(
    app: &App,
    painter: &mut Painter,
    (left, right): (u16, u16),
    y: u16,
    hidden: Option<u64>,
) -> u16 {
    let (Some(hidden), Some(filter)) = (hidden, &app.tab().filter) else {
        return right;
    };
    let text = words_of(&filter.text);
    let wordings = [
        format!("& {text}: {hidden} hidden"),
        format!("& {hidden} hidden"),
    ];
    for words in wordings {
        let at = painter.on_rule(left, right, y, &words, Role::Warning);
        if at < right {
            painter.spot_in_row((at, right), y, Spot::Action(Action::Filter));
            return at;
        }
    }
    right
}

/// A search or a filter as it was typed, shortened and safe to draw.
fn words_of(text: &str) -> String {
    const MOST: usize = 24;
    let text = crate::wire::text::safe(text);
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text.into_owned(),
    }
}

/// The moments that times are counted from.
#[derive(Clone, Copy, Debug)]
pub struct Since {
    /// When the session was started.
    pub start: Stamp,
    /// The entry before, if there is one.
    pub before: Option<Stamp>,
}

/// The time of an entry, as its column writes it.
pub fn clock(app: &App, at: Stamp, column: TimeColumn, since: Since) -> String {
    let (_, m, s, ms) = app.machine.time_of_day(at);
    match column {
        TimeColumn::None => String::new(),
        TimeColumn::Short => format!("{m:02}:{s:02}.{ms:03}"),
        TimeColumn::Clock => app.machine.clock(at),
        // What happened before the session was started is another one's.
        TimeColumn::SinceStart if at < since.start => format!("{:>9}", "before"),
        TimeColumn::SinceStart => format!("{:>9.3}", at.since(since.start).as_secs_f64()),
        TimeColumn::SincePrevious => {
            let step = since
                .before
                .map_or(0.0, |before| at.since(before).as_secs_f64());
            format!("{:>9}", format!("+{step:.3}"))
        }
    }
}

/// One entry as it is drawn.
pub struct Row<'a> {
    /// Where.
    pub area: Rect,
    /// The entry.
    pub event: &'a Event,
    /// The columns.
    pub columns: &'a Columns,
    /// Those of its lines that show.
    pub lines: &'a [Line],
    /// Its time, when its first line shows; the columns in front stand beside that one alone.
    pub clock: Option<String>,
    /// Whether keys act on it.
    pub current: bool,
}

/// Draws the lines of one entry.
pub fn draw_entry(painter: &mut Painter, row: &Row) {
    let Row { area, columns, .. } = *row;
    let is_data = row.event.kind.data().is_some();
    let at = if is_data {
        columns.text_at
    } else {
        columns.words_at
    };
    if let Some(clock) = &row.clock {
        front(painter, area, row.event, columns, clock);
    }
    for (y, line) in (area.top()..area.bottom()).zip(row.lines) {
        let x = area.x + if line.is_wide { WIDE_AT } else { at };
        let across = if is_data { columns.across } else { 0 };
        painter.pieces(x, area.right().saturating_sub(1), y, &line.pieces, across);
    }
    if row.current {
        let rows = Rect {
            height: area.height.min(row.lines.len() as u16),
            ..area
        };
        let style = painter.theme.style(Role::Cursor);
        // What is found keeps its own ground.
        let ground = painter.theme.style(Role::Plain).bg;
        match (ground, style.bg) {
            (Some(ground), Some(cursor)) => {
                painter.canvas.replace_background(rows, ground, cursor);
            }
            _ => painter.style(rows, style),
        }
    }
}

fn front(painter: &mut Painter, area: Rect, event: &Event, columns: &Columns, clock: &str) {
    let kind = &event.kind;
    let room = |x: u16| area.right().saturating_sub(x);
    let x = area.x + 1;
    painter.text(x, area.y, clock, Role::Quiet, room(x));
    let x = x + columns.time.width();
    let mark = match painter.theme.charset {
        Charset::Unicode => words::mark(kind),
        Charset::Ascii => words::ascii_mark(kind),
    };
    painter.styled(
        x,
        area.y,
        mark.encode_utf8(&mut [0; 4]),
        painter.theme.mark(kind),
        room(x),
    );
    let x = x + 2;
    if let (Some(conn), 1..) = (kind.conn(), columns.conn) {
        painter.text(x, area.y, &conn.to_string(), Role::Quiet, columns.conn);
    }
    if let Some(data) = kind.data() {
        let size = format!("{:>8}", Size(data.len() as u64));
        painter.text(
            area.x + columns.words_at,
            area.y,
            &size,
            Role::Quiet,
            room(area.x + columns.words_at),
        );
    }
}
