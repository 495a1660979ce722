//! Those who behave badly.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

/// They go on until this is dropped.
#[derive(Default)]
pub struct Crowd(JoinSet<()>);

impl Crowd {
    /// One who sends a head byte by byte.
    pub async fn dribbles(&mut self, server: SocketAddr) {
        let mut stream = TcpStream::connect(server).await.expect("it listens");
        self.0.spawn(async move {
            let head = b"GET / HTTP/1.1\r\nHost: me\r\nX-Slow: "
                .iter()
                .chain(b"x".iter().cycle());
            for byte in head {
                if stream.write_all(&[*byte]).await.is_err() {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        });
    }

    /// One who asks so often, and reads nothing.
    pub async fn never_reads(&mut self, server: SocketAddr, times: usize) {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(4096).expect("a small one");
        let mut stream = socket.connect(server).await.expect("it listens");
        self.0.spawn(async move {
            let requests = b"GET /page.html HTTP/1.1\r\nHost: me\r\n\r\n".repeat(times);
            // Where the server stops reading, this waits.
            if stream.write_all(&requests).await.is_ok() {
                std::future::pending::<()>().await;
            }
        });
    }
}
