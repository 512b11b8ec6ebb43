//! What an error code of the service means.
//!
//! The service's messages are read for their meaning and never repeated. Several codes are not in its model and arrive
//! as HTTP 400: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html>.

use super::SourceError;
use crate::error::ErrorKind;

/// What is missing is a version, not the secret.
pub const NO_SUCH_VERSION: &str = "it has no such version";

/// The name of the service's host does not resolve.
pub const NO_SUCH_HOST: &str = "its host name does not resolve";

/// The failure behind a code, the message that came with it, and the HTTP status.
pub fn of_service(code: &str, message: &str, status: u16) -> SourceError {
    let says = |part: &str| message.contains(part);
    // The service says "Access to KMS is not allowed"; KMS itself names the action.
    let is_kms = says("Access to KMS") || says("kms:");
    let error = match code {
        "ResourceNotFoundException" if says("staging label") || says("VersionId") => {
            SourceError::new(ErrorKind::NotFound, NO_SUCH_VERSION)
        }
        "ResourceNotFoundException" => SourceError::new(ErrorKind::NotFound, ""),
        "InvalidRequestException" if says("deleted") || says("deletion") => {
            SourceError::new(ErrorKind::MarkedForDeletion, "")
        }
        "InvalidRequestException" => SourceError::new(
            ErrorKind::NotFound,
            "that version has no value yet, or the secret is in a state to wait for",
        ),
        "InvalidParameterException" | "ValidationException" => {
            SourceError::new(ErrorKind::BadId, "Secrets Manager does not accept it")
        }
        // A missing grant arrives under the code for a missing permission.
        "AccessDeniedException" | "AccessDenied" if is_kms => SourceError::new(ErrorKind::KmsDenied, ""),
        "AccessDeniedException" | "AccessDenied" => SourceError::new(ErrorKind::AccessDenied, ""),
        "DecryptionFailure" => {
            SourceError::new(ErrorKind::KmsDenied, "or the key is disabled, deleted or in another region")
        }
        "ThrottlingException" | "Throttling" | "TooManyRequestsException" | "RequestLimitExceeded" => {
            SourceError::new(ErrorKind::Throttled, "")
        }
        "ExpiredTokenException" | "ExpiredToken" | "RequestExpired" => {
            let error = SourceError::new(ErrorKind::NoCredentials, "the ones there are have expired");
            error.transient().advice("renew them; those of a role renew themselves".to_owned())
        }
        "InvalidSignatureException" | "SignatureDoesNotMatch" => SourceError::new(
            ErrorKind::NoCredentials,
            "the signature was refused: the clock is wrong, the process was frozen meanwhile, or the secret key is wrong",
        )
        .transient()
        .advice("compare the clock with the time of day; if that is right, look at the keys".to_owned()),
        "UnrecognizedClientException" | "InvalidClientTokenId" | "MissingAuthenticationToken" => {
            SourceError::new(ErrorKind::NoCredentials, "the ones there are were not recognised")
        }
        _ if status >= 500 || code == "InternalServiceError" => SourceError::new(ErrorKind::Service, ""),
        "" if status == 403 => SourceError::new(ErrorKind::AccessDenied, "without a reason, as a proxy would"),
        _ if status < 400 => SourceError::new(ErrorKind::Service, "its answer could not be read"),
        _ => SourceError { transient: false, ..SourceError::new(ErrorKind::Service, "it refused the request") },
    };
    match CODES.iter().find(|known| **known == code) {
        Some(code) => error.origin(code),
        None => error.origin(&format!("HTTP {status}")),
    }
}

/// The codes that may be repeated: what else stands in that place could be anything.
const CODES: [&str; 18] = [
    "ResourceNotFoundException",
    "InvalidRequestException",
    "InvalidParameterException",
    "ValidationException",
    "AccessDeniedException",
    "AccessDenied",
    "DecryptionFailure",
    "ThrottlingException",
    "Throttling",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "ExpiredTokenException",
    "InvalidSignatureException",
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "InternalServiceError",
    "InternalFailure",
    "ServiceUnavailable",
];

/// Whether a header holds what the service puts there: hexadecimal digits and hyphens.
pub fn is_request_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_has_its_meaning() {
        let label = "Secrets Manager can't find the specified secret value for staging label: AWSPENDING";
        let deleted = "You can't perform this operation on the secret because it was marked for deletion.";
        let cases = [
            ("ResourceNotFoundException", "", 400, ErrorKind::NotFound, false),
            ("ResourceNotFoundException", label, 400, ErrorKind::NotFound, false),
            ("InvalidRequestException", deleted, 400, ErrorKind::MarkedForDeletion, false),
            ("InvalidParameterException", "", 400, ErrorKind::BadId, false),
            ("AccessDeniedException", "is not authorized to perform", 400, ErrorKind::AccessDenied, false),
            ("AccessDeniedException", "role/KMSReader is not authorized", 400, ErrorKind::AccessDenied, false),
            ("InvalidRequestException", "", 400, ErrorKind::NotFound, false),
            ("AccessDeniedException", "Access to KMS is not allowed", 400, ErrorKind::KmsDenied, false),
            ("DecryptionFailure", "", 400, ErrorKind::KmsDenied, false),
            ("ThrottlingException", "Rate exceeded", 400, ErrorKind::Throttled, true),
            ("ExpiredTokenException", "", 400, ErrorKind::NoCredentials, true),
            ("InvalidSignatureException", "", 400, ErrorKind::NoCredentials, true),
            ("UnrecognizedClientException", "", 400, ErrorKind::NoCredentials, false),
            ("InternalServiceError", "", 500, ErrorKind::Service, true),
            ("", "", 403, ErrorKind::AccessDenied, false),
            ("", "", 200, ErrorKind::Service, true),
            ("", "", 503, ErrorKind::Service, true),
            ("SomethingNew", "", 400, ErrorKind::Service, false),
        ];
        for (code, message, status, kind, transient) in cases {
            let error = of_service(code, message, status);
            assert_eq!((error.kind(), error.is_transient()), (kind, transient), "{code} {message}");
        }
    }

    #[test]
    fn a_message_is_never_repeated_and_a_code_only_if_it_is_known() {
        for code in ["Canary {\"password\"", "Canary", "CanaryException"] {
            let shown = format!("{:?}", of_service(code, "canary", 400));
            assert!(!shown.to_lowercase().contains("canary") && shown.contains("HTTP 400"), "{shown}");
        }
        let known = of_service("ThrottlingException", "", 400);
        assert!(format!("{known:?}").contains("ThrottlingException"));
    }

    #[test]
    fn a_request_id_is_repeated_only_if_it_looks_like_one() {
        assert!(is_request_id("0a1b2c3d-0000-4444-8888-0123456789ab"));
        assert!(!is_request_id("canary") && !is_request_id(""));
    }
}
