//! Whether the tag that the target's definition names still leads to the content that ran.

use crate::domain::{Clean, Digest, ImageReference, Phrase};

use super::super::served::{Known, pinned};
use super::super::{Method, Target};
use super::rows::{Finding, block, pass, unknown, warn};

/// Whether ECS resolves the tag of an image again when it is told to go back this way. UpdateService makes a new service
/// revision and does (facts: Amazon ECS developer guide, "Container image resolution").
const fn resolves_tags(method: Method) -> bool {
    !method.turns_back()
}

pub(super) fn tag(known: &Known<'_>, method: Method, target: &Target) -> Finding {
    let Some(image) = &target.image else {
        return unknown(Phrase::new("preflight-tag-no-image"));
    };
    if let Some(pinned) = pinned(image.as_str()) {
        return pass(Phrase::new("preflight-tag-pinned").text("digest", short(&pinned)));
    }
    let reference = ImageReference::parse(image.as_str());
    // An image that is written without a tag means `latest` (Docker reference format).
    let tag = Clean::new(reference.tag.unwrap_or("latest"));
    let Some(images) = known.inputs.images.value() else {
        return unknown(match known.inputs.images.fault() {
            Some(fault) => Phrase::new("preflight-tag-not-read")
                .text("tag", &tag)
                .phrase("fault", fault.phrase()),
            None => Phrase::new("preflight-tag-unknown").text("tag", &tag),
        });
    };
    if reference.repository() != known.inputs.repository.as_str() {
        return unknown(
            Phrase::new("preflight-tag-elsewhere")
                .text("repository", Clean::new(reference.repository()))
                .text("tag", &tag),
        );
    }
    let means = known.digest_of_tag(image.as_str());
    let fixed = !images.is_empty() && images.iter().all(|image| image.tags_are_fixed);
    match (&target.digest, means) {
        (Some(ran), Some(means)) if means == *ran => pass(
            Phrase::new("preflight-tag-pass")
                .text("tag", &tag)
                .text("digest", short(ran)),
        ),
        (None, Some(means)) if fixed => pass(
            Phrase::new("preflight-tag-fixed")
                .text("tag", &tag)
                .text("digest", short(&means)),
        ),
        (None, Some(_)) => unknown(Phrase::new("preflight-tag-unproven").text("tag", &tag)),
        (Some(ran), _) if resolves_tags(method) && !images.iter().any(|image| image.digest == *ran) => block(
            Phrase::new("preflight-tag-image-gone")
                .text("tag", &tag)
                .text("ran", short(ran)),
        ),
        (ran, means) if resolves_tags(method) => block(leads_elsewhere(&tag, ran.as_ref(), means.as_ref())),
        // ECS goes back to a service revision, which holds the digest: the tag is not asked.
        (_, means) => warn(
            Phrase::new("preflight-tag-moved-unused")
                .text("tag", &tag)
                .text("means", means.as_ref().map_or_else(|| "–".to_owned(), short)),
        ),
    }
}

fn leads_elsewhere(tag: &Clean, ran: Option<&Digest>, means: Option<&Digest>) -> Phrase {
    match (ran, means) {
        (Some(ran), Some(means)) => Phrase::new("preflight-tag-moved")
            .text("tag", tag)
            .text("means", short(means))
            .text("ran", short(ran)),
        (Some(ran), None) => Phrase::new("preflight-tag-removed")
            .text("tag", tag)
            .text("ran", short(ran)),
        (None, _) => Phrase::new("preflight-tag-gone").text("tag", tag),
    }
}

fn short(digest: &Digest) -> String {
    format!("sha256:{}", digest.short())
}
