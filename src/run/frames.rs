//! What goes to the terminal while the screen is there: frames, and between them what is asked of the
//! terminal. One writer, so that nothing lands inside a frame.

use std::io::{self, Write as _};

use crossterm::queue;
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};

use super::terminal;

/// Writes at once, if the screen is there.
pub(super) fn write(bytes: &[u8]) -> io::Result<()> {
    // Looked at while nobody else writes: a panic elsewhere leaves the screen.
    let mut out = io::stdout().lock();
    if !terminal::is_entered() {
        return Ok(());
    }
    out.write_all(bytes)?;
    out.flush()
}

/// Frames inside synchronized output, each written at once. After the screen was left it writes
/// nothing: ratatui's terminal shows the cursor when it is dropped, and where that fails it prints
/// to stderr, which on a dead terminal is a panic.
#[derive(Default)]
pub(super) struct FrameWriter {
    frame: Vec<u8>,
    /// Nothing was written since the last flush.
    flushed: bool,
}

impl io::Write for FrameWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.frame.is_empty() {
            queue!(self.frame, BeginSynchronizedUpdate)?;
        }
        self.frame.extend_from_slice(bytes);
        self.flushed = false;
        Ok(bytes.len())
    }

    /// The backend flushes after each step of the cursor too; what ends a frame is the flush that
    /// has nothing new.
    fn flush(&mut self) -> io::Result<()> {
        if !std::mem::replace(&mut self.flushed, true) || self.frame.is_empty() {
            return Ok(());
        }
        queue!(self.frame, EndSynchronizedUpdate)?;
        let written = write(&self.frame);
        self.frame.clear();
        written
    }
}
