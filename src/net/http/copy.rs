//! The page of a server that answers with one file, as it was last read: to open and read it anew for
//! every request would take a thread each time. Before each use the file is looked at; what has
//! changed since is never sent.

use std::fs::{self, Metadata};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use tokio::time::Instant;

use super::files::Opened;

/// A file that was changed more lately than this is read anew every time: another change in the same
/// tick of its file system's clock (two seconds on the coarsest) would leave no trace.
const SETTLED: Duration = Duration::from_secs(3);
/// For how long what was just seen of the file holds: no change is missed by anybody who is not
/// faster than this.
const HOLDS: Duration = Duration::from_millis(1);
/// For how long a file system that was quick is trusted to be so when the file is looked at. After
/// that the file is read where waiting harms nobody.
const QUICK: Duration = Duration::from_secs(1);

/// What tells one state of a file from another.
#[cfg(unix)]
type State = (u64, u64, u64, i64, i64);
#[cfg(not(unix))]
type State = (u64, Option<SystemTime>);

#[cfg(unix)]
fn state(file: &Metadata) -> State {
    use std::os::unix::fs::MetadataExt as _;
    let (seconds, nanos) = (file.ctime(), file.ctime_nsec());
    (file.dev(), file.ino(), file.len(), seconds, nanos)
}

#[cfg(not(unix))]
fn state(file: &Metadata) -> State {
    (file.len(), file.modified().ok())
}

/// The state of a file that has not changed lately, and that no later change can share.
pub(super) fn settled(file: &Metadata) -> Option<Settled> {
    let age = SystemTime::now().duration_since(changed(file)?).ok()?;
    (age > SETTLED).then(|| Settled(state(file)))
}

#[cfg(unix)]
fn changed(file: &Metadata) -> Option<SystemTime> {
    use std::os::unix::fs::MetadataExt as _;
    let since = Duration::from_secs(file.ctime().try_into().ok()?);
    SystemTime::UNIX_EPOCH.checked_add(since)
}

#[cfg(not(unix))]
fn changed(file: &Metadata) -> Option<SystemTime> {
    file.modified().ok()
}

/// See [`settled`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Settled(State);

#[derive(Debug)]
struct Kept {
    state: Settled,
    kind: &'static str,
    bytes: Bytes,
    looked: Instant,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Copy(Mutex<Option<Kept>>);

impl Copy {
    fn lock(&self) -> MutexGuard<'_, Option<Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a page that was just read, if it is small and has not changed lately.
    pub(super) fn keep(&self, page: &Opened) {
        *self.lock() = page.settled.map(|state| Kept {
            state,
            kind: page.kind,
            bytes: page.first.clone(),
            looked: Instant::now(),
        });
    }

    /// The page, if what is kept of it still holds.
    pub(super) fn look(&self, path: &Path, now: Instant) -> Option<Opened> {
        let mut lock = self.lock();
        let kept = lock.as_mut()?;
        let age = now.saturating_duration_since(kept.looked);
        if age > QUICK {
            return None;
        }
        if age > HOLDS {
            let found = fs::metadata(path).ok().map(|file| state(&file));
            if found != Some(kept.state.0) {
                *lock = None;
                return None;
            }
            kept.looked = now;
        }
        Some(Opened {
            len: kept.bytes.len() as u64,
            kind: kept.kind,
            first: kept.bytes.clone(),
            rest: None,
            settled: Some(kept.state),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::time::SystemTime;

    use super::*;
    use crate::net::http::files;

    fn kept(page: &Path) -> Copy {
        let mut opened = files::page(page).unwrap();
        assert_eq!(opened.settled, None, "it has just been written");
        // As if that had been long ago.
        opened.settled = Some(Settled(state(&fs::metadata(page).unwrap())));
        let copy = Copy::default();
        copy.keep(&opened);
        copy
    }

    fn look(copy: &Copy, page: &Path) -> Option<Bytes> {
        std::thread::sleep(HOLDS * 2);
        copy.look(page, Instant::now()).map(|page| page.first)
    }

    #[test]
    fn a_page_is_sent_from_memory_until_the_file_changes_in_any_way() {
        let dir = tempfile::tempdir().unwrap();
        let page = dir.path().join("page.html");
        let write = |text: &str| fs::write(&page, text).unwrap();
        write("one");
        let copy = kept(&page);
        assert_eq!(look(&copy, &page).unwrap(), "one");
        write("three");
        assert!(look(&copy, &page).is_none());

        let copy = kept(&page);
        let other = dir.path().join("other");
        fs::write(&other, "seven").unwrap();
        let same = fs::metadata(&page).unwrap().modified().unwrap();
        let file = File::options().write(true).open(&other).unwrap();
        file.set_modified(same).unwrap();
        fs::rename(&other, &page).unwrap();
        assert_eq!(
            look(&copy, &page).is_none(),
            cfg!(unix),
            "another of its length and time"
        );

        let copy = kept(&page);
        fs::remove_file(&page).unwrap();
        assert!(look(&copy, &page).is_none());
        assert!(look(&copy, &page).is_none());
    }

    #[test]
    fn what_changed_lately_is_not_settled() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        let file = File::create(&path).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        assert_eq!(settled(&file.metadata().unwrap()).is_none(), cfg!(unix));
    }
}
