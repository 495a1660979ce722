#![no_main]

#[path = "../../corpus/screen.rs"]
mod check;
#[path = "../../support/tokens.rs"]
mod rules;
#[path = "../../support/story.rs"]
mod story;

libfuzzer_sys::fuzz_target!(|data: &[u8]| check::check(data));
