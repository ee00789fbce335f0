//! The in-process door: the router as a tower service, for raw requests and under the real SDK.

use aws_sdk_ecs::config::{BehaviorVersion, Credentials, Region, retry::RetryConfig};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::body::SdkBody;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, Response, StatusCode},
};
use modosu::drill::{Drill, Options};
use serde_json::{Value, json};
use tower::ServiceExt;

pub(super) const CLUSTER: &str = "peoplebooster-production";
pub(super) const BACKEND: &str = "peoplebooster-backend";
pub(super) const START: &str = "2026-11-23T05:05:12Z";

/// A drill that stands still until the test moves its clock.
pub(super) fn drill(scenario: &str, seed: u64) -> Drill {
    let start = START.parse().unwrap();
    Drill::new(&Options {
        scenario: scenario.to_owned(),
        seed,
        speed: 1.0,
        start,
    })
    .unwrap()
}

pub(super) fn advance(drill: &Drill, seconds: u64) {
    drill.clock().advance(std::time::Duration::from_secs(seconds));
}

#[derive(Debug, Clone)]
struct InProcess(Router);

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let router = self.0.clone();
        HttpConnectorFuture::new(async move {
            let failed = |error: Box<dyn std::error::Error + Send + Sync>| ConnectorError::other(error, None);
            let request = request.try_into_http1x().map_err(|error| failed(error.into()))?;
            let request = request.map(|body| Body::from(body.bytes().unwrap_or_default().to_vec()));
            let (parts, body) = match router.oneshot(request).await {
                Ok(response) => response.into_parts(),
                Err(never) => match never {},
            };
            let bytes = to_bytes(body, usize::MAX)
                .await
                .map_err(|error| failed(error.into()))?;
            let response = Response::from_parts(parts, SdkBody::from(bytes.to_vec()));
            HttpResponse::try_from(response).map_err(|error| failed(error.into()))
        })
    }
}

fn http(drill: &Drill) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(InProcess(drill.router()));
    http_client_fn(move |_, _| connector.clone())
}

macro_rules! client {
    ($name:ident, $sdk:ident) => {
        pub(super) fn $name(drill: &Drill) -> $sdk::Client {
            let config = $sdk::Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .endpoint_url("http://drill.localhost")
                .region(Region::new("ap-northeast-1"))
                .credentials_provider(Credentials::new("AKIADRILL", "drill", None, None, "test"))
                .sleep_impl(aws_smithy_sleep())
                .retry_config(RetryConfig::disabled())
                .http_client(http(drill))
                .build();
            $sdk::Client::from_conf(config)
        }
    };
}

/// The SDK's own sleep, by tokio's clock.
fn aws_smithy_sleep() -> aws_sdk_ecs::config::SharedAsyncSleep {
    #[derive(Debug)]
    struct Sleep;
    impl aws_sdk_ecs::config::AsyncSleep for Sleep {
        fn sleep(&self, duration: std::time::Duration) -> aws_sdk_ecs::config::Sleep {
            #[expect(
                clippy::disallowed_methods,
                reason = "the SDK asks for a sleep, and tests have no engine"
            )]
            aws_sdk_ecs::config::Sleep::new(tokio::time::sleep(duration))
        }
    }
    aws_sdk_ecs::config::SharedAsyncSleep::new(Sleep)
}

client!(ecs, aws_sdk_ecs);
client!(ecr, aws_sdk_ecr);
client!(elb, aws_sdk_elasticloadbalancingv2);
client!(cloudwatch, aws_sdk_cloudwatch);
client!(sts, aws_sdk_sts);
client!(autoscaling, aws_sdk_applicationautoscaling);
client!(iam, aws_sdk_iam);
client!(ssm, aws_sdk_ssm);
client!(rds, aws_sdk_rds);
client!(secrets, aws_sdk_secretsmanager);

/// Sends a raw request; `None` when the connection dropped before the answer was whole.
pub(super) async fn send(drill: &Drill, request: Request<Body>) -> Option<(StatusCode, HeaderMap, Vec<u8>)> {
    let response = drill.router().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.ok()?;
    Some((parts.status, parts.headers, bytes.to_vec()))
}

/// An awsJson1.1 call; an error comes as its code.
pub(super) fn json_call(
    drill: &Drill,
    target: &str,
    input: &Value,
) -> impl Future<Output = Result<Value, String>> + use<> {
    let request = Request::post("/")
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", target)
        .body(Body::from(input.to_string()))
        .unwrap();
    let drill = drill.clone();
    async move {
        let Some((status, headers, body)) = send(&drill, request).await else {
            return Err("dropped".to_owned());
        };
        assert!(headers.contains_key("x-amzn-requestid"));
        let body: Value = serde_json::from_slice(&body).unwrap();
        if status.is_success() {
            Ok(body)
        } else {
            Err(body["__type"].as_str().unwrap().to_owned())
        }
    }
}

pub(super) fn ecs_call(
    drill: &Drill,
    operation: &str,
    input: &Value,
) -> impl Future<Output = Result<Value, String>> + use<> {
    json_call(
        drill,
        &format!("AmazonEC2ContainerServiceV20141113.{operation}"),
        input,
    )
}

pub(super) async fn backend(drill: &Drill) -> Value {
    let input = json!({ "cluster": CLUSTER, "services": [BACKEND] });
    ecs_call(drill, "DescribeServices", &input).await.unwrap()["services"][0].clone()
}

pub(super) async fn roll_back_to(drill: &Drill, revision: u32) -> Result<Value, String> {
    let input =
        json!({ "cluster": CLUSTER, "service": BACKEND, "taskDefinition": format!("{BACKEND}:{revision}") });
    ecs_call(drill, "UpdateService", &input).await
}

/// A call of the drill's own endpoints.
pub(super) async fn control(drill: &Drill, method: &str, path: &str, body: &Value) -> (StatusCode, Value) {
    let body = if body.is_null() {
        Body::empty()
    } else {
        Body::from(body.to_string())
    };
    let request = Request::builder()
        .method(method)
        .uri(format!("/_drill/{path}"))
        .body(body)
        .unwrap();
    let (status, _, body) = send(drill, request).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

pub(super) async fn arm(drill: &Drill, operation: &str, kind: &str, times: u32) {
    let fault = json!({ "operation": operation, "kind": kind, "times": times });
    assert_eq!(control(drill, "POST", "faults", &fault).await.0, StatusCode::OK);
}
