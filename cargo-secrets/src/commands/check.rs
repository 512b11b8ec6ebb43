//! `check`: holds live secrets, or a document, against what programs accept.

use std::fmt::Write;
use std::path::Path;

use secrets_runtime::__tools::Text;
use serde_json::{Value, json};

use crate::cli::{CheckArgs, Format};
use crate::descriptor;
use crate::document::Document;
use crate::failure::Failure;
use crate::files;
use crate::judge::{Judge, Violation};
use crate::live::{self, Wanted};
use crate::output::{self, BAD, GOOD, Output, UNCLEAR, Verdict, styled};
use crate::program::{self, Declaration};
use crate::schema_file::{SchemaFile, State};
use crate::sources;
use crate::workspace::Workspace;

/// A text, or why there is none.
type Answer<'a> = Result<&'a str, Failure>;

pub(super) fn run(arguments: &CheckArgs, output: &Output) -> Result<Verdict, Failure> {
    let declarations = program::declarations(&arguments.programs, output)?;
    let ids = declarations.iter().map(|declared| (&*declared.descriptor.id, &*declared.descriptor.stage));
    let wanted = live::unique(ids);
    let told = if let Some(path) = &arguments.file {
        let text = document(path, &wanted)?;
        wanted.iter().map(|wanted| Checked::new(wanted, &declarations, &Ok(&text))).collect::<Vec<_>>()
    } else {
        let answers = live::fetch(&wanted, &arguments.variables, output)?;
        let answers: Vec<Answer<'_>> =
            answers.iter().map(|answer| answer.as_ref().map(Text::expose).map_err(Clone::clone)).collect();
        if arguments.programs.bin.is_empty() {
            note_stale_files(arguments, &wanted, &answers, output);
        }
        wanted.iter().zip(&answers).map(|(wanted, answer)| Checked::new(wanted, &declarations, answer)).collect()
    };
    show(&told, output)?;
    told.iter().filter_map(|checked| checked.failure.as_ref()).for_each(output::error);
    Ok(told.iter().fold(Verdict::Holds, |verdict, checked| verdict.and(checked.verdict())))
}

/// The one document that somebody hands over.
fn document(path: &Path, wanted: &[Wanted]) -> Result<String, Failure> {
    match wanted {
        [_] => files::text(path),
        several => Err(Failure::new(format!("one document, and {} secrets are declared", several.len()))
            .help("choose the type whose secret it is: `--type OrdersDb`")),
    }
}

/// What was found out of one secret.
struct Checked<'d> {
    wanted: &'d Wanted,
    /// Each type that is read from it, and how it breaks that.
    types: Vec<(&'d Declaration, Vec<Violation>)>,
    failure: Option<Failure>,
}

impl<'d> Checked<'d> {
    fn new(wanted: &'d Wanted, declarations: &'d [Declaration], answer: &Answer<'_>) -> Self {
        let reads = |declared: &&Declaration| {
            (&declared.descriptor.id, &declared.descriptor.stage) == (&wanted.id, &wanted.stage)
        };
        let mut checked = Self { wanted, types: Vec::new(), failure: answer.as_ref().err().cloned() };
        for declared in declarations.iter().filter(reads) {
            let judged = answer.as_ref().map_or(Ok(Vec::new()), |text| violations(declared, text));
            match judged {
                Ok(violations) => checked.types.push((declared, violations)),
                Err(failure) => checked.failure = Some(failure),
            }
        }
        checked
    }

    fn verdict(&self) -> Verdict {
        let fits = Verdict::of(self.types.iter().all(|(_, violations)| violations.is_empty()));
        fits.and(match &self.failure {
            Some(failure) if failure.answer().is_some() => Verdict::DoesNotHold,
            Some(_) => Verdict::Unknown,
            None => Verdict::Holds,
        })
    }

    fn status(&self) -> (anstyle::Style, &'static str) {
        match self.verdict() {
            Verdict::Holds => (GOOD, "fits"),
            Verdict::DoesNotHold => (BAD, self.failure.as_ref().and_then(Failure::answer).unwrap_or("does not fit")),
            Verdict::Unknown => (UNCLEAR, "unknown"),
        }
    }

    /// The id, and what is read of it if it is not what usually is.
    fn id(&self) -> String {
        let Wanted { id, stage } = self.wanted;
        if stage == "AWSCURRENT" { id.clone() } else { format!("{id} ({stage})") }
    }

    /// One line, and the violations below.
    fn human(&self, width: usize) -> String {
        let (style, status) = self.status();
        let mut types: Vec<&str> = self.types.iter().map(|(declared, _)| &*declared.descriptor.type_path).collect();
        types.dedup();
        let status = styled(style, format_args!("{status:<12}"));
        let mut text = format!("{status}  {:<width$}  {}\n", self.id(), types.join(", "));
        let is_one = self.types.len() == 1;
        for (declared, violations) in self.types.iter().filter(|(_, violations)| !violations.is_empty()) {
            let indent = if is_one { "  " } else { "    " };
            if !is_one {
                let _ = writeln!(text, "  {}", origin(declared));
            }
            for violation in violations {
                let _ = writeln!(text, "{indent}{violation}");
            }
        }
        text
    }

    fn json(&self) -> Value {
        let one = |(declared, violations): &(&Declaration, Vec<Violation>)| json!({"type": declared.descriptor.type_path, "programs": declared.programs, "violations": violations});
        json!({
            "id": self.wanted.id, "stage": self.wanted.stage, "status": self.status().1,
            "types": self.types.iter().map(one).collect::<Vec<_>>(),
            "error": self.failure.as_ref().map(ToString::to_string),
        })
    }
}

/// "`orders::OrdersDb` in old/orders"
fn origin(declared: &Declaration) -> String {
    let programs: Vec<String> = declared.programs.iter().map(|path| path.display().to_string()).collect();
    format!("{} in {}", declared.descriptor.type_path, programs.join(", "))
}

fn violations(declared: &Declaration, text: &str) -> Result<Vec<Violation>, Failure> {
    let descriptor = &declared.descriptor;
    let judge = Judge::new(&descriptor.json_schema)?;
    let Some(document) = Document::read(text, descriptor.format) else {
        return Ok(vec![Violation::not_json()]);
    };
    let violations = judge.violations(&document);
    // A type may cut off what an editor leaves at the end; whether it does, the descriptor does not say.
    let trimmed = text.trim_end_matches(['\n', '\r']);
    if descriptor.format == descriptor::Format::Text && !violations.is_empty() && trimmed != text {
        return Ok(
            Document::read(trimmed, descriptor.format).map_or(violations, |document| judge.violations(&document))
        );
    }
    Ok(violations)
}

fn show(told: &[Checked<'_>], output: &Output) -> Result<(), Failure> {
    let width = told.iter().map(|checked| checked.id().chars().count()).max().unwrap_or_default();
    match output.format {
        Format::Json => output::json(&told.iter().map(Checked::json).collect::<Vec<_>>()),
        Format::Human => output::result(&told.iter().map(|checked| checked.human(width)).collect::<String>()),
    }
}

/// Says which schema files `pull` would change: the program may suit the secret although the file does not.
fn note_stale_files(arguments: &CheckArgs, wanted: &[Wanted], answers: &[Answer<'_>], output: &Output) {
    let scope = &arguments.programs.scope;
    let Ok(workspace) = Workspace::find(scope, output) else { return };
    let mut pullable = sources::find(&workspace).pullable;
    pullable.retain(|declared| scope.has_type(&declared.type_name));
    let text = |id: &str, stage: &str| {
        let at = wanted.iter().position(|wanted| (wanted.id.as_str(), wanted.stage.as_str()) == (id, stage))?;
        answers.get(at)?.as_ref().ok()
    };
    for file in SchemaFile::all(pullable) {
        let documents: Option<Vec<Document>> = file
            .types
            .iter()
            .map(|declared| Document::read(text(&declared.id, &declared.stage)?, declared.format))
            .collect();
        let Some(documents) = documents else { continue };
        let pulled = file.compare(&documents.iter().collect::<Vec<_>>());
        if pulled.is_ok_and(|pulled| pulled.state == State::OutOfDate) {
            output::note(format_args!("{} is out of date: run `cargo secrets pull`", files::shown(&file.path)));
        }
    }
}
