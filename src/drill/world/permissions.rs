//! Roles of the account, what they may do, and the parameters that its task definitions name.
//!
//! The caller may do everything but what a fault would refuse at this moment, so that a simulated policy and the real
//! call cannot disagree. The world does not know faults: whoever does tells it before it is asked.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::state::World;
use crate::drill::{faults::matches, time::after};

/// What the caller may not do: a pattern such as `ecs.UpdateService`, and whether a policy says so in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Denial {
    pub(crate) pattern: String,
    pub(crate) explicit: bool,
}

/// `EvalDecision` of a simulated policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    Allowed,
    ImplicitDeny,
    ExplicitDeny,
}

impl Decision {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::ImplicitDeny => "implicitDeny",
            Self::ExplicitDeny => "explicitDeny",
        }
    }
}

/// What the agent of ECS does in the name of an execution role.
const OF_EXECUTION_ROLES: [&str; 4] = ["ecr", "logs", "secretsmanager", "ssm"];

impl World {
    /// Names of the account's roles.
    pub(crate) fn roles(&self) -> BTreeSet<String> {
        let role = |who: &str| who.split('/').next().unwrap_or(who).to_owned();
        let registered = self.families.values().flatten();
        let named = registered.clone().flat_map(|definition| {
            ["taskRoleArn", "executionRoleArn"]
                .into_iter()
                .filter_map(|field| definition.body[field].as_str())
                .filter_map(|arn| arn.rsplit_once(":role/"))
                .map(|(_, name)| name.to_owned())
        });
        let who = registered
            .filter_map(|definition| definition.registered_by.split_once(":assumed-role/"))
            .map(|(_, who)| role(who));
        let ours = [role(&self.caller), "terraform".to_owned()];
        named
            .chain(who)
            .chain(ours)
            .filter(|name| !self.gone_roles.contains(name))
            .collect()
    }

    /// Whether a role may do something, such as `ecs:UpdateService`.
    pub(crate) fn decide(&self, role: &str, action: &str) -> Decision {
        let (prefix, operation) = action.split_once(':').unwrap_or((action, ""));
        if role != self.caller.split('/').next().unwrap_or_default() {
            let pulls = role.ends_with("-execution") && OF_EXECUTION_ROLES.contains(&prefix);
            return if pulls || !role.starts_with("peoplebooster-") {
                Decision::Allowed
            } else {
                Decision::ImplicitDeny
            };
        }
        // The one service whose actions have another name than its calls.
        let service = match prefix {
            "elasticloadbalancing" => "elbv2",
            other => other,
        };
        let met = || {
            self.denials
                .iter()
                .filter(|it| matches(&it.pattern, service, operation))
        };
        if met().any(|it| it.explicit) {
            Decision::ExplicitDeny
        } else if met().next().is_some() {
            Decision::ImplicitDeny
        } else {
            Decision::Allowed
        }
    }

    /// `stoppedReason` when a role of a service revision's definition is gone.
    pub(super) fn missing_role(&self, service: usize, revision: usize) -> Option<String> {
        let revision = &self.services[service].revisions[revision];
        if self.gone_roles.is_empty() {
            return None;
        }
        let body = &self.task_definition(&revision.task_definition)?.body;
        let arn = ["executionRoleArn", "taskRoleArn"]
            .into_iter()
            .filter_map(|field| body[field].as_str())
            .find(|arn| {
                let name = arn.rsplit('/').next().unwrap_or(arn);
                self.gone_roles.contains(name)
            })?;
        Some(format!(
            "ECS was unable to assume the role '{arn}' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role."
        ))
    }

    /// Whether a parameter of the Systems Manager is gone now.
    pub(super) fn parameter_is_gone(&self, name: &str) -> bool {
        let gone = self.gone_parameters.get(name);
        gone.is_some_and(|since| *since <= self.now)
    }

    /// Parameters of the Systems Manager, with when they were last changed: those that a task definition names and that
    /// are not gone.
    pub(crate) fn parameters(&self) -> BTreeMap<String, Timestamp> {
        let mut found = BTreeMap::new();
        let registered = self.families.values().flatten();
        for definition in registered.filter(|it| it.registered_at <= self.now) {
            let containers = definition.body["containerDefinitions"].as_array();
            let secrets = containers
                .into_iter()
                .flatten()
                .filter_map(|container| container["secrets"].as_array());
            let names = secrets
                .flatten()
                .filter_map(|secret| parameter(secret["valueFrom"].as_str()?));
            for name in names {
                if !self.parameter_is_gone(name) {
                    found
                        .entry(name.to_owned())
                        .or_insert_with(|| after(definition.registered_at, -86_400.0));
                }
            }
        }
        found
    }
}

/// The name of the parameter that a `valueFrom` means; `None` when it means a secret.
pub(super) fn parameter(from: &str) -> Option<&str> {
    if from.contains(":secretsmanager:") {
        return None;
    }
    match from.split_once(":parameter") {
        Some((_, name)) => Some(name),
        None => (!from.starts_with("arn:")).then_some(from),
    }
}
