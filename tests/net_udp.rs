//! UDP sessions on real sockets, against plain ones.

#[path = "support/net.rs"]
mod support;

use std::net::{IpAddr, SocketAddr};

use netplay::model::event::Outcome;
use netplay::model::spec::{Protocol, Side, Spec};
use support::{ONE, Watch, loopbacks, soon, spec};
use tokio::net::UdpSocket;

fn server(ip: impl Into<IpAddr>) -> Spec {
    spec(Protocol::Udp, Side::Server, (ip.into(), 0))
}

fn client(address: SocketAddr) -> Spec {
    spec(Protocol::Udp, Side::Client, address)
}

async fn serve(spec: Spec) -> (Watch, SocketAddr) {
    let mut watch = Watch::start(spec);
    let address = watch.listening().await;
    (watch, address)
}

async fn peer(ip: IpAddr) -> UdpSocket {
    UdpSocket::bind((ip, 0)).await.unwrap()
}

async fn receive(socket: &UdpSocket) -> Vec<u8> {
    let mut buffer = vec![0; 65536];
    let (n, _) = soon("a datagram", socket.recv_from(&mut buffer))
        .await
        .unwrap();
    buffer.truncate(n);
    buffer
}

#[tokio::test]
async fn a_server_knows_a_peer_from_its_first_datagram_over_ipv4_and_ipv6() {
    for ip in loopbacks() {
        let (mut watch, address) = serve(server(ip)).await;
        let peer = peer(ip).await;
        peer.send_to(b"hi there", address).await.unwrap();
        assert_eq!(watch.opened(1).await, peer.local_addr().unwrap());
        watch.received(ONE, b"hi there").await;
        watch.send("good morning");
        assert_eq!(receive(&peer).await, b"good morning");
        watch.sent(12).await;
        watch.stop();
        assert_eq!(watch.stopped().await, (8, 12, 1, Outcome::Done));
        assert_eq!(
            watch.words(),
            [
                "listening",
                "opened",
                "received",
                "sent",
                "closed",
                "stopped"
            ]
        );
    }
}

#[tokio::test]
async fn a_client_is_ready_at_once_and_knows_its_peer_when_that_answers() {
    for ip in loopbacks() {
        let peer = peer(ip).await;
        let mut watch = Watch::start(client(peer.local_addr().unwrap()));
        watch.word("ready").await;
        watch.send("ping");
        let mut buffer = [0; 16];
        let (n, from) = soon("ping", peer.recv_from(&mut buffer)).await.unwrap();
        assert_eq!(&buffer[..n], b"ping");
        peer.send_to(b"pong", from).await.unwrap();
        watch.received(ONE, b"pong").await;
        watch.stop();
        assert_eq!(watch.stopped().await, (4, 4, 1, Outcome::Done));
        assert_eq!(
            watch.words(),
            ["ready", "sent", "opened", "received", "closed", "stopped"]
        );
    }
}
