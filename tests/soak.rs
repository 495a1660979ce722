//! The whole screen under mixed TCP, UDP and HTTP load for a while: what was sent is shown or
//! counted as lost, and memory, descriptors and tasks come back to where they were.
//!
//! Ten seconds, or so many as `NETPLAY_SOAK` says; half an hour shows whether anything grows:
//! `NETPLAY_SOAK=1800 cargo test --release --test soak -- --nocapture`.

#![cfg(target_os = "linux")]

#[path = "support/backend.rs"]
mod backend;
#[path = "support/playing.rs"]
mod playing;
#[path = "support/story.rs"]
mod story;

use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use netplay::model::spec::{Protocol, Side};
use playing::Playing;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};
use tokio::runtime::Handle;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// After so long all histories are full.
const WARM: Duration = Duration::from_secs(300);
/// How much memory may come and go after that, in bytes.
const FLAT: u64 = 5_000_000;
/// The length of a datagram.
const DATAGRAM: usize = 100;

/// What the peers have sent.
#[derive(Default)]
struct Sent {
    tcp: AtomicU64,
    datagrams: AtomicU64,
    http: AtomicU64,
    requests: AtomicU64,
}

fn add(counter: &AtomicU64, n: usize) {
    counter.fetch_add(n as u64, Ordering::Relaxed);
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
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

fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("this is Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.expect("a number") * 1024
}

/// How many descriptors and tasks there are.
fn open_things() -> (usize, usize) {
    let descriptors = fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    (descriptors, Handle::current().metrics().num_alive_tasks())
}

/// Starts the server of the tab in front at a port of the system's choice.
async fn starts(screen: &Playing, tab: &str) -> SocketAddr {
    screen.keys(tab).await;
    screen.hides("listening on").await;
    screen.keys("Esc i Down Ctrl+c").await;
    screen.types("0").await;
    screen.keys("Enter").await;
    // HTTP says it as a URL.
    let find = |text: &str| {
        let row = text.lines().find(|row| row.starts_with(" SERVER  "))?;
        let (_, after) = row.split_once("127.0.0.1:")?;
        let digits = after.split(|c: char| !c.is_ascii_digit()).next()?;
        let port: u16 = digits.parse().ok().filter(|port| *port > 0)?;
        Some(SocketAddr::from(([127, 0, 0, 1], port)))
    };
    let address = screen.until("listening", find).await;
    screen.keys("Esc").await;
    address
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_mixed_load_nothing_is_lost_untold_and_nothing_grows() {
    let seconds = std::env::var("NETPLAY_SOAK")
        .ok()
        .and_then(|text| text.parse().ok());
    let duration = Duration::from_secs(seconds.unwrap_or(10));
    let screen = Playing::start("tcp server 127.0.0.1:0 --echo");
    let tcp = screen.listening().await;
    screen.keys("Esc").await;
    let udp = starts(&screen, "2").await;
    let http = starts(&screen, "3").await;

    let before = open_things();
    let sent = Arc::new(Sent::default());
    let began = Instant::now();
    let end = began + duration;
    let mut peers = JoinSet::new();
    for seed in 1..=3 {
        peers.spawn(talk(tcp, end, seed, sent.clone()));
        peers.spawn(send(udp, end, seed, sent.clone()));
        peers.spawn(ask(http, end, seed, sent.clone()));
    }
    // Somebody looks around meanwhile.
    let mut dice = Dice(42);
    let keys = [
        "1", "2", "3", "PgUp", "PgDn", "Up", "Down", "G", "f", "v", "?", "Esc", "Tab",
    ];
    let (mut lowest, mut highest) = (u64::MAX, 0);
    let mut told = began;
    while Instant::now() < end {
        screen
            .keys(keys[dice.below(keys.len() as u64) as usize])
            .await;
        if dice.below(50) == 0 {
            let size = (40 + dice.below(160) as u16, 10 + dice.below(50) as u16);
            screen.resizes(size.0, size.1).await;
        }
        sleep(Duration::from_millis(200)).await;
        screen.backend.forget_frames();
        let now = memory();
        if began.elapsed() > WARM {
            (lowest, highest) = (lowest.min(now), highest.max(now));
        }
        if told.elapsed() > Duration::from_secs(60) {
            told = Instant::now();
            println!("{:?}: {now} bytes, {:?}", began.elapsed(), open_things());
        }
    }
    let ended = timeout(playing::DEADLINE, async {
        while let Some(peer) = peers.join_next().await {
            peer.expect("no peer was surprised");
        }
    });
    assert!(
        ended.await.is_ok(),
        "{} peers wait:\n{}",
        peers.len(),
        screen.text()
    );
    // Closed connections are reported, and losses of the kernel looked for, within a second or two.
    let deadline = Instant::now() + playing::DEADLINE;
    while open_things() > before && Instant::now() < deadline {
        sleep(Duration::from_millis(50)).await;
    }
    assert!(
        open_things().0 <= before.0 && open_things().1 <= before.1,
        "{before:?}, {:?}",
        open_things()
    );
    sleep(Duration::from_secs(2)).await;

    screen.keys("Esc Esc Esc").await;
    let app = screen.quit().await;
    let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let server = |protocol| app.get(protocol).get(Side::Server);
    let stats = &server(Protocol::Tcp).stats;
    assert_eq!(
        (stats.received, stats.sent),
        (get(&sent.tcp), get(&sent.tcp))
    );
    assert_eq!(stats.open, 0);
    let stats = &server(Protocol::Udp).stats;
    let heard = stats.received / DATAGRAM as u64;
    assert_eq!(
        heard + stats.lost,
        get(&sent.datagrams),
        "{} lost",
        stats.lost
    );
    let http = server(Protocol::Http);
    assert_eq!(http.stats.received, get(&sent.http));
    println!(
        "{duration:?}: TCP {} bytes, UDP {} datagrams ({} lost), HTTP {} requests",
        get(&sent.tcp),
        get(&sent.datagrams),
        stats.lost,
        get(&sent.requests),
    );
    if highest > 0 {
        println!("memory after {WARM:?}: {lowest} to {highest}");
    }
    assert!(
        highest <= lowest.saturating_add(FLAT),
        "{lowest} to {highest}"
    );
}
