//! The registry: which image a name means at a moment, and how an image behaves there and then.

use jiff::Timestamp;

use super::{
    model::{ContainerImage, Image, TaskDefinition},
    state::World,
};
use crate::drill::scenario::{Behaviour, ImageStatus};

impl Image {
    /// Whether the repository holds it at this moment.
    pub(crate) fn present(&self, now: Timestamp) -> bool {
        self.pushed_at <= now && self.expired_at.is_none_or(|at| at > now)
    }

    /// How it behaves in an environment at this moment.
    pub(crate) fn behaviour_at(&self, environment: &str, now: Timestamp) -> Behaviour {
        let mut is = self.behaviour.clone();
        let due = self.changes.iter().filter(|(at, change)| {
            *at <= now
                && change
                    .environment
                    .as_deref()
                    .is_none_or(|only| only == environment)
        });
        for (_, change) in due {
            is.error_rate = change.error_rate.unwrap_or(is.error_rate);
            is.elb_error_rate = change.elb_error_rate.unwrap_or(is.elb_error_rate);
            is.p50_ms = change.p50_ms.unwrap_or(is.p50_ms);
            is.p95_ms = change.p95_ms.unwrap_or(is.p95_ms);
            is.boot_s = change.boot_s.unwrap_or(is.boot_s);
            is.crash_after_s = change.crash_after_s.or(is.crash_after_s);
            is.exit_code = change.exit_code.unwrap_or(is.exit_code);
            is.out_of_memory = change.out_of_memory.unwrap_or(is.out_of_memory);
            is.healthy = change.healthy.unwrap_or(is.healthy);
            is.health_status = change.health_status.unwrap_or(is.health_status);
        }
        is
    }
}

impl World {
    /// Index of the image that holds a tag now: the last one pushed with it, if it is still there.
    pub(crate) fn tag_holder(&self, repository: usize, tag: &str) -> Option<usize> {
        let images = &self.repositories[repository].images;
        let last = images
            .iter()
            .rposition(|image| image.tag == tag && image.pushed_at <= self.now)?;
        images[last].present(self.now).then_some(last)
    }

    /// Index of the image with this digest, if the repository holds it now.
    pub(crate) fn digest_holder(&self, repository: usize, digest: &str) -> Option<usize> {
        let images = &self.repositories[repository].images;
        images
            .iter()
            .position(|image| image.digest == digest && image.present(self.now))
    }

    /// Resolves the images of a task definition as ECS does when a deployment starts. The second value is what the
    /// first container runs, where the drill knows its behaviour.
    pub(super) fn resolve(
        &self,
        definition: &TaskDefinition,
    ) -> (Vec<ContainerImage>, Option<(usize, usize)>) {
        let containers = definition.body["containerDefinitions"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        let mut runs = None;
        let images = containers
            .iter()
            .map(|container| {
                let text = |name: &str| container[name].as_str().unwrap_or_default().to_owned();
                let image = text("image");
                let (digest, known) = self.resolve_image(&image);
                runs = runs.or(known);
                ContainerImage {
                    container: text("name"),
                    image,
                    digest,
                }
            })
            .collect();
        (images, runs)
    }

    /// A digest and, for one of the account's own images, which one it is. Images from elsewhere always resolve.
    fn resolve_image(&self, image: &str) -> (Option<String>, Option<(usize, usize)>) {
        let ours = format!("{}.dkr.ecr.{}.amazonaws.com/", self.account, self.region);
        if !image.starts_with(&ours) {
            return (Some(self.chance.digest(image)), None);
        }
        let (name, by_digest, key) = match (image.split_once('@'), image.rsplit_once(':')) {
            (Some((name, digest)), _) => (name, true, digest),
            (None, Some((name, tag))) => (name, false, tag),
            (None, None) => (image, false, "latest"),
        };
        let Some(repository) = self
            .repositories
            .iter()
            .position(|repository| repository.uri == name)
        else {
            return (None, None);
        };
        let found = if by_digest {
            self.digest_holder(repository, key)
        } else {
            self.tag_holder(repository, key)
        };
        let images = &self.repositories[repository].images;
        match found.filter(|index| images[*index].status == ImageStatus::Active) {
            Some(index) => (Some(images[index].digest.clone()), Some((repository, index))),
            None => (None, None),
        }
    }

    /// How a service revision behaves at a moment; an image that the drill does not know behaves well.
    pub(crate) fn behaviour(&self, service: usize, revision: usize, at: Timestamp) -> Behaviour {
        let service = &self.services[service];
        match service.revisions[revision].runs {
            Some((repository, image)) => {
                self.repositories[repository].images[image].behaviour_at(&service.environment, at)
            }
            None => Behaviour::default(),
        }
    }

    /// The version that a service revision runs, by its first container's image.
    pub(crate) fn version(&self, service: usize, revision: usize) -> String {
        let revision = &self.services[service].revisions[revision];
        match revision.runs {
            Some((repository, image)) => self.repositories[repository].images[image].tag.clone(),
            None => revision
                .images
                .first()
                .map(|image| image.image.clone())
                .unwrap_or_default(),
        }
    }
}
