//! Who else rules over the service: what put the bad version there puts it there again at its next run.

use crate::domain::{Owner, Phrase, ServiceState};

use super::super::{Plan, PreflightCheck, PreflightVerdict, ProposalInputs};
use super::rows::{Finding, on, pass, warn};

pub(super) fn owner(inputs: &ProposalInputs<'_>, state: &ServiceState) -> Finding {
    let owners: Vec<String> = state.owners.iter().map(named).collect();
    if owners.is_empty() {
        return on(
            inputs.target.state,
            pass(Phrase::new("preflight-owner-pass").text("service", &state.name)),
        );
    }
    // Said also on a reading whose renewal failed: a stack does not go away in an incident, and the reminder must not.
    warn(Phrase::new("preflight-owner-warn").text("owners", owners.join(", ")))
}

fn named(owner: &Owner) -> String {
    match owner {
        Owner::CloudFormation(stack) => format!("CloudFormation {stack}"),
        Owner::Terraform(tag) => format!("Terraform ({tag})"),
        Owner::Pipeline(tag) => tag.to_string(),
        Owner::Copilot(application) => format!("Copilot {application}"),
    }
}

/// What stays open after `plan` was applied: the owners of its services whose next run would deploy the bad version again, one
/// sentence for each service that has any.
#[must_use]
pub fn owners_reminders(plan: &Plan) -> Vec<Phrase> {
    plan.preflight
        .iter()
        .filter(|row| row.check == PreflightCheck::Owner && row.verdict == PreflightVerdict::Warn)
        .map(|row| {
            Phrase::new("reminder-owner")
                .text("service", &row.service)
                .phrase("why", row.evidence.clone())
        })
        .collect()
}
