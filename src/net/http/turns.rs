//! Whose turn it is: all connections at once, or one after another in the order in which they came.
//! Knows nothing of what is done in a turn.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

#[derive(Debug, Default)]
struct State {
    one: bool,
    taken: usize,
    queue: VecDeque<oneshot::Sender<Turn>>,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Turns {
    state: Mutex<State>,
}

/// A turn; it is over when this is dropped.
#[derive(Debug)]
pub(super) struct Turn(Option<Arc<Turns>>);

/// What whoever has no turn yet waits for.
pub(super) type Wait = oneshot::Receiver<Turn>;

impl Turns {
    pub(super) fn new(one: bool) -> Arc<Turns> {
        let turns = Turns::default();
        turns.lock().one = one;
        Arc::new(turns)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A turn at once, or a place in the queue. To drop that is to leave the queue.
    pub(super) fn enter(self: &Arc<Self>) -> Result<Turn, Wait> {
        let mut state = self.lock();
        if state.one && state.taken > 0 {
            let (sender, wait) = oneshot::channel();
            state.queue.push_back(sender);
            return Err(wait);
        }
        state.taken += 1;
        Ok(Turn(Some(self.clone())))
    }

    /// One after another from now on, or all at once. Turns that are taken are not ended by it.
    pub(super) fn set(self: &Arc<Self>, one: bool) {
        self.lock().one = one;
        self.pass();
    }

    /// Gives as many turns to those who wait as there may be.
    fn pass(self: &Arc<Self>) {
        loop {
            let mut state = self.lock();
            if state.one && state.taken > 0 {
                return;
            }
            let Some(next) = state.queue.pop_front() else {
                return;
            };
            state.taken += 1;
            drop(state);
            if let Err(mut unwanted) = next.send(Turn(Some(self.clone()))) {
                unwanted.0 = None;
                self.lock().taken -= 1;
            }
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(turns) = self.0.take() {
            turns.lock().taken -= 1;
            turns.pass();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_after_another_keeps_the_order_and_passes_over_who_left() {
        let turns = Turns::new(true);
        let first = turns.enter().unwrap();
        let mut waits: Vec<Wait> = (0..3).map(|_| turns.enter().unwrap_err()).collect();
        assert!(waits[0].try_recv().is_err());
        drop(waits.remove(0));
        drop(first);
        let second = waits[0].try_recv().unwrap();
        assert!(waits[1].try_recv().is_err());
        drop(second);
        assert!(waits[1].try_recv().is_ok());
        assert!(turns.enter().is_ok(), "the queue is empty again");
    }

    #[test]
    fn a_turn_that_nobody_picks_up_is_passed_on() {
        let turns = Turns::new(true);
        let first = turns.enter().unwrap();
        let given = turns.enter().unwrap_err();
        let mut after = turns.enter().unwrap_err();
        drop(first);
        drop(given);
        assert!(after.try_recv().is_ok());
    }

    #[test]
    fn switching_lets_all_in_and_back_again() {
        let turns = Turns::new(true);
        let first = turns.enter().unwrap();
        let mut waits: Vec<Wait> = (0..3).map(|_| turns.enter().unwrap_err()).collect();
        turns.set(false);
        let all: Vec<Turn> = waits
            .iter_mut()
            .map(|wait| wait.try_recv().unwrap())
            .collect();
        turns.set(true);
        drop(first);
        let mut late = turns.enter().unwrap_err();
        assert!(late.try_recv().is_err(), "three turns are still taken");
        drop(all);
        assert!(late.try_recv().is_ok());
    }
}
