//! Simulates the engine with everything happening at once: each seed is one run, in one thread and in simulated time.
//!
//! A driver steps several current-thread runtimes in paused time, parks them, drops them and starts new ones. Meanwhile
//! callers use every method, give up after some polls, or keep their futures without polling them; sources fail, hang,
//! flap, panic, miscount their answers, rotate and roll back; the wall clock jumps. The invariants are checked against
//! what the simulated source itself saw. In the end everything is repaired, and all secrets have to be healthy again.
//!
//! `SECRETS_SIMULATION=1000..2000` runs these seeds instead of the default ones.

mod callers;
mod driver;
mod invariants;
mod source;
mod world;

use std::thread;

use world::Driver;

const SEEDS: std::ops::Range<u64> = 0..300;

fn run(seed: u64) {
    let outcome = std::panic::catch_unwind(|| Driver::new(seed).run());
    if let Err(panic) = outcome {
        eprintln!("the simulation fails with seed {seed}: SECRETS_SIMULATION={seed}..{}", seed + 1);
        std::panic::resume_unwind(panic);
    }
}

#[test]
fn the_engine_keeps_its_promises_under_everything_at_once() {
    let seeds = match std::env::var("SECRETS_SIMULATION") {
        Ok(range) => {
            let (from, to) = range.split_once("..").expect("a range: from..to");
            from.parse().expect("a number")..to.parse().expect("a number")
        }
        Err(_) => SEEDS,
    };
    let count = seeds.end - seeds.start;
    // Two cores: each seed stays in one thread, which has its own clock and random numbers.
    let halves = [0, 1].map(|half| {
        let seeds = seeds.clone();
        thread::spawn(move || seeds.filter(|seed| seed % 2 == half).for_each(run))
    });
    for half in halves {
        half.join().expect("the seed is printed above");
    }
    println!("{count} seeds");
}
