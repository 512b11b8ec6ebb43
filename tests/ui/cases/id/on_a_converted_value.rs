use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(id = "prod/port", from = "u16")]
struct Port(u16);

impl From<u16> for Port {
    fn from(port: u16) -> Self {
        Self(port)
    }
}

fn main() {}

// Remedy: `id = "prod/port", ` becomes nothing
// and `fn main` becomes `#[derive(Secret)]\n#[secret(id = "prod/port")]\nstruct Whole {\n    port: Port,\n}\n\nfn main`
