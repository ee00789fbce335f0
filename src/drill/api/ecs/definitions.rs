//! Task definitions: list, describe, deregister, and tags of things.

use serde_json::{Map, Value, json};

use super::{
    super::{
        AwsError,
        input::Input,
        page::{Paging, page},
    },
    clusters, services,
};
use crate::drill::{
    time::{wire, wire_option},
    world::{TaskDefinition, World},
};

fn status(world: &World, definition: &TaskDefinition) -> &'static str {
    if definition.active(world.now) {
        "ACTIVE"
    } else {
        "INACTIVE"
    }
}

const ABSENT: &str = "Unable to describe task definition.";

pub(super) fn list(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let known = ["ACTIVE", "INACTIVE", "DELETE_IN_PROGRESS"];
    let wanted = input.one_of("status", &known)?.unwrap_or("ACTIVE");
    let sort = input.one_of("sort", &["ASC", "DESC"])?.unwrap_or("ASC");
    // AWS takes the prefix for the whole name of a family.
    let family = input.text("familyPrefix");
    let mut all: Vec<&TaskDefinition> = world
        .families
        .iter()
        .filter(|(name, _)| family.is_none_or(|family| family == *name))
        .flat_map(|(_, definitions)| definitions)
        .filter(|it| it.registered_at <= world.now && status(world, it) == wanted)
        .collect();
    if sort == "DESC" {
        all.reverse();
    }
    let all = all.into_iter().map(|it| it.arn.clone()).collect();
    let list = format!("definitions {} {wanted} {sort}", family.unwrap_or_default());
    let page = page(all, input, Paging::lower(100, 100), &list, world.chance)?;
    Ok(json!({ "taskDefinitionArns": page.items, "nextToken": page.next }))
}

pub(super) fn families(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let known = ["ACTIVE", "INACTIVE", "ALL"];
    let wanted = input.one_of("status", &known)?.unwrap_or("ALL");
    let prefix = input.text("familyPrefix").unwrap_or_default();
    // A family is as alive as its revisions; one that has none yet is not there.
    let fits = |definitions: &[TaskDefinition]| {
        let mut registered = definitions.iter().filter(|it| it.registered_at <= world.now);
        match wanted {
            "ACTIVE" => registered.any(|it| it.active(world.now)),
            "INACTIVE" => {
                let all: Vec<_> = registered.collect();
                !all.is_empty() && !all.iter().any(|it| it.active(world.now))
            }
            _ => registered.next().is_some(),
        }
    };
    let all = world
        .families
        .iter()
        .filter(|(name, definitions)| name.starts_with(prefix) && fits(definitions))
        .map(|(name, _)| name.clone())
        .collect();
    let list = format!("families {wanted}");
    let page = page(all, input, Paging::lower(100, 100), &list, world.chance)?;
    Ok(json!({ "families": page.items, "nextToken": page.next }))
}

pub(super) fn describe(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let definition = super::definition(world, input.required("taskDefinition")?, ABSENT)?;
    let mut answer = json!({ "taskDefinition": shown(world, definition) });
    if super::wants(input, "TAGS") {
        answer["tags"] = definition.tags.clone();
    }
    Ok(answer)
}

pub(super) fn shown(world: &World, definition: &TaskDefinition) -> Value {
    let mut fields = Map::new();
    fields.insert("taskDefinitionArn".to_owned(), json!(definition.arn));
    fields.extend(definition.body.as_object().cloned().unwrap_or_default());
    let ours = json!({
        "family": definition.family,
        "revision": definition.revision,
        "status": status(world, definition),
        "requiresAttributes": [
            { "name": "com.amazonaws.ecs.capability.logging-driver.awslogs" },
            { "name": "com.amazonaws.ecs.capability.ecr-auth" },
            { "name": "ecs.capability.task-eni" },
        ],
        "compatibilities": if for_fargate(&definition.body) { json!(["EC2", "FARGATE"]) } else { json!(["EC2"]) },
        "registeredAt": wire(definition.registered_at),
        "registeredBy": definition.registered_by,
        "deregisteredAt": wire_option(definition.deregistered_at.filter(|at| *at <= world.now)),
    });
    fields.extend(ours.as_object().cloned().unwrap_or_default());
    Value::Object(fields)
}

/// Whether a definition asks to run on Fargate.
fn for_fargate(body: &Value) -> bool {
    Input::new(body)
        .texts("requiresCompatibilities")
        .iter()
        .any(|it| it == "FARGATE")
}

pub(super) fn deregister(world: &mut World, input: Input<'_>) -> Result<Value, AwsError> {
    let name = input.required("taskDefinition")?;
    if !name.rsplit('/').next().is_some_and(|last| last.contains(':')) {
        return Err(AwsError::client("Revision is missing."));
    }
    let found = super::definition(world, name, ABSENT)?;
    let (family, revision, now) = (found.family.clone(), found.revision, world.now);
    let definition = world
        .families
        .get_mut(&family)
        .and_then(|all| all.iter_mut().find(|it| it.revision == revision))
        .ok_or_else(|| AwsError::client(ABSENT))?;
    if definition.active(now) {
        definition.deregistered_at = Some(now);
    }
    let definition = definition.clone();
    Ok(json!({ "taskDefinition": shown(world, &definition) }))
}

pub(super) fn tags(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let arn = input.required("resourceArn")?;
    if !arn.starts_with("arn:aws:ecs:") {
        return Err(AwsError::parameter("The specified resource ARN is invalid."));
    }
    let services = || world.services.iter();
    let service = services().find(|it| it.arn == arn).map(services::service_tags);
    let cluster = world.clusters.iter().find(|it| it.arn == arn);
    let task = services()
        .find(|it| it.tasks.iter().any(|task| task.arn == arn))
        .map(services::task_tags);
    let tags = service
        .or_else(|| cluster.map(clusters::tags))
        .or(task)
        .or_else(|| world.task_definition(arn).map(|it| it.tags.clone()))
        .ok_or_else(|| AwsError::parameter("The specified resource was not found."))?;
    Ok(json!({ "tags": tags }))
}
