//! TCP sessions on real sockets, against plain ones.

#[path = "support/net.rs"]
mod support;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use netplay::model::event::{EventKind, Outcome};
use netplay::model::spec::{Protocol, Side, Spec};
use support::{ONE, Watch, has_ipv6, loopbacks, soon, spec};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

fn server(ip: impl Into<IpAddr>) -> Spec {
    spec(Protocol::Tcp, Side::Server, (ip.into(), 0))
}

fn client(address: SocketAddr) -> Spec {
    spec(Protocol::Tcp, Side::Client, address)
}

async fn serve(spec: Spec) -> (Watch, SocketAddr) {
    let mut watch = Watch::start(spec);
    let address = watch.listening().await;
    (watch, address)
}

#[tokio::test]
async fn a_server_and_a_plain_client_talk_and_part_in_order_over_ipv4_and_ipv6() {
    for ip in loopbacks() {
        let (mut watch, address) = serve(server(ip)).await;
        let mut peer = TcpStream::connect(address).await.unwrap();
        assert_eq!(watch.opened(1).await, peer.local_addr().unwrap());
        peer.write_all(b"hi there").await.unwrap();
        watch.received(ONE, b"hi there").await;
        watch.send("good morning");
        let mut buffer = [0; 12];
        soon("answer", peer.read_exact(&mut buffer)).await.unwrap();
        assert_eq!(&buffer, b"good morning");
        drop(peer);
        watch.word("closed").await;
        watch.stop();
        assert_eq!(watch.stopped().await, (8, 12, 1, Outcome::Done));
        assert_eq!(
            watch.words(),
            [
                "listening",
                "opened",
                "received",
                "sent",
                "finished",
                "closed",
                "stopped"
            ]
        );
    }
}

#[tokio::test]
async fn a_client_and_a_plain_server_talk_and_part_in_order_over_ipv4_and_ipv6() {
    for ip in loopbacks() {
        let listener = TcpListener::bind((ip, 0)).await.unwrap();
        let mut watch = Watch::start(client(listener.local_addr().unwrap()));
        let (mut peer, _) = soon("accept", listener.accept()).await.unwrap();
        watch.opened(1).await;
        watch.send("ping");
        let mut buffer = [0; 4];
        soon("ping", peer.read_exact(&mut buffer)).await.unwrap();
        peer.write_all(b"pong").await.unwrap();
        watch.received(ONE, b"pong").await;
        drop(peer);
        assert_eq!(watch.stopped().await, (4, 4, 1, Outcome::Done));
        assert_eq!(
            watch.words(),
            [
                "connecting",
                "opened",
                "sent",
                "received",
                "finished",
                "closed",
                "stopped"
            ]
        );
    }
}
