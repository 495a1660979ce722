//! The fields of HTTP sides: how a server answers, what a client asks. A client's fields and its
//! raw request say the same: what was written by hand fills the fields as far as they can hold it.

use std::path::PathBuf;

use bytes::Bytes;

use super::{Field, Form, NO_YES, Name, choice, text};
use crate::model::address::Address;
use crate::model::http::{Answer, Asking, Field as Header, Serving};
use crate::model::spec::{Side, Spec};
use crate::model::time;
use crate::model::url::Url;
use crate::wire::text::one_line_string;
use crate::wire::{escapes, http_message};

const SERVE: &[&str] = &["all at once", "one at a time"];
const ANSWERS: &[&str] = &["page", "echo", "file", "folder"];
const DEFAULT_HOST: &str = "127.0.0.1";

/// The fields of a server besides its address.
pub(super) fn serving(serving: &Serving) -> Vec<Field> {
    let (at, path) = match &serving.answer {
        Answer::BuiltIn | Answer::Raw(_) => (0, String::new()),
        Answer::Echo => (1, String::new()),
        Answer::Page(path) => (2, path.to_string_lossy().into_owned()),
        Answer::Dir(path) => (3, path.to_string_lossy().into_owned()),
    };
    let status = serving.status.map_or_else(String::new, |s| s.to_string());
    let headers = write_headers(&serving.fields);
    let delay = write_time(serving.delay);
    let patience = write_time(serving.patience);
    vec![
        choice(Name::Answer, "Answer", ANSWERS, at, ""),
        text(Name::Path, "Path", &path, "what is sent"),
        text(Name::Status, "Status", &status, "empty: the usual one"),
        text(
            Name::Headers,
            "Header",
            &headers,
            "Name: value; Name: value",
        ),
        text(Name::Delay, "Delay", &delay, "before each answer"),
        choice(
            Name::OneAtATime,
            "Serve",
            SERVE,
            serving.one_at_a_time.into(),
            "who connects",
        ),
        choice(
            Name::Close,
            "Close",
            NO_YES,
            serving.close.into(),
            "after each answer",
        ),
        text(
            Name::Patience,
            "Patience",
            &patience,
            "for unfinished requests",
        ),
    ]
}

/// The fields of a client.
pub(super) fn asking(asking: &Asking, address: &Address) -> Vec<Field> {
    let url = Url {
        address: address.clone(),
        target: asking.target.clone(),
    };
    vec![
        text(Name::Url, "URL", &url.to_string(), "http only"),
        text(Name::Method, "Method", &asking.method, "GET, POST, ..."),
        text(
            Name::Headers,
            "Header",
            &write_headers(&asking.fields),
            "Name: value; Name: value",
        ),
        text(
            Name::Body,
            "Body",
            &one_line_string(&asking.body),
            "\\n \\x00 are understood",
        ),
        choice(
            Name::Close,
            "Close",
            NO_YES,
            asking.close.into(),
            "after the answer",
        ),
        text(
            Name::Patience,
            "Patience",
            &write_time(asking.patience),
            "for an unfinished answer",
        ),
    ]
}

fn write_time(time: std::time::Duration) -> String {
    let millis = time.as_millis();
    if millis.is_multiple_of(1000) {
        format!("{}s", millis / 1000)
    } else {
        format!("{millis}ms")
    }
}

fn write_headers(fields: &[Header]) -> String {
    let one = |(name, value): &Header| format!("{name}: {value}");
    fields.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// Header lines on one line: a `;` parts them where a name and a colon follow; elsewhere it is
/// part of the value, as in `Accept: text/html; q=0.8`.
///
/// # Errors
/// Says which piece is no header line.
fn read_headers(line: &str) -> Result<Vec<Header>, String> {
    let mut headers: Vec<Header> = Vec::new();
    for piece in line.split(';') {
        let named = piece.split_once(':').filter(|(name, _)| {
            let name = name.trim();
            !name.is_empty() && name.bytes().all(is_name_byte)
        });
        match (named, headers.last_mut()) {
            (Some((name, value)), _) => {
                headers.push((name.trim().to_owned(), value.trim().to_owned()));
            }
            (None, Some((_, value))) => {
                value.push(';');
                value.push_str(piece.trim_end());
            }
            (None, None) if piece.trim().is_empty() => {}
            (None, None) => {
                return Err(format!(
                    "{:?} is no header line; write Name: value",
                    piece.trim()
                ));
            }
        }
    }
    for (_, value) in &mut headers {
        value.truncate(value.trim_end_matches([';', ' ']).len());
    }
    Ok(headers)
}

/// Whether a byte can be in a field name (RFC 9110 section 5.6.2).
fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

impl Form {
    /// Reads the fields of an HTTP side; errors stand at their fields.
    pub(super) fn read_http(&mut self, spec: &mut Spec) {
        let headers = read_headers(&self.line(Name::Headers));
        let headers = headers.map_err(|error| self.fail(Name::Headers, error));
        let patience = self.time(Name::Patience);
        let close = self.word(Name::Close) == Some("yes");
        match spec.side {
            Side::Server => {
                spec.serving.answer = self.answer();
                spec.serving.status = self.status();
                spec.serving.delay = self.time(Name::Delay);
                spec.serving.one_at_a_time = self.word(Name::OneAtATime) == Some(SERVE[1]);
                spec.serving.fields = headers.unwrap_or_default();
                (spec.serving.patience, spec.serving.close) = (patience, close);
            }
            Side::Client => {
                match self.url() {
                    Ok(url) => (spec.address, spec.asking.target) = (url.address, url.target),
                    Err(error) => self.fail(Name::Url, error),
                }
                spec.asking.method = self.method();
                spec.asking.fields = headers.unwrap_or_default();
                match escapes::unescape(&self.line(Name::Body)) {
                    Ok(body) => spec.asking.body = body.into(),
                    Err(error) => self.fail(Name::Body, error.to_string()),
                }
                (spec.asking.patience, spec.asking.close) = (patience, close);
                spec.asking.raw.clone_from(&self.raw);
                if self.raw.is_some() {
                    // What goes out is not what the fields hold: mistakes in them are meant.
                    let others = self.fields.iter_mut().filter(|f| f.name != Name::Url);
                    others.for_each(|f| f.error = None);
                }
            }
        }
    }

    fn answer(&mut self) -> Answer {
        let path = PathBuf::from(self.line(Name::Path));
        let needs_path = matches!(self.word(Name::Answer), Some("file" | "folder"));
        if needs_path && path.as_os_str().is_empty() {
            self.fail(Name::Path, "which one? a path is needed".to_owned());
        }
        match self.word(Name::Answer) {
            Some("echo") => Answer::Echo,
            Some("file") => Answer::Page(path),
            Some("folder") => Answer::Dir(path),
            _ => Answer::BuiltIn,
        }
    }

    fn status(&mut self) -> Option<u16> {
        let line = self.line(Name::Status);
        if line.is_empty() {
            return None;
        }
        let status = line.parse().ok().filter(|s| (100..=999).contains(s));
        if status.is_none() {
            let error = format!("{line:?} is no status; three digits from 100 on, or nothing");
            self.fail(Name::Status, error);
        }
        status
    }

    fn method(&mut self) -> String {
        let method = self.line(Name::Method);
        if method.is_empty() || !method.bytes().all(is_name_byte) {
            let error = format!("{method:?} is no method; write GET (e writes what you like)");
            self.fail(Name::Method, error);
        }
        method
    }

    fn time(&mut self, name: Name) -> std::time::Duration {
        let line = self.line(name);
        match time::parse(&line) {
            Ok(time) => time,
            Err(error) => {
                self.fail(name, error.to_string());
                std::time::Duration::ZERO
            }
        }
    }

    fn url(&self) -> Result<Url, String> {
        let port = self.preset.protocol.default_port();
        Url::parse(&self.line(Name::Url), DEFAULT_HOST, port).map_err(|error| error.to_string())
    }

    /// The address in the URL, when it can be read.
    pub(super) fn url_address(&self) -> Option<Address> {
        self.url().ok().map(|url| url.address)
    }

    /// Puts another address into the URL; the rest stays.
    pub(super) fn set_url_address(&mut self, address: &Address) {
        let target = self.url().map_or_else(|_| "/".to_owned(), |url| url.target);
        let url = Url {
            address: address.clone(),
            target,
        };
        self.set_line(Name::Url, &url.to_string());
    }

    /// What a client would ask, and whom; on an error, the error stands at its field.
    pub fn asks(&mut self) -> Option<(Bytes, Spec)> {
        let spec = self.spec()?;
        Some((http_message::request(&spec.asking, &spec.address), spec))
    }

    /// Fills the fields with this request; where they cannot hold it, its bytes are kept besides,
    /// and go out until a field is changed.
    pub fn set_asking(&mut self, asking: &Asking, address: &Address) {
        let wanted = http_message::request(asking, address);
        for field in self::asking(asking, address) {
            if let Some(mine) = self.fields.iter_mut().find(|f| f.name == field.name) {
                *mine = field;
            }
        }
        self.raw = None;
        if self.asks().is_none_or(|(bytes, _)| bytes != wanted) {
            self.clear_errors();
            self.raw = Some(wanted);
        }
    }

    /// Fills the fields with a request that was written by hand.
    pub fn set_raw_request(&mut self, raw: &Bytes) {
        let address = self
            .address()
            .unwrap_or_else(|| self.preset.address.clone());
        let asking = http_message::read_request(raw, &address, &self.preset.asking);
        self.set_asking(&asking, &address);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::spec::Protocol;

    fn form(side: Side) -> Form {
        Form::new(Spec::new(Protocol::Http, side))
    }

    #[test]
    fn untouched_forms_give_their_presets() {
        for side in Side::ALL {
            assert_eq!(form(side).spec(), Some(Spec::new(Protocol::Http, side)));
        }
        let mut preset = Spec::new(Protocol::Http, Side::Server);
        preset.serving = Serving {
            answer: Answer::Dir("site".into()),
            status: Some(503),
            fields: vec![("X-A".into(), "1; b".into()), ("X-B".into(), "2".into())],
            delay: std::time::Duration::from_millis(1500),
            one_at_a_time: true,
            close: true,
            patience: std::time::Duration::from_secs(5),
        };
        assert_eq!(Form::new(preset.clone()).spec(), Some(preset));
    }

    #[test]
    fn errors_stand_at_their_fields_in_words() {
        for (side, name, line, word) in [
            (Side::Client, Name::Url, "https://a/", "https"),
            (Side::Client, Name::Url, "a:70000", "70000"),
            (Side::Client, Name::Method, "G T", "method"),
            (Side::Client, Name::Headers, "no colon", "Name: value"),
            (Side::Client, Name::Body, "\\q", "escape"),
            (Side::Client, Name::Patience, "soon", "200ms"),
            (Side::Server, Name::Status, "99", "three digits"),
            (Side::Server, Name::Delay, "2", "2s"),
        ] {
            let mut form = form(side);
            form.set_line(name, line);
            assert_eq!(form.spec(), None, "{line}");
            let field = form.focused();
            let error = field.error.as_deref().unwrap_or_default();
            assert!(
                field.name == name && error.contains(word),
                "{line}: {error}"
            );
        }
    }

    #[test]
    fn a_file_needs_a_path_and_a_page_shows_none() {
        let mut form = form(Side::Server);
        assert!(form.visible().all(|(f, _)| f.name != Name::Path));
        form.focus = form
            .fields
            .iter()
            .position(|f| f.name == Name::Answer)
            .unwrap();
        form.turn(true);
        form.turn(true);
        assert!(form.visible().any(|(f, _)| f.name == Name::Path));
        assert_eq!(form.spec(), None);
        assert_eq!(form.focused().name, Name::Path);
    }

    #[test]
    fn the_url_may_leave_out_what_is_usual() {
        let mut form = form(Side::Client);
        form.set_line(Name::Url, "localhost/x?y");
        let spec = form.spec().unwrap();
        assert_eq!(spec.address.to_string(), "localhost:8080");
        assert_eq!(spec.asking.target, "/x?y");
        form.set_address(&Address::loopback(99));
        assert_eq!(form.line(Name::Url), "http://127.0.0.1:99/x?y");
    }

    #[test]
    fn a_request_written_by_hand_fills_the_fields() {
        let mut form = form(Side::Client);
        let (bytes, _) = form.asks().unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let text = text
            .replace("GET / ", "PUT /new ")
            .replace("\r\n\r\n", "\r\nContent-Length: 2\r\nX-A: b; c\r\n\r\nhi");
        form.set_raw_request(&Bytes::from(text.clone()));
        assert_eq!(form.line(Name::Url), "http://127.0.0.1:8080/new");
        assert_eq!(form.line(Name::Method), "PUT");
        assert_eq!(form.line(Name::Body), "hi");
        assert_eq!(form.asks().unwrap().0, text);
    }

    #[test]
    fn what_the_fields_cannot_hold_goes_out_as_written_until_one_is_changed() {
        let mut form = form(Side::Client);
        let broken = Bytes::from_static(b"GET /x y HTTP/1.1\nHost a\n\n");
        form.set_raw_request(&broken);
        assert_eq!(form.asks().unwrap().0, broken);
        form.focus = form
            .fields
            .iter()
            .position(|f| f.name == Name::Url)
            .unwrap();
        form.clear_line();
        form.paste("127.0.0.1:8080/");
        assert!(form.raw.is_none());
    }
}
