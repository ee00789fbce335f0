//! Every scenario at the keyboard: from the burning screen to its right ending, and what reached the account.

use modosu::incident::Stage;
use modosu::rollback::{EndingKind, Outcome, PutBackBy};
use modosu::words::Lang;
use serde_json::Value;

use super::Desk;

const SIZE: (u16, u16) = (120, 40);

/// The keys from the panes to the approved plan.
async fn approve(desk: &mut Desk) {
    desk.reach_approval().await;
    desk.keys("production/backend").await;
    desk.pause().await;
    desk.keys("<enter>").await;
    assert!(
        matches!(desk.stage(), Some(Stage::Act { .. })),
        "{:?}",
        desk.session().notice
    );
}

/// Walks a scenario to the end of its rollback. The calls that reached the account are those of the plan, item by item.
async fn walk(scenario: &str) -> (Desk, Outcome, EndingKind) {
    let mut desk = Desk::open(scenario, Lang::En, SIZE).await;
    approve(&mut desk).await;
    desk.until("ended", |session| {
        session.incident.as_ref().is_some_and(|i| i.ending.is_some())
    })
    .await;
    let incident = desk.session().incident.as_ref().unwrap();
    let (ending, _) = incident.ending.as_ref().unwrap();
    let (outcome, kind) = (ending.outcome, ending.kind.unwrap());
    let previewed: Vec<(String, Value)> = incident
        .plan
        .as_ref()
        .unwrap()
        .steps
        .iter()
        .flat_map(|step| &step.calls)
        .map(|call| {
            let call = serde_json::to_value(call).unwrap();
            (call["api"].as_str().unwrap().to_owned(), call["input"].clone())
        })
        .collect();
    assert_eq!(desk.ground.written(), previewed);
    (desk, outcome, kind)
}

#[tokio::test(start_paused = true)]
async fn bad_deploy() {
    let (_, outcome, kind) = walk("bad-deploy").await;
    assert_eq!((outcome, kind), (Outcome::OnTarget, EndingKind::OnTarget));
}

#[tokio::test(start_paused = true)]
async fn slow_deploy() {
    let (_, outcome, kind) = walk("slow-deploy").await;
    assert_eq!((outcome, kind), (Outcome::OnTarget, EndingKind::OnTarget));
}

#[tokio::test(start_paused = true)]
async fn outage() {
    let (mut desk, outcome, kind) = walk("outage").await;
    assert_eq!((outcome, kind), (Outcome::OnTarget, EndingKind::OnTarget));
    // And going back healed it: the checks pass, so the report comes next.
    desk.until_stage(|stage| stage == Stage::Report).await;
}

#[tokio::test(start_paused = true)]
async fn in_flight() {
    let (desk, outcome, kind) = walk("in-flight").await;
    assert_eq!((outcome, kind), (Outcome::OnTarget, EndingKind::OnTarget));
    assert_eq!(desk.ground.writes(), ["ecs.StopServiceDeployment"]);
}

#[tokio::test(start_paused = true)]
async fn crash_loop() {
    let (mut desk, outcome, kind) = walk("crash-loop").await;
    assert_eq!(
        (outcome, kind),
        (Outcome::Elsewhere, EndingKind::PutBack(PutBackBy::CircuitBreaker))
    );
    assert!(desk.picture().contains("circuit breaker"), "{}", desk.picture());
}

#[tokio::test(start_paused = true)]
async fn two_operators() {
    let mut desk = Desk::open("two-operators", Lang::En, SIZE).await;
    desk.reach_approval().await;
    let first = desk
        .session()
        .incident
        .as_ref()
        .unwrap()
        .plan
        .as_ref()
        .unwrap()
        .hash
        .clone();
    desk.keys("production/backend").await;
    // The colleague deploys while the plan is read; the console looks every few seconds and may not have seen it yet.
    for _ in 0..50 {
        desk.pause().await;
    }
    desk.keys("<enter>").await;
    desk.until_stage(|stage| stage == Stage::Check).await;
    assert_eq!(desk.ground.writes(), Vec::<String>::new());
    // What was deployed is said, and the plan as it would be now is in front: a stop would bring the illness back.
    let picture = desk.picture();
    assert!(
        picture.contains("peoplebooster-backend:58 after the plan"),
        "{picture}"
    );
    assert!(picture.contains("would bring back"), "{picture}");
    desk.keys("<enter>").await;
    assert_eq!(desk.stage(), Some(Stage::Check));
    // When the colleague's deployment has ended, there is a way again, and it is another one than before.
    let mut waited = 0;
    while desk.picture().contains("✗ block") {
        assert!(waited < 600, "{}", desk.picture());
        waited += 1;
        desk.console
            .until(jiff::SignedDuration::from_secs(1), |_| false)
            .await;
    }
    desk.keys("<enter>").await;
    desk.pause().await;
    let incident = desk.session().incident.as_ref().unwrap();
    assert_eq!(incident.stage, Stage::Approve, "{:?}", desk.session().notice);
    assert_ne!(incident.plan.as_ref().unwrap().hash, first);
}

/// What blocks says so, and no key gets past it.
async fn blocked(scenario: &str, words: &str) {
    let mut desk = Desk::open(scenario, Lang::En, SIZE).await;
    desk.keys("R<enter><enter><enter>").await;
    assert_eq!(desk.stage(), Some(Stage::Check), "{}", desk.picture());
    assert!(desk.picture().contains(words), "{}", desk.picture());
    desk.keys("<enter><enter>production/backend<enter>").await;
    assert_eq!(desk.stage(), Some(Stage::Check), "{}", desk.picture());
    assert_eq!(desk.ground.writes(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn image_gone() {
    blocked("image-gone", "block").await;
}

#[tokio::test(start_paused = true)]
async fn tag_moved() {
    blocked("tag-moved", "block").await;
}

#[tokio::test(start_paused = true)]
async fn throttled() {
    // The write is throttled as well: it did nothing, that is said, and R starts again.
    let (mut desk, outcome, kind) = walk("throttled").await;
    assert_eq!((outcome, kind), (Outcome::Failed, EndingKind::Failed));
    assert!(desk.picture().contains("wait a moment"), "{}", desk.picture());
    desk.keys("R").await;
    desk.pause().await;
    desk.keys("<tab><enter>").await;
    desk.until_stage(|stage| stage == Stage::Assess).await;
    desk.keys("<enter><enter><enter><enter>").await;
    desk.pause().await;
    desk.keys("production/backend").await;
    desk.pause().await;
    desk.keys("<enter>").await;
    desk.until_stage(|stage| stage == Stage::Verify).await;
    assert_eq!(desk.ground.writes(), ["ecs.UpdateService", "ecs.UpdateService"]);
}

#[tokio::test(start_paused = true)]
async fn denied() {
    let (mut desk, outcome, kind) = walk("denied").await;
    assert_eq!((outcome, kind), (Outcome::Failed, EndingKind::Failed));
    assert!(desk.picture().contains("ecs:UpdateService"), "{}", desk.picture());
}

#[tokio::test(start_paused = true)]
async fn what_is_being_rolled_out_is_told_from_what_serves() {
    for (lang, word) in [(Lang::En, "rolling out"), (Lang::Ja, "展開中")] {
        let mut desk = Desk::open("in-flight", lang, SIZE).await;
        let picture = desk.picture();
        assert!(picture.contains(":57↻"), "{picture}");
        assert!(picture.matches(word).count() >= 2, "{picture}");
        assert!(picture.contains("▼ ↻ :57"), "{picture}");
        assert!(!picture.contains("▶ :57"), "{picture}");
    }
}

#[tokio::test(start_paused = true)]
async fn under_the_charts_stands_what_served_and_not_what_failed() {
    let (mut desk, outcome, _) = walk("crash-loop").await;
    assert_ne!(outcome, Outcome::OnTarget);
    desk.keys("<esc>").await;
    let picture = desk.picture();
    let strip = |picture: &str| {
        picture
            .lines()
            .filter(|line| line.contains('▼'))
            .map(ToOwned::to_owned)
            .collect::<Vec<_>>()
    };
    let strips = strip(&picture);
    assert!(!strips.is_empty(), "{picture}");
    assert!(
        strips
            .iter()
            .all(|line| line.contains("▼ :57") && !line.contains("▼ :56")),
        "{picture}"
    );
}
