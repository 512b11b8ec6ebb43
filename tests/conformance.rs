//! Runs the conformance suite on every source of the runtime and on a custom one, and checks that the suite detects sources
//! that break the contract.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use aws_sdk_secretsmanager::error::ProvideErrorMetadata;
use secrets_runtime::ErrorKind;
use secrets_runtime::source::{Aws, Batch, Fetched, File, Memory, Request, Selector, Source, SourceError};
use secrets_runtime::testing::{SourceHarness, conformance};
use secrets_tests::{Emulator, sdk_config};

/// Harness for a source that wraps `Memory`.
struct InMemory<S> {
    memory: Memory,
    source: S,
}

impl<S: Source> InMemory<S> {
    fn new(source: impl FnOnce(Memory) -> S) -> Self {
        let memory = Memory::new();
        Self { source: source(memory.clone()), memory }
    }
}

impl<S: Source> SourceHarness for InMemory<S> {
    type Source = S;

    fn source(&self) -> &S {
        &self.source
    }

    async fn put(&self, id: &str, text: &str) {
        self.memory.set(id, text);
    }

    async fn delete(&self, id: &str) {
        self.memory.delete(id);
    }
}

#[tokio::test]
async fn the_source_in_memory() {
    conformance(&InMemory::new(|memory| memory)).await.expect("it conforms");
    conformance(&InMemory::new(Memory::boxed)).await.expect("without its type");
    conformance(&InMemory::new(|memory| memory.or(File::new("nowhere.json")))).await.expect("with a fallback");
    let broken = conformance(&InMemory::new(|memory| File::new("nowhere.json").or(memory))).await;
    assert!(broken.is_err(), "a file that is not there is not the same as a secret that is not there");
}

/// Harness for `File`: rewrites the file on each change.
struct InFile {
    path: PathBuf,
    secrets: Mutex<BTreeMap<String, String>>,
    source: File,
}

impl InFile {
    fn write(&self, change: impl FnOnce(&mut BTreeMap<String, String>)) {
        let mut secrets = self.secrets.lock().expect("whole");
        change(&mut secrets);
        std::fs::write(&self.path, serde_json::to_string(&*secrets).expect("JSON")).expect("written");
    }
}

impl SourceHarness for InFile {
    type Source = File;

    fn source(&self) -> &File {
        &self.source
    }

    async fn put(&self, id: &str, text: &str) {
        self.write(|secrets| drop(secrets.insert(id.to_owned(), text.to_owned())));
    }

    async fn delete(&self, id: &str) {
        self.write(|secrets| drop(secrets.remove(id)));
    }
}

#[tokio::test]
async fn the_source_in_a_file() {
    let path = std::env::temp_dir().join(format!("secrets-conformance-{}.json", std::process::id()));
    let harness = InFile { source: File::new(&path), path: path.clone(), secrets: Mutex::default() };
    conformance(&harness).await.expect("it conforms");
    std::fs::remove_file(path).expect("removed");
}

/// Harness for `Aws`: changes the secret through the official client.
struct InAws {
    client: aws_sdk_secretsmanager::Client,
    source: Aws,
}

impl SourceHarness for InAws {
    type Source = Aws;

    fn source(&self) -> &Aws {
        &self.source
    }

    async fn put(&self, id: &str, text: &str) {
        let put = self.client.put_secret_value().secret_id(id).secret_string(text).send().await;
        if put.is_err() {
            self.client.create_secret().name(id).secret_string(text).send().await.expect("created");
        }
    }

    async fn delete(&self, id: &str) {
        let deleted = self.client.delete_secret().secret_id(id).force_delete_without_recovery(true).send().await;
        if let Err(error) = deleted {
            assert_eq!(error.code(), Some("ResourceNotFoundException"));
        }
    }
}

#[tokio::test]
async fn secrets_manager_with_and_without_batches() {
    let emulator = Emulator::start();
    for batch in [Batch::Off, Batch::On] {
        let source = Aws::new(&sdk_config(&emulator.endpoint())).batch(batch);
        conformance(&InAws { client: emulator.client(), source }).await.expect("it conforms");
    }
    let config = aws_sdk_secretsmanager::config::Builder::from(&sdk_config(&emulator.endpoint()));
    let source = Aws::from_conf(config);
    conformance(&InAws { client: emulator.client(), source }).await.expect("with a configuration of the client itself");
}

/// A custom source: a directory with a file per secret, as orchestrators mount them.
struct Mounted(PathBuf);

impl Mounted {
    fn path(&self, id: &str) -> PathBuf {
        self.0.join(id.replace('/', "__"))
    }

    fn answer(&self, request: &Request) -> Result<Fetched, SourceError> {
        if !request.is_current() {
            return Err(SourceError::from(ErrorKind::NotFound).because("a directory has current versions only"));
        }
        let path = self.path(request.id());
        let text = std::fs::read_to_string(&path).map_err(|_| SourceError::from(ErrorKind::NotFound))?;
        Ok(Fetched::new(text))
    }
}

impl Source for Mounted {
    async fn fetch(&self, requests: &[Request]) -> Vec<Result<Fetched, SourceError>> {
        requests.iter().map(|request| self.answer(request)).collect()
    }
}

impl SourceHarness for Mounted {
    type Source = Self;

    fn source(&self) -> &Self {
        self
    }

    async fn put(&self, id: &str, text: &str) {
        std::fs::write(self.path(id), text).expect("written");
    }

    async fn delete(&self, id: &str) {
        let _ = std::fs::remove_file(self.path(id));
    }
}

#[tokio::test]
async fn a_source_that_a_program_brings() {
    let directory = std::env::temp_dir().join(format!("secrets-conformance-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory");
    conformance(&Mounted(directory.clone())).await.expect("it conforms");
    std::fs::remove_dir_all(directory).expect("removed");
}

type Answers = Vec<Result<Fetched, SourceError>>;

/// A broken source: changes the answers of `Memory`.
struct Spoiled(Memory, Spoil);

type Spoil = fn(&[Request], Answers) -> Answers;

impl Source for Spoiled {
    async fn fetch(&self, requests: &[Request]) -> Answers {
        (self.1)(requests, self.0.fetch(requests).await)
    }
}

fn each(answers: Answers, spoil: impl Fn(Fetched) -> Result<Fetched, SourceError>) -> Answers {
    answers.into_iter().map(|answer| answer.and_then(&spoil)).collect()
}

/// A broken source: concurrent calls overwrite each other's requests.
struct Shared(Memory, Mutex<Vec<Request>>);

impl Source for Shared {
    async fn fetch(&self, requests: &[Request]) -> Answers {
        *self.1.lock().expect("whole") = requests.to_vec();
        tokio::task::yield_now().await;
        let requests = self.1.lock().expect("whole").clone();
        self.0.fetch(&requests).await
    }
}

/// A broken source: hangs after a cancelled call.
struct Busy(Memory, AtomicBool);

impl Source for Busy {
    async fn fetch(&self, requests: &[Request]) -> Answers {
        while self.1.swap(true, Relaxed) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::task::yield_now().await;
        let answers = self.0.fetch(requests).await;
        self.1.store(false, Relaxed);
        answers
    }
}

#[tokio::test(start_paused = true)]
async fn what_calls_do_to_each_other_is_found() {
    let broken = conformance(&InMemory::new(|memory| Shared(memory, Mutex::default()))).await.expect_err("mixed up");
    assert!(broken.to_string().contains("do not disturb each other"), "{broken}");
    let broken = conformance(&InMemory::new(|memory| Busy(memory, AtomicBool::new(false)))).await.expect_err("endless");
    assert!(broken.to_string().contains("every call ends"), "{broken}");
}

#[tokio::test]
async fn a_broken_promise_is_found_and_named() {
    let found = |spoil| async move {
        let broken =
            conformance(&InMemory::new(|memory| Spoiled(memory, spoil))).await.expect_err("it breaks a promise");
        assert!(!format!("{broken:?}").contains("canary"));
        broken.to_string()
    };
    let cases: [(Spoil, &str); 9] = [
        (|_, answers| answers.into_iter().rev().collect(), "in the order of the requests"),
        (|_, answers| answers.into_iter().take(3).collect(), "one answer for each request"),
        (|_, answers| answers.into_iter().take(40).collect(), "more than `batch_size` requests"),
        (|_, answers| each(answers, |found| Ok(Fetched::new(found.expose_text().trim()))), "to the last character"),
        (|_, answers| each(answers, |found| Ok(found.with_version_id("1"))), "another version has another id"),
        (|_, answers| each(answers, |found| Ok(found.with_stages(["AWSPENDING"]))), "AWSCURRENT is one of"),
        (
            |_, answers| {
                each(answers, |found| {
                    let text = found.expose_text().to_owned();
                    Ok(found.with_version_id(text))
                })
            },
            "contains a secret's text",
        ),
        (
            |_, answers| answers.into_iter().map(|answer| answer.map_err(SourceError::transient)).collect(),
            "what does not exist is `NotFound`",
        ),
        (
            |requests, answers| {
                let is_current = |request: &Request| *request.selector() == Selector::Stage("AWSCURRENT".into());
                let other =
                    |request: &Request| if is_current(request) { None } else { Some(Ok(Fetched::new("another"))) };
                requests.iter().zip(answers).map(|(request, answer)| other(request).unwrap_or(answer)).collect()
            },
            "AWSPREVIOUS is the version before",
        ),
    ];
    for (spoil, promise) in cases {
        let broken = found(spoil).await;
        assert!(broken.contains(promise), "{promise}: {broken}");
    }
}
