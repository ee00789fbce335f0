//! The rows of a way back of the data. They are told once, with the service that the database is switched with.

use crate::domain::{Clean, Database, DbSnapshot, InstanceSettings, Permission, Phrase, TargetSpec};
use jiff::Timestamp;

use super::super::ProposalInputs;
use super::super::database::{Change, DatabaseWay};
use super::super::propose::Way;
use super::super::time::between;
use super::rows::{Finding, block, pass, unknown, warn};

/// The database's way, with the service that it is switched with.
fn of<'w, 'h>(inputs: &ProposalInputs<'_>, way: &'w Way<'h>) -> Option<&'w DatabaseWay<'h>> {
    way.database.as_ref().filter(|_| inputs.is_first())
}

/// `None` where no snapshot is restored.
pub(super) fn snapshot(inputs: &ProposalInputs<'_>, way: &Way<'_>) -> Option<Finding> {
    let way = of(inputs, way)?;
    let id = way.moved.snapshot.as_ref()?;
    let database = way.database;
    let found = database.snapshots.iter().find(|snapshot| snapshot.id == *id)?;
    Some(judge(inputs, database, found))
}

fn judge(inputs: &ProposalInputs<'_>, database: &Database, snapshot: &DbSnapshot) -> Finding {
    let named = |id: &'static str| Phrase::new(id).text("snapshot", &snapshot.id);
    if !snapshot.is_available() {
        return block(named("preflight-snapshot-status").text("status", &snapshot.status));
    }
    let engines = database.instance.engine.as_ref().zip(snapshot.engine.as_ref());
    if let Some((live, old)) = engines
        && live != old
    {
        let said = |id: &'static str| named(id).text("engine", old).text("live", live);
        let kind = |engine: &Clean| engine.as_str().split(' ').next().map(str::to_owned);
        return if kind(live) == kind(old) {
            warn(said("preflight-snapshot-version"))
        } else {
            block(said("preflight-snapshot-engine"))
        };
    }
    let named_by_id = matches!(inputs.spec, TargetSpec::Snapshot(_));
    if database.snapshots_cut && !named_by_id {
        return warn(named("preflight-snapshot-cut"));
    }
    if !snapshot.encrypted {
        return warn(named("preflight-snapshot-plain"));
    }
    let Some(taken) = snapshot.taken_at else {
        return unknown(named("preflight-snapshot-undated"));
    };
    pass(
        named("preflight-snapshot-pass")
            .time("at", taken)
            .duration("age", between(taken, inputs.now))
            .text("storage", storage(snapshot.storage_gib)),
    )
}

fn storage(gib: Option<u32>) -> String {
    gib.map_or_else(|| "–".to_owned(), |gib| format!("{gib} GiB"))
}

/// Always a warning: whatever way the data goes back, something that was written is not there afterwards.
pub(super) fn data_loss(inputs: &ProposalInputs<'_>, way: &Way<'_>) -> Option<Finding> {
    let way = of(inputs, way)?;
    let lost = |since: Timestamp, id: &'static str| {
        // A minute that has begun is lost too.
        let minutes = between(since, inputs.now).as_secs().div_ceil(60);
        Phrase::new(id)
            .time("at", since)
            .number("minutes", u32::try_from(minutes).unwrap_or(u32::MAX))
    };
    Some(warn(match (&way.change, way.moved.taken_at) {
        (Change::Restore { .. }, Some(taken)) => lost(taken, "preflight-data-loss-snapshot"),
        (Change::Restore { .. }, None) => Phrase::new("preflight-data-loss-undated"),
        (Change::StageBack { .. }, _) => match way.database.secret.changed_at {
            Some(switched) => lost(switched, "preflight-data-loss-switch"),
            None => Phrase::new("preflight-data-loss-switch-undated"),
        },
    }))
}

/// The instance that will be used: the restored one, or the one of before.
pub(super) fn restored_instance(inputs: &ProposalInputs<'_>, way: &Way<'_>) -> Option<Finding> {
    let way = of(inputs, way)?;
    let (database, to) = (way.database, &way.moved.to);
    Some(match &way.change {
        Change::StageBack { .. } => match database.named(to.as_str()) {
            Some(old) if old.is_available() => {
                pass(Phrase::new("preflight-restored-instance-old").text("instance", to))
            }
            // A daily backup is no reason to stay with data that is wrong.
            Some(old) if old.serves() => pass(
                Phrase::new("preflight-restored-instance-serves")
                    .text("instance", to)
                    .text("status", &old.status),
            ),
            Some(old) => block(
                Phrase::new("preflight-restored-instance-status")
                    .text("instance", to)
                    .text("status", &old.status),
            ),
            None => unknown(Phrase::new("preflight-restored-instance-unlisted").text("instance", to)),
        },
        Change::Restore { class, settings, .. } => {
            if database.named(to.as_str()).is_some() {
                return Some(block(
                    Phrase::new("preflight-restored-instance-taken").text("instance", to),
                ));
            }
            let said = |id: &'static str| {
                Phrase::new(id)
                    .text("instance", to)
                    .text("class", class)
                    .text("settings", listed(settings))
            };
            match &database.instance.class {
                Some(live) if live == class => pass(said("preflight-restored-instance-pass")),
                Some(live) => warn(said("preflight-restored-instance-class").text("live", live)),
                None => unknown(said("preflight-restored-instance-unknown")),
            }
        }
    })
}

/// What is taken over from the live instance, in RDS's own words.
fn listed(settings: &InstanceSettings) -> String {
    let groups: Vec<&str> = settings.security_groups.iter().map(Clean::as_str).collect();
    let named = [
        settings.subnet_group.as_ref().map(Clean::to_string),
        (!groups.is_empty()).then(|| groups.join(" ")),
        settings.parameter_group.as_ref().map(Clean::to_string),
        settings.option_group.as_ref().map(Clean::to_string),
        settings.multi_az.then(|| "multi-az".to_owned()),
        settings
            .publicly_accessible
            .then(|| "publicly-accessible".to_owned()),
        settings
            .deletion_protection
            .then(|| "deletion-protection".to_owned()),
        settings
            .iam_authentication
            .then(|| "iam-authentication".to_owned()),
    ];
    let all: Vec<String> = named.into_iter().flatten().collect();
    if all.is_empty() {
        "–".to_owned()
    } else {
        all.join(", ")
    }
}

pub(super) fn secret(inputs: &ProposalInputs<'_>, way: &Way<'_>) -> Option<Finding> {
    let way = of(inputs, way)?;
    let secret = &way.database.secret;
    let named = |id: &'static str| Phrase::new(id).text("secret", &secret.name);
    if let Some(at) = secret.deleted_at {
        return Some(block(named("preflight-secret-deleted").time("at", at)));
    }
    Some(match &way.change {
        Change::StageBack { to } => pass(
            named("preflight-secret-back")
                .text("version", to)
                .text("now", &way.moved.secret_version),
        ),
        Change::Restore { .. } => {
            let may_read = inputs
                .around
                .permissions
                .value()
                .and_then(|permissions| permissions.get(&Clean::new("secretsmanager:GetSecretValue")));
            match may_read {
                Some(Permission::Denied { .. }) => warn(named("preflight-secret-denied")),
                // Whether the right is there is the row `permissions`' to say.
                Some(Permission::Allowed) | None => {
                    pass(named("preflight-secret-pass").text("version", &way.moved.secret_version))
                }
            }
        }
    })
}
