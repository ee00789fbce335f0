//! Whether the target's image is in ECR and can be pulled.

use crate::domain::{Freshness, Phrase};

use super::super::target::image_state;
use super::super::{ImageState, ProposalInputs, Served, Target, candidates};
use super::rows::{Finding, block, pass, unknown};

/// The image by which people know the target: its digest, or as it is written.
pub(super) fn image_name(target: &Target) -> String {
    match (&target.digest, &target.image) {
        (Some(digest), _) => format!("sha256:{}", digest.short()),
        (None, Some(image)) => image.to_string(),
        (None, None) => "–".to_owned(),
    }
}

pub(super) fn image(inputs: &ProposalInputs<'_>, target: &Target) -> Finding {
    let name = image_name(target);
    let images = inputs.target.images;
    match images.freshness(inputs.now, std::time::Duration::MAX) {
        Freshness::Waiting => return unknown(Phrase::new("preflight-image-unknown").text("image", name)),
        Freshness::Failed => {
            return unknown(match images.fault() {
                Some(fault) => Phrase::new("preflight-image-not-read").phrase("fault", fault.phrase()),
                None => Phrase::new("preflight-image-unknown").text("image", name),
            });
        }
        Freshness::Fresh | Freshness::Stale => {}
    }
    let state = image_state(
        images,
        inputs.target.repository.as_str(),
        target.image.as_ref(),
        target.digest.as_ref(),
    );
    match state {
        ImageState::Present => pass(Phrase::new("preflight-image-pass").text("image", name)),
        ImageState::Gone if has_another(inputs, target) => {
            block(Phrase::new("preflight-image-gone").text("image", name))
        }
        ImageState::Gone => block(Phrase::new("preflight-image-gone-last").text("image", name)),
        ImageState::NotPullable(status) => block(
            Phrase::new("preflight-image-not-pullable")
                .text("image", name)
                .text("status", status),
        ),
        ImageState::Unknown => unknown(Phrase::new("preflight-image-unknown").text("image", name)),
    }
}

/// Whether there is another version that is known to have run and whose image can be pulled.
fn has_another(inputs: &ProposalInputs<'_>, target: &Target) -> bool {
    candidates(&inputs.target).iter().any(|candidate| {
        let ran = match candidate.served {
            Served::Before { .. } => true,
            Served::Now { .. } | Served::Never | Served::Unknown => false,
        };
        ran && candidate.definition != target.definition && candidate.image_state == ImageState::Present
    })
}
