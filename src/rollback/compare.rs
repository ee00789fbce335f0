//! Compare before write, and look after a write without an answer. UpdateService has neither a precondition nor an
//! idempotency token (facts: UpdateServiceInput), so both are ours to do.

use jiff::Timestamp;

use crate::domain::{DeploymentId, Phrase, ServiceDeploymentArn, ServiceState};

use super::time::{CLOCK_DIFFERENCE, minus};
use super::{Fingerprint, Step};

/// What is seen of a service now, as far as a plan depends on it.
#[must_use]
pub fn fingerprint(state: &ServiceState) -> Fingerprint {
    Fingerprint {
        primary: state.primary().map(|primary| primary.id.clone()),
        task_definition: state.task_definition.clone(),
        desired: state.desired,
        deployments: state.deployments.len(),
    }
}

/// Whether the world is still the one that the step was planned for. The desired count may differ: autoscaling owns it.
///
/// # Errors
/// What changed, as a sentence; then nothing may be sent.
pub fn unchanged(step: &Step, now_seen: &Fingerprint) -> Result<(), Phrase> {
    let planned = &step.fingerprint;
    if now_seen.task_definition != planned.task_definition {
        return Err(Phrase::new("changed-task-definition")
            .text("planned", planned.task_definition.short())
            .text("seen", now_seen.task_definition.short()));
    }
    if now_seen.primary != planned.primary {
        return Err(match &now_seen.primary {
            Some(seen) => Phrase::new("changed-deployment").text("seen", seen),
            None => Phrase::new("changed-deployment-gone"),
        });
    }
    if now_seen.deployments != planned.deployments {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        return Err(Phrase::new("changed-deployments")
            .number("planned", count(planned.deployments))
            .number("seen", count(now_seen.deployments)));
    }
    if now_seen.desired == 0 {
        return Err(Phrase::new("changed-desired"));
    }
    Ok(())
}

/// What looking shows about a write whose answer never came.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// It took effect: this deployment is ours.
    TookEffect(DeploymentId, Option<ServiceDeploymentArn>),
    /// The service is as it was before.
    AsBefore,
    /// Neither: why, as a sentence. A person must decide.
    Otherwise(Phrase),
}

/// Whether the one write of `step`, sent at `sent_at` when the service was seen as `before`, took effect. It never says so
/// of a deployment that was there already, or that is older than the write by more than clocks differ.
#[must_use]
pub fn found_effect(step: &Step, before: &Fingerprint, sent_at: Timestamp, now_seen: &ServiceState) -> Found {
    let Some(primary) = now_seen.primary() else {
        return if before.primary.is_none() && now_seen.task_definition == before.task_definition {
            Found::AsBefore
        } else {
            Found::Otherwise(Phrase::new("found-no-primary"))
        };
    };
    if before.primary.as_ref() == Some(&primary.id) {
        return Found::AsBefore;
    }
    if primary.task_definition != step.to.revision {
        return Found::Otherwise(
            Phrase::new("found-other")
                .text("deployment", &primary.id)
                .text("revision", primary.task_definition.short()),
        );
    }
    match primary.created_at {
        Some(created) if created < minus(sent_at, CLOCK_DIFFERENCE) => Found::Otherwise(
            Phrase::new("found-older")
                .text("deployment", &primary.id)
                .time("at", created),
        ),
        Some(_) | None => Found::TookEffect(primary.id.clone(), now_seen.current_deployment.clone()),
    }
}
