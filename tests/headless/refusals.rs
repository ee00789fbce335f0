//! What is refused, with which exit code, and that nothing reached the account by it.

use super::account::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn read_only_refuses_and_the_account_sees_no_write() {
    let desk = Desk::at("bad-deploy", 1).await;
    let hash = desk.hash().await;
    for arguments in [
        &[
            "--read-only",
            "rollback",
            "--service",
            "backend",
            "--approve",
            &hash,
        ][..],
        &[
            "rollback",
            "--service",
            "backend",
            "--approve",
            &hash,
            "--read-only",
            "--json",
        ],
        &["verify", "--read-only"],
        &["resume", "--read-only"],
        &["history", "append", "--read-only"],
        &["init", "--read-only"],
    ] {
        let ran = desk.modosu(arguments).await;
        assert_eq!(ran.code, Some(4), "{arguments:?}: {ran:?}");
    }
    for arguments in [
        &["status", "--read-only"][..],
        &["plan", "--service", "backend", "--read-only"],
    ] {
        let ran = desk.modosu(arguments).await;
        assert_eq!(ran.code, Some(0), "{arguments:?}: {ran:?}");
    }
    assert!(desk.writes().await.is_empty());
    assert!(
        desk.is_empty("work") && desk.is_empty("state"),
        "nothing is written on this machine either"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_word_is_refused_before_anything_is_opened() {
    let desk = Desk::at("bad-deploy", 1).await;
    let hash = desk.hash().await;
    for (arguments, code) in [
        (&["rollback", "--service", "backend", "--yes"][..], 4),
        (&["rollback", "--service", "backend", "--approve", "deadbeef"], 4),
        (
            &[
                "rollback",
                "--service",
                "backend",
                "--to",
                ":53",
                "--approve",
                &hash,
            ],
            4,
        ),
        (&["rollback", "--service", "frontend", "--approve", &hash], 4),
        (
            &[
                "rollback",
                "--service",
                "backend",
                "--approve",
                &hash,
                "--override",
                "image=it is there",
            ],
            3,
        ),
        (&["plan", "--service", "backend", "--override", "tag"], 2),
        (&["plan", "--service", "backend", "--override", "tga=why"], 2),
        (&["plan", "--service", "backend,backend"], 2),
        (
            &["plan", "--service", "backend", "--task-definition", "none.json"],
            2,
        ),
        (&["rollback", "--service", "backend"], 2),
        (
            &[
                "rollback",
                "--service",
                "backend",
                "--approve",
                &hash,
                "--timeout",
                "soon",
            ],
            2,
        ),
        (&["plan", "--service", "backnd"], 2),
        (&["plan", "--service", "backend", "--to", "sha256:12"], 2),
        (&["plan", "--service", "backend", "--method", "gihtub"], 2),
        (&["plan", "--service", "backend", "--to", ":57"], 3),
        (&["status", "-e", "prodcution"], 2),
        (&["status", "--runbook", "nobody"], 2),
        (&["replay", "2020-01-01-9"], 2),
        (&["verify"], 2),
        (&["resume"], 0),
    ] {
        let ran = desk.modosu(arguments).await;
        assert_eq!(ran.code, Some(code), "{arguments:?}: {ran:?}");
        assert!(
            !ran.err.is_empty() || code == 3,
            "it says why: {arguments:?}: {ran:?}"
        );
    }
    let near = desk
        .modosu(&["plan", "--service", "backnd", "--lang", "en"])
        .await;
    assert!(near.err.contains("backend") && near.out.is_empty(), "{near:?}");
    assert!(desk.writes().await.is_empty());
    let incidents = desk.modosu(&["incidents", "--json"]).await;
    assert_eq!(incidents.json()["incidents"], serde_json::json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_runbook_the_way_to_one_is_shown() {
    let desk = Desk::at("bad-deploy", 1).await;
    // Away from the drill there is no built-in account to fall back on.
    let ran = desk
        .modosu_without("MODOSU_DRILL", &["status", "--lang", "en"])
        .await;
    assert_eq!(ran.code, Some(2), "{ran:?}");
    for way in ["init", "drill", "peoplebooster"] {
        assert!(ran.err.contains(way), "{way}: {ran:?}");
    }
    let written = desk.modosu(&["init"]).await;
    assert_eq!(written.code, Some(0), "{written:?}");
    let file = desk.folders.path().join("work/modosu.toml");
    let first = std::fs::read(&file).unwrap();
    assert_eq!(desk.modosu(&["init"]).await.code, Some(4));
    assert_eq!(
        std::fs::read(&file).unwrap(),
        first,
        "what is there is left as it is"
    );
    assert_eq!(
        desk.modosu(&["status", "--json"]).await.code,
        Some(0),
        "and it is a runbook"
    );
    std::fs::write(&file, "name = \"x\"\nsevrices = 1\n").unwrap();
    let ran = desk.modosu(&["status"]).await;
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(
        ran.err.contains("modosu.toml:2") && ran.err.contains("services"),
        "{ran:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_names_what_stands_ready_and_help_is_printed() {
    let desk = Desk::at("bad-deploy", 1).await;
    let doctor = desk.modosu(&["doctor", "--json"]).await;
    assert_eq!(doctor.code, Some(0), "{doctor:?}");
    let doctor = doctor.json();
    let checks = doctor["checks"].as_array().unwrap();
    for name in [
        "runbook",
        "state-folder",
        "identity",
        "service",
        "metrics",
        "health",
    ] {
        assert!(
            checks.iter().any(|c| c["check"] == name && c["state"] == "ok"),
            "{name}: {checks:?}"
        );
    }
    let completions = desk.modosu(&["completions", "bash"]).await;
    assert!(
        completions.code == Some(0) && completions.out.contains("rollback"),
        "{completions:?}"
    );
    let man = desk.modosu(&["man"]).await;
    assert!(man.code == Some(0) && man.out.starts_with(".ie"), "{man:?}");
    for wrong in [&["rolback"][..], &["--nonsense"], &["status", "extra"]] {
        assert_eq!(desk.modosu(wrong).await.code, Some(2), "{wrong:?}");
    }
    assert_eq!(desk.modosu(&["--version"]).await.code, Some(0));
}
