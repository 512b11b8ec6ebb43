//! Simulates a fleet that starts at the same instant, polls, and loses access to its database in a rotation. Measures the
//! calls in the worst second.
//!
//! Each task is a real `Secrets`, in paused time. The service answers after a delay and throttles calls beyond its quota. A
//! throttled batch falls back to single calls for five minutes, as in the AWS source. Retries of the SDK itself are not modelled.

use std::future::ready;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use secrets_runtime::{
    ErrorKind, Retry, Secret, Secrets, Snapshot,
    source::{Fetched, Request, Source, SourceError},
};
use tokio::time::{Instant, sleep, sleep_until};

use crate::plot::{Line, Panel, plot};
use crate::rows::{self, Row};

const TASKS: u64 = 10_000;
const SECRETS: usize = 5;
const LATENCY: Duration = Duration::from_millis(20);
const INTERVAL: Duration = Duration::from_mins(5);
/// Quotas in calls per second and account: <https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html>.
const GETS: u32 = 10_000;
const BATCHES: u32 = 100;
/// When the database gets a new password.
const ROTATION: Duration = Duration::from_secs(700);
/// The time until the new password is the current version.
const WINDOW: Duration = Duration::from_secs(5);
const END: Duration = Duration::from_secs(1_000);

#[derive(Secret)]
struct Login {
    version: u64,
}

/// Prints the peaks and draws the calls over time.
pub fn peaks() {
    let runs = RUNS.map(|run| (run, run.simulate()));
    rows::title(&format!(
        "a fleet of {} tasks with {SECRETS} secrets each, started in one instant: peak calls per second (quotas {} and {BATCHES})",
        rows::grouped(TASKS),
        rows::grouped(u64::from(GETS)),
    ));
    for (run, story) in &runs {
        Row::new(run.name(), format!("{}; the last up after {} s", story.peak(0, 60), story.up.seconds())).print();
    }
    rows::title("the same, polling every 5 minutes");
    for (run, story) in &runs {
        Row::new(run.name(), story.peak(60, 700)).print();
    }
    rows::title("the same, all locked out at once for 5 s by a rotation");
    for (run, story) in &runs {
        let back = story.back.seconds().saturating_sub(ROTATION.as_secs());
        Row::new(run.name(), format!("{}; the last back after {back} s", story.peak(700, 760))).print();
    }
    for (run, story) in runs.iter().filter(|(_, story)| story.failures > 0) {
        Row::new(format!("{}: never got there", run.name()), rows::grouped(story.failures)).print();
    }
    draw(&runs);
}

/// How a fleet fetches secrets.
#[derive(Clone, Copy)]
struct Run {
    who: Who,
    batches: Batches,
}

#[derive(Clone, Copy, PartialEq)]
enum Who {
    Ours,
    /// Retries after exactly a second, and polls at exact intervals.
    WithoutJitter,
}

#[derive(Clone, Copy, PartialEq)]
enum Batches {
    Off,
    On,
}

const RUNS: [Run; 4] = [
    Run { who: Who::Ours, batches: Batches::Off },
    Run { who: Who::WithoutJitter, batches: Batches::Off },
    Run { who: Who::Ours, batches: Batches::On },
    Run { who: Who::WithoutJitter, batches: Batches::On },
];

impl Run {
    fn name(self) -> &'static str {
        match (self.who, self.batches) {
            (Who::Ours, Batches::Off) => "ours",
            (Who::WithoutJitter, Batches::Off) => "without jitter",
            (Who::Ours, Batches::On) => "ours, batches on",
            (Who::WithoutJitter, Batches::On) => "without jitter, batches on",
        }
    }

    fn simulate(self) -> Story {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        fastrand::seed(10);
        runtime.expect("a runtime").block_on(async {
            let service = Arc::new(Service { begin: Instant::now(), story: Mutex::default() });
            let tasks: Vec<_> = (0..TASKS).map(|_| tokio::spawn(self.task(Arc::clone(&service)))).collect();
            for task in tasks {
                task.await.expect("no panic");
            }
            std::mem::take(&mut *service.story())
        })
    }

    async fn task(self, service: Arc<Service>) {
        let batch_from = Mutex::new((self.batches == Batches::On).then(Instant::now));
        let client = Client { service: Arc::clone(&service), batch_from };
        let got_there = match self.who {
            Who::Ours => ours(client).await,
            Who::WithoutJitter => without_jitter(client).await,
        };
        if !got_there {
            service.story().failures += 1;
        }
    }
}

/// Returns whether the task succeeded.
async fn ours(client: Client) -> bool {
    let service = Arc::clone(&client.service);
    let secrets = Secrets::new(client);
    let ids = (0..SECRETS).map(|number| format!("secret/{number}"));
    let Ok(lives) = secrets.live_many::<Login>(ids).await else { return false };
    service.is_up();
    service.until(ROTATION).await;
    let log_in = |login: Snapshot<Login>| ready(if service.admits(login.version) { Ok(()) } else { Err(()) });
    let is_back = lives[0].attempt(Retry::on(|(): &()| true), log_in).await.is_ok();
    if is_back {
        service.is_back();
    }
    service.until(END).await;
    is_back
}

async fn without_jitter(client: Client) -> bool {
    const PAUSE: Duration = Duration::from_secs(1);

    let service = &client.service;
    let mut missing = SECRETS;
    while missing > 0 {
        missing = client.get(missing).await.iter().filter(|answer| answer.is_none()).count();
        sleep(PAUSE).await;
    }
    service.is_up();
    for poll in 1..=2 {
        service.until(INTERVAL * poll).await;
        client.get(SECRETS).await;
    }
    service.until(ROTATION).await;
    while !client.get(1).await.iter().flatten().any(|&version| service.admits(version)) {
        sleep(PAUSE).await;
    }
    service.is_back();
    service.until(INTERVAL * 3).await;
    client.get(SECRETS).await;
    service.until(END).await;
    true
}

/// The service and the database.
struct Service {
    begin: Instant,
    story: Mutex<Story>,
}

/// What happened, second by second.
#[derive(Default)]
struct Story {
    seconds: Vec<Second>,
    /// When the last task had all its secrets.
    up: Time,
    /// When the last task could log in again.
    back: Time,
    failures: u64,
}

#[derive(Default, Clone, Copy)]
struct Second {
    gets: u32,
    batches: u32,
}

/// Time since the beginning.
#[derive(Default, Clone, Copy)]
struct Time(Duration);

impl Time {
    /// Rounds up.
    fn seconds(self) -> u64 {
        (self.0 + Duration::from_millis(999)).as_secs()
    }
}

#[derive(Clone, Copy)]
enum Api {
    Get,
    Batch,
}

impl Service {
    fn story(&self) -> MutexGuard<'_, Story> {
        self.story.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn until(&self, time: Duration) {
        sleep_until(self.begin + time).await;
    }

    fn is_up(&self) {
        self.story().up = Time(self.begin.elapsed());
    }

    fn is_back(&self) {
        self.story().back = Time(self.begin.elapsed());
    }

    /// The current version.
    fn version(&self) -> u64 {
        if self.begin.elapsed() < ROTATION + WINDOW { 1 } else { 2 }
    }

    /// Whether the database accepts the password of this version.
    fn admits(&self, version: u64) -> bool {
        version == if self.begin.elapsed() < ROTATION { 1 } else { 2 }
    }

    /// Counts a call. Returns whether it is within the quota.
    fn allows(&self, api: Api) -> bool {
        let second = usize::try_from(self.begin.elapsed().as_secs()).unwrap_or_default();
        let mut story = self.story();
        if story.seconds.len() <= second {
            story.seconds.resize(second + 1, Second::default());
        }
        let Second { gets, batches } = &mut story.seconds[second];
        let (calls, quota) = match api {
            Api::Get => (gets, GETS),
            Api::Batch => (batches, BATCHES),
        };
        *calls += 1;
        *calls <= quota
    }
}

impl Story {
    /// The worst second in this range.
    fn peak(&self, from: usize, to: usize) -> String {
        let seconds = self.seconds.iter().take(to).skip(from);
        let gets = seconds.clone().map(|second| second.gets).max().unwrap_or_default();
        let batches = seconds.map(|second| second.batches).max().unwrap_or_default();
        let singles = format!("{} single", rows::grouped(u64::from(gets)));
        if batches == 0 { singles } else { format!("{} batch, {singles}", rows::grouped(u64::from(batches))) }
    }

    fn line(&self, label: &'static str, class: &'static str, calls: impl Fn(&Second) -> u32) -> Line {
        Line { label, class, values: self.seconds.iter().map(calls).collect() }
    }
}

/// The client of one task.
struct Client {
    service: Arc<Service>,
    /// The earliest time for the next batch call; `None` if batches are off.
    batch_from: Mutex<Option<Instant>>,
}

impl Client {
    /// Fetches the versions of `count` secrets; `None` for throttled ones.
    async fn get(&self, count: usize) -> Vec<Option<u64>> {
        if count > 1 && self.has_batches() {
            sleep(LATENCY).await;
            if self.service.allows(Api::Batch) {
                return vec![Some(self.service.version()); count];
            }
            *self.batch_from() = Some(Instant::now() + Duration::from_mins(5));
        }
        sleep(LATENCY).await;
        (0..count).map(|_| self.service.allows(Api::Get).then(|| self.service.version())).collect()
    }

    fn has_batches(&self) -> bool {
        self.batch_from().is_some_and(|from| Instant::now() >= from)
    }

    fn batch_from(&self) -> MutexGuard<'_, Option<Instant>> {
        self.batch_from.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Source for Client {
    fn batch_size(&self) -> usize {
        if self.has_batches() { 20 } else { 1 }
    }

    async fn fetch(&self, requests: &[Request]) -> Vec<Result<Fetched, SourceError>> {
        let fetched = |answer: Option<u64>| match answer {
            Some(version) => {
                Ok(Fetched::new(format!(r#"{{"version": {version}}}"#)).with_version_id(version.to_string()))
            }
            None => Err(SourceError::new(ErrorKind::Throttled, "")),
        };
        self.get(requests.len()).await.into_iter().map(fetched).collect()
    }
}

fn draw(runs: &[(Run, Story); 4]) {
    let [(_, ours), (_, theirs), (_, ours_in_batches), (_, theirs_in_batches)] = runs;
    let singles = Panel {
        title: "GetSecretValue calls per second",
        quota: GETS,
        lines: vec![
            theirs.line("without jitter", "theirs", |second| second.gets),
            ours.line("ours", "ours", |second| second.gets),
        ],
    };
    let batches = Panel {
        title: "BatchGetSecretValue calls per second, batches on",
        quota: BATCHES,
        lines: vec![
            theirs_in_batches.line("without jitter", "theirs", |second| second.batches),
            ours_in_batches.line("ours", "ours", |second| second.batches),
        ],
    };
    let svg = plot(&[singles, batches], END.as_secs(), &[(0, "start"), (ROTATION.as_secs(), "rotation")]);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fleet.svg");
    std::fs::write(path, svg).expect("the package can be written to");
}
