use secrets_runtime::Secret;

#[derive(Secret)]
struct Node {
    name: String,
    children: Vec<Node>,
    parent: Option<Box<Self>>,
}

fn main() {}

// Remedy: `#[derive(Secret)]\nstruct Node` becomes `#[derive(Secret, serde::Deserialize)]\nstruct Node`
// and `    children` becomes `    #[secret(serde)]\n    children`
// and `    parent: Option<Box<Self>>` becomes `    #[secret(serde)]\n    parent: Option<Box<Self>>`
