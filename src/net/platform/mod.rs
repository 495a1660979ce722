//! What only the system at hand can tell: who holds a port, what the kernel dropped, how many
//! descriptors there are. Each has a fallback that knows nothing.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(unix)]
mod unix;

use std::io;
use std::net::IpAddr;

#[cfg(target_os = "linux")]
pub(super) use linux::{Drops, INHERITS, holder, limit_unsent, send_last, wake_reader_at};
#[cfg(unix)]
pub use unix::raise_descriptor_limit;
#[cfg(unix)]
pub(super) use unix::{descriptor_limit, is_out_of_descriptors, is_too_large};

#[cfg(not(target_os = "linux"))]
pub(super) use unknown::{Drops, INHERITS, holder, limit_unsent, send_last, wake_reader_at};
#[cfg(not(unix))]
pub use windows::raise_descriptor_limit;
#[cfg(not(unix))]
pub(super) use windows::{descriptor_limit, is_out_of_descriptors, is_too_large};

/// The addresses of this machine: those that others can reach first, IPv4 before IPv6, loopback
/// last. Empty when the system does not tell.
#[must_use]
pub fn own_addresses() -> Vec<IpAddr> {
    let mut addresses: Vec<IpAddr> = if_addrs::get_if_addrs()
        .map(|interfaces| interfaces.iter().map(if_addrs::Interface::ip).collect())
        .unwrap_or_default();
    addresses.sort_by_key(|ip| {
        let link_local = matches!(ip, IpAddr::V6(v6) if v6.is_unicast_link_local());
        (ip.is_loopback(), link_local, ip.is_ipv6(), *ip)
    });
    addresses.dedup();
    addresses
}

#[cfg(not(target_os = "linux"))]
mod unknown {
    use std::io;
    use std::net::SocketAddr;

    use crate::model::failure::Holder;
    use crate::model::spec::Protocol;

    pub(in crate::net) fn holder(_protocol: Protocol, _address: SocketAddr) -> Option<Holder> {
        None
    }

    pub(in crate::net) const INHERITS: bool = false;

    pub(in crate::net) fn limit_unsent(_socket: &socket2::SockRef<'_>, _bytes: u32) {}

    pub(in crate::net) fn wake_reader_at(_stream: &tokio::net::TcpStream, _bytes: usize) -> bool {
        false
    }

    pub(in crate::net) fn send_last(
        stream: &tokio::net::TcpStream,
        bytes: &[u8],
    ) -> io::Result<usize> {
        stream.try_write(bytes)
    }

    #[derive(Debug)]
    pub(in crate::net) struct Drops;

    impl Drops {
        pub(in crate::net) fn of(_socket: &tokio::net::UdpSocket) -> Option<Drops> {
            None
        }

        #[expect(
            clippy::unnecessary_wraps,
            clippy::unused_self,
            reason = "stands in for a real counter"
        )]
        pub(in crate::net) fn new_ones(&mut self) -> io::Result<u64> {
            Ok(0)
        }
    }
}

#[cfg(not(unix))]
mod windows {
    use std::io;

    /// Does nothing here: sockets are not limited by a descriptor table.
    pub fn raise_descriptor_limit() {}

    pub(in crate::net) fn descriptor_limit() -> Option<u64> {
        None
    }

    pub(in crate::net) fn is_too_large(error: &io::Error) -> bool {
        // WSAEMSGSIZE
        error.raw_os_error() == Some(10040)
    }

    pub(in crate::net) fn is_out_of_descriptors(error: &io::Error) -> bool {
        // WSAEMFILE
        error.raw_os_error() == Some(10024)
    }
}

/// Whether a datagram socket tells that nobody listens at the other end. Windows reports the ICMP
/// message as a reset, on a later receive.
pub(super) fn is_port_unreachable(error: &io::Error) -> bool {
    let kind = error.kind();
    kind == io::ErrorKind::ConnectionRefused
        || cfg!(windows) && kind == io::ErrorKind::ConnectionReset
}
