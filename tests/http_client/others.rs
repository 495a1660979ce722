//! What is dialled and what goes out, and a server that others wrote.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};
use std::thread;

use netplay::model::address::Address;
use netplay::model::event::Outcome;
use netplay::model::failure::FailureKind;
use netplay::model::http::Asking;

use crate::server::{accept, client, line, listener, read_head};
use crate::support::{Watch, has_ipv6};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn raw_bytes_go_out_without_a_change_and_decide_how_the_answer_is_read() {
    for raw in [
        "HEAD /x\tHTTP/9.9\nHost\r\n\r\n",
        "HEAD / HTTP/1.1\r\n\r\n",
        "\r\nHEAD / HTTP/1.1\r\nA: \u{1}\r\n\r\n",
    ] {
        let (listener, address) = listener();
        let server = thread::spawn(move || {
            let mut stream = accept(&listener);
            let mut came = vec![0; raw.len()];
            stream.read_exact(&mut came).unwrap();
            stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
                .unwrap();
            came
        });
        let mut spec = client(address, "GET");
        spec.asking = Asking {
            raw: Some(raw.into()),
            ..Asking::default()
        };
        let mut watch = Watch::start(spec);
        watch.stopped().await;
        assert_eq!(server.join().unwrap(), raw.as_bytes());
        assert_eq!(line(&watch.events), "200/0 done", "{raw:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_port_where_nobody_listens_refuses_and_a_name_is_tried_at_each_address() {
    let (listener, address) = listener();
    drop(listener);
    let mut watch = Watch::start(client(address, "GET"));
    assert_eq!(watch.stopped().await.3, Outcome::Failed);
    let failure = watch.failed().await;
    assert_eq!(failure.kind, FailureKind::Refused);
    assert!(
        failure.message.starts_with("HTTP 127.0.0.1:"),
        "{failure:?}"
    );

    if has_ipv6() {
        let listener = std::net::TcpListener::bind("[::1]:0").unwrap();
        let mut spec = client(listener.local_addr().unwrap(), "GET");
        let server = thread::spawn(move || {
            let mut stream = accept(&listener);
            let head = read_head(&mut stream);
            stream.write_all(b"HTTP/1.1 204 x\r\n\r\n").unwrap();
            head
        });
        let port = spec.address.port;
        spec.address = Address {
            host: "::1".to_owned(),
            port,
        };
        let mut watch = Watch::start(spec);
        assert_eq!(watch.stopped().await.3, Outcome::Done);
        let head = server.join().unwrap();
        assert!(head.contains(&format!("Host: [::1]:{port}\r\n")), "{head}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pythons_server_gives_a_file_a_listing_and_a_404() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("hello.txt"), "hello").unwrap();
    let python = Command::new("python3")
        .args(["-u", "-m", "http.server", "0", "--bind", "127.0.0.1"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut python) = python else {
        return println!("skipped: there is no python3");
    };
    let mut first = String::new();
    let stdout = python.stdout.take().unwrap();
    BufReader::new(stdout).read_line(&mut first).unwrap();
    // "Serving HTTP on 127.0.0.1 port 40123 (http://127.0.0.1:40123/) ..."
    let port = first.split(' ').nth(5).and_then(|port| port.parse().ok());
    let mut lines = Vec::new();
    for (method, target) in [
        ("GET", "/hello.txt"),
        ("HEAD", "/hello.txt"),
        ("GET", "/none"),
        ("POST", "/hello.txt"),
    ] {
        let address = ([127, 0, 0, 1], port.unwrap_or(1)).into();
        let mut spec = client(address, method);
        target.clone_into(&mut spec.asking.target);
        let mut watch = Watch::start(spec);
        watch.stopped().await;
        lines.push(line(&watch.events));
    }
    python.kill().unwrap();
    python.wait().unwrap();
    assert!(port.is_some(), "{first:?}");
    assert_eq!(lines[..2], ["200/5 done", "200/0 done"]);
    assert!(lines[2].starts_with("404/"), "{lines:?}");
    assert!(lines[3].starts_with("501/"), "{lines:?}");
    assert!(
        lines.iter().all(|line| line.ends_with(" done")),
        "{lines:?}"
    );
}
