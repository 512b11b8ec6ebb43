//! `pull`: writes the schema file of each live secret.

use std::collections::HashMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::cli::{Format, PullArgs};
use crate::document::Document;
use crate::failure::Failure;
use crate::files;
use crate::live::{self, Wanted};
use crate::output::{BAD, GOOD, Output, UNCLEAR, Verdict, styled};
use crate::schema_file::{Pulled, SchemaFile, State};
use crate::sources;
use crate::workspace::Workspace;

type Documents = HashMap<Wanted, Result<Document, Failure>>;

pub(super) fn run(arguments: &PullArgs, output: &Output) -> Result<Verdict, Failure> {
    let workspace = Workspace::find(&arguments.scope, output)?;
    let sources::Found { mut pullable, failures } = sources::find(&workspace);
    failures.iter().for_each(|failure| output.error(failure));
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
    let mut told = Told { arguments, output, root: std::env::current_dir().unwrap_or_default(), lines: Vec::new() };
    let verdict = Verdict::and(if failures.is_empty() { Verdict::Holds } else { Verdict::Unknown }, Verdict::Holds);
    let verdict = schema_files.iter().fold(verdict, |verdict, file| verdict.and(told.file(file, &documents)));
    if output.format == Format::Json {
        output.json(&told.lines)?;
    }
    Ok(verdict)
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

/// What was told so far.
struct Told<'a> {
    arguments: &'a PullArgs,
    output: &'a Output,
    root: std::path::PathBuf,
    lines: Vec<Value>,
}

impl Told<'_> {
    /// Brings one file up to date.
    fn file(&mut self, file: &SchemaFile, documents: &Documents) -> Verdict {
        let outcome = self.pull(file, documents);
        let shown = file.path.strip_prefix(&self.root).unwrap_or(&file.path).display().to_string();
        match outcome {
            Ok(pulled) => self.pulled(file, &shown, &pulled),
            Err(failures) => {
                self.line(UNCLEAR, "unknown", &shown, file, None);
                failures.iter().for_each(|failure| self.output.error(failure));
                Verdict::Unknown
            }
        }
    }

    fn pull(&self, file: &SchemaFile, documents: &Documents) -> Result<Pulled, Vec<Failure>> {
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
        if !self.arguments.check {
            pulled.write(&file.path).map_err(|failure| vec![failure])?;
        }
        Ok(pulled)
    }

    fn pulled(&mut self, file: &SchemaFile, shown: &str, pulled: &Pulled) -> Verdict {
        let (style, status) = match (pulled.state, self.arguments.check) {
            (State::Unchanged, _) => (GOOD, "unchanged"),
            (_, false) => (GOOD, "written"),
            (State::Missing, true) => (BAD, "not pulled yet"),
            (State::OutOfDate, true) => (BAD, "out of date"),
        };
        self.line(style, status, shown, file, Some(pulled));
        let is_current = pulled.state == State::Unchanged || !self.arguments.check;
        Verdict::of(is_current && pulled.violations.is_empty())
    }

    fn line(&mut self, style: anstyle::Style, status: &str, shown: &str, file: &SchemaFile, pulled: Option<&Pulled>) {
        let (changes, violations) = pulled.map_or((&[][..], &[][..]), |pulled| (&pulled.changes, &pulled.violations));
        if self.output.format == Format::Json {
            let line = json!({
                "file": shown, "ids": file.types.iter().map(|declared| &declared.id).collect::<Vec<_>>(),
                "status": status, "changes": changes, "violations": violations,
            });
            return self.lines.push(line);
        }
        let mut text = format!("{}  {shown}  {}\n", styled(style, format_args!("{status:<9}")), file.ids());
        changes.iter().for_each(|change| text.push_str(&format!("  {change}\n")));
        for violation in violations {
            text.push_str(&format!("  {violation}: as the file says by hand\n"));
        }
        if let Err(failure) = self.output.result(&text) {
            self.output.error(&failure);
        }
    }
}
