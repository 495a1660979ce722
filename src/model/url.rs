//! Where a request goes, as people write it: `http://host:port/path?query`, the same without the
//! scheme, or any form of an [`Address`] alone. Knows no socket and no request.

use std::fmt;
use std::fmt::Write as _;

use super::address::{Address, AddressError};

/// The port of `http://` without one (RFC 9110 section 4.2.1).
pub const HTTP_PORT: u16 = 80;

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    /// Whom to call.
    pub address: Address,
    /// The request target in origin form: path and query (RFC 9112 section 3.2.1).
    pub target: String,
}

/// Why a URL could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// `https://`.
    #[error(
        "https is not spoken here, only http: what goes out is to be read; write http://{}",
        .0.escape_debug()
    )]
    Https(String),
    /// Another scheme.
    #[error("{0}:// is not spoken here; write http://HOST:PORT/PATH")]
    Scheme(String),
    /// `user@` or `user:password@`.
    #[error("a name and password do not belong into a URL (RFC 9110 section 4.2.4)")]
    UserInfo,
    /// No host behind the scheme.
    #[error("a host is missing behind http://")]
    NoHost,
    /// The part before the path.
    #[error(transparent)]
    Address(#[from] AddressError),
}

impl Url {
    /// Reads what a user wrote. Behind `http://` the port is 80 unless given, as everywhere on the
    /// web; without the scheme, what is left out of the address comes from `default_host` and
    /// `default_port`. A fragment is not sent, so it is left out. Blanks, control characters and
    /// what is not ASCII are percent-encoded, as browsers do it (RFC 3986 section 2.1).
    pub fn parse(text: &str, default_host: &str, default_port: u16) -> Result<Url, UrlError> {
        let text = text.trim();
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) if is_scheme(scheme) => (Some(scheme), rest),
            _ => (None, text),
        };
        match scheme.map(str::to_ascii_lowercase).as_deref() {
            None | Some("http") => {}
            Some("https") => return Err(UrlError::Https(rest.to_owned())),
            Some(other) => return Err(UrlError::Scheme(other.to_owned())),
        }
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        if authority.contains('@') {
            return Err(UrlError::UserInfo);
        }
        let address = match (authority, scheme) {
            ("", Some(_)) => return Err(UrlError::NoHost),
            ("", None) if !target.is_empty() => Address {
                host: default_host.to_owned(),
                port: default_port,
            },
            (_, None) => Address::parse(authority, default_host, default_port)?,
            // A number behind the scheme is a host, not a port.
            (_, Some(_)) if authority.starts_with(':') => return Err(UrlError::NoHost),
            (_, Some(_)) if authority.contains(':') => {
                Address::parse(authority, default_host, HTTP_PORT)?
            }
            (_, Some(_)) => {
                Address::parse(&format!("{authority}:{HTTP_PORT}"), default_host, HTTP_PORT)?
            }
        };
        Ok(Url {
            address,
            target: origin_form(target),
        })
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}{}", self.address, self.target)
    }
}

/// Whether this is the name of a scheme (RFC 3986 section 3.1).
fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}

/// Path and query as they go out.
fn origin_form(text: &str) -> String {
    let text = text.split('#').next().unwrap_or_default();
    let mut target = String::with_capacity(text.len() + 1);
    if !text.starts_with('/') {
        target.push('/');
    }
    for byte in text.bytes() {
        if byte.is_ascii_graphic() {
            target.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(target, "%{byte:02X}");
        }
    }
    target
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<String, UrlError> {
        Url::parse(text, "127.0.0.1", 8080).map(|url| url.to_string())
    }

    #[test]
    fn every_form_of_a_url_is_read() {
        for (text, want) in [
            ("http://a/", "http://a:80/"),
            ("http://a", "http://a:80/"),
            ("HTTP://a:81/x?y=1#z", "http://a:81/x?y=1"),
            ("http://[::1]:9/x", "http://[::1]:9/x"),
            ("http://[::1]/x", "http://[::1]:80/x"),
            ("http://10.0.0.7?q", "http://10.0.0.7:80/?q"),
            ("a:81/x", "http://a:81/x"),
            ("localhost:8080/x", "http://localhost:8080/x"),
            ("localhost", "http://localhost:8080/"),
            ("localhost/x/y", "http://localhost:8080/x/y"),
            ("[::1]:81/x", "http://[::1]:81/x"),
            ("::1", "http://[::1]:8080/"),
            ("81", "http://127.0.0.1:81/"),
            (":81/x", "http://127.0.0.1:81/x"),
            ("81/x", "http://127.0.0.1:81/x"),
            ("/x?y#z", "http://127.0.0.1:8080/x?y"),
            ("?y", "http://127.0.0.1:8080/?y"),
            (" a/b c ", "http://a:8080/b%20c"),
            ("a/\u{e9}\u{7f}%20", "http://a:8080/%C3%A9%7F%20"),
            ("a/?u=http://b/", "http://a:8080/?u=http://b/"),
            ("http://a//b", "http://a:80//b"),
        ] {
            assert_eq!(parse(text).as_deref(), Ok(want), "{text:?}");
        }
    }

    #[test]
    fn every_slip_has_words_of_its_own() {
        assert_eq!(parse("https://a/b"), Err(UrlError::Https("a/b".into())));
        assert_eq!(parse("ftp://a"), Err(UrlError::Scheme("ftp".into())));
        assert_eq!(parse("http://u:p@a/"), Err(UrlError::UserInfo));
        for none in ["http://", "http:///x", "http://:80/x"] {
            assert_eq!(parse(none), Err(UrlError::NoHost), "{none}");
        }
        for (text, error) in [
            ("", AddressError::Empty),
            ("a:70000/x", AddressError::PortTooLarge("70000".into())),
            ("http://a:/x", AddressError::PortMissing),
            ("http://a:b/", AddressError::PortNotANumber("b".into())),
            ("http://[::1", AddressError::BadBrackets("[::1".into())),
        ] {
            assert_eq!(parse(text), Err(UrlError::Address(error)), "{text}");
        }
        assert!(matches!(
            parse("http://a b/"),
            Err(UrlError::Address(AddressError::BadHost(_, ' ')))
        ));
    }

    #[test]
    fn what_is_written_out_reads_back_the_same() {
        for text in ["http://a:80/", "http://[::1]:81/x?y", "http://127.0.0.1:1/"] {
            assert_eq!(parse(text).as_deref(), Ok(text));
        }
    }

    #[test]
    fn the_words_about_https_are_text_whatever_was_written() {
        let error = Url::parse("https://a\x1b]0;x\x07", "127.0.0.1", 8080).unwrap_err();
        let words = error.to_string();
        assert!(
            words.ends_with("write http://a\\u{1b}]0;x\\u{7}"),
            "{words}"
        );
    }
}
