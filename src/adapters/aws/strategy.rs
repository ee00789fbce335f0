//! A service's deployment configuration beside its percentages: bake time, steps of traffic, lifecycle hooks.

use aws_sdk_ecs::types as sdk;

use crate::domain::{Clean, ConfiguredHook, HookKind, HookTimeout, StrategySettings, TrafficSteps};

use super::convert::{clean, count};

pub(super) fn strategy_settings(configuration: &sdk::DeploymentConfiguration) -> StrategySettings {
    let linear = configuration.linear_configuration().map(|linear| TrafficSteps {
        permille: linear.step_percent().and_then(permille),
        bake_minutes: linear.step_bake_time_in_minutes().map(count),
    });
    let canary = configuration.canary_configuration().map(|canary| TrafficSteps {
        permille: canary.canary_percent().and_then(permille),
        bake_minutes: canary.canary_bake_time_in_minutes().map(count),
    });
    StrategySettings {
        bake_minutes: configuration.bake_time_in_minutes().map(count),
        steps: linear.or(canary),
        hooks: configuration.lifecycle_hooks().iter().map(hook).collect(),
    }
}

fn hook(hook: &sdk::DeploymentLifecycleHook) -> ConfiguredHook {
    let timeout = hook.timeout_configuration();
    ConfiguredHook {
        kind: match hook.target_type() {
            None | Some(sdk::DeploymentLifecycleHookTargetType::AwsLambda) => HookKind::Lambda,
            Some(sdk::DeploymentLifecycleHookTargetType::Pause) => HookKind::Pause,
            Some(other) => HookKind::Other(Clean::new(other.as_str())),
        },
        target: clean(hook.hook_target_arn()),
        stages: hook
            .lifecycle_stages()
            .iter()
            .map(|stage| Clean::new(stage.as_str()))
            .collect(),
        timeout_minutes: timeout.and_then(|it| it.timeout_in_minutes()).map(count),
        on_timeout: timeout.and_then(|it| it.action()).map(hook_timeout),
    }
}

pub(super) fn hook_timeout(action: &sdk::DeploymentLifecycleHookAction) -> HookTimeout {
    match action {
        sdk::DeploymentLifecycleHookAction::Continue => HookTimeout::Continue,
        sdk::DeploymentLifecycleHookAction::Rollback => HookTimeout::Rollback,
        other => HookTimeout::Other(Clean::new(other.as_str())),
    }
}

/// A percentage in tenths of a percent: ECS takes steps of 0.1 (ECS API reference, LinearConfiguration).
fn permille(percent: f64) -> Option<u32> {
    let tenths = (percent * 10.0).round();
    // The range makes the cast exact; what is outside it is no share of traffic.
    (0.0..=1000.0).contains(&tenths).then_some(tenths as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_traffic_is_whole_tenths() {
        assert_eq!(permille(10.0), Some(100));
        assert_eq!(permille(3.3), Some(33));
        assert_eq!(permille(f64::NAN), None);
        assert_eq!(permille(-1.0), None);
        assert_eq!(permille(101.0), None);
    }
}
