//! Revisions of a task definition. Values that may be secret never enter these types: they are sealed where they arrive.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Clean, ImageReference, Sealed, TaskDefinitionArn};

/// Whether a revision can still be deployed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DefinitionStatus {
    /// It can.
    Active,
    /// Deregistered: ECS refuses it for a service.
    Inactive,
    /// About to be deleted.
    DeleteInProgress,
    /// A value that this version does not know.
    Other(Clean),
}

/// One container of a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerDefinition {
    /// Its name.
    pub name: Clean,
    /// Its image as written.
    pub image: Clean,
    /// Everything else, as far as two revisions are compared by it.
    pub settings: ContainerSettings,
}

/// What a container definition says beside its name and image (ECS API, `ContainerDefinition`).
///
/// What may hold a secret (environment, command, entry point, health check, labels, options of the log driver) is sealed:
/// it can be compared and not read. Names are not secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContainerSettings {
    /// Whether the task stops when this container stops.
    pub essential: bool,
    /// CPU units; 0 is unset.
    pub cpu: u32,
    /// The hard limit in MiB.
    pub memory: Option<u32>,
    /// The soft limit in MiB.
    pub memory_reservation: Option<u32>,
    /// Ports, such as `8080/tcp` or `80:8080/tcp`.
    pub ports: BTreeSet<Clean>,
    /// Environment variables by name.
    pub environment: BTreeMap<Clean, Sealed>,
    /// Files of environment variables, by their S3 ARN.
    pub environment_files: BTreeSet<Clean>,
    /// Secrets by the name of their variable, and where each comes from: a reference, not a value.
    pub secrets: BTreeMap<Clean, Clean>,
    /// The command, if it is not the image's.
    pub command: Option<Sealed>,
    /// The entry point, if it is not the image's.
    pub entry_point: Option<Sealed>,
    /// The container's own health check.
    pub health_check: Option<Sealed>,
    /// Mounted volumes, such as `data:/var/data` or `data:/var/data:ro`.
    pub mounts: BTreeSet<Clean>,
    /// Docker labels by name.
    pub labels: BTreeMap<Clean, Sealed>,
    /// The log driver, such as `awslogs`.
    pub log_driver: Option<Clean>,
    /// The log group, when the driver is `awslogs`.
    pub log_group: Option<Clean>,
    /// The prefix of its log streams, when the driver is `awslogs`.
    pub log_prefix: Option<Clean>,
    /// All other options of the log driver together.
    pub log_options: Option<Sealed>,
    /// Everything that has no field here, together.
    pub other: Option<Sealed>,
}

/// What a task definition says beside its containers (ECS API, `TaskDefinition`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskSettings {
    /// CPU of the task as written, such as `256` or `1 vCPU`.
    pub cpu: Option<Clean>,
    /// Memory of the task as written, in MiB unless it names a unit.
    pub memory: Option<Clean>,
    /// The role that the containers act as.
    pub task_role: Option<Clean>,
    /// The role that ECS starts the task with.
    pub execution_role: Option<Clean>,
    /// The network mode, such as `awsvpc`.
    pub network_mode: Option<Clean>,
    /// Operating system and processor, such as `LINUX/ARM64`.
    pub platform: Option<Clean>,
    /// Where it must be able to run, such as `FARGATE`.
    pub compatibilities: BTreeSet<Clean>,
    /// Ephemeral storage in GiB.
    pub ephemeral_gib: Option<u32>,
    /// Volumes by name; what each is made of is sealed.
    pub volumes: BTreeMap<Clean, Sealed>,
    /// Everything that has no field here, together.
    pub other: Option<Sealed>,
}

/// One revision of a task definition, as far as modosu looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskDefinition {
    /// Its ARN.
    pub arn: TaskDefinitionArn,
    /// Whether it can be deployed.
    pub status: DefinitionStatus,
    /// When it was registered; some endpoints do not say.
    pub registered_at: Option<Timestamp>,
    /// Who registered it.
    pub registered_by: Option<Clean>,
    /// Its containers.
    pub containers: Vec<ContainerDefinition>,
    /// Everything else, as far as two revisions are compared by it.
    pub settings: TaskSettings,
}

impl TaskDefinition {
    /// The container that runs `repository`, or the only container.
    #[must_use]
    pub fn container_of(&self, repository: &str) -> Option<&ContainerDefinition> {
        container_in(&self.containers, repository)
    }

    /// The image of the container that runs `repository`, or of the only container.
    #[must_use]
    pub fn image_of(&self, repository: &str) -> Option<&Clean> {
        self.container_of(repository).map(|container| &container.image)
    }

    /// The version that the image's tag names, such as `v1.4.0`.
    #[must_use]
    pub fn version_of(&self, repository: &str) -> Option<&str> {
        self.image_of(repository)
            .and_then(|image| ImageReference::parse(image.as_str()).tag)
    }
}

/// A definition that an operator wrote for this rollback (the runbook's `task-definition-rollback.json`). It is not registered
/// yet, so it has neither an ARN nor a status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnDefinition {
    /// The file.
    pub path: Clean,
    /// The family that it would become a revision of.
    pub family: Clean,
    /// SHA-256 of the file's bytes, as 64 hexadecimal digits: what is registered later must be what was read now.
    pub sha256: Clean,
    /// Its containers.
    pub containers: Vec<ContainerDefinition>,
    /// Everything else, as far as two definitions are compared by it.
    pub settings: TaskSettings,
}

impl OwnDefinition {
    /// The container that runs `repository`, or the only container.
    #[must_use]
    pub fn container_of(&self, repository: &str) -> Option<&ContainerDefinition> {
        container_in(&self.containers, repository)
    }
}

fn container_in<'a>(
    containers: &'a [ContainerDefinition],
    repository: &str,
) -> Option<&'a ContainerDefinition> {
    let ours = containers
        .iter()
        .find(|c| ImageReference::parse(c.image.as_str()).repository() == repository);
    match (ours, containers) {
        (Some(container), _) | (None, [container]) => Some(container),
        (None, _) => None,
    }
}
