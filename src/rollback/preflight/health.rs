//! What the load balancer says of the service's targets before anything is done.

use crate::domain::{Phrase, ServiceState, TargetHealth};

use super::super::ProposalInputs;
use super::rows::{Finding, on, pass, unknown, warn};

pub(super) fn health(inputs: &ProposalInputs<'_>, state: &ServiceState) -> Finding {
    if state.target_groups.is_empty() {
        return on(
            inputs.target.state,
            pass(Phrase::new("preflight-target-health-none")),
        );
    }
    let observed = inputs.around.targets;
    match (observed.value(), observed.fault()) {
        (Some(targets), _) => on(observed, judge(targets, state.desired)),
        (None, Some(fault)) => {
            unknown(Phrase::new("preflight-target-health-not-read").phrase("fault", fault.phrase()))
        }
        (None, None) => unknown(Phrase::new("preflight-target-health-waiting")),
    }
}

fn judge(targets: &TargetHealth, desired: u32) -> Finding {
    let counted = |id| {
        Phrase::new(id)
            .number("healthy", targets.healthy)
            .number("unhealthy", targets.unhealthy + targets.other)
            .number("initial", targets.initial)
            .number("draining", targets.draining)
            .text("reasons", reasons(targets))
    };
    if targets.healthy == 0 {
        // An outage is no reason not to go back, on the contrary; but nobody must overlook it.
        return warn(counted("preflight-target-health-outage"));
    }
    if targets.unhealthy + targets.other > 0 {
        return warn(counted("preflight-target-health-some"));
    }
    if targets.healthy < desired {
        // Targets that were taken out are not on the list, so nothing on it is unhealthy.
        return warn(
            Phrase::new("preflight-target-health-few")
                .number("healthy", targets.healthy)
                .number("desired", desired)
                .number("initial", targets.initial)
                .number("draining", targets.draining),
        );
    }
    pass(
        Phrase::new("preflight-target-health-pass")
            .number("healthy", targets.healthy)
            .number("initial", targets.initial)
            .number("draining", targets.draining),
    )
}

/// The load balancer's own codes, such as `Target.Timeout ×2`: they are what its documentation is searched for.
fn reasons(targets: &TargetHealth) -> String {
    if targets.reasons.is_empty() {
        return "–".to_owned();
    }
    targets
        .reasons
        .iter()
        .map(|reason| format!("{} ×{}", reason.code, reason.targets))
        .collect::<Vec<_>>()
        .join(", ")
}
