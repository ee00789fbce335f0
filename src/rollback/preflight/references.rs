//! Whether what the target names is still there: its secrets, parameters and roles. Only names are looked at.

use std::collections::BTreeSet;

use crate::domain::{Clean, ContainerDefinition, Phrase, ReferenceState, References, TaskSettings};

use super::super::{ProposalInputs, Target};
use super::rows::{Finding, block, made_of, names, on, pass, unknown, unread};

pub(super) fn references(inputs: &ProposalInputs<'_>, target: &Target) -> Finding {
    let Some((containers, settings)) = made_of(inputs, target) else {
        return unknown(
            Phrase::new("preflight-references-unlisted").text("revision", target.definition.short()),
        );
    };
    let wanted = wanted(containers, settings);
    if wanted.is_empty() {
        return pass(Phrase::new("preflight-references-none").text("revision", target.definition.short()));
    }
    let observed = inputs.around.references;
    match observed.value() {
        Some(known) => on(observed, judge(&wanted, known)),
        None => unread(observed),
    }
}

fn wanted<'a>(containers: &'a [ContainerDefinition], settings: &'a TaskSettings) -> BTreeSet<&'a Clean> {
    containers
        .iter()
        .flat_map(|container| container.settings.secrets.values())
        .chain(&settings.task_role)
        .chain(&settings.execution_role)
        .collect()
}

fn judge(wanted: &BTreeSet<&Clean>, known: &References) -> Finding {
    let (mut gone, mut untold) = (Vec::new(), Vec::new());
    for name in wanted.iter().copied() {
        let short = short(name.as_str());
        match known.get(name) {
            Some(ReferenceState::Present) => {}
            Some(ReferenceState::Gone) => gone.push(short.to_owned()),
            Some(ReferenceState::Deleted(_)) => gone.push(format!("{short} (deleted)")),
            Some(ReferenceState::NoVersion(version)) => gone.push(format!("{short} ({version})")),
            Some(ReferenceState::Untold(why)) => untold.push(format!("{short}: {why}")),
            None => untold.push(short.to_owned()),
        }
    }
    if !gone.is_empty() {
        return block(
            Phrase::new("preflight-references-gone").text("names", names(gone.iter().map(String::as_str))),
        );
    }
    if !untold.is_empty() {
        return unknown(
            Phrase::new("preflight-references-untold")
                .text("names", names(untold.iter().map(String::as_str))),
        );
    }
    pass(
        Phrase::new("preflight-references-pass")
            .number("count", u32::try_from(wanted.len()).unwrap_or(u32::MAX)),
    )
}

/// The part of an ARN by which people know it; anything else as it is.
fn short(name: &str) -> &str {
    [":secret:", ":parameter/", ":role/"]
        .into_iter()
        .find_map(|kind| name.split_once(kind).map(|(_, behind)| behind))
        .unwrap_or(name)
}
