//! The binary in a terminal: what a user has, seen from outside.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use netplay::model::size::Exactly;
use tokio::time::sleep;

use crate::peers::{self, DATAGRAM, Dice, Sent, Servers};
use crate::pty::{Pty, netplay};
use crate::{Flat, descriptors, duration, listening};

/// How long anything may take at the end.
const SOON: Duration = Duration::from_secs(20);

/// Starts the server of a tab at a port of the system's choice.
fn starts(screen: &mut Pty, tab: &str) -> SocketAddr {
    screen.keys(tab);
    screen.hides("listening on");
    screen.keys("\x1bi\x1b[B\x030\r");
    screen.until("it listens", |text| listening(text).is_some());
    let address = listening(&screen.text()).expect("it has just been there");
    screen.key("\x1b", "KEYS");
    address
}

/// What a summary says behind these words, up to the next comma that no digit follows.
fn told<'a>(summary: &'a str, name: &str, word: &str) -> Option<&'a str> {
    let line = summary.lines().find(|line| line.contains(name))?;
    let (_, rest) = line.split_once(word)?;
    Some(rest.split(", ").next().unwrap_or(rest))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_binary_loses_nothing_untold_and_does_not_grow() {
    let duration = duration();
    let mut screen = netplay("tcp server 127.0.0.1:0 --echo").open();
    let tcp = SocketAddr::from(([127, 0, 0, 1], screen.listening()));
    screen.key("\x1b", "KEYS");
    let udp = starts(&mut screen, "2");
    let http = starts(&mut screen, "3");
    let pid = screen.pid.as_raw_nonzero().to_string();

    let before = descriptors(&pid);
    let sent = Arc::new(Sent::default());
    let end = Instant::now() + duration;
    let peers = peers::start(Servers { tcp, udp, http }, end, &sent);
    // Somebody looks around meanwhile: tabs, pages, rows, ends, views, help.
    let keys = [
        "1", "2", "3", "\x1b[5~", "\x1b[6~", "k", "j", "G", "f", "v", "?", "\x1b", "\t",
    ];
    let mut dice = Dice(42);
    let mut flat = Flat::new(&pid);
    while Instant::now() < end {
        screen.keys(keys[dice.below(keys.len() as u64) as usize]);
        if dice.below(50) == 0 {
            let size = (40 + dice.below(160) as u16, 10 + dice.below(50) as u16);
            screen.resize(size.0, size.1);
        }
        sleep(Duration::from_millis(200)).await;
        // The modes at the end are compared with those that were set: the beginning stays.
        let mut seen = screen.seen();
        let keep = seen.raw.len().min(4096);
        seen.raw.truncate(keep);
        drop(seen);
        flat.look();
    }
    peers::end(peers, SOON, || screen.text()).await;
    let deadline = Instant::now() + SOON;
    while descriptors(&pid) > before && Instant::now() < deadline {
        sleep(Duration::from_millis(50)).await;
    }
    assert!(
        descriptors(&pid) <= before,
        "{before}, {}",
        descriptors(&pid)
    );
    sleep(Duration::from_secs(2)).await;

    screen.resize(120, 36);
    screen.keys("\x1b\x1b\x1b");
    sleep(Duration::from_millis(200)).await;
    let summary = screen.quits();
    let [tcp, datagrams, http, requests] =
        [&sent.tcp, &sent.datagrams, &sent.http, &sent.requests].map(|n| n.load(Ordering::Relaxed));
    println!(
        "{duration:?}: TCP {tcp} bytes, UDP {datagrams} datagrams, HTTP {requests} requests\n{summary}"
    );
    assert_eq!(
        told(&summary, "TCP server", ", in "),
        Some(&*Exactly(tcp).to_string())
    );
    assert_eq!(
        told(&summary, "TCP server", ", out "),
        Some(&*Exactly(tcp).to_string())
    );
    let lost = summary.lines().find(|line| line.contains("UDP server"));
    let lost = lost.and_then(|line| line.strip_suffix(" lost")?.rsplit(' ').next()?.parse().ok());
    let heard = (datagrams - lost.unwrap_or(0)) * DATAGRAM as u64;
    assert_eq!(
        told(&summary, "UDP server", ", in "),
        Some(&*Exactly(heard).to_string())
    );
    assert_eq!(
        told(&summary, "HTTP server", ", in "),
        Some(&*Exactly(http).to_string())
    );
    flat.holds();
}
