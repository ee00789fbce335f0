//! A rollback that is cut off: what was sent is found again, and is never sent twice.

use serde_json::Value;

use super::account::Desk;

fn is_event(what: &'static str) -> impl Fn(&Value) -> bool {
    move |line| line["event"] == what
}

fn recorded(what: &'static str) -> impl Fn(&Value) -> bool {
    move |line| line["event"] == "recorded" && line["what"] == what
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_the_middle_it_is_resumed_with_one_write() {
    let desk = Desk::at("bad-deploy", 20).await;
    let hash = desk.hash().await;
    let approve = ["rollback", "--service", "backend", "--approve", &hash, "--json"];
    let mut running = desk.start(&approve);
    running.until(is_event("progress")).await;
    running.kill().await;

    let second = desk.modosu(&approve).await;
    assert_eq!(
        second.code,
        Some(4),
        "an open incident refuses a second rollback: {second:?}"
    );
    assert_eq!(second.lines().last().unwrap()["outcome"], "refused");

    let resumed = desk.modosu(&["resume", "--json"]).await;
    assert_eq!(resumed.code, Some(0), "{resumed:?}");
    let ended = resumed.lines().pop().unwrap();
    assert_eq!(
        (&ended["event"], &ended["outcome"]),
        (&"ended".into(), &"on-target".into())
    );
    let writes = desk.writes().await;
    assert_eq!(writes.len(), 1, "{writes:?}");
    assert_eq!(desk.modosu(&["verify"]).await.code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_between_the_intent_and_its_answer_it_looks_before_it_speaks() {
    let desk = Desk::at("bad-deploy", 20).await;
    let hash = desk.hash().await;
    // The answer never comes, so the process dies with an intent that has no outcome.
    desk.fault("ecs.UpdateService", "lost").await;
    let mut running = desk.start(&["rollback", "--service", "backend", "--approve", &hash, "--json"]);
    running.until(recorded("intended")).await;
    running.kill().await;
    let sent = desk.writes().await.len();
    assert!(sent <= 1);

    let resumed = desk.modosu(&["resume", "--json"]).await;
    let ended = resumed.lines().pop().unwrap();
    assert_eq!(
        desk.writes().await.len(),
        sent,
        "nothing is sent again: {resumed:?}"
    );
    if sent == 1 {
        assert_eq!(
            (resumed.code, &ended["outcome"]),
            (Some(0), &"on-target".into()),
            "{resumed:?}"
        );
        assert!(resumed.lines().iter().any(recorded("adopted")), "{resumed:?}");
    } else {
        assert_eq!(
            (resumed.code, &ended["outcome"]),
            (Some(5), &"failed".into()),
            "{resumed:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_lost_is_looked_for_and_adopted() {
    let desk = Desk::at("bad-deploy", 20).await;
    let hash = desk.hash().await;
    desk.fault("ecs.UpdateService", "lost").await;
    let ran = desk
        .modosu(&["rollback", "--service", "backend", "--approve", &hash, "--json"])
        .await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let lines = ran.lines();
    assert!(
        lines.iter().any(recorded("doubtful")) && lines.iter().any(recorded("adopted")),
        "{lines:?}"
    );
    assert_eq!(desk.writes().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_never_arrived_is_told_apart_and_not_sent_again() {
    let desk = Desk::at("bad-deploy", 40).await;
    let hash = desk.hash().await;
    desk.fault("ecs.UpdateService", "cut").await;
    let ran = desk
        .modosu(&["rollback", "--service", "backend", "--approve", &hash, "--json"])
        .await;
    assert_eq!(ran.code, Some(5), "{ran:?}");
    assert!(ran.lines().iter().any(recorded("not-applied")), "{ran:?}");
    let world = desk.world().await.to_string();
    assert!(world.contains("peoplebooster-backend:57"), "{world}");
    assert_eq!(
        desk.writes().await.len(),
        1,
        "it was sent once, and never arrived"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_ends_in_order_and_leaves_the_rollback_open() {
    let desk = Desk::at("bad-deploy", 20).await;
    let hash = desk.hash().await;
    let approve = ["rollback", "--service", "backend", "--approve", &hash, "--json"];
    let mut running = desk.start(&approve);
    running.until(is_event("progress")).await;
    assert_eq!(running.terminate().await, Some(143));

    let mut resumed = desk.start(&["resume", "--json"]);
    resumed.until(is_event("progress")).await;
    let second = desk.modosu(&approve).await;
    assert_eq!(
        second.code,
        Some(4),
        "while another process follows it: {second:?}"
    );
    assert_eq!(resumed.code().await, Some(0));
    assert_eq!(resumed.last()["outcome"], "on-target");
    assert_eq!(desk.writes().await.len(), 1);
}

/// Damages the first event of kind `kind` in the desk's journal, as an accident on the disk could.
fn damage(desk: &Desk, kind: &str) {
    let path = desk.folders.path().join("state/drill/journal.db");
    let shell = rusqlite::Connection::open(path).unwrap();
    let trigger = "event_is_never_changed";
    let made: String = shell
        .query_row(
            "SELECT sql FROM sqlite_schema WHERE name = ?1",
            [trigger],
            |row| row.get(0),
        )
        .unwrap();
    shell.execute_batch(&format!("DROP TRIGGER {trigger}")).unwrap();
    let changed = shell
        .execute(
            "UPDATE event SET payload = payload || ' ' WHERE json_extract(payload, '$.event') = ?1",
            [kind],
        )
        .unwrap();
    assert_eq!(changed, 1);
    shell.execute_batch(&made).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_incident_that_may_be_open_blocks_and_is_listed_as_damaged() {
    let desk = Desk::at("bad-deploy", 20).await;
    let hash = desk.hash().await;
    let approve = ["rollback", "--service", "backend", "--approve", &hash, "--json"];
    let mut running = desk.start(&approve);
    running.until(is_event("progress")).await;
    running.kill().await;
    damage(&desk, "assessed");

    let listed = desk.modosu(&["incidents", "--json"]).await;
    assert_eq!(listed.code, Some(1), "{listed:?}");
    let incident = &listed.json()["incidents"][0];
    assert_eq!(incident["state"], "damaged");
    let id = incident["id"].as_str().unwrap().to_owned();
    let listed = desk.modosu(&["incidents"]).await;
    assert!(
        listed.out.contains(&id) && listed.out.contains("damaged"),
        "{listed:?}"
    );

    for arguments in [&approve[..], &["resume"]] {
        let refused = desk.modosu(arguments).await;
        assert_eq!(refused.code, Some(4), "{refused:?}");
        assert!(
            refused.err.contains(&id) && refused.err.contains("未完了の可能性"),
            "{refused:?}"
        );
    }
    assert_eq!(desk.writes().await.len(), 1);
    let reported = desk.modosu(&["report"]).await;
    assert_eq!(reported.code, Some(1), "{reported:?}");
    assert!(reported.err.contains(&id), "{reported:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_incident_that_is_over_holds_nobody_up() {
    let desk = Desk::at("bad-deploy", 20).await;
    let hash = desk.hash().await;
    let approve = ["rollback", "--service", "backend", "--approve", &hash];
    assert_eq!(desk.modosu(&approve).await.code, Some(0));
    assert_eq!(desk.modosu(&["verify"]).await.code, Some(0));
    damage(&desk, "assessed");

    let resumed = desk.modosu(&["resume"]).await;
    assert_eq!(resumed.code, Some(0), "there is nothing to resume: {resumed:?}");
    // The refusal is about the approval, which is of a world that is gone, and no more about the journal.
    let again = desk.modosu(&approve).await;
    assert!(!again.err.contains("damaged"), "{again:?}");
}
