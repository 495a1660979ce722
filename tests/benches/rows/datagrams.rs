//! Row 4: datagrams at full rate. TCP would make the sender wait; here what comes too fast is lost,
//! and what matters is that as little is lost as in a bare loop, and that all of it is counted.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::thread;
use std::time::Duration;

use socket2::{Domain, Socket, Type};

use crate::load::{TIME, datagrams as datagrams_to};
use crate::measure::{Contender, Unit, race, tell, title};
use crate::peers::free_port;
use crate::screen::{self, Counted};

/// The receive buffer that is asked for, in bytes, as by ours.
const BUFFER: usize = 4 << 20;
/// When nothing came for so long, all that was not lost has come.
const QUIET: Duration = Duration::from_millis(200);

/// What a bare loop keeps of what is sent.
fn bare(size: usize) -> f64 {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, None).expect("a socket");
    socket.set_recv_buffer_size(BUFFER).expect("it is new");
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    socket.bind(&any.into()).expect("a free port");
    let socket = UdpSocket::from(socket);
    socket.set_read_timeout(Some(QUIET)).expect("not zero");
    let port = socket.local_addr().expect("it is bound").port();
    let sender = thread::spawn(move || datagrams_to(port, size, TIME));
    let (mut buffer, mut kept) = (vec![0; 65_536], 0_u64);
    loop {
        match socket.recv_from(&mut buffer) {
            Ok(_) => kept += 1,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock && sender.is_finished() => {
                break;
            }
            Err(_) => {}
        }
    }
    kept as f64 / sender.join().expect("it sends") as f64
}

/// The same with the whole screen, in memory, to have its counters. Whether all was counted goes
/// into `whole`.
fn ours(size: usize, whole: &mut bool) -> f64 {
    let port = free_port();
    let line = format!("udp server 127.0.0.1:{port} --recv-size 2048");
    let (sent, counted) = screen::run(&line, || {
        let sent = datagrams_to(port, size, TIME);
        thread::sleep(QUIET);
        sent
    });
    let Counted { received, lost } = counted;
    let kept = received / size as u64;
    *whole &= kept + lost == sent;
    kept as f64 / sent as f64
}

/// Row 4.
pub fn datagrams(rounds: usize) {
    for size in [64, 1200] {
        title(
            "4",
            &format!("UDP datagrams of {size} bytes at full rate: the share that is kept"),
        );
        let mut whole = true;
        let contenders = vec![
            Contender::ours(|| ours(size, &mut whole)),
            Contender::new("bare", Some(0.95), || bare(size)),
        ];
        race(Unit::Share, rounds, contenders);
        let figure = if whole { "yes" } else { "no" };
        tell("kept + counted lost = sent", figure, "always", whole);
    }
}
