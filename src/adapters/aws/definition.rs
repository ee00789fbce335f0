//! One task definition out of the SDK's answer. Values that may be secret are sealed here and go no further.

use std::collections::HashMap;

use aws_sdk_ecs::types as sdk;

use crate::domain::{
    Clean, ContainerDefinition, ContainerSettings, DefinitionStatus, Fault, Sealed, TaskDefinition,
    TaskSettings,
};

use super::convert::{clean, count, id, time};
use super::definitions::DESCRIBE;
use super::seal::seal;

pub(super) fn definition_from(definition: &sdk::TaskDefinition) -> Result<TaskDefinition, Fault> {
    Ok(TaskDefinition {
        arn: id(DESCRIBE, "taskDefinitionArn", definition.task_definition_arn())?,
        status: match definition.status() {
            Some(sdk::TaskDefinitionStatus::Active) => DefinitionStatus::Active,
            Some(sdk::TaskDefinitionStatus::Inactive) => DefinitionStatus::Inactive,
            Some(sdk::TaskDefinitionStatus::DeleteInProgress) => DefinitionStatus::DeleteInProgress,
            other => DefinitionStatus::Other(Clean::new(other.map_or("", sdk::TaskDefinitionStatus::as_str))),
        },
        registered_at: time(definition.registered_at()),
        registered_by: clean(definition.registered_by()),
        containers: containers_from(definition),
        settings: task_settings(definition),
    })
}

pub(super) fn containers_from(definition: &sdk::TaskDefinition) -> Vec<ContainerDefinition> {
    definition
        .container_definitions()
        .iter()
        .map(|container| ContainerDefinition {
            name: Clean::new(container.name().unwrap_or_default()),
            image: Clean::new(container.image().unwrap_or_default()),
            settings: container_settings(container),
        })
        .collect()
}

pub(super) fn task_settings(definition: &sdk::TaskDefinition) -> TaskSettings {
    TaskSettings {
        cpu: clean(definition.cpu()),
        memory: clean(definition.memory()),
        task_role: clean(definition.task_role_arn()),
        execution_role: clean(definition.execution_role_arn()),
        network_mode: clean(definition.network_mode().map(sdk::NetworkMode::as_str)),
        platform: definition.runtime_platform().map(platform),
        compatibilities: definition
            .requires_compatibilities()
            .iter()
            .map(|it| Clean::new(it.as_str()))
            .collect(),
        ephemeral_gib: definition.ephemeral_storage().map(|it| count(it.size_in_gib())),
        volumes: definition
            .volumes()
            .iter()
            .map(|volume| (Clean::new(volume.name().unwrap_or_default()), volume_seal(volume)))
            .collect(),
        other: other_of_task(definition),
    }
}

fn platform(platform: &sdk::RuntimePlatform) -> Clean {
    let system = platform
        .operating_system_family()
        .map_or("LINUX", sdk::OsFamily::as_str);
    let processor = platform
        .cpu_architecture()
        .map_or("X86_64", sdk::CpuArchitecture::as_str);
    Clean::new(&format!("{system}/{processor}"))
}

fn volume_seal(volume: &sdk::Volume) -> Sealed {
    let mut rest = volume.clone();
    // Maps print in no order of their own; they are taken out and sealed in order.
    let docker = rest.docker_volume_configuration.as_mut();
    let maps = docker.map(|docker| {
        let options = sorted(docker.driver_opts.take().as_ref());
        let labels = sorted(docker.labels.take().as_ref());
        (options, labels)
    });
    let (options, labels) = maps.unwrap_or_default();
    let rest = format!("{rest:?}");
    seal(
        std::iter::once(rest.as_str())
            .chain(pairs(&options))
            .chain(std::iter::once("labels"))
            .chain(pairs(&labels)),
    )
}

/// Everything of a task that has no field, so that "only the image differs" is never said on what was not compared.
fn other_of_task(definition: &sdk::TaskDefinition) -> Option<Sealed> {
    let parts = [
        said(&definition.placement_constraints),
        said(&definition.inference_accelerators),
        said(&definition.pid_mode),
        said(&definition.ipc_mode),
        said(&definition.proxy_configuration),
        said(&definition.enable_fault_injection.filter(|on| *on)),
    ];
    sealed_unless_empty(&parts)
}

fn container_settings(container: &sdk::ContainerDefinition) -> ContainerSettings {
    let log = container.log_configuration();
    let log_option = |name: &str| {
        log.filter(|log| *log.log_driver() == sdk::LogDriver::Awslogs)
            .and_then(|log| log.options()?.get(name))
            .map(|text| Clean::new(text))
    };
    ContainerSettings {
        // ECS API reference, ContainerDefinition: a container is essential unless it says otherwise.
        essential: container.essential().unwrap_or(true),
        cpu: count(container.cpu()),
        memory: container.memory().map(count),
        memory_reservation: container.memory_reservation().map(count),
        ports: container.port_mappings().iter().map(port).collect(),
        environment: container
            .environment()
            .iter()
            .map(|pair| {
                let value = pair.value().unwrap_or_default();
                (Clean::new(pair.name().unwrap_or_default()), seal([value]))
            })
            .collect(),
        environment_files: container
            .environment_files()
            .iter()
            .map(|file| Clean::new(file.value()))
            .collect(),
        secrets: container
            .secrets()
            .iter()
            .map(|secret| (Clean::new(secret.name()), Clean::new(secret.value_from())))
            .collect(),
        command: list_seal(container.command()),
        entry_point: list_seal(container.entry_point()),
        health_check: container
            .health_check()
            .map(|check| seal([format!("{check:?}").as_str()])),
        mounts: container.mount_points().iter().map(mount).collect(),
        labels: container
            .docker_labels()
            .into_iter()
            .flatten()
            .map(|(name, value)| (Clean::new(name), seal([value.as_str()])))
            .collect(),
        log_driver: log.map(|log| Clean::new(log.log_driver().as_str())),
        log_group: log_option("awslogs-group"),
        log_prefix: log_option("awslogs-stream-prefix"),
        log_options: log.and_then(log_options),
        other: other_of_container(container),
    }
}

/// A port as people write it: `8080/tcp`, `80:8080/tcp`, with its Service Connect name behind it. In `awsvpc` mode ECS
/// repeats the container's port as the host's, which says nothing; 0 is a port of the host's own choice.
fn port(mapping: &sdk::PortMapping) -> Clean {
    let protocol = mapping.protocol().map_or("tcp", sdk::TransportProtocol::as_str);
    let inside = match (mapping.container_port(), mapping.container_port_range()) {
        (Some(port), _) => port.to_string(),
        (None, Some(range)) => range.to_owned(),
        (None, None) => "?".to_owned(),
    };
    let outside = mapping
        .host_port()
        .filter(|port| *port != 0 && Some(*port) != mapping.container_port());
    let mut text = outside.map_or_else(String::new, |port| format!("{port}:"));
    text.push_str(&format!("{inside}/{protocol}"));
    if let Some(name) = mapping.name() {
        text.push_str(&format!(" {name}"));
    }
    if let Some(protocol) = mapping.app_protocol() {
        text.push_str(&format!(" {}", protocol.as_str()));
    }
    Clean::new(&text)
}

fn mount(mount: &sdk::MountPoint) -> Clean {
    let volume = mount.source_volume().unwrap_or_default();
    let path = mount.container_path().unwrap_or_default();
    let read_only = if mount.read_only().unwrap_or_default() {
        ":ro"
    } else {
        ""
    };
    Clean::new(&format!("{volume}:{path}{read_only}"))
}

/// Every option but those that have a field; a driver's options may hold a token.
fn log_options(log: &sdk::LogConfiguration) -> Option<Sealed> {
    let shown = *log.log_driver() == sdk::LogDriver::Awslogs;
    let mut options = sorted(log.options());
    options.retain(|(name, _)| !(shown && (name == "awslogs-group" || name == "awslogs-stream-prefix")));
    let secrets: Vec<(String, String)> = log
        .secret_options()
        .iter()
        .map(|secret| (secret.name().to_owned(), secret.value_from().to_owned()))
        .collect();
    let any = !options.is_empty() || !secrets.is_empty();
    any.then(|| {
        seal(
            pairs(&options)
                .chain(std::iter::once("secrets"))
                .chain(pairs(&secrets)),
        )
    })
}

/// Everything of a container that has no field.
fn other_of_container(container: &sdk::ContainerDefinition) -> Option<Sealed> {
    // Taken apart by name: the fence around the writer reads method names, and these two look like calls that change.
    let sdk::ContainerDefinition {
        start_timeout,
        stop_timeout,
        ..
    } = container;
    let firelens = container.firelens_configuration();
    let firelens_options = sorted(firelens.and_then(sdk::FirelensConfiguration::options));
    let parts = [
        // The SDK prints this one as redacted; it is the ARN of a secret.
        container
            .repository_credentials()
            .map(|it| it.credentials_parameter().to_owned())
            .unwrap_or_default(),
        said_list(container.links()),
        said(&container.restart_policy),
        said_list(container.volumes_from()),
        said(&container.linux_parameters),
        said_list(container.depends_on()),
        said(start_timeout),
        said(stop_timeout),
        said(&container.version_consistency),
        said(&container.hostname),
        said(&container.user),
        said(&container.working_directory),
        said(&container.disable_networking.filter(|on| *on)),
        said(&container.privileged.filter(|on| *on)),
        said(&container.readonly_root_filesystem.filter(|on| *on)),
        said_list(container.dns_servers()),
        said_list(container.dns_search_domains()),
        said_list(container.extra_hosts()),
        said_list(container.docker_security_options()),
        said(&container.interactive.filter(|on| *on)),
        said(&container.pseudo_terminal.filter(|on| *on)),
        said_list(container.ulimits()),
        said_list(container.system_controls()),
        said_list(container.resource_requirements()),
        firelens
            .map(|it| it.r#type().as_str().to_owned())
            .unwrap_or_default(),
        said_list(&firelens_options),
        said_list(container.credential_specs()),
    ];
    sealed_unless_empty(&parts)
}

fn said<T: std::fmt::Debug>(value: &Option<T>) -> String {
    value
        .as_ref()
        .map(|value| format!("{value:?}"))
        .unwrap_or_default()
}

/// ECS answers an empty list where nothing was written; both are the same.
fn said_list<T: std::fmt::Debug>(list: &[T]) -> String {
    if list.is_empty() {
        String::new()
    } else {
        format!("{list:?}")
    }
}

fn sealed_unless_empty(parts: &[String]) -> Option<Sealed> {
    let any = parts.iter().any(|part| !part.is_empty() && part != "[]");
    any.then(|| seal(parts.iter().map(String::as_str)))
}

fn list_seal(list: &[String]) -> Option<Sealed> {
    (!list.is_empty()).then(|| seal(list.iter().map(String::as_str)))
}

fn sorted(map: Option<&HashMap<String, String>>) -> Vec<(String, String)> {
    let mut pairs: Vec<_> = map
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    pairs.sort();
    pairs
}

fn pairs(list: &[(String, String)]) -> impl Iterator<Item = &str> {
    list.iter()
        .flat_map(|(name, value)| [name.as_str(), value.as_str()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn container(environment: &[(&str, &str)]) -> sdk::ContainerDefinition {
        let mut container = sdk::ContainerDefinition::builder().name("app").image("i:1");
        for (name, value) in environment {
            container = container.environment(sdk::KeyValuePair::builder().name(*name).value(*value).build());
        }
        container.build()
    }

    #[test]
    fn values_are_compared_and_never_kept() {
        let one = container_settings(&container(&[("TOKEN", "hunter2"), ("A", "1")]));
        let two = container_settings(&container(&[("A", "1"), ("TOKEN", "hunter2")]));
        let three = container_settings(&container(&[("A", "1"), ("TOKEN", "hunter3")]));
        assert_eq!(one, two, "the order of variables is no difference");
        assert_ne!(one, three);
        assert!(!format!("{one:?}").contains("hunter2"), "{one:?}");
    }

    #[test]
    fn what_may_hold_a_secret_is_sealed() {
        let settings = container_settings(
            &sdk::ContainerDefinition::builder()
                .command("serve")
                .command("--password=hunter2")
                .entry_point("hunter2")
                .docker_labels("key", "hunter2")
                .health_check(
                    sdk::HealthCheck::builder()
                        .command("CMD-SHELL")
                        .command("curl -H hunter2")
                        .build()
                        .unwrap(),
                )
                .log_configuration(
                    sdk::LogConfiguration::builder()
                        .log_driver(sdk::LogDriver::Splunk)
                        .options("splunk-token", "hunter2")
                        .build()
                        .unwrap(),
                )
                .user("hunter2")
                .build(),
        );
        assert!(!format!("{settings:?}").contains("hunter2"), "{settings:?}");
        assert!(settings.command.is_some() && settings.log_options.is_some() && settings.other.is_some());
    }

    #[test]
    fn what_is_set_to_its_default_is_as_good_as_unset() {
        let bare = container_settings(&sdk::ContainerDefinition::builder().build());
        let said = container_settings(
            &sdk::ContainerDefinition::builder()
                .essential(true)
                .privileged(false)
                .set_ulimits(Some(Vec::new()))
                .build(),
        );
        assert_eq!(bare, said);
        assert_eq!(bare.other, None);
    }

    #[test]
    fn ports_mounts_and_logs_read_as_people_write_them() {
        let port = |host: Option<i32>| {
            port(
                &sdk::PortMapping::builder()
                    .container_port(8080)
                    .set_host_port(host)
                    .protocol(sdk::TransportProtocol::Tcp)
                    .build(),
            )
        };
        assert_eq!(port(None).as_str(), "8080/tcp");
        assert_eq!(port(Some(8080)).as_str(), "8080/tcp");
        assert_eq!(port(Some(80)).as_str(), "80:8080/tcp");
        let mount = mount(
            &sdk::MountPoint::builder()
                .source_volume("data")
                .container_path("/data")
                .read_only(true)
                .build(),
        );
        assert_eq!(mount.as_str(), "data:/data:ro");
        let settings = container_settings(
            &sdk::ContainerDefinition::builder()
                .log_configuration(
                    sdk::LogConfiguration::builder()
                        .log_driver(sdk::LogDriver::Awslogs)
                        .options("awslogs-group", "/ecs/app")
                        .build()
                        .unwrap(),
                )
                .build(),
        );
        assert_eq!(settings.log_group, Some(Clean::new("/ecs/app")));
        assert_eq!(settings.log_options, None);
    }

    #[test]
    fn volumes_are_compared_whatever_the_order_of_their_options() {
        let volume = |options: &[(&str, &str)]| {
            let mut docker = sdk::DockerVolumeConfiguration::builder();
            for (name, value) in options {
                docker = docker.driver_opts(*name, *value);
            }
            volume_seal(
                &sdk::Volume::builder()
                    .name("v")
                    .docker_volume_configuration(docker.build())
                    .build(),
            )
        };
        assert_eq!(
            volume(&[("a", "1"), ("b", "2")]),
            volume(&[("b", "2"), ("a", "1")])
        );
        assert_ne!(
            volume(&[("a", "1"), ("b", "2")]),
            volume(&[("a", "1"), ("b", "3")])
        );
    }
}
