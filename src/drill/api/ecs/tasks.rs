//! ListTasks, DescribeTasks.

use serde_json::{Value, json};

use super::super::{
    AwsError,
    input::Input,
    page::{Paging, page},
};
use crate::drill::{
    time::{seconds, wire, wire_option},
    world::{Service, Task, TaskState, World},
};

/// Stopped tasks can be described for an hour.
fn remembered(world: &World, task: &Task) -> bool {
    task.stopped_at.is_none_or(|at| seconds(at, world.now) < 3_600.0)
}

fn desired_status(task: &Task) -> &'static str {
    if task.state.wanted() { "RUNNING" } else { "STOPPED" }
}

pub(super) fn list(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let cluster = super::cluster(world, input)?;
    let only = match input.text("serviceName") {
        None => None,
        Some(name) => Some(super::service(world, cluster, name)?),
    };
    let known = ["RUNNING", "PENDING", "STOPPED"];
    let status = input.one_of("desiredStatus", &known)?.unwrap_or("RUNNING");
    // Fargate has no container instances, so a filter on one leaves nothing.
    let shown = super::launched(input)? && input.text("containerInstance").is_none();
    let all = world
        .services
        .iter()
        .enumerate()
        .filter(|(index, service)| service.cluster == cluster.name && only.is_none_or(|only| only == *index))
        .flat_map(|(_, service)| service.tasks.iter().map(move |task| (service, task)))
        .filter(|(_, task)| shown && remembered(world, task) && desired_status(task) == status)
        .filter(|(_, task)| input.text("startedBy").is_none_or(|by| task.deployment == by))
        .filter(|(service, task)| {
            input
                .text("family")
                .is_none_or(|family| service.revisions[task.revision].family == family)
        })
        .map(|(_, task)| task.arn.clone())
        .collect();
    let page = page(
        all,
        input,
        Paging::lower(100, 100),
        &format!("tasks {} {status}", cluster.name),
        world.chance,
    )?;
    Ok(json!({ "taskArns": page.items, "nextToken": page.next }))
}

pub(super) fn describe(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let cluster = super::cluster(world, input)?;
    let wanted = input.texts("tasks");
    if wanted.is_empty() {
        return Err(AwsError::parameter("Tasks cannot be empty."));
    }
    if wanted.len() > 100 {
        return Err(AwsError::parameter("tasks can have at most 100 items."));
    }
    let tagged = super::wants(input, "TAGS");
    let (mut tasks, mut failures) = (Vec::new(), Vec::new());
    for name in wanted {
        let found = world
            .services
            .iter()
            .filter(|service| service.cluster == cluster.name)
            .flat_map(|service| service.tasks.iter().map(move |task| (service, task)))
            .find(|(_, task)| (task.arn == name || task.id == name) && remembered(world, task));
        match found {
            Some((service, task)) => {
                let tags = if tagged {
                    super::services::task_tags(service)
                } else {
                    json!([])
                };
                tasks.push(shown(world, service, task, &tags));
            }
            None if name.starts_with("arn:") => failures.push(super::missing(&name)),
            None => {
                let arn = format!("{}/{name}", cluster.arn.replace(":cluster/", ":task/"));
                failures.push(super::missing(&arn));
            }
        }
    }
    Ok(json!({ "tasks": tasks, "failures": failures }))
}

fn shown(world: &World, service: &Service, task: &Task, tags: &Value) -> Value {
    let revision = &service.revisions[task.revision];
    let definition = world
        .task_definition(&revision.task_definition)
        .map(|it| &it.body);
    let size = |name: &str| definition.map(|body| body[name].clone()).unwrap_or_default();
    let chance = world.chance;
    let attachment = chance.uuid("attachment", task.serial);
    let connected = matches!(task.state, TaskState::Running | TaskState::Deactivating);
    let interface = json!([{
        "attachmentId": attachment, "privateIpv4Address": task.address,
    }]);
    let containers: Vec<Value> = revision
        .images
        .iter()
        .enumerate()
        .map(|(number, image)| {
            let id = chance.uuid(&format!("container {number}"), task.serial);
            json!({
                "containerArn": format!("{}/{id}", task.arn.replace(":task/", ":container/")),
                "taskArn": task.arn,
                "name": image.container,
                "image": image.image,
                "imageDigest": if task.started_at.is_some() { image.digest.clone() } else { None },
                "runtimeId": task.started_at.map(|_| format!("{}-{number}", task.id)),
                "lastStatus": match task.state {
                    TaskState::Running | TaskState::Deactivating | TaskState::Stopping => "RUNNING",
                    TaskState::Provisioning | TaskState::Pending | TaskState::Activating => "PENDING",
                    TaskState::Deprovisioning | TaskState::Stopped => "STOPPED",
                },
                "exitCode": if number == 0 { task.exit_code } else { None },
                "reason": match (number, task.container_reason, task.started_at) {
                    (0, Some(reason), _) => Some(reason.to_owned()),
                    (_, _, None) => task.stop_reason.clone(),
                    (_, _, Some(_)) => None,
                },
                "networkBindings": [],
                "networkInterfaces": interface,
                "healthStatus": "UNKNOWN",
                "cpu": "0",
            })
        })
        .collect();
    json!({
        "attachments": [{
            "id": attachment,
            "type": "ElasticNetworkInterface",
            "status": if task.stopped_at.is_some() { "DELETED" } else { "ATTACHED" },
            "details": [{ "name": "privateIPv4Address", "value": task.address }],
        }],
        "attributes": [{ "name": "ecs.cpu-architecture", "value": "x86_64" }],
        "availabilityZone": task.zone,
        "clusterArn": service.cluster_arn,
        "connectivity": if connected { json!("CONNECTED") } else { Value::Null },
        "containers": containers,
        "cpu": size("cpu"),
        "createdAt": wire(task.created_at),
        "desiredStatus": desired_status(task),
        "enableExecuteCommand": false,
        "group": format!("service:{}", service.name),
        "healthStatus": "UNKNOWN",
        "lastStatus": task.state.name(),
        "launchType": "FARGATE",
        "memory": size("memory"),
        "overrides": { "containerOverrides": [], "inferenceAcceleratorOverrides": [] },
        "platformVersion": "1.4.0",
        "platformFamily": "Linux",
        "pullStartedAt": wire_option(task.pulled_at),
        "pullStoppedAt": wire_option(task.pulled_at),
        "startedAt": wire_option(task.started_at),
        "startedBy": task.deployment,
        "stopCode": task.stop_code,
        "stoppedAt": wire_option(task.stopped_at),
        "stoppedReason": task.stop_reason,
        "stoppingAt": wire_option(task.stopping_at),
        "tags": tags,
        "taskArn": task.arn,
        "taskDefinitionArn": revision.task_definition,
        "version": 1,
    })
}
