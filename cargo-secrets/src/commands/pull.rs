//! `pull`: writes the schema file of each live secret.

use std::fmt::Write;
use std::path::Path;

use serde_json::{Value, json};

use crate::cli::PullArgs;
use crate::failure::Failure;
use crate::files;
use crate::keys::Readers;
use crate::live::{self, ShownId, Wanted};
use crate::merge::Change;
use crate::output::{BAD, GOOD, Output, UNCLEAR, Verdict, styled};
use crate::program::{self, Loaded};
use crate::schema_file::{Pulled, SchemaFile, Secret, State, document};
use crate::workspace::{Checking, Workspace};

pub fn run(arguments: &PullArgs, output: &Output) -> Result<Verdict, Failure> {
    let schema_files = schema_files(arguments, output)?;
    let wanted = wanted(&schema_files);
    arguments.variables.note_unused(wanted.iter().map(|wanted| wanted.id.as_str()), output);
    let answers = match &arguments.from {
        Some(path) => vec![(Ok(given(path, &schema_files)?), None)],
        None => fetched(&wanted, arguments, output)?,
    };
    let (documents, regions): (Vec<_>, Vec<_>) = answers.into_iter().unzip();
    let lines: Vec<Line<'_>> =
        schema_files.iter().map(|file| Line::new(file, &wanted, &documents, &regions, arguments)).collect();
    show(&lines, output)?;
    lines.iter().flat_map(|line| &line.failures).for_each(|failure| output.failed(failure));
    Ok(lines.iter().fold(Verdict::Holds, |verdict, line| verdict.and(line.verdict())))
}

/// The file of `--schema`, or those of the types that the workspace loads.
fn schema_files(arguments: &PullArgs, output: &Output) -> Result<Vec<SchemaFile>, Failure> {
    if let (Some(id), Some(path)) = (&arguments.id, &arguments.schema) {
        let wanted = Wanted::staged(id, "AWSCURRENT");
        let secret = Secret { wanted, readers: Readers::default() };
        return Ok(vec![SchemaFile { path: path.clone(), secrets: vec![secret] }]);
    }
    let workspace = Workspace::find(&arguments.scope, output)?;
    // Schemas are not compared in this build: the files to write may be missing or out of date.
    let files = workspace.build(arguments.build_arguments(), Checking::OfNothing, output)?;
    let loaded = program::read(&files, output)?;
    let chosen = loaded.iter().filter(|loaded| arguments.scope.has_type(loaded.declaration.type_path));
    let files = SchemaFile::all(&workspace, chosen);
    if files.is_empty() { Err(nothing(&loaded, arguments)) } else { Ok(files) }
}

fn nothing(loaded: &[Loaded], arguments: &PullArgs) -> Failure {
    let types = &arguments.scope.types;
    if !loaded.iter().any(|loaded| arguments.scope.has_type(loaded.declaration.type_path)) {
        return program::unknown_type(types, loaded);
    }
    Failure::new("no type that is loaded in this workspace has both an `id` and a `schema`").help(
        "add them to the declaration: `#[secret(id = \"..\", schema = \"secrets/name.schema.json\")]`; where the program gives the \
         id, and for a first file, pull without a program: `cargo secrets pull --id ID --schema FILE`",
    )
}

/// The secrets to fetch, without duplicates.
fn wanted(schema_files: &[SchemaFile]) -> Vec<Wanted> {
    let mut wanted: Vec<Wanted> = Vec::new();
    for secret in schema_files.iter().flat_map(|file| &file.secrets) {
        if !wanted.contains(&secret.wanted) {
            wanted.push(secret.wanted.clone());
        }
    }
    wanted
}

/// The document of `--from`.
fn given(path: &Path, schema_files: &[SchemaFile]) -> Result<Value, Failure> {
    let [_] = schema_files else {
        let files: Vec<String> = schema_files.iter().map(|file| files::shown(&file.path)).collect();
        return Err(Failure::new(format!("one document is given, and {} schema files are chosen", files.len()))
            .help(format!("choose with `--type` the type of one of them: {}", files.join(", "))));
    };
    document(&files::document(path, "--from")?)
        .ok_or_else(|| Failure::new("the document is not JSON").help("give the JSON object that the secret holds"))
}

/// A document or the reason for its absence, and the region that was asked.
type Fetched = (Result<Value, Failure>, Option<String>);

fn fetched(wanted: &[Wanted], arguments: &PullArgs, output: &Output) -> Result<Vec<Fetched>, Failure> {
    let answers = live::fetch(wanted, &arguments.variables, &arguments.place, output)?;
    let read = |(wanted, live::Answer { text, region }): (&Wanted, live::Answer)| {
        (text.and_then(|text| document(text.expose()).ok_or_else(|| not_json(&wanted.id))), region)
    };
    Ok(wanted.iter().zip(answers).map(read).collect())
}

fn not_json(id: &str) -> Failure {
    Failure::new(format!("secret {id:?} is not JSON")).help(
        "store a JSON object with the keys that the struct declares; if the secret is meant to be plain text, declare the struct \
         with `#[secret(text)]`, without `schema`",
    )
}

/// The result for one file.
struct Line<'f> {
    file: &'f SchemaFile,
    ids: Vec<ShownId>,
    /// Each secret's id, version and region.
    secrets: Vec<Value>,
    status: Status,
    pulled: Option<Pulled>,
    failures: Vec<Failure>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Unchanged,
    Written,
    NotPulledYet,
    OutOfDate,
    Unknown,
}

impl<'f> Line<'f> {
    /// Brings the file up to date, or with `--check` only compares it.
    fn new(
        file: &'f SchemaFile,
        wanted: &[Wanted],
        documents: &[Result<Value, Failure>],
        regions: &[Option<String>],
        arguments: &PullArgs,
    ) -> Self {
        let ids = file.secrets.iter().map(|secret| id(secret, wanted, documents, arguments));
        let mut ids: Vec<ShownId> = ids.collect();
        let json = |(secret, shown): (&Secret, &ShownId)| {
            let at = wanted.iter().position(|wanted| *wanted == secret.wanted);
            let region = at.and_then(|at| regions.get(at).cloned().flatten());
            json!({"id": shown.id, "declared_id": shown.declared, "version": secret.wanted.version(), "region": region})
        };
        let secrets: Vec<Value> = file.secrets.iter().zip(&ids).map(json).collect();
        ids.dedup_by(|one, other| one.id == other.id && one.declared == other.declared);
        match pull(file, wanted, documents, arguments) {
            Ok(pulled) => {
                let status = match (pulled.state, arguments.check) {
                    (State::Unchanged, _) => Status::Unchanged,
                    (_, false) => Status::Written,
                    (State::Missing, true) => Status::NotPulledYet,
                    (State::OutOfDate, true) => Status::OutOfDate,
                };
                Self { file, ids, secrets, status, pulled: Some(pulled), failures: Vec::new() }
            }
            Err(failures) => Self { file, ids, secrets, status: Status::Unknown, pulled: None, failures },
        }
    }

    fn verdict(&self) -> Verdict {
        match self.status {
            Status::Unknown => Verdict::Unknown,
            Status::NotPulledYet | Status::OutOfDate => Verdict::DoesNotHold,
            Status::Unchanged | Status::Written => Verdict::Holds,
        }
    }

    fn status(&self) -> (anstyle::Style, &'static str) {
        match self.status {
            Status::Unchanged => (GOOD, "unchanged"),
            Status::Written => (GOOD, "written"),
            Status::NotPulledYet => (BAD, "not pulled yet"),
            Status::OutOfDate => (BAD, "out of date"),
            Status::Unknown => (UNCLEAR, "unknown"),
        }
    }

    fn changes(&self) -> &[Change] {
        self.pulled.as_ref().map_or(&[], |pulled| &pulled.changes)
    }

    /// A status line, then the changes.
    fn human(&self, width: usize) -> String {
        let (style, status) = self.status();
        let status = styled(style, format_args!("{status:<9}"));
        let ids: Vec<String> = self.ids.iter().map(ShownId::to_string).collect();
        let mut text = format!("{status}  {:<width$}  {}\n", files::shown(&self.file.path), ids.join(", "));
        for change in self.changes() {
            let _ = writeln!(text, "  {change}");
        }
        text
    }

    fn json(&self) -> Value {
        let errors: Vec<Value> = self.failures.iter().map(Failure::json).collect();
        json!({
            "file": files::shown(&self.file.path), "secrets": self.secrets, "status": self.status().1,
            "changes": self.changes(), "errors": errors,
        })
    }
}

/// The id to show: as fetched, or with `--from` as declared.
fn id(secret: &Secret, wanted: &[Wanted], documents: &[Result<Value, Failure>], arguments: &PullArgs) -> ShownId {
    if arguments.from.is_some() {
        return ShownId::declared(&secret.wanted);
    }
    let at = wanted.iter().position(|wanted| *wanted == secret.wanted);
    let is_found = at.and_then(|at| documents.get(at)).is_some_and(Result::is_ok);
    ShownId::new(&secret.wanted, &arguments.variables, is_found)
}

fn pull(
    file: &SchemaFile,
    wanted: &[Wanted],
    documents: &[Result<Value, Failure>],
    arguments: &PullArgs,
) -> Result<Pulled, Vec<Failure>> {
    let of = |secret: &Secret| {
        let at = wanted.iter().position(|wanted| *wanted == secret.wanted);
        // With `--from`, one document stands for all secrets of the file.
        documents.get(at.filter(|_| arguments.from.is_none()).unwrap_or_default())
    };
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for document in file.secrets.iter().filter_map(of) {
        match document {
            Ok(document) => found.push(document.clone()),
            Err(failure) => failures.push(failure.clone()),
        }
    }
    if !failures.is_empty() {
        return Err(failures);
    }
    let pulled = file.compare(&found).map_err(|failure| vec![failure])?;
    if !arguments.check {
        pulled.write(&file.path).map_err(|failure| vec![failure])?;
    }
    Ok(pulled)
}

fn show(lines: &[Line<'_>], output: &Output) -> Result<(), Failure> {
    let width = lines.iter().map(|line| files::shown(&line.file.path).chars().count()).max().unwrap_or_default();
    let human = || lines.iter().map(|line| line.human(width)).collect::<String>();
    output.results(human, || lines.iter().map(Line::json).collect())
}
