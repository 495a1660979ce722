//! Commands for another terminal: how a program of ours or of others talks to what runs here.

use std::net::SocketAddr;

use super::App;
use super::tab::Tab;
use crate::model::spec::{Protocol, Side};

/// A command of ours, and one of a program that many have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clients {
    /// `netplay tcp client`.
    pub ours: String,
    /// `nc 127.0.0.1 23456`, or `curl`.
    pub others: String,
    /// `python3 -c '...'`, for where there is neither.
    pub python: String,
}

/// Commands that talk to a server of a protocol at `local`.
#[must_use]
pub fn clients(app: &App, protocol: Protocol, local: SocketAddr) -> Clients {
    let word = protocol.word();
    let usual = local.ip().is_loopback() && local.is_ipv4();
    // Where a configuration has addresses, the bare command would call those.
    let is_default = local.port() == protocol.default_port() && !app.defaults.has_address(protocol);
    let ours = if usual && is_default {
        format!("netplay {word} client")
    } else if usual {
        format!("netplay {word} client {}", local.port())
    } else {
        format!("netplay {word} client {local}")
    };
    let others = match protocol {
        Protocol::Http => format!("curl http://{local}/"),
        Protocol::Udp => format!("nc -u {} {}", local.ip(), local.port()),
        Protocol::Tcp => format!("nc {} {}", local.ip(), local.port()),
    };
    Clients {
        ours,
        others,
        python: python(protocol, local),
    }
}

/// A line of Python that says something, and for TCP and HTTP prints the answer.
fn python(protocol: Protocol, local: SocketAddr) -> String {
    let (ip, port) = (local.ip(), local.port());
    let script = match protocol {
        Protocol::Tcp => format!(
            "import socket; s = socket.create_connection((\"{ip}\", {port})); \
             s.sendall(b\"hello\"); print(s.recv(1024))"
        ),
        Protocol::Udp => {
            let family = if local.is_ipv4() {
                "AF_INET"
            } else {
                "AF_INET6"
            };
            format!(
                "import socket as s; s.socket(s.{family}, s.SOCK_DGRAM).sendto(b\"hello\", \
                 (\"{ip}\", {port}))"
            )
        }
        Protocol::Http => format!(
            "import urllib.request as r; print(r.urlopen(\"http://{local}/\").read().decode())"
        ),
    };
    format!("python3 -c '{script}'")
}

/// Where a side's form says that its server is, if it names an address and a port.
#[must_use]
pub fn intended(tab: &Tab, side: Side) -> Option<SocketAddr> {
    let form = &tab.get(side).form;
    let address = form.address().filter(|address| address.port != 0)?;
    let ip = address.ip().filter(|ip| !ip.is_unspecified());
    let ip = ip.unwrap_or([127, 0, 0, 1].into());
    Some(SocketAddr::new(ip, address.port))
}
