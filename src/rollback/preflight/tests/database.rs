//! The rows of a way back of the data.

use std::collections::BTreeSet;

use super::super::super::Plan;
use super::*;
use crate::domain::{
    Database, DbInstance, DbSnapshot, Endpoint, InstanceSettings, Permission, SecretVersions,
};
use crate::runbook;
use PreflightCheck::{DataLoss, RestoredInstance, Secret, Snapshot};

fn instance(id: &str, class: &str) -> DbInstance {
    DbInstance {
        id: Clean::new(id),
        status: Clean::new("available"),
        class: Some(Clean::new(class)),
        engine: Some(Clean::new("postgres 15.4")),
        endpoint: Some(Endpoint {
            host: Clean::new("pb.example.com"),
            port: 5432,
        }),
        storage_gib: Some(100),
        created_at: Some(at(-9000)),
        settings: InstanceSettings {
            subnet_group: Some(Clean::new("pb-private")),
            security_groups: BTreeSet::from([Clean::new("sg-1")]),
            parameter_group: Some(Clean::new("pb-postgres15")),
            ..InstanceSettings::default()
        },
        tags: std::collections::BTreeMap::new(),
    }
}

fn world() -> World {
    let mut world = World::new();
    world.runbook.database = Some(runbook::Database {
        instance: "pb-production".to_owned(),
        restored_instance: "pb-production-restored".to_owned(),
        instance_class: "db.t3.medium".to_owned(),
        secret: "pb/database".to_owned(),
        services: vec!["backend".parse().unwrap()],
        restore_minutes: 30,
    });
    let stage = |name: &str| BTreeSet::from([Clean::new(name)]);
    world.database = Observed::known(
        Database {
            instance: instance("pb-production", "db.t3.medium"),
            restored: Vec::new(),
            snapshots: vec![DbSnapshot {
                id: Clean::new("rds:pb-production-1"),
                status: Clean::new("available"),
                taken_at: Some(at(-120)),
                storage_gib: Some(100),
                percent: Some(100),
                engine: Some(Clean::new("postgres 15.4")),
                automated: true,
                encrypted: true,
            }],
            snapshots_cut: false,
            secret: SecretVersions {
                arn: Clean::new("arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:pb/database-1"),
                name: Clean::new("pb/database"),
                stages: [
                    (Clean::new("version-2"), stage("AWSCURRENT")),
                    (Clean::new("version-1"), stage("AWSPREVIOUS")),
                ]
                .into(),
                deleted_at: None,
                changed_at: Some(at(-30)),
            },
            events: Vec::new(),
        },
        at(5),
    );
    world
}

fn plan(world: &World, spec: &str) -> Plan {
    world.propose(spec, at(6)).unwrap()
}

fn database(world: &mut World) -> &mut Database {
    world.database.value_mut().unwrap()
}

fn says(spec: &str, cases: &[Case]) {
    for (check, verdict, evidence, change) in cases {
        let mut world = world();
        change(&mut world);
        let plan = plan(&world, spec);
        let row = plan.preflight.iter().find(|row| row.check == *check).unwrap();
        assert_eq!(
            (row.verdict, row.evidence.id.as_ref()),
            (*verdict, format!("preflight-{evidence}").as_str()),
            "{check:?}"
        );
        assert_eq!(
            plan.verdict == PlanVerdict::Blocked,
            *verdict == Block,
            "{check:?}"
        );
    }
}

#[test]
fn a_restore_says_what_is_lost_and_what_is_made() {
    says(
        "latest-snapshot",
        &[
            (Snapshot, Pass, "snapshot-pass", |_| ()),
            (Snapshot, Warn, "snapshot-plain", |w| {
                database(w).snapshots[0].encrypted = false;
            }),
            (Snapshot, Warn, "snapshot-cut", |w| {
                database(w).snapshots_cut = true;
            }),
            (Snapshot, Warn, "snapshot-version", |w| {
                database(w).snapshots[0].engine = Some(Clean::new("postgres 14.9"));
            }),
            (Snapshot, Block, "snapshot-engine", |w| {
                database(w).snapshots[0].engine = Some(Clean::new("mysql 8.0"));
            }),
            (Snapshot, Unknown, "snapshot-undated", |w| {
                database(w).snapshots[0].taken_at = None;
            }),
            (Snapshot, Unknown, "stale", |w| {
                w.database.take(Err(fault(FaultKind::Throttled)), at(6));
            }),
            (DataLoss, Warn, "data-loss-snapshot", |_| ()),
            (DataLoss, Warn, "data-loss-undated", |w| {
                database(w).snapshots[0].taken_at = None;
            }),
            // It stays a warning on a reading whose renewal failed.
            (DataLoss, Warn, "data-loss-snapshot", |w| {
                w.database.take(Err(fault(FaultKind::Throttled)), at(6));
            }),
            (RestoredInstance, Pass, "restored-instance-pass", |_| ()),
            (RestoredInstance, Warn, "restored-instance-class", |w| {
                database(w).instance.class = Some(Clean::new("db.r6g.xlarge"));
            }),
            (RestoredInstance, Unknown, "restored-instance-unknown", |w| {
                database(w).instance.class = None;
            }),
            (Secret, Pass, "secret-pass", |_| ()),
            (Secret, Block, "secret-deleted", |w| {
                database(w).secret.deleted_at = Some(at(900));
            }),
            (Secret, Warn, "secret-denied", |w| {
                w.permissions.value_mut().unwrap().insert(
                    Clean::new("secretsmanager:GetSecretValue"),
                    Permission::Denied { explicit: false },
                );
            }),
        ],
    );
    let row = |world: &World, check| {
        let row = plan(world, "latest-snapshot")
            .preflight
            .into_iter()
            .find(|row| row.check == check);
        serde_json::to_string(&row.unwrap().evidence).unwrap()
    };
    let world = world();
    let lost = row(&world, DataLoss);
    assert!(
        lost.contains("126.0") && lost.contains("2026-11-23T03:00:00Z"),
        "minutes and time: {lost}"
    );
    let made = row(&world, RestoredInstance);
    for part in [
        "pb-production-restored",
        "db.t3.medium",
        "pb-private",
        "sg-1",
        "pb-postgres15",
    ] {
        assert!(made.contains(part), "{part}: {made}");
    }
    assert!(row(&world, Secret).contains("version-2"));
}

#[test]
fn a_snapshot_that_is_named_is_the_one_whatever_else_there_is() {
    says(
        "snapshot:rds:pb-production-1",
        &[
            (Snapshot, Pass, "snapshot-pass", |w| {
                database(w).snapshots_cut = true;
            }),
            (Snapshot, Block, "snapshot-status", |w| {
                database(w).snapshots[0].status = Clean::new("creating");
            }),
        ],
    );
}

#[test]
fn the_old_database_is_looked_at_before_it_is_used_again() {
    says(
        "old-database",
        &[
            (DataLoss, Warn, "data-loss-switch", |_| ()),
            (DataLoss, Warn, "data-loss-switch-undated", |w| {
                database(w).secret.changed_at = None;
            }),
            (RestoredInstance, Pass, "restored-instance-old", |_| ()),
            (RestoredInstance, Block, "restored-instance-status", |w| {
                database(w).instance.status = Clean::new("stopped");
            }),
            (Secret, Pass, "secret-back", |_| ()),
            (Secret, Block, "secret-deleted", |w| {
                database(w).secret.deleted_at = Some(at(900));
            }),
        ],
    );
    let plan = plan(&world(), "old-database");
    assert!(
        !plan.preflight.iter().any(|row| row.check == Snapshot),
        "none is restored"
    );
    let secret = plan.preflight.iter().find(|row| row.check == Secret).unwrap();
    let said = serde_json::to_string(&secret.evidence).unwrap();
    assert!(said.contains("version-1") && said.contains("version-2"), "{said}");
}

#[test]
fn nothing_of_the_database_is_told_twice() {
    let mut world = world();
    world.runbook.database.as_mut().unwrap().services =
        vec!["frontend".parse().unwrap(), "backend".parse().unwrap()];
    world.scope = Some(vec!["frontend".parse().unwrap(), "backend".parse().unwrap()]);
    let plan = plan(&world, "latest-snapshot");
    for check in [Snapshot, DataLoss, RestoredInstance, Secret] {
        assert!(!plan.preflight.iter().any(|row| row.check == check), "{check:?}");
    }
    assert_eq!(plan.steps[0].calls.len(), 1, "it is only deployed anew");
}

#[test]
fn a_service_that_does_not_use_the_database_is_not_asked_about_its_schema() {
    let mut world = world();
    let has = |world: &World| {
        let plan = world.propose("last-good", at(6)).unwrap();
        plan.preflight
            .iter()
            .any(|row| row.check == PreflightCheck::Migrations)
    };
    assert!(has(&world));
    world.runbook.database.as_mut().unwrap().services = vec!["frontend".parse().unwrap()];
    assert!(!has(&world));
}
