//! The options of a session, each defined once: its help, the values it takes, and which protocol
//! and side it fits. Help pages and the words for misplaced options both come from this table.

mod http;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{PathBufValueParser, PossibleValuesParser, TypedValueParser, ValueParser};
use clap::{Arg, ArgAction, value_parser};

use crate::model::launch::ThemeName;
use crate::model::settings::Source;
use crate::model::size;
use crate::model::spec::{self, DEFAULT_RECV_SIZE, Newline, Protocol, Side};

/// Every option of a session, in the order of the help pages.
pub(super) fn all() -> impl Iterator<Item = &'static Flag> {
    http::FLAGS.iter().chain(&SHARED)
}

/// An option of a session.
pub(super) struct Flag {
    /// Its long name, which is also its id.
    pub(super) name: &'static str,
    /// Its letter, if it has one.
    short: Option<char>,
    /// The protocols that it fits.
    protocols: &'static [Protocol],
    /// The only side that it fits, if there is one.
    side: Option<Side>,
    /// Why it fits nothing else, and what to use there.
    pub(super) because: &'static str,
    define: fn(Arg) -> Arg,
}

impl Flag {
    /// Whether it means something for this protocol and side.
    pub(super) fn fits(&self, protocol: Protocol, side: Option<Side>) -> bool {
        self.protocols.contains(&protocol)
            && (side.is_none() || self.side.is_none() || self.side == side)
    }

    /// The option as clap knows it at this place; where it does not fit it is understood, so that
    /// the answer can be better than "unexpected", but not shown.
    pub(super) fn arg(&self, protocol: Protocol, side: Option<Side>) -> Arg {
        let arg = Arg::new(self.name).long(self.name);
        let arg = match self.short {
            Some(letter) => arg.short(letter),
            None => arg,
        };
        (self.define)(arg).hide(!self.fits(protocol, side))
    }

    /// The option for a page of all places, with those that it fits in its help.
    pub(super) fn anywhere(&self) -> Arg {
        let arg = self.arg(self.protocols[0], self.side);
        let names = self.protocols.iter().map(|protocol| protocol.name());
        let mut places = names.collect::<Vec<_>>().join(", ");
        if let Some(side) = self.side {
            places = format!("{places} {}s", side.word());
        }
        let help = arg.get_long_help().or(arg.get_help());
        let help = help.map(ToString::to_string).unwrap_or_default();
        arg.long_help(format!("{help} ({places})"))
    }
}

/// Those that carry what is typed.
const TALKERS: &[Protocol] = &[Protocol::Tcp, Protocol::Udp];
const ALL: &[Protocol] = &Protocol::ALL;

const TALK: &str = "Conversation";
const SOCKET: &str = "Socket";
const NO_SCREEN: &str = "Without a screen";
const SCREEN: &str = "Screen";

/// The options of TCP and UDP sessions, some of which HTTP has too, in the order of the help pages.
const SHARED: [Flag; 12] = [
    Flag {
        name: "hello",
        short: None,
        protocols: TALKERS,
        side: None,
        because: "only TCP and UDP have a greeting",
        define: |arg| {
            arg.action(ArgAction::SetTrue)
                .help_heading(TALK)
                .help("Say hello, answer hello, end (port 12345)")
                .long_help(
                    "Play the greeting, on port 12345 unless another is given: the client says \
                     `Hello from client!`, the server answers `Hello from server!`, and each side \
                     ends after the exchange. The client waits 5 seconds for the answer",
                )
        },
    },
    Flag {
        name: "say",
        short: None,
        protocols: TALKERS,
        side: Some(Side::Client),
        because: "only a TCP or UDP client speaks first with a text; an HTTP client sends a request: -X, -H, -d",
        define: |arg| {
            text(arg)
                .action(ArgAction::Append)
                .help_heading(TALK)
                .help("Send TEXT as soon as connected (repeatable)")
        },
    },
    Flag {
        name: "send",
        short: None,
        protocols: TALKERS,
        side: Some(Side::Client),
        because: "only a TCP or UDP client speaks first, and so with a file",
        define: |arg| {
            path(arg)
                .value_name("FILE")
                .action(ArgAction::Append)
                .help_heading(TALK)
                .help("Send this file as soon as connected (repeatable)")
                .long_help(
                    "Send this file as soon as connected, after what --say says (repeatable, in \
                     order); what is typed goes after it. UDP sends it in datagrams of 1024 bytes, \
                     as fast as the system takes them, and confirms none. A file that cannot be \
                     sent whole makes the exit code 1",
                )
        },
    },
    Flag {
        name: "reply",
        short: None,
        protocols: TALKERS,
        side: Some(Side::Server),
        because: "only a TCP or UDP server answers with a text; an HTTP server has --page, --dir, --echo",
        define: |arg| {
            text(arg)
                .help_heading(TALK)
                .help("Answer every message with TEXT")
        },
    },
    Flag {
        name: "echo",
        short: None,
        protocols: ALL,
        side: Some(Side::Server),
        because: "only a server answers by itself",
        define: |arg| {
            arg.action(ArgAction::SetTrue)
                .help_heading(TALK)
                .help("Answer every message (HTTP: request) with itself")
        },
    },
    Flag {
        name: "turns",
        short: None,
        protocols: TALKERS,
        side: None,
        because: "HTTP takes turns by itself",
        define: |arg| {
            arg.action(ArgAction::SetTrue)
                .help_heading(TALK)
                .help("Take turns: after sending, wait for the other side")
                .long_help(
                    "Take turns, as a blocking program does: after sending, hold what is to be \
                     sent until the other side has sent something. The client has the first turn",
                )
        },
    },
    Flag {
        name: "newline",
        short: None,
        protocols: TALKERS,
        side: None,
        because: "what HTTP sends has line ends of its own",
        define: |arg| {
            arg.value_name("END")
                .value_parser(newline())
                .help_heading(TALK)
                .help("Add to each line sent: none, lf or crlf [default: none]")
                .hide_possible_values(true)
        },
    },
    Flag {
        name: "once",
        short: None,
        protocols: ALL,
        side: Some(Side::Server),
        because: "only a server can stop after its first client; a client ends with its one \
                  connection anyway",
        define: |arg| {
            arg.action(ArgAction::SetTrue)
                .help_heading(TALK)
                .help("End after the first connection (UDP: the first exchange)")
        },
    },
    Flag {
        name: "recv-size",
        short: None,
        protocols: ALL,
        side: None,
        because: "",
        define: |arg| {
            arg.value_name("SIZE")
                .value_parser(spec::recv_size)
                .help_heading(SOCKET)
                .help(format!(
                    "The buffer given to each read [default: {DEFAULT_RECV_SIZE}]"
                ))
                .long_help(format!(
                    "The buffer given to each read, in bytes or with KiB, MiB [default: \
                     {DEFAULT_RECV_SIZE}]. With a small one a TCP message comes in pieces, and a \
                     longer UDP datagram is cut"
                ))
        },
    },
    Flag {
        name: "backlog",
        short: None,
        protocols: &[Protocol::Tcp, Protocol::Http],
        side: Some(Side::Server),
        because: "only a TCP or HTTP server has a queue of callers that wait to be accepted",
        define: |arg| {
            arg.value_name("N")
                .value_parser(value_parser!(u32).range(0..=65535))
                .help_heading(SOCKET)
                .help("How many callers may wait to be accepted")
        },
    },
    Flag {
        name: "wait",
        short: None,
        protocols: &[Protocol::Tcp],
        side: Some(Side::Client),
        because: "only a TCP client is told that nobody listens",
        define: |arg| {
            arg.action(ArgAction::SetTrue)
                .help_heading(SOCKET)
                .help("While nobody listens, try again")
        },
    },
    Flag {
        name: "keep-open",
        short: None,
        protocols: &[Protocol::Tcp],
        side: None,
        because: "only a TCP connection has two directions that end one by one",
        define: |arg| {
            arg.action(ArgAction::SetTrue)
                .help_heading(SOCKET)
                .help("Keep my side open after the peer has finished")
        },
    },
];

/// The options of every run.
pub(super) fn common() -> [Arg; 6] {
    [
        Arg::new("headless")
            .long("headless")
            .action(ArgAction::SetTrue)
            .help_heading(NO_SCREEN)
            .help("Print one readable line per event; TCP and UDP send each line of stdin"),
        Arg::new("json")
            .long("json")
            .action(ArgAction::SetTrue)
            .help_heading(NO_SCREEN)
            .help("The same with one JSON object per event"),
        Arg::new("theme")
            .long("theme")
            .value_name("NAME")
            .value_parser(theme())
            .hide_possible_values(true)
            .help_heading(SCREEN)
            .help(theme_help()),
        Arg::new("ascii")
            .long("ascii")
            .action(ArgAction::SetTrue)
            .help_heading(SCREEN)
            .help("Draw with ASCII characters only"),
        Arg::new("history")
            .long("history")
            .value_name("SIZE")
            .value_parser(|text: &str| size::parse(text).map_err(|e| e.to_string()))
            .help_heading(SCREEN)
            .help("How much each session keeps in memory [default: 4MiB]"),
        config(),
    ]
}

/// The file with the user's defaults.
pub(super) fn config() -> Arg {
    Arg::new("config")
        .long("config")
        .value_name("FILE")
        .value_parser(PathBufValueParser::new().map(source))
        .help_heading(SCREEN)
        .help("Take your defaults from FILE, or with `none` the program's own")
        .long_help(
            "Take your defaults from FILE instead of the usual place, which `netplay config` \
             tells; with `none` the program's own count (a file of that name is ./none). What \
             stands on the command line is always stronger",
        )
}

fn path(arg: Arg) -> Arg {
    arg.value_parser(value_parser!(PathBuf))
}

fn text(arg: Arg) -> Arg {
    arg.value_name("TEXT")
        .value_parser(value_parser!(OsString))
        .allow_hyphen_values(true)
}

fn newline() -> ValueParser {
    PossibleValuesParser::new(Newline::ALL.map(Newline::word))
        .map(|word| Newline::from_name(&word).unwrap_or_default())
        .into()
}

fn theme() -> ValueParser {
    PossibleValuesParser::new(ThemeName::ALL.map(ThemeName::word))
        .map(|word| ThemeName::from_name(&word).unwrap_or_default())
        .into()
}

fn source(path: PathBuf) -> Source {
    if path.as_os_str() == "none" {
        Source::Nothing
    } else {
        Source::File(path)
    }
}

fn theme_help() -> String {
    let words = ThemeName::ALL.map(ThemeName::word);
    let (last, others) = words.split_last().expect("there are themes");
    format!(
        "The colours: {} or {last} [default: dark]",
        others.join(", ")
    )
}
