//! The target's revision: whether it can be deployed, and whether it is known to have run.

use crate::domain::{DefinitionStatus, Phrase};

use super::super::propose::Way;
use super::super::served::Known;
use super::super::target::candidate;
use super::super::{Rule, Target};
use super::rows::{Finding, block, pass, unknown, warn};

pub(super) fn target_active(known: &Known<'_>, target: &Target, way: &Way<'_>) -> Finding {
    let revision = target.definition.short();
    // A revision that is made now is as ACTIVE as can be; what it is made from need not be.
    if target.registers.is_some() {
        return pass(Phrase::new("preflight-target-active-new").text("revision", revision));
    }
    match candidate(known, &target.definition).status {
        DefinitionStatus::Active => {
            pass(Phrase::new("preflight-target-active-pass").text("revision", revision))
        }
        // ECS goes back to a service revision that it keeps; only a new deployment needs the definition to be ACTIVE.
        DefinitionStatus::Inactive if way.turned_back().is_some() => {
            warn(Phrase::new("preflight-target-active-kept").text("revision", revision))
        }
        DefinitionStatus::Inactive => {
            block(Phrase::new("preflight-target-active-inactive").text("revision", revision))
        }
        DefinitionStatus::DeleteInProgress => {
            block(Phrase::new("preflight-target-active-deleted").text("revision", revision))
        }
        DefinitionStatus::Other(_) => {
            unknown(Phrase::new("preflight-target-active-unknown").text("revision", revision))
        }
    }
}

pub(super) fn proven(known: &Known<'_>, target: &Target) -> Finding {
    let revision = target.definition.short();
    if target.rule == Rule::Registered {
        return warn(Phrase::new("preflight-proven-registered").text("revision", revision));
    }
    if target.registers.is_some() {
        let digest = target
            .digest
            .as_ref()
            .map_or_else(|| "–".to_owned(), |digest| digest.short().to_owned());
        return if target.proven {
            pass(Phrase::new("preflight-proven-content").text("digest", digest))
        } else {
            warn(Phrase::new("preflight-proven-content-never").text("digest", digest))
        };
    }
    if !target.proven {
        let id = if known.has_history {
            "preflight-proven-never"
        } else {
            "preflight-proven-unknown"
        };
        return warn(Phrase::new(id).text("revision", revision));
    }
    let served = known
        .of_definition(&target.definition)
        .map(|r| r.length(known.end))
        .sum();
    pass(
        Phrase::new("preflight-proven-pass")
            .text("revision", revision)
            .duration("served", served),
    )
}
