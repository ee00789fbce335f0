//! Task definitions: list, describe, register, deregister, and tags of things.

use serde_json::{Map, Value, json};

use super::{
    super::{
        AwsError,
        input::Input,
        page::{Paging, page},
    },
    services,
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

pub(super) fn list(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let wanted = input.text("status").unwrap_or("ACTIVE");
    // AWS takes the prefix for the whole name of a family.
    let family = input.text("familyPrefix");
    let mut all: Vec<&TaskDefinition> = world
        .families
        .iter()
        .filter(|(name, _)| family.is_none_or(|family| family == *name))
        .flat_map(|(_, definitions)| definitions)
        .filter(|it| it.registered_at <= world.now && status(world, it) == wanted)
        .collect();
    match input.text("sort").unwrap_or("ASC") {
        "ASC" => {}
        "DESC" => all.reverse(),
        other => return Err(AwsError::parameter(format!("Invalid sort order {other}."))),
    }
    let all = all.into_iter().map(|it| it.arn.clone()).collect();
    let list = format!("definitions {}", family.unwrap_or_default());
    let page = page(all, input, Paging::lower(100, 100), &list, world.chance)?;
    Ok(json!({ "taskDefinitionArns": page.items, "nextToken": page.next }))
}

pub(super) fn families(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let prefix = input.text("familyPrefix").unwrap_or_default();
    let all = world
        .families
        .keys()
        .filter(|name| name.starts_with(prefix))
        .cloned()
        .collect();
    let page = page(all, input, Paging::lower(100, 100), "families", world.chance)?;
    Ok(json!({ "families": page.items, "nextToken": page.next }))
}

pub(super) fn describe(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let definition = world
        .task_definition(input.required("taskDefinition")?)
        .ok_or_else(|| AwsError::client("Unable to describe task definition."))?;
    let mut answer = json!({ "taskDefinition": shown(world, definition) });
    if super::wants_tags(input) {
        answer["tags"] = definition.tags.clone();
    }
    Ok(answer)
}

fn shown(world: &World, definition: &TaskDefinition) -> Value {
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
        "compatibilities": ["EC2", "FARGATE"],
        "registeredAt": wire(definition.registered_at),
        "registeredBy": definition.registered_by,
        "deregisteredAt": wire_option(definition.deregistered_at.filter(|at| *at <= world.now)),
    });
    fields.extend(ours.as_object().cloned().unwrap_or_default());
    Value::Object(fields)
}

/// Fields of the input that become part of the definition.
const KEPT: [&str; 13] = [
    "containerDefinitions",
    "taskRoleArn",
    "executionRoleArn",
    "networkMode",
    "volumes",
    "placementConstraints",
    "requiresCompatibilities",
    "cpu",
    "memory",
    "runtimePlatform",
    "ephemeralStorage",
    "pidMode",
    "ipcMode",
];

pub(super) fn register(world: &mut World, input: Input<'_>) -> Result<Value, AwsError> {
    let family = input.text("family").unwrap_or_default().to_owned();
    let named = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    if family.is_empty() || family.len() > 255 || !family.chars().all(named) {
        return Err(AwsError::client("Family contains invalid characters."));
    }
    let containers = input.items("containerDefinitions");
    if containers.is_empty() {
        return Err(AwsError::client("Container list cannot be empty."));
    }
    for container in containers {
        let container = Input::new(container);
        if container.text("name").is_none_or(str::is_empty)
            || container.text("image").is_none_or(str::is_empty)
        {
            return Err(AwsError::client(
                "Container.name and Container.image should not be null or empty.",
            ));
        }
    }
    let mut body = json!({ "volumes": [], "placementConstraints": [], "networkMode": "awsvpc" });
    for name in KEPT {
        if let Some(value) = input.field(name) {
            body[name] = value.clone();
        }
    }
    let revision = world
        .families
        .get(&family)
        .and_then(|all| all.last())
        .map_or(1, |last| last.revision + 1);
    let definition = TaskDefinition {
        arn: format!(
            "arn:aws:ecs:{}:{}:task-definition/{family}:{revision}",
            world.region, world.account
        ),
        family: family.clone(),
        revision,
        registered_at: world.now,
        registered_by: world.caller_arn(),
        deregistered_at: None,
        body,
        tags: input.field("tags").cloned().unwrap_or_else(|| json!([])),
    };
    let answer = json!({ "taskDefinition": shown(world, &definition), "tags": definition.tags });
    world.families.entry(family).or_default().push(definition);
    Ok(answer)
}

pub(super) fn deregister(world: &mut World, input: Input<'_>) -> Result<Value, AwsError> {
    let name = input.required("taskDefinition")?;
    let is_revision = name.rsplit('/').next().is_some_and(|last| last.contains(':'));
    let found = world.task_definition(name).filter(|_| is_revision);
    let found = found.ok_or_else(|| AwsError::client("Unable to describe task definition."))?;
    let (family, revision, now) = (found.family.clone(), found.revision, world.now);
    let definition = world
        .families
        .get_mut(&family)
        .and_then(|all| all.iter_mut().find(|it| it.revision == revision));
    let definition = definition.ok_or_else(|| AwsError::client("Unable to describe task definition."))?;
    if definition.active(now) {
        definition.deregistered_at = Some(now);
    }
    let definition = definition.clone();
    Ok(json!({ "taskDefinition": shown(world, &definition) }))
}

pub(super) fn tags(world: &World, input: Input<'_>) -> Result<Value, AwsError> {
    let arn = input.required("resourceArn")?;
    let service = world
        .services
        .iter()
        .find(|it| it.arn == arn)
        .map(services::service_tags);
    let tags = service.or_else(|| world.task_definition(arn).map(|it| it.tags.clone()));
    let tags = tags.ok_or_else(|| AwsError::parameter("The specified resource was not found."))?;
    Ok(json!({ "tags": tags }))
}
