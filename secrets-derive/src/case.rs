//! `rename_all`: converts names to another case.

/// The cases, as `rename_all` spells them.
pub const CASES: [&str; 8] = [
    "lowercase",
    "UPPERCASE",
    "PascalCase",
    "camelCase",
    "snake_case",
    "SCREAMING_SNAKE_CASE",
    "kebab-case",
    "SCREAMING-KEBAB-CASE",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

impl Case {
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "lowercase" => Self::Lower,
            "UPPERCASE" => Self::Upper,
            "PascalCase" => Self::Pascal,
            "camelCase" => Self::Camel,
            "snake_case" => Self::Snake,
            "SCREAMING_SNAKE_CASE" => Self::ScreamingSnake,
            "kebab-case" => Self::Kebab,
            "SCREAMING-KEBAB-CASE" => Self::ScreamingKebab,
            _ => return None,
        })
    }

    /// Renames a snake-case field name, like serde.
    pub fn apply(self, field: &str) -> String {
        match self {
            Self::Lower | Self::Snake => field.to_owned(),
            Self::Upper | Self::ScreamingSnake => field.to_ascii_uppercase(),
            Self::Pascal => pascal(field),
            Self::Camel => uncapitalised(&pascal(field)),
            Self::Kebab => field.replace('_', "-"),
            Self::ScreamingKebab => field.to_ascii_uppercase().replace('_', "-"),
        }
    }

    /// Renames a Pascal-case variant name, like serde.
    pub fn apply_to_variant(self, variant: &str) -> String {
        match self {
            Self::Pascal => variant.to_owned(),
            Self::Lower => variant.to_ascii_lowercase(),
            Self::Upper => variant.to_ascii_uppercase(),
            Self::Camel => uncapitalised(variant),
            Self::Snake | Self::ScreamingSnake | Self::Kebab | Self::ScreamingKebab => self.apply(&snake(variant)),
        }
    }
}

/// `SslMode` to `ssl_mode`.
fn snake(variant: &str) -> String {
    let mut name = String::new();
    for (at, character) in variant.char_indices() {
        if at > 0 && character.is_uppercase() {
            name.push('_');
        }
        name.push(character.to_ascii_lowercase());
    }
    name
}

fn pascal(field: &str) -> String {
    let capitalised = |word: &str| {
        let mut chars = word.chars();
        chars.next().map_or_else(String::new, |first| [first.to_ascii_uppercase()].into_iter().chain(chars).collect())
    };
    field.split('_').map(capitalised).collect()
}

fn uncapitalised(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| [first.to_ascii_lowercase()].into_iter().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variant_is_renamed_as_serde_does() {
        let renamed = ["sslmode", "SSLMODE", "SslMode", "sslMode", "ssl_mode", "SSL_MODE", "ssl-mode", "SSL-MODE"];
        for (name, renamed) in CASES.iter().zip(renamed) {
            let case = Case::parse(name).map(|case| case.apply_to_variant("SslMode"));
            assert_eq!(case.as_deref(), Some(renamed), "{name}");
        }
    }

    #[test]
    fn an_underscore_in_a_variant_stays_as_in_serde() {
        assert_eq!(Case::Camel.apply_to_variant("Tls1_2"), "tls1_2");
        assert_eq!(Case::Upper.apply("straße"), "STRAßE");
    }

    #[test]
    fn every_case_that_is_listed_is_known_and_renames_as_serde_does() {
        let renamed = ["db_host", "DB_HOST", "DbHost", "dbHost", "db_host", "DB_HOST", "db-host", "DB-HOST"];
        for (name, renamed) in CASES.iter().zip(renamed) {
            assert_eq!(Case::parse(name).map(|case| case.apply("db_host")).as_deref(), Some(renamed), "{name}");
        }
    }
}
