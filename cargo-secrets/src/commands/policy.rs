//! `policy`: the IAM policy that a program needs.

mod compare;

use std::collections::BTreeSet;

use aws_config::SdkConfig;
use secrets_runtime::__tools::{Declared, has_empty_endpoint, sdk_config};
use secrets_runtime::source::Selector;
use secrets_shape::id::{Arn, partition_of};
use serde_json::{Value, json};

use crate::cli::{PolicyArgs, Variables};
use crate::failure::Failure;
use crate::live::{self, Wanted};
use crate::output::{Output, Verdict};
use crate::policy::{self, Needs, Place, Statement, Syntax};
use crate::program::{self, Loaded};

pub fn run(arguments: &PolicyArgs, output: &Output) -> Result<Verdict, Failure> {
    let loaded = program::chosen(program::loaded(&arguments.programs, output)?, &arguments.programs)?;
    loaded.iter().try_for_each(Loaded::is_checked)?;
    let declared = loaded.iter().filter_map(|loaded| loaded.declaration.id);
    arguments.variables.note_unused(declared, output);
    let ids = ids(&loaded, arguments)?;
    stages_suffice(&loaded, &arguments.stage)?;
    let PolicyArgs { resource_policy, key_policy, .. } = arguments;
    let needs = Needs {
        ids: &ids,
        keys: &arguments.kms_key,
        replicas: &arguments.replica_region,
        has_batch: arguments.batch,
        stages: &arguments.stage,
        principal: resource_policy.as_ref().or(key_policy.as_ref()).map(String::as_str),
    };
    let place = if needs.place() { Some(place(arguments, output)?) } else { None };
    let statements = match (resource_policy, key_policy) {
        (Some(_), _) => needs.of_secrets(),
        (_, Some(_)) => needs.of_keys(place.as_ref()),
        (None, None) => needs.statements(place.as_ref()).map_err(Failure::new)?,
    };
    if let Some(role) = &arguments.role {
        return compare::with_role(role, &statements, &loaded, arguments, output);
    }
    let text = policy::render(&statements, arguments.output, &arguments.name);
    let json = || {
        vec![
            json!({"syntax": arguments.output, "policy": serde_json::from_str(&text).unwrap_or(Value::from(text.as_str()))}),
        ]
    };
    output.results(|| text.clone(), json)?;
    if needs.principal.is_some() {
        let secrets = needs.secrets(place.as_ref()).join("\n  ");
        output.note(format_args!(
            "attach it in the account of the secret or key; the role needs its own policy as well\n  {secrets}"
        ));
    } else {
        note_ids(arguments, &loaded, output);
        if !arguments.stage.is_empty() {
            output.note(OTHER_STAGES);
        }
        note_length(&statements, output);
    }
    Ok(Verdict::Holds)
}

/// Fails if a type reads a stage that `--stage` would not allow.
fn stages_suffice(loaded: &[Loaded], stages: &[String]) -> Result<(), Failure> {
    let is_missing =
        |loaded: &&Loaded| !stages.is_empty() && !stages.iter().any(|stage| stage == loaded.declaration.stage);
    match loaded.iter().find(is_missing) {
        None => Ok(()),
        Some(Loaded { declaration, .. }) => Err(Failure::new(format!(
            "{} reads {}, which is not among --stage",
            declaration.type_path, declaration.stage
        ))
        .help(format!("add --stage {}", declaration.stage))),
    }
}

/// The size limit of a managed policy, white space not counted:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>.
const LONGEST: usize = 6_144;

/// Noted when `--stage` restricts the policy.
const OTHER_STAGES: &str = "`live` starts on AWSPREVIOUS where the current version is invalid, `with_previous` reads it, and `try_pending` reads \
     AWSPENDING: add --stage for each of these that the program uses";

/// Notes ids that the policy lacks and ids that allow too much.
fn note_ids(arguments: &PolicyArgs, loaded: &[Loaded], output: &Output) {
    let given: Vec<&str> = loaded
        .iter()
        .filter(|loaded| loaded.declaration.id.is_none())
        .map(|loaded| loaded.declaration.type_path)
        .collect();
    if !given.is_empty() && arguments.extra_id.is_empty() {
        let given = given.join(", ");
        output.note(format_args!("{given}: loaded by ids that the program gives; add them with --extra-id"));
    }
    if arguments.extra_id.iter().any(|id| id.trim_start_matches('*').is_empty() || id.ends_with(":secret:*")) {
        output.note("--extra-id '*' allows every secret of the account; say what the ids begin with: 'tenants/*'");
    }
}

fn note_length(statements: &[Statement], output: &Output) {
    let length = policy::document(statements).to_string().len();
    if length > LONGEST {
        output.note(format_args!(
            "it has {length} characters, and a managed policy at most {LONGEST}: choose types with --type, and make several policies"
        ));
    }
}

/// The declared ids with their placeholders resolved, and those of `--extra-id`.
fn ids(loaded: &[Loaded], arguments: &PolicyArgs) -> Result<Vec<String>, Failure> {
    let declared = loaded.iter().filter_map(|loaded| loaded.declaration.id);
    let declared = declared.map(|id| resolved(id, &arguments.variables));
    let extra = arguments.extra_id.iter().map(|id| given(id));
    let ids: BTreeSet<String> = declared.chain(extra).collect::<Result<_, _>>()?;
    Ok(ids.into_iter().collect())
}

/// Resolves an id's placeholders. Where one environment variable is the whole id, somebody may have put the secret's value there instead of
/// its name, so it is written only if it is an ARN.
fn resolved(id: &str, variables: &Variables) -> Result<String, Failure> {
    let wanted = Wanted::staged(id, "AWSCURRENT");
    let declared = live::resolve(&wanted, variables)?;
    let whole = id.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).filter(|name| !name.contains('{'));
    match whole {
        Some(name) if variables.explicit(name).is_none() && Arn::parse(declared.id()).is_none() => {
            Err(Failure::new(format!(
                "secret {id:?} cannot be put into a policy: the value of {name} is not an ARN, and may be a secret"
            ))
            .help(format!("if it is the name of a secret, give it as `--var {name}=NAME`")))
        }
        _ => Ok(declared.id().to_owned()),
    }
}

/// An id from `--extra-id`, which may contain `*`.
fn given(id: &str) -> Result<String, Failure> {
    let is_id = !id.contains('{')
        && Declared::resolve(&id.replace('*', "x"), Selector::Stage("AWSCURRENT".into()), |_| None).is_ok();
    if is_id {
        return Ok(id.to_owned());
    }
    Err(Failure::new(format!("{id:?} is neither the name nor the ARN of a secret"))
        .help("a name may have `*` for what the program puts in: `--extra-id 'tenants/*'`"))
}

/// Where the secrets are: from the flags, else from the caller's credentials.
fn place(arguments: &PolicyArgs, output: &Output) -> Result<Place, Failure> {
    let PolicyArgs { region, account, partition, .. } = arguments;
    let partition = |region: &str| partition.clone().unwrap_or_else(|| partition_of(region).to_owned());
    if let (Some(region), Some(account)) = (region, account) {
        return Ok(Place { partition: partition(region), region: region.clone(), account: account.clone() });
    }
    let is_anywhere = region.is_none() && account.is_none() && arguments.partition.is_none();
    if arguments.output == Syntax::Cloudformation && is_anywhere && arguments.replica_region.is_empty() {
        return Ok(Place::of_deployment());
    }
    output.verbose(format_args!("asking for the caller's region and identity"));
    live::runtime()?.block_on(async {
        let config = sdk_config(None, None).await?;
        let here = config.region().map(ToString::to_string);
        let region = region.clone().or(here).ok_or_else(|| {
            Failure::new("no AWS region is set").help("give --region, or set AWS_REGION, or `region` in the profile")
        })?;
        let (of_caller, caller) = match account {
            Some(account) => (partition(&region), account.clone()),
            None => identity(&config, &region).await?,
        };
        let partition = arguments.partition.clone().unwrap_or(of_caller);
        Ok(Place { partition, region, account: caller })
    })
}

/// The caller's partition and account.
async fn identity(config: &SdkConfig, region: &str) -> Result<(String, String), Failure> {
    let region = aws_config::Region::new(region.to_owned());
    let mut config = aws_sdk_sts::config::Builder::from(config).region(region);
    if has_empty_endpoint() {
        config.set_endpoint_url(None);
    }
    let answer = aws_sdk_sts::Client::from_conf(config.build()).get_caller_identity().send().await;
    let answer = answer.map_err(|error| {
        let (reason, remedy) = live::reason("STS", &error);
        unknown_account(&reason, remedy)
    })?;
    let arn = answer.arn().unwrap_or_default();
    match (arn.split(':').nth(1), answer.account()) {
        (Some(partition), Some(account)) => Ok((partition.to_owned(), account.to_owned())),
        _ => Err(unknown_account("the answer to sts:GetCallerIdentity has no account", None)),
    }
}

fn unknown_account(reason: &str, remedy: Option<String>) -> Failure {
    const GIVE: &str = "give --account and --region";
    Failure::new(format!("cannot tell whose account the policy is for: {reason}"))
        .help(remedy.map_or_else(|| GIVE.to_owned(), |remedy| format!("{GIVE}; or {remedy}")))
}
