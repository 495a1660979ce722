//! The other ends: plain sockets that talk for a second at most and do not mind what happens.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::thread;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_millis(700);

/// Talks to a TCP server, over one connection after another.
pub fn call_tcp(server: SocketAddr) {
    for _ in 0..5 {
        let Ok(mut stream) = TcpStream::connect_timeout(&server, PATIENCE) else {
            continue;
        };
        let _ = stream.set_read_timeout(Some(PATIENCE / 4));
        for _ in 0..3 {
            let _ = stream.write_all(b"hello");
            let _ = stream.read(&mut [0; 64]);
        }
    }
}

/// Asks an HTTP server, over one connection after another.
pub fn call_http(server: SocketAddr) {
    for _ in 0..4 {
        let Ok(mut stream) = TcpStream::connect_timeout(&server, PATIENCE) else {
            continue;
        };
        let _ = stream.set_read_timeout(Some(PATIENCE / 4));
        for _ in 0..3 {
            let _ = stream.write_all(b"GET / HTTP/1.1\r\nHost: me\r\n\r\n");
            let _ = stream.read(&mut [0; 4096]);
        }
    }
}

/// Sends datagrams to a UDP server.
pub fn call_udp(server: SocketAddr) {
    let Ok(socket) = UdpSocket::bind("127.0.0.1:0") else {
        return;
    };
    let _ = socket.set_read_timeout(Some(PATIENCE / 4));
    for _ in 0..10 {
        let _ = socket.send_to(b"hello", server);
        let _ = socket.recv(&mut [0; 64]);
    }
}

/// A TCP server that answers each read with `answer`.
pub fn serve_tcp(answer: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback is there");
    let address = listener.local_addr().expect("it is bound");
    thread::spawn(move || {
        // Nobody calls a second time: the test's end is the thread's.
        for mut stream in listener.incoming().flatten().take(4) {
            let _ = stream.set_read_timeout(Some(PATIENCE));
            while stream.read(&mut [0; 4096]).is_ok_and(|n| n > 0) {
                if stream.write_all(answer).is_err() {
                    break;
                }
            }
        }
    });
    address
}

/// A UDP server that answers each datagram.
pub fn serve_udp() -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("loopback is there");
    let address = socket.local_addr().expect("it is bound");
    let _ = socket.set_read_timeout(Some(Duration::from_secs(9)));
    thread::spawn(move || {
        while let Ok((_, from)) = socket.recv_from(&mut [0; 64]) {
            let _ = socket.send_to(b"answer", from);
        }
    });
    address
}
