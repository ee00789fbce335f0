//! UpdateService: a new task definition, a forced deployment, another number of tasks, how the service is deployed.
//! Other settings are ignored.

use serde_json::{Value, json};

use super::super::{AwsError, input::Input};
use crate::drill::{
    scenario::Controller,
    world::{Service, World},
};

pub(super) fn update(world: &mut World, input: Input<'_>) -> Result<Value, AwsError> {
    let cluster = super::cluster(world, input)?;
    let service = super::service(world, cluster, input.required("service")?)?;
    refuse_foreign(world.services[service].controller, input)?;
    let primary = world.services[service].deployments.first();
    let runs = primary.map(|it| {
        world.services[service].revisions[it.revision]
            .task_definition
            .clone()
    });
    let wanted = match input.text("taskDefinition") {
        None => runs.clone(),
        Some(name) => {
            let definition = super::definition(world, name, "TaskDefinition not found.")?;
            if !definition.active(world.now) {
                return Err(AwsError::client("TaskDefinition is inactive"));
            }
            Some(definition.arn.clone())
        }
    };
    let whole = |number: Option<i64>, most: u32, refusal: &'static str| match number {
        None => Ok(None),
        Some(number) => u32::try_from(number)
            .ok()
            .filter(|number| *number <= most)
            .map(Some)
            .ok_or_else(|| AwsError::parameter(refusal)),
    };
    let desired = whole(
        input.number("desiredCount"),
        5_000,
        "Desired count must be between 0 and 5000.",
    )?;
    let grace = whole(
        input.number("healthCheckGracePeriodSeconds"),
        i32::MAX as u32,
        "Health check grace period must be between 0 and 2147483647 seconds.",
    )?;
    let configuration = input.inner("deploymentConfiguration");
    let minimum = whole(
        configuration.number("minimumHealthyPercent"),
        100,
        "Deployment minimumHealthyPercent must be between 0 and 100.",
    )?;
    let maximum = whole(
        configuration.number("maximumPercent"),
        200,
        "Deployment maximumPercent must be at most 200.",
    )?;
    let it = &world.services[service];
    let (least, most) = (
        minimum.unwrap_or(it.minimum_percent),
        maximum.unwrap_or(it.maximum_percent),
    );
    if most < 100 || (least == 100 && most == 100) {
        return Err(AwsError::parameter(
            "Deployment maximumPercent must leave room above minimumHealthyPercent.",
        ));
    }
    // Everything is in order: from here on the service changes.
    let it = &mut world.services[service];
    it.grace_s = grace.unwrap_or(it.grace_s);
    (it.minimum_percent, it.maximum_percent) = (least, most);
    set_breaker(it, configuration.inner("deploymentCircuitBreaker"));
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

/// The circuit breaker changes as a whole, and only when it is named.
fn set_breaker(service: &mut Service, breaker: Input<'_>) {
    if breaker.field("enable").is_some() {
        service.breaker = breaker.flag("enable");
        service.breaker_rollback = breaker.flag("rollback");
    }
}

/// What ECS leaves to the controller that deploys the service.
fn refuse_foreign(controller: Controller, input: Input<'_>) -> Result<(), AwsError> {
    let refusal = if input.field("taskDefinition").is_some() {
        controller.refuses_definition()
    } else if input.flag("forceNewDeployment") {
        controller.refuses_force()
    } else {
        None
    };
    refusal.map_or(Ok(()), |refusal| Err(AwsError::parameter(refusal)))
}
