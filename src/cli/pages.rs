//! The tree of commands with their help pages: one sentence each, options by table, examples.

use clap::{Arg, ArgAction, Command, value_parser};
use clap_complete::Shell;

use super::flags;
use crate::model::spec::{Protocol, Side};

/// What to try first.
pub(super) const EXAMPLES: &str = "  netplay                              open the playground
  netplay tcp server                   start a TCP server and watch it
  netplay tcp client                   in a second terminal: talk to it
  netplay tcp both                     both ends, side by side in one window
  netplay udp server 0.0.0.0:5000      a UDP server that others can reach
  netplay http server                  then open http://127.0.0.1:8080 in a browser
  netplay http client localhost:8080   ask for a page and watch the answer
  netplay tcp server --json            no screen, one JSON object per event
  echo hi | netplay tcp client --headless";

/// The whole command line, as clap knows it.
#[must_use]
pub fn command() -> Command {
    Command::new("netplay")
        .version(env!("CARGO_PKG_VERSION"))
        .about("A network playground in the terminal")
        .long_about(
            "A network playground in the terminal: run TCP, UDP and HTTP servers and clients, \
             let them talk to each other and to any program, and watch every byte live.\n\nWithout a \
             command the playground opens with nothing running.",
        )
        .after_help("`netplay --help` has examples; `netplay tcp --help` tells more.")
        .after_long_help(format!(
            "Examples:\n{EXAMPLES}\n\n`netplay tcp --help`, `netplay tcp server --help` and so on \
             tell more."
        ))
        .args_override_self(true)
        .subcommand_value_name("COMMAND")
        .args(flags::common())
        .subcommand(streams())
        .subcommand(datagrams())
        .subcommand(http())
        .subcommand(
            Command::new("completions")
                .about("Print a script with which your shell completes netplay's command line")
                .after_long_help(
                    "Examples:
  netplay completions bash > ~/.local/share/bash-completion/completions/netplay
  netplay completions zsh > ~/.zfunc/_netplay      (a folder of your fpath)
  netplay completions fish > ~/.config/fish/completions/netplay.fish
  netplay completions powershell >> $PROFILE",
                )
                .arg(
                    Arg::new("shell")
                        .value_name("SHELL")
                        .required(true)
                        .value_parser(value_parser!(Shell))
                        .help("The shell"),
                ),
        )
        .subcommand(
            Command::new("man")
                .about("Print the manual page")
                .after_long_help("Examples:\n  netplay man | man -l -"),
        )
        .subcommand(
            Command::new("config")
                .about("Tell where your configuration is, or print one with every default")
                .after_long_help(
                    "Examples:
  netplay config                       where it is, and whether it can be read
  netplay config --print               every entry with its default, switched off
  netplay config --config FILE         whether FILE can be read",
                )
                .arg(
                    Arg::new("print")
                        .long("print")
                        .action(ArgAction::SetTrue)
                        .help("Print every entry with its default and what it means"),
                )
                .arg(flags::config()),
        )
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
  netplay tcp client --send photo.jpg  send a file, and see how far it is
  netplay tcp client localhost:80 --newline crlf",
    ))
    .subcommand(both(
        Protocol::Tcp,
        "Start a TCP server and a client, side by side",
        "Examples:
  netplay tcp both
  netplay tcp both --hello
  netplay tcp both [::1]:0 --recv-size 8",
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
        "Examples:
  netplay udp both
  netplay udp both --hello
  netplay udp both [::1]:0 --recv-size 8",
    ))
}

fn http() -> Command {
    protocol(
        Protocol::Http,
        "HTTP: questions and answers; a client asks, a server answers",
    )
    .after_long_help(
        "Examples:
  netplay http                         open the HTTP tab
  netplay http server                  then open http://127.0.0.1:8080 in a browser
  netplay http client localhost/x      ask port 8080 for /x and watch the answer
  netplay http both                    a question and its answer in one window",
    )
    .subcommand(side(
        Protocol::Http,
        Side::Server,
        "Start an HTTP server",
        "Examples:
  netplay http server                  then open http://127.0.0.1:8080 in a browser
  netplay http server 0.0.0.0:8000     let other machines ask, too
  netplay http server --page hi.html   answer every request with a file
  netplay http server --dir site       answer with the files of a folder
  netplay http server --echo           answer with the request itself
  netplay http server --status 503 --header Retry-After:10
  netplay http server --one-at-a-time --delay 2s
  netplay http server :0 --json        no screen; `listening` tells the port",
    ))
    .subcommand(side(
        Protocol::Http,
        Side::Client,
        "Start an HTTP client",
        "Examples:
  netplay http client                  ask 127.0.0.1:8080 for /
  netplay http client http://localhost/x
                                       behind http:// the port is 80
  netplay http client localhost:8080/x -X DELETE
  netplay http client :8080/form -d name=Ada -d age=36
  netplay http client :8080 -H Accept:text/plain --close
  netplay http client :8080 --headless --patience 5s",
    ))
    .subcommand(both(
        Protocol::Http,
        "Start an HTTP server and a client, side by side",
        "Examples:
  netplay http both                    a question and its answer in one window
  netplay http both :0 --echo          answer with the request itself
  netplay http both --recv-size 8      read in small pieces",
    ))
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
        .args(flags::all().map(|flag| flag.arg(protocol, None)))
        .args(flags::common())
}

fn side(protocol: Protocol, side: Side, about: &'static str, examples: &'static str) -> Command {
    let place = match (side, protocol) {
        (Side::Server, _) => address(protocol, "Where to listen", "; port 0 takes a free one"),
        (Side::Client, Protocol::Tcp) => address(protocol, "Whom to call", ""),
        (Side::Client, Protocol::Udp) => address(protocol, "Where to send", ""),
        (Side::Client, Protocol::Http) => url(),
    };
    Command::new(side.word())
        .args_override_self(true)
        .about(about)
        .after_long_help(examples)
        .arg(place)
        .args(flags::all().map(|flag| flag.arg(protocol, Some(side))))
        .args(flags::common())
}

fn both(protocol: Protocol, about: &'static str, examples: &'static str) -> Command {
    Command::new("both")
        .args_override_self(true)
        .about(about)
        .after_long_help(examples)
        .arg(address(protocol, "Where to meet", ""))
        .args(flags::all().map(|flag| flag.arg(protocol, None)))
        .args(flags::common())
}

fn address(protocol: Protocol, verb: &str, zero: &str) -> Arg {
    Arg::new("address").value_name("ADDRESS").help(format!(
        "{verb}: HOST:PORT, HOST, :PORT, PORT or [IPV6]:PORT{zero} [default: 127.0.0.1:{}]",
        protocol.default_port()
    ))
}

fn url() -> Arg {
    Arg::new("address").value_name("URL").help(format!(
        "What to ask for: http://HOST:PORT/PATH or HOST:PORT/PATH, or parts of it [default: \
         127.0.0.1:{}/]",
        Protocol::Http.default_port()
    ))
}
