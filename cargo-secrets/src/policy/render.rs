//! A policy in the syntax of those who deploy it.

use serde_json::{Value, json};

use super::{Statement, Syntax};

/// The whole text, line end included.
pub(crate) fn render(statements: &[Statement], syntax: Syntax) -> String {
    match syntax {
        Syntax::Json => format!("{:#}\n", document(statements)),
        Syntax::Terraform => terraform(statements),
        Syntax::Cloudformation => cloudformation(statements),
    }
}

/// The policy document.
pub(crate) fn document(statements: &[Statement]) -> Value {
    let all: Vec<Value> = statements.iter().map(statement).collect();
    json!({"Version": "2012-10-17", "Statement": all})
}

fn statement(statement: &Statement) -> Value {
    let Statement { sid, action, resources, through } = statement;
    let mut value = json!({"Sid": sid, "Effect": "Allow", "Action": action, "Resource": resources});
    if !through.is_empty() {
        value["Condition"] = json!({ (operator(through)): {"kms:ViaService": through} });
    }
    value
}

fn operator(through: &[String]) -> &'static str {
    if through.iter().any(|service| service.ends_with('*')) { "StringLike" } else { "StringEquals" }
}

fn terraform(statements: &[Statement]) -> String {
    let all: Vec<String> = statements.iter().map(terraform_statement).collect();
    format!("data \"aws_iam_policy_document\" \"secrets\" {{\n{}}}\n", all.join("\n"))
}

fn terraform_statement(Statement { sid, action, resources, through }: &Statement) -> String {
    let condition = format!(
        "
    condition {{
      test     = \"{}\"
      variable = \"kms:ViaService\"

      values = [
{}      ]
    }}
",
        operator(through),
        list(through, "        ", ",")
    );
    format!(
        "  statement {{
    sid     = \"{sid}\"
    actions = [\"{action}\"]

    resources = [
{}    ]
{}  }}
",
        list(resources, "      ", ","),
        if through.is_empty() { "" } else { &condition }
    )
}

fn cloudformation(statements: &[Statement]) -> String {
    let all: String = statements.iter().map(cloudformation_statement).collect();
    format!(
        "AWSTemplateFormatVersion: \"2010-09-09\"
Resources:
  SecretsPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: \"2012-10-17\"
        Statement:
{all}"
    )
}

fn cloudformation_statement(Statement { sid, action, resources, through }: &Statement) -> String {
    let condition = format!(
        "            Condition:
              {}:
                \"kms:ViaService\":
{}",
        operator(through),
        list(through, "                  - ", "")
    );
    format!(
        "          - Sid: {sid}
            Effect: Allow
            Action: \"{action}\"
            Resource:
{}{}",
        list(resources, "              - ", ""),
        if through.is_empty() { "" } else { &condition }
    )
}

/// One quoted text a line. Ids have no character that any of the syntaxes takes for more than itself.
fn list(texts: &[String], before: &str, after: &str) -> String {
    let line = |text: &String| [before, &Value::from(text.as_str()).to_string(), after, "\n"].concat();
    texts.iter().map(line).collect()
}
