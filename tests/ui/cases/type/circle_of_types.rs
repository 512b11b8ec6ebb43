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

// Remedy: `#[derive(Secret)]\nstruct File` becomes `#[derive(serde::Deserialize)]\nstruct File`
// and `    folder: Option<Box<Folder>>` becomes `    folder: Option<Box<Folder>>`
// and `    files: Vec<File>` becomes `    #[secret(serde)]\n    files: Vec<File>`
// and `#[derive(Secret)]\nstruct Folder` becomes `#[derive(Secret, serde::Deserialize)]\nstruct Folder`
