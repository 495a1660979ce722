//! How requests are answered from some moment on: the settings, and what follows from them for
//! every answer.

use super::copy::Copy;
use crate::model::http::{Answer, Serving};
use crate::wire::http1::{Item, Reader};

/// See the module.
#[derive(Debug)]
pub(super) struct Way {
    pub(super) serving: Serving,
    /// The page, where that is the answer.
    pub(super) copy: Copy,
    /// Whether the user's own fields say that the connection closes.
    says_close: bool,
    /// Whether an answer of raw bytes leaves the connection open: after HEAD, after the others.
    raw_stays: (bool, bool),
}

impl Way {
    pub(super) fn new(serving: Serving) -> Way {
        let says_close = serving.fields.iter().any(|(name, value)| {
            let mut tokens = value.split(',').map(str::trim);
            name.eq_ignore_ascii_case("Connection")
                && tokens.any(|token| token.eq_ignore_ascii_case("close"))
        });
        let raw_stays = match &serving.answer {
            Answer::Raw(bytes) => (stays_open(bytes, "HEAD"), stays_open(bytes, "GET")),
            _ => (true, true),
        };
        Way {
            serving,
            copy: Copy::default(),
            says_close,
            raw_stays,
        }
    }

    /// The same with another answer.
    pub(super) fn with(&self, answer: Answer) -> Way {
        Way::new(Serving {
            answer,
            ..self.serving.clone()
        })
    }

    /// Whether the connection closes after the answer to a request with this method.
    pub(super) fn closes(&self, method: &str) -> bool {
        let (head, other) = self.raw_stays;
        let stays = if method == "HEAD" { head } else { other };
        self.serving.close || self.says_close || !stays
    }

    /// Whether the user gave a field of this name, which takes the place of ours.
    pub(super) fn has(&self, name: &str) -> bool {
        let mut names = self.serving.fields.iter().map(|(name, _)| name);
        names.any(|own| own.eq_ignore_ascii_case(name))
    }
}

/// Whether a client that sent one request with this method takes these bytes for one whole answer
/// and keeps the connection. Anything else only an end of the connection can make sense of.
fn stays_open(bytes: &[u8], method: &str) -> bool {
    let mut reader = Reader::responses();
    reader.expect(method);
    let mut input = bytes;
    let mut interim = false;
    let mut whole = false;
    while let Some(item) = reader.next(&mut input) {
        match item {
            Item::Response(head) => interim = head.is_interim(),
            Item::End(end) => whole = !interim && end.keep_alive,
            Item::Broken(_) | Item::Rest(_) => return false,
            _ => {}
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_whole_answer_that_keeps_the_connection_leaves_it_open() {
        for (bytes, after_head, after_get) in [
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
                false,
                true,
            ),
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", true, false),
            ("HTTP/1.1 204 No Content\r\n\r\n", true, true),
            ("HTTP/1.1 100 Continue\r\n\r\n", false, false),
            (
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
                true,
                true,
            ),
            (
                "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
                false,
                false,
            ),
            (
                "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi",
                false,
                false,
            ),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi!",
                false,
                false,
            ),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi",
                false,
                false,
            ),
            ("HTTP/1.1 200 OK\r\n\r\nhi", false, false),
            ("hello", false, false),
            ("", false, false),
        ] {
            let found = (
                stays_open(bytes.as_bytes(), "HEAD"),
                stays_open(bytes.as_bytes(), "GET"),
            );
            assert_eq!(found, (after_head, after_get), "{bytes:?}");
        }
    }

    #[test]
    fn the_users_own_connection_field_closes() {
        let fields = |value: &str| vec![("connection".to_owned(), value.to_owned())];
        for (value, closes) in [("close", true), ("x, Close", true), ("keep-alive", false)] {
            let way = Way::new(Serving {
                fields: fields(value),
                ..Serving::default()
            });
            assert_eq!(way.closes("GET"), closes, "{value}");
            assert!(way.has("Connection"));
        }
    }
}
