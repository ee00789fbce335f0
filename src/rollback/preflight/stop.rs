//! Where ECS goes back to when a deployment is turned back: it chooses, and the row says what.

use std::time::Duration;

use crate::domain::{CriterionId, Phrase, TargetSpec};

use super::super::flight::{Agreement, Flight, agreement, ecs_target, is_among_sources};
use super::super::propose::Way;
use super::super::served::Known;
use super::super::target::candidate;
use super::super::{ProposalInputs, Target};
use super::rows::{Finding, block, pass, unknown, warn};
use super::service::going_back;

/// Where ECS goes back to, beside what was asked for.
pub(super) fn stop_target(inputs: &ProposalInputs<'_>, known: &Known<'_>, way: &Way<'_>) -> Finding {
    let Some(stopped) = way.turned_back() else {
        return block(match way.flight {
            Flight::GoingBack(running) => going_back(inputs, running),
            Flight::Stoppable(_) => Phrase::new("preflight-stop-target-no-hook"),
            Flight::Landed | Flight::Paused(..) => Phrase::new("preflight-stop-target-landed"),
            Flight::Untold => Phrase::new("preflight-stop-target-untold"),
        });
    };
    let to = way.target.definition.short();
    let differs = |id: &'static str, wanted: &Target| {
        Phrase::new(id)
            .text("revision", to)
            .text("wanted", wanted.definition.short())
    };
    let agreement = agreement(known, inputs.spec, &way.target);
    if *inputs.spec == TargetSpec::LastGood
        && let Some(why) = undoes_a_cure(inputs, known, way, agreement == Agreement::Same)
    {
        return block(why);
    }
    match agreement {
        Agreement::Same => {}
        Agreement::RuleDiffers(wanted) => {
            return warn(differs("preflight-stop-target-rule", &wanted));
        }
        Agreement::RuleFindsNone(why) => {
            return warn(
                Phrase::new("preflight-stop-target-rule-none")
                    .text("revision", to)
                    .phrase("why", why),
            );
        }
        Agreement::NamedDiffers(wanted) => {
            return block(differs("preflight-stop-target-named", &wanted));
        }
        Agreement::NamedNone(why) => {
            return block(
                Phrase::new("preflight-stop-target-named-none")
                    .text("revision", to)
                    .phrase("why", why),
            );
        }
    }
    let revision = inputs
        .target
        .history
        .value()
        .and_then(|history| ecs_target(history, stopped).ok());
    match revision.and_then(|revision| is_among_sources(stopped, &revision)) {
        Some(false) => unknown(Phrase::new("preflight-stop-target-sources").text("revision", to)),
        Some(true) | None => pass(Phrase::new("preflight-stop-target-pass").text("revision", to)),
    }
}

/// Why a stop that nobody named a version for would bring the illness back: the version that ECS goes to burnt while it
/// served, or what is being deployed is itself a way back, ours or a colleague's.
fn undoes_a_cure(
    inputs: &ProposalInputs<'_>,
    known: &Known<'_>,
    way: &Way<'_>,
    agreed: bool,
) -> Option<Phrase> {
    let to = way.target.definition.short();
    if let Some(percent) = burnt(inputs, known, &way.target) {
        return Some(
            Phrase::new("preflight-stop-target-burnt")
                .text("revision", to)
                .text("percent", format!("{percent:.2}")),
        );
    }
    let leaving = way.from.revision.as_ref()?;
    let served: Duration = known
        .of_definition(leaving)
        .map(|residence| residence.length(known.end))
        .sum();
    let way_back = !agreed && *leaving != way.target.definition && served >= inputs.target.soak;
    way_back.then(|| {
        Phrase::new("preflight-stop-target-way-back")
            .text("from", leaving.short())
            .duration("served", served)
            .text("revision", to)
    })
}

/// The 5xx rate in percent of a version while it served, when that is over the runbook's threshold.
fn burnt(inputs: &ProposalInputs<'_>, known: &Known<'_>, target: &Target) -> Option<f64> {
    let over = inputs.runbook.criterion(CriterionId::ErrorRate)?.over_percent?;
    candidate(known, &target.definition)
        .error_percent
        .filter(|percent| *percent > over)
}
