//! Service deployments and service revisions.

use serde_json::{Value, json};

use super::{
    super::{
        AwsError,
        input::Input,
        page::{Paging, page},
    },
    services,
};
use crate::drill::{
    scenario::HookAction,
    time::{seconds, wire, wire_option},
    world::{
        ContinueRefused, Course, DeploymentStatus, Service, ServiceDeployment, ServiceRevision, Stage,
        StopRefused, World,
    },
};

/// Every status of a service deployment that a list can be asked for.
const STATUSES: [&str; 9] = [
    "PENDING",
    "SUCCESSFUL",
    "STOPPED",
    "STOP_REQUESTED",
    "IN_PROGRESS",
    "ROLLBACK_REQUESTED",
    "ROLLBACK_IN_PROGRESS",
    "ROLLBACK_SUCCESSFUL",
    "ROLLBACK_FAILED",
];
/// Service deployments can be seen for 90 days.
const VISIBLE: f64 = 90.0 * 86_400.0;

pub(super) fn list(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let wanted = input.required("service")?;
    let cluster = match (input.text("cluster"), wanted.rsplit('/').nth(1)) {
        (None, Some(cluster)) if wanted.starts_with("arn:") => {
            world.cluster(cluster).ok_or_else(AwsError::no_cluster)?
        }
        _ => super::cluster(world, input)?,
    };
    let index = super::service(world, cluster, wanted)?;
    let service = &world.services[index];
    let statuses = input.texts("status");
    if let Some(unknown) = statuses.iter().find(|it| !STATUSES.contains(&it.as_str())) {
        return Err(AwsError::parameter(format!(
            "status must be one of {}, but was {unknown}.",
            STATUSES.join(", ")
        )));
    }
    let created = input.inner("createdAt");
    let (after, before) = (created.moment("after"), created.moment("before"));
    let all = service
        .service_deployments
        .iter()
        .rev()
        .filter(|it| visible(world, service, it))
        .filter(|it| statuses.is_empty() || statuses.iter().any(|status| status == it.status.name()))
        .filter(|it| after.is_none_or(|after| it.created_at >= after))
        .filter(|it| before.is_none_or(|before| it.created_at <= before))
        .map(|it| {
            json!({
                "serviceDeploymentArn": it.arn,
                "serviceArn": service.arn,
                "clusterArn": service.cluster_arn,
                "startedAt": wire_option(it.started_at),
                "createdAt": wire(it.created_at),
                "finishedAt": wire_option(it.finished_at),
                "targetServiceRevisionArn": service.revisions[it.target].arn,
                "status": it.status.name(),
                "statusReason": it.reason,
            })
        })
        .collect();
    let page = page(all, input, Paging::lower(20, 100), &service.arn, world.chance)?;
    Ok(json!({ "serviceDeployments": page.items, "nextToken": page.next }))
}

/// ECS shows service deployments for a while, and only its own.
fn visible(world: &World, service: &Service, deployment: &ServiceDeployment) -> bool {
    service.controller.is_ecs() && seconds(deployment.created_at, world.now) < VISIBLE
}

/// The ARNs that an input names, 20 at most.
fn arns(input: Input<'_>, name: &str) -> Result<Vec<String>, AwsError> {
    let arns = input.texts(name);
    if arns.is_empty() {
        return Err(AwsError::parameter(format!("{name} cannot be empty.")));
    }
    if arns.len() > 20 {
        return Err(AwsError::parameter(format!(
            "{name} cannot have more than 20 elements."
        )));
    }
    Ok(arns)
}

pub(super) fn describe(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for arn in arns(input, "serviceDeploymentArns")? {
        let deployments = world
            .services
            .iter()
            .flat_map(|it| it.service_deployments.iter().map(move |one| (it, one)));
        match deployments
            .into_iter()
            .find(|(service, it)| it.arn == arn && visible(world, service, it))
        {
            Some((service, deployment)) => found.push(shown(service, deployment)),
            None => failures.push(super::missing(&arn)),
        }
    }
    Ok(json!({ "serviceDeployments": found, "failures": failures }))
}

fn shown(service: &Service, it: &ServiceDeployment) -> Value {
    let requested = match it.status {
        DeploymentStatus::Pending
        | DeploymentStatus::InProgress
        | DeploymentStatus::RollbackRequested
        | DeploymentStatus::Successful => service.desired,
        DeploymentStatus::Stopped
        | DeploymentStatus::RollbackInProgress
        | DeploymentStatus::RollbackSuccessful
        | DeploymentStatus::RollbackFailed => 0,
    };
    let sources: Vec<Value> = it
        .sources
        .iter()
        .map(|revision| source(service, it, *revision))
        .collect();
    let mut target = services::revision_counts(service, it.target, requested as usize);
    if let Some(course) = &it.course {
        target["requestedProductionTrafficWeight"] = json!(course.percent);
    }
    let started = it.started_at.is_some();
    let course = it.course.as_ref().filter(|_| started);
    let rollback = it.rollback.as_ref().map(|rollback| {
        json!({
            "reason": rollback.reason,
            "startedAt": wire(rollback.started_at),
            "serviceRevisionArn": service.revisions[rollback.revision].arn,
        })
    });
    json!({
        "serviceDeploymentArn": it.arn,
        "serviceArn": service.arn,
        "clusterArn": service.cluster_arn,
        "createdAt": wire(it.created_at),
        "startedAt": wire_option(it.started_at),
        "finishedAt": wire_option(it.finished_at),
        "stoppedAt": wire_option(it.stopped_at),
        "updatedAt": wire(it.updated_at),
        "sourceServiceRevisions": sources,
        "targetServiceRevision": target,
        "status": it.status.name(),
        "statusReason": it.reason,
        "lifecycleStage": course.map(|course| course.stage.name()),
        "lifecycleHookDetails": course.map(pauses).filter(|pauses| !pauses.is_empty()),
        "deploymentConfiguration": services::deployment_configuration(service),
        "rollback": rollback,
        "deploymentCircuitBreaker": {
            "status": it.breaker.name(),
            "failureCount": it.failures,
            "threshold": it.threshold,
        },
        "alarms": (!service.alarms.is_empty()).then(|| json!({
            "status": it.alarms.name(),
            "alarmNames": service.alarms,
            "triggeredAlarmNames": it.triggered_alarms,
        })),
    })
}

/// A revision that ran when the deployment began. Where traffic is shifted it keeps its tasks to the end, and what the
/// target does not have of the traffic.
fn source(service: &Service, it: &ServiceDeployment, revision: usize) -> Value {
    let Some(course) = &it.course else {
        return services::revision_counts(service, revision, 0);
    };
    let has_traffic = course.source == Some(revision);
    let stays = has_traffic && it.status.running() && course.stage != Stage::CleanUp;
    let requested = if stays { service.desired } else { 0 };
    let mut shown = services::revision_counts(service, revision, requested as usize);
    let percent = if has_traffic { 100.0 - course.percent } else { 0.0 };
    shown["requestedProductionTrafficWeight"] = json!(percent);
    shown
}

/// `lifecycleHookDetails`: every hook at which the deployment paused so far.
fn pauses(course: &Course) -> Vec<Value> {
    let shown = course.pauses.iter().map(|pause| {
        json!({
            "hookId": pause.id,
            "targetType": "PAUSE",
            "status": pause.status.name(),
            "expiresAt": wire(pause.expires_at),
            "timeoutAction": pause.timeout_action.name(),
        })
    });
    shown.collect()
}

pub(super) fn describe_revisions(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for arn in arns(input, "serviceRevisionArns")? {
        let revisions = world
            .services
            .iter()
            .filter(|it| it.controller.is_ecs())
            .flat_map(|it| it.revisions.iter().map(move |one| (it, one)));
        match revisions.into_iter().find(|(_, it)| it.arn == arn) {
            Some((service, revision)) => found.push(revision_shown(service, revision)),
            None => failures.push(super::missing(&arn)),
        }
    }
    Ok(json!({ "serviceRevisions": found, "failures": failures }))
}

fn revision_shown(service: &Service, revision: &ServiceRevision) -> Value {
    let images: Vec<Value> = revision
        .images
        .iter()
        .map(|it| json!({ "containerName": it.container, "image": it.image, "imageDigest": it.digest }))
        .collect();
    json!({
        "serviceRevisionArn": revision.arn,
        "serviceArn": service.arn,
        "clusterArn": service.cluster_arn,
        "taskDefinition": revision.task_definition,
        "launchType": "FARGATE",
        "platformVersion": "1.4.0",
        "platformFamily": "Linux",
        "loadBalancers": services::load_balancers(service),
        "networkConfiguration": services::network(),
        "containerImages": images,
        "guardDutyEnabled": false,
        "createdAt": wire(revision.created_at),
        "resolvedConfiguration": { "loadBalancers": [{
            "targetGroupArn": service.balancer.group(revision.side).arn,
            "productionListenerRule": service.balancer.listener_rule,
        }] },
    })
}

pub(super) fn stop(world: &mut World, input: Input<'_>) -> Result<Value, AwsError> {
    let arn = input.required("serviceDeploymentArn")?;
    if input.text("stopType").is_some_and(|kind| kind != "ROLLBACK") {
        return Err(AwsError::parameter(
            "Invalid stopType. Valid values are ROLLBACK.",
        ));
    }
    world.stop_deployment(arn).map_err(|refused| match refused {
        StopRefused::NotFound => no_deployment(),
        StopRefused::Conflict => AwsError::new(
            "ConflictException",
            "The service deployment is not in a state in which it can be stopped.",
        ),
    })?;
    Ok(json!({ "serviceDeploymentArn": arn }))
}

/// ContinueServiceDeployment. Without an action the deployment goes on.
pub(super) fn go_on(world: &mut World, input: Input<'_>) -> Result<Value, AwsError> {
    let arn = input.required("serviceDeploymentArn")?;
    let hook = input.required("hookId")?;
    let action = match input.one_of("action", &["CONTINUE", "ROLLBACK"])? {
        Some("ROLLBACK") => HookAction::Rollback,
        Some(_) | None => HookAction::Continue,
    };
    world
        .continue_deployment(arn, hook, action)
        .map_err(|refused| match refused {
            ContinueRefused::NotFound => no_deployment(),
            ContinueRefused::NoHook => {
                AwsError::parameter("The specified hookId was not found on the service deployment.")
            }
            ContinueRefused::NotWaiting => AwsError::client(
                "The lifecycle hook is not awaiting an action, or the service deployment is not in progress.",
            ),
            ContinueRefused::NoWayBack => {
                AwsError::client("The service deployment has no service revision to roll back to.")
            }
        })?;
    Ok(json!({ "serviceDeploymentArn": arn }))
}

fn no_deployment() -> AwsError {
    AwsError::new(
        "ServiceDeploymentNotFoundException",
        "Service deployment was not found.",
    )
}
