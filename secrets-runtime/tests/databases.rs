//! The documents that AWS's templates and console write for databases load into the struct that the README shows for them.

use secrets_runtime::{ExposeSecret, Secret, SecretString};

// README
/// Credentials of a database, as AWS stores them.
#[derive(Secret)]
struct DatabaseSecret {
    username: String,
    password: SecretString,
    #[secret(public)]
    engine: Option<String>,
    #[secret(public)]
    host: Option<String>,
    #[secret(public, range(min = 1))]
    port: Option<u16>,
    #[secret(public)]
    dbname: Option<String>,
    #[secret(rename = "dbInstanceIdentifier", alias = "dbClusterIdentifier", public)]
    identifier: Option<String>,
    masterarn: Option<String>,
}
// README

const DOCUMENTS: [(&str, &str); 9] = [
    (
        "RDS, from a template",
        r#"{"engine": "postgres", "host": "db.rds.amazonaws.com", "username": "u", "password": "p", "dbname": "orders",
            "port": 5432, "masterarn": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:m-AbCdEf",
            "dbInstanceIdentifier": "orders"}"#,
    ),
    (
        "RDS, from the console",
        r#"{"username":"u","password":"p","engine":"mysql","host":"db.rds.amazonaws.com","port":3306,"dbInstanceIdentifier":"orders"}"#,
    ),
    (
        "RDS, edited as key and value in the console",
        r#"{"username":"u","password":"p","engine":"postgres","host":"db.rds.amazonaws.com","port":"5432","dbname":"orders"}"#,
    ),
    (
        "Aurora, from a template",
        r#"{"engine": "aurora-postgresql", "host": "c.cluster-x.rds.amazonaws.com", "username": "u", "password": "p",
            "dbname": "orders", "port": 5432, "dbClusterIdentifier": "orders"}"#,
    ),
    (
        "Aurora, edited in the console",
        r#"{"engine":"aurora-mysql","host":"c.cluster-x.rds.amazonaws.com","username":"u","password":"p","port":"3306","dbClusterIdentifier":"orders"}"#,
    ),
    (
        "Redshift",
        r#"{"engine": "redshift", "host": "r.redshift.amazonaws.com", "username": "u", "password": "p", "dbname": "dev",
            "port": 5439, "dbClusterIdentifier": "warehouse"}"#,
    ),
    (
        "DocumentDB",
        r#"{"engine": "mongo", "host": "d.docdb.amazonaws.com", "username": "u", "password": "p", "port": 27017, "ssl": true,
            "dbClusterIdentifier": "documents"}"#,
    ),
    ("RDS-managed", r#"{"username":"u","password":"p"}"#),
    (
        "with a port that is null",
        r#"{"engine": "postgres", "host": "h", "username": "u", "password": "p", "dbname": null, "port": null}"#,
    ),
];

#[test]
fn every_database_document_loads() {
    for (name, document) in DOCUMENTS {
        let secret = DatabaseSecret::from_json(document).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((secret.username.as_str(), secret.password.expose_secret()), ("u", "p"), "{name}");
        assert_eq!(secret.host.is_some(), document.contains("host"), "{name}");
        assert_eq!(secret.port.is_some(), document.contains("port") && !document.contains("null"), "{name}");
        assert_eq!(secret.identifier.is_some(), document.contains("Identifier"), "{name}");
        assert_eq!(
            secret.engine.is_some() && secret.dbname.is_some(),
            document.contains(r#"dbname": ""#) || document.contains(r#"dbname":""#),
            "{name}"
        );
        assert_eq!(secret.masterarn.is_some(), document.contains("masterarn"), "{name}");
    }
}

#[test]
fn the_readme_shows_this_struct() {
    let shown = include_str!("databases.rs").split("// README\n").nth(1).expect("between the marks");
    assert!(include_str!("../README.md").contains(shown), "the README shows another struct than\n{shown}");
}
