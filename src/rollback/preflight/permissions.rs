//! Whether the caller may make the calls of this plan. Advice and never a block: the simulation sees neither session policies
//! nor the policies of resources, so both its answers may be wrong (IAM API reference, SimulatePrincipalPolicy).

use std::collections::BTreeSet;

use crate::domain::{Clean, Permission, Phrase, ServiceState};

use super::super::calls::calls;
use super::super::propose::Way;
use super::super::{Api, ProposalInputs};
use super::rows::{Finding, made_of, on, pass, unknown, unread, warn};

pub(super) fn permissions(inputs: &ProposalInputs<'_>, state: &ServiceState, way: &Way<'_>) -> Finding {
    let needed = needed(inputs, state, way);
    if needed.is_empty() {
        return pass(Phrase::new("preflight-permissions-none"));
    }
    let observed = inputs.around.permissions;
    let Some(known) = observed.value() else {
        return unread(observed);
    };
    let with = |wanted: fn(Option<&Permission>) -> bool| -> Vec<&str> {
        needed
            .iter()
            .filter(|action| wanted(known.get(&Clean::new(action))))
            .copied()
            .collect()
    };
    let denied = with(|permission| matches!(permission, Some(Permission::Denied { .. })));
    if !denied.is_empty() {
        return on(
            observed,
            warn(Phrase::new("preflight-permissions-denied").text("actions", denied.join(", "))),
        );
    }
    let untold = with(|permission| permission.is_none());
    if !untold.is_empty() {
        return unknown(Phrase::new("preflight-permissions-untold").text("actions", untold.join(", ")));
    }
    let all: Vec<&str> = needed.into_iter().collect();
    on(
        observed,
        pass(Phrase::new("preflight-permissions-pass").text("actions", all.join(", "))),
    )
}

/// The IAM actions of the plan's own calls (service authorization reference). Passing the roles of a definition is asked when it
/// has any.
fn needed(inputs: &ProposalInputs<'_>, state: &ServiceState, way: &Way<'_>) -> BTreeSet<&'static str> {
    let has_roles = made_of(inputs, &way.target)
        .is_some_and(|(_, settings)| settings.task_role.is_some() || settings.execution_role.is_some());
    let mut needed = BTreeSet::new();
    for call in calls(inputs, state, way) {
        let (actions, passes_roles): (&[&'static str], bool) = match call.api {
            Api::UpdateService { task_definition, .. } => (&["ecs:UpdateService"], task_definition.is_some()),
            Api::StopServiceDeployment { .. } => (&["ecs:StopServiceDeployment"], false),
            Api::ContinueServiceDeployment { .. } => (&["ecs:ContinueServiceDeployment"], false),
            Api::RegisterTaskDefinition { .. } => (&["ecs:RegisterTaskDefinition", "ecs:TagResource"], true),
            Api::RestoreDbInstance { .. } => (
                &["rds:AddTagsToResource", "rds:RestoreDBInstanceFromDBSnapshot"],
                false,
            ),
            Api::UpdateSecret { .. } => (
                &["secretsmanager:GetSecretValue", "secretsmanager:UpdateSecret"],
                false,
            ),
            Api::UpdateSecretVersionStage { .. } => (&["secretsmanager:UpdateSecretVersionStage"], false),
            Api::DispatchWorkflow { .. } => (&[], false),
        };
        needed.extend(actions);
        if passes_roles && has_roles {
            needed.insert("iam:PassRole");
        }
    }
    needed
}
