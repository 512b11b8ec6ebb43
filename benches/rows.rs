//! Prints the results as a Markdown table.

use std::fs;

/// Prints the table's head, preceded by the machine.
pub fn begin() {
    println!("Measured on {}.\n", machine());
    println!("| | measured | ours ÷ it | promised |");
    println!("|---|---:|---:|---|");
}

/// Prints the load of the machine during the run.
pub fn end() {
    println!("\nLoad average at the end: {}.", load());
}

/// Prints the title of a section.
pub fn title(title: &str) {
    println!("| **{title}** | | | |");
}

/// A row of the table.
#[derive(Debug)]
#[must_use = "it has to be printed"]
pub struct Row {
    what: String,
    measured: String,
    ratio: Option<f64>,
    promise: String,
}

impl Row {
    /// A row with a measurement.
    pub fn new(what: impl Into<String>, measured: impl Into<String>) -> Self {
        Self { what: what.into(), measured: measured.into(), ratio: None, promise: String::new() }
    }

    /// Adds the ratio of our measurement to this one.
    pub fn ours_to_it(self, ratio: f64) -> Self {
        Self { ratio: Some(ratio), ..self }
    }

    /// Adds the maximum of the ratio.
    pub fn at_most(self, limit: f64) -> Self {
        let is_kept = self.ratio.is_some_and(|ratio| ratio <= limit);
        self.promised(&format!("{limit}"), is_kept)
    }

    /// Adds a limit, and whether it was met.
    pub fn promised(mut self, limit: &str, is_kept: bool) -> Self {
        self.promise = format!("≤ {limit}: {}", if is_kept { "met" } else { "**missed**" });
        self
    }

    /// Prints the row.
    pub fn print(&self) {
        let Self { what, measured, ratio, promise } = self;
        println!("| {what} | {measured} | {} | {promise} |", ratio.map(significant).unwrap_or_default());
    }
}

/// Rounds to two or three significant digits.
fn significant(ratio: f64) -> String {
    match ratio {
        ..0.0095 => format!("{ratio:.4}"),
        ..0.0995 => format!("{ratio:.3}"),
        ..9.95 => format!("{ratio:.2}"),
        _ => format!("{ratio:.1}"),
    }
}

/// Formats with thousands separators.
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

/// The load average of the last minute. The benchmark itself adds at most 2.
fn load() -> String {
    let averages = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    averages.split(' ').next().unwrap_or("unknown").to_owned()
}
