//! The settings of a declaration.

use std::time::Duration;

use secrets_shape::shape::Shape;
use secrets_shape::wire::{Declaration, Format, TextFormat};

use crate::secret::AWSCURRENT;

/// The settings of a declaration: everything except the shape.
///
/// ```
/// # #[cfg(feature = "derive")] {
/// use std::time::Duration;
/// use secrets_runtime::Secret;
///
/// #[derive(Secret)]
/// #[secret(refresh = "5m", max_stale = "1h")]
/// struct MailApi {
///     key: String,
/// }
///
/// assert_eq!(MailApi::SPEC.refresh(), Some(Duration::from_secs(300)));
/// # }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct SecretSpec {
    type_name: &'static str,
    type_path: &'static str,
    package: Option<&'static str>,
    version: Option<&'static str>,
    id: Option<&'static str>,
    /// The path of the schema file, and whether the type was compared with it.
    schema: Option<(&'static str, bool)>,
    stage: &'static str,
    refresh: Option<Duration>,
    max_stale: Option<Duration>,
    format: Format,
}

impl SecretSpec {
    /// The defaults: the version staged `AWSCURRENT`.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(type_name: &'static str) -> Self {
        Self {
            type_name,
            type_path: type_name,
            package: None,
            version: None,
            id: None,
            schema: None,
            stage: AWSCURRENT,
            refresh: None,
            max_stale: None,
            format: Format::Json,
        }
    }

    /// Where the type is declared. A build without cargo has no package.
    #[doc(hidden)]
    #[must_use]
    pub const fn declared_in(
        self,
        type_path: &'static str,
        package: Option<&'static str>,
        version: Option<&'static str>,
    ) -> Self {
        Self { type_path, package, version, ..self }
    }

    /// `id = ".."`
    #[doc(hidden)]
    #[must_use]
    pub const fn identified_by(self, id: &'static str) -> Self {
        Self { id: Some(id), ..self }
    }

    /// `schema = ".."`
    #[doc(hidden)]
    #[must_use]
    pub const fn described_by(self, path: &'static str, is_checked: bool) -> Self {
        Self { schema: Some((path, is_checked)), ..self }
    }

    /// Another staging label.
    #[doc(hidden)]
    #[must_use]
    pub const fn staged(self, stage: &'static str) -> Self {
        Self { stage, ..self }
    }

    /// `refresh = ".."`
    #[doc(hidden)]
    #[must_use]
    pub const fn refreshed_every(self, interval: Duration) -> Self {
        Self { refresh: Some(interval), ..self }
    }

    /// `max_stale = ".."`
    #[doc(hidden)]
    #[must_use]
    pub const fn stale_after(self, age: Duration) -> Self {
        Self { max_stale: Some(age), ..self }
    }

    /// `text`
    #[doc(hidden)]
    #[must_use]
    pub const fn text(self) -> Self {
        Self { format: Format::Text(TextFormat { is_trimmed: true, may_be_empty: false }), ..self }
    }

    /// `text, trim = false`
    #[doc(hidden)]
    #[must_use]
    pub const fn untrimmed(self) -> Self {
        let may_be_empty = matches!(self.format, Format::Text(TextFormat { may_be_empty: true, .. }));
        Self { format: Format::Text(TextFormat { is_trimmed: false, may_be_empty }), ..self }
    }

    /// `text, allow_empty`
    #[doc(hidden)]
    #[must_use]
    pub const fn possibly_empty(self) -> Self {
        let is_trimmed = matches!(self.format, Format::Text(TextFormat { is_trimmed: true, .. }));
        Self { format: Format::Text(TextFormat { is_trimmed, may_be_empty: true }), ..self }
    }

    /// The declaration that the program's binary carries for this type. It has the declared id only if the program
    /// loads the type by that id.
    pub(crate) const fn declaration(&self, shape: Shape, has_id: bool) -> Declaration<'static> {
        let (schema, is_checked) = match self.schema {
            Some((path, is_checked)) => (Some(path), is_checked),
            None => (None, true),
        };
        Declaration {
            id: if has_id { self.id } else { None },
            type_path: self.type_path,
            package: match self.package {
                Some(package) => package,
                None => "",
            },
            version: match self.version {
                Some(version) => version,
                None => "",
            },
            schema,
            is_checked,
            stage: self.stage,
            format: self.format,
            shape,
        }
    }

    pub(crate) const fn format(&self) -> Format {
        self.format
    }

    /// The interval between polls, if the declaration sets one.
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// # use std::time::Duration;
    /// # use secrets_runtime::Secret;
    /// #
    /// # #[derive(Secret)]
    /// # #[secret(refresh = "5m", max_stale = "1h")]
    /// # struct MailApi {
    /// #     key: String,
    /// # }
    /// assert_eq!(MailApi::SPEC.refresh(), Some(Duration::from_secs(300)));
    /// # }
    /// ```
    #[must_use]
    pub const fn refresh(&self) -> Option<Duration> {
        self.refresh
    }

    /// The maximum age of the value, if the declaration sets one.
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// # use std::time::Duration;
    /// # use secrets_runtime::Secret;
    /// #
    /// # #[derive(Secret)]
    /// # #[secret(refresh = "5m", max_stale = "1h")]
    /// # struct MailApi {
    /// #     key: String,
    /// # }
    /// assert_eq!(MailApi::SPEC.max_stale(), Some(Duration::from_secs(3600)));
    /// # }
    /// ```
    #[must_use]
    pub const fn max_stale(&self) -> Option<Duration> {
        self.max_stale
    }

    /// The Rust name of the type, for messages.
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// # use std::time::Duration;
    /// # use secrets_runtime::Secret;
    /// #
    /// # #[derive(Secret)]
    /// # #[secret(refresh = "5m", max_stale = "1h")]
    /// # struct MailApi {
    /// #     key: String,
    /// # }
    /// assert_eq!(MailApi::SPEC.type_name(), "MailApi");
    /// # }
    /// ```
    #[must_use]
    pub const fn type_name(&self) -> &'static str {
        self.type_name
    }

    /// The staging label of the version to read.
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// # use std::time::Duration;
    /// # use secrets_runtime::Secret;
    /// #
    /// # #[derive(Secret)]
    /// # #[secret(refresh = "5m", max_stale = "1h")]
    /// # struct MailApi {
    /// #     key: String,
    /// # }
    /// assert_eq!(MailApi::SPEC.stage(), "AWSCURRENT");
    /// # }
    /// ```
    #[must_use]
    pub const fn stage(&self) -> &'static str {
        self.stage
    }
}
