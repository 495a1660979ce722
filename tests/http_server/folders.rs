//! Answers from files: a page, a folder, and that nothing leads out of it.

use std::fs;
use std::path::Path;

use netplay::model::failure::What;
use netplay::model::http::Answer;
use tempfile::TempDir;

use super::peer::{Peer, answering, serve};
use super::support::payload;

/// A folder to serve, beside a secret.
fn site() -> TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    let put = |name: &str, text: &[u8]| {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    put("secret.txt", b"SECRET");
    put("site2/x.txt", b"SECRET");
    put("site/index.html", b"<p>home");
    put("site/a b.txt", b"blank");
    put("site/%41.txt", b"percent");
    put("site/empty.css", b"");
    put("site/.hidden", b"dot");
    put("site/sub/index.html", b"<p>sub");
    put("site/sub/page.js", b"js");
    put("site/bare/x.bin", b"\x00\xff");
    put("site/big.bin", &vec![b'x'; 1 << 20]);
    dir
}

fn folder(dir: &TempDir) -> Answer {
    Answer::Dir(dir.path().join("site"))
}

#[tokio::test]
async fn a_folder_answers_with_its_files_and_their_types() {
    let dir = site();
    let (_watch, address) = serve(answering(folder(&dir))).await;
    let mut peer = Peer::connect(address).await;
    for (target, kind, body) in [
        ("/", "text/html; charset=utf-8", &b"<p>home"[..]),
        ("/index.html", "text/html; charset=utf-8", b"<p>home"),
        ("/?q=1", "text/html; charset=utf-8", b"<p>home"),
        (
            "http://a/index.html",
            "text/html; charset=utf-8",
            b"<p>home",
        ),
        ("//index.html", "text/html; charset=utf-8", b"<p>home"),
        ("/./index.html", "text/html; charset=utf-8", b"<p>home"),
        ("/a%20b.txt", "text/plain; charset=utf-8", b"blank"),
        ("/%2541.txt", "text/plain; charset=utf-8", b"percent"),
        ("/empty.css?x", "text/css; charset=utf-8", b""),
        ("/.hidden", "application/octet-stream", b"dot"),
        ("/sub/", "text/html; charset=utf-8", b"<p>sub"),
        ("/sub/page.js#x", "text/javascript; charset=utf-8", b"js"),
        ("/bare/x.bin", "application/octet-stream", b"\x00\xff"),
    ] {
        let got = peer.get(target).await;
        assert_eq!((got.status(), &got.body[..]), (200, body), "{target}");
        assert_eq!(got.field("Content-Type").unwrap(), kind, "{target}");
        let head = peer.ask("HEAD", target, "").await;
        assert_eq!(
            head.field("Content-Length").unwrap(),
            body.len().to_string()
        );
        assert!(head.body.is_empty());
    }
    for (target, location) in [
        ("/sub", "/sub/"),
        ("/sub?x=1", "/sub/?x=1"),
        ("//sub", "/sub/"),
    ] {
        let got = peer.get(target).await;
        assert_eq!(
            (got.status(), got.field("Location").unwrap()),
            (301, location.to_owned())
        );
    }
    for (target, why) in [
        ("/none.html", "no file of that name"),
        ("/index.html/", "a file, not a folder"),
        ("/index.html/x", "no file of that name"),
        ("/bare/", "no index.html"),
        ("/none/", "no file of that name"),
    ] {
        let got = peer.get(target).await;
        assert_eq!(got.status(), 404, "{target}");
        assert!(got.text().contains(why), "{target}: {}", got.text());
        assert!(
            got.text().contains(&format!("GET {target} HTTP/1.1")),
            "it shows the request"
        );
    }
    let got = peer.ask("POST", "/", "Content-Length: 0\r\n").await;
    assert_eq!(
        (got.status(), got.field("Allow").unwrap().as_str()),
        (405, "GET, HEAD, OPTIONS")
    );
    assert_eq!(peer.ask("OPTIONS", "*", "").await.status(), 204);
}

#[tokio::test]
async fn nothing_leads_out_of_the_folder() {
    let dir = site();
    link(
        &dir.path().join("secret.txt"),
        &dir.path().join("site/link.txt"),
    );
    link(dir.path(), &dir.path().join("site/up"));
    let (_watch, address) = serve(answering(folder(&dir))).await;
    let mut peer = Peer::connect(address).await;
    let secret = dir.path().join("secret.txt");
    let absolute = format!("/{}", secret.display());
    let encoded = format!("/{}", absolute.replace('/', "%2f"));
    let tries = [
        "/../secret.txt",
        "/../../secret.txt",
        "/sub/../../secret.txt",
        "/./../secret.txt",
        "/..",
        "/../",
        "/../site2/x.txt",
        "/%2e%2e/secret.txt",
        "/%2E%2E/secret.txt",
        "/.%2e/secret.txt",
        "/%2e./secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e%2fsecret.txt",
        "/..%5csecret.txt",
        "/..\\secret.txt",
        "/sub\\..\\..\\secret.txt",
        "/%252e%252e/secret.txt",
        "/%252e%252e%252fsecret.txt",
        "/..%00/secret.txt",
        "/index.html%00.txt",
        "/%00",
        "/..;/secret.txt",
        "/.../secret.txt",
        "/%c0%ae%c0%ae/secret.txt",
        "/%uff0e%uff0e/secret.txt",
        "/%",
        "/%2",
        "/%zz",
        "/link.txt",
        "/up/secret.txt",
        "/up/",
        "/up/site2/x.txt",
        "/~/secret.txt",
        "/C:/secret.txt",
        "/C%3a%5csecret.txt",
        "http://a/../secret.txt",
        &absolute,
        &encoded,
    ];
    assert!(tries.len() >= 25);
    for target in tries {
        let got = peer.get(target).await;
        assert!(
            matches!(got.status(), 400 | 404),
            "{target}: {}",
            got.status()
        );
        assert!(!got.text().contains("SECRET"), "{target}");
    }
    // A link that stays inside is followed.
    link(
        &dir.path().join("site/index.html"),
        &dir.path().join("site/home.html"),
    );
    if dir.path().join("site/home.html").exists() {
        assert_eq!(peer.get("/home.html").await.text(), "<p>home");
    }
}

/// Links are made where the system allows it; elsewhere the name just leads nowhere.
fn link(to: &Path, from: &Path) {
    #[cfg(unix)]
    std::os::unix::fs::symlink(to, from).unwrap();
    #[cfg(not(unix))]
    let _ = (to, from);
}

#[tokio::test]
async fn a_large_file_comes_whole_in_pieces() {
    let dir = site();
    let (mut watch, address) = serve(answering(folder(&dir))).await;
    let asking = tokio::spawn(async move {
        let mut peer = Peer::connect(address).await;
        for _ in 0..3 {
            assert_eq!(peer.get("/big.bin").await.body.len(), 1 << 20);
        }
    });
    watch
        .until("three files", |events| {
            (payload(events, "sent", None).len() > 3 << 20).then_some(())
        })
        .await;
    asking.await.unwrap();
    let largest = watch
        .events
        .iter()
        .filter_map(|event| event.kind.data())
        .map(bytes::Bytes::len);
    assert!(
        largest.max().unwrap() <= 256 << 10,
        "never the whole file at once"
    );
}

#[tokio::test]
async fn a_file_that_grows_while_it_is_sent_keeps_the_length_that_was_announced() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("page.txt");
    let len = 12 << 20;
    fs::write(&path, vec![b'x'; len]).unwrap();
    let (mut watch, address) = serve(answering(Answer::Page(path.clone()))).await;
    let mut peer = Peer::connect(address).await;
    peer.expect("GET");
    peer.send(super::peer::GET).await;
    // It is open, and not all of it fits into the buffers.
    watch.word("sent").await;
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    std::io::Write::write_all(&mut file, &vec![b'y'; 1 << 20]).unwrap();
    let asking = tokio::spawn(async move {
        let got = peer.final_answer().await;
        (
            got.body.len(),
            got.body.contains(&b'y'),
            peer.get("/").await.body.len(),
        )
    });
    watch
        .until("both answers", |events| {
            (payload(events, "sent", None).len() > 25 << 20).then_some(())
        })
        .await;
    assert_eq!(asking.await.unwrap(), (len, false, len + (1 << 20)));
}

#[tokio::test]
async fn a_file_that_shrinks_while_it_is_sent_ends_the_connection() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("page.txt");
    fs::write(&path, vec![b'x'; 12 << 20]).unwrap();
    let (mut watch, address) = serve(answering(Answer::Page(path.clone()))).await;
    let mut peer = Peer::connect(address).await;
    peer.send(super::peer::GET).await;
    watch.word("sent").await;
    fs::OpenOptions::new()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(100)
        .unwrap();
    let reading = tokio::spawn(async move {
        let mut all = Vec::new();
        tokio::io::AsyncReadExt::read_to_end(&mut peer.stream, &mut all)
            .await
            .unwrap();
        all.len()
    });
    let failure = watch.failed().await;
    assert!(failure.message.contains("became shorter"), "{failure:?}");
    assert!(reading.await.unwrap() < 12 << 20);
}

#[tokio::test]
async fn a_page_is_read_anew_for_each_request_and_may_vanish() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("page.html");
    fs::write(&path, "one").unwrap();
    let (mut watch, address) = serve(answering(Answer::Page(path.clone()))).await;
    let mut peer = Peer::connect(address).await;
    assert_eq!(peer.get("/any").await.text(), "one");
    fs::write(&path, "two!").unwrap();
    let got = peer.ask("POST", "/", "Content-Length: 0\r\n").await;
    assert_eq!(got.text(), "two!");
    assert_eq!(
        got.field("Content-Type").unwrap(),
        "text/html; charset=utf-8"
    );
    fs::remove_file(&path).unwrap();
    let got = peer.get("/").await;
    assert_eq!(got.status(), 404);
    assert!(got.text().contains("is not there"), "{}", got.text());
    let failure = watch.failed().await;
    assert_eq!(failure.what, What::Input);
    assert!(failure.message.contains("page.html"), "{failure:?}");
    // No file at all.
    fs::create_dir(&path).unwrap();
    let got = peer.get("/").await;
    assert_eq!(got.status(), 500);
    assert!(got.text().contains("cannot be read"), "{}", got.text());
    fs::remove_dir(&path).unwrap();
    fs::write(&path, "back").unwrap();
    assert_eq!(peer.get("/").await.text(), "back");
}

#[tokio::test]
async fn a_folder_that_vanishes_is_told_and_the_connection_goes_on() {
    let dir = site();
    let (mut watch, address) = serve(answering(folder(&dir))).await;
    let mut peer = Peer::connect(address).await;
    assert_eq!(peer.get("/").await.status(), 200);
    fs::remove_dir_all(dir.path().join("site")).unwrap();
    assert_eq!(peer.get("/").await.status(), 404);
    assert_eq!(peer.get("/x").await.status(), 404);
    let failure = watch.failed().await;
    assert!(failure.message.contains("site"), "{failure:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_no_file_is_not_waited_for() {
    let dir = site();
    let pipe = dir.path().join("site/pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    if !made.is_ok_and(|status| status.success()) {
        println!("skipped: no mkfifo here");
        return;
    }
    let (_watch, address) = serve(answering(folder(&dir))).await;
    let mut peer = Peer::connect(address).await;
    assert_eq!(peer.get("/pipe").await.status(), 500);
    assert_eq!(peer.get("/").await.status(), 200);
}
