//! A runbook with more services than there is room for, of which most are not in the account.

use std::fmt::Write as _;
use std::sync::Arc;

use modosu::domain::Mode;
use modosu::runbook;
use modosu::words::Lang;

use super::Desk;
use crate::walk::ground::Ground;

/// The built-in runbook with `more` services that the account does not have, before the two that it has.
async fn desk(more: usize, lang: Lang, size: (u16, u16)) -> Desk {
    let text = runbook::built_in("peoplebooster").unwrap();
    let mut services = String::new();
    for nth in 1..=more {
        write!(
            services,
            "[[services]]\nname = \"worker-{nth:02}\"\necs-service = \"peoplebooster-worker-{nth:02}\"\n\
             task-family = \"peoplebooster-worker-{nth:02}\"\nrepository = \"peoplebooster-worker\"\n\
             log-group = \"/ecs/peoplebooster-<environment>/worker-{nth:02}\"\nshared-load-balancer = false\n\n"
        )
        .unwrap();
    }
    let first = text.find("[[services]]").unwrap();
    let text = format!("{}{services}{}", &text[..first], &text[first..]);
    let ground = Ground::new("bad-deploy");
    let mut start = ground.start(Mode::Full);
    start.runbook = Arc::new(runbook::parse(&text, "many.toml").unwrap());
    Desk::open_with(ground, start, lang, size).await
}

/// The names in the rows of the services pane, from above.
fn names(picture: &str) -> Vec<String> {
    picture
        .lines()
        .skip_while(|line| !line.contains("1 Services"))
        .skip(1)
        // What stands in the pane beside it is not a row of this one.
        .map(|line| line.split(['╮', '╯']).next().unwrap_or_default())
        .map(|line| line.split("││").next().unwrap_or_default())
        .take_while(|line| !line.starts_with('╰'))
        .filter_map(|line| {
            line.split_whitespace()
                .find(|word| word.starts_with("worker-") || *word == "backend" || *word == "frontend")
        })
        .map(ToOwned::to_owned)
        .collect()
}

#[tokio::test(start_paused = true)]
async fn twelve_services_scroll_and_the_burning_one_is_seen_first() {
    let mut desk = desk(10, Lang::En, (80, 24)).await;
    let picture = desk.picture();
    // It stands eleventh, and it is what the other panes are about.
    assert!(names(&picture).contains(&"backend".to_owned()), "{picture}");
    assert!(picture.contains("2 Revisions · backend"), "{picture}");
    assert!(picture.contains("/ 12"), "which rows are seen is said: {picture}");
    assert!(picture.contains("not found in this cluster"), "{picture}");
    // The panes follow the selection, and the selection is by name.
    desk.keys("g").await;
    let picture = desk.picture();
    assert_eq!(names(&picture).first().unwrap(), "worker-01", "{picture}");
    assert!(picture.contains("2 Revisions · worker-01"), "{picture}");
    desk.keys("G").await;
    assert!(desk.picture().contains("2 Revisions · frontend"));
    desk.keys("<ctrl-b>").await;
    assert!(!desk.picture().contains("2 Revisions · frontend"));
    insta::assert_snapshot!("en-80x24-60-many", desk.picture());
}

#[tokio::test(start_paused = true)]
async fn burning_services_are_sorted_to_the_top() {
    let mut desk = desk(10, Lang::En, (120, 40)).await;
    desk.keys("1o").await;
    let picture = desk.picture();
    assert!(picture.contains("▼burning"), "{picture}");
    assert_eq!(names(&picture).first().unwrap(), "backend", "{picture}");
    insta::assert_snapshot!("en-120x40-61-many-sorted", picture);
    // A filter finds those that are not there, by what is said of them.
    desk.keys("/not found").await;
    let found = names(&desk.picture());
    assert!(
        !found.is_empty() && found.iter().all(|name| name.starts_with("worker-")),
        "{found:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_service_that_is_not_there_says_so_and_what_to_do() {
    for lang in Lang::ALL {
        let mut desk = desk(10, lang, (80, 24)).await;
        desk.keys("g").await;
        insta::assert_snapshot!(format!("{}-80x24-62-missing", lang.tag()), desk.picture());
        desk.keys("i").await;
        insta::assert_snapshot!(format!("{}-80x24-63-missing-images", lang.tag()), desk.picture());
        desk.keys("1d").await;
        assert!(
            desk.picture().contains("ecs.DescribeServices"),
            "{}",
            desk.picture()
        );
        // Nothing to copy where nothing was read.
        desk.keys("<esc>c").await;
        assert_eq!(desk.console.wants(), []);
    }
}

#[tokio::test(start_paused = true)]
async fn fifty_services_are_drawn_at_any_size() {
    let mut desk = desk(48, Lang::En, (200, 60)).await;
    desk.keys("1G").await;
    assert!(desk.picture().contains("/ 50"));
    for size in [(40, 8), (80, 24), (120, 40), (200, 60)] {
        desk.console.backend_mut().resize(size.0, size.1);
        desk.console.draw().unwrap();
    }
}
