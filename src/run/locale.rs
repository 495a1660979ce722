//! What the environment says about the terminal's characters.

use std::env;

use crate::wire::text::Charset;

/// Whether UTF-8 may be printed: the locale names it, or the system has no such locales.
#[must_use]
pub fn is_utf8() -> bool {
    if cfg!(windows) {
        return true;
    }
    // The first that is set and not empty decides (POSIX, Base Definitions 8.2).
    ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .filter_map(env::var_os)
        .find(|value| !value.is_empty())
        .is_some_and(|value| names_utf8(&value.to_string_lossy()))
}

/// The characters that may be printed.
#[must_use]
pub fn charset() -> Charset {
    if is_utf8() {
        Charset::Unicode
    } else {
        Charset::Ascii
    }
}

fn names_utf8(locale: &str) -> bool {
    let locale = locale.to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_tells_its_characters_by_name() {
        for name in ["C.UTF-8", "de_DE.utf8", "UTF-8", "en_US.UTF-8@euro"] {
            assert!(names_utf8(name), "{name}");
        }
        for name in ["C", "POSIX", "de_DE", "de_DE.ISO-8859-1"] {
            assert!(!names_utf8(name), "{name}");
        }
    }
}
