//! The tree of commands with their help pages: one sentence each, options by table, examples.

use clap::{Arg, Command};

use super::flags::{self, FLAGS};
use crate::model::spec::{Protocol, Side};

/// The whole command line, as clap knows it.
#[must_use]
pub fn command() -> Command {
    Command::new("netplay")
        .version(env!("CARGO_PKG_VERSION"))
        .about("A network playground in the terminal")
        .long_about(
            "A network playground in the terminal: run TCP and UDP servers and clients, let them \
             talk to each other and to any program, and watch every byte live.\n\nWithout a \
             command the playground opens with nothing running.",
        )
        .after_help("`netplay --help` has examples; `netplay tcp --help` tells more.")
        .after_long_help(
            "Examples:
  netplay                              open the playground
  netplay tcp server                   start a TCP server and watch it
  netplay tcp client                   in a second terminal: talk to it
  netplay tcp both                     both ends, side by side in one window
  netplay udp server 0.0.0.0:5000      a UDP server that others can reach
  netplay tcp server --json            no screen, one JSON object per event
  echo hi | netplay tcp client --headless

`netplay tcp --help`, `netplay tcp server --help` and so on tell more.",
        )
        .args_override_self(true)
        .subcommand_value_name("PROTOCOL")
        .subcommand_help_heading("Protocols")
        .args(flags::common())
        .subcommand(streams())
        .subcommand(datagrams())
        .subcommand(http())
}

fn streams() -> Command {
    protocol(
        Protocol::Tcp,
        "TCP: a phone call; one side waits, the other rings",
    )
    .after_long_help(
        "Examples:
  netplay tcp                          open the TCP tab
  netplay tcp server                   listen on 127.0.0.1:23456
  netplay tcp client localhost:80      call a program on port 80
  netplay tcp both --hello             watch the greeting in one window",
    )
    .subcommand(side(
        Protocol::Tcp,
        Side::Server,
        "Start a TCP server",
        "Examples:
  netplay tcp server                   listen on 127.0.0.1:23456
  netplay tcp server 8000              listen on port 8000
  netplay tcp server 0.0.0.0:8000      let other machines call, too
  netplay tcp server :0 --json         take a free port; `listening` tells it
  netplay tcp server --hello           answer one greeting, then end
  netplay tcp server --echo --recv-size 8
                                       answer each read of 8 bytes with itself",
    ))
    .subcommand(side(
        Protocol::Tcp,
        Side::Client,
        "Start a TCP client",
        "Examples:
  netplay tcp client                   call 127.0.0.1:23456
  netplay tcp client [::1]:8000        call port 8000 over IPv6
  netplay tcp client --wait            wait until the server is there
  netplay tcp client --say hi --say exit --headless
  netplay tcp client localhost:80 --newline crlf",
    ))
    .subcommand(both(
        Protocol::Tcp,
        "Start a TCP server and a client, side by side",
    ))
}

fn datagrams() -> Command {
    protocol(
        Protocol::Udp,
        "UDP: postcards; each goes by itself, nothing is confirmed",
    )
    .after_long_help(
        "Examples:
  netplay udp                          open the UDP tab
  netplay udp server                   wait for datagrams on 127.0.0.1:23457
  netplay udp client 127.0.0.1:5000    send datagrams to port 5000
  netplay udp both --hello             watch the greeting in one window",
    )
    .subcommand(side(
        Protocol::Udp,
        Side::Server,
        "Start a UDP server",
        "Examples:
  netplay udp server                   wait on 127.0.0.1:23457
  netplay udp server 0.0.0.0:5000      let other machines send, too
  netplay udp server --recv-size 8     cut every datagram to 8 bytes
  netplay udp server --reply got-it --headless",
    ))
    .subcommand(side(
        Protocol::Udp,
        Side::Client,
        "Start a UDP client",
        "Examples:
  netplay udp client                   send to 127.0.0.1:23457
  netplay udp client [::1]:5000        send to port 5000 over IPv6
  netplay udp client --say hi --say exit --headless",
    ))
    .subcommand(both(
        Protocol::Udp,
        "Start a UDP server and a client, side by side",
    ))
}

fn http() -> Command {
    // What follows a side is swallowed whole: one answer is enough for all of it.
    let rest = || {
        Arg::new("rest")
            .num_args(0..)
            .trailing_var_arg(true)
            .allow_hyphen_values(true)
            .hide(true)
    };
    let side = |name, about| Command::new(name).about(about).arg(rest());
    Command::new("http")
        .about("HTTP: requests and answers (its sessions are not there yet)")
        .after_long_help("Examples:\n  netplay http                         open the HTTP tab")
        .disable_help_subcommand(true)
        .args_override_self(true)
        .subcommand_value_name("SIDE")
        .subcommand_help_heading("Sides")
        .args(flags::common())
        .subcommand(side("server", "Start an HTTP server (not there yet)"))
        .subcommand(side("client", "Start an HTTP client (not there yet)"))
        .subcommand(side("both", "Start both (not there yet)"))
}

fn protocol(protocol: Protocol, about: &'static str) -> Command {
    Command::new(protocol.word())
        .about(about)
        .long_about(format!(
            "{about}.\n\nWithout a side the {} tab opens with nothing running; the options fill \
             its forms.",
            protocol.name()
        ))
        .disable_help_subcommand(true)
        .args_override_self(true)
        .subcommand_value_name("SIDE")
        .subcommand_help_heading("Sides")
        .args(FLAGS.iter().map(|flag| flag.arg(protocol, None)))
        .args(flags::common())
}

fn side(protocol: Protocol, side: Side, about: &'static str, examples: &'static str) -> Command {
    let (verb, zero) = match (side, protocol) {
        (Side::Server, _) => ("Where to listen", "; port 0 takes a free one"),
        (Side::Client, Protocol::Udp) => ("Where to send", ""),
        (Side::Client, _) => ("Whom to call", ""),
    };
    Command::new(side.word())
        .args_override_self(true)
        .about(about)
        .after_long_help(examples)
        .arg(address(protocol, verb, zero))
        .args(FLAGS.iter().map(|flag| flag.arg(protocol, Some(side))))
        .args(flags::common())
}

fn both(protocol: Protocol, about: &'static str) -> Command {
    let word = protocol.word();
    Command::new("both")
        .args_override_self(true)
        .about(about)
        .after_long_help(format!(
            "Examples:
  netplay {word} both
  netplay {word} both --hello
  netplay {word} both [::1]:0 --recv-size 8"
        ))
        .arg(address(protocol, "Where to meet", ""))
        .args(FLAGS.iter().map(|flag| flag.arg(protocol, None)))
        .args(flags::common())
}

fn address(protocol: Protocol, verb: &str, zero: &str) -> Arg {
    Arg::new("address").value_name("ADDRESS").help(format!(
        "{verb}: HOST:PORT, HOST, :PORT, PORT or [IPV6]:PORT{zero} [default: 127.0.0.1:{}]",
        protocol.default_port()
    ))
}
