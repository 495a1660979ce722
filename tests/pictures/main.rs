//! The pictures of the README, made from the program's own frames, held against the files:
//! `NETPLAY_PICTURES=write cargo test --test pictures` makes them anew.

#[path = "../support/http_stories.rs"]
mod http_stories;
#[path = "../support/stories.rs"]
mod stories;
#[path = "../support/story.rs"]
mod story;

mod svg;

use std::path::Path;

use netplay::model::launch::ThemeName;
use story::Story;

/// A file's name, the title of its window, and what it shows.
fn pictures() -> Vec<(&'static str, &'static str, Story)> {
    vec![
        (
            "server",
            "netplay tcp server",
            stories::three_connections((80, 22)),
        ),
        ("both", "netplay tcp both", stories::glued((120, 20))),
        ("http", "netplay http server", vote_arriving((84, 20))),
        (
            "bytes",
            "netplay tcp server",
            stories::hostile_bytes((96, 26)).with_theme(ThemeName::Light),
        ),
    ]
}

fn vote_arriving(size: stories::Size) -> Story {
    let told = http_stories::HTTP
        .iter()
        .find(|(name, _)| *name == "http_vote_arriving");
    let (_, tell) = told.expect("the story is in the list");
    tell(size)
}

#[test]
fn the_pictures_are_the_programs_own() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    let writes = std::env::var_os("NETPLAY_PICTURES").is_some();
    let mut old = Vec::new();
    for (name, title, story) in pictures() {
        let path = folder.join(format!("{name}.svg"));
        let wanted = svg::picture(&story.draw(), title);
        if writes {
            std::fs::write(&path, &wanted).expect("the folder can be written");
        }
        let there = std::fs::read_to_string(&path).unwrap_or_default();
        if there.replace("\r\n", "\n") != wanted {
            old.push(name);
        }
    }
    assert!(
        old.is_empty(),
        "{old:?} in assets are old; look at the screen, then make them anew with\n  \
         NETPLAY_PICTURES=write cargo test --test pictures"
    );
}
