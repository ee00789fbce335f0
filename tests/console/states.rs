//! What each pane says when it waits, is refused, is slowed down, fails, grows old, or has nothing to show: pictures of the real
//! loop on a drill whose operations go wrong.

use jiff::SignedDuration;
use modosu::session::{ServiceView, Session};
use modosu::tui::{Input, Key};
use modosu::words::Lang;

use super::Desk;

const SIZE: (u16, u16) = (80, 24);
/// Sizes at which all panes are seen at once.
const WIDE: [(u16, u16); 2] = [(120, 40), (200, 60)];

/// Each pane: its name, its key, and the operation that feeds it.
const PANES: [(&str, &str, &str); 6] = [
    ("services", "1", "ecs.DescribeServices"),
    ("revisions", "t", "ecs.ListTaskDefinitions"),
    ("deployments", "p", "ecs.ListServiceDeployments"),
    ("images", "i", "ecr.DescribeImages"),
    ("events", "w", "ecs.DescribeServices"),
    ("error-rate", "m", "cloudwatch.GetMetricData"),
];

async fn faulty(kind: &str, number: u8) {
    for lang in Lang::ALL {
        for (pane, key, operation) in PANES {
            let mut desk = Desk::open_faulty(operation, kind, lang, SIZE).await;
            desk.keys(key).await;
            let name = format!("{}-80x24-{number}-{kind}-{pane}", lang.tag());
            insta::assert_snapshot!(name, desk.picture());
        }
        // Every pane at once. The services can be read here: without them there would be nothing to ask about.
        let of_panes = PANES.map(|(_, _, operation)| operation);
        for size in WIDE {
            let name = |what: &str| format!("{}-{}x{}-{number}-{kind}-{what}", lang.tag(), size.0, size.1);
            let mut desk = Desk::open_failing(&of_panes[1..4], kind, lang, size).await;
            insta::assert_snapshot!(name("lists"), desk.picture());
            desk.keys("p").await;
            insta::assert_snapshot!(name("deployments"), desk.picture());
            let mut desk = Desk::open_failing(&[of_panes[0], of_panes[5]], kind, lang, size).await;
            insta::assert_snapshot!(name("services"), desk.picture());
            let mut desk = Desk::open_failing(&of_panes[5..], kind, lang, size).await;
            insta::assert_snapshot!(name("charts"), desk.picture());
        }
        let mut desk = Desk::open_failing(&of_panes[5..], kind, lang, SIZE).await;
        desk.keys("6").await;
        let name = format!("{}-80x24-{number}-{kind}-latency", lang.tag());
        insta::assert_snapshot!(name, desk.picture());
    }
}

#[tokio::test(start_paused = true)]
async fn denied_says_which_permission_is_missing() {
    faulty("denied", 40).await;
}

#[tokio::test(start_paused = true)]
async fn throttled_says_that_it_asks_again() {
    faulty("throttle", 41).await;
}

#[tokio::test(start_paused = true)]
async fn failed_says_what_failed() {
    faulty("error", 42).await;
}

#[tokio::test(start_paused = true)]
async fn waiting_is_said_of_every_pane() {
    for lang in Lang::ALL {
        for size in WIDE {
            let mut desk = Desk::open_unsettled("bad-deploy", lang, size).await;
            let name = format!("{}-{}x{}-43-waiting", lang.tag(), size.0, size.1);
            insta::assert_snapshot!(name, desk.picture());
        }
        for (pane, key, _) in PANES {
            let mut desk = Desk::open_unsettled("bad-deploy", lang, SIZE).await;
            for key in Key::parse_all(key).unwrap() {
                desk.console.handle(Input::Key(key));
            }
            let name = format!("{}-80x24-43-waiting-{pane}", lang.tag());
            insta::assert_snapshot!(name, desk.picture());
        }
    }
}

/// Whether what feeds a pane failed at the last look.
fn failing(session: &Session, pane: &str) -> bool {
    let view: &ServiceView = &session.services[0];
    match pane {
        "services" | "events" => view.state.fault().is_some(),
        "revisions" => view.definitions.fault().is_some(),
        "deployments" => view.history.fault().is_some(),
        "images" => view.images.fault().is_some(),
        _ => view.series.fault().is_some(),
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_read_stays_grows_old_and_says_why() {
    for lang in Lang::ALL {
        for (pane, key, operation) in PANES {
            let mut desk = Desk::open("bad-deploy", lang, SIZE).await;
            desk.ground.fault(operation, "denied", 1000).await;
            desk.keys(key).await;
            desk.keys("r").await;
            desk.until("failing", |session| failing(session, pane)).await;
            let picture = desk.picture();
            let words = match lang {
                Lang::En => ["stale", "denied: "],
                Lang::Ja => ["古い値", "権限なし: "],
            };
            for word in words {
                assert!(picture.contains(word), "{pane}: {picture}");
            }
            assert!(picture.contains("backend"), "{pane}: {picture}");
        }
    }
}

/// A picture of each pane whose data is old: one walk, everything denied at once.
#[tokio::test(start_paused = true)]
async fn everything_stale() {
    for (lang, size) in Lang::ALL
        .into_iter()
        .flat_map(|l| [SIZE, WIDE[0], WIDE[1]].map(|s| (l, s)))
    {
        let name = |what: &str| format!("{}-{}x{}-{what}", lang.tag(), size.0, size.1);
        let mut desk = Desk::open("bad-deploy", lang, size).await;
        for (_, _, operation) in PANES {
            desk.ground.fault(operation, "throttle", 1000).await;
        }
        let began = desk.console.engine().now();
        desk.console
            .handle_all(vec![Input::Key(Key::parse("r").unwrap())]);
        desk.until("failing", |session| {
            PANES.iter().all(|(pane, _, _)| failing(session, pane))
        })
        .await;
        let passed = desk.console.engine().now().duration_since(began);
        assert!(passed < SignedDuration::from_mins(5), "{passed}");
        insta::assert_snapshot!(name("44-stale"), desk.picture());
        desk.keys("p").await;
        insta::assert_snapshot!(name("45-stale-deployments"), desk.picture());
        if size == SIZE {
            for (key, pane) in [
                ("i", "images"),
                ("w", "events"),
                ("m", "error-rate"),
                ("6", "latency"),
            ] {
                desk.keys(key).await;
                insta::assert_snapshot!(name(&format!("45-stale-{pane}")), desk.picture());
            }
        }
    }
}

/// Where there is nothing: no minute with a request, no row that a filter leaves.
#[tokio::test(start_paused = true)]
async fn empty_says_so() {
    for (lang, size) in Lang::ALL
        .into_iter()
        .flat_map(|l| [SIZE, WIDE[0], WIDE[1]].map(|s| (l, s)))
    {
        let name = |what: &str| format!("{}-{}x{}-46-empty{what}", lang.tag(), size.0, size.1);
        let mut desk = Desk::open("no-traffic", lang, size).await;
        for (key, pane) in [
            ("1", "services"),
            ("t", "revisions"),
            ("i", "images"),
            ("w", "events"),
        ] {
            desk.keys(&format!("{key}/zzz<enter>")).await;
            if size == SIZE {
                insta::assert_snapshot!(name(&format!("-{pane}")), desk.picture());
            }
        }
        insta::assert_snapshot!(name(""), desk.picture());
        for (key, pane) in [("5", "error-rate"), ("6", "latency")] {
            desk.keys(key).await;
            if size == SIZE {
                insta::assert_snapshot!(name(&format!("-{pane}")), desk.picture());
            }
        }
    }
}

/// The looking keys in pictures: deployments, marks, differences, JSON, link, in both languages.
#[tokio::test(start_paused = true)]
async fn what_the_looking_keys_show() {
    for lang in Lang::ALL {
        for size in [SIZE, (120, 40), (200, 60)] {
            let name = |what: &str| format!("{}-{}x{}-{what}", lang.tag(), size.0, size.1);
            let mut desk = Desk::open("bad-deploy", lang, size).await;
            desk.keys("p").await;
            insta::assert_snapshot!(name("50-deployments"), desk.picture());
            desk.keys("d").await;
            insta::assert_snapshot!(name("51-deployment"), desk.picture());
            desk.keys("<esc>t<space>j<space>").await;
            insta::assert_snapshot!(name("52-marks"), desk.picture());
            desk.keys("d").await;
            insta::assert_snapshot!(name("53-diff"), desk.picture());
            desk.keys("<esc>y").await;
            insta::assert_snapshot!(name("54-json"), desk.picture());
            desk.keys("<esc>ib").await;
            insta::assert_snapshot!(name("55-link"), desk.picture());
            desk.keys("<esc>1<enter>d").await;
            insta::assert_snapshot!(name("56-revision"), desk.picture());
            desk.keys("<esc>/57").await;
            insta::assert_snapshot!(name("57-filter"), desk.picture());
            desk.keys("<esc>1+").await;
            insta::assert_snapshot!(name("58-zoom"), desk.picture());
            assert_eq!(desk.ground.writes(), Vec::<String>::new());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_fault_that_passes_is_forgotten() {
    let mut desk = Desk::open("bad-deploy", Lang::En, SIZE).await;
    desk.ground.fault("ecr.DescribeImages", "denied", 1).await;
    desk.keys("ir").await;
    desk.until("failing", |session| failing(session, "images")).await;
    assert!(
        desk.picture().contains("! denied: ecr:DescribeImages"),
        "{}",
        desk.picture()
    );
    desk.keys("r").await;
    desk.until("well again", |session| !failing(session, "images"))
        .await;
    assert!(!desk.picture().contains("! denied: ecr:DescribeImages"));
}

/// A tag that was pushed again names another image than the one that ran under it; both rows say so.
#[tokio::test(start_paused = true)]
async fn a_tag_that_moved_is_seen() {
    for (lang, size) in Lang::ALL
        .into_iter()
        .flat_map(|l| [SIZE, WIDE[0], WIDE[1]].map(|s| (l, s)))
    {
        let name = |what: &str| format!("{}-{}x{}-59-moved{what}", lang.tag(), size.0, size.1);
        let mut desk = Desk::open("tag-moved", lang, size).await;
        desk.keys("i").await;
        let picture = desk.picture();
        let words = match lang {
            Lang::En => ["v1.3.4 moved", "was v1.3.4"],
            Lang::Ja => ["v1.3.4 付替", "元 v1.3.4"],
        };
        for word in words {
            assert!(picture.contains(word), "{picture}");
        }
        insta::assert_snapshot!(name(""), picture);
        desk.keys("jd").await;
        insta::assert_snapshot!(name("-image"), desk.picture());
    }
}
