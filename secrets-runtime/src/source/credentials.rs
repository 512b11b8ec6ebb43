//! Which step towards AWS credentials failed, and what to do about that step.
//!
//! The SDK says it only as text. The text is matched and never repeated: it may quote a program's output.

use std::error::Error as StdError;

use aws_credential_types::provider::error::CredentialsError;

use super::SourceError;
use crate::error::ErrorKind;

/// A step that can fail: the SDK's words, what they mean, and what to do if that does not depend on the platform.
struct Step {
    words: &'static [&'static str],
    detail: &'static str,
    remedy: Option<&'static str>,
}

const LOG_IN: &str = "log in again with `aws sso login`, for the same AWS_PROFILE";

/// Steps of profiles. The first match counts.
const PROFILE: [Step; 10] = [
    Step {
        words: &["referenced from the root profile"],
        detail: "the AWS profile does not exist",
        remedy: Some("set AWS_PROFILE to one that `aws configure list-profiles` prints, or unset it"),
    },
    Step {
        words: &["could not find source profile"],
        detail: "the `source_profile` of the AWS profile does not exist",
        remedy: Some("correct `source_profile` in the AWS configuration file, or add the profile that it names"),
    },
    Step {
        words: &["infinite loop"],
        detail: "the `source_profile` of the AWS profile leads back to the profile",
        remedy: Some("correct `source_profile` in the AWS configuration file"),
    },
    Step {
        words: &["SSO token has expired"],
        detail: "the SSO token of the AWS profile has expired",
        remedy: Some(LOG_IN),
    },
    Step {
        words: &["cached SSO token"],
        detail: "the AWS profile has no SSO token",
        remedy: Some("log in with `aws sso login`, for the same AWS_PROFILE"),
    },
    Step {
        words: &["sso-session", "SSO config"],
        detail: "the SSO settings of the AWS profile are incomplete",
        remedy: Some("set them with `aws configure sso`"),
    },
    Step {
        words: &["cargo feature", "feature(s)"],
        detail: "the AWS profile needs what this program was built without",
        remedy: Some(
            "switch on a feature of secrets-runtime: `aws-sso` for SSO, `aws-process` for `credential_process`; or take \
             another profile",
        ),
    },
    Step {
        words: &["external process"],
        detail: "the `credential_process` of the AWS profile failed",
        remedy: Some("run the command of `credential_process` by hand, and mend what it reports"),
    },
    Step {
        words: &["did not contain credential", "missing credential source", "invalid credential source"],
        detail: "the AWS profile says nothing usable about credentials",
        remedy: Some("complete the profile: see what `aws configure list` finds"),
    },
    Step {
        words: &["invalid profile", "could not parse profile", "error reading config file"],
        detail: "the AWS configuration file cannot be read",
        remedy: Some("correct the file that `aws configure list` complains about, ~/.aws/config or ~/.aws/credentials"),
    },
];

/// Steps that were tried and failed. An error that nothing was found names everything that was looked for, so it is not
/// matched here.
const FAILED: [Step; 3] = [
    Step { words: &["WebIdentity"], detail: "the role of the web identity token could not be assumed", remedy: None },
    Step {
        words: &["AssumeRole", "assume role"],
        detail: "the role of the AWS profile could not be assumed",
        remedy: Some(
            "try `aws sts get-caller-identity` with the same AWS_PROFILE: the role must trust who assumes it, and who assumes it \
             must be allowed sts:AssumeRole",
        ),
    },
    Step {
        words: &["GetRoleCredentials"],
        detail: "SSO gave no credentials for the role of the AWS profile",
        remedy: Some(LOG_IN),
    },
];

/// The error when the SDK has no credentials to sign a call with.
pub fn failed(error: &CredentialsError) -> SourceError {
    let text = text(error);
    let is_found = !matches!(error, CredentialsError::CredentialsNotLoaded(_));
    let mut steps = PROFILE.iter().chain(FAILED.iter().filter(|_| is_found));
    let step = steps.find(|step| step.words.iter().any(|words| text.contains(words)));
    let error = match (error, step) {
        (_, Some(step)) => SourceError::new(ErrorKind::NoCredentials, step.detail),
        (CredentialsError::CredentialsNotLoaded(_), None) => {
            SourceError::new(ErrorKind::NoCredentials, "no AWS credentials were found")
        }
        (CredentialsError::ProviderTimedOut(_), None) => {
            SourceError::new(ErrorKind::NoCredentials, "what provides the AWS credentials gave no answer in time")
                .transient()
        }
        _ => SourceError::new(ErrorKind::NoCredentials, "what provides the AWS credentials failed").transient(),
    };
    match step.and_then(|step| step.remedy) {
        Some(remedy) => error.hint(remedy),
        None => error,
    }
}

/// The error and its causes, with the names of their types.
fn text(error: &CredentialsError) -> String {
    let causes = std::iter::successors(Some(error as &(dyn StdError + 'static)), |&error| error.source());
    causes.flat_map(|error| [error.to_string(), format!("{error:?}")]).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_sdks_text_is_repeated() {
        let process = "Error retrieving credentials: external process exited with code 1. Stderr: canary";
        let error = failed(&CredentialsError::provider_error(process));
        assert_eq!(error.to_string(), "the secret cannot be read: the `credential_process` of the AWS profile failed");
        assert!(!format!("{error:?}").contains("canary"));
    }
}
