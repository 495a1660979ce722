//! Unix: the limit of open descriptors, and error numbers that `io::ErrorKind` does not name.

use std::io;

use rustix::io::Errno;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What macOS allows at most although its hard limit says "infinite" (`OPEN_MAX`).
const OPEN_MAX: u64 = 10_240;

/// Raises the limit of open descriptors as far as the system lets every program do, so that many
/// connections fit.
pub fn raise_descriptor_limit() {
    let now = getrlimit(Resource::Nofile);
    for wanted in [now.maximum, Some(OPEN_MAX)] {
        let new = Rlimit {
            current: wanted,
            maximum: now.maximum,
        };
        let higher = match (now.current, wanted) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(current), Some(wanted)) => wanted > current,
        };
        if !higher || setrlimit(Resource::Nofile, new).is_ok() {
            break;
        }
    }
}

pub(in crate::net) fn descriptor_limit() -> Option<u64> {
    getrlimit(Resource::Nofile).current
}

fn is(error: &io::Error, numbers: &[Errno]) -> bool {
    let number = error.raw_os_error();
    numbers
        .iter()
        .any(|errno| number == Some(errno.raw_os_error()))
}

pub(in crate::net) fn is_too_large(error: &io::Error) -> bool {
    is(error, &[Errno::MSGSIZE])
}

pub(in crate::net) fn is_out_of_descriptors(error: &io::Error) -> bool {
    is(error, &[Errno::MFILE, Errno::NFILE])
}
