#![no_main]

#[path = "../../corpus/http.rs"]
mod check;
#[path = "../../support/http_reader.rs"]
mod reading;

libfuzzer_sys::fuzz_target!(|data: &[u8]| check::check(data));
