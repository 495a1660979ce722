//! Linux tells through /proc/net which sockets there are, and through /proc/PID/fd whose they are.

use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::AsRawFd;

use nix::sys::socket::setsockopt;
use rustix::net::SendFlags;
use socket2::SockRef;
use tokio::io::Interest;
use tokio::net::{TcpStream, UdpSocket};

use crate::model::failure::Holder;
use crate::model::spec::Protocol;

/// The state column of a listening TCP socket.
const LISTEN: &str = "0A";
/// The state column of a closed connection that is kept for late segments (RFC 9293 §3.6.1).
const TIME_WAIT: &str = "06";

/// One row of /proc/net/{tcp,tcp6,udp,udp6}.
#[derive(Debug, PartialEq, Eq)]
struct Row<'a> {
    local: SocketAddr,
    state: &'a str,
    inode: u64,
    /// The last column of the UDP tables.
    drops: Option<u64>,
}

fn parse_address(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.split_once(':')?;
    // The kernel prints each 32-bit word of the address as it lies in memory.
    let word = |at: usize| {
        let word = u32::from_str_radix(ip.get(at * 8..at * 8 + 8)?, 16).ok()?;
        Some(word.to_ne_bytes())
    };
    let ip: IpAddr = if ip.len() == 8 {
        Ipv4Addr::from(word(0)?).into()
    } else {
        let mut bytes = [0; 16];
        for (at, four) in bytes.chunks_exact_mut(4).enumerate() {
            four.copy_from_slice(&word(at)?);
        }
        Ipv6Addr::from(bytes).into()
    };
    Some(SocketAddr::new(ip, u16::from_str_radix(port, 16).ok()?))
}

fn rows(table: &str) -> impl Iterator<Item = Row<'_>> {
    table.lines().skip(1).filter_map(|line| {
        let mut columns = line.split_ascii_whitespace();
        let local = parse_address(columns.nth(1)?)?;
        let state = columns.nth(1)?;
        let inode = columns.nth(5)?.parse().ok()?;
        let drops = columns.nth(2).and_then(|drops| drops.parse().ok());
        Some(Row {
            local,
            state,
            inode,
            drops,
        })
    })
}

/// Who holds this address, or one that overlaps it, as far as this user may know. Connections in
/// `TIME_WAIT` do so although we set `SO_REUSEADDR` when the program that left them had not.
pub(in crate::net) fn holder(protocol: Protocol, address: SocketAddr) -> Option<Holder> {
    let tables = match protocol {
        Protocol::Udp => ["/proc/net/udp", "/proc/net/udp6"],
        Protocol::Tcp | Protocol::Http => ["/proc/net/tcp", "/proc/net/tcp6"],
    };
    let ip = address.ip().to_canonical();
    let mut inodes = Vec::new();
    let mut left = 0;
    for table in tables {
        let Ok(table) = fs::read_to_string(table) else {
            continue;
        };
        for row in rows(&table) {
            let taken = row.local.ip().to_canonical();
            let overlaps = taken == ip || taken.is_unspecified() || ip.is_unspecified();
            if !overlaps || row.local.port() != address.port() {
                continue;
            }
            if protocol == Protocol::Udp || row.state == LISTEN {
                inodes.push((taken != ip, format!("socket:[{}]", row.inode)));
            } else if row.state == TIME_WAIT {
                left += 1;
            }
        }
    }
    inodes.sort();
    if inodes.is_empty() && left > 0 {
        return Some(Holder::TimeWait { connections: left });
    }
    inodes.iter().find_map(|(_, link)| process_with(link))
}

/// The process that has this link among its open files.
fn process_with(link: &str) -> Option<Holder> {
    let has_it = |pid: &u32| {
        let Ok(files) = fs::read_dir(format!("/proc/{pid}/fd")) else {
            return false;
        };
        files
            .flatten()
            .any(|file| fs::read_link(file.path()).is_ok_and(|to| to.as_os_str() == link))
    };
    let pid = fs::read_dir("/proc")
        .ok()?
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .find(has_it)?;
    if pid == std::process::id() {
        return Some(Holder::Ourselves);
    }
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
    let name = name.trim_end();
    Some(if name == env!("CARGO_PKG_NAME") {
        Holder::Netplay { pid }
    } else {
        Holder::Other {
            name: name.to_owned(),
            pid,
        }
    })
}

/// Whether connections have the options of the listener that accepts them.
pub(in crate::net) const INHERITS: bool = true;

/// Keeps the system from taking more than so many bytes that it cannot send yet.
pub(in crate::net) fn limit_unsent(socket: &SockRef<'_>, bytes: u32) {
    let _ = socket.set_tcp_notsent_lowat(bytes);
}

mod low_water {
    use nix::{setsockopt_impl, sockopt_impl};

    sockopt_impl!(
        /// `SO_RCVLOWAT`, see socket(7).
        Receive,
        SetOnly,
        libc::SOL_SOCKET,
        libc::SO_RCVLOWAT,
        i32
    );
}

/// Lets whoever waits to read be woken once so many bytes have come, or the end; whether the system
/// does that. When so many are there already they are told of anew. The system makes room for so
/// many, as far as its limits go, and leaves it so.
pub(in crate::net) fn wake_reader_at(stream: &TcpStream, bytes: usize) -> bool {
    let bytes = bytes.try_into().unwrap_or(i32::MAX);
    setsockopt(stream, low_water::Receive, &bytes).is_ok()
}

/// Sends the last bytes of our direction, which must be ended after it: they wait for that, so that
/// both can go in one segment. Gives how many bytes were taken.
pub(in crate::net) fn send_last(stream: &TcpStream, bytes: &[u8]) -> io::Result<usize> {
    stream.try_io(Interest::WRITABLE, || {
        let flags = SendFlags::MORE | SendFlags::NOSIGNAL;
        Ok(rustix::net::send(stream, bytes, flags)?)
    })
}

/// The kernel's count of datagrams that a socket had no room for.
#[derive(Debug)]
pub(in crate::net) struct Drops {
    table: &'static str,
    inode: u64,
    told: u64,
}

impl Drops {
    /// The counter of this socket, if it can be found.
    pub(in crate::net) fn of(socket: &UdpSocket) -> Option<Drops> {
        let link = fs::read_link(format!("/proc/self/fd/{}", socket.as_raw_fd())).ok()?;
        let link = link.to_str()?;
        let inode = link.strip_prefix("socket:[")?.strip_suffix(']')?;
        Some(Drops {
            table: match socket.local_addr().ok()? {
                SocketAddr::V4(_) => "/proc/net/udp",
                SocketAddr::V6(_) => "/proc/net/udp6",
            },
            inode: inode.parse().ok()?,
            told: 0,
        })
    }

    /// How many were dropped since the last look; the error is for a table that cannot be read.
    pub(in crate::net) fn new_ones(&mut self) -> io::Result<u64> {
        let table = fs::read_to_string(self.table)?;
        let row = rows(&table).find(|row| row.inode == self.inode);
        let drops = row.and_then(|row| row.drops).unwrap_or(self.told);
        let new = drops.saturating_sub(self.told);
        self.told = drops;
        Ok(new)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::time::timeout;

    use super::*;

    #[cfg(target_endian = "little")]
    #[test]
    fn the_kernels_tables_are_read() {
        let tcp = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
             0: 0100007F:07E8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1060 1 00000000b4f5fd61 100 0 0 10 0\n";
        let row = rows(tcp).next().unwrap();
        assert_eq!(row.local, "127.0.0.1:2024".parse().unwrap());
        assert_eq!((row.state, row.inode), (LISTEN, 1060));

        let udp6 = "  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n \
             1234: 00000000000000000000000001000000:5BA1 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 77 2 0000000000000000 42\n";
        let row = rows(udp6).next().unwrap();
        assert_eq!(row.local, "[::1]:23457".parse().unwrap());
        assert_eq!((row.inode, row.drops), (77, Some(42)));
    }

    #[test]
    fn rows_that_are_cut_or_strange_are_passed_over() {
        assert_eq!(rows("").count(), 0);
        assert_eq!(
            rows(
                "head\n0: 01:\n1: zz:zz 0:0 0A\n\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\n"
            )
            .count(),
            0
        );
    }

    #[test]
    fn the_holder_of_a_port_is_found_though_it_listens_on_all_addresses() {
        let listener = std::net::TcpListener::bind("0.0.0.0:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let wanted = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port);
        assert_eq!(holder(Protocol::Tcp, wanted), Some(Holder::Ourselves));
        assert_eq!(holder(Protocol::Udp, wanted), None);
    }
    #[tokio::test]
    async fn connections_have_the_options_of_their_listener() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let options = SockRef::from(&listener);
        options.set_tcp_nodelay(true).unwrap();
        limit_unsent(&options, 12_345);
        let address = listener.local_addr().unwrap();
        let _peer = TcpStream::connect(address).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        let options = SockRef::from(&stream);
        assert!(options.tcp_nodelay().unwrap());
        assert_eq!(options.tcp_notsent_lowat().unwrap(), 12_345);
    }

    /// Two ends of a connection.
    async fn pair() -> (TcpStream, TcpStream) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let peer = TcpStream::connect(address).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        (stream, peer)
    }

    #[tokio::test]
    async fn a_reader_sleeps_until_enough_has_come() {
        let (stream, mut peer) = pair().await;
        let is_ready = async || {
            let limit = Duration::from_millis(50);
            timeout(limit, stream.readable()).await.is_ok()
        };
        let mut got = [0; 20];
        assert!(stream.try_read(&mut got).is_err());
        assert!(wake_reader_at(&stream, 10));
        peer.write_all(b"nine more").await.unwrap();
        assert!(!is_ready().await);
        peer.write_all(b"!").await.unwrap();
        assert!(is_ready().await);
        assert_eq!(stream.try_read(&mut got).unwrap(), 10);
        assert!(stream.try_read(&mut got).is_err());
        // What is there already is told of when a lower mark is reached by it.
        peer.write_all(b"nine").await.unwrap();
        assert!(!is_ready().await);
        assert!(wake_reader_at(&stream, 1));
        assert!(is_ready().await);
        assert_eq!(stream.try_read(&mut got).unwrap(), 4);
        assert!(stream.try_read(&mut got).is_err());
        // The end always is.
        assert!(wake_reader_at(&stream, 10));
        peer.shutdown().await.unwrap();
        assert!(is_ready().await);
    }

    #[tokio::test]
    async fn the_last_bytes_arrive_with_the_end() {
        let (stream, mut peer) = pair().await;
        stream.writable().await.unwrap();
        assert_eq!(send_last(&stream, b"the last").unwrap(), 8);
        SockRef::from(&stream)
            .shutdown(std::net::Shutdown::Write)
            .unwrap();
        let mut got = Vec::new();
        peer.read_to_end(&mut got).await.unwrap();
        assert_eq!(got, b"the last");
    }
}
