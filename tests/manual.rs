//! What other programs read of the command line: completion scripts and the manual page.

#[path = "support/process.rs"]
mod process;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::{Command, Stdio};

use netplay::cli;
use process::{Netplay, command};

/// What the program prints for these words; it must end with 0 and say nothing else.
fn printed(words: &str) -> String {
    let end = Netplay::start_without_input(words).end();
    assert_eq!((end.code, end.stderr.as_str()), (Some(0), ""), "{words}");
    end.lines.join("\n") + "\n"
}

/// All long options of a command and those below it that are shown.
fn options(command: &clap::Command, out: &mut BTreeSet<String>) {
    let shown = command.get_arguments().filter(|arg| !arg.is_hide_set());
    out.extend(shown.filter_map(|arg| arg.get_long().map(str::to_owned)));
    for inner in command.get_subcommands() {
        options(inner, out);
    }
}

#[test]
fn the_manual_page_names_every_option_and_command() {
    let page = printed("man").replace("\\-", "-");
    assert!(page.contains(".TH netplay 1"), "{page}");
    let mut all = BTreeSet::new();
    options(&cli::command(), &mut all);
    assert!(all.len() > 25, "{all:?}");
    for option in all {
        assert!(
            page.contains(&format!("--{option}")),
            "--{option} is not in it"
        );
    }
    for words in [
        "netplay tcp server",
        "netplay http client",
        "netplay config",
        "netplay man",
    ] {
        assert!(page.contains(words), "{words} is not in it");
    }
    for section in ["FILES", "ENVIRONMENT", "EXIT STATUS", "EXAMPLES"] {
        assert!(page.contains(section), "{section} is not in it");
    }
}

#[test]
fn each_shell_has_a_script_with_what_fits() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = printed(&format!("completions {shell}"));
        for word in ["recv-size", "one-at-a-time", "completions", "config"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    let none = Netplay::start_without_input("completions tcsh").end();
    assert_eq!(none.code, Some(2));
    assert!(none.stderr.contains("powershell"), "{}", none.stderr);
}

/// Runs a script in bash; `None`, and a word about it, without bash.
fn bash(words: &[&str], script: &str) -> Option<String> {
    let child = Command::new("bash")
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn();
    let Ok(mut child) = child else {
        eprintln!("skipped: bash is not installed");
        return None;
    };
    let mut input = child.stdin.take().expect("it is piped");
    input.write_all(script.as_bytes()).expect("bash reads it");
    drop(input);
    let output = child.wait_with_output().expect("bash ends");
    assert!(output.status.success(), "bash does not take the script");
    Some(String::from_utf8(output.stdout).expect("options are ASCII"))
}

#[test]
fn bash_takes_its_script_and_offers_what_fits_the_place() {
    let script = printed("completions bash");
    if bash(&["-n"], &script).is_none() {
        return;
    }
    let ask = |words: &str, current: &str| {
        let all: Vec<&str> = words.split_whitespace().chain([current]).collect();
        let (last, before) = (all.len() - 1, all[all.len() - 2]);
        let script = format!(
            "{script}\nCOMP_WORDS=({words} '{current}')\nCOMP_CWORD={last}\n\
             _netplay netplay '{current}' {before}\necho \"${{COMPREPLY[@]}}\"\n"
        );
        bash(&["--norc"], &script).expect("it was there before")
    };
    let offered = ask("netplay tcp client", "--");
    assert!(
        offered.contains("--wait") && offered.contains("--recv-size"),
        "{offered}"
    );
    assert!(
        !offered.contains("--backlog") && !offered.contains("--page"),
        "{offered}"
    );
    assert_eq!(ask("netplay --theme", "m").trim(), "mono");
    assert_eq!(ask("netplay ht", "ht").trim(), "http");
}

#[test]
fn a_closed_stdout_ends_quietly() {
    for words in ["completions bash", "man", "config --print"] {
        let mut command = command(words);
        command.stdin(Stdio::null());
        let mut child = command.spawn().expect("the binary starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(0), "{words}");
        assert!(output.stderr.is_empty(), "{words}");
    }
}
