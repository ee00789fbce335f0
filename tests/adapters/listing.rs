//! The list of a service's deployments, looked at again and again: what it costs, and that it stays true.

use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use modosu::adapters::aws::Reader;
use modosu::domain::{DeploymentHistory, ServiceDeploymentStatus};
use serde_json::{Value, json};

use super::fake::{Call, ECS, Fake, Reply, cluster, definition_arn, ecs_name, now};

const LIST: &str = "ecs.ListServiceDeployments";
const REVISIONS: &str = "ecs.DescribeServiceRevisions";

/// The first deployment's `createdAt`; one more every quarter of an hour.
const FIRST: u32 = 1_762_000_000;

/// Which deployments there are, with their states. Revisions below `described_from` are older than ECS describes.
#[derive(Clone)]
struct Service {
    deployments: Vec<(u32, &'static str)>,
    described_from: u32,
}

fn created_at(n: u32) -> u32 {
    FIRST + n * 900
}

fn deployment(n: u32, status: &str) -> Value {
    json!({
        "serviceDeploymentArn": format!("{ECS}:service-deployment/pb/s/d{n}"),
        "status": status,
        "targetServiceRevisionArn": format!("{ECS}:service-revision/pb/s/r{n}"),
        "targetServiceRevision": {"arn": format!("{ECS}:service-revision/pb/s/r{n}")},
        "createdAt": created_at(n),
    })
}

fn number(arn: &str) -> u32 {
    arn.rsplit_once(['d', 'r']).unwrap().1.parse().unwrap()
}

impl Service {
    fn answer(&self, call: &Call) -> Reply {
        match call.operation.as_str() {
            LIST => {
                let after = call.input["createdAt"]["after"].as_f64().unwrap_or_default();
                let start: usize = call.token().map_or(0, |token| token.parse().unwrap());
                let all: Vec<_> = self
                    .deployments
                    .iter()
                    .filter(|(n, _)| f64::from(created_at(*n)) > after)
                    .map(|(n, status)| deployment(*n, status))
                    .collect();
                let end = all.len().min(start + 100);
                let next = (end < all.len()).then(|| end.to_string());
                Reply::Json(json!({"serviceDeployments": all[start..end], "nextToken": next}))
            }
            "ecs.DescribeServiceDeployments" => {
                let arns = call.texts("serviceDeploymentArns");
                let described: Vec<_> = self
                    .deployments
                    .iter()
                    .filter(|(n, _)| arns.iter().any(|arn| number(arn) == *n))
                    .map(|(n, status)| deployment(*n, status))
                    .collect();
                Reply::Json(json!({"serviceDeployments": described, "failures": []}))
            }
            REVISIONS => {
                let (described, gone): (Vec<_>, Vec<_>) = call
                    .texts("serviceRevisionArns")
                    .into_iter()
                    .partition(|arn| number(arn) >= self.described_from);
                let revisions: Vec<_> = described
                    .iter()
                    .map(|arn| json!({"serviceRevisionArn": arn, "taskDefinition": definition_arn(number(arn) + 1)}))
                    .collect();
                let failures: Vec<_> = gone
                    .iter()
                    .map(|arn| json!({"arn": arn, "reason": "MISSING"}))
                    .collect();
                Reply::Json(json!({"serviceRevisions": revisions, "failures": failures}))
            }
            other => panic!("{other}"),
        }
    }
}

/// The service as it is, and a reader of it.
struct Looking {
    service: Arc<Mutex<Service>>,
    fake: Fake,
    reader: Reader,
}

impl Looking {
    async fn at(service: Service) -> Self {
        let service = Arc::new(Mutex::new(service));
        let there = service.clone();
        let fake = Fake::new(move |call| there.lock().unwrap().answer(call));
        let (reader, _) = fake.reader().await;
        Self {
            service,
            fake,
            reader,
        }
    }

    /// A look so many seconds after the first: what it saw, and the calls of `operation` that it made.
    async fn look(&self, seconds: i64, operation: &str) -> (DeploymentHistory, Vec<Call>) {
        let before = self.fake.calls().len();
        let at = now() + SignedDuration::from_secs(seconds);
        let history = self.reader.history(&cluster(), &ecs_name("s"), at).await.unwrap();
        let mut calls = self.fake.calls().split_off(before);
        calls.retain(|call| call.operation == operation);
        (history, calls)
    }

    fn change(&self, change: impl FnOnce(&mut Vec<(u32, &'static str)>)) {
        change(&mut self.service.lock().unwrap().deployments);
    }
}

/// A thousand deployments, oldest first.
fn thousand(newest: &'static str) -> Service {
    let mut deployments: Vec<_> = (0..1000).map(|n| (n, "SUCCESSFUL")).collect();
    deployments[999].1 = newest;
    Service {
        deployments,
        described_from: 0,
    }
}

fn numbers(history: &DeploymentHistory) -> Vec<u32> {
    history
        .deployments
        .iter()
        .map(|d| number(d.arn.as_str()))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_second_look_at_a_thousand_deployments_is_one_call_and_sees_what_changed() {
    let looking = Looking::at(thousand("IN_PROGRESS")).await;
    let (first, calls) = looking.look(0, LIST).await;
    assert_eq!(calls.len(), 10);
    assert_eq!(numbers(&first), (800..1000).rev().collect::<Vec<_>>());

    let (second, calls) = looking.look(5, LIST).await;
    assert_eq!(calls.len(), 1, "{calls:?}");
    assert_eq!(first, second);

    looking.change(|all| {
        all[999].1 = "SUCCESSFUL";
        all.push((1000, "PENDING"));
    });
    let (third, calls) = looking.look(10, LIST).await;
    assert_eq!(calls.len(), 1);
    assert_eq!(numbers(&third), (801..=1000).rev().collect::<Vec<_>>());
    assert_eq!(third.deployments[0].status, ServiceDeploymentStatus::Pending);
    assert_eq!(third.deployments[1].status, ServiceDeploymentStatus::Successful);
}

#[tokio::test(start_paused = true)]
async fn the_oldest_that_still_runs_is_never_left_out_of_sight() {
    let mut service = thousand("SUCCESSFUL");
    // Two weeks' worth of deployments after it.
    service.deployments[850].1 = "IN_PROGRESS";
    service.deployments[990].1 = "IN_PROGRESS";
    let looking = Looking::at(service).await;
    looking.look(0, LIST).await;
    looking.change(|all| all[850].1 = "STOPPED");
    let (second, calls) = looking.look(5, LIST).await;
    assert!(calls.len() < 10, "{calls:?}");
    let it = second
        .deployments
        .iter()
        .find(|d| number(d.arn.as_str()) == 850)
        .unwrap();
    assert_eq!(it.status, ServiceDeploymentStatus::Stopped);
}

#[tokio::test(start_paused = true)]
async fn what_ecs_deleted_vanishes_with_the_next_full_list() {
    let looking = Looking::at(thousand("SUCCESSFUL")).await;
    looking.look(0, LIST).await;
    looking.change(|all| drop(all.drain(..805)));
    let (kept, calls) = looking.look(599, LIST).await;
    assert_eq!((kept.deployments.len(), calls.len()), (200, 1));
    let (full, calls) = looking.look(600, LIST).await;
    assert_eq!((full.deployments.len(), calls.len()), (195, 2));
    // The ten minutes count from the full list, not from the last look.
    let (_, calls) = looking.look(1199, LIST).await;
    assert_eq!(calls.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_revision_that_ecs_does_not_describe_is_not_asked_for_at_each_look() {
    let looking = Looking::at(Service {
        deployments: vec![(0, "SUCCESSFUL"), (1, "SUCCESSFUL"), (2, "IN_PROGRESS")],
        described_from: 3,
    })
    .await;
    let asked = |calls: &[Call]| {
        let mut asked: Vec<_> = calls
            .iter()
            .flat_map(|call| call.texts("serviceRevisionArns"))
            .map(|arn| number(&arn))
            .collect();
        asked.sort_unstable();
        asked
    };
    let (first, calls) = looking.look(0, REVISIONS).await;
    assert!(first.revisions.is_empty());
    assert_eq!(asked(&calls), [0, 1, 2]);
    let (_, calls) = looking.look(5, REVISIONS).await;
    assert_eq!(
        asked(&calls),
        [2],
        "what runs may only be too new to be described"
    );
    let (_, calls) = looking.look(600, REVISIONS).await;
    assert_eq!(asked(&calls), [0, 1, 2], "once more with each full list");
}
