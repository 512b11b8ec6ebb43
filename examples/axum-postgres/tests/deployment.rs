//! The files in `examples/ecs`: the template passes CloudFormation's linter, and the example service runs with what it creates on the
//! emulator.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, SystemTime};

use secrets_example_axum_postgres::database::OrdersDb;
use secrets_example_axum_postgres::figures;
use secrets_runtime::{NamedSecret, Secrets, source::Memory};
use secrets_tests::{Emulator, Postgres, Proxy, REGION, Reply, get_page, lint_template, read_template};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../ecs").join(name)
}

#[test]
fn the_linter_has_nothing_against_the_templates() {
    for name in ["base.yaml", "template.yaml", "rotation.yaml"] {
        assert_eq!(lint_template(&file(name)), "", "{name}");
    }
}

/// A VPC with everything that the template requires.
const NETWORK: &str = r#"{"Resources": {
    "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
    "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.0.0/24"}},
    "Database": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "-", "VpcId": {"Ref": "Vpc"}}}},
    "Outputs": {"Vpc": {"Value": {"Ref": "Vpc"}}, "Subnet": {"Value": {"Ref": "Subnet"}},
        "Database": {"Value": {"Fn::GetAtt": ["Database", "GroupId"]}}}}"#;

/// Creates a stack and returns its outputs.
async fn create(
    emulator: &Emulator,
    name: &str,
    template: &str,
    parameters: &[(&str, &str)],
) -> BTreeMap<String, String> {
    let mut form = format!("Action=CreateStack&StackName={name}&TemplateBody={}", escaped(template));
    for (nth, (key, value)) in (1..).zip(parameters) {
        let member = format!("Parameters.member.{nth}");
        form = format!("{form}&{member}.ParameterKey={key}&{member}.ParameterValue={}", escaped(value));
    }
    emulator.cloudformation(&form).await;
    let stack = emulator.cloudformation(&format!("Action=DescribeStacks&StackName={name}")).await;
    assert!(stack.contains("<StackStatus>CREATE_COMPLETE</StackStatus>"), "{stack}");
    elements(&stack, "OutputKey").into_iter().zip(elements(&stack, "OutputValue")).collect()
}

fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |text, byte| text + &format!("%{byte:02X}"))
}

/// The texts of all elements with this name.
fn elements(xml: &str, name: &str) -> Vec<String> {
    let (start, end) = (format!("<{name}>"), format!("</{name}>"));
    xml.split(&start).skip(1).filter_map(|rest| Some(rest.split_once(&end)?.0.to_owned())).collect()
}

/// The logical ids of a template's resources, optionally only those of one type.
fn resources(template: &Value, of_type: Option<&str>) -> BTreeSet<String> {
    let resources = template["Resources"].as_object().expect("resources").iter();
    let chosen = resources.filter(|(_, resource)| of_type.is_none_or(|of_type| resource["Type"] == of_type));
    chosen.map(|(id, _)| id.clone()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_service_runs_on_what_the_stack_creates() {
    let emulator = Emulator::with_cloudformation();
    let postgres = Postgres::start().await;
    let network = create(&emulator, "network", NETWORK, &[]).await;
    let template = std::fs::read_to_string(file("template.yaml")).expect("the template");
    let parameters = [
        ("Image", "orders:1"),
        ("Tasks", "2"),
        ("VpcId", &network["Vpc"]),
        ("SubnetIds", &network["Subnet"]),
        ("DatabaseSecurityGroup", &network["Database"]),
        ("DatabaseHost", "127.0.0.1"),
        ("DatabasePort", &postgres.port().to_string()),
        ("DatabaseName", "postgres"),
    ];
    let outputs = create(&emulator, "orders", &template, &parameters).await;

    // Creates everything except what the emulator's CloudFormation does not support.
    let parsed = read_template(&file("template.yaml"));
    let made = emulator.cloudformation("Action=DescribeStackResources&StackName=orders").await;
    let made: BTreeSet<String> = elements(&made, "LogicalResourceId").into_iter().collect();
    let missing: BTreeSet<String> = resources(&parsed, None).difference(&made).cloned().collect();
    assert_eq!(missing, resources(&parsed, Some("AWS::CloudWatch::Alarm")));

    assert_eq!(policy(&emulator, &outputs).await, policy_of_the_program(&outputs["KeyArn"]));

    // The manual step in docs/guides/ecs.md: the database gets the generated password.
    let secret = emulator.client().get_secret_value().secret_id(&outputs["SecretArn"]).send().await.expect("created");
    let document: Value = serde_json::from_str(secret.secret_string().expect("text")).expect("JSON");
    let (user, password) = (document["username"].as_str().expect("a user"), document["password"].as_str());
    let password = password.filter(|password| password.len() == 32).expect("a generated password");
    postgres.run("create table orders (id int); insert into orders select generate_series(1, 3)").await;
    postgres.run(&format!("create role {user} login password '{password}'; grant select on orders to {user}")).await;

    let mut service = Service::start(&emulator, &container(&emulator).await).await;
    assert!(service.get("/orders").await.ends_with("3 orders\n"));
    assert!(service.get("/ready").await.starts_with("HTTP/1.0 200"));
    assert!(health_check(&parsed, service.address).await.success());
    let written = [service.line().await, service.line().await];
    assert!(
        written[0].contains(r#""secrets_degraded":0"#) && written[1].contains(r#""secrets_refused":0"#),
        "{written:?}"
    );
    assert!(!written.concat().contains(password));
    let address = service.address;
    service.stops().await;
    assert!(!health_check(&parsed, address).await.success(), "nobody is there");
}

/// The health check that ECS runs in the container, with the test's address.
async fn health_check(template: &Value, address: SocketAddr) -> ExitStatus {
    let container = &template["Resources"]["TaskDefinition"]["Properties"]["ContainerDefinitions"][0];
    let command = container["HealthCheck"]["Command"].as_array().expect("a command").iter();
    let command: Vec<_> = command.map(|word| word.as_str().expect("text")).collect();
    let image = std::fs::read_to_string(file("Dockerfile")).expect("the image");
    assert!(command[0] == "CMD" && image.contains(&format!("COPY --from=build {0} {0}\n", command[1])), "{command:?}");
    let mut program = Command::new(env!("CARGO_BIN_EXE_axum-postgres"));
    let program = program.args(&command[2..]).env_clear().env("LISTEN", address.to_string()).stderr(Stdio::null());
    program.status().await.expect("it starts")
}

/// The policy of the created task role.
async fn policy(emulator: &Emulator, outputs: &BTreeMap<String, String>) -> Value {
    let role = outputs["TaskRoleArn"].rsplit('/').next().expect("a name");
    let form = format!("Action=GetRolePolicy&Version=2010-05-08&RoleName={role}&PolicyName=secrets");
    let answer = emulator.iam(&form).await;
    // The emulator stores a template's policy in Python syntax.
    serde_json::from_str(&elements(&answer, "PolicyDocument")[0].replace('\'', "\"")).expect("JSON")
}

/// The output of `cargo secrets policy` for the program. The tests of `cargo-secrets` compare it with the template.
fn policy_of_the_program(key: &str) -> Value {
    let secret = format!("arn:aws:secretsmanager:{REGION}:123456789012:secret:prod/orders/db-??????");
    json!({"Version": "2012-10-17", "Statement": [
        {"Sid": "ReadSecrets", "Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": [secret]},
        {"Sid": "DecryptSecrets", "Effect": "Allow", "Action": "kms:Decrypt", "Resource": [key],
            "Condition": {"StringEquals": {"kms:ViaService": [format!("secretsmanager.{REGION}.amazonaws.com")]}}},
    ]})
}

/// The container in the stack's task definition.
async fn container(emulator: &Emulator) -> Value {
    let answer = emulator.ecs("DescribeTaskDefinition", r#"{"taskDefinition": "orders-prod"}"#).await;
    let answer: Value = serde_json::from_str(&answer).expect("JSON");
    answer["taskDefinition"]["containerDefinitions"][0].clone()
}

/// The program of the example.
struct Service {
    child: Child,
    output: Lines<BufReader<ChildStdout>>,
    address: SocketAddr,
    _credentials: Proxy,
}

impl Service {
    /// Starts the program like ECS does: with the environment of the task definition and the agent's credentials endpoint. The test chooses
    /// the port and the emulator's endpoint.
    async fn start(emulator: &Emulator, container: &Value) -> Self {
        let credentials = Proxy::answering(Reply::new(
            200,
            r#"{"AccessKeyId":"AKIDOFTHETASKROLE","SecretAccessKey":"key","Token":"session","Expiration":"2099-01-01T00:00:00Z"}"#,
        ))
        .await;
        let mut command = Command::new(env!("CARGO_BIN_EXE_axum-postgres"));
        command.env_clear().stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        for variable in container["environment"].as_array().expect("variables") {
            command.env(variable["name"].as_str().expect("a name"), variable["value"].as_str().expect("a value"));
        }
        command.env("AWS_CONTAINER_CREDENTIALS_FULL_URI", format!("{}/v2/credentials/task", credentials.endpoint()));
        command.env("AWS_ENDPOINT_URL", emulator.endpoint()).env("LISTEN", "127.0.0.1:0");
        let mut child = command.spawn().expect("it starts");
        let mut output = BufReader::new(child.stdout.take().expect("piped")).lines();
        let first = next(&mut output).await;
        let address = first.strip_prefix("listening on http://").and_then(|address| address.parse().ok());
        let address = address.unwrap_or_else(|| panic!("{first}"));
        Self { child, output, address, _credentials: credentials }
    }

    async fn line(&mut self) -> String {
        next(&mut self.output).await
    }

    async fn get(&self, path: &str) -> String {
        get_page(self.address, path).await
    }

    /// Stops it like ECS does.
    async fn stops(mut self) {
        let pid = self.child.id().expect("it runs").to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().await.expect("`kill` runs").success());
        let ended = tokio::time::timeout(Duration::from_secs(20), self.child.wait()).await.expect("within ECS's 30 s");
        assert!(ended.expect("it ran").success(), "it ends by itself");
    }
}

/// The next line of a program's output.
async fn next(output: &mut Lines<BufReader<ChildStdout>>) -> String {
    let line = tokio::time::timeout(Duration::from_mins(1), output.next_line()).await.expect("within a minute");
    line.expect("text").expect("a line")
}

#[tokio::test]
async fn each_alarm_watches_a_figure_that_the_service_writes() {
    let text = r#"{"username": "orders", "password": "of-the-test", "host": "db.internal", "dbname": "orders"}"#;
    let secrets = Secrets::builder().placeholder("APP_ENV", "prod").build(Memory::new().with("prod/orders/db", text));
    let _live = secrets.live::<OrdersDb>().await.expect("live");
    let template = read_template(&file("template.yaml"));
    let container = &template["Resources"]["TaskDefinition"]["Properties"]["ContainerDefinitions"][0];
    let variables = container["Environment"].as_array().expect("variables");
    let namespace = variables.iter().find(|variable| variable["Name"] == "METRICS_NAMESPACE").expect("a namespace");

    let lines = figures::lines(&secrets.health(), "the namespace", SystemTime::now());
    let figures: BTreeSet<(String, Option<String>)> = lines.iter().flat_map(figures_of).collect();
    let alarms = resources(&template, Some("AWS::CloudWatch::Alarm"));
    // One is for people, who ask which version each task serves.
    assert_eq!(alarms.len(), figures.len() - 1, "{figures:?}");
    assert!(figures.iter().any(|(name, _)| name == "secrets_version_created_seconds"), "{figures:?}");
    for alarm in alarms {
        let alarm = &template["Resources"][&alarm]["Properties"];
        assert_eq!(alarm["Namespace"], namespace["Value"]);
        let id = alarm["Dimensions"][0]["Value"]["Fn::Sub"].as_str().map(|id| id.replace("${Environment}", "prod"));
        let watched = (alarm["MetricName"].as_str().expect("a name").to_owned(), id);
        assert!(figures.contains(&watched), "{watched:?} is not in {figures:?}");
    }
    assert!(lines.iter().all(|line| !line.to_string().contains("of-the-test")));
}

#[test]
fn that_nobody_looks_any_more_is_degraded() {
    let text = r#"{"username": "orders", "password": "of-the-test", "host": "db.internal", "dbname": "orders"}"#;
    let secrets = Secrets::builder().placeholder("APP_ENV", "prod").build(Memory::new().with("prod/orders/db", text));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let _live = runtime.block_on(secrets.live::<OrdersDb>()).expect("live");
    let degraded =
        || figures::lines(&secrets.health(), "the namespace", SystemTime::now())[0]["secrets_degraded"].clone();
    assert_eq!(degraded(), json!(0));
    // Ends the polling task.
    drop(runtime);
    assert_ne!(degraded(), json!(0));
}

/// The metrics that CloudWatch extracts from a line: name, and value of the dimension `id`.
fn figures_of(line: &Value) -> Vec<(String, Option<String>)> {
    let directive = &line["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(directive["Namespace"], "the namespace");
    assert!(line["_aws"]["Timestamp"].as_u64().is_some_and(|timestamp| timestamp > 1_700_000_000_000), "milliseconds");
    let id = match &directive["Dimensions"] {
        dimensions if *dimensions == json!([[]]) => None,
        dimensions => {
            assert_eq!(*dimensions, json!([["id"]]));
            Some(line["id"].as_str().expect("the dimension is in the line").to_owned())
        }
    };
    let metrics = directive["Metrics"].as_array().expect("metrics").iter();
    metrics
        .map(|metric| {
            let name = metric["Name"].as_str().expect("a name");
            assert!(line[name].is_number(), "{name} is in the line");
            (name.to_owned(), id.clone())
        })
        .collect()
}

#[test]
fn the_image_is_built_of_the_whole_workspace() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace");
    let cargo = std::process::Command::new(env!("CARGO")).current_dir(&root).args(["metadata", "--no-deps"]).output();
    let metadata: Value = serde_json::from_slice(&cargo.expect("cargo runs").stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let ignored = std::fs::read_to_string(file("Dockerfile.dockerignore")).expect("patterns");
    let ignored: Vec<&str> = ignored.lines().filter(|line| !line.starts_with('#')).collect();
    assert!(packages.len() > 5 && ignored.contains(&"target"), "{ignored:?}");
    for package in packages {
        let manifest = Path::new(package["manifest_path"].as_str().expect("a path"));
        let manifest = manifest.strip_prefix(&root).expect("in the workspace");
        let is_ignored = ignored.iter().any(|pattern| manifest.starts_with(pattern));
        assert!(!is_ignored, "{} is not copied, and cargo reads it", manifest.display());
    }
}

#[test]
fn the_program_reads_the_secret_by_itself_with_the_task_role() {
    let template = read_template(&file("template.yaml"));
    let task = &template["Resources"]["TaskDefinition"]["Properties"];
    assert_eq!(task["TaskRoleArn"], json!({"Fn::GetAtt": ["TaskRole", "Arn"]}));
    assert_eq!(task["ExecutionRoleArn"], json!({"Fn::GetAtt": ["ExecutionRole", "Arn"]}));
    assert_eq!(task["ContainerDefinitions"][0]["Secrets"], Value::Null, "nothing is injected");
    let execution = &template["Resources"]["ExecutionRole"]["Properties"];
    assert_eq!(execution["Policies"], Value::Null, "and the agent may read none");
    let name = &template["Resources"]["OrdersDb"]["Properties"]["Name"]["Fn::Sub"];
    let declared = name.as_str().map(|name| name.replace("${Environment}", "{APP_ENV}"));
    assert_eq!(declared.as_deref(), Some(OrdersDb::ID));
}
