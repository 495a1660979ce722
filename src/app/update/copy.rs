//! Copying: the menu, and what is picked from it.

use crate::app::copy::{Copying, What};
use crate::app::overlay::Overlay;
use crate::app::{App, Effect};

impl App {
    pub(super) fn open_copy_menu(&mut self) {
        let menu = Copying::of(self);
        self.overlays.push(Overlay::Copy(Box::new(menu)));
    }

    /// Copies what a row of the menu says; where it cannot be, the menu stays and says why.
    pub(super) fn copy(&mut self, what: What) -> Vec<Effect> {
        let Some(Overlay::Copy(menu)) = self.overlays.last() else {
            return Vec::new();
        };
        if let Some(bytes) = menu.bytes(what) {
            self.overlays.pop();
            self.say(format!("copying {}", what.word()));
            return vec![Effect::Copy { what, bytes }];
        }
        let why = menu.refusal(what).unwrap_or_default();
        self.warn(format!("{}: {why}", what.word()));
        Vec::new()
    }
}
