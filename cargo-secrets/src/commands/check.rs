//! `check`: holds live secrets, or a document, against what programs accept: every type that any of them reads a secret into.

use std::fmt::Write;
use std::path::Path;

use secrets_runtime::__tools::Text;
use secrets_runtime::Selector;
use secrets_shape::id::Arn;
use serde_json::{Value, json};

use crate::cli::{CheckArgs, Format};
use crate::failure::Failure;
use crate::files;
use crate::live::{self, Wanted, is_same};
use crate::output::{self, BAD, GOOD, Output, UNCLEAR, Verdict, styled};
use crate::program::{self, Loaded};
use crate::schema_file::{SchemaFile, State, document};
use crate::workspace::Workspace;

/// What was asked for, or why there is no answer.
enum Answer {
    Live(Result<Text, Failure>),
    Given(String),
}

impl Answer {
    fn text(&self) -> Result<&str, &Failure> {
        match self {
            Self::Live(answer) => answer.as_ref().map(Text::expose),
            Self::Given(text) => Ok(text),
        }
    }

    fn live(&self) -> Option<&Text> {
        if let Self::Live(Ok(text)) = self { Some(text) } else { None }
    }
}

/// A secret, and all types that read it.
struct Asked<'l> {
    wanted: Wanted,
    loaded: Vec<&'l Loaded>,
}

pub fn run(arguments: &CheckArgs, output: &Output) -> Result<Verdict, Failure> {
    let loaded = program::loaded(&arguments.programs, output)?;
    loaded.iter().try_for_each(Loaded::is_checked)?;
    let asked = asked(&loaded, arguments)?;
    let answers = if let Some(path) = &arguments.file {
        vec![Answer::Given(given(path, &asked)?)]
    } else {
        let wanted: Vec<Wanted> = asked.iter().map(|asked| asked.wanted.clone()).collect();
        let answers = live::fetch(&wanted, &arguments.variables, &arguments.place, output)?;
        answers.into_iter().map(Answer::Live).collect()
    };
    let checked: Vec<Checked<'_>> =
        asked.iter().zip(&answers).map(|(asked, answer)| Checked::new(asked, answer)).collect();
    show(&checked, output)?;
    checked.iter().filter_map(|checked| checked.failure).for_each(output::error);
    if arguments.programs.bin.is_empty() && arguments.file.is_none() {
        note_stale_files(arguments, &loaded, &checked, output);
    }
    Ok(checked.iter().fold(Verdict::Holds, |verdict, checked| verdict.and(checked.verdict())))
}

/// The secrets that were chosen. Whoever reads one of them judges it, chosen or not.
fn asked<'l>(loaded: &'l [Loaded], arguments: &CheckArgs) -> Result<Vec<Asked<'l>>, Failure> {
    let CheckArgs { programs, variables, file, id, .. } = arguments;
    let selected = match (&arguments.stage, &arguments.version_id) {
        (_, Some(version)) => Some(Selector::Version(version.as_str().into())),
        (Some(stage), None) => Some(Selector::Stage(stage.as_str().into())),
        (None, None) => None,
    };
    if let Some(id) = id {
        let is_meant = |loaded: &&Loaded| match loaded.declaration.id {
            Some(declared) => is_same(declared, id, variables),
            // It is loaded by ids that nobody knows: one that was chosen may be read from this secret.
            None => !programs.scope.types.is_empty() && programs.scope.has_type(loaded.declaration.type_path),
        };
        let readers: Vec<&Loaded> = loaded.iter().filter(is_meant).collect();
        if readers.is_empty() {
            return Err(Failure::new(format!("nothing declares {id:?}"))
                .help("choose the type that is read from it with --type; `cargo secrets list` shows all types"));
        }
        let selector = selected.unwrap_or_else(|| Selector::Stage(readers[0].declaration.stage.into()));
        return Ok(vec![Asked { wanted: Wanted { id: id.clone(), selector }, loaded: readers }]);
    }
    let is_chosen = |loaded: &&Loaded| programs.scope.has_type(loaded.declaration.type_path);
    let chosen: Vec<&Loaded> = loaded.iter().filter(is_chosen).collect();
    let mut all: Vec<Asked<'l>> = Vec::new();
    for declared in chosen.iter().filter(|loaded| loaded.declaration.id.is_some()) {
        let id = declared.shown_id();
        let selector = selected.clone().unwrap_or_else(|| Selector::Stage(declared.declaration.stage.into()));
        let is_known = |asked: &Asked<'_>| {
            is_same(&asked.wanted.id, id, variables) && (file.is_some() || asked.wanted.selector == selector)
        };
        if all.iter().any(is_known) {
            continue;
        }
        let reads = |other: &&Loaded| {
            let is_read_so =
                file.is_some() || selected.is_some() || other.declaration.stage == declared.declaration.stage;
            is_read_so && other.declaration.id.is_some_and(|other| is_same(other, id, variables))
        };
        all.push(Asked {
            wanted: Wanted { id: id.to_owned(), selector },
            loaded: loaded.iter().filter(reads).collect(),
        });
    }
    let without = chosen.iter().filter(|loaded| loaded.declaration.id.is_none());
    let without: Vec<&str> = without.map(|loaded| loaded.declaration.type_path).collect();
    match (all.is_empty(), without.as_slice()) {
        (true, []) => Err(Failure::new(format!(
            "none of the types that are loaded is called {}",
            programs.scope.types.join(", ")
        ))
        .help("`cargo secrets list` shows them")),
        (true, without) => Err(Failure::new(format!("{} is loaded by ids that the program gives", without.join(", ")))
            .help("say which secret to look at: `--type TYPE --id ID`")),
        (false, without) => {
            if !without.is_empty() {
                let without = without.join(", ");
                output::note(format_args!(
                    "{without}: loaded by ids that the program gives; check one with `--type TYPE --id ID`"
                ));
            }
            Ok(all)
        }
    }
}

/// The one document that somebody hands over.
fn given(path: &Path, asked: &[Asked<'_>]) -> Result<String, Failure> {
    match asked {
        [_] => files::text(path),
        several => Err(Failure::new(format!("one document, and {} secrets are declared", several.len()))
            .help("choose the secret: `--id prod/orders/db`, or a type that is read from it: `--type OrdersDb`")),
    }
}

/// What was found out of one secret.
struct Checked<'a> {
    asked: &'a Asked<'a>,
    answer: &'a Answer,
    /// Each type that is read from it, and how it breaks that.
    types: Vec<(&'a Loaded, Vec<String>)>,
    failure: Option<&'a Failure>,
}

impl<'a> Checked<'a> {
    fn new(asked: &'a Asked<'a>, answer: &'a Answer) -> Self {
        let text = answer.text();
        let types =
            asked.loaded.iter().map(|loaded| (*loaded, text.map_or(Vec::new(), |text| violations(loaded, text))));
        Self { asked, answer, types: types.collect(), failure: text.err() }
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

    /// The id, and what is read of it if it is not what usually is.
    fn id(&self) -> String {
        let wanted = &self.asked.wanted;
        match wanted.version() {
            "AWSCURRENT" => wanted.id.clone(),
            _ if matches!(self.answer, Answer::Given(_)) => wanted.id.clone(),
            version => format!("{} ({version})", wanted.id),
        }
    }

    /// One line, which secret it is, and the violations below.
    fn human(&self, width: usize) -> String {
        let (style, status) = self.status();
        let mut types: Vec<&str> = self.types.iter().map(|(loaded, _)| loaded.declaration.type_path).collect();
        types.dedup();
        let status = styled(style, format_args!("{status:<12}"));
        let mut text = format!("{status}  {:<width$}  {}\n", self.id(), types.join(", "));
        // The service's own word: the id that was asked for is that of a secret.
        if let Some(arn) = self.answer.live().and_then(Text::arn) {
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
        let one = |(loaded, violations): &(&Loaded, Vec<String>)| json!({"type": loaded.declaration.type_path, "programs": loaded.programs, "violations": violations});
        let live = self.answer.live();
        let arn = live.and_then(Text::arn);
        let parts = arn.and_then(Arn::parse);
        json!({
            "id": self.asked.wanted.id, "version": self.asked.wanted.version(), "status": self.status().1,
            "arn": arn, "region": parts.map(|arn| arn.region), "account": parts.map(|arn| arn.account),
            "version_id": live.and_then(Text::version_id),
            "types": self.types.iter().map(one).collect::<Vec<_>>(),
            "error": self.failure.map(ToString::to_string),
        })
    }
}

/// "`orders::OrdersDb` in old/orders"
fn origin(loaded: &Loaded) -> String {
    let programs: Vec<String> = loaded.programs.iter().map(|path| path.display().to_string()).collect();
    format!("{} in {}", loaded.declaration.type_path, programs.join(", "))
}

/// What the program itself would say.
fn violations(loaded: &Loaded, text: &str) -> Vec<String> {
    match secrets_runtime::__tools::check(text, loaded.declaration) {
        Ok(()) => Vec::new(),
        Err(error) if error.violations().is_empty() => error.to_string().lines().take(1).map(str::to_owned).collect(),
        Err(error) => error.violations().iter().map(ToString::to_string).collect(),
    }
}

fn show(checked: &[Checked<'_>], output: &Output) -> Result<(), Failure> {
    let width = checked.iter().map(|checked| checked.id().chars().count()).max().unwrap_or_default();
    match output.format {
        Format::Json => output::json(&checked.iter().map(Checked::json).collect::<Vec<_>>()),
        Format::Human => output::result(&checked.iter().map(|checked| checked.human(width)).collect::<String>()),
    }
}

/// Says which schema files `pull` would change: the program may suit the secret although the file does not.
fn note_stale_files(arguments: &CheckArgs, loaded: &[Loaded], checked: &[Checked<'_>], output: &Output) {
    let scope = &arguments.programs.scope;
    let Ok(workspace) = Workspace::find(scope, output) else { return };
    let chosen = loaded.iter().filter(|loaded| scope.has_type(loaded.declaration.type_path));
    for file in SchemaFile::all(&workspace, chosen) {
        let documents = file.secrets.iter().map(|secret| {
            let checked = checked.iter().find(|checked| checked.asked.wanted == secret.wanted)?;
            document(checked.answer.text().ok()?)
        });
        let Some(documents) = documents.collect::<Option<Vec<Value>>>() else { continue };
        if file.compare(&documents).is_ok_and(|pulled| pulled.state == State::OutOfDate) {
            output::note(format_args!("{} is out of date: run `cargo secrets pull`", files::shown(&file.path)));
        }
    }
}
