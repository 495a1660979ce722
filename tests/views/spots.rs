//! What can be clicked in every view, held against what is drawn where.

use netplay::app::layout;
use netplay::app::spot::Spot;
use ratatui::layout::{Position, Rect};

use crate::story::{self, Drawn, Story};
use crate::{all, each_story_at_many_sizes, told};

/// The area of the side and pane that a spot says it stands in.
fn home(story: &Story, spot: Spot) -> Option<Rect> {
    let (side, pane) = spot.pane()?;
    let geometry = layout::geometry(&story.app)?;
    if let Some(ladder) = geometry.ladder.filter(|place| place.pane == pane) {
        return Some(ladder.rule.union(ladder.body));
    }
    let place = geometry.side(side)?;
    let pane = place.pane(pane).map(|pane| pane.rule.union(pane.body));
    Some(match (pane, place.teach) {
        (Some(pane), Some(teach)) => pane.union(teach),
        (pane, teach) => pane.or(teach)?,
    })
}

fn check(name: &str, story: &Story, drawn: &Drawn) {
    let size = (drawn.cells.area.width, drawn.cells.area.height);
    let spots: Vec<(Rect, Spot)> = drawn.spots.iter().collect();
    for (n, (area, spot)) in spots.iter().enumerate() {
        let inside = |outer: Rect| outer.intersection(*area) == *area;
        assert!(
            !area.is_empty() && inside(drawn.cells.area),
            "{name} at {size:?}: {spot:?} in {area}"
        );
        if spot.pane().is_some() {
            let home = home(story, *spot);
            assert!(
                home.is_some_and(inside),
                "{name} at {size:?}: {spot:?} in {area} is not in its pane, {home:?}"
            );
        }
        // The front-most spot of each cell is hit.
        for (x, y) in [
            (area.left(), area.top()),
            (area.right() - 1, area.bottom() - 1),
        ] {
            let at = Position::new(x, y);
            let front = spots[n..].iter().rfind(|(area, _)| area.contains(at));
            assert_eq!(drawn.spots.at(at), front.map(|(_, spot)| *spot));
        }
    }
}

#[test]
fn every_spot_lies_in_its_pane_and_is_hit_at_any_size() {
    each_story_at_many_sizes(|name, story| check(name, story, &story.draw()));
}

/// What a click on these words hits.
fn hit(drawn: &Drawn, words: &str) -> Option<Spot> {
    let at = story::place(&drawn.cells, words);
    drawn
        .spots
        .at(at.unwrap_or_else(|| panic!("{words:?} is not shown")))
}

#[test]
fn each_hint_of_the_footer_does_what_its_key_does() {
    for (name, tell) in all() {
        let story = tell((120, 40));
        let drawn = story.draw();
        let row = story::rows(&drawn.cells).pop().unwrap_or_default();
        for hint in story.app.footer() {
            let words = format!("{} {}", hint.key, hint.word);
            let Some(at) = row.find(&format!(" {words}")) else {
                continue;
            };
            let x = row[..=at].chars().count() as u16;
            assert_eq!(
                drawn.spots.at(Position::new(x, 39)),
                Some(Spot::Action(hint.action)),
                "{name}: {words}"
            );
        }
    }
}

#[test]
fn in_front_of_a_page_nothing_behind_it_is_hit() {
    let mut story = told("three_connections")((80, 24));
    story.keys("Esc q");
    let drawn = story.draw();
    assert_eq!(hit(&drawn, "One session runs"), Some(Spot::Page));
    assert_eq!(hit(&drawn, "TCP"), Some(Spot::Beside));
    let yes = story.app.footer().next().expect("it asks").action;
    assert_eq!(hit(&drawn, "Enter yes"), Some(Spot::Action(yes)));
}
