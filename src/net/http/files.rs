//! Files as answers: finds what a target names in a folder, and lets nothing out of it. Everything
//! here blocks; callers do it where waiting harms nobody.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::copy::{self, Settled};
use super::media;
use crate::net::source;

/// How much of a file is read at once, in bytes: a thousand peers who do not read keep so much each.
pub(super) const CHUNK: usize = 32 << 10;
/// What a folder answers with when it is asked for itself.
const INDEX: &str = "index.html";

/// A file that can be sent.
#[derive(Debug)]
pub(super) struct Opened {
    /// Its length when it was opened: that much is sent, whatever becomes of it.
    pub(super) len: u64,
    pub(super) kind: &'static str,
    /// The beginning.
    pub(super) first: Bytes,
    /// What follows, if there is more.
    pub(super) rest: Option<File>,
    /// How to tell whether it is still the same, where that can be told.
    pub(super) settled: Option<Settled>,
}

/// Why there is no file to send.
#[derive(Debug)]
pub(super) enum Missing {
    /// 301: the target names a folder and lacks the slash at its end.
    Moved(String),
    /// 400: the target cannot be read.
    Unreadable(&'static str),
    /// 404: nothing there, or nothing that may be had.
    NotFound(&'static str),
    /// 500: what the server was told to send cannot be had. The user of the server is told too.
    Broken(PathBuf, io::Error),
}

/// Opens the one file that is the answer.
pub(super) fn page(path: &Path) -> Result<Opened, Missing> {
    let broken = |error| Missing::Broken(path.to_owned(), error);
    let path = &path.canonicalize().map_err(broken)?;
    open(path).map_err(broken)
}

/// Opens what the path of a target names in a folder. `query` is what follows the path.
pub(super) fn within(folder: &Path, path: &[u8], query: &[u8]) -> Result<Opened, Missing> {
    let names = names(path)?;
    let root = folder
        .canonicalize()
        .map_err(|error| Missing::Broken(folder.to_owned(), error))?;
    let mut wanted = root.clone();
    wanted.extend(&names);
    let found = inside(&root, &wanted)?;
    if !found.is_dir() {
        return if path.ends_with(b"/") {
            Err(Missing::NotFound("this is a file, not a folder"))
        } else {
            open(&found).map_err(|error| missing(found, error))
        };
    }
    if !path.ends_with(b"/") {
        return Err(Missing::Moved(location(path, query)));
    }
    let index = inside(&root, &found.join(INDEX)).map_err(|missing| match missing {
        Missing::NotFound(_) => Missing::NotFound("this folder has no index.html"),
        other => other,
    })?;
    open(&index).map_err(|error| missing(index, error))
}

/// Where a file really is, with every link followed; it must be in the folder.
fn inside(root: &Path, wanted: &Path) -> Result<PathBuf, Missing> {
    let found = wanted
        .canonicalize()
        .map_err(|error| missing(wanted.to_owned(), error))?;
    if found.starts_with(root) {
        Ok(found)
    } else {
        Err(Missing::NotFound("a link leads out of the folder"))
    }
}

fn missing(path: PathBuf, error: io::Error) -> Missing {
    match error.kind() {
        ErrorKind::NotFound
        | ErrorKind::NotADirectory
        | ErrorKind::InvalidFilename
        | ErrorKind::InvalidInput => Missing::NotFound("no file of that name is in the folder"),
        _ => Missing::Broken(path, error),
    }
}

/// Opens a file and reads its beginning.
fn open(path: &Path) -> io::Result<Opened> {
    let (mut file, len) = source::open(path)?;
    let before = file.metadata()?;
    let first = read(&mut file, len)?;
    // What was seen before the reading tells of every change since.
    let settled = copy::settled(&before).filter(|_| len == first.len() as u64);
    let rest = (len > first.len() as u64).then_some(file);
    Ok(Opened {
        len: if rest.is_some() {
            len
        } else {
            first.len() as u64
        },
        kind: media::of(path),
        first,
        rest,
        settled,
    })
}

/// Reads the next part of a file, of which `left` bytes are to be sent. Nothing at its end.
pub(super) fn read(file: &mut File, left: u64) -> io::Result<Bytes> {
    let size = left.min(CHUNK as u64);
    let mut part = Vec::with_capacity(size as usize);
    file.take(size).read_to_end(&mut part)?;
    Ok(part.into())
}

/// The names in a path, decoded once (RFC 3986 §2.1). A name that means a place elsewhere is none.
fn names(path: &[u8]) -> Result<Vec<OsString>, Missing> {
    path.split(|&b| b == b'/')
        .filter(|&part| !matches!(part, b"" | b"."))
        .map(|part| {
            let name = decode(part).ok_or(Missing::Unreadable(
                "a % in a target is followed by two hexadecimal digits (RFC 3986 §2.1)",
            ))?;
            if !is_name(&name) {
                return Err(Missing::NotFound("no name of a file can be like this"));
            }
            os_name(name).ok_or(Missing::NotFound("no file of that name is in the folder"))
        })
        .collect()
}

fn is_name(name: &[u8]) -> bool {
    let elsewhere = |b: &u8| matches!(b, b'/' | b'\\' | 0) || cfg!(windows) && *b == b':';
    !matches!(name, b"" | b"." | b"..") && !name.iter().any(elsewhere)
}

fn decode(part: &[u8]) -> Option<Vec<u8>> {
    let mut name = Vec::with_capacity(part.len());
    let mut rest = part;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            name.push(byte);
            continue;
        }
        let (&[high, low], after) = rest.split_first_chunk()?;
        let digit = |b: u8| char::from(b).to_digit(16);
        name.push((digit(high)? << 4 | digit(low)?) as u8);
        rest = after;
    }
    Some(name)
}

#[cfg(unix)]
#[expect(
    clippy::unnecessary_wraps,
    reason = "other systems have names that are no bytes"
)]
fn os_name(name: Vec<u8>) -> Option<OsString> {
    Some(std::os::unix::ffi::OsStringExt::from_vec(name))
}

#[cfg(not(unix))]
fn os_name(name: Vec<u8>) -> Option<OsString> {
    String::from_utf8(name).ok().map(OsString::from)
}

/// The target of a folder with the slash that it lacks. Never begins with two slashes, which would
/// name another server.
fn location(path: &[u8], query: &[u8]) -> String {
    let mut location = String::new();
    let parts = path.split(|&b| b == b'/').filter(|part| !part.is_empty());
    for part in parts {
        location.push('/');
        push_escaped(part, &mut location);
    }
    location.push('/');
    push_escaped(query, &mut location);
    location
}

fn push_escaped(bytes: &[u8], out: &mut String) {
    for &byte in bytes {
        if byte.is_ascii_graphic() {
            out.push(char::from(byte));
        } else {
            // A string takes all that is written to it.
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_decoded_once_and_none_leads_elsewhere() {
        let good = |path: &str| names(path.as_bytes()).unwrap();
        assert_eq!(good("/"), [""; 0]);
        assert_eq!(good("/a/b.txt"), ["a", "b.txt"]);
        assert_eq!(good("//a/./b/"), ["a", "b"]);
        assert_eq!(good("/a%20b/%25"), ["a b", "%"]);
        assert_eq!(good("/%252e%252e"), ["%2e%2e"], "once");
        assert_eq!(good("/..."), ["..."]);
        for bad in [
            "/..",
            "/a/../b",
            "/%2e%2e",
            "/%2E.",
            "/.%2e/x",
            "/%2e",
            "/a%2fb",
            "/..%2f",
            "/a\\b",
            "/%5c",
            "/%00",
            "/a%00.html",
            "/..%5c..",
        ] {
            assert!(
                matches!(names(bad.as_bytes()), Err(Missing::NotFound(_))),
                "{bad}"
            );
        }
        for bad in ["/%", "/%2", "/%zz", "/a%+1"] {
            assert!(
                matches!(names(bad.as_bytes()), Err(Missing::Unreadable(_))),
                "{bad}"
            );
        }
    }

    #[test]
    fn a_folder_moves_to_itself_with_a_slash_on_this_server() {
        assert_eq!(location(b"/a/b", b"?x=1"), "/a/b/?x=1");
        assert_eq!(location(b"//evil.example", b""), "/evil.example/");
        assert_eq!(location(b"/\xc3\xa4", b""), "/%C3%A4/");
    }

    #[test]
    fn a_file_that_grows_or_shrinks_is_read_as_far_as_was_announced() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        std::fs::write(&path, vec![b'x'; CHUNK + 10]).unwrap();
        let opened = open(&path).unwrap();
        assert_eq!((opened.len, opened.first.len()), (CHUNK as u64 + 10, CHUNK));
        std::fs::write(&path, vec![b'x'; CHUNK + 99]).unwrap();
        let mut rest = opened.rest.unwrap();
        assert_eq!(read(&mut rest, 10).unwrap().len(), 10);
        std::fs::write(&path, b"short").unwrap();
        assert!(read(&mut rest, 10).unwrap().is_empty());
    }
}
