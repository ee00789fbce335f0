//! Pictures of every pane and every step of the wizard, in both languages and two sizes, from one real walk each.

use modosu::incident::{ActState, Stage};
use modosu::words::Lang;

use super::Desk;

async fn walk(lang: Lang, size: (u16, u16)) {
    let name = |what: &str| format!("{}-{}x{}-{what}", lang.tag(), size.0, size.1);
    let mut desk = Desk::open("bad-deploy", lang, size).await;
    macro_rules! picture {
        ($what:literal) => {
            insta::assert_snapshot!(name($what), desk.picture());
        };
    }
    picture!("01-main");
    for (key, what) in [
        ("2", "revisions"),
        ("3", "images"),
        ("4", "events"),
        ("5", "error-rate"),
        ("6", "latency"),
    ] {
        desk.keys(key).await;
        if size.0 < 100 {
            insta::assert_snapshot!(name(&format!("02-{what}")), desk.picture());
        }
    }
    desk.keys("2jd").await;
    picture!("03-details");
    desk.keys("<esc>?").await;
    picture!("04-help");
    desk.keys("<esc>:ref").await;
    picture!("05-palette");
    desk.keys("<esc>!").await;
    picture!("06-declare");
    desk.keys("<esc>").await;

    desk.keys("R").await;
    picture!("10-assess");
    desk.keys("<enter>").await;
    picture!("11-scope");
    desk.keys("<enter>").await;
    picture!("12-target");
    desk.keys("<enter>").await;
    picture!("13-check");
    desk.keys("<enter>").await;
    desk.pause().await;
    picture!("14-approve");
    desk.keys("production/backend").await;
    picture!("15-approve-typed");
    desk.keys("<enter>").await;
    desk.until_stage(|stage| {
        matches!(
            stage,
            Stage::Act {
                state: ActState::Following,
                ..
            }
        )
    })
    .await;
    desk.until("progress", |session| {
        session
            .progress
            .as_ref()
            .is_some_and(|p| p.new_pending > 0 || p.new_running > 0)
    })
    .await;
    picture!("16-roll-back");
    desk.until("holding", |session| {
        session
            .progress
            .as_ref()
            .is_some_and(|p| matches!(p.phase, modosu::rollback::Phase::Holding { .. }))
    })
    .await;
    picture!("17-holding");
    desk.until_stage(|stage| stage == Stage::Verify).await;
    picture!("18-verify");
    desk.keys("jjp").await;
    desk.until_stage(|stage| stage == Stage::Report).await;
    // The row is written beside the walk; a picture of before and one of after would both be right.
    desk.until("filed", |session| {
        session.incident.as_ref().is_some_and(|i| i.filed.is_some())
    })
    .await;
    picture!("19-report");
    desk.keys("<tab>").await;
    desk.keys("調査中").await;
    picture!("20-report-writing");
    desk.keys("<ctrl-s>").await;
    desk.until_stage(|stage| stage == Stage::Done).await;
    picture!("21-record");
    desk.keys("v").await;
    picture!("22-checklist");
    desk.keys("<esc>c").await;
    assert_eq!(desk.stage(), None);
    picture!("23-after");
    assert_eq!(desk.ground.writes(), ["ecs.UpdateService"]);
    assert!(desk.ground.history().contains(":56"), "{}", desk.ground.history());
}

/// What the panes say when there is nothing to say yet, no traffic, or no permission.
#[tokio::test(start_paused = true)]
async fn without_data() {
    for lang in Lang::ALL {
        let name = |what: &str| format!("{}-80x24-{what}", lang.tag());
        let mut waiting = Desk::open_unsettled("bad-deploy", lang, (80, 24)).await;
        insta::assert_snapshot!(name("30-waiting"), waiting.picture());
        let mut quiet = Desk::open("no-traffic", lang, (80, 24)).await;
        quiet.keys("5").await;
        insta::assert_snapshot!(name("31-no-traffic"), quiet.picture());
        let mut denied = Desk::open_faulty("ecs.ListTaskDefinitions", "denied", lang, (80, 24)).await;
        denied.keys("2").await;
        insta::assert_snapshot!(name("32-denied"), denied.picture());
        let mut unknown = Desk::open("never-ran", lang, (80, 24)).await;
        unknown.keys("R<enter><enter>").await;
        insta::assert_snapshot!(name("33-never-ran"), unknown.picture());
    }
}

#[tokio::test(start_paused = true)]
async fn english_80x24() {
    walk(Lang::En, (80, 24)).await;
}

#[tokio::test(start_paused = true)]
async fn english_120x40() {
    walk(Lang::En, (120, 40)).await;
}

#[tokio::test(start_paused = true)]
async fn japanese_80x24() {
    walk(Lang::Ja, (80, 24)).await;
}

#[tokio::test(start_paused = true)]
async fn japanese_120x40() {
    walk(Lang::Ja, (120, 40)).await;
}
