//! References, permissions and migrations: what stands around a service.

use super::*;
use crate::domain::{Migration, MigrationState, Permission, ReferenceState};
use crate::runbook::AppliedMigrations;
use PreflightCheck::{Migrations as Schema, Permissions, References};

const SECRET: &str = "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:pb/db-AbCdEf";
const ROLE: &str = "arn:aws:iam::123456789012:role/pb-task";

/// :56 names a secret and a role, and the secret is as `state` says.
fn names(world: &mut World, state: ReferenceState) {
    let target = &mut world.definitions.value_mut().unwrap()[1];
    let secrets = &mut target.containers[0].settings.secrets;
    secrets.insert(Clean::new("DB"), Clean::new(SECRET));
    target.settings.task_role = Some(Clean::new(ROLE));
    // What runs names the same, so that nothing else differs.
    let same = world.definitions.value().unwrap()[1].clone();
    let current = &mut world.definitions.value_mut().unwrap()[0];
    current.containers[0].settings = same.containers[0].settings.clone();
    current.settings = same.settings;
    world.references = Observed::known(
        [
            (Clean::new(SECRET), state),
            (Clean::new(ROLE), ReferenceState::Present),
        ]
        .into(),
        at(5),
    );
}

#[test]
fn what_the_target_names_must_be_there() {
    holds(&[
        (References, Pass, "references-none", |_| ()),
        (References, Pass, "references-pass", |w| {
            names(w, ReferenceState::Present);
        }),
        (References, Block, "references-gone", |w| {
            names(w, ReferenceState::Gone);
        }),
        (References, Block, "references-gone", |w| {
            names(w, ReferenceState::Deleted(Some(at(99))));
        }),
        (References, Block, "references-gone", |w| {
            names(w, ReferenceState::NoVersion(Clean::new("AWSPREVIOUS")));
        }),
        (References, Unknown, "references-untold", |w| {
            names(w, ReferenceState::Untold(Clean::new("AccessDenied")));
        }),
        // A role that nobody looked at is not there for sure.
        (References, Unknown, "references-untold", |w| {
            names(w, ReferenceState::Present);
            w.references.value_mut().unwrap().remove(&Clean::new(ROLE));
        }),
        (References, Unknown, "not-asked", |w| {
            names(w, ReferenceState::Present);
            w.references = Observed::default();
        }),
        (References, Unknown, "not-read", |w| {
            names(w, ReferenceState::Present);
            w.references = failed(FaultKind::NotOffered);
        }),
        (References, Unknown, "stale", |w| {
            names(w, ReferenceState::Present);
            w.references.take(Err(fault(FaultKind::Throttled)), at(6));
        }),
        // What forbids still forbids on a reading whose renewal failed.
        (References, Block, "references-gone", |w| {
            names(w, ReferenceState::Gone);
            w.references.take(Err(fault(FaultKind::Throttled)), at(6));
        }),
    ]);
    let mut world = World::new();
    names(&mut world, ReferenceState::Gone);
    let said = evidence(&world, References);
    assert!(said.contains("pb/db-AbCdEf") && !said.contains("arn:"), "{said}");
    world.definitions = Observed::known(vec![registered(57)], at(5));
    assert!(evidence(&world, References).contains("preflight-references-unlisted"));
}

fn may(world: &mut World, action: &str, permission: Option<Permission>) {
    let known = world.permissions.value_mut().unwrap();
    match permission {
        Some(permission) => known.insert(Clean::new(action), permission),
        None => known.remove(&Clean::new(action)),
    };
}

#[test]
fn rights_are_advice_about_the_calls_of_this_plan() {
    const DENIED: Permission = Permission::Denied { explicit: false };
    holds(&[
        (Permissions, Pass, "permissions-pass", |_| ()),
        (Permissions, Warn, "permissions-denied", |w| {
            may(w, "ecs:UpdateService", Some(DENIED));
        }),
        (Permissions, Unknown, "permissions-untold", |w| {
            may(w, "ecs:UpdateService", None);
        }),
        // What the plan does not do needs no right.
        (Permissions, Pass, "permissions-pass", |w| {
            may(w, "ecs:RegisterTaskDefinition", Some(DENIED));
            may(w, "ecs:StopServiceDeployment", Some(DENIED));
            may(w, "iam:PassRole", Some(DENIED));
        }),
        (Permissions, Warn, "permissions-denied", |w| {
            names(w, ReferenceState::Present);
            may(w, "iam:PassRole", Some(Permission::Denied { explicit: true }));
        }),
        (Permissions, Unknown, "not-read", |w| {
            w.permissions = denied("iam:SimulatePrincipalPolicy");
        }),
        (Permissions, Unknown, "not-asked", |w| {
            w.permissions = Observed::default();
        }),
        (Permissions, Unknown, "stale", |w| {
            w.permissions.take(Err(fault(FaultKind::Throttled)), at(6));
        }),
    ]);
    let mut world = World::in_flight();
    may(&mut world, "ecs:StopServiceDeployment", Some(DENIED));
    let said = evidence(&world, Permissions);
    assert!(
        said.contains("ecs:StopServiceDeployment") && !said.contains("ecs:UpdateService"),
        "a stop needs its own right: {said}"
    );
}

fn schema(world: &mut World, state: MigrationState) {
    world.migrations.value_mut().unwrap().state = state;
}

fn list(names: &[&str]) -> Vec<Clean> {
    names.iter().map(|name| Clean::new(name)).collect()
}

/// A migration that was written so many minutes after the target's image was pushed.
fn written(world: &mut World, minutes: i64, applied: Option<bool>) {
    let pushed = world.images.value().unwrap()[1].pushed_at.unwrap();
    let known = &mut world.migrations.value_mut().unwrap().known;
    known.push(Migration {
        name: Clean::new("20261124093000_drop_answers"),
        written_at: Some(pushed + jiff::SignedDuration::from_mins(minutes)),
        applied,
    });
}

fn only_warns(world: &mut World) {
    world
        .runbook
        .prisma
        .as_mut()
        .unwrap()
        .when_migrations_were_applied = AppliedMigrations::Warn;
}

#[test]
fn a_schema_that_went_on_is_a_question_for_people() {
    holds(&[
        (Schema, Pass, "migrations-pass", |_| ()),
        (Schema, Pass, "migrations-pass", |w| written(w, -5, Some(true))),
        (Schema, Block, "migrations-applied", |w| written(w, 5, Some(true))),
        // Where it is not told, it counts as applied.
        (Schema, Block, "migrations-applied", |w| written(w, 5, None)),
        (Schema, Pass, "migrations-pass", |w| written(w, 5, Some(false))),
        (Schema, Warn, "migrations-applied", |w| {
            written(w, 5, Some(true));
            only_warns(w);
        }),
        (Schema, Block, "migrations-applied", |w| {
            schema(
                w,
                MigrationState::DatabaseAhead(list(&["20261124093000_drop_answers"])),
            );
        }),
        (Schema, Block, "migrations-ahead", |w| {
            schema(
                w,
                MigrationState::DatabaseAhead(list(&["20261124093000_drop_answers"])),
            );
            w.images.value_mut().unwrap()[1].pushed_at = None;
        }),
        (Schema, Warn, "migrations-applied", |w| {
            schema(
                w,
                MigrationState::DatabaseAhead(list(&["20261124093000_drop_answers"])),
            );
            only_warns(w);
        }),
        (Schema, Pass, "migrations-pending", |w| {
            schema(w, MigrationState::Pending(list(&["20261124093000_drop_answers"])));
            written(w, 5, None);
        }),
        (Schema, Block, "migrations-broken", |w| {
            schema(w, MigrationState::Failed(list(&["x"])));
        }),
        (Schema, Block, "migrations-broken", |w| {
            only_warns(w);
            schema(
                w,
                MigrationState::Diverged {
                    pending: list(&["x"]),
                    ahead: list(&["y"]),
                },
            );
        }),
        (Schema, Unknown, "not-read", |w| {
            w.migrations = failed(FaultKind::NotOffered);
        }),
        (Schema, Unknown, "not-asked", |w| {
            w.migrations = Observed::default();
        }),
        (Schema, Unknown, "migrations-unset", |w| w.runbook.prisma = None),
        (Schema, Unknown, "migrations-unbuilt", |w| {
            w.images.value_mut().unwrap()[1].pushed_at = None;
        }),
        (Schema, Unknown, "stale", |w| {
            w.migrations.take(Err(fault(FaultKind::Throttled)), at(6));
        }),
        (Schema, Block, "migrations-applied", |w| {
            written(w, 5, Some(true));
            w.migrations.take(Err(fault(FaultKind::Throttled)), at(6));
        }),
    ]);
    for (state, id) in [
        (
            MigrationState::Unreachable(Clean::new("P1001")),
            "migrations-unreachable",
        ),
        (
            MigrationState::Unreadable(Clean::new("?")),
            "migrations-unreadable",
        ),
        (MigrationState::NotManaged, "migrations-not-managed"),
    ] {
        let mut world = World::new();
        schema(&mut world, state);
        let plan = world.propose("last-good", at(6)).unwrap();
        let row = plan.preflight.iter().find(|row| row.check == Schema).unwrap();
        assert_eq!((row.verdict, row.evidence.id.as_ref()), (Unknown, id));
    }
    let mut part = World::new();
    part.migrations.value_mut().unwrap().whole = false;
    assert!(evidence(&part, Schema).contains("\"migrations-not-whole\""));
    let mut world = World::new();
    written(&mut world, 5, Some(true));
    assert!(evidence(&world, Schema).contains("20261124093000_drop_answers"));
}

#[test]
fn compatible_is_a_word_of_a_person_with_a_reason() {
    let mut world = World::new();
    written(&mut world, 5, Some(true));
    let plan = world.propose("last-good", at(6)).unwrap();
    assert_eq!(plan.verdict, PlanVerdict::Blocked);
    world.overrides = vec![super::super::super::Override {
        check: Schema,
        service: None,
        reason: Clean::new("the column stays readable"),
        by: crate::domain::Operator(Clean::new("sato")),
    }];
    let again = world.propose("last-good", at(6)).unwrap();
    assert_eq!((again.verdict, again.overrides.len()), (PlanVerdict::Warn, 1));
    assert_eq!(again.hash, plan.hash, "the word changes no call");
}
