//! Our side of a conversation: the program without a screen, or on one.

use std::net::{Ipv6Addr, TcpListener, UdpSocket};

use rustix::process::Signal;

use crate::process::{self, Netplay};
use crate::pty::{self, Pty};

/// How we run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shell {
    Headless,
    Screen,
}

pub const SHELLS: [Shell; 2] = [Shell::Headless, Shell::Screen];

/// The loopback addresses of this machine, as they are written before a port.
pub fn hosts() -> Vec<&'static str> {
    let mut hosts = vec!["127.0.0.1"];
    if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok() {
        hosts.push("[::1]");
    } else {
        eprintln!("skipped over IPv6: this machine has none");
    }
    hosts
}

/// A port that was free a moment ago, for programs that cannot tell which one they got.
pub fn free_port(protocol: &str, host: &str) -> u16 {
    let any = format!("{host}:0");
    let address = if protocol == "udp" {
        UdpSocket::bind(any).and_then(|socket| socket.local_addr())
    } else {
        TcpListener::bind(any).and_then(|listener| listener.local_addr())
    };
    address.expect("loopback has free ports").port()
}

/// Our running side.
pub enum Ours {
    Headless(Netplay),
    Screen(Pty),
}

impl Ours {
    fn start(shell: Shell, words: &str) -> Ours {
        match shell {
            Shell::Headless => Ours::Headless(Netplay::start(&format!("{words} --json"))),
            Shell::Screen => Ours::Screen(pty::netplay(words).open()),
        }
    }

    /// A server on this host, and the port that it got.
    pub fn server(shell: Shell, protocol: &str, host: &str, flags: &str) -> (Ours, u16) {
        let mut ours = Ours::start(shell, &format!("{protocol} server {host}:0 {flags}"));
        let port = match &mut ours {
            Ours::Headless(netplay) => netplay.address().port(),
            Ours::Screen(screen) => screen.port(&format!("listening on {host}:")),
        };
        (ours, port)
    }

    /// A client of this server, ready to send.
    pub fn client(shell: Shell, protocol: &str, host: &str, port: u16, flags: &str) -> Ours {
        let mut ours = Ours::start(shell, &format!("{protocol} client {host}:{port} {flags}"));
        if !flags.contains("--hello") {
            match (&mut ours, protocol) {
                (Ours::Headless(netplay), "tcp") => drop(netplay.event("opened")),
                (Ours::Screen(screen), "tcp") => screen.shows("connected to"),
                (Ours::Headless(_), _) => {}
                (Ours::Screen(screen), _) => screen.shows("ready"),
            }
        }
        ours
    }

    /// Waits until these bytes have come, in one read or several.
    pub fn hears(&mut self, words: &str) {
        match self {
            Ours::Headless(netplay) => {
                let mut heard = Vec::new();
                while heard != words.as_bytes() {
                    heard.extend(process::payload(&netplay.event("received")));
                    assert!(words.as_bytes().starts_with(&heard), "{heard:?}");
                }
            }
            // A line end is shown as a mark.
            Ours::Screen(screen) => {
                let size = format!("{} B  {}", words.len(), words.replace('\n', "␊"));
                screen.shows(&size);
            }
        }
    }

    /// Types a line.
    pub fn says(&mut self, words: &str) {
        match self {
            Ours::Headless(netplay) => netplay.input(format!("{words}\n")),
            Ours::Screen(screen) => screen.keys(format!("{words}\r")),
        }
    }

    /// Waits until the session is over, and checks that all was well.
    pub fn ends_well(self) {
        match self {
            Ours::Headless(netplay) => {
                let end = netplay.end();
                assert_eq!(end.code, Some(0), "{end:#?}");
                assert_eq!(end.names().last().map(String::as_str), Some("stopped"));
            }
            Ours::Screen(mut screen) => {
                screen.until("the end of the session", |text| {
                    text.contains("SERVER  ended") || text.contains("CLIENT  ended")
                });
                screen.quits();
            }
        }
    }

    /// Stops a session that would go on.
    pub fn stop(self) {
        match self {
            Ours::Headless(netplay) => {
                netplay.signal(Signal::TERM);
                assert_eq!(netplay.end().code, Some(0));
            }
            Ours::Screen(mut screen) => {
                screen.key("\x1b", "KEYS");
                screen.quits();
            }
        }
    }
}
