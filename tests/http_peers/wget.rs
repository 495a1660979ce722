//! wget against our server: pages, a whole site, and what is not there.

use std::fs;
use std::io;
use std::path::Path;

use crate::ours::Server;
use crate::programs::{Ran, has, run};

fn wget(words: &[&str]) -> Ran {
    let all = [
        "-nv",
        "--no-proxy",
        "--tries=1",
        "--timeout=15",
        "--no-hsts",
    ];
    run("wget", &[&all, words].concat(), b"")
}

const INDEX: &str =
    "<a href=\"next.html\">next</a> <a href=\"part/\">part</a> <img src=\"dot.gif\">\n";

fn write_site(dir: &Path) -> io::Result<()> {
    fs::create_dir(dir.join("part"))?;
    fs::write(dir.join("index.html"), INDEX)?;
    fs::write(
        dir.join("next.html"),
        "<a href=\"large%20one.bin\">large</a>\n",
    )?;
    fs::write(
        dir.join("part/index.html"),
        "<a href=\"../index.html\">up</a>\n",
    )?;
    fs::write(dir.join("dot.gif"), b"GIF89a\x01\x00\x01\x00\x00\xff\x00")?;
    let large: Vec<u8> = (0..700_000_u32).flat_map(u32::to_le_bytes).collect();
    fs::write(dir.join("large one.bin"), large)
}

#[test]
fn wget_copies_a_whole_site_byte_for_byte() {
    if !has("wget") {
        return;
    }
    let site = tempfile::tempdir().unwrap();
    write_site(site.path()).unwrap();
    let copy = tempfile::tempdir().unwrap();
    let server = Server::start(&format!("--dir {}", site.path().display()));
    let into = copy.path().to_str().unwrap();
    let ran = wget(&[
        "-r",
        "-nH",
        "-P",
        into,
        "-e",
        "robots=off",
        &server.url("/"),
    ]);
    let told = server.stop();
    assert!(ran.status.success(), "{}", ran.errors);
    for name in [
        "index.html",
        "next.html",
        "part/index.html",
        "dot.gif",
        "large one.bin",
    ] {
        let read = |dir: &Path| fs::read(dir.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(read(site.path()) == read(copy.path()), "{name}");
    }
    assert_eq!(told.count("opened"), 1, "one connection is kept");
    assert_eq!(told.count("malformed"), 0);
    let mut asked = told.asked();
    asked.sort();
    assert_eq!(
        asked,
        [
            "GET / 0",
            "GET /dot.gif 0",
            "GET /index.html 0",
            "GET /large%20one.bin 0",
            "GET /next.html 0",
            "GET /part/ 0"
        ]
    );
}

#[test]
fn wget_looks_posts_and_is_told_what_is_missing() {
    if !has("wget") {
        return;
    }
    let site = tempfile::tempdir().unwrap();
    write_site(site.path()).unwrap();
    let server = Server::start(&format!("--dir {}", site.path().display()));
    assert_eq!(wget(&["-O", "-", &server.url("/")]).text(), INDEX);
    wget(&["--spider", &server.url("/dot.gif")]).well();
    // By its manual 8 says that the server answered with an error.
    let missing = wget(&["-O", "-", &server.url("/no")]);
    assert_eq!(missing.status.code(), Some(8), "{missing:?}");
    assert!(missing.errors.contains("404"), "{missing:?}");
    let posted = wget(&["-O", "-", "--post-data", "a=b", &server.url("/")]);
    assert_eq!(posted.status.code(), Some(8), "{posted:?}");
    assert!(posted.errors.contains("405"), "{posted:?}");
    let told = server.stop();
    assert_eq!(
        told.asked(),
        ["GET / 0", "HEAD /dot.gif 0", "GET /no 0", "POST / 3"]
    );
    let server = Server::start("");
    let page = wget(&["-O", "-", "--post-data", "a=b", &server.url("/form")]).text();
    assert!(page.contains("POST /form HTTP/1.1<b>␍␊</b>"), "{page}");
    assert!(page.contains("<b>␍␊</b>\na=b</pre>"), "{page}");
    server.stop();
}
