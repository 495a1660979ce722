//! Requests as curl commands, held against a real `sh` and a real curl.

#![cfg(unix)]

#[path = "support/programs.rs"]
mod programs;

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use netplay::wire::curl::{command, quoted};
use netplay::wire::http1::{Item, Reader};

/// What `sh` makes of a line, on its stdout.
fn sh(line: &[u8]) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt as _;
    let out = Command::new("/bin/sh")
        .arg("-c")
        .arg(std::ffi::OsStr::from_bytes(line))
        .env("NO_PROXY", "*")
        .stderr(Stdio::null())
        .output()
        .expect("sh is there");
    out.stdout
}

#[test]
fn sh_reads_every_quoted_word_as_it_was() {
    let all: Vec<u8> = (1..=255).collect();
    for word in [
        &b""[..],
        b"plain",
        b"two words",
        b"it's $HOME `id` \"quoted\" \\ !! ~ * ? [a] {b} #c ; | & < > ( )",
        b"'",
        b"-n",
        "grüße 日本".as_bytes(),
        &all,
    ] {
        let line = [b"printf %s.%s ", &quoted(word)[..], b" end"].concat();
        assert_eq!(sh(&line), [word, b".end"].concat(), "{word:?}");
    }
}

#[test]
fn sh_gives_a_body_that_is_no_text_to_curl_byte_for_byte() {
    let body: Vec<u8> = (0..=255)
        .chain((0..=255).rev())
        .chain([0, b'0', b'7', 1, b'1'])
        .collect();
    let head = format!(
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let line = command(&[head.as_bytes(), &body].concat(), "h").expect("a request");
    // In place of curl, what it reads.
    let line = [b"curl() { cat; }; ", &line[..]].concat();
    assert_eq!(sh(&line), body);
}

/// A request as curl sent it.
#[derive(Debug, PartialEq, Eq)]
struct Sent {
    start: String,
    fields: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

/// Reads one request; its `Content-Length` is how, not what.
fn read(raw: &[u8]) -> Option<Sent> {
    let (mut reader, mut input) = (Reader::requests(), raw);
    let (mut head, mut body) = (None, Vec::new());
    while let Some(item) = reader.next(&mut input) {
        match item {
            Item::Request(read) => head = Some(read),
            Item::Data(span) => body.extend_from_slice(&raw[span.within(0)]),
            Item::End(_) => {
                let head = head?;
                let target = String::from_utf8_lossy(&head.target).into_owned();
                let field = |field: netplay::wire::http1::Field<'_>| {
                    (field.name.to_ascii_lowercase(), field.value.to_vec())
                };
                let mut fields: Vec<_> = head.fields.iter().map(field).collect();
                fields.retain(|(name, _)| name != "content-length");
                fields.sort();
                return Some(Sent {
                    start: format!("{} {target} {}", head.method, head.version),
                    fields,
                    body,
                });
            }
            _ => {}
        }
    }
    None
}

/// Takes one request and answers it.
fn serve(mut peer: TcpStream) -> Option<Sent> {
    peer.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    let (mut raw, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let n = peer.read(&mut buffer).ok().filter(|n| *n > 0)?;
        raw.extend_from_slice(&buffer[..n]);
        if let Some(sent) = read(&raw) {
            let _ = peer
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            return Some(sent);
        }
    }
}

#[test]
fn curl_sends_the_same_request_again() {
    if !programs::has("curl") {
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback is there");
    let authority = listener.local_addr().expect("it is bound").to_string();
    let host = format!("Host: {authority}\r\n");
    let requests: [(&str, &[u8]); 12] = [
        (&format!("GET /a?b=c&d=$HOME HTTP/1.1\r\n{host}"), b""),
        (
            &format!("GET / HTTP/1.1\r\n{host}User-Agent: it's me\r\nAccept: */*\r\n"),
            b"",
        ),
        (
            "GET /x HTTP/1.1\r\nHost: example.com\r\nX-Empty:\r\nX-Two: 1\r\nX-Two: 2\r\n",
            b"",
        ),
        ("GET / HTTP/1.0\r\n", b""),
        (&format!("HEAD /h HTTP/1.1\r\n{host}"), b""),
        (&format!("DELETE /d HTTP/1.1\r\n{host}"), b""),
        (&format!("OPTIONS * HTTP/1.1\r\n{host}"), b""),
        (
            &format!("GET /a/../b//c/./d?{{x,y}}[1-3] HTTP/1.1\r\n{host}"),
            b"",
        ),
        (
            &format!("POST /p HTTP/1.1\r\n{host}Content-Type: text/plain\r\n"),
            b"it's\ntext @ 100%",
        ),
        (&format!("POST /p HTTP/1.1\r\n{host}"), b"@/etc/passwd"),
        (
            &format!("PUT /p HTTP/1.1\r\n{host}"),
            b"\0\x01'%s\\\r\n\xff",
        ),
        (
            &format!("GET /with-body HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\n"),
            b"abc",
        ),
    ];
    for (head, body) in requests {
        let raw = if head.contains("chunked") {
            [head.as_bytes(), b"\r\n3\r\nabc\r\n0\r\n\r\n"].concat()
        } else if body.is_empty() {
            [head.as_bytes(), b"\r\n"].concat()
        } else {
            let length = format!("Content-Length: {}\r\n\r\n", body.len());
            [head.as_bytes(), length.as_bytes(), body].concat()
        };
        let line = command(&raw, &authority).expect("a request");
        let shown = String::from_utf8_lossy(&line).into_owned();
        let theirs = thread::spawn({
            let listener = listener.try_clone().expect("a second handle");
            move || serve(listener.accept().expect("curl calls").0)
        });
        sh(&line);
        let sent = theirs.join().expect("it was served");
        assert_eq!(sent, read(&raw), "{shown}");
    }
}
