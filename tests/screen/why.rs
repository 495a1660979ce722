//! Why?: what has really happened to sockets, explained by the key for it.

use tokio::io::AsyncWriteExt;
use tokio::net::UdpSocket;

use crate::playing::{Playing, dial, free_port};

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_client_is_told_what_refused_means() {
    let port = free_port();
    let screen = Playing::start(&format!("tcp client 127.0.0.1:{port}"));
    screen.row(&[" KEYS ", ". why?"]).await;
    screen.keys(".").await;
    screen.shows("Nobody listens there").await;
    screen.row(&["what", "127.0.0.1"]).await;
    screen
        .row(&["call", "connect() failed: ECONNREFUSED"])
        .await;
    screen.row(&["rule", "RFC 9293 section 3.5.2"]).await;
    screen.keys("Esc").await;
    screen.hides("ECONNREFUSED").await;
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_we_hold_ourselves_is_told_to_be_ours() {
    let port = free_port();
    let screen = Playing::start(&format!("tcp server 127.0.0.1:{port}"));
    screen.listening().await;
    screen.keys("Esc 3 i Tab Ctrl+c").await;
    screen.says(&port.to_string()).await;
    screen.shows("SERVER  address in use").await;
    screen.keys(".").await;
    screen.row(&["call", "failed: EADDRINUSE"]).await;
    screen.shows("It is the TCP server of this netplay").await;
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_datagram_is_told_with_both_of_its_sizes() {
    let screen = Playing::start("udp server 127.0.0.1:0 --recv-size 10");
    let server = screen.listening().await;
    let peer = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
    let sent = peer.send_to(b"longer than ten bytes", server).await;
    assert_eq!(sent.expect("it was sent"), 21);
    screen
        .shows("11 B more did not fit into the read size")
        .await;
    screen.keys("Esc BackTab .").await;
    screen.shows("A datagram was cut").await;
    screen.row(&["had 21 bytes", "only 10"]).await;
    screen.shows("--recv-size 21").await;
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_request_is_told_the_rule_that_it_breaks() {
    let screen = Playing::start("http server 127.0.0.1:0");
    let server = screen
        .until("listening", |text| {
            let (_, after) = text.split_once("http://")?;
            after.split_whitespace().next()?.parse().ok()
        })
        .await;
    let mut peer = dial(server).await;
    let request = b"GET /a HTTP/1.1\r\nno colon\r\n\r\n";
    peer.write_all(request).await.expect("netplay reads");
    screen.shows("this line has no colon").await;
    screen.row(&["400"]).await;
    screen.keys(".").await;
    screen.shows("A line without a colon").await;
    screen.row(&["rule", "RFC 9112 section 5"]).await;
    screen.shows("The server answered 400").await;
    screen.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_is_told_what_may_have_caused_it() {
    let screen = Playing::start("tcp server 127.0.0.1:0");
    let peer = dial(screen.listening().await).await;
    screen.shows("1 open").await;
    peer.set_zero_linger().expect("the socket is there");
    drop(peer);
    screen.shows("reset by the peer").await;
    screen.keys("Esc BackTab .").await;
    screen.shows("The connection was reset").await;
    screen.row(&["call", "ECONNRESET"]).await;
    screen.quit().await;
}
