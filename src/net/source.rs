//! A file that is sent: read in blocks on threads that may wait, one block ahead of what is being
//! written, and given out in pieces. So a file of any length takes the memory of two blocks, and a
//! peer that does not read holds up nothing but its own. It knows no socket.

use std::fs::File;
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use tokio::task::{JoinHandle, spawn_blocking};

use super::fault;
use crate::model::event::FileEnd;
use crate::model::failure::Failure;

/// How much is read at once, in bytes: enough that a change of threads for it does not count.
const BLOCK: usize = 256 << 10;

/// What comes next of a file.
#[derive(Debug)]
pub(super) enum Next {
    /// It was opened: its length is known.
    Begins,
    /// A piece of it.
    Piece(Bytes),
    /// Nothing; this is the last to be told.
    Ends(FileEnd, Option<Failure>),
}

/// See the module.
#[derive(Debug)]
pub(super) struct Source {
    path: PathBuf,
    /// Its length when it was opened, in bytes: that much is given, whatever becomes of it.
    pub(super) len: u64,
    given: u64,
    /// Not asked for yet, in bytes.
    unread: u64,
    opening: Option<JoinHandle<io::Result<(File, u64)>>>,
    file: Option<Arc<File>>,
    block: Bytes,
    ahead: Option<JoinHandle<io::Result<Bytes>>>,
}

impl Source {
    /// Begins to open a file.
    ///
    /// # Panics
    /// When called outside a Tokio runtime.
    pub(super) fn of(path: PathBuf) -> Source {
        let to_open = path.clone();
        Source {
            path,
            len: 0,
            given: 0,
            unread: 0,
            opening: Some(spawn_blocking(move || open(&to_open))),
            file: None,
            block: Bytes::new(),
            ahead: None,
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Its name without the folders above it.
    pub(super) fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or(self.path.as_os_str());
        name.to_string_lossy().into_owned()
    }

    /// Waits for what comes next; pieces are at most `size` bytes long. Cancel-safe.
    pub(super) async fn next(&mut self, size: usize) -> Next {
        match self.try_next(size).await {
            Ok(next) => next,
            Err(error) => {
                let failure = if error.kind() == ErrorKind::UnexpectedEof {
                    fault::sent_file_shrank(&self.path, self.given, self.len)
                } else {
                    fault::sent_file(&self.path, &error)
                };
                Next::Ends(FileEnd::Failed, Some(failure))
            }
        }
    }

    async fn try_next(&mut self, size: usize) -> io::Result<Next> {
        if let Some(opening) = &mut self.opening {
            let opened = opening.await;
            self.opening = None;
            let (file, len) = opened.map_err(io::Error::other)??;
            self.file = Some(Arc::new(file));
            self.len = len;
            self.unread = len;
            self.read_ahead();
            return Ok(Next::Begins);
        }
        if self.block.is_empty()
            && let Some(ahead) = &mut self.ahead
        {
            let read = ahead.await;
            self.ahead = None;
            self.block = read.map_err(io::Error::other)??;
            if !self.block.is_empty() {
                self.read_ahead();
            }
        }
        if self.block.is_empty() {
            return if self.given == self.len {
                Ok(Next::Ends(FileEnd::Whole, None))
            } else {
                Err(ErrorKind::UnexpectedEof.into())
            };
        }
        let piece = self.block.split_to(size.clamp(1, self.block.len()));
        self.given += piece.len() as u64;
        Ok(Next::Piece(piece))
    }

    fn read_ahead(&mut self) {
        let size = self.unread.min(BLOCK as u64);
        if let Some(file) = self.file.clone().filter(|_| size > 0) {
            self.unread -= size;
            self.ahead = Some(spawn_blocking(move || read(&file, size as usize)));
        }
    }
}

/// Opens a file and tells its length. What is none (a pipe, a device) is not touched: to open it
/// could wait for ever.
pub(super) fn open(path: &Path) -> io::Result<(File, u64)> {
    let found = path.metadata()?;
    if found.is_dir() {
        return Err(io::Error::other("this is a folder"));
    }
    if !found.is_file() {
        return Err(io::Error::other("this is no file"));
    }
    let file = File::open(path)?;
    let len = file.metadata()?.len();
    Ok((file, len))
}

/// Reads so many bytes, fewer only where the file ends.
fn read(mut file: &File, size: usize) -> io::Result<Bytes> {
    let mut block = vec![0; size];
    let mut rest = &mut block[..];
    while !rest.is_empty() {
        match file.read(rest) {
            Ok(0) => break,
            Ok(n) => rest = rest.split_at_mut(n).1,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let left = rest.len();
    block.truncate(size - left);
    Ok(block.into())
}
