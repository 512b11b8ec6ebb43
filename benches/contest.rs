//! Compares several ways to do one thing, measured in turns within one run, so that a busy machine slows down all of them.

use std::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use crate::rows::{self, Row};

/// Several ways to do one thing. Each is compared with the first, which is ours.
#[allow(missing_debug_implementations, reason = "it holds closures")]
pub struct Contest<'a> {
    title: String,
    contestants: Vec<Contestant<'a>>,
}

struct Contestant<'a> {
    name: &'static str,
    run: Box<dyn Fn(u32) + Sync + 'a>,
    /// The maximum of our time relative to this contestant's.
    limit: Option<f64>,
}

/// Counts a closure's allocations.
pub type Count<'a> = &'a mut dyn FnMut(&mut dyn FnMut()) -> u64;

impl<'a> Contest<'a> {
    /// A contest without contestants.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), contestants: Vec::new() }
    }

    /// Adds a contestant. Dropping its result is part of the measured time.
    #[must_use]
    pub fn enter<T>(mut self, name: &'static str, run: impl Fn() -> T + Sync + 'a) -> Self {
        let run = move |times| (0..times).for_each(|_| drop(black_box(run())));
        self.contestants.push(Contestant { name, run: Box::new(run), limit: None });
        self
    }

    /// Sets the maximum of our time relative to each of the next contestants.
    #[must_use]
    pub fn promises(mut self, limits: &[f64]) -> Self {
        for (contestant, &limit) in self.contestants.iter_mut().skip(1).zip(limits) {
            contestant.limit = Some(limit);
        }
        self
    }

    /// Prints the time of each contestant on this many threads. Takes the fastest turn, because other processes only slow turns down.
    pub fn times(&self, threads: usize) {
        let turns = Turns::on(threads);
        let times: Vec<u32> = self.contestants.iter().map(|contestant| contestant.times(turns.length)).collect();
        let mut fastest = vec![f64::INFINITY; times.len()];
        for _ in 0..turns.number {
            for ((contestant, &times), fastest) in self.contestants.iter().zip(&times).zip(&mut fastest) {
                *fastest = fastest.min(contestant.turn(times, threads));
            }
        }
        let on_threads = if threads == 1 { "one thread".to_owned() } else { format!("each of {threads} threads") };
        rows::title(&format!("{}, {on_threads}", self.title));
        let ours = fastest.first().copied().unwrap_or(f64::NAN);
        for (nth, (contestant, theirs)) in self.contestants.iter().zip(fastest).enumerate() {
            let row = Row::new(contestant.name, nanoseconds(theirs));
            let row = if nth == 0 { row } else { row.ours_to_it(ours / theirs) };
            contestant.limit.into_iter().fold(row, Row::at_most).print();
        }
    }

    /// Prints the allocations of each contestant.
    pub fn allocations(&self, count: Count<'_>, limit: Option<u64>) {
        rows::title(&self.title);
        for (nth, contestant) in self.contestants.iter().enumerate() {
            (contestant.run)(1);
            let allocations = count(&mut || (contestant.run)(1));
            let row = Row::new(contestant.name, format!("{} allocations", rows::grouped(allocations)));
            match limit.filter(|_| nth == 0) {
                Some(limit) => row.promised(&format!("{limit}"), allocations <= limit).print(),
                None => row.print(),
            }
        }
    }
}

impl Contestant<'_> {
    /// How many runs fill a turn.
    fn times(&self, turn: Duration) -> u32 {
        let mut times = 1;
        loop {
            let start = Instant::now();
            (self.run)(times);
            if start.elapsed() >= turn {
                return times;
            }
            times *= 2;
        }
    }

    /// Nanoseconds per run, on the slowest thread.
    fn turn(&self, times: u32, threads: usize) -> f64 {
        let run = || {
            let start = Instant::now();
            (self.run)(times);
            start.elapsed()
        };
        let elapsed = if threads == 1 { run() } else { together(threads, &run) };
        elapsed.as_secs_f64() * 1e9 / f64::from(times)
    }
}

fn together(threads: usize, run: &(impl Fn() -> Duration + Sync)) -> Duration {
    let barrier = Barrier::new(threads);
    let run = || {
        barrier.wait();
        run()
    };
    thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        running.into_iter().map(|thread| thread.join().expect("no panic")).max().unwrap_or_default()
    })
}

struct Turns {
    number: u32,
    /// The approximate length of a turn.
    length: Duration,
}

impl Turns {
    fn on(threads: usize) -> Self {
        match threads {
            // Long compared with reading the clock, short compared with a time slice.
            1 => Self { number: 4_000, length: Duration::from_micros(50) },
            // Long compared with the delay between the starts of the threads.
            _ => Self { number: 500, length: Duration::from_millis(1) },
        }
    }
}

fn nanoseconds(nanoseconds: f64) -> String {
    match nanoseconds {
        ..1e3 => format!("{nanoseconds:.1} ns"),
        ..1e6 => format!("{:.2} µs", nanoseconds / 1e3),
        _ => format!("{:.1} ms", nanoseconds / 1e6),
    }
}
