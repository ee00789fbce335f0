//! Whether there is room for the new tasks, as far as it can be seen without asking the instances.

use std::time::Duration;

use crate::domain::{Launch, Phrase, ServiceEvent, ServiceState, Strategy};

use super::super::ProposalInputs;
use super::super::time::minus;
use super::rows::{Finding, pass, unknown, warn};

/// How long ago an event still speaks of now.
const RECENT: Duration = Duration::from_secs(30 * 60);

pub(super) fn capacity(inputs: &ProposalInputs<'_>, state: &ServiceState) -> Finding {
    if let Some(event) = unplaced(state, minus(inputs.now, RECENT)) {
        return warn(
            Phrase::new("preflight-capacity-unplaced")
                .time("at", event.at)
                .text("message", &event.message),
        );
    }
    if let Some((min, max)) = state.percent
        && state.strategy == Strategy::Rolling
        && is_stuck(state.desired, min, max)
    {
        return warn(
            Phrase::new("preflight-capacity-stuck")
                .number("desired", state.desired)
                .number("min", min)
                .number("max", max),
        );
    }
    match &state.launch {
        Launch::Fargate => pass(Phrase::new("preflight-capacity-fargate")),
        Launch::Ec2 => unknown(Phrase::new("preflight-capacity-instances").text("launch", "EC2")),
        Launch::External => unknown(Phrase::new("preflight-capacity-instances").text("launch", "EXTERNAL")),
        Launch::Providers(providers) => {
            let list: Vec<_> = providers.iter().map(crate::domain::Clean::as_str).collect();
            unknown(Phrase::new("preflight-capacity-instances").text("launch", list.join(", ")))
        }
        Launch::Untold => unknown(Phrase::new("preflight-capacity-untold")),
    }
}

/// Whether ECS may neither start nor stop a task: at least the minimum, rounded up, must run, and at most the maximum, rounded
/// down, may (Amazon ECS developer guide, "Amazon ECS service definition parameters", `minimumHealthyPercent` and
/// `maximumPercent`).
fn is_stuck(desired: u32, min: u32, max: u32) -> bool {
    let of = |percent: u32| u64::from(desired) * u64::from(percent);
    let (least, most) = (of(min).div_ceil(100), of(max) / 100);
    desired > 0 && most <= u64::from(desired) && least >= u64::from(desired)
}

/// The newest event since `since` that says a task found no place, unless the service became steady after it.
fn unplaced(state: &ServiceState, since: jiff::Timestamp) -> Option<&ServiceEvent> {
    let says = |event: &ServiceEvent, what: &str| event.message.as_str().contains(what);
    state
        .events
        .iter()
        .filter(|event| event.at >= since)
        .find(|event| says(event, "unable to place a task") || says(event, "reached a steady state"))
        .filter(|event| says(event, "unable to place a task"))
}
