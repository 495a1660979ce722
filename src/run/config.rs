//! The configuration file: where it is, and reading it. What it says is `config`'s.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;

use crate::config::{self, Config};
use crate::model::settings::Source;
use crate::wire::text::safe;

/// No configuration is larger, in bytes.
const LIMIT: u64 = 1 << 20;

/// The file in the platform's own place, which need not be there. `None` when the system names no
/// home.
#[must_use]
pub fn place() -> Option<PathBuf> {
    let strategy = etcetera::base_strategy::choose_native_strategy().ok()?;
    let base = if cfg!(target_os = "macos") {
        // What macOS calls preferences is another format.
        strategy.data_dir()
    } else {
        strategy.config_dir()
    };
    Some(base.join("netplay").join("config.toml"))
}

/// Reads the configuration.
///
/// # Errors
/// When the file cannot be read or does not say what a configuration can say; in the platform's own
/// place it may be missing.
pub fn load(source: &Source) -> anyhow::Result<Config> {
    match source {
        Source::Nothing => Ok(Config::default()),
        Source::File(path) => read(path),
        Source::Default => match place() {
            Some(path) if is_there(&path) => read(&path).map_err(|error| {
                anyhow::anyhow!("{error}\n\nTo go on without this file: netplay --config none")
            }),
            _ => Ok(Config::default()),
        },
    }
}

/// What `netplay config` says: where the configuration is looked for, and what is there.
///
/// # Errors
/// When it cannot be read, as for [`load`].
pub fn find(source: &Source) -> anyhow::Result<String> {
    load(source)?;
    let (path, state) = match source {
        Source::Nothing => return Ok("no configuration is read\n".to_owned()),
        Source::File(path) => (path.clone(), "there, and can be read"),
        Source::Default => match place() {
            Some(path) if is_there(&path) => (path, "there, and can be read"),
            Some(path) => (
                path,
                "not there, which is fine; `netplay config --print` prints one to begin with",
            ),
            None => return Ok("the system names no folder for configurations\n".to_owned()),
        },
    };
    Ok(format!("{}\n{state}\n", safe(&path.to_string_lossy())))
}

/// Whether something has this name, though it may not be readable.
fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

fn read(path: &Path) -> anyhow::Result<Config> {
    let name = path.to_string_lossy();
    let name = safe(&name);
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LIMIT + 1).read_to_end(&mut bytes));
    if let Err(error) = read {
        anyhow::bail!("the configuration {name} cannot be read: {error}");
    }
    if bytes.len() as u64 > LIMIT {
        anyhow::bail!("{name} is larger than 1 MiB; that is no configuration");
    }
    let text = match std::str::from_utf8(&bytes) {
        Ok(text) => text,
        Err(error) => {
            let before = &bytes[..error.valid_up_to()];
            let line = memchr::memchr_iter(b'\n', before).count() + 1;
            anyhow::bail!("{name}, line {line}: a configuration is text in UTF-8, and this is not");
        }
    };
    config::parse(text).map_err(|problem| anyhow::anyhow!("{name}, {problem}"))
}
