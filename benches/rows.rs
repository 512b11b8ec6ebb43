//! The table, as Markdown.

use std::fs;

/// Prints the head of the table. What it was measured on stands above it.
pub fn begin() {
    println!("Measured on {}.\n", machine());
    println!("| | measured | ours ÷ it | promised |");
    println!("|---|---:|---:|---|");
}

/// Prints what the machine was busy with meanwhile.
pub fn end() {
    println!("\nLoad average at the end: {}.", load());
}

/// Prints the title of what follows.
pub fn title(title: &str) {
    println!("| **{title}** | | | |");
}

/// A line of the table.
#[derive(Debug)]
#[must_use = "it has to be printed"]
pub struct Row {
    what: String,
    measured: String,
    ratio: Option<f64>,
    promise: String,
}

impl Row {
    /// What was measured.
    pub fn new(what: impl Into<String>, measured: impl Into<String>) -> Self {
        Self { what: what.into(), measured: measured.into(), ratio: None, promise: String::new() }
    }

    /// Compares: what ours takes, for one of what this takes.
    pub fn ours_to_it(self, ratio: f64) -> Self {
        Self { ratio: Some(ratio), ..self }
    }

    /// Promises that the ratio is no greater.
    pub fn at_most(self, limit: f64) -> Self {
        let is_kept = self.ratio.is_some_and(|ratio| ratio <= limit);
        self.promised(&format!("{limit}"), is_kept)
    }

    /// Promises no more than `limit`.
    pub fn promised(mut self, limit: &str, is_kept: bool) -> Self {
        self.promise = format!("≤ {limit}: {}", if is_kept { "met" } else { "**missed**" });
        self
    }

    /// Prints it.
    pub fn print(&self) {
        let Self { what, measured, ratio, promise } = self;
        println!("| {what} | {measured} | {} | {promise} |", ratio.map(significant).unwrap_or_default());
    }
}

/// To two or three digits that mean something.
fn significant(ratio: f64) -> String {
    match ratio {
        ..0.0095 => format!("{ratio:.4}"),
        ..0.0995 => format!("{ratio:.3}"),
        ..9.95 => format!("{ratio:.2}"),
        _ => format!("{ratio:.1}"),
    }
}

/// With commas between thousands.
#[must_use]
pub fn grouped(number: u64) -> String {
    if number < 1_000 { number.to_string() } else { format!("{},{:03}", grouped(number / 1_000), number % 1_000) }
}

fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let about = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        about.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, model)| model));
    format!("{cores} cores ({}), load average {}", model.unwrap_or("unknown"), load())
}

/// Of the last minute: what the benchmark itself adds is at most 2.
fn load() -> String {
    let averages = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    averages.split(' ').next().unwrap_or("unknown").to_owned()
}
