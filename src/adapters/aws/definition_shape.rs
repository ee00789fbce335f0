//! What a file with a task definition may say: the SDK's own description of RegisterTaskDefinition, walked beside the file.
//!
//! The SDK reads what it knows and passes over the rest in silence; here a key that it does not know, or a value of the wrong
//! kind, is named with its place, so that a typing error never becomes a setting that was left out.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use aws_sdk_ecs::operation::register_task_definition::RegisterTaskDefinitionInput;
use aws_sdk_ecs::types as sdk;
use serde_json::{Map, Value};

/// Faults that are told at once; the first few show what kind of file it is.
const TOLD: usize = 8;

/// The kind of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Whole,
    Number,
    Truth,
    /// Texts by name.
    Map,
    /// The fields of a structure.
    Fields(&'static str),
    /// A list of texts.
    Texts,
    /// A list of whole numbers.
    Wholes,
    /// A list of structures.
    List(&'static str),
    /// A kind that no field of a task definition has; whatever it is, ECS decides.
    Free,
}

type Fields = BTreeMap<&'static str, Kind>;

/// The name of what a file as a whole is.
const ROOT: &str = "RegisterTaskDefinitionInput";

/// Which structure a field is, or is a list of: the SDK's description says only that it is one.
fn structure_of(parent: &str, field: &str) -> Option<&'static str> {
    Some(match (parent, field) {
        (ROOT, "containerDefinitions") => "ContainerDefinition",
        (ROOT, "volumes") => "Volume",
        (ROOT, "placementConstraints") => "TaskDefinitionPlacementConstraint",
        (ROOT, "tags") => "Tag",
        (ROOT, "proxyConfiguration") => "ProxyConfiguration",
        (ROOT, "inferenceAccelerators") => "InferenceAccelerator",
        (ROOT, "ephemeralStorage") => "EphemeralStorage",
        (ROOT, "runtimePlatform") => "RuntimePlatform",
        ("ContainerDefinition", "repositoryCredentials") => "RepositoryCredentials",
        ("ContainerDefinition", "portMappings") => "PortMapping",
        ("ContainerDefinition", "restartPolicy") => "ContainerRestartPolicy",
        ("ContainerDefinition", "environmentFiles") => "EnvironmentFile",
        ("ContainerDefinition", "mountPoints") => "MountPoint",
        ("ContainerDefinition", "volumesFrom") => "VolumeFrom",
        ("ContainerDefinition", "linuxParameters") => "LinuxParameters",
        ("ContainerDefinition", "dependsOn") => "ContainerDependency",
        ("ContainerDefinition", "extraHosts") => "HostEntry",
        ("ContainerDefinition", "ulimits") => "Ulimit",
        ("ContainerDefinition", "logConfiguration") => "LogConfiguration",
        ("ContainerDefinition", "healthCheck") => "HealthCheck",
        ("ContainerDefinition", "systemControls") => "SystemControl",
        ("ContainerDefinition", "resourceRequirements") => "ResourceRequirement",
        ("ContainerDefinition", "firelensConfiguration") => "FirelensConfiguration",
        ("ContainerDefinition", "environment") | ("ProxyConfiguration", "properties") => "KeyValuePair",
        ("ContainerDefinition", "secrets") | ("LogConfiguration", "secretOptions") => "Secret",
        ("ResourceRequirement", "sharingStrategy") => "SharingStrategy",
        ("SharingStrategy", "nvidiaMps") => "NvidiaMpsAllocation",
        ("Volume", "host") => "HostVolumeProperties",
        ("Volume", "dockerVolumeConfiguration") => "DockerVolumeConfiguration",
        ("Volume", "efsVolumeConfiguration") => "EFSVolumeConfiguration",
        ("Volume", "s3filesVolumeConfiguration") => "S3FilesVolumeConfiguration",
        ("Volume", "fsxWindowsFileServerVolumeConfiguration") => "FSxWindowsFileServerVolumeConfiguration",
        ("LinuxParameters", "capabilities") => "KernelCapabilities",
        ("LinuxParameters", "devices") => "Device",
        ("LinuxParameters", "tmpfs") => "Tmpfs",
        ("EFSVolumeConfiguration", "authorizationConfig") => "EFSAuthorizationConfig",
        ("FSxWindowsFileServerVolumeConfiguration", "authorizationConfig") => {
            "FSxWindowsFileServerAuthorizationConfig"
        }
        _ => return None,
    })
}

/// The SDK's kind of a field, as ours.
fn kind(parent: &str, field: &str, shape: &str, element: Option<&str>) -> Kind {
    match (shape, element) {
        ("String", _) => Kind::Text,
        ("Boolean", _) => Kind::Truth,
        ("Byte" | "Short" | "Integer" | "Long", _) => Kind::Whole,
        ("Float" | "Double", _) => Kind::Number,
        ("Map", _) => Kind::Map,
        ("List", Some("String")) => Kind::Texts,
        ("List", Some("Byte" | "Short" | "Integer" | "Long")) => Kind::Wholes,
        ("List", Some("Structure")) => structure_of(parent, field).map_or(Kind::Free, Kind::List),
        // A union is a structure of which one field is written.
        ("Structure" | "Union", _) => structure_of(parent, field).map_or(Kind::Free, Kind::Fields),
        _ => Kind::Free,
    }
}

/// The fields of structures, by the structures' names, out of the SDK.
macro_rules! fields_of {
    ($($structure:path),* $(,)?) => {{
        let mut all: BTreeMap<&'static str, Fields> = BTreeMap::new();
        $({
            let schema = <$structure>::SCHEMA;
            let parent = schema.shape_id().shape_name();
            let fields = schema.members().iter().filter_map(|member| {
                let field = member.member_name()?;
                let shape = format!("{:?}", member.shape_type());
                let element = member.member().map(|element| format!("{:?}", element.shape_type()));
                Some((field, kind(parent, field, &shape, element.as_deref())))
            });
            all.insert(parent, fields.collect());
        })*
        all
    }};
}

#[expect(
    deprecated,
    reason = "AWS takes no new inference accelerators; a file that names them is refused by ECS and not by us"
)]
static FIELDS: LazyLock<BTreeMap<&'static str, Fields>> = LazyLock::new(|| {
    fields_of![
        RegisterTaskDefinitionInput,
        sdk::ContainerDefinition,
        sdk::Volume,
        sdk::TaskDefinitionPlacementConstraint,
        sdk::Tag,
        sdk::ProxyConfiguration,
        sdk::InferenceAccelerator,
        sdk::EphemeralStorage,
        sdk::RuntimePlatform,
        sdk::RepositoryCredentials,
        sdk::PortMapping,
        sdk::ContainerRestartPolicy,
        sdk::KeyValuePair,
        sdk::EnvironmentFile,
        sdk::MountPoint,
        sdk::VolumeFrom,
        sdk::LinuxParameters,
        sdk::Secret,
        sdk::ContainerDependency,
        sdk::HostEntry,
        sdk::Ulimit,
        sdk::LogConfiguration,
        sdk::HealthCheck,
        sdk::SystemControl,
        sdk::ResourceRequirement,
        sdk::SharingStrategy,
        sdk::NvidiaMpsAllocation,
        sdk::FirelensConfiguration,
        sdk::HostVolumeProperties,
        sdk::DockerVolumeConfiguration,
        sdk::EfsVolumeConfiguration,
        sdk::S3FilesVolumeConfiguration,
        sdk::FSxWindowsFileServerVolumeConfiguration,
        sdk::KernelCapabilities,
        sdk::Device,
        sdk::Tmpfs,
        sdk::EfsAuthorizationConfig,
        sdk::FSxWindowsFileServerAuthorizationConfig,
    ]
});

/// What is wrong with `document`, each with its place such as `containerDefinitions[0].portMappings[1].hostport`; empty when
/// nothing is. Values are never repeated: they may be secret.
pub(super) fn faults_of(document: &Map<String, Value>) -> Vec<String> {
    let mut faults = Vec::new();
    fields(document, ROOT, "", &mut faults);
    let texts = |field: &str| document.get(field).and_then(Value::as_str).unwrap_or_default();
    if texts("family").is_empty() {
        faults.push("family: is missing".to_owned());
    }
    match document.get("containerDefinitions").and_then(Value::as_array) {
        Some(containers) if !containers.is_empty() => {
            for (n, container) in containers.iter().enumerate() {
                for field in ["name", "image"] {
                    let has = container
                        .get(field)
                        .and_then(Value::as_str)
                        .is_some_and(|text| !text.is_empty());
                    if !has {
                        faults.push(format!("containerDefinitions[{n}].{field}: is missing"));
                    }
                }
            }
        }
        Some(_) | None => faults.push("containerDefinitions: is missing or empty".to_owned()),
    }
    faults.truncate(TOLD);
    faults
}

fn fields(map: &Map<String, Value>, structure: &str, place: &str, faults: &mut Vec<String>) {
    let Some(known) = FIELDS.get(structure) else {
        return;
    };
    for (key, value) in map {
        let place = if place.is_empty() {
            key.clone()
        } else {
            format!("{place}.{key}")
        };
        match known.get(key.as_str()) {
            Some(kind) => check(value, *kind, &place, faults),
            None => faults.push(match nearest(known, key) {
                Some(near) => format!("{place}: there is no such field; `{near}` is meant?"),
                None => format!("{place}: there is no such field"),
            }),
        }
    }
}

/// A field that differs in a letter or two.
fn nearest(known: &Fields, key: &str) -> Option<&'static str> {
    known
        .keys()
        .map(|field| (strsim::damerau_levenshtein(field, key), *field))
        .filter(|(distance, _)| *distance <= 2)
        .min()
        .map(|(_, field)| field)
}

fn check(value: &Value, kind: Kind, place: &str, faults: &mut Vec<String>) {
    let is_whole = |value: &Value| value.as_i64().is_some_and(|n| i32::try_from(n).is_ok());
    let expected = match (kind, value) {
        // The SDK takes null for "not set", as the aws command line does.
        (_, Value::Null) | (Kind::Free, _) => return,
        (Kind::Text, value) if value.is_string() => return,
        (Kind::Whole, value) if is_whole(value) => return,
        (Kind::Number, value) if value.is_number() => return,
        (Kind::Truth, value) if value.is_boolean() => return,
        (Kind::Map, Value::Object(map)) => {
            for (key, value) in map {
                check(value, Kind::Text, &format!("{place}.{key}"), faults);
            }
            return;
        }
        (Kind::Fields(structure), Value::Object(map)) => {
            fields(map, structure, place, faults);
            return;
        }
        (Kind::Texts | Kind::Wholes | Kind::List(_), Value::Array(list)) => {
            let element = match kind {
                Kind::Wholes => Kind::Whole,
                Kind::List(structure) => Kind::Fields(structure),
                Kind::Texts
                | Kind::Text
                | Kind::Whole
                | Kind::Number
                | Kind::Truth
                | Kind::Map
                | Kind::Fields(_)
                | Kind::Free => Kind::Text,
            };
            for (n, value) in list.iter().enumerate() {
                let place = format!("{place}[{n}]");
                if value.is_null() {
                    faults.push(format!("{place}: is null"));
                } else {
                    check(value, element, &place, faults);
                }
            }
            return;
        }
        (Kind::Text, _) => "a text",
        (Kind::Whole, _) => "a whole number",
        (Kind::Number, _) => "a number",
        (Kind::Truth, _) => "true or false",
        (Kind::Map, _) => "an object of texts",
        (Kind::Fields(_), _) => "an object",
        (Kind::Texts | Kind::Wholes | Kind::List(_), _) => "a list",
    };
    faults.push(format!("{place}: is not {expected}"));
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;

    fn faults(document: &Value) -> Vec<String> {
        faults_of(document.as_object().unwrap())
    }

    /// The SDK may learn new structures: each must be walked, or a typing error in it would be passed over.
    #[test]
    fn every_structure_that_the_sdk_knows_is_walked() {
        for (parent, fields) in FIELDS.iter() {
            for (field, kind) in fields {
                match kind {
                    Kind::Free => panic!("{parent}.{field} is not walked"),
                    Kind::Fields(structure) | Kind::List(structure) => {
                        assert!(FIELDS.contains_key(structure), "{parent}.{field}: {structure}");
                    }
                    Kind::Text
                    | Kind::Whole
                    | Kind::Number
                    | Kind::Truth
                    | Kind::Map
                    | Kind::Texts
                    | Kind::Wholes => {}
                }
            }
        }
        assert_eq!(FIELDS[ROOT].len(), 18, "{:?}", FIELDS[ROOT]);
    }

    /// The definition that the tests of the registration send: it is a proof only for fields that are set in it.
    #[test]
    fn the_whole_definition_of_the_tests_sets_every_field() {
        fn set(value: &Value, kind: Kind, seen: &mut BTreeMap<&'static str, BTreeSet<String>>) {
            match (kind, value) {
                (Kind::Fields(structure), Value::Object(map)) => {
                    for (field, value) in map {
                        seen.entry(structure).or_default().insert(field.clone());
                        if let Some(kind) = FIELDS[structure].get(field.as_str()) {
                            set(value, *kind, seen);
                        }
                    }
                }
                (Kind::List(structure), Value::Array(list)) => {
                    for value in list {
                        set(value, Kind::Fields(structure), seen);
                    }
                }
                _ => {}
            }
        }
        let whole: Value =
            serde_json::from_str(include_str!("../../../tests/adapters/whole-definition.json")).unwrap();
        let mut seen = BTreeMap::new();
        set(&whole, Kind::Fields(ROOT), &mut seen);
        set(&json!([{"key": "k", "value": "v"}]), Kind::List("Tag"), &mut seen);
        for (structure, fields) in FIELDS.iter() {
            for field in fields
                .keys()
                .filter(|field| (*structure, **field) != (ROOT, "tags"))
            {
                assert!(seen[structure].contains(*field), "{structure}.{field}");
            }
        }
    }

    #[test]
    fn a_typing_error_is_named_with_its_place_and_never_with_its_value() {
        let told = faults(&json!({
            "family": "pb",
            "taskRole": "hunter2",
            "containerDefinitions": [
                {"name": "app", "image": "i:1", "portMaping": [], "cpu": "hunter2", "essential": "hunter2"},
                {"name": "", "image": "i", "portMappings": [{"containerPort": 1.5}], "command": ["a", 1],
                 "dockerLabels": {"a": 1}, "logConfiguration": []}
            ]
        }));
        assert_eq!(
            told,
            [
                "taskRole: there is no such field",
                "containerDefinitions[0].portMaping: there is no such field; `portMappings` is meant?",
                "containerDefinitions[0].cpu: is not a whole number",
                "containerDefinitions[0].essential: is not true or false",
                "containerDefinitions[1].portMappings[0].containerPort: is not a whole number",
                "containerDefinitions[1].command[1]: is not a text",
                "containerDefinitions[1].dockerLabels.a: is not a text",
                "containerDefinitions[1].logConfiguration: is not an object",
            ]
        );
        assert_eq!(
            faults(&json!({"family": "pb", "containerDefinitions": []})),
            ["containerDefinitions: is missing or empty"]
        );
        assert_eq!(
            faults(&json!({"containerDefinitions": [{"name": "a", "image": "b", "cpu": null}]})),
            ["family: is missing"]
        );
    }
}
