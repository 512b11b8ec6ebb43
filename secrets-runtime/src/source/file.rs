//! Secrets in a local file, for development.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{Fetched, Request, Source, SourceError};
use crate::decode;
use crate::error::ErrorKind;
use crate::secret::AWSCURRENT;

/// A source that reads one JSON file: an object whose keys are ids, and whose values are the secrets, as objects or as
/// strings. It is read anew by each fetch, so that an edit is a rotation.
///
/// ```json
/// {
///   "orders/db": { "username": "orders", "password": "only-for-development" },
///   "signing-key": "plain text"
/// }
/// ```
///
/// ```
/// use secrets_runtime::{Secrets, source::File};
///
/// let secrets = Secrets::new(File::new("secrets.json"));
/// ```
pub struct File {
    path: PathBuf,
    /// Version ids come from a hash under these keys, which no other process knows, so that they tell nothing about
    /// the text.
    keys: [RandomState; 2],
}

impl File {
    /// The file is opened by the first fetch, not here.
    ///
    /// ```
    /// use secrets_runtime::{Secrets, source::File};
    ///
    /// let secrets = Secrets::new(File::new("secrets.json"));
    /// ```
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), keys: [RandomState::new(), RandomState::new()] }
    }

    /// Where the secrets are read from.
    ///
    /// ```
    /// use secrets_runtime::source::File;
    ///
    /// assert!(File::new("secrets.json").path().ends_with("secrets.json"));
    /// ```
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn version_id(&self, text: &str) -> String {
        let [high, low] = &self.keys;
        format!("file-{:016x}{:016x}", high.hash_one(text), low.hash_one(text))
    }

    fn answer(&self, entries: &Entries, request: &Request) -> Result<Fetched, SourceError> {
        if !request.is_current() {
            return Err(SourceError::new(ErrorKind::NotFound, "the file source has current versions only"));
        }
        let text = entries.get(request.id()).ok_or_else(|| {
            SourceError::new(ErrorKind::NotFound, "the file has no such key").advice(format!(
                "add the key {:?} to {}",
                request.secret().in_a_hint(),
                self.path.display()
            ))
        })?;
        let text = decode::embedded(text).ok_or_else(|| {
            let what = "in a file, a secret is an object or a string of Unicode text";
            let error = SourceError::new(ErrorKind::Configuration, what);
            error.advice(format!("look at the key {:?} in {}", request.secret().in_a_hint(), self.path.display()))
        })?;
        let version_id = self.version_id(&text);
        Ok(Fetched::new(text).with_version_id(version_id).with_stages([AWSCURRENT]))
    }
}

/// The raw JSON of each id.
type Entries = HashMap<String, Zeroizing<String>>;

impl Source for File {
    fn batch_size(&self) -> usize {
        usize::MAX
    }

    async fn fetch(&self, requests: &[Request]) -> Vec<Result<Fetched, SourceError>> {
        let failed = |error: SourceError| {
            let error = error.advice(format!("look at {}", self.path.display()));
            requests.iter().map(|_| Err(error.clone())).collect()
        };
        let bytes = match read(self.path.clone()).await {
            Ok(bytes) => bytes,
            Err(error) => return failed(unreadable(&error)),
        };
        let Ok(text) = std::str::from_utf8(&bytes) else {
            return failed(SourceError::new(ErrorKind::Configuration, "the file is not UTF-8"));
        };
        match decode::raw_entries(text) {
            Some(secrets) => requests.iter().map(|request| self.answer(&secrets, request)).collect(),
            None => failed(SourceError::new(
                ErrorKind::Configuration,
                "the file must hold one JSON object, each key once: id -> secret",
            )),
        }
    }
}

/// Reads the file on a thread that may block; on this one where there is no tokio runtime.
async fn read(path: PathBuf) -> io::Result<Zeroizing<Vec<u8>>> {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => {
            let reading = runtime.spawn_blocking(move || read_whole(&path));
            reading.await.unwrap_or_else(|_| Err(io::ErrorKind::Interrupted.into()))
        }
        Err(_) => read_whole(&path),
    }
}

/// Reads into memory of the right size, so that no copy is left behind as it grows.
fn read_whole(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut file = std::fs::File::open(path)?;
    let size = usize::try_from(file.metadata()?.len()).unwrap_or_default();
    let mut bytes = Zeroizing::new(Vec::with_capacity(size + 1));
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unreadable(error: &io::Error) -> SourceError {
    let detail = match error.kind() {
        io::ErrorKind::NotFound => "the file does not exist",
        io::ErrorKind::PermissionDenied => "the file may not be read",
        _ => "the file cannot be read",
    };
    SourceError::new(ErrorKind::Configuration, detail)
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("File").field("path", &self.path).finish_non_exhaustive()
    }
}
