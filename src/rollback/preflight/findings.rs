//! What the registry's scans found: in the image that runs, which may be the reason to go back, and in the one to go back to.

use std::collections::BTreeSet;

use crate::domain::{Clean, CriterionId, Digest, Phrase, ScanFindings, Shelf};

use super::super::propose::Way;
use super::super::{CriterionState, ProposalInputs};
use super::rows::{Finding, block, names, on, pass, unknown, unread, warn};

/// ECR's word for the worst severity (ECR API reference, `findingSeverityCounts`).
const CRITICAL: &str = "CRITICAL";

/// Whether what a scan found in the running image suggests that a person should look at the criterion `vulnerability`: it has
/// critical findings, and the sentence says which. An image that was never scanned suggests nothing.
#[must_use]
pub fn proposes_vulnerability(shelf: &Shelf, running: &Digest) -> Option<Phrase> {
    let found = shelf.findings.get(running)?;
    let count = found.count(CRITICAL);
    (count > 0).then(|| {
        Phrase::new("proposes-vulnerability")
            .text("digest", running.short())
            .number("count", count)
            .text("names", listed(found))
    })
}

pub(super) fn findings(inputs: &ProposalInputs<'_>, way: &Way<'_>, content: Option<&Digest>) -> Finding {
    let observed = inputs.around.shelf;
    let Some(shelf) = observed.value() else {
        return unread(observed);
    };
    let Some(digest) = content else {
        return unknown(Phrase::new("preflight-findings-no-digest"));
    };
    // Nothing is known to be wrong with it, and nothing to be right: many teams scan only what they push.
    let Some(found) = shelf.findings.get(digest) else {
        return unknown(Phrase::new("preflight-findings-never").text("digest", digest.short()));
    };
    let count = found.count(CRITICAL);
    if count == 0 {
        return on(
            observed,
            pass(match found.scanned_at {
                Some(at) => Phrase::new("preflight-findings-pass").time("at", at),
                None => Phrase::new("preflight-findings-pass-undated"),
            }),
        );
    }
    let running = way
        .from
        .digest
        .as_ref()
        .and_then(|digest| shelf.findings.get(digest));
    let same: Vec<&str> = running.map_or_else(Vec::new, |running| {
        let theirs = critical(running);
        critical(found)
            .intersection(&theirs)
            .map(|name| name.as_str())
            .collect()
    });
    if is_declared(inputs) && !same.is_empty() {
        return block(Phrase::new("preflight-findings-same").text("names", names(same)));
    }
    on(
        observed,
        warn(
            Phrase::new("preflight-findings-critical")
                .number("count", count)
                .text("names", listed(found)),
        ),
    )
}

/// Whether a person said that this service is rolled back because of a vulnerability.
fn is_declared(inputs: &ProposalInputs<'_>) -> bool {
    inputs
        .criteria
        .iter()
        .any(|it| it.id == CriterionId::Vulnerability && it.state == CriterionState::Met)
}

fn critical(found: &ScanFindings) -> BTreeSet<&Clean> {
    found
        .worst
        .iter()
        .filter(|finding| finding.severity.as_str() == CRITICAL)
        .map(|finding| &finding.name)
        .collect()
}

fn listed(found: &ScanFindings) -> String {
    let critical = critical(found);
    if critical.is_empty() {
        "–".to_owned()
    } else {
        names(critical.into_iter().map(Clean::as_str))
    }
}
