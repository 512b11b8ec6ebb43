//! The source and the settings that the environment selects.

#[cfg(feature = "aws-https")]
use std::path::PathBuf;
use std::time::Duration;

#[cfg(feature = "aws-https")]
use super::builder::FileInProduction;
use crate::error::Error;
#[cfg(feature = "aws")]
use crate::source::Batch;
use crate::source::Platform;

/// What the environment selects.
#[derive(Debug)]
pub struct Environment {
    #[cfg(feature = "aws-https")]
    pub source: Selected,
    pub place: Platform,
    pub refresh: Option<Duration>,
    pub max_stale: Option<Duration>,
    #[cfg(feature = "aws")]
    pub batch: Option<Batch>,
}

#[cfg(feature = "aws-https")]
#[derive(Debug, PartialEq, Eq)]
pub enum Selected {
    Aws,
    File(PathBuf),
}

impl Environment {
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        Ok(Self {
            #[cfg(feature = "aws-https")]
            source: selected(variable("SECRETS_SOURCE").as_deref())?,
            #[cfg(feature = "aws")]
            batch: batch(variable("SECRETS_BATCH").as_deref())?,
            refresh: duration("SECRETS_REFRESH", &variable)?,
            max_stale: duration("SECRETS_MAX_STALE", &variable)?,
            place: Platform::place(variable),
        })
    }

    /// Refuses a local file where the real secrets are available.
    #[cfg(feature = "aws-https")]
    pub fn allow_file(&self, file_in_production: FileInProduction) -> Result<(), Error> {
        match self.place.production() {
            Some(place) if file_in_production == FileInProduction::Refused => Err(Error::configuration(
                format!("SECRETS_SOURCE selects a local file, but by its variables this is {place}"),
                "unset SECRETS_SOURCE to read from Secrets Manager; a program that means it calls \
                 `allow_file_source_in_production`",
            )),
            _ => Ok(()),
        }
    }
}

#[cfg(feature = "aws-https")]
fn selected(source: Option<&str>) -> Result<Selected, Error> {
    match source {
        None | Some("" | "aws") => Ok(Selected::Aws),
        Some(source) => match source.strip_prefix("file:") {
            Some(path) if !path.is_empty() => Ok(Selected::File(path.into())),
            _ => {
                Err(Error::configuration("SECRETS_SOURCE selects no known source", "set it to `aws` or `file:<path>`"))
            }
        },
    }
}

/// A duration, in the format of declarations.
fn duration(name: &str, variable: impl Fn(&str) -> Option<String>) -> Result<Option<Duration>, Error> {
    let text = variable(name).unwrap_or_default();
    match secrets_shape::duration::parse_interval(&text) {
        _ if text.is_empty() => Ok(None),
        Ok(duration) => Ok(Some(duration)),
        Err(_) => Err(Error::configuration(
            format!("{name} is not a duration, or is zero"),
            format!("write whole numbers with their units, such as {name}=30s, 5m, 1h30m or 7d"),
        )),
    }
}

#[cfg(feature = "aws")]
fn batch(batch: Option<&str>) -> Result<Option<Batch>, Error> {
    match batch {
        None | Some("") => Ok(None),
        Some("1" | "true" | "on") => Ok(Some(Batch::On)),
        Some("0" | "false" | "off") => Ok(Some(Batch::Off)),
        Some(_) => Err(Error::configuration("SECRETS_BATCH is neither on nor off", "set it to 1 or 0")),
    }
}

#[cfg(all(test, feature = "aws-https"))]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    fn environment(variables: &[(&str, &str)]) -> Result<Environment, Error> {
        Environment::read(|name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn aws_is_the_source_unless_a_file_is_selected() {
        let source = |variables| environment(variables).expect("valid").source;
        assert_eq!(source(&[]), Selected::Aws);
        assert_eq!(source(&[("SECRETS_SOURCE", "")]), Selected::Aws);
        assert_eq!(source(&[("SECRETS_SOURCE", "file:dev.json")]), Selected::File("dev.json".into()));
    }

    #[test]
    fn durations_are_read_as_declarations_write_them() {
        let refresh = |text| environment(&[("SECRETS_REFRESH", text)]).map(|environment| environment.refresh);
        for (text, seconds) in [("30s", 30), ("5m", 300), ("1h30m", 5400), ("7d", 604_800)] {
            assert_eq!(refresh(text).expect(text), Some(Duration::from_secs(seconds)));
        }
        assert_eq!(refresh("").expect("as if unset"), None);
        for text in ["5", "m", "5 m", "5ms", "-5m", "0s", "1.5h", "99999999999999999999s", "五m"] {
            assert!(refresh(text).is_err(), "{text}");
        }
        is_refused_unrepeated("SECRETS_MAX_STALE");
    }

    fn is_refused_unrepeated(variable: &str) {
        let error = environment(&[(variable, "canary")]).expect_err("refused");
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains(variable) && !error.to_string().contains("canary"), "{error}");
    }

    #[test]
    fn an_unknown_source_is_an_error_that_does_not_repeat_it() {
        is_refused_unrepeated("SECRETS_SOURCE");
    }

    #[cfg(feature = "aws-https")]
    #[test]
    fn a_batch_that_is_neither_on_nor_off_is_an_error_that_does_not_repeat_it() {
        is_refused_unrepeated("SECRETS_BATCH");
    }

    #[test]
    fn a_file_is_refused_where_production_credentials_are_present() {
        let file = ("SECRETS_SOURCE", "file:dev.json");
        for credentials in [
            ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/1"),
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials"),
            ("AWS_WEB_IDENTITY_TOKEN_FILE", "/token"),
            ("AWS_LAMBDA_FUNCTION_NAME", "f"),
        ] {
            let environment = environment(&[file, credentials]).expect("valid");
            let refused = environment.allow_file(FileInProduction::Refused).expect_err("production");
            assert_eq!(refused.kind(), ErrorKind::Configuration);
            assert!(environment.allow_file(FileInProduction::Allowed).is_ok());
        }
        let laptop = environment(&[file, ("AWS_PROFILE", "dev")]).expect("valid");
        assert!(laptop.allow_file(FileInProduction::Refused).is_ok());
    }
}
