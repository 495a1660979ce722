//! Our side without a screen: a server and what it told, a client and what it made of an answer.

use std::net::SocketAddr;

use rustix::process::Signal;
use serde_json::Value;

use crate::process::{End, Netplay, payload};

/// A running server.
pub struct Server {
    pub netplay: Netplay,
    pub address: SocketAddr,
}

impl Server {
    /// Starts one on a free port.
    pub fn start(flags: &str) -> Server {
        let words = format!("http server 127.0.0.1:0 --json {flags}");
        let mut netplay = Netplay::start_without_input(&words);
        let address = netplay.address();
        Server { netplay, address }
    }

    /// The URL of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Stops it, and checks that nothing went wrong with it.
    pub fn stop(self) -> Told {
        self.netplay.signal(Signal::TERM);
        let end = self.netplay.end();
        assert_eq!(end.code, Some(0), "{}", end.stderr);
        let told = Told::of(&end);
        // A client may well go away with a reset; the server itself has no faults.
        let own = told.all("failed").find(|event| event["conn"].is_null());
        assert_eq!(own, None);
        told
    }
}

/// What a session told from its start to its end.
pub struct Told {
    pub events: Vec<Value>,
}

impl Told {
    fn of(end: &End) -> Told {
        Told {
            events: end.events(),
        }
    }

    /// All events of this name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &Value> {
        self.events
            .iter()
            .filter(move |event| event["event"] == name)
    }

    /// How many events of this name there are.
    pub fn count(&self, name: &str) -> usize {
        self.all(name).count()
    }

    /// The payloads of all such events of one connection, one after another.
    pub fn bytes(&self, name: &str, conn: u64) -> Vec<u8> {
        self.all(name)
            .filter(|event| event["conn"] == conn)
            .flat_map(payload)
            .collect()
    }

    /// Every request as method, target and size of the body, in order.
    pub fn asked(&self) -> Vec<String> {
        self.all("request")
            .map(|event| {
                let word = |name: &str| event[name].as_str().expect("it is text").to_owned();
                format!(
                    "{} {} {}",
                    word("method"),
                    word("target"),
                    event["body_len"]
                )
            })
            .collect()
    }
}

/// An answer as a client told of it.
pub struct Answered {
    pub told: Told,
    /// The `response`.
    pub response: Value,
    /// All that was received.
    pub raw: Vec<u8>,
}

/// Asks once, and checks that an answer came whole.
pub fn ask(address: &str, flags: &[&str]) -> Answered {
    let mut command = crate::process::command("http client --json");
    command.arg(address).args(flags);
    let end = Netplay::of(command).end();
    assert_eq!(end.code, Some(0), "{end:#?}");
    assert_eq!(end.names().last().map(String::as_str), Some("stopped"));
    let told = Told::of(&end);
    assert_eq!(told.count("response"), 1, "{:#?}", told.events);
    Answered {
        response: end.event("response"),
        raw: end.bytes("received"),
        told,
    }
}

impl Answered {
    /// The status code.
    pub fn status(&self) -> u64 {
        self.response["status"].as_u64().expect("it is a number")
    }

    /// The body of an answer that is not chunked.
    pub fn body(&self) -> &[u8] {
        let len = self.response["body_len"].as_u64().expect("it is a number");
        let start = self.raw.len() - usize::try_from(len).expect("it is small");
        &self.raw[start..]
    }

    /// A field of the head.
    pub fn field(&self, name: &str) -> Option<&str> {
        let fields = self.response["headers"].as_array().expect("it is a list");
        let found = fields.iter().find(|field| {
            field[0]
                .as_str()
                .is_some_and(|n| n.eq_ignore_ascii_case(name))
        });
        found.and_then(|field| field[1].as_str())
    }
}

/// A message as text, with the moment of its `Date` taken out.
pub fn without_date(message: &[u8]) -> String {
    let text = String::from_utf8_lossy(message).into_owned();
    let Some(at) = text.find("\r\nDate: ") else {
        return text;
    };
    let rest = &text[at + 2..];
    let end = rest.find("\r\n").expect("a line of the head ends");
    assert!(rest[..end].ends_with(" GMT"), "{text}");
    format!("{}\r\nDate: now{}", &text[..at], &rest[end..])
}
