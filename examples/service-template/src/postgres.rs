//! PostgreSQL.

use std::time::Duration;

use secrets_runtime::ExposeSecret;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::{Database, OrdersDb};

impl Database for PgPool {
    type Error = sqlx::Error;

    async fn connect(db: &OrdersDb) -> Result<Self, sqlx::Error> {
        let OrdersDb { username, password, host, port, dbname } = db;
        let options = PgConnectOptions::new_without_pgpass().host(host).port(*port).database(dbname);
        let options = options.username(username).password(password.expose_secret());
        PgPoolOptions::new().acquire_timeout(Duration::from_secs(5)).connect_with(options).await
    }

    async fn orders(&self) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar("select count(*) from orders").fetch_one(self).await
    }

    /// SQLSTATE class 28, *invalid authorization specification*.
    fn is_login(error: &sqlx::Error) -> bool {
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        code.is_some_and(|code| code.starts_with("28"))
    }
}
