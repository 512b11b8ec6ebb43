//! `pull`: writes the schema file of each live secret.

use std::collections::HashMap;
use std::fmt::Write;
use std::path::Path;

use serde_json::{Value, json};

use crate::cli::{Format, PullArgs};
use crate::document::Document;
use crate::failure::Failure;
use crate::files;
use crate::judge::Violation;
use crate::live::{self, Wanted};
use crate::merge::Change;
use crate::output::{self, BAD, GOOD, Output, UNCLEAR, Verdict, styled};
use crate::schema_file::{Pulled, SchemaFile, State};
use crate::sources;
use crate::workspace::Workspace;

type Documents = HashMap<Wanted, Result<Document, Failure>>;

pub(super) fn run(arguments: &PullArgs, output: &Output) -> Result<Verdict, Failure> {
    let workspace = Workspace::find(&arguments.scope, output)?;
    let sources::Found { mut pullable, failures } = sources::find(&workspace);
    let all = pullable.len();
    pullable.retain(|declared| arguments.scope.has_type(&declared.type_name));
    if pullable.is_empty() {
        return Err(nothing(all));
    }
    let schema_files = SchemaFile::all(pullable);
    let documents = match &arguments.from {
        Some(path) => given(path, &schema_files)?,
        None => fetched(&schema_files, arguments, output)?,
    };
    let lines: Vec<Line<'_>> = schema_files.iter().map(|file| Line::new(file, &documents, arguments)).collect();
    show(&lines, output)?;
    failures.iter().chain(lines.iter().flat_map(|line| &line.failures)).for_each(output::error);
    let all_read = if failures.is_empty() { Verdict::Holds } else { Verdict::Unknown };
    Ok(lines.iter().fold(all_read, |verdict, line| verdict.and(line.verdict())))
}

fn nothing(all: usize) -> Failure {
    if all > 0 {
        return Failure::new("none of the declared types is called so").help("leave out --type to pull all");
    }
    Failure::new("no type says where its schema is")
        .help("add it to the declaration: `#[secret(id = \"..\", schema = \"secrets/orders-db.schema.json\")]`")
}

/// The one document that somebody hands over.
fn given(path: &Path, schema_files: &[SchemaFile]) -> Result<Documents, Failure> {
    let [SchemaFile { types, .. }] = schema_files else {
        return Err(Failure::new(format!("one document, and {} schema files", schema_files.len()))
            .help("choose the type whose secret it is: `--type OrdersDb`"));
    };
    let text = files::text(path)?;
    let mut documents = Documents::new();
    for declared in types {
        let document = Document::read(&text, declared.format)
            .ok_or_else(|| Failure::new("the document is not JSON").help("give the text that the secret is to have"));
        documents.insert(Wanted { id: declared.id.clone(), stage: declared.stage.clone() }, Ok(document?));
    }
    Ok(documents)
}

fn fetched(schema_files: &[SchemaFile], arguments: &PullArgs, output: &Output) -> Result<Documents, Failure> {
    let types = || schema_files.iter().flat_map(|file| &file.types);
    let wanted = live::unique(types().map(|declared| (declared.id.as_str(), declared.stage.as_str())));
    let answers = live::fetch(&wanted, &arguments.variables, output)?;
    let read = |(wanted, answer): (Wanted, Result<secrets_runtime::__tools::Text, Failure>)| {
        let format = types().find(|declared| declared.id == wanted.id).map(|declared| declared.format);
        let document = answer.and_then(|text| {
            Document::read(text.expose(), format.unwrap_or(crate::descriptor::Format::Json))
                .ok_or_else(|| not_json(&wanted.id))
        });
        (wanted, document)
    };
    Ok(wanted.into_iter().zip(answers).map(read).collect())
}

fn not_json(id: &str) -> Failure {
    Failure::new(format!("secret {id:?} is not JSON"))
        .help("store a JSON object; or, if it is meant to be plain text, declare it `#[secret(text)]`")
}

/// What became of one file.
struct Line<'f> {
    file: &'f SchemaFile,
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
    /// Brings the file up to date, or only looks at it.
    fn new(file: &'f SchemaFile, documents: &Documents, arguments: &PullArgs) -> Self {
        match pull(file, documents, arguments) {
            Ok(pulled) => {
                let status = match (pulled.state, arguments.check) {
                    (State::Unchanged, _) => Status::Unchanged,
                    (_, false) => Status::Written,
                    (State::Missing, true) => Status::NotPulledYet,
                    (State::OutOfDate, true) => Status::OutOfDate,
                };
                Self { file, status, pulled: Some(pulled), failures: Vec::new() }
            }
            Err(failures) => Self { file, status: Status::Unknown, pulled: None, failures },
        }
    }

    fn verdict(&self) -> Verdict {
        let obeys = self.pulled.as_ref().is_none_or(|pulled| pulled.violations.is_empty());
        match self.status {
            Status::Unknown => Verdict::Unknown,
            Status::NotPulledYet | Status::OutOfDate => Verdict::DoesNotHold,
            Status::Unchanged | Status::Written => Verdict::of(obeys),
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

    fn changes(&self) -> (&[Change], &[Violation]) {
        self.pulled.as_ref().map_or((&[], &[]), |pulled| (&pulled.changes, &pulled.violations))
    }

    /// One line, and what changed below.
    fn human(&self, width: usize) -> String {
        let (style, status) = self.status();
        let status = styled(style, format_args!("{status:<9}"));
        let mut text = format!("{status}  {:<width$}  {}\n", files::shown(&self.file.path), self.file.ids());
        let (changes, violations) = self.changes();
        for change in changes {
            let _ = writeln!(text, "  {change}");
        }
        for violation in violations {
            let _ = writeln!(text, "  {violation}: as the file says by hand");
        }
        text
    }

    fn json(&self) -> Value {
        let ids: Vec<&String> = self.file.types.iter().map(|declared| &declared.id).collect();
        let (changes, violations) = self.changes();
        let errors: Vec<String> = self.failures.iter().map(ToString::to_string).collect();
        json!({
            "file": files::shown(&self.file.path), "ids": ids, "status": self.status().1,
            "changes": changes, "violations": violations, "errors": errors,
        })
    }
}

fn pull(file: &SchemaFile, documents: &Documents, arguments: &PullArgs) -> Result<Pulled, Vec<Failure>> {
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for declared in &file.types {
        let wanted = Wanted { id: declared.id.clone(), stage: declared.stage.clone() };
        match documents.get(&wanted) {
            Some(Ok(document)) => found.push(document),
            Some(Err(failure)) => failures.push(failure.clone()),
            None => failures.push(Failure::new(format!("secret {:?} was not asked for", declared.id))),
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
    match output.format {
        Format::Json => output::json(&lines.iter().map(Line::json).collect::<Vec<_>>()),
        Format::Human => output::result(&lines.iter().map(|line| line.human(width)).collect::<String>()),
    }
}
