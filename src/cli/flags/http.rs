//! The options that only HTTP sessions have: what a server answers, what a client asks, and what
//! both do with their connections.

use std::ffi::OsString;

use clap::builder::NonEmptyStringValueParser;
use clap::{ArgAction, value_parser};

use super::{Flag, path};
use crate::model::http::{self, Field};
use crate::model::spec::{Protocol, Side};
use crate::model::time;

const HTTP: &[Protocol] = &[Protocol::Http];

const ANSWER: &str = "Answer";
const REQUEST: &str = "Request";
const MESSAGE: &str = "Messages";

/// In the order of the help pages.
pub(super) const FLAGS: [Flag; 10] = [
    Flag {
        name: "page",
        short: None,
        protocols: HTTP,
        side: Some(Side::Server),
        because: "only an HTTP server has pages",
        define: |arg| {
            path(arg)
                .value_name("FILE")
                .help_heading(ANSWER)
                .help("Answer every request with this file")
        },
    },
    Flag {
        name: "dir",
        short: None,
        protocols: HTTP,
        side: Some(Side::Server),
        because: "only an HTTP server has pages",
        define: |arg| {
            path(arg)
                .value_name("DIR")
                .help_heading(ANSWER)
                .help("Answer with the files of this folder")
        },
    },
    Flag {
        name: "status",
        short: None,
        protocols: HTTP,
        side: Some(Side::Server),
        because: "only an HTTP server answers with a status",
        define: |arg| {
            arg.value_name("N")
                .value_parser(value_parser!(u16).range(100..=999))
                .help_heading(ANSWER)
                .help("Answer with this status, 100 to 999")
        },
    },
    Flag {
        name: "delay",
        short: None,
        protocols: HTTP,
        side: Some(Side::Server),
        because: "only an HTTP server makes others wait",
        define: |arg| {
            arg.value_name("TIME")
                .value_parser(|text: &str| time::parse(text).map_err(|e| e.to_string()))
                .help_heading(ANSWER)
                .help("Wait before each answer, such as 200ms or 2s")
        },
    },
    Flag {
        name: "one-at-a-time",
        short: None,
        protocols: HTTP,
        side: Some(Side::Server),
        because: "only an HTTP server chooses whom to serve",
        define: |arg| {
            arg.action(ArgAction::SetTrue)
                .help_heading(ANSWER)
                .help("Serve one connection after another [default: all at once]")
        },
    },
    Flag {
        name: "request",
        short: Some('X'),
        protocols: HTTP,
        side: Some(Side::Client),
        because: "only an HTTP client asks with a method",
        define: |arg| {
            arg.value_name("METHOD")
                .value_parser(NonEmptyStringValueParser::new())
                .help_heading(REQUEST)
                .help("The method [default: GET, with --data POST]")
        },
    },
    Flag {
        name: "data",
        short: Some('d'),
        protocols: HTTP,
        side: Some(Side::Client),
        because: "only an HTTP client sends a request with a body",
        define: |arg| {
            arg.value_name("BODY")
                .value_parser(value_parser!(OsString))
                .allow_hyphen_values(true)
                .action(ArgAction::Append)
                .help_heading(REQUEST)
                .help("The body of a form; several are joined by &")
        },
    },
    Flag {
        name: "header",
        short: Some('H'),
        protocols: HTTP,
        side: None,
        because: "only HTTP has header fields",
        define: |arg| {
            arg.value_name("N: V")
                .value_parser(field)
                .action(ArgAction::Append)
                .allow_hyphen_values(true)
                .help_heading(MESSAGE)
                .help("Add a header field, or replace ours of that name (repeatable)")
        },
    },
    Flag {
        name: "close",
        short: None,
        protocols: HTTP,
        side: None,
        because: "only HTTP keeps connections for more than one exchange",
        define: |arg| {
            arg.action(ArgAction::SetTrue)
                .help_heading(MESSAGE)
                .help("One request per connection [default: keep it]")
        },
    },
    Flag {
        name: "patience",
        short: None,
        protocols: HTTP,
        side: None,
        because: "only HTTP has messages that can be unfinished",
        define: |arg| {
            arg.value_name("TIME")
                .value_parser(http::patience)
                .help_heading(MESSAGE)
                .help("How long a message may stand still [default: 2m]")
                .long_help(
                    "How long a message may stand still before it is given up, such as 500ms, 10s \
                     or 2m [default: 2m; a client without a screen: 30s]",
                )
        },
    },
];

/// A header field as it is typed: the value begins behind the blanks behind the colon.
fn field(text: &str) -> Result<Field, String> {
    match text.split_once(':') {
        Some(("", _)) => Err("a name belongs before the colon, as in 'X-Name: value'".to_owned()),
        Some((name, value)) => Ok((name.to_owned(), value.trim().to_owned())),
        None => Err("a header field reads 'Name: value'".to_owned()),
    }
}
