//! What a panic leads to. One in a session ends that session, which tells of it, and the program
//! goes on. One of the thread that draws or of the one that reads keys ends the program, as does one
//! of the runtime itself: a worker that is gone answers nobody, not even signals.

use std::panic;
use std::thread;

use super::reader::KEYBOARD;
use super::terminal;
use crate::net;

/// The exit code of a panic, as Rust's own.
const PANIC_CODE: i32 = 101;
/// The exit code where the system let the runtime down: a failure as any other.
const FAILURE_CODE: i32 = 1;

/// Sets what a panic does while the screen is shown by this thread. On any thread but those without
/// which nothing goes on it prints nothing: the session that it ends shows its text.
pub(super) fn guard_screen() {
    let screen = thread::current().id();
    panic::set_hook(Box::new(move |info| {
        end_with_runtime(info);
        let thread = thread::current();
        if thread.id() != screen && thread.name() != Some(KEYBOARD) {
            return;
        }
        terminal::leave();
        super::complain(&format!("internal error, please report it: {info}"));
        std::process::exit(PANIC_CODE);
    }));
}

/// Sets what a panic does where there is no screen.
pub(super) fn guard_headless() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        end_with_runtime(info);
        usual(info);
    }));
}

/// Ends the program if the panic is one of the runtime's own: it answers so when the system fails
/// the calls by which its threads wake each other.
fn end_with_runtime(info: &panic::PanicHookInfo) {
    let place = info.location();
    if !place.is_some_and(|place| is_of_runtime(place.file())) {
        return;
    }
    terminal::leave();
    let text = net::panic_text(info.payload());
    super::complain(&format!(
        "cannot go on: the system failed a call that everything here waits for\n  \
         start it again; the system said: {text}"
    ));
    std::process::exit(FAILURE_CODE);
}

/// Whether a source file is one of the machinery that runs tasks, not of what tasks call.
fn is_of_runtime(file: &str) -> bool {
    let is_package = |name: &&str| name.starts_with("tokio-");
    let mut names = file.split(['/', '\\']).skip_while(|name| !is_package(name));
    matches!(
        [names.next(), names.next(), names.next()],
        [Some(_), Some("src"), Some("runtime")]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runtime_is_told_from_what_it_runs() {
        let registry = "/home/me/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f";
        assert!(is_of_runtime(&format!(
            "{registry}/tokio-1.54.1/src/runtime/io/driver.rs"
        )));
        assert!(is_of_runtime(
            r"C:\cargo\registry\tokio-1.54.1\src\runtime\signal\mod.rs"
        ));
        assert!(!is_of_runtime(&format!(
            "{registry}/tokio-1.54.1/src/net/tcp/stream.rs"
        )));
        assert!(!is_of_runtime(&format!(
            "{registry}/tokio-util-0.7.20/src/task/task_tracker.rs"
        )));
        assert!(!is_of_runtime("src/net/session.rs"));
    }
}
