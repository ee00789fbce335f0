//! ListClusters, DescribeClusters.

use serde_json::{Value, json};

use super::super::{
    AwsError,
    input::Input,
    page::{Paging, page},
};
use crate::drill::world::{Cluster, TaskState, World};

pub(super) fn list(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let all = world.clusters.iter().map(|cluster| cluster.arn.clone()).collect();
    let page = page(all, input, Paging::lower(100, 100), "clusters", world.chance)?;
    Ok(json!({ "clusterArns": page.items, "nextToken": page.next }))
}

pub(super) fn describe(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let mut wanted = input.texts("clusters");
    if wanted.len() > 100 {
        return Err(AwsError::parameter("clusters can have at most 100 items."));
    }
    if wanted.is_empty() {
        wanted.push("default".to_owned());
    }
    let (mut clusters, mut failures) = (Vec::new(), Vec::new());
    for name in wanted {
        let Some(cluster) = world.cluster(&name) else {
            let arn = if name.starts_with("arn:") {
                name
            } else {
                format!("arn:aws:ecs:{}:{}:cluster/{name}", world.region, world.account)
            };
            failures.push(super::missing(&arn));
            continue;
        };
        let services: Vec<_> = world
            .services
            .iter()
            .filter(|service| service.cluster == cluster.name)
            .collect();
        let count = |states: &[TaskState]| -> usize {
            services
                .iter()
                .flat_map(|service| &service.tasks)
                .filter(|task| states.contains(&task.state))
                .count()
        };
        clusters.push(json!({
            "clusterArn": cluster.arn,
            "clusterName": cluster.name,
            "status": "ACTIVE",
            "registeredContainerInstancesCount": 0,
            "runningTasksCount": count(&[TaskState::Running]),
            "pendingTasksCount": count(&TaskState::STARTING),
            "activeServicesCount": services.len(),
            "statistics": [],
            "tags": if super::wants(input, "TAGS") { tags(cluster) } else { json!([]) },
            "settings": if super::wants(input, "SETTINGS") {
                json!([{ "name": "containerInsights", "value": "disabled" }])
            } else {
                json!([])
            },
            "capacityProviders": ["FARGATE", "FARGATE_SPOT"],
            "defaultCapacityProviderStrategy": [],
        }));
    }
    Ok(json!({ "clusters": clusters, "failures": failures }))
}

/// Tags of a cluster.
pub(super) fn tags(cluster: &Cluster) -> Value {
    json!([{ "key": "environment", "value": cluster.environment }])
}
