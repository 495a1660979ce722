//! The order of the layers, held against the sources: who may use whom stands at the top of
//! `src/lib.rs`, which outside crates a layer may use, and where clocks, files, threads and
//! printing belong, stands here.

#[path = "support/paths.rs"]
mod paths;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use paths::{Found, paths};

/// The outside crates of each layer, or a part of one; `run` and the binary may use all.
const CRATES: [(&str, &[&str]); 8] = [
    ("model", &["bytes", "serde", "thiserror"]),
    (
        "wire",
        &[
            "bytes",
            "memchr",
            "regex",
            "thiserror",
            "unicode_general_category",
            "unicode_segmentation",
            "unicode_width",
        ],
    ),
    (
        "net",
        &[
            "bytes",
            "futures_util",
            "if_addrs",
            "libc",
            "nix",
            "rustix",
            "socket2",
            "thiserror",
            "tokio",
            "tokio_util",
        ],
    ),
    (
        "store",
        &["base64", "bytes", "jiff", "serde_json", "thiserror"],
    ),
    (
        "app",
        &[
            "bytes",
            "crossterm::event",
            "nucleo_matcher",
            "ratatui::layout",
            "ratatui::style",
            "thiserror",
            "tui_textarea",
            "unicode_segmentation",
            "unicode_width",
        ],
    ),
    (
        "ui",
        &[
            "bytes",
            "ratatui",
            "tui_textarea",
            "unicode_segmentation",
            "unicode_width",
        ],
    ),
    ("cli", &["clap", "clap_complete", "clap_mangen"]),
    ("config", &["strsim", "thiserror", "toml"]),
];

/// What only some layers may touch: the end of a path, and those layers.
const PLACES: [(&str, &[&str]); 18] = [
    // Time enters as data, and only sessions and shells look at a clock.
    ("std::time::Instant", &["net", "run"]),
    ("SystemTime::now", &["net", "run"]),
    ("Timestamp::now", &["run"]),
    ("Zoned::now", &["run"]),
    // State, drawing and parsing are pure.
    ("std::env", &["net", "run", "main"]),
    ("std::fs", &["net", "store", "run"]),
    ("std::process", &["net", "run", "main"]),
    ("std::thread", &["net", "run"]),
    ("std::net::TcpListener", &["net"]),
    ("std::net::TcpStream", &["net"]),
    ("std::net::UdpSocket", &["net"]),
    // The screen has one writer.
    ("print!", &["run", "main"]),
    ("println!", &["run", "main"]),
    ("eprint!", &["run", "main"]),
    ("eprintln!", &["run", "main"]),
    ("dbg!", &[]),
    ("io::stdout", &["run", "main"]),
    ("io::stderr", &["run", "main"]),
];

/// What `run` alone uses, and the tests of any layer.
const ALSO_FOR_TESTS: [&str; 1] = ["tempfile"];

struct Rules {
    /// Each layer and those that it uses.
    layers: BTreeMap<String, BTreeSet<String>>,
    dependencies: BTreeSet<String>,
    /// Crates for tests only.
    for_tests: BTreeSet<String>,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(root().join(path)).expect("the file belongs to the sources")
}

impl Rules {
    fn read() -> Rules {
        let (dependencies, all_for_tests) = dependencies(&read("Cargo.toml"));
        let mut for_tests = &all_for_tests - &dependencies;
        for_tests.extend(ALSO_FOR_TESTS.map(str::to_owned));
        Rules {
            layers: layers(&read("src/lib.rs")),
            for_tests,
            dependencies,
        }
    }

    /// What is wrong with a path that stands in a file of this layer (`main` for the binary).
    fn judge(&self, layer: &str, found: &Found) -> Option<String> {
        let path = found.path.join("::");
        let crate_name = found.path[0].as_str();
        let outside = self.dependencies.contains(crate_name) || self.for_tests.contains(crate_name);
        if crate_name == "crate" || crate_name == "netplay" {
            let to = found.path.get(1).map_or("", String::as_str);
            let allowed = to == layer
                || layer == "main"
                || self.layers.get(layer).is_some_and(|uses| uses.contains(to));
            return (!allowed).then(|| format!("{layer} may not use {path}"));
        }
        if outside {
            let within = |part: &str| path == part || path.starts_with(&format!("{part}::"));
            // What only the shells have is no layer's either, so tests of all may have it.
            let is_shells = !CRATES.iter().any(|(_, parts)| parts.contains(&crate_name));
            let for_tests = is_shells || self.for_tests.contains(crate_name);
            let allowed = matches!(layer, "run" | "main")
                || (found.test && for_tests)
                || CRATES
                    .iter()
                    .any(|(name, parts)| *name == layer && parts.iter().any(|part| within(part)));
            if !allowed {
                return Some(format!("{layer} may not use the crate path {path}"));
            }
        }
        let misplaced = |end: &str| {
            path == end
                || path.starts_with(&format!("{end}::"))
                || path.ends_with(&format!("::{end}"))
                || path.contains(&format!("::{end}::"))
        };
        PLACES
            .iter()
            .any(|(end, layers)| !found.test && !layers.contains(&layer) && misplaced(end))
            .then(|| format!("{path} does not belong into {layer}"))
    }

    fn judge_source(&self, file: &str, source: &str) -> Vec<String> {
        let module = module(file);
        let layer = match module.first() {
            Some(first) => *first,
            None if file == "main.rs" => "main",
            // The root only lists the modules.
            None => return Vec::new(),
        };
        if layer != "main" && !self.layers.contains_key(layer) {
            return vec![format!("{file}: {layer} is not in the list of lib.rs")];
        }
        paths(source, &module)
            .iter()
            .filter_map(|found| {
                let wrong = self.judge(layer, found)?;
                Some(format!("src/{file}:{}: {wrong}", found.line))
            })
            .collect()
    }
}

/// The module of a file below `src`; empty for the roots.
fn module(file: &str) -> Vec<&str> {
    let parts = file.trim_end_matches(".rs").split('/');
    parts
        .filter(|part| !matches!(*part, "mod" | "lib" | "main"))
        .collect()
}

/// The list at the top of `lib.rs`: a layer, what it is for, and `uses …`.
fn layers(lib: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut layers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let list = lib
        .lines()
        .map_while(|line| line.strip_prefix("//!"))
        .skip_while(|line| line.trim() != "```text")
        .skip(1)
        .take_while(|line| line.trim() != "```");
    for line in list {
        let name = line.split_whitespace().next().expect("a line for a layer");
        let (_, uses) = line
            .rsplit_once(" uses ")
            .expect("each layer uses something");
        let uses = match uses.trim() {
            "nothing" => BTreeSet::new(),
            "all of the above" => layers.keys().cloned().collect(),
            list => list.split(", ").map(str::to_owned).collect(),
        };
        for used in &uses {
            assert!(layers.contains_key(used), "{name} uses {used} from below");
        }
        layers.insert(name.to_owned(), uses);
    }
    layers
}

/// The crates of the program, and those of its tests.
fn dependencies(manifest: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut program, mut tests) = (BTreeSet::new(), BTreeSet::new());
    let mut section = "";
    for line in manifest.lines() {
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']');
        } else if let Some((name, _)) = line.split_once('=') {
            let name = name.trim().replace('-', "_");
            if section.ends_with("dev-dependencies") {
                tests.insert(name);
            } else if section.ends_with("dependencies") {
                program.insert(name);
            }
        }
    }
    (program, tests)
}

fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            out.push(path);
        }
    }
}

#[test]
fn every_layer_uses_only_what_it_may() {
    let rules = Rules::read();
    let src = root().join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    assert!(files.len() > 15, "the sources were not found");
    let wrong: Vec<String> = files
        .iter()
        .flat_map(|path| {
            let file = path.strip_prefix(&src).expect("it was found there");
            let file = file
                .to_str()
                .expect("our names are ASCII")
                .replace('\\', "/");
            let source = fs::read_to_string(path).expect("a source is UTF-8");
            rules.judge_source(&file, &source)
        })
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_list_of_layers_is_read_as_written() {
    let layers = layers(&read("src/lib.rs"));
    let uses = |name: &str| layers[name].iter().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(uses("model"), [""; 0]);
    assert_eq!(uses("wire"), ["model"]);
    assert_eq!(uses("net"), ["model", "wire"]);
    assert_eq!(uses("ui"), ["app", "model", "wire"]);
    assert_eq!(uses("config"), ["app", "model", "wire"]);
    assert_eq!(
        uses("run"),
        ["app", "config", "model", "net", "store", "ui", "wire"]
    );
    assert_eq!(uses("cli"), ["model"]);
    for (layer, _) in CRATES {
        assert!(
            layers.contains_key(layer),
            "{layer} has crates, but no line"
        );
    }
}

#[test]
fn every_path_that_leaves_its_layer_is_caught() {
    let rules = Rules::read();
    for (file, source) in [
        ("app/mod.rs", "use crate::net::Handle;"),
        ("app/mod.rs", "use crate::{model::event, net};"),
        (
            "app/mod.rs",
            "use crate::{model::{event, spec}, net::{self, Feed}};",
        ),
        ("app/mod.rs", "fn f(x: crate::ui::Theme) {}"),
        ("app/mod.rs", "use super::net;"),
        ("app/pane.rs", "use super::super::store::json;"),
        (
            "app/pane.rs",
            "mod inner { use super::super::super::net::Feed; }",
        ),
        ("app/pane.rs", "mod inner {} use super::super::net::Feed;"),
        (
            "app/pane.rs",
            "fn f() { let x = [1; 2]; super::super::run::run() }",
        ),
        ("model/log.rs", "use crate::wire::text;"),
        ("net/tcp.rs", "use crate::store::json;"),
        ("net/tcp.rs", "use netplay::app::App;"),
        ("ui/log.rs", "use crate::net::Clock;"),
        ("cli.rs", "use crate::run::run;"),
        (
            "wire/text.rs",
            "#[cfg(test)] mod tests { use crate::net::Feed; }",
        ),
        ("app/mod.rs", "use tokio::sync::mpsc;"),
        ("app/mod.rs", "async fn f() { tokio::select! {} }"),
        ("app/mod.rs", "fn f() { ::tokio::spawn(g()); }"),
        ("app/mod.rs", "use ratatui::widgets::Widget;"),
        ("app/mod.rs", "use ratatui::{layout::Rect, buffer::Buffer};"),
        ("app/mod.rs", "use ratatui as r;"),
        ("app/mod.rs", "use crossterm::terminal;"),
        ("wire/text.rs", "use serde_json::Value;"),
        ("wire/text.rs", "use proptest::prelude::*;"),
        ("store/json.rs", "use tokio::io;"),
        ("cli.rs", "use anyhow::Result;"),
        ("app/mod.rs", "use std::time::Instant;"),
        ("app/mod.rs", "use std::{fmt, time::{Duration, Instant}};"),
        ("ui/log.rs", "fn f() { let now = SystemTime::now(); }"),
        (
            "store/line.rs",
            "fn f() { let now = jiff::Timestamp::now(); }",
        ),
        ("ui/log.rs", "fn f() { println!(\"{}\", 1); }"),
        ("net/tcp.rs", "fn f() { let '\\'' = c else { dbg!(c) }; }"),
        ("wire/text.rs", "use std::fs;"),
        ("wire/text.rs", "fn f() { std::fs::read(\"x\"); }"),
        (
            "app/mod.rs",
            "use std::io::{self, Write}; fn f() { io::stdout(); }",
        ),
        ("other/mod.rs", ""),
    ] {
        let wrong = rules.judge_source(file, source);
        assert!(!wrong.is_empty(), "nothing wrong in {file}: {source}");
    }
}

#[test]
fn what_is_allowed_and_what_only_looks_like_a_path_is_left_alone() {
    let rules = Rules::read();
    for (file, source) in [
        (
            "app/mod.rs",
            "use crate::{model::event::Event, wire::text};",
        ),
        (
            "app/pane/mod.rs",
            "use super::super::model::event; use super::Tab;",
        ),
        (
            "app/pane.rs",
            "mod tests { use super::*; use super::super::Tab; }",
        ),
        ("app/mod.rs", "use crossterm::event::{KeyCode, KeyEvent};"),
        (
            "app/mod.rs",
            "use ratatui::layout; use ratatui::style::Color;",
        ),
        (
            "app/mod.rs",
            "// crate::net\n/* crate::net /* tokio::x */ crate::ui */",
        ),
        (
            "app/mod.rs",
            "//! see [`crate::net`]\nconst X: &str = \"crate::net\";",
        ),
        (
            "app/mod.rs",
            "const X: &str = r#\"\" crate::net\"#; const Y: &[u8] = b\"tokio::x\";",
        ),
        (
            "app/mod.rs",
            "fn f<'a>(x: &'a str) -> char { '\"' } // '\"' crate::net",
        ),
        (
            "net/tcp.rs",
            "use std::time::Instant; use tokio::net::TcpStream;",
        ),
        (
            "run/tui.rs",
            "use crate::{app, net, store, ui}; use anyhow::Result;",
        ),
        (
            "main.rs",
            "use netplay::{cli, run}; fn main() { eprintln!(); }",
        ),
        ("lib.rs", "pub mod model; pub mod net;"),
        ("model/time.rs", "use std::time::{Duration, SystemTime};"),
        (
            "wire/text.rs",
            "#[cfg(test)]\nmod tests { use proptest::prelude::*; }",
        ),
        (
            "wire/text.rs",
            "#[cfg(test)] mod tests { fn f() { println!(); } }",
        ),
        ("store/json.rs", "fn f() -> bool { a != b && dbg != c }"),
    ] {
        let wrong = rules.judge_source(file, source);
        assert!(wrong.is_empty(), "{file}: {source}\n{wrong:?}");
    }
}

#[test]
fn code_behind_a_test_module_is_judged_again() {
    let rules = Rules::read();
    let source = "#[cfg(test)]\nmod tests {\n fn f() { println!() }\n}\nfn g() {\n println!() }";
    assert_eq!(
        rules.judge_source("ui/log.rs", source),
        ["src/ui/log.rs:6: println! does not belong into ui"]
    );
}
