//! Copying to where the user can get at it: the system's clipboard through its own tool, the
//! terminal's through OSC 52, and a file. Each is tried, and what came of it is told: no terminal
//! says whether it obeyed, so that alone is never called copied.

use std::ffi::{OsStr, OsString};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tempfile::{NamedTempFile, TempDir};

use crate::app::copy::What;
use crate::app::side::Notice;
use crate::model::size::Size;
use crate::wire::text::safe;

/// How long a tool may take; one that waits for a display that does not answer would wait for ever.
const LIMIT: Duration = Duration::from_secs(2);
/// How often is looked whether a tool has ended.
const STEP: Duration = Duration::from_millis(10);
/// How many bytes a terminal is asked to take: terminals that have a limit at all take 74,994 bytes
/// of base64 (xterm's and hterm's), which are four for three of ours.
const OSC_LIMIT: usize = 56 << 10;

/// A program that takes a clipboard's new content on its stdin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tool {
    name: &'static str,
    args: &'static [&'static str],
    /// A variable that must be set for it to work; several are alternatives.
    needs: &'static [&'static str],
    /// It takes text as UTF-16, as Windows does.
    utf16: bool,
}

const fn tool(
    name: &'static str,
    args: &'static [&'static str],
    needs: &'static [&'static str],
) -> Tool {
    Tool {
        name,
        args,
        needs,
        utf16: false,
    }
}

const CLIP: Tool = Tool {
    utf16: true,
    ..tool("clip.exe", &[], &[])
};

/// The tools of this system, the first that is there is taken.
const TOOLS: &[Tool] = if cfg!(target_os = "macos") {
    &[tool("pbcopy", &[], &[])]
} else if cfg!(windows) {
    &[CLIP]
} else {
    &[
        tool("wl-copy", &["--type", "text/plain"], &["WAYLAND_DISPLAY"]),
        tool("xclip", &["-selection", "clipboard", "-in"], &["DISPLAY"]),
        tool("xsel", &["--clipboard", "--input"], &["DISPLAY"]),
        // Linux within Windows.
        Tool {
            needs: &["WSL_DISTRO_NAME", "WSL_INTEROP"],
            ..CLIP
        },
    ]
};

/// Where the copies of this run go.
#[derive(Debug, Default)]
pub struct Clipboard {
    /// A folder that nobody else can look into.
    folder: Option<PathBuf>,
}

/// What came of the tool.
#[derive(Debug)]
enum ByTool {
    Copied(&'static str),
    Failed(&'static str, String),
    /// There is none; these would have been taken.
    None(Vec<&'static str>),
}

/// The sequence that asks the terminal to take these bytes into its clipboard; `None` when they are
/// too many, or when this terminal would show it as text.
#[must_use]
pub fn sequence(bytes: &[u8], term: Option<&OsStr>) -> Option<Vec<u8>> {
    let knows_it = term.is_none_or(|term| term != "linux");
    (knows_it && bytes.len() <= OSC_LIMIT)
        .then(|| format!("\x1b]52;c;{}\x07", STANDARD.encode(bytes)).into_bytes())
}

impl Clipboard {
    /// Gives these bytes to the system's tool and writes them into the file. Takes up to two
    /// seconds. `asked` tells whether the terminal was asked too. Says in words what came of it.
    pub fn copy(&mut self, what: What, bytes: &[u8], asked: bool) -> Notice {
        let env = |name: &str| std::env::var_os(name);
        let tool = by_tool(TOOLS, &env, bytes, LIMIT);
        let file = self.write(bytes);
        report(what, bytes.len(), &tool, asked, &file)
    }

    /// Writes the file, in place of the one before.
    fn write(&mut self, bytes: &[u8]) -> io::Result<PathBuf> {
        let folder = match &self.folder {
            // Somebody may have tidied up.
            Some(folder) if folder.is_dir() => folder.clone(),
            _ => {
                let folder = private_folder()?.keep();
                self.folder.insert(folder).clone()
            }
        };
        let mut file = NamedTempFile::new_in(&folder)?;
        file.write_all(bytes)?;
        let path = folder.join("copied");
        file.persist(&path)?;
        Ok(path)
    }
}

fn private_folder() -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("netplay-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o700));
    }
    builder.tempdir()
}

/// The environment, as far as it is asked for.
type Env<'a> = &'a dyn Fn(&str) -> Option<OsString>;

fn by_tool(tools: &'static [Tool], env: Env, bytes: &[u8], limit: Duration) -> ByTool {
    let is_set = |name: &&str| env(name).is_some_and(|value| !value.is_empty());
    let fits = |tool: &&Tool| tool.needs.is_empty() || tool.needs.iter().any(is_set);
    let path = env("PATH").unwrap_or_default();
    let found = tools
        .iter()
        .filter(fits)
        .find_map(|tool| Some((tool, look_for(tool.name, &path)?)));
    let Some((tool, program)) = found else {
        let usable: Vec<&str> = tools.iter().filter(fits).map(|tool| tool.name).collect();
        return ByTool::None(usable);
    };
    let given = if tool.utf16 { utf16(bytes) } else { None };
    match give(
        &program,
        tool.args,
        given.as_deref().unwrap_or(bytes),
        limit,
    ) {
        Ok(()) => ByTool::Copied(tool.name),
        Err(error) => ByTool::Failed(tool.name, error.to_string()),
    }
}

/// The program of this name; a folder that is not named in full depends on where one is.
fn look_for(name: &str, path: &OsStr) -> Option<PathBuf> {
    std::env::split_paths(path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name))
        .find(|program| is_program(program))
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata()
        .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}

/// Text as Windows keeps it; `None` when it is no text.
fn utf16(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    Some(units.flat_map(u16::to_le_bytes).collect())
}

/// Runs a program with these bytes on its stdin, to its end or to the limit.
fn give(program: &Path, args: &[&str], bytes: &[u8], limit: Duration) -> io::Result<()> {
    let mut command = Command::new(program);
    command
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // What it leaves behind to serve the clipboard outlives us.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        let bytes = bytes.to_vec();
        // It may not read; then this ends when it does.
        thread::spawn(move || {
            let _ = stdin.write_all(&bytes);
        });
    }
    let end = Instant::now() + limit;
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(io::Error::other(status.to_string())),
            Ok(None) if Instant::now() < end => thread::sleep(STEP),
            Ok(None) => {
                end_now(&mut child);
                return Err(io::Error::other(format!("no end within {limit:?}")));
            }
            Err(error) => {
                end_now(&mut child);
                return Err(error);
            }
        }
    }
}

fn end_now(child: &mut Child) {
    // One that has just ended by itself is waited for all the same.
    let _ = child.kill();
    let _ = child.wait();
}

fn report(
    what: What,
    len: usize,
    tool: &ByTool,
    asked: bool,
    file: &io::Result<PathBuf>,
) -> Notice {
    let (what, size) = (what.word(), Size(len as u64));
    let terminal = match asked {
        true => "asked the terminal (OSC 52), which does not say whether it did".to_owned(),
        false if len > OSC_LIMIT => format!(
            "too long to ask the terminal (OSC 52 takes {})",
            Size(OSC_LIMIT as u64)
        ),
        false => "this terminal has no clipboard (OSC 52)".to_owned(),
    };
    let first = match tool {
        ByTool::Copied(name) if asked => {
            format!("{what} ({size}) copied by {name}; asked the terminal too (OSC 52)")
        }
        ByTool::Copied(name) => format!("{what} ({size}) copied by {name}; {terminal}"),
        ByTool::Failed(name, why) => {
            format!("{what} ({size}): {name} failed ({}); {terminal}", safe(why))
        }
        ByTool::None(usable) if usable.is_empty() => {
            format!("{what} ({size}): no clipboard here; {terminal}")
        }
        ByTool::None(usable) => {
            let usable = usable.join(" or ");
            format!("{what} ({size}): no clipboard tool ({usable}); {terminal}")
        }
    };
    let last = match file {
        Ok(path) => format!("also in {}", safe(&path.to_string_lossy())),
        Err(error) => format!("no file: {}", safe(&error.to_string())),
    };
    Notice {
        text: format!("{first}\n{last}"),
        warning: !matches!(tool, ByTool::Copied(_)),
        hindrance: false,
    }
}

#[cfg(all(test, unix))]
mod tests;
