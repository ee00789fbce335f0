//! Other worlds: one in which revision−1 never ran, one in which nobody calls, and one that may only be read.

use modosu::domain::{Mode, TargetSpec};
use modosu::rollback::{CriterionState, Verdict};
use modosu::session::{NoticeLevel, OperatorMsg};

use super::ground::{Ground, backend, until};

#[tokio::test(start_paused = true)]
async fn the_revision_before_is_not_chosen_when_it_never_ran() {
    let ground = Ground::new("never-ran");
    let mut engine = ground.engine(Mode::Full).await;
    engine.settle().await;
    let now = engine.now();
    let of = |spec| {
        engine
            .session()
            .proposal(&backend(), &spec, None, now)
            .unwrap()
            .steps[0]
            .to
            .revision
            .as_ref()
            .unwrap()
            .revision()
    };
    assert_eq!(of(TargetSpec::LastGood), 55);
    assert_eq!(of(TargetSpec::Latest(1)), 55);
    let asked = engine
        .session()
        .target(&backend(), &":56".parse().unwrap())
        .unwrap();
    assert!(
        !asked.proven,
        "a revision that never ran is not proven: {asked:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn no_requests_are_unknown_and_never_calm() {
    let ground = Ground::new("no-traffic");
    let mut engine = ground.engine(Mode::Full).await;
    engine.settle().await;
    let session = engine.session();
    assert_eq!(session.verdict, Verdict::Unknown);
    let rate = session
        .view(&backend())
        .unwrap()
        .criteria
        .iter()
        .find(|c| c.id.as_str() == "error-rate")
        .unwrap();
    assert_eq!(rate.state, CriterionState::Unknown, "{rate:?}");
}

#[tokio::test(start_paused = true)]
async fn read_only_has_no_way_to_write() {
    let ground = Ground::new("bad-deploy");
    let mut engine = ground.engine(Mode::ReadOnly).await;
    engine.settle().await;
    engine.tell(OperatorMsg::StartRollback {
        services: vec![backend()],
    });
    assert_eq!(
        engine.session().notice.as_ref().map(|n| n.level),
        Some(NoticeLevel::Bad)
    );
    let hash = engine
        .session()
        .proposal(&backend(), &TargetSpec::LastGood, None, engine.now())
        .unwrap()
        .hash;
    engine.tell(OperatorMsg::Approve {
        hash,
        by: None,
        reason: None,
        timeout_seconds: None,
    });
    let began = engine.now();
    until(&mut engine, 121, "two minutes later", |s| {
        s.services[0]
            .state
            .as_of()
            .is_some_and(|at| at.duration_since(began).as_secs() > 90)
    })
    .await;
    assert!(engine.session().incident.is_none());
    engine.shutdown().await;
    assert_eq!(ground.writes(), Vec::<String>::new());
    assert!(
        !ground.folder.path().join("drill").exists(),
        "read-only leaves no file behind"
    );
}
