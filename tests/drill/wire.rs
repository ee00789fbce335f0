//! The wire and its faults, the clock's endpoints, and the loopback door.

use std::time::Duration;

use axum::http::StatusCode;
use modosu::drill::{CallKind, Drill};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::door::{self, BACKEND, CLUSTER, advance, arm, backend, control, drill, ecs_call, roll_back_to};

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_done_and_a_cut_one_is_not() {
    let drill = drill("bad-deploy", 1);
    arm(&drill, "ecs.UpdateService", "cut", 1).await;
    assert_eq!(roll_back_to(&drill, 56).await, Err("dropped".to_owned()));
    assert_eq!(backend(&drill).await["deployments"].as_array().unwrap().len(), 1);
    arm(&drill, "ecs.UpdateService", "lost", 1).await;
    assert_eq!(roll_back_to(&drill, 56).await, Err("dropped".to_owned()));
    assert_eq!(backend(&drill).await["deployments"].as_array().unwrap().len(), 2);
    let writes: Vec<_> = drill
        .ledger()
        .into_iter()
        .filter(|entry| entry.kind == CallKind::Write)
        .collect();
    let seen: Vec<_> = writes.iter().map(|entry| (entry.fault, entry.status)).collect();
    assert_eq!(seen, [(Some("cut"), 0), (Some("lost"), 200)]);

    arm(&drill, "ecs.UpdateService", "lost", 1).await;
    let error = door::ecs(&drill)
        .update_service()
        .cluster(CLUSTER)
        .service(BACKEND)
        .task_definition("peoplebooster-backend:55")
        .send()
        .await
        .unwrap_err();
    assert!(error.as_service_error().is_none(), "{error:?}");
    assert!(
        backend(&drill).await["taskDefinition"]
            .as_str()
            .unwrap()
            .ends_with(":55")
    );
}

#[tokio::test(start_paused = true)]
async fn refusals_are_typed_in_every_protocol() {
    let drill = drill("bad-deploy", 1);
    let input = json!({ "cluster": CLUSTER, "service": BACKEND });
    for (kind, json_code, query_code) in [
        ("throttle", "ThrottlingException", "Throttling"),
        ("denied", "AccessDeniedException", "AccessDenied"),
        ("expired", "ExpiredTokenException", "ExpiredToken"),
        ("error", "ServerException", "InternalFailure"),
    ] {
        arm(&drill, "*", kind, 3).await;
        assert_eq!(
            ecs_call(&drill, "UpdateService", &input).await,
            Err(json_code.to_owned())
        );
        let error = door::sts(&drill).get_caller_identity().send().await.unwrap_err();
        assert_eq!(error.into_service_error().meta().code(), Some(query_code));
        let error = door::cloudwatch(&drill).list_metrics().send().await.unwrap_err();
        assert_eq!(error.into_service_error().meta().code(), Some(query_code));
    }
    assert_eq!(drill.ledger().len(), 12);
    arm(&drill, "ecs.UpdateService", "denied", 1).await;
    let error = door::ecs(&drill)
        .update_service()
        .cluster(CLUSTER)
        .service(BACKEND)
        .send()
        .await
        .unwrap_err();
    let message = error.into_service_error().meta().message().unwrap().to_owned();
    assert!(
        message
            .contains("assumed-role/incident-commander/sato is not authorized to perform: ecs:UpdateService")
    );
    assert!(
        message.contains("service/peoplebooster-production/peoplebooster-backend"),
        "{message}"
    );
}

#[tokio::test(start_paused = true)]
async fn limits_and_names_are_those_of_ecs() {
    let drill = drill("bad-deploy", 1);
    let eleven: Vec<String> = (0..11).map(|number| format!("service-{number}")).collect();
    let definition =
        |number: &str| json!({ "cluster": CLUSTER, "service": BACKEND, "taskDefinition": number });
    for (operation, input, refusal) in [
        (
            "DescribeServices",
            json!({ "cluster": CLUSTER, "services": eleven }),
            "InvalidParameterException",
        ),
        (
            "ListTasks",
            json!({ "cluster": CLUSTER, "maxResults": 101 }),
            "InvalidParameterException",
        ),
        (
            "ListTasks",
            json!({ "cluster": CLUSTER, "desiredStatus": "GONE" }),
            "InvalidParameterException",
        ),
        (
            "ListServices",
            json!({ "cluster": CLUSTER, "nextToken": "10" }),
            "InvalidParameterException",
        ),
        (
            "ListTaskDefinitions",
            json!({ "status": "GONE" }),
            "InvalidParameterException",
        ),
        (
            "ListServiceDeployments",
            json!({ "cluster": CLUSTER, "service": "nobody" }),
            "ServiceNotFoundException",
        ),
        (
            "UpdateService",
            definition("peoplebooster-backend:latest"),
            "InvalidParameterException",
        ),
        (
            "UpdateService",
            definition("peoplebooster-backend:999"),
            "ClientException",
        ),
        ("UpdateService", definition("peoplebooster"), "ClientException"),
        (
            "StopServiceDeployment",
            json!({ "serviceDeploymentArn": "arn:aws:ecs:x" }),
            "ServiceDeploymentNotFoundException",
        ),
        (
            "DeregisterTaskDefinition",
            json!({ "taskDefinition": BACKEND }),
            "ClientException",
        ),
    ] {
        assert_eq!(
            ecs_call(&drill, operation, &input).await,
            Err(refusal.to_owned()),
            "{operation} {input}"
        );
    }
    // The prefix of a family is its whole name.
    let prefix = json!({ "familyPrefix": "peoplebooster" });
    let listed = ecs_call(&drill, "ListTaskDefinitions", &prefix).await.unwrap();
    assert_eq!(listed["taskDefinitionArns"], json!([]));
    // What the account does not know is ignored, as a newer client must be.
    let update =
        json!({ "cluster": CLUSTER, "service": BACKEND, "desiredCount": 4, "fromTheFuture": { "a": [1] } });
    assert!(ecs_call(&drill, "UpdateService", &update).await.is_ok());
    assert_eq!(backend(&drill).await["deployments"].as_array().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_definition_is_named_in_three_ways_and_settings_change_without_a_deployment() {
    let drill = drill("bad-deploy", 1);
    let arn = "arn:aws:ecs:ap-northeast-1:123456789012:task-definition/peoplebooster-backend:55";
    for (name, revision) in [
        ("peoplebooster-backend:56", ":56"),
        (arn, ":55"),
        (BACKEND, ":57"),
    ] {
        let input = json!({ "cluster": CLUSTER, "service": BACKEND, "taskDefinition": name });
        let service = ecs_call(&drill, "UpdateService", &input).await.unwrap()["service"].clone();
        let primary = service["deployments"][0]["taskDefinition"].as_str().unwrap();
        assert!(
            primary.ends_with(revision) && service["taskDefinition"] == primary,
            "{name}: {primary}"
        );
    }
    let before = backend(&drill).await;
    let input = json!({
        "cluster": CLUSTER, "service": BACKEND, "healthCheckGracePeriodSeconds": 90,
        "deploymentConfiguration": {
            "minimumHealthyPercent": 50, "maximumPercent": 150, "deploymentCircuitBreaker": { "enable": false, "rollback": false },
        },
    });
    ecs_call(&drill, "UpdateService", &input).await.unwrap();
    let after = backend(&drill).await;
    assert_eq!(after["deployments"][0]["id"], before["deployments"][0]["id"]);
    assert_eq!(after["healthCheckGracePeriodSeconds"], 90);
    let configuration = &after["deploymentConfiguration"];
    assert_eq!(
        (
            &configuration["minimumHealthyPercent"],
            &configuration["maximumPercent"]
        ),
        (&json!(50), &json!(150))
    );
    assert_eq!(configuration["deploymentCircuitBreaker"]["enable"], false);
    let stuck = json!({ "cluster": CLUSTER, "service": BACKEND, "deploymentConfiguration": { "minimumHealthyPercent": 100, "maximumPercent": 100 } });
    assert_eq!(
        ecs_call(&drill, "UpdateService", &stuck).await,
        Err("InvalidParameterException".to_owned())
    );
}

/// Asks again while the account is busy, as some scenarios are.
async fn patiently(drill: &Drill, operation: &str, input: &Value) -> Result<Value, String> {
    loop {
        match ecs_call(drill, operation, input).await {
            Err(code) if code == "ThrottlingException" => {}
            answer => return answer,
        }
    }
}

/// What the account describes, it takes back: a definition that AWS could not hold would be refused here.
#[tokio::test(start_paused = true)]
async fn every_definition_of_every_scenario_can_be_registered_again() {
    for scenario in Drill::scenarios() {
        let drill = drill(scenario, 1);
        for family in [BACKEND, "peoplebooster-frontend"] {
            let prefix = json!({ "familyPrefix": family });
            let listed = patiently(&drill, "ListTaskDefinitions", &prefix).await.unwrap();
            let arns = listed["taskDefinitionArns"].as_array().unwrap();
            assert!(arns.len() > 1, "{scenario} {family}");
            for arn in arns {
                let named = json!({ "taskDefinition": arn });
                let described = patiently(&drill, "DescribeTaskDefinition", &named).await.unwrap();
                let described = &described["taskDefinition"];
                match patiently(&drill, "RegisterTaskDefinition", described).await {
                    Ok(registered) => {
                        let registered = &registered["taskDefinition"];
                        assert_eq!(
                            registered["containerDefinitions"],
                            described["containerDefinitions"]
                        );
                        assert!(registered["revision"].as_u64() > described["revision"].as_u64());
                    }
                    // In one scenario the caller may not.
                    Err(code) => assert_eq!(code, "AccessDeniedException", "{scenario} {arn}"),
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_answer_is_late_and_a_hanging_one_never_comes() {
    let drill = drill("bad-deploy", 1);
    let slow = json!({ "operation": "ecs.ListClusters", "kind": "slow", "times": 1, "delay_s": 7 });
    assert_eq!(control(&drill, "POST", "faults", &slow).await.0, StatusCode::OK);
    let begun = tokio::time::Instant::now();
    ecs_call(&drill, "ListClusters", &json!({})).await.unwrap();
    assert_eq!(begun.elapsed().as_secs(), 7);
    arm(&drill, "ecs.*", "hang", 1).await;
    let hung = tokio::time::timeout(
        Duration::from_secs(3_600),
        ecs_call(&drill, "ListClusters", &json!({})),
    )
    .await;
    assert!(hung.is_err());
    assert_eq!(
        drill.ledger().last().map(|entry| (entry.status, entry.fault)),
        Some((0, Some("hang")))
    );
    assert!(ecs_call(&drill, "ListClusters", &json!({})).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn the_clock_can_be_pushed_and_stretched() {
    let drill = drill("bad-deploy", 1);
    let (_, clock) = control(&drill, "GET", "clock", &Value::Null).await;
    assert_eq!(
        clock,
        json!({ "now": "2026-11-23T05:05:12Z", "speed": 1.0, "id": drill.id() })
    );
    let (_, clock) = control(&drill, "POST", "clock", &json!({ "advance_s": 60 })).await;
    assert_eq!(clock["now"], "2026-11-23T05:06:12Z");
    let (_, clock) = control(&drill, "POST", "clock", &json!({ "speed": 10 })).await;
    assert_eq!(clock["speed"], 10.0);
    tokio::time::advance(Duration::from_secs(6)).await;
    assert_eq!(
        control(&drill, "GET", "clock", &Value::Null).await.1["now"],
        "2026-11-23T05:07:12Z"
    );
    for wrong in [
        json!({ "speed": -1 }),
        json!({ "advance_s": -5 }),
        json!({ "advance_s": 1e12 }),
        json!({ "advance": 5 }),
        json!("now"),
    ] {
        assert_eq!(
            control(&drill, "POST", "clock", &wrong).await.0,
            StatusCode::BAD_REQUEST,
            "{wrong}"
        );
    }
    for wrong in [
        json!({ "operation": "UpdateService", "kind": "lost" }),
        json!({ "operation": "*", "kind": "moon" }),
    ] {
        assert_eq!(
            control(&drill, "POST", "faults", &wrong).await.0,
            StatusCode::BAD_REQUEST,
            "{wrong}"
        );
    }
    assert_eq!(
        control(&drill, "GET", "moon", &Value::Null).await.0,
        StatusCode::NOT_FOUND
    );
    assert!(drill.ledger().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_ledger_has_every_call_in_order() {
    let drill = drill("bad-deploy", 1);
    backend(&drill).await;
    advance(&drill, 3);
    roll_back_to(&drill, 56).await.unwrap();
    let (_, ledger) = control(&drill, "GET", "ledger", &Value::Null).await;
    assert_eq!(
        ledger,
        json!([
            {
                "n": 1, "at": "2026-11-23T05:05:12Z", "service": "ecs", "operation": "DescribeServices", "kind": "read",
                "input": { "cluster": CLUSTER, "services": [BACKEND] }, "status": 200,
            },
            {
                "n": 2, "at": "2026-11-23T05:05:15Z", "service": "ecs", "operation": "UpdateService", "kind": "write",
                "input": { "cluster": CLUSTER, "service": BACKEND, "taskDefinition": "peoplebooster-backend:56" }, "status": 200,
            },
        ])
    );
}

/// One request over a socket of its own; the whole answer, or nothing when the connection closed without one.
async fn over_socket(address: std::net::SocketAddr, target: &str, body: &str) -> String {
    let mut socket = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!(
        "POST / HTTP/1.1\r\nhost: drill\r\nconnection: close\r\nx-amz-target: {target}\r\n\
         content-type: application/x-amz-json-1.1\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    // A reset is an end as well.
    if socket.read_to_string(&mut answer).await.is_err() {
        answer.clear();
    }
    answer
}

#[tokio::test]
async fn the_loopback_door_serves_drops_and_closes() {
    let drill: Drill = drill("bad-deploy", 1);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let endpoint = format!("http://{address}");
    let environment = drill.environment(&endpoint);
    assert_eq!(environment["MODOSU_DRILL"], endpoint);
    assert_eq!(environment["AWS_ENDPOINT_URL"], endpoint);
    assert_eq!(environment["AWS_REGION"], "ap-northeast-1");

    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let until = async move {
        stopped.await.ok();
    };
    let talk = async {
        let target = |operation: &str| format!("AmazonEC2ContainerServiceV20141113.{operation}");
        let answer = over_socket(address, &target("ListClusters"), "{}").await;
        assert!(
            answer.starts_with("HTTP/1.1 200") && answer.contains("cluster/peoplebooster-production"),
            "{answer}"
        );
        let update =
            format!(r#"{{"cluster":"{CLUSTER}","service":"{BACKEND}","taskDefinition":"{BACKEND}:56"}}"#);
        for (kind, deployments) in [("cut", 1), ("lost", 2)] {
            arm(&drill, "ecs.UpdateService", kind, 1).await;
            assert_eq!(
                over_socket(address, &target("UpdateService"), &update).await,
                "",
                "{kind}"
            );
            assert_eq!(
                backend(&drill).await["deployments"].as_array().unwrap().len(),
                deployments
            );
        }
        arm(&drill, "ecs.ListClusters", "hang", 1).await;
        let list = target("ListClusters");
        let hanging = over_socket(address, &list, "{}");
        assert!(
            tokio::time::timeout(Duration::from_millis(200), hanging)
                .await
                .is_err()
        );
        stop.send(()).unwrap();
    };
    let (served, ()) = tokio::join!(
        tokio::time::timeout(Duration::from_secs(5), drill.serve(listener, until)),
        talk
    );
    served
        .expect("a hanging request does not keep the server alive")
        .unwrap();
}

/// A file with one image of the registry archived; the drill reads worlds from anywhere.
fn with_archived_image() -> (tempfile::TempDir, Drill) {
    let text = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/assets/scenarios/bad-deploy.toml"
    ))
    .unwrap();
    let archived = text.replacen("tag = \"v1.3.3\"", "tag = \"v1.3.3\"\nstatus = \"archived\"", 1);
    assert_ne!(archived, text);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("archived.toml");
    std::fs::write(&file, archived).unwrap();
    let drill = drill(file.to_str().unwrap(), 1);
    (folder, drill)
}

#[tokio::test(start_paused = true)]
async fn an_archived_image_is_shown_to_those_who_ask_for_it() {
    let (_folder, drill) = with_archived_image();
    let describe = |more: Value| {
        let mut input = json!({ "repositoryName": BACKEND });
        input
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let drill = drill.clone();
        async move {
            let target = "AmazonEC2ContainerRegistry_V20150921.DescribeImages";
            let answer = door::json_call(&drill, target, &input).await.unwrap();
            let mut tags: Vec<String> = answer["imageDetails"]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| {
                    format!(
                        "{} {}",
                        it["imageTags"][0].as_str().unwrap(),
                        it["imageStatus"].as_str().unwrap()
                    )
                })
                .collect();
            tags.sort();
            tags
        }
    };
    let (archived, active) = ("v1.3.3 ARCHIVED", ["v1.3.4 ACTIVE", "v1.4.0 ACTIVE"]);
    assert_eq!(describe(json!({})).await, active);
    let wish = |status: &str| json!({ "filter": { "imageStatus": status } });
    assert_eq!(describe(wish("ARCHIVED")).await, [archived]);
    assert_eq!(describe(wish("ANY")).await, [archived, active[0], active[1]]);
    let named = json!({ "imageIds": [{ "imageTag": "v1.3.3" }] });
    assert_eq!(describe(named).await, [archived]);
}
