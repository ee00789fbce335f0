//! How a service is deployed: its controller, its strategy, and the hooks at which a deployment pauses.
//!
//! The words of the file are the drill's own; what they are called on the wire stands beside them (ECS API reference,
//! `DeploymentConfiguration`, `DeploymentLifecycleHook`, `DeploymentController`).

use serde::Deserialize;

use super::{Offset, Service};

/// The longest bake time, and the longest step of one, in minutes (ECS API reference, `LinearConfiguration`).
const DAY: u32 = 1_440;
/// The longest time-out of a hook, in minutes: 14 days (ECS developer guide, "Pause hooks").
const FORTNIGHT: u32 = 14 * DAY;

/// `deploymentController.type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Controller {
    /// ECS itself.
    #[default]
    Ecs,
    /// CodeDeploy deploys; ECS refuses another definition.
    CodeDeploy,
    /// Somebody else's controller deploys.
    External,
}

impl Controller {
    /// Its name on the wire.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ecs => "ECS",
            Self::CodeDeploy => "CODE_DEPLOY",
            Self::External => "EXTERNAL",
        }
    }

    /// Whether ECS deploys, so that there are service deployments and revisions.
    pub(crate) fn is_ecs(self) -> bool {
        self == Self::Ecs
    }

    /// Why UpdateService takes no task definition, where ECS leaves that to this controller (ECS API reference,
    /// UpdateService). These are the words of AWS for CODE_DEPLOY.
    pub(crate) fn refuses_definition(self) -> Option<String> {
        self.refuses("Unable to update task definition")
    }

    /// Why UpdateService does not force a new deployment, where ECS leaves that to this controller.
    pub(crate) fn refuses_force(self) -> Option<String> {
        self.refuses("Cannot force a new deployment")
    }

    fn refuses(self, what: &str) -> Option<String> {
        let (with, instead) = match self {
            Self::Ecs => return None,
            Self::CodeDeploy => ("a CODE_DEPLOY", "Use AWS CodeDeploy to trigger a new deployment."),
            Self::External => ("an EXTERNAL", "Use CreateTaskSet to create a new task set."),
        };
        Some(format!(
            "{what} on services with {with} deployment controller. {instead}"
        ))
    }
}

/// `deploymentConfiguration.strategy`, with what it is told.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Strategy {
    /// Tasks are replaced a few at a time.
    #[default]
    Rolling,
    /// All traffic goes over at once.
    BlueGreen {
        /// `bakeTimeInMinutes`: how long both revisions run after the shift.
        bake_minutes: u32,
    },
    /// Traffic goes over in equal steps.
    Linear {
        /// `stepPercent`.
        #[serde(default = "step_percent")]
        step_percent: f64,
        /// `stepBakeTimeInMinutes`.
        #[serde(default = "step_bake")]
        step_bake_minutes: u32,
        /// `bakeTimeInMinutes`.
        bake_minutes: u32,
    },
    /// A part of the traffic goes over first, later the rest.
    Canary {
        /// `canaryPercent`.
        #[serde(default = "canary_percent")]
        percent: f64,
        /// `canaryBakeTimeInMinutes`.
        #[serde(default = "canary_bake")]
        canary_bake_minutes: u32,
        /// `bakeTimeInMinutes`.
        bake_minutes: u32,
    },
}

impl Strategy {
    /// Its name on the wire.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rolling => "ROLLING",
            Self::BlueGreen { .. } => "BLUE_GREEN",
            Self::Linear { .. } => "LINEAR",
            Self::Canary { .. } => "CANARY",
        }
    }

    /// Whether it shifts traffic between two target groups.
    pub(crate) fn shifts(self) -> bool {
        self != Self::Rolling
    }

    /// `bakeTimeInMinutes`.
    pub(crate) fn bake_minutes(self) -> u32 {
        match self {
            Self::Rolling => 0,
            Self::BlueGreen { bake_minutes }
            | Self::Linear { bake_minutes, .. }
            | Self::Canary { bake_minutes, .. } => bake_minutes,
        }
    }

    /// Minutes between two steps of the shift.
    pub(crate) fn step_bake_minutes(self) -> u32 {
        match self {
            Self::Rolling | Self::BlueGreen { .. } => 0,
            Self::Linear {
                step_bake_minutes, ..
            } => step_bake_minutes,
            Self::Canary {
                canary_bake_minutes, ..
            } => canary_bake_minutes,
        }
    }

    /// Percent of the production traffic that the new revision has after a step, counted from 0; the last step has all.
    pub(crate) fn percent_after(self, step: u32) -> f64 {
        match self {
            Self::Rolling | Self::BlueGreen { .. } => 100.0,
            Self::Linear { step_percent, .. } => (step_percent * f64::from(step + 1)).min(100.0),
            Self::Canary { percent, .. } if step == 0 => percent,
            Self::Canary { .. } => 100.0,
        }
    }
}

/// `timeoutConfiguration.action` of a hook, and `action` of ContinueServiceDeployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum HookAction {
    /// The deployment goes on.
    Continue,
    /// The deployment goes back.
    #[default]
    Rollback,
}

impl HookAction {
    /// Its name on the wire.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Continue => "CONTINUE",
            Self::Rollback => "ROLLBACK",
        }
    }
}

/// A stage at which a PAUSE hook may stand, in the words of the wire. The two in which traffic is being shifted are for
/// Lambda functions only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum HookStage {
    /// More than one revision was active when the deployment began.
    ReconcileService,
    /// Before the new tasks are started.
    PreScaleUp,
    /// After they have become healthy.
    PostScaleUp,
    /// After the test traffic has been shifted.
    PostTestTrafficShift,
    /// Before each step of the production traffic.
    PreProductionTrafficShift,
    /// After the last one.
    PostProductionTrafficShift,
}

impl HookStage {
    /// Its name on the wire.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ReconcileService => "RECONCILE_SERVICE",
            Self::PreScaleUp => "PRE_SCALE_UP",
            Self::PostScaleUp => "POST_SCALE_UP",
            Self::PostTestTrafficShift => "POST_TEST_TRAFFIC_SHIFT",
            Self::PreProductionTrafficShift => "PRE_PRODUCTION_TRAFFIC_SHIFT",
            Self::PostProductionTrafficShift => "POST_PRODUCTION_TRAFFIC_SHIFT",
        }
    }
}

/// A PAUSE hook of a service.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PauseHook {
    /// Where a deployment pauses.
    pub(crate) stages: Vec<HookStage>,
    /// How long it waits at most.
    #[serde(default = "hook_timeout")]
    pub(crate) timeout_minutes: u32,
    /// What happens then.
    #[serde(default)]
    pub(crate) timeout_action: HookAction,
}

/// Somebody answers the hook at which the service's deployment waits at that moment; when none waits, nothing happens.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HookAnswer {
    /// When.
    pub(crate) at: Offset,
    /// What he says.
    pub(crate) action: HookAction,
}

/// Refuses what ECS would not take.
pub(super) fn check(service: &Service) -> Result<(), String> {
    let refuse = |why: &str| Err(format!("{}: {why}", service.application));
    if !service.controller.is_ecs() && (service.strategy.shifts() || !service.hooks.is_empty()) {
        return refuse("a strategy and hooks are for the controller 'ecs'");
    }
    if !service.hooks.is_empty() && !service.strategy.shifts() {
        return refuse("a rolling deployment has no stages at which it could pause");
    }
    if service.hooks.iter().any(|hook| hook.stages.is_empty()) {
        return refuse("a hook needs a stage");
    }
    let in_time = |hook: &PauseHook| (1..=FORTNIGHT).contains(&hook.timeout_minutes);
    if !service.hooks.iter().all(in_time) {
        return refuse("a hook waits from a minute to 14 days");
    }
    let least = match service.strategy {
        Strategy::Linear { .. } => 3.0,
        Strategy::Rolling | Strategy::BlueGreen { .. } | Strategy::Canary { .. } => 0.1,
    };
    if !(least..=100.0).contains(&service.strategy.percent_after(0)) {
        return refuse("a step shifts from 3 (linear) or 0.1 (canary) to 100 percent");
    }
    if service
        .strategy
        .bake_minutes()
        .max(service.strategy.step_bake_minutes())
        > DAY
    {
        return refuse("a bake time lasts a day at most");
    }
    Ok(())
}

fn step_percent() -> f64 {
    10.0
}
fn step_bake() -> u32 {
    6
}
fn canary_percent() -> f64 {
    5.0
}
fn canary_bake() -> u32 {
    10
}
fn hook_timeout() -> u32 {
    DAY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traffic_goes_over_in_steps_and_the_last_one_takes_all() {
        let linear = Strategy::Linear {
            step_percent: 30.0,
            step_bake_minutes: 1,
            bake_minutes: 1,
        };
        assert_eq!(
            [0, 1, 2, 3].map(|step| linear.percent_after(step)),
            [30.0, 60.0, 90.0, 100.0]
        );
        let canary = Strategy::Canary {
            percent: 0.1,
            canary_bake_minutes: 1,
            bake_minutes: 1,
        };
        assert_eq!([0, 1].map(|step| canary.percent_after(step)), [0.1, 100.0]);
        assert_eq!(Strategy::BlueGreen { bake_minutes: 5 }.percent_after(0), 100.0);
    }
}
