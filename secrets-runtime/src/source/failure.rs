//! What an error code of the service means.
//!
//! The service's messages are matched and never repeated. Several codes are not in its model and arrive as HTTP 400:
//! <https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html>.

use super::SourceError;
use super::denial::Denial;
use crate::error::ErrorKind;

/// A version is missing, not the secret.
pub const NO_SUCH_VERSION: &str = "it has no such version";

/// The host name of the service does not resolve.
pub const NO_SUCH_HOST: &str = "its host name does not resolve";

/// Whether an answer is an HTML page.
pub fn is_html(body: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&body[..body.len().min(64)]).trim_start().to_ascii_lowercase();
    start.starts_with("<html") || start.starts_with("<!doctype html")
}

/// An HTML answer, which comes from a proxy: no AWS service sends HTML.
pub fn of_proxy(status: u16) -> SourceError {
    let error = if status == 403 {
        SourceError::new(
            ErrorKind::AccessDenied,
            "something on the way to the service denies access: the answer is not one of AWS",
        )
    } else {
        SourceError { transient: status >= 500, ..SourceError::new(ErrorKind::Service, "the answer is not one of AWS") }
    };
    error.hint("check the proxy or filter between the program and the service").origin(&format!("HTTP {status}"))
}

/// The failure for a code, its message and the HTTP status.
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
        "InvalidRequestException" => SourceError::new(ErrorKind::NotFound, "the version has no value yet")
            .hint("put a value into the version, or wait until the rotation that is under way has done so"),
        "InvalidParameterException" | "ValidationException" => {
            SourceError::new(ErrorKind::BadId, "Secrets Manager does not accept the request")
                .hint("check the id, and the stage or version that is asked for")
        }
        // A missing KMS grant arrives under the code for a missing permission.
        "AccessDeniedException" | "AccessDenied" if is_kms => SourceError::new(ErrorKind::KmsDenied, ""),
        "AccessDeniedException" | "AccessDenied" => {
            let denial = Denial::of(message);
            let error = SourceError::new(ErrorKind::AccessDenied, "").detailed(denial.detail());
            SourceError { denial: Some(Box::new(denial)), ..error }
        }
        "DecryptionFailure" => SourceError::new(ErrorKind::KmsDenied, DECRYPTION_FAILURE),
        "ThrottlingException" | "Throttling" | "TooManyRequestsException" | "RequestLimitExceeded" => {
            SourceError::new(ErrorKind::Throttled, "")
        }
        "ExpiredTokenException" | "ExpiredToken" | "RequestExpired" => {
            SourceError::new(ErrorKind::NoCredentials, EXPIRED).transient()
        }
        "InvalidSignatureException" | "SignatureDoesNotMatch" | "RequestTimeTooSkewed" => SourceError::new(
            ErrorKind::NoCredentials,
            "AWS refused the signature: the system clock is wrong, the process was frozen meanwhile, or the secret key is wrong",
        )
        .transient()
        .hint("check the system clock; if it is right, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of one key"),
        "UnrecognizedClientException" | "InvalidClientTokenId" | "MissingAuthenticationToken" => {
            SourceError::new(ErrorKind::NoCredentials, "AWS does not recognise the credentials")
        }
        _ if status >= 500 || code == "InternalServiceError" => SourceError::new(ErrorKind::Service, ""),
        "" if status == 403 => SourceError::new(ErrorKind::AccessDenied, ""),
        _ if status < 400 => SourceError::new(ErrorKind::Service, "its answer could not be read"),
        _ => SourceError { transient: false, ..SourceError::new(ErrorKind::Service, "it refused the request") }
            .hint("find the error code in AWS's documentation of GetSecretValue: asking again will not help"),
    };
    if is_code(code) { error.origin(code) } else { error.origin(&format!("HTTP {status}")) }
}

/// Possible causes of a failure to decrypt.
pub const DECRYPTION_FAILURE: &str =
    "access to its KMS key is denied, or the key is disabled, deleted or in another region";

/// For credentials.
pub const EXPIRED: &str = "the AWS credentials have expired";

/// Whether it has the form of AWS's codes: letters only.
pub fn is_code(code: &str) -> bool {
    (1..=64).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Whether a header has the form of the service's request ids: hexadecimal digits and hyphens.
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
    fn a_page_for_people_is_a_proxys() {
        assert!(is_html(b"<HTML><body>Blocked</body>") && is_html(b" \n<!DOCTYPE html>"));
        assert!(!is_html(b"<ErrorResponse/>") && !is_html(b"{}") && !is_html(b""));
        let error = of_proxy(403);
        assert!(error.to_string().ends_with("the answer is not one of AWS (HTTP 403)"), "{error}");
        assert!(error.hint.is_some_and(|hint| hint.contains("proxy") && !hint.contains("allow")));
    }

    #[test]
    fn a_message_is_never_repeated_and_a_code_only_if_it_reads_as_one() {
        for code in ["Canary {\"password\"", "canary-1", "Canary\n", &"Canary".repeat(11)] {
            let shown = format!("{:?}", of_service(code, "canary", 400));
            assert!(!shown.to_lowercase().contains("canary") && shown.contains("HTTP 400"), "{shown}");
        }
        for code in ["ThrottlingException", "SomethingNew"] {
            let shown = format!("{:?}", of_service(code, "canary", 400));
            assert!(shown.contains(code) && !shown.contains("canary"), "{shown}");
        }
    }

    #[test]
    fn a_request_id_is_repeated_only_if_it_looks_like_one() {
        assert!(is_request_id("0a1b2c3d-0000-4444-8888-0123456789ab"));
        assert!(!is_request_id("canary") && !is_request_id(""));
    }
}
