//! The run without a screen, through the real binary: what two sides say to each other and to
//! plain sockets, what the lines tell of it, and the exit codes.

#[path = "support/process.rs"]
mod process;

use std::io::{Read, Write};
use std::net::{Ipv6Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};

use process::{LIMIT, Netplay, payload};

/// A plain listener, and its address.
fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback is there");
    let address = listener.local_addr().expect("it is bound");
    (listener, address)
}

/// A plain datagram socket, and its address.
fn datagrams() -> (UdpSocket, SocketAddr) {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("loopback is there");
    socket.set_read_timeout(Some(LIMIT)).expect("not zero");
    let address = socket.local_addr().expect("it is bound");
    (socket, address)
}

/// A port where nobody listens: it was free a moment ago.
fn free_port(protocol: &str) -> u16 {
    match protocol {
        "udp" => datagrams().1.port(),
        _ => listener().1.port(),
    }
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("the server listens");
    stream.set_read_timeout(Some(LIMIT)).expect("not zero");
    stream
}

fn accept(listener: &TcpListener) -> TcpStream {
    let (stream, _) = listener.accept().expect("the client calls");
    stream.set_read_timeout(Some(LIMIT)).expect("not zero");
    stream
}

fn read_exactly(stream: &mut TcpStream, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    stream.read_exact(&mut bytes).expect("so much is sent");
    bytes
}

fn read_to_end(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("the peer finishes");
    bytes
}

fn read_datagram(socket: &UdpSocket) -> (Vec<u8>, SocketAddr) {
    let mut bytes = vec![0; 65_536];
    let (len, peer) = socket.recv_from(&mut bytes).expect("a datagram comes");
    bytes.truncate(len);
    (bytes, peer)
}

#[test]
fn the_greeting_pair_says_hello_and_both_end_with_0() {
    let mut hosts = vec!["127.0.0.1"];
    if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok() {
        hosts.push("[::1]");
    } else {
        eprintln!("skipped over IPv6: this machine has none");
    }
    for protocol in ["tcp", "udp"] {
        for host in &hosts {
            let mut server =
                Netplay::start_without_input(&format!("{protocol} server {host}:0 --hello --json"));
            let address = server.address();
            let client = Netplay::start_without_input(&format!(
                "{protocol} client {address} --hello --json"
            ));
            let (client, server) = (client.end(), server.end());
            assert_eq!((client.code, server.code), (Some(0), Some(0)), "{client:?}");
            assert_eq!(client.bytes("sent"), b"Hello from client!");
            assert_eq!(client.bytes("received"), b"Hello from server!");
            assert_eq!(server.bytes("received"), b"Hello from client!");
            assert_eq!(server.bytes("sent"), b"Hello from server!");
            assert_eq!(client.event("sent")["peer"], address.to_string());
            assert_eq!(client.stderr + &server.stderr, "");
            assert_eq!(server.names().last().map(String::as_str), Some("stopped"));
        }
    }
}

#[test]
fn a_chat_goes_both_ways_until_the_client_says_exit() {
    for (protocol, goodbye) in [
        ("tcp", "Goodbye! Closing connection."),
        ("udp", "Goodbye! Closing session."),
    ] {
        let mut server = Netplay::start(&format!("{protocol} server :0 --json"));
        let address = server.address();
        let mut client = Netplay::start(&format!("{protocol} client {address} --json"));
        client.input("good morning\n");
        assert_eq!(payload(&server.event("received")), b"good morning");
        server.input("good evening\n");
        assert_eq!(payload(&client.event("received")), b"good evening");
        client.input("exit\n");
        let client = client.end();
        assert_eq!(client.code, Some(0), "{client:?}");
        assert!(client.bytes("received").ends_with(goodbye.as_bytes()));
        server.event("closed");
        assert!(server.runs(), "a server goes on");
    }
}

#[test]
fn what_is_to_be_said_is_said_first_and_in_order() {
    let (listener, address) = listener();
    let mut client = Netplay::start(&format!("tcp client {address} --say a --say b --json"));
    client.input("c\n");
    let mut peer = accept(&listener);
    assert_eq!(read_exactly(&mut peer, 3), b"abc");
    drop(peer);
    assert_eq!(client.end().code, Some(0));
}

#[test]
fn a_server_answers_with_an_echo_or_a_reply_and_ends_after_one() {
    for (protocol, option, answer) in [
        ("tcp", "--echo", "ping"),
        ("tcp", "--reply pong", "pong"),
        ("udp", "--echo", "ping"),
        ("udp", "--reply pong", "pong"),
    ] {
        let mut server =
            Netplay::start_without_input(&format!("{protocol} server :0 {option} --once --json"));
        let address = server.address();
        let mut client = Netplay::start(&format!("{protocol} client {address} --say ping --json"));
        assert_eq!(payload(&client.event("received")), answer.as_bytes());
        client.end_input();
        let (client, server) = (client.end(), server.end());
        assert_eq!((client.code, server.code), (Some(0), Some(0)), "{server:?}");
        assert_eq!(server.bytes("received"), b"ping");
    }
}

#[test]
fn the_end_of_stdin_finishes_our_direction_and_the_answer_is_still_read() {
    let (listener, address) = listener();
    let mut client = Netplay::start(&format!("tcp client {address} --json"));
    client.input("question");
    client.end_input();
    let mut peer = accept(&listener);
    assert_eq!(read_to_end(&mut peer), b"question");
    peer.write_all(b"answer").expect("the client still reads");
    drop(peer);
    let client = client.end();
    assert_eq!(client.code, Some(0), "{client:?}");
    assert_eq!(client.bytes("received"), b"answer");
    assert!(client.names().contains(&"finished-sending".to_owned()));
}

#[test]
fn a_datagram_client_ends_after_a_second_of_silence() {
    let (socket, address) = datagrams();
    let client = Netplay::start_without_input(&format!("udp client {address} --say hi --json"));
    let (data, peer) = read_datagram(&socket);
    assert_eq!(data, b"hi");
    socket.send_to(b"ho", peer).expect("the client is there");
    let client = client.end();
    assert_eq!(client.code, Some(0), "{client:?}");
    assert_eq!(client.bytes("received"), b"ho");
}

#[test]
fn a_refused_client_ends_with_1_and_says_why_twice() {
    for (protocol, say) in [("tcp", ""), ("udp", "--say hi")] {
        let words = format!("{protocol} client {} {say} --json", free_port(protocol));
        let client = Netplay::start_without_input(&words).end();
        assert_eq!(client.code, Some(1), "{client:?}");
        let failed = client.event("failed");
        assert_eq!(failed["kind"], "refused");
        let message = failed["message"].as_str().expect("a text");
        let hint = failed["hint"].as_str().expect("a text");
        assert_eq!(client.stderr, format!("netplay: {message}\n  {hint}\n"));
        assert_eq!(client.names().last().map(String::as_str), Some("stopped"));
    }
}

#[test]
fn a_port_in_use_ends_a_server_with_1() {
    let (_listener, stream) = listener();
    let (_socket, datagram) = datagrams();
    for (protocol, address) in [("tcp", stream), ("udp", datagram)] {
        let words = format!("{protocol} server {address} --json");
        let server = Netplay::start_without_input(&words).end();
        assert_eq!(server.code, Some(1), "{server:?}");
        let failed = server.event("failed");
        assert_eq!(
            (&failed["what"], &failed["kind"]),
            (&"bind".into(), &"address-in-use".into())
        );
        assert!(server.stderr.starts_with("netplay: "), "{}", server.stderr);
    }
}

#[test]
fn a_name_that_nobody_has_and_a_target_that_is_none_end_with_1() {
    for (target, kind) in [("netplay.invalid:1", "unknown-host"), (":0", "bad-target")] {
        let client = Netplay::start_without_input(&format!("tcp client {target} --json")).end();
        assert_eq!(client.code, Some(1), "{client:?}");
        assert_eq!(client.event("failed")["kind"], kind);
    }
}

#[test]
fn a_waiting_client_connects_once_the_server_is_there() {
    let port = free_port("tcp");
    let mut client = Netplay::start(&format!("tcp client {port} --wait --say hi --json"));
    client.event("waiting");
    let mut server = Netplay::start(&format!("tcp server {port} --json"));
    assert_eq!(payload(&server.event("received")), b"hi");
    client.event("opened");
}

#[test]
fn reads_are_as_small_as_asked() {
    let mut server = Netplay::start("tcp server :0 --recv-size 4 --json");
    let mut peer = connect(server.address());
    peer.write_all(b"abcdefgh").expect("the server is there");
    let mut got = Vec::new();
    while got.len() < 8 {
        let event = server.event("received");
        assert!(
            event["len"]
                .as_u64()
                .is_some_and(|len| (1..=4).contains(&len))
        );
        got.extend(payload(&event));
    }
    assert_eq!(got, b"abcdefgh");

    let mut server = Netplay::start("udp server :0 --recv-size 4 --json");
    let (socket, _) = datagrams();
    socket
        .send_to(b"abcdefgh", server.address())
        .expect("so short");
    let event = server.event("received");
    assert_eq!((&event["text"], &event["cut"]), (&"abcd".into(), &4.into()));
}

#[test]
fn with_turns_a_line_waits_for_the_other_side() {
    let (listener, address) = listener();
    let mut client = Netplay::start(&format!("tcp client {address} --turns --json"));
    client.input("one\ntwo\n");
    let mut peer = accept(&listener);
    assert_eq!(read_exactly(&mut peer, 3), b"one");
    peer.write_all(b"go on").expect("the client is there");
    assert_eq!(read_exactly(&mut peer, 3), b"two");
    // The order of events says that the second line did not go before the answer.
    peer.write_all(b"bye").expect("the client is there");
    drop(peer);
    client.end_input();
    let names = client.end().names();
    let talk = names
        .iter()
        .filter(|name| matches!(name.as_str(), "sent" | "received"));
    assert_eq!(
        talk.collect::<Vec<_>>(),
        ["sent", "received", "sent", "received"]
    );
}

#[test]
fn what_is_typed_while_nobody_is_connected_is_told_as_lost() {
    for protocol in ["tcp", "udp"] {
        let mut server = Netplay::start(&format!("{protocol} server :0 --json"));
        server.address();
        server.input("anybody?\n");
        let lost = server.event("lost");
        assert_eq!((&lost["count"], &lost["bytes"]), (&1.into(), &8.into()));
        assert!(
            lost["why"]
                .as_str()
                .is_some_and(|why| why.contains("nobody")),
            "{lost}"
        );
    }
}

#[test]
fn one_connection_that_breaks_leaves_the_servers_code_alone() {
    let mut server = Netplay::start("tcp server :0 --echo --json");
    let address = server.address();
    let mut peer = connect(address);
    peer.write_all(b"unread").expect("the server is there");
    assert_eq!(payload(&server.event("sent")), b"unread");
    // Closing with unread bytes sends a reset.
    drop(peer);
    assert_eq!(server.event("closed")["how"], "reset");
    let mut peer = connect(address);
    peer.write_all(b"next").expect("the server goes on");
    assert_eq!(read_exactly(&mut peer, 4), b"next");
    assert!(server.runs());
}

#[test]
fn without_json_every_event_is_one_readable_line() {
    let mut server = Netplay::start("tcp server :0 --once --headless");
    let listening = server.line("listening", |line| line.contains("listening on "));
    let (time, text) = listening.split_at(12);
    assert!(
        time.bytes()
            .zip(b"00:00:00.000")
            .all(|(got, want)| match want {
                b'0' => got.is_ascii_digit(),
                _ => got == *want,
            }),
        "{time}"
    );
    let address = text
        .strip_prefix("  ◆       listening on ")
        .and_then(|address| address.parse().ok())
        .expect("a mark, no connection, the address");
    let mut peer = connect(address);
    peer.write_all(b"caf\xc3\xa9\xff\x1b[31m\r\n")
        .expect("the server is there");
    let received = server.line("text", |line| line.contains("caf"));
    assert_eq!(&received[12..], r"  ← #1        13 B  café\xff\x1b[31m\r\n");
    server.input("hi\n");
    assert_eq!(read_exactly(&mut peer, 2), b"hi");
    drop(peer);
    let server = server.end();
    assert_eq!(server.code, Some(0), "{server:?}");
    assert_eq!(server.stderr, "");
    assert!(
        server
            .lines
            .last()
            .is_some_and(|line| line.contains("stopped, in 13 B, out 2 B"))
    );
}

#[test]
fn without_json_a_failure_is_a_line_with_its_hint_and_the_words_on_stderr() {
    let words = format!("tcp client {} --headless", free_port("tcp"));
    let client = Netplay::start_without_input(&words).end();
    assert_eq!(client.code, Some(1), "{client:?}");
    let at = client
        .lines
        .iter()
        .position(|line| line.contains("  !       "))
        .expect("a mark");
    let message = &client.lines[at][22..];
    let hint = client.lines[at + 1].trim_start();
    assert_eq!(client.stderr, format!("netplay: {message}\n  {hint}\n"));
}

#[test]
fn where_the_locale_has_no_utf8_lines_are_ascii() {
    for (locale, option) in [("C", ""), ("C.UTF-8", "--ascii")] {
        let mut command = process::command(&format!("tcp server :0 {option} --headless"));
        command.env("LC_ALL", locale);
        let mut server = Netplay::of(command);
        let listening = server.line("listening", |line| line.contains("listening"));
        assert!(listening.is_ascii(), "{listening}");
        let address = listening
            .rsplit(' ')
            .next()
            .and_then(|word| word.parse().ok());
        let mut peer = connect(address.expect("the address stands last"));
        peer.write_all("é".as_bytes()).expect("the server is there");
        let received = server.line("text", |line| line.contains("#1"));
        assert!(received.is_ascii(), "{received}");
        let received = server.line("text", |line| line.contains("2 B"));
        assert!(
            received.ends_with(r"  < #1         2 B  \u{e9}"),
            "{received}"
        );
    }
}

#[test]
fn where_the_locale_has_no_utf8_stderr_is_ascii() {
    let missing = "größe.html";
    for words in [
        format!("tcp client {missing}:1 --json"),
        format!("tcp client {missing}:1 --headless"),
        format!("http server :0 --page {missing} --headless"),
    ] {
        let mut command = process::command(&words);
        command.env("LC_ALL", "C");
        let end = Netplay::of(command).end();
        assert_eq!(end.code, Some(1), "{words}: {end:?}");
        let told = end.stderr.is_ascii() && end.stderr.contains(r"gr\u{f6}\u{df}e.html");
        assert!(told, "{words}: {}", end.stderr);
    }
}

/// Answers one request with these bytes and waits for the client's end; gives the request's head.
fn answer_once(answer: &'static [u8]) -> (SocketAddr, std::thread::JoinHandle<String>) {
    let (listener, address) = listener();
    let server = std::thread::spawn(move || {
        let mut peer = accept(&listener);
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.extend(read_exactly(&mut peer, 1));
        }
        peer.write_all(answer).expect("the client reads");
        peer.shutdown(std::net::Shutdown::Write)
            .expect("it is still open");
        read_to_end(&mut peer);
        String::from_utf8(head).expect("it is text")
    });
    (address, server)
}

#[test]
fn an_http_client_asks_once_without_its_stdin_and_tells_of_the_answer() {
    let (address, server) = answer_once(
        b"HTTP/1.1 404 Not \xe9\r\nX-A: 1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n",
    );
    let words = format!("http client {address}/x?y -X DELETE -H X-B:2 --json");
    // Its stdin stays open and has a line in it.
    let mut client = Netplay::start(&words);
    client.input("not for the server\n");
    let end = client.end();
    assert_eq!(end.code, Some(0), "{end:?}");
    let head = server.join().expect("the server does not panic");
    assert!(
        head.starts_with("DELETE /x?y HTTP/1.1\r\nHost: 127.0.0.1:"),
        "{head}"
    );
    assert!(head.ends_with("\r\nX-B: 2\r\n\r\n"), "{head}");
    assert_eq!(end.bytes("sent"), head.as_bytes());
    let response = end.event("response");
    assert_eq!(response["status"], 404);
    assert_eq!(response["reason"], "Not \u{e9}");
    assert_eq!(response["version"], "HTTP/1.1");
    assert_eq!(
        response["headers"],
        serde_json::json!([["X-A", "1"], ["Transfer-Encoding", "chunked"]])
    );
    assert_eq!(response["body_len"], 2);
    assert_eq!(response["raw_len"], end.bytes("received").len());
    assert_eq!(
        (&response["offset"], &response["conn"]),
        (&0.into(), &1.into())
    );
    assert_eq!(end.stderr, "");
    assert_eq!(end.names().last().map(String::as_str), Some("stopped"));
}

#[test]
fn an_http_client_ends_with_1_when_no_whole_answer_came_and_says_why() {
    let closed = free_port("tcp");
    let end = Netplay::start_without_input(&format!("http client :{closed} --json")).end();
    assert_eq!(
        (end.code, &end.event("failed")["kind"]),
        (Some(1), &"refused".into())
    );

    for (answer, kind, says) in [
        (&b""[..], "cut-short", "closed without an answer"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello",
            "cut-short",
            "5 of 50 bytes, then closed",
        ),
        (b"hello\r\n", "malformed", "no HTTP"),
        (
            b"\x15\x03\x01\0\x02\x02\x46",
            "malformed",
            "this port speaks https",
        ),
    ] {
        let (address, server) = answer_once(answer);
        let end = Netplay::start_without_input(&format!("http client {address} --json")).end();
        server.join().expect("the server does not panic");
        assert_eq!(end.code, Some(1), "{end:?}");
        let failed = end.event("failed");
        assert_eq!(failed["kind"], kind, "{end:?}");
        assert!(end.stderr.contains(says), "{end:?}");
        assert_eq!(
            end.names().contains(&"malformed".to_owned()),
            kind == "malformed"
        );
    }

    let (listener, address) = listener();
    let words = format!("http client {address} --patience 100ms --json");
    let end = Netplay::start_without_input(&words).end();
    drop(listener);
    assert_eq!(
        (end.code, &end.event("failed")["kind"]),
        (Some(1), &"timeout".into())
    );
}

#[test]
fn a_form_is_posted_and_the_lines_can_be_read() {
    let (address, server) = answer_once(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
    let words = format!("http client {address} -d a=1 -d b=2 --close --headless");
    let end = Netplay::start_without_input(&words).end();
    let head = server.join().expect("the server does not panic");
    assert!(head.starts_with("POST / HTTP/1.1\r\n"), "{head}");
    for line in [
        "Connection: close",
        "Content-Length: 7",
        "Content-Type: application/x-www-form-urlencoded",
    ] {
        assert!(head.contains(&format!("\r\n{line}\r\n")), "{head}");
    }
    assert_eq!(end.code, Some(0), "{end:?}");
    let lines = end.lines.join("\n");
    assert!(lines.contains("response 201 Created, body 0 B"), "{lines}");
}

#[test]
fn what_is_to_be_served_must_be_there() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let folder = folder.path().display().to_string();
    for (words, says) in [
        (format!("--page {folder}/none"), "there is no"),
        (format!("--dir {folder}/none"), "there is no"),
        (
            format!("--page {folder}"),
            "is a folder; serve it with --dir",
        ),
    ] {
        let end = Netplay::start_without_input(&format!("http server :0 {words} --json")).end();
        assert_eq!(end.code, Some(1), "{end:?}");
        assert!(end.stderr.contains(says), "{end:?}");
    }
}

/// A file of this content in a folder of its own, and its path.
fn file(content: &[u8]) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let path = folder.path().join("file.bin");
    std::fs::write(&path, content).expect("the folder takes files");
    let path = path.display().to_string();
    (folder, path)
}

#[test]
fn a_file_is_sent_first_and_then_the_lines_of_stdin() {
    let content: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
    let (_folder, path) = file(&content);
    let (listener, address) = listener();
    let words = format!("tcp client {address} --say hi --send {path} --send {path} --json");
    let mut client = Netplay::start(&words);
    client.input("typed\n");
    client.end_input();
    let mut peer = accept(&listener);
    assert!(read_to_end(&mut peer) == [b"hi", &content[..], &content, b"typed"].concat());
    drop(peer);
    let end = client.end();
    assert_eq!(end.code, Some(0), "{}", end.stderr);
    assert_eq!(end.stderr, "", "progress is for terminals");
    let files = |name: &str| end.names().iter().filter(|each| *each == name).count();
    assert_eq!((files("file-started"), files("file-ended")), (2, 2));
    let ended = end.event("file-ended");
    assert_eq!(ended["name"], "file.bin");
    assert_eq!(
        (&ended["how"], &ended["sent"]),
        (&"whole".into(), &800_000.into())
    );
    assert!(end.bytes("sent").ends_with(b"typed"));
}

#[test]
fn what_is_to_be_sent_must_be_there() {
    let (folder, path) = file(b"");
    let folder = folder.path().display().to_string();
    for (path, says) in [
        (format!("{path}.none"), "there is no"),
        (folder, "is a folder"),
        #[cfg(unix)]
        ("/dev/null".to_owned(), "is no file"),
    ] {
        for protocol in ["tcp", "udp"] {
            let words = format!("{protocol} client --send {path} --headless");
            let end = Netplay::start_without_input(&words).end();
            assert_eq!((end.code, end.lines.len()), (Some(1), 0), "{end:?}");
            assert!(end.stderr.starts_with("netplay: --send: "), "{end:?}");
            assert!(end.stderr.contains(says), "{end:?}");
        }
    }
}

#[test]
fn a_datagram_client_sends_a_file_and_ends() {
    let (_folder, path) = file(&[b'x'; 1500]);
    let (socket, address) = datagrams();
    let client =
        Netplay::start_without_input(&format!("udp client {address} --send {path} --headless"));
    assert_eq!(read_datagram(&socket).0.len(), 1024);
    assert_eq!(read_datagram(&socket).0.len(), 476);
    let end = client.end();
    assert_eq!(end.code, Some(0), "{end:?}");
    let lines = end.lines.join("\n");
    for words in [
        "sending the file file.bin, 1.5 KiB",
        "went out, 1.5 KiB; UDP confirms nothing",
    ] {
        assert!(lines.contains(words), "{lines}");
    }
}
