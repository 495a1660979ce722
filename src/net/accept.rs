//! The door of a server on streams: accepts on several listeners in turn, never ends by an error, and
//! never spins on one (at the descriptor limit accept fails millions of times a second).

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::task::Poll;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep_until};

use super::session::Episode;

/// The first pause after an accept that failed.
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);
/// The longest pause between tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// How long to wait before the next try: twice as long after each failure in a row.
#[derive(Debug, Default)]
struct Backoff {
    pause: Option<Duration>,
}

impl Backoff {
    fn failed(&mut self) -> Duration {
        let pause = match self.pause {
            None => SHORTEST_PAUSE,
            Some(pause) => (pause * 2).min(LONGEST_PAUSE),
        };
        self.pause = Some(pause);
        pause
    }

    fn succeeded(&mut self) {
        self.pause = None;
    }
}

/// What came of waiting at the door.
#[derive(Debug)]
pub(super) enum Accepted {
    Stream(TcpStream, SocketAddr),
    /// The peer was gone before it was let in, or the system asks to try again.
    Gone,
    /// A new trouble; the door goes on by itself.
    Trouble(SocketAddr, io::Error),
}

/// See the module.
#[derive(Debug)]
pub(super) struct Door {
    listeners: Vec<TcpListener>,
    first: usize,
    not_before: Option<Instant>,
    backoff: Backoff,
    episode: Episode,
}

impl Door {
    pub(super) fn new(listeners: Vec<TcpListener>) -> Door {
        Door {
            listeners,
            first: 0,
            not_before: None,
            backoff: Backoff::default(),
            episode: Episode::default(),
        }
    }

    pub(super) fn listeners(&self) -> impl Iterator<Item = &TcpListener> {
        self.listeners.iter()
    }

    /// The address of the first listener, to name the server by.
    pub(super) fn local(&self) -> Option<SocketAddr> {
        self.listeners.first()?.local_addr().ok()
    }

    /// Closes the door: who knocks now is refused.
    pub(super) fn close(&mut self) {
        self.listeners.clear();
    }

    /// Waits for the next connection, or the next trouble. Cancel-safe.
    pub(super) async fn accept(&mut self) -> Accepted {
        loop {
            if let Some(at) = self.not_before {
                sleep_until(at).await;
                self.not_before = None;
            }
            let (index, result) = self.next().await;
            let error = match result {
                Ok((stream, peer)) => {
                    self.backoff.succeeded();
                    return Accepted::Stream(stream, peer);
                }
                Err(error) if is_transient(&error) => return Accepted::Gone,
                Err(error) => error,
            };
            let now = Instant::now();
            self.not_before = Some(now + self.backoff.failed());
            if self.episode.begins(now)
                && let Some(Ok(local)) = self.listeners.get(index).map(TcpListener::local_addr)
            {
                return Accepted::Trouble(local, error);
            }
        }
    }

    /// Asks each listener in turn, beginning with another one each time.
    async fn next(&mut self) -> (usize, io::Result<(TcpStream, SocketAddr)>) {
        let count = self.listeners.len();
        self.first = self.first.wrapping_add(1);
        std::future::poll_fn(|context| {
            for step in 0..count {
                let index = (self.first + step) % count;
                if let Some(listener) = self.listeners.get(index)
                    && let Poll::Ready(result) = listener.poll_accept(context)
                {
                    return Poll::Ready((index, result));
                }
            }
            Poll::Pending
        })
        .await
    }
}

/// Whether an accept failed because of the one connection that it was about.
fn is_transient(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionAborted
            | ErrorKind::ConnectionReset
            | ErrorKind::Interrupted
            | ErrorKind::HostUnreachable
            | ErrorKind::NetworkUnreachable
            | ErrorKind::NetworkDown
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_from_50_ms_to_one_second_and_start_anew_after_a_success() {
        let mut backoff = Backoff::default();
        let pauses: Vec<u128> = (0..7).map(|_| backoff.failed().as_millis()).collect();
        assert_eq!(pauses, [50, 100, 200, 400, 800, 1000, 1000]);
        backoff.succeeded();
        assert_eq!(backoff.failed().as_millis(), 50);
    }

    #[test]
    fn only_faults_of_the_one_connection_are_passed_over_at_once() {
        assert!(is_transient(&ErrorKind::ConnectionAborted.into()));
        assert!(is_transient(&ErrorKind::Interrupted.into()));
        assert!(!is_transient(&ErrorKind::OutOfMemory.into()));
        #[cfg(unix)]
        assert!(!is_transient(&io::Error::from_raw_os_error(24)), "EMFILE");
    }
}
