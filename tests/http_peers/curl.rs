//! curl against our server.

use std::fs;

use serde_json::Value;

use crate::ours::{Server, without_date};
use crate::programs::{Ran, has, run};
use crate::pty;

fn curl(words: &[&str], input: &[u8]) -> Ran {
    let all = ["-sS", "--noproxy", "*", "--max-time", "15", "-A", "tester"];
    run("curl", &[&all, words].concat(), input)
}

/// Every byte there is, twice, with line ends and an empty line in the middle.
fn bytes() -> Vec<u8> {
    let all: Vec<u8> = (0..=255).collect();
    [&all[..], b"\r\n\r\n", &all].concat()
}

#[test]
fn curl_sends_what_is_shown_and_gets_what_is_told_to_be_sent() {
    if !has("curl") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, bytes()).unwrap();
    let file = file.to_str().unwrap();
    let data = format!("@{file}");
    let chunked = "Transfer-Encoding: chunked";
    let hundred = "Expect: 100-continue";
    let piped = [b"204\r\n", &bytes()[..], b"\r\n0\r\n\r\n"].concat();
    // What is asked for, and how the request ends: with its body.
    let cases: [(&[&str], &str, &[u8]); 10] = [
        (&["-i"], "GET /x 0", b"\r\n\r\n"),
        (&["-I"], "HEAD /x 0", b"\r\n\r\n"),
        (&["-i", "--http1.0"], "GET /x 0", b"\r\n\r\n"),
        (&["-i", "-T", file], "PUT /x 516", &bytes()),
        (&["-i", "--data-binary", &data], "POST /x 516", &bytes()),
        (&["-i", "-T", "-"], "PUT /x 516", &piped),
        (
            &["-i", "-H", chunked, "--data-binary", &data],
            "POST /x 516",
            &piped,
        ),
        (
            &["-i", "-H", hundred, "--data-binary", &data],
            "POST /x 516",
            &bytes(),
        ),
        (
            &["-i", "-H", hundred, "--http1.0", "-T", file],
            "PUT /x 516",
            &bytes(),
        ),
        (
            &["-i", "-X", "BREW", "-d", "tea"],
            "BREW /x 3",
            b"\r\n\r\ntea",
        ),
    ];
    let server = Server::start("--echo");
    let url = server.url("/x");
    let printed =
        cases.map(|(words, ..)| curl(&[words, &[url.as_str()]].concat(), &bytes()).well());
    let host = format!("Host: {}", server.address);
    let told = server.stop();
    assert_eq!(told.asked(), cases.map(|(_, asked, _)| asked));
    assert_eq!(told.count("malformed"), 0, "{:#?}", told.events);
    for (n, ((words, _, tail), printed)) in cases.iter().zip(&printed).enumerate() {
        let conn = n as u64 + 1;
        let request = told.bytes("received", conn);
        assert!(request.ends_with(tail), "{words:?}");
        // curl prints the interim answer as well.
        assert_eq!(printed, &told.bytes("sent", conn), "{words:?}");
        if words[0] != "-I" {
            assert!(printed.ends_with(&request), "{words:?}: the echo is exact");
        }
        let expects = words.contains(&hundred) && !words.contains(&"--http1.0");
        let interim = printed.starts_with(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n");
        assert!(interim || !expects, "{words:?}");
    }
    let plain = format!("GET /x HTTP/1.1\r\n{host}\r\nUser-Agent: tester\r\nAccept: */*\r\n\r\n");
    assert_eq!(told.bytes("received", 1), plain.as_bytes());
    let head = format!(
        "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Type: text/plain; charset=utf-8\r\n\
         Content-Length: {}\r\n\r\n",
        plain.len()
    );
    assert_eq!(without_date(&printed[0]), head.clone() + &plain);
    // The same but for the longer method, and no body.
    let longer = head.replace(&plain.len().to_string(), &(plain.len() + 1).to_string());
    assert_eq!(without_date(&printed[1]), longer);
    let old = plain.replace("HTTP/1.1", "HTTP/1.0");
    let closing = head.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    assert_eq!(without_date(&printed[2]), closing + &old);
}

#[test]
fn curl_asks_for_several_urls_over_one_connection_unless_it_is_closed() {
    if !has("curl") {
        return;
    }
    for (flags, opened) in [("--echo", 1), ("--echo --close", 3)] {
        let server = Server::start(flags);
        let urls = ["/a", "/b", "/c"].map(|path| server.url(path));
        let got = curl(&[&urls[0], &urls[1], &urls[2]], b"").text();
        let told = server.stop();
        assert_eq!(told.asked(), ["GET /a 0", "GET /b 0", "GET /c 0"]);
        assert_eq!(told.count("opened"), opened, "{flags}");
        let received: Vec<u8> = (1..=3).flat_map(|n| told.bytes("received", n)).collect();
        assert_eq!(got.as_bytes(), received, "{flags}");
    }
}

#[test]
fn curl_asks_before_it_sends_a_large_body_and_is_told_yes_or_no() {
    if !has("curl") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("large");
    let path = file.to_str().unwrap();
    let server = Server::start("");
    let url = server.url("/");
    let out = dir.path().join("out");
    let words = [
        "-H",
        "Expect: 100-continue",
        "-o",
        out.to_str().unwrap(),
        "-w",
    ];
    let words = [
        &words[..],
        &["%{http_code} %{size_upload}", "-T", path, &url],
    ]
    .concat();
    let upload = |len: u64| {
        fs::write(&file, "all of it ".repeat(150_000)).unwrap();
        let large = fs::File::options().append(true).open(&file).unwrap();
        large.set_len(len).unwrap();
        curl(&words, b"").text()
    };
    assert_eq!(upload(1_500_000), "200 1500000");
    assert_eq!(upload(100_000_000), "413 0");
    let page = fs::read_to_string(&out).unwrap();
    assert!(page.starts_with("413 Content Too Large\n"), "{page}");
    let told = server.stop();
    // curl adds the name of the file.
    assert_eq!(told.asked(), ["PUT /large 1500000"]);
    assert!(
        told.bytes("sent", 1)
            .starts_with(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")
    );
    assert_eq!(told.count("malformed"), 1);
}

#[test]
fn curl_that_speaks_tls_or_http_2_is_recognised_and_the_next_one_served() {
    if !has("curl") {
        return;
    }
    let server = Server::start("");
    let url = server.url("/");
    let secret = curl(&["-k", &url.replace("http:", "https:")], b"");
    assert!(!secret.status.success());
    // A curl without HTTP/2 refuses by itself.
    let modern = curl(&["--http2-prior-knowledge", &url], b"");
    assert!(!modern.status.success());
    let upgrade = curl(
        &["--http2", "-o", "/dev/null", "-w", "%{http_version}", &url],
        b"",
    );
    let upgrades = upgrade.status.success();
    assert!(!upgrades || upgrade.out == b"1.1", "{upgrade:?}");
    assert!(curl(&[&url], b"").text().contains("It works!"));
    let told = server.stop();
    let why = |event: &Value| event["why"].as_str().unwrap_or_default().to_owned();
    let refused: Vec<String> = told.all("malformed").map(why).collect();
    assert!(refused[0].contains("use http:// instead"), "{refused:?}");
    if upgrades {
        assert!(refused[1].contains("speaks HTTP/2"), "{refused:?}");
    }
}

#[test]
fn the_screen_shows_what_curl_sends() {
    if !has("curl") {
        return;
    }
    let mut screen = pty::netplay("http server 127.0.0.1:0 --echo").open();
    let url = format!("http://127.0.0.1:{}", screen.port("http://127.0.0.1:"));
    let echoed = curl(&[&format!("{url}/first?a=%20b")], b"").text();
    screen.shows("GET     /first?a=%20b");
    for line in echoed.lines().take(4) {
        screen.shows(&format!(" {line}␍␊"));
    }
    curl(&["-T", "-", &format!("{url}/second")], b"piped in").well();
    screen.shows("PUT     /second");
    for line in ["Transfer-Encoding: chunked␍␊", "piped in␍␊"] {
        screen.shows(line);
    }
    screen.shows("2 requests");
    screen.quits();
}
