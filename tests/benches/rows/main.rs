//! The whole program against bare loops and against the programs that people use today. Each row is
//! one goal; all contenders of a row take turns in one run, and what counts is the ratio.
//!
//! `cargo bench --bench rows` measures everything, `cargo bench --bench rows -- 5 6` these rows.
//! Linux only: the figures come from /proc, and the terminals from its ptys.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "figures are rough, and none is negative"
)]

#[cfg(target_os = "linux")]
mod bare;
#[cfg(target_os = "linux")]
mod datagrams;
#[cfg(target_os = "linux")]
mod feel;
#[cfg(target_os = "linux")]
mod inside;
#[cfg(target_os = "linux")]
mod load;
#[cfg(target_os = "linux")]
mod measure;
#[cfg(target_os = "linux")]
mod peers;
#[cfg(target_os = "linux")]
mod rest;
#[cfg(target_os = "linux")]
mod screen;
#[cfg(target_os = "linux")]
mod streams;
#[cfg(target_os = "linux")]
mod terminal;
#[cfg(target_os = "linux")]
mod web;

/// What the program has: some rows run parts of it in this process.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("these measurements need Linux");
}

/// How many times each contender has its turn.
#[cfg(target_os = "linux")]
const ROUNDS: usize = 15;

#[cfg(target_os = "linux")]
fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.first().is_some_and(|word| word == "--bare") {
        return bare::run(&words[1..]);
    }
    let rows: [(&str, fn()); 14] = [
        ("1", || streams::large(ROUNDS)),
        ("2", || streams::small(ROUNDS)),
        ("3", || {
            streams::tiny(ROUNDS);
            inside::hand_over();
        }),
        ("4", || datagrams::datagrams(ROUNDS)),
        ("5", || web::requests(ROUNDS, false)),
        ("6", || web::requests(ROUNDS, true)),
        ("7", feel::quiet),
        ("8", feel::flooded),
        ("9", rest::idle),
        ("10", rest::start),
        ("11", rest::remembers),
        ("12", || {
            inside::scrolling();
            inside::finding();
            inside::paging();
        }),
        ("13", || rest::doors(ROUNDS)),
        ("14", || {
            rest::piped(ROUNDS);
            rest::slowly_read();
        }),
    ];
    // Cargo adds an option of its own.
    let wanted: Vec<&String> = words
        .iter()
        .filter(|word| !word.starts_with("--"))
        .collect();
    for (name, row) in rows {
        if wanted.is_empty() || wanted.iter().any(|word| *word == name) {
            row();
        }
    }
}
