//! How many tasks are wanted, beside what scales the service. A way back never sends a desired count, so what is set stays.

use jiff::Timestamp;

use crate::domain::{Phrase, Scaling, ScalingBounds, ServiceState};

use super::super::ProposalInputs;
use super::super::propose::Way;
use super::super::served::Known;
use super::rows::{Finding, on, pass, unread, warn};

pub(super) fn scaling(
    inputs: &ProposalInputs<'_>,
    state: &ServiceState,
    known: &Known<'_>,
    way: &Way<'_>,
) -> Finding {
    let observed = inputs.around.scaling;
    let Some(scaling) = observed.value() else {
        return unread(observed);
    };
    let most = if way.method.deploys_the_same() {
        None
    } else {
        most_of(known, way, scaling)
    };
    on(observed, judge(state.desired, scaling.bounds, most))
}

fn judge(desired: u32, bounds: Option<ScalingBounds>, most: Option<u32>) -> Finding {
    let Some(bounds) = bounds else {
        return pass(Phrase::new("preflight-scaling-none").number("desired", desired));
    };
    let said = |id: &'static str| {
        Phrase::new(id)
            .number("desired", desired)
            .number("min", bounds.min)
            .number("max", bounds.max)
    };
    if bounds.suspended {
        return warn(said("preflight-scaling-suspended"));
    }
    if desired < bounds.min || desired > bounds.max {
        return warn(said("preflight-scaling-outside"));
    }
    match most {
        Some(most) if desired > most => warn(
            Phrase::new("preflight-scaling-more")
                .number("desired", desired)
                .number("most", most),
        ),
        Some(_) | None => pass(said("preflight-scaling-pass")),
    }
}

/// The most tasks that the target was scaled to while it served alone, as far as activities reach (six weeks; Application Auto
/// Scaling API reference, DescribeScalingActivities). The last one before it counts too: it was in force when it began.
fn most_of(known: &Known<'_>, way: &Way<'_>, scaling: &Scaling) -> Option<u32> {
    let set = |at: Timestamp| {
        scaling
            .activities
            .iter()
            .filter(|activity| activity.done && activity.at <= at)
            .filter_map(|activity| Some((activity.at, activity.desired?)))
            .max_by_key(|(at, _)| *at)
            .map(|(_, desired)| desired)
    };
    known
        .of_definition(&way.target.definition)
        .filter_map(|residence| {
            let from = residence.from?;
            let until = residence.until.unwrap_or(known.end);
            let within = scaling
                .activities
                .iter()
                .filter(|activity| activity.done && activity.at > from && activity.at <= until)
                .filter_map(|activity| activity.desired);
            within.chain(set(from)).max()
        })
        .max()
}
