//! The drawing half of the loop: whole frames, and glimpses before them.

use ratatui::backend::{Backend, ClearType};
use ratatui::layout::Size;
use tokio::time::Instant;

use super::Screen;
use crate::app::Message;
use crate::ui::{self, Drawn, News};

impl<B: Backend> Screen<B> {
    pub(super) fn draw(&mut self) -> Result<(), B::Error> {
        if self.app.has_work() {
            // What was typed a moment ago may be found in the first piece, and be in this frame.
            self.work();
        }
        let news = self.news.take();
        if !self.away {
            let now = Instant::now();
            let news = news.filter(|_| self.pace.allows_glimpse(now));
            if let Some(news) = news
                && self.draw_glimpse(news)?
            {
                self.pace.glimpsed(now);
                return Ok(());
            }
            self.draw_frame()?;
        }
        self.dirty = false;
        self.pace.drew(Instant::now(), self.canvas.area().height);
        Ok(())
    }

    /// Shows what is looked at first, if the rest of the frame can follow; whether that was so.
    fn draw_glimpse(&mut self, news: News) -> Result<bool, B::Error> {
        let Some(glimpse) = ui::glimpse(&self.app, news, &mut self.canvas) else {
            return Ok(false);
        };
        if news == News::Key {
            self.cursor = glimpse.cursor;
        }
        self.show()?;
        Ok(true)
    }

    fn draw_frame(&mut self) -> Result<(), B::Error> {
        let Drawn { cursor, spots } = ui::render(&self.app, &mut self.canvas);
        (self.cursor, self.spots) = (cursor, spots);
        self.show()
    }

    /// Shows what was drawn.
    fn show(&mut self) -> Result<(), B::Error> {
        self.canvas.show(&mut self.backend)?;
        match self.cursor {
            None => self.backend.hide_cursor()?,
            Some(position) => {
                self.backend.show_cursor()?;
                self.backend.set_cursor_position(position)?;
            }
        }
        self.backend.flush()
    }

    /// Draws every cell anew, at the size that the terminal has now. What it shows is not known: it
    /// may have been smaller for a moment.
    pub(super) fn redraw(&mut self) -> Result<(), B::Error> {
        if self.away {
            return Ok(());
        }
        let size = self.backend.size()?;
        self.backend.clear_region(ClearType::All)?;
        self.canvas.resize(size);
        self.pace.cleared();
        let Size { width, height } = size;
        self.update(Message::Resize(width, height));
        Ok(())
    }
}
