//! `live/slot.rs` of the runtime, the same file, under a model checker: thousands of schedules of publishing, reading, waiting
//! and dropping. A lost wake-up is a deadlock, which the checker finds.
#![cfg(test)]

#[path = "../../secrets-runtime/src/live/slot.rs"]
mod slot;
mod sync;

use std::future::poll_fn;
use std::task::{Context, Poll, Waker};

use shuttle::future::block_on;
use shuttle::thread;

use crate::slot::Slot;
use crate::sync::Arc;

/// Schedules per test.
const SCHEDULES: usize = 3_000;

/// A value whose halves belong together.
type Pair = (u64, u64);

fn pair(number: u64) -> Arc<Pair> {
    Arc::new((number, number))
}

/// Waits for what is published next.
fn next(slot: &Slot<Pair>, subscription: &mut slot::Subscription) -> Option<Arc<Pair>> {
    block_on(poll_fn(|context| slot.poll(subscription, context)))
}

#[test]
fn readers_see_whole_values_that_were_published_and_never_an_older_one_again() {
    shuttle::check_random(
        || {
            let slot = Arc::new(Slot::new(pair(1)));
            let publisher = Arc::clone(&slot);
            let publisher = thread::spawn(move || (2..5).for_each(|number| publisher.publish(pair(number))));
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
fn who_waits_is_woken_for_the_newest_value_and_for_the_end() {
    shuttle::check_random(
        || {
            let slot = Arc::new(Slot::new(pair(1)));
            let followers = [(); 2].map(|()| {
                let slot = Arc::clone(&slot);
                thread::spawn(move || {
                    let mut subscription = slot.subscribe();
                    let mut seen = Vec::new();
                    while let Some(value) = next(&slot, &mut subscription) {
                        seen.push(value.0);
                    }
                    slot.unsubscribe(&subscription);
                    assert!(seen.windows(2).all(|pair| pair[0] < pair[1]), "{seen:?}");
                    assert_eq!(seen.last(), Some(&3), "{seen:?}");
                })
            });
            slot.publish(pair(2));
            slot.publish(pair(3));
            slot.close(true);
            for follower in followers {
                follower.join().expect("no panic");
            }
        },
        SCHEDULES,
    );
}

#[test]
fn who_stops_waiting_takes_nobody_elses_wake_up() {
    shuttle::check_random(
        || {
            let slot = Arc::new(Slot::new(pair(1)));
            let stays = Arc::clone(&slot);
            let stays = thread::spawn(move || {
                let mut subscription = stays.subscribe_to_next();
                // It may have begun after the value came.
                if stays.load().0 == 1 {
                    assert_eq!(next(&stays, &mut subscription).expect("open").0, 2);
                }
            });
            let leaves = Arc::clone(&slot);
            let leaves = thread::spawn(move || {
                let mut subscription = leaves.subscribe_to_next();
                let polled = leaves.poll(&mut subscription, &mut Context::from_waker(Waker::noop()));
                assert!(matches!(polled, Poll::Pending | Poll::Ready(Some(_))));
                leaves.unsubscribe(&subscription);
            });
            slot.publish(pair(2));
            stays.join().expect("no panic");
            leaves.join().expect("no panic");
        },
        SCHEDULES,
    );
}
