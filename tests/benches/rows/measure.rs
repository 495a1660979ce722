//! Measurements side by side: contenders take turns in one run, and what counts is the ratio of
//! ours to theirs within a round, so that a noisy machine disturbs both alike.

use std::fmt::{self, Write as _};

/// What a figure counts.
#[derive(Clone, Copy)]
pub enum Unit {
    /// Bytes a second.
    Bytes,
    /// Things a second.
    Things,
    /// A share, 0 to 1.
    Share,
}

/// A figure with its unit, in few digits.
pub struct Figure(pub f64, pub Unit);

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match (self.1, self.0) {
            (Unit::Bytes, n) if n >= 1e9 => format!("{:.2} GB/s", n / 1e9),
            (Unit::Bytes, n) => format!("{:.0} MB/s", n / 1e6),
            (Unit::Things, n) if n >= 1e6 => format!("{:.2} M/s", n / 1e6),
            (Unit::Things, n) if n >= 1e3 => format!("{:.1} k/s", n / 1e3),
            (Unit::Things, n) => format!("{n:.0} /s"),
            (Unit::Share, n) => format!("{n:.3}"),
        };
        f.pad(&text)
    }
}

/// Several measurements of one thing, in order of size.
pub struct Samples(Vec<f64>);

impl Samples {
    pub fn new(mut all: Vec<f64>) -> Samples {
        all.sort_by(f64::total_cmp);
        Samples(all)
    }

    /// The value below which this share of the measurements is.
    pub fn at(&self, share: f64) -> f64 {
        let last = self.0.len().saturating_sub(1);
        let index = (last as f64 * share).round() as usize;
        self.0.get(index).copied().unwrap_or(f64::NAN)
    }

    pub fn median(&self) -> f64 {
        self.at(0.5)
    }
}

/// One who does the work of a row.
pub struct Contender<'a> {
    name: String,
    /// What share of theirs ours must reach; without one theirs is only told.
    goal: Option<f64>,
    /// Does the work once and gives the figure: more is better. Without it the program is missing.
    run: Option<Box<dyn FnMut() -> f64 + 'a>>,
}

impl<'a> Contender<'a> {
    /// Ours; it goes first.
    pub fn ours(run: impl FnMut() -> f64 + 'a) -> Contender<'a> {
        Contender::new("netplay", None, run)
    }

    pub fn new(name: &str, goal: Option<f64>, run: impl FnMut() -> f64 + 'a) -> Contender<'a> {
        Contender {
            name: name.to_owned(),
            goal,
            run: Some(Box::new(run)),
        }
    }

    pub fn missing(name: &str) -> Contender<'a> {
        Contender {
            name: name.to_owned(),
            goal: None,
            run: None,
        }
    }
}

/// Lets all do the work so many times, in turns, and prints how ours compares.
pub fn race(unit: Unit, rounds: usize, mut contenders: Vec<Contender>) {
    let mut figures = vec![Vec::new(); contenders.len()];
    for round in 0..rounds {
        // Whoever goes first has another turn the next time.
        for step in 0..contenders.len() {
            let index = (round + step) % contenders.len();
            if let Some(run) = &mut contenders[index].run {
                figures[index].push(run());
            }
        }
    }
    let ours = figures[0].clone();
    for (contender, theirs) in contenders.iter().zip(figures) {
        let name = &contender.name;
        if contender.run.is_none() {
            println!("      {name:<34} is not installed");
            continue;
        }
        let ratios = ours.iter().zip(&theirs).map(|(a, b)| a / b).collect();
        let (samples, ratios) = (Samples::new(theirs), Samples::new(ratios));
        let mut line = format!(
            "      {name:<34} {:>10}  ({} to {})",
            Figure(samples.median(), unit),
            Figure(samples.at(0.0), unit),
            Figure(samples.at(1.0), unit)
        );
        if name != "netplay" {
            let (low, high) = (ratios.at(0.25), ratios.at(0.75));
            let _ = write!(
                line,
                "  ratio {:.2} ({low:.2} to {high:.2})",
                ratios.median()
            );
        }
        if let Some(goal) = contender.goal {
            let _ = write!(line, "  goal {goal:.2}: {}", word(ratios.median() >= goal));
        }
        println!("{line}");
    }
}

fn word(reached: bool) -> &'static str {
    if reached { "reached" } else { "MISSED" }
}

/// Prints the title of a row.
pub fn title(row: &str, words: &str) {
    println!("\n {row:>2}   {words}");
}

/// Prints a figure that is held against a number rather than against a contender.
pub fn tell(name: &str, figure: &str, goal: &str, reached: bool) {
    println!(
        "      {name:<34} {figure:>10}  goal {goal}: {}",
        word(reached)
    );
}

/// Prints a figure without a goal.
pub fn note(name: &str, figure: &str) {
    println!("      {name:<34} {figure:>10}");
}
