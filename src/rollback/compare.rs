//! Compare before write, and look after a write without an answer. UpdateService has neither a precondition nor an
//! idempotency token (facts: UpdateServiceInput), so both are ours to do.

use jiff::Timestamp;

use crate::domain::{
    Clean, DbInstance, DeploymentHistory, DeploymentId, Phrase, RunId, SecretVersions, ServiceDeployment,
    ServiceDeploymentArn, ServiceDeploymentStatus, ServiceState, TaskDefinitionArn, WorkflowRun,
};

use super::time::{CLOCK_DIFFERENCE, minus};
use super::{Api, Fingerprint, OurTags, Step};

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
    let turned = step.turns_back();
    // Its own state first: when it is over, the service's list looks different too, and that is not the reason.
    if let Some(arn) = turned {
        still_stoppable(arn, stopped)?;
        still_waits(step, stopped)?;
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
    if turned.is_none() && now_seen.deployments != planned.deployments {
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

/// Whether the secret is still the one that the plan was made for. The version in use is compared, never the value.
///
/// # Errors
/// What changed, as a sentence; then nothing may be sent.
pub fn unchanged_secret(planned: &Clean, seen: &SecretVersions) -> Result<(), Phrase> {
    match seen.current() {
        Some(current) if current == planned => Ok(()),
        Some(current) => Err(Phrase::new("changed-secret")
            .text("secret", &seen.name)
            .text("planned", planned)
            .text("seen", current)),
        None => Err(Phrase::new("changed-secret-none").text("secret", &seen.name)),
    }
}

/// Whether the hook that the step answers still waits for an answer. A deployment that pauses at each step has another hook
/// by then.
fn still_waits(step: &Step, seen: Option<&ServiceDeployment>) -> Result<(), Phrase> {
    let hook = step.calls.iter().find_map(|call| match &call.api {
        Api::ContinueServiceDeployment { hook, .. } => Some(hook),
        Api::UpdateService { .. }
        | Api::StopServiceDeployment { .. }
        | Api::RegisterTaskDefinition { .. }
        | Api::RestoreDbInstance { .. }
        | Api::UpdateSecret { .. }
        | Api::UpdateSecretVersionStage { .. }
        | Api::DispatchWorkflow { .. } => None,
    });
    let waits = |hook: &Clean| {
        seen.is_some_and(|seen| {
            seen.hooks
                .iter()
                .any(|known| known.id == *hook && known.awaits_action)
        })
    };
    match hook {
        Some(hook) if !waits(hook) => Err(Phrase::new("changed-hook").text("hook", hook)),
        Some(_) | None => Ok(()),
    }
}

/// What has changed since the step was planned, by what is observed now; `None` when nothing has, or nothing that shows.
#[must_use]
pub fn what_changed(
    step: &Step,
    state: &ServiceState,
    history: Option<&DeploymentHistory>,
) -> Option<Phrase> {
    let stopped = step.turns_back().and_then(|arn| {
        history?
            .deployments
            .iter()
            .find(|deployment| deployment.arn == *arn)
    });
    unchanged(step, state, stopped).err()
}

/// What a write made, as far as looking shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// A deployment.
    pub deployment: Option<DeploymentId>,
    /// A service deployment, made or turned back.
    pub service_deployment: Option<ServiceDeploymentArn>,
    /// A revision.
    pub definition: Option<TaskDefinitionArn>,
    /// A database instance.
    pub instance: Option<Clean>,
    /// The version of the secret that is in use.
    pub secret_version: Option<Clean>,
    /// A run.
    pub run: Option<RunId>,
}

/// What looking shows about a write whose answer never came.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// It took effect: this is what it made, or turned back.
    TookEffect(Effect),
    /// The service is as it was before.
    AsBefore,
    /// Neither: why, as a sentence. A person must decide.
    Otherwise(Phrase),
}

/// Whether an UpdateService that was to deploy `definition`, sent at `sent_at` when the service was seen as `before`, took
/// effect. It never says so of a deployment that was there already, or that is older than the write by more than clocks differ.
#[must_use]
pub fn found_effect(
    definition: &TaskDefinitionArn,
    before: &Fingerprint,
    sent_at: Timestamp,
    now_seen: &ServiceState,
) -> Found {
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
    if primary.task_definition != *definition {
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
        Some(_) | None => Found::TookEffect(Effect {
            deployment: Some(primary.id.clone()),
            service_deployment: now_seen.current_deployment.clone(),
            ..Effect::default()
        }),
    }
}

/// Whether a registration whose answer never came took effect, by the revision that has the intent's tag.
#[must_use]
pub fn found_registration(tagged: Option<TaskDefinitionArn>) -> Found {
    match tagged {
        Some(definition) => Found::TookEffect(Effect {
            definition: Some(definition),
            ..Effect::default()
        }),
        None => Found::AsBefore,
    }
}

/// Whether a restore whose answer never came took effect, by the instance of that name and the intent's tag on it.
#[must_use]
pub fn found_restore(seen: Option<&DbInstance>, token: Option<&Clean>) -> Found {
    let Some(instance) = seen else {
        return Found::AsBefore;
    };
    let tag = instance
        .tags
        .iter()
        .find(|(key, _)| key.as_str() == OurTags::INTENT)
        .map(|(_, value)| value);
    if tag.is_some() && tag == token {
        Found::TookEffect(Effect {
            instance: Some(instance.id.clone()),
            ..Effect::default()
        })
    } else {
        Found::Otherwise(Phrase::new("found-restore-foreign").text("instance", &instance.id))
    }
}

/// Whether a new version of a secret whose answer never came is there, by its id, which is the intent's token. The value is
/// not looked at.
#[must_use]
pub fn found_secret(seen: &SecretVersions, token: Option<&Clean>) -> Found {
    match token.filter(|token| seen.stages.contains_key(*token)) {
        Some(token) => Found::TookEffect(Effect {
            secret_version: Some(token.clone()),
            ..Effect::default()
        }),
        None => Found::AsBefore,
    }
}

/// Whether a stage that was to be moved `from` one version `to` another is there.
#[must_use]
pub fn found_stage(seen: &SecretVersions, from: &Clean, to: &Clean) -> Found {
    match seen.current() {
        Some(current) if current == to => Found::TookEffect(Effect {
            secret_version: Some(to.clone()),
            ..Effect::default()
        }),
        Some(current) if current == from => Found::AsBefore,
        Some(current) => Found::Otherwise(Phrase::new("found-stage-other").text("version", current)),
        None => Found::Otherwise(Phrase::new("found-stage-none")),
    }
}

/// Whether a run whose number never came was started, by the runs since then that repeat the intent's token in their title.
/// Without such an input nothing tells ours from a colleague's, and a person must decide.
#[must_use]
pub fn found_run(runs: &[WorkflowRun], is_correlated: bool) -> Found {
    match (runs, is_correlated) {
        ([], true) => Found::AsBefore,
        ([run], true) => Found::TookEffect(Effect {
            run: Some(run.id),
            ..Effect::default()
        }),
        ([], false) => Found::Otherwise(Phrase::new("found-run-none-untold")),
        (runs, _) => {
            let list: Vec<_> = runs.iter().map(|run| run.id.to_string()).collect();
            Found::Otherwise(Phrase::new("found-run-untold").text("runs", list.join(", ")))
        }
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
        | ServiceDeploymentStatus::RollbackFailed => Found::TookEffect(Effect {
            service_deployment: Some(seen.arn.clone()),
            ..Effect::default()
        }),
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
