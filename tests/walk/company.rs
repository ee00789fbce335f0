//! Other hands on the same incident, and an operator who presses keys at the wrong moment.

use modosu::domain::Mode;
use modosu::incident::{ActState, Event, Stage};
use modosu::rollback::Outcome;
use modosu::session::{JournalState, OperatorMsg};

use super::ground::{Ground, approve, backend, to_approval, until};

#[tokio::test(start_paused = true)]
async fn keys_pressed_in_doubt_neither_break_the_story_nor_end_it_early() {
    let ground = Ground::new("bad-deploy");
    let mut engine = ground.engine(Mode::Full).await;
    let hash = to_approval(&mut engine).await;
    ground.fault("ecs.UpdateService", "lost", 1).await;
    approve(&mut engine, hash);
    until(&mut engine, 60, "doubtful", |s| {
        s.incident.as_ref().is_some_and(|i| {
            matches!(
                i.stage,
                Stage::Act {
                    state: ActState::Doubtful,
                    ..
                }
            )
        })
    })
    .await;
    for _ in 0..3 {
        engine.tell(OperatorMsg::LookAgain);
        engine.tell(OperatorMsg::GiveUpUnknown);
    }
    until(&mut engine, 600, "ended", |s| {
        s.incident.as_ref().is_some_and(|i| i.ending.is_some())
    })
    .await;
    assert_eq!(engine.session().journal, JournalState::Ready);
    assert_eq!(
        engine.session().incident.as_ref().unwrap().outcome(),
        Some(Outcome::OnTarget)
    );
    assert_eq!(ground.writes().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_row_that_a_colleague_files_meanwhile_does_not_end_the_verification() {
    let ground = Ground::new("bad-deploy");
    let mut engine = ground.engine(Mode::Full).await;
    let hash = to_approval(&mut engine).await;
    approve(&mut engine, hash);
    until(&mut engine, 400, "verifying", |s| {
        s.incident.as_ref().is_some_and(|i| i.stage == Stage::Verify)
    })
    .await;
    let colleague = ground.engine(Mode::Full).await;
    let id = engine.session().incident.as_ref().unwrap().id.clone();
    colleague.write_history(&id).await.unwrap();
    colleague.shutdown().await;
    until(&mut engine, 900, "verified", |s| {
        s.incident.as_ref().is_some_and(|i| i.verification.is_some())
    })
    .await;
    let incident = engine.session().incident.clone().unwrap();
    assert!(incident.verification.unwrap().passed);
    assert_eq!(engine.session().journal, JournalState::Ready);
    engine.shutdown().await;
    assert_eq!(
        ground.history().matches("(:56)").count(),
        1,
        "{}",
        ground.history()
    );
}

#[tokio::test(start_paused = true)]
async fn stop_before_the_call_stops_it() {
    let ground = Ground::new("bad-deploy");
    let mut engine = ground.engine(Mode::Full).await;
    let hash = to_approval(&mut engine).await;
    // The last look before the write takes its time.
    ground.fault("ecs.DescribeServices", "slow", 1).await;
    approve(&mut engine, hash);
    until(&mut engine, 60, "approved", |s| {
        s.incident.as_ref().is_some_and(|i| {
            matches!(
                i.stage,
                Stage::Act {
                    state: ActState::Ready,
                    ..
                }
            )
        })
    })
    .await;
    engine.tell(OperatorMsg::StopBeforeNext);
    until(&mut engine, 60, "refused", |s| {
        s.incident.as_ref().is_some_and(|i| i.refusal.is_some())
    })
    .await;
    assert_eq!(engine.session().incident.as_ref().unwrap().stage, Stage::Check);
    assert!(ground.writes().is_empty());

    // Having stopped is no verdict on the next try.
    engine.tell(OperatorMsg::Advance);
    until(&mut engine, 60, "at approval", |s| {
        s.incident.as_ref().is_some_and(|i| i.stage == Stage::Approve)
    })
    .await;
    let hash = engine
        .session()
        .incident
        .as_ref()
        .unwrap()
        .plan
        .as_ref()
        .unwrap()
        .hash
        .clone();
    approve(&mut engine, hash);
    until(&mut engine, 400, "ended", |s| {
        s.incident.as_ref().is_some_and(|i| i.ending.is_some())
    })
    .await;
    assert_eq!(ground.writes().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn leaving_right_after_approval_sends_nothing() {
    let ground = Ground::new("bad-deploy");
    let mut engine = ground.engine(Mode::Full).await;
    let hash = to_approval(&mut engine).await;
    approve(&mut engine, hash);
    engine.shutdown().await;
    assert!(ground.writes().is_empty());
    let mut next = ground.engine(Mode::Full).await;
    let open = next.resume_open().await;
    assert_eq!(open, None, "what was stopped before it was sent is not open");
}

#[tokio::test(start_paused = true)]
async fn a_console_that_starts_again_finds_what_is_under_way() {
    let ground = Ground::new("bad-deploy");
    let mut first = ground.engine(Mode::Full).await;
    let hash = to_approval(&mut first).await;
    approve(&mut first, hash);
    until(&mut first, 60, "following", |s| {
        s.incident.as_ref().is_some_and(|i| {
            matches!(
                i.stage,
                Stage::Act {
                    state: ActState::Following,
                    ..
                }
            )
        })
    })
    .await;
    first.shutdown().await;
    let mut second = ground.engine(Mode::Full).await;
    assert!(second.resume_open().await.is_some());
    second.tell(OperatorMsg::StartRollback {
        services: vec![backend()],
    });
    until(&mut second, 400, "ended", |s| {
        s.incident.as_ref().is_some_and(|i| i.ending.is_some())
    })
    .await;
    assert_eq!(
        second.session().incident.as_ref().unwrap().outcome(),
        Some(Outcome::OnTarget)
    );
    assert_eq!(ground.writes().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_verification_that_begins_late_still_gets_its_time() {
    let ground = Ground::new("bad-deploy");
    let mut first = ground.engine(Mode::Full).await;
    let hash = to_approval(&mut first).await;
    approve(&mut first, hash);
    until(&mut first, 400, "verifying", |s| {
        s.incident.as_ref().is_some_and(|i| i.stage == Stage::Verify)
    })
    .await;
    let id = first.session().incident.as_ref().unwrap().id.clone();
    first.shutdown().await;
    ground
        .drill
        .clock()
        .advance(std::time::Duration::from_secs(5 * 3600));
    let mut second = ground.engine(Mode::Full).await;
    second.resume(&id).await.unwrap();
    until(&mut second, 900, "verified", |s| {
        s.incident.as_ref().is_some_and(|i| i.verification.is_some())
    })
    .await;
    let incident = second.session().incident.clone().unwrap();
    assert!(incident.verification.unwrap().passed, "{:#?}", incident.checks);
    let health = incident
        .events
        .iter()
        .any(|r| matches!(&r.event, Event::Checked { result, .. } if result.check == "health"));
    assert!(health);
}
