//! The box that approves: what it takes, and all that it does not.

use modosu::domain::Mode;
use modosu::engine::Start;
use modosu::incident::Stage;
use modosu::rollback::Verdict;
use modosu::tui::{Input, Key, Outside};
use modosu::words::Lang;

use super::Desk;
use crate::walk::ground::Ground;

const SIZE: (u16, u16) = (120, 40);

fn all_at_once(desk: &mut Desk, keys: &str) {
    let keys = Key::parse_all(keys).unwrap();
    desk.console
        .handle_all(keys.into_iter().map(Input::Key).collect());
}

#[tokio::test(start_paused = true)]
async fn enter_alone_a_wrong_text_and_a_paste_do_nothing() {
    let mut desk = Desk::open("bad-deploy", Lang::En, SIZE).await;
    desk.reach_approval().await;
    desk.keys("<enter><enter>production/backen<enter>").await;
    assert!(desk.picture().contains("is not production/backend"));
    desk.keys("<backspace>x<enter>").await;
    desk.console.handle(Input::Paste("production/backend".to_owned()));
    desk.keys("<enter>").await;
    assert_eq!(desk.stage(), Some(Stage::Approve));
    assert_eq!(desk.ground.writes(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn keys_typed_before_the_box_opened_are_dropped() {
    let mut desk = Desk::open("bad-deploy", Lang::En, SIZE).await;
    desk.keys("R<enter><enter><enter>").await;
    assert_eq!(desk.stage(), Some(Stage::Check));
    // No pause: these keys were on their way when the box opened.
    desk.keys("<enter>").await;
    assert_eq!(desk.stage(), Some(Stage::Approve));
    desk.keys("pro").await;
    desk.pause().await;
    desk.keys("production/backend").await;
    assert!(
        desk.picture().contains("production/backend: production/backend"),
        "{}",
        desk.picture()
    );
    desk.keys("<enter>").await;
    assert!(matches!(desk.stage(), Some(Stage::Act { .. })));
}

#[tokio::test(start_paused = true)]
async fn a_paste_that_the_terminal_did_not_mark_never_confirms() {
    let mut desk = Desk::open("bad-deploy", Lang::En, SIZE).await;
    desk.reach_approval().await;
    all_at_once(&mut desk, "production/backend<enter><enter>");
    desk.pause().await;
    assert_eq!(desk.stage(), Some(Stage::Approve));
    // It may fill the box; confirming is a key of its own.
    desk.keys("<enter>").await;
    assert!(matches!(desk.stage(), Some(Stage::Act { .. })));
}

#[tokio::test(start_paused = true)]
async fn a_resize_and_a_long_silence_forget_what_was_typed() {
    let mut desk = Desk::open("bad-deploy", Lang::En, SIZE).await;
    desk.reach_approval().await;
    desk.keys("production/backend").await;
    desk.console.handle(Input::Resize);
    desk.pause().await;
    desk.keys("<enter>").await;
    assert_eq!(desk.stage(), Some(Stage::Approve));
    desk.keys("production/backend").await;
    for _ in 0..61 {
        desk.pause().await;
    }
    desk.keys("<enter>").await;
    assert_eq!(desk.stage(), Some(Stage::Approve));
    assert_eq!(desk.ground.writes(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_double_enter_on_the_right_text_writes_once() {
    let mut desk = Desk::open("bad-deploy", Lang::En, SIZE).await;
    desk.reach_approval().await;
    desk.keys("production/backend").await;
    desk.pause().await;
    all_at_once(&mut desk, "<enter><enter><enter>");
    desk.until_stage(|stage| stage == Stage::Verify).await;
    assert_eq!(desk.ground.writes(), ["ecs.UpdateService"]);
}

#[tokio::test(start_paused = true)]
async fn where_the_environment_is_not_protected_the_focus_starts_on_cancel() {
    let ground = Ground::new("bad-deploy");
    let mut start: Start = ground.start(Mode::Full);
    let mut runbook = (*start.runbook).clone();
    for environment in runbook.environments.values_mut() {
        environment.protected = false;
    }
    start.runbook = std::sync::Arc::new(runbook);
    let mut desk = Desk::open_with(ground, start, Lang::En, SIZE).await;
    desk.reach_approval().await;
    assert!(desk.picture().contains("[ Cancel ]"));
    desk.keys("<enter>").await;
    assert_eq!(desk.stage(), Some(Stage::Check), "Enter alone goes back");
    desk.keys("<enter>").await;
    desk.pause().await;
    desk.keys("<tab><enter>").await;
    assert!(matches!(desk.stage(), Some(Stage::Act { .. })));
}

/// The picture's words without borders and line ends: what is folded reads in one piece.
fn unfolded(picture: &str) -> String {
    picture
        .chars()
        .filter(|letter| !letter.is_whitespace() && !"│╭╮╰╯─".contains(*letter))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn what_is_approved_is_in_sight_at_every_size() {
    for lang in [Lang::En, Lang::Ja] {
        for (scenario, call) in [
            ("bad-deploy", "ecs.UpdateService"),
            ("in-flight", "ecs.StopServiceDeployment"),
        ] {
            for size in [(80, 24), (120, 40), (200, 60)] {
                let mut desk = Desk::open(scenario, lang, size).await;
                desk.reach_approval().await;
                let plan = desk.session().incident.clone().unwrap().plan.unwrap();
                let input = match call {
                    "ecs.UpdateService" => plan.steps[0].target.definition.to_string(),
                    _ => plan.steps[0].turns_back().unwrap().to_string(),
                };
                let picture = desk.picture();
                let seen = unfolded(&picture);
                let hash = plan.hash.to_string();
                // Beside other panes a fold is not undone; the last part of an ARN tells it apart.
                let (_, input) = input.rsplit_once('/').unwrap();
                for wanted in [call, input, &hash[..16], "production"] {
                    assert!(seen.contains(wanted), "{wanted} at {size:?}:\n{picture}");
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_call_says_what_to_do_next_at_the_smallest_size() {
    for (kind, en, ja) in [
        ("throttle", "waitamoment", "少し待って"),
        ("denied", "ecs:UpdateService", "ecs:UpdateService"),
        ("expired", "Loginagain", "再ログイン"),
    ] {
        for (lang, wanted) in [(Lang::En, en), (Lang::Ja, ja)] {
            let mut desk = Desk::open("bad-deploy", lang, (80, 24)).await;
            desk.reach_approval().await;
            desk.ground.fault("ecs.UpdateService", kind, 1).await;
            desk.keys("production/backend").await;
            desk.pause().await;
            desk.keys("<enter>").await;
            desk.until_stage(|stage| stage == Stage::Report).await;
            let picture = desk.picture();
            assert!(unfolded(&picture).contains(wanted), "{kind}:\n{picture}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_check_step_says_that_no_criterion_is_met_any_more() {
    let mut desk = Desk::open("bad-deploy", Lang::En, (80, 24)).await;
    desk.keys("R<enter><enter><enter>").await;
    assert_eq!(desk.stage(), Some(Stage::Check));
    assert!(!desk.picture().contains("No criterion is met"));
    // A colleague goes back by hand meanwhile.
    desk.ground
        .call(
            "AmazonEC2ContainerServiceV20141113.UpdateService",
            &serde_json::json!({
                "cluster": "peoplebooster-production",
                "service": "peoplebooster-backend",
                "taskDefinition": "peoplebooster-backend:56",
            }),
        )
        .await;
    desk.until("calm", |session| session.verdict == Verdict::Hold)
        .await;
    assert!(
        desk.picture()
            .contains("No criterion is met any more: X gives up."),
        "{}",
        desk.picture()
    );
}

/// A terminal of another size, as whoever drives the console hears of it.
async fn resize(desk: &mut Desk, width: u16, height: u16) {
    desk.console.backend_mut().resize(width, height);
    desk.console.handle(Input::Resize);
    desk.pause().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_not_seen_is_not_approved() {
    for (lang, small, answers) in [
        (Lang::En, "too small", "too small to answer"),
        (Lang::Ja, "画面が小さ", "回答できません"),
    ] {
        let mut desk = Desk::open("bad-deploy", lang, (80, 24)).await;
        desk.reach_approval().await;
        desk.keys("production/backend").await;
        for (width, height) in [(20, 5), (30, 8), (79, 7), (39, 24), (12, 1)] {
            resize(&mut desk, width, height).await;
            let picture = desk.picture().replace('\n', " ");
            assert!(
                width < 20 || picture.contains(small),
                "{width}x{height}: {picture}"
            );
            desk.keys("production/backend").await;
            desk.pause().await;
            desk.keys("<enter><esc>").await;
            assert_eq!(desk.stage(), Some(Stage::Approve), "{width}x{height}");
        }
        // The panes have room here, but the question would not be seen whole.
        for (width, height) in [(80, 15), (59, 24), (44, 10)] {
            resize(&mut desk, width, height).await;
            let picture = desk.picture();
            assert!(width < 80 || picture.contains(answers), "{picture}");
            desk.keys("production/backend").await;
            desk.pause().await;
            desk.keys("<enter>").await;
            assert_eq!(desk.stage(), Some(Stage::Approve), "{width}x{height}");
        }
        // Nothing that was typed meanwhile is there when the window has grown again.
        resize(&mut desk, 80, 24).await;
        desk.keys("<enter>").await;
        assert_eq!(desk.stage(), Some(Stage::Approve));
        assert_eq!(desk.ground.writes(), Vec::<String>::new());
        desk.keys("production/backend").await;
        desk.pause().await;
        desk.keys("<enter>").await;
        assert!(matches!(desk.stage(), Some(Stage::Act { .. })));
    }
}

#[tokio::test(start_paused = true)]
async fn a_window_that_shrank_unannounced_takes_no_key_either() {
    let mut desk = Desk::open("bad-deploy", Lang::En, (80, 24)).await;
    desk.reach_approval().await;
    desk.keys("production/backend").await;
    desk.pause().await;
    desk.console.backend_mut().resize(20, 5);
    desk.keys("<enter>").await;
    assert_eq!(desk.stage(), Some(Stage::Approve));
    // One may always leave.
    desk.keys("<ctrl-z>q").await;
    assert_eq!(desk.console.wants(), [Outside::Suspend, Outside::Quit]);
}
