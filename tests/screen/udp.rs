//! Datagrams: peers that appear when they are heard, borders that are kept, and silence.

use std::net::SocketAddr;

use tokio::net::UdpSocket;

use crate::playing::{Playing, free_port, soon};

async fn bound(port: u16) -> UdpSocket {
    UdpSocket::bind(("127.0.0.1", port))
        .await
        .expect("the port is free")
}

async fn gets(socket: &UdpSocket) -> (Vec<u8>, SocketAddr) {
    let mut bytes = vec![0; 70_000];
    let (len, from) = soon("a datagram", socket.recv_from(&mut bytes))
        .await
        .expect("a datagram");
    bytes.truncate(len);
    (bytes, from)
}

async fn sends(socket: &UdpSocket, bytes: &[u8], to: SocketAddr) {
    socket.send_to(bytes, to).await.expect("it was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn peers_appear_when_they_are_heard_and_are_answered_together_or_alone() {
    let screen = Playing::start("udp server 127.0.0.1:0");
    let server = screen.listening().await;
    screen.says("anybody?").await;
    screen
        .shows("! no peer has been heard yet: your text stays here")
        .await;
    let (one, two) = (bound(0).await, bound(0).await);
    sends(&one, b"one here", server).await;
    screen.row(&["#1", "last heard 0 s ago"]).await;
    screen.row(&["← #1", "8 B", "one here"]).await;
    sends(&two, b"two here", server).await;
    screen.row(&["← #2", "8 B", "two here"]).await;
    screen.keys("Enter").await;
    assert_eq!(gets(&one).await, (b"anybody?".to_vec(), server));
    assert_eq!(gets(&two).await, (b"anybody?".to_vec(), server));
    screen.keys("Esc BackTab BackTab G i").await;
    screen.shows("say to #2").await;
    screen.says("you alone").await;
    assert_eq!(gets(&two).await, (b"you alone".to_vec(), server));
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_datagram_that_is_cut_says_so_and_an_empty_one_is_an_entry() {
    let screen = Playing::start("udp server 127.0.0.1:0 --recv-size 10");
    let server = screen.listening().await;
    let peer = bound(0).await;
    sends(&peer, b"longer than ten bytes", server).await;
    screen.row(&["← #1", "10 B", "longer tha"]).await;
    screen
        .shows("11 B more did not fit into the read size")
        .await;
    sends(&peer, b"", server).await;
    screen.row(&["← #1", "0 B", "(an empty datagram)"]).await;
    screen.keys("Enter").await;
    assert_eq!(gets(&peer).await.0, b"");
    screen.row(&["→ #1", "0 B", "(an empty datagram)"]).await;
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_for_a_datagram_stays_in_the_box() {
    let peer = bound(0).await;
    let address = peer.local_addr().expect("it is bound");
    let screen = Playing::start(&format!("udp client {address}"));
    screen.shows("CLIENT  ready").await;
    screen.pastes(&"0123456789".repeat(6551)).await;
    screen.keys("Enter").await;
    screen
        .shows("! 65510 bytes are too many for one datagram")
        .await;
    screen.keys("Backspace Backspace Backspace Enter").await;
    assert_eq!(gets(&peer).await.0.len(), 65_507);
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_listens_it_is_told_and_the_client_goes_on() {
    let port = free_port();
    let screen = Playing::start(&format!("udp client 127.0.0.1:{port}"));
    screen.shows("CLIENT  ready").await;
    screen.says("into the void").await;
    screen.row(&["!", "nobody listens there"]).await;
    let peer = bound(port).await;
    screen.says("and now?").await;
    let (bytes, client) = gets(&peer).await;
    assert_eq!(bytes, b"and now?");
    sends(&peer, b"now yes", client).await;
    screen.row(&["←", "7 B", "now yes"]).await;
    screen.shows("last heard 0 s ago").await;
    screen.quit().await;
}
