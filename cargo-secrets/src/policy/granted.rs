//! Evaluates what a role's policies allow: the part of IAM's logic that reading secrets needs.
//!
//! It never answers *allowed* for a policy element that it does not understand. IAM's rules:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Condition, Statement};

/// The policies that decide what a role may do.
#[derive(Debug, Default)]
pub struct Granted {
    pub policies: Vec<Policy>,
    /// The permissions boundary: grants nothing itself, but must allow what the policies grant.
    pub boundary: Option<Policy>,
}

/// A policy of the role.
#[derive(Debug)]
pub struct Policy {
    pub name: String,
    statements: Vec<Held>,
}

/// A statement as IAM serializes it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Held {
    effect: Effect,
    action: Option<OneOrMany>,
    not_action: Option<OneOrMany>,
    resource: Option<OneOrMany>,
    not_resource: Option<OneOrMany>,
    #[serde(default)]
    condition: Map<String, Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
enum Effect {
    Allow,
    Deny,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// Whether a request is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    Allowed,
    Missing,
    /// Denied by the named policy.
    Denied(String),
    /// Depends on a condition or variable that cannot be evaluated here.
    Unclear(String),
}

impl Policy {
    /// Parses a policy document.
    pub fn parse(name: &str, document: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Document {
            statement: Statements,
        }
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Statements {
            Many(Vec<Held>),
            One(Box<Held>),
        }
        let document: Document = serde_json::from_str(document)
            .map_err(|error| format!("the policy {name} cannot be read (line {})", error.line()))?;
        let statements = match document.statement {
            Statements::Many(statements) => statements,
            Statements::One(statement) => vec![*statement],
        };
        Ok(Self { name: name.to_owned(), statements })
    }

    fn allows(&self, need: &Need<'_>) -> Standing {
        let allowing = self.statements.iter().filter(|held| held.effect == Effect::Allow);
        allowing.fold(Standing::Missing, |standing, held| match (standing, held.covers(need)) {
            (Standing::Allowed, _) | (_, Standing::Allowed) => Standing::Allowed,
            (Standing::Unclear(why), _) | (_, Standing::Unclear(why)) => Standing::Unclear(why),
            _ => Standing::Missing,
        })
    }

    /// The statements that deny the request, with or without a condition.
    fn denials<'s>(&'s self, need: &'s Need<'_>) -> impl Iterator<Item = Standing> + 's {
        let denying = self.statements.iter().filter(|held| held.effect == Effect::Deny && held.touches(need));
        denying.map(|held| match held.condition.values().find_map(|keys| keys.as_object()?.keys().next()) {
            Some(key) => Standing::Unclear(format!("{} denies it under a condition on {key}", self.name)),
            None => Standing::Denied(self.name.clone()),
        })
    }
}

/// One action on one resource that must be allowed.
struct Need<'a> {
    action: &'a str,
    resource: &'a str,
    /// The condition keys known for each request.
    facts: &'a [Condition],
}

impl Granted {
    /// Whether each resource of a statement is allowed. `facts` are the condition keys known for every request.
    pub fn of<'s>(&self, statement: &'s Statement, facts: &[Condition]) -> Vec<(&'s str, Standing)> {
        let standing = |resource: &'s String| {
            let need = Need { action: statement.action, resource, facts };
            (resource.as_str(), self.standing(&need))
        };
        statement.resources.iter().map(standing).collect()
    }

    fn standing(&self, need: &Need<'_>) -> Standing {
        let mut denials: Vec<Standing> =
            self.policies.iter().chain(&self.boundary).flat_map(|policy| policy.denials(need)).collect();
        denials.sort_by_key(|denial| matches!(denial, Standing::Unclear(_)));
        if let Some(denial) = denials.into_iter().next() {
            return denial;
        }
        let mut standing = Standing::Missing;
        for policy in &self.policies {
            match policy.allows(need) {
                Standing::Allowed => {
                    standing = Standing::Allowed;
                    break;
                }
                Standing::Unclear(why) => standing = Standing::Unclear(format!("{} allows it {why}", policy.name)),
                _ => {}
            }
        }
        match (&self.boundary, &standing) {
            (Some(boundary), Standing::Allowed | Standing::Unclear(_)) => match boundary.allows(need) {
                Standing::Allowed => standing,
                Standing::Unclear(why) => Standing::Unclear(format!("the permissions boundary allows it {why}")),
                _ => Standing::Denied(format!("the permissions boundary {}", boundary.name)),
            },
            _ => standing,
        }
    }

    /// Whether a policy restricts the staging labels.
    pub fn limits_stages(&self) -> bool {
        let mut held = self.policies.iter().chain(&self.boundary).flat_map(|policy| &policy.statements);
        let is_stage = |key: &String| key.eq_ignore_ascii_case(super::STAGE);
        held.any(|held| held.condition.values().filter_map(Value::as_object).flat_map(Map::keys).any(is_stage))
    }

    /// Resources that the role's policies allow for an action beyond those needed, with the policy that grants each.
    pub fn beyond(&self, action: &str, needed: &[String]) -> Vec<(String, &str)> {
        let mut beyond = Vec::new();
        for policy in &self.policies {
            for held in policy.statements.iter().filter(|held| held.effect == Effect::Allow && held.has_action(action))
            {
                let everything = vec!["*".to_owned()];
                let granted = held.resource.as_ref().map_or(everything, |resources| resources.list().to_vec());
                let is_beyond = |granted: &String| !needed.iter().any(|needed| covers(needed, granted));
                beyond.extend(granted.into_iter().filter(is_beyond).map(|granted| (granted, policy.name.as_str())));
            }
        }
        beyond
    }
}

impl Held {
    fn has_action(&self, action: &str) -> bool {
        let action = action.to_ascii_lowercase();
        let is = |pattern: &String| covers(&pattern.to_ascii_lowercase(), &action);
        match (&self.action, &self.not_action) {
            (Some(actions), _) => actions.list().iter().any(is),
            (None, Some(others)) => !others.list().iter().any(is),
            (None, None) => false,
        }
    }

    /// Whether the statement allows the whole need.
    fn covers(&self, need: &Need<'_>) -> Standing {
        if !self.has_action(need.action) {
            return Standing::Missing;
        }
        let standing = match (&self.resource, &self.not_resource) {
            (Some(resources), _) => {
                let standings = resources.list().iter().map(|pattern| match variable(pattern) {
                    None if covers(pattern, need.resource) => Standing::Allowed,
                    Some(variable) if overlap(&any_value(pattern), need.resource) => {
                        Standing::Unclear(format!("for some values of {variable}"))
                    }
                    _ => Standing::Missing,
                });
                let best = |first, next| match (first, next) {
                    (Standing::Allowed, _) | (_, Standing::Allowed) => Standing::Allowed,
                    (Standing::Missing, other) | (other, _) => other,
                };
                standings.fold(Standing::Missing, best)
            }
            (None, Some(others)) if others.list().iter().any(|other| overlap(&any_value(other), need.resource)) => {
                Standing::Missing
            }
            (None, Some(_)) => Standing::Allowed,
            (None, None) => Standing::Missing,
        };
        match self.unknown_condition(need.facts) {
            Some(key) if standing == Standing::Allowed => Standing::Unclear(format!("under a condition on {key}")),
            _ => standing,
        }
    }

    /// Whether the statement denies any part of the need.
    fn touches(&self, need: &Need<'_>) -> bool {
        self.has_action(need.action)
            && match (&self.resource, &self.not_resource) {
                (Some(resources), _) => {
                    resources.list().iter().any(|pattern| overlap(&any_value(pattern), need.resource))
                }
                (None, Some(others)) => !others.list().iter().any(|other| covers(other, need.resource)),
                (None, None) => false,
            }
    }

    /// The key of a condition that the known facts do not certainly meet.
    fn unknown_condition(&self, facts: &[Condition]) -> Option<&str> {
        self.condition.iter().find_map(|(operator, keys)| match keys.as_object() {
            Some(keys) => {
                let unmet = keys.iter().find(|(key, values)| !is_met(operator, key, values, facts));
                unmet.map(|(key, _)| key.as_str())
            }
            None => Some(operator.as_str()),
        })
    }
}

fn is_met(operator: &str, key: &str, values: &Value, facts: &[Condition]) -> bool {
    let operator = operator.strip_suffix("IfExists").unwrap_or(operator);
    let values: Vec<&str> = match values {
        Value::String(value) => vec![value],
        Value::Array(values) => values.iter().filter_map(Value::as_str).collect(),
        _ => return false,
    };
    let Some(fact) = facts.iter().find(|fact| fact.key.eq_ignore_ascii_case(key)) else { return false };
    let meets = |fact: &String| match operator {
        "StringEquals" => values.contains(&fact.as_str()),
        "StringLike" => values.iter().any(|value| variable(value).is_none() && covers(value, fact)),
        _ => false,
    };
    !fact.values.is_empty() && fact.values.iter().all(meets)
}

impl OneOrMany {
    fn list(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

/// The first policy variable of a pattern, such as `${aws:PrincipalTag/team}`.
fn variable(pattern: &str) -> Option<&str> {
    let rest = &pattern[pattern.find("${")?..];
    Some(&rest[..=rest.find('}')?])
}

/// Replaces the policy variables with `*`.
fn any_value(pattern: &str) -> String {
    match variable(pattern) {
        Some(variable) => any_value(&pattern.replace(variable, "*")),
        None => pattern.to_owned(),
    }
}

/// Whether `general` matches everything that `pattern` matches. `*` matches any text, `?` any one character.
fn covers(general: &str, pattern: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    matched(general, &pattern, |general, other| match general {
        '?' => other != '*',
        _ => general == other,
    })
}

/// Whether `general` matches a text, comparing single characters with `fits`.
fn matched(general: &str, text: &[char], fits: impl Fn(char, char) -> bool) -> bool {
    // `reached[n]`: the pattern so far matches the first n characters.
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    for general in general.chars() {
        if general == '*' {
            let first = reached.iter().position(|reached| *reached).unwrap_or(reached.len());
            reached[first..].fill(true);
        } else {
            for end in (0..text.len()).rev() {
                reached[end + 1] = reached[end] && fits(general, text[end]);
            }
            reached[0] = false;
        }
    }
    reached[text.len()]
}

/// Whether some text matches both patterns.
fn overlap(left: &str, right: &str) -> bool {
    let right: Vec<char> = right.chars().collect();
    // `reached[n]`: some text matches both `left` so far and the first n characters of `right`.
    let skip_stars = |reached: &mut Vec<bool>| {
        for at in 0..right.len() {
            if reached[at] && right[at] == '*' {
                reached[at + 1] = true;
            }
        }
    };
    let mut reached = vec![false; right.len() + 1];
    reached[0] = true;
    skip_stars(&mut reached);
    for left in left.chars() {
        let before = reached.clone();
        if left == '*' {
            let first = reached.iter().position(|reached| *reached).unwrap_or(reached.len());
            reached[first..].fill(true);
        } else {
            for at in 0..=right.len() {
                let is_taken =
                    at > 0 && before[at - 1] && (left == '?' || right[at - 1] == '?' || left == right[at - 1]);
                let is_in_star = right.get(at) == Some(&'*') && before[at];
                let is_after_star = at > 0 && right[at - 1] == '*' && before[at - 1];
                reached[at] = is_taken || is_in_star || is_after_star;
            }
        }
        skip_stars(&mut reached);
    }
    reached[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_covers_what_stands_for_less() {
        for (general, pattern) in
            [("*", "a*?"), ("a*", "a"), ("a-??????", "a-??????"), ("a-*", "a-??????"), ("a??", "ab?"), ("*b*", "a*b")]
        {
            assert!(covers(general, pattern), "{general} {pattern}");
        }
        for (general, pattern) in [("a", "a*"), ("a-??????", "a-*"), ("a?", "a*"), ("a-AbCdEf", "a-??????"), ("?", "")]
        {
            assert!(!covers(general, pattern), "{general} {pattern}");
        }
    }

    /// Compares with brute force over a two-letter alphabet.
    #[test]
    fn patterns_overlap_where_a_text_fits_both() {
        let texts: Vec<Vec<char>> = (0..5).flat_map(|length| texts_of(length, &['a', 'b'])).collect();
        let patterns: Vec<String> =
            (0..4).flat_map(|length| texts_of(length, &['a', 'b', '?', '*'])).map(String::from_iter).collect();
        let is =
            |pattern: &str, text: &[char]| matched(pattern, text, |general, other| general == '?' || general == other);
        for left in &patterns {
            for right in &patterns {
                let common = texts.iter().any(|text| is(left, text) && is(right, text));
                // Texts of up to four letters nearly always suffice; `long` tries five and six.
                assert_eq!(overlap(left, right), common || long(left, right, &is), "{left} {right}");
                let is_less = texts.iter().all(|text| !is(right, text) || is(left, text));
                assert!(!covers(left, right) || is_less, "{left} covers {right}");
            }
        }
    }

    fn long(left: &str, right: &str, is: &impl Fn(&str, &[char]) -> bool) -> bool {
        texts_of(6, &['a', 'b']).iter().chain(&texts_of(5, &['a', 'b'])).any(|text| is(left, text) && is(right, text))
    }

    fn texts_of(length: usize, letters: &[char]) -> Vec<Vec<char>> {
        (0..length).fold(vec![Vec::new()], |texts, _| {
            texts
                .iter()
                .flat_map(|text| letters.iter().map(move |letter| [text.as_slice(), &[*letter]].concat()))
                .collect()
        })
    }

    const SECRET: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/db-??????";

    fn standing(documents: &[&str], boundary: Option<&str>) -> Standing {
        let policy = |document: &&str| Policy::parse("own", document).expect("a policy");
        let granted = Granted {
            policies: documents.iter().map(policy).collect(),
            boundary: boundary.map(|document| Policy::parse("limit", document).expect("a policy")),
        };
        let facts = [Condition {
            operator: "StringEquals",
            key: "secretsmanager:VersionStage",
            values: vec!["AWSCURRENT".to_owned()],
        }];
        granted.standing(&Need { action: "secretsmanager:GetSecretValue", resource: SECRET, facts: &facts })
    }

    fn one(statement: &str) -> String {
        format!(r#"{{"Version": "2012-10-17", "Statement": {statement}}}"#)
    }

    #[test]
    fn what_is_not_understood_is_not_allowed() {
        let allow = |more: &str| one(&format!(r#"{{"Effect": "Allow", "Action": "secretsmanager:Get*", {more}}}"#));
        let of = |statement: &str| standing(&[statement], None);
        assert_eq!(
            of(&allow(r#""Resource": ["arn:aws:s3:::x", "arn:aws:secretsmanager:*:*:secret:prod/*"]"#)),
            Standing::Allowed
        );
        assert_eq!(
            of(&allow(r#""Resource": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/db-AbCdEf""#)),
            Standing::Missing
        );
        assert_eq!(of(&allow(r#""NotResource": "arn:aws:s3:::*""#)), Standing::Allowed);
        assert_eq!(of(&allow(r#""NotResource": "arn:aws:secretsmanager:*""#)), Standing::Missing);
        let staged = |operator: &str, stage: &str| {
            allow(&format!(
                r#""Resource": "*", "Condition": {{"{operator}": {{"secretsmanager:versionstage": "{stage}"}}}}"#
            ))
        };
        assert_eq!(of(&staged("StringEquals", "AWSCURRENT")), Standing::Allowed);
        assert_eq!(of(&staged("StringLikeIfExists", "AWS*")), Standing::Allowed);
        for unclear in [staged("StringEquals", "AWSPENDING"), staged("StringNotEquals", "AWSPENDING")] {
            assert_eq!(
                of(&unclear),
                Standing::Unclear("own allows it under a condition on secretsmanager:versionstage".to_owned())
            );
        }
        let odd = allow(r#""Resource": "*", "Condition": {"Null": "x"}"#);
        assert_eq!(of(&odd), Standing::Unclear("own allows it under a condition on Null".to_owned()));
        let tagged = allow(r#""Resource": "arn:aws:secretsmanager:*:*:secret:${aws:PrincipalTag/env}/*""#);
        assert_eq!(
            of(&tagged),
            Standing::Unclear("own allows it for some values of ${aws:PrincipalTag/env}".to_owned())
        );
        assert_eq!(of(&one(r#"{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}"#)), Standing::Allowed);
        assert!(Policy::parse("own", "{}").is_err_and(|error| error.contains("own cannot be read")));
    }

    #[test]
    fn a_denial_and_a_boundary_count_for_more() {
        let all = one(r#"[{"Effect": "Allow", "Action": "*", "Resource": "*"}]"#);
        let deny =
            one(r#"{"Effect": "Deny", "Action": "secretsmanager:*", "Resource": "arn:*:secret:prod/db-AbCdEf"}"#);
        assert_eq!(standing(&[&all, &deny], None), Standing::Denied("own".to_owned()));
        let other = one(r#"{"Effect": "Deny", "Action": "secretsmanager:*", "Resource": "arn:*:secret:test/*"}"#);
        assert_eq!(standing(&[&all, &other], None), Standing::Allowed);
        let conditional = one(
            r#"{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}"#,
        );
        assert!(
            matches!(standing(&[&all, &conditional], None), Standing::Unclear(why) if why.contains("aws:SecureTransport"))
        );
        let boundary = one(r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}"#);
        assert_eq!(standing(&[&all], Some(&boundary)), Standing::Denied("the permissions boundary limit".to_owned()));
        assert_eq!(standing(&[&boundary], Some(&all)), Standing::Missing);
    }
}
