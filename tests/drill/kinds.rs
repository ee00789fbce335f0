//! The nine kinds of faults, each for one operation: as a scenario sets them and as `POST /_drill/faults` arms them.

use std::time::Duration;

use modosu::drill::Drill;
use serde_json::{Value, json};

use super::{
    door::{arm, backend, control, drill, ecs_call, roll_back_to},
    scenarios::changed,
};

/// What a call comes to, and whether it was done: the error's code, `dropped`, `never`, or the seconds that it took.
async fn met(drill: &Drill) -> (String, bool) {
    let begun = tokio::time::Instant::now();
    let call = tokio::time::timeout(Duration::from_secs(600), roll_back_to(drill, 56)).await;
    let took = match call {
        Err(_) => "never".to_owned(),
        Ok(Err(code)) => code,
        Ok(Ok(_)) => format!("{} s", begun.elapsed().as_secs()),
    };
    let done = drill.world()["services"][0]["deployments"][0]["runs"]["revision"] == 56;
    (took, done)
}

const KINDS: [(&str, &str, bool); 9] = [
    ("throttle", "ThrottlingException", false),
    ("error", "ServerException", false),
    ("lost", "dropped", true),
    ("hang", "never", false),
    ("cut", "dropped", false),
    ("slow", "5 s", true),
    ("expired", "ExpiredTokenException", false),
    ("denied", "AccessDeniedException", false),
    ("forbidden", "AccessDeniedException", false),
];

async fn is_met(drill: &Drill, how: &str, (kind, expected, done): (&str, &str, bool)) {
    // Other operations pass.
    assert_eq!(backend(drill).await["runningCount"], 4);
    assert_eq!(met(drill).await, (expected.to_owned(), done), "{kind} by {how}");
    let entry = drill
        .ledger()
        .into_iter()
        .find(|entry| entry.operation == "UpdateService")
        .unwrap();
    assert_eq!(entry.fault, Some(kind), "{how}");
    // It was to happen once.
    assert!(roll_back_to(drill, 55).await.is_ok(), "{kind} by {how}");
}

#[tokio::test(start_paused = true)]
async fn each_kind_works_from_a_scenario_and_from_the_endpoint() {
    for kind in KINDS {
        let entry = format!(
            "\n[[fault]]\noperation = \"ecs.UpdateService\"\nkind = \"{}\"\ntimes = 1\n",
            kind.0
        );
        let by_scenario = changed(|text| text + &entry).unwrap();
        is_met(&by_scenario, "scenario", kind).await;
        let by_endpoint = drill("bad-deploy", 1);
        arm(&by_endpoint, "ecs.UpdateService", kind.0, 1).await;
        is_met(&by_endpoint, "endpoint", kind).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_prefix_and_a_share_can_be_armed_while_the_drill_runs() {
    let drill = drill("bad-deploy", 1);
    let arm = |fault: Value| {
        let drill = drill.clone();
        async move { control(&drill, "POST", "faults", &fault).await.0.as_u16() }
    };
    let wrong = json!({ "operation": "ecs.List*", "kind": "error", "share": 1.5 });
    assert_eq!(arm(wrong).await, 400);
    let some = json!({ "operation": "ecs.List*", "kind": "error", "share": 0.5, "times": 20 });
    assert_eq!(arm(some).await, 200);
    let mut failed = 0;
    for _ in 0..60 {
        failed += u32::from(ecs_call(&drill, "ListClusters", &json!({})).await.is_err());
        assert_eq!(backend(&drill).await["runningCount"], 4);
    }
    assert_eq!(failed, 20, "half of them, until the count is spent");
}

#[tokio::test(start_paused = true)]
async fn a_fault_of_an_operation_that_is_not_played_is_refused() {
    let drill = drill("bad-deploy", 1);
    for (operation, status) in [
        ("ecs.Nope", 400),
        ("ecs.Nope*", 400),
        ("s3.*", 400),
        ("ecs.UpdateService", 200),
        ("ecs.Describe*", 200),
        ("sts.*", 200),
        ("*", 200),
    ] {
        let body = json!({ "operation": operation, "kind": "throttle", "times": 0 });
        let (answered, said) = control(&drill, "POST", "faults", &body).await;
        assert_eq!(answered, status, "{operation}: {said}");
        if status == 400 {
            let error = said["error"].as_str().unwrap();
            assert!(error.contains("ecs.StopServiceDeployment"), "{error}");
        }
    }
}
