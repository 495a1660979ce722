//! The configuration: what an entry does, what stands over it, and what is said of one that is
//! wrong; by the library, by the screen, and by the binary.

#[path = "support/process.rs"]
mod process;
#[path = "support/story.rs"]
mod story;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use netplay::app::keymap::{Context, Keymap};
use netplay::cli;
use netplay::config::{self, Config};
use netplay::model::launch::{HeadlessLaunch, Launch, ScreenLaunch, ThemeName};
use netplay::model::settings::{Settings, Source};
use netplay::model::spec::{Newline, Protocol, Side};
use process::{End, Netplay, command};
use story::Story;

fn read(text: &str) -> Config {
    config::parse(text).unwrap_or_else(|problem| panic!("{text:?}: {problem}"))
}

fn launch(text: &str, line: &str, no_color: bool) -> Launch {
    let words = std::iter::once("netplay").chain(line.split_whitespace());
    let line = cli::read(words).expect("it is right");
    line.launch(&read(text).settings, no_color)
        .expect("it is right")
}

fn screen(text: &str, line: &str) -> ScreenLaunch {
    match launch(text, line, false) {
        Launch::Screen(screen) => *screen,
        other => panic!("{line:?} gives {other:?}"),
    }
}

fn headless(text: &str, line: &str) -> HeadlessLaunch {
    match launch(text, &format!("{line} --headless"), false) {
        Launch::Headless(headless) => *headless,
        other => panic!("{line:?} gives {other:?}"),
    }
}

/// The printed configuration with every entry switched on.
fn switched_on() -> String {
    let page = config::page();
    let lines = page.lines().map(|line| match line.strip_prefix('#') {
        Some(entry) if !entry.starts_with(' ') => entry,
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_printed_configuration_is_the_default_one_switched_on_or_off() {
    assert_eq!(read(&config::page()), Config::default());
    let on = switched_on();
    assert_eq!(read(&on).keymap, Keymap::default());
    for line in ["", "tcp both", "udp", "http both"] {
        let with = ScreenLaunch {
            defaults: Settings::default(),
            ..screen(&on, line)
        };
        assert_eq!(with, screen("", line), "{line}");
        for protocol in Protocol::ALL {
            let specs = |text: &str| read(text).settings.specs(protocol);
            assert_eq!(specs(&on), specs(""));
        }
    }
    for line in ["tcp client", "udp server", "http server"] {
        assert_eq!(headless(&on, line), headless("", line), "{line}");
    }
}

#[test]
fn every_entry_counts_and_the_command_line_counts_more() {
    let text = r#"
        theme = "light"
        ascii = true
        history = "1MiB"
        recv-size = 8
        newline = "crlf"
        [http]
        patience = "5s"
    "#;
    let with = screen(text, "tcp");
    assert_eq!(with.looks.theme, ThemeName::Light);
    assert!(with.looks.ascii);
    assert_eq!(with.history, 1 << 20);
    assert_eq!(with.newline, Newline::CrLf);
    assert_eq!(with.presets.map(|spec| spec.recv_size), [8, 8]);
    let over = screen(
        text,
        "tcp server --theme dark --history 2MiB --recv-size 9 --newline lf",
    );
    assert_eq!(over.looks.theme, ThemeName::Dark);
    assert_eq!(over.history, 2 << 20);
    assert_eq!(over.newline, Newline::Lf);
    assert_eq!(over.presets.map(|spec| spec.recv_size), [9, 8]);
    let patience = |line| headless(text, line).spec.asking.patience;
    assert_eq!(patience("http client"), Duration::from_secs(5));
    assert_eq!(
        patience("http client --patience 7s"),
        Duration::from_secs(7)
    );
    let server = headless(text, "http server").spec;
    assert_eq!(server.serving.patience, Duration::from_secs(5));
    let says = headless(text, "tcp client --say hi");
    assert_eq!(says.spec.say, ["hi\r\n"]);
    assert_eq!(says.newline, Newline::CrLf);
}

#[test]
fn no_colours_in_the_environment_are_stronger_than_a_configured_theme() {
    for (line, theme) in [("", ThemeName::Mono), ("--theme light", ThemeName::Light)] {
        let Launch::Screen(screen) = launch("theme = \"dark\"", line, true) else {
            panic!("{line:?} opens no screen");
        };
        assert_eq!(screen.looks.theme, theme, "{line:?}");
    }
}

#[test]
fn addresses_count_where_the_command_line_has_none() {
    let text = r#"
        [tcp]
        server = "0.0.0.0:9000"
        [udp]
        client = "10.0.0.7:9001"
        [http]
        server = ":9002"
        client = "http://a.example/x"
    "#;
    for (line, server, client) in [
        ("", "0.0.0.0:9000", "127.0.0.1:9000"),
        ("tcp both", "0.0.0.0:9000", "127.0.0.1:9000"),
        ("tcp server :1", "127.0.0.1:1", "127.0.0.1:1"),
        ("tcp client a:1", "127.0.0.1:1", "a:1"),
        ("tcp --hello", "127.0.0.1:12345", "127.0.0.1:12345"),
        ("udp client", "127.0.0.1:9001", "10.0.0.7:9001"),
        ("http client", "127.0.0.1:9002", "a.example:80"),
        ("http both :1", "127.0.0.1:1", "127.0.0.1:1"),
    ] {
        let addresses = screen(text, line).presets.map(|s| s.address.to_string());
        assert_eq!(addresses, [server, client], "{line}");
    }
    let target = |line| headless(text, line).spec.asking.target;
    assert_eq!(target("http client"), "/x");
    assert_eq!(target("http client :1"), "/");
    // The tabs behind have theirs, too.
    let story = Story::with(screen(text, ""), (80, 24));
    let form = |protocol, side| story.app.get(protocol).get(side).form.address();
    let address = |protocol, side| form(protocol, side).expect("it can be read").to_string();
    assert_eq!(address(Protocol::Udp, Side::Client), "10.0.0.7:9001");
    assert_eq!(address(Protocol::Http, Side::Client), "a.example:80");
}

#[test]
fn the_command_for_another_terminal_is_right_whatever_is_configured_there() {
    let hint = |text| Story::with(screen(text, ""), (80, 24)).draw().text();
    assert!(hint("").contains("netplay tcp client   or"));
    let text = "[tcp]\nserver = \"23456\"\nclient = \"10.0.0.7:5000\"";
    let shown = hint(text);
    assert!(shown.contains("netplay tcp client 23456   or"), "{shown}");
}

#[test]
fn what_is_wrong_is_said_with_its_line_and_what_would_be_right() {
    for (text, line, words) in [
        (
            "\n\nthem = \"dark\"",
            3,
            "unknown entry `them`; did you mean `theme`?",
        ),
        (
            "colour = 1",
            1,
            "unknown entry `colour`; `netplay config --print`",
        ),
        ("[keyz]", 1, "unknown entry `keyz`; did you mean `keys`?"),
        (
            "[tcp]\nserve = \"1\"",
            2,
            "unknown entry `serve`; did you mean `server`?",
        ),
        (
            "[udp]\ntheme = \"dark\"",
            2,
            "`theme` belongs in front of the first [section]",
        ),
        (
            "patience = \"1s\"",
            1,
            "`patience` belongs into a section, such as [http]",
        ),
        ("tcp = 1", 1, "`tcp` is a section; write [tcp]"),
        ("theme = \"drak\"", 1, "`drak` is not one of dark, light"),
        ("theme = \"drak\"", 1, "did you mean `dark`?"),
        (
            "theme = 7",
            1,
            "`theme`: write text in quotes, such as \"dark\"",
        ),
        ("ascii = \"yes\"", 1, "`ascii`: write true or false"),
        ("history = 1.5", 1, "`history`: write a number of bytes"),
        ("history = \"4 megs\"", 1, "KiB, MiB or GiB"),
        ("recv-size = 0", 1, "1 byte at least"),
        ("recv-size = -1", 1, "is not a size"),
        (
            "newline = \"cr\"",
            1,
            "`newline`: `cr` is not one of none, lf or crlf",
        ),
        (
            "[tcp]\nserver = \"h:99999\"",
            2,
            "`server`: port 99999 does not exist",
        ),
        (
            "[http]\nclient = \"https://a/\"",
            2,
            "https is not spoken here",
        ),
        ("[http]\npatience = \"0s\"", 2, "1ms at least"),
        (
            "[keys]\nfolow = \"f\"",
            2,
            "unknown action `folow`; did you mean `follow`?",
        ),
        ("[keys]\nfollow = \"FF\"", 2, "no key is called `FF`"),
        ("[keys]\nfollow = [\n\"F2\",\n\"alt+f\"\n]", 4, "Alt as Esc"),
        (
            "[keys]\nfollow = 1",
            2,
            "write text in quotes, such as \"F2\"",
        ),
        (
            "[keys]\n\nfollow = \"s\"",
            3,
            "`s` would mean both `follow` and `start-stop` (KEYS",
        ),
        (
            "[keys]\nfollow = \"Esc\"",
            2,
            "Esc, Q and Ctrl+C always lead out",
        ),
        (
            "[keys]\nsend = \"x\"",
            2,
            "it writes text there (TYPE, chat box)",
        ),
        ("theme = \"dark\"\ntheme = \"light\"", 2, "duplicate key"),
        ("theme = dark", 1, ""),
        ("a = \"\x1b[31m", 1, ""),
    ] {
        let problem = config::parse(text).expect_err(text);
        assert_eq!(problem.line, line, "{text:?}: {problem}");
        let said = problem.to_string();
        assert!(said.contains(words), "{text:?}: {said}");
        assert!(!said.contains('\x1b'), "{said:?}");
    }
    assert_eq!(
        config::parse("a = 1\nb = 2").map_err(|problem| problem.line),
        Err(1),
        "the first one is told"
    );
}

#[test]
fn a_mark_of_utf8_and_line_ends_of_windows_do_no_harm() {
    let config = read("\u{feff}# mine\r\ntheme = \"light\"\r\n[keys]\r\nfollow = \"F2\"\r\n");
    assert_eq!(config.settings.theme, Some(ThemeName::Light));
    let problem = config::parse("ascii = true\r\nthem = 1\r\n").expect_err("it is wrong");
    assert_eq!(problem.line, 2);
}

#[test]
fn changed_keys_act_and_are_what_the_screen_names() {
    let text = r#"
        [keys]
        start-both = "F5"
        start-client = "F6"
        start = ["Ctrl+R", "Enter"]
        back = "F10"
        help = "F1"
        follow = []
    "#;
    let mut story = Story::with(screen("", ""), (100, 24));
    story.app.keymap = read(text).keymap;
    let shown = story.draw().text();
    for words in ["Ctrl+R  ", "F6  ", "F5  ", "F5 both", "F1 help  F10 quit"] {
        assert!(shown.contains(words), "{words}:\n{shown}");
    }
    story.update(netplay::app::Message::Key(
        crossterm::event::KeyEvent::from(crossterm::event::KeyCode::F(1)),
    ));
    assert_eq!(story.app.context(), Context::HelpPage);
    let help = story.draw().text();
    assert!(help.contains("F1 all keys"), "{help}");
    assert!(help.contains("Ctrl+R Enter"), "{help}");
    assert!(!help.contains("follow"), "{help}");
}

/// A configuration in a place of its own, as `--config` takes it, and as a home would have it.
struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    fn of(text: impl AsRef<[u8]>) -> Home {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("netplay")).expect("a folder");
        let home = Home { folder };
        fs::write(home.file(), text).expect("a file");
        home
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn file(&self) -> PathBuf {
        self.path().join("netplay").join("config.toml")
    }
}

fn end(mut command: Command, home: &Path) -> End {
    command.env("XDG_CONFIG_HOME", home);
    let mut netplay = Netplay::of(command);
    netplay.end_input();
    netplay.end()
}

#[cfg(target_os = "linux")]
#[test]
fn a_broken_file_in_the_usual_place_starts_nothing_and_says_how_to_go_on() {
    let home = Home::of("theme = \"dark\"\nthem = \"light\"\n");
    for words in ["tcp server :0 --json", "", "udp client --headless"] {
        let end = end(command(words), home.path());
        assert_eq!(end.code, Some(2), "{words}");
        assert!(end.lines.is_empty(), "{:?}", end.lines);
        let file = home.file();
        let line = format!("netplay: {}, line 2: unknown entry `them`", file.display());
        assert!(end.stderr.starts_with(&line), "{}", end.stderr);
        let way = "To go on without this file: netplay --config none\n";
        assert!(end.stderr.ends_with(way), "{}", end.stderr);
    }
    let client = end(
        command("tcp client 127.0.0.1:1 --json --config none"),
        home.path(),
    );
    assert_eq!(client.code, Some(1), "{}", client.stderr);
}

#[cfg(target_os = "linux")]
#[test]
fn the_file_in_the_usual_place_counts_without_a_screen_too() {
    let home = Home::of("[tcp]\nserver = \"127.0.0.2:0\"\n");
    let mut command = command("tcp server --json --once");
    command.env("XDG_CONFIG_HOME", home.path());
    let mut server = Netplay::of(command);
    let address = server.address();
    assert_eq!(address.ip().to_string(), "127.0.0.2");
    drop(std::net::TcpStream::connect(address));
    assert_eq!(server.end().code, Some(0));
}

#[test]
fn a_file_that_is_named_must_be_there_and_be_right() {
    let home = Home::of("");
    let missing = home.path().join("missing.toml");
    let bytes = Home::of(b"ascii = true\n\xff");
    let large = Home::of(vec![b'#'; (1 << 20) + 1]);
    let wrong = Home::of("[keys]\nfollow = \"s\"\n");
    for (file, words) in [
        (missing, "cannot be read"),
        (home.path().to_owned(), "cannot be read"),
        (bytes.file(), "line 2: a configuration is text in UTF-8"),
        (large.file(), "is larger than 1 MiB"),
        (
            wrong.file(),
            "line 2: `s` would mean both `follow` and `start-stop`",
        ),
    ] {
        let mut command = command("tcp server :0 --json --config");
        command.arg(&file);
        let end = end(command, home.path());
        assert_eq!(end.code, Some(2), "{words}: {}", end.stderr);
        assert!(end.stderr.contains(words), "{}", end.stderr);
        assert!(!end.stderr.contains("To go on"), "{}", end.stderr);
        assert!(end.lines.is_empty(), "{:?}", end.lines);
    }
}

#[test]
fn the_innermost_config_option_counts_and_none_is_no_file() {
    for (line, source) in [
        ("", Some(Source::Default)),
        ("--config a tcp server", Some(Source::File("a".into()))),
        (
            "--config a tcp --config b server",
            Some(Source::File("b".into())),
        ),
        ("tcp --config none", Some(Source::Nothing)),
        ("--config ./none", Some(Source::File("./none".into()))),
        ("man", None),
        ("config", None),
    ] {
        let words = std::iter::once("netplay").chain(line.split_whitespace());
        assert_eq!(cli::read(words).expect(line).source(), source, "{line}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn config_tells_where_it_is_and_whether_it_can_be_read() {
    let empty = tempfile::tempdir().expect("a folder");
    let told = end(command("config"), empty.path());
    let place = empty.path().join("netplay").join("config.toml");
    assert_eq!(told.code, Some(0));
    assert_eq!(told.lines[0], place.display().to_string());
    assert!(told.lines[1].starts_with("not there"), "{:?}", told.lines);

    let good = Home::of("ascii = true");
    let told = end(command("config"), good.path());
    assert_eq!(told.code, Some(0));
    assert_eq!(told.lines[1], "there, and can be read");

    let broken = Home::of("asci = true");
    let told = end(command("config"), broken.path());
    assert_eq!(told.code, Some(2));
    assert!(
        told.stderr.contains("line 1: unknown entry `asci`"),
        "{}",
        told.stderr
    );
    // What is printed does not depend on what is there.
    let printed = end(command("config --print"), broken.path());
    assert_eq!(printed.code, Some(0));
    assert_eq!(printed.lines.join("\n") + "\n", config::page());
}

#[test]
fn the_example_of_the_readme_is_a_configuration() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(readme).expect("it is part of the repository");
    let (_, rest) = readme.split_once("```toml\n").expect("an example");
    let (example, _) = rest.split_once("```").expect("its end");
    let config = read(example);
    assert_ne!(config.settings, Settings::default());
    assert_ne!(config.keymap, Keymap::default());
}
