#![no_main]

#[path = "../../corpus/escapes.rs"]
mod check;

libfuzzer_sys::fuzz_target!(|data: &[u8]| check::check(data));
