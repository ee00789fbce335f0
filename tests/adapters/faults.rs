//! What goes wrong on the wire, as the reader tells it.

use std::sync::atomic::{AtomicUsize, Ordering};

use modosu::adapters::aws::Bucket;
use modosu::domain::{Fault, FaultKind};
use serde_json::json;

use super::fake::{Call, Fake, Reply, cluster, ecs_name, service};

async fn fault_of(script: impl Fn(&Call) -> Reply + Send + Sync + 'static) -> (Fault, Fake) {
    let fake = Fake::new(script);
    let (reader, _) = fake.reader().await;
    let fault = reader.service(&cluster(), &ecs_name("s")).await.unwrap_err();
    assert_eq!(fault.operation, "ecs.DescribeServices");
    (fault, fake)
}

#[tokio::test(start_paused = true)]
async fn throttled_once_is_retried_and_reported() {
    let tries = AtomicUsize::new(0);
    let fake = Fake::new(move |_| match tries.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::Error(400, "ThrottlingException", "Rate exceeded"),
        _ => Reply::Json(json!({"services": [service("s")]})),
    });
    let (reader, turns) = fake.reader().await;
    reader.service(&cluster(), &ecs_name("s")).await.unwrap();
    assert_eq!(fake.calls().len(), 2);
    assert_eq!(*turns.throttled.lock().unwrap(), [Bucket::ServiceRead]);
}

#[tokio::test(start_paused = true)]
async fn throttled_for_ever_ends_after_three_attempts() {
    let (fault, fake) = fault_of(|_| Reply::Error(400, "ThrottlingException", "Rate exceeded")).await;
    assert_eq!(fault.kind, FaultKind::Throttled);
    assert_eq!(fake.calls().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_denied_call_names_the_action_and_is_not_repeated() {
    let (fault, fake) = fault_of(|_| {
        Reply::Error(
            400,
            "AccessDeniedException",
            "User: arn:aws:sts::1:assumed-role/a/b is not authorized to perform: ecs:DescribeServices on resource: x",
        )
    })
    .await;
    let action = "ecs:DescribeServices".into();
    assert_eq!(fault.kind, FaultKind::Denied { action });
    assert_eq!(fake.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn expired_credentials() {
    let (fault, _) =
        fault_of(|_| Reply::Error(400, "ExpiredTokenException", "The security token is expired")).await;
    assert_eq!(fault.kind, FaultKind::Expired);
}

#[tokio::test(start_paused = true)]
async fn silence_times_out() {
    let begun = tokio::time::Instant::now();
    let (fault, _) = fault_of(|_| Reply::Never).await;
    assert_eq!(fault.kind, FaultKind::TimedOut);
    assert!(begun.elapsed().as_secs() <= 31, "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_failing_service_and_a_strange_one() {
    let (fault, _) = fault_of(|_| Reply::Error(500, "ServerException", "oops")).await;
    assert_eq!(fault.kind, FaultKind::Server);
    let (fault, _) = fault_of(|_| Reply::Html(500)).await;
    assert_eq!(fault.kind, FaultKind::Server);
    let (fault, _) = fault_of(|_| Reply::Html(404)).await;
    assert_eq!(fault.kind, FaultKind::NotOffered);
    let (fault, _) = fault_of(|_| Reply::Error(400, "UnknownOperationException", "")).await;
    assert_eq!(fault.kind, FaultKind::NotOffered);
    let (fault, _) = fault_of(|_| Reply::Html(200)).await;
    assert_eq!(fault.kind, FaultKind::Malformed);
    let (fault, _) = fault_of(|_| Reply::Error(400, "ClusterNotFoundException", "Cluster not found.")).await;
    assert_eq!(fault.kind, FaultKind::NotFound);
}

#[tokio::test(start_paused = true)]
async fn a_read_whose_answer_is_lost_is_tried_again() {
    let (fault, fake) = fault_of(|_| Reply::Lost).await;
    assert_eq!(fault.kind, FaultKind::Unreachable);
    assert_eq!(fake.calls().len(), 3);
}
