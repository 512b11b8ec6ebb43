//! Selects the secrets to check and the types that validate each. Every type that reads a secret validates it, whichever `--type` chose.

use std::path::Path;

use secrets_runtime::__tools::Text;
use secrets_runtime::source::Selector;
use zeroize::Zeroizing;

use crate::cli::{CheckArgs, Scope, Variables};
use crate::failure::Failure;
use crate::files;
use crate::live::{self, Wanted, is_of, is_same, resolved};
use crate::output::Output;
use crate::program::{self, Loaded};

/// A secret, its document, and the types that read it.
pub struct Asked<'l> {
    pub wanted: Wanted,
    pub loaded: Vec<&'l Loaded>,
    pub answer: Answer,
    /// The region that was asked.
    pub region: Option<String>,
}

/// A document, or why it could not be fetched.
pub enum Answer {
    Live(Result<Text, Failure>),
    Given(Zeroizing<String>),
}

impl Answer {
    pub fn text(&self) -> Result<&str, &Failure> {
        match self {
            Self::Live(answer) => answer.as_ref().map(Text::expose),
            Self::Given(text) => Ok(text),
        }
    }

    pub fn live(&self) -> Option<&Text> {
        if let Self::Live(Ok(text)) = self { Some(text) } else { None }
    }

    pub fn arn(&self) -> Option<&str> {
        self.live().and_then(Text::arn)
    }
}

/// Fetches the chosen secrets, or reads the one document.
pub fn asked<'l>(loaded: &'l [Loaded], arguments: &CheckArgs, output: &Output) -> Result<Vec<Asked<'l>>, Failure> {
    types_are_known(loaded, arguments)?;
    let questions = questions(loaded, arguments, output)?;
    if let Some(path) = &arguments.file {
        return given(path, questions, arguments).map(|asked| vec![asked]);
    }
    let wanted: Vec<Wanted> = questions.iter().map(|question| question.wanted.clone()).collect();
    let answers = live::fetch(&wanted, &arguments.variables, &arguments.place, output)?;
    let asked =
        questions.into_iter().zip(answers).map(|(Question { wanted, loaded }, live::Answer { text, region })| Asked {
            wanted,
            loaded,
            answer: Answer::Live(text),
            region,
        });
    let mut asked = united(asked.collect());
    if arguments.id.is_some() {
        for asked in &mut asked {
            keep_readers(asked, arguments);
        }
    } else {
        // Drops secrets that were fetched as a possible spelling of a chosen one and turned out to be another.
        asked.retain(|asked| asked.loaded.iter().any(|loaded| is_chosen(loaded, arguments)));
    }
    Ok(asked)
}

/// A version to fetch, and the types that declare it.
struct Question<'l> {
    wanted: Wanted,
    loaded: Vec<&'l Loaded>,
}

fn is_chosen(loaded: &Loaded, arguments: &CheckArgs) -> bool {
    arguments.programs.scope.has_type(loaded.declaration.type_path)
}

fn types_are_known(loaded: &[Loaded], arguments: &CheckArgs) -> Result<(), Failure> {
    if loaded.iter().any(|loaded| is_chosen(loaded, arguments)) {
        return Ok(());
    }
    Err(program::unknown_type(&arguments.programs.scope.types, loaded))
}

fn questions<'l>(loaded: &'l [Loaded], arguments: &CheckArgs, output: &Output) -> Result<Vec<Question<'l>>, Failure> {
    match &arguments.id {
        Some(id) => of_id(id, loaded, arguments),
        None => of_types(loaded, arguments, output),
    }
}

/// The types that may read the secret. Never empty.
pub fn readers<'l>(
    id: &str,
    loaded: &'l [Loaded],
    scope: &Scope,
    variables: &Variables,
) -> Result<Vec<&'l Loaded>, Failure> {
    let is_chosen = |loaded: &Loaded| scope.has_type(loaded.declaration.type_path);
    let is_reader = |loaded: &&Loaded| match loaded.declaration.id {
        Some(declared) => is_same(declared, id, variables),
        // The program passes the id at run time, so it may be this one.
        None => !scope.types.is_empty() && is_chosen(loaded),
    };
    let readers: Vec<&Loaded> = loaded.iter().filter(is_reader).collect();
    if readers.iter().any(|reader| is_chosen(reader)) {
        return Ok(readers);
    }
    let who = if scope.types.is_empty() { "any type".to_owned() } else { scope.types.join(", ") };
    Err(Failure::new(format!("the secret {id:?} is not one that {who} reads")).help(format!(
        "give an id that a type declares, or with `--type` a type that is loaded with `load_from`; loaded are {}",
        program::listed(loaded)
    )))
}

/// One question for each version of the secret that a type reads.
fn of_id<'l>(id: &str, loaded: &'l [Loaded], arguments: &CheckArgs) -> Result<Vec<Question<'l>>, Failure> {
    let mut questions: Vec<Question<'l>> = Vec::new();
    for reader in readers(id, loaded, &arguments.programs.scope, &arguments.variables)? {
        add(&mut questions, Wanted { id: id.to_owned(), selector: selector(reader, arguments) }, reader, |_, _| true);
    }
    Ok(questions)
}

/// One question for each spelling of an id: only the ARNs in the answers show which spellings mean the same secret.
fn of_types<'l>(loaded: &'l [Loaded], arguments: &CheckArgs, output: &Output) -> Result<Vec<Question<'l>>, Failure> {
    let variables = &arguments.variables;
    let chosen: Vec<&Loaded> = loaded.iter().filter(|loaded| is_chosen(loaded, arguments)).collect();
    let without: Vec<&str> = chosen
        .iter()
        .filter(|loaded| loaded.declaration.id.is_none())
        .map(|loaded| loaded.declaration.type_path)
        .collect();
    let chosen: Vec<&str> = chosen.iter().filter_map(|loaded| loaded.declaration.id).collect();
    if chosen.is_empty() {
        return Err(Failure::new(format!("{} is loaded by ids that the program gives", without.join(", ")))
            .help("say which secret to look at: `--type TYPE --id ID`"));
    }
    if !without.is_empty() {
        let without = without.join(", ");
        output.note(format_args!(
            "{without}: loaded by ids that the program gives; check one with `--type TYPE --id ID`"
        ));
    }
    let mut questions: Vec<Question<'l>> = Vec::new();
    // Chosen types go first, so that the report uses their spelling of the id.
    let (first, others): (Vec<&Loaded>, Vec<&Loaded>) = loaded.iter().partition(|loaded| is_chosen(loaded, arguments));
    for reader in first.into_iter().chain(others) {
        let Some(id) = reader.declaration.id else { continue };
        if chosen.iter().any(|chosen| is_same(chosen, id, variables)) {
            let wanted = Wanted { id: id.to_owned(), selector: selector(reader, arguments) };
            let is_one = |one: &str, other: &str| resolved(one, variables) == resolved(other, variables);
            add(&mut questions, wanted, reader, is_one);
        }
    }
    Ok(questions)
}

fn add<'l>(questions: &mut Vec<Question<'l>>, wanted: Wanted, reader: &'l Loaded, is_one: impl Fn(&str, &str) -> bool) {
    let is_asked = |question: &&mut Question<'_>| {
        question.wanted.selector == wanted.selector && is_one(&question.wanted.id, &wanted.id)
    };
    match questions.iter_mut().find(is_asked) {
        Some(question) => question.loaded.push(reader),
        None => questions.push(Question { wanted, loaded: vec![reader] }),
    }
}

/// The version that the command line names, or the one that the type declares.
fn selector(reader: &Loaded, arguments: &CheckArgs) -> Selector {
    match (&arguments.stage, &arguments.version_id) {
        (_, Some(version)) => Selector::Version(version.as_str().into()),
        (Some(stage), None) => Selector::Stage(stage.as_str().into()),
        (None, None) => Selector::Stage(reader.declaration.stage.into()),
    }
}

/// Merges spellings of one secret: the service answered them with the same ARN.
fn united(all: Vec<Asked<'_>>) -> Vec<Asked<'_>> {
    let mut united: Vec<Asked<'_>> = Vec::new();
    for asked in all {
        let is_one = |other: &&mut Asked<'_>| {
            asked.answer.arn().is_some_and(|arn| other.answer.arn() == Some(arn))
                && other.wanted.selector == asked.wanted.selector
        };
        match united.iter_mut().find(is_one) {
            Some(known) => known.loaded.extend(asked.loaded),
            None => united.push(asked),
        }
    }
    united
}

/// Drops types that declare the ARN of another secret with the same name.
fn keep_readers(asked: &mut Asked<'_>, arguments: &CheckArgs) {
    if let Some(arn) = asked.answer.arn().map(str::to_owned) {
        let is_reader =
            |loaded: &&Loaded| loaded.declaration.id.is_none_or(|declared| is_of(declared, &arn, &arguments.variables));
        asked.loaded.retain(is_reader);
    }
}

/// The document of `--file`. Every type validates it whose id may be a spelling of the secret's, whatever its stage.
fn given<'l>(path: &Path, questions: Vec<Question<'l>>, arguments: &CheckArgs) -> Result<Asked<'l>, Failure> {
    let mut secrets: Vec<Question<'l>> = Vec::new();
    for Question { wanted, loaded } in questions {
        match secrets.iter_mut().find(|secret| is_same(&secret.wanted.id, &wanted.id, &arguments.variables)) {
            Some(secret) => secret.loaded.extend(loaded),
            None => secrets.push(Question { wanted, loaded }),
        }
    }
    let count = secrets.len();
    let ids: Vec<String> = secrets.iter().map(|secret| secret.wanted.id.clone()).collect();
    match secrets.pop() {
        Some(Question { wanted, loaded }) if count == 1 => {
            Ok(Asked { wanted, loaded, answer: Answer::Given(files::document(path, "--file")?), region: None })
        }
        _ => {
            let ids: Vec<String> = ids.iter().map(|id| format!("`--id {id}`")).collect();
            Err(Failure::new(format!("one document is given, and the chosen types read {count} secrets"))
                .help(format!("choose one of them: {}; or a type that reads it, with `--type`", ids.join(", "))))
        }
    }
}
