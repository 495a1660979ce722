//! A real browser against our server: it asks for more than the page, opens connections in advance
//! and keeps them.

use std::fs;
use std::time::Duration;

use tempfile::TempDir;

use crate::ours::Server;
use crate::programs::{Program, Ran, has, run_with};
use crate::pty;

/// A browser may take long for its first page.
const LIMIT: Duration = Duration::from_secs(30);

const QUIET: [&str; 12] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--disable-extensions",
    "--no-proxy-server",
    "--password-store=basic",
];

/// What keeps a browser's files together.
fn home() -> (TempDir, String) {
    let home = tempfile::tempdir().expect("there is room for a folder");
    let data = format!("--user-data-dir={}", home.path().join("data").display());
    (home, data)
}

/// The page at this URL as it stands when all of it is loaded.
fn dump(url: &str) -> Ran {
    let (home, data) = home();
    let words = [&QUIET[..], &[&data, "--timeout=15000", "--dump-dom", url]].concat();
    let env = [("HOME", home.path().to_str().expect("it is ASCII"))];
    run_with("chromium", &words, &env, b"")
}

/// The request that a page shows, as bytes.
fn shown(page: &str) -> String {
    let (_, rest) = page.split_once("<pre>").expect("a request is shown");
    let (pre, _) = rest.split_once("</pre>").expect("it ends");
    pre.replace("<b>␍␊</b>\n", "\r\n")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

#[test]
fn chromium_shows_exactly_the_request_that_it_sent() {
    if !has("chromium") {
        return;
    }
    let server = Server::start("");
    let page = dump(&server.url("/a?b=<c>&d=\"e\"")).text();
    let told = server.stop();
    let asked = told.asked();
    assert_eq!(asked[0], "GET /a?b=%3Cc%3E&d=%22e%22 0", "{asked:?}");
    let len = told.all("request").next().unwrap()["raw_len"].as_u64();
    let mut request = told.bytes("received", 1);
    request.truncate(usize::try_from(len.unwrap()).unwrap());
    assert_eq!(shown(&page).as_bytes(), request, "{page}");
    assert!(page.contains("<h1>It works!</h1>"), "{page}");
    assert_eq!(told.count("malformed"), 0);
}

const INDEX: &str = r#"<!doctype html><title>site</title>
<link rel="stylesheet" href="look.css"><script src="part/run.js" defer></script>
<p id="text">nothing has run</p><img src="dot.svg?big" onload="this.alt = this.naturalWidth">
"#;
const RUN: &str = r#"
const height = getComputedStyle(document.getElementById("text")).height;
const words = document.getElementById("text");
words.textContent = `it has run, styled to ${height}`;
"#;
const DOT: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" width="37" height="11"><rect width="9" height="9"/></svg>"#;

#[test]
fn chromium_loads_a_page_with_its_style_script_and_picture_from_a_folder() {
    if !has("chromium") {
        return;
    }
    let site = tempfile::tempdir().unwrap();
    fs::create_dir(site.path().join("part")).unwrap();
    fs::write(site.path().join("index.html"), INDEX).unwrap();
    fs::write(site.path().join("look.css"), "p { height: 123px }\n").unwrap();
    fs::write(site.path().join("part/run.js"), RUN).unwrap();
    fs::write(site.path().join("dot.svg"), DOT).unwrap();
    let flags = format!("--dir {}", site.path().display());
    for more in ["", "--close"] {
        let server = Server::start(&format!("{flags} {more}"));
        let page = dump(&server.url("/")).text();
        let told = server.stop();
        let whole = page.contains("it has run, styled to 123px");
        assert!(whole, "{more}: {page}\n{:#?}", told.events);
        assert!(page.contains("alt=\"37\""), "{page}");
        for path in ["/", "/look.css", "/part/run.js", "/dot.svg?big"] {
            let wanted = format!("GET {path} 0");
            assert!(told.asked().contains(&wanted), "{:?}", told.asked());
        }
        assert_eq!(told.count("malformed"), 0);
    }
}

#[test]
fn the_screen_shows_the_page_the_icon_and_the_connection_that_chromium_opens_in_advance() {
    if !has("chromium") {
        return;
    }
    let mut screen = pty::netplay("http server 127.0.0.1:0").size(100, 30).open();
    let url = format!("http://127.0.0.1:{}/page", screen.port("http://127.0.0.1:"));
    let (_home, data) = home();
    // With this it stays, as a browser on a desk does.
    let words = [&QUIET[..], &[&data, "--remote-debugging-port=0", &url]].concat();
    let browser = Program::start("chromium", &words);
    for (what, words) in [
        ("the page", "GET     /page"),
        ("the icon", "GET     /favicon.ico"),
        (
            "a spare connection",
            "nothing sent yet (browsers do this in advance)",
        ),
    ] {
        screen.within(LIMIT, what, |seen| seen.text().contains(words));
    }
    // The browser goes, and with it what it kept open.
    drop(browser);
    screen.within(LIMIT, "all connections are closed", |seen| {
        let text = seen.text();
        text.contains(" 0 open ") && !text.contains("nothing sent yet")
    });
    screen.quits();
}
