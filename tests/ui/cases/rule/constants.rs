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
