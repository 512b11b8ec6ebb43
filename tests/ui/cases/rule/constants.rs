use secrets_runtime::Secret;

const UNIT: u16 = 5;
const NAME: &str = "a";
const ID: &str = "limits";

#[derive(Secret)]
#[secret(id = ID)]
struct Limits {
    #[secret(multiple_of(UNIT))]
    number: u16,
    #[secret(one_of(NAME))]
    name: String,
    #[secret(pattern = NAME)]
    other: String,
}

fn main() {}

// Remedy: `id = ID` becomes `id = "limits"`
// and `(UNIT)` becomes `(5)`
// and `one_of(NAME)` becomes `one_of("a")`
// and `pattern = NAME` becomes `pattern = "a"`
