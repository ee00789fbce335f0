//! The adapters against the drill: the account that the console walks, under a paused clock.

use super::sending::BARE;
use modosu::rollback::DefinitionRef;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use modosu::adapters::aws::{AwsSettings, MetricsOf, Reader, Writer, connect};
use modosu::adapters::health;
use modosu::adapters::http::{Door, Http};
use modosu::domain::{
    ClusterName, DefinitionStatus, EcsServiceName, FaultKind, Mode, RepositoryName, RolloutState,
    ServiceDeploymentStatus, WritePermit,
};
use modosu::drill::{Drill, Options};
use modosu::rollback::Api;
use serde_json::json;

use super::fake::{Turns, connector, key};

const BACKEND: &str = "peoplebooster-backend";

fn drill(scenario: &str) -> Drill {
    Drill::new(&Options {
        scenario: scenario.to_owned(),
        seed: 7,
        speed: 1.0,
        start: "2026-11-23T05:05:12Z".parse().unwrap(),
    })
    .unwrap()
}

fn door(drill: &Drill) -> Door {
    Door::Direct(connector(drill.router()))
}

async fn both(drill: &Drill) -> (Reader, Writer) {
    let settings = AwsSettings {
        region: Some("ap-northeast-1".to_owned()),
        drill_credentials: true,
        ..AwsSettings::default()
    };
    let connection = connect(&settings, &door(drill)).await.unwrap();
    let permit = WritePermit::grant(Mode::Full).unwrap();
    (
        Reader::new(&connection, Arc::new(Turns::default())),
        Writer::new(&permit, &connection, Arc::new(Turns::default())),
    )
}

fn cluster() -> ClusterName {
    ClusterName::new("peoplebooster-production").unwrap()
}

fn backend() -> EcsServiceName {
    EcsServiceName::new(BACKEND).unwrap()
}

async fn fault(drill: &Drill, operation: &str, kind: &str) {
    let Door::Direct(send) = door(drill) else {
        unreachable!()
    };
    let body = json!({"operation": operation, "kind": kind, "times": 1}).to_string();
    let request = http::Request::post("/_drill/faults")
        .header("content-type", "application/json")
        .body(body.into())
        .unwrap();
    let answer = send(request).await.unwrap();
    assert!(answer.status().is_success(), "{answer:?}");
}

#[tokio::test(start_paused = true)]
async fn everything_that_is_read_arrives() {
    let drill = drill("bad-deploy");
    let (reader, _) = both(&drill).await;
    let identity = reader.identity().await.unwrap();
    assert_eq!(identity.account.as_str(), "123456789012");
    assert_eq!(identity.short(), "sato");

    let names = [
        (key("backend"), backend()),
        (
            key("frontend"),
            EcsServiceName::new("peoplebooster-frontend").unwrap(),
        ),
        (key("ghost"), EcsServiceName::new("ghost").unwrap()),
    ];
    let services = reader.services(&cluster(), &names).await.unwrap();
    let state = services[0].1.as_ref().unwrap();
    assert_eq!((state.running, state.desired), (4, 4));
    assert_eq!(state.task_definition.revision(), 57);
    assert!(services[1].1.is_ok());
    assert_eq!(services[2].1.as_ref().unwrap_err().kind, FaultKind::NotFound);

    let history = reader
        .history(&cluster(), &backend(), drill.clock().now())
        .await
        .unwrap();
    let effective = history.deployments[0].effective().unwrap();
    let revision = &history.revisions[effective];
    assert_eq!(revision.task_definition, state.task_definition);
    assert!(revision.images.iter().all(|image| image.digest.is_some()));

    let definitions = reader.definitions(BACKEND).await.unwrap();
    assert_eq!(definitions[0].arn.revision(), 57);
    assert_eq!(definitions[0].version_of(BACKEND), Some("v1.4.0"));
    assert!(definitions.iter().all(|d| d.status == DefinitionStatus::Active));

    let images = reader
        .images(&RepositoryName::new(BACKEND).unwrap(), drill.clock().now())
        .await
        .unwrap();
    assert_eq!(images[0].tags[0].as_str(), "v1.4.0");

    let tasks = reader.tasks(&cluster(), &backend()).await.unwrap();
    assert_eq!(tasks.len(), 4);
    assert!(
        tasks
            .iter()
            .all(|task| task.is_running() && task.task_definition.revision() == 57)
    );
    assert_eq!(tasks[0].digests[0].1, revision.images[0].digest);

    let targets = reader.targets(&state.target_groups).await.unwrap();
    assert_eq!(targets.healthy, 4);

    let now = drill.clock().now();
    let wanted = [MetricsOf {
        service: key("backend"),
        groups: state.target_groups.clone(),
        shared: false,
        statistic: "p95",
    }];
    let series = reader
        .metrics(&wanted, now - jiff::SignedDuration::from_hours(3), now)
        .await
        .unwrap();
    let series = series[0].1.as_ref().unwrap();
    let (_, rate) = series.newest_error_percent().unwrap();
    assert!((2.0..8.0).contains(&rate), "{rate}");
    assert!(series.minutes.len() > 170, "{}", series.minutes.len());
    assert!(series.newest_latency().is_some());

    let url = "http://127.0.0.1/_drill/health/production/backend";
    let reading = health::get(&Http::new(&door(&drill)), url).await.unwrap();
    assert_eq!(reading.version.unwrap().as_str(), "v1.4.0");

    let writes = drill
        .ledger()
        .into_iter()
        .filter(|entry| serde_json::to_value(entry).unwrap()["kind"] == "write")
        .count();
    assert_eq!(writes, 0);
}

async fn back_to_56(
    reader: &Reader,
    writer: &Writer,
) -> Result<modosu::incident::Receipt, modosu::domain::Fault> {
    let definitions = reader.definitions(BACKEND).await.unwrap();
    let target = definitions.iter().find(|d| d.arn.revision() == 56).unwrap();
    writer
        .send(
            &Api::UpdateService {
                cluster: cluster(),
                service: backend(),
                task_definition: Some(DefinitionRef::Known(target.arn.clone())),
                force: false,
            },
            &BARE,
        )
        .await
}

#[tokio::test(start_paused = true)]
async fn a_write_is_followed_to_its_end() {
    let drill = drill("bad-deploy");
    let (reader, writer) = both(&drill).await;
    let receipt = back_to_56(&reader, &writer).await.unwrap();
    let ours = receipt.deployment.unwrap();
    let state = reader.service(&cluster(), &backend()).await.unwrap();
    assert_eq!(state.primary().unwrap().id, ours);
    assert_eq!(state.primary().unwrap().rollout, Some(RolloutState::InProgress));
    assert_eq!(state.current_deployment, receipt.service_deployment);
    drill.clock().advance(Duration::from_secs(300));
    let state = reader.service(&cluster(), &backend()).await.unwrap();
    assert_eq!(state.primary().unwrap().rollout, Some(RolloutState::Completed));
    let history = reader
        .history(&cluster(), &backend(), drill.clock().now())
        .await
        .unwrap();
    assert_eq!(
        Some(&history.deployments[0].arn),
        receipt.service_deployment.as_ref()
    );
    assert_eq!(history.deployments[0].status, ServiceDeploymentStatus::Successful);
}

#[tokio::test(start_paused = true)]
async fn each_fault_of_the_drill_is_told_apart() {
    for (kind, expected) in [
        (
            "denied",
            FaultKind::Denied {
                action: "ecs:UpdateService".into(),
            },
        ),
        ("expired", FaultKind::Expired),
        ("throttle", FaultKind::Throttled),
        ("error", FaultKind::Server),
        ("lost", FaultKind::Unreachable),
        ("cut", FaultKind::Unreachable),
        ("hang", FaultKind::TimedOut),
    ] {
        let drill = drill("bad-deploy");
        let (reader, writer) = both(&drill).await;
        fault(&drill, "ecs.UpdateService", kind).await;
        let fault = back_to_56(&reader, &writer).await.unwrap_err();
        assert_eq!(fault.kind, expected, "{kind}: {fault}");
        let sent = drill
            .ledger()
            .iter()
            .filter(|entry| serde_json::to_value(entry).unwrap()["operation"] == "UpdateService")
            .count();
        assert_eq!(sent, 1, "{kind}");
        let state = reader.service(&cluster(), &backend()).await.unwrap();
        let moved = state.task_definition.revision() == 56;
        assert_eq!(moved, kind == "lost", "{kind}");
        assert!(!(moved && fault.certainly_not_done()), "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_throttled_read_comes_through() {
    let drill = drill("bad-deploy");
    let (reader, _) = both(&drill).await;
    fault(&drill, "ecs.DescribeServices", "throttle").await;
    assert!(reader.service(&cluster(), &backend()).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn no_traffic_is_no_minutes_and_no_fault() {
    let drill = drill("no-traffic");
    let (reader, _) = both(&drill).await;
    let state = reader.service(&cluster(), &backend()).await.unwrap();
    let now: Timestamp = drill.clock().now();
    let wanted = [MetricsOf {
        service: key("backend"),
        groups: state.target_groups,
        shared: false,
        statistic: "p95",
    }];
    let series = reader
        .metrics(&wanted, now - jiff::SignedDuration::from_mins(30), now)
        .await
        .unwrap();
    let series = series[0].1.as_ref().unwrap();
    assert_eq!(series.newest_error_percent(), None);
}
