//! `taskSets` of a service that CodeDeploy or another controller deploys. ECS shows no deployments and keeps no service
//! deployments for it (ECS API reference, `TaskSet`).

use serde_json::{Value, json};

use super::services;
use crate::drill::{
    scenario::Controller,
    time::wire,
    world::{Deployment, Service, TaskState, World},
};

/// The task sets that have tasks left, the one with the traffic first.
pub(super) fn shown(world: &World, service: &Service) -> Vec<Value> {
    let mut sets: Vec<Value> = service
        .deployments
        .iter()
        .filter(|it| is_primary(service, it) || standing(service, it) > 0)
        .map(|it| set(world, service, it))
        .collect();
    sets.sort_by_key(|set| set["status"] != "PRIMARY");
    sets
}

/// The deployment whose task set has the production traffic.
pub(super) fn primary(service: &Service) -> Option<&Deployment> {
    service.deployments.iter().find(|it| is_primary(service, it))
}

fn is_primary(service: &Service, deployment: &Deployment) -> bool {
    let weights = &service.production;
    weights
        .iter()
        .any(|(revision, percent)| *revision == deployment.revision && *percent >= 100.0)
}

fn standing(service: &Service, deployment: &Deployment) -> usize {
    let tasks = service.tasks.iter();
    let ours = tasks.filter(|task| task.deployment == deployment.id);
    ours.filter(|task| task.stopped_at.is_none()).count()
}

fn set(world: &World, service: &Service, deployment: &Deployment) -> Value {
    let ours = || {
        service
            .tasks
            .iter()
            .filter(|task| task.deployment == deployment.id)
    };
    let count = |states: &[TaskState]| ours().filter(|task| states.contains(&task.state)).count();
    let running = count(&[TaskState::Running]);
    let pending = count(&TaskState::STARTING);
    let revision = &service.revisions[deployment.revision];
    let primary = is_primary(service, deployment);
    let draining = !primary && running + pending == 0;
    let wanted = if draining { 0 } else { service.desired as usize };
    let (started_by, external_id) = match service.controller {
        Controller::Ecs | Controller::External => (None, None),
        Controller::CodeDeploy => {
            let number = deployment.service_deployment as u64;
            let id = world
                .chance
                .hex(&format!("codedeploy {}", service.arn), number, 9);
            (Some("CODE_DEPLOY"), Some(format!("d-{}", id.to_uppercase())))
        }
    };
    json!({
        "id": deployment.id,
        "taskSetArn": format!(
            "{}/{}", service.arn.replace(":service/", ":task-set/"), deployment.id
        ),
        "serviceArn": service.arn,
        "clusterArn": service.cluster_arn,
        "startedBy": started_by,
        "externalId": external_id,
        "status": match (primary, draining) {
            (true, _) => "PRIMARY",
            (false, false) => "ACTIVE",
            (false, true) => "DRAINING",
        },
        "taskDefinition": revision.task_definition,
        "computedDesiredCount": wanted,
        "pendingCount": pending,
        "runningCount": running,
        "createdAt": wire(deployment.created_at),
        "updatedAt": wire(deployment.updated_at),
        "launchType": "FARGATE",
        "platformVersion": "1.4.0",
        "platformFamily": "Linux",
        "networkConfiguration": services::network(),
        "loadBalancers": [{
            "targetGroupArn": service.balancer.group(revision.side).arn,
            "containerName": service.container,
            "containerPort": service.port,
        }],
        "serviceRegistries": [],
        "scale": { "value": 100.0, "unit": "PERCENT" },
        "stabilityStatus": if running == wanted && pending == 0 { "STEADY_STATE" } else { "STABILIZING" },
        "stabilityStatusAt": wire(world.now),
        "tags": [],
    })
}
