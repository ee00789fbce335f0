//! Every way back at the keyboard, through the real loop, to its right ending; and what a person decides between two calls.

use std::time::Duration;

use jiff::SignedDuration;
use modosu::domain::Mode;
use modosu::engine::{Engine, Watch};
use modosu::incident::{ActState, Incident, Stage};
use modosu::rollback::{EndingKind, Method, Outcome, PreflightVerdict};
use modosu::words::Lang;

use super::Desk;

const SIZE: (u16, u16) = (120, 40);

/// What is in sight, and what was said.
fn seen(desk: &mut Desk) -> String {
    let notice = format!("{:?}", desk.session().notice);
    format!("{notice}\n{}", desk.picture())
}

fn incident(desk: &Desk) -> &Incident {
    desk.session().incident.as_ref().unwrap()
}

/// From the panes to the target, with the services that the incident opens with.
async fn to_target(desk: &mut Desk) {
    desk.keys("R<enter><enter>").await;
    assert_eq!(desk.stage(), Some(Stage::Target), "{}", desk.picture());
}

/// Goes through the methods until this one is asked for.
async fn by(desk: &mut Desk, method: &str) {
    let mut seen = 0;
    loop {
        desk.keys("m").await;
        let picture = desk.picture();
        let label = picture.lines().find(|line| line.contains("method  "));
        if label.is_some_and(|line| line.contains(method)) {
            return;
        }
        seen += 1;
        assert!(seen < 8, "{method} is not offered:\n{picture}");
    }
}

/// From the target to the box that approves.
async fn to_approval(desk: &mut Desk) {
    desk.keys("<enter>").await;
    assert_eq!(desk.stage(), Some(Stage::Check), "{}", seen(desk));
    // What the checks of every service need is read first.
    let now = desk.console.engine().now();
    desk.until("checked", |session| {
        matches!(session.incident_proposal(now), Some(Ok(_)))
    })
    .await;
    desk.keys("<enter>").await;
    assert_eq!(desk.stage(), Some(Stage::Approve), "{}", seen(desk));
    desk.pause().await;
}

/// Types the phrase and confirms it.
async fn approve(desk: &mut Desk, phrase: &str) {
    desk.keys(phrase).await;
    desk.pause().await;
    desk.keys("<enter>").await;
    assert!(matches!(desk.stage(), Some(Stage::Act { .. })), "{}", seen(desk));
}

/// To the end of the rollback; a restored database takes its time.
async fn to_the_end(desk: &mut Desk) -> (Outcome, EndingKind) {
    let came = desk
        .console
        .until(SignedDuration::from_hours(4), |session| {
            session.incident.as_ref().is_some_and(|i| i.ending.is_some())
        })
        .await;
    assert!(came, "{}", seen(desk));
    let (ending, _) = incident(desk).ending.as_ref().unwrap();
    (ending.outcome, ending.kind.unwrap())
}

/// The calls of the plan are the ones that reached the account, in their order.
fn as_previewed(desk: &Desk) {
    let previewed: Vec<String> = incident(desk)
        .plan
        .as_ref()
        .unwrap()
        .steps
        .iter()
        .flat_map(|step| &step.calls)
        .map(|call| call.api.name().to_owned())
        .collect();
    assert_eq!(desk.ground.writes(), previewed);
}

const ON_TARGET: (Outcome, EndingKind) = (Outcome::OnTarget, EndingKind::OnTarget);

#[tokio::test(start_paused = true)]
async fn both_services_one_after_the_other() {
    let mut desk = Desk::open("bad-deploy", Lang::En, SIZE).await;
    desk.keys("R<enter>b").await;
    let picture = desk.picture();
    assert!(picture.contains("backend → frontend"), "{picture}");
    desk.keys("<enter>").await;
    to_approval(&mut desk).await;
    let picture = desk.picture();
    assert!(picture.contains("production/both"), "{picture}");
    approve(&mut desk, "production/both").await;
    desk.until_stage(super::pictures::following).await;
    let picture = desk.picture();
    assert!(picture.contains("● backend"), "{picture}");
    assert!(picture.contains("○ frontend"), "{picture}");
    assert_eq!(to_the_end(&mut desk).await, ON_TARGET);
    as_previewed(&desk);
}

#[tokio::test(start_paused = true)]
async fn stopped_between_two_services_the_half_way_state_is_told_with_choices() {
    let mut desk = Desk::open("bad-deploy", Lang::En, SIZE).await;
    desk.keys("R<enter>b<enter>").await;
    to_approval(&mut desk).await;
    approve(&mut desk, "production/both").await;
    desk.until_stage(super::pictures::following).await;
    desk.keys("s").await;
    let picture = desk.picture();
    assert!(
        picture.contains("Stop before ecs.UpdateService (frontend)"),
        "{picture}"
    );
    let (outcome, kind) = to_the_end(&mut desk).await;
    assert_eq!((outcome, kind), (Outcome::Failed, EndingKind::Stopped));
    assert_eq!(desk.ground.writes(), ["ecs.UpdateService"]);
    let picture = desk.picture();
    assert!(picture.contains("Half-way"), "{picture}");
    assert!(picture.contains("✓ back on :56"), "{picture}");
    assert!(picture.contains("✗ not on :30"), "{picture}");
    desk.keys("R").await;
    let picture = desk.picture();
    assert!(picture.contains("Put back the rest: frontend"), "{picture}");
    assert!(
        picture.contains("Bring forward again what is back: backend :57"),
        "{picture}"
    );
    // The second choice proposes where the first service was.
    desk.keys("j<enter>").await;
    desk.until_stage(|stage| stage == Stage::Assess).await;
    assert_eq!(incident(&desk).services.len(), 1);
    desk.keys("<enter><enter>").await;
    let picture = desk.picture();
    assert!(
        picture
            .lines()
            .any(|line| line.contains('›') && line.contains(":57")),
        "{picture}"
    );
}

#[tokio::test(start_paused = true)]
async fn after_a_restart_between_two_calls_the_next_one_waits_for_a_word() {
    for (keys, expected) in [
        ("<tab><enter>", ON_TARGET),
        ("<enter>", (Outcome::Failed, EndingKind::Stopped)),
    ] {
        let mut desk = Desk::open("bad-deploy", Lang::En, SIZE).await;
        desk.keys("R<enter>b<enter>").await;
        to_approval(&mut desk).await;
        approve(&mut desk, "production/both").await;
        desk.until_stage(super::pictures::following).await;
        // Before the second call account and service are read again; that takes long enough to end the process.
        desk.ground.fault("sts.GetCallerIdentity", "hang", 1).await;
        desk.until_stage(|stage| {
            matches!(
                stage,
                Stage::Act {
                    step: 1,
                    state: ActState::Ready,
                    ..
                }
            )
        })
        .await;
        let Desk { ground, console, .. } = desk;
        drop(console);
        ground.drill.clock().advance(Duration::from_secs(10 * 60));
        let mut engine = Engine::start(ground.start(Mode::Full), Watch::Live)
            .await
            .unwrap();
        engine.settle().await;
        let id = engine.heads().await.unwrap().swap_remove(0).unwrap().id;
        engine.resume(&id).await.unwrap();
        let mut desk = Desk::on(ground, engine, Lang::En, SIZE);
        desk.until("asking", |session| session.waits_for_word).await;
        desk.keys("R").await;
        let picture = desk.picture();
        assert!(picture.contains("ecs.UpdateService (frontend)"), "{picture}");
        assert_eq!(desk.ground.writes().len(), 1);
        // The key opens a question that is deaf at first, with its focus on stopping.
        desk.keys("C").await;
        assert!(desk.picture().contains("[ stop here ]"), "{}", desk.picture());
        desk.pause().await;
        desk.keys(keys).await;
        assert_eq!(to_the_end(&mut desk).await, expected, "{}", desk.picture());
        assert_eq!(
            desk.ground.writes().len(),
            if expected == ON_TARGET { 2 } else { 1 }
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_inactive_target_is_registered_anew() {
    let mut desk = Desk::open("revision-inactive", Lang::En, SIZE).await;
    to_target(&mut desk).await;
    to_approval(&mut desk).await;
    let picture = desk.picture();
    assert!(picture.contains("ecs.RegisterTaskDefinition"), "{picture}");
    assert!(picture.contains("A registered revision stays"), "{picture}");
    approve(&mut desk, "production/backend").await;
    assert_eq!(to_the_end(&mut desk).await, ON_TARGET);
    as_previewed(&desk);
    assert_eq!(
        desk.ground.writes(),
        ["ecs.RegisterTaskDefinition", "ecs.UpdateService"]
    );
}

#[tokio::test(start_paused = true)]
async fn an_image_that_a_revision_has_already_registers_nothing() {
    let mut desk = Desk::open("bad-deploy", Lang::En, SIZE).await;
    to_target(&mut desk).await;
    by(&mut desk, "image").await;
    let picture = desk.picture();
    assert!(picture.contains("Choose the image"), "{picture}");
    to_approval(&mut desk).await;
    approve(&mut desk, "production/backend").await;
    assert_eq!(to_the_end(&mut desk).await, ON_TARGET);
    assert_eq!(desk.ground.writes(), ["ecs.UpdateService"]);
    as_previewed(&desk);
}

#[tokio::test(start_paused = true)]
async fn a_definition_of_ones_own_is_read_shown_as_a_diff_and_registered() {
    let mut desk = Desk::open("bad-deploy", Lang::En, SIZE).await;
    let file = desk.ground.folder.path().join("task-definition-rollback.json");
    let image = "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/peoplebooster-backend:v1.3.4";
    let definition = serde_json::json!({
        "family": "peoplebooster-backend",
        "containerDefinitions": [{"name": "app", "image": image, "essential": true}],
        "requiresCompatibilities": ["FARGATE"], "cpu": "512", "memory": "1024", "networkMode": "awsvpc",
    });
    std::fs::write(&file, definition.to_string()).unwrap();
    to_target(&mut desk).await;
    desk.keys("F").await;
    desk.console
        .handle(modosu::tui::Input::Paste(file.display().to_string()));
    desk.keys("<enter>").await;
    for wanted in desk.console.wants() {
        match wanted {
            modosu::tui::Outside::ReadDefinition(path) => desk.console.read_definition(&path).await,
            other => panic!("{other:?}"),
        }
    }
    desk.pause().await;
    assert!(desk.session().own_definition.is_some(), "{}", desk.picture());
    let picture = desk.picture();
    assert!(picture.contains("The definition in your file"), "{picture}");
    desk.keys("<enter>").await;
    assert_eq!(desk.stage(), Some(Stage::Check), "{}", desk.picture());
    desk.keys("Gkd").await;
    let picture = desk.picture();
    assert!(picture.contains("new definition"), "{picture}");
}

#[tokio::test(start_paused = true)]
async fn a_deployment_at_a_hook_is_answered_with_rollback() {
    let mut desk = Desk::open("paused-hook", Lang::En, SIZE).await;
    to_target(&mut desk).await;
    let picture = desk.picture();
    assert!(picture.contains("answered with ROLLBACK"), "{picture}");
    to_approval(&mut desk).await;
    approve(&mut desk, "production/backend").await;
    assert_eq!(to_the_end(&mut desk).await, ON_TARGET);
    as_previewed(&desk);
    let written = desk.ground.written();
    assert_eq!(written[0].0, "ecs.ContinueServiceDeployment");
    assert_eq!(written[0].1["action"], "ROLLBACK");
}

#[tokio::test(start_paused = true)]
async fn what_codedeploy_drives_is_refused_with_the_steps_by_hand() {
    let mut desk = Desk::open("codedeploy", Lang::En, SIZE).await;
    to_target(&mut desk).await;
    desk.keys("<enter>").await;
    let picture = desk.picture();
    assert!(picture.contains("CodeDeploy"), "{picture}");
    desk.keys("O").await;
    assert!(
        desk.picture().contains("cannot be overridden"),
        "{}",
        desk.picture()
    );
    desk.keys("<enter>production/backend<enter>").await;
    assert_eq!(desk.ground.writes(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn starting_the_same_again_is_no_answer_to_a_bad_image() {
    let mut desk = Desk::open("bad-deploy", Lang::En, SIZE).await;
    to_target(&mut desk).await;
    by(&mut desk, "redeploy").await;
    let picture = desk.picture();
    assert!(picture.contains("This is no rollback"), "{picture}");
    desk.keys("<enter>").await;
    assert_eq!(desk.stage(), Some(Stage::Check), "{}", desk.picture());
    desk.pause().await;
    desk.keys("<enter>").await;
    assert_eq!(desk.stage(), Some(Stage::Check), "{}", desk.picture());
    assert_eq!(desk.ground.writes(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_block_is_overridden_only_with_a_written_reason_and_says_so() {
    let mut desk = Desk::open("tag-moved", Lang::En, SIZE).await;
    to_target(&mut desk).await;
    desk.keys("<enter>").await;
    desk.pause().await;
    // What blocks stands first, so it is selected.
    desk.keys("O<enter>").await;
    assert!(incident(&desk).overrides.is_empty());
    desk.keys("O").await;
    desk.console.handle(modosu::tui::Input::Paste(
        "the new content was tried by hand".to_owned(),
    ));
    desk.keys("<enter>").await;
    desk.pause().await;
    let over = incident(&desk).overrides.clone();
    assert_eq!(over.len(), 1, "{}", desk.picture());
    let picture = desk.picture();
    assert!(picture.contains("⊘ waived"), "{picture}");
    assert!(picture.contains("the new content was tried by hand"), "{picture}");
    desk.keys("<enter>").await;
    assert_eq!(desk.stage(), Some(Stage::Approve), "{}", desk.picture());
    let plan = incident(&desk).plan.clone().unwrap();
    assert_eq!(plan.overrides, over);
    assert!(
        plan.preflight
            .iter()
            .any(|row| row.verdict == PreflightVerdict::Block)
    );
    desk.pause().await;
    assert!(desk.picture().contains("tried by hand"), "{}", desk.picture());
}

#[tokio::test(start_paused = true)]
async fn the_workflow_is_followed_and_its_deployment_proven() {
    let mut desk = Desk::open("bad-deploy", Lang::En, SIZE).await;
    to_target(&mut desk).await;
    by(&mut desk, "github").await;
    let picture = desk.picture();
    assert!(picture.contains("latest-1"), "{picture}");
    to_approval(&mut desk).await;
    approve(&mut desk, "production/backend").await;
    desk.until("its jobs are seen", |session| {
        session.run.value().is_some_and(|run| !run.jobs.is_empty())
    })
    .await;
    let picture = desk.picture();
    assert!(picture.contains("github.CreateWorkflowDispatch"), "{picture}");
    assert_eq!(to_the_end(&mut desk).await, ON_TARGET, "{}", desk.picture());
    assert_eq!(desk.ground.writes()[0], "github.CreateWorkflowDispatch");
}

#[tokio::test(start_paused = true)]
async fn a_database_is_restored_with_its_progress_and_switched() {
    let mut desk = Desk::open("bad-migration", Lang::En, SIZE).await;
    to_target(&mut desk).await;
    by(&mut desk, "database").await;
    let picture = desk.picture();
    assert!(picture.contains("data lost"), "{picture}");
    assert!(picture.contains("minutes of data"), "{picture}");
    to_approval(&mut desk).await;
    let picture = desk.picture();
    assert!(
        picture.contains("rds.RestoreDBInstanceFromDBSnapshot"),
        "{picture}"
    );
    approve(&mut desk, "production/backend").await;
    desk.until("restoring", |session| session.settling.is_some())
        .await;
    desk.console.until(SignedDuration::from_mins(3), |_| false).await;
    let picture = desk.picture();
    assert!(
        picture.contains("● rds.RestoreDBInstanceFromDBSnapshot"),
        "{picture}"
    );
    assert!(picture.contains("○ secretsmanager.UpdateSecret"), "{picture}");
    assert!(picture.contains("expected by"), "{picture}");
    assert_eq!(to_the_end(&mut desk).await, ON_TARGET, "{}", desk.picture());
    as_previewed(&desk);
    let plan = incident(&desk).plan.as_ref().unwrap();
    assert_eq!(plan.steps[0].method, Method::Database);
}

#[tokio::test(start_paused = true)]
async fn sql_by_hand_is_kept_and_never_run() {
    let mut desk = Desk::open("bad-migration", Lang::En, SIZE).await;
    to_target(&mut desk).await;
    desk.keys("<enter>").await;
    desk.keys("D").await;
    let picture = desk.picture();
    assert!(picture.contains("migrate reset --skip-seed"), "{picture}");
    assert!(picture.contains("never runs it"), "{picture}");
    desk.keys("<enter>").await;
    desk.console.handle(modosu::tui::Input::Paste(
        "update answers\nset score = score / 10;".to_owned(),
    ));
    desk.picture();
    desk.keys("<ctrl-s>").await;
    desk.pause().await;
    let (_, text, _) = incident(&desk).attachments[0].clone();
    assert_eq!(text, "update answers\nset score = score / 10;");
    // A snapshot changes the method, a step back.
    desk.keys("Dj<enter>").await;
    desk.pause().await;
    assert_eq!(desk.stage(), Some(Stage::Target), "{}", desk.picture());
    assert!(
        desk.picture().contains("Choose the snapshot"),
        "{}",
        desk.picture()
    );
    assert_eq!(desk.ground.writes(), Vec::<String>::new());
}

/// The screens of a database that goes back, and of two services, in both languages and three sizes. Each picture is looked
/// over for open borders and cut words; what must be in sight is.
#[tokio::test(start_paused = true)]
async fn the_new_screens_fit_every_size_in_both_languages() {
    for lang in [Lang::Ja, Lang::En] {
        for size in [(80, 24), (120, 40), (200, 60)] {
            let mut desk = Desk::open("bad-migration", lang, size).await;
            desk.keys("R<enter>b").await;
            let scope = desk.picture();
            assert!(scope.contains("backend → frontend"), "{scope}");
            desk.keys("b<enter>mmm").await;
            let target = desk.picture();
            assert!(target.contains("before-v1-4-0"), "{target}");
            desk.keys("<enter>D").await;
            desk.picture();
            desk.keys("<enter>").await;
            desk.picture();
            desk.keys("<esc>").await;
            let now = desk.console.engine().now();
            desk.until("checked", |session| {
                matches!(session.incident_proposal(now), Some(Ok(_)))
            })
            .await;
            desk.picture();
            desk.keys("<enter>").await;
            desk.pause().await;
            desk.picture();
            approve(&mut desk, "production/backend").await;
            desk.until("restoring", |session| session.settling.is_some())
                .await;
            let act = desk.picture();
            assert!(act.contains("○ secretsmanager.UpdateSecret"), "{act}");
        }
    }
}
