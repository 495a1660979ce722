//! What the options of HTTP say about an answer and about a request.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use super::Levels;
use crate::model::http::{Answer, Asking, Field, HEADLESS_PATIENCE, PATIENCE, Serving};

/// What a form is sent as, unless told otherwise.
const FORM: &str = "application/x-www-form-urlencoded";

impl Levels<'_> {
    /// How the server is to behave.
    pub(super) fn serving(&self) -> Serving {
        let answer = if self.given("echo") {
            Answer::Echo
        } else if let Some(page) = self.one::<PathBuf>("page") {
            Answer::Page(page)
        } else if let Some(dir) = self.one::<PathBuf>("dir") {
            Answer::Dir(dir)
        } else {
            Answer::BuiltIn
        };
        Serving {
            answer,
            status: self.one("status"),
            fields: self.fields(),
            delay: self.one("delay").unwrap_or_default(),
            one_at_a_time: self.given("one-at-a-time"),
            close: self.given("close"),
            patience: self.patience().unwrap_or(PATIENCE),
        }
    }

    /// Sets what the client is to ask, as far as options say it. A body makes it a form that is
    /// posted, as everyone knows it from curl.
    pub(super) fn ask(&self, asking: &mut Asking) {
        asking.fields = self.fields();
        if self.given("data") {
            let parts: Vec<&[u8]> = self
                .texts("data")
                .map(|text: &OsString| text.as_encoded_bytes())
                .collect();
            asking.body = parts.join(&b'&').into();
            "POST".clone_into(&mut asking.method);
            let named = |(name, _): &Field| name.eq_ignore_ascii_case("Content-Type");
            if !asking.fields.iter().any(named) {
                let form = ("Content-Type".to_owned(), FORM.to_owned());
                asking.fields.insert(0, form);
            }
        }
        if let Some(method) = self.one("request") {
            asking.method = method;
        }
        asking.close = self.given("close");
        let patience = if self.format().is_some() {
            HEADLESS_PATIENCE
        } else {
            PATIENCE
        };
        asking.patience = self.patience().unwrap_or(patience);
    }

    fn patience(&self) -> Option<Duration> {
        self.one("patience").or(self.settings.patience)
    }

    fn fields(&self) -> Vec<Field> {
        self.all("header").cloned().collect()
    }
}
