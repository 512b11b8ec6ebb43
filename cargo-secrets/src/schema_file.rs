//! The schema files that are checked in, and what they would be if they were pulled now.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::document::Document;
use crate::failure::Failure;
use crate::files;
use crate::judge::{Judge, Violation};
use crate::kinds::Kinds;
use crate::merge::{self, Change};
use crate::sources::Pullable;

/// A schema file, and the types whose secrets it describes.
#[derive(Debug)]
pub(crate) struct SchemaFile {
    pub(crate) path: PathBuf,
    pub(crate) types: Vec<Pullable>,
}

/// What a file would be if it was pulled now.
#[derive(Debug)]
pub(crate) struct Pulled {
    pub(crate) state: State,
    /// What is checked in and is not so any more.
    pub(crate) changes: Vec<Change>,
    /// What people wrote, and the live secret does not obey.
    pub(crate) violations: Vec<Violation>,
    schema: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Missing,
    OutOfDate,
    Unchanged,
}

impl SchemaFile {
    /// The files that types are declared with, each once.
    pub(crate) fn all(pullable: Vec<Pullable>) -> Vec<Self> {
        let mut files: Vec<Self> = Vec::new();
        for declared in pullable {
            match files.iter_mut().find(|file| file.path == declared.file) {
                Some(file) => file.types.push(declared),
                None => files.push(Self { path: declared.file.clone(), types: vec![declared] }),
            }
        }
        files
    }

    /// The ids of its secrets, as declared; those of several secrets are joined.
    pub(crate) fn ids(&self) -> String {
        let mut ids: Vec<&str> = self.types.iter().map(|declared| declared.id.as_str()).collect();
        ids.dedup();
        ids.join(", ")
    }

    /// Holds the file against the documents of its types, one each.
    pub(crate) fn compare(&self, documents: &[&Document]) -> Result<Pulled, Failure> {
        let mut kinds = Kinds::default();
        for (declared, document) in self.types.iter().zip(documents) {
            kinds.learn(&document.value, &declared.hint);
        }
        let existing = files::existing(&self.path)?;
        let (schema, changes, state) = match existing {
            None => (merge::fresh(&self.ids(), &kinds), Vec::new(), State::Missing),
            Some(text) => {
                let checked_in = parse(&text, &self.path)?;
                let mut schema = checked_in.clone();
                let changes = merge::update(&mut schema, &kinds);
                let state = if schema == checked_in { State::Unchanged } else { State::OutOfDate };
                (schema, changes, state)
            }
        };
        let judge = Judge::new(&schema).map_err(|failure| unusable(&failure, &self.path))?;
        let violations = documents.iter().flat_map(|document| judge.violations(document)).collect();
        Ok(Pulled { state, changes, violations, schema })
    }
}

impl Pulled {
    /// Writes the file, if it changes.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Failure> {
        if self.state == State::Unchanged {
            return Ok(());
        }
        let text = serde_json::to_string_pretty(&self.schema).map_err(|_| Failure::new("the schema is no JSON"))?;
        files::replace(path, &format!("{text}\n"))
    }
}

fn parse(text: &str, path: &Path) -> Result<Value, Failure> {
    serde_json::from_str(text).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        Failure::new(format!("{} is not JSON: its syntax breaks at {place}", path.display()))
            .help("correct it, or delete it and pull again")
    })
}

fn unusable(failure: &Failure, path: &Path) -> Failure {
    Failure::new(format!("{} is out of order: {failure}", path.display()))
}
