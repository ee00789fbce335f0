//! Whether the caller may make a call, as far as IAM's simulation tells.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_iam::types as sdk;

use crate::domain::{Clean, Fault, FaultKind, Permission, Permissions};

use super::convert::Pages;
use super::pace::{Bucket, ask};
use super::reader::Reader;

const SIMULATE: &str = "iam.SimulatePrincipalPolicy";
const PASS_ROLE: &str = "iam:PassRole";
/// Pages that are followed for one resource.
const PAGES: usize = 5;

impl Reader {
    /// Simulates the caller's rights: each action on its resource (`*` where the action knows none), and passing each role of
    /// `pass_roles` to ECS tasks. An action is allowed when it is on every resource that was asked for; one that the
    /// simulation cannot tell, because it depends on something that is not known here, is not in the answer.
    ///
    /// Advice: it sees neither session policies nor the policies of resources (IAM API reference, SimulatePrincipalPolicy).
    ///
    /// # Errors
    /// Any fault of the call; `Rejected` for a caller that is neither a user nor a role.
    pub async fn permissions(
        &self,
        caller: &str,
        wanted: &[(Clean, Clean)],
        pass_roles: &BTreeSet<Clean>,
    ) -> Result<Permissions, Fault> {
        let principal = self.principal(caller).await?;
        let mut by_resource: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (action, resource) in wanted {
            by_resource
                .entry(resource.as_str())
                .or_default()
                .push(action.as_str());
        }
        for role in pass_roles {
            by_resource.entry(role.as_str()).or_default().push(PASS_ROLE);
        }
        let mut told = Permissions::new();
        let mut open = BTreeSet::new();
        for (resource, mut actions) in by_resource {
            actions.sort_unstable();
            actions.dedup();
            for (action, permission) in self.simulate(&principal, resource, &actions).await? {
                match permission {
                    Some(permission) => strictest(&mut told, action, permission),
                    None => {
                        open.insert(action);
                    }
                }
            }
        }
        // Allowed here and untold there is untold; denied anywhere is denied.
        told.retain(|action, permission| *permission != Permission::Allowed || !open.contains(action));
        Ok(told)
    }

    /// The user or role whose policies are simulated: a session of a role is named after it, without the role's path.
    async fn principal(&self, caller: &str) -> Result<String, Fault> {
        let parts: Vec<&str> = caller.splitn(6, ':').collect();
        let [_, partition, service, _, account, resource] = parts.as_slice() else {
            return Err(nobody(caller));
        };
        match (*service, resource.split('/').collect::<Vec<_>>().as_slice()) {
            ("sts", ["assumed-role", name, ..]) => Ok(match self.role_arn(name).await {
                Ok(arn) => arn,
                // Without the right to look, the role is taken for one without a path; most have none.
                Err(_) => format!("arn:{partition}:iam::{account}:role/{name}"),
            }),
            ("iam", ["user" | "role", ..]) => Ok(caller.to_owned()),
            _ => Err(nobody(caller)),
        }
    }

    /// What the simulation says of each action on `resource`; `None` where it depends on what is not known here.
    async fn simulate(
        &self,
        principal: &str,
        resource: &str,
        actions: &[&str],
    ) -> Result<Vec<(Clean, Option<Permission>)>, Fault> {
        let context = context(resource);
        let mut results = Vec::new();
        let (mut pages, mut marker) = (Pages::up_to(PAGES), None);
        loop {
            let mut request = self
                .inner
                .iam
                .simulate_principal_policy()
                .policy_source_arn(principal)
                .set_action_names(Some(actions.iter().map(|action| (*action).to_owned()).collect()))
                .set_context_entries((!context.is_empty()).then(|| context.clone()))
                .set_marker(marker);
            if resource != "*" {
                request = request.resource_arns(resource);
            }
            let answer = ask!(&self.inner.pace, Bucket::Iam, SIMULATE, request)?;
            results.extend(answer.evaluation_results().iter().map(result));
            marker = pages.next(answer.marker().filter(|_| answer.is_truncated()));
            if marker.is_none() {
                return Ok(results);
            }
        }
    }
}

fn nobody(caller: &str) -> Fault {
    Fault::new(
        FaultKind::Rejected,
        SIMULATE,
        &format!("only users and roles can be simulated, not `{caller}`"),
    )
}

/// The condition keys that ECS sends and that teams write policies with (service authorization reference, Amazon ECS and
/// IAM): the cluster of a service, and whom a role is passed to.
fn context(resource: &str) -> Vec<sdk::ContextEntry> {
    let entry = |key: &str, value: String| {
        sdk::ContextEntry::builder()
            .context_key_name(key)
            .context_key_values(value)
            .context_key_type(sdk::ContextKeyTypeEnum::String)
            .build()
    };
    if resource.contains(":role/") {
        return vec![entry("iam:PassedToService", "ecs-tasks.amazonaws.com".to_owned())];
    }
    ["service", "service-deployment"]
        .iter()
        .find_map(|kind| {
            let (before, behind) = resource.split_once(&format!(":{kind}/"))?;
            let cluster = behind.split('/').next()?;
            Some(vec![entry("ecs:cluster", format!("{before}:cluster/{cluster}"))])
        })
        .unwrap_or_default()
}

fn result(result: &sdk::EvaluationResult) -> (Clean, Option<Permission>) {
    let permission = match result.eval_decision() {
        sdk::PolicyEvaluationDecisionType::Allowed => Some(Permission::Allowed),
        sdk::PolicyEvaluationDecisionType::ExplicitDeny => Some(Permission::Denied { explicit: true }),
        // A statement that would allow it may hang on a key whose value only the real call has.
        sdk::PolicyEvaluationDecisionType::ImplicitDeny if result.missing_context_values().is_empty() => {
            Some(Permission::Denied { explicit: false })
        }
        _ => None,
    };
    (Clean::new(result.eval_action_name()), permission)
}

fn strictest(told: &mut Permissions, action: Clean, permission: Permission) {
    let weight = |permission: &Permission| match permission {
        Permission::Allowed => 0,
        Permission::Denied { explicit: false } => 1,
        Permission::Denied { explicit: true } => 2,
    };
    match told.get_mut(&action) {
        Some(known) if weight(known) >= weight(&permission) => {}
        Some(known) => *known = permission,
        None => {
            told.insert(action, permission);
        }
    }
}
