//! Where the pages stand that come in front of the panes: help, an inspected entry, the list of all
//! actions.

use ratatui::layout::Rect;

use crate::wire::hex;

/// The widest that the text of a page is set, in cells.
const PAGE_WIDTH: u16 = 92;

/// The area of a page in front of the panes, at most `rows` rows of content.
#[must_use]
pub fn page(screen: Rect, rows: usize) -> Rect {
    let width = screen.width.min(PAGE_WIDTH);
    let height = screen
        .height
        .saturating_sub(2)
        .min(u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(4));
    Rect {
        x: screen.x + (screen.width - width) / 2,
        y: screen.y + (screen.height.saturating_sub(height)) / 2,
        width,
        height,
    }
}

/// How many actions the list of all of them shows on a screen of this size.
#[must_use]
pub fn palette_rows(size: (u16, u16)) -> usize {
    usize::from(size.1.saturating_sub(8).clamp(1, 16))
}

/// The rows of a page that its content has.
#[must_use]
pub fn page_body(page: Rect) -> Rect {
    Rect {
        x: page.x + 2.min(page.width),
        y: page.y + 2.min(page.height),
        width: page.width.saturating_sub(4),
        height: page.height.saturating_sub(4),
    }
}

/// The width of a page's content on this screen.
#[must_use]
pub fn page_width(screen: Rect) -> u16 {
    page_body(page(screen, 1)).width
}

/// How many bytes a row of an inspected entry has on this screen.
#[must_use]
pub fn hex_columns(screen: Rect) -> u16 {
    hex::columns(page_width(screen))
}
