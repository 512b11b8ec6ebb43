use secrets_runtime::Secret;

#[derive(Secret)]
union Either {
    a: u8,
    b: u16,
}

fn main() {}

// Remedy: `union` becomes `struct`
