//! The id by which a secret is asked for, and how it is shown.
//!
//! What is shown is the id itself, and beside it the declared form where placeholders were replaced. One case is withheld: a
//! whole id that one variable gave may be a secret's value, which `valueFrom` of an ECS task definition puts there in place of
//! the name. Unless it is an ARN, which no value looks like, the variable is shown until the source knows the id.

use std::env;
use std::ffi::OsString;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use secrets_shape::id::{Arn, is_one_variable};

/// An id, shared by all requests for the secret.
#[derive(Clone)]
pub struct SecretId(Arc<Inner>);

struct Inner {
    id: Arc<str>,
    /// As it was declared, where that differs.
    declared: Option<Arc<str>>,
    /// Whether the program gave the id, and it is only found to be what the variable holds.
    is_given: bool,
    /// Whether it may be shown.
    is_known: AtomicBool,
}

impl SecretId {
    /// An id that somebody wrote down.
    pub fn new(id: Arc<str>) -> Self {
        Self(Arc::new(Inner { id, declared: None, is_given: false, is_known: AtomicBool::new(true) }))
    }

    /// What a declaration resolved to.
    pub fn declared(declared: &str, id: String) -> Self {
        let is_known = AtomicBool::new(!is_one_variable(declared) || Arn::parse(&id).is_some());
        let declared = (declared != id).then(|| declared.into());
        Self(Arc::new(Inner { id: id.into(), declared, is_given: false, is_known }))
    }

    /// What the program gave. Where it is all that a variable holds, but for spaces around it, it is taken to be from there.
    pub fn given(id: &str, placeholder: Option<&str>) -> Self {
        let is_held = |(_, value): &(OsString, OsString)| value.to_str().is_some_and(|value| value.trim() == id);
        let variable = || env::vars_os().find(is_held).and_then(|(name, _)| name.into_string().ok());
        match placeholder.map(str::to_owned).or_else(variable) {
            Some(name) => {
                let is_known = AtomicBool::new(Arn::parse(id).is_some());
                Self(Arc::new(Inner {
                    id: id.into(),
                    declared: Some(format!("{{{name}}}").into()),
                    is_given: true,
                    is_known,
                }))
            }
            None => Self::new(id.into()),
        }
    }

    /// The id itself: for the source, not for messages.
    pub fn expose(&self) -> &str {
        &self.0.id
    }

    /// The source has the secret, so that the id is one.
    pub fn confirm(&self) {
        self.0.is_known.store(true, Relaxed);
    }

    /// The id, or the variable that holds it.
    pub fn shown(&self) -> &str {
        match &self.0.declared {
            Some(declared) if !self.0.is_known.load(Relaxed) => declared,
            _ => &self.0.id,
        }
    }

    /// As it was declared, where that is not what is shown.
    pub fn shown_declared(&self) -> Option<&str> {
        self.0.declared.as_deref().filter(|declared| !self.0.is_given && *declared != self.shown())
    }

    /// The id, or words for what it is, in a sentence that says what to do.
    pub fn in_a_hint(&self) -> String {
        match &self.0.declared {
            Some(declared) if !self.0.is_known.load(Relaxed) => {
                format!("<the value of {}>", declared.trim_matches(['{', '}']))
            }
            _ => self.0.id.to_string(),
        }
    }
}

/// Quoted, the declared form beside it.
impl fmt::Display for SecretId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.shown_declared() {
            Some(declared) => write!(f, "{:?} (declared {declared:?})", self.shown()),
            None if self.0.is_given && !self.0.is_known.load(Relaxed) => {
                write!(f, "{:?} (the id that was given is what this variable holds)", self.shown())
            }
            None => write!(f, "{:?}", self.shown()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:db-AbCdEf";

    #[test]
    fn an_id_is_shown_as_it_was_asked_for_and_as_it_was_declared() {
        for (declared, id, shown) in [
            ("mail/api", "mail/api", r#""mail/api""#),
            ("{APP_ENV}/db", "prod/db", r#""prod/db" (declared "{APP_ENV}/db")"#),
            ("{A}{B}", "prod/db", r#""prod/db" (declared "{A}{B}")"#),
            ("{DB_SECRET}", ARN, &format!(r#""{ARN}" (declared "{{DB_SECRET}}")"#)),
        ] {
            assert_eq!(SecretId::declared(declared, id.to_owned()).to_string(), shown);
        }
    }

    #[test]
    fn what_one_variable_holds_is_withheld_until_it_is_known_to_be_an_id() {
        let path = env::var("PATH").expect("the tests have one");
        for id in [
            SecretId::declared("{DB_SECRET}", "canary".to_owned()),
            SecretId::given("canary", Some("DB_SECRET")),
            SecretId::given(&path, None),
        ] {
            let withheld = id.to_string();
            assert!(
                withheld.starts_with("\"{DB_SECRET}\"") || withheld.starts_with("\"{PATH}\" (the id"),
                "{withheld}"
            );
            assert!(["<the value of DB_SECRET>", "<the value of PATH>"].contains(&&*id.in_a_hint()));
            id.confirm();
            assert_eq!((id.shown(), &*id.in_a_hint()), (id.expose(), id.expose()));
        }
        assert_eq!(SecretId::given("tenants/acme", None).shown(), "tenants/acme");
    }
}
