//! Secret ids: their syntax, placeholders, and the parts of an ARN.
//!
//! An invalid id is never shown at run time: if ECS injects a secret into a variable, the id may contain the secret's value.

use std::fmt;

/// The parts of a full or partial ARN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arn<'a> {
    /// `aws`, `aws-cn`, ..
    pub partition: &'a str,
    /// Where the secret is.
    pub region: &'a str,
    /// The twelve digits of its account.
    pub account: &'a str,
    /// The name, with the six-character suffix if the ARN is full.
    pub name: &'a str,
}

impl<'a> Arn<'a> {
    /// `arn:<partition>:secretsmanager:<region>:<account>:secret:<name>`
    pub fn parse(id: &'a str) -> Option<Self> {
        let mut parts = id.splitn(7, ':');
        let mut part = || parts.next().filter(|part| !part.is_empty());
        let (arn, partition, service, region) = (part()?, part()?, part()?, part()?);
        let (account, resource, name) = (part()?, part()?, part()?);
        let has_form = is("arn", arn)
            && is_partition(partition)
            && is("secretsmanager", service)
            && is_region(region)
            && is_account(account)
            && is("secret", resource);
        (has_form && !name.contains(':')).then_some(Self { partition, region, account, name })
    }

    /// Whether the name ends in what may be the six-character suffix of a full ARN. It may also belong to the name: `db-master`,
    /// `db-db2024`.
    pub fn may_be_full(&self) -> bool {
        let suffix = self.name.rsplit_once('-').map(|(_, suffix)| suffix);
        suffix.is_some_and(|suffix| suffix.len() == 6 && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    }
}

/// The resources of an IAM statement for an ARN: the ARN itself if it may be full, and with a wildcard for the six-character suffix if it
/// may be partial. An ending such as `-db2024` may be either.
pub fn resources(arn: &str) -> Vec<String> {
    let any = format!("{arn}-??????");
    match Arn::parse(arn) {
        Some(parsed) if parsed.may_be_full() => vec![arn.to_owned(), any],
        _ => vec![any],
    }
}

/// The partition of a region: <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>.
pub fn partition_of(region: &str) -> &'static str {
    match region.split('-').collect::<Vec<_>>().as_slice() {
        ["cn", ..] => "aws-cn",
        ["us", "gov", ..] => "aws-us-gov",
        ["us", "iso", ..] => "aws-iso",
        ["us", "isob", ..] => "aws-iso-b",
        ["eu", "isoe", ..] => "aws-iso-e",
        ["us", "isof", ..] => "aws-iso-f",
        ["eusc", ..] => "aws-eusc",
        _ => "aws",
    }
}

/// The domain of a region's endpoints: <https://docs.aws.amazon.com/general/latest/gr/rande.html>.
pub fn domain_of(region: &str) -> &'static str {
    match partition_of(region) {
        "aws-cn" => "amazonaws.com.cn",
        "aws-iso" => "c2s.ic.gov",
        "aws-iso-b" => "sc2s.sgov.gov",
        "aws-iso-e" => "cloud.adc-e.uk",
        "aws-iso-f" => "csp.hci.ic.gov",
        "aws-eusc" => "amazonaws.eu",
        _ => "amazonaws.com",
    }
}

/// Stands for an unresolved variable, which may be any part of an id.
const ANY: char = '\0';

fn is(expected: &str, part: &str) -> bool {
    part == expected || part.contains(ANY)
}

fn is_partition(part: &str) -> bool {
    part.starts_with("aws") || part.contains(ANY)
}

fn is_region(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') || part.contains(ANY)
}

fn is_account(part: &str) -> bool {
    (part.len() == 12 && part.bytes().all(|byte| byte.is_ascii_digit())) || part.contains(ANY)
}

/// Why an id is invalid. It names the declaration and its variables, never the content of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadId {
    Empty,
    /// With the maximum number of characters.
    TooLong(usize),
    /// With the character, if it is in the declaration and so may be shown.
    Character(Option<char>),
    Arn,
    /// `:key:stage:version`, which task definitions of ECS append to an ARN.
    EcsSuffix,
    OpenPlaceholder,
    Placeholder(String),
    ClosingBrace,
    Unset(String),
    /// A variable that is set but empty.
    Blank(String),
    /// A variable with a character that ids cannot contain.
    Variable(String),
}

impl fmt::Display for BadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const ALLOWED: &str = "A-Z a-z 0-9 / _ + = . @ - !";
        match self {
            Self::Empty => f.write_str("it is empty; write the name or the ARN of a secret"),
            Self::TooLong(limit) => write!(f, "it is longer than the {limit} characters that Secrets Manager allows here"),
            Self::Character(None) => write!(f, "it has a character other than {ALLOWED}"),
            Self::Character(Some(character @ ('$' | '%' | '<' | '>' | '#'))) => {
                write!(f, "it has the character {character:?}; a variable of the environment is written `{{VARIABLE}}` alone")
            }
            Self::Character(Some(character)) => {
                write!(f, "it has the character {character:?}; the name of a secret is made of {ALLOWED}")
            }
            Self::Arn => f.write_str(
                "it is not the ARN of a secret, which has the form \
                 arn:<partition>:secretsmanager:<region>:<12-digit account>:secret:<name>",
            ),
            Self::EcsSuffix => f.write_str(
                "it ends in `:key:stage:version`, the form in which `valueFrom` of an ECS task definition names a part of a \
                 secret; an id is the ARN or the name alone, a key is a field, and a stage is given with `stage = \"..\"`",
            ),
            Self::OpenPlaceholder => f.write_str("a placeholder is not closed; write `{VARIABLE}`"),
            Self::Placeholder(name) => write!(
                f,
                "`{{{name}}}` is not a placeholder: between the braces stands the name of an environment variable, made of \
                 letters, digits and `_`"
            ),
            Self::ClosingBrace => f.write_str("it has a `}` without a `{`; a placeholder is written `{VARIABLE}`"),
            Self::Unset(variable) => write!(f, "the environment variable {variable} is not set"),
            Self::Blank(variable) => write!(f, "the environment variable {variable} is empty"),
            Self::Variable(variable) => {
                write!(f, "the environment variable {variable} holds a character other than {ALLOWED}")
            }
        }
    }
}

/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html>
const LONGEST_ARN: usize = 2048;
/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html>
const LONGEST_NAME: usize = 512;

/// Checks whether an id is valid for the service.
///
/// # Errors
/// Why it is not.
pub fn validate(id: &str) -> Result<(), BadId> {
    if id.contains(ANY) {
        return Err(BadId::Character(None));
    }
    judge(id).map_err(|reason| if let BadId::Character(_) = reason { BadId::Character(None) } else { reason })
}

/// Checks whether a declared id can be valid for some values of its placeholders.
///
/// # Errors
/// Why it cannot.
pub fn check(declared: &str) -> Result<(), BadId> {
    if declared.contains(ANY) {
        return Err(BadId::Character(Some(ANY)));
    }
    let mut id = String::with_capacity(declared.len());
    for part in parts(declared) {
        match part? {
            Part::Fixed(text) => id.push_str(text),
            Part::Variable(_) => id.push(ANY),
        }
    }
    judge(&id)
}

/// Replaces each `{VARIABLE}` with the result of `lookup`, and validates the id.
///
/// # Errors
/// A variable is unset, or the id is invalid.
pub fn resolve(declared: &str, lookup: impl Fn(&str) -> Option<String>) -> Result<String, BadId> {
    let mut id = String::with_capacity(declared.len());
    for part in parts(declared) {
        match part? {
            Part::Fixed(text) => id.push_str(text),
            Part::Variable(name) => {
                let value = lookup(name).ok_or_else(|| BadId::Unset(name.to_owned()))?;
                if value.is_empty() {
                    return Err(BadId::Blank(name.to_owned()));
                }
                if !value.chars().all(|c| is_allowed(c) || c == ':') {
                    return Err(BadId::Variable(name.to_owned()));
                }
                id.push_str(&value);
            }
        }
    }
    validate(&id).map(|()| id)
}

/// The names of the variables in a declared id.
pub fn variables(declared: &str) -> impl Iterator<Item = &str> {
    parts(declared).filter_map(|part| if let Ok(Part::Variable(name)) = part { Some(name) } else { None })
}

/// Whether a declared id consists of one variable.
pub fn is_one_variable(declared: &str) -> bool {
    let mut names = parts(declared).map(|part| if let Ok(Part::Variable(name)) = part { Some(name) } else { None });
    let first = names.next().flatten();
    first.is_some() && names.all(|name| name == first)
}

/// A part of a declared id.
enum Part<'a> {
    Fixed(&'a str),
    Variable(&'a str),
}

/// The parts, up to the first malformed one.
fn parts(declared: &str) -> impl Iterator<Item = Result<Part<'_>, BadId>> {
    let mut rest = declared;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (part, after) = next(rest);
        rest = after;
        Some(part)
    })
}

fn next(text: &str) -> (Result<Part<'_>, BadId>, &str) {
    if let Some(after) = text.strip_prefix('{') {
        return match after.split_once('}') {
            Some((name, rest)) if is_variable(name) => (Ok(Part::Variable(name)), rest),
            Some((name, _)) => (Err(BadId::Placeholder(name.to_owned())), ""),
            None => (Err(BadId::OpenPlaceholder), ""),
        };
    }
    let (fixed, rest) = text.split_at(text.find(['{', '}']).unwrap_or(text.len()));
    if rest.starts_with('}') { (Err(BadId::ClosingBrace), "") } else { (Ok(Part::Fixed(fixed)), rest) }
}

fn is_variable(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Whether a name may contain the character. Names managed by the service contain `!` (`rds!cluster-..`), which the documentation omits.
fn is_allowed(c: char) -> bool {
    c.is_ascii_alphanumeric() || "/_+=.@-!".contains(c)
}

/// Validates an id in which `ANY` stands for unresolved variables.
fn judge(id: &str) -> Result<(), BadId> {
    if id.is_empty() {
        return Err(BadId::Empty);
    }
    let is_arn = id.starts_with("arn:");
    // A leading variable may hold an ARN or the beginning of one.
    let may_be_arn = is_arn || id.starts_with(ANY);
    let limit = if may_be_arn { LONGEST_ARN } else { LONGEST_NAME };
    let is_allowed = |c: &char| is_allowed(*c) || *c == ANY || (*c == ':' && may_be_arn);
    if has_ecs_suffix(id) {
        return Err(BadId::EcsSuffix);
    }
    if let Some(character) = id.chars().find(|c| !is_allowed(c)) {
        return Err(BadId::Character(Some(character)));
    }
    if id.chars().filter(|c| *c != ANY).count() > limit {
        return Err(BadId::TooLong(limit));
    }
    // A variable may hold several parts of an ARN, so the count says nothing.
    let is_whole = id.splitn(7, ':').count() == 7 || !id.contains(ANY);
    if is_arn && is_whole && Arn::parse(id).is_none() {
        return Err(BadId::Arn);
    }
    Ok(())
}

/// `:json-key:version-stage:version-id` after a name or an ARN, where each part may be empty:
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html>.
fn has_ecs_suffix(id: &str) -> bool {
    let parts: Vec<&str> = id.split(':').collect();
    match parts.as_slice() {
        ["arn", _, _, _, _, resource, _, _, ..] => is("secret", resource),
        // Matches `{ARN}:password::`, but not `{PREFIX}:eu-central-1:123456789012:secret:db`.
        [first, _, _, last_but_one] if *first != "arn" => !first.is_empty() && *last_but_one != "secret",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/orders/db-AbCdEf";

    #[test]
    fn names_and_arns_are_accepted() {
        let longest = "x".repeat(512);
        for id in ["db", "prod/orders/db", "rds!cluster-1f-9", "a_b+c=d.e@f-g", ARN, &longest] {
            assert_eq!((validate(id), check(id)), (Ok(()), Ok(())), "{id}");
        }
        assert_eq!(validate(&ARN.replace("arn:aws:", "arn:aws-us-gov:")), Ok(()));
    }

    #[test]
    fn placeholders_may_stand_for_any_part() {
        for id in [
            "{APP_ENV}/orders/db",
            "{DB_SECRET_ARN}",
            "arn:aws-cn:secretsmanager:{AWS_REGION}:{ACCOUNT}:secret:{APP_ENV}/db",
            "arn:aws:{REST}",
            "{ARN_PREFIX}:secret:db",
            "{ARN_PREFIX}:eu-central-1:123456789012:secret:db",
        ] {
            assert_eq!(check(id), Ok(()), "{id}");
        }
    }

    #[test]
    fn what_the_service_cannot_know_is_refused_alike_in_a_declaration_and_at_run_time() {
        let cases = [
            ("", BadId::Empty),
            ("a b", BadId::Character(Some(' '))),
            ("prod:db", BadId::Character(Some(':'))),
            ("größe", BadId::Character(Some('ö'))),
            ("arn:aws:s3:::bucket", BadId::Arn),
            ("arn:aws:secretsmanager:x@evil.example/:123456789012:secret:x", BadId::Arn),
            ("arn:aws:secretsmanager:eu-central-1:1234:secret:x", BadId::Arn),
            ("arn:aws:secretsmanager::123456789012:secret:x", BadId::Arn),
            ("arn:aws:secretsmanager:eu-central-1:123456789012:secret:", BadId::Arn),
        ];
        for (id, reason) in cases {
            let at_run_time = if let BadId::Character(_) = reason { BadId::Character(None) } else { reason.clone() };
            assert_eq!((check(id), validate(id)), (Err(reason), Err(at_run_time)), "{id}");
        }
        for (long, limit) in [("x".repeat(513), 512), (format!("{ARN}{}", "x".repeat(2048)), 2048)] {
            assert_eq!((check(&long), validate(&long)), (Err(BadId::TooLong(limit)), Err(BadId::TooLong(limit))));
        }
        assert_eq!(validate("{\"password\":\"x\"}"), Err(BadId::Character(None)));
    }

    #[test]
    fn malformed_placeholders_are_refused() {
        let cases = [
            ("{APP_ENV/db", BadId::OpenPlaceholder),
            ("{}/db", BadId::Placeholder(String::new())),
            ("{APP-ENV}/db", BadId::Placeholder("APP-ENV".to_owned())),
            ("db}", BadId::ClosingBrace),
            ("arn:aws:ssm:{AWS_REGION}:123456789012:secret:db", BadId::Arn),
        ];
        for (id, reason) in cases {
            assert_eq!(check(id), Err(reason), "{id}");
        }
    }

    #[test]
    fn a_reference_of_a_task_definition_is_told_by_its_form() {
        let references = [
            &format!("{ARN}:password::"),
            &format!("{ARN}:::"),
            &format!("{ARN}:password:AWSPREVIOUS:"),
            "db:password::",
        ];
        for id in references {
            assert_eq!((check(id), validate(id)), (Err(BadId::EcsSuffix), Err(BadId::EcsSuffix)), "{id}");
        }
        assert_eq!(check("{DB_SECRET_ARN}:password::"), Err(BadId::EcsSuffix));
        let resolved = resolve("{DB_SECRET_ARN}", |_| Some(format!("{ARN}:password::")));
        assert_eq!(resolved, Err(BadId::EcsSuffix));
    }

    #[test]
    fn placeholders_are_looked_up() {
        let lookup = |name: &str| (name == "APP_ENV").then(|| "prod".to_owned());
        assert_eq!(resolve("{APP_ENV}/orders/db", lookup).as_deref(), Ok("prod/orders/db"));
        assert_eq!(resolve("x/{APP_ENV}-{APP_ENV}", lookup).as_deref(), Ok("x/prod-prod"));
        assert_eq!(resolve("{APP_ENVIRONMENT}/db", lookup), Err(BadId::Unset("APP_ENVIRONMENT".to_owned())));
        assert_eq!(resolve("{DB_SECRET_ARN}", |_| Some(ARN.to_owned())).as_deref(), Ok(ARN));
        assert_eq!(resolve("{A}/db", |_| Some(String::new())), Err(BadId::Blank("A".to_owned())));
        assert_eq!(variables("{A}/{B}-x").collect::<Vec<_>>(), ["A", "B"]);
    }

    #[test]
    fn an_injected_value_is_refused_and_not_shown() {
        let refused = resolve("{DB_SECRET}", |_| Some(r#"{"password":"canary"}"#.to_owned()));
        let refused = refused.expect_err("not an id");
        assert!(!format!("{refused} {refused:?}").contains("canary"));
    }

    #[test]
    fn a_whole_id_may_come_from_one_variable() {
        assert!(is_one_variable("{DB_SECRET}") && is_one_variable("{A}{A}"));
        for declared in ["", "prod/db", "{APP_ENV}/db", "{A}{B}", "{}", "{A"] {
            assert!(!is_one_variable(declared), "{declared}");
        }
    }

    #[test]
    fn a_variable_cannot_bring_a_placeholder_along() {
        for value in ["{B}", "\0"] {
            assert_eq!(resolve("{A}", |_| Some(value.to_owned())), Err(BadId::Variable("A".to_owned())));
        }
    }

    #[test]
    fn an_arn_is_taken_apart() {
        let arn = Arn::parse(ARN).expect("an ARN");
        assert_eq!((arn.region, arn.name), ("eu-central-1", "prod/orders/db-AbCdEf"));
        assert!(arn.may_be_full());
        let partial = ARN.strip_suffix("-AbCdEf").and_then(Arn::parse).expect("a partial ARN");
        assert!(!partial.may_be_full());
    }

    #[test]
    fn an_arn_that_may_be_full_stands_for_both_forms() {
        let base = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:orders";
        for full in ["db2024", "AbCdEf", "master"] {
            let arn = format!("{base}-{full}");
            assert_eq!(resources(&arn), [arn.clone(), format!("{arn}-??????")]);
        }
        assert_eq!(resources(base), [format!("{base}-??????")]);
        assert_eq!((partition_of("eu-central-1"), partition_of("cn-north-1")), ("aws", "aws-cn"));
        assert_eq!((partition_of("us-gov-west-1"), partition_of("us-isob-east-1")), ("aws-us-gov", "aws-iso-b"));
    }
}
