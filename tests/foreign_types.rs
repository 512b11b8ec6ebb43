//! Types of other crates as fields, without attributes.

use std::collections::BTreeMap;

use bytes::Bytes;
use chrono::{DateTime, NaiveDate, Utc};
use jiff::{SignedDuration, Timestamp};
use secrets_runtime::Secret;
use url::Url;
use uuid::Uuid;

#[derive(Secret)]
struct Service {
    endpoint: Url,
    mirrors: Option<Vec<Url>>,
    tenant: Uuid,
    tenants: BTreeMap<Uuid, String>,
    issued: Timestamp,
    lifetime: SignedDuration,
    expires: DateTime<Utc>,
    day: NaiveDate,
    #[secret(base64, length(max = 4))]
    key: Bytes,
    #[secret(hex)]
    keys: Vec<Bytes>,
}

const VALID: &str = r#"{
    "endpoint": "https://api.example.com/v1", "mirrors": ["https://b.example.com"],
    "tenant": "67e55044-10b1-426f-9247-bb680e5fe0c8", "tenants": {"67e55044-10b1-426f-9247-bb680e5fe0c8": "a"},
    "issued": "2026-11-27T10:00:00Z", "lifetime": "PT1H30M", "expires": "2026-11-27T10:00:00Z", "day": "2026-11-27",
    "key": "AQID", "keys": ["ff00"]
}"#;

#[test]
fn types_of_other_crates_need_no_attribute() {
    let service = Service::from_json(VALID).expect("valid");
    assert_eq!(
        (service.endpoint.host_str(), service.mirrors.map(|urls| urls.len())),
        (Some("api.example.com"), Some(1))
    );
    assert_eq!(service.tenants[&service.tenant], "a");
    assert_eq!(service.issued.as_second(), service.expires.timestamp());
    assert_eq!((service.lifetime.as_mins(), service.day.to_string().as_str()), (90, "2026-11-27"));
    assert_eq!((&service.key[..], &service.keys[0][..]), (&[1, 2, 3][..], &[0xff, 0][..]));
}

#[test]
fn what_they_refuse_is_named_and_not_shown() {
    let wrong = VALID.replace("https://", "canary ").replace("67e55044-10b1", "canary").replace("2026-11-27", "canary");
    let wrong = wrong.replace("PT1H30M", "canary").replace("AQID", "AQIDBAU=").replace("ff00", "canary");
    let error = Service::from_json(&wrong).map(|service| service.day).expect_err("all of it is wrong");
    let told: Vec<String> = error.violations().iter().map(ToString::to_string).collect();
    let expected = [
        ("endpoint", "a string that is a valid Url"),
        ("mirrors[0]", "a string that is a valid Url"),
        ("tenant", "a string that is a valid Uuid"),
        ("tenants.* (the key)", "a string that is a valid Uuid"),
        ("issued", "a string that is a valid Timestamp"),
        ("lifetime", "a string that is a valid SignedDuration"),
        ("expires", "a string that is a valid DateTime<Utc>"),
        ("day", "a string that is a valid NaiveDate"),
    ];
    for (at, (path, words)) in expected.iter().enumerate() {
        assert_eq!(told[at], format!("{path}: expected {words}, found a string that does not fit"));
    }
    assert_eq!(told[8], "key: expected a base64 string of at most 4 bytes, found a longer one");
    assert_eq!(told[9], "keys[0]: expected a string of hexadecimal digits, found a string that does not fit");
    assert!(!format!("{error} {error:?}").contains("canary"));
}
