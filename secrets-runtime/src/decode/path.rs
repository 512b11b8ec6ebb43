//! The path of a value in a document, in the words of the declaration.

use std::fmt;

/// A path, as a chain of steps on the stack: it costs nothing until it is rendered.
#[derive(Debug, Clone, Copy)]
pub struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    step: Step,
}

#[derive(Debug, Clone, Copy)]
pub enum Step {
    /// The document itself.
    Root,
    /// A declared key.
    Key(&'static str),
    /// An item of an array, counted from zero.
    Index(usize),
    /// The value of some key of a map. The key came from the secret, so it is not named.
    AnyKey,
    /// The key itself, after [`AnyKey`](Self::AnyKey).
    KeyItself,
}

impl Path<'_> {
    pub const ROOT: Path<'static> = Path { parent: None, step: Step::Root };

    pub fn is_root(&self) -> bool {
        matches!(self.step, Step::Root)
    }
}

impl<'a> Path<'a> {
    #[inline]
    pub fn child(&'a self, step: Step) -> Path<'a> {
        Path { parent: Some(self), step }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(parent) = self.parent else { return Ok(()) };
        if !parent.is_root() {
            parent.fmt(f)?;
        }
        let dot = if parent.is_root() { "" } else { "." };
        match self.step {
            Step::Root => Ok(()),
            Step::Key(key) if is_plain(key) => write!(f, "{dot}{key}"),
            Step::Key(key) => write!(f, "[{key:?}]"),
            Step::Index(index) => write!(f, "[{index}]"),
            Step::AnyKey => write!(f, "{dot}*"),
            Step::KeyItself => f.write_str(" (the key)"),
        }
    }
}

/// Whether a key can stand between dots without being misread.
fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_as_the_declaration_is_written() {
        let root = Path::ROOT;
        assert_eq!(root.to_string(), "");
        let tenants = root.child(Step::Key("tenants"));
        let tenant = tenants.child(Step::AnyKey);
        let hosts = tenant.child(Step::Key("hosts"));
        assert_eq!(hosts.child(Step::Index(2)).to_string(), "tenants.*.hosts[2]");
        assert_eq!(root.child(Step::Index(0)).to_string(), "[0]");
    }

    #[test]
    fn a_key_with_a_dot_is_quoted() {
        let root = Path::ROOT;
        let key = root.child(Step::Key("a.b"));
        assert_eq!(key.child(Step::Key("c")).to_string(), r#"["a.b"].c"#);
    }
}
