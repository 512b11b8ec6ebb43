//! `policy`: the IAM policy that a program needs.

use std::collections::BTreeSet;

use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use secrets_runtime::__tools::{Arn, Declared};

use crate::cli::{PolicyArgs, Variables};
use crate::failure::Failure;
use crate::live::{self, Wanted};
use crate::output::{self, Output, Verdict};
use crate::policy::{self, Needs, Place, Statement};
use crate::program::{self, Declaration};

pub(super) fn run(arguments: &PolicyArgs, output: &Output) -> Result<Verdict, Failure> {
    let declarations = program::declarations(&arguments.programs, output)?;
    let ids = ids(&declarations, arguments)?;
    let needs =
        Needs { ids: &ids, keys: &arguments.kms_key, replicas: &arguments.replica_region, has_batch: arguments.batch };
    let place = if needs.place() { Some(place(arguments, output)?) } else { None };
    let statements = needs.statements(place.as_ref()).map_err(Failure::new)?;
    output::result(&policy::render(&statements, arguments.output))?;
    note(&statements);
    Ok(Verdict::Holds)
}

/// What a managed policy may have, white space not counted:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>.
const LONGEST: usize = 6_144;

fn note(statements: &[Statement]) {
    output::note("ids that the program gives to `load_from` are not in it; add them with --extra-id");
    let length = policy::document(statements).to_string().len();
    if length > LONGEST {
        output::note(format_args!(
            "it has {length} characters, and a managed policy at most {LONGEST}: choose with --type or -p, and make several"
        ));
    }
}

/// The declared ids, resolved, and those given besides.
fn ids(declarations: &[Declaration], arguments: &PolicyArgs) -> Result<Vec<String>, Failure> {
    let declared = declarations.iter().map(|declared| resolved(&declared.descriptor.id, &arguments.variables));
    let extra = arguments.extra_id.iter().map(|id| given(id));
    let ids: BTreeSet<String> = declared.chain(extra).collect::<Result<_, _>>()?;
    Ok(ids.into_iter().collect())
}

/// An id with what its variables stand for. A variable of the environment that is the whole id may be a secret's value, put
/// there in place of its name: then it is written only if it is an ARN.
fn resolved(id: &str, variables: &Variables) -> Result<String, Failure> {
    let wanted = Wanted { id: id.to_owned(), stage: "AWSCURRENT".to_owned() };
    let declared = live::resolve(&wanted, variables)?;
    let whole = id.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).filter(|name| !name.contains('{'));
    match whole {
        Some(name) if variables.explicit(name).is_none() && Arn::parse(declared.id()).is_none() => {
            Err(Failure::new(format!("secret {id:?} has an unusable id: {name} holds no ARN")).help(format!(
                "a name would be written into the policy, and might be a secret's value: give `--var {name}=..`"
            )))
        }
        _ => Ok(declared.id().to_owned()),
    }
}

/// An id of the command line, which may stand for many.
fn given(id: &str) -> Result<String, Failure> {
    let is_id = !id.contains('{') && Declared::resolve(&id.replace('*', "x"), "AWSCURRENT", |_| None).is_ok();
    if is_id {
        return Ok(id.to_owned());
    }
    Err(Failure::new(format!("{id:?} is neither the name nor the ARN of a secret"))
        .help("a name may have `*` for what the program puts in: `--extra-id 'tenants/*'`"))
}

/// Where the secrets are: as the flags say, else where the caller is.
fn place(arguments: &PolicyArgs, output: &Output) -> Result<Place, Failure> {
    let PolicyArgs { region, account, partition, .. } = arguments;
    let partition = |region: &str| partition.clone().unwrap_or_else(|| policy::partition_of(region).to_owned());
    if let (Some(region), Some(account)) = (region, account) {
        return Ok(Place { partition: partition(region), region: region.clone(), account: account.clone() });
    }
    output.verbose(format_args!("asking for the caller's region and identity"));
    live::runtime()?.block_on(async {
        let config = aws_config::defaults(BehaviorVersion::latest()).load().await;
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

/// The partition and the account of the caller.
async fn identity(config: &SdkConfig, region: &str) -> Result<(String, String), Failure> {
    let region = aws_config::Region::new(region.to_owned());
    let config = aws_sdk_sts::config::Builder::from(config).region(region).build();
    let answer = aws_sdk_sts::Client::from_conf(config).get_caller_identity().send().await;
    let answer = answer.map_err(|error| nobody(&reason(&error)))?;
    let arn = answer.arn().unwrap_or_default();
    match (arn.split(':').nth(1), answer.account()) {
        (Some(partition), Some(account)) => Ok((partition.to_owned(), account.to_owned())),
        _ => Err(nobody("the answer to sts:GetCallerIdentity has no account")),
    }
}

fn nobody(reason: &str) -> Failure {
    Failure::new(format!("cannot tell whose account the policy is for: {reason}"))
        .help("give --account and --region, or log in: `aws sso login`, AWS_PROFILE")
}

/// An `SdkError` may own the whole answer: only its kind is told.
fn reason<E: ProvideErrorMetadata>(error: &SdkError<E>) -> String {
    match error {
        SdkError::TimeoutError(_) => "STS did not answer in time".to_owned(),
        SdkError::DispatchFailure(failure) if failure.is_io() || failure.is_timeout() => {
            "STS could not be reached".to_owned()
        }
        SdkError::DispatchFailure(_) => "there are no AWS credentials".to_owned(),
        SdkError::ServiceError(error) => match error.err().code() {
            Some(code) if code.bytes().all(|byte| byte.is_ascii_alphanumeric()) => format!("STS refuses ({code})"),
            _ => "STS refuses".to_owned(),
        },
        _ => "STS could not be asked".to_owned(),
    }
}
