//! What was drawn in the last frame and may stand in the next one as it was, wherever it is then: an
//! entry of a log is looked at many times and drawn once.

use ratatui::layout::Rect;

use super::{Canvas, Cell, WIDE};
use crate::app::views::Columns;
use crate::model::time::Stamp;
use crate::ui::theme::Theme;

/// An entry, and all else that its cells depend on besides their place.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// Its number in its log.
    pub number: u64,
    /// When it happened.
    pub at: Stamp,
    /// When the one before it happened, if that is still there.
    pub before: Option<Stamp>,
    /// When its session was started.
    pub started: Stamp,
    /// How many of its lines are above what is seen.
    pub skip: usize,
    /// Its columns.
    pub columns: Columns,
    /// The looks.
    pub theme: Theme,
}

/// How many rows an entry takes.
#[derive(Clone, Copy, Debug, PartialEq)]
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
    /// How many columns and rows there were for it.
    room: (u16, u16),
    has_wide: bool,
    /// Where its cells begin.
    at: usize,
}

impl Strip {
    /// Whether it would be the same in this room.
    fn fits(&self, key: &Key, room: (u16, u16)) -> bool {
        let whole = self.extent.height < self.room.1 && self.extent.height <= room.1;
        self.key == *key && self.room.0 == room.0 && (whole || self.room.1 == room.1)
    }
}

/// The strips of a frame, with their cells.
#[derive(Clone, Debug, Default)]
struct Frame {
    strips: Vec<Strip>,
    cells: Vec<Cell>,
}

/// Those of the last frame and of the one that is being drawn.
#[derive(Clone, Debug, Default)]
pub(super) struct Strips {
    last: Frame,
    next: Frame,
}

impl Strips {
    /// Begins the next frame.
    pub(super) fn begin(&mut self) {
        std::mem::swap(&mut self.last, &mut self.next);
        self.next.strips.clear();
        self.next.cells.clear();
    }
}

impl Canvas {
    /// Draws a strip as it was in the last frame, if it would be the same in this area.
    pub(in crate::ui) fn recall(&mut self, key: &Key, area: Rect) -> Option<Extent> {
        let strips = std::mem::take(&mut self.strips);
        let room = (area.width, area.height);
        let found = strips
            .last
            .strips
            .iter()
            .find(|strip| strip.fits(key, room));
        let extent = found.map(|strip| {
            let extent = strip.extent;
            let area = Rect {
                height: extent.height,
                ..area
            };
            let kept = &strips.last.cells[strip.at..];
            self.cells(area)
                .zip(kept)
                .for_each(|(cell, kept)| *cell = *kept);
            self.has_wide |= strip.has_wide;
            extent
        });
        self.strips = strips;
        extent
    }

    /// Keeps what was drawn at the top of an area for the next frame.
    pub(in crate::ui) fn keep(&mut self, key: Key, area: Rect, extent: Extent) {
        let mut strips = std::mem::take(&mut self.strips);
        let at = strips.next.cells.len();
        let drawn = Rect {
            height: extent.height,
            ..area
        };
        strips
            .next
            .cells
            .extend(self.cells(drawn).map(|cell| *cell));
        // One that is cut off by the edge of the canvas is none.
        if strips.next.cells.len() - at == drawn.area() as usize {
            let has_wide = strips.next.cells[at..].iter().any(|cell| cell.is(WIDE));
            strips.next.strips.push(Strip {
                key,
                extent,
                room: (area.width, area.height),
                has_wide,
                at,
            });
        }
        self.strips = strips;
    }
}
