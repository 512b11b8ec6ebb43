//! Secret ids in declarations: their fixed parts are checked here, what placeholders stand for when they are resolved.

use std::fmt;

/// Why an id cannot be one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum BadId {
    Empty,
    TooLong(usize),
    Character(char),
    OpenPlaceholder,
    Placeholder(String),
    ClosingBrace,
    Arn,
}

impl fmt::Display for BadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the id is empty; write the secret's name or ARN"),
            Self::TooLong(limit) => write!(f, "the id is too long: Secrets Manager allows {limit} characters here"),
            Self::Character(character) => write!(
                f,
                "no secret id contains {character:?}; names are made of A-Z a-z 0-9 / _ + = . @ - !, and `{{VARIABLE}}` \
                 stands for an environment variable"
            ),
            Self::OpenPlaceholder => f.write_str("a placeholder is not closed; write `{VARIABLE}`"),
            Self::Placeholder(name) => write!(
                f,
                "`{{{name}}}` is not a placeholder: between the braces goes the name of an environment variable, made of \
                 letters, digits and `_`"
            ),
            Self::ClosingBrace => f.write_str("`}` without `{`; a placeholder is written `{VARIABLE}`"),
            Self::Arn => f.write_str(
                "not the ARN of a secret; it has the form arn:<partition>:secretsmanager:<region>:<12-digit account>:\
                 secret:<name>, with or without the six characters that Secrets Manager appends",
            ),
        }
    }
}

/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html>
const LONGEST_ID: usize = 2048;
/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html>
const LONGEST_NAME: usize = 512;

/// A piece of an id.
enum Part<'a> {
    Fixed(&'a str),
    Variable,
}

pub(crate) fn check(id: &str) -> Result<(), BadId> {
    if id.is_empty() {
        return Err(BadId::Empty);
    }
    let parts = parts(id)?;
    let is_arn = id.starts_with("arn:");
    let has_variable = parts.iter().any(|part| matches!(part, Part::Variable));
    let limit = if is_arn || has_variable { LONGEST_ID } else { LONGEST_NAME };
    let is_allowed = |c: &char| {
        // A variable in front may hold the beginning of an ARN.
        c.is_ascii_alphanumeric() || "/_+=.@-!".contains(*c) || (*c == ':' && (is_arn || id.starts_with('{')))
    };
    let fixed = parts.iter().filter_map(|part| if let Part::Fixed(text) = part { Some(*text) } else { None });
    if let Some(character) = fixed.clone().flat_map(str::chars).find(|c| !is_allowed(c)) {
        return Err(BadId::Character(character));
    }
    if fixed.map(str::len).sum::<usize>() > limit {
        return Err(BadId::TooLong(limit));
    }
    if is_arn && !is_secret_arn(&parts) {
        return Err(BadId::Arn);
    }
    Ok(())
}

fn parts(id: &str) -> Result<Vec<Part<'_>>, BadId> {
    let mut parts = Vec::new();
    let mut rest = id;
    while let Some(at) = rest.find(['{', '}']) {
        if rest[at..].starts_with('}') {
            return Err(BadId::ClosingBrace);
        }
        let (variable, after) = rest[at + 1..].split_once('}').ok_or(BadId::OpenPlaceholder)?;
        if !is_variable(variable) {
            return Err(BadId::Placeholder(variable.to_owned()));
        }
        parts.extend([Part::Fixed(&rest[..at]), Part::Variable]);
        rest = after;
    }
    parts.push(Part::Fixed(rest));
    Ok(parts)
}

fn is_variable(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Whether the parts between the colons are those of a secret's ARN; one with a placeholder may be anything.
fn is_secret_arn(parts: &[Part<'_>]) -> bool {
    const ANY: char = '\0';
    let text: String = parts
        .iter()
        .map(|part| match part {
            Part::Fixed(text) => (*text).to_owned(),
            Part::Variable => ANY.to_string(),
        })
        .collect();
    let segments: Vec<&str> = text.splitn(7, ':').collect();
    let any = |segment: &str| segment.contains(ANY);
    let is_region = |region: &str| region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    match segments.as_slice() {
        [_, partition, service, region, account, resource, name] => {
            (any(partition) || partition.starts_with("aws"))
                && (any(service) || *service == "secretsmanager")
                && (any(region) || (!region.is_empty() && is_region(region)))
                && (any(account) || (account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit())))
                && (any(resource) || *resource == "secret")
                && !name.is_empty()
        }
        // A variable may hold several segments.
        segments => segments.iter().copied().any(any),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_arns_and_placeholders_are_accepted() {
        for id in [
            "db",
            "prod/orders/db",
            "{APP_ENV}/orders/db",
            "{DB_SECRET_ARN}",
            "rds!cluster-1f",
            "arn:aws:secretsmanager:eu-central-1:123456789012:secret:db-AbCdEf",
            "arn:aws-cn:secretsmanager:{AWS_REGION}:{ACCOUNT}:secret:{APP_ENV}/db",
            "arn:aws:{REST}",
            "{ARN_PREFIX}:secret:db",
        ] {
            assert_eq!(check(id), Ok(()), "{id}");
        }
    }

    #[test]
    fn impossible_ids_are_refused() {
        let cases = [
            ("", BadId::Empty),
            ("a b", BadId::Character(' ')),
            ("prod:db", BadId::Character(':')),
            ("{APP_ENV/db", BadId::OpenPlaceholder),
            ("{}/db", BadId::Placeholder(String::new())),
            ("{APP-ENV}/db", BadId::Placeholder("APP-ENV".to_owned())),
            ("db}", BadId::ClosingBrace),
            ("arn:aws:s3:::bucket", BadId::Arn),
            ("arn:aws:secretsmanager:eu-central-1:12:secret:db", BadId::Arn),
            ("arn:aws:secretsmanager:x@evil.example/:123456789012:secret:db", BadId::Arn),
            ("arn:aws:secretsmanager::123456789012:secret:db", BadId::Arn),
            ("arn:aws:ssm:{AWS_REGION}:123456789012:secret:db", BadId::Arn),
        ];
        for (id, reason) in cases {
            assert_eq!(check(id), Err(reason), "{id}");
        }
        assert_eq!(check(&"x".repeat(513)), Err(BadId::TooLong(512)));
    }
}
