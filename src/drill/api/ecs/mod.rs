//! ECS, API version 2014-11-13.

mod clusters;
mod definitions;
mod deployments;
mod services;
mod tasks;
mod update;

use serde_json::Value;

use super::{AwsError, input::Input};
use crate::drill::world::{Cluster, World};

pub(super) fn answer(world: &mut World, operation: &str, input: Input<'_>) -> Result<Value, AwsError> {
    match operation {
        "ListClusters" => clusters::list(world, input),
        "DescribeClusters" => Ok(clusters::describe(world, input)),
        "ListServices" => services::list(world, input),
        "DescribeServices" => services::describe(world, input),
        "ListServiceDeployments" => deployments::list(world, input),
        "DescribeServiceDeployments" => deployments::describe(world, input),
        "DescribeServiceRevisions" => deployments::describe_revisions(world, input),
        "StopServiceDeployment" => deployments::stop(world, input),
        "ListTasks" => tasks::list(world, input),
        "DescribeTasks" => tasks::describe(world, input),
        "ListTaskDefinitions" => definitions::list(world, input),
        "ListTaskDefinitionFamilies" => definitions::families(world, input),
        "DescribeTaskDefinition" => definitions::describe(world, input),
        "RegisterTaskDefinition" => definitions::register(world, input),
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
        .ok_or_else(|| AwsError::new("ClusterNotFoundException", "Cluster not found."))
}

/// Whether an input asks for tags.
fn wants_tags(input: Input<'_>) -> bool {
    input.texts("include").iter().any(|wish| wish == "TAGS")
}

/// The usual entry for something that is not there.
fn missing(arn: &str) -> Value {
    serde_json::json!({ "arn": arn, "reason": "MISSING" })
}
