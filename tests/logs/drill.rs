//! CloudWatch Logs of the drill, by the real SDK and by raw calls.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use http::Request;
use modosu::drill::{CallKind, Drill, Options};
use serde_json::{Value, json};
use tower::ServiceExt;

const GROUP: &str = "/ecs/peoplebooster-production/backend";
const START: &str = "2026-11-23T05:05:12Z";

pub(super) fn drill(seed: u64) -> Drill {
    Drill::new(&Options {
        scenario: "bad-deploy".to_owned(),
        seed,
        speed: 1.0,
        start: START.parse().unwrap(),
    })
    .unwrap()
}

async fn call(drill: &Drill, target: &str, input: Value) -> Result<Value, String> {
    let request = Request::post("/")
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", target)
        .body(Body::from(input.to_string()))
        .unwrap();
    let (parts, body) = drill.router().oneshot(request).await.unwrap().into_parts();
    let body: Value = serde_json::from_slice(&to_bytes(body, usize::MAX).await.unwrap()).unwrap();
    if parts.status.is_success() {
        Ok(body)
    } else {
        Err(body["__type"].as_str().unwrap().to_owned())
    }
}

async fn logs(drill: &Drill, operation: &str, input: Value) -> Result<Value, String> {
    call(drill, &format!("Logs_20140328.{operation}"), input).await
}

fn millis(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

/// All pages of FilterLogEvents, and how many there were.
async fn all(drill: &Drill, mut input: Value) -> (Vec<Value>, usize) {
    let (mut events, mut pages) = (Vec::new(), 0);
    loop {
        let answer = logs(drill, "FilterLogEvents", input.clone()).await.unwrap();
        events.extend(answer["events"].as_array().unwrap().iter().cloned());
        pages += 1;
        match answer.get("nextToken") {
            Some(token) => input["nextToken"] = token.clone(),
            None => return (events, pages),
        }
    }
}

fn messages(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .map(|event| event["message"].as_str().unwrap())
        .collect()
}

#[tokio::test(start_paused = true)]
async fn the_same_window_has_the_same_lines_however_it_is_paged_and_whenever_it_is_asked() {
    let drill = drill(1);
    let window = json!({ "logGroupName": GROUP, "startTime": millis("2026-11-23T04:30:00Z"), "endTime": millis("2026-11-23T05:05:00Z") });
    let (whole, pages) = all(&drill, window.clone()).await;
    assert_eq!(pages, 1);
    assert!(whole.len() > 200, "{}", whole.len());
    let mut small = window.clone();
    small["limit"] = json!(37);
    let (paged, pages) = all(&drill, small).await;
    assert!(pages > 5, "{pages}");
    assert_eq!(whole, paged);
    let ids: BTreeSet<&str> = whole
        .iter()
        .map(|event| event["eventId"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), whole.len(), "every event has its own id");
    let times: Vec<i64> = whole
        .iter()
        .map(|event| event["timestamp"].as_i64().unwrap())
        .collect();
    assert!(times.is_sorted());
    // A rollback happens, hours go by, tasks are forgotten by ECS: the past stays as it was written.
    let update = json!({ "cluster": "peoplebooster-production", "service": "peoplebooster-backend", "taskDefinition": "peoplebooster-backend:56" });
    call(&drill, "AmazonEC2ContainerServiceV20141113.UpdateService", update)
        .await
        .unwrap();
    for _ in 0..4 {
        drill.clock().advance(Duration::from_secs(1_800));
        logs(&drill, "DescribeLogGroups", json!({})).await.unwrap();
    }
    assert_eq!(all(&drill, window).await.0, whole);
    assert!(
        drill
            .ledger()
            .iter()
            .filter(|entry| entry.service == "logs")
            .all(|entry| entry.kind == CallKind::Read)
    );
}

#[tokio::test(start_paused = true)]
async fn the_bad_version_writes_errors_with_stacks_and_the_good_one_stops_them() {
    let drill = drill(1);
    let since = |from: &str, pattern: &str| json!({ "logGroupName": GROUP, "startTime": millis(from), "filterPattern": pattern });
    let (bad, _) = all(&drill, since("2026-11-23T05:02:00Z", "{ $.level = \"error\" }")).await;
    // 4.1 % of some 300 looked-at requests a minute.
    assert!((15..80).contains(&bad.len()), "{}", bad.len());
    for message in messages(&bad) {
        let line: Value = serde_json::from_str(message).unwrap();
        assert_eq!(line["version"], "v1.4.0");
        assert!(line["err"]["stack"].as_str().unwrap().contains("\n    at "));
    }
    let (before, _) = all(&drill, json!({ "logGroupName": GROUP, "startTime": millis("2026-11-23T04:00:00Z"), "endTime": millis("2026-11-23T04:30:00Z"), "filterPattern": "{ $.level = \"error\" }" })).await;
    assert!(before.len() < 15, "{}", before.len());
    let (access, _) = all(&drill, since("2026-11-23T05:02:00Z", "requestId -error")).await;
    let failed = messages(&access)
        .iter()
        .filter(|line| line.contains(" 500 "))
        .count();
    assert_eq!(failed, bad.len(), "each error belongs to an answer");
    // Every stream is a task's.
    let tasks: BTreeSet<String> = access
        .iter()
        .map(|event| event["logStreamName"].as_str().unwrap().to_owned())
        .collect();
    assert!(tasks.len() >= 3, "{tasks:?}");
    let streams = logs(
        &drill,
        "DescribeLogStreams",
        json!({ "logGroupName": GROUP, "orderBy": "LastEventTime", "descending": true }),
    )
    .await
    .unwrap();
    let known: BTreeSet<String> = streams["logStreams"]
        .as_array()
        .unwrap()
        .iter()
        .map(|stream| stream["logStreamName"].as_str().unwrap().to_owned())
        .collect();
    assert!(tasks.is_subset(&known), "{tasks:?} {known:?}");
    assert!(
        tasks
            .iter()
            .all(|name| name.starts_with("app/app/") && name.len() == 8 + 32)
    );

    let update = json!({ "cluster": "peoplebooster-production", "service": "peoplebooster-backend", "taskDefinition": "peoplebooster-backend:56" });
    call(&drill, "AmazonEC2ContainerServiceV20141113.UpdateService", update)
        .await
        .unwrap();
    for _ in 0..30 {
        drill.clock().advance(Duration::from_secs(10));
        logs(&drill, "DescribeLogGroups", json!({})).await.unwrap();
    }
    let (started, _) = all(&drill, since(START, "\"listening on port\"")).await;
    assert_eq!(started.len(), 4);
    let (after, _) = all(&drill, since("2026-11-23T05:09:00Z", "{ $.level = \"error\" }")).await;
    assert!(after.len() <= 2, "{}", after.len());
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_read_from_its_end_and_back_to_its_beginning() {
    let drill = drill(1);
    let streams = logs(
        &drill,
        "DescribeLogStreams",
        json!({ "logGroupName": GROUP, "orderBy": "LastEventTime", "descending": true, "limit": 1 }),
    )
    .await
    .unwrap();
    assert!(streams["nextToken"].is_string());
    let name = streams["logStreams"][0]["logStreamName"].clone();
    let stream = |more: Value| {
        let mut input = json!({ "logGroupName": GROUP, "logStreamName": name, "limit": 5 });
        input
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        input
    };
    let newest = logs(&drill, "GetLogEvents", stream(json!({}))).await.unwrap();
    let head = logs(&drill, "GetLogEvents", stream(json!({ "startFromHead": true })))
        .await
        .unwrap();
    assert!(
        head["events"][0]["message"]
            .as_str()
            .unwrap()
            .contains("starting")
    );
    let mut backwards: Vec<Value> = newest["events"].as_array().unwrap().clone();
    let mut token = newest["nextBackwardToken"].clone();
    loop {
        let answer = logs(&drill, "GetLogEvents", stream(json!({ "nextToken": token })))
            .await
            .unwrap();
        let earlier = answer["events"].as_array().unwrap().clone();
        if answer["nextBackwardToken"] == token {
            break;
        }
        token = answer["nextBackwardToken"].clone();
        backwards.splice(0..0, earlier);
    }
    let mut forwards: Vec<Value> = head["events"].as_array().unwrap().clone();
    let mut token = head["nextForwardToken"].clone();
    loop {
        let answer = logs(&drill, "GetLogEvents", stream(json!({ "nextToken": token })))
            .await
            .unwrap();
        forwards.extend(answer["events"].as_array().unwrap().iter().cloned());
        if answer["nextForwardToken"] == token {
            break;
        }
        token = answer["nextForwardToken"].clone();
    }
    assert!(forwards.len() > 10, "{}", forwards.len());
    assert_eq!(forwards, backwards);
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_is_refused_in_aws_words() {
    let drill = drill(1);
    let groups = logs(
        &drill,
        "DescribeLogGroups",
        json!({ "logGroupNamePrefix": "/ecs/peoplebooster-production" }),
    )
    .await
    .unwrap();
    let names: Vec<&str> = groups["logGroups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| group["logGroupName"].as_str().unwrap())
        .collect();
    assert_eq!(names, [GROUP, "/ecs/peoplebooster-production/frontend"]);
    let of = |more: Value| {
        let mut input = json!({ "logGroupName": GROUP });
        input
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        input
    };
    let table = [
        (
            "FilterLogEvents",
            json!({ "logGroupName": "/ecs/none" }),
            "ResourceNotFoundException",
        ),
        ("FilterLogEvents", json!({}), "InvalidParameterException"),
        (
            "FilterLogEvents",
            of(json!({ "limit": 10_001 })),
            "InvalidParameterException",
        ),
        (
            "FilterLogEvents",
            of(json!({ "nextToken": "x" })),
            "InvalidParameterException",
        ),
        (
            "FilterLogEvents",
            of(json!({ "startTime": 2, "endTime": 1 })),
            "InvalidParameterException",
        ),
        (
            "FilterLogEvents",
            of(json!({ "filterPattern": "{ $.a = " })),
            "InvalidParameterException",
        ),
        (
            "FilterLogEvents",
            of(json!({ "logStreamNames": ["app/app/none"] })),
            "ResourceNotFoundException",
        ),
        (
            "FilterLogEvents",
            of(json!({ "logStreamNames": ["a"], "logStreamNamePrefix": "a" })),
            "InvalidParameterException",
        ),
        (
            "DescribeLogStreams",
            of(json!({ "orderBy": "LastEventTime", "logStreamNamePrefix": "app" })),
            "InvalidParameterException",
        ),
        (
            "DescribeLogStreams",
            of(json!({ "limit": 51 })),
            "InvalidParameterException",
        ),
        (
            "GetLogEvents",
            of(json!({ "logStreamName": "app/app/none" })),
            "ResourceNotFoundException",
        ),
        ("GetLogEvents", of(json!({})), "InvalidParameterException"),
        ("DeleteLogGroup", of(json!({})), "UnknownOperationException"),
    ];
    for (operation, input, code) in table {
        assert_eq!(
            logs(&drill, operation, input.clone()).await,
            Err(code.to_owned()),
            "{operation} {input}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_month_is_searched_in_steps_that_stay_small() {
    let drill = drill(1);
    let input = json!({ "logGroupName": GROUP, "filterPattern": "\"no line has this\"" });
    let answer = logs(&drill, "FilterLogEvents", input.clone()).await.unwrap();
    assert_eq!(answer["events"], json!([]));
    // As on AWS: nothing found yet, and the search goes on.
    assert!(answer["nextToken"].is_string());
}
