//! The way back of the data: which snapshot becomes which instance, and which version of the secret leads to it.

use jiff::Timestamp;

use crate::domain::{
    Clean, Database, DbSnapshot, EnvironmentName, InstanceSettings, Observed, Phrase, TargetSpec,
};
use crate::runbook::Runbook;

use super::DatabaseMove;

/// What is done to the database.
#[derive(Clone, Debug)]
pub(super) struct DatabaseWay<'a> {
    /// From where to where.
    pub(super) moved: DatabaseMove,
    /// How.
    pub(super) change: Change<'a>,
}

/// How the database changes.
#[derive(Clone, Debug)]
pub(super) enum Change<'a> {
    /// A new instance from a snapshot, and a new version of the secret that leads to it.
    Restore {
        /// The snapshot.
        snapshot: Clean,
        /// The class of the new instance.
        class: Clean,
        /// The live instance's settings.
        settings: &'a InstanceSettings,
    },
    /// The version of the secret that was in use before.
    StageBack {
        /// Its id.
        to: Clean,
    },
}

/// The way that `spec` names. Anything that is no database means the newest snapshot that can be restored.
///
/// # Errors
/// When the runbook names no database, it cannot be read, or has nothing to go back to.
pub(super) fn database_way<'a>(
    runbook: &Runbook,
    environment: &EnvironmentName,
    observed: &'a Observed<Database>,
    spec: &TargetSpec,
) -> Result<DatabaseWay<'a>, Phrase> {
    let Some(of_runbook) = &runbook.database else {
        return Err(Phrase::new("no-plan-database-unset"));
    };
    let database = observed.value().ok_or_else(|| match observed.fault() {
        Some(fault) => Phrase::new("no-plan-database-unread").phrase("fault", fault.phrase()),
        None => Phrase::new("no-plan-waiting"),
    })?;
    let secret = &database.secret;
    let Some(in_use) = secret.current() else {
        return Err(Phrase::new("no-plan-secret-no-current").text("secret", &secret.name));
    };
    let moved = |from: Clean, to: Clean, snapshot: Option<&DbSnapshot>| DatabaseMove {
        from,
        to,
        snapshot: snapshot.map(|snapshot| snapshot.id.clone()),
        taken_at: snapshot.and_then(|snapshot| snapshot.taken_at),
        secret: secret.arn.clone(),
        secret_version: in_use.clone(),
    };
    if *spec == TargetSpec::OldDatabase {
        let Some(previous) = secret.previous() else {
            return Err(Phrase::new("no-plan-secret-no-previous").text("secret", &secret.name));
        };
        let from = newest(database).unwrap_or_else(|| database.instance.id.clone());
        return Ok(DatabaseWay {
            moved: moved(from, database.instance.id.clone(), None),
            change: Change::StageBack { to: previous.clone() },
        });
    }
    let snapshot = snapshot(database, spec)?;
    let wanted = Runbook::expand(&of_runbook.restored_instance, environment);
    let to = free_name(database, &wanted);
    Ok(DatabaseWay {
        moved: moved(database.instance.id.clone(), to, Some(snapshot)),
        change: Change::Restore {
            snapshot: snapshot.id.clone(),
            class: Clean::new(&of_runbook.instance_class),
            settings: &database.instance.settings,
        },
    })
}

fn snapshot<'d>(database: &'d Database, spec: &TargetSpec) -> Result<&'d DbSnapshot, Phrase> {
    let instance = &database.instance.id;
    match spec {
        TargetSpec::Snapshot(id) => database
            .snapshots
            .iter()
            .find(|snapshot| snapshot.id == *id)
            .ok_or_else(|| {
                Phrase::new("no-plan-snapshot-unknown")
                    .text("snapshot", id)
                    .text("instance", instance)
            }),
        TargetSpec::LastGood
        | TargetSpec::Latest(_)
        | TargetSpec::Tag(_)
        | TargetSpec::Revision { .. }
        | TargetSpec::Digest(_)
        | TargetSpec::LatestSnapshot
        | TargetSpec::OldDatabase => database
            .snapshots
            .iter()
            .filter(|snapshot| snapshot.is_available())
            .max_by_key(|snapshot| snapshot.taken_at.unwrap_or(Timestamp::MIN))
            .ok_or_else(|| Phrase::new("no-plan-snapshot-none").text("instance", instance)),
    }
}

fn newest(database: &Database) -> Option<Clean> {
    database
        .restored
        .iter()
        .max_by_key(|instance| instance.created_at.unwrap_or(Timestamp::MIN))
        .map(|instance| instance.id.clone())
}

/// The runbook's name for a restored instance, numbered when it is taken: an identifier is unique in account and region, and
/// an instance of an earlier incident may still be in use.
fn free_name(database: &Database, wanted: &str) -> Clean {
    std::iter::once(wanted.to_owned())
        .chain((2..).map(|number: u32| format!("{wanted}-{number}")))
        .find(|name| database.named(name).is_none())
        .map_or_else(|| Clean::new(wanted), |name| Clean::new(&name))
}
