//! Secret ids: what may stand in one, placeholders, and the parts of an ARN.
//!
//! An id that is refused is never shown: where ECS injects a secret into a variable, the variable holds the value.

use std::fmt;

/// A full or partial ARN taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arn<'a> {
    /// `aws`, `aws-cn`, ..
    pub partition: &'a str,
    /// Where the secret is.
    pub region: &'a str,
    /// The twelve digits of its account.
    pub account: &'a str,
    /// The name, with or without the six random characters that end a full ARN.
    pub name: &'a str,
}

impl<'a> Arn<'a> {
    /// `arn:<partition>:secretsmanager:<region>:<account>:secret:<name>`
    #[must_use]
    pub fn parse(id: &'a str) -> Option<Self> {
        let mut parts = id.splitn(7, ':');
        let mut part = || parts.next().filter(|part| !part.is_empty());
        let (arn, partition, service, region) = (part()?, part()?, part()?, part()?);
        let (account, resource, name) = (part()?, part()?, part()?);
        let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        let is_partition = partition.starts_with("aws");
        let is_region = region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let is_ours = (arn, service, resource) == ("arn", "secretsmanager", "secret");
        (is_ours && is_partition && is_region && is_account).then_some(Arn { partition, region, account, name })
    }

    /// Whether it ends in what may be the suffix of a full ARN, or may be the last word of a name: `db-master`.
    #[must_use]
    pub fn may_be_full(&self) -> bool {
        let suffix = self.name.rsplit_once('-').map(|(_, suffix)| suffix);
        suffix.is_some_and(|suffix| suffix.len() == 6 && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    }

    /// Whether that suffix looks random. Six small letters are taken for a word: of 200 random suffixes one is made of
    /// them.
    #[must_use]
    pub fn looks_full(&self) -> bool {
        let suffix = self.name.rsplit('-').next().unwrap_or_default();
        self.may_be_full() && suffix.bytes().any(|byte| !byte.is_ascii_lowercase())
    }
}

/// Why an id cannot be used. It names the declaration and its variables, never what a variable holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BadId {
    Empty,
    TooLong,
    Character,
    Arn,
    Placeholder,
    Unset(String),
}

impl fmt::Display for BadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadId::Empty => f.write_str("it is empty"),
            BadId::TooLong => write!(f, "it is longer than {LONGEST} characters"),
            BadId::Character => f.write_str("it has a character other than A-Z a-z 0-9 / _ + = . @ - !"),
            BadId::Arn => {
                f.write_str("it is no ARN of the form arn:<partition>:secretsmanager:<region>:<account>:secret:<name>")
            }
            BadId::Placeholder => f.write_str("a placeholder must be an environment variable's name in braces"),
            BadId::Unset(variable) => write!(f, "the environment variable {variable} is not set, or empty"),
        }
    }
}

/// The service's limit on `SecretId`: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html>.
const LONGEST: usize = 2048;

/// Whether the service could know this id.
pub(crate) fn validate(id: &str) -> Result<(), BadId> {
    let is_arn = id.starts_with("arn:");
    match id.len() {
        0 => return Err(BadId::Empty),
        length if length > LONGEST => return Err(BadId::TooLong),
        _ => {}
    }
    // Service-managed names contain `!` (`rds!cluster-..`), although the documented set omits it.
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"/_+=.@-!".contains(&byte) || (is_arn && byte == b':');
    if !id.bytes().all(is_allowed) {
        return Err(BadId::Character);
    }
    if is_arn && Arn::parse(id).is_none() {
        return Err(BadId::Arn);
    }
    Ok(())
}

/// How a resolved id is shown. A variable may hold a secret's value where its name was meant, and the value may look like
/// a name: only an ARN is surely none.
pub(crate) fn shown<'a>(declared: &'a str, resolved: &'a str) -> &'a str {
    if declared.contains('{') && Arn::parse(resolved).is_none() { declared } else { resolved }
}

/// Replaces each `{VARIABLE}` by what `lookup` finds, and validates the outcome.
pub(crate) fn resolve(declared: &str, lookup: impl Fn(&str) -> Option<String>) -> Result<String, BadId> {
    let mut id = String::with_capacity(declared.len());
    let mut rest = declared;
    while let Some((fixed, after)) = rest.split_once('{') {
        let (variable, after) = after.split_once('}').ok_or(BadId::Placeholder)?;
        id.push_str(fixed);
        let value = lookup(variable).filter(|value| !value.is_empty());
        id.push_str(&value.ok_or_else(|| BadId::Unset(variable.to_owned()))?);
        rest = after;
    }
    id.push_str(rest);
    validate(&id).map(|()| id)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/orders/db-AbCdEf";

    #[test]
    fn names_and_arns_are_accepted() {
        for id in ["db", "prod/orders/db", "rds!cluster-1f-9", "a_b+c=d.e@f-g", ARN] {
            assert_eq!(validate(id), Ok(()), "{id}");
        }
        assert_eq!(validate(&ARN.replace("arn:aws:", "arn:aws-us-gov:")), Ok(()));
    }

    #[test]
    fn what_the_service_cannot_know_is_refused() {
        let cases = [
            ("", BadId::Empty),
            ("a b", BadId::Character),
            ("prod:db", BadId::Character),
            ("größe", BadId::Character),
            ("{\"password\":\"x\"}", BadId::Character),
            ("arn:aws:s3:::bucket", BadId::Arn),
            ("arn:aws:secretsmanager:x@evil.example/:123456789012:secret:x", BadId::Arn),
            ("arn:aws:secretsmanager:eu-central-1:1234:secret:x", BadId::Arn),
            ("arn:aws:secretsmanager:eu-central-1:123456789012:secret:", BadId::Arn),
        ];
        for (id, reason) in cases {
            assert_eq!(validate(id), Err(reason), "{id}");
        }
        assert_eq!(validate(&"x".repeat(2049)), Err(BadId::TooLong));
    }

    #[test]
    fn placeholders_are_looked_up() {
        let lookup = |name: &str| (name == "APP_ENV").then(|| "prod".to_owned());
        assert_eq!(resolve("{APP_ENV}/orders/db", lookup).as_deref(), Ok("prod/orders/db"));
        assert_eq!(resolve("x/{APP_ENV}-{APP_ENV}", lookup).as_deref(), Ok("x/prod-prod"));
        assert_eq!(resolve("{APP_ENVIRONMENT}/db", lookup), Err(BadId::Unset("APP_ENVIRONMENT".to_owned())));
        assert_eq!(resolve("{DB_SECRET_ARN}", |_| Some(ARN.to_owned())).as_deref(), Ok(ARN));
    }

    #[test]
    fn an_injected_value_is_refused_and_not_shown() {
        let refused = resolve("{DB_SECRET}", |_| Some(r#"{"password":"canary"}"#.to_owned()));
        let refused = refused.expect_err("not an id");
        assert!(!format!("{refused} {refused:?}").contains("canary"));
    }

    #[test]
    fn an_empty_variable_is_as_good_as_none() {
        assert_eq!(resolve("{A}/db", |_| Some(String::new())), Err(BadId::Unset("A".to_owned())));
    }

    #[test]
    fn what_a_variable_holds_is_shown_only_if_it_is_an_arn() {
        assert_eq!(shown("{DB_SECRET}", "hunter2+/="), "{DB_SECRET}");
        assert_eq!(shown("{APP_ENV}/db", "prod/db"), "{APP_ENV}/db");
        assert_eq!(shown("{DB_SECRET_ARN}", ARN), ARN);
        assert_eq!(shown("prod/db", "prod/db"), "prod/db");
    }

    #[test]
    fn a_variable_cannot_bring_a_placeholder_along() {
        assert_eq!(resolve("{A}", |_| Some("{B}".to_owned())), Err(BadId::Character));
    }

    #[test]
    fn an_arn_is_taken_apart() {
        let arn = Arn::parse(ARN).expect("an ARN");
        assert_eq!((arn.region, arn.name), ("eu-central-1", "prod/orders/db-AbCdEf"));
        assert!(arn.looks_full());
        let partial = ARN.strip_suffix("-AbCdEf").and_then(Arn::parse).expect("a partial ARN");
        assert!(!partial.looks_full());
        let word = ARN.replace("db-AbCdEf", "db-master");
        let word = Arn::parse(&word).expect("a partial ARN");
        assert!(word.may_be_full() && !word.looks_full() && !partial.may_be_full());
    }
}
