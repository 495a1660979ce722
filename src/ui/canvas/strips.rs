//! What was drawn in the last frame and may stand in the next one as it was, wherever it is then: an
//! entry of a log is looked at many times and drawn once. Its cells are those that are shown.

use ratatui::layout::Rect;

use super::{Canvas, Cell, WIDE};
use crate::app::views::Columns;
use crate::model::time::Stamp;
use crate::ui::theme::Theme;

/// All that the cells of a list's entries depend on besides the entries themselves.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// The columns; they know whose list it is.
    pub columns: Columns,
    /// When the session was started.
    pub started: Stamp,
    /// The looks.
    pub theme: Theme,
}

/// An entry as it is drawn: what follows from its number does not change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Key {
    /// Its number in its list.
    pub number: u64,
    /// When the one before it happened, if that shows.
    pub before: Option<Stamp>,
    /// How many of its lines are above what is seen.
    pub skip: usize,
}

/// How many rows an entry takes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Extent {
    /// Those that were drawn.
    pub height: u16,
    /// Those up to the next entry.
    pub step: u16,
}

#[derive(Clone, Debug)]
struct Strip {
    key: Key,
    extent: Extent,
    /// Its first row.
    y: u16,
    /// How many rows there were for it.
    room: u16,
}

impl Strip {
    /// Whether nothing of it was cut off below.
    fn is_whole(&self) -> bool {
        self.extent.height < self.room
    }
}

/// The entries of one list, in their order.
#[derive(Clone, Debug)]
struct List {
    setting: Setting,
    area: Rect,
    strips: Vec<Strip>,
}

impl List {
    fn get(&self, number: u64) -> Option<&Strip> {
        let of = |strip: &Strip| strip.key.number;
        let at = self.strips.binary_search_by_key(&number, of).ok()?;
        self.strips.get(at)
    }
}

/// The lists of the frame that is shown and of the one that is being drawn.
#[derive(Clone, Debug, Default)]
pub(super) struct Strips {
    shown: Vec<List>,
    drawn: Vec<List>,
    /// The list that is shown and is being drawn again.
    known: Option<usize>,
}

impl Strips {
    /// Begins a frame, or a part of one.
    pub(super) fn begin(&mut self) {
        self.drawn.clear();
        self.known = None;
    }

    /// What was drawn in an area is shown now.
    pub(super) fn show(&mut self, area: Rect) {
        self.shown.retain(|list| !list.area.intersects(area));
        self.shown.append(&mut self.drawn);
        // One for which there was no room would never be drawn over.
        self.shown.retain(|list| !list.area.is_empty());
        self.known = None;
    }

    /// How many lists are known.
    #[cfg(test)]
    pub(super) fn lists(&self) -> usize {
        self.shown.len()
    }

    fn known(&self, number: u64) -> Option<&Strip> {
        self.shown.get(self.known?)?.get(number)
    }
}

impl Canvas {
    /// Begins a list in an area.
    pub(in crate::ui) fn begin_list(&mut self, setting: Setting, area: Rect) {
        let strips = &mut self.strips;
        let same = |list: &List| list.area.width == area.width && list.setting == setting;
        strips.known = strips.shown.iter().position(same);
        strips.drawn.push(List {
            setting,
            area,
            strips: Vec::with_capacity(area.height.into()),
        });
    }

    /// How many rows an entry of the list takes, up to the next one, if the last frame tells.
    pub(in crate::ui) fn known_height(&self, number: u64) -> Option<usize> {
        let strip = self.strips.known(number)?;
        (strip.is_whole() && strip.key.skip == 0).then_some(strip.extent.step.into())
    }

    /// Draws an entry of the list as it is shown, if it would be the same in this area.
    pub(in crate::ui) fn recall(&mut self, key: Key, area: Rect) -> Option<Extent> {
        let strip = self.strips.known(key.number)?;
        let Extent { height, .. } = strip.extent;
        let fits = strip.is_whole() && height <= area.height || strip.room == area.height;
        if strip.key != key || !fits {
            return None;
        }
        let (extent, from) = (strip.extent, strip.y);
        let columns = usize::from(area.left())..usize::from(area.right());
        let list = self.strips.shown.get(self.strips.known?)?;
        let shown_columns = usize::from(list.area.left())..usize::from(list.area.right());
        let width = usize::from(self.area.width);
        let mut flags = 0;
        for row in 0..usize::from(height) {
            let line = |y: u16| (usize::from(y) + row) * width;
            let (to, from) = (line(area.y), line(from));
            let to = self.cells.get_mut(to + columns.start..to + columns.end)?;
            let from = from + shown_columns.start..from + shown_columns.end;
            let from = self.shown.get(from)?;
            for (to, from) in to.iter_mut().zip(from) {
                flags |= from.0;
                *to = *from;
            }
        }
        self.has_wide |= Cell(flags).is(WIDE);
        Some(extent)
    }

    /// Notes that an entry of the list was drawn at the top of an area.
    pub(in crate::ui) fn keep(&mut self, key: Key, area: Rect, extent: Extent) {
        let is_inside = area.intersection(self.area) == area;
        if let Some(list) = self.strips.drawn.last_mut().filter(|_| is_inside) {
            list.strips.push(Strip {
                key,
                extent,
                y: area.y,
                room: area.height,
            });
        }
    }
}
