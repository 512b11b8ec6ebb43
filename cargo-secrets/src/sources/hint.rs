//! Where the keys of a secret are data: a struct that declares a map there says so.

use std::collections::HashMap;

/// What the sources tell of a place in a document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Hint {
    /// The declared keys, as the letters that are left of them.
    fields: HashMap<String, Hint>,
    /// What all other keys hold, which are data.
    rest: Option<Box<Hint>>,
    /// What the items of a list are.
    items: Option<Box<Hint>>,
}

/// What is not known to be anything.
static UNKNOWN: std::sync::LazyLock<Hint> = std::sync::LazyLock::new(Hint::default);

impl Hint {
    pub(super) fn map(values: Hint) -> Self {
        Self { rest: Some(Box::new(values)), ..Self::default() }
    }

    pub(super) fn list(items: Hint) -> Self {
        Self { items: Some(Box::new(items)), ..Self::default() }
    }

    /// Adds a field, whose keys are these, or its name in any case.
    pub(super) fn with_field(mut self, name: &str, keys: &[String], inner: &Hint) -> Self {
        for key in keys.iter().map(String::as_str).chain([name]) {
            let known = self.fields.remove(&letters(key)).unwrap_or_default();
            self.fields.insert(letters(key), known.or(inner.clone()));
        }
        self
    }

    /// Adds the keys of a flattened struct, or a map.
    pub(super) fn flatten(self, inner: Hint) -> Self {
        self.or(inner)
    }

    /// What is data in either is data.
    pub(super) fn or(mut self, other: Hint) -> Self {
        let either = |one: Option<Box<Hint>>, other: Option<Box<Hint>>| match (one, other) {
            (Some(one), Some(other)) => Some(Box::new(one.or(*other))),
            (one, other) => one.or(other),
        };
        for (key, inner) in other.fields {
            let known = self.fields.remove(&key).unwrap_or_default();
            self.fields.insert(key, known.or(inner));
        }
        Self { fields: self.fields, rest: either(self.rest, other.rest), items: either(self.items, other.items) }
    }

    /// What the value under a key is, if the key is declared.
    pub(crate) fn declared(&self, key: &str) -> Option<&Hint> {
        self.fields.get(&letters(key))
    }

    /// What the values of undeclared keys are, if these are data.
    pub(crate) fn rest(&self) -> Option<&Hint> {
        self.rest.as_deref()
    }

    pub(crate) fn items(&self) -> &Hint {
        self.items.as_deref().unwrap_or(&UNKNOWN)
    }

    pub(crate) fn unknown() -> &'static Hint {
        &UNKNOWN
    }
}

/// What `rename_all` leaves of a name.
fn letters(key: &str) -> String {
    key.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_by_its_keys_and_by_its_name_in_any_case() {
        let hint = Hint::default().with_field("tenant_tokens", &["tokens".to_owned()], &Hint::map(Hint::default()));
        for key in ["tokens", "tenant_tokens", "tenantTokens", "TENANT-TOKENS"] {
            assert!(hint.declared(key).is_some_and(|inner| inner.rest().is_some()), "{key}");
        }
        assert!(hint.declared("token").is_none());
    }

    #[test]
    fn what_is_data_in_either_of_two_types_is_data() {
        let map = Hint::default().with_field("a", &[], &Hint::map(Hint::default()));
        let plain = Hint::default().with_field("a", &[], &Hint::default()).with_field("b", &[], &Hint::default());
        let both = plain.or(map);
        assert!(both.declared("a").is_some_and(|inner| inner.rest().is_some()));
        assert!(both.declared("b").is_some_and(|inner| inner.rest().is_none()));
    }
}
