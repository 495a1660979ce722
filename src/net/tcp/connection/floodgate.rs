//! How a reader waits. A lone message is read at once. In a flood every time that the reader falls
//! asleep and is woken costs the peer's time too, so it looks for more before it sleeps; and in one
//! that lasts it sleeps until enough has come to be worth waking up for.

use std::io;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::task::yield_now;
use tokio::time::timeout;

use crate::net::platform;

/// It is a flood when so many bytes came without a quiet moment.
const FLOOD: usize = 64 << 10;
/// How often to look for more of a flood before going to sleep; a look takes about a microsecond.
const LOOKS: usize = 64;
/// It lasts when so many bytes came without a quiet moment.
const LASTING: usize = 2 << 20;
/// How many bytes are worth waking up for then.
const WORTH_WAKING: usize = 512 << 10;
/// For how many there is to be room, so that the peer goes on while something else holds up the
/// reader: a frame that is drawn on the same processor.
const ROOM: usize = 2 << 20;
/// How long, about, to wait for so many. When they don't come the flood is over.
const GATHER: Duration = Duration::from_millis(1);

/// See the module.
#[derive(Debug)]
pub(super) struct Floodgate<'a> {
    stream: &'a TcpStream,
    /// How many bytes came without a quiet moment.
    came: usize,
    /// The system wakes the reader for many bytes only.
    raised: bool,
}

impl<'a> Floodgate<'a> {
    pub(super) fn new(stream: &'a TcpStream) -> Floodgate<'a> {
        Floodgate {
            stream,
            came: 0,
            raised: false,
        }
    }

    /// Waits until there is something to read. Cancel-safe.
    pub(super) async fn readable(&mut self) -> io::Result<()> {
        if self.raised {
            if let Ok(ready) = timeout(GATHER, self.stream.readable()).await {
                return ready;
            }
            self.lower();
            self.came = 0;
        }
        self.stream.readable().await
    }

    /// Whether what there is to read is the first after a quiet moment.
    pub(super) fn was_quiet(&self) -> bool {
        self.came == 0
    }

    /// Notes that so many bytes were read.
    pub(super) fn passed(&mut self, bytes: usize) {
        self.came = self.came.saturating_add(bytes);
    }

    /// Nothing more is there now. Others get their turn before this returns, if it takes any time.
    pub(super) async fn drained(&mut self) {
        if self.came >= LASTING && !self.raised {
            self.raise();
        }
        let goes_on = self.raised || self.came >= FLOOD && self.has_more().await;
        if !goes_on {
            self.came = 0;
        }
    }

    /// Looks a few times whether more has come, with turns for others in between: in a flood it has,
    /// sooner than this thread could fall asleep and be woken.
    async fn has_more(&self) -> bool {
        for _ in 0..LOOKS {
            tokio::select! {
                biased;
                _ = self.stream.readable() => return true,
                () = yield_now() => {}
            }
        }
        false
    }

    /// The system makes room for what it is to wait for, and keeps that when it is to wait for less.
    fn raise(&mut self) {
        self.raised = platform::wake_reader_at(self.stream, ROOM);
        if self.raised {
            platform::wake_reader_at(self.stream, WORTH_WAKING);
        }
    }

    /// What waits already is told of by the system as this is done.
    fn lower(&mut self) {
        if self.raised {
            platform::wake_reader_at(self.stream, 1);
            self.raised = false;
        }
    }
}

impl Drop for Floodgate<'_> {
    /// Whoever reads next waits for a single byte again.
    fn drop(&mut self) {
        self.lower();
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;
    use tokio::net::TcpListener;

    use super::*;

    /// Two ends of a connection; the first has nothing to read.
    async fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let peer = TcpStream::connect(address).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        assert!(stream.try_read(&mut [0]).is_err());
        (stream, peer)
    }

    async fn after_a_lasting_flood(stream: &TcpStream) -> Floodgate<'_> {
        let mut gate = Floodgate::new(stream);
        gate.passed(LASTING);
        gate.drained().await;
        gate
    }

    /// Reads what is there, once there is something.
    async fn read(stream: &TcpStream, ready: impl Future<Output = io::Result<()>>) -> usize {
        let limit = Duration::from_secs(10);
        timeout(limit, ready).await.unwrap().unwrap();
        let n = stream.try_read(&mut [0; 100]).unwrap();
        assert!(stream.try_read(&mut [0]).is_err());
        n
    }

    #[tokio::test]
    async fn few_bytes_after_a_flood_are_waited_for_in_vain_only_for_a_moment() {
        let (stream, mut peer) = pair().await;
        let mut gate = after_a_lasting_flood(&stream).await;
        assert_eq!(gate.raised, cfg!(target_os = "linux"));
        peer.write_all(b"few").await.unwrap();
        assert_eq!(read(&stream, gate.readable()).await, 3);
        assert!(!gate.raised);
        peer.write_all(b"more").await.unwrap();
        assert_eq!(read(&stream, gate.readable()).await, 4);
    }

    #[tokio::test]
    async fn the_next_reader_is_woken_by_one_byte() {
        let (stream, mut peer) = pair().await;
        let gate = after_a_lasting_flood(&stream).await;
        peer.write_all(b"1").await.unwrap();
        drop(gate);
        assert_eq!(read(&stream, stream.readable()).await, 1);
    }

    #[tokio::test]
    async fn what_comes_with_quiet_moments_in_between_is_no_flood() {
        let (stream, _peer) = pair().await;
        let mut gate = Floodgate::new(&stream);
        for _ in 0..3 {
            gate.passed(LASTING - 1);
            gate.drained().await;
            assert_eq!((gate.raised, gate.came), (false, 0));
        }
    }
}
