//! The pictures of the README, made from the program's own frames, held against the files:
//! `NETPLAY_PICTURES=write cargo test --test pictures` makes them anew.

#[path = "../support/http_stories.rs"]
mod http_stories;
#[path = "../support/reading_stories.rs"]
mod reading_stories;
#[path = "../support/stories.rs"]
mod stories;
#[path = "../support/story.rs"]
mod story;

mod svg;

use std::path::Path;

use netplay::model::launch::ThemeName;
use story::Story;

/// A picture's name, the title of its window, and what it shows.
type Picture = (&'static str, &'static str, fn() -> Story);

const PICTURES: &[Picture] = &[
    ("idle", "netplay", || told("idle_tcp", (80, 22))),
    ("server", "netplay tcp server", || {
        told("three_connections", (80, 22))
    }),
    ("both", "netplay tcp both", || {
        told("both_with_glued_reads", (120, 20))
    }),
    ("udp", "netplay udp server", || told("udp_peers", (80, 22))),
    ("http", "netplay http server", || {
        told("http_vote_arriving", (84, 20))
    }),
    ("http-client", "netplay http client", || {
        told("http_client_answered", (84, 26))
    }),
    ("bytes", "netplay tcp server", || {
        told("hostile_bytes", (96, 26))
    }),
    ("hex", "netplay tcp server", || told("hex", (110, 24))),
    ("found", "netplay tcp server", || told("found", (80, 22))),
    ("filtered", "netplay tcp server", || {
        told("filtered", (80, 22))
    }),
    ("frozen", "netplay tcp server", || told("frozen", (96, 22))),
    ("palette", "netplay tcp server", || {
        told("palette_being_searched", (96, 24))
    }),
    ("presenting", "netplay tcp server", || {
        told("presenting", (100, 30))
    }),
    ("why", "netplay tcp client", || {
        told("why_refused", (96, 24))
    }),
    ("help", "netplay tcp server", || told("help", (96, 30))),
];

fn told(name: &str, size: stories::Size) -> Story {
    let all = stories::ALL
        .iter()
        .chain(http_stories::HTTP)
        .chain(reading_stories::READING);
    let found = all.into_iter().find(|(each, _)| *each == name);
    let (_, tell) = found.unwrap_or_else(|| panic!("no story {name}"));
    tell(size)
}

const THEMES: [ThemeName; 2] = [ThemeName::Dark, ThemeName::Light];

#[test]
fn the_pictures_are_the_programs_own() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/pictures");
    let writes = std::env::var_os("NETPLAY_PICTURES").is_some();
    let mut old = Vec::new();
    for ((name, title, tell), theme) in PICTURES.iter().flat_map(|one| THEMES.map(|t| (one, t))) {
        let file = format!("{name}-{}.svg", theme.word());
        let path = folder.join(&file);
        let wanted = svg::picture(&tell().with_theme(theme).draw(), title);
        if writes {
            std::fs::write(&path, &wanted).expect("the folder can be written");
        }
        let there = std::fs::read_to_string(&path).unwrap_or_default();
        if there.replace("\r\n", "\n") != wanted {
            old.push(file);
        }
    }
    assert!(
        old.is_empty(),
        "{old:?} in assets are old; look at the screen, then make them anew with\n  \
         NETPLAY_PICTURES=write cargo test --test pictures"
    );
}

#[test]
fn no_picture_lies_about_that_is_not_drawn_and_the_readme_shows_none_that_is_missing() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let drawn: Vec<String> = PICTURES
        .iter()
        .flat_map(|(name, ..)| THEMES.map(|theme| format!("{name}-{}.svg", theme.word())))
        .collect();
    let files = std::fs::read_dir(root.join("assets/pictures")).expect("the folder is there");
    for file in files {
        let name = file.expect("it can be read").file_name();
        let name = name.to_string_lossy().into_owned();
        assert!(drawn.contains(&name), "nothing draws {name}");
    }
    let readme = std::fs::read_to_string(root.join("README.md")).expect("it is there");
    for shown in readme.split("assets/pictures/").skip(1) {
        let name = shown.split('"').next().unwrap_or_default();
        assert!(
            drawn.iter().any(|one| one == name),
            "the README shows {name}"
        );
    }
    for name in &drawn {
        assert!(
            readme.contains(name.as_str()),
            "the README does not show {name}"
        );
    }
}
