//! One whole walk, see → decide → go back → prove → record, as a script walks it.

use super::account::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn a_script_sees_decides_goes_back_proves_and_records_with_one_write() {
    let desk = Desk::at("bad-deploy", 40).await;

    let status = desk.modosu(&["status", "--json"]).await;
    assert_eq!(status.code, Some(0), "{status:?}");
    let seen = status.json();
    assert_eq!(
        (&seen["environment"], &seen["verdict"]),
        (&"production".into(), &"roll-back".into())
    );
    let backend = &seen["services"][0];
    assert_eq!(backend["name"], "backend");
    assert!(
        backend["revision"]
            .as_str()
            .unwrap()
            .ends_with("peoplebooster-backend:57"),
        "{backend}"
    );
    assert_eq!(
        (&backend["version"], &backend["running"]),
        (&"v1.4.0".into(), &4.into())
    );
    assert_eq!(backend["error_rate"]["state"], "met");
    assert!(backend["error_rate"]["value"].as_f64().unwrap() > 1.0);
    assert!(backend["digest"].as_str().unwrap().starts_with("sha256:"));

    let check = desk.modosu(&["check", "--json"]).await;
    assert_eq!(check.code, Some(10), "{check:?}");
    let met: Vec<_> = check.json()["criteria"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|c| c["state"] == "met")
        .cloned()
        .collect();
    assert_eq!(met.len(), 1, "{met:?}");
    assert_eq!(
        (&met[0]["id"], &met[0]["service"]),
        (&"error-rate".into(), &"backend".into())
    );
    assert!(met[0]["decide_by"].as_str() > met[0]["since"].as_str(), "{met:?}");

    let plan = desk.modosu(&["plan", "--service", "backend", "--json"]).await;
    assert_eq!(plan.code, Some(0), "{plan:?}");
    let plan = plan.json();
    let step = &plan["steps"][0];
    assert!(step["from"]["revision"].as_str().unwrap().ends_with(":57"));
    assert!(step["to"]["revision"].as_str().unwrap().ends_with(":56"));
    assert_eq!(step["rule"], "last-good");
    assert_eq!(step["calls"].as_array().unwrap().len(), 1);
    assert_eq!(step["calls"][0]["api"], "ecs.UpdateService");
    let input = step["calls"][0]["input"].as_object().unwrap();
    assert_eq!(
        input.keys().collect::<Vec<_>>(),
        ["cluster", "service", "taskDefinition"]
    );
    let hash = plan["hash"].as_str().unwrap();
    assert_eq!(
        desk.hash().await,
        hash,
        "the same plan made again has the same hash"
    );

    let wrong = desk
        .modosu(&[
            "rollback",
            "--service",
            "backend",
            "--approve",
            &"0".repeat(64),
            "--json",
        ])
        .await;
    assert_eq!(wrong.code, Some(4), "{wrong:?}");
    assert_eq!(wrong.lines().last().unwrap()["outcome"], "refused");
    assert!(desk.writes().await.is_empty());
    let incidents = desk.modosu(&["incidents", "--json"]).await;
    assert_eq!(
        incidents.json()["incidents"],
        serde_json::json!([]),
        "no incident is opened for a wrong approval"
    );

    let rollback = desk
        .modosu(&[
            "rollback",
            "--service",
            "backend",
            "--approve",
            hash,
            "--reason",
            "5xx after v1.4.0",
            "--json",
        ])
        .await;
    assert_eq!(rollback.code, Some(0), "{rollback:?}");
    let lines = rollback.lines();
    assert!(lines.iter().any(|line| line["event"] == "progress"), "{lines:?}");
    let ended = lines.last().unwrap();
    assert_eq!(
        (&ended["event"], &ended["outcome"]),
        (&"ended".into(), &"on-target".into())
    );
    assert!(ended["revision"].as_str().unwrap().ends_with(":56"));
    assert!(ended["seconds"].as_i64().unwrap() > 60, "{ended}");
    assert_eq!(
        ended["unproven"],
        serde_json::json!([]),
        "the drill shows everything"
    );

    let writes = desk.writes().await;
    assert_eq!(writes.len(), 1, "{writes:?}");
    assert_eq!(
        (&writes[0]["operation"], &writes[0]["status"]),
        (&"UpdateService".into(), &200.into())
    );
    assert!(writes[0]["input"].as_object().unwrap().len() == 3, "{writes:?}");

    let verify = desk.modosu(&["verify", "--json"]).await;
    assert_eq!(verify.code, Some(0), "{verify:?}");
    assert_eq!(verify.lines().last().unwrap()["outcome"], "passed");
    let again = desk.modosu(&["verify", "--json"]).await;
    assert_eq!(
        (again.code, &again.lines().last().unwrap()["outcome"]),
        (Some(0), &"passed".into()),
        "{again:?}"
    );

    let history = desk.modosu(&["history", "list", "--json"]).await;
    assert_eq!(history.code, Some(0), "{history:?}");
    let history = history.json();
    let rows = history["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 1, "{rows:?}");
    let columns: Vec<_> = rows[0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        columns,
        [
            "日時",
            "実施者",
            "対象環境",
            "ロールバック元",
            "ロールバック先",
            "理由",
            "影響",
            "復旧時間"
        ]
    );
    assert_eq!(rows[0]["実施者"], "sato");
    assert!(
        rows[0]["ロールバック先"].as_str().unwrap().contains("v1.3.4"),
        "{rows:?}"
    );
    let again = desk.modosu(&["history", "append"]).await;
    assert_eq!(again.code, Some(0), "{again:?}");
    assert_eq!(
        desk.modosu(&["history", "list", "--json"]).await.json()["rows"]
            .as_array()
            .unwrap()
            .len(),
        1
    );

    let report = desk.modosu(&["report", "--kind", "done", "--lang", "ja"]).await;
    assert_eq!(report.code, Some(0), "{report:?}");
    for label in [
        "【ロールバック実施報告】",
        "実施日時",
        "対象環境",
        "【発生した問題】",
        "【影響範囲】",
        "【現在の状況】",
        "【今後の対応】",
    ] {
        assert!(report.out.contains(label), "{label}: {report:?}");
    }

    let incidents = desk.modosu(&["incidents", "--json"]).await.json();
    let incident = &incidents["incidents"][0];
    assert_eq!(
        (&incident["outcome"], &incident["verified"]),
        (&"on-target".into(), &true.into())
    );
    let replay = desk.modosu(&["replay", incident["id"].as_str().unwrap()]).await;
    assert_eq!(replay.code, Some(0), "{replay:?}");
    assert!(replay.out.lines().count() > 8, "{replay:?}");

    assert_eq!(
        desk.writes().await.len(),
        1,
        "nothing after the rollback wrote to the account"
    );
    assert!(desk.is_empty("work"), "a drill leaves the team's history alone");
    let in_state: Vec<_> = std::fs::read_dir(desk.folders.path().join("state"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(in_state, ["drill"], "a drill leaves the team's journal alone");
    let path = desk.modosu(&["history", "path"]).await;
    assert!(
        path.out.trim().ends_with("state/drill/rollback-history.md"),
        "{path:?}"
    );
    assert_eq!(desk.end().await, Some(143));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_revision_before_the_bad_one_is_not_chosen_when_it_never_ran() {
    let desk = Desk::at("never-ran", 1).await;
    let plan = desk.modosu(&["plan", "--service", "backend", "--json"]).await;
    assert_eq!(plan.code, Some(0), "{plan:?}");
    let to = plan.json()["steps"][0]["to"].clone();
    assert!(to["revision"].as_str().unwrap().ends_with(":55"), "{to}");
    assert_eq!(to["version"], "v1.3.3");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_requests_is_unknown_and_not_calm() {
    let desk = Desk::at("no-traffic", 1).await;
    let check = desk.modosu(&["check", "--json"]).await;
    assert_eq!(check.code, Some(11), "{check:?}");
    let check = check.json();
    assert_eq!(check["verdict"], "unknown");
    let rate = check["criteria"]
        .as_array()
        .unwrap()
        .iter()
        .find(|c| c["id"] == "error-rate")
        .unwrap();
    assert_eq!(
        (&rate["state"], &rate["value"]),
        (&"unknown".into(), &serde_json::Value::Null)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_for_people_prints_data_on_stdout_and_talk_on_stderr() {
    let desk = Desk::at("bad-deploy", 40).await;
    let status = desk.modosu(&["status", "--lang", "en"]).await;
    assert!(
        status.out.contains("production") && status.out.contains("v1.4.0 (:57)"),
        "{status:?}"
    );
    let japanese = desk.modosu(&["check"]).await;
    assert_eq!(japanese.code, Some(10));
    assert!(japanese.out.contains("ロールバック"), "{japanese:?}");
    let hash = desk.hash().await;
    let rollback = desk
        .modosu(&[
            "--lang",
            "en",
            "rollback",
            "--service",
            "backend",
            "--approve",
            &hash,
        ])
        .await;
    assert_eq!(rollback.code, Some(0), "{rollback:?}");
    assert!(
        rollback.out.lines().count() <= 4,
        "progress belongs on stderr: {rollback:?}"
    );
    assert!(rollback.err.lines().count() > 8, "{rollback:?}");
    for text in [&status, &japanese, &rollback] {
        let all = format!("{}{}", text.out, text.err);
        assert!(!all.contains('⟦'), "a message is missing: {all}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_has_seen_enough_ends_a_listing_quietly_and_a_rollback_not_at_all() {
    let desk = Desk::at("bad-deploy", 40).await;
    let status = desk.modosu_unread(&["status", "--json"]).await;
    assert_eq!((status.code, status.err.as_str()), (Some(0), ""));
    let hash = desk.hash().await;
    let rollback = desk
        .modosu_unread(&["rollback", "--service", "backend", "--approve", &hash, "--json"])
        .await;
    assert_eq!((rollback.code, rollback.err.as_str()), (Some(0), ""));
    let incidents = desk.modosu(&["incidents", "--json"]).await.json();
    assert_eq!(incidents["incidents"][0]["outcome"], "on-target");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_was_filed_by_hand_is_not_written_again_when_verification_ends() {
    let desk = Desk::at("bad-deploy", 40).await;
    let hash = desk.hash().await;
    assert_eq!(
        desk.modosu(&["history", "append"]).await.code,
        Some(2),
        "nothing was approved yet"
    );
    let rollback = desk
        .modosu(&["rollback", "--service", "backend", "--approve", &hash])
        .await;
    assert_eq!(rollback.code, Some(0), "{rollback:?}");
    for _ in 0..2 {
        let filed = desk.modosu(&["history", "append"]).await;
        assert_eq!(filed.code, Some(0), "{filed:?}");
    }
    let verify = desk.modosu(&["verify"]).await;
    assert_eq!(verify.code, Some(0), "{verify:?}");
    let history = desk.modosu(&["history", "list", "--json"]).await.json();
    assert_eq!(history["rows"].as_array().unwrap().len(), 1, "{history}");
}
