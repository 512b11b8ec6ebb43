//! `sqlx`: one permanent pool, whose new connections log in with the newest version of the secret.

use secrets_runtime::{Error, ExposeSecret, Live, Secret, SecretString, Secrets};
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

/// The orders database and its credentials.
#[derive(Secret)]
#[secret(id = "orders/db", refresh = "1m")]
pub struct OrdersDb {
    username: String,
    password: SecretString,
    #[secret(public)]
    host: String,
    #[secret(public, default = 5432, range(min = 1))]
    port: u16,
    #[secret(public)]
    dbname: String,
}

/// Opens the pool. Existing connections stay open, and new ones log in with the current version.
///
/// # Errors
/// The secret cannot be read.
pub async fn open(secrets: &Secrets, pool: PgPoolOptions) -> Result<PgPool, Error> {
    let db = secrets.live::<OrdersDb>().await?;
    let pool = pool.connect_lazy_with(options(&db.current()));
    tokio::spawn(follow(db, pool.clone()));
    Ok(pool)
}

/// Runs until the pool is closed, and keeps the secret live until then.
async fn follow(db: Live<OrdersDb>, pool: PgPool) {
    let mut changes = db.changes();
    let closed = pool.close_event();
    tokio::pin!(closed);
    loop {
        tokio::select! {
            () = &mut closed => return,
            version = changes.next() => match version {
                Some(version) => pool.set_connect_options(options(&version)),
                None => return,
            },
        }
    }
}

/// The options show the password in their `Debug`, so they are passed only to the pool.
fn options(db: &OrdersDb) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .host(&db.host)
        .port(db.port)
        .database(&db.dbname)
        .username(&db.username)
        .password(db.password.expose_secret())
}
