//! What other programs read of the command line: scripts for shells that complete it, and the
//! manual page. Both are made from the commands that clap knows.

use clap::Command;
use clap_complete::{Shell, generate};
use clap_mangen::{Man, roff};

use super::{flags, pages};

/// The script with which a shell completes the command line. Options that fit nothing at their
/// place are not in it.
pub(super) fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    generate(
        shell,
        &mut visible(&pages::command()),
        "netplay",
        &mut script,
    );
    script
}

/// A command without what its help page hides.
fn visible(command: &Command) -> Command {
    let about = command.get_about().cloned().unwrap_or_default();
    let args = command.get_arguments().filter(|arg| !arg.is_hide_set());
    Command::new(command.get_name().to_owned())
        .about(about)
        .version(env!("CARGO_PKG_VERSION"))
        .disable_version_flag(command.get_version().is_none())
        .disable_help_subcommand(true)
        .args(args.cloned())
        .subcommands(command.get_subcommands().map(visible))
}

/// The forms of the command line.
const FORMS: &str = "netplay [OPTIONS]
netplay [OPTIONS] tcp|udp|http [OPTIONS]
netplay [OPTIONS] tcp|udp|http server|both [OPTIONS] [ADDRESS]
netplay [OPTIONS] tcp|udp client [OPTIONS] [ADDRESS]
netplay [OPTIONS] http client [OPTIONS] [URL]
netplay completions SHELL
netplay man
netplay config [--print]";

/// The parts of the page behind the options: a heading, and paragraphs.
const SECTIONS: [(&str, &[&str]); 4] = [
    (
        "ADDRESSES",
        &[
            "ADDRESS is HOST:PORT, HOST, :PORT, PORT or [IPV6]:PORT. What is left out is \
             127.0.0.1, port 23456 for TCP, 23457 for UDP and 8080 for HTTP. Port 0 lets the \
             system choose. URL is http://HOST:PORT/PATH or HOST:PORT/PATH, or parts of it.",
        ],
    ),
    (
        "FILES",
        &[
            "The configuration is config.toml in a folder netplay: below $XDG_CONFIG_HOME or \
             ~/.config, on macOS below ~/Library/Application Support, on Windows below \
             %APPDATA%. `netplay config` tells the place, `netplay config --print` prints every \
             entry with its default.",
        ],
    ),
    (
        "ENVIRONMENT",
        &[
            "NO_COLOR, when it is not empty, asks for the theme mono. LC_ALL, LC_CTYPE and LANG \
             tell whether more than ASCII may be shown.",
        ],
    ),
    (
        "EXIT STATUS",
        &[
            "0 as asked; 1 a network or file failure of the session itself; 2 wrong usage or a \
             wrong configuration; 128 + n when signal n ended the full screen.",
        ],
    ),
];

/// The manual page, in the language of `man`.
pub(super) fn page() -> Vec<u8> {
    let root = pages::command();
    let about = root.get_about().cloned().unwrap_or_default();
    let long = root.get_long_about().cloned().unwrap_or_default();
    // One page for all commands: each option once, with the places that it fits.
    let command = Command::new("netplay")
        .about(about)
        .long_about(long)
        .version(env!("CARGO_PKG_VERSION"))
        .override_usage(FORMS)
        .disable_help_subcommand(true)
        .args(flags::common())
        .args(flags::all().map(flags::Flag::anywhere));
    let man = Man::new(command);
    let mut page = Vec::new();
    // Writing into memory cannot fail.
    let _ = man.render_title(&mut page);
    let _ = man.render_name_section(&mut page);
    let _ = man.render_synopsis_section(&mut page);
    let _ = man.render_description_section(&mut page);
    let mut commands = roff::Roff::new();
    commands.control("SH", ["COMMANDS"]);
    list(&mut commands, "netplay", &root);
    let _ = commands.to_writer(&mut page);
    let _ = man.render_options_section(&mut page);
    let mut rest = roff::Roff::new();
    for (heading, paragraphs) in SECTIONS {
        rest.control("SH", [heading]);
        for text in paragraphs {
            rest.text([roff::roman(*text)]);
            rest.control("PP", []);
        }
    }
    rest.control("SH", ["EXAMPLES"]);
    rest.control("nf", []);
    for line in pages::EXAMPLES.lines() {
        rest.text([roff::roman(line)]);
    }
    rest.control("fi", []);
    let _ = rest.to_writer(&mut page);
    page
}

/// The commands below one, each with its sentence.
fn list(out: &mut roff::Roff, path: &str, command: &Command) {
    for inner in command.get_subcommands() {
        let path = format!("{path} {}", inner.get_name());
        let about = inner.get_about().map(ToString::to_string);
        out.control("TP", []);
        out.text([roff::bold(&path)]);
        out.text([roff::roman(about.unwrap_or_default())]);
        list(out, &path, inner);
    }
}
