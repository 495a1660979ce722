//! What the pointer can hit. Drawing notes which cells are what ([`Spots`]); the loop looks up where
//! a click or the wheel fell in the frame that was seen; the app is told the spot, not the cell.
//! Something new becomes clickable by one line where it is drawn.

use ratatui::layout::{Position, Rect};

use super::form::Name;
use super::keymap::Action;
use super::tab::Pane;
use crate::model::event::ConnId;
use crate::model::spec::Side;

/// Something that was drawn and can be hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    /// What a key does, wherever the keys are.
    Action(Action),
    /// What a key does in this pane, which gets the keys first.
    In(Side, Pane, Action),
    /// A pane.
    Pane(Side, Pane),
    /// An entry of a log, or a row of the ladder on one side of the wire, counted as it is shown.
    Entry(Side, Pane, u64),
    /// A connection in its list.
    Connection(Side, ConnId),
    /// A request in its list, counted as it is shown.
    Request(Side, u64),
    /// A field of a form.
    Field(Side, Name),
    /// The value of a choice.
    Value(Side, Name),
    /// What Enter adds in a chat box.
    LineEnd(Side),
    /// The word that there is something newer, or that the newest is not followed.
    Newest(Side, Pane),
    /// A row of the list of all actions, counted from its first.
    Choice(usize),
    /// The page in front.
    Page,
    /// Beside the page in front.
    Beside,
}

impl Spot {
    /// The pane that it stands in, if it stands in one.
    #[must_use]
    pub fn pane(self) -> Option<(Side, Pane)> {
        match self {
            Spot::In(side, pane, _)
            | Spot::Pane(side, pane)
            | Spot::Entry(side, pane, _)
            | Spot::Newest(side, pane) => Some((side, pane)),
            Spot::Connection(side, _) => Some((side, Pane::Connections)),
            Spot::Request(side, _) => Some((side, Pane::Requests)),
            Spot::Field(side, _) | Spot::Value(side, _) => Some((side, Pane::Form)),
            Spot::LineEnd(side) => Some((side, Pane::Box)),
            Spot::Action(_) | Spot::Choice(_) | Spot::Page | Spot::Beside => None,
        }
    }
}

/// What the pointer did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pointer {
    /// The first button was pressed.
    Click,
    /// The wheel was turned so that what is above comes into view.
    WheelUp,
    /// The wheel was turned so that what is below comes into view.
    WheelDown,
    /// The pointer was moved with a button held.
    Drag,
}

/// The spots of one frame. What was drawn later lies in front.
#[derive(Clone, Debug, Default)]
pub struct Spots(Vec<(Rect, Spot)>);

impl Spots {
    /// Notes a spot in front of those so far.
    pub fn push(&mut self, area: Rect, spot: Spot) {
        if !area.is_empty() {
            self.0.push((area, spot));
        }
    }

    /// Forgets all so far: what is drawn from now on covers it.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The front-most spot that has this cell.
    #[must_use]
    pub fn at(&self, cell: Position) -> Option<Spot> {
        let hit = self.0.iter().rev().find(|(area, _)| area.contains(cell));
        hit.map(|(_, spot)| *spot)
    }

    /// All of them, from the back to the front.
    pub fn iter(&self) -> impl Iterator<Item = (Rect, Spot)> {
        self.0.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_drawn_later_is_hit_first() {
        let mut spots = Spots::default();
        spots.push(Rect::new(0, 0, 10, 10), Spot::Beside);
        spots.push(Rect::new(2, 2, 3, 1), Spot::Page);
        spots.push(Rect::new(7, 7, 0, 1), Spot::Page);
        assert_eq!(spots.at(Position::new(4, 2)), Some(Spot::Page));
        assert_eq!(spots.at(Position::new(5, 2)), Some(Spot::Beside));
        assert_eq!(spots.at(Position::new(7, 7)), Some(Spot::Beside));
        assert_eq!(spots.at(Position::new(10, 2)), None);
    }
}
