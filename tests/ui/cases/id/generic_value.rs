use secrets_runtime::{NamedSecret, Secret};

#[derive(Secret)]
#[secret(id = "limits")]
struct Limit<T>(T);

const ID: &str = Limit::<u16>::ID;

fn main() {
    println!("{ID}");
}

// Remedy: `id = "limits"` becomes `id = "limits", text`
