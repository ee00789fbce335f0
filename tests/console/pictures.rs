//! Pictures of every pane and every step of the wizard, in both languages and three sizes, from one real walk each.

use modosu::domain::Mode;
use modosu::incident::{ActState, Stage};
use modosu::rollback::Trouble;
use modosu::session::Session;
use modosu::words::Lang;

use super::Desk;
use crate::walk::ground::Ground;

const SMALL: (u16, u16) = (80, 24);
const MIDDLE: (u16, u16) = (120, 40);
const LARGE: (u16, u16) = (200, 60);

fn named(lang: Lang, size: (u16, u16), what: &str) -> String {
    format!("{}-{}x{}-{what}", lang.tag(), size.0, size.1)
}

/// Whether our deployment is followed.
pub(super) fn following(stage: Stage) -> bool {
    matches!(
        stage,
        Stage::Act {
            state: ActState::Following,
            ..
        }
    )
}

/// Whether the call's effect is in doubt.
pub(super) fn doubtful(stage: Stage) -> bool {
    matches!(
        stage,
        Stage::Act {
            state: ActState::Doubtful,
            ..
        }
    )
}

/// Whether tasks of the target are on their way.
pub(super) fn starting(session: &Session) -> bool {
    session
        .progress
        .as_ref()
        .is_some_and(|p| p.new_pending > 0 || p.new_running > 0)
}

/// Whether the target is held.
pub(super) fn holding(session: &Session) -> bool {
    session
        .progress
        .as_ref()
        .is_some_and(|p| matches!(p.phase, modosu::rollback::Phase::Holding { .. }))
}

/// Whether the row is in the history. It is written beside the walk; a picture of before and one of after would both be
/// right.
pub(super) fn filed(session: &Session) -> bool {
    session.incident.as_ref().is_some_and(|i| i.filed.is_some())
}

async fn walk(lang: Lang, size: (u16, u16)) {
    let mut desk = Desk::open("bad-deploy", lang, size).await;
    macro_rules! picture {
        ($what:literal) => {
            insta::assert_snapshot!(named(lang, size, $what), desk.picture());
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
        let picture = desk.picture();
        if size.0 < 100 {
            insta::assert_snapshot!(named(lang, size, &format!("02-{what}")), picture);
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
    desk.keys("<esc>/v1.3").await;
    picture!("07-filter");
    desk.keys("<esc><esc>").await;

    desk.keys("R").await;
    picture!("10-assess");
    desk.keys("<enter>").await;
    picture!("11-scope");
    desk.keys("<enter>").await;
    picture!("12-target");
    desk.keys("<enter>").await;
    picture!("13-check");
    desk.keys("?").await;
    picture!("13-check-help");
    // Every page of the help is looked over.
    for _ in 0..6 {
        desk.keys("<pagedown>").await;
        desk.picture();
    }
    // Every row can be read, and the last one is the call.
    desk.keys("<esc>jj").await;
    picture!("13-check-row");
    desk.keys("d").await;
    picture!("13-check-details");
    desk.keys("<esc>G").await;
    picture!("13-check-calls");
    desk.keys("<enter>").await;
    desk.pause().await;
    picture!("14-approve");
    desk.keys("production/backend").await;
    picture!("15-approve-typed");
    desk.keys("<enter>").await;
    desk.until_stage(following).await;
    desk.until("progress", starting).await;
    picture!("16-roll-back");
    desk.until("holding", holding).await;
    picture!("17-holding");
    desk.until_stage(|stage| stage == Stage::Verify).await;
    picture!("18-verify");
    desk.keys("jjp").await;
    desk.until_stage(|stage| stage == Stage::Report).await;
    desk.until("filed", filed).await;
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
    for (lang, size) in Lang::ALL
        .into_iter()
        .flat_map(|l| [SMALL, MIDDLE, LARGE].map(|s| (l, s)))
    {
        let name = |what: &str| named(lang, size, what);
        let mut waiting = Desk::open_unsettled("bad-deploy", lang, size).await;
        insta::assert_snapshot!(name("30-waiting"), waiting.picture());
        let mut quiet = Desk::open("no-traffic", lang, size).await;
        quiet.keys("5").await;
        insta::assert_snapshot!(name("31-no-traffic"), quiet.picture());
        let mut denied = Desk::open_faulty("ecs.ListTaskDefinitions", "denied", lang, size).await;
        denied.keys("2").await;
        insta::assert_snapshot!(name("32-denied"), denied.picture());
        let mut unknown = Desk::open("never-ran", lang, size).await;
        unknown.keys("R<enter><enter>").await;
        insta::assert_snapshot!(name("33-never-ran"), unknown.picture());
    }
}

/// From the panes to the plan that was sent.
async fn send(desk: &mut Desk) {
    desk.reach_approval().await;
    desk.keys("production/backend").await;
    desk.pause().await;
    desk.keys("<enter>").await;
}

/// A call without an answer: what is asked of a person, and how it is ended when it cannot be told.
async fn doubt(lang: Lang, size: (u16, u16)) {
    let mut desk = Desk::open("bad-deploy", lang, size).await;
    desk.reach_approval().await;
    desk.ground.fault("ecs.UpdateService", "lost", 1).await;
    desk.keys("production/backend").await;
    desk.pause().await;
    desk.keys("<enter>").await;
    desk.until_stage(doubtful).await;
    // The look that would tell finds nobody.
    desk.ground.fault("ecs.*", "denied", 1000).await;
    insta::assert_snapshot!(named(lang, size, "40-doubtful"), desk.picture());
    desk.until("looked in vain", |session| !session.looking).await;
    desk.keys("U").await;
    desk.pause().await;
    insta::assert_snapshot!(named(lang, size, "41-give-up"), desk.picture());
    desk.keys("<tab><enter>").await;
    desk.until_stage(|stage| stage == Stage::Report).await;
    desk.until("filed", filed).await;
    insta::assert_snapshot!(named(lang, size, "42-unknown"), desk.picture());
}

/// A colleague's deployment over ours: what runs now, and the way to begin again.
async fn superseded(lang: Lang, size: (u16, u16)) {
    let mut desk = Desk::open("bad-deploy", lang, size).await;
    send(&mut desk).await;
    desk.until_stage(following).await;
    desk.until("progress", starting).await;
    deploy(&desk, "peoplebooster-backend:55").await;
    desk.until_stage(|stage| stage == Stage::Report).await;
    desk.until("filed", filed).await;
    insta::assert_snapshot!(named(lang, size, "43-elsewhere"), desk.picture());
    desk.keys("R").await;
    desk.pause().await;
    insta::assert_snapshot!(named(lang, size, "44-again"), desk.picture());
    // Enter alone stays; the other button begins again.
    desk.keys("<enter>").await;
    assert_eq!(desk.stage(), Some(Stage::Report));
    let first = desk
        .session()
        .incident
        .as_ref()
        .map(|incident| incident.id.clone());
    desk.keys("R").await;
    desk.pause().await;
    desk.keys("<tab><enter>").await;
    assert_eq!(desk.stage(), Some(Stage::Assess));
    let second = desk
        .session()
        .incident
        .as_ref()
        .map(|incident| incident.id.clone());
    assert_ne!(first, second);
    desk.keys("<enter><enter>").await;
    assert_eq!(desk.stage(), Some(Stage::Target));
    assert_eq!(desk.ground.writes().len(), 2, "ours and the colleague's");
}

/// A colleague deploys while the plan waits: it is refused, and the new one says what is different.
async fn stale(lang: Lang, size: (u16, u16)) {
    let mut desk = Desk::open("bad-deploy", lang, size).await;
    desk.reach_approval().await;
    deploy(&desk, "peoplebooster-backend:54").await;
    desk.until("seen", |session| {
        session.services.iter().any(|view| {
            view.state
                .value()
                .is_some_and(|state| state.task_definition.revision() == 54)
        })
    })
    .await;
    desk.keys("production/backend").await;
    desk.pause().await;
    desk.keys("<enter>").await;
    desk.until_stage(|stage| stage == Stage::Check).await;
    insta::assert_snapshot!(named(lang, size, "45-stale"), desk.picture());
    assert_eq!(desk.ground.writes().len(), 1, "only the colleague's");
}

/// A deployment that is still under way: the method is chosen by state, said, and can be asked for.
async fn in_flight(lang: Lang, size: (u16, u16)) {
    let mut desk = Desk::open("in-flight", lang, size).await;
    insta::assert_snapshot!(named(lang, size, "50-in-flight"), desk.picture());
    desk.keys("R<enter><enter>").await;
    insta::assert_snapshot!(named(lang, size, "51-method-auto"), desk.picture());
    desk.keys("m").await;
    insta::assert_snapshot!(named(lang, size, "52-method-revision"), desk.picture());
    // Once round: image, github, database, redeploy, and what the state chooses again.
    desk.keys("mmmmm<enter>").await;
    insta::assert_snapshot!(named(lang, size, "53-stop-check"), desk.picture());
    desk.keys("<enter>").await;
    desk.pause().await;
    insta::assert_snapshot!(named(lang, size, "54-stop-approve"), desk.picture());
    desk.keys("production/backend").await;
    desk.pause().await;
    desk.keys("<enter>").await;
    desk.until_stage(following).await;
    desk.until("progress", |session| session.progress.is_some()).await;
    insta::assert_snapshot!(named(lang, size, "55-stopping"), desk.picture());
    desk.until_stage(|stage| stage == Stage::Verify).await;
    assert_eq!(desk.ground.writes(), ["ecs.StopServiceDeployment"]);
}

/// Asking for the other method says at once that it does not fit.
async fn wrong_method(lang: Lang, size: (u16, u16)) {
    let mut desk = Desk::open("in-flight", lang, size).await;
    desk.keys("R<enter><enter>m<enter>").await;
    assert_eq!(desk.stage(), Some(Stage::Check));
    insta::assert_snapshot!(named(lang, size, "56-method-blocked"), desk.picture());
    desk.keys("<enter>").await;
    assert_eq!(desk.stage(), Some(Stage::Check), "a blocked plan is not frozen");
}

/// The version that worked does not start any more: seen while it fails, and how ECS ends it.
async fn crash_loop(lang: Lang, size: (u16, u16)) {
    let mut desk = Desk::open("crash-loop", lang, size).await;
    send(&mut desk).await;
    desk.until("trouble", |session| {
        session.progress.as_ref().is_some_and(|p| p.trouble.is_some())
    })
    .await;
    insta::assert_snapshot!(named(lang, size, "60-failing"), desk.picture());
    desk.until_stage(|stage| stage == Stage::Report).await;
    desk.until("filed", filed).await;
    insta::assert_snapshot!(named(lang, size, "61-put-back"), desk.picture());
}

/// The version that worked never becomes ready: loud while it stands still, and when its time is over.
async fn stalled(lang: Lang, size: (u16, u16)) {
    let pushed = "behaviour = { error_rate = 0.0002, p50_ms = 95.0, p95_ms = 300.0 }";
    let change = format!("{pushed}\n\n[[application.image.change]]\nat = \"-1m\"\nboot_s = 5000.0");
    let ground = Ground::changed(&[(pushed, &change)]);
    let start = ground.start(Mode::Full);
    let mut desk = Desk::open_with(ground, start, lang, size).await;
    send(&mut desk).await;
    desk.until("stalled", |session| {
        session
            .progress
            .as_ref()
            .is_some_and(|p| matches!(p.trouble, Some(Trouble::Stalled(_))))
    })
    .await;
    insta::assert_snapshot!(named(lang, size, "62-stalled"), desk.picture());
    desk.until_stage(|stage| stage == Stage::Report).await;
    desk.until("filed", filed).await;
    insta::assert_snapshot!(named(lang, size, "63-stalled-to-the-end"), desk.picture());
}

/// What the other scenarios open on, and what their plan says.
async fn other_worlds(lang: Lang, size: (u16, u16)) {
    for (scenario, main, check) in [
        ("outage", "70-outage", "71-outage-check"),
        ("image-gone", "72-image-gone", "73-image-gone-check"),
        ("tag-moved", "74-tag-moved", "75-tag-moved-check"),
        ("denied", "76-denied", "77-denied-check"),
        ("throttled", "78-throttled", "79-throttled-check"),
    ] {
        let mut desk = Desk::open(scenario, lang, size).await;
        insta::assert_snapshot!(named(lang, size, main), desk.picture());
        desk.keys("R<enter><enter><enter>").await;
        insta::assert_snapshot!(named(lang, size, check), desk.picture());
    }
}

/// Somebody else deploys.
pub(super) async fn deploy(desk: &Desk, definition: &str) {
    desk.ground
        .call(
            "AmazonEC2ContainerServiceV20141113.UpdateService",
            &serde_json::json!({
                "cluster": "peoplebooster-production",
                "service": "peoplebooster-backend",
                "taskDefinition": definition,
            }),
        )
        .await;
}

macro_rules! in_both_languages {
    ($($test:ident $picture:ident $size:ident;)*) => {$(
        #[tokio::test(start_paused = true)]
        async fn $test() {
            for lang in Lang::ALL {
                $picture(lang, $size).await;
            }
        }
    )*};
}

in_both_languages! {
    walk_80x24 walk SMALL;
    walk_120x40 walk MIDDLE;
    walk_200x60 walk LARGE;
    doubt_80x24 doubt SMALL;
    doubt_120x40 doubt MIDDLE;
    doubt_200x60 doubt LARGE;
    superseded_80x24 superseded SMALL;
    superseded_120x40 superseded MIDDLE;
    superseded_200x60 superseded LARGE;
    stale_80x24 stale SMALL;
    stale_120x40 stale MIDDLE;
    stale_200x60 stale LARGE;
    in_flight_80x24 in_flight SMALL;
    in_flight_120x40 in_flight MIDDLE;
    in_flight_200x60 in_flight LARGE;
    wrong_method_80x24 wrong_method SMALL;
    wrong_method_120x40 wrong_method MIDDLE;
    wrong_method_200x60 wrong_method LARGE;
    crash_loop_80x24 crash_loop SMALL;
    crash_loop_120x40 crash_loop MIDDLE;
    crash_loop_200x60 crash_loop LARGE;
    stalled_80x24 stalled SMALL;
    stalled_120x40 stalled MIDDLE;
    stalled_200x60 stalled LARGE;
    other_worlds_80x24 other_worlds SMALL;
    other_worlds_120x40 other_worlds MIDDLE;
    other_worlds_200x60 other_worlds LARGE;
}
