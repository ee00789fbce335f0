//! The rows of `plan --json`: their names, their order and what each one carries.

use modosu::rollback::{Method, PreflightCheck};

use super::account::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn every_row_is_in_the_plan_under_its_name_with_its_evidence() {
    let desk = Desk::at("bad-deploy", 1).await;
    let plan = desk.modosu(&["plan", "--service", "backend", "--json"]).await;
    assert_eq!(plan.code, Some(0), "{plan:?}");
    let plan = plan.json();
    let rows = plan["preflight"].as_array().unwrap();
    let names: Vec<&str> = rows.iter().map(|row| row["check"].as_str().unwrap()).collect();
    let of_revision = PreflightCheck::ALL
        .into_iter()
        .filter(|check| check.is_for(Method::Revision))
        .map(PreflightCheck::as_str);
    assert_eq!(names, of_revision.collect::<Vec<_>>());
    for row in rows {
        let verdict = row["verdict"].as_str().unwrap();
        assert!(["pass", "warn", "block", "unknown"].contains(&verdict), "{row}");
        assert!(!row["evidence"].as_str().unwrap().is_empty(), "{row}");
    }
    let verdict = |name: &str| rows.iter().find(|row| row["check"] == name).unwrap()["verdict"].clone();
    for (name, expected) in [
        ("incident", "pass"),
        ("lease", "pass"),
        ("tag", "pass"),
        ("target-health", "pass"),
        ("circuit-breaker", "pass"),
        ("differs", "warn"),
        ("protected", "pass"),
    ] {
        assert_eq!(verdict(name), expected, "{name}: {plan}");
    }
    assert!(desk.writes().await.is_empty());
}
