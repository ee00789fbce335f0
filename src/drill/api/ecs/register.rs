//! RegisterTaskDefinition: what ECS refuses, what it keeps of an input, and what it fills in.

use serde_json::{Map, Value, json};

use super::{
    super::{AwsError, input::Input},
    definitions,
};
use crate::drill::world::{TaskDefinition, World};

/// Fields of the input that become part of the definition; others are ignored.
const KEPT: [&str; 16] = [
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
    "proxyConfiguration",
    "inferenceAccelerators",
    "enableFaultInjection",
];

/// Fields of a container that are kept; others are ignored.
const KEPT_OF_CONTAINER: [&str; 42] = [
    "name",
    "image",
    "repositoryCredentials",
    "cpu",
    "memory",
    "memoryReservation",
    "links",
    "portMappings",
    "essential",
    "restartPolicy",
    "entryPoint",
    "command",
    "environment",
    "environmentFiles",
    "mountPoints",
    "volumesFrom",
    "linuxParameters",
    "secrets",
    "dependsOn",
    "startTimeout",
    "stopTimeout",
    "versionConsistency",
    "hostname",
    "user",
    "workingDirectory",
    "disableNetworking",
    "privileged",
    "readonlyRootFilesystem",
    "dnsServers",
    "dnsSearchDomains",
    "extraHosts",
    "dockerSecurityOptions",
    "interactive",
    "pseudoTerminal",
    "dockerLabels",
    "ulimits",
    "logConfiguration",
    "healthCheck",
    "systemControls",
    "resourceRequirements",
    "firelensConfiguration",
    "credentialSpecs",
];

pub(super) fn register(world: &mut World, input: Input<'_>) -> Result<Value, AwsError> {
    let family = input.text("family").unwrap_or_default().to_owned();
    let named = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    if family.is_empty() || family.len() > 255 || !family.chars().all(named) {
        return Err(AwsError::client("Family contains invalid characters."));
    }
    let mut containers = Vec::new();
    for given in input.items("containerDefinitions") {
        let container = container(Input::new(given), input.text("networkMode"))?;
        if containers
            .iter()
            .any(|it: &Value| it["name"] == container["name"])
        {
            return Err(AwsError::client("Container names should be unique."));
        }
        containers.push(container);
    }
    if containers.is_empty() {
        return Err(AwsError::client("Container list cannot be empty."));
    }
    if !containers.iter().any(|it| it["essential"] == true) {
        return Err(AwsError::client(
            "All containers cannot be non-essential. At least one of the containers must be essential.",
        ));
    }
    let mut body = json!({ "volumes": [], "placementConstraints": [] });
    for name in KEPT {
        if let Some(value) = input.field(name) {
            body[name] = value.clone();
        }
    }
    body["containerDefinitions"] = json!(containers);
    if input
        .texts("requiresCompatibilities")
        .iter()
        .any(|it| it == "FARGATE")
    {
        check_fargate(input)?;
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
    let mut answer = json!({ "taskDefinition": definitions::shown(world, &definition) });
    if input.field("tags").is_some() {
        answer["tags"] = definition.tags.clone();
    }
    world.families.entry(family).or_default().push(definition);
    Ok(answer)
}

/// A container as ECS keeps it: known fields, and the defaults filled in.
fn container(given: Input<'_>, network: Option<&str>) -> Result<Value, AwsError> {
    let present = |name: &str| given.text(name).is_some_and(|text| !text.is_empty());
    if !present("name") || !present("image") {
        return Err(AwsError::client(
            "Container.name and Container.image should not be null or empty.",
        ));
    }
    let mut kept = Map::new();
    for name in KEPT_OF_CONTAINER {
        if let Some(value) = given.field(name) {
            kept.insert(name.to_owned(), value.clone());
        }
    }
    for (name, value) in [("cpu", json!(0)), ("essential", json!(true))] {
        kept.entry(name).or_insert(value);
    }
    for name in [
        "environment",
        "mountPoints",
        "volumesFrom",
        "portMappings",
        "systemControls",
    ] {
        kept.entry(name).or_insert_with(|| json!([]));
    }
    let mappings = kept.get_mut("portMappings").and_then(Value::as_array_mut);
    for mapping in mappings.into_iter().flatten().filter_map(Value::as_object_mut) {
        mapping.entry("protocol").or_insert(json!("tcp"));
        // In awsvpc the task has an address of its own, so both ports are one.
        if network == Some("awsvpc")
            && let Some(port) = mapping.get("containerPort").cloned()
        {
            mapping.entry("hostPort").or_insert(port);
        }
    }
    Ok(Value::Object(kept))
}

/// What Fargate asks of a definition.
fn check_fargate(input: Input<'_>) -> Result<(), AwsError> {
    if input.text("networkMode") != Some("awsvpc") {
        return Err(AwsError::client("Fargate only supports network mode ‘awsvpc’."));
    }
    let size = |name: &str, unit: &str| match input.text(name) {
        Some(text) => Ok(units(text, unit)),
        None => Err(AwsError::client(format!(
            "Fargate requires that '{name}' be defined at the task level."
        ))),
    };
    if !sizes_fit(size("cpu", "vCPU")?, size("memory", "GB")?) {
        return Err(AwsError::client(
            "No Fargate configuration exists for given values.",
        ));
    }
    Ok(())
}

/// A size as a plain number, or in thousands of 1024 with its unit (`1024`, `1 vCPU`, `.5 vCPU`, `2GB`); 0 when it is none.
fn units(text: &str, unit: &str) -> i64 {
    let large = text.to_ascii_lowercase();
    match large.strip_suffix(&unit.to_ascii_lowercase()) {
        Some(number) => number
            .trim()
            .parse::<f64>()
            .map_or(0, |number| (number * 1024.0) as i64),
        None => text.trim().parse().unwrap_or(0),
    }
}

/// Whether Fargate has tasks of that many CPU units and that much memory in MiB (developer guide, "Task CPU and memory").
fn sizes_fit(cpu: i64, memory: i64) -> bool {
    let (least, most, step) = match cpu {
        256 => return [512, 1024, 2048].contains(&memory),
        512 => (1024, 4096, 1024),
        1024 => (2048, 8192, 1024),
        2048 => (4096, 16_384, 1024),
        4096 => (8192, 30_720, 1024),
        8192 => (16_384, 61_440, 4096),
        16_384 => (32_768, 122_880, 8192),
        _ => return false,
    };
    (least..=most).contains(&memory) && (memory - least) % step == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fargate_has_some_sizes_and_not_others() {
        for (cpu, memory) in [
            (256, 512),
            (512, 1024),
            (512, 4096),
            (1024, 3072),
            (4096, 30_720),
            (16_384, 122_880),
        ] {
            assert!(sizes_fit(cpu, memory), "{cpu} {memory}");
        }
        for (cpu, memory) in [
            (256, 896),
            (512, 896),
            (512, 8192),
            (100, 512),
            (8192, 17_408),
            (0, 0),
            (1024, -1024),
        ] {
            assert!(!sizes_fit(cpu, memory), "{cpu} {memory}");
        }
    }

    #[test]
    fn sizes_are_read_with_and_without_a_unit() {
        for (text, unit, size) in [
            ("512", "vCPU", 512),
            (".5 vCPU", "vCPU", 512),
            ("2GB", "GB", 2048),
            ("much", "GB", 0),
        ] {
            assert_eq!(units(text, unit), size, "{text}");
        }
    }

    #[test]
    fn a_container_is_kept_with_its_defaults_and_without_strangers() {
        let given = json!({
            "name": "app", "image": "app:1", "portMappings": [{ "containerPort": 3000 }], "fromTheFuture": { "a": 1 },
        });
        assert_eq!(
            container(Input::new(&given), Some("awsvpc")),
            Ok(json!({
                "name": "app", "image": "app:1", "cpu": 0, "essential": true, "environment": [], "mountPoints": [],
                "volumesFrom": [], "systemControls": [],
                "portMappings": [{ "containerPort": 3000, "hostPort": 3000, "protocol": "tcp" }],
            }))
        );
        assert!(container(Input::new(&json!({ "name": "app" })), None).is_err());
    }
}
