//! A plain client: sends any bytes and reads answers with the reader of the library.

use std::net::SocketAddr;

use netplay::model::http::{Answer, Serving};
use netplay::model::spec::{Protocol, Side, Spec};
use netplay::wire::http1::{Item, Reader, ResponseHead};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::support::{Watch, soon, spec};

/// A request that is always answered with 200.
pub const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";

pub fn server(serving: Serving) -> Spec {
    Spec {
        serving,
        ..spec(Protocol::Http, Side::Server, ([127, 0, 0, 1], 0))
    }
}

pub async fn serve(serving: Serving) -> (Watch, SocketAddr) {
    serve_spec(server(serving)).await
}

pub async fn serve_spec(spec: Spec) -> (Watch, SocketAddr) {
    let mut watch = Watch::start(spec);
    let address = watch.listening().await;
    (watch, address)
}

pub fn answering(answer: Answer) -> Serving {
    Serving {
        answer,
        ..Serving::default()
    }
}

/// One answer, taken apart.
#[derive(Debug)]
pub struct Got {
    pub head: Box<ResponseHead>,
    pub body: Vec<u8>,
}

impl Got {
    pub fn status(&self) -> u16 {
        self.head.status
    }

    pub fn field(&self, name: &str) -> Option<String> {
        let value = self.head.fields.get(name)?;
        Some(String::from_utf8_lossy(value).into_owned())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

#[derive(Debug)]
pub struct Peer {
    pub stream: TcpStream,
    reader: Reader,
    got: Vec<u8>,
    taken: usize,
}

impl Peer {
    pub async fn connect(address: SocketAddr) -> Peer {
        let stream = soon("connect", TcpStream::connect(address)).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Peer {
            stream,
            reader: Reader::responses(),
            got: Vec::new(),
            taken: 0,
        }
    }

    /// All that was received.
    pub fn bytes(&self) -> &[u8] {
        &self.got
    }

    pub async fn send(&mut self, bytes: &[u8]) {
        soon("send", self.stream.write_all(bytes)).await.unwrap();
    }

    /// Says that an answer to this method will come.
    pub fn expect(&mut self, method: &str) {
        self.reader.expect(method);
    }

    /// Ends our direction.
    pub async fn finish(&mut self) {
        soon("finish", self.stream.shutdown()).await.unwrap();
    }

    /// Reads the next whole answer, interim ones too; `None` at the end of the stream.
    pub async fn answer(&mut self) -> Option<Got> {
        let mut head = None;
        let mut body = Vec::new();
        loop {
            let start = self.reader.offset() as usize;
            let mut input = &self.got[self.taken..];
            assert_eq!(start, self.taken);
            let item = self.reader.next(&mut input);
            self.taken = self.got.len() - input.len();
            match item {
                Some(Item::Response(found)) => head = Some(found),
                Some(Item::Data(span)) => {
                    body.extend_from_slice(&self.got[span.start as usize..span.end as usize]);
                }
                Some(Item::End(_)) => {
                    let head = head.expect("a head comes before the end");
                    return Some(Got { head, body });
                }
                Some(Item::Line(_) | Item::Trailers(_)) => {}
                Some(other) => panic!("{other:?} in {}", self.got.escape_ascii()),
                None => {
                    let read = soon("an answer", self.stream.read_buf(&mut self.got)).await;
                    if read.unwrap_or_else(|error| panic!("{error}: {}", self.got.escape_ascii()))
                        == 0
                    {
                        assert!(head.is_none(), "cut: {}", self.got.escape_ascii());
                        return None;
                    }
                }
            }
        }
    }

    /// Sends a request and reads its final answer.
    pub async fn ask(&mut self, method: &str, target: &str, fields: &str) -> Got {
        self.expect(method);
        let request = format!("{method} {target} HTTP/1.1\r\nHost: a\r\n{fields}\r\n");
        self.send(request.as_bytes()).await;
        self.final_answer().await
    }

    pub async fn get(&mut self, target: &str) -> Got {
        self.ask("GET", target, "").await
    }

    pub async fn final_answer(&mut self) -> Got {
        loop {
            let got = self.answer().await.expect("an answer");
            if !got.head.is_interim() {
                return got;
            }
        }
    }

    /// Waits for the end of the stream, before which nothing may come.
    pub async fn ended(&mut self) {
        assert_eq!(self.got.len(), self.taken, "{}", self.got.escape_ascii());
        let read = soon("the end", self.stream.read_buf(&mut self.got)).await;
        assert_eq!(read.unwrap(), 0, "{}", self.got.escape_ascii());
    }
}

/// Whether the server still answers a new connection.
pub async fn still_serves(address: SocketAddr) {
    assert_eq!(Peer::connect(address).await.get("/").await.status(), 200);
}
