//! Held against hyper, as server and as client: a message that both accept whole is the same
//! message, from its first line to the last byte of its body, and so is where the next one begins.
//! Every row of the tables passes here too, see [`requests_agree`] and [`responses_agree`].

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty};
use hyper::body::{Body, Incoming};
use hyper::ext::ReasonPhrase;
use hyper::rt::ReadBufCursor;
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response, Version};
use netplay::wire::http1::{Fields, Item, Note};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;

use crate::pieces::{read, reader};
use crate::properties::{answer, message};

/// What hyper makes of a message that we read otherwise, on purpose: a word about it, and how ours
/// is changed before the two are compared.
type Difference = (&'static str, fn(&mut Message, Kind));

/// What has to be known of a message to tell a difference.
#[derive(Clone, Copy, Debug, Default)]
struct Kind {
    is_request: bool,
    has_folds: bool,
}

/// Everything else must be equal.
const DIFFERENCES: [Difference; 6] = [
    (
        "a fragment is no part of a target (RFC 9112 §3.2): hyper drops it, here it is shown",
        |message, kind| {
            if !kind.is_request {
                return;
            }
            let end = message.start[1].iter().position(|byte| *byte == b'#');
            message.start[1].truncate(end.unwrap_or(usize::MAX));
        },
    ),
    (
        "hyper puts in the path that an absolute target leaves out (RFC 9110 §4.2.3)",
        |message, kind| {
            if !kind.is_request {
                return;
            }
            let target = String::from_utf8_lossy(&message.start[1]).into_owned();
            // Only with a scheme (RFC 3986 section 3.1) is it an absolute target.
            let absolute = target.split_once("://");
            if let Some((scheme, rest)) = absolute.filter(|(scheme, _)| is_scheme(scheme)) {
                let host = rest.find(['/', '?']).unwrap_or(rest.len());
                let (host, path) = rest.split_at(host);
                let slash = if path.starts_with('/') { "" } else { "/" };
                let scheme = scheme.to_lowercase();
                message.start[1] = format!("{scheme}://{host}{slash}{path}").into_bytes();
            }
        },
    ),
    (
        "hyper knows no version but 1.0 and 1.1; a later one is read as 1.1 (RFC 9110 §2.5)",
        |message, _| message.minor = message.minor.min(1),
    ),
    (
        "hyper forgets the case of names and the order of fields with different names",
        |message, _| {
            for (name, _) in message.fields.iter_mut().chain(&mut message.trailers) {
                name.make_ascii_lowercase();
            }
            message.fields.sort_by(|a, b| a.0.cmp(&b.0));
            message.trailers.sort_by(|a, b| a.0.cmp(&b.0));
        },
    ),
    (
        "hyper forgets a reason with bytes above 0x7F",
        |message, kind| {
            if !kind.is_request && !message.start[1].is_ascii() {
                message.start[1].clear();
            }
        },
    ),
    (
        "a fold is one blank to hyper, here a blank for each of its bytes (RFC 9112 §5.2 allows both)",
        |message, kind| {
            for (_, value) in message.fields.iter_mut().filter(|_| kind.has_folds) {
                value.dedup_by(|a, b| (*a, *b) == (b' ', b' '));
            }
        },
    ),
];

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

type Pairs = Vec<(String, Vec<u8>)>;

/// A message in the words of both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Message {
    /// Method and target, or status and reason.
    start: [Vec<u8>; 2],
    minor: u8,
    fields: Pairs,
    body: Vec<u8>,
    trailers: Pairs,
}

fn our_fields(fields: &Fields) -> Pairs {
    let pair = |field: netplay::wire::http1::Field| (field.name.to_owned(), field.value.to_vec());
    fields.iter().map(pair).collect()
}

fn their_fields(fields: &HeaderMap) -> Pairs {
    let pair = |(name, value): (&hyper::header::HeaderName, &hyper::header::HeaderValue)| {
        (name.as_str().to_owned(), value.as_bytes().to_vec())
    };
    let mut fields: Pairs = fields.iter().map(pair).collect();
    fields.sort_by(|a, b| a.0.cmp(&b.0));
    fields
}

/// The messages that we read whole, but for interim answers.
fn ours(asked: Option<&str>, text: &[u8]) -> Vec<Message> {
    let mut messages = Vec::new();
    let mut message = Message::default();
    let mut kind = Kind {
        is_request: asked.is_none(),
        has_folds: false,
    };
    let mut interim = false;
    for item in read(&mut reader(asked), [text]) {
        match item {
            Item::Request(head) => {
                message.start = [head.method.into_bytes(), head.target];
                message.minor = head.version.minor;
                message.fields = our_fields(&head.fields);
            }
            Item::Response(head) => {
                interim = head.is_interim();
                message.start = [head.status.to_string().into_bytes(), head.reason];
                message.minor = head.version.minor;
                message.fields = our_fields(&head.fields);
            }
            Item::Data(span) => message.body.extend_from_slice(&text[span.within(0)]),
            Item::Trailers(fields) => message.trailers = our_fields(&fields),
            Item::End(_) => {
                let message = std::mem::take(&mut message);
                if !interim {
                    messages.push(message);
                }
            }
            Item::Line(line) => kind.has_folds |= line.notes.contains(Note::Folded),
            Item::Broken(_) | Item::Rest(_) => {}
        }
    }
    for message in &mut messages {
        for (_, change) in DIFFERENCES {
            change(message, kind);
        }
    }
    messages
}

/// A connection that gives hyper a text, once so much was written to it, and then the end.
struct Given {
    text: Bytes,
    after: usize,
    written: usize,
    reader: Option<Waker>,
}

impl Given {
    fn new(text: &[u8], after: usize) -> Given {
        Given {
            text: Bytes::copy_from_slice(text),
            after,
            written: 0,
            reader: None,
        }
    }
}

impl hyper::rt::Read for Given {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        if self.written < self.after {
            self.reader = Some(context.waker().clone());
            return Poll::Pending;
        }
        let len = buffer.remaining().min(self.text.len());
        buffer.put_slice(&self.text.split_to(len));
        Poll::Ready(Ok(()))
    }
}

impl hyper::rt::Write for Given {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.written += bytes.len();
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Runs what hyper does, which waits for nothing but itself.
fn run<T>(text: &[u8], future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime");
    let limited = async { tokio::time::timeout(Duration::from_secs(9), future).await };
    runtime
        .block_on(limited)
        .unwrap_or_else(|_| panic!("hyper waits: {}", text.escape_ascii()))
}

/// A head and the body behind it, when that comes whole.
async fn whole<B: Body<Data = Bytes>>(head: Message, body: B) -> Option<Message> {
    let collected = body.collect().await.ok()?;
    Some(Message {
        trailers: collected.trailers().map(their_fields).unwrap_or_default(),
        body: collected.to_bytes().to_vec(),
        ..head
    })
}

fn minor(version: Version) -> u8 {
    u8::from(version != Version::HTTP_10)
}

/// The requests that a server of hyper's gets whole.
fn served(text: &[u8]) -> Vec<Message> {
    let got = Arc::new(Mutex::new(Vec::new()));
    let service = service_fn(|request: Request<Incoming>| {
        let got = got.clone();
        async move {
            let (head, body) = request.into_parts();
            let message = Message {
                start: [
                    head.method.as_str().into(),
                    head.uri.to_string().into_bytes(),
                ],
                minor: minor(head.version),
                fields: their_fields(&head.headers),
                ..Message::default()
            };
            let message = whole(message, body).await;
            got.lock().expect("nobody panics with it").extend(message);
            Ok::<_, Infallible>(Response::new(Empty::<Bytes>::new()))
        }
    });
    let mut server = hyper::server::conn::http1::Builder::new();
    server.half_close(true);
    // How it ends is no matter: what it got counts.
    let _ = run(text, server.serve_connection(Given::new(text, 0), service));
    std::mem::take(&mut *got.lock().expect("nobody panics with it"))
}

/// The answer that a client of hyper's gets whole.
fn answered(method: &str, text: &[u8]) -> Option<Message> {
    run(text, async {
        let mut client = hyper::client::conn::http1::Builder::new();
        client.allow_obsolete_multiline_headers_in_responses(true);
        let connection = client.handshake(Given::new(text, 1));
        let (mut sender, connection) = connection.await.ok()?;
        let request = Request::builder().method(method).uri("/");
        let request = request.header("Host", "a").body(Empty::<Bytes>::new());
        let answer = async move {
            let (head, body) = sender
                .send_request(request.expect("a valid request"))
                .await
                .ok()?
                .into_parts();
            let reason = head.extensions.get::<ReasonPhrase>();
            let canonical = head.status.canonical_reason().unwrap_or_default();
            let reason = reason.map_or(canonical.as_bytes(), ReasonPhrase::as_bytes);
            let message = Message {
                start: [head.status.as_str().into(), reason.to_vec()],
                minor: minor(head.version),
                fields: their_fields(&head.headers),
                ..Message::default()
            };
            whole(message, body).await
        };
        tokio::join!(connection, answer).1
    })
}

/// Holds what both read whole against each other, in order; gives how many that are.
pub fn requests_agree(text: &[u8]) -> usize {
    let (ours, theirs) = (ours(None, text), served(text));
    let both = ours.len().min(theirs.len());
    assert_eq!(ours[..both], theirs[..both], "{}", text.escape_ascii());
    both
}

/// The same for the answer to the first of these requests: hyper asks no second time before it.
pub fn responses_agree(asked: &str, text: &[u8]) -> usize {
    let method = asked.split_whitespace().next().unwrap_or("GET");
    let ours = ours(Some(method), text);
    // What a tunnel carries is nobody's message.
    let theirs = (method != "CONNECT").then(|| answered(method, text));
    match (ours.first(), theirs.flatten()) {
        (Some(ours), Some(theirs)) => {
            assert_eq!(*ours, theirs, "{}", text.escape_ascii());
            1
        }
        _ => 0,
    }
}

#[test]
fn any_valid_request_is_read_as_hyper_reads_it() {
    let mut random = TestRunner::deterministic();
    let mut both = 0;
    for _ in 0..400 {
        let [first, second] = [(); 2].map(|()| message().new_tree(&mut random).unwrap().current());
        both += requests_agree(&[first.written(), second.written()].concat());
    }
    // hyper refuses targets with bytes that are no part of a URI.
    assert!(both > 200, "only {both} of 800");
}

#[test]
fn any_valid_answer_is_read_as_hyper_reads_it() {
    let mut random = TestRunner::deterministic();
    let mut both = 0;
    for _ in 0..400 {
        let answer = answer().new_tree(&mut random).unwrap().current();
        both += responses_agree("GET", &answer);
    }
    assert!(both > 300, "only {both} of 400");
}
