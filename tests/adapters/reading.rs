//! What is read, over how many calls, and what survives the way in.

use std::sync::Mutex;

use jiff::SignedDuration;
use modosu::adapters::aws::Bucket;
use modosu::domain::{
    Clean, Controller, DefinitionStatus, DeploymentStatus, FaultKind, ImageStatus, RepositoryName,
    ServiceDeploymentStatus, Strategy, TargetGroupArn, TaskDefinitionArn,
};
use serde_json::{Value, json};

use super::fake::{Call, ECS, Fake, Reply, cluster, definition_arn, ecs_name, group_arn, key, now, service};

#[tokio::test(start_paused = true)]
async fn identity_is_account_caller_and_region() {
    let fake = Fake::new(|_| {
        Reply::Xml(
            "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
             <Arn>arn:aws:sts::123456789012:assumed-role/ic/sato</Arn><UserId>A:sato</UserId>\
             <Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
                .to_owned(),
        )
    });
    let identity = fake.reader().await.0.identity().await.unwrap();
    assert_eq!(identity.account.as_str(), "123456789012");
    assert_eq!(identity.short(), "sato");
    assert_eq!(identity.region.as_str(), "ap-northeast-1");
}

#[tokio::test(start_paused = true)]
async fn eleven_services_are_two_calls_and_a_missing_one_is_its_own_fault() {
    let fake = Fake::new(|call| {
        let (there, missing): (Vec<_>, Vec<_>) =
            call.texts("services").into_iter().partition(|name| name != "s7");
        Reply::Json(json!({
            "services": there.iter().map(|name| service(name)).collect::<Vec<_>>(),
            "failures": missing.iter().map(|name| json!({"arn": format!("{ECS}:service/pb/{name}"), "reason": "MISSING"}))
                .collect::<Vec<_>>(),
        }))
    });
    let names: Vec<_> = (1..=11)
        .map(|n| (key(&format!("k{n}")), ecs_name(&format!("s{n}"))))
        .collect();
    let (reader, turns) = fake.reader().await;
    let services = reader.services(&cluster(), &names).await.unwrap();
    assert_eq!(fake.count("ecs.DescribeServices"), 2);
    assert!(fake.calls().iter().all(|call| call.texts("services").len() <= 10));
    assert_eq!(*turns.taken.lock().unwrap(), [Bucket::ServiceRead; 2]);
    assert_eq!(services.len(), 11);
    for ((got, result), (wanted, name)) in services.iter().zip(&names) {
        assert_eq!(got, wanted);
        match result {
            Ok(state) => assert_eq!(&state.name, name),
            Err(fault) => {
                assert_eq!(name.as_str(), "s7");
                assert_eq!(fault.kind, FaultKind::NotFound);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_arrives_whole_and_clean() {
    let fake = Fake::new(|_| Reply::Json(json!({"services": [service("s")], "failures": []})));
    let state = fake
        .reader()
        .await
        .0
        .service(&cluster(), &ecs_name("s"))
        .await
        .unwrap();
    assert_eq!((state.desired, state.running, state.pending), (4, 4, 0));
    assert_eq!(state.controller, Controller::Ecs);
    assert_eq!(state.strategy, Strategy::Rolling);
    assert_eq!(state.percent, Some((100, 200)));
    assert!(state.circuit_breaker.unwrap().rollback);
    assert!(state.alarms.enable && state.alarms.names == [Clean::new("pb-5xx")]);
    assert_eq!(state.primary().unwrap().status, DeploymentStatus::Primary);
    assert_eq!(state.current_deployment.unwrap().id(), "d1");
    let groups: Vec<_> = state.target_groups.iter().map(TargetGroupArn::as_str).collect();
    assert_eq!(
        groups,
        [group_arn("blue"), group_arn("green")],
        "the alternate one too"
    );
    assert_eq!(state.events[0].message.as_str(), "newer \u{FFFD}[2Jnow");
    assert!(!state.express);
}

#[tokio::test(start_paused = true)]
async fn what_this_version_does_not_know_is_kept_as_other() {
    let fake = Fake::new(|_| {
        let mut service = service("s");
        service["deploymentController"]["type"] = json!("QUANTUM");
        service["deploymentConfiguration"]["strategy"] = json!("SIDEWAYS");
        service["status"] = json!("SLEEPING");
        service["resourceManagementType"] = json!("ECS");
        Reply::Json(json!({"services": [service]}))
    });
    let state = fake
        .reader()
        .await
        .0
        .service(&cluster(), &ecs_name("s"))
        .await
        .unwrap();
    assert_eq!(state.controller, Controller::Other("QUANTUM".into()));
    assert_eq!(state.strategy, Strategy::Other("SIDEWAYS".into()));
    assert!(state.express);
}

#[tokio::test(start_paused = true)]
async fn a_definition_that_is_no_arn_names_the_field() {
    let fake = Fake::new(|_| {
        let mut service = service("s");
        service["taskDefinition"] = json!("pb-backend:57");
        Reply::Json(json!({"services": [service]}))
    });
    let fault = fake
        .reader()
        .await
        .0
        .service(&cluster(), &ecs_name("s"))
        .await
        .unwrap_err();
    assert_eq!(fault.kind, FaultKind::Malformed);
    assert!(fault.detail.as_str().contains("taskDefinition"), "{fault}");
}

fn deployment(n: u32, status: &str) -> Value {
    json!({
        "serviceDeploymentArn": format!("{ECS}:service-deployment/pb/s/d{n}"),
        "status": status,
        "targetServiceRevisionArn": format!("{ECS}:service-revision/pb/s/r{n}"),
        "createdAt": 1_763_000_000.0 + f64::from(n) * 60.0,
        "startedAt": 1_763_000_000.0 + f64::from(n) * 60.0,
        "finishedAt": 1_763_000_030.0 + f64::from(n) * 60.0,
    })
}

/// Sixty deployments over three pages, oldest first; the newest runs, number 5 was rolled back by ECS.
fn status_of(n: u32) -> &'static str {
    match n {
        60 => "IN_PROGRESS",
        5 => "ROLLBACK_SUCCESSFUL",
        _ => "SUCCESSFUL",
    }
}

fn history(call: &Call) -> Reply {
    let number = |arn: &str| arn.rsplit_once(['d', 'r']).unwrap().1.parse::<u32>().unwrap();
    match call.operation.as_str() {
        "ecs.ListServiceDeployments" => {
            let page: u32 = call.token().map_or(0, |token| token.parse().unwrap());
            let briefs: Vec<_> = (page * 20 + 1..=page * 20 + 20)
                .map(|n| deployment(n, status_of(n)))
                .collect();
            let next = (page < 2).then(|| (page + 1).to_string());
            Reply::Json(json!({"serviceDeployments": briefs, "nextToken": next}))
        }
        "ecs.DescribeServiceDeployments" => {
            let arns = call.texts("serviceDeploymentArns");
            assert!(arns.len() <= 20);
            let described: Vec<_> = arns
                .iter()
                .map(|arn| {
                    let n = number(arn);
                    let mut full = deployment(n, status_of(n));
                    full["targetServiceRevision"] = json!({"arn": full["targetServiceRevisionArn"]});
                    full["sourceServiceRevisions"] =
                        json!([{"arn": format!("{ECS}:service-revision/pb/s/r{}", n - 1)}]);
                    if n == 5 {
                        full["rollback"] = json!({
                            "reason": "breaker", "serviceRevisionArn": format!("{ECS}:service-revision/pb/s/r4")
                        });
                    }
                    full
                })
                .collect();
            Reply::Json(json!({"serviceDeployments": described, "failures": []}))
        }
        "ecs.DescribeServiceRevisions" => {
            let arns = call.texts("serviceRevisionArns");
            assert!(arns.len() <= 20);
            let revisions: Vec<_> = arns
                .iter()
                .map(|arn| {
                    json!({
                        "serviceRevisionArn": arn,
                        "taskDefinition": definition_arn(number(arn)),
                        "containerImages": [{
                            "containerName": "app", "image": "reg/app:v1",
                            "imageDigest": format!("sha256:{}", "a".repeat(64))
                        }]
                    })
                })
                .collect();
            Reply::Json(json!({"serviceRevisions": revisions, "failures": []}))
        }
        other => panic!("{other}"),
    }
}

#[tokio::test(start_paused = true)]
async fn history_is_all_pages_newest_first_and_what_is_finished_is_asked_once() {
    let fake = Fake::new(history);
    let (reader, _) = fake.reader().await;
    let first = reader.history(&cluster(), &ecs_name("s"), now()).await.unwrap();
    assert_eq!(first.deployments.len(), 60);
    assert!(
        first
            .deployments
            .is_sorted_by_key(|d| std::cmp::Reverse(d.created_at))
    );
    assert_eq!(first.deployments[0].status, ServiceDeploymentStatus::InProgress);
    assert_eq!(first.deployments[0].sources.len(), 1);
    let rolled_back = first
        .deployments
        .iter()
        .find(|d| d.status == ServiceDeploymentStatus::RollbackSuccessful)
        .unwrap();
    assert!(rolled_back.effective().unwrap().as_str().ends_with("r4"));
    assert_eq!(first.revisions.len(), 60);
    assert_eq!(fake.count("ecs.ListServiceDeployments"), 3);
    assert_eq!(fake.count("ecs.DescribeServiceDeployments"), 2);
    assert_eq!(fake.count("ecs.DescribeServiceRevisions"), 3);

    let before = fake.calls().len();
    let second = reader.history(&cluster(), &ecs_name("s"), now()).await.unwrap();
    assert_eq!(first, second);
    let again: Vec<_> = fake.calls().split_off(before);
    let described: Vec<_> = again
        .iter()
        .filter(|call| call.operation != "ecs.ListServiceDeployments")
        .flat_map(|call| {
            [
                call.texts("serviceDeploymentArns"),
                call.texts("serviceRevisionArns"),
            ]
            .concat()
        })
        .collect();
    assert_eq!(
        described.len(),
        2,
        "only the one that runs, and its revision: {described:?}"
    );
    assert!(described.iter().all(|arn| arn.ends_with("60")));
}

fn definition(arn: &str, status: &str) -> Reply {
    Reply::Json(json!({"taskDefinition": {
        "taskDefinitionArn": arn, "status": status, "registeredAt": 1_763_000_000, "registeredBy": "ci",
        "containerDefinitions": [{
            "name": "app", "image": "1.dkr.ecr.r.amazonaws.com/pb-backend:v1.4.0",
            "environment": [{"name": "PASSWORD", "value": "canary-7f3a"}]
        }]
    }}))
}

/// An endpoint that ignores the order, the page size and the exact family. Revision 50 is deregistered, 45 has vanished.
fn unsorted(call: &Call) -> Reply {
    match call.operation.as_str() {
        "ecs.ListTaskDefinitions" => {
            let page: u32 = call.token().map_or(0, |token| token.parse().unwrap());
            let mut arns: Vec<_> = (page * 25 + 1..=page * 25 + 25)
                .filter(|n| ![45, 50].contains(n))
                .map(definition_arn)
                .collect();
            arns.push(format!("{ECS}:task-definition/pb-backend-worker:{}", page + 1));
            let next = (page < 3).then(|| (page + 1).to_string());
            Reply::Json(json!({"taskDefinitionArns": arns, "nextToken": next}))
        }
        "ecs.DescribeTaskDefinition" => {
            let arn = call.input["taskDefinition"].as_str().unwrap();
            match arn.rsplit_once(':').unwrap().1 {
                "50" => definition(arn, "INACTIVE"),
                "45" => Reply::Error(400, "ClientException", "Unable to describe task definition."),
                _ => definition(arn, "ACTIVE"),
            }
        }
        _ => history(call),
    }
}

#[tokio::test(start_paused = true)]
async fn definitions_are_the_newest_of_exactly_the_family_even_unsorted() {
    let fake = Fake::new(unsorted);
    let (reader, _) = fake.reader().await;
    let definitions = reader.definitions("pb-backend").await.unwrap();
    let revisions: Vec<_> = definitions.iter().map(|d| d.arn.revision()).collect();
    assert_eq!(revisions, (71..=100).rev().collect::<Vec<_>>());
    assert!(definitions.iter().all(|d| d.arn.family() == "pb-backend"));
    assert_eq!(definitions[0].version_of("pb-backend"), Some("v1.4.0"));
    assert_eq!(fake.count("ecs.DescribeTaskDefinition"), 30);
    reader.definitions("pb-backend").await.unwrap();
    assert_eq!(
        fake.count("ecs.DescribeTaskDefinition"),
        30,
        "immutable: not asked again"
    );
    assert!(
        !format!("{definitions:?}").contains("canary"),
        "an environment value came in"
    );
}

#[tokio::test(start_paused = true)]
async fn what_history_names_is_described_too_with_its_status() {
    let fake = Fake::new(unsorted);
    let (reader, _) = fake.reader().await;
    reader.history(&cluster(), &ecs_name("s"), now()).await.unwrap();
    let definitions = reader.definitions("pb-backend").await.unwrap();
    // Thirty of the list, and the twenty newest others that history names (59 down to 40, for the revision of the running
    // deployment is not settled yet), but for the one that vanished.
    assert_eq!(definitions.len(), 49);
    assert!(definitions.is_sorted_by_key(|d| std::cmp::Reverse(d.arn.revision())));
    let inactive: Vec<_> = definitions
        .iter()
        .filter(|d| d.status == DefinitionStatus::Inactive)
        .map(|d| d.arn.revision())
        .collect();
    assert_eq!(inactive, [50]);
    let asked = fake.count("ecs.DescribeTaskDefinition");
    reader.definitions("pb-backend").await.unwrap();
    // The vanished one is not asked for again; in its place comes the next that history names.
    assert_eq!(fake.count("ecs.DescribeTaskDefinition"), asked + 1);
}

#[tokio::test(start_paused = true)]
async fn an_inactive_and_a_vanished_revision_are_told_apart() {
    let fake = Fake::new(unsorted);
    let (reader, _) = fake.reader().await;
    let arn = |n| TaskDefinitionArn::new(&definition_arn(n)).unwrap();
    assert_eq!(
        reader.definition(&arn(50)).await.unwrap().status,
        DefinitionStatus::Inactive
    );
    assert_eq!(
        reader.definition(&arn(45)).await.unwrap_err().kind,
        FaultKind::NotFound
    );
}

#[tokio::test(start_paused = true)]
async fn images_are_paged_newest_first_and_a_repeating_token_ends() {
    let fake = Fake::new(|call| {
        let page = match call.token() {
            None => 0,
            Some("one") => 1,
            Some(_) => 2,
        };
        let image = |n: u32| {
            json!({
                "imageDigest": format!("sha256:{n:064x}"), "imageTags": [format!("v{n}")],
                "imagePushedAt": 1_763_000_000.0 + f64::from(n), "imageSizeInBytes": 1000,
                "imageStatus": if n == 1 { "ARCHIVED" } else { "ACTIVE" }
            })
        };
        let next = if page == 0 { "one" } else { "two" };
        Reply::Json(json!({
            "imageDetails": [image(page * 2), image(page * 2 + 1), {"imageDigest": "nonsense"}],
            "nextToken": next
        }))
    });
    let repository = RepositoryName::new("pb-backend").unwrap();
    let images = fake.reader().await.0.images(&repository, now()).await.unwrap();
    assert_eq!(
        fake.count("ecr.DescribeImages"),
        3,
        "`two` came twice and was followed once"
    );
    let tags: Vec<_> = images.iter().map(|image| image.tags[0].as_str()).collect();
    assert_eq!(tags, ["v5", "v4", "v3", "v2", "v1", "v0"]);
    assert_eq!(images[4].status, ImageStatus::Archived);
    assert!(!images[0].tags_are_fixed);
}

#[tokio::test(start_paused = true)]
async fn tasks_are_listed_over_pages_and_described_by_a_hundred() {
    let fake = Fake::new(|call| match call.operation.as_str() {
        "ecs.ListTasks" => {
            let page: u32 = call.token().map_or(0, |token| token.parse().unwrap());
            let arns: Vec<_> = (0..70).map(|n| format!("{ECS}:task/pb/{page}-{n}")).collect();
            Reply::Json(json!({"taskArns": arns, "nextToken": (page == 0).then_some("1")}))
        }
        _ => {
            let arns = call.texts("tasks");
            assert!(arns.len() <= 100);
            let tasks: Vec<_> = arns
                .iter()
                .map(|arn| {
                    json!({
                        "taskArn": arn, "taskDefinitionArn": definition_arn(57), "lastStatus": "RUNNING",
                        "startedBy": "ecs-svc/1",
                        "containers": [{"name": "app", "imageDigest": format!("sha256:{}", "b".repeat(64))}, {"name": "side"}]
                    })
                })
                .collect();
            Reply::Json(json!({"tasks": tasks}))
        }
    });
    let tasks = fake
        .reader()
        .await
        .0
        .tasks(&cluster(), &ecs_name("s"))
        .await
        .unwrap();
    assert_eq!(tasks.len(), 140);
    assert_eq!(fake.count("ecs.DescribeTasks"), 2);
    assert!(tasks[0].is_running());
    assert!(tasks[0].digests[0].1.is_some() && tasks[0].digests[1].1.is_none());
}

#[tokio::test(start_paused = true)]
async fn targets_of_all_groups_are_counted_by_state() {
    let states = Mutex::new(vec![
        vec!["healthy", "unhealthy", "draining"],
        vec!["healthy", "initial", "unused", "unhealthy.draining", "brand-new"],
    ]);
    let fake = Fake::new(move |_| {
        let members: String = states
            .lock()
            .unwrap()
            .remove(0)
            .iter()
            .map(|state| {
                // A load balancer says a reason for every state but `healthy`.
                let reason = match *state {
                    "healthy" => "",
                    "unhealthy" => "<Reason>Target.Timeout</Reason>",
                    _ => "<Reason>Target.NotInUse</Reason>",
                };
                format!("<member><Target><Id>10.0.0.1</Id></Target><TargetHealth><State>{state}</State>{reason}</TargetHealth></member>")
            })
            .collect();
        Reply::Xml(format!(
            "<DescribeTargetHealthResponse xmlns=\"http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/\">\
             <DescribeTargetHealthResult><TargetHealthDescriptions>{members}</TargetHealthDescriptions>\
             </DescribeTargetHealthResult></DescribeTargetHealthResponse>"
        ))
    });
    let groups: Vec<_> = ["blue", "green"]
        .map(|name| TargetGroupArn::new(&group_arn(name)).unwrap())
        .into();
    let health = fake.reader().await.0.targets(&groups).await.unwrap();
    assert_eq!(
        (
            health.healthy,
            health.unhealthy,
            health.initial,
            health.draining,
            health.other
        ),
        (2, 1, 1, 2, 2)
    );
    let reasons: Vec<_> = health
        .reasons
        .iter()
        .map(|reason| (reason.code.as_str(), reason.targets))
        .collect();
    assert_eq!(
        reasons,
        [("Target.NotInUse", 2), ("Target.Timeout", 1)],
        "of those that fail or are in another state, the most frequent first"
    );
}

#[tokio::test(start_paused = true)]
async fn whether_tags_are_fixed_is_asked_now_and_then_and_a_refusal_hides_no_image() {
    let answers = Mutex::new(vec![
        Reply::Error(400, "AccessDeniedException", "no"),
        Reply::Json(
            json!({"repositories": [{"repositoryName": "pb-backend", "imageTagMutability": "IMMUTABLE"}]}),
        ),
        Reply::Json(
            json!({"repositories": [{"repositoryName": "pb-backend", "imageTagMutability": "MUTABLE"}]}),
        ),
    ]);
    let fake = Fake::new(move |call| match call.operation.as_str() {
        "ecr.DescribeRepositories" => answers.lock().unwrap().remove(0),
        _ => Reply::Json(json!({"imageDetails": [{"imageDigest": format!("sha256:{:064x}", 1)}]})),
    });
    let (reader, _) = fake.reader().await;
    let repository = RepositoryName::new("pb-backend").unwrap();
    let fixed = |images: Vec<modosu::domain::Image>| images[0].tags_are_fixed;
    assert!(!fixed(reader.images(&repository, now()).await.unwrap()));
    assert!(fixed(reader.images(&repository, now()).await.unwrap()));
    assert!(fixed(reader.images(&repository, now()).await.unwrap()));
    assert_eq!(fake.count("ecr.DescribeRepositories"), 2);
    let later = now() + SignedDuration::from_mins(14);
    assert!(fixed(reader.images(&repository, later).await.unwrap()));
    assert_eq!(fake.count("ecr.DescribeRepositories"), 2);
    let later = now() + SignedDuration::from_mins(15);
    assert!(
        !fixed(reader.images(&repository, later).await.unwrap()),
        "somebody made the tags movable"
    );
}
