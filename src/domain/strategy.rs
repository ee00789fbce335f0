//! How a deployment of a service goes beside replacing tasks: bake time, steps of traffic, lifecycle hooks.

use serde::{Deserialize, Serialize};

use super::Clean;

/// What a lifecycle hook is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HookKind {
    /// A function that ECS calls.
    Lambda,
    /// A point at which the deployment stands still until somebody says continue or go back.
    Pause,
    /// A value that this version does not know.
    Other(Clean),
}

/// What ECS does by itself when a hook's time is up (ECS API, `DeploymentLifecycleHookAction`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HookTimeout {
    /// Go on with the new version.
    Continue,
    /// Go back.
    Rollback,
    /// A value that this version does not know.
    Other(Clean),
}

/// A hook of a service's configuration (ECS API, `DeploymentLifecycleHook`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfiguredHook {
    /// What it is. A hook that says nothing else is a function: pauses came later.
    pub kind: HookKind,
    /// What it calls, by ARN.
    pub target: Option<Clean>,
    /// The stages at which it does, in ECS's words, such as `POST_SCALE_UP`.
    pub stages: Vec<Clean>,
    /// Minutes after which its time is up, where configured.
    pub timeout_minutes: Option<u32>,
    /// What happens then, where configured.
    pub on_timeout: Option<HookTimeout>,
}

/// How traffic moves in steps (ECS API, `LinearConfiguration` and `CanaryConfiguration`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrafficSteps {
    /// The traffic of each step of a linear deployment, or of the first of a canary's two, in tenths of a percent.
    pub permille: Option<u32>,
    /// Minutes between two steps.
    pub bake_minutes: Option<u32>,
}

/// What a service's deployments go through (ECS API, `DeploymentConfiguration`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StrategySettings {
    /// Minutes that old and new run side by side after all traffic was moved.
    pub bake_minutes: Option<u32>,
    /// The steps of a linear or canary deployment.
    pub steps: Option<TrafficSteps>,
    /// Its lifecycle hooks, in ECS's order.
    pub hooks: Vec<ConfiguredHook>,
}

impl StrategySettings {
    /// Whether a deployment will stand still until a person acts.
    #[must_use]
    pub fn pauses(&self) -> bool {
        self.hooks.iter().any(|hook| hook.kind == HookKind::Pause)
    }
}
