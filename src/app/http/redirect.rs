//! Where a redirect leads. It is offered, never followed by itself.

use bytes::Bytes;

use super::exchange::Exchange;
use crate::model::address::Address;
use crate::model::http::Asking;
use crate::model::url::{Url, UrlError};
use crate::wire::http1::{Item, Reader};
use crate::wire::rows::FORMAT_LIMIT;

/// The Location of an answer that is a redirect (RFC 9110 section 15.4), as it was written.
#[must_use]
pub fn location(exchange: &Exchange) -> Option<Bytes> {
    exchange
        .status
        .filter(|status| matches!(status, 301 | 302 | 303 | 307 | 308))?;
    let raw = exchange.response.start(FORMAT_LIMIT);
    let mut reader = Reader::responses();
    reader.expect(&exchange.method());
    let mut input = &raw[..];
    while let Some(item) = reader.next(&mut input) {
        if let Item::Response(head) = item
            && head.status >= 300
        {
            return head.fields.get("Location").map(Bytes::copy_from_slice);
        }
    }
    None
}

/// What a Location means, seen from the URL that was asked (RFC 3986 section 5).
///
/// # Errors
/// Says why the result cannot be asked, such as an https URL.
pub fn resolve(location: &[u8], address: &Address, target: &str) -> Result<Url, UrlError> {
    let location = String::from_utf8_lossy(location);
    let location = location.trim();
    let here = |target: String| {
        let base = Url {
            address: address.clone(),
            target,
        };
        Url::parse(&base.to_string(), "127.0.0.1", 80)
    };
    if location.contains("://") {
        return Url::parse(location, "127.0.0.1", 80);
    }
    if let Some(authority) = location.strip_prefix("//") {
        return Url::parse(&format!("http://{authority}"), "127.0.0.1", 80);
    }
    let path = target.split(['?', '#']).next().unwrap_or("/");
    here(match location.chars().next() {
        None => target.to_owned(),
        Some('/') => without_dots(location),
        Some('?') => format!("{path}{location}"),
        Some(_) => {
            let folder = path.rfind('/').map_or("/", |slash| &path[..=slash]);
            without_dots(&format!("{folder}{location}"))
        }
    })
}

/// A path without its `.` and `..` segments (RFC 3986 section 5.2.4).
fn without_dots(target: &str) -> String {
    let end = target.find(['?', '#']).unwrap_or(target.len());
    let (path, rest) = target.split_at(end);
    let mut out: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    out.pop();
                }
                if last {
                    out.push("");
                }
            }
            _ => out.push(segment),
        }
    }
    format!("/{}{rest}", out.join("/"))
}

/// What is asked there: as before, but for a 303, and a POST that was moved by 301 or 302, a GET
/// without a body (RFC 9110 sections 15.4.2 to 15.4.4).
#[must_use]
pub fn follow(asking: &Asking, status: u16, url: &Url) -> Asking {
    let mut next = Asking {
        target: url.target.clone(),
        raw: None,
        ..asking.clone()
    };
    let becomes_get = match status {
        303 => next.method != "HEAD",
        301 | 302 => next.method == "POST",
        _ => false,
    };
    if becomes_get {
        "GET".clone_into(&mut next.method);
        next.body = Bytes::new();
        next.fields.retain(|(name, _)| {
            !name.to_ascii_lowercase().starts_with("content-")
                && !name.eq_ignore_ascii_case("Transfer-Encoding")
        });
    }
    next.fields
        .retain(|(name, _)| !name.eq_ignore_ascii_case("Host"));
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_read_from_where_one_is() {
        for (location, want) in [
            ("http://b/x", "http://b:80/x"),
            ("//b:81/x", "http://b:81/x"),
            ("/x/./y/../z?q=..", "http://a:8080/x/z?q=.."),
            ("x", "http://a:8080/dir/x"),
            ("../x", "http://a:8080/x"),
            ("../../..", "http://a:8080/"),
            ("?q", "http://a:8080/dir/page?q"),
            ("", "http://a:8080/dir/page?old"),
        ] {
            let address = Address {
                host: "a".to_owned(),
                port: 8080,
            };
            let url = resolve(location.as_bytes(), &address, "/dir/page?old");
            assert_eq!(
                url.map(|url| url.to_string()).as_deref(),
                Ok(want),
                "{location}"
            );
        }
        let https = resolve(b"https://b/", &Address::loopback(80), "/");
        assert!(matches!(https, Err(UrlError::Https(_))));
    }

    #[test]
    fn a_moved_post_becomes_a_get_and_a_temporary_one_stays() {
        let url = Url::parse("http://a/x", "", 80).unwrap();
        let post = Asking {
            method: "POST".to_owned(),
            body: Bytes::from_static(b"a=b"),
            fields: vec![("Content-Type".to_owned(), "text/plain".to_owned())],
            ..Asking::default()
        };
        for (status, method, fields) in [(303, "GET", 0), (302, "GET", 0), (307, "POST", 1)] {
            let next = follow(&post, status, &url);
            assert_eq!(
                (&*next.method, next.fields.len()),
                (method, fields),
                "{status}"
            );
            assert_eq!(next.body.is_empty(), method == "GET");
        }
    }
}
