//! Real sockets on this machine: the connectors that ship, not the in-process one.

use super::sending::BARE;
use modosu::rollback::DefinitionRef;
use std::sync::Arc;
use std::time::Duration;

use modosu::adapters::aws::{AwsSettings, Reader, Writer, connect};
use modosu::adapters::health;
use modosu::adapters::http::{Door, Http};
use modosu::domain::{FaultKind, Mode, TaskDefinitionArn, WritePermit};
use modosu::rollback::Api;
use serde_json::json;
use tokio::net::TcpListener;

use super::fake::{Fake, Reply, Turns, cluster, definition_arn, ecs_name, service};

async fn serve(router: axum::Router) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    #[expect(
        clippy::disallowed_methods,
        reason = "the test's own server; it ends with the test's runtime"
    )]
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

fn settings(endpoint: String) -> AwsSettings {
    AwsSettings {
        region: Some("ap-northeast-1".to_owned()),
        endpoint: Some(endpoint),
        drill_credentials: true,
        ..AwsSettings::default()
    }
}

fn calm() -> Fake {
    Fake::new(|_| Reply::Json(json!({"services": [service("s")]})))
}

#[tokio::test]
async fn a_drill_is_reached_over_loopback() {
    let fake = calm();
    let endpoint = serve(fake.router()).await;
    let door = Door::Network { loopback_only: true };
    let connection = connect(&settings(endpoint), &door).await.unwrap();
    let reader = Reader::new(&connection, Arc::new(Turns::default()));
    reader.service(&cluster(), &ecs_name("s")).await.unwrap();
    assert_eq!(fake.calls().len(), 1);
}

/// The SDK's own connector. Without the feature `default-https-client` everything compiles, and only this fails.
#[tokio::test]
async fn the_default_connector_works() {
    let fake = calm();
    let endpoint = serve(fake.router()).await;
    let door = Door::Network { loopback_only: false };
    let connection = connect(&settings(endpoint), &door).await.unwrap();
    let reader = Reader::new(&connection, Arc::new(Turns::default()));
    reader.service(&cluster(), &ecs_name("s")).await.unwrap();
    assert_eq!(fake.calls().len(), 1);
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_on_the_wire_is_sent_once() {
    for loopback_only in [true, false] {
        let fake = Fake::new(|_| Reply::Lost);
        let endpoint = serve(fake.router()).await;
        let connection = connect(&settings(endpoint), &Door::Network { loopback_only })
            .await
            .unwrap();
        let permit = WritePermit::grant(Mode::Full).unwrap();
        let writer = Writer::new(&permit, &connection, Arc::new(Turns::default()));
        let call = Api::UpdateService {
            cluster: cluster(),
            service: ecs_name("s"),
            task_definition: Some(DefinitionRef::Known(
                TaskDefinitionArn::new(&definition_arn(56)).unwrap(),
            )),
            force: false,
        };
        let fault = writer.send(&call, &BARE).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Unreachable, "{fault}");
        assert!(!fault.certainly_not_done());
        assert_eq!(fake.calls().len(), 1);
    }
}

#[tokio::test]
async fn nobody_there_is_unreachable() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let door = Door::Network { loopback_only: true };
    let connection = connect(&settings(endpoint.clone()), &door).await.unwrap();
    let reader = Reader::new(&connection, Arc::new(Turns::default()));
    let fault = reader.service(&cluster(), &ecs_name("s")).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Unreachable);
    let fault = health::get(&Http::new(&door), &endpoint).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Unreachable);
    assert_eq!(fault.operation, "health.get");
}

#[tokio::test]
async fn health_is_read_with_its_version_and_a_redirect_is_an_answer() {
    let router = axum::Router::new()
        .route(
            "/health",
            axum::routing::get(|| async { axum::Json(json!({"status": "ok", "version": "v1.3.4"})) }),
        )
        .route(
            "/moved",
            axum::routing::get(|| async { axum::response::Redirect::temporary("http://example.com/") }),
        );
    let base = serve(router).await;
    let http = Http::new(&Door::Network { loopback_only: true });
    let reading = health::get(&http, &format!("{base}/health")).await.unwrap();
    assert!(reading.is_ok());
    assert_eq!(reading.version.unwrap().as_str(), "v1.3.4");
    let moved = health::get(&http, &format!("{base}/moved")).await.unwrap();
    assert_eq!(moved.status, 307);
    let missing = http
        .get(&format!("{base}/nothing"), Duration::from_secs(5))
        .await
        .unwrap();
    assert_eq!(missing.status, 404);
}
