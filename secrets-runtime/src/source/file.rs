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
use secrets_shape::near::nearest;

/// A source that reads one JSON file: an object whose keys are ids and whose values are the secrets, as objects or as
/// strings. Every fetch reads the file again, so an edit acts as a rotation.
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
    /// Version ids are hashes under these keys. No other process knows the keys, so the ids say nothing about the text.
    keys: [RandomState; 2],
}

impl File {
    /// The first fetch opens the file, not this call.
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

    /// The path that the secrets are read from.
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
            let error = SourceError::new(ErrorKind::NotFound, "the file source has current versions only");
            return Err(error.hint("use a source that keeps versions: AWS, or `Memory` in a test"));
        }
        let text = entries.get(request.id()).ok_or_else(|| {
            SourceError::new(ErrorKind::NotFound, "the file has no such key").advice(self.missing(entries, request))
        })?;
        let text = decode::embedded(text).ok_or_else(|| {
            let key = request.secret().in_a_hint();
            let error = SourceError::new(ErrorKind::Configuration, "in the file it is neither an object nor a string");
            error.advice(format!("write the key {key:?} in {} with an object or a string", self.path.display()))
        })?;
        let version_id = self.version_id(&text);
        Ok(Fetched::new(text).with_version_id(version_id).with_stages([AWSCURRENT]))
    }
}

impl File {
    fn unreadable(&self, error: &io::Error) -> (&'static str, String) {
        let place = std::path::absolute(&self.path).unwrap_or_else(|_| self.path.clone());
        let place = place.display();
        match error.kind() {
            io::ErrorKind::NotFound => (
                "the file does not exist",
                format!("create {place}, or name another file (SECRETS_SOURCE, or `File::new`)"),
            ),
            io::ErrorKind::PermissionDenied => {
                ("the file may not be read", format!("let the program's user read {place}"))
            }
            io::ErrorKind::IsADirectory => {
                ("it is a directory", "name the file in it (SECRETS_SOURCE, or `File::new`)".to_owned())
            }
            _ => ("the file cannot be read", format!("check that {place} is a file on a disk that works")),
        }
    }

    /// What to do about a missing key. It names the key that was probably meant, since ids are not secret.
    fn missing(&self, entries: &Entries, request: &Request) -> String {
        let (key, file) = (request.secret().in_a_hint(), self.path.display());
        let declared = request.secret().shown_declared().filter(|declared| entries.contains_key(*declared));
        match declared.or_else(|| nearest(&key, entries.keys().map(String::as_str))) {
            Some(near) => format!("{file} has the key {near:?}: if that is the secret, rename the key to {key:?}"),
            None => format!("add the key {key:?} to {file}, with the secret as an object or a string"),
        }
    }
}

/// The raw JSON of each id.
type Entries = HashMap<String, Zeroizing<String>>;

impl Source for File {
    fn batch_size(&self) -> usize {
        usize::MAX
    }

    async fn fetch(&self, requests: &[Request]) -> Vec<Result<Fetched, SourceError>> {
        let failed = |what: &str, remedy: String| {
            let error = SourceError::new(ErrorKind::Configuration, "");
            let error = error.detailed(format!("{}: {what}", self.path.display())).advice(remedy);
            requests.iter().map(|_| Err(error.clone())).collect()
        };
        let bytes = match read(self.path.clone()).await {
            Ok(bytes) => bytes,
            Err(error) => {
                let (what, remedy) = self.unreadable(&error);
                return failed(what, remedy);
            }
        };
        let form = || "correct the file: it holds one JSON object, `{\"id\": secret, ..}`, as UTF-8".to_owned();
        let Ok(text) = std::str::from_utf8(&bytes) else { return failed("it is not UTF-8", form()) };
        match decode::raw_entries(text) {
            Ok(secrets) => requests.iter().map(|request| self.answer(&secrets, request)).collect(),
            Err(what) => failed(&what, form()),
        }
    }
}

/// Reads the file on a blocking thread; on this thread if there is no tokio runtime.
async fn read(path: PathBuf) -> io::Result<Zeroizing<Vec<u8>>> {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => {
            let reading = runtime.spawn_blocking(move || read_whole(&path));
            reading.await.unwrap_or_else(|_| Err(io::ErrorKind::Interrupted.into()))
        }
        Err(_) => read_whole(&path),
    }
}

/// Reads into memory of the right size: growing it would leave copies behind.
fn read_whole(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut file = std::fs::File::open(path)?;
    let size = usize::try_from(file.metadata()?.len()).unwrap_or_default();
    let mut bytes = Zeroizing::new(Vec::with_capacity(size + 1));
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("File").field("path", &self.path).finish_non_exhaustive()
    }
}
