//! ECS, API version 2014-11-13.

mod clusters;
mod definitions;
mod deployments;
mod register;
mod services;
mod task_sets;
mod tasks;
mod update;

use serde_json::Value;

use super::{AwsError, input::Input};
use crate::drill::world::{Cluster, TaskDefinition, World};

pub(super) fn answer(world: &mut World, operation: &str, input: Input<'_>) -> Result<Value, AwsError> {
    match operation {
        "ListClusters" => clusters::list(world, input),
        "DescribeClusters" => clusters::describe(world, input),
        "ListServices" => services::list(world, input),
        "DescribeServices" => services::describe(world, input),
        "ListServiceDeployments" => deployments::list(world, input),
        "DescribeServiceDeployments" => deployments::describe(world, input),
        "DescribeServiceRevisions" => deployments::describe_revisions(world, input),
        "StopServiceDeployment" => deployments::stop(world, input),
        "ContinueServiceDeployment" => deployments::go_on(world, input),
        "ListTasks" => tasks::list(world, input),
        "DescribeTasks" => tasks::describe(world, input),
        "ListTaskDefinitions" => definitions::list(world, input),
        "ListTaskDefinitionFamilies" => definitions::families(world, input),
        "DescribeTaskDefinition" => definitions::describe(world, input),
        "RegisterTaskDefinition" => register::register(world, input),
        "DeregisterTaskDefinition" => definitions::deregister(world, input),
        "UpdateService" => update::update(world, input),
        "ListTagsForResource" => definitions::tags(world, input),
        _ => Err(AwsError::unknown_operation(operation)),
    }
}

/// The cluster that an input names; left out, it is the one called `default`.
fn cluster<'w>(world: &'w World, input: Input<'_>) -> Result<&'w Cluster, AwsError> {
    world
        .cluster(input.text("cluster").unwrap_or("default"))
        .ok_or_else(AwsError::no_cluster)
}

/// Index of the service that an input's field names, in a cluster.
fn service(world: &World, cluster: &Cluster, wanted: &str) -> Result<usize, AwsError> {
    world
        .service(&cluster.name, wanted)
        .ok_or_else(AwsError::no_service)
}

/// Whether an input asks for something that is left out otherwise.
fn wants(input: Input<'_>, what: &str) -> bool {
    input.texts("include").iter().any(|wish| wish == what)
}

/// Whether a filter on the launch type leaves the drill's services and tasks, which are all on Fargate.
fn launched(input: Input<'_>) -> Result<bool, AwsError> {
    let known = ["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"];
    let wish = input.one_of("launchType", &known)?;
    Ok(wish.is_none_or(|wish| wish == "FARGATE"))
}

/// The task definition that a name in an input means; `absent` is what ECS says when there is none.
fn definition<'w>(
    world: &'w World,
    name: &str,
    absent: &'static str,
) -> Result<&'w TaskDefinition, AwsError> {
    let last = name.rsplit('/').next().unwrap_or(name);
    if let Some((_, number)) = last.split_once(':')
        && number.parse::<u32>().is_err()
    {
        return Err(AwsError::parameter(format!(
            "Invalid revision number. Number: {number}"
        )));
    }
    world
        .task_definition(name)
        .ok_or_else(|| AwsError::client(absent))
}

/// The usual entry for something that is not there.
fn missing(arn: &str) -> Value {
    serde_json::json!({ "arn": arn, "reason": "MISSING" })
}
