//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use anstream::ColorChoice;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use secrets_shape::id;
use secrets_shape::near::nearest;

use crate::output::Output;

use crate::policy::{self, Replica, Syntax};
use crate::role;

/// Compares the secrets that a program loads with the ones that exist in AWS Secrets Manager.
///
/// It never prints or writes the value of a secret.
#[derive(Debug, Parser)]
#[command(name = "cargo-secrets", bin_name = "cargo secrets", version, arg_required_else_help = true, after_help = STATUS)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// The exit codes, for the help text of each command.
macro_rules! exit_status {
    ($holds:literal) => {
        concat!("Exit status: 0 ", $holds, ", 2 an error, so that there is no answer.\n\n")
    };
    ($holds:literal, $does_not_hold:literal) => {
        concat!("Exit status: 0 ", $holds, ", 1 ", $does_not_hold, ", 2 an error, so that there is no answer.\n\n")
    };
}

const STATUS: &str = concat!(
    exit_status!("the answer is yes", "the answer is no"),
    "\
Examples:
  cargo secrets list
  cargo secrets pull --var APP_ENV=staging
  cargo secrets check --bin /app/orders
  cargo secrets policy --release --output terraform"
);

#[derive(Debug, Args)]
pub struct Global {
    /// Output format; with json, a single document on standard output holds results, notes and errors
    #[arg(long, value_enum, global = true, default_value_t = Format::Human, value_name = "FORMAT")]
    pub format: Format,
    /// When to colour the output
    #[arg(long, value_enum, global = true, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
    /// Print results and errors only: no notes, no progress
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Log to standard error what the command runs, reads and fetches
    #[arg(long, short, global = true)]
    pub verbose: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// Colour on a terminal, unless `NO_COLOR` is set
    Auto,
    Always,
    Never,
}

impl Color {
    pub fn choice(self) -> ColorChoice {
        match self {
            Self::Auto => ColorChoice::Auto,
            Self::Always => ColorChoice::Always,
            Self::Never => ColorChoice::Never,
        }
    }

    pub fn for_clap(self) -> clap::ColorChoice {
        match self {
            Self::Auto => clap::ColorChoice::Auto,
            Self::Always => clap::ColorChoice::Always,
            Self::Never => clap::ColorChoice::Never,
        }
    }

    /// The value for cargo's own `--color`.
    pub fn for_cargo(self) -> Option<&'static str> {
        match self {
            Self::Auto => None,
            Self::Always => Some("always"),
            Self::Never => Some("never"),
        }
    }
}

/// Reads `--color` ahead of clap, so that errors about the command line itself respect it.
pub fn color(arguments: &[OsString]) -> Color {
    let after =
        |argument: &OsString| argument.to_str().and_then(|text| text.strip_prefix("--color=")).map(str::to_owned);
    let attached = arguments.iter().find_map(after);
    let apart = arguments.iter().position(|argument| argument == "--color").and_then(|at| arguments.get(at + 1));
    match attached.as_deref().or_else(|| apart.and_then(|when| when.to_str())) {
        Some("always") => Color::Always,
        Some("never") => Color::Never,
        _ => Color::Auto,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Human,
    Json,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the secrets that a program loads
    #[command(after_help = LIST)]
    List(ListArgs),
    /// Print the IAM policy that a program needs
    #[command(after_help = POLICY)]
    Policy(PolicyArgs),
    /// Print the JSON Schema of the values that a type accepts
    #[command(after_help = SCHEMA)]
    Schema(ListArgs),
    /// Print a skeleton of a secret to fill in
    #[command(after_help = TEMPLATE)]
    Template(ListArgs),
    /// Write what a program declares to a file, for later checks without the program
    #[command(after_help = DESCRIBE)]
    Describe(DescribeArgs),
    /// Write the schema file of each live secret: keys and kinds, never a value
    #[command(after_help = PULL)]
    Pull(PullArgs),
    /// Validate live secrets, or a document, against the types of programs
    #[command(after_help = CHECK)]
    Check(CheckArgs),
    /// List the versions of a secret and their staging labels, without values
    #[command(after_help = HISTORY)]
    History(SecretArgs),
    /// Store a new version beside the current one, if it fits every program that reads it
    #[command(after_help = STAGE)]
    Stage(StageArgs),
    /// Make the staged version current, if it fits every program that reads it
    #[command(after_help = PROMOTE)]
    Promote(PromoteArgs),
    /// Make the last good version current again
    #[command(after_help = ROLLBACK)]
    Rollback(RollbackArgs),
    /// Print a shell completion script
    #[command(after_help = COMPLETIONS)]
    Completions {
        /// Shell to print the script for
        shell: Shell,
    },
    /// Write man pages, one for each command
    #[command(after_help = MAN)]
    Man {
        /// Directory to write the pages to
        #[arg(default_value = ".")]
        directory: PathBuf,
    },
}

const COMPLETIONS: &str = concat!(
    exit_status!("the script is written"),
    "\
Examples:
  cargo-secrets completions bash > ~/.local/share/bash-completion/completions/cargo-secrets
  cargo-secrets completions zsh > ~/.zfunc/_cargo-secrets"
);

const MAN: &str = concat!(
    exit_status!("the pages are written"),
    "\
Examples:
  cargo secrets man ~/.local/share/man/man1 && man cargo-secrets-check"
);

const LIST: &str = concat!(
    exit_status!("there is a list"),
    "\
A key with `?` may be absent. What a program declares and never loads is not in it; a type that it loads with
`load_from` has no id here, because the program gives it.

Examples:
  cargo secrets list
  cargo secrets list -p orders --release
  cargo secrets list --bin /app/orders --format json"
);

const POLICY: &str = concat!(
    exit_status!("the policy is written, or --check finds all allowed", "--check finds something missing or denied"),
    "\
A name ends in `-??????`, the six characters that Secrets Manager appends; an ARN that may have them already is listed
in both forms. Region, account and partition are those of the AWS credentials at hand (sts:GetCallerIdentity), unless
flags give them; in CloudFormation they are those of the deployment. Ids that the program gives to `load_from` are not
in it: add them with --extra-id.

Examples:
  cargo secrets policy --var APP_ENV=prod > policy.json
  cargo secrets policy --var APP_ENV=prod --region eu-central-1 --account 123456789012 --output terraform
  cargo secrets policy --type OrdersDb --extra-id 'tenants/*' --kms-key 1234abcd-12ab-34cd-56ef-1234567890ab
  cargo secrets policy --bin /app/orders --check --role arn:aws:iam::123456789012:role/orders
  cargo secrets policy --resource-policy arn:aws:iam::123456789012:role/orders > resource-policy.json
  cargo secrets policy --replica-region eu-west-1=arn:aws:kms:eu-west-1:123456789012:key/mrk-1"
);

const SCHEMA: &str = concat!(
    exit_status!("there is a schema"),
    "\
The schemas of several types are one document: an object with the path of each type as a key.

Examples:
  cargo secrets schema --type OrdersDb
  cargo secrets schema --bin /app/orders --format json"
);

const TEMPLATE: &str = concat!(
    exit_status!("there is a skeleton"),
    "\
The skeletons of several types are one document: an object with the id of each secret as a key, as a development file
has them.
A placeholder says what belongs in its place and is never accepted, so that nobody stores the skeleton as it is.

Examples:
  cargo secrets template --type OrdersDb > orders-db.json
  cargo secrets check --type OrdersDb --file orders-db.json
  aws secretsmanager create-secret --name prod/orders/db --secret-string file://orders-db.json"
);

const DESCRIBE: &str = concat!(
    exit_status!("the file is written"),
    "\
Keep the file beside the program's image. Every command that takes `--bin` takes it as `--descriptors`, and so does every
later version of this command.

Examples:
  cargo secrets describe --bin target/release/orders orders.descriptor.json
  cargo secrets check --descriptors orders.descriptor.json
  cargo secrets check --descriptors deployed/               # every program that is deployed"
);

const HISTORY: &str = concat!(
    exit_status!("there is a list"),
    "\
Examples:
  cargo secrets history prod/orders/db
  cargo secrets history prod/orders/db --format json"
);

const STAGE: &str = concat!(
    exit_status!("the version is stored, or would be", "the document does not fit a program"),
    "\
The document is read from standard input and never printed. The version gets the staging label CARGO_CANDIDATE; the current
version stays current. Run again with the same document, it finds the version that it stored.

Examples:
  pass show orders/db | cargo secrets stage prod/orders/db --file - --descriptors deployed/
  cargo secrets promote prod/orders/db --descriptors deployed/"
);

const PROMOTE: &str = concat!(
    exit_status!("the version is current, or would be", "it does not fit a program, or another one became current meanwhile"),
    "\
The change is one call that Secrets Manager refuses if another version became current since the check. The version that was
current gets the staging label CARGO_LAST_GOOD, for `rollback`. Without a terminal it needs --yes.

Examples:
  cargo secrets promote prod/orders/db --descriptors deployed/
  cargo secrets promote prod/orders/db --descriptors deployed/ --yes       # in a pipeline
  cargo secrets promote prod/orders/db --bin /app/orders --dry-run"
);

const ROLLBACK: &str = concat!(
    exit_status!("the version is current again, or would be", "it does not fit a program, or another one became current meanwhile"),
    "\
The version that it replaces keeps the staging label AWSPREVIOUS: programs that read the previous version still accept it.
Without a terminal it needs --yes.

Examples:
  cargo secrets rollback prod/orders/db --descriptors deployed/
  cargo secrets rollback prod/orders/db --descriptors deployed/ --to 4f1f2a3c-58e2-4c0a-9d1e-0b8f5c7a6d21"
);

const PULL: &str = concat!(exit_status!("all files are up to date or written", "--check finds one that is missing or out of date"), "\
It builds the workspace without comparing schemas (SECRETS_SCHEMA=unchecked) and asks the programs which files there
are to be, and what is a map, whose keys are data and are not written. What people wrote into a file stays: descriptions,
limits, keys taken out of `required`.

Examples:
  cargo secrets pull --var APP_ENV=staging
  cargo secrets pull --check                        # writes nothing; status 1 where a file is out of date
  cargo secrets pull --id prod/orders/db --schema secrets/orders-db.schema.json    # the first file, without a program
  pass show orders/db | cargo secrets pull --type OrdersDb --from -");

const CHECK: &str = concat!(
    exit_status!("all secrets fit", "one does not fit or does not exist"),
    "\
Every type that a program reads a secret into judges it, whichever were chosen.

Examples:
  cargo secrets check --var APP_ENV=prod
  cargo secrets check --bin old/orders --bin new/orders     # before a deploy: does the secret suit both?
  cargo secrets check --bin /app/orders                     # as a one-off task, under the task role itself
  cargo secrets check --type OrdersDb --file - < new.json   # before it is stored
  cargo secrets check --id prod/orders/db --stage AWSPENDING
  cargo secrets check --type Tenant --id tenants/acme"
);

/// Selects packages and types.
#[derive(Debug, Args)]
pub struct Scope {
    /// Package of the workspace (default: all)
    #[arg(long, short, value_name = "NAME", help_heading = "Programs")]
    pub package: Vec<String>,
    /// Type, by name or path (default: all)
    #[arg(long = "type", value_name = "TYPE", help_heading = "Programs")]
    pub types: Vec<String>,
    #[arg(long, value_name = "PATH", help_heading = "Programs")]
    /// Path of the workspace's Cargo.toml (default: searched from the current directory)
    manifest_path: Option<PathBuf>,
}

/// Selects the programs to read.
#[derive(Debug, Args)]
pub struct Programs {
    #[command(flatten)]
    pub scope: Scope,
    /// Read this program instead of building the workspace
    #[arg(long, value_name = "PATH", help_heading = "Programs", conflicts_with_all = ["package", "manifest_path", "Build"])]
    pub bin: Vec<PathBuf>,
    /// Read what `describe` wrote of a program: a file, or a directory with files `*.descriptor.json`
    #[arg(long, value_name = "PATH", help_heading = "Programs", conflicts_with_all = ["package", "manifest_path", "Build"])]
    pub descriptors: Vec<PathBuf>,
    #[command(flatten)]
    build: Build,
}

/// Build options, named as in cargo.
#[derive(Debug, Args)]
#[group(id = "Build", multiple = true)]
#[allow(clippy::struct_excessive_bools, reason = "flags, as cargo has them")]
struct Build {
    /// Build in release mode
    #[arg(long, short, conflicts_with = "profile", help_heading = "Build")]
    release: bool,
    /// Build with this profile
    #[arg(long, value_name = "NAME", help_heading = "Build")]
    profile: Option<String>,
    /// Build with these features
    #[arg(long, short = 'F', value_name = "FEATURES", help_heading = "Build")]
    features: Vec<String>,
    /// Build with all features
    #[arg(long, help_heading = "Build")]
    all_features: bool,
    /// Build without the default features
    #[arg(long, help_heading = "Build")]
    no_default_features: bool,
    /// Build for this target
    #[arg(long, value_name = "TRIPLE", help_heading = "Build")]
    target: Option<String>,
    /// Require an up-to-date Cargo.lock
    #[arg(long, help_heading = "Build")]
    locked: bool,
    /// Build without network access
    #[arg(long, help_heading = "Build")]
    offline: bool,
}

/// Values for the placeholders in ids.
#[derive(Debug, Args)]
pub struct Variables {
    /// Value for the placeholder {NAME} in ids (default: the environment variable NAME)
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = variable)]
    given: Vec<(String, String)>,
}

#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    pub programs: Programs,
}

#[derive(Debug, Args)]
pub struct DescribeArgs {
    #[command(flatten)]
    pub programs: Programs,
    /// File to write, by convention `<program>.descriptor.json` (default: standard output)
    pub file: Option<PathBuf>,
}

/// A secret, and where it is.
#[derive(Debug, Args)]
pub struct SecretArgs {
    /// The secret: an id as declared, a name or an ARN
    pub id: String,
    #[command(flatten)]
    pub variables: Variables,
    #[command(flatten)]
    pub place: Where,
}

#[derive(Debug, Args)]
pub struct StageArgs {
    #[command(flatten)]
    pub secret: SecretArgs,
    #[command(flatten)]
    pub programs: Programs,
    /// Read the whole document from standard input
    #[arg(long, value_name = "-", value_parser = ["-"], required = true)]
    pub file: String,
    #[command(flatten)]
    pub change: Change,
}

#[derive(Debug, Args)]
pub struct PromoteArgs {
    #[command(flatten)]
    pub secret: SecretArgs,
    #[command(flatten)]
    pub programs: Programs,
    /// The version to make current (default: the staged one)
    #[arg(long, value_name = "VERSION")]
    pub version_id: Option<String>,
    #[command(flatten)]
    pub change: Change,
    /// Do not ask before the change
    #[arg(long, short)]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub struct RollbackArgs {
    #[command(flatten)]
    pub secret: SecretArgs,
    #[command(flatten)]
    pub programs: Programs,
    /// The version to make current again (default: the one that `promote` replaced, or else AWSPREVIOUS)
    #[arg(long, value_name = "VERSION")]
    pub to: Option<String>,
    #[command(flatten)]
    pub change: Change,
    /// Do not ask before the change
    #[arg(long, short)]
    pub yes: bool,
}

/// How a change of a secret is made.
#[derive(Debug, Args)]
pub struct Change {
    /// Say what would change, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Go on although a rotation is under way
    #[arg(long)]
    pub during_rotation: bool,
}

#[derive(Debug, Args)]
pub struct PolicyArgs {
    #[command(flatten)]
    pub programs: Programs,
    #[command(flatten)]
    pub variables: Variables,
    /// Additional id that the program loads: a name (may contain `*`) or an ARN
    #[arg(long, value_name = "ID")]
    pub extra_id: Vec<String>,
    /// Allow batch calls too (`SECRETS_BATCH=1`)
    #[arg(long)]
    pub batch: bool,
    /// Customer-managed KMS key that encrypts secrets: key id or ARN
    #[arg(long, value_name = "KEY")]
    pub kms_key: Vec<String>,
    /// Region with replicas of the secrets, and the KMS key that encrypts them there
    #[arg(long, value_name = "REGION[=KEY]")]
    pub replica_region: Vec<Replica>,
    /// Region of the secrets (default: from the AWS configuration)
    #[arg(long, value_parser = policy::region)]
    pub region: Option<String>,
    /// Account of the secrets (default: the caller's)
    #[arg(long, value_name = "ID", value_parser = policy::account)]
    pub account: Option<String>,
    /// Partition of the secrets (default: the caller's, or the region's)
    #[arg(long)]
    pub partition: Option<String>,
    /// Name of the policy: of the data source in Terraform, of the resource and output in CloudFormation
    #[arg(long, default_value = "secrets", value_parser = policy::name)]
    pub name: String,
    /// Allow only versions with this staging label (condition secretsmanager:VersionStage) (default: all)
    #[arg(long, value_name = "STAGE")]
    pub stage: Vec<String>,
    /// Print the resource policy of secrets in another account, for a role in this one that reads them
    #[arg(long, value_name = "ROLE", conflicts_with_all = ["key_policy", "output", "batch"])]
    pub resource_policy: Option<String>,
    /// Print the statement that a KMS key policy in another account needs, for a role in this one that reads its secrets
    #[arg(long, value_name = "ROLE", conflicts_with_all = ["output", "batch"])]
    pub key_policy: Option<String>,
    /// Compare the policy with what --role already allows instead of printing it; status 1 if something is missing or denied
    #[arg(long, requires = "role", conflicts_with_all = ["output", "resource_policy", "key_policy"])]
    pub check: bool,
    /// ARN of the role for --check
    #[arg(long, value_name = "ARN", requires = "check", value_parser = role::arn)]
    pub role: Option<String>,
    /// Policy syntax
    #[arg(long, value_enum, default_value_t = Syntax::Json, value_name = "SYNTAX")]
    pub output: Syntax,
}

/// Where to fetch secrets from.
#[derive(Debug, Args)]
pub struct Where {
    /// Region to fetch from (default: from the AWS configuration)
    #[arg(long, value_parser = policy::region, help_heading = "AWS")]
    pub region: Option<String>,
    /// AWS profile to use
    #[arg(long, value_name = "NAME", help_heading = "AWS")]
    pub aws_profile: Option<String>,
}

#[derive(Debug, Args)]
pub struct PullArgs {
    #[command(flatten)]
    pub scope: Scope,
    #[command(flatten)]
    build: Build,
    #[command(flatten)]
    pub place: Where,
    /// Secret to write a first schema file for, without a program: a name or an ARN
    #[arg(long, value_name = "ID", requires = "schema", conflicts_with_all = ["package", "types", "Build"])]
    pub id: Option<String>,
    /// Schema file to write for --id
    #[arg(long, value_name = "FILE", requires = "id")]
    pub schema: Option<PathBuf>,
    #[command(flatten)]
    pub variables: Variables,
    /// Read the document of one secret from a file, or from standard input (`-`), instead of AWS
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// Write nothing; status 1 if a file is missing or out of date
    #[arg(long)]
    pub check: bool,
}

#[derive(Debug, Args)]
pub struct CheckArgs {
    #[command(flatten)]
    pub programs: Programs,
    #[command(flatten)]
    pub variables: Variables,
    /// Check the document in a file, or on standard input (`-`), instead of the live secret
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Check only this secret: an id as declared, a name or an ARN
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
    /// Check the version with this staging label (default: as declared)
    #[arg(long, value_name = "STAGE", conflicts_with_all = ["file", "version_id"])]
    pub stage: Option<String>,
    /// Check the version with this version id
    #[arg(long, value_name = "VERSION", conflicts_with = "file")]
    pub version_id: Option<String>,
    #[command(flatten)]
    pub place: Where,
}

impl Scope {
    /// `--manifest-path`, passed on to cargo.
    pub fn manifest(&self) -> impl Iterator<Item = OsString> {
        self.manifest_path.iter().flat_map(|path| ["--manifest-path".into(), path.into()])
    }

    /// Whether a type was chosen, by its full path or the end of it.
    pub fn has_type(&self, path: &str) -> bool {
        let is = |name: &String| {
            path.strip_suffix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with("::"))
        };
        self.types.is_empty() || self.types.iter().any(is)
    }
}

impl Programs {
    /// Whether the workspace is built, because no program is given.
    pub fn are_built(&self) -> bool {
        self.bin.is_empty() && self.descriptors.is_empty()
    }

    /// The arguments for `cargo build`.
    pub fn build_arguments(&self) -> Vec<OsString> {
        self.build.arguments(&self.scope)
    }
}

impl PullArgs {
    /// The arguments for `cargo build`.
    pub fn build_arguments(&self) -> Vec<OsString> {
        self.build.arguments(&self.scope)
    }
}

impl Build {
    fn arguments(&self, scope: &Scope) -> Vec<OsString> {
        let Build { release, profile, features, all_features, no_default_features, target, locked, offline } = self;
        let mut arguments: Vec<OsString> = scope.manifest().collect();
        let options = [("--package", &scope.package), ("--features", features)];
        let given = options.into_iter().flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
        let single = [("--profile", profile), ("--target", target)];
        let single = single.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
        arguments.extend(given.chain(single).flat_map(|(name, value)| [name.into(), value.into()]));
        let flags = [
            ("--workspace", scope.package.is_empty()),
            ("--release", *release),
            ("--all-features", *all_features),
            ("--no-default-features", *no_default_features),
            ("--locked", *locked),
            ("--offline", *offline),
        ];
        arguments.extend(flags.into_iter().filter(|(_, is_given)| *is_given).map(|(flag, _)| flag.into()));
        arguments
    }
}

impl Variables {
    #[cfg(test)]
    pub fn of(given: &[(&str, &str)]) -> Self {
        Self { given: given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect() }
    }

    /// The value of a placeholder: from `--var`, else from the environment.
    pub fn lookup(&self, name: &str) -> Option<String> {
        let environment = || std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
        self.explicit(name).map(str::to_owned).or_else(environment)
    }

    /// Warns about a `--var` that no id uses: with a misspelt name, the environment's value silently applies.
    pub fn note_unused<'i>(&self, ids: impl Iterator<Item = &'i str>, output: &Output) {
        let known: Vec<&str> = ids.flat_map(id::variables).collect();
        for (name, _) in self.given.iter().filter(|(name, _)| !known.contains(&name.as_str())) {
            match nearest(name, known.iter().copied()) {
                Some(near) => {
                    output.note(format_args!("no id has the placeholder {{{name}}} of --var; did you mean {near}?"));
                }
                None => output.note(format_args!("no id has the placeholder {{{name}}} of --var")),
            }
        }
    }

    /// The value that `--var` gives; the last one wins.
    pub fn explicit(&self, name: &str) -> Option<&str> {
        self.given.iter().rev().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }
}

/// `NAME=VALUE`
fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_type_is_chosen_by_its_path_or_the_end_of_it() {
        let scope = |name: &str| Scope { package: Vec::new(), types: vec![name.to_owned()], manifest_path: None };
        assert!(scope("OrdersDb").has_type("orders::db::OrdersDb"));
        assert!(scope("db::OrdersDb").has_type("orders::db::OrdersDb"));
        assert!(!scope("Db").has_type("orders::db::OrdersDb"));
    }
}
