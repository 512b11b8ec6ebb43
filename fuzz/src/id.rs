//! Secret ids: what the derive accepts in a declaration against what the runtime accepts in use.

#[allow(dead_code, reason = "the derive uses all of it")]
#[path = "../../secrets-derive/src/id.rs"]
mod declared;
#[allow(dead_code, unreachable_pub, reason = "the runtime uses all of it")]
#[path = "../../secrets-runtime/src/id.rs"]
mod used;

/// What variables may hold: whole ids, and pieces of them.
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
const LONGEST_NAME: usize = 512;

/// Checks a declared id, resolves it, and renders what goes wrong.
///
/// # Panics
/// The derive and the runtime disagree, or a message shows what a variable holds.
pub fn check(data: &[u8]) {
    let Ok(id) = std::str::from_utf8(data) else { return };
    let verdict = declared::check(id);
    let _ = format!("{verdict:?} {}", verdict.as_ref().err().map(ToString::to_string).unwrap_or_default());
    if !id.contains(['{', '}']) {
        let is_long_name = !id.starts_with("arn:") && id.len() > LONGEST_NAME;
        assert_eq!(verdict.is_ok(), used::validate(id).is_ok() && !is_long_name, "{verdict:?}");
    }
    for value in VALUES {
        resolve(id, &verdict, value);
    }
    let (declared, value) = id.split_once('\n').unwrap_or((id, "prod"));
    resolve(declared, &declared::check(declared), value);
    hidden(id);
    let _ = used::Arn::parse(id).map(|arn| (arn.may_be_full(), arn.looks_full()));
}

fn resolve(id: &str, verdict: &Result<(), declared::BadId>, value: &str) {
    let resolved = used::resolve(id, |name| is_variable(name).then(|| value.to_owned()));
    match (&resolved, verdict) {
        (Ok(resolved), Ok(())) => {
            assert_eq!(used::validate(resolved), Ok(()));
            let is_shown = used::shown(id, resolved) == resolved;
            assert_eq!(is_shown, !id.contains('{') || used::Arn::parse(resolved).is_some() || id == resolved);
        }
        // Names that are too long for a secret are told where they are declared.
        (Ok(_), Err(declared::BadId::TooLong(limit))) => assert_eq!(*limit, LONGEST_NAME),
        // A variable in the middle may begin what ends in a colon.
        (Ok(resolved), Err(declared::BadId::Character(':'))) => assert!(resolved.starts_with("arn:")),
        // One that holds several segments moves those after it.
        (Ok(_), Err(declared::BadId::Arn)) if value.contains(':') => {}
        (Ok(_), Err(refused)) => panic!("refused in the declaration, accepted in use: {refused:?}"),
        (Err(used::BadId::Placeholder), Ok(())) => panic!("a placeholder that only the declaration knows"),
        (Err(_), _) => {}
    }
}

/// A variable may hold the secret itself.
fn hidden(id: &str) {
    const CANARY: &str = "canary {\"qzj\": 1}";
    if let Err(refused) = used::resolve(id, |name| is_variable(name).then(|| CANARY.to_owned())) {
        assert!(!format!("{refused} {refused:?}").contains("canary {"), "the variable's value is shown");
    }
}

fn is_variable(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
