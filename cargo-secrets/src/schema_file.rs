//! The checked-in schema files, and their up-to-date content.

use std::path::{Path, PathBuf};

use secrets_shape::wire::Declaration;
use serde_json::Value;

use crate::failure::Failure;
use crate::files;
use crate::keys::Readers;
use crate::kinds::Kinds;
use crate::live::Wanted;
use crate::merge::{self, Change};
use crate::program::Loaded;
use crate::workspace::Workspace;

/// A schema file and the secrets that it describes.
#[derive(Debug)]
pub struct SchemaFile {
    pub path: PathBuf,
    pub secrets: Vec<Secret>,
}

/// A secret and the types that read it.
#[derive(Debug)]
pub struct Secret {
    pub wanted: Wanted,
    /// The shapes of the types that read it. They decide which objects are maps, whose keys are data.
    pub readers: Readers,
}

/// The outcome of comparing a schema file with its live secrets.
#[derive(Debug)]
pub struct Pulled {
    pub state: State,
    /// How the live secrets differ from the checked-in file.
    pub changes: Vec<Change>,
    schema: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Missing,
    OutOfDate,
    Unchanged,
}

impl SchemaFile {
    /// The schema files that the workspace's types declare, without duplicates.
    pub fn all<'l>(workspace: &Workspace, loaded: impl Iterator<Item = &'l Loaded>) -> Vec<Self> {
        let mut files: Vec<Self> = Vec::new();
        for declaration in loaded.map(|loaded| loaded.declaration) {
            let Declaration { id: Some(id), schema: Some(schema), package, stage, .. } = declaration else {
                continue;
            };
            let Some(directory) = workspace.directory_of(package) else { continue };
            let path = directory.join(schema);
            let (wanted, readers) = (Wanted::staged(id, stage), Readers::new([&declaration.shape]));
            let secret = Secret { wanted, readers };
            match files.iter_mut().find(|file| file.path == path) {
                Some(file) => file.add(secret),
                None => files.push(Self { path, secrets: vec![secret] }),
            }
        }
        files.sort_by(|one, other| one.path.cmp(&other.path));
        files
    }

    fn add(&mut self, secret: Secret) {
        match self.secrets.iter_mut().find(|known| known.wanted == secret.wanted) {
            Some(known) => known.readers.extend(secret.readers),
            None => self.secrets.push(secret),
        }
    }

    /// The declared ids of its secrets, joined by commas.
    pub fn ids(&self) -> String {
        let mut ids: Vec<&str> = self.secrets.iter().map(|secret| secret.wanted.id.as_str()).collect();
        ids.dedup();
        ids.join(", ")
    }

    /// Compares the file with the documents of its secrets, one each.
    pub fn compare(&self, documents: &[Value]) -> Result<Pulled, Failure> {
        let mut kinds = Kinds::default();
        for (secret, document) in self.secrets.iter().zip(documents) {
            kinds.learn(document, &secret.readers);
        }
        let Some(text) = files::existing(&self.path)? else {
            let schema = merge::fresh(&self.ids(), &kinds);
            return Ok(Pulled { state: State::Missing, changes: Vec::new(), schema });
        };
        let checked_in = parse(&text, &self.path)?;
        let mut schema = checked_in.clone();
        let changes = merge::update(&mut schema, &kinds);
        let state = if schema == checked_in { State::Unchanged } else { State::OutOfDate };
        Ok(Pulled { state, changes, schema })
    }
}

impl Pulled {
    /// Writes the file unless it is unchanged.
    pub fn write(&self, path: &Path) -> Result<(), Failure> {
        if self.state == State::Unchanged {
            return Ok(());
        }
        let text = serde_json::to_string_pretty(&self.schema)
            .map_err(|_| Failure::new("the schema cannot be written as JSON"))?;
        files::replace(path, &format!("{text}\n"))
    }
}

/// Parses a secret's text. The parser's error is dropped because it could quote a password.
pub fn document(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

fn parse(text: &str, path: &Path) -> Result<Value, Failure> {
    serde_json::from_str(text).map_err(|error| {
        Failure::new(format!("{} is not JSON: {error}", path.display())).help("correct it, or delete it and pull again")
    })
}
