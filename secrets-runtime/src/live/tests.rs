//! Tests that need a clock that they can set.

use std::time::Duration;

use super::clock::tests::jump;
use super::poller::MAX_SLEEP;
use crate::decode::{Json, Report, Reported};
use crate::secret::{NamedSecret, Secret, SecretValue};
use crate::source::Memory;
use crate::spec::SecretSpec;
use crate::{HealthState, Secrets};
use secrets_shape::shape::Shape;

struct Text(String);

#[diagnostic::do_not_recommend]
impl SecretValue for Text {
    const SHAPE: Shape = Shape::Any;

    fn decode(json: &Json<'_>, _: &mut Report) -> Result<Self, Reported> {
        Ok(Self(json.text().to_owned()))
    }
}

#[diagnostic::do_not_recommend]
impl Secret for Text {
    const SPEC: SecretSpec = SecretSpec::new("Text").stale_after(Duration::from_secs(3600));
}

#[diagnostic::do_not_recommend]
impl NamedSecret for Text {
    const ID: &'static str = "text";
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_jumps_is_noticed_within_half_a_minute_and_does_no_harm() {
    let source = Memory::new().with("text", "{}");
    let secrets = Secrets::new(source.clone());
    let live = secrets.live::<Text>().await.expect("live");
    // The task has made its plans.
    tokio::time::sleep(Duration::from_secs(1)).await;
    for (hours, text) in [(24, r#"{"a":1}"#), (-48, r#"{"a":2}"#), (24, r#"{"a":3}"#)] {
        source.set("text", text);
        let calls = source.calls();
        jump(hours * 3600);
        assert_eq!(live.status().age > Duration::from_secs(82800), hours > 0);
        assert_eq!(secrets.health().state, if hours > 0 { HealthState::Degraded } else { HealthState::Ok });
        // If the wall clock was set back, the monotonic clock decides.
        let soon = if hours > 0 { MAX_SLEEP + Duration::from_secs(1) } else { Duration::from_secs(360) };
        tokio::time::sleep(soon).await;
        assert_eq!(live.read(|text| text.0.clone()), text, "after a jump of {hours} hours");
        assert_eq!(secrets.health().state, HealthState::Ok, "{}", secrets.health());
        assert!(source.calls() - calls <= 2, "{} calls", source.calls() - calls);
    }
}
