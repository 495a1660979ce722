//! The inputs that fuzzing has kept, each taken through the same checks (see `tests/fuzz`), and what
//! fuzzing has found, by name.

mod address;
mod escapes;
mod http;
mod json;
#[path = "../support/http_reader.rs"]
mod reading;
#[path = "../support/tokens.rs"]
mod rules;
mod screen;
#[path = "../support/story.rs"]
mod story;
mod tokens;

use std::fs;
use std::path::Path;

fn replay(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fuzz/corpus")
        .join(target);
    let files = fs::read_dir(&folder).expect("there is a corpus");
    let mut count = 0;
    for file in files {
        let path = file.expect("a file").path();
        let input = fs::read(&path).expect("it can be read");
        // Shown only when the check fails.
        println!("{}", path.display());
        check(&input);
        count += 1;
    }
    assert!(count > 0, "{} is empty", folder.display());
}

#[test]
fn addresses_of_the_corpus_keep_the_rules() {
    replay("address", address::check);
}

#[test]
fn escapes_of_the_corpus_keep_the_rules() {
    replay("escapes", escapes::check);
}

#[test]
fn messages_of_the_corpus_are_read_the_same_in_pieces() {
    replay("http", http::check);
}

#[test]
fn json_lines_of_the_corpus_read_back() {
    replay("json", json::check);
}

#[test]
fn screens_of_the_corpus_keep_the_rules() {
    replay("screen", screen::check);
}

#[test]
fn tokens_of_the_corpus_keep_the_rules() {
    replay("tokens", tokens::check);
}
