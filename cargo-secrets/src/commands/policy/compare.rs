//! `policy --check --role`: what a program needs, compared with what a role has.

use serde_json::{Value, json};

use super::Statement;
use crate::cli::PolicyArgs;
use crate::failure::Failure;
use crate::live;
use crate::output::{BAD, GOOD, Output, UNCLEAR, Verdict, styled};
use crate::policy::{Condition, Granted, Standing};
use crate::program::Loaded;
use crate::role;

pub fn with_role(
    arn: &str,
    statements: &[Statement],
    loaded: &[Loaded],
    arguments: &PolicyArgs,
    output: &Output,
) -> Result<Verdict, Failure> {
    output.verbose(format_args!("asking IAM for the policies of {arn}"));
    let granted = live::runtime()?.block_on(role::granted(arn))?;
    let stages = loaded.iter().map(|loaded| loaded.declaration.stage).chain(arguments.stage.iter().map(String::as_str));
    let needs: Vec<Need<'_>> =
        statements.iter().flat_map(|statement| needs(statement, stages.clone(), &granted)).collect();
    let beyond: Vec<(&str, String, &str)> = statements
        .iter()
        .flat_map(|needed| {
            granted
                .beyond(needed.action(), needed.resources())
                .into_iter()
                .map(|(more, by)| (needed.action(), more, by))
        })
        .collect();
    let unneeded = |(action, resource, policy): &(&str, String, &str)| json!({"role": arn, "action": action, "resource": resource, "status": "not needed", "why": format!("by {policy}")});
    output.results(
        || needs.iter().map(Need::human).collect::<String>(),
        || needs.iter().map(|need| need.json(arn)).chain(beyond.iter().map(unneeded)).collect(),
    )?;
    for (action, resource, policy) in &beyond {
        output.note(format_args!("{policy} allows {action} on {resource} as well, which this does not need"));
    }
    super::note_ids(arguments, loaded, output);
    if granted.limits_stages() {
        output.note(super::OTHER_STAGES);
    }
    output.note(
        "service control policies, and the policies of secrets, keys and endpoints, are not read: `cargo secrets check`, run as the \
         role, is the proof",
    );
    Ok(needs.iter().fold(Verdict::Holds, |verdict, need| verdict.and(need.verdict())))
}

/// An action on a resource.
struct Need<'a> {
    action: &'static str,
    resource: &'a str,
    standing: Standing,
}

fn needs<'s>(statement: &'s Statement, stages: impl Iterator<Item = &'s str>, granted: &Granted) -> Vec<Need<'s>> {
    let facts = Condition::of_request(statement, stages);
    let standings = granted.of(statement, &facts).into_iter();
    standings.map(|(resource, standing)| Need { action: statement.action(), resource, standing }).collect()
}

impl Need<'_> {
    fn verdict(&self) -> Verdict {
        match self.standing {
            Standing::Allowed => Verdict::Holds,
            Standing::Missing | Standing::Denied(_) => Verdict::DoesNotHold,
            Standing::Unclear(_) => Verdict::Unknown,
        }
    }

    fn status(&self) -> (anstyle::Style, &'static str, Option<String>) {
        match &self.standing {
            Standing::Allowed => (GOOD, "allowed", None),
            Standing::Missing => (BAD, "missing", None),
            Standing::Denied(policy) => (BAD, "denied", Some(format!("by {policy}"))),
            Standing::Unclear(why) => (UNCLEAR, "unclear", Some(why.clone())),
        }
    }

    fn human(&self) -> String {
        let (style, status, why) = self.status();
        let why = why.map(|why| format!("\n  {why}")).unwrap_or_default();
        let status = styled(style, format_args!("{status:<8}"));
        format!("{status}  {}  {}{why}\n", self.action, self.resource)
    }

    fn json(&self, role: &str) -> Value {
        let (_, status, why) = self.status();
        json!({"role": role, "action": self.action, "resource": self.resource, "status": status, "why": why})
    }
}
