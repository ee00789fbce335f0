//! ListServices, DescribeServices, and how a service looks.

use serde_json::{Value, json};

use super::{
    super::{
        AwsError,
        input::Input,
        page::{Paging, page},
    },
    task_sets,
};
use crate::drill::{
    scenario::{Controller, PauseHook, Strategy, Threshold},
    time::wire,
    world::{Deployment, Service, TaskState, World},
};

pub(super) fn list(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let cluster = super::cluster(world, input)?;
    let launched = super::launched(input)?;
    let scheduled = input.one_of("schedulingStrategy", &["REPLICA", "DAEMON"])?;
    let managed = input.one_of("resourceManagementType", &["CUSTOMER", "ECS"])?;
    let shown = launched && scheduled != Some("DAEMON") && managed != Some("ECS");
    let services = world
        .services
        .iter()
        .filter(|it| shown && it.cluster == cluster.name && it.created_at.is_some());
    let all = services.map(|service| service.arn.clone()).collect();
    let page = page(all, input, Paging::lower(10, 100), &cluster.name, world.chance)?;
    Ok(json!({ "serviceArns": page.items, "nextToken": page.next }))
}

pub(super) fn describe(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let cluster = super::cluster(world, input)?;
    let wanted = input.texts("services");
    if wanted.is_empty() {
        return Err(AwsError::parameter("Services cannot be empty."));
    }
    if wanted.len() > 10 {
        return Err(AwsError::parameter("service names can have at most 10 items."));
    }
    let (mut services, mut failures) = (Vec::new(), Vec::new());
    for name in wanted {
        match world.service(&cluster.name, &name) {
            Some(index) => services.push(shown(world, index, super::wants(input, "TAGS"))),
            None if name.starts_with("arn:") => failures.push(super::missing(&name)),
            None => {
                let arn = format!("{}/{name}", cluster.arn.replace(":cluster/", ":service/"));
                failures.push(super::missing(&arn));
            }
        }
    }
    Ok(json!({ "services": services, "failures": failures }))
}

/// Tasks of a service that run or are on their way up, of all or of one deployment.
fn counts(service: &Service, deployment: Option<&str>) -> (usize, usize) {
    let of = |states: &[TaskState]| {
        let tasks = service
            .tasks
            .iter()
            .filter(|task| deployment.is_none_or(|id| task.deployment == id));
        tasks.filter(|task| states.contains(&task.state)).count()
    };
    (of(&[TaskState::Running]), of(&TaskState::STARTING))
}

/// A service as DescribeServices and UpdateService show it.
pub(super) fn shown(world: &World, index: usize, tags: bool) -> Value {
    let service = &world.services[index];
    let (running, pending) = counts(service, None);
    let deployments: Vec<Value> = service
        .deployments
        .iter()
        .enumerate()
        .map(|(position, deployment)| deployment_shown(service, position, deployment))
        .collect();
    let events: Vec<Value> = service
        .events
        .iter()
        .map(|event| json!({ "id": event.id, "createdAt": wire(event.at), "message": event.message }))
        .collect();
    let primary = service.deployments.first();
    let mut shown = json!({
        "serviceArn": service.arn,
        "serviceName": service.name,
        "clusterArn": service.cluster_arn,
        "loadBalancers": load_balancers(service),
        "serviceRegistries": [],
        "status": "ACTIVE",
        "desiredCount": service.desired,
        "runningCount": running,
        "pendingCount": pending,
        "launchType": "FARGATE",
        "platformVersion": "LATEST",
        "platformFamily": "Linux",
        "taskDefinition": primary.map(|it| service.revisions[it.revision].task_definition.clone()),
        "deploymentConfiguration": deployment_configuration(service),
        "deployments": deployments,
        "roleArn": format!(
            "arn:aws:iam::{}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS", world.account
        ),
        "events": events,
        "createdAt": service.created_at.map(wire),
        "currentServiceDeployment": service.service_deployments.last().map(|it| it.arn.clone()),
        "currentServiceRevisions": current_revisions(service),
        "placementConstraints": [],
        "placementStrategy": [],
        "networkConfiguration": network(),
        "healthCheckGracePeriodSeconds": service.grace_s,
        "schedulingStrategy": "REPLICA",
        "deploymentController": { "type": service.controller.name() },
        "createdBy": format!("arn:aws:iam::{}:role/terraform", world.account),
        "enableECSManagedTags": true,
        "propagateTags": if service.propagate_tags { "SERVICE" } else { "NONE" },
        "enableExecuteCommand": false,
        "availabilityZoneRebalancing": "ENABLED",
    });
    if !service.controller.is_ecs() {
        // Another controller deploys: ECS knows task sets only.
        shown["deployments"] = json!([]);
        shown["taskSets"] = json!(task_sets::shown(world, service));
        shown["currentServiceDeployment"] = Value::Null;
        shown["currentServiceRevisions"] = json!([]);
        let primary = task_sets::primary(service).filter(|_| service.controller == Controller::CodeDeploy);
        let revision = primary.map(|it| &service.revisions[it.revision]);
        shown["taskDefinition"] = json!(revision.map(|it| &it.task_definition));
        shown["loadBalancers"] = match revision {
            Some(it) => json!([balanced(service, &service.balancer.group(it.side).arn)]),
            None => json!([]),
        };
    }
    if tags {
        shown["tags"] = service_tags(service);
    }
    shown
}

/// Tags of a service.
pub(super) fn service_tags(service: &Service) -> Value {
    let ours = [
        ("app", "peoplebooster"),
        ("environment", service.environment.as_str()),
    ];
    let more = service
        .tags
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()));
    ours.into_iter()
        .chain(more)
        .map(|(key, value)| json!({ "key": key, "value": value }))
        .collect()
}

/// Tags of a service's tasks: the service's, where it propagates them.
pub(super) fn task_tags(service: &Service) -> Value {
    if service.propagate_tags {
        service_tags(service)
    } else {
        json!([])
    }
}

fn deployment_shown(service: &Service, position: usize, deployment: &Deployment) -> Value {
    let (running, pending) = counts(service, Some(&deployment.id));
    json!({
        "id": deployment.id,
        "status": if position == 0 { "PRIMARY" } else { "ACTIVE" },
        "taskDefinition": service.revisions[deployment.revision].task_definition,
        "desiredCount": if position == 0 { service.desired as usize } else { running + pending },
        "pendingCount": pending,
        "runningCount": running,
        "failedTasks": deployment.failed_tasks,
        "createdAt": wire(deployment.created_at),
        "updatedAt": wire(deployment.updated_at),
        "launchType": "FARGATE",
        "platformVersion": "1.4.0",
        "platformFamily": "Linux",
        "networkConfiguration": network(),
        "rolloutState": deployment.rollout.name(),
        "rolloutStateReason": deployment.reason,
    })
}

/// Counts of a service revision, as services and service deployments show them.
pub(super) fn revision_counts(service: &Service, revision: usize, requested: usize) -> Value {
    let tasks = || service.tasks.iter().filter(|task| task.revision == revision);
    let pending = tasks()
        .filter(|task| TaskState::STARTING.contains(&task.state))
        .count();
    json!({
        "arn": service.revisions[revision].arn,
        "requestedTaskCount": requested,
        "runningTaskCount": tasks().filter(|task| task.state == TaskState::Running).count(),
        "pendingTaskCount": pending,
    })
}

fn current_revisions(service: &Service) -> Vec<Value> {
    let shown = service
        .deployments
        .iter()
        .enumerate()
        .map(|(position, deployment)| {
            let (running, pending) = counts(service, Some(&deployment.id));
            let requested = if position == 0 {
                service.desired as usize
            } else {
                running + pending
            };
            revision_counts(service, deployment.revision, requested)
        });
    shown.collect()
}

/// `deploymentConfiguration`.
pub(super) fn deployment_configuration(service: &Service) -> Value {
    let mut shown = json!({
        "maximumPercent": service.maximum_percent,
        "minimumHealthyPercent": service.minimum_percent,
    });
    if !service.controller.is_ecs() {
        return shown;
    }
    // The circuit breaker is for rolling deployments only.
    let rolling = !service.strategy.shifts();
    let mut breaker = json!({
        "enable": rolling && service.breaker, "rollback": rolling && service.breaker_rollback,
    });
    if service.breaker_threshold != Threshold::default() || !service.breaker_resets {
        breaker["resetOnHealthyTask"] = json!(service.breaker_resets);
        breaker["thresholdConfiguration"] = json!({
            "type": service.breaker_threshold.kind(), "value": service.breaker_threshold.value(),
        });
    }
    shown["deploymentCircuitBreaker"] = breaker;
    shown["alarms"] = json!(alarms(service));
    shown["strategy"] = json!(service.strategy.name());
    shown["bakeTimeInMinutes"] = json!(service.strategy.bake_minutes());
    match service.strategy {
        Strategy::Rolling | Strategy::BlueGreen { .. } => {}
        Strategy::Linear {
            step_percent,
            step_bake_minutes,
            ..
        } => {
            shown["linearConfiguration"] =
                json!({ "stepPercent": step_percent, "stepBakeTimeInMinutes": step_bake_minutes });
        }
        Strategy::Canary {
            percent,
            canary_bake_minutes,
            ..
        } => {
            shown["canaryConfiguration"] =
                json!({ "canaryPercent": percent, "canaryBakeTimeInMinutes": canary_bake_minutes });
        }
    }
    if !service.hooks.is_empty() {
        shown["lifecycleHooks"] = service.hooks.iter().map(hook).collect();
    }
    shown
}

fn hook(hook: &PauseHook) -> Value {
    let stages: Vec<&str> = hook.stages.iter().map(|stage| stage.name()).collect();
    json!({
        "targetType": "PAUSE",
        "lifecycleStages": stages,
        "timeoutConfiguration": {
            "timeoutInMinutes": hook.timeout_minutes, "action": hook.timeout_action.name(),
        },
    })
}

/// `deploymentConfiguration.alarms`, where there are any.
fn alarms(service: &Service) -> Option<Value> {
    (!service.alarms.is_empty())
        .then(|| json!({ "alarmNames": service.alarms, "rollback": service.alarm_rollback, "enable": true }))
}

/// `loadBalancers`: what the service was told, whichever side has the traffic now.
pub(super) fn load_balancers(service: &Service) -> Value {
    let balancer = &service.balancer;
    let mut shown = balanced(service, &balancer.blue.arn);
    if let Some(green) = &balancer.green {
        let account = balancer.arn.split(':').nth(4).unwrap_or_default();
        shown["advancedConfiguration"] = json!({
            "alternateTargetGroupArn": green.arn,
            "productionListenerRule": balancer.listener_rule,
            "roleArn": format!("arn:aws:iam::{account}:role/ecs-load-balancers"),
        });
    }
    json!([shown])
}

fn balanced(service: &Service, group: &str) -> Value {
    json!({
        "targetGroupArn": group,
        "containerName": service.container,
        "containerPort": service.port,
    })
}

/// `networkConfiguration`: the private subnets and the security group that all services share.
pub(super) fn network() -> Value {
    json!({ "awsvpcConfiguration": {
        "subnets": ["subnet-0a111111111111111", "subnet-0c111111111111111", "subnet-0d111111111111111"],
        "securityGroups": ["sg-0e111111111111111"],
        "assignPublicIp": "DISABLED",
    } })
}
