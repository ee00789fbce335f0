//! What stands in the account, read through the real SDK.

use aws_sdk_ecs::types::{SortOrder, TaskDefinitionField};
use modosu::drill::CallKind;
use serde_json::json;

use super::door::{self, BACKEND, CLUSTER, drill, ecs_call};

#[tokio::test(start_paused = true)]
async fn the_burning_backend_looks_like_a_finished_deployment() {
    let drill = drill("bad-deploy", 1);
    let ecs = door::ecs(&drill);
    let answer = ecs
        .describe_services()
        .cluster(CLUSTER)
        .services(BACKEND)
        .send()
        .await
        .unwrap();
    let service = &answer.services()[0];
    assert_eq!(
        (
            service.desired_count(),
            service.running_count(),
            service.pending_count()
        ),
        (4, 4, 0)
    );
    assert!(
        service
            .task_definition()
            .unwrap()
            .ends_with("peoplebooster-backend:57")
    );
    assert_eq!(service.deployments().len(), 1);
    let primary = &service.deployments()[0];
    assert!(primary.id().unwrap().starts_with("ecs-svc/"));
    assert_eq!(primary.rollout_state().unwrap().as_str(), "COMPLETED");
    let configuration = service.deployment_configuration().unwrap();
    assert_eq!(configuration.maximum_percent(), Some(200));
    assert!(configuration.deployment_circuit_breaker().unwrap().rollback());
    let newest = service.events()[0].message().unwrap();
    assert_eq!(
        newest,
        "(service peoplebooster-backend) has reached a steady state."
    );
    assert!(service.events().len() > 10 && service.events().len() <= 100);
    assert_eq!(service.current_service_revisions().len(), 1);

    let brief = ecs
        .list_service_deployments()
        .cluster(CLUSTER)
        .service(BACKEND)
        .send()
        .await
        .unwrap();
    let arns: Vec<String> = brief
        .service_deployments()
        .iter()
        .map(|it| it.service_deployment_arn().unwrap().to_owned())
        .collect();
    assert_eq!(service.current_service_deployment(), Some(arns[0].as_str()));
    let whole = ecs
        .describe_service_deployments()
        .set_service_deployment_arns(Some(arns))
        .send()
        .await
        .unwrap();
    assert!(
        whole
            .service_deployments()
            .iter()
            .all(|it| it.status().unwrap().as_str() == "SUCCESSFUL")
    );
    let revision = whole.service_deployments()[0]
        .target_service_revision()
        .unwrap()
        .arn()
        .unwrap();
    let revisions = ecs
        .describe_service_revisions()
        .service_revision_arns(revision)
        .send()
        .await
        .unwrap();
    let digest = revisions.service_revisions()[0].container_images()[0]
        .image_digest()
        .unwrap()
        .to_owned();

    let tasks = ecs
        .list_tasks()
        .cluster(CLUSTER)
        .service_name(BACKEND)
        .send()
        .await
        .unwrap();
    let tasks = ecs
        .describe_tasks()
        .cluster(CLUSTER)
        .set_tasks(tasks.task_arns)
        .send()
        .await
        .unwrap();
    assert_eq!(tasks.tasks().len(), 4);
    for task in tasks.tasks() {
        assert_eq!(task.last_status(), Some("RUNNING"));
        assert_eq!(task.started_by(), primary.id());
        assert_eq!(task.group(), Some("service:peoplebooster-backend"));
        assert_eq!(task.containers()[0].image_digest(), Some(digest.as_str()));
    }

    let images = door::ecr(&drill)
        .describe_images()
        .repository_name(BACKEND)
        .image_ids(
            aws_sdk_ecr::types::ImageIdentifier::builder()
                .image_digest(&digest)
                .build(),
        )
        .send()
        .await
        .unwrap();
    let image = &images.image_details()[0];
    assert_eq!(image.image_tags(), ["v1.4.0"]);
    assert_eq!(image.image_status().unwrap().as_str(), "ACTIVE");
}

#[tokio::test(start_paused = true)]
async fn history_tells_who_served_how_long() {
    let drill = drill("bad-deploy", 1);
    let answer = ecs_call(
        &drill,
        "ListServiceDeployments",
        &json!({ "cluster": CLUSTER, "service": BACKEND }),
    );
    let answer = answer.await.unwrap();
    let deployments = answer["serviceDeployments"].as_array().unwrap();
    assert_eq!(deployments.len(), 5);
    let (current, last) = (&deployments[0], &deployments[1]);
    let soak = current["startedAt"].as_f64().unwrap() - last["finishedAt"].as_f64().unwrap();
    let expected = 9.0 * 86_400.0 + 2.0 * 3_600.0;
    assert!((soak - expected).abs() < 300.0, "served {soak} s");
    let revision = ecs_call(
        &drill,
        "DescribeServiceRevisions",
        &json!({ "serviceRevisionArns": [last["targetServiceRevisionArn"]] }),
    );
    let revision = revision.await.unwrap();
    assert!(
        revision["serviceRevisions"][0]["taskDefinition"]
            .as_str()
            .unwrap()
            .ends_with(":56")
    );
}

#[tokio::test(start_paused = true)]
async fn lists_come_in_pages_and_newest_first_when_asked() {
    let drill = drill("bad-deploy", 1);
    let ecs = door::ecs(&drill);
    let numbers = |arns: &[String]| -> Vec<u32> {
        arns.iter()
            .map(|arn| arn.rsplit(':').next().unwrap().parse().unwrap())
            .collect()
    };
    let list = || {
        ecs.list_task_definitions()
            .family_prefix(BACKEND)
            .sort(SortOrder::Desc)
            .max_results(4)
    };
    let first = list().send().await.unwrap();
    assert_eq!(numbers(first.task_definition_arns()), [57, 56, 55, 54]);
    let second = list()
        .next_token(first.next_token().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(numbers(second.task_definition_arns()), [53, 52]);
    assert_eq!(second.next_token(), None);
    let none = ecs
        .list_task_definitions()
        .family_prefix("peoplebooster")
        .send()
        .await
        .unwrap();
    assert!(
        none.task_definition_arns().is_empty(),
        "a prefix is the whole name of a family"
    );

    let definition = ecs
        .describe_task_definition()
        .task_definition("peoplebooster-backend:57")
        .include(TaskDefinitionField::Tags)
        .send()
        .await
        .unwrap();
    assert_eq!(definition.tags().len(), 2);
    let definition = definition.task_definition().unwrap();
    assert_eq!(definition.status().unwrap().as_str(), "ACTIVE");
    assert!(definition.registered_by().unwrap().contains("ci-deploy"));
    let container = &definition.container_definitions()[0];
    assert!(
        container
            .environment()
            .iter()
            .any(|it| it.name() == Some("FEATURE_X"))
    );
    assert!(container.secrets().iter().any(|it| it.name() == "DATABASE_URL"));

    let services = ecs
        .list_services()
        .cluster(CLUSTER)
        .max_results(1)
        .send()
        .await
        .unwrap();
    assert_eq!(services.service_arns().len(), 1);
    assert!(services.next_token().is_some());
    let images = door::ecr(&drill)
        .describe_images()
        .repository_name(BACKEND)
        .max_results(2)
        .send()
        .await
        .unwrap();
    assert_eq!(images.image_details().len(), 2);
    assert!(images.next_token().is_some());
}

#[tokio::test(start_paused = true)]
async fn mistakes_get_the_errors_of_aws() {
    let drill = drill("bad-deploy", 1);
    let ecs = door::ecs(&drill);
    let error = ecs
        .describe_services()
        .cluster("nowhere")
        .services(BACKEND)
        .send()
        .await
        .unwrap_err();
    assert!(error.into_service_error().is_cluster_not_found_exception());
    let missing = ecs
        .describe_services()
        .cluster(CLUSTER)
        .services("nobody")
        .send()
        .await
        .unwrap();
    assert_eq!(missing.failures()[0].reason(), Some("MISSING"));
    let many: Vec<String> = (0..11).map(|number| format!("service-{number}")).collect();
    let error = ecs
        .describe_services()
        .cluster(CLUSTER)
        .set_services(Some(many))
        .send()
        .await
        .unwrap_err();
    assert!(error.into_service_error().is_invalid_parameter_exception());
    let error = ecs
        .describe_task_definition()
        .task_definition("peoplebooster-backend:99")
        .send()
        .await
        .unwrap_err();
    let error = error.into_service_error();
    assert!(error.is_client_exception());
    assert_eq!(
        error.meta().message(),
        Some("Unable to describe task definition.")
    );
    let error = ecs
        .update_service()
        .cluster(CLUSTER)
        .service("nobody")
        .send()
        .await
        .unwrap_err();
    assert!(error.into_service_error().is_service_not_found_exception());

    let ecr = door::ecr(&drill);
    let gone = aws_sdk_ecr::types::ImageIdentifier::builder()
        .image_tag("v1.3.2")
        .build();
    let error = ecr
        .describe_images()
        .repository_name(BACKEND)
        .image_ids(gone)
        .send()
        .await
        .unwrap_err();
    assert!(error.into_service_error().is_image_not_found_exception());
    let error = ecr
        .describe_images()
        .repository_name("nothing")
        .send()
        .await
        .unwrap_err();
    assert!(error.into_service_error().is_repository_not_found_exception());

    let error = door::elb(&drill)
        .describe_target_groups()
        .names("nothing")
        .send()
        .await
        .unwrap_err();
    assert!(error.into_service_error().is_target_group_not_found_exception());
    assert_eq!(
        ecs_call(&drill, "FlyToTheMoon", &json!({})).await,
        Err("UnknownOperationException".to_owned())
    );
    let last = drill.ledger().pop().unwrap();
    assert_eq!(
        (last.operation.as_str(), last.kind, last.status),
        ("FlyToTheMoon", CallKind::Write, 400)
    );
}

#[tokio::test(start_paused = true)]
async fn inactive_definitions_are_described_and_refused() {
    let drill = drill("bad-deploy", 1);
    let ecs = door::ecs(&drill);
    ecs.deregister_task_definition()
        .task_definition("peoplebooster-backend:56")
        .send()
        .await
        .unwrap();
    let error = door::roll_back_to(&drill, 56).await.unwrap_err();
    assert_eq!(error, "ClientException");
    let described = ecs
        .describe_task_definition()
        .task_definition("peoplebooster-backend:56")
        .send()
        .await
        .unwrap();
    let described = described.task_definition().unwrap();
    assert_eq!(described.status().unwrap().as_str(), "INACTIVE");
    assert!(described.deregistered_at().is_some());
    let listed = ecs
        .list_task_definitions()
        .family_prefix(BACKEND)
        .send()
        .await
        .unwrap();
    assert!(
        !listed
            .task_definition_arns()
            .iter()
            .any(|arn| arn.ends_with(":56"))
    );
}

#[tokio::test(start_paused = true)]
async fn the_caller_and_the_balancer_answer_in_xml() {
    let drill = drill("bad-deploy", 1);
    let caller = door::sts(&drill).get_caller_identity().send().await.unwrap();
    assert_eq!(caller.account(), Some("123456789012"));
    assert_eq!(
        caller.arn(),
        Some("arn:aws:sts::123456789012:assumed-role/incident-commander/sato")
    );

    let group = door::backend(&drill).await["loadBalancers"][0]["targetGroupArn"]
        .as_str()
        .unwrap()
        .to_owned();
    let elb = door::elb(&drill);
    let groups = elb
        .describe_target_groups()
        .target_group_arns(&group)
        .send()
        .await
        .unwrap();
    let balancer = groups.target_groups()[0].load_balancer_arns()[0].clone();
    assert!(balancer.contains(":loadbalancer/app/pb-production-backend/"));
    let balancers = elb
        .describe_load_balancers()
        .load_balancer_arns(&balancer)
        .send()
        .await
        .unwrap();
    assert!(balancers.load_balancers()[0].created_time().is_some());
    let health = elb
        .describe_target_health()
        .target_group_arn(&group)
        .send()
        .await
        .unwrap();
    let states: Vec<&str> = health
        .target_health_descriptions()
        .iter()
        .map(|it| it.target_health().unwrap().state().unwrap().as_str())
        .collect();
    assert_eq!(
        states.iter().filter(|state| **state == "healthy").count(),
        4,
        "{states:?}"
    );
}
