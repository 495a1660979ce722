//! Where a list of entries is being read: following the newest, or anchored to an entry's number.
//! New entries never move an anchored view; entries that are gone move the anchor to the oldest
//! left. Works on any numbered list whose items fill one or more rows ([`Rows`]).

/// A numbered list whose items are `first()..end()`, each filling at least one row.
pub trait Rows {
    /// The number of the oldest item.
    fn first(&self) -> u64;
    /// The number that the next item will have.
    fn end(&self) -> u64;
    /// How many rows an item fills, at least 1.
    fn height(&self, id: u64) -> usize;
}

impl<R: Rows + ?Sized> Rows for &R {
    fn first(&self) -> u64 {
        (**self).first()
    }
    fn end(&self) -> u64 {
        (**self).end()
    }
    fn height(&self, id: u64) -> usize {
        (**self).height(id)
    }
}

/// Where one reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scroll {
    /// The newest item is at the bottom.
    #[default]
    Follow,
    /// The view stays where it is.
    Anchored {
        /// The item in the first row.
        top: u64,
        /// How many of its rows are above the view.
        skip: usize,
        /// The item that keys act on.
        cursor: u64,
        /// The first item that came after the view was anchored.
        unseen: u64,
    },
}

/// A step through the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// One item (or row of a long item) up.
    Up,
    /// One item (or row of a long item) down.
    Down,
    /// One view up.
    PageUp,
    /// One view down.
    PageDown,
    /// To the oldest.
    Top,
    /// To the newest, following.
    Bottom,
}

/// A position in the list: an item and how many of its rows lie above.
type Spot = (u64, usize);

/// The spot from which the rest of the list fills at most `height` rows.
fn last_spot(rows: &dyn Rows, height: usize) -> Spot {
    let (mut id, mut filled) = (rows.end(), 0);
    while id > rows.first() && filled < height {
        id -= 1;
        filled += rows.height(id);
    }
    (id, filled.saturating_sub(height))
}

fn moved_up(rows: &dyn Rows, (mut id, mut skip): Spot, mut by: usize) -> Spot {
    while by > skip && id > rows.first() {
        by -= skip;
        id -= 1;
        skip = rows.height(id);
    }
    (id, skip.saturating_sub(by))
}

fn moved_down(rows: &dyn Rows, (mut id, mut skip): Spot, mut by: usize) -> Spot {
    while id < rows.end() {
        let left = rows.height(id).saturating_sub(skip);
        if by < left {
            return (id, skip + by);
        }
        by -= left;
        id += 1;
        skip = 0;
    }
    (id, 0)
}

impl Scroll {
    /// The item in the first row of a view of `height` rows, and how many of its rows lie above.
    #[must_use]
    pub fn top(&self, rows: &dyn Rows, height: usize) -> Spot {
        match *self {
            Scroll::Follow => last_spot(rows, height),
            Scroll::Anchored { top, skip, .. } if top >= rows.first() => (top, skip),
            Scroll::Anchored { .. } => (rows.first(), 0),
        }
    }

    /// The item that keys act on; while following, the newest.
    #[must_use]
    pub fn cursor(&self, rows: &dyn Rows) -> Option<u64> {
        let newest = rows.end().checked_sub(1).filter(|id| *id >= rows.first())?;
        match *self {
            Scroll::Follow => Some(newest),
            Scroll::Anchored { cursor, .. } => Some(cursor.clamp(rows.first(), newest)),
        }
    }

    /// How many items have come below the view since it was anchored.
    #[must_use]
    pub fn unseen(&self, rows: &dyn Rows, height: usize) -> u64 {
        match *self {
            Scroll::Follow => 0,
            Scroll::Anchored { unseen, .. } => {
                let below = moved_down(rows, self.top(rows, height), height).0;
                rows.end().saturating_sub(unseen.max(below))
            }
        }
    }

    /// Stays where the view of `height` rows is now.
    pub fn anchor(&mut self, rows: &dyn Rows, height: usize) {
        if let (Scroll::Follow, Some(cursor)) = (*self, self.cursor(rows)) {
            let (top, skip) = self.top(rows, height);
            *self = Scroll::Anchored {
                top,
                skip,
                cursor,
                unseen: rows.end(),
            };
        }
    }

    /// Turns the view of `height` rows by some rows, as a wheel does; what is seen whole stays.
    pub fn turn(&mut self, up: bool, by: usize, rows: &dyn Rows, height: usize) {
        let start = (rows.first(), 0);
        let end = last_spot(rows, height);
        if end <= start || (*self == Scroll::Follow && !up) {
            return;
        }
        self.anchor(rows, height);
        let (spot, cursor) = (self.top(rows, height), self.cursor(rows));
        let (Some(at), Scroll::Anchored { unseen, .. }) = (cursor, *self) else {
            return;
        };
        let spot = if up {
            moved_up(rows, spot, by)
        } else {
            moved_down(rows, spot, by)
        };
        if !up && spot >= end {
            *self = Scroll::Follow;
            return;
        }
        let (top, skip) = spot.min(end);
        let cursor = within(rows, (top, skip), at, height);
        *self = Scroll::Anchored {
            top,
            skip,
            cursor,
            unseen,
        };
    }

    /// Puts the cursor on an item; a view of `height` rows that followed stays where it is. Returns
    /// whether it was there already.
    pub fn point(&mut self, id: u64, rows: &dyn Rows, height: usize) -> bool {
        if let Scroll::Anchored { cursor, .. } = self
            && *cursor == id
        {
            return true;
        }
        self.anchor(rows, height);
        if let Scroll::Anchored { cursor, .. } = self {
            *cursor = id;
        }
        false
    }

    /// Puts the cursor on an item and shows its row `line`; the view of `height` rows moves only
    /// when that row is not in it.
    pub fn reveal(&mut self, item: u64, line: usize, rows: &dyn Rows, height: usize) {
        let spot = (item, line);
        let top = self.top(rows, height);
        let bottom = moved_down(rows, top, height.saturating_sub(1));
        let top = if top <= spot && spot <= bottom {
            top
        } else {
            moved_up(rows, spot, height / 3).min(last_spot(rows, height).max((rows.first(), 0)))
        };
        let unseen = match *self {
            Scroll::Anchored { unseen, .. } => unseen,
            Scroll::Follow => rows.end(),
        };
        *self = Scroll::Anchored {
            top: top.0,
            skip: top.1,
            cursor: item,
            unseen,
        };
    }

    /// Moves the view of `height` rows.
    pub fn go(&mut self, motion: Motion, rows: &dyn Rows, height: usize) {
        if motion == Motion::Bottom {
            *self = Scroll::Follow;
            return;
        }
        let following = *self == Scroll::Follow;
        if following && matches!(motion, Motion::Down | Motion::PageDown) {
            return;
        }
        self.anchor(rows, height);
        let spot = self.top(rows, height);
        let Some(cursor) = self.cursor(rows) else {
            return;
        };
        let Scroll::Anchored { unseen, .. } = *self else {
            return;
        };
        let page = height.saturating_sub(1).max(1);
        let end = last_spot(rows, height);
        let (spot, cursor) = match motion {
            Motion::Up => step_up(rows, spot, cursor, height),
            Motion::Down if cursor + 1 == rows.end() && spot >= end => {
                *self = Scroll::Follow;
                return;
            }
            Motion::Down => step_down(rows, spot, cursor, height),
            Motion::PageUp => {
                let spot = moved_up(rows, spot, page);
                (spot, within(rows, spot, cursor, height))
            }
            Motion::PageDown => {
                let spot = moved_down(rows, spot, page);
                if spot >= end {
                    *self = Scroll::Follow;
                    return;
                }
                (spot, within(rows, spot, cursor, height))
            }
            Motion::Top => ((rows.first(), 0), rows.first()),
            Motion::Bottom => return,
        };
        let (top, skip) = spot.min(end.max((rows.first(), 0)));
        *self = Scroll::Anchored {
            top,
            skip,
            cursor,
            unseen,
        };
    }
}

/// The last item with a row in the view.
fn last_visible(rows: &dyn Rows, spot: Spot, height: usize) -> u64 {
    let newest = rows.end().saturating_sub(1);
    moved_down(rows, spot, height.saturating_sub(1))
        .0
        .min(newest)
}

fn within(rows: &dyn Rows, spot: Spot, cursor: u64, height: usize) -> u64 {
    cursor.clamp(spot.0, last_visible(rows, spot, height).max(spot.0))
}

fn step_up(rows: &dyn Rows, spot: Spot, cursor: u64, height: usize) -> (Spot, u64) {
    let cursor = within(rows, spot, cursor, height);
    if cursor == spot.0 && spot.1 > 0 {
        return ((spot.0, spot.1 - 1), cursor);
    }
    if cursor <= rows.first() {
        return (spot, cursor);
    }
    if cursor == spot.0 {
        return (moved_up(rows, spot, 1), cursor - 1);
    }
    (spot, cursor - 1)
}

fn step_down(rows: &dyn Rows, spot: Spot, cursor: u64, height: usize) -> (Spot, u64) {
    let cursor = within(rows, spot, cursor, height);
    let next = (cursor + 1).min(rows.end().saturating_sub(1));
    // Rows of the view that lie above the first row behind the cursor's item.
    let mut above = 0;
    for id in spot.0..=cursor {
        above += rows.height(id) - if id == spot.0 { spot.1 } else { 0 };
    }
    if above > height {
        return (moved_down(rows, spot, 1), cursor);
    }
    let below = (above + rows.height(next)).saturating_sub(height);
    // A long item comes in by its first rows; the rest is reached row by row.
    let by = if next == cursor { 0 } else { below.min(above) };
    (moved_down(rows, spot, by), next)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Items with heights in a repeating pattern.
    struct List {
        first: u64,
        end: u64,
        heights: &'static [usize],
    }

    impl Rows for List {
        fn first(&self) -> u64 {
            self.first
        }
        fn end(&self) -> u64 {
            self.end
        }
        fn height(&self, id: u64) -> usize {
            self.heights[id as usize % self.heights.len()]
        }
    }

    fn list(end: u64) -> List {
        List {
            first: 0,
            end,
            heights: &[1],
        }
    }

    #[test]
    fn following_shows_the_newest_at_the_bottom() {
        assert_eq!(Scroll::Follow.top(&list(100), 10), (90, 0));
        assert_eq!(Scroll::Follow.top(&list(4), 10), (0, 0));
        let tall = List {
            first: 0,
            end: 10,
            heights: &[3],
        };
        assert_eq!(Scroll::Follow.top(&tall, 10), (6, 2));
    }

    #[test]
    fn new_items_do_not_move_an_anchored_view_and_are_counted() {
        let mut scroll = Scroll::Follow;
        scroll.go(Motion::PageUp, &list(100), 10);
        let top = scroll.top(&list(100), 10);
        assert_eq!(top, (81, 0));
        assert_eq!(scroll.top(&list(5000), 10), top);
        assert_eq!(scroll.unseen(&list(5000), 10), 4900);
    }

    #[test]
    fn items_that_are_gone_move_the_view_to_the_oldest_left() {
        let mut scroll = Scroll::Follow;
        scroll.go(Motion::Top, &list(100), 10);
        let later = List {
            first: 40,
            end: 100,
            heights: &[1],
        };
        assert_eq!(scroll.top(&later, 10), (40, 0));
        assert_eq!(scroll.cursor(&later), Some(40));
    }

    #[test]
    fn walking_down_to_the_end_follows_again() {
        let mut scroll = Scroll::Follow;
        let rows = list(30);
        for _ in 0..12 {
            scroll.go(Motion::Up, &rows, 10);
        }
        assert_ne!(scroll, Scroll::Follow);
        for _ in 0..13 {
            scroll.go(Motion::Down, &rows, 10);
        }
        assert_eq!(scroll, Scroll::Follow);
        scroll.go(Motion::PageUp, &rows, 10);
        scroll.go(Motion::PageDown, &rows, 10);
        assert_eq!(scroll, Scroll::Follow);
    }

    #[test]
    fn every_row_of_a_long_item_is_reached_in_both_directions() {
        let rows = List {
            first: 0,
            end: 3,
            heights: &[2, 40, 2],
        };
        let mut scroll = Scroll::Follow;
        scroll.go(Motion::Top, &rows, 10);
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..60 {
            let (top, skip) = scroll.top(&rows, 10);
            seen.insert((top, skip));
            scroll.go(Motion::Down, &rows, 10);
        }
        assert_eq!(scroll, Scroll::Follow);
        assert!((0..=30).all(|skip| seen.contains(&(1, skip))), "{seen:?}");
        for _ in 0..60 {
            scroll.go(Motion::Up, &rows, 10);
        }
        assert_eq!(scroll.top(&rows, 10), (0, 0));
        assert_eq!(scroll.cursor(&rows), Some(0));
    }

    #[test]
    fn the_cursor_stays_in_view_whatever_is_pressed() {
        use Motion::{Bottom, Down, PageDown, PageUp, Top, Up};
        let rows = List {
            first: 3,
            end: 60,
            heights: &[1, 4, 2, 13],
        };
        let mut scroll = Scroll::Follow;
        let keys = [
            Up, Up, PageUp, Up, Down, Down, Down, PageUp, PageUp, Up, Top, Down, PageDown, Down,
            Up, Bottom, Up,
        ];
        for (n, key) in keys.iter().cycle().take(500).enumerate() {
            scroll.go(*key, &rows, 9);
            let spot = scroll.top(&rows, 9);
            let cursor = scroll.cursor(&rows).unwrap();
            assert!((3..60).contains(&spot.0));
            assert!(
                spot.0 <= cursor && cursor <= last_visible(&rows, spot, 9),
                "{n} {key:?} {scroll:?}"
            );
        }
    }

    #[test]
    fn what_is_revealed_is_in_view_and_moves_the_view_only_when_it_must() {
        let rows = List {
            first: 0,
            end: 200,
            heights: &[1, 30, 2],
        };
        let mut scroll = Scroll::Follow;
        for (item, line) in [(199, 0), (100, 29), (100, 25), (0, 0), (1, 29), (198, 0)] {
            let before = scroll.top(&rows, 10);
            let seen = before <= (item, line) && (item, line) <= moved_down(&rows, before, 9);
            scroll.reveal(item, line, &rows, 10);
            let top = scroll.top(&rows, 10);
            assert!(top <= (item, line) && (item, line) <= moved_down(&rows, top, 9));
            assert_eq!(scroll.cursor(&rows), Some(item));
            assert!(!seen || top == before, "{item} {line}");
        }
    }

    #[test]
    fn an_empty_list_is_harmless() {
        let rows = list(0);
        let mut scroll = Scroll::Follow;
        for motion in [
            Motion::Up,
            Motion::Down,
            Motion::PageUp,
            Motion::PageDown,
            Motion::Top,
            Motion::Bottom,
        ] {
            scroll.go(motion, &rows, 0);
        }
        assert_eq!(scroll.cursor(&rows), None);
        assert_eq!(scroll.top(&rows, 5), (0, 0));
    }
}
