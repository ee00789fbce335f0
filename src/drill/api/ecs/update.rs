//! UpdateService: a new task definition, a forced deployment, another number of tasks. Other settings are ignored.

use serde_json::{Value, json};

use super::super::{AwsError, input::Input};
use crate::drill::world::World;

pub(super) fn update(world: &mut World, input: Input<'_>) -> Result<Value, AwsError> {
    let cluster = super::cluster(world, input)?.name.clone();
    let service = world
        .service(&cluster, input.required("service")?)
        .ok_or_else(|| AwsError::new("ServiceNotFoundException", "Service not found."))?;
    let primary = world.services[service].deployments.first();
    let runs = primary.map(|it| {
        world.services[service].revisions[it.revision]
            .task_definition
            .clone()
    });
    let wanted = match input.text("taskDefinition") {
        None => runs.clone(),
        Some(name) => {
            let definition = world
                .task_definition(name)
                .ok_or_else(|| AwsError::client("Unable to describe task definition."))?;
            if !definition.active(world.now) {
                return Err(AwsError::client("TaskDefinition is inactive"));
            }
            Some(definition.arn.clone())
        }
    };
    let desired = match input.number("desiredCount") {
        None => None,
        Some(number) => Some(
            u32::try_from(number)
                .ok()
                .filter(|number| *number <= 5_000)
                .ok_or_else(|| AwsError::parameter("Desired count must be between 0 and 5000."))?,
        ),
    };
    if let Some(desired) = desired {
        world.scale(service, desired);
    }
    // ECS starts a deployment when something is to be deployed: another definition, or the same one by force.
    if let Some(wanted) =
        wanted.filter(|wanted| input.flag("forceNewDeployment") || runs.as_ref() != Some(wanted))
    {
        let who = world.caller.clone();
        world.begin_deployment(service, &wanted, &who);
    }
    Ok(json!({ "service": super::services::shown(world, service, true) }))
}
