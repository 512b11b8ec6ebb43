use secrets_runtime::Secret;

#[derive(Secret)]
struct Node {
    name: String,
    children: Vec<Node>,
    parent: Option<Box<Self>>,
}

fn main() {}
