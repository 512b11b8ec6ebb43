use secrets_runtime::Secret;

#[derive(Secret)]
enum Mode {

}

fn main() {}
