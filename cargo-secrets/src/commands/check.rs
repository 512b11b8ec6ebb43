//! `check`: validates live secrets, or a document, against every type that a program reads them into.

pub mod asked;

use std::collections::BTreeSet;
use std::fmt::Write;

use secrets_runtime::__tools::Text;
use secrets_shape::id::Arn;
use serde_json::{Value, json};

use asked::{Answer, Asked, asked};

use crate::cli::{CheckArgs, Variables};
use crate::failure::Failure;
use crate::files;
use crate::keys;
use crate::live::ShownId;
use crate::output::{BAD, GOOD, Output, UNCLEAR, Verdict, styled};
use crate::program::{self, Loaded};
use crate::schema_file::{SchemaFile, State, document};
use crate::workspace::Workspace;

pub fn run(arguments: &CheckArgs, output: &Output) -> Result<Verdict, Failure> {
    let loaded = program::loaded(&arguments.programs, output)?;
    loaded.iter().try_for_each(Loaded::is_checked)?;
    let ids = loaded.iter().filter_map(|loaded| loaded.declaration.id).chain(arguments.id.as_deref());
    arguments.variables.note_unused(ids, output);
    let asked = asked(&loaded, arguments, output)?;
    let (checked, verdict) = judged(&asked, &arguments.variables, output)?;
    if arguments.programs.are_built() && arguments.file.is_none() {
        note_stale_files(arguments, &loaded, &checked, output);
    }
    Ok(verdict)
}

/// Reports on each secret.
pub fn judged<'a>(
    asked: &'a [Asked<'a>],
    variables: &Variables,
    output: &Output,
) -> Result<(Vec<Checked<'a>>, Verdict), Failure> {
    let checked: Vec<Checked<'_>> = asked.iter().map(|asked| Checked::new(asked, variables)).collect();
    show(&checked, output)?;
    checked.iter().filter_map(|checked| checked.failure).for_each(|failure| output.failed(failure));
    note_what_is_not_judged(&checked, output);
    let verdict = checked.iter().fold(Verdict::Holds, |verdict, checked| verdict.and(checked.verdict()));
    Ok((checked, verdict))
}

/// The result for one secret.
pub struct Checked<'a> {
    asked: &'a Asked<'a>,
    id: ShownId,
    /// Each type that reads the secret, with the violations of that type.
    types: Vec<(&'a Loaded, Vec<String>)>,
    failure: Option<&'a Failure>,
}

impl<'a> Checked<'a> {
    fn new(asked: &'a Asked<'a>, variables: &Variables) -> Self {
        let text = asked.answer.text();
        let id = match asked.answer {
            Answer::Live(_) => ShownId::new(&asked.wanted, variables, text.is_ok()),
            Answer::Given(_) => ShownId::declared(&asked.wanted),
        };
        let types =
            asked.loaded.iter().map(|loaded| (*loaded, text.map_or(Vec::new(), |text| violations(loaded, text))));
        Self { asked, id, types: types.collect(), failure: text.err() }
    }

    fn verdict(&self) -> Verdict {
        let fits = Verdict::of(self.types.iter().all(|(_, violations)| violations.is_empty()));
        fits.and(match self.failure {
            Some(failure) if failure.answer().is_some() => Verdict::DoesNotHold,
            Some(_) => Verdict::Unknown,
            None => Verdict::Holds,
        })
    }

    fn status(&self) -> (anstyle::Style, &'static str) {
        match self.verdict() {
            Verdict::Holds => (GOOD, "fits"),
            Verdict::DoesNotHold => (BAD, self.failure.and_then(Failure::answer).unwrap_or("does not fit")),
            Verdict::Unknown => (UNCLEAR, "unknown"),
        }
    }

    /// The id, with the version if it is not AWSCURRENT.
    fn id(&self) -> String {
        match self.asked.wanted.version() {
            "AWSCURRENT" => self.id.id.clone(),
            _ if matches!(self.asked.answer, Answer::Given(_)) => self.id.id.clone(),
            version => format!("{} ({version})", self.id.id),
        }
    }

    /// A status line, then the ARN and the violations.
    fn human(&self, width: usize) -> String {
        let (style, status) = self.status();
        let mut types: Vec<&str> = self.types.iter().map(|(loaded, _)| loaded.declaration.type_path).collect();
        types.dedup();
        let status = styled(style, format_args!("{status:<12}"));
        let mut text = format!("{status}  {:<width$}  {}\n", self.id(), types.join(", "));
        if let Some(declared) = &self.id.declared {
            let _ = writeln!(text, "  declared {declared}");
        }
        // Shows which secret the service resolved the id to.
        if let Some(arn) = self.asked.answer.arn() {
            let _ = writeln!(text, "  is {arn}");
        }
        let is_one = self.types.len() == 1;
        for (loaded, violations) in self.types.iter().filter(|(_, violations)| !violations.is_empty()) {
            let indent = if is_one { "  " } else { "    " };
            if !is_one {
                let _ = writeln!(text, "  {}", origin(loaded));
            }
            for violation in violations {
                let _ = writeln!(text, "{indent}{violation}");
            }
        }
        text
    }

    fn json(&self) -> Value {
        let one = |(loaded, violations): &(&Loaded, Vec<String>)| json!({"type": loaded.declaration.type_path, "programs": loaded.programs, "violations": violations, "judged_by_the_program": judged_by_the_program(loaded)});
        let live = self.asked.answer.live();
        let arn = self.asked.answer.arn();
        let parts = arn.and_then(Arn::parse);
        let region = parts.map(|arn| arn.region).or(self.asked.region.as_deref());
        json!({
            "id": self.id.id, "declared_id": self.id.declared, "version": self.asked.wanted.version(), "status": self.status().1,
            "arn": arn, "region": region, "account": parts.map(|arn| arn.account),
            "version_id": live.and_then(Text::version_id),
            "types": self.types.iter().map(one).collect::<Vec<_>>(),
            "error": self.failure.map(Failure::json),
        })
    }
}

/// "`orders::OrdersDb` in old/orders"
fn origin(loaded: &Loaded) -> String {
    let programs: Vec<String> = loaded.programs.iter().map(|path| path.display().to_string()).collect();
    format!("{} in {}", loaded.declaration.type_path, programs.join(", "))
}

/// The messages that the program itself would report.
fn violations(loaded: &Loaded, text: &str) -> Vec<String> {
    match secrets_runtime::__tools::check(text, loaded.declaration) {
        Ok(()) => Vec::new(),
        Err(error) if error.violations().is_empty() => {
            format!("{error:#}").lines().take(1).map(str::to_owned).collect()
        }
        Err(error) => error.violations().iter().map(ToString::to_string).collect(),
    }
}

fn show(checked: &[Checked<'_>], output: &Output) -> Result<(), Failure> {
    let width = checked.iter().map(|checked| checked.id().chars().count()).max().unwrap_or_default();
    let human = || checked.iter().map(|checked| checked.human(width)).collect::<String>();
    output.results(human, || checked.iter().map(Checked::json).collect())
}

fn judged_by_the_program(loaded: &Loaded) -> Vec<String> {
    keys::judged_by_the_program(&loaded.declaration.shape).into_iter().collect()
}

/// Names the fields that only the program's own code can validate.
fn note_what_is_not_judged(checked: &[Checked<'_>], output: &Output) {
    let all = checked.iter().flat_map(|checked| &checked.types).filter(|(_, violations)| violations.is_empty());
    let all: BTreeSet<(&str, String)> = all
        .map(|(loaded, _)| (loaded.declaration.type_path, judged_by_the_program(loaded).join(", ")))
        .filter(|(_, keys)| !keys.is_empty())
        .collect();
    for (name, keys) in all {
        output.note(format_args!("{name}: only the program's own code judges {keys} (`from_str`, `serde`)"));
    }
}

/// Notes schema files that `pull` would change: a secret can fit the program although its schema file is out of date.
fn note_stale_files(arguments: &CheckArgs, loaded: &[Loaded], checked: &[Checked<'_>], output: &Output) {
    let scope = &arguments.programs.scope;
    let Ok(workspace) = Workspace::find(scope, output) else { return };
    let chosen = loaded.iter().filter(|loaded| scope.has_type(loaded.declaration.type_path));
    for file in SchemaFile::all(&workspace, chosen) {
        let documents = file.secrets.iter().map(|secret| {
            let checked = checked.iter().find(|checked| checked.asked.wanted == secret.wanted)?;
            document(checked.asked.answer.text().ok()?)
        });
        let Some(documents) = documents.collect::<Option<Vec<Value>>>() else { continue };
        if file.compare(&documents).is_ok_and(|pulled| pulled.state == State::OutOfDate) {
            output.note(format_args!("{} is out of date: run `cargo secrets pull`", files::shown(&file.path)));
        }
    }
}
