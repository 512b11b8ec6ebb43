//! The whole workflow: pull, build, an edit breaks the secret, `check` rejects it, after the next `pull` the compiler rejects it, repair,
//! success.

use crate::support::Session;

const DECLARED: &str = r#"
use secrets_runtime::{Secret, SecretString};

/// Credentials of the orders database.
#[derive(Secret)]
#[secret(id = "{APP_ENV}/orders/db", schema = "secrets/orders-db.schema.json")]
#[expect(dead_code, reason = "an example")]
struct OrdersDb {
    username: String,
    #[secret(length(min = 12))]
    password: SecretString,
    #[secret(public)]
    HOST: String,
    #[secret(public, default = 5432)]
    port: u16,
}

fn main() {
    let secrets = secrets_runtime::Secrets::new(secrets_runtime::source::Memory::new());
    drop(secrets.live::<OrdersDb>());
}
"#;

const STORED: &str = r#"{"username": "orders", "password": "0123456789ab", "host": "db.internal", "port": 5432}"#;
const RENAMED: &str =
    r#"{"username": "orders", "password": "0123456789ab", "hostname": "db.internal", "port": "5432"}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_pulled_built_broken_refused_twice_repaired_and_accepted() {
    let session = Session::new("story", "orders").with("APP_ENV", "story");
    session.source(&DECLARED.replace("HOST", "host"));
    session.emulator.create("story/orders/db", STORED).await;

    // Before the first pull nothing builds, and the error says why.
    let refused = session.run("list");
    assert!(
        refused.stderr.contains(
            "note: orders/secrets/orders-db.schema.json does not exist: if the build needs it, run `cargo secrets pull`"
        ),
        "{}",
        refused.stderr
    );
    assert_eq!(refused.ended(2), "");

    // Pulls and builds.
    let pulled = session.run("pull").ended(0);
    assert_eq!(
        pulled,
        "written    orders/secrets/orders-db.schema.json  story/orders/db (declared {APP_ENV}/orders/db)\n"
    );
    assert_eq!(session.read("orders/secrets/orders-db.schema.json"), PULLED);
    let pulled = session.run("pull").ended(0);
    assert_eq!(
        pulled,
        "unchanged  orders/secrets/orders-db.schema.json  story/orders/db (declared {APP_ENV}/orders/db)\n"
    );
    assert_eq!(session.run("check").ended(0), FITS);

    // The secret changes: a key is renamed.
    session.put("story/orders/db", RENAMED).await;
    let checked = session.run("check");
    assert!(
        checked.stderr.contains("orders-db.schema.json is out of date: run `cargo secrets pull`"),
        "{}",
        checked.stderr
    );
    assert_eq!(
        checked.ended(1),
        "does not fit  story/orders/db  orders::OrdersDb\n\
    \x20 declared {APP_ENV}/orders/db\n\
        \x20 is arn:aws:secretsmanager:eu-central-1:123456789012:secret:story/orders/db-??????\n\
        \x20 host: expected a string, found nothing\n"
    );
    assert_eq!(
        session.run("pull --check").ended(1),
        "out of date  orders/secrets/orders-db.schema.json  story/orders/db (declared {APP_ENV}/orders/db)\n\
        \x20 host: gone\n\
        \x20 hostname: new, a string\n\
        \x20 port: was an integer, is a string\n"
    );
    assert_eq!(session.read("orders/secrets/orders-db.schema.json"), PULLED, "`--check` only looks");
    session.run("pull").ended(0);

    // The compiler rejects the field.
    let refused = session.run("check");
    assert!(
        refused.stderr.contains("`host`") && refused.stderr.contains("orders/src/main.rs:13"),
        "{}",
        refused.stderr
    );
    refused.ended(2);

    // After the repair, everything passes.
    session.source(&DECLARED.replace("HOST", "hostname"));
    assert_eq!(session.run("check").ended(0), FITS);
}

const FITS: &str = "fits          story/orders/db  orders::OrdersDb\n\
    \x20 declared {APP_ENV}/orders/db\n\
    \x20 is arn:aws:secretsmanager:eu-central-1:123456789012:secret:story/orders/db-??????\n";

const PULLED: &str = r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "{APP_ENV}/orders/db",
  "type": "object",
  "properties": {
    "username": {
      "type": "string"
    },
    "password": {
      "type": "string"
    },
    "host": {
      "type": "string"
    },
    "port": {
      "type": "integer"
    }
  },
  "required": [
    "username",
    "password",
    "host",
    "port"
  ]
}
"#;
