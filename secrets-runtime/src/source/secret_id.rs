//! The id of a secret, and how messages show it.
//!
//! Messages show the id itself and, if placeholders were replaced, the declared form beside it. One case is hidden: an
//! id that came whole from one variable may be a secret's value, because `valueFrom` in an ECS task definition puts the
//! value there instead of the name. Unless it is an ARN, which no value looks like, messages show the variable until
//! the source knows the id.

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
    /// The declared form, if it differs.
    declared: Option<Arc<str>>,
    /// Whether the program passed the id, and it only happens to equal the variable's value.
    is_given: bool,
    /// Whether messages may show it.
    is_known: AtomicBool,
}

impl SecretId {
    /// An id that is written in the code.
    pub fn new(id: Arc<str>) -> Self {
        Self(Arc::new(Inner { id, declared: None, is_given: false, is_known: AtomicBool::new(true) }))
    }

    /// An id resolved from a declaration.
    pub fn declared(declared: &str, id: String) -> Self {
        let is_known = AtomicBool::new(!is_one_variable(declared) || Arn::parse(&id).is_some());
        let declared = (declared != id).then(|| declared.into());
        Self(Arc::new(Inner { id: id.into(), declared, is_given: false, is_known }))
    }

    /// An id that the program passed. If it equals a variable's value, apart from spaces around that, it is assumed to
    /// come from there.
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

    /// The source has the secret, so this is an id and may be shown.
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

    /// The declared form, unless it is what messages show anyway.
    pub fn shown_declared(&self) -> Option<&str> {
        self.0.declared.as_deref().filter(|declared| !self.0.is_given && *declared != self.shown())
    }

    /// The id, or words for it, for advice.
    pub fn in_a_hint(&self) -> String {
        match &self.0.declared {
            Some(declared) if !self.0.is_known.load(Relaxed) => {
                format!("<the value of {}>", declared.trim_matches(['{', '}']))
            }
            _ => self.0.id.to_string(),
        }
    }
}

/// The id in quotes, with the declared form beside it.
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
