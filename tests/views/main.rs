//! What the screen looks like: every view as text at the sizes that count, and what must hold of
//! each at any size. No network is behind it, and time stands where the story left it.
//!
//! `INSTA_UPDATE=always cargo test --test views` takes the present looks for right. Look at them.

#[path = "../support/http_stories.rs"]
mod http_stories;
#[path = "../support/reading_stories.rs"]
mod reading_stories;
#[path = "../support/stories.rs"]
mod stories;
#[path = "../support/story.rs"]
mod story;

mod spots;
mod styles;

use netplay::model::launch::ThemeName;
use story::{Drawn, Story, symbols};
use unicode_general_category::{GeneralCategory as Category, get_general_category};
use unicode_width::UnicodeWidthStr;

/// A comfortable terminal, a wide one, and the smallest.
const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (40, 10)];
/// Two halves at their narrowest, one pane at its smallest, and a screen on a wall.
const OTHER_SIZES: [(u16, u16); 3] = [(100, 30), (70, 18), (200, 50)];
/// The stories whose layout differs at the other sizes.
const LAYOUTS: [&str; 14] = [
    "idle_tcp",
    "three_connections",
    "refused",
    "address_in_use",
    "both",
    "both_and_others",
    "both_while_a_file_goes",
    "http_vote_arriving",
    "http_client_answered",
    "http_both",
    "palette",
    "both_stacked",
    "presenting",
    "hex",
];

fn all() -> impl Iterator<Item = &'static stories::Told> {
    let http = http_stories::HTTP.iter();
    stories::ALL
        .iter()
        .chain(http)
        .chain(reading_stories::READING)
}

fn at_sizes(tell: fn((u16, u16)) -> Story, sizes: &[(u16, u16)]) -> String {
    let screens = sizes.iter().map(|size| tell(*size).draw().text());
    screens.collect::<Vec<_>>().join("\n")
}

fn told(name: &str) -> fn((u16, u16)) -> Story {
    let found = all().find(|(each, _)| *each == name);
    found.unwrap_or_else(|| panic!("no story {name}")).1
}

#[test]
fn every_view_looks_as_it_did() {
    for (name, tell) in all() {
        insta::assert_snapshot!(*name, at_sizes(*tell, &SIZES));
    }
}

#[test]
fn where_the_layout_differs_it_looks_as_it_did() {
    for name in LAYOUTS {
        insta::assert_snapshot!(
            format!("{name}_at_other_sizes"),
            at_sizes(told(name), &OTHER_SIZES)
        );
    }
}

#[test]
fn in_ascii_it_looks_as_it_did() {
    for name in [
        "hostile_bytes",
        "three_connections",
        "both",
        "sending_a_file",
        "refused",
        "help",
    ] {
        let screens = SIZES.map(|size| told(name)(size).in_ascii().draw().text());
        insta::assert_snapshot!(format!("{name}_in_ascii"), screens.join("\n"));
    }
}

/// The stories whose colours are held, each in every theme.
const COLOURED: [&str; 7] = [
    "everything_that_has_a_colour",
    "found",
    "palette_being_searched",
    "frozen",
    "presenting",
    "http_found_in_the_raw_text",
    "quit_question",
];

#[test]
fn each_theme_has_the_colours_that_it_had() {
    for name in COLOURED {
        let runs = ThemeName::ALL.map(|theme| {
            let drawn = told(name)((80, 24)).with_theme(theme).draw();
            format!("{}\n{}", theme.word(), styles::runs(&drawn.cells))
        });
        insta::assert_snapshot!(format!("colours_of_{name}"), runs.join("\n"));
    }
}

#[test]
fn every_view_says_the_same_in_every_theme() {
    for (name, tell) in all() {
        for size in SIZES {
            let dark = tell(size).draw().text();
            for theme in ThemeName::ALL {
                let drawn = tell(size).with_theme(theme).draw();
                assert_eq!(drawn.text(), dark, "{name} in {}", theme.word());
                if let Some(wrong) = styles::foreign(&drawn.cells, theme) {
                    panic!("{name} in {}: {wrong}", theme.word());
                }
            }
        }
    }
}

/// The sizes around which the layout changes.
const EDGES: ([u16; 9], [u16; 8]) = (
    [1, 39, 40, 41, 69, 70, 99, 100, 130],
    [1, 9, 10, 17, 18, 29, 30, 45],
);

/// Every size from 1x1 to 130x50 for some story, and for every story the sizes at the edges.
fn each_story_at_many_sizes(mut look: impl FnMut(&str, &Story)) {
    let mut told: Vec<(&str, Story)> = all().map(|(name, tell)| (*name, tell((80, 24)))).collect();
    let count = told.len();
    for (n, size) in (1..=50)
        .flat_map(|height| (1..=130).map(move |width| (width, height)))
        .enumerate()
    {
        let (name, story) = &mut told[n % count];
        story.resizes(size);
        look(name, story);
    }
    for (name, story) in &mut told {
        for size in EDGES.1.into_iter().flat_map(|h| EDGES.0.map(|w| (w, h))) {
            story.resizes(size);
            look(name, story);
        }
    }
}

fn is_harmless(c: char) -> bool {
    !matches!(
        get_general_category(c),
        Category::Control
            | Category::Format
            | Category::LineSeparator
            | Category::ParagraphSeparator
            | Category::Surrogate
            | Category::PrivateUse
            | Category::Unassigned
    )
}

fn check(name: &str, drawn: &Drawn, allowed: fn(char) -> bool) {
    let area = drawn.cells.area;
    for y in area.top()..area.bottom() {
        for (x, symbol) in symbols(&drawn.cells, y) {
            // The most of them by far.
            if matches!(symbol.as_bytes(), [b' '..=b'~']) {
                continue;
            }
            assert!(
                symbol.chars().all(allowed) && (1..=2).contains(&symbol.width()),
                "{name} at {}x{}: {symbol:?} in column {x}, row {y}",
                area.width,
                area.height
            );
            assert!(
                usize::from(area.right() - x) >= symbol.width(),
                "{name} at {}x{}: {symbol:?} reaches over the edge",
                area.width,
                area.height
            );
        }
    }
    if let Some(at) = drawn.cursor {
        assert!(area.contains(at), "{name}: the cursor at {at} is outside");
    }
}

#[test]
fn no_cell_holds_what_a_terminal_would_obey_or_hide_at_any_size() {
    each_story_at_many_sizes(|name, story| check(name, &story.draw(), is_harmless));
}

#[test]
fn in_ascii_every_cell_is_ascii() {
    for (name, tell) in all() {
        for size in SIZES.into_iter().chain(OTHER_SIZES) {
            let drawn = tell(size).in_ascii().draw();
            check(name, &drawn, |c| c == ' ' || c.is_ascii_graphic());
        }
    }
}

#[test]
fn a_screen_that_is_too_small_says_how_large_it_must_be() {
    for size in [(39, 24), (80, 9), (13, 5)] {
        let text = told("three_connections")(size).draw().text();
        let words: String = text.lines().skip(1).collect();
        assert!(words.contains("40x10"), "{text}");
    }
}
