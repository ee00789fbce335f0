//! How the plan is approved: for information, so that nobody is surprised by it.

use crate::domain::Phrase;

use super::super::ProposalInputs;
use super::rows::{Finding, pass};

pub(super) fn protected(inputs: &ProposalInputs<'_>) -> Finding {
    // An environment that the runbook does not know is treated as protected everywhere.
    let open = inputs
        .runbook
        .environments
        .get(inputs.environment)
        .is_some_and(|environment| !environment.protected);
    pass(if open {
        Phrase::new("preflight-protected-open").text("environment", inputs.environment)
    } else {
        Phrase::new("preflight-protected-typed")
            .text("environment", inputs.environment)
            .text("typed", typed(inputs))
    })
}

/// As [`Plan::protected_phrase`](super::super::Plan::protected_phrase) has it.
fn typed(inputs: &ProposalInputs<'_>) -> String {
    match inputs.scope {
        [only] => format!("{}/{only}", inputs.environment),
        _ => format!("{}/both", inputs.environment),
    }
}
