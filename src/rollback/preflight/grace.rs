//! Whether the target has time enough to start before the load balancer's checks count against it. A task that is called
//! unhealthy after the grace period is replaced (Amazon ECS API reference, `healthCheckGracePeriodSeconds`).

use std::time::Duration;

use crate::domain::{Phrase, ServiceDeploymentStatus, ServiceState, TargetCheck};

use super::super::time::between;
use super::super::{ProposalInputs, Target};
use super::rows::{Finding, pass, unknown, warn};

pub(super) fn grace(inputs: &ProposalInputs<'_>, state: &ServiceState, target: &Target) -> Finding {
    if state.load_balancers.is_empty() && state.target_groups.is_empty() {
        return pass(Phrase::new("preflight-grace-none"));
    }
    let grace = seconds(state.health_check_grace_seconds.unwrap_or(0));
    let took = took(inputs, target);
    let said =
        |id: &'static str, took: Duration| Phrase::new(id).duration("grace", grace).duration("took", took);
    // What covers all of the target's own deployment covers the start of any of its tasks.
    if let Some(took) = took.filter(|took| *took <= grace) {
        return pass(said("preflight-grace-covers", took));
    }
    let checks: Vec<&TargetCheck> = inputs
        .around
        .targets
        .value()
        .into_iter()
        .flat_map(|targets| &targets.groups)
        .filter_map(|group| group.check.as_ref())
        .collect();
    let (Some(judged), Some(healthy)) = (
        checks
            .iter()
            .filter_map(|check| run_of(check, check.unhealthy_after))
            .min(),
        checks
            .iter()
            .filter_map(|check| run_of(check, check.healthy_after))
            .max(),
    ) else {
        return unknown(Phrase::new("preflight-grace-unknown").duration("grace", grace));
    };
    let within = grace + judged;
    let phrase = |id: &'static str| {
        Phrase::new(id)
            .duration("grace", grace)
            .duration("within", within)
            .duration("healthy", healthy)
    };
    // Its own deployment took longer than one task: so it warns only where the grace period does not even cover the checks
    // that make a target healthy.
    match took {
        Some(took) if took > within && grace < healthy => {
            warn(phrase("preflight-grace-short").duration("took", took))
        }
        Some(_) => pass(phrase("preflight-grace-pass")),
        None if grace < healthy => warn(phrase("preflight-grace-untried")),
        None => pass(phrase("preflight-grace-pass")),
    }
}

const fn seconds(n: u32) -> Duration {
    Duration::from_secs(n as u64)
}

/// How long so many checks in a row take.
fn run_of(check: &TargetCheck, times: Option<u32>) -> Option<Duration> {
    Some(seconds(check.interval_seconds?.saturating_mul(times?)))
}

/// How long the newest completed deployment of the target took: no task of it needed longer to become healthy.
fn took(inputs: &ProposalInputs<'_>, target: &Target) -> Option<Duration> {
    let history = inputs.target.history.value()?;
    history
        .deployments
        .iter()
        .filter(|deployment| deployment.status == ServiceDeploymentStatus::Successful)
        .filter(|deployment| {
            deployment
                .target
                .as_ref()
                .and_then(|arn| history.revisions.get(arn))
                .is_some_and(|revision| revision.task_definition == target.definition)
        })
        .find_map(|deployment| {
            let began = deployment.started_at.unwrap_or(deployment.created_at);
            Some(between(began, deployment.finished_at?))
        })
}
