//! Revisions of a task definition. Environment values never enter this type: they are dropped where they arrive.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Clean, ImageReference, TaskDefinitionArn};

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
}

impl TaskDefinition {
    /// The image of the container that runs `repository`, or of the only container.
    #[must_use]
    pub fn image_of(&self, repository: &str) -> Option<&Clean> {
        let ours = self
            .containers
            .iter()
            .find(|c| ImageReference::parse(c.image.as_str()).repository() == repository);
        match (ours, self.containers.as_slice()) {
            (Some(container), _) | (None, [container]) => Some(&container.image),
            (None, _) => None,
        }
    }

    /// The version that the image's tag names, such as `v1.4.0`.
    #[must_use]
    pub fn version_of(&self, repository: &str) -> Option<&str> {
        self.image_of(repository)
            .and_then(|image| ImageReference::parse(image.as_str()).tag)
    }
}
