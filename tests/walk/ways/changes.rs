//! The world changes between two calls, somebody says stop, somebody else wants the other service.

use modosu::domain::{FaultKind, Mode};
use modosu::incident::{ActState, Stage, next_step};
use modosu::rollback::{EndingKind, Outcome};
use modosu::session::{NoticeLevel, OperatorMsg};

use super::way::{BOTH, CONTINUE, DATABASE, IMAGE, calls, incident, is_at, reach, stage, to_the_end};
use crate::walk::ground::{approve, until};

#[tokio::test(start_paused = true)]
async fn a_colleague_s_deployment_between_registration_and_deployment_ends_it() {
    let ground = IMAGE.ground().await;
    let mut engine = IMAGE.engine(&ground).await;
    let hash = IMAGE.walk_to_approval(&mut engine).await;
    // The registration's answer takes its time, and in that time a colleague deploys.
    ground.fault_of(&IMAGE, 0, "slow").await;
    approve(&mut engine, hash);
    until(&mut engine, 60, "sent", |s| {
        is_at(s, 0, ActState::Sent) && ground.writes().len() == 1
    })
    .await;
    ground.colleague_deploys("backend", 55).await;
    let incident = to_the_end(&ground, &mut engine, "image").await;
    let (ending, _) = incident.ending.clone().unwrap();
    assert_eq!(
        (ending.outcome, ending.kind),
        (Outcome::Failed, Some(EndingKind::Changed)),
        "{ending:?}"
    );
    assert!(ending.why.id.starts_with("changed-"), "{ending:?}");
    assert_eq!(next_step(Some(&incident), &ending).id, "next-changed");
    assert_eq!(calls(&incident), ["intended", "answered"]);
    assert_eq!(
        ground.writes(),
        ["ecs.RegisterTaskDefinition", "ecs.UpdateService"],
        "the second is the colleague's"
    );
    engine.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn a_colleague_s_deployment_of_the_second_service_leaves_it_half_way() {
    let ground = BOTH.ground().await;
    let mut engine = BOTH.engine(&ground).await;
    BOTH.approved(&mut engine).await;
    until(&mut engine, 60, "followed", |s| is_at(s, 0, ActState::Following)).await;
    ground.colleague_deploys("frontend", 29).await;
    let incident = to_the_end(&ground, &mut engine, "both").await;
    let (ending, _) = incident.ending.clone().unwrap();
    assert_eq!(
        (ending.outcome, ending.kind),
        (Outcome::Failed, Some(EndingKind::Changed)),
        "{ending:?}"
    );
    let done: Vec<_> = incident
        .half_way()
        .iter()
        .map(|step| step.service.to_string())
        .collect();
    assert_eq!(done, ["backend"]);
    assert_eq!(calls(&incident), ["intended", "answered"]);
    assert_eq!(ground.writes().len(), 2, "ours and the colleague's");
    engine.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn a_hook_that_somebody_answers_before_the_write_refuses_it() {
    let ground = CONTINUE.ground().await;
    let mut engine = CONTINUE.engine(&ground).await;
    let hash = CONTINUE.walk_to_approval(&mut engine).await;
    let plan = incident(&engine).plan.unwrap();
    let mut answer = serde_json::to_value(&plan.steps[0].calls[0].api).unwrap()["input"].clone();
    answer["action"] = "CONTINUE".into();
    ground
        .call(
            "AmazonEC2ContainerServiceV20141113.ContinueServiceDeployment",
            &answer,
        )
        .await;
    approve(&mut engine, hash);
    until(&mut engine, 60, "refused", |s| {
        s.incident.as_ref().is_some_and(|i| i.refusal.is_some())
    })
    .await;
    let incident = incident(&engine);
    assert_eq!(incident.stage, Stage::Check);
    assert_eq!(incident.refusal.unwrap().id, "changed-hook");
    assert_eq!(ground.writes().len(), 1, "only the colleague's");
    engine.shutdown().await;
}

/// The stop key while the first service is followed: its own end is waited for, the second is not begun.
#[tokio::test(start_paused = true)]
async fn the_stop_key_between_two_services_leaves_the_second_as_it_is() {
    let ground = BOTH.ground().await;
    let mut engine = BOTH.engine(&ground).await;
    BOTH.approved(&mut engine).await;
    until(&mut engine, 60, "followed", |s| is_at(s, 0, ActState::Following)).await;
    assert!(engine.session().has_a_next_call());
    engine.tell(OperatorMsg::StopBeforeNext);
    assert!(engine.session().stop_requested);
    let incident = to_the_end(&ground, &mut engine, "both").await;
    let (ending, _) = incident.ending.clone().unwrap();
    assert_eq!(
        (ending.outcome, ending.kind),
        (Outcome::Failed, Some(EndingKind::Stopped)),
        "{ending:?}"
    );
    assert_eq!(incident.half_way().len(), 1);
    assert_eq!(incident.step_endings[&0].0.outcome, Outcome::OnTarget);
    assert_eq!(ground.writes(), ["ecs.UpdateService"]);
    engine.shutdown().await;
}

/// The stop key while the second call's last look is under way: it is stopped as a person stopped it, not as a world that changed.
#[tokio::test(start_paused = true)]
async fn the_stop_key_between_two_calls_of_a_service_stops_the_second() {
    let ground = IMAGE.ground().await;
    let mut engine = IMAGE.engine(&ground).await;
    let hash = IMAGE.walk_to_approval(&mut engine).await;
    approve(&mut engine, hash);
    until(&mut engine, 60, "between", |s| is_at(s, 1, ActState::Ready)).await;
    engine.tell(OperatorMsg::StopBeforeNext);
    let incident = to_the_end(&ground, &mut engine, "image").await;
    let (ending, _) = incident.ending.clone().unwrap();
    assert_eq!(
        (ending.outcome, ending.kind, ending.why.id.as_ref()),
        (Outcome::Failed, Some(EndingKind::Stopped), "ended-stopped"),
        "{ending:?}"
    );
    assert_eq!(ground.writes(), ["ecs.RegisterTaskDefinition"]);
    engine.shutdown().await;
}

/// A look that fails between two calls says nothing of the world: the rest waits for a word, and goes on with it.
#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_between_two_calls_waits_for_a_word() {
    let ground = BOTH.ground().await;
    let mut engine = BOTH.engine(&ground).await;
    BOTH.approved(&mut engine).await;
    until(&mut engine, 60, "followed", |s| is_at(s, 0, ActState::Following)).await;
    ground.fault("sts.GetCallerIdentity", "denied", 4).await;
    reach(&ground, &mut engine, "asking", |s| s.waits_for_word).await;
    assert_eq!(engine.session().notice.as_ref().unwrap().level, NoticeLevel::Bad);
    assert!(incident(&engine).ending.is_none());
    assert_eq!(ground.writes().len(), 1);
    // Each word is one try, until the rights are back.
    while !is_at(engine.session(), 1, ActState::Following) {
        if engine.session().waits_for_word {
            engine.tell(OperatorMsg::GoOn);
        }
        engine.step().await;
    }
    let incident = to_the_end(&ground, &mut engine, "both").await;
    assert_eq!(incident.outcome(), Some(Outcome::OnTarget));
    assert_eq!(ground.writes(), BOTH.writes);
    engine.shutdown().await;
}

/// While the first service is put back, nobody else may command the second.
#[tokio::test(start_paused = true)]
async fn all_services_of_a_plan_are_held_until_its_end() {
    let ground = BOTH.ground().await;
    // A colleague's draft for the second service was opened before ours began.
    let mut other = ground.engine(Mode::Full).await;
    other.settle().await;
    other.tell(OperatorMsg::StartRollback {
        services: vec!["frontend".parse().unwrap()],
    });
    until(&mut other, 30, "opened", |s| stage(s) == Some(Stage::Assess)).await;
    let theirs = incident(&other).id;
    for _ in 0..4 {
        other.tell(OperatorMsg::Advance);
    }
    until(&mut other, 60, "at approval", |s| {
        stage(s) == Some(Stage::Approve)
    })
    .await;
    let hash = incident(&other).plan.unwrap().hash;

    let mut engine = BOTH.engine(&ground).await;
    BOTH.approved(&mut engine).await;
    until(&mut engine, 60, "followed", |s| is_at(s, 0, ActState::Following)).await;
    approve(&mut other, hash);
    until(&mut other, 120, "refused", |s| {
        s.incident.as_ref().is_some_and(|i| i.refusal.is_some())
    })
    .await;
    assert_eq!(ground.writes().len(), 1, "nothing of theirs was sent");
    // A new incident for it is refused as well.
    let mut third = ground.engine(Mode::Full).await;
    third.settle().await;
    third.tell(OperatorMsg::StartRollback {
        services: vec!["frontend".parse().unwrap()],
    });
    until(&mut third, 30, "answered", |s| s.notice.is_some()).await;
    assert_eq!(
        third.session().notice.as_ref().unwrap().text.id,
        "notice-create-refused"
    );
    assert!(third.session().incident.is_none());
    assert_eq!(
        third.resume(&incident(&engine).id).await.unwrap_err().kind,
        FaultKind::Held
    );
    let incident = to_the_end(&ground, &mut engine, "both").await;
    assert_eq!(incident.outcome(), Some(Outcome::OnTarget));
    assert_ne!(incident.id, theirs);
    assert_eq!(ground.writes(), BOTH.writes);
}

/// While an instance is restored, a colleague does something; returns how it ended and how many of the calls were ours.
async fn while_it_is_restored(does: impl AsyncFnOnce(&crate::walk::ground::Ground)) -> (String, Vec<String>) {
    let ground = DATABASE.ground().await;
    let mut engine = DATABASE.engine(&ground).await;
    DATABASE.approved(&mut engine).await;
    until(&mut engine, 60, "restoring", |s| is_at(s, 0, ActState::Settling)).await;
    does(&ground).await;
    let incident = to_the_end(&ground, &mut engine, "database").await;
    let (ending, _) = incident.ending.clone().unwrap();
    assert_eq!(
        (ending.outcome, ending.kind),
        (Outcome::Failed, Some(EndingKind::Changed)),
        "{ending:?}"
    );
    assert_eq!(calls(&incident), ["intended", "answered"]);
    assert_eq!(next_step(Some(&incident), &ending).id, "next-changed");
    engine.shutdown().await;
    (ending.why.id.into_owned(), ground.writes())
}

#[tokio::test(start_paused = true)]
async fn a_colleague_s_deployment_during_the_restore_leaves_the_secret_alone() {
    let (why, writes) = while_it_is_restored(async |ground| {
        ground.colleague_deploys("backend", 56).await;
    })
    .await;
    assert!(why.starts_with("changed-deployment"), "{why}");
    assert_eq!(
        writes,
        ["rds.RestoreDBInstanceFromDBSnapshot", "ecs.UpdateService"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_colleague_s_version_of_the_secret_during_the_restore_is_not_overwritten() {
    let (why, writes) = while_it_is_restored(async |ground| ground.colleague_moves_secret().await).await;
    assert_eq!(why, "changed-secret");
    assert_eq!(
        writes,
        [
            "rds.RestoreDBInstanceFromDBSnapshot",
            "secretsmanager.UpdateSecret"
        ]
    );
}

/// Between our own version and the deployment somebody puts a third one into use: nothing is deployed onto it.
#[tokio::test(start_paused = true)]
async fn a_colleague_s_version_of_the_secret_after_ours_is_not_deployed_onto() {
    let ground = DATABASE.ground().await;
    let mut engine = DATABASE.engine(&ground).await;
    let hash = DATABASE.walk_to_approval(&mut engine).await;
    ground.fault_of(&DATABASE, 1, "slow").await;
    approve(&mut engine, hash);
    reach(&ground, &mut engine, "switched", |s| {
        is_at(s, 1, ActState::Sent) && ground.writes().len() == 2
    })
    .await;
    ground.colleague_moves_secret_from("restored").await;
    let incident = to_the_end(&ground, &mut engine, "database").await;
    let (ending, _) = incident.ending.clone().unwrap();
    assert_eq!(ending.why.id, "changed-secret", "{ending:?}");
    assert_eq!(calls(&incident), ["intended", "answered", "intended", "answered"]);
    assert_eq!(ground.writes().len(), 3, "two of ours and the colleague's");
    engine.shutdown().await;
}

/// Between plan and write somebody takes the name: nothing is sent, and the next plan has another one.
#[tokio::test(start_paused = true)]
async fn a_name_that_is_taken_meanwhile_wants_another_plan() {
    let ground = DATABASE.ground().await;
    let mut engine = DATABASE.engine(&ground).await;
    let hash = DATABASE.walk_to_approval(&mut engine).await;
    ground
        .colleague_restores("peoplebooster-production-restored")
        .await;
    approve(&mut engine, hash);
    until(&mut engine, 60, "refused", |s| {
        s.incident.as_ref().is_some_and(|i| i.refusal.is_some())
    })
    .await;
    let refused = incident(&engine);
    assert_eq!(refused.refusal.unwrap().id, "changed-restore-taken");
    assert_eq!(ground.writes().len(), 1, "only the colleague's");
    engine.shutdown().await;
}

/// The stop key while the instance is restored: the restore is waited for, and nothing leads to it.
#[tokio::test(start_paused = true)]
async fn the_stop_key_during_the_restore_leaves_the_secret_alone() {
    let ground = DATABASE.ground().await;
    let mut engine = DATABASE.engine(&ground).await;
    DATABASE.approved(&mut engine).await;
    until(&mut engine, 60, "restoring", |s| is_at(s, 0, ActState::Settling)).await;
    engine.tell(OperatorMsg::StopBeforeNext);
    let incident = to_the_end(&ground, &mut engine, "database").await;
    let (ending, _) = incident.ending.clone().unwrap();
    assert_eq!(ending.kind, Some(EndingKind::Stopped), "{ending:?}");
    assert_eq!(DATABASE.writes_on(&ground), DATABASE.writes[..1]);
    engine.shutdown().await;
}
