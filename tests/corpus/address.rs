//! Addresses, URLs, sizes and times as people write them: what is read can be written and read
//! again, and every refusal is one sentence.

use netplay::model::address::Address;
use netplay::model::url::Url;
use netplay::model::{size, time};

pub fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    match Address::parse(&text, "127.0.0.1", 23456) {
        Ok(address) => {
            assert!(!address.host.is_empty(), "{text:?}");
            assert!(
                !address
                    .host
                    .contains(|c: char| c.is_whitespace() || c.is_control()),
                "{text:?}"
            );
            let written = address.to_string();
            let again = Address::parse(&written, "elsewhere", 1);
            assert_eq!(again.as_ref(), Ok(&address), "{text:?} as {written:?}");
        }
        Err(error) => check_sentence(&error.to_string()),
    }
    match Url::parse(&text, "127.0.0.1", 8080) {
        Ok(url) => {
            assert!(url.target.starts_with('/'), "{text:?}");
            assert!(url.target.bytes().all(|b| b.is_ascii_graphic()), "{text:?}");
            let written = url.to_string();
            let again = Url::parse(&written, "elsewhere", 1);
            assert_eq!(again.as_ref(), Ok(&url), "{text:?} as {written:?}");
        }
        Err(error) => check_sentence(&error.to_string()),
    }
    if let Err(error) = size::parse(&text) {
        check_sentence(&error.to_string());
    }
    if let Err(error) = time::parse(&text) {
        check_sentence(&error.to_string());
    }
}

/// What a form or a command line says is shown as it is.
fn check_sentence(words: &str) {
    assert!(!words.is_empty());
    assert!(!words.contains(char::is_control), "{words:?}");
}
