//! The cells that a frame is drawn into, and those that the terminal shows: what differs is all that
//! it is told. A cell takes eight bytes. After a pause a frame's time is that of fetching memory, and
//! a ratatui buffer of a large screen is more than the nearest caches hold.

mod strips;

use std::collections::HashMap;
use std::ops::Range;

use ratatui::backend::Backend;
use ratatui::buffer::{self, Buffer, CellWidth as _};
use ratatui::layout::{Position, Rect, Size};
use ratatui::style::{Color, Modifier, Style};
use unicode_segmentation::UnicodeSegmentation as _;

use strips::Strips;
pub use strips::{Extent, Key, Setting};

/// How many clusters are remembered until all are forgotten. There are as many different ones as
/// somebody cares to send.
const CLUSTERS: usize = 4096;

/// What stands in a cell and how it looks. From the lowest bit on: a character or the number of a
/// cluster (30 bits), which of the two, whether it is two cells wide; then foreground, background
/// and modifiers, 9 bits each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cell(u64);

const SYMBOL: u64 = (1 << 32) - 1;
const NUMBER: u64 = (1 << 30) - 1;
const CLUSTER: u64 = 1 << 30;
const WIDE: u64 = 1 << 31;
const FOREGROUND: u32 = 32;
const BACKGROUND: u32 = 41;
const MODIFIERS: u32 = 50;
const NINE: u64 = (1 << 9) - 1;

impl Cell {
    const BLANK: Cell = Cell(' ' as u64);
    /// The second half of what is wide.
    const COVERED: Cell = Cell(0);
    /// None that is drawn.
    const UNKNOWN: Cell = Cell(u64::MAX);

    fn is(self, flag: u64) -> bool {
        self.0 & flag != 0
    }

    fn number(self) -> u32 {
        (self.0 & NUMBER) as u32
    }

    fn symbol(self, clusters: &Clusters) -> Symbol<'_> {
        if self.is(CLUSTER) {
            return Symbol::Cluster(clusters.get(self.number()));
        }
        Symbol::Char(match self {
            Cell::COVERED => ' ',
            _ => char::from_u32(self.number()).unwrap_or(' '),
        })
    }

    fn to_ratatui(self, clusters: &Clusters) -> buffer::Cell {
        let mut cell = buffer::Cell::default();
        match self.symbol(clusters) {
            Symbol::Char(' ') => {}
            Symbol::Char(c) => drop(cell.set_char(c)),
            Symbol::Cluster(text) => drop(cell.set_symbol(text)),
        }
        cell.fg = colour(self.0 >> FOREGROUND);
        cell.bg = colour(self.0 >> BACKGROUND);
        cell.modifier = Modifier::from_bits_truncate((self.0 >> MODIFIERS & NINE) as u16);
        cell
    }
}

enum Symbol<'a> {
    Char(char),
    Cluster(&'a str),
}

impl Symbol<'_> {
    fn width(&self) -> u16 {
        match self {
            Symbol::Char(c) => c.encode_utf8(&mut [0; 4]).cell_width(),
            Symbol::Cluster(text) => text.cell_width(),
        }
    }
}

/// The themes know no other colours than these.
fn colour(bits: u64) -> Color {
    match bits & NINE {
        0 => Color::Reset,
        n => Color::Indexed((n - 1) as u8),
    }
}

fn of_colour(colour: Color) -> u64 {
    match colour {
        Color::Indexed(n) => u64::from(n) + 1,
        _ => 0,
    }
}

/// A style, as what it leaves of a cell and what it adds.
#[derive(Clone, Copy)]
struct Brush {
    keep: u64,
    add: u64,
}

impl Brush {
    fn new(style: Style) -> Brush {
        let modifiers = |modifier: Modifier| u64::from(modifier.bits()) & NINE;
        let mut keep = !(modifiers(style.sub_modifier) << MODIFIERS);
        let mut add = modifiers(style.add_modifier - style.sub_modifier) << MODIFIERS;
        for (colour, at) in [(style.fg, FOREGROUND), (style.bg, BACKGROUND)] {
            if let Some(colour) = colour {
                keep &= !(NINE << at);
                add |= of_colour(colour) << at;
            }
        }
        Brush { keep, add }
    }

    fn paint(self, cell: &mut Cell) {
        cell.0 = cell.0 & self.keep | self.add;
    }

    fn put(self, cell: &mut Cell, symbol: u64) {
        cell.0 = cell.0 & self.keep & !SYMBOL | self.add | symbol;
    }
}

/// The symbols of more than one character, by number.
#[derive(Clone, Debug, Default)]
struct Clusters {
    numbers: HashMap<Box<str>, u32>,
    texts: Vec<Box<str>>,
}

impl Clusters {
    fn get(&self, number: u32) -> &str {
        self.texts.get(number as usize).map_or(" ", |text| text)
    }

    fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.texts.len() as u32;
        self.texts.push(text.into());
        self.numbers.insert(text.into(), number);
        number
    }
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Canvas {
    area: Rect,
    /// What is being drawn: all of it, or a part.
    frame: Rect,
    cells: Vec<Cell>,
    /// What the terminal shows.
    shown: Vec<Cell>,
    clusters: Clusters,
    strips: Strips,
    /// Something wide was drawn.
    has_wide: bool,
    /// Something lay over the panes in the last whole frame.
    covered: bool,
    /// What differed last time, kept for its memory.
    changes: Vec<(u16, u16, buffer::Cell)>,
}

impl Canvas {
    /// A canvas for a terminal of this size that shows nothing.
    #[must_use]
    pub fn new(size: Size) -> Canvas {
        let area = Rect::from((Position::ORIGIN, size));
        let cells = vec![Cell::BLANK; area.area() as usize];
        Canvas {
            area,
            frame: area,
            shown: cells.clone(),
            cells,
            clusters: Clusters::default(),
            strips: Strips::default(),
            has_wide: false,
            covered: false,
            changes: Vec::new(),
        }
    }

    /// All of it.
    #[must_use]
    pub fn area(&self) -> Rect {
        self.area
    }

    /// The cells of an area, row by row.
    fn cells(&mut self, area: Rect) -> impl Iterator<Item = &mut Cell> {
        let area = area.intersection(self.area);
        let rows = self.cells.chunks_exact_mut(self.area.width.max(1).into());
        let rows = rows.skip(area.y.into()).take(area.height.into());
        let columns = usize::from(area.left())..area.right().into();
        rows.flat_map(move |row| row.get_mut(columns.clone()).unwrap_or_default())
    }

    /// The rows of an area, and which of all cells they have.
    fn rows(&self, area: Rect) -> impl Iterator<Item = (u16, Range<usize>)> + use<> {
        let width = usize::from(self.area.width);
        area.intersection(self.area).rows().map(move |row| {
            let begin = usize::from(row.y) * width + usize::from(row.x);
            (row.y, begin..begin + usize::from(row.width))
        })
    }

    fn at(&mut self, x: u16, y: u16) -> Option<&mut Cell> {
        self.cells(Rect::new(x, y, 1, 1)).next()
    }

    /// What stands in an area, to be compared.
    pub(super) fn copy(&mut self, area: Rect) -> Vec<u64> {
        self.cells(area).map(|cell| cell.0).collect()
    }

    /// Begins a frame: blanks in this style.
    pub(super) fn begin(&mut self, style: Style) {
        self.begin_part(self.area);
        self.covered = false;
        self.clear(self.area, style);
    }

    /// Begins to draw a part of the frame that follows. What is to be blank there is to be made so.
    pub(super) fn begin_part(&mut self, area: Rect) {
        self.frame = area.intersection(self.area);
        self.has_wide = false;
        self.strips.begin();
    }

    /// Whether a part of a frame is being drawn, see [`Canvas::begin_part`].
    pub(super) fn is_part(&self) -> bool {
        self.frame != self.area
    }

    /// Notes that something lies over the panes: neither they nor their entries are shown as drawn.
    pub(super) fn cover(&mut self) {
        self.covered = true;
        self.strips.begin();
    }

    /// Whether something lay over the panes in the last whole frame.
    pub(super) fn is_covered(&self) -> bool {
        self.covered
    }

    /// Makes an area blank in this style.
    pub(super) fn clear(&mut self, area: Rect, style: Style) {
        let mut blank = Cell::BLANK;
        Brush::new(style).paint(&mut blank);
        self.cells(area).for_each(|cell| *cell = blank);
    }

    /// Gives the cells of an area a style, and leaves what stands in them.
    pub(super) fn style(&mut self, area: Rect, style: Style) {
        let brush = Brush::new(style);
        self.cells(area).for_each(|cell| brush.paint(cell));
    }

    /// Fills an area with a symbol of one character and one cell.
    pub(super) fn fill(&mut self, area: Rect, symbol: &str, style: Style) {
        let brush = Brush::new(style);
        let c = symbol.chars().next().unwrap_or(' ');
        self.cells(area).for_each(|cell| brush.put(cell, c.into()));
    }

    /// Gives the cells of an area that have this background another.
    pub(super) fn replace_background(&mut self, area: Rect, from: Color, to: Color) {
        let (from, to) = (of_colour(from), of_colour(to));
        for cell in self.cells(area) {
            if cell.0 >> BACKGROUND & NINE == from {
                cell.0 = cell.0 & !(NINE << BACKGROUND) | to << BACKGROUND;
            }
        }
    }

    /// Writes a text of at most `width` cells. Returns the column behind it.
    pub(super) fn text(&mut self, x: u16, y: u16, text: &str, style: Style, width: u16) -> u16 {
        if !self.area.contains(Position::new(x, y)) {
            return x;
        }
        let brush = Brush::new(style);
        if !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return self.clusters(x, y, text, brush, width);
        }
        // Most text is of this kind. To look for clusters in it would be half of the work of a frame.
        let cells = self.cells(Rect::new(x, y, width, 1));
        let written = cells.zip(text.bytes()).map(|(cell, byte)| {
            brush.put(cell, byte.into());
        });
        x + written.count() as u16
    }

    /// The same for any text. What has no width or would be obeyed is left out.
    fn clusters(&mut self, mut x: u16, y: u16, text: &str, brush: Brush, width: u16) -> u16 {
        let mut room = self.area.right().saturating_sub(x).min(width);
        for text in text.graphemes(true) {
            if text.contains(char::is_control) {
                continue;
            }
            let width = text.cell_width();
            if width == 0 {
                continue;
            }
            let Some(left) = room.checked_sub(width) else {
                break;
            };
            room = left;
            self.put(x, y, text, width, brush);
            x += width;
        }
        x
    }

    /// Puts a symbol of this width into a cell, and covers those behind it.
    fn put(&mut self, x: u16, y: u16, text: &str, width: u16, brush: Brush) {
        let mut chars = text.chars();
        let mut symbol = match (chars.next(), chars.next()) {
            (Some(c), None) => c.into(),
            _ => CLUSTER | u64::from(self.clusters.number(text)),
        };
        if width > 1 {
            symbol |= WIDE;
            self.has_wide = true;
        }
        if let Some(cell) = self.at(x, y) {
            brush.put(cell, symbol);
        }
        for covered in self.cells(Rect::new(x.saturating_add(1), y, width - 1, 1)) {
            *covered = Cell::COVERED;
        }
    }

    /// Puts a symbol into a cell whose style stays.
    pub(super) fn put_symbol(&mut self, x: u16, y: u16, text: &str) {
        let width = text.cell_width().max(1);
        self.put(x, y, text, width, Brush::new(Style::new()));
    }

    /// The first character of what stands in a cell.
    pub(super) fn char_at(&mut self, x: u16, y: u16) -> char {
        let Some(cell) = self.at(x, y).copied() else {
            return ' ';
        };
        match cell.symbol(&self.clusters) {
            Symbol::Char(c) => c,
            Symbol::Cluster(text) => text.chars().next().unwrap_or(' '),
        }
    }

    /// Ends a frame: what is wide hides what was drawn over its other cells, and those without it are
    /// blank.
    pub(super) fn end(&mut self) {
        if self.has_wide {
            self.settle(self.frame);
        }
    }

    /// The same for an area.
    pub(super) fn settle(&mut self, area: Rect) {
        for (_, row) in self.rows(area) {
            let mut covered = 0;
            for cell in &mut self.cells[row] {
                if covered > 0 {
                    *cell = Cell::COVERED;
                    covered -= 1;
                } else if *cell == Cell::COVERED {
                    *cell = Cell::BLANK;
                } else if cell.is(WIDE) {
                    covered = cell.symbol(&self.clusters).width().saturating_sub(1);
                }
            }
        }
    }

    /// Forgets what the terminal shows: it is of this size now, and was cleared.
    pub fn resize(&mut self, size: Size) {
        self.area = Rect::from((Position::ORIGIN, size));
        self.frame = self.area;
        self.strips = Strips::default();
        for cells in [&mut self.cells, &mut self.shown] {
            cells.clear();
            cells.resize(self.area.area() as usize, Cell::BLANK);
        }
    }

    /// Tells the terminal what is different now. What was drawn is what it shows from then on.
    pub fn show<B: Backend>(&mut self, backend: &mut B) -> Result<(), B::Error> {
        self.look_for_changes();
        let changes = self.changes.iter();
        backend.draw(changes.map(|(x, y, cell)| (*x, *y, cell)))?;
        self.strips.show(self.frame);
        if self.is_part() {
            for (_, row) in self.rows(self.frame) {
                self.shown[row.clone()].copy_from_slice(&self.cells[row]);
            }
            return Ok(());
        }
        std::mem::swap(&mut self.cells, &mut self.shown);
        if self.clusters.texts.len() > CLUSTERS {
            self.clusters = Clusters::default();
            self.strips = Strips::default();
            self.shown.fill(Cell::UNKNOWN);
        }
        Ok(())
    }

    fn look_for_changes(&mut self) {
        self.changes.clear();
        for (y, range) in self.rows(self.frame) {
            let (row, shown) = (&self.cells[range.clone()], &self.shown[range]);
            if row == shown {
                continue;
            }
            let row = || (self.frame.x..).zip(row.iter().zip(shown));
            for (x, (cell, before)) in row() {
                if cell == before || *cell == Cell::COVERED {
                    continue;
                }
                let symbol = *cell;
                let cell = symbol.to_ratatui(&self.clusters);
                // Terminals do not agree on how wide a cluster is: what stood behind it might stay.
                if symbol.is(CLUSTER) && symbol.is(WIDE) {
                    let behind = row().skip_while(|(column, _)| *column <= x);
                    let covered = behind.take_while(|(_, (cell, _))| **cell == Cell::COVERED);
                    for (x, _) in covered.filter(|(_, (cell, before))| cell != before) {
                        let mut blank = cell.clone();
                        blank.set_symbol(" ");
                        self.changes.push((x, y, blank));
                    }
                }
                self.changes.push((x, y, cell));
            }
        }
    }

    /// What was drawn since [`Canvas::show`], as ratatui has it.
    #[must_use]
    pub fn to_buffer(&self) -> Buffer {
        let cells = self.cells.iter();
        let cells = cells.map(|cell| cell.to_ratatui(&self.clusters));
        Buffer {
            area: self.area,
            content: cells.collect(),
        }
    }
}

#[cfg(test)]
mod tests;
