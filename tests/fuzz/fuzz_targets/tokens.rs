#![no_main]

#[path = "../../corpus/tokens.rs"]
mod check;
#[path = "../../support/tokens.rs"]
mod rules;

libfuzzer_sys::fuzz_target!(|data: &[u8]| check::check(data));
