//! The adapter: what is sent, how far pages are followed, how faults are told apart.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::response::Response;
use futures::FutureExt;
use futures::future::BoxFuture;
use modosu::adapters::aws::{AwsSettings, Bucket, Pace, Reader, connect};
use modosu::adapters::http::{Connector, Door};
use modosu::domain::{Clean, FaultKind, LogLevel};
use serde_json::{Value, json};
use tower::ServiceExt;

#[derive(Clone, Default)]
struct Turns(Arc<Mutex<Vec<Bucket>>>);

impl Pace for Turns {
    fn turn(&self, bucket: Bucket) -> BoxFuture<'_, ()> {
        self.0.lock().unwrap().push(bucket);
        std::future::ready(()).boxed()
    }

    fn throttled(&self, _bucket: Bucket) {}
}

#[derive(Clone)]
struct Fake {
    answers: Arc<Mutex<Vec<(u16, Value)>>>,
    calls: Arc<Mutex<Vec<Value>>>,
}

async fn serve(State(fake): State<Fake>, request: axum::extract::Request) -> Response {
    let (parts, body) = request.into_parts();
    assert_eq!(parts.headers["x-amz-target"], "Logs_20140328.FilterLogEvents");
    let body = to_bytes(body, usize::MAX).await.unwrap();
    fake.calls
        .lock()
        .unwrap()
        .push(serde_json::from_slice(&body).unwrap());
    let (status, answer) = fake.answers.lock().unwrap().remove(0);
    Response::builder()
        .status(status)
        .header("content-type", "application/x-amz-json-1.1")
        .body(Body::from(answer.to_string()))
        .unwrap()
}

fn connector(router: Router) -> Connector {
    Arc::new(move |request: http::Request<bytes::Bytes>| {
        let router = router.clone();
        async move {
            let response = router
                .oneshot(request.map(Body::from))
                .await
                .map_err(|never| never.to_string())?;
            let (parts, body) = response.into_parts();
            let bytes = to_bytes(body, usize::MAX)
                .await
                .map_err(|error| error.to_string())?;
            Ok(http::Response::from_parts(parts, bytes))
        }
        .boxed()
    })
}

async fn reader(router: Router) -> (Reader, Turns) {
    let settings = AwsSettings {
        region: Some("ap-northeast-1".to_owned()),
        drill_credentials: true,
        ..AwsSettings::default()
    };
    let connection = connect(&settings, &Door::Direct(connector(router)))
        .await
        .unwrap();
    let turns = Turns::default();
    (Reader::new(&connection, Arc::new(turns.clone())), turns)
}

fn fake(answers: Vec<(u16, Value)>) -> (Fake, Router) {
    let fake = Fake {
        answers: Arc::new(Mutex::new(answers)),
        calls: Arc::default(),
    };
    (fake.clone(), Router::new().fallback(serve).with_state(fake))
}

fn event(id: &str, at: i64, message: &str) -> Value {
    json!({ "eventId": id, "timestamp": at, "ingestionTime": at + 1, "logStreamName": "app/app/0123", "message": message })
}

const FROM: &str = "2026-11-23T05:05:12Z";

#[tokio::test(start_paused = true)]
async fn pages_are_followed_through_empty_ones_and_what_is_no_event_is_left_out() {
    let at = 1_795_410_313_000_i64;
    let (fake, router) = fake(vec![
        (
            200,
            json!({ "events": [event("b", at + 5, "second")], "nextToken": "1", "searchedLogStreams": [] }),
        ),
        (200, json!({ "events": [], "nextToken": "2" })),
        (
            200,
            json!({ "events": [event("a", at, "ERROR \u{1b}[31mfirst\n"), { "message": "without id and time" }] }),
        ),
    ]);
    let (reader, turns) = reader(router).await;
    let batch = reader.logs("/ecs/x", FROM.parse().unwrap()).await.unwrap();
    assert!(batch.complete);
    let lines: Vec<(&str, &str, LogLevel)> = batch
        .lines
        .iter()
        .map(|line| (line.id.as_str(), line.message.as_str(), line.level))
        .collect();
    assert_eq!(
        lines,
        [
            ("a", "ERROR \u{FFFD}[31mfirst", LogLevel::Error),
            ("b", "second", LogLevel::Plain)
        ]
    );
    let calls = fake.calls.lock().unwrap().clone();
    for call in &calls {
        assert_eq!(call["logGroupName"], "/ecs/x");
        assert_eq!(call["startTime"], json!(1_795_410_312_000_i64));
        assert_eq!(call["limit"], json!(1_000));
    }
    let tokens: Vec<&Value> = calls.iter().map(|call| &call["nextToken"]).collect();
    assert_eq!(tokens, [&Value::Null, &json!("1"), &json!("2")]);
    assert_eq!(*turns.0.lock().unwrap(), [Bucket::Logs; 3]);
}

#[tokio::test(start_paused = true)]
async fn more_than_three_pages_are_not_read_and_that_is_said() {
    let page = |token: &str| {
        (
            200,
            json!({ "events": [event(token, 1_795_410_313_000, "x")], "nextToken": token }),
        )
    };
    let (fake, router) = fake(vec![page("1"), page("2"), page("3"), page("4")]);
    let (reader, _) = reader(router).await;
    let batch = reader.logs("/ecs/x", FROM.parse().unwrap()).await.unwrap();
    assert_eq!((batch.lines.len(), batch.complete), (3, false));
    assert_eq!(fake.calls.lock().unwrap().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_missing_group_and_a_missing_permission_are_told_apart() {
    let denied = "User: arn:aws:sts::123456789012:assumed-role/x/y is not authorized to perform: logs:FilterLogEvents on resource: arn:aws:logs:ap-northeast-1:123456789012:log-group:/ecs/x because no identity-based policy allows it";
    let table = [
        (
            json!({ "__type": "ResourceNotFoundException", "message": "The specified log group does not exist." }),
            FaultKind::NotFound,
        ),
        (
            json!({ "__type": "AccessDeniedException", "message": denied }),
            FaultKind::Denied {
                action: Clean::new("logs:FilterLogEvents"),
            },
        ),
        (
            json!({ "__type": "InvalidParameterException", "message": "no" }),
            FaultKind::Rejected,
        ),
    ];
    for (answer, kind) in table {
        let (_, router) = fake(vec![(400, answer)]);
        let (reader, _) = reader(router).await;
        let fault = reader.logs("/ecs/x", FROM.parse().unwrap()).await.unwrap_err();
        assert_eq!(fault.kind, kind);
        assert_eq!(fault.operation, "logs.FilterLogEvents");
    }
}

#[tokio::test(start_paused = true)]
async fn the_drill_is_read_as_it_writes() {
    let drill = super::drill::drill(1);
    let (reader, _) = reader(drill.router()).await;
    let from = "2026-11-23T05:00:12Z".parse().unwrap();
    let batch = reader
        .logs("/ecs/peoplebooster-production/backend", from)
        .await
        .unwrap();
    assert!(batch.complete && batch.lines.len() > 50, "{}", batch.lines.len());
    assert!(batch.lines.iter().all(|line| line.at >= from));
    assert!(batch.lines.iter().any(|line| line.level == LogLevel::Error));
}
