//! netcat (OpenBSD's and nmap's) and socat, as server and as client.

use std::process::Command;

use crate::ours::{Ours, SHELLS, Shell, free_port, hosts};
use crate::programs::{Program, has};

/// A tool, and the words that make it one side of a conversation.
struct Tool {
    name: &'static str,
    /// Words for a client of TCP, then of UDP; `HOST`, `PORT` and `ADDRESS` stand for where to.
    client: [&'static str; 2],
    /// Words for a server of TCP, then of UDP.
    server: [&'static str; 2],
    /// What it prints when it listens.
    ready: [&'static str; 2],
}

const NC: Tool = Tool {
    name: "nc",
    client: ["-N HOST PORT", "-u HOST PORT"],
    server: ["-v -N -l HOST PORT", "-v -u -l HOST PORT"],
    ready: ["Listening on", "Bound on"],
};

const NCAT: Tool = Tool {
    name: "ncat",
    client: ["HOST PORT", "-u HOST PORT"],
    server: ["-v -l HOST PORT", "-v -u -l HOST PORT"],
    ready: ["Listening on", "Listening on"],
};

const SOCAT: Tool = Tool {
    name: "socat",
    client: ["- TCP:ADDRESS", "- UDP:ADDRESS"],
    server: [
        "-d -d - TCP-LISTEN:PORT,bind=HOST,reuseaddr,pfFAMILY",
        "-d -d - UDP-LISTEN:PORT,bind=HOST,reuseaddr,pfFAMILY",
    ],
    ready: ["listening on", "listening on"],
};

const PROTOCOLS: [&str; 2] = ["tcp", "udp"];

fn start(tool: &Tool, words: &str, host: &str, port: u16) -> Program {
    // socat wants the brackets of an IPv6 address, the others do not.
    let plain = host.trim_matches(['[', ']']);
    let bare = if tool.name == "socat" { host } else { plain };
    let family = if plain.contains(':') { "=ip6" } else { "=ip4" };
    let words = words
        .replace("ADDRESS", &format!("{host}:{port}"))
        .replace("HOST", bare)
        .replace("PORT", &port.to_string())
        .replace("FAMILY", family);
    Program::start(tool.name, &words.split(' ').collect::<Vec<_>>())
}

/// Each shell over IPv4, and one over IPv6.
fn places() -> Vec<(Shell, &'static str)> {
    let mut places: Vec<_> = SHELLS.map(|shell| (shell, "127.0.0.1")).to_vec();
    places.extend(
        hosts()
            .into_iter()
            .skip(1)
            .map(|host| (Shell::Headless, host)),
    );
    places
}

fn talks_to_our_server(tool: &Tool) {
    for (n, protocol) in PROTOCOLS.into_iter().enumerate() {
        for (shell, host) in places() {
            let (mut ours, port) = Ours::server(shell, protocol, host, "");
            let mut peer = start(tool, tool.client[n], host, port);
            peer.line("from the tool");
            ours.hears("from the tool\n");
            ours.says("from netplay");
            peer.prints("from netplay");
            if protocol == "tcp" {
                // It finishes, then we close, then it ends.
                peer.end_input();
                peer.ends_well();
            }
            ours.stop();
        }
    }
}

fn talks_to_our_client(tool: &Tool) {
    for (n, protocol) in PROTOCOLS.into_iter().enumerate() {
        for (shell, host) in places() {
            let port = free_port(protocol, host);
            let mut peer = start(tool, tool.server[n], host, port);
            peer.prints(tool.ready[n]);
            let mut ours = Ours::client(shell, protocol, host, port, "");
            ours.says("from netplay");
            peer.prints("from netplay");
            peer.line("from the tool");
            ours.hears("from the tool\n");
            if protocol == "tcp" {
                peer.end_input();
                ours.ends_well();
                peer.ends_well();
            } else {
                ours.stop();
            }
        }
    }
}

/// Whether `nc` is there and is OpenBSD's: others take other words.
fn has_openbsd_netcat() -> bool {
    if !has("nc") {
        return false;
    }
    let help = Command::new("nc").arg("-h").output().expect("it is there");
    let text = [help.stdout, help.stderr].concat();
    let right = String::from_utf8_lossy(&text).contains("OpenBSD");
    if !right {
        eprintln!("skipped: nc is not OpenBSD's netcat");
    }
    right
}

#[test]
fn openbsd_netcat_talks_to_our_server() {
    if has_openbsd_netcat() {
        talks_to_our_server(&NC);
    }
}

#[test]
fn openbsd_netcat_talks_to_our_client() {
    if has_openbsd_netcat() {
        talks_to_our_client(&NC);
    }
}

#[test]
fn ncat_talks_to_our_server() {
    if has("ncat") {
        talks_to_our_server(&NCAT);
    }
}

#[test]
fn ncat_talks_to_our_client() {
    if has("ncat") {
        talks_to_our_client(&NCAT);
    }
}

#[test]
fn socat_talks_to_our_server() {
    if has("socat") {
        talks_to_our_server(&SOCAT);
    }
}

#[test]
fn socat_talks_to_our_client() {
    if has("socat") {
        talks_to_our_client(&SOCAT);
    }
}
