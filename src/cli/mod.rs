//! The command line: words and flags in, a [`Launch`] out. The only place that knows flags; it
//! opens nothing and starts nothing. What is wrong is said by clap in words, with code 2.

mod flags;
mod http;
mod manual;
mod pages;

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{ArgMatches, Command};

use crate::model::address::{Address, meet};
use crate::model::http::Asking;
use crate::model::launch::{Format, HeadlessLaunch, Launch, Looks, ScreenLaunch, ThemeName};
use crate::model::settings::{Settings, Source};
use crate::model::spec::{DEFAULT_HISTORY, HELLO_PORT, Newline, Protocol, Scene, Side, Spec};
use crate::model::url::Url;

pub use pages::command;

const LOOPBACK: &str = "127.0.0.1";

/// A command line that clap has understood.
#[derive(Clone, Debug)]
pub struct Line {
    command: Command,
    matches: ArgMatches,
}

/// Reads the command line, the program's name first.
///
/// The error is clap's: it knows its words, its stream (help goes to stdout) and its exit code, 2
/// for wrong usage and 0 for help and version.
pub fn read<I, T>(args: I) -> Result<Line, clap::Error>
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    let mut command = command();
    let matches = command
        .try_get_matches_from_mut(args)
        .map_err(point_to_sides)?;
    Ok(Line { command, matches })
}

/// What a command line asks for where nothing is configured.
pub fn parse<I, T>(args: I, no_color: bool) -> Result<Launch, clap::Error>
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    read(args)?.launch(&Settings::default(), no_color)
}

impl Line {
    /// Where the configuration is that counts for it; `None` when nothing is to run.
    #[must_use]
    pub fn source(&self) -> Option<Source> {
        let runs = !matches!(
            self.matches.subcommand_name(),
            Some("completions" | "man" | "config")
        );
        runs.then(|| Levels::of(&self.matches, &Settings::default()).source())
    }

    /// What it asks for, over these settings. `no_color` is whether the environment asks for no
    /// colours: an explicit `--theme` is stronger, and it is stronger than the settings' theme.
    pub fn launch(mut self, settings: &Settings, no_color: bool) -> Result<Launch, clap::Error> {
        let levels = Levels::of(&self.matches, settings);
        match self.matches.subcommand() {
            Some(("completions", given)) => {
                let shell = given.get_one("shell").copied();
                let script = shell.map_or_else(Vec::new, manual::completions);
                Ok(Launch::Print(script))
            }
            Some(("man", _)) => Ok(Launch::Print(manual::page())),
            Some(("config", given)) if given.get_flag("print") => Ok(Launch::PrintConfig),
            Some(("config", _)) => Ok(Launch::FindConfig(levels.source())),
            _ => levels.launch(no_color).map_err(|wrong| {
                at(&mut self.command, &levels.path).error(wrong.kind, wrong.words)
            }),
        }
    }
}

/// The subcommand that was asked for, whose usage belongs into an error.
fn at<'c>(command: &'c mut Command, path: &[&str]) -> &'c mut Command {
    let Some((name, inner)) = path.split_first() else {
        return command;
    };
    let place = command
        .find_subcommand_mut(name)
        .expect("clap matched this subcommand a moment ago");
    at(place, inner)
}

/// Says where an address belongs when one stands in place of the protocol or the side.
fn point_to_sides(mut error: clap::Error) -> clap::Error {
    let word = match error.get(ContextKind::InvalidSubcommand) {
        Some(ContextValue::String(word)) if word.contains(|c: char| ".:0123456789".contains(c)) => {
            word.clone()
        }
        _ => return error,
    };
    let usage = error.get(ContextKind::Usage).map(ToString::to_string);
    let protocol = match usage {
        Some(usage) if usage.contains("netplay http") => "http",
        Some(usage) if usage.contains("netplay udp") => "udp",
        _ => "tcp",
    };
    let tip = format!(
        "the side comes first: 'netplay {protocol} server {word}' or 'netplay {protocol} client \
         {word}'"
    );
    error.remove(ContextKind::SuggestedSubcommand);
    error.insert(
        ContextKind::Suggested,
        ContextValue::StyledStrs(vec![tip.into()]),
    );
    error
}

/// Wrong usage that clap cannot see by itself.
struct Wrong {
    kind: ErrorKind,
    words: String,
}

fn conflict<T>(words: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong {
        kind: ErrorKind::ArgumentConflict,
        words: words.into(),
    })
}

/// What runs without a screen is one side of one protocol.
fn no_single_side<T>(protocol: Protocol, format: Format, ends: Ends) -> Result<T, Wrong> {
    let flag = match format {
        Format::Text => "--headless",
        Format::Json => "--json",
    };
    let word = protocol.word();
    conflict(match ends {
        Ends::Both => format!(
            "{flag} runs one side; start two programs: `netplay {word} server {flag}` and \
             `netplay {word} client {flag}`"
        ),
        _ => format!(
            "{flag} needs a side: `netplay {word} server {flag}` or `netplay {word} client \
             {flag}`"
        ),
    })
}

/// What was given, level by level: `netplay`, the protocol, the side. Most options may stand at
/// any level; the innermost wins.
struct Levels<'a> {
    path: Vec<&'a str>,
    given: Vec<&'a ArgMatches>,
    /// What counts where nothing was given.
    settings: &'a Settings,
}

impl<'a> Levels<'a> {
    fn of(matches: &'a ArgMatches, settings: &'a Settings) -> Levels<'a> {
        let mut levels = Levels {
            path: Vec::new(),
            given: vec![matches],
            settings,
        };
        let mut inner = matches.subcommand();
        while let Some((name, matches)) = inner {
            levels.path.push(name);
            levels.given.push(matches);
            inner = matches.subcommand();
        }
        levels
    }

    /// The levels where this option was written, outermost first.
    fn holding(&self, name: &str) -> impl DoubleEndedIterator<Item = &'a ArgMatches> {
        self.given.iter().copied().filter(move |matches| {
            // Not every level has every option; asking for an unknown one would panic.
            matches.try_contains_id(name).unwrap_or(false)
                && matches.value_source(name) == Some(ValueSource::CommandLine)
        })
    }

    fn given(&self, name: &str) -> bool {
        self.holding(name).next().is_some()
    }

    fn one<T: Clone + Send + Sync + 'static>(&self, name: &str) -> Option<T> {
        self.holding(name).next_back()?.get_one(name).cloned()
    }

    /// All values given with this option, in order.
    fn all<T: Clone + Send + Sync + 'static>(&self, name: &str) -> impl Iterator<Item = &'a T> {
        self.holding(name)
            .filter_map(move |matches| matches.get_many(name))
            .flatten()
    }

    /// All texts given with this option, in order.
    fn texts(&self, name: &str) -> impl Iterator<Item = &'a OsString> {
        self.all(name)
    }

    fn launch(&self, no_color: bool) -> Result<Launch, Wrong> {
        let protocol = match self.path.first() {
            Some(&"udp") => Protocol::Udp,
            Some(&"http") => Protocol::Http,
            _ => Protocol::Tcp,
        };
        let ends = Ends::of(self.path.get(1).copied());
        let [server, client] = self.presets(protocol, ends)?;
        let newline = self.newline();
        if let Some(format) = self.format() {
            let spec = match ends {
                Ends::One(Side::Server) => server,
                // Nobody is there to ask for more.
                Ends::One(Side::Client) => Spec {
                    once: protocol == Protocol::Http,
                    ..client
                },
                Ends::Both | Ends::None => return no_single_side(protocol, format, ends),
            };
            return Ok(Launch::Headless(Box::new(HeadlessLaunch {
                spec,
                newline,
                format,
                ascii: self.ascii(),
            })));
        }
        let theme = match (self.one("theme"), no_color) {
            (Some(theme), _) => theme,
            (None, true) => ThemeName::Mono,
            (None, false) => self.settings.theme.unwrap_or_default(),
        };
        let history = self.one("history").or(self.settings.history);
        Ok(Launch::Screen(Box::new(ScreenLaunch {
            tab: protocol,
            presets: [server, client],
            defaults: self.settings.clone(),
            start: Side::ALL.map(|side| ends.has(side)),
            newline,
            history: history.unwrap_or(DEFAULT_HISTORY),
            looks: Looks {
                theme,
                ascii: self.ascii(),
            },
        })))
    }

    fn source(&self) -> Source {
        self.one("config").unwrap_or_default()
    }

    fn newline(&self) -> Newline {
        let newline = self.one("newline").or(self.settings.newline);
        newline.unwrap_or_default()
    }

    fn ascii(&self) -> bool {
        self.given("ascii") || self.settings.ascii
    }

    fn format(&self) -> Option<Format> {
        if self.given("json") {
            Some(Format::Json)
        } else {
            self.given("headless").then_some(Format::Text)
        }
    }

    /// The settings of both sides: server, client.
    fn presets(&self, protocol: Protocol, ends: Ends) -> Result<[Spec; 2], Wrong> {
        self.check(protocol, ends)?;
        let mut presets = self.settings.specs(protocol);
        self.address(protocol, ends, &mut presets)?;
        let newline = self.newline();
        let line = |text: &OsString| [text.as_encoded_bytes(), newline.bytes()].concat();
        for spec in &mut presets {
            // Conventions of both ends of a conversation.
            spec.turns = self.given("turns");
            if self.given("hello") {
                spec.scene = Scene::Hello;
            }
            // The rest is told to one side; the other keeps its defaults.
            if !ends.has(spec.side) && ends != Ends::None {
                continue;
            }
            spec.recv_size = self.one("recv-size").unwrap_or(spec.recv_size);
            spec.keep_open = self.given("keep-open");
            match spec.side {
                Side::Server => {
                    if protocol == Protocol::Http {
                        spec.serving = self.serving();
                    } else if self.given("echo") {
                        spec.scene = Scene::Echo;
                    } else if let Some(text) = self.texts("reply").last() {
                        spec.scene = Scene::Reply(line(text).into());
                    }
                    spec.once = self.given("once");
                    spec.backlog = self.one("backlog");
                }
                Side::Client => {
                    spec.say = self.texts("say").map(|text| line(text).into()).collect();
                    spec.files = self.all("send").cloned().collect();
                    spec.wait = self.given("wait");
                    if protocol == Protocol::Http {
                        self.ask(&mut spec.asking);
                    }
                }
            }
        }
        Ok(presets)
    }

    /// Refuses options that mean nothing here, or contradict each other.
    fn check(&self, protocol: Protocol, ends: Ends) -> Result<(), Wrong> {
        let side = match ends {
            Ends::One(side) => Some(side),
            Ends::None | Ends::Both => None,
        };
        for flag in flags::all().filter(|flag| self.given(flag.name)) {
            if !flag.fits(protocol, side) {
                let article = if protocol == Protocol::Http {
                    "an"
                } else {
                    "a"
                };
                let place = match side {
                    Some(side) => format!("{article} {} {}", protocol.name(), side.word()),
                    None => protocol.name().to_owned(),
                };
                return conflict(format!(
                    "--{} does not fit {place}: {}",
                    flag.name, flag.because
                ));
            }
        }
        for (one, other, because) in [
            ("echo", "reply", "a message has one answer"),
            ("page", "dir", "a request has one answer"),
            ("page", "echo", "a request has one answer"),
            ("dir", "echo", "a request has one answer"),
            ("hello", "echo", "the greeting has an answer of its own"),
            ("hello", "reply", "the greeting has an answer of its own"),
            ("hello", "say", "the greeting has words of its own"),
            ("hello", "send", "the greeting has words of its own"),
        ] {
            if self.given(one) && self.given(other) {
                return conflict(format!(
                    "--{one} and --{other} exclude each other: {because}"
                ));
            }
        }
        if protocol == Protocol::Tcp {
            for name in ["say", "reply"] {
                if self.newline() == Newline::None && self.texts(name).any(|text| text.is_empty()) {
                    return conflict(format!(
                        "--{name} has no text: TCP carries bytes, and there is none to send"
                    ));
                }
            }
        }
        Ok(())
    }

    /// Sets where both sides meet, as far as it was said.
    fn address(
        &self,
        protocol: Protocol,
        ends: Ends,
        presets: &mut [Spec; 2],
    ) -> Result<(), Wrong> {
        let port = if self.given("hello") {
            HELLO_PORT
        } else {
            protocol.default_port()
        };
        let [server, client] = presets;
        let wrong = |words| Wrong {
            kind: ErrorKind::ValueValidation,
            words,
        };
        let named = match self.one::<String>("address") {
            Some(text) if protocol == Protocol::Http && ends == Ends::One(Side::Client) => {
                let url = Url::parse(&text, LOOPBACK, port)
                    .map_err(|e| wrong(format!("wrong URL: {e}")))?;
                client.asking.target = url.target;
                url.address
            }
            Some(text) => {
                client.asking.target = Asking::default().target;
                Address::parse(&text, LOOPBACK, port)
                    .map_err(|e| wrong(format!("wrong ADDRESS: {e}")))?
            }
            // The greeting has a port of its own.
            None if self.given("hello") => Address::loopback(port),
            None => return Ok(()),
        };
        let addresses = if ends == Ends::One(Side::Client) {
            meet(None, Some(named), port)
        } else {
            meet(Some(named), None, port)
        };
        [server.address, client.address] = addresses;
        Ok(())
    }
}

/// Which ends of a conversation the command line names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ends {
    None,
    One(Side),
    Both,
}

impl Ends {
    fn of(word: Option<&str>) -> Ends {
        match word {
            Some("server") => Ends::One(Side::Server),
            Some("client") => Ends::One(Side::Client),
            Some(_) => Ends::Both,
            None => Ends::None,
        }
    }

    fn has(self, side: Side) -> bool {
        self == Ends::Both || self == Ends::One(side)
    }
}
