//! A terminal in memory that a test looks at while the loop draws on it: what it shows, how many
//! frames there were and when, and whether it still takes any.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use std::{io, mem};

use ratatui::backend::{Backend, ClearType, TestBackend, WindowSize};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Size};
use tokio::sync::watch;

struct Inner {
    cells: TestBackend,
    frames: Vec<Instant>,
    /// In which rows each frame changed something, and the one that is being drawn.
    rows: Vec<BTreeSet<u16>>,
    drawing: BTreeSet<u16>,
    gone: bool,
}

/// One end of it; clones show the same.
#[derive(Clone)]
pub struct SharedBackend {
    inner: Arc<Mutex<Inner>>,
    drawn: watch::Sender<usize>,
}

impl SharedBackend {
    pub fn new(width: u16, height: u16) -> SharedBackend {
        let inner = Inner {
            cells: TestBackend::new(width, height),
            frames: Vec::new(),
            rows: Vec::new(),
            drawing: BTreeSet::new(),
            gone: false,
        };
        SharedBackend {
            inner: Arc::new(Mutex::new(inner)),
            drawn: watch::Sender::new(0),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of frames so far, to wait for the next.
    pub fn drawn(&self) -> watch::Receiver<usize> {
        self.drawn.subscribe()
    }

    /// When each frame was complete.
    pub fn frames(&self) -> Vec<Instant> {
        self.lock().frames.clone()
    }

    /// In which rows each frame changed something.
    pub fn rows_of_frames(&self) -> Vec<BTreeSet<u16>> {
        self.lock().rows.clone()
    }

    /// Forgets the frames.
    pub fn forget_frames(&self) {
        let mut inner = self.lock();
        inner.frames.clear();
        inner.rows.clear();
    }

    /// What is shown, and where the cursor stands if it shows.
    pub fn shown(&self) -> (Buffer, Option<Position>) {
        let inner = self.lock();
        let cells = &inner.cells;
        let cursor = cells.cursor_visible().then(|| cells.cursor_position());
        (cells.buffer().clone(), cursor)
    }

    /// Gives it another size, as a user who pulls at the window.
    pub fn resize(&self, width: u16, height: u16) {
        self.lock().cells.resize(width, height);
    }

    /// From now on nothing can be written, as when the window was closed.
    pub fn vanish(&self) {
        self.lock().gone = true;
    }

    fn on_cells<T>(
        &self,
        act: impl FnOnce(&mut TestBackend) -> Result<T, std::convert::Infallible>,
    ) -> io::Result<T> {
        let mut inner = self.lock();
        if inner.gone {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        match act(&mut inner.cells) {
            Ok(value) => Ok(value),
            Err(never) => match never {},
        }
    }
}

impl Backend for SharedBackend {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut rows = BTreeSet::new();
        self.on_cells(|cells| {
            // It may have become smaller since the frame was begun.
            let area = cells.buffer().area;
            let there = |(x, y, _): &(u16, u16, &Cell)| area.contains(Position::new(*x, *y));
            let note = |(_, y, _): &(u16, u16, &Cell)| rows.extend([*y]);
            cells.draw(content.filter(there).inspect(note))
        })?;
        self.lock().drawing.extend(rows);
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.on_cells(TestBackend::hide_cursor)
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.on_cells(TestBackend::show_cursor)
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        self.on_cells(TestBackend::get_cursor_position)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.on_cells(|cells| cells.set_cursor_position(position))
    }

    fn clear(&mut self) -> io::Result<()> {
        self.on_cells(TestBackend::clear)
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        self.on_cells(|cells| cells.clear_region(region))
    }

    fn size(&self) -> io::Result<Size> {
        self.on_cells(|cells| cells.size())
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.on_cells(TestBackend::window_size)
    }

    /// A frame ends here.
    fn flush(&mut self) -> io::Result<()> {
        self.on_cells(TestBackend::flush)?;
        let mut inner = self.lock();
        inner.frames.push(Instant::now());
        let rows = mem::take(&mut inner.drawing);
        inner.rows.push(rows);
        drop(inner);
        self.drawn.send_modify(|count| *count += 1);
        Ok(())
    }
}
