//! Allocations of a read, a decoded document and a live secret. Separate from the timings, because the counting allocator takes time
//! and never grows allocations in place.

use secrets_benches::{decode, poll, read, rows};

fn main() {
    rows::begin();
    let mut count = |run: &mut dyn FnMut()| allocation_counter::measure(run).count_total;
    read::allocations(&mut count);
    decode::allocations(&mut count);
    poll::bytes(|run| allocation_counter::measure(run).bytes_current);
    rows::end();
}
