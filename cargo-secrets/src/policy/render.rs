//! Renders a policy as JSON, Terraform or CloudFormation.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Condition, PSEUDO, Statement, Syntax};

/// The rendered policy with a final newline. `name` is used by the syntaxes that name a policy.
pub fn render(statements: &[Statement], syntax: Syntax, name: &str) -> String {
    match syntax {
        Syntax::Json => format!("{:#}\n", document(statements)),
        Syntax::Terraform => terraform(statements, name),
        Syntax::Cloudformation => cloudformation(statements, name),
    }
}

/// The policy document.
pub fn document(statements: &[Statement]) -> Value {
    let all: Vec<Value> = statements.iter().map(statement).collect();
    json!({"Version": "2012-10-17", "Statement": all})
}

fn statement(statement: &Statement) -> Value {
    let Statement { sid, principal, action, resources, conditions } = statement;
    let mut value = json!({"Sid": sid, "Effect": "Allow"});
    if let Some(principal) = principal {
        value["Principal"] = json!({"AWS": principal});
    }
    value["Action"] = json!(action);
    value["Resource"] = json!(resources);
    for Condition { operator, key, values } in conditions {
        value["Condition"][operator][key] = json!(values);
    }
    value
}

fn terraform(statements: &[Statement], name: &str) -> String {
    let all: Vec<String> = statements.iter().map(terraform_statement).collect();
    format!("data \"aws_iam_policy_document\" \"{name}\" {{\n{}}}\n", all.join("\n"))
}

fn terraform_statement(statement: &Statement) -> String {
    let Statement { sid, principal: _, action, resources, conditions } = statement;
    let condition = |Condition { operator, key, values }: &Condition| {
        let values = list(values, "        ", ",");
        format!(
            "
    condition {{
      test     = \"{operator}\"
      variable = \"{key}\"

      values = [
{values}      ]
    }}
"
        )
    };
    format!(
        "  statement {{
    sid     = \"{sid}\"
    actions = [\"{action}\"]

    resources = [
{}    ]
{}  }}
",
        list(resources, "      ", ","),
        conditions.iter().map(condition).collect::<String>()
    )
}

/// A managed policy that outputs its ARN, for a role's `ManagedPolicyArns`.
fn cloudformation(statements: &[Statement], name: &str) -> String {
    let name = pascal(name);
    let all: String = statements.iter().map(cloudformation_statement).collect();
    let text = format!(
        "AWSTemplateFormatVersion: \"2010-09-09\"
Resources:
  {name}Policy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: \"2012-10-17\"
        Statement:
{all}Outputs:
  {name}PolicyArn:
    Description: For the ManagedPolicyArns of the role that reads the secrets
    Value:
      Ref: {name}Policy
"
    );
    PSEUDO.into_iter().fold(text, |text, (ours, theirs)| text.replace(ours, theirs))
}

fn cloudformation_statement(statement: &Statement) -> String {
    let Statement { sid, principal: _, action, resources, conditions } = statement;
    // Conditions with the same operator share one mapping.
    let operators: BTreeSet<&str> = conditions.iter().map(|condition| condition.operator).collect();
    let key = |Condition { key, values, .. }: &Condition| {
        format!("                \"{key}\":\n{}", list(values, "                  - ", ""))
    };
    let operator = |operator: &str| {
        let keys: String = conditions.iter().filter(|condition| condition.operator == operator).map(key).collect();
        format!("              {operator}:\n{keys}")
    };
    let condition: String = operators.into_iter().map(operator).collect();
    let condition = if condition.is_empty() { condition } else { format!("            Condition:\n{condition}") };
    format!(
        "          - Sid: {sid}
            Effect: Allow
            Action: \"{action}\"
            Resource:
{}{condition}",
        list(resources, "              - ", ""),
    )
}

/// `orders_db` to `OrdersDb`: CloudFormation's logical ids are alphanumeric.
fn pascal(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let capital =
        |word: &str| word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect::<String>();
    words.map(capital).collect()
}

/// One quoted text per line, with `Fn::Sub` where a text contains a pseudo parameter.
fn list(texts: &[String], before: &str, after: &str) -> String {
    let line = |text: &String| {
        let substitutes = if text.contains("${") { "Fn::Sub: " } else { "" };
        [before, substitutes, &Value::from(text.as_str()).to_string(), after, "\n"].concat()
    };
    texts.iter().map(line).collect()
}
