//! What else would change with the image.

use crate::domain::{DefinitionStatus, Phrase, TaskDefinition, TaskDefinitionArn};

use super::super::differs::{Difference, differs_beyond_image};
use super::super::{Point, ProposalInputs, Registration, Target};
use super::rows::{Finding, pass, unknown, warn};

/// Differences that are told one by one; the rest is a number. The diff of the two revisions shows all.
const TOLD: usize = 8;

pub(super) fn changes(inputs: &ProposalInputs<'_>, from: &Point, target: &Target) -> Finding {
    let Some(definitions) = inputs.target.definitions.value() else {
        return unknown(match inputs.target.definitions.fault() {
            Some(fault) => Phrase::new("preflight-differs-not-read").phrase("fault", fault.phrase()),
            None => Phrase::new("preflight-differs-unknown").text("revision", target.definition.short()),
        });
    };
    let now = from
        .revision
        .as_ref()
        .and_then(|revision| listed(definitions, revision));
    let own = match (&target.registers, inputs.own_definition) {
        (Some(Registration::File { .. }), Some(own)) => Some(TaskDefinition {
            arn: target.definition.clone(),
            status: DefinitionStatus::Active,
            registered_at: None,
            registered_by: None,
            containers: own.containers.clone(),
            settings: own.settings.clone(),
        }),
        (Some(Registration::File { .. } | Registration::Clone { .. }) | None, _) => None,
    };
    let then = own.as_ref().or_else(|| listed(definitions, &target.definition));
    let (Some(now), Some(then)) = (now, then) else {
        let missing = if now.is_none() {
            from.family_short()
        } else {
            target.definition.short()
        };
        return unknown(Phrase::new("preflight-differs-unknown").text("revision", missing));
    };
    let differences = differs_beyond_image(now, then, inputs.target.repository.as_str());
    match sentence(&differences) {
        None => pass(Phrase::new("preflight-differs-pass").text("revision", target.definition.short())),
        Some(list) => warn(
            Phrase::new("preflight-differs-more")
                .text("revision", target.definition.short())
                .phrase("list", list),
        ),
    }
}

fn listed<'a>(definitions: &'a [TaskDefinition], arn: &TaskDefinitionArn) -> Option<&'a TaskDefinition> {
    definitions.iter().find(|definition| definition.arn == *arn)
}

/// One sentence over all differences; none when there are none.
fn sentence(differences: &[Difference]) -> Option<Phrase> {
    let told = differences.len().min(TOLD);
    let more = differences.len() - told;
    let tail = u32::try_from(more)
        .ok()
        .filter(|more| *more > 0)
        .map(|more| Phrase::new("difference-more").number("more", more));
    let texts = differences.get(..told)?.iter().map(Difference::phrase);
    texts.rev().fold(tail, |rest, first| {
        Some(match rest {
            None => first,
            Some(rest) => Phrase::new("difference-list")
                .phrase("first", first)
                .phrase("rest", rest),
        })
    })
}
