//! Compares the checks of declared ids with those of resolved ids.

use secrets_shape::id::{self, Arn, BadId};

/// Possible values of variables: whole ids and parts of them.
const VALUES: [&str; 9] = [
    "prod",
    "a/b",
    "arn:aws:secretsmanager:eu-central-1:123456789012:secret:db-AbCdEf",
    "arn:aws:secretsmanager:eu-central-1:123456789012",
    "secretsmanager",
    "eu-central-1",
    "123456789012",
    "secret",
    "secret:db",
];

/// Checks a declared id, resolves it, and renders the errors.
///
/// # Panics
/// If the two checks disagree, or a message shows the value of a variable.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let verdict = id::check(text);
    let _ = format!("{verdict:?} {}", verdict.as_ref().err().map(ToString::to_string).unwrap_or_default());
    if !text.contains(['{', '}']) {
        assert_eq!(verdict.is_ok(), id::validate(text).is_ok(), "{verdict:?}");
    }
    for value in VALUES {
        resolve(text, &verdict, value);
    }
    let (declared, value) = text.split_once('\n').unwrap_or((text, "prod"));
    resolve(declared, &id::check(declared), value);
    hidden(text);
    let _ = Arn::parse(text).map(|arn| arn.may_be_full());
}

fn resolve(declared: &str, verdict: &Result<(), BadId>, value: &str) {
    let resolved = id::resolve(declared, |name| is_variable(name).then(|| value.to_owned()));
    match (&resolved, verdict) {
        (Ok(resolved), Ok(())) => {
            assert_eq!(id::validate(resolved), Ok(()));
            let is_variable =
                declared.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).is_some_and(is_variable);
            assert_eq!(id::is_one_variable(declared), is_variable);
        }
        // The variable may start an ARN, in which the colon is valid.
        (Ok(resolved), Err(BadId::Character(Some(':')))) => assert!(resolved.starts_with("arn:")),
        // A variable that holds several parts shifts those after it.
        (Ok(_), Err(BadId::Arn | BadId::EcsSuffix | BadId::TooLong(_))) if value.contains(':') => {}
        (Ok(_), Err(refused)) => panic!("refused in the declaration, accepted in use: {refused:?}"),
        (Err(BadId::Placeholder(_) | BadId::OpenPlaceholder | BadId::ClosingBrace), Ok(())) => {
            panic!("a placeholder that only the declaration knows")
        }
        (Err(_), _) => {}
    }
}

/// The value of a variable may be a secret, so it must not be shown.
fn hidden(declared: &str) {
    const CANARY: &str = "canary {\"qzj\": 1}";
    if let Err(refused) = id::resolve(declared, |name| is_variable(name).then(|| CANARY.to_owned())) {
        assert!(!format!("{refused} {refused:?}").contains("canary {"), "the variable's value is shown");
    }
}

fn is_variable(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
