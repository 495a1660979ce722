use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::{Mutex, PoisonError};

use super::*;

/// Held while a program is written or run: one that is started meanwhile inherits the file that is
/// being written, and what somebody has open for writing cannot be run (`ETXTBSY`).
static PROGRAMS: Mutex<()> = Mutex::new(());

const FAKE: &[Tool] = &[
    tool("needs-a-display", &[], &["NO_SUCH_DISPLAY"]),
    tool("fake-copy", &["--to", "clipboard"], &["DISPLAY"]),
];

/// A folder with a program of this name in it.
fn with_tool(name: &str, script: &str) -> TempDir {
    let folder = private_folder().expect("a folder");
    let program = folder.path().join(name);
    let _alone = PROGRAMS.lock().unwrap_or_else(PoisonError::into_inner);
    fs::write(&program, format!("#!/bin/sh\n{script}\n")).expect("it is ours");
    let mode = fs::Permissions::from_mode(0o755);
    fs::set_permissions(&program, mode).expect("it is ours");
    folder
}

fn copy(folder: &Path, bytes: &[u8], limit: Duration) -> ByTool {
    let env = |name: &str| match name {
        "DISPLAY" => Some(OsString::from(":9")),
        "PATH" => Some(OsString::from(format!("relative:{}", folder.display()))),
        _ => None,
    };
    let _alone = PROGRAMS.lock().unwrap_or_else(PoisonError::into_inner);
    by_tool(FAKE, &env, bytes, limit)
}

#[test]
fn the_tool_gets_its_words_and_the_exact_bytes() {
    let folder = with_tool(
        "fake-copy",
        "printf '%s.' \"$@\" > $0.words; cat > $0.bytes",
    );
    let bytes: Vec<u8> = (0..=255).cycle().take(200_000).collect();
    let copied = copy(folder.path(), &bytes, LIMIT);
    assert!(matches!(copied, ByTool::Copied("fake-copy")), "{copied:?}");
    let read = |end: &str| fs::read(folder.path().join(format!("fake-copy.{end}"))).unwrap();
    assert_eq!(read("words"), b"--to.clipboard.");
    assert_eq!(read("bytes"), bytes);
}

#[test]
fn a_tool_that_does_not_end_is_ended_and_leaves_no_zombie() {
    let folder = with_tool("fake-copy", "echo $$ > $0.pid; exec sleep 60");
    let bytes = vec![b'x'; 1 << 20];
    let failed = copy(folder.path(), &bytes, Duration::from_millis(700));
    assert!(
        matches!(&failed, ByTool::Failed(_, why) if why.contains("no end")),
        "{failed:?}"
    );
    if let Ok(pid) = fs::read_to_string(folder.path().join("fake-copy.pid")) {
        assert!(!Path::new("/proc").join(pid.trim()).exists());
    }
}

#[test]
fn a_tool_that_fails_is_told() {
    let folder = with_tool("fake-copy", "exit 3");
    let failed = copy(folder.path(), b"x", LIMIT);
    assert!(
        matches!(&failed, ByTool::Failed("fake-copy", why) if why.contains('3')),
        "{failed:?}"
    );
}

#[test]
fn without_a_tool_it_is_said_which_would_do() {
    let folder = private_folder().expect("a folder");
    // A file that cannot be run is none.
    fs::write(folder.path().join("fake-copy"), "").expect("it is ours");
    let none = copy(folder.path(), b"x", LIMIT);
    assert!(
        matches!(&none, ByTool::None(usable) if usable == &["fake-copy"]),
        "{none:?}"
    );
    let words = report(What::Raw, 1, &none, true, &Ok("/tmp/a/copied".into()));
    assert!(words.warning);
    assert_eq!(
        words.text,
        "the exact bytes (1 B): no clipboard tool (fake-copy); asked the terminal (OSC 52), \
         which does not say whether it did\nalso in /tmp/a/copied"
    );
}

#[test]
fn the_file_is_private_exact_and_one_for_all_copies() {
    let mut clipboard = Clipboard::default();
    let first = clipboard.write(b"a longer first one").expect("a file");
    let second = clipboard.write(b"\0second\xff").expect("a file");
    assert_eq!(first, second);
    assert_eq!(fs::read(&second).unwrap(), b"\0second\xff");
    let folder = second.parent().unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(folder), mode(&second)), (0o700, 0o600));
    assert_eq!(fs::read_dir(folder).unwrap().count(), 1);
    fs::remove_dir_all(folder).expect("it is ours");
    let third = clipboard.write(b"third").expect("a new folder");
    fs::remove_dir_all(third.parent().unwrap()).expect("it is ours");
}

#[test]
fn the_terminal_is_asked_for_what_it_can_take() {
    assert_eq!(
        sequence(b"hi\x1b", None).as_deref(),
        Some(&b"\x1b]52;c;aGkb\x07"[..])
    );
    assert!(sequence(&vec![0; OSC_LIMIT], None).is_some_and(|all| all.len() < 80_000));
    assert_eq!(sequence(&vec![0; OSC_LIMIT + 1], None), None);
    assert_eq!(sequence(b"x", Some(OsStr::new("linux"))), None);
    let long = report(
        What::Hex,
        OSC_LIMIT + 1,
        &ByTool::Copied("x"),
        false,
        &Ok("f".into()),
    );
    assert!(!long.warning && long.text.contains("copied by x"));
}

#[test]
fn windows_takes_text_as_utf_16_and_other_bytes_as_they_are() {
    assert_eq!(utf16("ü".as_bytes()), Some(vec![0xff, 0xfe, 0xfc, 0]));
    assert_eq!(utf16(b"\xff"), None);
}
