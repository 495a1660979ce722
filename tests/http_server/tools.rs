//! Against curl, where it is installed.

use std::net::SocketAddr;
use std::process::Stdio;

use netplay::model::http::{Answer, Serving};
use tokio::process::Command;

use super::peer::{answering, serve};
use super::support::{Watch, soon};

/// Runs curl and gives what it printed; `None` where there is none.
async fn curl(arguments: &[&str]) -> Option<String> {
    let run = Command::new("curl")
        .args(["-sS", "--max-time", "8", "--noproxy", "*"])
        .args(arguments)
        .stdin(Stdio::null())
        .output();
    let Ok(output) = soon("curl", run).await else {
        println!("skipped: no curl here");
        return None;
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "curl {arguments:?}: {errors}");
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

async fn echo() -> (Watch, String, SocketAddr) {
    let (watch, address) = serve(answering(Answer::Echo)).await;
    (watch, format!("http://{address}/x"), address)
}

#[tokio::test]
async fn curl_gets_what_it_asks_for() {
    let (_watch, url, _) = echo().await;
    let Some(got) = curl(&[&url]).await else {
        return;
    };
    assert!(got.starts_with("GET /x HTTP/1.1\r\n"), "{got}");
    let got = curl(&["-I", &url]).await.unwrap();
    assert!(got.starts_with("HTTP/1.1 200 OK\r\n"), "{got}");
    let got = curl(&["--http1.0", "-i", &url]).await.unwrap();
    assert!(got.contains("Connection: close\r\n"), "{got}");
    assert!(got.contains("GET /x HTTP/1.0\r\n"), "{got}");
    let got = curl(&["-X", "BREW", &url]).await.unwrap();
    assert!(got.starts_with("BREW /x "), "{got}");
}

#[tokio::test]
async fn curl_uploads_files_whole_in_chunks_and_after_a_hundred() {
    let (mut watch, url, _) = echo().await;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, [&b"\x00\r\n\xff"[..], &b"abc".repeat(500)].concat()).unwrap();
    let path = file.to_str().unwrap();
    let Some(got) = curl(&["-T", path, &url]).await else {
        return;
    };
    assert!(
        got.starts_with("PUT /x HTTP/1.1\r\n") && got.ends_with("abcabc"),
        "{got}"
    );
    let data = format!("@{path}");
    let got = curl(&["--data-binary", &data, &url]).await.unwrap();
    assert!(
        got.contains("Content-Length: 1504\r\n") && got.ends_with("abcabc"),
        "{got}"
    );
    let got = curl(&[
        "-H",
        "Transfer-Encoding: chunked",
        "--data-binary",
        &data,
        &url,
    ])
    .await
    .unwrap();
    assert!(got.ends_with("\r\n0\r\n\r\n"), "{got}");
    let got = curl(&[
        "-i",
        "-H",
        "Expect: 100-continue",
        "--data-binary",
        &data,
        &url,
    ])
    .await
    .unwrap();
    assert!(
        got.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"),
        "{got}"
    );
    watch
        .nth("requests", 4, |kind| kind.word() == "request")
        .await;
}

#[tokio::test]
async fn curl_keeps_the_connection_over_several_urls_unless_it_is_closed() {
    let (mut watch, url, _) = echo().await;
    if curl(&[&url, &url, &url]).await.is_none() {
        return;
    }
    watch
        .nth("requests", 3, |kind| kind.word() == "request")
        .await;
    assert_eq!(watch.count("opened"), 1);
    let (mut watch, address) = serve(Serving {
        close: true,
        ..Serving::default()
    })
    .await;
    let url = format!("http://{address}/");
    curl(&[&url, &url, &url]).await.unwrap();
    watch
        .nth("requests", 3, |kind| kind.word() == "request")
        .await;
    assert_eq!(watch.count("opened"), 3);
}

#[tokio::test]
async fn curl_is_told_that_an_upload_is_too_large_before_it_sends_it() {
    let (_watch, address) = serve(Serving::default()).await;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("large");
    std::fs::File::create(&file)
        .unwrap()
        .set_len(100_000_000)
        .unwrap();
    let url = format!("http://{address}/");
    let arguments = [
        "-T",
        file.to_str().unwrap(),
        "-o",
        "-",
        "-w",
        "%{http_code}",
        &url,
    ];
    let Some(got) = curl(&arguments).await else {
        return;
    };
    assert!(
        got.ends_with("413") && got.contains("over the limit"),
        "{got}"
    );
}
