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
    let mut text = "data \"aws_iam_policy_document\" \"secrets\" {\n".to_owned();
    for (at, Statement { sid, action, resources, through }) in statements.iter().enumerate() {
        let gap = if at == 0 { "" } else { "\n" };
        text.push_str(&format!("{gap}  statement {{\n    sid     = \"{sid}\"\n    actions = [\"{action}\"]\n\n"));
        text.push_str(&format!("    resources = [\n{}    ]\n", list(resources, "      ", ",")));
        if !through.is_empty() {
            text.push_str(&format!(
                "\n    condition {{\n      test     = \"{}\"\n      variable = \"kms:ViaService\"\n\n      values = [\n{}      ]\n    }}\n",
                operator(through),
                list(through, "        ", ",")
            ));
        }
        text.push_str("  }\n");
    }
    text + "}\n"
}

fn cloudformation(statements: &[Statement]) -> String {
    let mut text = "\
AWSTemplateFormatVersion: \"2010-09-09\"
Resources:
  SecretsPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: \"2012-10-17\"
        Statement:
"
    .to_owned();
    for Statement { sid, action, resources, through } in statements {
        text.push_str(&format!(
            "          - Sid: {sid}\n            Effect: Allow\n            Action: \"{action}\"\n"
        ));
        text.push_str(&format!("            Resource:\n{}", list(resources, "              - ", "")));
        if !through.is_empty() {
            text.push_str(&format!(
                "            Condition:\n              {}:\n                \"kms:ViaService\":\n{}",
                operator(through),
                list(through, "                  - ", "")
            ));
        }
    }
    text
}

/// One quoted text a line. Ids have no character that any of the syntaxes takes for more than itself.
fn list(texts: &[String], before: &str, after: &str) -> String {
    texts.iter().map(|text| format!("{before}{}{after}\n", Value::from(text.as_str()))).collect()
}
