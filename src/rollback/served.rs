//! What completed deployment history tells: which identity was in effect alone, from when until when.
//!
//! Registered is not ran, and ran is not worked: only a deployment that reached its end proves what was in effect, and only
//! until the next one began (facts: ECS developer guide, "service deployment" and "service revision").

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::domain::{
    Clean, ContainerImage, DeploymentHistory, Digest, ImageReference, Task, TaskDefinitionArn,
};

use super::TargetInputs;
use super::time::between;

/// What makes two versions the same: the task definition and what its images were, by content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    /// The task definition.
    pub(super) definition: TaskDefinitionArn,
    /// The digests by container, those that are known.
    pub(super) digests: BTreeMap<Clean, Digest>,
}

impl Identity {
    /// Whether the two certainly differ. A digest that is not known proves no difference.
    pub(super) fn differs(&self, other: &Self) -> bool {
        self.definition != other.definition
            || self
                .digests
                .iter()
                .any(|(container, digest)| other.digests.get(container).is_some_and(|o| o != digest))
    }
}

/// A time in which one identity was in effect alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Residence {
    /// What was in effect; absent when ECS could not describe the service revision.
    pub(super) identity: Option<Identity>,
    /// Its images as the service revision has them.
    pub(super) images: Vec<ContainerImage>,
    /// When its deployment ended; unknown when ECS does not say.
    pub(super) from: Option<Timestamp>,
    /// When the next deployment began; absent while none has.
    pub(super) until: Option<Timestamp>,
}

impl Residence {
    /// How long it lasted, counted to `end` when it still lasts.
    pub(super) fn length(&self, end: Timestamp) -> Duration {
        self.from
            .map(|from| between(from, self.until.unwrap_or(end)))
            .unwrap_or_default()
    }
}

/// The residences that `history` proves, oldest first.
pub(super) fn residences(history: &DeploymentHistory) -> Vec<Residence> {
    let mut deployments: Vec<_> = history.deployments.iter().collect();
    // The API promises no order; two made in the same instant are told apart by their ARN, so that the answer is one.
    deployments.sort_by(|a, b| (a.created_at, &a.arn).cmp(&(b.created_at, &b.arn)));
    deployments
        .iter()
        .enumerate()
        .filter_map(|(place, deployment)| {
            let arn = deployment.effective()?;
            let next = deployments.get(place + 1);
            let revision = history.revisions.get(arn);
            Some(Residence {
                identity: revision.map(|r| Identity {
                    definition: r.task_definition.clone(),
                    digests: known_digests(&r.images),
                }),
                images: revision.map(|r| r.images.clone()).unwrap_or_default(),
                from: deployment.finished_at,
                until: next.map(|d| d.started_at.unwrap_or(d.created_at)),
            })
        })
        .collect()
}

fn known_digests(images: &[ContainerImage]) -> BTreeMap<Clean, Digest> {
    images
        .iter()
        .filter_map(|image| Some((image.container.clone(), image.digest.clone()?)))
        .collect()
}

/// The digests that running tasks of `definition` agree on, by container.
fn running_digests(tasks: &[Task], definition: &TaskDefinitionArn) -> BTreeMap<Clean, Digest> {
    let mut agreed: BTreeMap<Clean, Option<Digest>> = BTreeMap::new();
    for task in tasks
        .iter()
        .filter(|t| t.is_running() && t.task_definition == *definition)
    {
        for (container, digest) in &task.digests {
            let Some(digest) = digest else { continue };
            agreed
                .entry(container.clone())
                .and_modify(|known| {
                    if known.as_ref() != Some(digest) {
                        *known = None;
                    }
                })
                .or_insert_with(|| Some(digest.clone()));
        }
    }
    agreed
        .into_iter()
        .filter_map(|(container, digest)| Some((container, digest?)))
        .collect()
}

/// Everything that target rules look at, computed once from the observations.
pub(super) struct Known<'a> {
    /// The observations.
    pub(super) inputs: &'a TargetInputs<'a>,
    /// What the service is set to now, with the digests that its tasks run; absent while the service is not read.
    pub(super) current: Option<Identity>,
    /// What completed history proves, oldest first.
    pub(super) residences: Vec<Residence>,
    /// Whether ECS told of any deployment at all.
    pub(super) has_history: bool,
    /// When the history was read: the end of a residence that still lasts.
    pub(super) end: Timestamp,
}

impl<'a> Known<'a> {
    pub(super) fn new(inputs: &'a TargetInputs<'a>) -> Self {
        let history = inputs.history.value();
        let residences = history.map(residences).unwrap_or_default();
        let current = inputs.state.value().map(|state| {
            let definition = state.task_definition.clone();
            let running = running_digests(
                inputs.tasks.value().map(Vec::as_slice).unwrap_or_default(),
                &definition,
            );
            let from_history = || {
                residences
                    .last()
                    .and_then(|r| r.identity.as_ref())
                    .filter(|identity| identity.definition == definition)
                    .map(|identity| identity.digests.clone())
                    .unwrap_or_default()
            };
            let digests = if running.is_empty() {
                from_history()
            } else {
                running
            };
            Identity { definition, digests }
        });
        Self {
            inputs,
            current,
            residences,
            has_history: history.is_some_and(|h| !h.deployments.is_empty()),
            end: inputs.history.as_of().unwrap_or(Timestamp::UNIX_EPOCH),
        }
    }

    /// The image of our repository as `definition` writes it, from the definition or from a service revision of it.
    pub(super) fn image_of(&self, definition: &TaskDefinitionArn) -> Option<Clean> {
        let repository = self.inputs.repository.as_str();
        self.inputs
            .definitions
            .value()
            .and_then(|list| list.iter().find(|d| d.arn == *definition))
            .and_then(|d| d.image_of(repository).cloned())
            .or_else(|| {
                self.residences
                    .iter()
                    .rev()
                    .find(|r| r.identity.as_ref().is_some_and(|i| i.definition == *definition))
                    .and_then(|r| ours(&r.images, repository))
                    .map(|image| image.image.clone())
            })
    }

    /// The container of `definition` that runs our repository.
    fn container_of(&self, definition: &TaskDefinitionArn) -> Option<Clean> {
        let repository = self.inputs.repository.as_str();
        let from_definition = self
            .inputs
            .definitions
            .value()
            .and_then(|list| list.iter().find(|d| d.arn == *definition))
            .and_then(|d| {
                d.containers
                    .iter()
                    .find(|c| ImageReference::parse(c.image.as_str()).repository() == repository)
                    .map(|c| c.name.clone())
            });
        from_definition.or_else(|| {
            self.residences
                .iter()
                .rev()
                .filter(|r| r.identity.as_ref().is_some_and(|i| i.definition == *definition))
                .find_map(|r| ours(&r.images, repository))
                .map(|image| image.container.clone())
        })
    }

    /// The digest of our image in `identity`: of the container that runs our repository, or of the only one.
    pub(super) fn digest_in(&self, identity: &Identity) -> Option<Digest> {
        match self.container_of(&identity.definition) {
            Some(container) => identity.digests.get(&container).cloned(),
            None if identity.digests.len() == 1 => identity.digests.values().next().cloned(),
            None => None,
        }
    }

    /// The residences of `definition`, oldest first.
    pub(super) fn of_definition<'b>(
        &'b self,
        definition: &'b TaskDefinitionArn,
    ) -> impl DoubleEndedIterator<Item = &'b Residence> {
        self.residences
            .iter()
            .filter(move |r| r.identity.as_ref().is_some_and(|i| i.definition == *definition))
    }

    /// How long `identity` was in effect alone, in all.
    pub(super) fn soak(&self, identity: &Identity) -> Duration {
        self.residences
            .iter()
            .filter(|r| r.identity.as_ref().is_some_and(|i| !i.differs(identity)))
            .map(|r| r.length(self.end))
            .sum()
    }

    /// The digest that the tag of `image` means in ECR now.
    pub(super) fn digest_of_tag(&self, image: &str) -> Option<Digest> {
        let reference = ImageReference::parse(image);
        // Without a tag the name means `latest` (Docker reference format).
        let tag = reference.tag.unwrap_or("latest");
        if reference.repository() != self.inputs.repository.as_str() {
            return None;
        }
        self.inputs
            .images
            .value()?
            .iter()
            .find(|i| i.tags.iter().any(|t| t.as_str() == tag))
            .map(|i| i.digest.clone())
    }
}

/// The image of `repository`, or the only one.
pub(super) fn ours<'a>(images: &'a [ContainerImage], repository: &str) -> Option<&'a ContainerImage> {
    let found = images
        .iter()
        .find(|i| ImageReference::parse(i.image.as_str()).repository() == repository);
    match (found, images) {
        (Some(image), _) | (None, [image]) => Some(image),
        (None, _) => None,
    }
}

/// The digest that `image` is pinned to as written, if it is.
pub(super) fn pinned(image: &str) -> Option<Digest> {
    ImageReference::parse(image)
        .digest
        .and_then(|digest| Digest::new(digest).ok())
}
