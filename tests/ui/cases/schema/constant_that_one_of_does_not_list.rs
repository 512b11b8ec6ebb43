use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/constant_that_one_of_does_not_list.json")]
struct Db {
    #[secret(one_of("disable", "require"))]
    sslmode: String,
}

fn main() {}

// Remedy: `"require")` becomes `"require", "prefer")`
// Or: in the file `,\n        "prefer"` becomes nothing
