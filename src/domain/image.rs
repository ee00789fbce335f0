//! Images: content by digest; tags are names for it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Clean, Digest};

/// Whether an image in ECR can be pulled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImageStatus {
    /// It can be pulled.
    Active,
    /// Archived: it is there but cannot be pulled.
    Archived,
    /// On its way back from the archive.
    Activating,
    /// A value that this version does not know.
    Other(Clean),
}

/// An image in ECR (DescribeImages).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Its content.
    pub digest: Digest,
    /// The tags that name it now.
    pub tags: Vec<Clean>,
    /// When it was pushed.
    pub pushed_at: Option<Timestamp>,
    /// Its size in bytes, compressed, as ECR tells it.
    pub size_bytes: Option<u64>,
    /// Whether it can be pulled.
    pub status: ImageStatus,
    /// Whether its repository lets no tag be moved (ECR, `imageTagMutability` IMMUTABLE). False also where that is not known.
    pub tags_are_fixed: bool,
}

/// What a container definition says to run, and the digest that ECS resolved it to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainerImage {
    /// The container.
    pub container: Clean,
    /// The image as the definition has it, `registry/repository:tag` or `…@sha256:…`.
    pub image: Clean,
    /// What it was resolved to, where ECS tells.
    pub digest: Option<Digest>,
}

/// The parts of an image as a container definition writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageReference<'a> {
    /// Registry and repository, such as `123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/app`.
    pub name: &'a str,
    /// The tag, if written.
    pub tag: Option<&'a str>,
    /// The digest, if pinned.
    pub digest: Option<&'a str>,
}

impl<'a> ImageReference<'a> {
    /// Splits `text`; anything is accepted.
    #[must_use]
    pub fn parse(text: &'a str) -> Self {
        let (rest, digest) = text
            .split_once('@')
            .map_or((text, None), |(rest, digest)| (rest, Some(digest)));
        match rest.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => Self {
                name,
                tag: Some(tag),
                digest,
            },
            Some(_) | None => Self {
                name: rest,
                tag: None,
                digest,
            },
        }
    }

    /// The repository without its registry host.
    #[must_use]
    pub fn repository(&self) -> &'a str {
        match self.name.split_once('/') {
            Some((host, repository)) if host.contains('.') || host.contains(':') => repository,
            Some(_) | None => self.name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_come_apart() {
        let tagged = ImageReference::parse("1.dkr.ecr.r.amazonaws.com/team/app:v1.2.3");
        assert_eq!(
            (tagged.repository(), tagged.tag, tagged.digest),
            ("team/app", Some("v1.2.3"), None)
        );
        let pinned = ImageReference::parse("host:5000/app@sha256:ab");
        assert_eq!(
            (pinned.repository(), pinned.tag, pinned.digest),
            ("app", None, Some("sha256:ab"))
        );
    }
}
