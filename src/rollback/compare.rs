//! Compare before write, and look after a write without an answer. UpdateService has neither a precondition nor an
//! idempotency token (facts: UpdateServiceInput), so both are ours to do.

use jiff::Timestamp;

use crate::domain::{
    DeploymentHistory, DeploymentId, Phrase, ServiceDeployment, ServiceDeploymentArn,
    ServiceDeploymentStatus, ServiceState,
};

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
        service_deployment: state.current_deployment.clone(),
    }
}

/// Whether the world is still the one that the step was planned for. The desired count may differ: autoscaling owns it.
/// `stopped` is the service deployment that the step stops, as it is now.
///
/// # Errors
/// What changed, as a sentence; then nothing may be sent.
pub fn unchanged(
    step: &Step,
    state: &ServiceState,
    stopped: Option<&ServiceDeployment>,
) -> Result<(), Phrase> {
    let planned = &step.fingerprint;
    let now_seen = &fingerprint(state);
    let stops = step.stops();
    // Its own state first: when it is over, the service's list looks different too, and that is not the reason.
    if let Some(arn) = stops {
        still_stoppable(arn, stopped)?;
    }
    if now_seen.task_definition != planned.task_definition && now_seen.primary == planned.primary {
        return Err(Phrase::new("changed-task-definition")
            .text("planned", planned.task_definition.short())
            .text("seen", now_seen.task_definition.short()));
    }
    if now_seen.primary != planned.primary {
        return Err(match (state.primary(), &now_seen.primary) {
            (Some(primary), Some(seen)) => match primary.created_at {
                Some(at) => Phrase::new("changed-deployment-dated")
                    .text("seen", seen)
                    .text("revision", primary.task_definition.short())
                    .time("at", at),
                None => Phrase::new("changed-deployment").text("seen", seen),
            },
            (None, _) | (_, None) => Phrase::new("changed-deployment-gone"),
        });
    }
    // While a deployment is under way, older ones lose their tasks and leave the list.
    if stops.is_none() && now_seen.deployments != planned.deployments {
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

/// Whether the service deployment that is to be stopped still goes forward.
fn still_stoppable(arn: &ServiceDeploymentArn, stopped: Option<&ServiceDeployment>) -> Result<(), Phrase> {
    let Some(stopped) = stopped.filter(|stopped| stopped.arn == *arn) else {
        return Err(Phrase::new("changed-stop-untold").text("deployment", arn.id()));
    };
    if stopped.status.is_stoppable() {
        return Ok(());
    }
    let id = if stopped.status.is_going_back() {
        "changed-stop-going-back"
    } else {
        "changed-stop-over"
    };
    Err(Phrase::new(id)
        .text("deployment", arn.id())
        .text("status", stopped.status.as_str()))
}

/// What has changed since the step was planned, by what is observed now; `None` when nothing has, or nothing that shows.
#[must_use]
pub fn what_changed(
    step: &Step,
    state: &ServiceState,
    history: Option<&DeploymentHistory>,
) -> Option<Phrase> {
    let stopped = step.stops().and_then(|arn| {
        history?
            .deployments
            .iter()
            .find(|deployment| deployment.arn == *arn)
    });
    unchanged(step, state, stopped).err()
}

/// What looking shows about a write whose answer never came.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// It took effect: this deployment is ours, or this service deployment is being turned back.
    TookEffect(Option<DeploymentId>, Option<ServiceDeploymentArn>),
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
        Some(_) | None => Found::TookEffect(Some(primary.id.clone()), now_seen.current_deployment.clone()),
    }
}

/// Whether a stop whose answer never came took effect, by the service deployment that it named. ECS's own circuit breaker may
/// have turned it back in the same moment; either way it goes back, and that is what is followed.
#[must_use]
pub fn found_stop(seen: &ServiceDeployment) -> Found {
    match &seen.status {
        ServiceDeploymentStatus::StopRequested
        | ServiceDeploymentStatus::Stopped
        | ServiceDeploymentStatus::RollbackRequested
        | ServiceDeploymentStatus::RollbackInProgress
        | ServiceDeploymentStatus::RollbackSuccessful
        | ServiceDeploymentStatus::RollbackFailed => Found::TookEffect(None, Some(seen.arn.clone())),
        // One that reached its end was not stopped: it was finished first.
        ServiceDeploymentStatus::Pending
        | ServiceDeploymentStatus::InProgress
        | ServiceDeploymentStatus::Successful => Found::AsBefore,
        ServiceDeploymentStatus::Other(other) => Found::Otherwise(
            Phrase::new("found-stop-other")
                .text("deployment", seen.arn.id())
                .text("status", other),
        ),
    }
}
