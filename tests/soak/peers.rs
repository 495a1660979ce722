//! Those who talk, send and ask for as long as it lasts, and the count of what they sent.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// The length of a datagram.
pub const DATAGRAM: usize = 100;

/// What the peers have sent.
#[derive(Default)]
pub struct Sent {
    pub tcp: AtomicU64,
    pub datagrams: AtomicU64,
    pub http: AtomicU64,
    pub requests: AtomicU64,
}

fn add(counter: &AtomicU64, n: usize) {
    counter.fetch_add(n as u64, Ordering::Relaxed);
}

/// Numbers that look random and are the same each time.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.below(256) as u8).collect()
    }
}

async fn talk(server: SocketAddr, end: Instant, seed: u64, sent: Arc<Sent>) {
    let mut dice = Dice(seed);
    while Instant::now() < end {
        let mut stream = TcpStream::connect(server).await.expect("it listens");
        for _ in 0..=dice.below(20) {
            let longest = if dice.below(10) == 0 { 60_000 } else { 300 };
            let len = 1 + dice.below(longest) as usize;
            let message = dice.bytes(len);
            let (mut reader, mut writer) = stream.split();
            let mut echo = vec![0; len];
            let (wrote, read) =
                tokio::join!(writer.write_all(&message), reader.read_exact(&mut echo));
            wrote.and(read).expect("it echoes");
            assert!(echo == message, "what comes back is what was sent");
            add(&sent.tcp, len);
            sleep(Duration::from_millis(dice.below(8))).await;
        }
        stream.shutdown().await.expect("it is open");
        stream
            .read_to_end(&mut Vec::new())
            .await
            .expect("it ends in order");
    }
}

async fn send(server: SocketAddr, end: Instant, seed: u64, sent: Arc<Sent>) {
    let mut dice = Dice(seed);
    while Instant::now() < end {
        let socket = UdpSocket::bind("127.0.0.1:0")
            .await
            .expect("loopback is there");
        for _ in 0..200 {
            let datagram = dice.bytes(DATAGRAM);
            socket
                .send_to(&datagram, server)
                .await
                .expect("it is taken");
            add(&sent.datagrams, 1);
            sleep(Duration::from_millis(dice.below(8))).await;
        }
    }
}

async fn ask(server: SocketAddr, end: Instant, seed: u64, sent: Arc<Sent>) {
    let mut dice = Dice(seed);
    while Instant::now() < end {
        let mut stream = TcpStream::connect(server).await.expect("it listens");
        for last in (0..=dice.below(10)).rev() {
            let close = if last == 0 {
                "Connection: close\r\n"
            } else {
                ""
            };
            let body = "x".repeat(dice.below(500) as usize);
            let request = format!(
                "POST /{last} HTTP/1.1\r\nHost: me\r\n{close}Content-Length: {}\r\n\r\n{body}",
                body.len()
            );
            stream
                .write_all(request.as_bytes())
                .await
                .expect("it reads");
            add(&sent.http, request.len());
            add(&sent.requests, 1);
            let mut answer = Vec::new();
            while !answer.ends_with(b"</html>\n") {
                let n = stream.read_buf(&mut answer).await.expect("it answers");
                assert!(n > 0, "{}", answer.escape_ascii());
            }
            sleep(Duration::from_millis(dice.below(20))).await;
        }
    }
}

/// The addresses of the three servers.
#[derive(Clone, Copy)]
pub struct Servers {
    pub tcp: SocketAddr,
    pub udp: SocketAddr,
    pub http: SocketAddr,
}

/// Three of each, until then.
pub fn start(servers: Servers, end: Instant, sent: &Arc<Sent>) -> JoinSet<()> {
    let mut peers = JoinSet::new();
    for seed in 1..=3 {
        peers.spawn(talk(servers.tcp, end, seed, sent.clone()));
        peers.spawn(send(servers.udp, end, seed, sent.clone()));
        peers.spawn(ask(servers.http, end, seed, sent.clone()));
    }
    peers
}

/// Waits until all of them have ended, at most so long; `screen` is shown when they do not.
pub async fn end(mut peers: JoinSet<()>, limit: Duration, screen: impl Fn() -> String) {
    let ended = timeout(limit, async {
        while let Some(peer) = peers.join_next().await {
            peer.expect("no peer was surprised");
        }
    });
    let ended = ended.await.is_ok();
    assert!(ended, "{} peers wait:\n{}", peers.len(), screen());
}
