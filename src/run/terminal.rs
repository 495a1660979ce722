//! The terminal's modes: entering the screen, leaving it whatever happens, and noticing that the
//! terminal is gone. Leaving is safe to call twice, from a panic, and on a dead terminal.

use std::io::{self, IsTerminal as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::style::ResetColor;
use crossterm::terminal::{self, Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen};
use crossterm::{cursor, execute};

/// How often a background job looks whether it is in the foreground again.
pub(super) const AWAY: Duration = Duration::from_millis(250);

/// Whether the modes are on. The panic hook has no other way to know.
static ENTERED: AtomicBool = AtomicBool::new(false);

/// Whether the mouse is ours while the screen is: it may have been given back.
static MOUSE: AtomicBool = AtomicBool::new(true);

/// Why the full screen cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum NoTerminal {
    /// stdin or stdout is a file or a pipe.
    #[error(
        "the full screen needs a terminal, and {0} is none; without a screen: netplay tcp server --headless"
    )]
    NotATerminal(&'static str),
    /// TERM says that the terminal cannot place text.
    #[error("TERM={0} cannot show a full screen; without a screen: netplay tcp server --headless")]
    Dumb(String),
}

/// Whether there is a terminal that can show a full screen.
pub fn check() -> Result<(), NoTerminal> {
    if !io::stdin().is_terminal() {
        return Err(NoTerminal::NotATerminal("stdin"));
    }
    if !io::stdout().is_terminal() {
        return Err(NoTerminal::NotATerminal("stdout"));
    }
    match std::env::var("TERM") {
        Ok(term) if term == "dumb" => Err(NoTerminal::Dumb(term)),
        _ => Ok(()),
    }
}

/// Switches the screen's modes on.
pub fn enter() -> io::Result<()> {
    // NO_COLOR is obeyed by the theme; crossterm's own way would wipe bold and reverse as well.
    crossterm::style::force_color_output(true);
    terminal::enable_raw_mode()?;
    ENTERED.store(true, Ordering::SeqCst);
    execute!(
        io::stdout(),
        EnterAlternateScreen,
        EnableBracketedPaste,
        cursor::Hide,
        Clear(ClearType::All)
    )?;
    if MOUSE.load(Ordering::SeqCst) {
        mouse::on()?;
    }
    Ok(())
}

/// Takes the mouse, or gives it back so that the terminal selects text with it. It stays so when
/// the screen is left and entered again. Errors are left to the next frame.
pub fn take_mouse(yes: bool) {
    MOUSE.store(yes, Ordering::SeqCst);
    // Looked at while nobody else writes: a panic elsewhere leaves the screen.
    let _writer = io::stdout().lock();
    if is_entered() {
        let _ = if yes { mouse::on() } else { mouse::off() };
    }
}

/// Presses, the wheel, and moves with a button held (1000, 1002), told in decimal numbers (1006). Not
/// every move of the pointer (1003, which crossterm would ask for as well): nothing here needs it.
#[cfg(unix)]
mod mouse {
    use std::io::{self, Write as _};

    pub(super) fn on() -> io::Result<()> {
        write(b"\x1b[?1000h\x1b[?1002h\x1b[?1006h")
    }

    pub(super) fn off() -> io::Result<()> {
        write(b"\x1b[?1006l\x1b[?1002l\x1b[?1000l")
    }

    fn write(bytes: &[u8]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(bytes)?;
        out.flush()
    }
}

/// The console's own mode.
#[cfg(not(unix))]
mod mouse {
    use super::{execute, io};
    use crossterm::event::{DisableMouseCapture, EnableMouseCapture};

    pub(super) fn on() -> io::Result<()> {
        execute!(io::stdout(), EnableMouseCapture)
    }

    pub(super) fn off() -> io::Result<()> {
        execute!(io::stdout(), DisableMouseCapture)
    }
}

/// Switches them off again, if they are on. Errors are ignored: on a dead terminal there is nothing
/// left to put right. In the background the terminal is another's, and to change its modes would
/// stop the program (SIGTTOU).
pub fn leave() {
    if !ENTERED.swap(false, Ordering::SeqCst) || !is_foreground() {
        return;
    }
    let mut out = io::stdout();
    // Each by itself: one that fails must not keep back the others.
    let _ = mouse::off();
    let _ = execute!(out, DisableBracketedPaste);
    let _ = execute!(out, ResetColor);
    let _ = execute!(out, cursor::Show);
    let _ = execute!(out, LeaveAlternateScreen);
    let _ = terminal::disable_raw_mode();
}

/// Whether the screen's modes are on.
#[must_use]
pub fn is_entered() -> bool {
    ENTERED.load(Ordering::SeqCst)
}

/// Ends the program where the screen cannot be left, since the terminal takes no output. What goes
/// without writing is put right.
pub fn abandon(code: u8) -> ! {
    let _ = terminal::disable_raw_mode();
    std::process::exit(code.into())
}

/// Whether the terminal is ours to use: not so for a background job of a shell.
#[cfg(unix)]
#[must_use]
pub fn is_foreground() -> bool {
    use rustix::process::getpgrp;
    use rustix::termios::tcgetpgrp;

    // A terminal that controls no jobs is anyone's.
    tcgetpgrp(rustix::stdio::stdin()).map_or(true, |foreground| foreground == getpgrp())
}

/// There are no jobs here.
#[cfg(not(unix))]
#[must_use]
pub fn is_foreground() -> bool {
    true
}

/// Waits while this is a background job of a terminal: to read from it would stop the whole
/// program (SIGTTIN), though its sessions can well run there.
pub fn wait_for_foreground() {
    while !is_foreground() {
        thread::sleep(AWAY);
    }
}

/// Stops this process until it is continued, as Ctrl+Z does. SIGSTOP, since SIGTSTP does nothing in
/// an orphaned process group.
#[cfg(unix)]
pub fn stop_process() {
    use rustix::process::{self, getpid, kill_process};
    let _ = kill_process(getpid(), process::Signal::STOP);
}

/// There is no stopping here.
#[cfg(not(unix))]
pub fn stop_process() {}

/// Whether [`stop_process`] works.
pub const CAN_STOP: bool = cfg!(unix);
