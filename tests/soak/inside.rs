//! The loop in this process, on a terminal in memory.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use netplay::model::spec::{Protocol, Side};
use tokio::runtime::Handle;
use tokio::time::sleep;

use crate::peers::{self, DATAGRAM, Dice, Sent, Servers};
use crate::playing::{self, Playing};
use crate::{Flat, descriptors, duration, listening};

/// How many descriptors and tasks there are.
fn open_things() -> (usize, usize) {
    (
        descriptors("self"),
        Handle::current().metrics().num_alive_tasks(),
    )
}

/// Starts the server of the tab in front at a port of the system's choice.
async fn starts(screen: &Playing, tab: &str) -> SocketAddr {
    screen.keys(tab).await;
    screen.hides("listening on").await;
    screen.keys("Esc i Down Ctrl+c").await;
    screen.types("0").await;
    screen.keys("Enter").await;
    let address = screen.until("listening", listening).await;
    screen.keys("Esc").await;
    address
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_mixed_load_nothing_is_lost_untold_and_nothing_grows() {
    let duration = duration();
    let screen = Playing::start("tcp server 127.0.0.1:0 --echo");
    let tcp = screen.listening().await;
    screen.keys("Esc").await;
    let udp = starts(&screen, "2").await;
    let http = starts(&screen, "3").await;

    let before = open_things();
    let sent = Arc::new(Sent::default());
    let end = Instant::now() + duration;
    let peers = peers::start(Servers { tcp, udp, http }, end, &sent);
    // Somebody looks around meanwhile.
    let mut dice = Dice(42);
    let keys = [
        "1", "2", "3", "PgUp", "PgDn", "Up", "Down", "G", "f", "v", "?", "Esc", "Tab",
    ];
    let mut flat = Flat::new("self");
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
        flat.look();
    }
    peers::end(peers, playing::DEADLINE, || screen.text()).await;
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
    flat.holds();
}
