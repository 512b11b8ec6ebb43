//! What is allocated for a read, a decoded document, a live secret. Apart from the times: the allocator that counts takes
//! some itself, and grows nothing in place.

use secrets_benches::{decode, poll, read, rows};

fn main() {
    rows::begin();
    let mut count = |run: &mut dyn FnMut()| allocation_counter::measure(run).count_total;
    read::allocations(&mut count);
    decode::allocations(&mut count);
    poll::bytes(|run| allocation_counter::measure(run).bytes_current);
    rows::end();
}
