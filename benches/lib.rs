//! Contests: several ways to do one thing, measured in turns within one run, so that a busy machine slows all of them.

use std::time::{Duration, Instant};

/// How long a turn is, roughly: long against the clock's own cost, short against a time slice.
const TURN: Duration = Duration::from_micros(50);
/// How many turns each contestant gets; the fastest counts, for what slows a turn is somebody else.
const TURNS: usize = 4_000;

/// Ways to do one thing, each compared with the first.
#[allow(missing_debug_implementations, reason = "it holds closures")]
pub struct Contest<'a> {
    title: &'static str,
    contestants: Vec<Contestant<'a>>,
}

struct Contestant<'a> {
    name: &'static str,
    run: Box<dyn FnMut(u32) + 'a>,
    nanoseconds: f64,
}

impl<'a> Contest<'a> {
    /// No contestants yet.
    #[must_use]
    pub fn new(title: &'static str) -> Self {
        Self { title, contestants: Vec::new() }
    }

    /// One way to do it. What it returns is dropped within the time.
    #[must_use]
    pub fn enter<T>(mut self, name: &'static str, mut run: impl FnMut() -> T + 'a) -> Self {
        let run = move |times| (0..times).for_each(|_| drop(std::hint::black_box(run())));
        self.contestants.push(Contestant { name, run: Box::new(run), nanoseconds: f64::INFINITY });
        self
    }

    /// Measures, and prints a line per contestant: nanoseconds, and how much of that the first one takes.
    pub fn print(mut self) {
        let times: Vec<u32> = self.contestants.iter_mut().map(Contestant::times).collect();
        for _ in 0..TURNS {
            for (contestant, &times) in self.contestants.iter_mut().zip(&times) {
                contestant.turn(times);
            }
        }
        println!("{}", self.title);
        let first = self.contestants.first().map_or(f64::NAN, |first| first.nanoseconds);
        for Contestant { name, nanoseconds, .. } in &self.contestants {
            println!("  {name:<34} {nanoseconds:>10.1} ns   the first takes {:.2}x of it", first / nanoseconds);
        }
    }
}

impl Contestant<'_> {
    /// How often it fits a turn.
    fn times(&mut self) -> u32 {
        let mut times = 1;
        loop {
            let start = Instant::now();
            (self.run)(times);
            if start.elapsed() >= TURN {
                return times;
            }
            times *= 2;
        }
    }

    fn turn(&mut self, times: u32) {
        let start = Instant::now();
        (self.run)(times);
        let nanoseconds = start.elapsed().as_secs_f64() * 1e9 / f64::from(times);
        self.nanoseconds = self.nanoseconds.min(nanoseconds);
    }
}
