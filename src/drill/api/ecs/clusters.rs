//! ListClusters, DescribeClusters.

use serde_json::{Value, json};

use super::super::{
    AwsError,
    input::Input,
    page::{Paging, page},
};
use crate::drill::world::{TaskState, World};

pub(super) fn list(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let all = world.clusters.iter().map(|cluster| cluster.arn.clone()).collect();
    let page = page(all, input, Paging::lower(100, 100), "clusters", world.chance)?;
    Ok(json!({ "clusterArns": page.items, "nextToken": page.next }))
}

pub(super) fn describe(world: &World, input: Input<'_>) -> Value {
    let mut wanted = input.texts("clusters");
    if wanted.is_empty() {
        wanted.push("default".to_owned());
    }
    let (mut clusters, mut failures) = (Vec::new(), Vec::new());
    for name in wanted {
        let Some(cluster) = world.cluster(&name) else {
            let arn = format!("arn:aws:ecs:{}:{}:cluster/{name}", world.region, world.account);
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
            "tags": [],
            "settings": [{ "name": "containerInsights", "value": "disabled" }],
            "capacityProviders": ["FARGATE", "FARGATE_SPOT"],
            "defaultCapacityProviderStrategy": [],
        }));
    }
    json!({ "clusters": clusters, "failures": failures })
}
