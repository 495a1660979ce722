//! Random messages come out as they went in; random garbage never breaks the reader, and pieces
//! of any size give the same items.

use netplay::wire::http1::{Framing, Item, Part, RequestHead};
use proptest::prelude::*;

use crate::pieces::{read, read_in_every_way, reader};

const TOKEN: &str = "[!#$%&'*+.^_`|~0-9A-Za-z-]{1,12}";

/// A field that means nothing to the reader.
fn field() -> impl Strategy<Value = (String, Vec<u8>)> {
    let value = prop::collection::vec(
        prop_oneof![8 => 0x21_u8..0x7F, 1 => Just(b' '), 1 => 0x80_u8..=0xFF],
        0..20,
    );
    (TOKEN, value).prop_map(|(name, value)| {
        let value = value.trim_ascii().to_vec();
        (format!("X-{name}"), value)
    })
}

#[derive(Clone, Debug)]
enum Body {
    None,
    Length(Vec<u8>),
    Chunked(Vec<Vec<u8>>, Vec<(String, Vec<u8>)>),
}

fn body() -> impl Strategy<Value = Body> {
    let bytes = || prop::collection::vec(any::<u8>(), 1..40);
    prop_oneof![
        Just(Body::None),
        bytes().prop_map(Body::Length),
        (
            prop::collection::vec(bytes(), 0..5),
            prop::collection::vec(field(), 0..3)
        )
            .prop_map(|(chunks, trailers)| Body::Chunked(chunks, trailers)),
    ]
}

impl Body {
    /// Writes the fields that it needs, the end of the head, and itself.
    fn put(&self, out: &mut Vec<u8>, end: &str) {
        match self {
            Body::None => out.extend_from_slice(end.as_bytes()),
            Body::Length(bytes) => {
                let length = format!("Content-Length: {}{end}{end}", bytes.len());
                out.extend_from_slice(length.as_bytes());
                out.extend_from_slice(bytes);
            }
            Body::Chunked(chunks, trailers) => {
                let coding = format!("Transfer-Encoding: chunked{end}{end}");
                out.extend_from_slice(coding.as_bytes());
                for chunk in chunks {
                    out.extend_from_slice(format!("{:x}{end}", chunk.len()).as_bytes());
                    out.extend_from_slice(chunk);
                    out.extend_from_slice(end.as_bytes());
                }
                out.extend_from_slice(format!("0{end}").as_bytes());
                put_fields(out, trailers, end);
                out.extend_from_slice(end.as_bytes());
            }
        }
    }
}

/// The bytes of an answer that is valid; without a length its body goes on to the end.
pub fn answer() -> impl Strategy<Value = Vec<u8>> {
    let interim = prop::sample::select(vec!["", "HTTP/1.1 100 Continue\r\n\r\n"]);
    let fields = prop::collection::vec(field(), 0..6);
    let rest = prop::collection::vec(any::<u8>(), 0..40);
    (interim, 200_u16..600, "[ -~]{0,12}", fields, body(), rest).prop_map(
        |(interim, status, reason, fields, body, rest)| {
            let mut out = format!("{interim}HTTP/1.1 {status} {reason}\r\n").into_bytes();
            put_fields(&mut out, &fields, "\r\n");
            body.put(&mut out, "\r\n");
            if matches!(body, Body::None) && ![204, 304].contains(&status) {
                out.extend_from_slice(&rest);
            }
            out
        },
    )
}

/// A request that is valid.
#[derive(Clone, Debug)]
pub struct Message {
    method: String,
    target: String,
    fields: Vec<(String, Vec<u8>)>,
    body: Body,
    ending: &'static str,
}

/// Any of them.
pub fn message() -> impl Strategy<Value = Message> {
    (
        TOKEN.prop_filter("its own rules", |method| method != "CONNECT"),
        "/[!-~]{0,20}",
        prop::collection::vec(field(), 0..6),
        body(),
        prop_oneof![Just("\r\n"), Just("\n")],
    )
        .prop_map(|(method, target, fields, body, ending)| Message {
            method,
            target,
            fields,
            body,
            ending,
        })
}

fn put_fields(out: &mut Vec<u8>, fields: &[(String, Vec<u8>)], ending: &str) {
    for (name, value) in fields {
        out.extend_from_slice(format!("{name}: ").as_bytes());
        out.extend_from_slice(value);
        out.extend_from_slice(ending.as_bytes());
    }
}

impl Message {
    /// Its bytes.
    pub fn written(&self) -> Vec<u8> {
        let end = self.ending;
        let (method, target) = (&self.method, &self.target);
        let mut out = format!("{method} {target} HTTP/1.1{end}Host: a{end}").into_bytes();
        put_fields(&mut out, &self.fields, end);
        self.body.put(&mut out, end);
        out
    }

    fn check(&self, head: &RequestHead) {
        assert_eq!(head.method, self.method);
        assert_eq!(head.target, self.target.as_bytes());
        let read: Vec<_> = head
            .fields
            .iter()
            .filter(|field| field.name.starts_with("X-"))
            .map(|field| (field.name.to_owned(), field.value.to_vec()))
            .collect();
        assert_eq!(read, self.fields);
        let framing = match &self.body {
            Body::None => Framing::None,
            Body::Length(bytes) => Framing::Length(bytes.len() as u64),
            Body::Chunked(..) => Framing::Chunked,
        };
        assert_eq!(head.framing, framing);
    }

    fn bytes(&self) -> Vec<u8> {
        match &self.body {
            Body::None => Vec::new(),
            Body::Length(bytes) => bytes.clone(),
            Body::Chunked(chunks, _) => chunks.concat(),
        }
    }
}

/// Bytes of which many mean something to the reader.
fn garbage() -> impl Strategy<Value = Vec<u8>> {
    let word = prop::sample::select(vec![
        "GET / HTTP/1.1\r\n",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 100 C\r\n\r\n",
        "Host: a\r\n",
        "Content-Length: 3\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Connection: close\r\n",
        "\r\n",
        "\n",
        "\r",
        "\r\n\r\n",
        "0\r\n\r\n",
        "3\r\nabc\r\n",
        "3;",
        ":",
        " ",
        "\t",
        "\0",
        "\u{16}\u{3}",
        "SSH-",
        "220 ",
        "HTTP/",
        "abc",
    ])
    .prop_map(|word| word.as_bytes().to_vec());
    let byte = any::<u8>().prop_map(|byte| vec![byte]);
    prop::collection::vec(prop_oneof![4 => word, 1 => byte], 0..24).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn valid_requests_come_out_as_they_went_in(
        messages in prop::collection::vec(message(), 1..4),
        size in 1_usize..50,
    ) {
        let text: Vec<u8> = messages.iter().flat_map(Message::written).collect();
        let items = read(&mut reader(None), text.chunks(size));
        let mut expected = messages.iter();
        let mut current = None;
        let mut body = Vec::new();
        let mut trailers = Vec::new();
        for item in items {
            match item {
                Item::Request(head) => {
                    let message = expected.next().expect("no more than were sent");
                    message.check(&head);
                    current = Some(message);
                }
                Item::Data(span) => body.extend_from_slice(&text[span.within(0)]),
                Item::Trailers(fields) => {
                    trailers = fields
                        .iter()
                        .map(|field| (field.name.to_owned(), field.value.to_vec()))
                        .collect();
                }
                Item::End(end) => {
                    let message = current.take().expect("a head came before");
                    prop_assert_eq!(std::mem::take(&mut body), message.bytes());
                    prop_assert_eq!(end.body_len, message.bytes().len() as u64);
                    prop_assert_eq!(end.raw_len(), message.written().len() as u64);
                    if let Body::Chunked(_, sent) = &message.body {
                        prop_assert_eq!(&std::mem::take(&mut trailers), sent);
                    }
                }
                Item::Line(line) => prop_assert!(line.part != Part::Empty),
                other => prop_assert!(false, "{other:?}"),
            }
        }
        prop_assert!(expected.next().is_none());
    }

    #[test]
    fn garbage_is_read_the_same_in_every_way(text in garbage()) {
        read_in_every_way(None, &text);
        read_in_every_way(Some("GET HEAD POST"), &text);
    }

    #[test]
    fn garbage_in_a_head_is_read_the_same_in_every_way(text in garbage()) {
        let request = [b"GET / HTTP/1.1\r\nHost: a\r\n", &text[..]].concat();
        read_in_every_way(None, &request);
        let response = [b"HTTP/1.1 200 OK\r\n", &text[..]].concat();
        read_in_every_way(Some("GET GET"), &response);
    }

    #[test]
    fn garbage_in_chunks_is_read_the_same_in_every_way(text in garbage()) {
        let head = b"PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n";
        read_in_every_way(None, &[head, &text[..]].concat());
    }
}
