//! The command line as a contract: what each form means, by the library; what wrong usage says and
//! which code it ends with, by the binary.

use std::process::{Command, Stdio};
use std::time::Duration;

use netplay::cli;
use netplay::model::http::{Answer, Asking, HEADLESS_PATIENCE, PATIENCE, Serving};
use netplay::model::launch::{Format, HeadlessLaunch, Launch, Looks, ScreenLaunch, ThemeName};
use netplay::model::settings::Settings;
use netplay::model::spec::{DEFAULT_HISTORY, Newline, Protocol, Scene, Side, Spec};

fn words(line: &str) -> Vec<String> {
    let mut words = vec!["netplay".to_owned()];
    words.extend(line.split_whitespace().map(str::to_owned));
    words
}

fn launch(line: &str) -> Launch {
    cli::parse(words(line), false).unwrap_or_else(|error| panic!("`netplay {line}`: {error}"))
}

fn screen(line: &str) -> ScreenLaunch {
    match launch(line) {
        Launch::Screen(screen) => *screen,
        other => panic!("`netplay {line}` gives {other:?}"),
    }
}

fn headless(line: &str) -> HeadlessLaunch {
    match launch(line) {
        Launch::Headless(headless) => *headless,
        other => panic!("`netplay {line}` gives {other:?}"),
    }
}

/// The addresses preset for server and client.
fn addresses(line: &str) -> [String; 2] {
    screen(line).presets.map(|spec| spec.address.to_string())
}

/// The spec that runs, from one side without a screen.
fn spec(line: &str) -> Spec {
    headless(&format!("{line} --headless")).spec
}

#[test]
fn without_anything_the_tcp_tab_opens_with_every_default() {
    assert_eq!(
        screen(""),
        ScreenLaunch {
            tab: Protocol::Tcp,
            presets: Side::ALL.map(|side| Spec::new(Protocol::Tcp, side)),
            defaults: Settings::default(),
            start: [false, false],
            newline: Newline::None,
            history: DEFAULT_HISTORY,
            looks: Looks {
                theme: ThemeName::Dark,
                ascii: false
            },
        }
    );
}

#[test]
fn protocol_and_side_choose_the_tab_and_what_starts() {
    for (line, tab, start) in [
        ("tcp", Protocol::Tcp, [false, false]),
        ("udp", Protocol::Udp, [false, false]),
        ("http", Protocol::Http, [false, false]),
        ("tcp server", Protocol::Tcp, [true, false]),
        ("tcp client", Protocol::Tcp, [false, true]),
        ("tcp both", Protocol::Tcp, [true, true]),
        ("udp server", Protocol::Udp, [true, false]),
        ("udp client", Protocol::Udp, [false, true]),
        ("udp both", Protocol::Udp, [true, true]),
        ("http server", Protocol::Http, [true, false]),
        ("http client", Protocol::Http, [false, true]),
        ("http both", Protocol::Http, [true, true]),
    ] {
        let launch = screen(line);
        assert_eq!((launch.tab, launch.start), (tab, start), "{line}");
        for (spec, side) in launch.presets.iter().zip(Side::ALL) {
            assert_eq!((spec.protocol, spec.side), (tab, side), "{line}");
        }
    }
}

#[test]
fn every_form_of_an_address_is_read_and_presets_the_other_side() {
    for (line, server, client) in [
        ("tcp server", "127.0.0.1:23456", "127.0.0.1:23456"),
        ("udp client", "127.0.0.1:23457", "127.0.0.1:23457"),
        ("http", "127.0.0.1:8080", "127.0.0.1:8080"),
        ("tcp server 8000", "127.0.0.1:8000", "127.0.0.1:8000"),
        ("tcp server :8000", "127.0.0.1:8000", "127.0.0.1:8000"),
        ("tcp server localhost", "localhost:23456", "localhost:23456"),
        ("tcp server [::1]:80", "[::1]:80", "[::1]:80"),
        ("tcp server ::1", "[::1]:23456", "[::1]:23456"),
        ("tcp server 0.0.0.0:80", "0.0.0.0:80", "127.0.0.1:80"),
        ("udp both [::]:80", "[::]:80", "[::1]:80"),
        ("tcp both 0.0.0.0", "0.0.0.0:23456", "127.0.0.1:23456"),
        ("tcp both :0", "127.0.0.1:0", "127.0.0.1:0"),
        ("tcp client localhost:80", "localhost:80", "localhost:80"),
        ("tcp client 127.0.0.2:80", "127.0.0.2:80", "127.0.0.2:80"),
        ("tcp client a.example:80", "127.0.0.1:80", "a.example:80"),
        ("udp client 10.0.0.7:80", "127.0.0.1:80", "10.0.0.7:80"),
        // What cannot be dialled stays as asked: the session says why it fails.
        ("tcp client 0.0.0.0:80", "127.0.0.1:80", "0.0.0.0:80"),
        ("http server 0.0.0.0", "0.0.0.0:8080", "127.0.0.1:8080"),
        ("http client", "127.0.0.1:8080", "127.0.0.1:8080"),
        ("http client localhost", "localhost:8080", "localhost:8080"),
        ("http client 8000/x", "127.0.0.1:8000", "127.0.0.1:8000"),
        ("http client http://a/x", "127.0.0.1:80", "a:80"),
        ("http client http://[::1]:9", "[::1]:9", "[::1]:9"),
        ("http both [::]:9", "[::]:9", "[::1]:9"),
        ("tcp --hello", "127.0.0.1:12345", "127.0.0.1:12345"),
        ("udp server --hello", "127.0.0.1:12345", "127.0.0.1:12345"),
        ("tcp client a --hello", "127.0.0.1:12345", "a:12345"),
        ("tcp both :99 --hello", "127.0.0.1:99", "127.0.0.1:99"),
    ] {
        assert_eq!(addresses(line), [server, client], "{line}");
    }
}

#[test]
fn options_of_a_session_reach_its_spec() {
    let server = Spec::new(Protocol::Tcp, Side::Server);
    let client = Spec::new(Protocol::Tcp, Side::Client);
    for (line, want) in [
        ("tcp server", server.clone()),
        (
            "tcp server --echo",
            Spec {
                scene: Scene::Echo,
                ..server.clone()
            },
        ),
        (
            "tcp server --reply pong",
            Spec {
                scene: Scene::Reply("pong".into()),
                ..server.clone()
            },
        ),
        (
            "tcp server --once --backlog 2",
            Spec {
                once: true,
                backlog: Some(2),
                ..server.clone()
            },
        ),
        (
            "tcp server --turns --keep-open",
            Spec {
                turns: true,
                keep_open: true,
                ..server.clone()
            },
        ),
        (
            "tcp server --recv-size 1",
            Spec {
                recv_size: 1,
                ..server.clone()
            },
        ),
        (
            "tcp server --recv-size 16MiB",
            Spec {
                recv_size: 16 << 20,
                ..server
            },
        ),
        (
            "tcp client --say a --say=--b --say -c",
            Spec {
                say: vec!["a".into(), "--b".into(), "-c".into()],
                ..client.clone()
            },
        ),
        (
            "tcp --send a client --send b --say c --send=-d",
            Spec {
                say: vec!["c".into()],
                files: vec!["a".into(), "b".into(), "-d".into()],
                ..client.clone()
            },
        ),
        (
            "tcp client --wait",
            Spec {
                wait: true,
                ..client
            },
        ),
    ] {
        assert_eq!(spec(line), want, "{line}");
    }
    assert_eq!(spec("tcp client --hello").scene, Scene::Hello);
    assert_eq!(spec("udp server --hello").scene, Scene::Hello);
}

#[test]
fn options_of_an_http_server_reach_its_spec() {
    let usual = Serving::default();
    let second = Duration::from_secs(1);
    for (options, want) in [
        ("", usual.clone()),
        (
            "--echo --close",
            Serving {
                answer: Answer::Echo,
                close: true,
                ..usual.clone()
            },
        ),
        (
            "--page a/b.html --status 503",
            Serving {
                answer: Answer::Page("a/b.html".into()),
                status: Some(503),
                ..usual.clone()
            },
        ),
        (
            "--dir site --one-at-a-time",
            Serving {
                answer: Answer::Dir("site".into()),
                one_at_a_time: true,
                ..usual.clone()
            },
        ),
        (
            "--header A:1 --header=B: -H c:d:e",
            Serving {
                fields: fields(&[("A", "1"), ("B", ""), ("c", "d:e")]),
                ..usual.clone()
            },
        ),
        (
            "--delay 1s --patience 60s",
            Serving {
                delay: second,
                patience: second * 60,
                ..usual
            },
        ),
    ] {
        let spec = spec(&format!("http server {options}"));
        assert_eq!(spec.serving, want, "{options}");
        assert_eq!((spec.scene, spec.once), (Scene::Chat, false), "{options}");
    }
    let spec = spec("http server --once --backlog 1 --recv-size 9");
    assert_eq!(
        (spec.once, spec.backlog, spec.recv_size),
        (true, Some(1), 9)
    );
}

fn fields(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    fields.iter().map(owned).collect()
}

#[test]
fn options_of_an_http_client_reach_its_spec() {
    let usual = Asking {
        patience: HEADLESS_PATIENCE,
        ..Asking::default()
    };
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    for (options, want) in [
        ("", usual.clone()),
        (
            "http://a/x?y=z#w",
            Asking {
                target: "/x?y=z".into(),
                ..usual.clone()
            },
        ),
        (
            "-X OPTIONS -H A:1 -HB:2 --close --patience 200ms",
            Asking {
                method: "OPTIONS".into(),
                fields: fields(&[("A", "1"), ("B", "2")]),
                close: true,
                patience: Duration::from_millis(200),
                ..usual.clone()
            },
        ),
        (
            "-d a=1 -d -b -H A:1",
            Asking {
                method: "POST".into(),
                fields: fields(&[form, ("A", "1")]),
                body: "a=1&-b".into(),
                ..usual.clone()
            },
        ),
        (
            "-d {} -X PUT -H content-type:application/json",
            Asking {
                method: "PUT".into(),
                fields: fields(&[("content-type", "application/json")]),
                body: "{}".into(),
                ..usual
            },
        ),
    ] {
        let spec = spec(&format!("http client {options}"));
        assert_eq!(spec.asking, want, "{options}");
        assert!(spec.once, "without a screen there is one answer");
    }
    let [server, client] = screen("http client a/x --close").presets;
    assert_eq!((client.asking.patience, client.once), (PATIENCE, false));
    assert_eq!(client.asking.target, "/x");
    assert!(client.asking.close && !server.serving.close);
    let [server, client] = screen("http both -H A:1 --echo -X PUT").presets;
    assert_eq!(server.serving.fields, client.asking.fields);
    assert_eq!(server.serving.answer, Answer::Echo);
    assert_eq!(client.asking.method, "PUT");
}

#[test]
fn a_value_of_a_header_field_may_hold_blanks() {
    let line = ["netplay", "http", "client", "--json", "-H", "A:  b c "];
    match cli::parse(line, false) {
        Ok(Launch::Headless(launch)) => {
            assert_eq!(launch.spec.asking.fields, fields(&[("A", "b c")]));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_line_ending_is_added_to_what_the_command_line_says_too() {
    assert_eq!(spec("tcp client --say a --newline lf").say, ["a\n"]);
    assert_eq!(
        spec("udp server --reply a --newline crlf").scene,
        Scene::Reply("a\r\n".into())
    );
    assert_eq!(
        headless("tcp client --json --newline crlf").newline,
        Newline::CrLf
    );
    assert_eq!(screen("tcp --newline lf").newline, Newline::Lf);
}

#[test]
fn an_empty_text_is_an_empty_datagram_and_a_line_of_its_own() {
    for (words, say) in [
        (&["udp", "client", "--say", ""][..], &b""[..]),
        (&["tcp", "client", "--say", "", "--newline", "lf"], b"\n"),
    ] {
        let line = ["netplay", "--headless"].iter().chain(words);
        match cli::parse(line, false) {
            Ok(Launch::Headless(launch)) => assert_eq!(launch.spec.say, [say], "{words:?}"),
            other => panic!("{words:?}: {other:?}"),
        }
    }
}

#[cfg(unix)]
#[test]
fn a_text_that_is_not_utf8_is_sent_as_it_is() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let line = ["netplay", "udp", "client", "--json", "--say"]
        .map(OsStr::new)
        .into_iter()
        .chain([OsStr::from_bytes(b"\xff\x00")]);
    match cli::parse(line, false) {
        Ok(Launch::Headless(launch)) => assert_eq!(launch.spec.say, [&b"\xff\x00"[..]]),
        other => panic!("{other:?}"),
    }
}

#[test]
fn options_may_stand_at_any_level_and_the_innermost_wins() {
    let want = headless("tcp server --headless --recv-size 8 --echo");
    for line in [
        "--headless tcp server --recv-size 8 --echo",
        "tcp --headless --recv-size 8 server --echo",
        "tcp --echo --recv-size 9 server --recv-size 8 --headless",
        "--headless tcp --headless server --recv-size 1 --recv-size 8 --echo --headless",
    ] {
        assert_eq!(headless(line), want, "{line}");
    }
    assert_eq!(
        spec("tcp --say a client --say b --say c").say,
        ["a", "b", "c"]
    );
    assert_eq!(
        headless("--headless tcp server --json").format,
        Format::Json
    );
}

#[test]
fn conventions_of_a_conversation_preset_both_sides_and_the_rest_one() {
    let [server, client] = screen("tcp server --turns --recv-size 8 --once --keep-open").presets;
    assert!(server.turns && client.turns);
    assert_eq!((server.recv_size, client.recv_size), (8, 4096));
    assert!(server.once && server.keep_open && !client.once && !client.keep_open);

    let [server, client] = screen("udp --recv-size 8 --echo --say hi").presets;
    assert_eq!((server.recv_size, client.recv_size), (8, 8));
    assert_eq!((server.scene, client.scene), (Scene::Echo, Scene::Chat));
    assert_eq!((server.say, client.say), (vec![], vec!["hi".into()]));

    let [server, client] = screen("udp client --hello").presets;
    assert_eq!((server.scene, client.scene), (Scene::Hello, Scene::Hello));
}

#[test]
fn looks_and_history_reach_the_screen() {
    let launch = screen("--theme light tcp --ascii both --history 2MiB");
    assert_eq!(launch.history, 2 << 20);
    assert_eq!(
        launch.looks,
        Looks {
            theme: ThemeName::Light,
            ascii: true
        }
    );
    assert!(headless("tcp server --json --ascii").ascii);
}

#[test]
fn no_color_means_mono_unless_a_theme_is_named() {
    for (line, theme) in [("", ThemeName::Mono), ("--theme dark", ThemeName::Dark)] {
        match cli::parse(words(line), true) {
            Ok(Launch::Screen(launch)) => assert_eq!(launch.looks.theme, theme, "{line}"),
            other => panic!("{line}: {other:?}"),
        }
    }
}

#[test]
fn the_definition_of_the_command_line_is_sound() {
    cli::command().debug_assert();
}

/// Runs the binary; no terminal, no input.
fn run(line: &str) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_netplay"))
        .args(line.split_whitespace())
        .env("XDG_CONFIG_HOME", env!("CARGO_TARGET_TMPDIR"))
        .stdin(Stdio::null())
        .output()
        .expect("the binary runs");
    let text = |bytes| String::from_utf8(bytes).expect("help is UTF-8");
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn wrong_usage_ends_with_2_and_says_what_is_wrong() {
    for (line, says) in [
        ("foo", "unrecognized subcommand 'foo'"),
        ("tcp sever", "a similar subcommand exists: 'server'"),
        ("tcp 8080", "'netplay tcp server 8080'"),
        ("udp localhost:80", "'netplay udp client localhost:80'"),
        ("tcp server --sya x", "unexpected argument '--sya'"),
        ("tcp server 70000", "port 70000 does not exist"),
        ("tcp server a:", "the port is missing"),
        ("tcp client http://localhost/", "is a URL"),
        ("tcp server 1 2", "unexpected argument '2'"),
        ("tcp server --recv-size 0", "1 byte at least"),
        ("tcp server --recv-size 17MiB", "16MiB"),
        ("tcp server --recv-size 4KB", "is not a size"),
        ("tcp server --newline cr", "none, lf, crlf"),
        ("--theme blue", "dark, light, high-contrast, mono"),
        ("--history lots", "is not a size"),
        ("tcp server --backlog -1", "-1"),
        ("tcp server --say hi", "--say does not fit a TCP server"),
        ("tcp server --send f", "--send does not fit a TCP server"),
        ("udp server --send f", "--send does not fit a UDP server"),
        ("http client --send f", "--send does not fit an HTTP client"),
        ("udp client --hello --send f", "exclude each other"),
        ("udp client --reply hi", "--reply does not fit a UDP client"),
        ("udp client --echo", "--echo does not fit a UDP client"),
        ("tcp client --once", "--once does not fit a TCP client"),
        (
            "tcp client --backlog 3",
            "--backlog does not fit a TCP client",
        ),
        (
            "udp server --backlog 3",
            "--backlog does not fit a UDP server",
        ),
        ("udp --backlog 3", "--backlog does not fit UDP"),
        ("udp client --wait", "--wait does not fit a UDP client"),
        ("tcp server --wait", "--wait does not fit a TCP server"),
        (
            "udp server --keep-open",
            "--keep-open does not fit a UDP server",
        ),
        ("tcp --say hi server", "--say does not fit a TCP server"),
        ("tcp server --echo --reply a", "exclude each other"),
        ("tcp server --hello --echo", "exclude each other"),
        ("tcp server --hello --reply a", "exclude each other"),
        ("tcp client --hello --say a", "exclude each other"),
        ("tcp client --say=", "--say has no text"),
        ("tcp server --reply=", "--reply has no text"),
        ("--headless", "--headless needs a side"),
        ("tcp --json", "--json needs a side"),
        ("udp both --headless", "--headless runs one side"),
        ("tcp both --json", "--json runs one side"),
        ("http --json", "--json needs a side"),
        ("http both --headless", "--headless runs one side"),
        ("http localhost:80", "'netplay http client localhost:80'"),
        ("http server http://localhost/", "is a URL"),
        ("http client https://localhost/", "https is not spoken here"),
        ("http client ftp://localhost/", "ftp:// is not spoken here"),
        ("http client http://:80/", "a host is missing"),
        ("http client a:70000/x", "port 70000 does not exist"),
        ("http client u@a/x", "a name and password"),
        ("http server --say hi", "--say does not fit an HTTP server"),
        ("http server --hello", "--hello does not fit an HTTP server"),
        ("http client --newline lf", "--newline does not fit"),
        ("http client --turns", "--turns does not fit"),
        ("http client --echo", "--echo does not fit an HTTP client"),
        ("http client --page x", "--page does not fit an HTTP client"),
        ("http client --once", "--once does not fit an HTTP client"),
        (
            "http server -X PUT",
            "--request does not fit an HTTP server",
        ),
        ("http server -d x", "--data does not fit an HTTP server"),
        ("tcp client -H a:b", "--header does not fit a TCP client"),
        ("tcp server --page x", "--page does not fit a TCP server"),
        ("udp client --close", "--close does not fit a UDP client"),
        ("http server --page a --dir b", "exclude each other"),
        ("http server --page a --echo", "exclude each other"),
        ("http server --dir a --echo", "exclude each other"),
        ("http server --status 99", "99 is not in 100..=999"),
        ("http server --delay 2", "is not a time"),
        ("http server --patience 0s", "1ms at least"),
        ("http client --patience 2d", "is not a time"),
        ("http client -H nothing", "a header field reads"),
        ("http client -H :v", "a name belongs before"),
        ("http client -X=", "a value is required"),
    ] {
        let (code, stdout, stderr) = run(line);
        assert_eq!(code, Some(2), "`netplay {line}`: {stderr}");
        assert_eq!(stdout, "", "`netplay {line}`");
        assert!(stderr.contains(says), "`netplay {line}`: {stderr}");
        assert!(stderr.contains("--help"), "`netplay {line}`: {stderr}");
    }
}

#[test]
fn help_is_there_at_every_level_with_examples() {
    for line in [
        "",
        "tcp",
        "tcp server",
        "tcp client",
        "tcp both",
        "udp",
        "udp server",
        "udp client",
        "udp both",
        "http",
        "http server",
        "http client",
        "http both",
        "config",
        "completions",
        "man",
    ] {
        let (code, long, _) = run(&format!("{line} --help"));
        assert_eq!(code, Some(0), "`netplay {line} --help`");
        assert!(long.contains("Examples:\n  netplay "), "{line}: {long}");
        assert!(long.is_ascii(), "{line}: {long}");
        let (code, short, _) = run(&format!("{line} -h"));
        assert_eq!(code, Some(0), "`netplay {line} -h`");
        assert!(short.len() < long.len(), "{line}: {short}");
    }
    let (code, out, _) = run("--version");
    assert_eq!(code, Some(0));
    assert_eq!(out, format!("netplay {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn every_example_of_the_help_pages_is_understood() {
    let mut seen = 0;
    for line in [
        "",
        "tcp",
        "tcp server",
        "tcp client",
        "tcp both",
        "udp",
        "udp server",
        "udp client",
        "udp both",
        "http",
        "http server",
        "http client",
        "http both",
    ] {
        let (_, help, _) = run(&format!("{line} --help"));
        for example in help.lines().filter_map(|l| l.strip_prefix("  netplay")) {
            // Two blanks part the example from what is said about it.
            let (words, _) = example.split_once("  ").unwrap_or((example, ""));
            launch(words);
            seen += 1;
        }
    }
    assert!(seen > 45, "only {seen} examples were found");
}

#[test]
fn a_help_page_shows_only_what_fits() {
    for (line, shown, hidden) in [
        ("tcp server", "--reply", "--say"),
        ("tcp client", "--say", "--reply"),
        ("udp server", "--once", "--backlog"),
        ("udp client", "--newline", "--wait"),
        ("tcp both", "--wait", "--page"),
        ("http server", "--page", "--data"),
        ("http client", "-d, --data", "--page"),
        ("http client", "--patience", "--newline"),
        ("http both", "--one-at-a-time", "--hello"),
    ] {
        let (_, help, _) = run(&format!("{line} -h"));
        assert!(help.contains(shown), "{line}: {help}");
        assert!(!help.contains(hidden), "{line}: {help}");
    }
}
