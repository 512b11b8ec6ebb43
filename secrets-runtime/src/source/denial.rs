//! Why AWS denies access, as far as its message says so in documented words:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>.
//!
//! No other part of the message is repeated.

/// What the message of a denial says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Denial {
    /// The ARN of the caller. The session name is left out, because it may be a person's.
    pub principal: Option<String>,
    /// The policy that denies, or does not allow.
    pub policy: Option<&'static Policy>,
    /// Whether the policy denies explicitly, so that allowing it elsewhere does not help.
    pub is_explicit: bool,
}

/// A kind of policy, under AWS's name for it.
#[derive(Debug, PartialEq, Eq)]
pub struct Policy {
    pub name: &'static str,
    /// Where to find it.
    pub place: &'static str,
}

const POLICIES: [Policy; 7] = [
    Policy { name: "service control policy", place: "the service control policy (AWS Organizations)" },
    Policy { name: "resource control policy", place: "the resource control policy (AWS Organizations)" },
    Policy { name: "resource-based policy", place: "the secret's resource policy" },
    Policy { name: "permissions boundary", place: "the permissions boundary" },
    Policy { name: "session policy", place: "the session policy" },
    Policy { name: "VPC endpoint policy", place: "the policy of the VPC endpoint" },
    Policy { name: "identity-based policy", place: "a policy" },
];

impl Denial {
    /// Reads the service's message.
    pub fn of(message: &str) -> Self {
        Self {
            principal: principal(message),
            policy: POLICIES.iter().find(|policy| message.contains(policy.name)),
            is_explicit: message.contains("explicit deny"),
        }
    }

    /// As a clause: "access is denied to .. by an explicit deny in a service control policy".
    pub fn detail(&self) -> String {
        let to = self.principal.as_ref().map(|principal| format!(" to {principal}")).unwrap_or_default();
        let why = match self.policy {
            Some(Policy { name, .. }) if self.is_explicit => {
                format!(" by an explicit deny in {} {name}", if name.starts_with('i') { "an" } else { "a" })
            }
            Some(Policy { name, .. }) => format!(": no {name} allows it"),
            None if self.is_explicit => " by an explicit deny".to_owned(),
            None => String::new(),
        };
        format!("access is denied{to}{why}")
    }

    /// The caller's account, in which a secret's name is looked up.
    pub fn account(&self) -> Option<&str> {
        self.principal.as_deref()?.split(':').nth(4)
    }

    /// What to do, for this action on this resource by this role.
    pub fn remedy(&self, action: &str, resource: &str, role: &str) -> String {
        match self.policy {
            Some(Policy { place, .. }) if self.is_explicit => {
                format!("remove the deny of {action} on {resource} from {place}; allowing it elsewhere does not help")
            }
            None if self.is_explicit => {
                format!(
                    "remove the deny of {action} on {resource} from the policy that has it; allowing it elsewhere does not help"
                )
            }
            Some(Policy { name, place }) if *name != "identity-based policy" => {
                format!("allow {action} on {resource} in {place}, for {role}")
            }
            _ => format!("allow {action} on {resource} to {role}"),
        }
    }
}

/// `arn:aws:sts::123456789012:assumed-role/orders-task` of `User: arn:aws:sts::123456789012:assumed-role/orders-task/i-0abc`.
fn principal(message: &str) -> Option<String> {
    let arn = message.split_whitespace().find(|word| word.starts_with("arn:"))?;
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let &["arn", partition, service @ ("sts" | "iam"), "", account, resource] = parts.as_slice() else { return None };
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let is_name = |name: &str| {
        !name.is_empty()
            && name.len() <= 128
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte))
    };
    let is_partition = partition.starts_with("aws") && is_name(partition);
    let named: Vec<&str> = resource.split('/').collect();
    // The last part of an assumed role's ARN is the session.
    let named = if service == "sts" && named.len() > 2 { &named[..2] } else { &named[..] };
    let is_known = ["assumed-role", "user", "role", "federated-user"].contains(named.first()?);
    (is_account && is_partition && is_known && named.iter().all(|name| is_name(name)))
        .then(|| format!("arn:{partition}:{service}::{account}:{}", named.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: &str = "User: arn:aws:sts::123456789012:assumed-role/orders-task/jane@example.com is not authorized to perform: \
                        secretsmanager:GetSecretValue on resource: prod/orders/db";

    fn told(because: &str) -> (String, String) {
        let denial = Denial::of(&format!("{USER} {because}"));
        (denial.detail(), denial.remedy("secretsmanager:GetSecretValue", "RESOURCE", "the role"))
    }

    #[test]
    fn each_phrase_of_aws_is_told_with_its_own_remedy() {
        let to = "access is denied to arn:aws:sts::123456789012:assumed-role/orders-task";
        for (because, detail, remedy) in [
            ("", "", "allow secretsmanager:GetSecretValue on RESOURCE to the role"),
            (
                "because no identity-based policy allows the secretsmanager:GetSecretValue action",
                ": no identity-based policy allows it",
                "allow secretsmanager:GetSecretValue on RESOURCE to the role",
            ),
            (
                "because no resource-based policy allows the action",
                ": no resource-based policy allows it",
                "allow secretsmanager:GetSecretValue on RESOURCE in the secret's resource policy, for the role",
            ),
            (
                "because no permissions boundary allows the action",
                ": no permissions boundary allows it",
                "allow secretsmanager:GetSecretValue on RESOURCE in the permissions boundary, for the role",
            ),
            (
                "because no VPC endpoint policy allows the action",
                ": no VPC endpoint policy allows it",
                "allow secretsmanager:GetSecretValue on RESOURCE in the policy of the VPC endpoint, for the role",
            ),
            (
                "with an explicit deny in a service control policy",
                " by an explicit deny in a service control policy",
                "remove the deny of secretsmanager:GetSecretValue on RESOURCE from the service control policy (AWS Organizations); \
                 allowing it elsewhere does not help",
            ),
            (
                "with an explicit deny in an identity-based policy",
                " by an explicit deny in an identity-based policy",
                "remove the deny of secretsmanager:GetSecretValue on RESOURCE from a policy; allowing it elsewhere does not help",
            ),
            (
                "with an explicit deny",
                " by an explicit deny",
                "remove the deny of secretsmanager:GetSecretValue on RESOURCE from the policy that has it; allowing it elsewhere \
                 does not help",
            ),
        ] {
            assert_eq!(told(because), (format!("{to}{detail}"), remedy.to_owned()), "{because}");
        }
    }

    #[test]
    fn of_a_message_only_a_principal_and_known_phrases_are_repeated() {
        assert_eq!(Denial::of(USER).account(), Some("123456789012"));
        let user = Denial::of("User: arn:aws:iam::123456789012:user/team/jane is not authorized");
        assert_eq!(user.principal.as_deref(), Some("arn:aws:iam::123456789012:user/team/jane"));
        for canary in [
            "canary",
            "User: arn:aws:iam::canary:user/x",
            "User: arn:aws:s3::123456789012:canary/x",
            "User: arn:aws:sts::123456789012:assumed-role/canary{}/x",
            "User: arn:aws:sts::123456789012:canary/x/y",
        ] {
            assert_eq!(Denial::of(canary), Denial::default(), "{canary}");
        }
        assert!(!told("").0.contains("jane"));
    }
}
