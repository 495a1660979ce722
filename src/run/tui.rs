//! The full screen on the terminal: what is entered and left around its loop, and the signals that
//! reach it.

use std::io::{self, Write as _};
use std::time::Duration;

use ratatui::backend::CrosstermBackend;
use tokio::runtime::{self, Builder};
use tokio::sync::mpsc;

use super::frames::FrameWriter;
use super::reader::Reader;
use super::screen::{End, Screen};
use super::signals::{Signal, Signals};
use super::{locale, panics, terminal};
use crate::app::Machine;
use crate::app::keymap::Keymap;
use crate::model::launch::ScreenLaunch;
use crate::net::{self, Clock};

/// How long a signal waits for the screen to be left; a terminal that takes no output, such as a
/// stalled connection, holds up the loop in the midst of a frame.
const PATIENCE: Duration = Duration::from_secs(3);

fn pause_process(stop: bool) -> io::Result<bool> {
    if stop || terminal::is_foreground() {
        terminal::leave();
    }
    if stop {
        terminal::stop_process();
    }
    let is_ours = terminal::is_foreground();
    if is_ours {
        terminal::enter()?;
    }
    Ok(is_ours)
}

/// Shows the full screen until the user quits or a signal ends it.
///
/// # Errors
/// When there is no terminal, or when the system gives no runtime or no signals.
pub fn run(mut launch: ScreenLaunch, keymap: Keymap) -> anyhow::Result<u8> {
    launch.looks.ascii |= !locale::is_utf8();
    let clock = Clock::new();
    net::raise_descriptor_limit();
    let sessions = super::runtime()?;
    // The loop waits on its own for keys and its clock: what is shared is taken from it by others.
    let own = Builder::new_current_thread().enable_all().build()?;
    panics::guard_screen();
    let end = own.block_on(show(launch, keymap, clock, sessions.handle()));
    terminal::leave();
    sessions.shutdown_background();
    let (end, summary) = end?;
    Ok(match end {
        End::Quit => {
            let mut out = io::stdout().lock();
            for line in summary {
                // The terminal may be gone by now; there is nobody left to tell.
                let _ = writeln!(out, "{line}");
            }
            0
        }
        End::Signal(signal) => signal.exit_code(),
        End::Gone => Signal::HangUp.exit_code(),
    })
}

async fn show(
    launch: ScreenLaunch,
    keymap: Keymap,
    clock: Clock,
    sessions: &runtime::Handle,
) -> anyhow::Result<(End, Vec<String>)> {
    let (notify, mut signalled) = mpsc::channel(16);
    {
        // With the sessions, since the loop may be held up. Before the screen is entered: a signal
        // would end the program in the midst of it.
        let _there = sessions.enter();
        tokio::spawn(pass_on(Signals::all()?, notify));
    }
    terminal::enter()?;
    let machine = Machine {
        origin: clock.origin(),
        utc_offset: jiff::Zoned::now().offset().seconds().into(),
        addresses: net::own_addresses(),
        can_suspend: terminal::CAN_STOP,
    };
    let backend = CrosstermBackend::new(FrameWriter::default());
    let mut input = Reader::of_terminal()?;
    let screen = {
        let _there = sessions.enter();
        Screen::new(launch, machine, clock, backend, Some(pause_process))?
    };
    let mut screen = screen.with_keymap(keymap);
    // A frame that cannot be written means that the terminal is gone.
    let end = screen
        .run(&mut input, &mut signalled)
        .await
        .unwrap_or(End::Gone);
    terminal::leave();
    Ok((end, screen.app().summary()))
}

/// Tells the loop of signals. When it does not obey one that ends the program, this does.
async fn pass_on(mut signals: Signals, notify: mpsc::Sender<Signal>) {
    loop {
        let signal = signals.next().await;
        if !matches!(signal, Signal::Suspend | Signal::Continue | Signal::Resize) {
            tokio::spawn(async move {
                tokio::time::sleep(PATIENCE).await;
                terminal::abandon(signal.exit_code());
            });
        }
        // A loop that is held up has enough waiting; what it sees then is how things are then.
        let _ = notify.try_send(signal);
    }
}
