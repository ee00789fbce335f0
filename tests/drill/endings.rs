//! How tasks and deployments come to their ends: reasons, alarms, shortages, thresholds, and a way back that fails too.

use modosu::drill::Drill;
use serde_json::{Value, json};

use super::{
    door::{BACKEND, CLUSTER, advance, backend, drill, ecs_call, roll_back_to},
    rollout::current,
    scenarios::{changed, swap},
    stories::stopped,
};

const OLD: &str = "behaviour = { error_rate = 0.0002, p50_ms = 95.0, p95_ms = 300.0 }";
const SERVICE: &str = "desired = 4\ntraffic = { per_minute = 3000.0";

/// `bad-deploy` with the old version changed and lines added to production's backend.
fn world(old: &str, service: &str, more: &str) -> Drill {
    changed(|text| {
        let text = swap(&text, OLD, &format!("{OLD}\n{old}"));
        swap(&text, SERVICE, &format!("{service}\n{SERVICE}")) + more
    })
    .unwrap()
}

/// One line of the old version's change an hour ago: what runs already does not notice.
fn since_an_hour(what: &str) -> String {
    format!("change = [{{ at = \"-1h\", {what} }}]")
}

async fn reason(drill: &Drill) -> Value {
    let stopped = stopped(drill).await;
    let failed = stopped.iter().find(|task| {
        !task["stoppedReason"].as_str().unwrap().starts_with("Scaling")
            && task["taskDefinitionArn"].as_str().unwrap().ends_with(":56")
    });
    failed.unwrap_or_else(|| panic!("{stopped:?}")).clone()
}

#[tokio::test(start_paused = true)]
async fn a_task_that_runs_out_of_memory_says_so() {
    let drill = world(
        &since_an_hour("crash_after_s = 9.0, out_of_memory = true"),
        "",
        "",
    );
    roll_back_to(&drill, 56).await.unwrap();
    advance(&drill, 60);
    let task = reason(&drill).await;
    assert_eq!(task["stopCode"], "EssentialContainerExited");
    assert_eq!(task["stoppedReason"], "Essential container in task exited");
    assert_eq!(task["containers"][0]["exitCode"], 137);
    assert_eq!(
        task["containers"][0]["reason"],
        "OutOfMemoryError: Container killed due to memory usage"
    );
}

#[tokio::test(start_paused = true)]
async fn a_task_whose_secret_is_gone_never_starts() {
    let gone = "\n[[gone_secret]]\nname = \"peoplebooster/production/legacy\"\nsince = \"-1h\"\n";
    let drill = changed(|text| {
        let revision = "image = \"v1.3.4\"\nregistered = \"-9d 2h 45m\"";
        let with = format!("{revision}\nsecrets = {{ LEGACY = \"peoplebooster/production/legacy\" }}");
        swap(&text, revision, &with) + gone
    })
    .unwrap();
    assert_eq!(
        backend(&drill).await["runningCount"],
        4,
        "the new version does not need it"
    );
    let described = json!({ "taskDefinition": format!("{BACKEND}:56") });
    let described = ecs_call(&drill, "DescribeTaskDefinition", &described)
        .await
        .unwrap();
    assert!(
        described["taskDefinition"]["containerDefinitions"][0]["secrets"]
            .to_string()
            .contains("LEGACY")
    );
    roll_back_to(&drill, 56).await.unwrap();
    advance(&drill, 120);
    let task = reason(&drill).await;
    assert_eq!(task["stopCode"], "TaskFailedToStart");
    let why = task["stoppedReason"].as_str().unwrap();
    assert!(
        why.starts_with("ResourceInitializationError: unable to pull secrets or registry auth"),
        "{why}"
    );
    assert!(
        why.contains("secret:peoplebooster/production/legacy") && why.contains("ResourceNotFoundException")
    );
    assert!(task.get("pullStartedAt").is_none());
    assert_eq!(current(&drill).await["status"], "ROLLBACK_SUCCESSFUL");
}

#[tokio::test(start_paused = true)]
async fn a_task_that_fails_its_health_checks_says_so_and_trips_the_breaker() {
    let drill = world(&since_an_hour("healthy = false"), "", "");
    roll_back_to(&drill, 56).await.unwrap();
    advance(&drill, 90);
    assert!(
        backend(&drill).await["events"]
            .to_string()
            .contains("(port 3000) is unhealthy in (target-group")
    );
    advance(&drill, 200);
    let task = reason(&drill).await;
    assert!(
        task["stoppedReason"]
            .as_str()
            .unwrap()
            .starts_with("Task failed ELB health checks in (target-group ")
    );
    assert_eq!(task["containers"][0]["exitCode"], 0);
    let deployment = current(&drill).await;
    assert_eq!(deployment["deploymentCircuitBreaker"]["status"], "TRIGGERED");
    assert_eq!(deployment["status"], "ROLLBACK_SUCCESSFUL");
}

#[tokio::test(start_paused = true)]
async fn a_task_walks_through_every_state() {
    let drill = drill("bad-deploy", 1);
    roll_back_to(&drill, 56).await.unwrap();
    let mut walks = std::collections::BTreeMap::<String, Vec<String>>::new();
    for _ in 0..480 {
        let mut arns = Vec::new();
        for status in ["RUNNING", "STOPPED"] {
            let list = json!({ "cluster": CLUSTER, "serviceName": BACKEND, "desiredStatus": status });
            let list = ecs_call(&drill, "ListTasks", &list).await.unwrap();
            arns.extend(list["taskArns"].as_array().unwrap().clone());
        }
        let tasks = json!({ "cluster": CLUSTER, "tasks": arns });
        let tasks = ecs_call(&drill, "DescribeTasks", &tasks).await.unwrap();
        for task in tasks["tasks"].as_array().unwrap() {
            let walk = walks.entry(task["taskArn"].to_string()).or_default();
            let state = task["lastStatus"].as_str().unwrap().to_owned();
            if walk.last() != Some(&state) {
                walk.push(state);
            }
            // What has been stopped is not wanted any more.
            assert_eq!(
                task["desiredStatus"] == "STOPPED",
                task.get("stoppingAt").is_some()
            );
        }
        drill.clock().advance(std::time::Duration::from_millis(250));
    }
    let up = ["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING"];
    let down = ["RUNNING", "DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED"];
    assert_eq!(walks.values().filter(|walk| **walk == up).count(), 4, "{walks:?}");
    assert_eq!(
        walks.values().filter(|walk| **walk == down).count(),
        4,
        "{walks:?}"
    );
    let others = walks.values().filter(|walk| **walk != up && **walk != down);
    for walk in others {
        assert_eq!(
            *walk,
            ["STOPPED"],
            "only those that an earlier deployment stopped"
        );
    }
    advance(&drill, 3_600);
    assert!(
        stopped(&drill).await.is_empty(),
        "stopped tasks are remembered for an hour"
    );
}

const WATCHED: &str = "alarms = [\"peoplebooster-backend-5xx\"]";

#[tokio::test(start_paused = true)]
async fn an_alarm_that_starts_to_ring_ends_a_deployment() {
    // The bad version goes out a few minutes after the start.
    let drill = changed(|text| {
        let text = swap(
            &text,
            "at = \"-3m 45s\"\nrevision = 57",
            "at = \"+1m\"\nrevision = 57",
        );
        swap(&text, SERVICE, &format!("{WATCHED}\n{SERVICE}"))
    })
    .unwrap();
    let configured = backend(&drill).await["deploymentConfiguration"]["alarms"].clone();
    assert_eq!(
        configured,
        json!({ "alarmNames": ["peoplebooster-backend-5xx"], "rollback": true, "enable": true })
    );
    advance(&drill, 90);
    let watched = current(&drill).await;
    assert_eq!(watched["status"], "IN_PROGRESS");
    assert_eq!(watched["alarms"]["status"], "MONITORING");
    advance(&drill, 280);
    let ended = current(&drill).await;
    assert_eq!(ended["serviceDeploymentArn"], watched["serviceDeploymentArn"]);
    assert_eq!(ended["alarms"]["status"], "TRIGGERED");
    assert_eq!(
        ended["alarms"]["triggeredAlarmNames"],
        json!(["peoplebooster-backend-5xx"])
    );
    assert_eq!(ended["deploymentCircuitBreaker"]["status"], "MONITORING_COMPLETE");
    let service = backend(&drill).await;
    assert!(
        service["events"]
            .to_string()
            .contains("deployment failed: alarm detected.")
    );
    assert!(service["taskDefinition"].as_str().unwrap().ends_with(":56"));
    advance(&drill, 300);
    assert_eq!(current(&drill).await["status"], "ROLLBACK_SUCCESSFUL");
}

#[tokio::test(start_paused = true)]
async fn an_alarm_that_rings_already_at_the_start_is_ignored() {
    // The bad version turned bad only after its deployment had been completed.
    let drill = changed(|text| {
        let text = swap(&text, "at = \"-13m\"\nenvironment", "at = \"-3m\"\nenvironment");
        let text = swap(
            &text,
            "at = \"-3m 45s\"\nrevision = 57",
            "at = \"-8m 45s\"\nrevision = 57",
        );
        swap(&text, SERVICE, &format!("{WATCHED}\n{SERVICE}"))
    })
    .unwrap();
    assert_eq!(current(&drill).await["alarms"]["status"], "MONITORING_COMPLETE");
    roll_back_to(&drill, 56).await.unwrap();
    advance(&drill, 2);
    assert_eq!(current(&drill).await["alarms"]["status"], "DISABLED");
    advance(&drill, 150);
    assert_eq!(current(&drill).await["status"], "SUCCESSFUL");
    assert!(
        backend(&drill).await["taskDefinition"]
            .as_str()
            .unwrap()
            .ends_with(":56")
    );
}

#[tokio::test(start_paused = true)]
async fn without_capacity_a_deployment_waits_and_says_so() {
    let short = "shortage = [{ at = \"0s\", until = \"+5m\" }]";
    let drill = world("", short, "");
    roll_back_to(&drill, 56).await.unwrap();
    advance(&drill, 240);
    let service = backend(&drill).await;
    let deployment = &service["deployments"][0];
    assert_eq!(
        (
            deployment["runningCount"].clone(),
            deployment["rolloutState"].clone()
        ),
        (json!(0), json!("IN_PROGRESS"))
    );
    assert_eq!(service["runningCount"], 4, "the bad ones still serve");
    let words = format!(
        "(service {BACKEND}) was unable to place a task. Reason: Capacity is unavailable at this time."
    );
    let said = service["events"].to_string().matches(&words).count();
    assert!(
        (3..=12).contains(&said),
        "again and again, but less and less often: {said}"
    );
    assert_eq!(
        current(&drill).await["deploymentCircuitBreaker"]["failureCount"],
        0
    );
    advance(&drill, 420);
    assert_eq!(current(&drill).await["status"], "SUCCESSFUL");
}

#[tokio::test(start_paused = true)]
async fn the_breaker_counts_to_the_threshold_that_is_set() {
    for (threshold, failures) in [
        ("{ type = \"count\", value = 7 }", 7),
        ("{ type = \"unbounded-percent\", value = 25 }", 1),
        ("{ type = \"bounded-percent\", value = 25 }", 3),
    ] {
        let drill = world(
            &since_an_hour("crash_after_s = 4.0"),
            &format!("breaker_threshold = {threshold}"),
            "",
        );
        roll_back_to(&drill, 56).await.unwrap();
        let seen = loop {
            advance(&drill, 1);
            let breaker = current(&drill).await["deploymentCircuitBreaker"].clone();
            if breaker["status"] == "TRIGGERED" {
                break breaker;
            }
            assert_eq!(breaker["status"], "MONITORING");
        };
        assert_eq!(
            (seen["failureCount"].clone(), seen["threshold"].clone()),
            (json!(failures), json!(failures))
        );
        let shown = backend(&drill).await["deploymentConfiguration"]["deploymentCircuitBreaker"].clone();
        assert!(shown["thresholdConfiguration"]["value"].is_u64(), "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_breaker_a_crash_loop_never_ends() {
    let drill = world(&since_an_hour("crash_after_s = 4.0"), "breaker = false", "");
    roll_back_to(&drill, 56).await.unwrap();
    advance(&drill, 900);
    let deployment = current(&drill).await;
    assert_eq!(deployment["status"], "IN_PROGRESS");
    assert_eq!(deployment["deploymentCircuitBreaker"]["status"], "DISABLED");
    let service = backend(&drill).await;
    assert!(service["deployments"][0]["failedTasks"].as_u64().unwrap() > 20);
    assert_eq!(service["deployments"][1]["runningCount"], 4, "the bad ones stay");
}

#[tokio::test(start_paused = true)]
async fn a_breaker_that_may_not_roll_back_leaves_a_failed_deployment() {
    let drill = world(
        &since_an_hour("crash_after_s = 4.0"),
        "breaker_rollback = false",
        "",
    );
    roll_back_to(&drill, 56).await.unwrap();
    advance(&drill, 240);
    let service = backend(&drill).await;
    assert_eq!(service["deployments"][0]["rolloutState"], "FAILED");
    assert!(service["taskDefinition"].as_str().unwrap().ends_with(":56"));
    assert_eq!(service["deployments"][1]["runningCount"], 4);
    let deployment = current(&drill).await;
    assert_eq!(deployment["status"], "STOPPED");
    assert!(deployment.get("rollback").is_none());
}

#[tokio::test(start_paused = true)]
async fn a_way_back_whose_tasks_fail_as_well_fails() {
    // All tasks change at once, so nobody is left when the new version is stopped, and the old one cannot start again.
    let drill = changed(|text| {
        let text = swap(
            &text,
            OLD,
            &format!("{OLD}\n{}", since_an_hour("crash_after_s = 4.0")),
        );
        let text = swap(
            &text,
            SERVICE,
            &format!("minimum_percent = 0\nmaximum_percent = 100\n{SERVICE}"),
        );
        swap(
            &text,
            "at = \"-3m 45s\"\nrevision = 57",
            "at = \"+10s\"\nrevision = 57",
        )
    })
    .unwrap();
    advance(&drill, 50);
    let running = current(&drill).await;
    assert_eq!(running["status"], "IN_PROGRESS");
    let stop = json!({ "serviceDeploymentArn": running["serviceDeploymentArn"], "stopType": "ROLLBACK" });
    ecs_call(&drill, "StopServiceDeployment", &stop).await.unwrap();
    advance(&drill, 240);
    let failed = current(&drill).await;
    assert_eq!(failed["status"], "ROLLBACK_FAILED");
    let service = backend(&drill).await;
    assert_eq!(service["deployments"][0]["rolloutState"], "FAILED");
    assert!(service["taskDefinition"].as_str().unwrap().ends_with(":56"));
}

#[tokio::test(start_paused = true)]
async fn a_deregistered_revision_is_refused_and_what_runs_of_it_goes_on() {
    let drill = drill("bad-deploy", 1);
    for revision in [56, 57] {
        let input = json!({ "taskDefinition": format!("{BACKEND}:{revision}") });
        let answer = ecs_call(&drill, "DeregisterTaskDefinition", &input)
            .await
            .unwrap();
        assert_eq!(answer["taskDefinition"]["status"], "INACTIVE");
    }
    assert_eq!(roll_back_to(&drill, 56).await, Err("ClientException".to_owned()));
    advance(&drill, 120);
    let service = backend(&drill).await;
    assert_eq!(
        (
            service["runningCount"].clone(),
            service["deployments"].as_array().unwrap().len()
        ),
        (json!(4), 1)
    );
    assert_eq!(drill.world()["services"][0]["serving"][0]["revision"], 57);
}
