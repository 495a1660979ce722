//! Servers that write raw bytes, and what a client made of them in one line.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use netplay::model::event::{Event, EventKind, Outcome};
use netplay::model::http::Asking;
use netplay::model::spec::{Protocol, Side, Spec};

use crate::support::{DEADLINE, Watch, spec};

/// What a server does when it has sent its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Ends its direction.
    Close,
    /// Waits until the client ends its own.
    Wait,
    /// Resets the connection.
    Reset,
}

/// A listener on a free port, and its address.
pub fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback is there");
    let address = listener.local_addr().expect("it is bound");
    (listener, address)
}

/// The next connection. A client that never comes fails the test by its own deadline.
pub fn accept(listener: &TcpListener) -> TcpStream {
    let (stream, _) = listener.accept().expect("a client comes");
    stream.set_read_timeout(Some(DEADLINE)).expect("not zero");
    stream.set_nodelay(true).expect("it is a TCP socket");
    stream
}

/// Reads up to the empty line behind a head.
pub fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
        head.push(byte[0]);
    }
    String::from_utf8(head).expect("requests here are text")
}

/// Answers one request with these bytes.
pub fn answer_once(listener: TcpListener, bytes: Vec<u8>, then: Then) -> JoinHandle<()> {
    thread::spawn(move || {
        let mut stream = accept(&listener);
        read_head(&mut stream);
        // A client that has seen enough does not wait for the rest.
        let _ = stream.write_all(&bytes);
        match then {
            Then::Close => {}
            Then::Wait => {
                let _ = stream.read_to_end(&mut Vec::new());
            }
            Then::Reset => socket2::SockRef::from(&stream)
                .set_linger(Some(Duration::ZERO))
                .expect("a socket lingers as told"),
        }
    })
}

/// A client for one request to this address.
pub fn client(address: SocketAddr, method: &str) -> Spec {
    Spec {
        once: true,
        asking: Asking {
            method: method.to_owned(),
            ..Asking::default()
        },
        ..spec(Protocol::Http, Side::Client, address)
    }
}

/// What a client makes of these bytes, in one line, and all its events.
pub async fn outcome(
    method: &str,
    bytes: &[u8],
    then: Then,
    adapt: impl FnOnce(&mut Spec),
) -> (String, Watch) {
    let (listener, address) = listener();
    let server = answer_once(listener, bytes.to_vec(), then);
    let mut spec = client(address, method);
    adapt(&mut spec);
    let mut watch = Watch::start(spec);
    watch.stopped().await;
    server.join().expect("the server does not panic");
    assert!(
        bytes.starts_with(&watch.all_received()),
        "what was received is what was sent"
    );
    (line(&watch.events), watch)
}

/// The answers (`status/length of the body`), refusals (`!offset`), losses and the end.
pub fn line(events: &[Event]) -> String {
    let mut line = String::new();
    let mut kind = "";
    for event in events {
        let _ = match &event.kind {
            EventKind::Response { response, .. } => {
                write!(line, "{}/{} ", response.status, response.message.body_len)
            }
            EventKind::Malformed { offset, .. } => write!(line, "!{offset} "),
            EventKind::Lost { .. } => write!(line, "lost "),
            EventKind::Failed { failure, .. } => {
                kind = failure.kind.word();
                Ok(())
            }
            EventKind::Stopped { outcome, .. } => match outcome {
                Outcome::Done => write!(line, "done"),
                Outcome::Failed => write!(line, "{kind}"),
            },
            _ => Ok(()),
        };
    }
    line
}
