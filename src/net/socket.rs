//! Sockets made the way a lesson needs them: with the options said here rather than the ones a
//! library would choose.

use std::io;
use std::net::SocketAddr;

use bytes::{Bytes, BytesMut};
use socket2::{Domain, Socket, Type};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

use crate::model::spec::Protocol;

/// The listen queue unless asked for another: bursts of connects stall for a second when it is
/// full, as each dropped SYN is sent again only then. The most that Linux gives unless told to.
const BACKLOG: u32 = 4096;
/// The receive buffers that UDP asks the system for, largest first, in bytes. Datagrams that come
/// while it is full are lost.
const UDP_BUFFERS: [usize; 3] = [4 << 20, 1 << 20, 256 << 10];
/// How far above a port that is in use a free one is looked for.
const NEXT_PORTS: u16 = 100;

fn open(address: SocketAddr, kind: Type) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), kind, None)?;
    if address.is_ipv6() {
        // `::` is to mean "all my addresses", IPv4 too, on every system; a system that cannot do
        // both in one socket serves IPv6 alone.
        let all = address.ip().is_unspecified();
        let _ = socket.set_only_v6(!all);
    }
    socket.set_nonblocking(true)?;
    Ok(socket)
}

fn bind_tcp(address: SocketAddr) -> io::Result<Socket> {
    let socket = open(address, Type::STREAM)?;
    // On Unix: bind although old connections of the port are in TIME_WAIT. On Windows the same
    // option would let two programs share the port.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

/// A listening TCP socket.
pub(super) fn listen_tcp(address: SocketAddr, backlog: Option<u32>) -> io::Result<TcpListener> {
    let socket = bind_tcp(address)?;
    let backlog = i32::try_from(backlog.unwrap_or(BACKLOG)).unwrap_or(i32::MAX);
    socket.listen(backlog)?;
    TcpListener::from_std(socket.into())
}

fn open_udp(address: SocketAddr) -> io::Result<Socket> {
    let socket = open(address, Type::DGRAM)?;
    for size in UDP_BUFFERS {
        // Some systems refuse what is over their limit, others give what they have.
        if socket.set_recv_buffer_size(size).is_ok() {
            break;
        }
    }
    Ok(socket)
}

/// A bound UDP socket. `SO_REUSEADDR` stays off: UDP knows no `TIME_WAIT`, and with it two programs
/// could bind one port and take each other's datagrams.
pub(super) fn bind_udp(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = open_udp(address)?;
    socket.bind(&address.into())?;
    UdpSocket::from_std(socket.into())
}

/// A UDP socket with one peer. Nothing is sent by that; the system now passes on only datagrams
/// of this peer, and what the way there has to say.
pub(super) fn dial_udp(peer: SocketAddr) -> io::Result<UdpSocket> {
    let socket = open_udp(peer)?;
    socket.connect(&peer.into())?;
    UdpSocket::from_std(socket.into())
}

/// Makes a stream end with a reset when it is dropped, leaving nothing behind in the system.
pub(super) fn abort_on_drop(stream: &TcpStream) {
    let _ = stream.set_zero_linger();
}

/// Ends our sending direction (FIN, RFC 9293 section 3.6) after what the system still has to send.
pub(super) fn finish(stream: &TcpStream) -> io::Result<()> {
    socket2::SockRef::from(stream).shutdown(std::net::Shutdown::Write)
}

/// What a read of at most `size` bytes has put into a buffer, as a payload to keep. A small one is
/// copied, so that it does not hold on to a large buffer. Otherwise it keeps its place there, and
/// the next read is given what is left behind it, while that is enough.
pub(super) fn payload(buffer: &mut BytesMut, size: usize) -> Bytes {
    if buffer.len() * 2 < size {
        let data = Bytes::copy_from_slice(buffer);
        buffer.clear();
        data
    } else if buffer.capacity() - buffer.len() < size {
        std::mem::take(buffer).freeze()
    } else {
        buffer.split().freeze()
    }
}

/// An address as people know it: IPv4 peers of a socket for both families without `::ffff:`.
pub(super) fn plain(address: SocketAddr) -> SocketAddr {
    match address.ip().to_canonical() {
        ip if ip == address.ip() => address,
        ip => SocketAddr::new(ip, address.port()),
    }
}

/// The first port above that of `address` on which a server could be started now, if one of the
/// next hundred can. Nothing is reserved: it may be gone a moment later.
#[must_use]
pub fn next_free_port(protocol: Protocol, address: SocketAddr) -> Option<u16> {
    let after = address.port();
    (after..after.saturating_add(NEXT_PORTS)).find_map(|before| {
        let port = before.checked_add(1)?;
        let address = SocketAddr::new(address.ip(), port);
        let free = match protocol {
            Protocol::Udp => open(address, Type::DGRAM)
                .and_then(|socket| socket.bind(&address.into()))
                .is_ok(),
            // Binding alone succeeds next to a listener on some systems.
            Protocol::Tcp | Protocol::Http => bind_tcp(address)
                .and_then(|socket| socket.listen(1))
                .is_ok(),
        };
        free.then_some(port)
    })
}
