//! The one call that changes something: exactly its fields, exactly once.

use super::sending::BARE;
use modosu::rollback::DefinitionRef;
use std::sync::Arc;

use modosu::adapters::aws::{Bucket, Writer};
use modosu::domain::{Fault, FaultKind, Mode, ServiceDeploymentArn, TaskDefinitionArn, WritePermit};
use modosu::incident::Receipt;
use modosu::rollback::{Api, StopType};
use serde_json::json;

use super::fake::{Call, Fake, Reply, Turns, cluster, definition_arn, ecs_name, service};

fn call() -> Api {
    Api::UpdateService {
        cluster: cluster(),
        service: ecs_name("s"),
        task_definition: Some(DefinitionRef::Known(
            TaskDefinitionArn::new(&definition_arn(56)).unwrap(),
        )),
        force: false,
    }
}

async fn send(
    script: impl Fn(&Call) -> Reply + Send + Sync + 'static,
) -> (Result<Receipt, Fault>, Fake, Arc<Turns>) {
    let fake = Fake::new(script);
    let turns = Arc::new(Turns::default());
    let permit = WritePermit::grant(Mode::Full).unwrap();
    let writer = Writer::new(&permit, &fake.connection().await, turns.clone());
    (writer.send(&call(), &BARE).await, fake, turns)
}

#[tokio::test(start_paused = true)]
async fn exactly_three_fields_and_a_receipt() {
    let (receipt, fake, turns) = send(|_| {
        let mut service = service("s");
        service["deployments"] = json!([
            {"id": "ecs-svc/2", "status": "PRIMARY", "taskDefinition": definition_arn(56)},
            {"id": "ecs-svc/1", "status": "ACTIVE", "taskDefinition": definition_arn(57)},
        ]);
        Reply::Json(json!({"service": service}))
    })
    .await;
    let receipt = receipt.unwrap();
    assert_eq!(receipt.deployment.unwrap().as_str(), "ecs-svc/2");
    assert_eq!(receipt.service_deployment.unwrap().id(), "d1");
    assert_eq!(receipt.request_id.unwrap().as_str(), "request-1");
    let calls = fake.calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].operation, "ecs.UpdateService");
    assert_eq!(
        calls[0].input,
        json!({"cluster": "pb", "service": "s", "taskDefinition": definition_arn(56)})
    );
    assert_eq!(*turns.taken.lock().unwrap(), [Bucket::Write]);
}

#[tokio::test(start_paused = true)]
async fn an_accepted_call_with_a_strange_answer_is_still_accepted() {
    let (receipt, ..) =
        send(|_| Reply::Json(json!({"service": {"deployments": [{"status": "PRIMARY"}]}}))).await;
    assert_eq!(receipt.unwrap().deployment, None);
    let (receipt, ..) = send(|_| Reply::Json(json!({"service": service("s")}))).await;
    assert_eq!(
        receipt.unwrap().deployment,
        None,
        "a primary of another revision is not ours"
    );
}

#[tokio::test(start_paused = true)]
async fn doubt_is_never_sent_twice() {
    for (name, reply) in [
        ("lost", (|| Reply::Lost) as fn() -> Reply),
        ("never", || Reply::Never),
        ("500", || Reply::Error(500, "ServerException", "")),
        ("html 502", || Reply::Html(502)),
        ("html 200", || Reply::Html(200)),
    ] {
        let (outcome, fake, _) = send(move |_| reply()).await;
        let fault = outcome.unwrap_err();
        assert!(!fault.certainly_not_done(), "{name}: {fault:?}");
        assert_eq!(fake.calls().len(), 1, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_certain_and_not_sent_twice() {
    for (code, kind) in [
        ("ThrottlingException", FaultKind::Throttled),
        ("ClientException", FaultKind::Rejected),
        ("ServiceNotFoundException", FaultKind::NotFound),
        ("ExpiredTokenException", FaultKind::Expired),
        (
            "AccessDeniedException",
            FaultKind::Denied {
                action: "ecs:UpdateService".into(),
            },
        ),
    ] {
        let (outcome, fake, turns) = send(move |_| Reply::Error(400, code, "no")).await;
        let fault = outcome.unwrap_err();
        assert_eq!(fault.kind, kind);
        assert!(fault.certainly_not_done());
        assert_eq!(fake.calls().len(), 1, "{code}");
        assert_eq!(
            turns.throttled.lock().unwrap().len(),
            usize::from(code == "ThrottlingException")
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_is_given_up_after_twenty_seconds() {
    let begun = tokio::time::Instant::now();
    let (outcome, ..) = send(|_| Reply::Never).await;
    assert_eq!(outcome.unwrap_err().kind, FaultKind::TimedOut);
    assert_eq!(begun.elapsed().as_secs(), 20);
}

const STOPPED: &str = "arn:aws:ecs:ap-northeast-1:123456789012:service-deployment/pb/s/d9";

async fn stop(
    script: impl Fn(&Call) -> Reply + Send + Sync + 'static,
) -> (Result<Receipt, Fault>, Fake, Arc<Turns>) {
    let fake = Fake::new(script);
    let turns = Arc::new(Turns::default());
    let permit = WritePermit::grant(Mode::Full).unwrap();
    let writer = Writer::new(&permit, &fake.connection().await, turns.clone());
    let call = Api::StopServiceDeployment {
        service_deployment: ServiceDeploymentArn::new(STOPPED).unwrap(),
        stop_type: StopType::Rollback,
    };
    (writer.send(&call, &BARE).await, fake, turns)
}

#[tokio::test(start_paused = true)]
async fn a_stop_always_says_to_go_back() {
    let (receipt, fake, turns) = stop(|_| Reply::Json(json!({"serviceDeploymentArn": STOPPED}))).await;
    let receipt = receipt.unwrap();
    assert_eq!(receipt.deployment, None);
    assert_eq!(receipt.service_deployment.unwrap().as_str(), STOPPED);
    let calls = fake.calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].operation, "ecs.StopServiceDeployment");
    assert_eq!(
        calls[0].input,
        json!({"serviceDeploymentArn": STOPPED, "stopType": "ROLLBACK"})
    );
    assert_eq!(*turns.taken.lock().unwrap(), [Bucket::Write]);
}
