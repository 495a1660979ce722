//! The way out: stdout and stderr, written on a thread of their own, so that a reader that is
//! slow or stuck holds up neither signals nor stop.

use std::future::pending;
use std::io::{self, Write};
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc as blocking;
use std::thread;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

/// What is written at once.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// For stdout.
    pub(super) out: Vec<u8>,
    /// For stderr, after that.
    pub(super) err: Vec<u8>,
}

impl Batch {
    pub(super) fn is_empty(&self) -> bool {
        self.out.is_empty() && self.err.is_empty()
    }

    fn clear(&mut self) {
        self.out.clear();
        self.err.clear();
    }
}

/// The way to the writing thread. One batch may wait while another is written; after that there is
/// no room, which is how a slow reader is felt.
#[derive(Debug)]
pub(super) struct Output {
    batches: Option<mpsc::Sender<Batch>>,
    spare: blocking::Receiver<Batch>,
    written: Arc<AtomicU64>,
}

/// How much is written in one call, in bytes: little enough to see whether anybody reads.
const PIECE: usize = 64 << 10;
/// How much a pipe is asked to hold, in bytes, where that can be asked for: with room for one piece
/// only, reader and writer would wait for each other at every one.
#[cfg(target_os = "linux")]
const PIPE: usize = 512 << 10;
/// How long the last words may take; stderr may be as stuck as stdout.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// The end of the writing thread.
#[derive(Debug)]
pub(super) struct End(Option<oneshot::Receiver<io::Result<()>>>);

/// Starts the writing thread.
pub(super) fn start() -> io::Result<(Output, End)> {
    let (batches, mut waiting) = mpsc::channel(1);
    let (give_back, spare) = blocking::channel();
    let (tell, end) = oneshot::channel();
    let written = Arc::new(AtomicU64::new(0));
    let count = written.clone();
    thread::Builder::new()
        .name("stdout".to_owned())
        .spawn(move || {
            // The loop may be gone already.
            let _ = tell.send(write_all(&mut waiting, &give_back, &count));
        })?;
    let output = Output {
        batches: Some(batches),
        spare,
        written,
    };
    Ok((output, End(Some(end))))
}

impl Output {
    /// Waits until there is room for the batch, and puts an empty one in its place. Cancel-safe.
    /// After [`Output::close`] or a failed write it waits for ever: [`End::wait`] tells.
    pub(super) async fn hand_over(&self, batch: &mut Batch) {
        if let Some(batches) = &self.batches
            && let Ok(room) = batches.reserve().await
        {
            // The memory of a batch that was written serves again.
            let empty = self.spare.try_recv().unwrap_or_default();
            room.send(mem::replace(batch, empty));
            return;
        }
        pending::<()>().await;
    }

    /// How many bytes stdout has taken.
    pub(super) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Says that nothing more will come.
    pub(super) fn close(&mut self) {
        self.batches = None;
    }
}

impl End {
    /// Waits until all was written after [`Output::close`], or a write has failed. Tells it once,
    /// then waits for ever. Cancel-safe.
    pub(super) async fn wait(&mut self) -> io::Result<()> {
        let Some(end) = &mut self.0 else {
            return pending().await;
        };
        let result = end.await;
        self.0 = None;
        result.unwrap_or_else(|_| Err(io::Error::other("the writing thread is gone")))
    }
}

fn write_all(
    waiting: &mut mpsc::Receiver<Batch>,
    give_back: &blocking::Sender<Batch>,
    written: &AtomicU64,
) -> io::Result<()> {
    let mut stdout = stdout()?;
    while let Some(mut batch) = waiting.blocking_recv() {
        for piece in batch.out.chunks(PIECE) {
            stdout.write_all(piece)?;
            stdout.flush()?;
            written.fetch_add(piece.len() as u64, Ordering::Relaxed);
        }
        // Whoever has closed stderr does not want to know.
        let _ = io::stderr().write_all(&batch.err);
        batch.clear();
        let _ = give_back.send(batch);
    }
    Ok(())
}

/// Stdout without the library's buffer, which would look through all that it is given for line ends,
/// and whose lock a write that is stuck would hold.
#[cfg(unix)]
fn stdout() -> io::Result<impl Write> {
    use std::os::fd::AsFd as _;
    let owned = io::stdout().as_fd().try_clone_to_owned()?;
    #[cfg(target_os = "linux")]
    let _ = rustix::pipe::fcntl_setpipe_size(&owned, PIPE);
    Ok(std::fs::File::from(owned))
}

/// A console takes text, not bytes, which is the library's matter. Held to the end: at exit nobody may
/// wait for a write that is stuck.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
fn stdout() -> io::Result<impl Write> {
    Ok(io::stdout().lock())
}

/// Writes a line to stderr, if that can be done without waiting for long.
pub(super) fn last_words(line: &'static str) {
    let (done, wait) = blocking::channel();
    thread::spawn(move || {
        let _ = writeln!(io::stderr(), "netplay: {line}");
        let _ = done.send(());
    });
    let _ = wait.recv_timeout(LAST_WORDS);
}
