//! Deployments take their time and end as they do on ECS.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::door::{BACKEND, CLUSTER, advance, arm, backend, control, drill, ecs_call, roll_back_to};

/// The service deployment that is current now.
pub(super) async fn current(drill: &modosu::drill::Drill) -> Value {
    let arn = backend(drill).await["currentServiceDeployment"].clone();
    let answer = ecs_call(
        drill,
        "DescribeServiceDeployments",
        &json!({ "serviceDeploymentArns": [arn] }),
    )
    .await;
    answer.unwrap()["serviceDeployments"][0].clone()
}

#[tokio::test(start_paused = true)]
async fn a_rollback_walks_to_its_end_in_about_a_hundred_seconds() {
    let drill = drill("bad-deploy", 1);
    let answer = roll_back_to(&drill, 56).await.unwrap();
    let ours = answer["service"]["deployments"][0]["id"].clone();
    assert_eq!(answer["service"]["deployments"][0]["rolloutState"], "IN_PROGRESS");
    assert_eq!(answer["service"]["deployments"].as_array().unwrap().len(), 2);
    let deployment = answer["service"]["currentServiceDeployment"].clone();
    assert_eq!(current(&drill).await["status"], "PENDING");

    let mut seen = Vec::new();
    let mut elapsed = 0;
    loop {
        let service = backend(&drill).await;
        let primary = &service["deployments"][0];
        assert_eq!(primary["id"], ours);
        let running = service["runningCount"].as_u64().unwrap();
        assert!(
            running >= 4,
            "never fewer than minimumHealthyPercent, {elapsed} s: {running}"
        );
        seen.push((elapsed, running));
        if primary["rolloutState"] == "COMPLETED" {
            assert_eq!(service["deployments"].as_array().unwrap().len(), 1);
            assert_eq!(service["currentServiceDeployment"], deployment);
            assert_eq!(
                service["events"][0]["message"],
                format!("(service {BACKEND}) has reached a steady state.")
            );
            break;
        }
        assert!(elapsed < 180, "{seen:?}");
        advance(&drill, 1);
        elapsed += 1;
    }
    assert!((80..=125).contains(&elapsed), "took {elapsed} s");
    assert!(
        seen.iter().any(|(_, running)| *running == 8),
        "old and new overlap: {seen:?}"
    );
    let current = current(&drill).await;
    assert_eq!(current["status"], "SUCCESSFUL");
    assert_eq!(current["serviceDeploymentArn"], deployment);
    assert_eq!(
        current["deploymentCircuitBreaker"]["status"],
        "MONITORING_COMPLETE"
    );

    let tasks = ecs_call(
        &drill,
        "ListTasks",
        &json!({ "cluster": CLUSTER, "serviceName": BACKEND }),
    )
    .await
    .unwrap();
    let tasks = ecs_call(
        &drill,
        "DescribeTasks",
        &json!({ "cluster": CLUSTER, "tasks": tasks["taskArns"] }),
    );
    for task in tasks.await.unwrap()["tasks"].as_array().unwrap() {
        assert!(task["taskDefinitionArn"].as_str().unwrap().ends_with(":56"));
        assert_eq!(task["startedBy"], ours);
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_update_supersedes_the_first() {
    let drill = drill("bad-deploy", 1);
    let first = roll_back_to(&drill, 56).await.unwrap()["service"]["currentServiceDeployment"].clone();
    advance(&drill, 30);
    roll_back_to(&drill, 55).await.unwrap();
    let described = ecs_call(
        &drill,
        "DescribeServiceDeployments",
        &json!({ "serviceDeploymentArns": [first] }),
    );
    assert_eq!(
        described.await.unwrap()["serviceDeployments"][0]["status"],
        "STOPPED"
    );
    advance(&drill, 200);
    let service = backend(&drill).await;
    assert!(service["taskDefinition"].as_str().unwrap().ends_with(":55"));
    assert_eq!(service["deployments"].as_array().unwrap().len(), 1);
    assert_eq!(current(&drill).await["status"], "SUCCESSFUL");
}

#[tokio::test(start_paused = true)]
async fn an_update_to_what_runs_already_starts_nothing_unless_forced() {
    let drill = drill("bad-deploy", 1);
    let before = backend(&drill).await["currentServiceDeployment"].clone();
    assert_eq!(
        roll_back_to(&drill, 57).await.unwrap()["service"]["currentServiceDeployment"],
        before
    );
    let forced = json!({ "cluster": CLUSTER, "service": BACKEND, "forceNewDeployment": true });
    let forced = ecs_call(&drill, "UpdateService", &forced).await.unwrap();
    assert_ne!(forced["service"]["currentServiceDeployment"], before);
}

#[tokio::test(start_paused = true)]
async fn the_number_of_tasks_follows_what_is_wanted() {
    let drill = drill("bad-deploy", 1);
    let scale = |count: u32| json!({ "cluster": CLUSTER, "service": BACKEND, "desiredCount": count });
    ecs_call(&drill, "UpdateService", &scale(6)).await.unwrap();
    advance(&drill, 60);
    assert_eq!(backend(&drill).await["runningCount"], 6);
    ecs_call(&drill, "UpdateService", &scale(2)).await.unwrap();
    advance(&drill, 60);
    let service = backend(&drill).await;
    assert_eq!(
        (service["runningCount"].clone(), service["desiredCount"].clone()),
        (json!(2), json!(2))
    );
    assert_eq!(service["deployments"][0]["rolloutState"], "COMPLETED");
}

#[tokio::test(start_paused = true)]
async fn the_circuit_breaker_puts_back_what_served_before() {
    let drill = drill("bad-deploy", 1);
    // The image of :54 is gone, so its tasks cannot start.
    roll_back_to(&drill, 54).await.unwrap();
    let mut failed = None;
    for elapsed in 0..300 {
        advance(&drill, 1);
        let current = current(&drill).await;
        if current["status"] == "ROLLBACK_IN_PROGRESS" {
            failed.get_or_insert(elapsed);
            assert_eq!(current["deploymentCircuitBreaker"]["status"], "TRIGGERED");
            assert_eq!(current["deploymentCircuitBreaker"]["threshold"], 3);
        }
        if current["status"] == "ROLLBACK_SUCCESSFUL" {
            break;
        }
    }
    assert!(failed.is_some(), "the rollback of ECS could be seen");
    let current = current(&drill).await;
    assert_eq!(current["status"], "ROLLBACK_SUCCESSFUL");
    let back = json!({ "serviceRevisionArns": [current["rollback"]["serviceRevisionArn"]] });
    let back = ecs_call(&drill, "DescribeServiceRevisions", &back).await.unwrap();
    assert!(
        back["serviceRevisions"][0]["taskDefinition"]
            .as_str()
            .unwrap()
            .ends_with(":57")
    );
    let service = backend(&drill).await;
    assert!(service["taskDefinition"].as_str().unwrap().ends_with(":57"));
    assert_eq!(
        (
            service["runningCount"].clone(),
            service["deployments"][0]["rolloutState"].clone()
        ),
        (json!(4), json!("COMPLETED"))
    );
    let stopped = json!({ "cluster": CLUSTER, "serviceName": BACKEND, "desiredStatus": "STOPPED" });
    let stopped = ecs_call(&drill, "ListTasks", &stopped).await.unwrap();
    let described = json!({ "cluster": CLUSTER, "tasks": stopped["taskArns"] });
    let described = ecs_call(&drill, "DescribeTasks", &described).await.unwrap();
    let reasons = described["tasks"].to_string();
    assert!(
        reasons.contains("CannotPullContainerError") && reasons.contains("TaskFailedToStart"),
        "{reasons}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_running_deployment_can_be_stopped_and_goes_back() {
    let drill = drill("bad-deploy", 1);
    let arn = roll_back_to(&drill, 56).await.unwrap()["service"]["currentServiceDeployment"].clone();
    advance(&drill, 25);
    let stop = json!({ "serviceDeploymentArn": arn, "stopType": "ROLLBACK" });
    ecs_call(&drill, "StopServiceDeployment", &stop).await.unwrap();
    assert_eq!(current(&drill).await["status"], "ROLLBACK_REQUESTED");
    advance(&drill, 5);
    let going = current(&drill).await;
    assert_eq!(going["status"], "ROLLBACK_IN_PROGRESS");
    assert_eq!(going["deploymentCircuitBreaker"]["status"], "MONITORING_COMPLETE");
    // Asking once more continues what goes on already.
    ecs_call(&drill, "StopServiceDeployment", &stop).await.unwrap();
    advance(&drill, 200);
    assert_eq!(current(&drill).await["status"], "ROLLBACK_SUCCESSFUL");
    assert!(
        backend(&drill).await["taskDefinition"]
            .as_str()
            .unwrap()
            .ends_with(":57")
    );
    let again = ecs_call(&drill, "StopServiceDeployment", &stop).await;
    assert_eq!(again, Err("ConflictException".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_new_definition_with_the_old_image_serves_the_old_version() {
    let drill = drill("bad-deploy", 1);
    let described = ecs_call(
        &drill,
        "DescribeTaskDefinition",
        &json!({ "taskDefinition": format!("{BACKEND}:56") }),
    );
    let mut definition = described.await.unwrap()["taskDefinition"].clone();
    let digest = drill.world()["services"][0].clone();
    assert_eq!(digest["serving"][0]["version"], "v1.4.0");
    definition["containerDefinitions"][0]["environment"] = json!([{ "name": "API_KEY", "value": "hush" }]);
    let registered = ecs_call(&drill, "RegisterTaskDefinition", &definition)
        .await
        .unwrap();
    assert_eq!(registered["taskDefinition"]["revision"], 58);
    assert!(!serde_json::to_string(&drill.ledger()).unwrap().contains("hush"));
    roll_back_to(&drill, 58).await.unwrap();
    advance(&drill, 150);
    let world = drill.world();
    assert_eq!(world["services"][0]["serving"][0]["version"], "v1.3.4");
    assert_eq!(world["services"][0]["serving"][0]["revision"], 58);
}

#[tokio::test(start_paused = true)]
async fn health_follows_who_serves() {
    let drill = drill("bad-deploy", 1);
    let (status, health) = control(&drill, "GET", "health/production/backend", &Value::Null).await;
    assert_eq!(
        (status, health),
        (
            StatusCode::OK,
            json!({ "status": "ok", "service": "backend", "version": "v1.4.0" })
        )
    );
    roll_back_to(&drill, 56).await.unwrap();
    advance(&drill, 120);
    assert_eq!(
        control(&drill, "GET", "health/production/backend", &Value::Null)
            .await
            .1["version"],
        "v1.3.4"
    );
    ecs_call(
        &drill,
        "UpdateService",
        &json!({ "cluster": CLUSTER, "service": BACKEND, "desiredCount": 0 }),
    )
    .await
    .unwrap();
    advance(&drill, 5);
    assert_eq!(
        control(&drill, "GET", "health/production/backend", &Value::Null)
            .await
            .0,
        StatusCode::SERVICE_UNAVAILABLE
    );
    assert_eq!(
        control(&drill, "GET", "health/nowhere/backend", &Value::Null)
            .await
            .0,
        StatusCode::NOT_FOUND
    );
    assert!(
        drill.ledger().iter().all(|entry| entry.service == "ecs"),
        "the drill's own endpoints are not in the ledger"
    );
}

#[tokio::test(start_paused = true)]
async fn looking_often_changes_nothing() {
    let (often, once) = (drill("bad-deploy", 9), drill("bad-deploy", 9));
    for drill in [&often, &once] {
        roll_back_to(drill, 56).await.unwrap();
    }
    for _ in 0..70 {
        backend(&often).await;
        advance(&often, 1);
    }
    advance(&once, 70);
    assert_eq!(often.world(), once.world());
    assert_eq!(backend(&often).await, backend(&once).await);
    let other = drill("bad-deploy", 10);
    assert_ne!(
        backend(&other).await["deployments"][0]["id"],
        backend(&drill("bad-deploy", 9)).await["deployments"][0]["id"]
    );
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_and_the_same_requests_give_the_same_answers() {
    let mut answers = Vec::new();
    for _ in 0..2 {
        let drill = drill("bad-deploy", 4);
        arm(&drill, "ecs.DescribeServices", "throttle", 1).await;
        let mut seen = vec![format!("{:?}", roll_back_to(&drill, 56).await)];
        for _ in 0..12 {
            advance(&drill, 11);
            let input = json!({ "cluster": CLUSTER, "services": [BACKEND] });
            seen.push(format!(
                "{:?}",
                ecs_call(&drill, "DescribeServices", &input).await
            ));
        }
        seen.push(drill.world().to_string());
        seen.push(serde_json::to_string(&drill.ledger()).unwrap());
        answers.push(seen);
    }
    assert_eq!(answers[0], answers[1]);
}
