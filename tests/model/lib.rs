//! Runs the runtime's `live/publish.rs` under a model checker: thousands of schedules of publishing, reading, waiting and dropping. A lost
//! wake-up is a deadlock, which the checker reports.
#![cfg(test)]

#[path = "../../secrets-runtime/src/live/publish.rs"]
mod publish;
mod sync;

use std::pin::pin;
use std::task::{Context, Waker};

use shuttle::future::block_on;
use shuttle::thread;

use crate::publish::Published;
use crate::sync::{Arc, Notify};

/// Schedules per test.
const SCHEDULES: usize = 3_000;

/// A value whose halves must match, to detect torn reads.
type Pair = (u64, u64);

fn pair(number: u64) -> Arc<Pair> {
    Arc::new((number, number))
}

/// Waits for a value with a higher number, like `Changes::next`.
fn next(slot: &Published<Pair>, changed: &Notify, seen: u64) -> u64 {
    block_on(async {
        loop {
            let mut waiting = pin!(changed.notified());
            waiting.as_mut().enable();
            let number = slot.load().0;
            if number > seen {
                return number;
            }
            waiting.await;
        }
    })
}

/// Wakes waiters after replacing the value, like the runtime.
fn publish(slot: &Published<Pair>, number: u64) {
    let (before, waiting) = slot.publish(pair(number));
    assert!(before.0 < number);
    if let Some(waiting) = waiting {
        waiting.notify_waiters();
    }
}

#[test]
fn readers_see_whole_values_that_were_published_and_never_an_older_one_again() {
    shuttle::check_random(
        || {
            let slot = Arc::new(Published::new(pair(1)));
            let publisher = Arc::clone(&slot);
            let publisher = thread::spawn(move || (2..5).for_each(|number| publish(&publisher, number)));
            let readers = [(); 2].map(|()| {
                let slot = Arc::clone(&slot);
                thread::spawn(move || {
                    let mut last = 0;
                    for _ in 0..3 {
                        let (left, right) = *slot.load();
                        assert!(left == right && (1..5).contains(&left) && left >= last);
                        assert!(slot.borrow().0 >= left);
                        last = left;
                    }
                })
            });
            publisher.join().expect("no panic");
            for reader in readers {
                reader.join().expect("no panic");
            }
            assert_eq!(*slot.load(), (4, 4));
        },
        SCHEDULES,
    );
}

#[test]
fn whoever_waits_is_woken_for_the_newest_value() {
    shuttle::check_random(
        || {
            let slot = Arc::new(Published::new(pair(1)));
            let followers = [(); 2].map(|()| {
                let slot = Arc::clone(&slot);
                thread::spawn(move || {
                    let (changed, mut seen) = (slot.changed(), vec![0]);
                    while seen.last() != Some(&3) {
                        let number = next(&slot, &changed, seen[seen.len() - 1]);
                        seen.push(number);
                    }
                    assert!(seen.windows(2).all(|pair| pair[0] < pair[1]), "{seen:?}");
                })
            });
            publish(&slot, 2);
            publish(&slot, 3);
            for follower in followers {
                follower.join().expect("no panic");
            }
        },
        SCHEDULES,
    );
}

#[test]
fn one_that_stops_waiting_takes_no_wake_up_of_another() {
    shuttle::check_random(
        || {
            let slot = Arc::new(Published::new(pair(1)));
            let stays = Arc::clone(&slot);
            let stays = thread::spawn(move || assert_eq!(next(&stays, &stays.changed(), 1), 2));
            let leaves = Arc::clone(&slot);
            let leaves = thread::spawn(move || {
                let changed = leaves.changed();
                let mut waiting = pin!(changed.notified());
                waiting.as_mut().enable();
                let _ = waiting.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            });
            publish(&slot, 2);
            stays.join().expect("no panic");
            leaves.join().expect("no panic");
        },
        SCHEDULES,
    );
}
