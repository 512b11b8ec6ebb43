use secrets_runtime::Secret;

#[derive(Secret)]
struct Folder {
    files: Vec<File>,
}

#[derive(Secret)]
struct File {
    folder: Option<Box<Folder>>,
}

fn main() {}
