//! By content: the revision that has an image already, or the one that is made for it.

use crate::domain::{
    Clean, DefinitionStatus, Digest, ImageReference, OwnDefinition, Phrase, TargetSpec, TaskDefinition,
    TaskDefinitionArn,
};

use super::choose::{choose, current, family, no, number, unread};
use super::served::{Known, pinned};
use super::target::candidate;
use super::{NoTarget, Registration, Rule, Served, Target};

/// The target that has the content which `spec` means: the newest revision that can be deployed and runs exactly that, else
/// a new one. A tag and a digest are looked for in the registry; everything else means a version that ran, by the content
/// that it ran with.
///
/// # Errors
/// Why there is none: nothing goes by that name, or its content is not known.
pub(super) fn by_image(known: &Known<'_>, spec: &TargetSpec) -> Result<Target, NoTarget> {
    let current = current(known)?;
    let (digest, version, base) = match spec {
        TargetSpec::Tag(tag) => (tagged(known, tag)?, Some(tag.clone()), current.definition.clone()),
        TargetSpec::Digest(digest) => (
            registered_digest(known, digest)?,
            tag_of(known, digest),
            current.definition.clone(),
        ),
        TargetSpec::LastGood
        | TargetSpec::Latest(_)
        | TargetSpec::Revision { .. }
        | TargetSpec::Snapshot(_)
        | TargetSpec::LatestSnapshot
        | TargetSpec::OldDatabase => {
            let version = choose(spec, known.inputs)?;
            let Some(digest) = version.digest else {
                return Err(no(
                    Phrase::new("no-target-image-untold").text("revision", number(&version.definition))
                ));
            };
            (digest, version.version, version.definition)
        }
    };
    let proven = ran(known, &digest);
    if let Some(definition) = with_content(known, &digest)? {
        let found = candidate(known, &definition);
        let why = Phrase::new("target-image-registered")
            .text("revision", number(&definition))
            .text("digest", digest.short());
        return Ok(Target {
            definition,
            image: found.image,
            version: found.version.or(version),
            digest: Some(digest),
            rule: Rule::Image,
            why,
            proven,
            registers: None,
        });
    }
    let (container, name) = container_of(known, &base)?;
    let image = Clean::new(&format!("{name}@{digest}"));
    let why = Phrase::new("target-image-new")
        .text("base", number(&base))
        .text("digest", digest.short());
    Ok(Target {
        registers: Some(Registration::Clone {
            base: base.clone(),
            container,
            image: image.clone(),
        }),
        definition: base,
        image: Some(image),
        version,
        digest: Some(digest),
        rule: Rule::Image,
        why,
        proven,
    })
}

/// The target that the operator's own file makes.
///
/// # Errors
/// When it is of another family, or has no container of the service's repository.
pub(super) fn by_file(known: &Known<'_>, file: &OwnDefinition) -> Result<Target, NoTarget> {
    let current = current(known)?;
    let own = current.definition.family();
    if file.family.as_str() != own {
        return Err(no(Phrase::new("no-target-family")
            .text("family", &file.family)
            .text("own", own)));
    }
    let repository = known.inputs.repository.as_str();
    let image = file
        .containers
        .iter()
        .map(|container| &container.image)
        .find(|image| ImageReference::parse(image.as_str()).repository() == repository)
        .or(match file.containers.as_slice() {
            [only] => Some(&only.image),
            _ => None,
        })
        .ok_or_else(|| {
            no(Phrase::new("no-target-file-container")
                .text("file", &file.path)
                .text("repository", repository))
        })?
        .clone();
    let digest = pinned(image.as_str()).or_else(|| known.digest_of_tag(image.as_str()));
    Ok(Target {
        definition: current.definition.clone(),
        version: ImageReference::parse(image.as_str()).tag.map(Clean::new),
        proven: digest.as_ref().is_some_and(|digest| ran(known, digest)),
        digest,
        image: Some(image),
        rule: Rule::File,
        why: Phrase::new("target-file").text("file", &file.path),
        registers: Some(Registration::File {
            file: file.path.clone(),
            sha256: file.sha256.clone(),
            family: file.family.clone(),
        }),
    })
}

/// What a tag means in the registry now.
fn tagged(known: &Known<'_>, tag: &Clean) -> Result<Digest, NoTarget> {
    let images = known
        .inputs
        .images
        .value()
        .ok_or_else(|| unread(known.inputs.images, "no-target-images-not-read"))?;
    images
        .iter()
        .find(|image| image.tags.contains(tag))
        .map(|image| image.digest.clone())
        .ok_or_else(|| {
            no(Phrase::new("no-target-image-tag")
                .text("tag", tag)
                .text("repository", known.inputs.repository))
        })
}

/// A digest, once the registry is known to have it.
fn registered_digest(known: &Known<'_>, digest: &Digest) -> Result<Digest, NoTarget> {
    let images = known
        .inputs
        .images
        .value()
        .ok_or_else(|| unread(known.inputs.images, "no-target-images-not-read"))?;
    if images.iter().any(|image| image.digest == *digest) {
        Ok(digest.clone())
    } else {
        Err(no(Phrase::new("no-target-image-digest")
            .text("digest", digest.short())
            .text("repository", known.inputs.repository)))
    }
}

fn tag_of(known: &Known<'_>, digest: &Digest) -> Option<Clean> {
    let images = known.inputs.images.value()?;
    let image = images.iter().find(|image| image.digest == *digest)?;
    image.tags.first().cloned()
}

/// The newest revision that can be deployed and would run exactly `digest`: it is pinned to it, or its tag means it now.
fn with_content(known: &Known<'_>, digest: &Digest) -> Result<Option<TaskDefinitionArn>, NoTarget> {
    let current = current(known)?;
    let repository = known.inputs.repository.as_str();
    let means = |definition: &TaskDefinition| {
        definition
            .image_of(repository)
            .filter(|image| ImageReference::parse(image.as_str()).repository() == repository)
            .and_then(|image| pinned(image.as_str()).or_else(|| known.digest_of_tag(image.as_str())))
            .is_some_and(|means| means == *digest)
    };
    Ok(family(known, current)?
        .into_iter()
        .filter(|definition| definition.status == DefinitionStatus::Active)
        .find(|definition| means(definition))
        .map(|definition| definition.arn.clone()))
}

/// The container of the service's repository in `base`, and its image without tag and digest.
fn container_of(known: &Known<'_>, base: &TaskDefinitionArn) -> Result<(Clean, String), NoTarget> {
    let definition = known
        .inputs
        .definitions
        .value()
        .and_then(|list| list.iter().find(|definition| definition.arn == *base))
        .ok_or_else(|| no(Phrase::new("no-target-base-unread").text("revision", number(base))))?;
    let container = definition
        .container_of(known.inputs.repository.as_str())
        .ok_or_else(|| {
            no(Phrase::new("no-target-base-container")
                .text("revision", number(base))
                .text("repository", known.inputs.repository))
        })?;
    let name = ImageReference::parse(container.image.as_str()).name.to_owned();
    Ok((container.name.clone(), name))
}

/// Whether completed history shows that this content ran.
fn ran(known: &Known<'_>, digest: &Digest) -> bool {
    let by_history = known
        .residences
        .iter()
        .filter_map(|residence| residence.identity.as_ref())
        .any(|identity| known.digest_in(identity).as_ref() == Some(digest));
    by_history
        || known.current.as_ref().is_some_and(|current| {
            let found = candidate(known, &current.definition);
            found.digest.as_ref() == Some(digest) && matches!(found.served, Served::Now { since: Some(_) })
        })
}
