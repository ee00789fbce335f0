//! An AWS of a few lines: it decodes what arrived, asks a script what to answer, and keeps a list of what it saw.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use futures::future::BoxFuture;
use jiff::Timestamp;
use modosu::adapters::aws::{AwsSettings, Bucket, Connection, Pace, Reader, connect};
use modosu::adapters::http::{Connector, Door};
use modosu::domain::{ClusterName, EcsServiceName, ServiceKey};
use serde_json::{Value, json};
use tower::ServiceExt;

/// One request as it arrived.
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// `ecs.DescribeServices`.
    pub(super) operation: String,
    /// Its input; of form posts the fields, of CBOR the map with timestamps as seconds.
    pub(super) input: Value,
}

impl Call {
    /// The texts of an input list.
    pub(super) fn texts(&self, field: &str) -> Vec<String> {
        self.input[field]
            .as_array()
            .map(|list| list.iter().map(|t| t.as_str().unwrap().to_owned()).collect())
            .unwrap_or_default()
    }

    /// The page token.
    pub(super) fn token(&self) -> Option<&str> {
        self.input["nextToken"].as_str()
    }
}

/// What to answer.
pub(super) enum Reply {
    Json(Value),
    /// A typed error of a JSON service: status, code, message.
    Error(u16, &'static str, &'static str),
    Xml(String),
    /// A typed error of a query service: status, code, message.
    XmlError(u16, &'static str, &'static str),
    Cbor(Value),
    Html(u16),
    /// The connection breaks while the body arrives.
    Lost,
    Never,
}

type Script = dyn Fn(&Call) -> Reply + Send + Sync;

#[derive(Clone)]
pub(super) struct Fake {
    script: Arc<Script>,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Fake {
    pub(super) fn new(script: impl Fn(&Call) -> Reply + Send + Sync + 'static) -> Self {
        Self {
            script: Arc::new(script),
            calls: Arc::default(),
        }
    }

    pub(super) fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    pub(super) fn count(&self, operation: &str) -> usize {
        self.calls()
            .iter()
            .filter(|call| call.operation == operation)
            .count()
    }

    pub(super) fn router(&self) -> Router {
        Router::new().fallback(answer).with_state(self.clone())
    }

    /// The in-process door.
    pub(super) fn door(&self) -> Door {
        Door::Direct(connector(self.router()))
    }

    /// A connection through the in-process door.
    pub(super) async fn connection(&self) -> Connection {
        let settings = AwsSettings {
            region: Some("ap-northeast-1".to_owned()),
            ..AwsSettings::default()
        };
        connect(&settings, &self.door()).await.unwrap()
    }

    /// A reader through the in-process door, and what it told its pace.
    pub(super) async fn reader(&self) -> (Reader, Arc<Turns>) {
        let turns = Arc::new(Turns::default());
        (Reader::new(&self.connection().await, turns.clone()), turns)
    }
}

/// A router as the in-process end of a door.
pub(super) fn connector(router: Router) -> Connector {
    Arc::new(move |request: http::Request<Bytes>| {
        let router = router.clone();
        Box::pin(async move {
            let response = router.oneshot(request.map(Body::from)).await.unwrap();
            let (parts, body) = response.into_parts();
            let bytes = axum::body::to_bytes(body, usize::MAX)
                .await
                .map_err(|error| error.to_string())?;
            Ok(http::Response::from_parts(parts, bytes))
        })
    })
}

/// A pace that lets everything through and counts.
#[derive(Default)]
pub(super) struct Turns {
    pub(super) taken: Mutex<Vec<Bucket>>,
    pub(super) throttled: Mutex<Vec<Bucket>>,
}

impl Pace for Turns {
    fn turn(&self, bucket: Bucket) -> BoxFuture<'_, ()> {
        self.taken.lock().unwrap().push(bucket);
        Box::pin(std::future::ready(()))
    }

    fn throttled(&self, bucket: Bucket) {
        self.throttled.lock().unwrap().push(bucket);
    }
}

async fn answer(State(fake): State<Fake>, request: axum::extract::Request) -> Response {
    let call = decode(request).await;
    fake.calls.lock().unwrap().push(call.clone());
    let response = |status: u16, kind: &str, body: Body| {
        Response::builder()
            .status(status)
            .header("content-type", kind)
            .header("x-amzn-requestid", "request-1")
            .body(body)
            .unwrap()
    };
    const JSON: &str = "application/x-amz-json-1.1";
    match (fake.script)(&call) {
        Reply::Json(value) => response(200, JSON, Body::from(value.to_string())),
        Reply::Error(status, code, message) => {
            let body = json!({"__type": code, "message": message}).to_string();
            response(status, JSON, Body::from(body))
        }
        Reply::Xml(text) => response(200, "text/xml", Body::from(text)),
        Reply::XmlError(status, code, message) => {
            let body = format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
                 <RequestId>request-1</RequestId></ErrorResponse>"
            );
            response(status, "text/xml", Body::from(body))
        }
        Reply::Cbor(value) => {
            let mut bytes = Vec::new();
            ciborium::into_writer(&to_cbor(&value), &mut bytes).unwrap();
            let mut response = response(200, "application/cbor", Body::from(bytes));
            response
                .headers_mut()
                .insert("smithy-protocol", "rpc-v2-cbor".parse().unwrap());
            response
        }
        Reply::Html(status) => response(status, "text/html", Body::from("<html>no</html>")),
        Reply::Lost => {
            let begun: Result<Bytes, std::io::Error> = Ok(Bytes::from_static(b"{"));
            let broken = Err(std::io::Error::other("connection lost"));
            response(
                200,
                JSON,
                Body::from_stream(futures::stream::iter([begun, broken])),
            )
        }
        Reply::Never => std::future::pending().await,
    }
}

async fn decode(request: axum::extract::Request) -> Call {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    if let Some((_, operation)) = parts.uri.path().rsplit_once("/operation/") {
        let input: ciborium::Value = ciborium::from_reader(body.as_ref()).unwrap();
        return Call {
            operation: format!("cloudwatch.{operation}"),
            input: from_cbor(&input),
        };
    }
    if let Some(target) = parts.headers.get("x-amz-target") {
        let (service, operation) = target.to_str().unwrap().split_once('.').unwrap();
        let service = match service {
            "AmazonEC2ContainerServiceV20141113" => "ecs",
            "AmazonEC2ContainerRegistry_V20150921" => "ecr",
            "secretsmanager" => "secretsmanager",
            "AnyScaleFrontendService" => "application-autoscaling",
            "AmazonSSM" => "ssm",
            other => panic!("{other}"),
        };
        return Call {
            operation: format!("{service}.{operation}"),
            input: serde_json::from_slice(&body).unwrap(),
        };
    }
    let fields: BTreeMap<String, String> = String::from_utf8(body.to_vec())
        .unwrap()
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(k, v)| (k.to_owned(), unescaped(v)))
        .collect();
    let service = match fields.get("Version").map(String::as_str) {
        Some("2011-06-15") => "sts",
        Some("2015-12-01") => "elbv2",
        Some("2014-10-31") => "rds",
        Some("2010-05-08") => "iam",
        other => panic!("{other:?}"),
    };
    Call {
        operation: format!("{service}.{}", fields["Action"]),
        input: json!(fields),
    }
}

/// The text of a form's field.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let hex = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap()
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).unwrap()
}

/// JSON to CBOR; an object `{"at": seconds}` becomes a timestamp.
fn to_cbor(value: &Value) -> ciborium::Value {
    match value {
        Value::Null => ciborium::Value::Null,
        Value::Bool(b) => ciborium::Value::Bool(*b),
        Value::Number(n) => ciborium::Value::Float(n.as_f64().unwrap()),
        Value::String(text) => ciborium::Value::Text(text.clone()),
        Value::Array(list) => ciborium::Value::Array(list.iter().map(to_cbor).collect()),
        Value::Object(map) => match map.get("at").and_then(Value::as_f64) {
            Some(at) => ciborium::Value::Tag(1, Box::new(ciborium::Value::Float(at))),
            None => ciborium::Value::Map(
                map.iter()
                    .map(|(k, v)| (ciborium::Value::Text(k.clone()), to_cbor(v)))
                    .collect(),
            ),
        },
    }
}

fn from_cbor(value: &ciborium::Value) -> Value {
    match value {
        ciborium::Value::Integer(n) => json!(i64::try_from(*n).unwrap()),
        ciborium::Value::Float(n) => json!(n),
        ciborium::Value::Text(text) => json!(text),
        ciborium::Value::Bool(b) => json!(b),
        ciborium::Value::Tag(_, inner) => from_cbor(inner),
        ciborium::Value::Array(list) => list.iter().map(from_cbor).collect(),
        ciborium::Value::Map(map) => Value::Object(
            map.iter()
                .map(|(k, v)| (k.as_text().unwrap().to_owned(), from_cbor(v)))
                .collect(),
        ),
        _ => Value::Null,
    }
}

// What the tests talk about.

pub(super) const ECS: &str = "arn:aws:ecs:ap-northeast-1:123456789012";

/// A while after everything that happens here.
pub(super) fn now() -> Timestamp {
    Timestamp::from_second(1_763_100_000).unwrap()
}

pub(super) fn cluster() -> ClusterName {
    ClusterName::new("pb").unwrap()
}

pub(super) fn ecs_name(text: &str) -> EcsServiceName {
    EcsServiceName::new(text).unwrap()
}

pub(super) fn key(text: &str) -> ServiceKey {
    ServiceKey::new(text).unwrap()
}

pub(super) fn definition_arn(revision: u32) -> String {
    format!("{ECS}:task-definition/pb-backend:{revision}")
}

pub(super) fn group_arn(name: &str) -> String {
    format!("arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:targetgroup/{name}/0f1e")
}

/// A service as DescribeServices writes it.
pub(super) fn service(name: &str) -> Value {
    json!({
        "serviceArn": format!("{ECS}:service/pb/{name}"),
        "serviceName": name,
        "clusterArn": format!("{ECS}:cluster/pb"),
        "status": "ACTIVE",
        "desiredCount": 4, "runningCount": 4, "pendingCount": 0,
        "taskDefinition": definition_arn(57),
        "deploymentController": {"type": "ECS"},
        "deploymentConfiguration": {
            "strategy": "ROLLING", "maximumPercent": 200, "minimumHealthyPercent": 100,
            "deploymentCircuitBreaker": {"enable": true, "rollback": true},
            "alarms": {"alarmNames": ["pb-5xx"], "enable": true, "rollback": true}
        },
        "schedulingStrategy": "REPLICA",
        "deployments": [{
            "id": "ecs-svc/1", "status": "PRIMARY", "taskDefinition": definition_arn(57),
            "rolloutState": "COMPLETED", "rolloutStateReason": "done",
            "desiredCount": 4, "runningCount": 4, "pendingCount": 0, "failedTasks": 0,
            "createdAt": 1_763_000_000.5, "updatedAt": 1_763_000_100.0
        }],
        "events": [
            {"id": "e1", "createdAt": 1_763_000_000.0, "message": "older"},
            {"id": "e2", "createdAt": 1_763_000_050.0, "message": "newer \u{1b}[2Jnow"}
        ],
        "loadBalancers": [{
            "targetGroupArn": group_arn("blue"), "containerName": "app", "containerPort": 3000,
            "advancedConfiguration": {"alternateTargetGroupArn": group_arn("green")}
        }],
        "currentServiceDeployment": format!("{ECS}:service-deployment/pb/{name}/d1")
    })
}
