//! The signals that a run answers to, the same for every shell. Where the system has no Unix
//! signals, its console events stand for them.

use std::io;

/// What the system or the user asks of the whole program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGHUP: the terminal is gone. (Windows: the console window is being closed.)
    HangUp,
    /// SIGINT, Ctrl+C.
    Interrupt,
    /// SIGQUIT, Ctrl+\. (Windows: Ctrl+Break.)
    Quit,
    /// SIGTERM.
    Terminate,
    /// SIGTSTP, Ctrl+Z of the shell's job control.
    Suspend,
    /// SIGCONT: the program goes on after it was stopped.
    Continue,
    /// SIGWINCH: the terminal has another size.
    Resize,
}

impl Signal {
    /// The exit code of a program that this signal ended, as shells count: 128 and its number.
    /// `Suspend`, `Continue` and `Resize` end nothing; theirs is 128.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Signal::HangUp => 129,
            Signal::Interrupt => 130,
            Signal::Quit => 131,
            Signal::Terminate => 143,
            Signal::Suspend | Signal::Continue | Signal::Resize => 128,
        }
    }
}

pub use system::Signals;

#[cfg(unix)]
mod system {
    use std::future::poll_fn;
    use std::task::Poll;

    use tokio::signal::unix::{self, SignalKind};

    use super::{Signal, io};

    /// The stream of signals. From the moment it is made, the system's own way with these signals
    /// is off, for the rest of the program's life.
    #[derive(Debug)]
    pub struct Signals(Vec<(Signal, unix::Signal)>);

    impl Signals {
        /// Those that stop a run without a screen in order. SIGQUIT is not among them: it stays the
        /// emergency exit. A hang-up is left alone where it may have been switched off on purpose,
        /// as `nohup` does. Needs a Tokio runtime.
        pub fn that_stop() -> io::Result<Signals> {
            let mut wanted = vec![Signal::Interrupt, Signal::Terminate];
            if is_ignored(SignalKind::hangup()) == Some(false) {
                wanted.push(Signal::HangUp);
            }
            Signals::of(&wanted)
        }

        /// All of them, for a shell that owns the terminal. Needs a Tokio runtime.
        pub fn all() -> io::Result<Signals> {
            Signals::of(&[
                Signal::Interrupt,
                Signal::Terminate,
                Signal::HangUp,
                Signal::Quit,
                Signal::Suspend,
                Signal::Continue,
                Signal::Resize,
            ])
        }

        fn of(wanted: &[Signal]) -> io::Result<Signals> {
            let stream = |&signal| Ok((signal, unix::signal(kind(signal))?));
            wanted
                .iter()
                .map(stream)
                .collect::<io::Result<_>>()
                .map(Signals)
        }

        /// Waits for the next signal. Cancel-safe. Several of one kind may come as one.
        pub async fn next(&mut self) -> Signal {
            poll_fn(|context| {
                for (signal, stream) in &mut self.0 {
                    if stream.poll_recv(context).is_ready() {
                        return Poll::Ready(*signal);
                    }
                }
                Poll::Pending
            })
            .await
        }
    }

    fn kind(signal: Signal) -> SignalKind {
        match signal {
            Signal::HangUp => SignalKind::hangup(),
            Signal::Interrupt => SignalKind::interrupt(),
            Signal::Quit => SignalKind::quit(),
            Signal::Terminate => SignalKind::terminate(),
            Signal::Suspend => SignalKind::from_raw(rustix::process::Signal::TSTP.as_raw()),
            Signal::Continue => SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()),
            Signal::Resize => SignalKind::window_change(),
        }
    }

    /// Whether the program was started with this signal switched off, where the system tells:
    /// asking it directly is not possible without unsafe code.
    fn is_ignored(kind: SignalKind) -> Option<bool> {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let mask = status
            .lines()
            .find_map(|line| line.strip_prefix("SigIgn:"))?;
        let mask = u64::from_str_radix(mask.trim(), 16).ok()?;
        Some(mask >> (kind.as_raw_value() - 1) & 1 == 1)
    }
}

#[cfg(windows)]
mod system {
    use tokio::signal::windows::{self, CtrlBreak, CtrlC, CtrlClose};

    use super::{Signal, io};

    /// The stream of console events.
    #[derive(Debug)]
    pub struct Signals {
        interrupt: CtrlC,
        quit: CtrlBreak,
        hang_up: CtrlClose,
    }

    impl Signals {
        /// Those that stop a run without a screen. Needs a Tokio runtime.
        pub fn that_stop() -> io::Result<Signals> {
            Ok(Signals {
                interrupt: windows::ctrl_c()?,
                quit: windows::ctrl_break()?,
                hang_up: windows::ctrl_close()?,
            })
        }

        /// All of them, for a shell that owns the terminal. Needs a Tokio runtime.
        pub fn all() -> io::Result<Signals> {
            Signals::that_stop()
        }

        /// Waits for the next event. Cancel-safe.
        pub async fn next(&mut self) -> Signal {
            tokio::select! {
                _ = self.interrupt.recv() => Signal::Interrupt,
                _ = self.quit.recv() => Signal::Quit,
                _ = self.hang_up.recv() => Signal::HangUp,
            }
        }
    }
}

#[cfg(not(any(unix, windows)))]
mod system {
    use super::{Signal, io};

    /// No signals: the system has none that are known here.
    #[derive(Debug)]
    pub struct Signals(());

    impl Signals {
        /// None.
        pub fn that_stop() -> io::Result<Signals> {
            Ok(Signals(()))
        }

        /// None.
        pub fn all() -> io::Result<Signals> {
            Ok(Signals(()))
        }

        /// Waits for ever.
        pub async fn next(&mut self) -> Signal {
            std::future::pending().await
        }
    }
}
