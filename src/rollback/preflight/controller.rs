//! What drives deployments of the service, and what one goes through.

use crate::domain::{HookKind, Phrase, ServiceState, Strategy, StrategySettings, TrafficSteps};

use super::super::fits;
use super::super::propose::Way;
use super::rows::{Finding, block, pass, unknown, warn};

pub(super) fn controller(state: &ServiceState) -> Finding {
    match fits(state) {
        Ok(()) => pass(Phrase::new("preflight-controller-ecs")),
        Err(instead) => block(instead),
    }
}

/// A step of a linear deployment, in tenths of a percent, and minutes between two (ECS API reference, LinearConfiguration).
const LINEAR: (u32, u32) = (100, 6);
/// The first part of a canary, in tenths of a percent, and minutes until the rest follows (ECS API reference,
/// CanaryConfiguration).
const CANARY: (u32, u32) = (50, 10);
/// All traffic, in tenths of a percent.
const ALL: u32 = 1000;

pub(super) fn strategy(state: &ServiceState, way: &Way<'_>) -> Finding {
    let settings = &state.strategy_settings;
    let (name, course) = match &state.strategy {
        Strategy::Rolling => return pass(Phrase::new("preflight-strategy-rolling")),
        Strategy::BlueGreen => (
            "BLUE_GREEN",
            Course {
                share: ALL,
                shifts: 1,
                between: 0,
            },
        ),
        Strategy::Linear => ("LINEAR", Course::linear(settings.steps)),
        Strategy::Canary => ("CANARY", Course::canary(settings.steps)),
        Strategy::Other(other) => {
            return unknown(Phrase::new("preflight-strategy-unknown").text("strategy", other));
        }
    };
    // The old tasks still run, so traffic is moved back to them and nothing is gone through again (Amazon ECS developer guide,
    // "Blue/green deployments").
    if way.turned_back().is_some() {
        return pass(Phrase::new("preflight-strategy-at-once").text("strategy", name));
    }
    let whole = |id: &'static str| {
        Phrase::new(id)
            .text("strategy", name)
            .text("traffic", course.text())
            .number("bake", settings.bake_minutes.unwrap_or(0))
            .number("minutes", course.minutes(settings))
    };
    if settings.pauses() {
        return warn(whole("preflight-strategy-pauses").text("stages", stages(settings)));
    }
    if settings.hooks.is_empty() {
        warn(whole("preflight-strategy-whole"))
    } else {
        let hooks = u32::try_from(settings.hooks.len()).unwrap_or(u32::MAX);
        warn(whole("preflight-strategy-hooks").number("hooks", hooks))
    }
}

/// How traffic moves.
struct Course {
    /// How much moves at once, in tenths of a percent.
    share: u32,
    /// How often it moves.
    shifts: u32,
    /// Minutes between two moves.
    between: u32,
}

impl Course {
    fn linear(steps: Option<TrafficSteps>) -> Self {
        let (share, between) = told(steps, LINEAR);
        Self {
            share,
            shifts: ALL.div_ceil(share.max(1)),
            between,
        }
    }

    fn canary(steps: Option<TrafficSteps>) -> Self {
        let (share, between) = told(steps, CANARY);
        Self {
            share,
            shifts: if share >= ALL { 1 } else { 2 },
            between,
        }
    }

    /// Such as `10 % ×10 / 6 min`.
    fn text(&self) -> String {
        let percent = f64::from(self.share) / 10.0;
        if self.shifts <= 1 {
            format!("{percent} %")
        } else {
            format!("{percent} % ×{} / {} min", self.shifts, self.between)
        }
    }

    /// The fewest minutes: what is configured to be waited for. Tasks have to start as well, and hooks have to answer.
    fn minutes(&self, settings: &StrategySettings) -> u32 {
        let moving = self.shifts.saturating_sub(1).saturating_mul(self.between);
        moving.saturating_add(settings.bake_minutes.unwrap_or(0))
    }
}

fn told(steps: Option<TrafficSteps>, default: (u32, u32)) -> (u32, u32) {
    let steps = steps.unwrap_or(TrafficSteps {
        permille: None,
        bake_minutes: None,
    });
    (
        steps.permille.unwrap_or(default.0),
        steps.bake_minutes.unwrap_or(default.1),
    )
}

/// The stages at which a deployment stands still until somebody answers.
fn stages(settings: &StrategySettings) -> String {
    let stages: Vec<&str> = settings
        .hooks
        .iter()
        .filter(|hook| hook.kind == HookKind::Pause)
        .flat_map(|hook| hook.stages.iter().map(crate::domain::Clean::as_str))
        .collect();
    if stages.is_empty() {
        "–".to_owned()
    } else {
        stages.join(", ")
    }
}
