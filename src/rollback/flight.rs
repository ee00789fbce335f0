//! What ECS is doing to a service now, and where ECS itself would go back to.

use crate::domain::{
    ContainerImage, DeploymentHistory, ImageReference, LifecycleHook, Observed, Phrase, RolloutState,
    ServiceDeployment, ServiceRevision, ServiceState, TargetSpec,
};

use super::served::{Known, ours, pinned};
use super::{Point, Rule, Target, choose};

/// Whether a service deployment is under way, as far as state and history tell together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Flight<'h> {
    /// None is.
    Landed,
    /// This one goes forward, and StopServiceDeployment can turn it back.
    Stoppable(&'h ServiceDeployment),
    /// This one goes forward and waits at a hook for somebody's word.
    Paused(&'h ServiceDeployment, &'h LifecycleHook),
    /// This one goes back already.
    GoingBack(&'h ServiceDeployment),
    /// Something is under way that has no service deployment here, or one in a state that is not known.
    Untold,
}

/// What is under way. The service's own word for its current deployment comes first; a running one in the history counts
/// whether or not it is that.
pub(super) fn flight<'h>(state: &ServiceState, history: &'h Observed<DeploymentHistory>) -> Flight<'h> {
    let running = history.value().and_then(|history| {
        let mut running = history.deployments.iter().filter(|d| d.status.is_running());
        let newest = running.next()?;
        // Two at once are not ECS's way; which of them a stop would mean cannot be told.
        Some((newest, running.next().is_some()))
    });
    let rolls_out = state
        .primary()
        .is_some_and(|primary| primary.rollout == Some(RolloutState::InProgress));
    match running {
        None if rolls_out => Flight::Untold,
        None => Flight::Landed,
        Some((_, true)) => Flight::Untold,
        Some((newest, false))
            if state
                .current_deployment
                .as_ref()
                .is_some_and(|current| *current != newest.arn) =>
        {
            // State and history were read at different times; the next reading tells.
            Flight::Untold
        }
        Some((newest, false)) if newest.status.is_stoppable() => match newest.paused_at() {
            Some(hook) => Flight::Paused(newest, hook),
            None => Flight::Stoppable(newest),
        },
        Some((newest, false)) if newest.status.is_going_back() => Flight::GoingBack(newest),
        Some((_, false)) => Flight::Untold,
    }
}

/// A service revision as a point: its task definition, and the image of ours with the digest that it is pinned to.
pub(super) fn point(known: &Known<'_>, revision: &ServiceRevision) -> Point {
    let image: Option<&ContainerImage> = ours(&revision.images, known.inputs.repository.as_str());
    let written = image.map(|image| image.image.clone());
    Point {
        revision: Some(revision.task_definition.clone()),
        version: written
            .as_ref()
            .and_then(|written| ImageReference::parse(written.as_str()).tag)
            .map(crate::domain::Clean::new),
        digest: image.and_then(|image| image.digest.clone().or_else(|| pinned(image.image.as_str()))),
        image: written,
    }
}

/// Where ECS goes when `stopped` is turned back: the service revision of the newest deployment that reached its end (Amazon
/// ECS developer guide, "Stopping service deployments"; facts §0.7: without one ECS has nowhere to go).
///
/// # Errors
/// That there is none, or that ECS does not describe it, as a sentence.
pub(super) fn ecs_target(
    history: &DeploymentHistory,
    stopped: &ServiceDeployment,
) -> Result<ServiceRevision, Phrase> {
    let newest = history
        .deployments
        .iter()
        .filter(|deployment| deployment.arn != stopped.arn && deployment.created_at <= stopped.created_at)
        .filter_map(|deployment| Some((deployment.created_at, &deployment.arn, deployment.effective()?)))
        .max_by_key(|(at, arn, _)| (*at, *arn));
    let Some((_, _, effective)) = newest else {
        return Err(Phrase::new("no-plan-stop-none").text("deployment", stopped.arn.id()));
    };
    history
        .revisions
        .get(effective)
        .cloned()
        .ok_or_else(|| Phrase::new("no-plan-stop-undescribed").text("deployment", stopped.arn.id()))
}

/// Whether ECS's own list of what `stopped` replaces has the target in it; `None` where the list is not told.
pub(super) fn is_among_sources(stopped: &ServiceDeployment, target: &ServiceRevision) -> Option<bool> {
    (!stopped.sources.is_empty()).then(|| stopped.sources.contains(&target.arn))
}

/// The target of a stop.
pub(super) fn stop_target(known: &Known<'_>, revision: &ServiceRevision) -> Target {
    let point = point(known, revision);
    let served = known
        .of_definition(&revision.task_definition)
        .map(|residence| residence.length(known.end))
        .sum();
    Target {
        why: Phrase::new("target-ecs")
            .text("revision", format!(":{}", revision.task_definition.revision()))
            .duration("served", served),
        definition: revision.task_definition.clone(),
        image: point.image,
        version: point.version,
        digest: point.digest,
        rule: Rule::EcsChooses,
        proven: true,
        registers: None,
    }
}

/// How ECS's choice stands to what was asked for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Agreement {
    /// It is the same.
    Same,
    /// Nobody named a version, and modosu's own rule would have chosen another.
    RuleDiffers(Target),
    /// Nobody named a version, and modosu's own rule finds none.
    RuleFindsNone(Phrase),
    /// A version was named, and it is another.
    NamedDiffers(Target),
    /// A version was named, and it is not to be had.
    NamedNone(Phrase),
}

/// Compares ECS's choice with what `spec` means now.
pub(super) fn agreement(known: &Known<'_>, spec: &TargetSpec, ecs: &Target) -> Agreement {
    let is_default = *spec == TargetSpec::LastGood;
    match (choose(spec, known.inputs), is_default) {
        (Ok(wanted), _) if is_same(&wanted, ecs) => Agreement::Same,
        (Ok(wanted), true) => Agreement::RuleDiffers(wanted),
        (Ok(wanted), false) => Agreement::NamedDiffers(wanted),
        (Err(none), true) => Agreement::RuleFindsNone(none.why),
        (Err(none), false) => Agreement::NamedNone(none.why),
    }
}

/// Same definition, and no content that certainly differs.
fn is_same(wanted: &Target, ecs: &Target) -> bool {
    wanted.definition == ecs.definition
        && match (&wanted.digest, &ecs.digest) {
            (Some(wanted), Some(ecs)) => wanted == ecs,
            (None, _) | (_, None) => true,
        }
}
