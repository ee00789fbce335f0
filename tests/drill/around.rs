//! What stands around the services: autoscaling, permissions, parameters, scan findings, lifecycle policies, tags.

use aws_sdk_applicationautoscaling::types::ServiceNamespace;
use aws_sdk_ecs::types::{ServiceField, TaskField};
use aws_sdk_ssm::types::ParameterStringFilter;
use modosu::drill::Drill;
use serde_json::json;

use super::{
    door::{self, BACKEND, CLUSTER, advance, arm, drill, roll_back_to},
    scenarios::changed,
};

const RESOURCE: &str = "service/peoplebooster-production/peoplebooster-backend";
const ROLE: &str = "arn:aws:iam::123456789012:role/incident-commander";

#[tokio::test(start_paused = true)]
async fn a_service_that_was_scaled_out_says_by_what() {
    let drill = drill("vulnerable-image", 1);
    let client = door::autoscaling(&drill);
    let targets = client
        .describe_scalable_targets()
        .service_namespace(ServiceNamespace::Ecs)
        .resource_ids(RESOURCE)
        .send()
        .await
        .unwrap();
    let target = &targets.scalable_targets()[0];
    assert_eq!((target.min_capacity(), target.max_capacity()), (2, 10));
    assert_eq!(
        target.suspended_state().unwrap().dynamic_scaling_out_suspended(),
        Some(false)
    );
    let activities = client
        .describe_scaling_activities()
        .service_namespace(ServiceNamespace::Ecs)
        .resource_id(RESOURCE)
        .max_results(1)
        .send()
        .await
        .unwrap();
    let newest = &activities.scaling_activities()[0];
    assert_eq!(newest.description(), "Setting desired count to 8.");
    assert!(
        newest.cause().contains("AlarmHigh") && newest.cause().ends_with("policy peoplebooster-backend-cpu")
    );
    assert_eq!(newest.status_code().as_str(), "Successful");
    let older = client
        .describe_scaling_activities()
        .service_namespace(ServiceNamespace::Ecs)
        .resource_id(RESOURCE)
        .set_next_token(activities.next_token().map(str::to_owned))
        .send()
        .await
        .unwrap();
    assert_eq!(
        older.scaling_activities()[0].description(),
        "Setting desired count to 5."
    );
    let policies = client
        .describe_scaling_policies()
        .service_namespace(ServiceNamespace::Ecs)
        .send()
        .await
        .unwrap();
    assert_eq!(policies.scaling_policies().len(), 1);
    assert_eq!(door::backend(&drill).await["desiredCount"], 8);
    assert_eq!(door::backend(&drill).await["runningCount"], 8);

    let none = client
        .describe_scalable_targets()
        .service_namespace(ServiceNamespace::Dynamodb)
        .send()
        .await
        .unwrap();
    assert!(none.scalable_targets().is_empty());
    let error = client
        .describe_scalable_targets()
        .service_namespace(ServiceNamespace::Ecs)
        .resource_ids("table/answers")
        .send()
        .await
        .unwrap_err();
    assert!(error.into_service_error().is_validation_exception());
}

#[tokio::test(start_paused = true)]
async fn a_suspended_policy_does_not_scale() {
    let drill = changed(|text| {
        text.replacen(
            "scaling = { min = 2, max = 10 }",
            "scaling = { min = 2, max = 10, suspended = true, scaled = [{ at = \"+1m\", to = 6 }] }",
            1,
        )
    })
    .unwrap();
    advance(&drill, 300);
    assert_eq!(door::backend(&drill).await["desiredCount"], 4);
    let client = door::autoscaling(&drill);
    let targets = client
        .describe_scalable_targets()
        .service_namespace(ServiceNamespace::Ecs);
    let targets = targets.send().await.unwrap();
    let state = targets.scalable_targets()[0].suspended_state().unwrap();
    assert_eq!(state.dynamic_scaling_in_suspended(), Some(true));
}

#[tokio::test(start_paused = true)]
async fn scalings_that_cannot_be_are_refused() {
    for scaling in [
        "{ min = 4, max = 2 }",
        "{ min = 2, max = 5, scaled = [{ at = \"+1m\", to = 6 }] }",
        "{ min = 2, max = 5, scaled = [{ at = \"+2m\", to = 3 }, { at = \"+1m\", to = 4 }] }",
    ] {
        let scaling = format!("scaling = {scaling}");
        assert!(changed(|text| text.replacen("scaling = { min = 2, max = 10 }", &scaling, 1)).is_err());
    }
}

/// What a simulation says of an action.
async fn simulated(drill: &Drill, action: &str) -> String {
    let answer = door::iam(drill)
        .simulate_principal_policy()
        .policy_source_arn(ROLE)
        .action_names(action)
        .send()
        .await
        .unwrap();
    answer.evaluation_results()[0].eval_decision().as_str().to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_simulation_says_what_the_call_meets() {
    let denied = drill("denied", 1);
    for (action, decision) in [
        ("ecs:UpdateService", "implicitDeny"),
        ("elasticloadbalancing:DescribeTargetHealth", "implicitDeny"),
        ("ecs:DescribeServices", "allowed"),
        ("iam:PassRole", "allowed"),
    ] {
        assert_eq!(simulated(&denied, action).await, decision, "{action}");
    }
    assert_eq!(
        roll_back_to(&denied, 56).await,
        Err("AccessDeniedException".to_owned())
    );

    let drill = drill("bad-deploy", 1);
    assert_eq!(simulated(&drill, "ecs:UpdateService").await, "allowed");
    arm(&drill, "ecs.UpdateService", "forbidden", 1).await;
    assert_eq!(simulated(&drill, "ecs:UpdateService").await, "explicitDeny");
    assert_eq!(
        roll_back_to(&drill, 56).await,
        Err("AccessDeniedException".to_owned())
    );
    assert_eq!(
        simulated(&drill, "ecs:UpdateService").await,
        "allowed",
        "it was to be met once"
    );
    assert!(roll_back_to(&drill, 56).await.is_ok());
    arm(&drill, "iam.SimulatePrincipalPolicy", "denied", 1).await;
    let request = door::iam(&drill)
        .simulate_principal_policy()
        .policy_source_arn(ROLE);
    let error = request
        .action_names("ecs:UpdateService")
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.into_service_error().meta().code(), Some("AccessDenied"));
}

#[tokio::test(start_paused = true)]
async fn simulations_come_in_pages_and_want_a_role() {
    let drill = drill("bad-deploy", 1);
    let iam = door::iam(&drill);
    let mut asked = iam
        .simulate_principal_policy()
        .policy_source_arn(ROLE)
        .max_items(2)
        .set_action_names(Some(vec![
            "ecs:UpdateService".into(),
            "iam:PassRole".into(),
            "ecs:ListTasks".into(),
        ]));
    let first = asked.clone().send().await.unwrap();
    assert!(first.is_truncated());
    asked = asked.set_marker(first.marker().map(str::to_owned));
    let second = asked.send().await.unwrap();
    assert_eq!(
        (
            first.evaluation_results().len(),
            second.evaluation_results().len()
        ),
        (2, 1)
    );
    assert!(!second.is_truncated());
    let session = "arn:aws:sts::123456789012:assumed-role/incident-commander/sato";
    let request = iam.simulate_principal_policy().policy_source_arn(session);
    let error = request
        .action_names("ecs:UpdateService")
        .send()
        .await
        .unwrap_err();
    assert!(error.into_service_error().is_invalid_input_exception());

    let role = iam
        .get_role()
        .role_name("incident-commander")
        .send()
        .await
        .unwrap();
    let role = role.role().unwrap();
    assert_eq!(role.arn(), ROLE);
    let caller = door::sts(&drill).get_caller_identity().send().await.unwrap();
    assert!(caller.user_id().unwrap().starts_with(role.role_id()));
    let error = iam.get_role().role_name("nobody").send().await.unwrap_err();
    assert!(error.into_service_error().is_no_such_entity_exception());
}

#[tokio::test(start_paused = true)]
async fn without_its_role_no_task_starts() {
    let drill =
        changed(|text| format!("gone_roles = [\"peoplebooster-backend-execution\"]\n{text}")).unwrap();
    let request = door::iam(&drill)
        .get_role()
        .role_name("peoplebooster-backend-execution");
    assert!(
        request
            .send()
            .await
            .unwrap_err()
            .into_service_error()
            .is_no_such_entity_exception()
    );
    roll_back_to(&drill, 56).await.unwrap();
    advance(&drill, 40);
    let reason = drill.world()["services"][0]["stopped"].to_string();
    assert!(reason.contains("unable to assume the role"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn parameters_are_known_by_name() {
    let name = "/peoplebooster/production/feature-flags";
    let ask = async |drill: &Drill, name: &str| {
        let filter = ParameterStringFilter::builder()
            .key("Name")
            .option("Equals")
            .values(name)
            .build();
        let answer = door::ssm(drill)
            .describe_parameters()
            .parameter_filters(filter.unwrap())
            .send()
            .await;
        answer
            .unwrap()
            .parameters()
            .iter()
            .map(|it| it.name().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let there = drill("vulnerable-image", 1);
    assert_eq!(ask(&there, name).await, [name]);
    assert!(ask(&there, "/peoplebooster/production/none").await.is_empty());
    assert!(ask(&drill("bad-deploy", 1), name).await.is_empty());
    let filter = ParameterStringFilter::builder()
        .key("Colour")
        .values("red")
        .build()
        .unwrap();
    let error = door::ssm(&there)
        .describe_parameters()
        .parameter_filters(filter)
        .send()
        .await
        .unwrap_err();
    assert!(error.into_service_error().is_invalid_filter_key());
    let values = door::json_call(&there, "AmazonSSM.GetParameters", &json!({ "Names": [name] }));
    assert_eq!(
        values.await,
        Err("UnknownOperationException".to_owned()),
        "values are never offered"
    );
}

#[tokio::test(start_paused = true)]
async fn the_running_image_has_findings_that_the_last_good_one_has_not() {
    let drill = drill("vulnerable-image", 1);
    let ecr = door::ecr(&drill);
    let image = |tag: &str| {
        aws_sdk_ecr::types::ImageIdentifier::builder()
            .image_tag(tag)
            .build()
    };
    let findings = |tag: &str| {
        let asked = ecr.describe_image_scan_findings().repository_name(BACKEND);
        asked.image_id(image(tag)).send()
    };
    let bad = findings("v1.4.0").await.unwrap();
    assert_eq!(
        bad.image_scan_status().unwrap().status().unwrap().as_str(),
        "COMPLETE"
    );
    let scan = bad.image_scan_findings().unwrap();
    let names: Vec<&str> = scan.findings().iter().map(|it| it.name().unwrap()).collect();
    assert_eq!(
        names,
        [
            "CVE-2024-3094",
            "CVE-2024-56171",
            "CVE-2024-6387",
            "CVE-2023-4911"
        ]
    );
    assert_eq!(scan.findings()[0].attributes()[0].value(), Some("xz-utils"));
    let critical = aws_sdk_ecr::types::FindingSeverity::Critical;
    assert_eq!(scan.finding_severity_counts().unwrap()[&critical], 2);
    let good = findings("v1.3.4").await.unwrap();
    let counts = good
        .image_scan_findings()
        .unwrap()
        .finding_severity_counts()
        .unwrap();
    assert!(!counts.contains_key(&critical) && counts.len() == 1);
    let error = findings("v1.3.3").await.unwrap_err();
    assert!(error.into_service_error().is_scan_not_found_exception());
    let error = findings("v0.0.0").await.unwrap_err();
    assert!(error.into_service_error().is_image_not_found_exception());

    let described = ecr
        .describe_images()
        .repository_name(BACKEND)
        .image_ids(image("v1.4.0"))
        .send()
        .await
        .unwrap();
    let detail = &described.image_details()[0];
    let summary = detail.image_scan_findings_summary().unwrap();
    assert_eq!(summary.finding_severity_counts().unwrap()[&critical], 2);
    assert!(detail.last_recorded_pull_time() > detail.image_pushed_at());
    let never = ecr
        .describe_images()
        .repository_name(BACKEND)
        .image_ids(image("v1.3.3"))
        .send()
        .await
        .unwrap();
    assert_eq!(never.image_details()[0].last_recorded_pull_time(), None);
    assert_eq!(never.image_details()[0].image_scan_status(), None);
}

#[tokio::test(start_paused = true)]
async fn a_lifecycle_policy_is_the_one_that_removed_the_images() {
    let drill = drill("bad-deploy", 1);
    let ecr = door::ecr(&drill);
    let policy = ecr
        .get_lifecycle_policy()
        .repository_name(BACKEND)
        .send()
        .await
        .unwrap();
    let text: serde_json::Value = serde_json::from_str(policy.lifecycle_policy_text().unwrap()).unwrap();
    assert_eq!(text["rules"][0]["selection"]["countNumber"], 28);
    assert_eq!(text["rules"][0]["action"]["type"], "expire");
    let error = ecr
        .get_lifecycle_policy()
        .repository_name("peoplebooster-frontend")
        .send()
        .await
        .unwrap_err();
    assert!(
        error
            .into_service_error()
            .is_lifecycle_policy_not_found_exception()
    );
}

#[tokio::test(start_paused = true)]
async fn tags_tell_who_owns_a_service() {
    let stack = "aws:cloudformation:stack-name";
    for (scenario, owned) in [("vulnerable-image", true), ("bad-deploy", false)] {
        let drill = drill(scenario, 1);
        let ecs = door::ecs(&drill);
        let asked = || ecs.describe_services().cluster(CLUSTER).services(BACKEND);
        let bare = asked().send().await.unwrap();
        assert!(
            bare.services()[0].tags().is_empty(),
            "tags come when they are asked for"
        );
        let answer = asked().include(ServiceField::Tags).send().await.unwrap();
        let service = &answer.services()[0];
        let has = |tags: &[aws_sdk_ecs::types::Tag]| tags.iter().any(|tag| tag.key() == Some(stack));
        assert_eq!(has(service.tags()), owned);
        let listed = ecs
            .list_tags_for_resource()
            .resource_arn(service.service_arn().unwrap());
        assert_eq!(listed.send().await.unwrap().tags(), service.tags());
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
            .include(TaskField::Tags);
        assert_eq!(has(tasks.send().await.unwrap().tasks()[0].tags()), owned);
    }
}

#[tokio::test(start_paused = true)]
async fn a_vulnerable_image_burns_nothing_and_can_be_left() {
    let drill = drill("vulnerable-image", 1);
    let world = &drill.world()["services"][0];
    assert_eq!((&world["revision"], &world["running"]), (&json!(57), &json!(8)));
    let alarms = door::cloudwatch(&drill).describe_alarms().send().await.unwrap();
    assert_eq!(alarms.metric_alarms()[0].state_value().unwrap().as_str(), "OK");
    roll_back_to(&drill, 56).await.unwrap();
    advance(&drill, 400);
    let world = &drill.world()["services"][0];
    assert_eq!(world["serving"][0]["version"], "v1.3.4");
    assert_eq!(world["desired"], 8, "going back leaves the number of tasks alone");
}
