//! Whether the team's workflow can be started, and found again when its answer is lost.

use crate::domain::{FaultKind, Phrase};

use super::super::ProposalInputs;
use super::rows::{Finding, block, on, pass, unknown, unread, warn};

/// Told once, with the service that the run is started with.
pub(super) fn workflow(inputs: &ProposalInputs<'_>) -> Option<Finding> {
    inputs.is_first().then(|| of_first(inputs))
}

fn of_first(inputs: &ProposalInputs<'_>) -> Finding {
    let named = inputs
        .runbook
        .github
        .as_ref()
        .and_then(|github| Some((github, github.repository.as_ref()?)));
    let Some((github, repository)) = named else {
        return block(Phrase::new("preflight-workflow-unset"));
    };
    let observed = inputs.around.workflow;
    let Some(workflow) = observed.value() else {
        let Some(fault) = observed.fault() else {
            return unread(observed);
        };
        return match &fault.kind {
            FaultKind::NoCredentials | FaultKind::Expired => {
                block(Phrase::new("preflight-workflow-token").phrase("fault", fault.phrase()))
            }
            FaultKind::NotFound | FaultKind::Denied { .. } => block(
                Phrase::new("preflight-workflow-not-there")
                    .text("workflow", &github.workflow)
                    .text("repository", repository)
                    .phrase("fault", fault.phrase()),
            ),
            FaultKind::Throttled
            | FaultKind::TimedOut
            | FaultKind::Unreachable
            | FaultKind::NotOffered
            | FaultKind::Rejected
            | FaultKind::Server
            | FaultKind::Malformed
            | FaultKind::Held
            | FaultKind::Local
            | FaultKind::NotSent => {
                unknown(Phrase::new("preflight-not-read").phrase("fault", fault.phrase()))
            }
        };
    };
    let said = |id: &'static str| {
        Phrase::new(id)
            .text("workflow", &workflow.name)
            .text("branch", &workflow.branch)
    };
    if !workflow.active {
        return block(said("preflight-workflow-off"));
    }
    on(
        observed,
        if github.inputs.correlation.is_none() {
            warn(said("preflight-workflow-untold"))
        } else {
            pass(said("preflight-workflow-pass"))
        },
    )
}
