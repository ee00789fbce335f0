//! From the burning backend to a filed record.

use modosu::domain::{Mode, TargetSpec};
use modosu::incident::Stage;
use modosu::rollback::{CriterionState, Outcome, PlanVerdict, Rule, Verdict};
use modosu::session::OperatorMsg;

use super::ground::{Ground, backend, until};

#[tokio::test(start_paused = true)]
async fn the_burning_backend_goes_back_to_the_version_that_worked() {
    let ground = Ground::new("bad-deploy");
    let mut engine = ground.engine(Mode::Full).await;
    engine.settle().await;

    let session = engine.session();
    assert_eq!(session.verdict, Verdict::RollBack);
    let burning = session
        .view(&backend())
        .unwrap()
        .criteria
        .iter()
        .find(|c| c.state == CriterionState::Met)
        .unwrap();
    assert!(burning.value.unwrap() > 3.0, "{burning:?}");

    let plan = session
        .proposal(&backend(), &TargetSpec::LastGood, None, engine.now())
        .unwrap();
    assert_eq!(plan.steps[0].target.definition.revision(), 56);
    assert_eq!(plan.steps[0].target.rule, Rule::LastGood);
    assert_ne!(plan.verdict, PlanVerdict::Blocked, "{:#?}", plan.preflight);

    engine.tell(OperatorMsg::StartRollback {
        services: vec![backend()],
    });
    for _ in 0..4 {
        engine.tell(OperatorMsg::Advance);
    }
    until(&mut engine, 30, "at approval", |s| {
        s.incident.as_ref().is_some_and(|i| i.stage == Stage::Approve)
    })
    .await;
    assert_eq!(ground.writes(), Vec::<String>::new());

    let frozen = engine.session().incident.as_ref().unwrap().plan.clone().unwrap();
    assert_eq!(
        frozen.hash, plan.hash,
        "the same plan made again has the same hash"
    );
    engine.tell(OperatorMsg::Approve {
        hash: frozen.hash,
        by: None,
        reason: None,
        timeout_seconds: None,
    });
    until(&mut engine, 400, "ended", |s| {
        s.incident.as_ref().is_some_and(|i| i.ending.is_some())
    })
    .await;

    let incident = engine.session().incident.clone().unwrap();
    let (ending, _) = incident.ending.unwrap();
    assert_eq!(ending.outcome, Outcome::OnTarget, "{ending:?}");
    assert_eq!(ending.unproven, []);
    assert_eq!(ground.writes(), ["ecs.UpdateService"]);

    until(&mut engine, 900, "filed", |s| {
        s.incident.as_ref().is_some_and(|i| i.filed.is_some())
    })
    .await;
    let incident = engine.session().incident.clone().unwrap();
    assert!(incident.verification.unwrap().passed, "{:#?}", incident.checks);
    assert!(incident.verification.unwrap().recovered_at.is_some());
    let history = ground.history();
    assert_eq!(history.matches("v1.3.4 (:56)").count(), 1, "{history}");
    engine.shutdown().await;
    assert_eq!(ground.writes(), ["ecs.UpdateService"]);
}
