//! Databases in a scenario file: an RDS instance, its snapshots, the migrations that ran on it, and the secret that says
//! where it is.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::Offset;

/// The databases of a scenario that names none.
const BASE: &str = include_str!("../../../assets/scenarios/base/database.toml");

/// The database of an environment.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Database {
    /// Name of the environment.
    pub(crate) environment: String,
    /// Identifier of the instance.
    pub(crate) instance: String,
    /// `DBInstanceClass`.
    pub(crate) class: String,
    /// Version of PostgreSQL.
    #[serde(default = "version")]
    pub(crate) engine_version: String,
    /// GiB.
    pub(crate) storage_gb: u32,
    /// Whether a standby exists.
    #[serde(default)]
    pub(crate) multi_az: bool,
    /// Whether it is protected from deletion.
    #[serde(default)]
    pub(crate) deletion_protection: bool,
    /// When it was created.
    pub(crate) created: Offset,
    /// Name of its subnet group.
    pub(crate) subnet_group: String,
    /// Its security groups, which let the tasks in.
    pub(crate) security_groups: Vec<String>,
    /// Name of its parameter group.
    pub(crate) parameter_group: String,
    /// Its tags.
    #[serde(default)]
    pub(crate) tags: BTreeMap<String, String>,
    /// Name of the secret that says where it is.
    pub(crate) secret: String,
    /// The secret's value, a JSON object with `host`, `port`, `username`, `password` and `dbname`; `@HOST@` is the address
    /// of the instance.
    pub(crate) value: String,
    /// Seconds from a restore until the restored instance is available.
    #[serde(default = "restore")]
    pub(crate) restore_s: f64,
    /// Automated snapshots.
    pub(crate) automated: Automated,
    /// Manual snapshots.
    #[serde(default, rename = "snapshot")]
    pub(crate) snapshots: Vec<Snapshot>,
    /// Migrations in the order of their names.
    #[serde(default, rename = "migration")]
    pub(crate) migrations: Vec<Migration>,
}

/// A snapshot a day.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Automated {
    /// When the newest one was begun.
    pub(crate) at: Offset,
    /// How many days they are kept.
    pub(crate) days: u32,
    /// Seconds that one takes.
    pub(crate) takes_s: f64,
}

/// A snapshot that somebody made.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Snapshot {
    /// Its identifier.
    pub(crate) name: String,
    /// When it was begun; it holds what was in the database then.
    pub(crate) at: Offset,
    /// Seconds that it takes.
    pub(crate) takes_s: f64,
}

/// A migration of the schema.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Migration {
    /// Its name without the time before it.
    pub(crate) name: String,
    /// When it was written: the time in its name. Images pushed since then have it in their code.
    pub(crate) made: Offset,
    /// When it was run on this database.
    pub(crate) at: Offset,
    /// Whether it failed half-way.
    #[serde(default)]
    pub(crate) failed: bool,
    /// Share of requests that fail because of what it did to the data, whichever code runs.
    #[serde(default)]
    pub(crate) damages: f64,
    /// Share of requests that fail when older code runs on the schema that it left.
    #[serde(default)]
    pub(crate) breaks_older: f64,
    /// Share of requests that fail when code that has it runs on a database without it.
    #[serde(default)]
    pub(crate) needed: f64,
}

/// The file of the databases that all scenarios share.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Base {
    database: Vec<Database>,
}

/// The shared databases of these environments.
pub(super) fn base(environments: &[super::file::Environment]) -> Result<Vec<Database>, String> {
    let base: Base = toml::from_str(BASE).map_err(|error| error.to_string())?;
    let there = |it: &Database| environments.iter().any(|known| known.name == it.environment);
    Ok(base.database.into_iter().filter(there).collect())
}

/// What no world can be made of.
pub(super) fn check(databases: &[Database]) -> Result<(), String> {
    let mut names = BTreeSet::new();
    for it in databases {
        let name = &it.instance;
        if !names.insert(name) || !names.insert(&it.secret) || !names.insert(&it.environment) {
            return Err(format!("database {name} shares its name, secret or environment"));
        }
        let value: serde_json::Value = serde_json::from_str(&it.value)
            .map_err(|error| format!("database {name}: its secret's value is no JSON: {error}"))?;
        if value["host"].as_str().is_none() || value["port"].as_u64().is_none() {
            return Err(format!(
                "database {name}: its secret's value has no host and port"
            ));
        }
        if it.security_groups.is_empty() {
            return Err(format!("database {name} has no security group"));
        }
        if let Some(early) = it.snapshots.iter().find(|one| one.at.before(it.created)) {
            return Err(format!("snapshot {} is older than its database", early.name));
        }
        if it
            .migrations
            .windows(2)
            .any(|pair| !pair[0].made.before(pair[1].made))
        {
            return Err(format!(
                "migrations of {name} are not in the order of their names"
            ));
        }
        for one in &it.migrations {
            let shares = [one.damages, one.breaks_older, one.needed];
            if one.at.before(one.made) || !shares.iter().all(|share| (0.0..=1.0).contains(share)) {
                return Err(format!(
                    "migration {}: it runs after it was made, and a share is 0 to 1",
                    one.name
                ));
            }
        }
        let takes = it.snapshots.iter().map(|one| one.takes_s);
        if !takes
            .chain([it.restore_s, it.automated.takes_s])
            .all(|seconds| (1.0..=1e6).contains(&seconds))
        {
            return Err(format!("database {name}: seconds are out of range"));
        }
    }
    Ok(())
}

fn version() -> String {
    "16.4".to_owned()
}
fn restore() -> f64 {
    540.0
}
